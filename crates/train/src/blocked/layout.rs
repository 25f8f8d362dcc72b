//! How parameters, gradients and moments lie in a blocked step: like the flat lists, in whole blocks.
//!
//! A layer is its rows of weights, filled up to a multiple of four with rows of zeros, and a row of
//! biases; every row is filled up with zeros to a multiple of eight numbers. All five activations map
//! 0 to 0, so what is filled up stays zero: its values, its errors and therefore its gradients.

use super::product::{LANES, Lanes, ROWS};
use core::ops::Range;
use flow::network::Architecture;

/// A layer and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaddedLayer {
    pub d_in: usize,
    pub d_out: usize,
    /// The first of its blocks among those of all layers.
    start: usize,
    /// The first of its numbers in the flat list.
    flat: usize,
}

impl PaddedLayer {
    /// Blocks in a row.
    pub fn columns(&self) -> usize {
        self.d_out.div_ceil(LANES)
    }

    /// The number of the row of biases: that of the rows of weights.
    pub fn bias(&self) -> usize {
        self.d_in.next_multiple_of(ROWS)
    }

    /// Its blocks.
    pub fn blocks(&self) -> Range<usize> {
        self.start..self.start + (self.bias() + 1) * self.columns()
    }

    /// Its rows that hold numbers, each with the place of its first in the flat list.
    fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        let (flat, d_out) = (self.flat, self.d_out);
        let weights = (0..self.d_in).map(move |row| (row, flat + row * d_out));
        weights.chain([(self.bias(), flat + self.d_in * d_out)])
    }
}

/// The layers of a network, from the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub layers: Vec<PaddedLayer>,
}

impl Layout {
    pub fn new(architecture: &Architecture) -> Self {
        let (mut start, mut flat) = (0, 0);
        let place = |(d_in, d_out): (usize, usize)| {
            let layer = PaddedLayer {
                d_in,
                d_out,
                start,
                flat,
            };
            start = layer.blocks().end;
            flat += (d_in + 1) * d_out;
            layer
        };
        Self {
            layers: architecture.layers().map(place).collect(),
        }
    }

    /// Blocks of all layers.
    pub fn blocks(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.blocks().end)
    }

    /// A flat list in blocks.
    ///
    /// # Panics
    /// If it has not one number a parameter.
    pub fn pad(&self, flat: &[f32]) -> Vec<Lanes> {
        assert_eq!(flat.len(), self.parameters(), "one number a parameter");
        let mut blocks = vec![[0.0; LANES]; self.blocks()];
        for layer in &self.layers {
            let width = LANES * layer.columns();
            let padded = blocks[layer.blocks()].as_flattened_mut();
            for (row, from) in layer.rows() {
                padded[row * width..][..layer.d_out].copy_from_slice(&flat[from..][..layer.d_out]);
            }
        }
        blocks
    }

    /// The flat list of these blocks.
    pub fn flatten(&self, blocks: &[Lanes]) -> Vec<f32> {
        let mut flat = Vec::with_capacity(self.parameters());
        for layer in &self.layers {
            let width = LANES * layer.columns();
            let padded = blocks[layer.blocks()].as_flattened();
            for (row, _) in layer.rows() {
                flat.extend_from_slice(&padded[row * width..][..layer.d_out]);
            }
        }
        flat
    }

    fn parameters(&self) -> usize {
        let numbers = |layer: &PaddedLayer| (layer.d_in + 1) * layer.d_out;
        self.layers.iter().map(numbers).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::architecture;
    use flow::spec::Activation;

    /// By hand: 5 inputs are 8 rows and one of biases, 10 units are two blocks.
    #[test]
    fn rows_are_filled_up_to_whole_blocks() {
        let layout = Layout::new(&architecture(5, 10, 1, Activation::Silu));
        let [first, last] = layout.layers[..] else {
            panic!("two layers")
        };
        assert_eq!(
            (first.columns(), first.bias(), first.blocks()),
            (2, 8, 0..18)
        );
        assert_eq!(
            (last.columns(), last.bias(), last.blocks()),
            (1, 12, 18..31)
        );
    }

    #[test]
    fn numbers_come_back_as_they_went_and_stand_where_they_should() {
        let architecture = architecture(5, 10, 2, Activation::Silu);
        let layout = Layout::new(&architecture);
        let flat: Vec<f32> = (1..=architecture.parameter_count())
            .map(|i| i as f32)
            .collect();
        let blocks = layout.pad(&flat);
        assert_eq!(layout.flatten(&blocks), flat);
        let sum: f64 = blocks.as_flattened().iter().map(|&x| f64::from(x)).sum();
        let all = flat.len() as f64;
        assert_eq!(sum, all * (all + 1.0) / 2.0, "the rest is zero");
        // The third row of the first layer begins after two rows of ten, its first bias after five.
        assert_eq!((blocks[2 * 2][0], blocks[8 * 2][0]), (21.0, 51.0));
    }
}
