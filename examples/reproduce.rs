//! Prints, as a Markdown table, the published numbers of flow matching in the plane beside ours.
//!
//! `cargo run --profile site --example reproduce` (some minutes); what it printed last
//! is in `docs/reproduction.md`. An argument prints only the rows that contain it.

use flow::batch::Objective;
use flow::coupling::matched;
use flow::datasets;
use flow::distribution::{Distribution, Estimate};
use flow::evaluation::{EvaluationSet, bayes_floor};
use flow::experiment::Experiment;
use flow::metrics::{floors, kinetic_energy, normalised_path_energy, on_support, straightness, w2};
use flow::network::Network;
use flow::pairs::Pairs;
use flow::random::Rng;
use flow::reference::{INDEPENDENT_COST, MATCHED_COSTS, torch_cfm_moons};
use flow::solver::Frames;
use flow::spec::{CouplingKind, Drawn, Features, LaneSpec, Source, Target};
use flow::{Point, VelocityField};
use std::time::Instant;
use train::choice::StepperChoice;
use train::device::Processor;
use train::trainer::Trainer;

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    println!("| what | published | ours |\n|---|---|---|");
    for (what, published, measure) in rows() {
        if what.contains(&wanted) {
            println!("| {what} | {published} | {} |", measure());
        }
    }
}

/// What is measured, the published number, and how to get ours.
type Row = (String, String, Box<dyn Fn() -> String>);

fn row(
    what: impl Into<String>,
    published: impl ToString,
    measure: impl Fn() -> String + 'static,
) -> Row {
    (what.into(), published.to_string(), Box::new(measure))
}

fn rows() -> Vec<Row> {
    let mut rows = losses();
    rows.extend(costs());
    rows.extend(finite_samples());
    rows.extend(trained());
    rows.extend(paths());
    rows
}

fn spec(target: Target) -> LaneSpec {
    let mut spec = LaneSpec::default();
    spec.data.target = target;
    spec
}

fn lane(spec: &LaneSpec) -> Experiment {
    Experiment::new(spec, &Drawn::default()).expect("nothing of it is drawn")
}

fn shown(estimate: Estimate) -> String {
    format!("{:.3} ± {:.3}", estimate.value, estimate.error)
}

/// Checkerboard, CondOT, independent: what the best predictor loses, and what no predictor does.
fn losses() -> Vec<Row> {
    const POINTS: usize = 2_000_000;
    let floor = || {
        let floor = bayes_floor(&lane(&spec(Target::Checkerboard)), POINTS);
        shown(floor.expect("a closed form"))
    };
    let zero = || {
        let mut objective = objective(&spec(Target::Checkerboard));
        let batch = objective.batch(POINTS);
        let squares = batch.target.iter().map(|&v| f64::from(v) * f64::from(v));
        shown(Estimate::of(&squares.collect::<Vec<_>>()))
    };
    vec![
        row(
            "checkerboard, Bayes floor of the loss",
            "3.737 ± 0.007",
            floor,
        ),
        row("checkerboard, loss of a zero network", "7.576", zero),
    ]
}

/// Transport costs of TorchCFM's pair of data sets.
fn costs() -> Vec<Row> {
    let independent = row(
        "8 Gaussians to moons, independent pairs, E‖x₁ − x₀‖²",
        INDEPENDENT_COST,
        || {
            mean_cost(
                |x0, x1| Pairs {
                    x0,
                    x1: x1.to_vec(),
                },
                10_000,
                20,
            )
        },
    );
    let matched = MATCHED_COSTS.into_iter().map(|(n, published)| {
        let what = format!("8 Gaussians to moons, matched in batches of {n}, E‖x₁ − x₀‖²");
        row(what, published, move || {
            mean_cost(matched, n as usize, (16_384 / n as usize).max(16))
        })
    });
    [independent].into_iter().chain(matched).collect()
}

/// Pairs source points with target points.
type Couple = fn(Vec<Point>, &[Point]) -> Pairs;

fn mean_cost(couple: Couple, n: usize, batches: usize) -> String {
    let mut rng = Rng::new(1);
    let source = datasets::eight_gaussians();
    let cost = |_| {
        let x0 = source.sample(&mut rng, n);
        couple(x0, &torch_cfm_moons(&mut rng, n)).cost()
    };
    let costs: Vec<f64> = (0..batches).map(cost).collect();
    shown(Estimate::of(&costs))
}

/// W2 between two samples of 1,000 points of one distribution.
fn finite_samples() -> Vec<Row> {
    let floor = |distribution: fn() -> Distribution| {
        move || {
            let (data, mut rng) = (distribution(), Rng::new(2));
            let values: Vec<f64> = (0..5).map(|_| floors(&data, 1000, &mut rng).w2).collect();
            shown(Estimate::of(&values))
        }
    };
    let what = |name: &str| format!("{name}, W2 of two samples of 1,000");
    vec![
        row(what("two moons"), 0.10, floor(datasets::moons)),
        row(what("8 Gaussians"), 0.57, floor(datasets::eight_gaussians)),
        row(what("checkerboard"), 0.37, floor(datasets::checkerboard)),
    ]
}

fn objective(spec: &LaneSpec) -> Objective {
    Objective::new(spec, &Drawn::default()).expect("nothing of it is drawn")
}

/// The network after all steps of its limit, and the seconds they took.
fn train(spec: &LaneSpec) -> (Network, f64) {
    let mut objective = objective(spec);
    let network = objective.lane().network();
    let processor = pollster::block_on(Processor::tested_cpu("an example", StepperChoice::Auto));
    let mut trainer = Trainer::new(&processor, &network, spec.training);
    let begin = Instant::now();
    for _ in 0..spec.training.limit {
        trainer.step(&objective.batch(spec.training.batch as usize));
    }
    let weights = pollster::block_on(trainer.weights()).expect("the CPU does not fail");
    let network = Network::new(network.architecture(), weights).expect("the same shape");
    (network, begin.elapsed().as_secs_f64())
}

/// The excess loss reached and the samples on the data's support, if that is bounded, for three seeds.
fn excess(spec: LaneSpec) -> String {
    let (mut excesses, mut shares, mut seconds) = (Vec::new(), Vec::new(), 0.0);
    for seed in [1, 2, 3] {
        let spec = LaneSpec { seed, ..spec };
        let (network, took) = train(&spec);
        let lane = lane(&spec);
        let set = EvaluationSet::new(&lane).expect("a closed form");
        let learned = set.excess(&*lane.learned(&network)).value;
        excesses.push(format!("{learned:.4}"));
        let frames = follow(&spec, &network, 10_000);
        let share = on_support(frames.frame(frames.len() - 1), lane.target());
        shares.extend(share.map(|share| format!("{:.1}%", 100.0 * share)));
        seconds += took / 3.0;
    }
    let mut said = excesses.join(", ");
    if !shares.is_empty() {
        said += &format!("; {} of the samples on the squares", shares.join(", "));
    }
    format!("{said} ({seconds:.0} s each)")
}

/// Particles of the source, along the network's flow.
fn follow(spec: &LaneSpec, network: &Network, particles: usize) -> Frames {
    let lane = lane(spec);
    let field: Box<dyn VelocityField> = lane.learned(network);
    let noise = lane.noise(particles, 5);
    let mut flow = lane.integration(&spec.sampling, &*field, noise, spec.sampling.steps + 1);
    while flow.step(&*field) {}
    flow.into_frames()
}

/// What a plain numpy trainer reaches.
fn trained() -> Vec<Row> {
    let moons = |lr: f64| {
        let mut spec = spec(Target::Moons);
        (spec.training.lr, spec.training.limit) = (lr, 2000);
        move || excess(spec)
    };
    let checkerboard = |(lr, limit): (f64, u32), features: Features| {
        let mut spec = spec(Target::Checkerboard);
        (spec.model.width, spec.model.features) = (128, features);
        (spec.training.lr, spec.training.batch, spec.training.limit) = (lr, 1024, limit);
        move || excess(spec)
    };
    let moons_of = |lr: &str| format!("two moons, 64x3, batch 256, 2,000 steps at {lr}: excess");
    let board = |steps: &str| format!("checkerboard, 128x3, batch 1024, {steps}: excess");
    let (short, long) = ((3e-3, 4000), (5e-3, 8000));
    let [plain, fourier] = [Features::Plain, Features::Fourier];
    vec![
        row(moons_of("1e-3"), 0.093, moons(1e-3)),
        row(moons_of("3e-3"), 0.056, moons(3e-3)),
        row(moons_of("1e-2"), 0.024, moons(1e-2)),
        row(
            board("4,000 steps at 3e-3, plain"),
            0.018,
            checkerboard(short, plain),
        ),
        row(
            board("4,000 steps at 3e-3, Fourier features"),
            0.0087,
            checkerboard(short, fourier),
        ),
        row(
            board("8,000 steps at 5e-3, plain"),
            "",
            checkerboard(long, plain),
        ),
        row(
            board("8,000 steps at 5e-3, Fourier features"),
            "at most 0.01; at least 95%",
            checkerboard(long, fourier),
        ),
    ]
}

/// Straightness and normalised path energy, 8 Gaussians to moons, with and without matching.
fn paths() -> Vec<Row> {
    let of = |coupling| {
        move || {
            let mut spec = spec(Target::Moons);
            (spec.data.source, spec.data.coupling) = (Source::EightGaussians, coupling);
            path_figures(&spec)
        }
    };
    let what = |name: &str| format!("8 Gaussians to moons, {name}: straightness, NPE");
    vec![
        row(what("independent"), "", of(CouplingKind::Independent)),
        row(what("matched"), "several times lower", of(CouplingKind::Ot)),
    ]
}

fn path_figures(spec: &LaneSpec) -> String {
    const PARTICLES: usize = 1000;
    let (network, _) = train(spec);
    let (lane, frames) = (lane(spec), follow(spec, &network, PARTICLES));
    let mut rng = Rng::new(6);
    let start = lane.source().sample(&mut rng, PARTICLES);
    let ends = w2(&start, &lane.target().sample(&mut rng, PARTICLES));
    let energy = normalised_path_energy(kinetic_energy(&frames), ends);
    format!("{:.3}, {energy:.3}", straightness(&frames))
}
