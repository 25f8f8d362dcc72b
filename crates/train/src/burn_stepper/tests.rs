//! Burn's steps against finite differences, against Burn's own optimiser of modules, and on moons.

use super::*;
use crate::adam::Rate;
use crate::device::Processor;
use crate::fused::architecture;
use crate::trainer::Trainer;
use burn::optim::GradientsParams;
use flow::VelocityField;
use flow::batch::Objective;
use flow::network::Network;
use flow::random::Rng;
use flow::spec::{Activation, Drawn, LaneSpec, Target, TrainingSpec};
use pollster::block_on;

const SAMPLES: usize = 17;

fn batch(seed: u64) -> Batch {
    let mut rng = Rng::new(seed);
    let mut draw = |n: usize| (0..n).map(|_| rng.normal() as f32).collect::<Vec<_>>();
    let [input, target, weight] = [3, 2, 1].map(|columns| draw(SAMPLES * columns));
    Batch {
        input,
        target,
        weight: weight.into_iter().map(f32::abs).collect(),
    }
}

fn stepper(network: &Network) -> BurnStepper {
    let flat = Flat::start(network.parameters().to_vec());
    let (device, criterion) = (Device::flex(), Criterion::SquaredError);
    let on = (&device, Kind::Cpu);
    BurnStepper::new(
        &network.architecture(),
        &flat,
        criterion,
        on,
        WhyBurn::Chosen,
    )
}

fn rate(step: u32, lr: f64) -> Rate {
    let training = TrainingSpec {
        lr,
        batch: SAMPLES as u32,
        limit: 0,
    };
    Rate::after(step, &training)
}

/// The loss in double precision, from the plain network's velocities.
fn plain_loss(network: &Network, batch: &Batch) -> f64 {
    let sample = |i: usize| {
        let [x, y, t] = [0, 1, 2].map(|k| f64::from(batch.input[3 * i + k]));
        let mut out = [[0.0; 2]];
        network.velocity(&[[x, y]], t, None, &mut out);
        let error = |k: usize| out[0][k] - f64::from(batch.target[2 * i + k]);
        f64::from(batch.weight[i]) * (error(0).powi(2) + error(1).powi(2)) / 2.0
    };
    (0..SAMPLES).map(sample).sum::<f64>() / SAMPLES as f64
}

#[test]
fn the_gradient_is_that_of_finite_differences() {
    // The smooth ones: a kink within the step would spoil the difference.
    for activation in [Activation::Silu, Activation::Tanh] {
        let architecture = architecture(3, 12, 2, activation);
        let network = Network::init(architecture, &mut Rng::new(3));
        let (mut stepper, batch) = (stepper(&network), batch(4));
        stepper.step(&batch, rate(0, 1e-3));
        let loss = block_on(stepper.take_loss_sum()).expect("it can be read");
        assert!((loss - plain_loss(&network, &batch)).abs() < 1e-5);
        let first = block_on(stepper.flat()).expect("it can be read").first;
        for i in (0..first.len()).step_by(7) {
            let shifted = |by: f32| {
                let mut parameters = network.parameters().to_vec();
                parameters[i] += by;
                plain_loss(&Network::new(architecture, parameters).unwrap(), &batch)
            };
            let h = 1e-2;
            let slope = (shifted(h) - shifted(-h)) / (2.0 * f64::from(h));
            let gradient = f64::from(first[i] / (1.0 - BETA_1));
            let gap = (slope - gradient).abs();
            assert!(gap < 3e-4, "{activation:?} {i}: {slope} {gradient}");
        }
    }
}

/// The steps that any Burn program would take: the same numbers to the last bit.
#[test]
fn steps_are_those_of_burns_optimiser_of_modules() {
    let architecture = architecture(3, 10, 3, Activation::Selu);
    let network = Network::init(architecture, &mut Rng::new(3));
    let mut stepper = stepper(&network);
    let device = Device::flex().autodiff();
    let mut module = Module::from_flat(&architecture, network.parameters(), &device);
    let config = AdamConfig::new()
        .with_beta_1(BETA_1)
        .with_beta_2(BETA_2)
        .with_epsilon(EPSILON);
    let mut optimiser = config.init();
    for step in 0..10 {
        let lr = 1e-2 / f64::from(step + 1);
        let batch = batch(u64::from(step));
        stepper.step(&batch, rate(step, lr));
        let loss = module.loss(Criterion::SquaredError, DeviceBatch::new(&batch, &device));
        let gradients = GradientsParams::from_grads(loss.backward(), &module);
        module = optimiser.step(lr, module, gradients);
    }
    let expected = block_on(module.to_flat()).expect("it can be read");
    assert_eq!(
        block_on(stepper.weights()).expect("it can be read"),
        expected
    );
}

/// The losses of 200 steps on moons, with a learning rate that decays: within a thousandth, step by step.
#[test]
fn moons_are_learnt_to_the_same_losses_as_by_blocked_steps() {
    let mut spec = LaneSpec::default();
    spec.data.target = Target::Moons;
    (spec.training.batch, spec.training.limit) = (128, 300);
    let burn = Processor::cpu("a test");
    let blocked = burn.clone().with_blocked(Ok(()));
    let losses = [burn, blocked].map(|processor| {
        let mut objective = Objective::new(&spec, &Drawn::default()).expect("moons are known");
        let network = objective.lane().network();
        let mut trainer = Trainer::new(&processor, &network, spec.training);
        let mut step = || {
            trainer.step(&objective.batch(128));
            block_on(trainer.take_losses()).expect("it can be read").0
        };
        (0..200).map(|_| step()).collect::<Vec<_>>()
    });
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    let [first, last] = [mean(&losses[0][..10]), mean(&losses[0][150..])];
    assert!(last < first, "it learns: {first} {last}");
    for (step, (burn, blocked)) in losses[0].iter().zip(&losses[1]).enumerate() {
        let near = (burn - blocked).abs() < 1e-3 * burn;
        assert!(near, "step {step}: {burn} {blocked}");
    }
}
