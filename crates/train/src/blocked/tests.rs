//! Blocked steps against Burn's own: module, autodiff and Adam.

use crate::adam::{BETA_1, Rate};
use crate::device::Processor;
use crate::flat::Flat;
use crate::fused::architecture;
use crate::stepper::{Criterion, Method, Stepper};
use flow::batch::{Batch, Objective};
use flow::network::{Architecture, Network};
use flow::random::Rng;
use flow::spec::{Activation, Drawn, Features, Guide, LaneSpec, Target, TrainingSpec};
use pollster::block_on;

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

/// The same network trained by Burn and by blocked steps.
fn pair(architecture: Architecture, flat: &Flat, criterion: Criterion) -> [Box<dyn Stepper>; 2] {
    let burn = Processor::cpu("a test");
    let blocked = burn.clone().with_blocked(Ok(()));
    let pair = [burn, blocked].map(|on| on.cpu_stepper(architecture, flat, criterion));
    assert!(matches!(pair[0].method(), Method::Burn(..)));
    assert_eq!(pair[1].method(), Method::Blocked);
    pair
}

fn losses(stepper: &mut Box<dyn Stepper>) -> f64 {
    block_on(stepper.take_loss_sum()).expect("main memory can be read")
}

fn flat(stepper: &dyn Stepper) -> Flat {
    block_on(stepper.flat()).expect("main memory can be read")
}

/// The gradient of the first step.
fn gradient(stepper: &dyn Stepper) -> Vec<f32> {
    let first = flat(stepper).first;
    first.iter().map(|m| m / (1.0 - BETA_1)).collect()
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
            let mut pair = pair(architecture, &first, Criterion::SquaredError);
            let batch = batch(&architecture, samples, 0);
            for stepper in &mut pair {
                stepper.step(&batch, rate(0));
            }
            let [expected, got] = pair.each_mut().map(losses);
            let near = (expected - got).abs() < 1e-5 * expected;
            assert!(near, "{case}: {expected} {got}");
            let [expected, got] = pair.each_ref().map(|stepper| gradient(&**stepper));
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
        let mut pair = pair(architecture, &start(architecture), Criterion::SquaredError);
        let jumps = activation == Activation::Relu;
        for step in 0..100 {
            let batch = batch(&architecture, samples, step);
            for stepper in &mut pair {
                stepper.step(&batch, rate(step));
            }
            if [0, 9, 99].contains(&step) {
                let [expected, got] = pair.each_ref().map(|stepper| flat(&**stepper));
                let gap = mean_difference(&expected.weights, &got.weights);
                let most = if jumps { 2e-2 } else { 1e-3 };
                assert!(gap < most, "{case}, {step}: weights differ by {gap} rates");
                for (a, b) in [
                    (&expected.first, &got.first),
                    (&expected.second, &got.second),
                ] {
                    let gap = largest_difference(a, b);
                    let most = if jumps { 1e-2 } else { 1e-3 };
                    assert!(gap < most, "{case}, {step}: moments differ by {gap}");
                }
            }
        }
        let [expected, got] = pair.each_mut().map(losses);
        let near = (expected - got).abs() < 1e-5 * expected;
        assert!(near, "{case}: {expected} {got}");
        assert_eq!(losses(&mut pair[1]), 0.0, "all were taken");
    }
}

/// Three classes by the sector of the plane.
#[test]
fn a_classifiers_steps_end_where_burn_ends() {
    let mut architecture = architecture(3, 16, 2, Activation::Silu);
    architecture.outputs = 3;
    let mut pair = pair(architecture, &start(architecture), Criterion::CrossEntropy);
    for step in 0..30 {
        let mut batch = batch(&architecture, 50, step);
        let class = |row: &[f32]| usize::from(row[0] > 0.0) + usize::from(row[1] > 0.3);
        let one_hot = |row| (0..3).map(move |k| f32::from(u8::from(k == class(row))));
        batch.target = batch.input.chunks(3).flat_map(one_hot).collect();
        for stepper in &mut pair {
            stepper.step(&batch, rate(step));
        }
        if step == 0 {
            let [expected, got] = pair.each_ref().map(|stepper| gradient(&**stepper));
            let gap = largest_difference(&expected, &got);
            assert!(gap < 1e-5, "gradients differ by {gap}");
        }
    }
    let [expected, got] = pair.each_mut().map(losses);
    let near = (expected - got).abs() < 1e-5 * expected;
    assert!(near, "{expected} {got}");
    let [expected, got] = pair.each_ref().map(|stepper| flat(&**stepper).weights);
    let gap = mean_difference(&expected, &got);
    assert!(gap < 1e-3, "weights differ by {gap} learning rates");
}

/// Batches as lanes make them: Fourier features, labels of which some are hidden, weights.
#[test]
fn a_lanes_own_batches_are_learnt_as_by_burn() {
    for guide in [Guide::None, Guide::Cfg] {
        for features in [Features::Plain, Features::Fourier] {
            let mut spec = LaneSpec::default();
            spec.data.target = Target::Moons;
            (spec.model.guide, spec.model.features) = (guide, features);
            spec.training.batch = 90;
            let mut objective = Objective::new(&spec, &Drawn::default()).expect("moons are known");
            let architecture = objective.lane().architecture();
            let first = Flat::start(objective.lane().network().parameters().to_vec());
            let mut pair = pair(architecture, &first, Criterion::SquaredError);
            for step in 0..20 {
                let batch = objective.batch(90);
                for stepper in &mut pair {
                    stepper.step(&batch, rate(step));
                }
            }
            let [expected, got] = pair.each_ref().map(|stepper| flat(&**stepper).weights);
            let gap = mean_difference(&expected, &got);
            assert!(gap < 1e-3, "{guide:?} {features:?}: {gap} learning rates");
        }
    }
}

#[test]
fn a_run_goes_on_from_blocks_to_burn_and_back() {
    let (architecture, samples) = (architecture(35, 20, 3, Activation::Elu), 40);
    let steppers = |flat: &Flat| pair(architecture, flat, Criterion::SquaredError);
    let train = |stepper: &mut Box<dyn Stepper>, steps: core::ops::Range<u32>| {
        steps.for_each(|k| stepper.step(&batch(&architecture, samples, k), rate(k)));
        flat(&**stepper)
    };
    let [_, mut blocked] = steppers(&start(architecture));
    let whole = train(&mut blocked, 0..30);
    let [_, mut blocked] = steppers(&start(architecture));
    let [mut burn, _] = steppers(&train(&mut blocked, 0..10));
    let [_, mut blocked] = steppers(&train(&mut burn, 10..20));
    let parts = train(&mut blocked, 20..30);
    let gap = mean_difference(&whole.weights, &parts.weights);
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
    for stepper in pair(architecture, &given, Criterion::SquaredError) {
        assert_eq!(flat(&*stepper), given);
        let weights = block_on(stepper.weights());
        assert_eq!(weights.expect("main memory can be read"), given.weights);
    }
}

/// A loss that is not a number must be seen, or nobody stops the run.
#[test]
fn what_is_not_a_number_is_not_hidden() {
    for &activation in Activation::ALL {
        let architecture = architecture(3, 9, 2, activation);
        let mut flat = start(architecture);
        *flat.weights.last_mut().expect("there are weights") = f32::NAN;
        for mut stepper in pair(architecture, &flat, Criterion::SquaredError) {
            stepper.step(&batch(&architecture, 20, 0), rate(0));
            assert!(losses(&mut stepper).is_nan(), "{activation:?}");
        }
    }
}
