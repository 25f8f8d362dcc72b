//! Whole ways of many particles at once, on the GPU that trains; a program without WebGPU has none.

#[cfg(feature = "gpu")]
use super::device::Processor;
#[cfg(feature = "gpu")]
pub use super::fused::sampler::{GpuIntegration, Sampler};
use crate::flat::DeviceError;
use flow::Point;

/// Where particles have been.
#[derive(Clone, Debug, Default)]
pub struct Arrived {
    /// The points of each frame, one frame after the other.
    pub frames: Vec<Point>,
    pub ends: Vec<Point>,
    /// The integral of the divergence for each, if it was wanted.
    pub integrals: Vec<f64>,
}

/// Why a GPU does not follow particles through a network.
#[derive(Clone, Debug, PartialEq)]
pub enum SamplerFault {
    /// The network's rows do not fit into what a workgroup shares.
    SharedMemory,
    /// The network has more than two outputs.
    Outputs,
    /// The first particles ended elsewhere than on the CPU.
    Wrong,
    /// The GPU failed, in its own words.
    Device(String),
}

impl From<DeviceError> for SamplerFault {
    fn from(error: DeviceError) -> Self {
        Self::Device(error.to_string())
    }
}

#[cfg(feature = "gpu")]
impl Processor {
    /// What follows particles on this processor's GPU, if it is to be used.
    pub fn sampler(&self) -> Option<Sampler> {
        self.kernels().map(Sampler::new)
    }
}

#[cfg(not(feature = "gpu"))]
mod none {
    use super::{Arrived, SamplerFault};
    use crate::device::Processor;
    use crate::flat::DeviceError;
    use flow::Point;
    use flow::experiment::solver_program::SolverProgram;
    use flow::network::Network;

    /// There is none in this program.
    pub enum Sampler {}

    /// Nobody.
    pub enum GpuIntegration {}

    impl Processor {
        /// This program has no kernels of its own.
        pub fn sampler(&self) -> Option<Sampler> {
            None
        }
    }

    impl Sampler {
        pub fn most_particles(&self, _: usize) -> usize {
            match *self {}
        }

        pub async fn start(
            &self,
            _: &Network,
            _: &SolverProgram,
            _: &[Point],
            _: bool,
        ) -> Result<GpuIntegration, SamplerFault> {
            match *self {}
        }
    }

    impl GpuIntegration {
        pub fn finished(&self) -> bool {
            match *self {}
        }

        pub async fn advance(&mut self, _: usize) -> Result<usize, DeviceError> {
            match *self {}
        }

        pub async fn read_back(&self) -> Result<Arrived, DeviceError> {
            match *self {}
        }
    }
}
#[cfg(not(feature = "gpu"))]
pub use none::{GpuIntegration, Sampler};
