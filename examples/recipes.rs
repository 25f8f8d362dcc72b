//! Prints, as a Markdown table, how near each target's exact field the default network comes by several recipes: the
//! excess loss after 1,000, 2,500 and 5,000 steps on the CPU.
//!
//! `cargo run --profile site --example recipes` (some minutes); what it printed last is in
//! `docs/reproduction.md`. An argument prints only the targets whose name contains it.

use flow::batch::Objective;
use flow::evaluation::EvaluationSet;
use flow::network::Network;
use flow::spec::{Drawn, Features, LaneSpec, Target};
use pollster::block_on;
use std::time::Instant;
use train::choice::StepperChoice;
use train::device::Processor;
use train::trainer::Trainer;

const STOPS: [u32; 3] = [1000, 2500, 5000];
const RATES: [f64; 4] = [0.003, 0.005, 0.01, 0.02];

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let cpu = block_on(Processor::tested_cpu("an example", StepperChoice::Auto));
    println!("| target | features | rate, falling to 0 | 1,000 steps | 2,500 | 5,000 | steps/s |");
    println!("|---|---|---|---|---|---|---|");
    // Drawn targets are whatever somebody draws.
    let targets = Target::ALL.iter().filter(|t| **t != Target::Drawn);
    for &target in targets.filter(|target| target.name().contains(&wanted)) {
        for features in [Features::Plain, Features::Fourier] {
            for lr in RATES {
                row(&cpu, target, features, lr);
            }
        }
    }
}

fn row(cpu: &Processor, target: Target, features: Features, lr: f64) {
    let mut spec = LaneSpec::default();
    spec.data.target = target;
    (spec.model.features, spec.training.lr) = (features, lr);
    let (excesses, pace) = learn(cpu, &spec);
    let excesses = excesses.map(|excess| format!("{excess:.4}")).join(" | ");
    let (target, features) = (target.name(), features.name());
    println!("| {target} | {features} | {lr} | {excesses} | {pace:.0} |");
}

/// The excess loss at each stop, and the steps a second.
fn learn(cpu: &Processor, spec: &LaneSpec) -> ([f64; STOPS.len()], f64) {
    let mut objective = Objective::new(spec, &Drawn::default()).expect("it is not drawn");
    let network = objective.lane().network();
    let set = EvaluationSet::new(objective.lane()).expect("a closed form");
    let mut trainer = Trainer::new(cpu, &network, spec.training);
    let mut seconds = 0.0;
    let excesses = STOPS.map(|stop| {
        let begin = Instant::now();
        while trainer.steps() < stop {
            trainer.step(&objective.batch(spec.training.batch as usize));
        }
        seconds += begin.elapsed().as_secs_f64();
        let weights = block_on(trainer.weights()).expect("the CPU does not fail");
        let trained = Network::new(network.architecture(), weights).expect("the same shape");
        set.excess(&*objective.lane().learned(&trained)).value
    });
    (excesses, f64::from(trainer.steps()) / seconds)
}
