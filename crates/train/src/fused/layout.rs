//! How parameters and batches lie in the kernels' buffers: like the flat lists, in blocks of four.
//!
//! A GPU is fastest on `vec4f`, so every row is filled up with zeros to a multiple of four numbers,
//! those of hidden layers to a multiple of eight, and so are the rows before the bias. All five activations map 0 to 0, so what is filled up stays
//! zero: its values, its errors and therefore its gradients.

use flow::batch::Batch;
use flow::network::Architecture;

/// The shape of a network in blocks of four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    architecture: Architecture,
    pub input: usize,
    pub width: usize,
    pub output: usize,
    pub depth: usize,
}

/// A row of a weight matrix, or a bias: where it is, and how long.
struct Row {
    flat: usize,
    padded: usize,
    length: usize,
}

impl Layout {
    pub(crate) fn new(architecture: Architecture) -> Self {
        let blocks = |numbers: usize| numbers.div_ceil(4);
        Self {
            architecture,
            input: blocks(architecture.inputs),
            width: blocks(architecture.width).next_multiple_of(2),
            output: blocks(architecture.outputs),
            depth: architecture.depth,
        }
    }

    /// Blocks of weights and biases, all layers in one list: a layer's rows of weights, a row of
    /// biases, and three empty rows.
    pub(crate) fn parameters(&self) -> usize {
        self.layers()
            .map(|(rows, columns)| 4 * (rows + 1) * columns)
            .sum()
    }

    /// Blocks of the transposed weights of all layers but the first.
    pub(crate) fn transposed(&self) -> usize {
        let transposed = self.layers().skip(1);
        transposed.map(|(rows, columns)| 4 * rows * columns).sum()
    }

    /// Blocks of a sample in a batch: its inputs, its target, its weight.
    pub(crate) fn sample(&self) -> usize {
        self.input + self.output + 1
    }

    /// Blocks of a sample among the inputs of all layers, each with a constant for the bias.
    pub(crate) fn inputs(&self) -> usize {
        self.layers().map(|(rows, _)| rows + 1).sum()
    }

    /// Blocks of a sample among the errors of all layers.
    pub(crate) fn errors(&self) -> usize {
        self.layers().map(|(_, columns)| columns).sum()
    }

    /// `(rows, columns)` of each layer's weights, in blocks.
    pub(crate) fn layers(&self) -> impl Iterator<Item = (usize, usize)> {
        let Self {
            input,
            width,
            output,
            depth,
            ..
        } = *self;
        (0..=depth).map(move |layer| {
            let rows = if layer == 0 { input } else { width };
            (rows, if layer == depth { output } else { width })
        })
    }

    /// Flat parameters, or moments of them, as the kernels have them.
    pub(crate) fn pad(&self, flat: &[f32]) -> Vec<f32> {
        let mut padded = vec![0.0; 4 * self.parameters()];
        for row in self.rows() {
            let source = &flat[row.flat..][..row.length];
            padded[row.padded..][..row.length].copy_from_slice(source);
        }
        padded
    }

    /// The way back.
    pub(crate) fn flatten(&self, padded: &[f32]) -> Vec<f32> {
        let mut flat = Vec::with_capacity(self.architecture.parameter_count());
        for row in self.rows() {
            flat.extend_from_slice(&padded[row.padded..][..row.length]);
        }
        flat
    }

    /// The transposed weights of all layers but the first, from the padded parameters.
    pub(crate) fn transpose(&self, padded: &[f32]) -> Vec<f32> {
        let mut transposed = Vec::with_capacity(4 * self.transposed());
        let mut rest = padded;
        for (layer, (rows, columns)) in self.layers().enumerate() {
            let (matrix, after) = rest.split_at(16 * (rows + 1) * columns);
            rest = after;
            if layer > 0 {
                for column in 0..4 * columns {
                    let weights = matrix[column..].iter().step_by(4 * columns);
                    transposed.extend(weights.take(4 * rows));
                }
            }
        }
        transposed
    }

    /// Appends `samples` samples to `list`: as many of the batch, then empty ones. A weight is that of
    /// the batch divided by the number of errors that the loss is a mean of.
    pub(crate) fn append(&self, batch: &Batch, samples: usize, list: &mut Vec<f32>) {
        let Architecture {
            inputs, outputs, ..
        } = self.architecture;
        let begin = list.len();
        let stride = 4 * self.sample();
        list.resize(begin + samples * stride, 0.0);
        let scale = 1.0 / (batch.len() * outputs) as f32;
        let rows = batch
            .input
            .chunks_exact(inputs)
            .zip(batch.target.chunks_exact(outputs));
        let places = list[begin..].chunks_exact_mut(stride);
        for ((place, (input, target)), weight) in places.zip(rows).zip(&batch.weight) {
            place[..inputs].copy_from_slice(input);
            place[4 * self.input..][..outputs].copy_from_slice(target);
            place[4 * (self.input + self.output)] = weight * scale;
        }
    }

    /// All rows of all layers, biases last in each.
    fn rows(&self) -> impl Iterator<Item = Row> {
        let (mut flat, mut padded) = (0, 0);
        let shapes = self.architecture.layers().zip(self.layers());
        shapes.flat_map(move |((d_in, d_out), (rows, columns))| {
            let (from, to) = (flat, padded);
            flat += (d_in + 1) * d_out;
            padded += 16 * (rows + 1) * columns;
            (0..=d_in).map(move |row| Row {
                flat: from + row * d_out,
                padded: to + 4 * columns * if row == d_in { 4 * rows } else { row },
                length: d_out,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::architecture;
    use flow::spec::Activation;

    fn layout(inputs: usize, width: u32, depth: u32) -> Layout {
        Layout::new(architecture(inputs, width, depth, Activation::Silu))
    }

    #[test]
    fn parameters_come_back_as_they_went() {
        for layout in [layout(3, 8, 1), layout(35, 10, 3), layout(4, 1, 6)] {
            let count = layout.architecture.parameter_count();
            let flat: Vec<f32> = (1..=count).map(|k| k as f32).collect();
            let padded = layout.pad(&flat);
            assert_eq!(padded.len(), 4 * layout.parameters());
            assert_eq!(padded.iter().filter(|x| **x != 0.0).count(), count);
            assert_eq!(layout.flatten(&padded), flat);
        }
    }

    /// By hand: 3 inputs, 5 units, 2 outputs.
    #[test]
    fn a_small_network_lies_where_it_should() {
        let layout = layout(3, 5, 1);
        let flat: Vec<f32> = (0..32).map(|k| k as f32).collect();
        let padded = layout.pad(&flat);
        // Three rows of five weights in rows of eight, an empty row, then the biases.
        assert_eq!(padded[8..13], [5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(padded[32..37], [15.0, 16.0, 17.0, 18.0, 19.0]);
        // The last layer begins after eight rows of eight; its biases are the row after its eight.
        assert_eq!(padded[64..66], [20.0, 21.0]);
        assert_eq!(padded[64 + 8 * 4..][..2], [30.0, 31.0]);
        // Inputs in one block and in two, a constant beside each; errors in two and in one.
        assert_eq!((layout.inputs(), layout.errors()), (2 + 3, 2 + 1));
        let transposed = layout.transpose(&padded);
        assert_eq!(transposed.len(), 4 * 8);
        assert_eq!(
            transposed[..8],
            [20.0, 22.0, 24.0, 26.0, 28.0, 0.0, 0.0, 0.0]
        );
        assert_eq!(transposed[8..13], [21.0, 23.0, 25.0, 27.0, 29.0]);
    }

    #[test]
    fn batches_are_filled_up_with_samples_that_weigh_nothing() {
        let layout = layout(3, 5, 1);
        let batch = Batch {
            input: vec![1.0, 2.0, 3.0],
            target: vec![4.0, 5.0],
            weight: vec![6.0],
        };
        let mut list = vec![9.0];
        layout.append(&batch, 2, &mut list);
        let sample = [1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0];
        assert_eq!(list[1..13], sample);
        assert_eq!(list[13..], [0.0; 12]);
    }
}
