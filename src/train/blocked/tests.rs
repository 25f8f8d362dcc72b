//! Blocked steps against Burn: its autodiff for gradients, its tensors for Adam.

use super::BlockedStore;
use crate::flow::batch::{Batch, Objective};
use crate::flow::features::Encoding;
use crate::flow::network::{Architecture, Network};
use crate::flow::random::Rng;
use crate::flow::spec::{
    Activation, Drawn, Features, Guide, LaneSpec, ModelSpec, Target, TrainingSpec,
};
use crate::train::adam::{BETA_1, Rate, update_tensor};
use crate::train::network::{Layer, Mlp, layers_from_flat, matrix};
use crate::train::store::{Flat, HostStore};
use burn::tensor::{Device, Tensor};

const LR: f64 = 1e-3;

/// An architecture as a lane's, but for these.
pub fn architecture(inputs: usize, width: u32, depth: u32, activation: Activation) -> Architecture {
    let model = ModelSpec {
        width,
        depth,
        activation,
        ..LaneSpec::default().model
    };
    Architecture {
        inputs,
        ..Architecture::new(&model, Encoding::PLAIN)
    }
}

/// Inputs in the unit cube, and targets that depend on them smoothly but for some noise.
fn batch(architecture: &Architecture, samples: usize, step: u32) -> Batch {
    let mut rng = Rng::new(100 + u64::from(step));
    let mut batch = Batch::default();
    for _ in 0..samples {
        let input: Vec<f32> = (0..architecture.inputs)
            .map(|_| (2.0 * rng.uniform() - 1.0) as f32)
            .collect();
        let noise = 0.1 * rng.normal() as f32;
        let (x, y) = (input[0], input[1]);
        batch.target.extend([x * y + noise, x - 0.5 * y * y]);
        batch.weight.push(0.5 + rng.uniform() as f32);
        batch.input.extend(input);
    }
    batch
}

fn start(architecture: Architecture) -> Flat {
    let network = Network::init(architecture, &mut Rng::new(7));
    Flat::start(network.parameters().to_vec())
}

fn rate(step: u32) -> Rate {
    let training = TrainingSpec {
        lr: LR,
        batch: 1,
        limit: 0,
    };
    Rate::after(step, &training)
}

/// The oracle: a network on Burn's tensors, its gradient recorded by Burn's autodiff.
struct Recorded {
    layers: [Vec<Layer>; 3],
    activation: Activation,
    device: Device,
    loss_sum: f64,
}

impl Recorded {
    fn new(architecture: &Architecture, flat: &Flat) -> Self {
        let device = Device::flex();
        let layers = |values: &[f32]| layers_from_flat(architecture, values, &device);
        Self {
            layers: [&flat.weights, &flat.first, &flat.second].map(|values| layers(values)),
            activation: architecture.activation,
            loss_sum: 0.0,
            device,
        }
    }

    fn gradient(&mut self, batch: &Batch) -> Vec<Layer> {
        let recording = self.device.clone().autodiff();
        let leaf = |layer: &Layer| Layer {
            weight: Tensor::from_data(layer.weight.clone().into_data(), &recording).require_grad(),
            bias: Tensor::from_data(layer.bias.clone().into_data(), &recording).require_grad(),
        };
        let mlp = Mlp {
            layers: self.layers[0].iter().map(leaf).collect(),
            activation: self.activation,
        };
        let rows = batch.len();
        let tensor = |values: &[f32]| matrix(values, [rows, values.len() / rows], &recording);
        let error = mlp.forward(tensor(&batch.input)) - tensor(&batch.target);
        let loss = (error.clone() * error * tensor(&batch.weight)).mean();
        let tape = loss.backward();
        self.loss_sum += f64::from(loss.into_scalar::<f32>());
        let gradient = |layer: &Layer| Layer {
            weight: layer.weight.grad(&tape).expect("every weight counts"),
            bias: layer.bias.grad(&tape).expect("every bias counts"),
        };
        mlp.layers.iter().map(gradient).collect()
    }

    fn step(&mut self, batch: &Batch, rate: Rate) {
        for (i, gradient) in self.gradient(batch).into_iter().enumerate() {
            let [weights, first, second] = self.layers.each_mut().map(|layers| &mut layers[i]);
            let [p, m, v] = [&*weights, &*first, &*second].map(Layer::clone);
            let matrices = [p.weight, m.weight, v.weight];
            let [p_weight, m_weight, v_weight] = update_tensor(rate, matrices, gradient.weight);
            let biases = [p.bias, m.bias, v.bias];
            let [p_bias, m_bias, v_bias] = update_tensor(rate, biases, gradient.bias);
            (weights.weight, weights.bias) = (p_weight, p_bias);
            (first.weight, first.bias) = (m_weight, m_bias);
            (second.weight, second.bias) = (v_weight, v_bias);
        }
    }

    fn flat(&self) -> Flat {
        let [weights, first, second] = self.layers.each_ref().map(|layers| flatten(layers));
        Flat {
            weights,
            first,
            second,
        }
    }
}

fn flatten(layers: &[Layer]) -> Vec<f32> {
    let both = |l: &Layer| [l.weight.clone().flatten::<1>(0, 1), l.bias.clone()];
    let numbers = |t: Tensor<1>| t.into_data().try_into_vec::<f32>().expect("f32");
    layers.iter().flat_map(both).flat_map(numbers).collect()
}

/// The largest difference, in units of the largest number expected.
fn largest_difference(expected: &[f32], got: &[f32]) -> f32 {
    assert_eq!(expected.len(), got.len());
    let largest = |numbers: &mut dyn Iterator<Item = f32>| numbers.fold(0.0, f32::max);
    let gap = largest(&mut expected.iter().zip(got).map(|(a, b)| (a - b).abs()));
    assert!(got.iter().all(|x| x.is_finite()), "every number is finite");
    gap / largest(&mut expected.iter().map(|x| x.abs()))
}

/// The mean difference of weights in learning rates: Adam's steps have that length whatever the
/// gradient, so a weight whose gradient is nearly nothing may go either way.
fn mean_difference(expected: &[f32], got: &[f32]) -> f64 {
    let gaps = expected
        .iter()
        .zip(got)
        .map(|(a, b)| f64::from((a - b).abs()));
    gaps.sum::<f64>() / (expected.len() as f64 * LR)
}

/// Inputs, width, depth and samples, from the narrowest to the widest and deepest; most with rows
/// that no block fills, some with samples that fill no panel, or no block of panels.
const SHAPES: [(usize, u32, u32, usize); 11] = [
    (3, 8, 1, 16),
    (3, 8, 4, 1),
    (3, 10, 2, 17),
    (3, 64, 3, 256),
    (3, 100, 2, 65),
    (4, 1, 1, 5),
    (35, 64, 3, 100),
    (67, 128, 4, 63),
    (80, 24, 6, 31),
    (3, 512, 1, 19),
    (67, 512, 6, 16),
];

/// After one step from nothing, Adam's first moment is the gradient times `1 - beta_1`.
#[test]
fn the_gradient_is_that_of_burns_autodiff() {
    for (inputs, width, depth, samples) in SHAPES {
        for &activation in Activation::ALL {
            let case = format!("{inputs}-{width}x{depth}, {samples} samples, {activation:?}");
            let architecture = architecture(inputs, width, depth, activation);
            let first = start(architecture);
            let mut oracle = Recorded::new(&architecture, &first);
            let mut store = BlockedStore::new(&architecture, &first);
            let batch = batch(&architecture, samples, 0);
            let expected = flatten(&oracle.gradient(&batch));
            store.step(&batch, rate(0));
            let (loss, taken) = (oracle.loss_sum, store.take_loss_sum());
            assert!((loss - taken).abs() < 1e-5 * loss, "{case}: {loss} {taken}");
            let first = store.flat().first;
            let got: Vec<f32> = first.iter().map(|m| m / (1.0 - BETA_1)).collect();
            let gap = largest_difference(&expected, &got);
            assert!(gap < 1e-5, "{case}: gradients differ by {gap}");
        }
    }
}

#[test]
fn one_ten_and_a_hundred_steps_end_where_burn_ends() {
    let shapes = [
        (3, 8, 1, 17),
        (3, 64, 3, 256),
        (35, 64, 2, 100),
        (3, 12, 4, 33),
        (80, 128, 1, 20),
    ];
    for ((inputs, width, depth, samples), &activation) in shapes.into_iter().zip(Activation::ALL) {
        let case = format!("{inputs}-{width}x{depth}, {samples} samples, {activation:?}");
        let architecture = architecture(inputs, width, depth, activation);
        let first = start(architecture);
        let mut oracle = Recorded::new(&architecture, &first);
        let mut store = BlockedStore::new(&architecture, &first);
        for step in 0..100 {
            let batch = batch(&architecture, samples, step);
            oracle.step(&batch, rate(step));
            store.step(&batch, rate(step));
            if ![0, 9, 99].contains(&step) {
                continue;
            }
            let (expected, got) = (oracle.flat(), store.flat());
            let gap = mean_difference(&expected.weights, &got.weights);
            assert!(gap < 1e-3, "{case}, {step}: weights differ by {gap} rates");
            for (a, b) in [
                (&expected.first, &got.first),
                (&expected.second, &got.second),
            ] {
                let gap = largest_difference(a, b);
                assert!(gap < 1e-3, "{case}, {step}: moments differ by {gap}");
            }
        }
        let (expected, got) = (oracle.loss_sum, store.take_loss_sum());
        let near = (expected - got).abs() < 1e-5 * expected;
        assert!(near, "{case}: {expected} {got}");
        assert_eq!(store.take_loss_sum(), 0.0, "all were taken");
    }
}

/// Batches as lanes make them: Fourier features, labels of which some are hidden, weights.
#[test]
fn a_lanes_own_batches_are_learnt_as_by_burns_tensors() {
    for guide in [Guide::None, Guide::Cfg] {
        for features in [Features::Plain, Features::Fourier] {
            let mut spec = LaneSpec::default();
            spec.data.target = Target::Moons;
            (spec.model.guide, spec.model.features) = (guide, features);
            spec.training.batch = 90;
            let mut objective = Objective::new(&spec, &Drawn::default()).expect("moons are known");
            let architecture = objective.lane().architecture();
            let first = Flat::start(objective.lane().network().parameters().to_vec());
            let mut tensors = HostStore::new(architecture, first.clone(), Device::flex());
            let mut store = BlockedStore::new(&architecture, &first);
            for step in 0..20 {
                let batch = objective.batch(90);
                tensors.step(&batch, rate(step));
                store.step(&batch, rate(step));
            }
            let gap = mean_difference(&tensors.flat().weights, &store.flat().weights);
            assert!(gap < 1e-3, "{guide:?} {features:?}: {gap} learning rates");
        }
    }
}

#[test]
fn a_run_goes_on_from_blocks_to_tensors_and_back() {
    let (architecture, samples) = (architecture(35, 20, 3, Activation::Elu), 40);
    let mut whole = BlockedStore::new(&architecture, &start(architecture));
    let mut before = BlockedStore::new(&architecture, &start(architecture));
    let train = |store: &mut BlockedStore, steps: core::ops::Range<u32>| {
        steps.for_each(|k| store.step(&batch(&architecture, samples, k), rate(k)));
    };
    train(&mut whole, 0..30);
    train(&mut before, 0..10);
    let mut tensors = HostStore::new(architecture, before.flat(), Device::flex());
    (10..20).for_each(|k| tensors.step(&batch(&architecture, samples, k), rate(k)));
    let mut after = BlockedStore::new(&architecture, tensors.flat());
    train(&mut after, 20..30);
    let gap = mean_difference(&whole.flat().weights, &after.flat().weights);
    assert!(gap < 1e-3, "weights differ by {gap} learning rates");
}

/// Reading what was written gives the same numbers, to the last bit.
#[test]
fn a_checkpoint_comes_back_as_it_went() {
    let architecture = architecture(5, 11, 2, Activation::Selu);
    let mut rng = Rng::new(1);
    let mut numbers = || {
        (0..architecture.parameter_count())
            .map(|_| rng.uniform() as f32)
            .collect::<Vec<_>>()
    };
    let given = Flat {
        weights: numbers(),
        first: numbers(),
        second: numbers(),
    };
    let store = BlockedStore::new(&architecture, &given);
    assert_eq!(store.flat(), given);
    assert_eq!(store.weights(), given.weights);
}

/// A loss that is not a number must be seen, or nobody stops the run.
#[test]
fn what_is_not_a_number_is_not_hidden() {
    for &activation in Activation::ALL {
        let architecture = architecture(3, 9, 2, activation);
        let mut flat = start(architecture);
        *flat.weights.last_mut().expect("there are weights") = f32::NAN;
        let mut store = BlockedStore::new(&architecture, &flat);
        store.step(&batch(&architecture, 20, 0), rate(0));
        assert!(store.take_loss_sum().is_nan(), "{activation:?}");
    }
}
