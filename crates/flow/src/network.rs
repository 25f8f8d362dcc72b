//! A snapshot of the trained network in plain Rust: a multilayer perceptron from the columns of
//! [`super::features`] to two outputs.
//!
//! # Parameters
//! One flat list, layer after layer from the input: first the weights `[d_in, d_out]` row-major
//! (the output is `h W + b`, as in Burn's `Linear`), then the biases `[d_out]`. A network of depth
//! `k` has `k` hidden layers of one width, each followed by the activation, and a linear layer of
//! two outputs. This is the order of weights on the wire, in checkpoints and in Adam's moments.
//!
//! # Speed
//! Particles are taken [`BLOCK`] at a time, a component of all of them in one short array, so that
//! the innermost loop multiplies one weight with neighbouring particles and vectorises on any SIMD
//! unit. Each particle's result depends on that particle alone, in a fixed order of operations
//! (multiply, then add: no fused multiply-add), so it has the same bits natively and in wasm.

use super::features::{Encoder, Encoding};
use super::random::Rng;
use super::spec::{Activation, ModelSpec};
use super::{Point, VelocityField, activation};
use core::fmt;

/// Particles computed side by side: two registers of four floats.
const BLOCK: usize = 8;

/// Outputs of a layer computed side by side: with [`BLOCK`], eight accumulators, which leaves
/// registers for their operands on machines that have sixteen.
const TILE: usize = 4;

/// Gain of the first layer's weights: inputs are few and small beside the detail to be learned, so
/// wide weights, with biases that spread the bends over the data, give it high frequencies to begin
/// with, as Fourier features do.
///
/// Excess loss after 2,000 steps of 64x3, batch 256, from 3e-3, seed 1, on moons, spirals and the
/// checkerboard: 0.017, 0.053 and 0.045; with first weights as wide as the hidden ones and no biases
/// 0.029, 0.079 and 0.057; at a gain of 4 and biases to 3 0.016, 0.049 and 0.041 (but slower in the
/// first second at larger learning rates). All weights and biases uniform on `+-1 / sqrt(d_in)`, as
/// PyTorch's `Linear` has them, reach 0.065, 0.095 and 0.080.
const FIRST_GAIN: f64 = 2.5;

/// The largest bias of the first layer.
const FIRST_BIAS: f64 = 2.0;

/// Gain of hidden weights, which keeps signals as large as they come (He et al., *Delving Deep into
/// Rectifiers*, 2015).
const HIDDEN_GAIN: f64 = core::f64::consts::SQRT_2;

/// Gain of the last layer's weights: the network begins near zero, the best constant, with nothing
/// to unlearn.
const LAST_GAIN: f64 = 0.1;

/// One number for each particle of a block.
type Lanes = [f32; BLOCK];

/// The shape of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// The columns of `encoding`.
    pub inputs: usize,
    /// What they are.
    pub encoding: Encoding,
    /// Units in each hidden layer.
    pub width: usize,
    /// Hidden layers, at least one.
    pub depth: usize,
    pub activation: Activation,
    /// The two components of what is predicted; of a classifier, its labels.
    pub outputs: usize,
}

impl Architecture {
    /// The network that a lane asks for, with that input. Width and depth of 0 are taken as 1.
    pub fn new(spec: &ModelSpec, encoding: Encoding) -> Self {
        Self {
            inputs: encoding.columns(),
            encoding,
            width: spec.width.max(1) as usize,
            depth: spec.depth.max(1) as usize,
            activation: spec.activation,
            outputs: 2,
        }
    }

    /// `(d_in, d_out)` of each layer, from the input.
    pub fn layers(&self) -> impl Iterator<Item = (usize, usize)> {
        let Self {
            inputs,
            width,
            depth,
            outputs,
            ..
        } = *self;
        (0..=depth).map(move |layer| {
            let d_in = if layer == 0 { inputs } else { width };
            (d_in, if layer == depth { outputs } else { width })
        })
    }

    /// Weights and biases of all layers.
    pub fn parameter_count(&self) -> usize {
        self.layers().map(|(d_in, d_out)| (d_in + 1) * d_out).sum()
    }

    /// Floating-point operations of one evaluation at one point, activations not counted.
    pub fn flops(&self) -> usize {
        self.layers().map(|(d_in, d_out)| 2 * d_in * d_out).sum()
    }
}

/// The parameters are not as many as the architecture has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCount {
    pub expected: usize,
    pub given: usize,
}

impl fmt::Display for WrongCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, given } = self;
        write!(
            f,
            "This network has {expected} parameters, but {given} were given."
        )
    }
}

impl core::error::Error for WrongCount {}

/// An architecture and its parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    architecture: Architecture,
    encoder: Encoder,
    parameters: Vec<f32>,
}

impl Network {
    /// The network of these parameters, in the order of the [module](self).
    ///
    /// # Errors
    /// If their number does not fit the architecture.
    pub fn new(architecture: Architecture, parameters: Vec<f32>) -> Result<Self, WrongCount> {
        let (expected, given) = (architecture.parameter_count(), parameters.len());
        if expected != given {
            return Err(WrongCount { expected, given });
        }
        Ok(Self {
            architecture,
            encoder: Encoder::new(architecture.encoding),
            parameters,
        })
    }

    /// A network to start training from. All weights are normal with a standard deviation of
    /// `gain / sqrt(d_in)`; the gain is [`FIRST_GAIN`], then [`HIDDEN_GAIN`], and in the end
    /// [`LAST_GAIN`]. Biases are zero, but for those of the first layer, uniform on +-[`FIRST_BIAS`].
    ///
    /// Every backend loads these, so a seed decides the first weights everywhere.
    pub fn init(architecture: Architecture, rng: &mut Rng) -> Self {
        let mut parameters = Vec::with_capacity(architecture.parameter_count());
        for (layer, (d_in, d_out)) in architecture.layers().enumerate() {
            let (gain, bias) = match layer {
                0 => (FIRST_GAIN, FIRST_BIAS),
                _ if layer == architecture.depth => (LAST_GAIN, 0.0),
                _ => (HIDDEN_GAIN, 0.0),
            };
            let std = gain / (d_in as f64).sqrt();
            parameters.extend((0..d_in * d_out).map(|_| (std * rng.normal()) as f32));
            parameters.extend((0..d_out).map(|_| ((2.0 * rng.uniform() - 1.0) * bias) as f32));
        }
        Self {
            architecture,
            encoder: Encoder::new(architecture.encoding),
            parameters,
        }
    }

    pub fn architecture(&self) -> Architecture {
        self.architecture
    }

    /// All parameters, in the order of the [module](self).
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// `(weights, biases)` of each layer.
    fn layers(&self) -> impl Iterator<Item = (&[f32], &[f32])> {
        let mut rest = &self.parameters[..];
        self.architecture.layers().map(move |(d_in, d_out)| {
            let (weights, after) = rest.split_at(d_in * d_out);
            let (biases, after) = after.split_at(d_out);
            rest = after;
            (weights, biases)
        })
    }

    /// Puts the inputs of at most [`BLOCK`] points into `signal`; lanes without a point hold what
    /// was there before.
    fn load(&self, x: &[Point], t: f64, condition: Option<u32>, signal: &mut Signal) {
        signal.width = self.architecture.inputs;
        for (lane, &x) in x.iter().enumerate() {
            let now = &mut signal.now;
            self.encoder
                .encode(x, t, condition, |column, v| now[column][lane] = v);
        }
    }

    /// Puts their derivatives along a direction each into `signal`.
    fn load_slopes(&self, x: &[Point], t: f64, d: impl Fn(usize) -> Point, signal: &mut Signal) {
        signal.width = self.architecture.inputs;
        for (lane, &x) in x.iter().enumerate() {
            let now = &mut signal.now;
            self.encoder
                .slope(x, t, d(lane), |column, v| now[column][lane] = v);
        }
    }

    /// Every output at every point, each with its derivatives in `x` and `y`, which are exact:
    /// `[value, d / d x, d / d y]`, all outputs of the first point, then of the next.
    pub(crate) fn with_gradients(&self, x: &[Point], t: f64) -> Vec<[f64; 3]> {
        let outputs = self.architecture.outputs;
        let mut all = Vec::with_capacity(outputs * x.len());
        let mut scratch = Scratch::new(&self.architecture);
        for x in x.chunks(BLOCK) {
            self.load(x, t, None, &mut scratch.values);
            self.load_slopes(x, t, |_| [1.0, 0.0], &mut scratch.tangents[0]);
            self.load_slopes(x, t, |_| [0.0, 1.0], &mut scratch.tangents[1]);
            self.forward_with_tangents(&mut scratch, 2);
            let Scratch {
                values,
                tangents: [along_x, along_y],
                ..
            } = &scratch;
            for lane in 0..x.len() {
                let of = |k: usize| [values, along_x, along_y].map(|s| s.now[k][lane].into());
                all.extend((0..outputs).map(of));
            }
        }
        all
    }

    /// Values of the last layer, in `scratch.values`, for the inputs there.
    fn forward(&self, scratch: &mut Scratch) {
        let depth = self.architecture.depth;
        for (layer, (weights, biases)) in self.layers().enumerate() {
            scratch.values.advance(weights, Some(biases), biases.len());
            if layer < depth {
                activation::apply(self.architecture.activation, scratch.values.floats());
            }
        }
    }

    /// The same, with the first `count` derivatives carried along.
    fn forward_with_tangents(&self, scratch: &mut Scratch, count: usize) {
        let depth = self.architecture.depth;
        for (layer, (weights, biases)) in self.layers().enumerate() {
            let width = biases.len();
            scratch.values.advance(weights, Some(biases), width);
            let tangents = &mut scratch.tangents[..count];
            tangents
                .iter_mut()
                .for_each(|t| t.advance(weights, None, width));
            if layer < depth {
                let slopes = &mut scratch.slopes.as_flattened_mut()[..width * BLOCK];
                let values = scratch.values.floats();
                activation::apply_with_slope(self.architecture.activation, values, slopes);
                tangents.iter_mut().for_each(|t| t.scale(slopes));
            }
        }
    }
}

impl VelocityField for Network {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        assert_eq!(x.len(), out.len(), "one velocity a point");
        let mut scratch = Scratch::new(&self.architecture);
        for (x, out) in x.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            self.load(x, t, condition, &mut scratch.values);
            self.forward(&mut scratch);
            let [u, v] = [0, 1].map(|k| scratch.values.now[k]);
            for (out, (u, v)) in out.iter_mut().zip(u.into_iter().zip(v)) {
                *out = [f64::from(u), f64::from(v)];
            }
        }
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "one divergence a point");
        let mut scratch = Scratch::new(&self.architecture);
        for (x, out) in x.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
            self.load(x, t, condition, &mut scratch.values);
            self.load_slopes(x, t, |_| [1.0, 0.0], &mut scratch.tangents[0]);
            self.load_slopes(x, t, |_| [0.0, 1.0], &mut scratch.tangents[1]);
            self.forward_with_tangents(&mut scratch, 2);
            let [ux, vy] = [0, 1].map(|k| scratch.tangents[k].now[k]);
            for (out, (ux, vy)) in out.iter_mut().zip(ux.into_iter().zip(vy)) {
                *out = f64::from(ux) + f64::from(vy);
            }
        }
    }

    /// Exact: one tangent is carried through the layers, half of what a divergence carries.
    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        assert_eq!(x.len(), direction.len(), "one direction a point");
        let mut scratch = Scratch::new(&self.architecture);
        let blocks = x.chunks(BLOCK).zip(direction.chunks(BLOCK));
        for ((x, d), out) in blocks.zip(out.chunks_mut(BLOCK)) {
            self.load(x, t, condition, &mut scratch.values);
            self.load_slopes(x, t, |lane| d[lane], &mut scratch.tangents[0]);
            self.forward_with_tangents(&mut scratch, 1);
            let [u, v] = [0, 1].map(|k| scratch.tangents[0].now[k]);
            for (out, (u, v)) in out.iter_mut().zip(u.into_iter().zip(v)) {
                *out = [f64::from(u), f64::from(v)];
            }
        }
    }
}

/// What one call works with, allocated once for all its blocks.
struct Scratch {
    values: Signal,
    tangents: [Signal; 2],
    slopes: Vec<Lanes>,
}

impl Scratch {
    fn new(architecture: &Architecture) -> Self {
        let units = architecture
            .width
            .max(architecture.inputs)
            .max(architecture.outputs);
        Self {
            values: Signal::new(units),
            tangents: [Signal::new(units), Signal::new(units)],
            slopes: vec![[0.0; BLOCK]; units],
        }
    }
}

/// The activations of one quantity (value or tangent) in the layer reached.
struct Signal {
    /// The units of the layer reached, `width` of them in use.
    now: Vec<Lanes>,
    next: Vec<Lanes>,
    width: usize,
}

impl Signal {
    fn new(units: usize) -> Self {
        Self {
            now: vec![[0.0; BLOCK]; units],
            next: vec![[0.0; BLOCK]; units],
            width: 0,
        }
    }

    /// Through the linear part of a layer of `width` outputs; without biases for a derivative.
    fn advance(&mut self, weights: &[f32], biases: Option<&[f32]>, width: usize) {
        let next = &mut self.next[..width];
        match biases {
            Some(biases) => next
                .iter_mut()
                .zip(biases)
                .for_each(|(next, &b)| *next = [b; BLOCK]),
            None => next.fill([0.0; BLOCK]),
        }
        add_product(weights, &self.now[..self.width], next);
        core::mem::swap(&mut self.now, &mut self.next);
        self.width = width;
    }

    fn scale(&mut self, factors: &[f32]) {
        for (value, factor) in self.floats().iter_mut().zip(factors) {
            *value *= factor;
        }
    }

    fn floats(&mut self) -> &mut [f32] {
        self.now[..self.width].as_flattened_mut()
    }
}

/// Adds `input W` to `output`; `weights` are `[d_in, d_out]` row-major.
fn add_product(weights: &[f32], input: &[Lanes], output: &mut [Lanes]) {
    let d_out = output.len();
    let (tiles, rest) = output.as_chunks_mut::<TILE>();
    let first_of_rest = tiles.len() * TILE;
    for (k, tile) in tiles.iter_mut().enumerate() {
        add_columns(weights, d_out, k * TILE, input, tile);
    }
    for (k, single) in rest.iter_mut().enumerate() {
        add_columns(
            weights,
            d_out,
            first_of_rest + k,
            input,
            core::array::from_mut(single),
        );
    }
}

/// Adds `input W[:, column..column + N]` to `output`.
#[inline(always)]
fn add_columns<const N: usize>(
    weights: &[f32],
    d_out: usize,
    column: usize,
    input: &[Lanes],
    output: &mut [Lanes; N],
) {
    // A local copy stays in registers throughout.
    let mut sums = *output;
    for (row, h) in weights.chunks_exact(d_out).zip(input) {
        let w: &[f32; N] = row[column..].first_chunk().expect("column + N <= d_out");
        for k in 0..N {
            for lane in 0..BLOCK {
                sums[k][lane] += w[k] * h[lane];
            }
        }
    }
    *output = sums;
}

#[cfg(test)]
mod tests;
