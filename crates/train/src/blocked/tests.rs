//! Blocked steps, and those of tensors, against Burn's own: module, autodiff and Adam.

use super::BlockedStore;
use crate::adam::{BETA_1, Rate};
use crate::fused::architecture;
use crate::module::Learner;
use crate::store::{Flat, HostStore};
use burn::tensor::Device;
use flow::batch::{Batch, Objective};
use flow::network::{Architecture, Network};
use flow::random::Rng;
use flow::spec::{Activation, Drawn, Features, Guide, LaneSpec, Target, TrainingSpec};

const LR: f64 = 1e-3;

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
            let oracle = Learner::new(&architecture, &first.weights, &Device::flex());
            let mut store = BlockedStore::new(&architecture, &first);
            let batch = batch(&architecture, samples, 0);
            let (loss, expected) = oracle.gradient(&batch);
            store.step(&batch, rate(0));
            let (loss, taken) = (f64::from(loss), store.take_loss_sum());
            assert!((loss - taken).abs() < 1e-5 * loss, "{case}: {loss} {taken}");
            let first = store.flat().first;
            let got: Vec<f32> = first.iter().map(|m| m / (1.0 - BETA_1)).collect();
            let gap = largest_difference(&expected, &got);
            assert!(gap < 1e-5, "{case}: gradients differ by {gap}");
        }
    }
}

/// Burn's Adam corrects its moments in another order, so single roundings differ. Where a slope jumps, they grow.
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
        let mut oracle = Learner::new(&architecture, &first.weights, &Device::flex());
        let mut tensors = HostStore::new(architecture, first.clone(), Device::flex());
        let mut store = BlockedStore::new(&architecture, &first);
        let mut losses = 0.0;
        for step in 0..100 {
            let batch = batch(&architecture, samples, step);
            losses += f64::from(oracle.step(&batch, LR).into_scalar::<f32>());
            tensors.step(&batch, rate(step));
            store.step(&batch, rate(step));
            if ![0, 9, 99].contains(&step) {
                continue;
            }
            let expected = oracle.module.to_flat();
            let most = if activation == Activation::Relu {
                2e-2
            } else {
                1e-3
            };
            for got in [tensors.flat(), &store.flat()] {
                let gap = mean_difference(&expected, &got.weights);
                assert!(gap < most, "{case}, {step}: weights differ by {gap} rates");
            }
            let (expected, got) = (tensors.flat(), store.flat());
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
        let taken = store.take_loss_sum();
        let near = (losses - taken).abs() < 1e-5 * losses;
        assert!(near, "{case}: {losses} {taken}");
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
