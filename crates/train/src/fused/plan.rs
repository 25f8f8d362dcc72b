//! How the two kernels divide the work of a network and a batch among workgroups.

use super::layout::Layout;
use crate::stepper::Misfit;
use flow::network::Architecture;

/// Threads that a workgroup of the first kernel has at least, if its samples allow. Few: on a small
/// batch a GPU is bound by how long the threads take, not by how many there are, and a software
/// adapter runs the threads of a workgroup in turn.
const THREADS: usize = 8;

/// Samples, and blocks of units, in the tile of a thread of the first kernel.
const TILE: (usize, usize) = (8, 2);

/// Blocks of weights on a side of a tile of the second kernel.
const SIDE: usize = 2;

/// Samples of a thread of the second kernel, before it is given company.
const SLICE: usize = 64;

/// Threads that share a tile in the second kernel.
const SLICES: core::ops::RangeInclusive<usize> = 4..=16;

/// What a device allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Invocations in a workgroup.
    pub threads: usize,
    /// Bytes that a workgroup shares.
    pub shared: usize,
    /// Bytes of a storage buffer.
    pub buffer: usize,
}

/// The division of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub layout: Layout,
    /// Samples in a batch, filled up to whole workgroups.
    pub batch: usize,
    /// Samples in a workgroup of the first kernel.
    pub samples: usize,
}

impl Plan {
    /// The plan for batches of `batch` samples.
    ///
    /// # Errors
    /// What the device is too small for.
    pub(crate) fn new(
        architecture: Architecture,
        batch: usize,
        limits: Limits,
    ) -> Result<Self, Misfit> {
        let layout = Layout::new(architecture);
        if layout.width / TILE.1 > limits.threads {
            return Err(Misfit::Width(architecture.width));
        }
        let samples = samples(&layout, batch, limits)?;
        let plan = Self {
            layout,
            batch: batch.div_ceil(samples) * samples,
            samples,
        };
        let largest = plan.largest_buffer();
        if largest > limits.buffer {
            return Err(Misfit::Buffer(largest));
        }
        Ok(plan)
    }

    /// Workgroups of the first and of the second kernel.
    pub(crate) fn workgroups(&self) -> [u32; 2] {
        let tiles =
            |(rows, columns): (usize, usize)| (rows + 1).div_ceil(SIDE) * columns.div_ceil(SIDE);
        let updates: usize = self.layout.layers().map(tiles).sum();
        [self.batch / self.samples, updates].map(|groups| groups as u32)
    }

    /// The constants of the kernels' source.
    pub(crate) fn constants(&self) -> String {
        let Layout {
            input,
            width,
            output,
            depth,
            ..
        } = self.layout;
        let row = input.max(width).max(output);
        let sizes = [
            ("INPUT", input),
            ("WIDTH", width),
            ("OUTPUT", output),
            ("DEPTH", depth),
            ("ROW", row),
            ("BATCH", self.batch),
            ("SAMPLES", self.samples),
            ("SLICES", self.slices()),
            ("TRANSPOSED", self.layout.parameters()),
        ];
        sizes
            .iter()
            .map(|(name, size)| format!("const {name} = {size}u;\n"))
            .collect()
    }

    /// Threads that share a tile of the second kernel.
    fn slices(&self) -> usize {
        (self.batch / SLICE).clamp(*SLICES.start(), *SLICES.end())
    }

    fn largest_buffer(&self) -> usize {
        let Layout { input, width, .. } = self.layout;
        let parameters = self.layout.parameters() + self.layout.transposed();
        let inputs = self.batch * self.layout.inputs();
        16 * parameters.max(inputs).max(self.batch * (input + width))
    }
}

/// As many samples as make [`THREADS`] threads, if they fit into what a workgroup shares and are no
/// more than there are.
fn samples(layout: &Layout, batch: usize, limits: Limits) -> Result<usize, Misfit> {
    let row = 16 * layout.input.max(layout.width).max(layout.output);
    let threads = layout.width / TILE.1;
    let wanted = THREADS.div_ceil(threads);
    let most = (limits.shared / (TILE.0 * row)).min(limits.threads / threads);
    match wanted.min(most).min(batch.div_ceil(TILE.0)) {
        0 => Err(Misfit::SharedMemory),
        eights => Ok(TILE.0 * eights),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::architecture;
    use flow::spec::Activation;

    /// What every WebGPU device has at least.
    const LEAST: Limits = Limits {
        threads: 256,
        shared: 16_384,
        buffer: 134_217_728,
    };

    fn plan(inputs: usize, width: u32, depth: u32, batch: usize) -> Result<Plan, Misfit> {
        let architecture = architecture(inputs, width, depth, Activation::Silu);
        Plan::new(architecture, batch, LEAST)
    }

    #[test]
    fn every_network_of_the_schema_fits_the_least_device() {
        for inputs in [3, 35, 80] {
            for width in [8, 12, 64, 100, 256, 512] {
                for depth in [1, 6] {
                    for batch in [16, 100, 4096] {
                        let plan = plan(inputs, width, depth, batch).expect("it fits");
                        assert!(plan.batch >= batch && plan.batch.is_multiple_of(plan.samples));
                        let threads = plan.samples / 8 * plan.layout.width / 2;
                        assert!(threads <= LEAST.threads, "{plan:?}");
                        let row = plan.layout.input.max(plan.layout.width);
                        assert!(16 * plan.samples * row <= LEAST.shared, "{plan:?}");
                        assert!(plan.workgroups().iter().all(|groups| *groups <= 65_535));
                    }
                }
            }
        }
    }

    /// By hand: 16 blocks of units are eight threads for eight samples.
    #[test]
    fn the_baseline_is_divided_as_by_hand() {
        let plan = plan(3, 64, 3, 250).expect("it fits");
        assert_eq!((plan.samples, plan.batch), (8, 256));
        // Tiles of 2 by 2 blocks: 1 by 8, twice 9 by 8 (a block more for the bias), 9 by 1.
        assert_eq!(plan.workgroups(), [32, 8 + 144 + 9]);
        let constants = plan.constants();
        for said in [
            "INPUT = 1u",
            "WIDTH = 16u",
            "DEPTH = 3u",
            "BATCH = 256u",
            "SLICES = 4u",
        ] {
            assert!(constants.contains(said), "{said}: {constants}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_reason() {
        let reason = plan(3, 4096, 1, 16).expect_err("512 threads are too many");
        assert_eq!(reason, Misfit::Width(4096));
        let reason = plan(3, 512, 6, 100_000).expect_err("128 MiB are not enough");
        assert!(matches!(reason, Misfit::Buffer(bytes) if bytes > LEAST.buffer));
    }
}
