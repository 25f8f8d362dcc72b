//! Our numbers beside those of PyTorch, POT and SciPy, which `tests/reference/make.py` writes.

use flow::VelocityField;
use flow::coupling::{matched, partly_matched};
use flow::features::Encoding;
use flow::network::{Architecture, Network};
use flow::pairs::Pairs;
use flow::sinkhorn::{Limits, sinkhorn};
use flow::spec::{Activation, LaneSpec, ModelSpec};
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
struct Transport {
    x: Vec<[f64; 2]>,
    y: Vec<[f64; 2]>,
    exact: f64,
    matching: Vec<usize>,
    entropic: Vec<Entropic>,
    partial: Vec<Partial>,
}

#[derive(Deserialize)]
struct Entropic {
    epsilon: f64,
    cost: f64,
    first_row: Vec<f64>,
}

#[derive(Deserialize)]
struct Partial {
    keep: f64,
    cost: f64,
}

#[derive(Deserialize)]
struct Mlp {
    width: u32,
    depth: u32,
    parameters: Vec<f32>,
    input: Vec<f64>,
    output: Vec<f64>,
    divergence: Vec<f64>,
    training: Training,
}

/// What only a trainer reproduces.
#[derive(Deserialize)]
struct Training {
    lr: f64,
    steps: u32,
    target: Vec<f32>,
    weight: Vec<f32>,
    loss: f64,
    trained: Vec<f32>,
}

fn transport() -> Transport {
    serde_json::from_str(include_str!("reference/ot.json")).expect("as make.py wrote it")
}

/// A case for every activation.
fn networks() -> Vec<(Activation, Mlp)> {
    let text = include_str!("reference/mlp.json");
    let mut cases: HashMap<String, serde_json::Value> =
        serde_json::from_str(text).expect("as make.py wrote it");
    let case = |&activation: &Activation| {
        let case = cases.remove(activation.name()).expect("every activation");
        (activation, serde_json::from_value(case).expect("a network"))
    };
    Activation::ALL.iter().map(case).collect()
}

fn network(activation: Activation, case: &Mlp) -> Network {
    let spec = ModelSpec {
        width: case.width,
        depth: case.depth,
        activation,
        ..LaneSpec::default().model
    };
    Network::new(
        Architecture::new(&spec, Encoding::PLAIN),
        case.parameters.clone(),
    )
    .expect("one shape")
}

#[track_caller]
fn close(ours: f64, theirs: f64, tolerance: f64) {
    let error = (ours - theirs).abs();
    assert!(
        error <= tolerance * (1.0 + theirs.abs()),
        "{ours} instead of {theirs}"
    );
}

#[test]
fn matchings_are_those_of_scipy_and_pot() {
    let Transport {
        x,
        y,
        exact,
        matching,
        partial,
        ..
    } = transport();
    let ours = matched(x.clone(), &y);
    close(ours.cost(), exact, 1e-12);
    let x1 = matching.iter().map(|&j| y[j]).collect();
    assert_eq!(ours, Pairs { x0: x.clone(), x1 });
    for Partial { keep, cost } in partial {
        close(partly_matched(&x, &y, keep).cost(), cost, 1e-6);
    }
}

#[test]
fn entropic_plans_are_those_of_pot() {
    let Transport { x, y, entropic, .. } = transport();
    let limits = Limits {
        tolerance: 1e-9,
        most_iterations: 200_000,
    };
    for Entropic {
        epsilon,
        cost,
        first_row,
    } in entropic
    {
        let plan = sinkhorn(&x, &y, epsilon, limits);
        close(plan.cost, cost, 1e-6);
        for (&ours, &theirs) in plan.row(0).iter().zip(&first_row) {
            close(ours, theirs, 1e-5);
        }
    }
}

#[test]
fn networks_and_their_divergences_are_those_of_pytorch() {
    for (activation, case) in networks() {
        let network = network(activation, &case);
        let points: Vec<_> = case.input.chunks(3).map(|row| [row[0], row[1]]).collect();
        let t = case.input[2];
        let (mut velocity, mut divergence) =
            (vec![[0.0; 2]; points.len()], vec![0.0; points.len()]);
        network.velocity(&points, t, None, &mut velocity);
        network.divergence(&points, t, None, &mut divergence);
        for (&ours, &theirs) in velocity.iter().flatten().zip(&case.output) {
            close(ours, theirs, 2e-6);
        }
        for (&ours, &theirs) in divergence.iter().zip(&case.divergence) {
            close(ours, theirs, 5e-6);
        }
    }
}

#[test]
fn steps_of_adam_are_those_of_pytorch() {
    use flow::batch::Batch;
    use flow::spec::TrainingSpec;
    use train::choice::StepperChoice;
    use train::device::Processor;
    use train::trainer::Trainer;

    for (activation, case) in networks() {
        let given = &case.training;
        let spec = TrainingSpec {
            lr: given.lr,
            batch: given.weight.len() as u32,
            // No limit: a constant rate.
            limit: 0,
        };
        let batch = Batch {
            input: case.input.iter().map(|&v| v as f32).collect(),
            target: given.target.clone(),
            weight: given.weight.clone(),
        };
        let start = network(activation, &case);
        // What ships on the CPU, and Burn alone.
        let blocked = pollster::block_on(Processor::tested_cpu("a test", StepperChoice::Auto));
        for processor in [blocked, Processor::cpu("a test")] {
            let mut trainer = Trainer::new(&processor, &start, spec);
            trainer.step(&batch);
            let (loss, _) = pollster::block_on(trainer.take_losses()).expect("a loss");
            close(loss, given.loss, 1e-6);
            (1..given.steps).for_each(|_| trainer.step(&batch));
            let trained = pollster::block_on(trainer.weights()).expect("weights");
            for (&ours, &theirs) in trained.iter().zip(&given.trained) {
                close(ours.into(), theirs.into(), 1e-4);
            }
        }
    }
}
