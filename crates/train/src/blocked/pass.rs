//! Forward and backward through all layers, a panel of samples at a time, and the gradient.
//!
//! With `z = h W + b` of a layer and `e` the derivative of the loss by `z`, the three products are
//!
//! ```text
//! forward    z[out, samples]    = b + W^T[out, in] h[in, samples]
//! backward   dh[in, samples]    = W[in, out] e[out, samples]
//! gradient   dW[in, out]       += h[in, samples] e[out, samples]^T
//! ```
//!
//! The first two have samples side by side, so weights are packed for each of them once a step. The
//! third sums over samples, so inputs and errors of a block are kept once more, sample by sample.

use super::layout::{Layout, PaddedLayer};
use super::product::{
    Four, LANES, Lanes, ROWS, Tile, ZERO, add_product, scaled, shifted, transpose,
};
use flow::activation;
use flow::network::Architecture;
use flow::spec::Activation;

/// Samples in a block. Inputs and errors of a layer of 64 units then fit the nearest cache together.
pub const BLOCK: usize = 64;

/// Panels in a block.
const PANELS: usize = BLOCK / LANES;

/// What is to be learned from a panel of samples.
pub trait Loss {
    /// The loss of some samples, and its derivative by the outputs.
    ///
    /// Row `k` of `outputs` holds output `k` of the samples `first..first + count`; so does row `k`
    /// of `errors`, whose other lanes stay as they are: zero.
    fn backward(&self, samples: (usize, usize), outputs: &[Lanes], errors: &mut [Lanes]) -> f64;
}

/// A network on its way through batches.
pub struct Pass {
    layers: Vec<LayerBuffers>,
    activation: Activation,
    /// The outputs of a panel.
    outputs: Vec<Lanes>,
}

/// A layer, its packed weights, and what passes through it.
struct LayerBuffers {
    layer: PaddedLayer,
    /// For every four outputs: their biases, then a row of weights for each input.
    forward: Vec<Four>,
    /// For every four inputs: a row of weights for each output.
    backward: Vec<Four>,
    /// Of a panel: the inputs, their derivatives by what the activation was given, and the
    /// derivatives of the loss by the outputs.
    inputs: Vec<Lanes>,
    slopes: Vec<Lanes>,
    errors: Vec<Lanes>,
    /// Of a block: for every four inputs, and for every eight errors, a row for each sample.
    inputs_by_sample: Vec<Four>,
    errors_by_sample: Vec<Lanes>,
}

impl Pass {
    pub fn new(architecture: &Architecture, layout: &Layout) -> Self {
        Self {
            layers: layout
                .layers
                .iter()
                .map(|&l| LayerBuffers::new(l))
                .collect(),
            activation: architecture.activation,
            outputs: zeros(architecture.outputs),
        }
    }

    /// The loss of a batch whose inputs are these rows, the sum of what `loss_function` gives for its panels;
    /// its gradient is written into `gradient`.
    pub fn gradient(
        &mut self,
        parameters: &[Lanes],
        input: &[f32],
        loss_function: &impl Loss,
        gradient: &mut [Lanes],
    ) -> f64 {
        for buffers in &mut self.layers {
            buffers.pack(&parameters[buffers.layer.blocks()]);
        }
        gradient.fill([0.0; LANES]);
        let columns = self.layers[0].layer.d_in;
        let mut loss = 0.0;
        for (number, block) in input.chunks(BLOCK * columns).enumerate() {
            for (panel, rows) in block.chunks(LANES * columns).enumerate() {
                let first = number * BLOCK + panel * LANES;
                self.load(rows, columns);
                self.forward();
                loss += self.apply(loss_function, (first, rows.len() / columns));
                self.backward();
                self.keep(panel);
            }
            let panels = block.len().div_ceil(LANES * columns);
            for buffers in &self.layers {
                buffers.add_gradient(panels * LANES, &mut gradient[buffers.layer.blocks()]);
            }
        }
        loss
    }

    /// Puts the inputs of at most [`LANES`] samples where the first layer finds them; zeros stand
    /// for samples that are not there.
    fn load(&mut self, rows: &[f32], columns: usize) {
        let inputs = &mut self.layers[0].inputs[..columns];
        if rows.len() < LANES * columns {
            inputs.fill([0.0; LANES]);
        }
        for (lane, row) in rows.chunks_exact(columns).enumerate() {
            for (input, &value) in inputs.iter_mut().zip(row) {
                input[lane] = value;
            }
        }
    }

    fn forward(&mut self) {
        let mut rest = &mut self.layers[..];
        while let Some((buffers, after)) = rest.split_first_mut() {
            let Some(next) = after.first_mut() else {
                buffers.forward(&mut self.outputs);
                return;
            };
            buffers.forward(&mut next.inputs);
            let (values, slopes) = (&mut next.inputs, &mut next.slopes);
            activation::apply_with_slope(
                self.activation,
                values.as_flattened_mut(),
                slopes.as_flattened_mut(),
            );
            rest = after;
        }
    }

    fn apply(&mut self, loss_function: &impl Loss, samples: (usize, usize)) -> f64 {
        let last = self.layers.last_mut().expect("a network has a layer");
        if samples.1 < LANES {
            last.errors.fill([0.0; LANES]);
        }
        loss_function.backward(samples, &self.outputs, &mut last.errors)
    }

    fn backward(&mut self) {
        let mut rest = &mut self.layers[..];
        while let Some((buffers, before)) = rest.split_last_mut() {
            if let Some(previous) = before.last_mut() {
                buffers.backward(&mut previous.errors);
            }
            rest = before;
        }
    }

    /// Keeps the panel for the gradient of its block.
    fn keep(&mut self, panel: usize) {
        for buffers in &mut self.layers {
            buffers.keep(panel);
        }
    }
}

impl LayerBuffers {
    fn new(layer: PaddedLayer) -> Self {
        let PaddedLayer { d_in, d_out, .. } = layer;
        let (fours_in, fours_out) = (d_in.div_ceil(ROWS), d_out.div_ceil(ROWS));
        Self {
            layer,
            forward: vec![[0.0; ROWS]; fours_out * (1 + d_in)],
            backward: vec![[0.0; ROWS]; fours_in * d_out],
            inputs: zeros(d_in),
            slopes: zeros(d_in),
            errors: zeros(d_out),
            inputs_by_sample: vec![[0.0; ROWS]; fours_in * BLOCK],
            errors_by_sample: vec![[0.0; LANES]; layer.columns() * BLOCK],
        }
    }

    /// Packs its parameters for both directions.
    fn pack(&mut self, parameters: &[Lanes]) {
        let PaddedLayer { d_in, d_out, .. } = self.layer;
        let (width, bias) = (LANES * self.layer.columns(), self.layer.bias());
        let rows = parameters.as_flattened();
        for (k, panel) in self.forward.chunks_exact_mut(1 + d_in).enumerate() {
            for (row, four) in [bias].into_iter().chain(0..d_in).zip(panel) {
                four.copy_from_slice(&rows[row * width + ROWS * k..][..ROWS]);
            }
        }
        for (k, panel) in self.backward.chunks_exact_mut(d_out).enumerate() {
            let rows = &rows[ROWS * k * width..][..ROWS * width];
            for (output, four) in panel.iter_mut().enumerate() {
                for row in 0..ROWS {
                    four[row] = rows[row * width + output];
                }
            }
        }
    }

    /// `z = b + W^T h`.
    fn forward(&self, outputs: &mut [Lanes]) {
        let panels = self.forward.chunks_exact(1 + self.layer.d_in);
        for (tile, panel) in tiles_mut(outputs).iter_mut().zip(panels) {
            let product = add_product(ZERO, &panel[1..], &self.inputs);
            *tile = shifted(product, &panel[0]);
        }
    }

    /// The errors of the layer before: `W e`, times the slopes of its activation.
    fn backward(&self, errors: &mut [Lanes]) {
        let panels = self.backward.chunks_exact(self.layer.d_out);
        let slopes = self.slopes.as_chunks().0;
        for ((tile, panel), slopes) in tiles_mut(errors).iter_mut().zip(panels).zip(slopes) {
            let product = add_product(ZERO, panel, &self.errors);
            *tile = scaled(product, slopes);
        }
    }

    /// Keeps a panel for the gradient of its block.
    fn keep(&mut self, panel: usize) {
        let places = self.inputs_by_sample.as_chunks_mut::<LANES>().0;
        let inputs = self.inputs.as_chunks::<ROWS>().0;
        for k in 0..self.layer.d_in.div_ceil(ROWS) {
            transpose(&inputs[k], &mut places[k * PANELS + panel]);
        }
        let places = self.errors_by_sample.as_chunks_mut::<LANES>().0;
        let errors = self.errors.as_chunks::<LANES>().0;
        for k in 0..self.layer.columns() {
            transpose(&errors[k], &mut places[k * PANELS + panel]);
        }
    }

    /// Adds the gradient of the first samples of a block.
    fn add_gradient(&self, samples: usize, gradient: &mut [Lanes]) {
        let columns = self.layer.columns();
        for column in 0..columns {
            let errors = &self.errors_by_sample[column * BLOCK..][..samples];
            for k in 0..self.layer.d_in.div_ceil(ROWS) {
                let inputs = &self.inputs_by_sample[k * BLOCK..][..samples];
                let rows = &mut gradient[ROWS * k * columns + column..];
                let mut tile = ZERO;
                for row in 0..ROWS {
                    tile[row] = rows[row * columns];
                }
                let tile = add_product(tile, inputs, errors);
                for row in 0..ROWS {
                    rows[row * columns] = tile[row];
                }
            }
            let bias = &mut gradient[self.layer.bias() * columns + column];
            *bias = sum(*bias, errors);
        }
    }
}

/// The sum of some rows, and of that before.
fn sum(mut before: Lanes, rows: &[Lanes]) -> Lanes {
    for row in rows {
        for lane in 0..LANES {
            before[lane] += row[lane];
        }
    }
    before
}

/// A row for each unit, their number filled up to a whole block.
fn zeros(units: usize) -> Vec<Lanes> {
    vec![[0.0; LANES]; units.next_multiple_of(LANES)]
}

fn tiles_mut(rows: &mut [Lanes]) -> &mut [Tile] {
    rows.as_chunks_mut().0
}
