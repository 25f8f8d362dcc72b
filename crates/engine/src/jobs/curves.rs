//! Curves: the error against evaluations of the field, and two gradients that become one.

use super::super::slices::pause;
use super::Context;
use super::paths::ends;
use flow::Point;
use flow::gradients::{Small, TwoGradients};
use flow::random::Rng;
use flow::spec::{SampleSchedule, SamplingSpec, SolverKind};
use flow::stream;
use protocol::{Curves, Finding, Refusal};

/// Particles behind an error.
const PARTICLES: usize = 256;

/// Their seed: not the one of the picture.
const SEED: u32 = 2_000_003;

/// Steps of RK4 that count as exact.
const FINE: u32 = 160;

/// Evaluations that the curves are drawn for, where a method can be given them.
const BUDGETS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Tolerances of the adaptive method.
const TOLERANCES: [f64; 5] = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5];

/// Units of the network whose gradients are compared.
const UNITS: usize = 16;

/// Times, and points at each, of the first samples.
const FIRST: (u32, u32) = (32, 4);

/// Most doublings of the samples.
const MOST_ROUNDS: u32 = 16;

/// The error of every solver, or under every schedule, against evaluations.
pub(super) async fn errors(context: &Context, of: Curves) -> Finding {
    let fine = SamplingSpec {
        sample_schedule: SampleSchedule::Same,
        solver: SolverKind::Rk4,
        steps: FINE,
        ..context.sampling
    };
    let reference = follow(context, fine).await.0;
    let kinds = match of {
        Curves::Solvers => solvers(context.sampling),
        Curves::Schedules => schedules(context.sampling),
    };
    let mut curves = Vec::new();
    for (name, sampling) in kinds {
        let points = curve(context, sampling, &reference).await;
        curves.push((name.to_owned(), points));
    }
    Finding::Errors(curves)
}

/// The same sampling with every solver.
fn solvers(sampling: SamplingSpec) -> Vec<(&'static str, SamplingSpec)> {
    let with = |&solver: &SolverKind| {
        let sampling = SamplingSpec { solver, ..sampling };
        (solver.name(), sampling)
    };
    SolverKind::ALL.iter().map(with).collect()
}

/// The same sampling under every schedule.
fn schedules(sampling: SamplingSpec) -> Vec<(&'static str, SamplingSpec)> {
    let named = SampleSchedule::ALL.iter();
    let named = named.filter(|&&schedule| schedule != SampleSchedule::Same);
    let under = |&sample_schedule: &SampleSchedule| {
        let sampling = SamplingSpec {
            sample_schedule,
            ..sampling
        };
        (sample_schedule.name(), sampling)
    };
    named.map(under).collect()
}

/// One curve, by increasing evaluations.
async fn curve(context: &Context, sampling: SamplingSpec, reference: &[Point]) -> Vec<(u32, f64)> {
    let mut points: Vec<(u32, f64)> = Vec::new();
    for sampling in efforts(context, sampling) {
        let (ends, nfe) = follow(context, sampling).await;
        if points.last().is_none_or(|&(last, _)| nfe > last) {
            points.push((nfe, distance(&ends, reference)));
        }
    }
    points
}

/// The same sampling with ever more effort.
fn efforts(context: &Context, sampling: SamplingSpec) -> Vec<SamplingSpec> {
    if sampling.solver == SolverKind::Dopri5 {
        let with = |&rtol: &f64| SamplingSpec { rtol, ..sampling };
        return TOLERANCES.iter().map(with).collect();
    }
    let stages = context.experiment.solver(&sampling).stages();
    let steps = BUDGETS
        .iter()
        .filter(|&&budget| budget >= stages)
        .map(|budget| budget / stages);
    steps
        .map(|steps| SamplingSpec { steps, ..sampling })
        .collect()
}

async fn follow(context: &Context, sampling: SamplingSpec) -> (Vec<Point>, u32) {
    ends(&context.sampling_task(PARTICLES, SEED, sampling, 1)).await
}

/// The root of the mean squared distance between points of the same number.
fn distance(a: &[Point], b: &[Point]) -> f64 {
    let square = |(a, b): (&Point, &Point)| {
        let d = [a[0] - b[0], a[1] - b[1]];
        d[0] * d[0] + d[1] * d[1]
    };
    let sum: f64 = a.iter().zip(b).map(square).sum();
    (sum / a.len().max(1) as f64).sqrt()
}

/// The gradients of both losses after ever more samples.
pub(super) async fn gradients(context: &Context, rounds: u32) -> Result<Finding, Refusal> {
    let lane = &context.experiment;
    // The theorem is shown for independent pairs, whatever the lane itself learns from.
    let seed = lane.spec().seed.into();
    let network = Small::init(UNITS, &mut Rng::stream(seed, stream::WEIGHTS));
    let rng = Rng::stream(seed, stream::EVALUATION);
    let mut both = TwoGradients::new(network, lane.source(), lane.target(), lane.schedule(), rng);
    let (times, n) = FIRST;
    let mut comparisons = Vec::new();
    for round in 0..rounds.clamp(1, MOST_ROUNDS) {
        // As many again as there are, a small part at a time.
        for _ in 0..(1u32 << round).div_ceil(2) {
            both.add(times, n);
            pause().await;
        }
        comparisons.push(both.comparison());
    }
    Ok(Finding::Gradients(comparisons))
}
