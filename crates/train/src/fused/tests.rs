//! The kernels against Burn's module, autodiff and Adam on the CPU, which are themselves held against finite differences. They run on whatever adapter this machine has;
//! where there is none, each test says that it was skipped. `cargo xtask test --gpu` runs them on Chromium's software adapter.

use super::architecture;
use crate::adam::{BETA_1, Rate};
use crate::choice::Kind;
use crate::device::Processor;
use crate::flat::Flat;
use crate::stepper::{Method, Stepper, WhyBurn};
use crate::testing::gpu;
use flow::batch::Batch;
use flow::network::{Architecture, Network};
use flow::random::Rng;
use flow::spec::{Activation, TrainingSpec};
use pollster::block_on;

mod sampling;

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

/// Takes the steps of that range.
fn train(
    store: &mut Box<dyn Stepper>,
    architecture: &Architecture,
    samples: usize,
    steps: core::ops::Range<u32>,
) {
    for step in steps {
        store.step(&batch(architecture, samples, step), rate(step));
    }
}

/// The same network on the CPU and in the kernels.
fn pair(gpu: &Processor, architecture: Architecture, samples: usize) -> [Box<dyn Stepper>; 2] {
    let cpu = Processor::cpu("a test");
    [&cpu, gpu].map(|on| on.stepper(architecture, &start(architecture), samples))
}

fn losses(store: &mut Box<dyn Stepper>) -> f64 {
    block_on(store.take_loss_sum()).expect("the losses can be read")
}

fn flat(store: &dyn Stepper) -> Flat {
    block_on(store.flat()).expect("the store can be read")
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

/// Shapes from the narrowest to the widest and deepest, some with rows that no block fills.
const SHAPES: [(usize, u32, u32, usize); 11] = [
    (3, 8, 1, 16),
    (3, 8, 4, 1),
    (3, 10, 2, 17),
    (3, 64, 3, 256),
    (3, 100, 2, 33),
    (4, 1, 1, 5),
    (35, 64, 3, 100),
    (35, 128, 4, 50),
    (80, 24, 6, 31),
    (3, 512, 1, 19),
    (35, 512, 4, 16),
];

/// After one step from nothing, Adam's first moment is the gradient times `1 - beta_1`.
#[test]
fn the_gradient_is_that_of_the_cpu() {
    let Some(gpu) = gpu() else { return };
    for (inputs, width, depth, samples) in SHAPES {
        for &activation in Activation::ALL {
            let case = format!("{inputs}-{width}x{depth}, {samples} samples, {activation:?}");
            let architecture = architecture(inputs, width, depth, activation);
            let [mut cpu, mut kernels] = pair(gpu, architecture, samples);
            let method = kernels.method();
            assert!(matches!(method, Method::Fused { .. }), "{case}: {method:?}");
            for store in [&mut cpu, &mut kernels] {
                train(store, &architecture, samples, 0..1);
            }
            let (expected, got) = (losses(&mut cpu), losses(&mut kernels));
            assert!(
                (expected - got).abs() < 1e-5 * expected,
                "{case}: {expected} {got}"
            );
            let (expected, got) = (flat(&*cpu), flat(&*kernels));
            let gradient = |flat: &Flat| {
                flat.first
                    .iter()
                    .map(|m| m / (1.0 - BETA_1))
                    .collect::<Vec<_>>()
            };
            let gap = largest_difference(&gradient(&expected), &gradient(&got));
            assert!(gap < 2e-5, "{case}: gradients differ by {gap}");
            let gap = largest_difference(&expected.second, &got.second);
            assert!(gap < 4e-5, "{case}: squares differ by {gap}");
            let gap = mean_difference(&expected.weights, &got.weights);
            assert!(gap < 1e-2, "{case}: weights differ by {gap} learning rates");
        }
    }
}

#[test]
fn one_ten_and_a_hundred_steps_end_where_burn_ends() {
    let Some(gpu) = gpu() else { return };
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
        let [mut cpu, mut kernels] = pair(gpu, architecture, samples);
        for steps in [0..1, 1..10, 10..100] {
            for store in [&mut cpu, &mut kernels] {
                train(store, &architecture, samples, steps.clone());
            }
            let [expected, got] = [losses(&mut cpu), losses(&mut kernels)];
            let near = (expected - got).abs() < 1e-5 * expected;
            assert!(near, "{case}, {steps:?}: {expected} {got}");
            // In one step alone, a gradient near nothing decides where its weight goes; and roundings, in which
            // Burn's own Adam differs, grow where a slope jumps.
            let most = match (steps.end, activation) {
                (2.., Activation::Relu) => 2e-2,
                (1, _) => 1e-2,
                _ => 1e-3,
            };
            let gap = mean_difference(&flat(&*cpu).weights, &flat(&*kernels).weights);
            assert!(
                gap < most,
                "{case}, {steps:?}: weights differ by {gap} learning rates"
            );
        }
    }
}

/// The noise of the targets is the floor; from anywhere else the loss must come down.
#[test]
fn the_kernels_learn() {
    let Some(gpu) = gpu() else { return };
    let architecture = architecture(3, 32, 2, Activation::Silu);
    let [_, mut kernels] = pair(gpu, architecture, 64);
    train(&mut kernels, &architecture, 64, 0..20);
    let before = losses(&mut kernels);
    train(&mut kernels, &architecture, 64, 20..400);
    losses(&mut kernels);
    train(&mut kernels, &architecture, 64, 400..420);
    let after = losses(&mut kernels);
    assert!(after < 0.1 * before, "{before} {after}");
}

#[test]
fn losses_are_summed_until_they_are_taken() {
    let Some(gpu) = gpu() else { return };
    let architecture = architecture(3, 16, 2, Activation::Tanh);
    let [mut at_once, mut one_by_one] = [0, 1]
        .map(|_| pair(gpu, architecture, 20))
        .map(|[_, kernels]| kernels);
    // More than are submitted together.
    train(&mut at_once, &architecture, 20, 0..70);
    let mut sum = 0.0;
    for step in 0..70 {
        train(&mut one_by_one, &architecture, 20, step..step + 1);
        sum += losses(&mut one_by_one);
    }
    let total = losses(&mut at_once);
    assert!((sum - total).abs() < 1e-5 * total, "{sum} {total}");
    assert_eq!(losses(&mut at_once), 0.0, "all were taken");
    assert_eq!(flat(&*at_once), flat(&*one_by_one), "to the last bit");
}

#[test]
fn a_run_goes_on_from_kernels_to_the_cpu_and_back() {
    let Some(gpu) = gpu() else { return };
    let (architecture, samples) = (architecture(35, 20, 3, Activation::Elu), 40);
    let [mut cpu, mut store] = pair(gpu, architecture, samples);
    train(&mut cpu, &architecture, samples, 0..30);
    train(&mut store, &architecture, samples, 0..10);
    let processor = Processor::cpu("a test");
    let mut store = processor.stepper(architecture, &flat(&*store), samples);
    train(&mut store, &architecture, samples, 10..20);
    let mut store = gpu.stepper(architecture, &flat(&*store), samples);
    train(&mut store, &architecture, samples, 20..30);
    let gap = mean_difference(&flat(&*cpu).weights, &flat(&*store).weights);
    assert!(gap < 1e-3, "weights differ by {gap} learning rates");
}

#[test]
fn a_batch_smaller_than_announced_is_a_step_like_any_other() {
    let Some(gpu) = gpu() else { return };
    let architecture = architecture(3, 20, 2, Activation::Silu);
    let [mut cpu, mut kernels] = pair(gpu, architecture, 50);
    for store in [&mut cpu, &mut kernels] {
        train(store, &architecture, 10, 0..3);
        train(store, &architecture, 50, 3..6);
        train(store, &architecture, 1, 6..8);
    }
    let (expected, got) = (losses(&mut cpu), losses(&mut kernels));
    assert!((expected - got).abs() < 1e-5 * expected, "{expected} {got}");
    let gap = mean_difference(&flat(&*cpu).weights, &flat(&*kernels).weights);
    assert!(gap < 1e-3, "weights differ by {gap} learning rates");
}

/// Reading what was written gives the same numbers, to the last bit.
#[test]
fn a_checkpoint_comes_back_as_it_went() {
    let Some(gpu) = gpu() else { return };
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
    let store = gpu.stepper(architecture, &given, 16);
    assert_eq!(flat(&*store), given);
    assert_eq!(
        block_on(store.weights()).expect("they can be read"),
        given.weights
    );
}

#[test]
fn a_network_too_wide_is_trained_by_burn_and_says_why() {
    let Some(gpu) = gpu() else { return };
    let architecture = architecture(3, 8192, 1, Activation::Relu);
    let [mut cpu, mut store] = pair(gpu, architecture, 4);
    let method = store.method();
    // Which limit is met first depends on the GPU: its threads on Chromium's software adapter, its shared memory on
    // an NVIDIA H200.
    let too_large = matches!(method, Method::Burn(Kind::WebGpu, WhyBurn::TooLarge(_)));
    assert!(too_large, "{method:?}");
    for store in [&mut cpu, &mut store] {
        train(store, &architecture, 4, 0..2);
    }
    let (expected, got) = (losses(&mut cpu), losses(&mut store));
    assert!((expected - got).abs() < 1e-4 * expected, "{expected} {got}");
}
