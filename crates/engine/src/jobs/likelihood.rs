//! Log densities of the learned flow.

use super::super::acceleration::Trip;
use super::super::sampling_task::points;
use super::super::slices::pause;
use super::grid::{Grid, points_in_a_slice};
use super::{Context, MOST, count};
use flow::Point;
use flow::distribution::Estimate;
use flow::experiment::log_densities;
use flow::experiment::solver_program::SolverProgram;
use flow::likelihood::{Divergence, LogLikelihood, Nll, Probe, Question, nll};
use flow::random::Rng;
use flow::solver::Solver;
use flow::spec::SolverKind;
use flow::stream;
use protocol::{Answer, Floats, Likelihoods, Method, Probed, Refusal};

/// Steps of RK4 from the data back to the source: an error of about `1e-3` nats.
const STEPS: u32 = 20;

/// The same for a heat map, whose colours do not show more.
const MAP_STEPS: u32 = 10;

/// Most probes a point.
const MOST_PROBES: u32 = 1000;

/// Points behind an entropy that has no closed form.
const ENTROPY_POINTS: usize = 20_000;

/// Log densities with their errors, and the evaluations of the field behind each.
struct Reckoning {
    logs: Vec<Estimate>,
    nfe: u32,
}

/// Answers with the log densities at given points of the data.
pub(super) async fn at_points(
    context: &Context,
    x: &Floats,
    method: Method,
    (probes, seed): (u32, u32),
) -> Result<Answer, Refusal> {
    let x = points(x);
    if x.iter().flatten().any(|v| !v.is_finite()) {
        return Err(Refusal::NotFinite);
    }
    count(x.len() as u32, MOST)?;
    let by = divergence(method, probes.clamp(1, MOST_PROBES), seed);
    let Reckoning { logs, nfe } = reckon(context, &x, 1.0, (by, STEPS)).await;
    let list = |f: fn(&Estimate) -> f64| Floats(logs.iter().map(|log| f(log) as f32).collect());
    Ok(Answer::Likelihood {
        log_densities: list(|log| log.value),
        errors: list(|log| log.error),
        nfe,
    })
}

/// Log densities on a grid, with the exact divergence.
pub(super) async fn on_grid(context: &Context, grid: &Grid) -> Floats {
    let mut values = Vec::new();
    for &t in &grid.times {
        // A shorter way needs fewer steps.
        let steps = ((f64::from(MAP_STEPS) * t).ceil() as u32).max(2);
        let by = (Divergence::Exact, steps);
        let found = reckon(context, &grid.cells(), t, by).await;
        values.extend(found.logs.iter().map(|log| log.value as f32));
    }
    Floats(values)
}

/// The mean negative log-likelihood of fresh target points, exactly and by Hutchinson's estimator.
pub(super) async fn of_fresh_data(context: &Context, n: usize, probes: &[u32]) -> Likelihoods {
    let x = fresh(context, n);
    let seed = context.experiment.spec().seed;
    let exact = reckon(context, &x, 1.0, (Divergence::Exact, STEPS))
        .await
        .logs;
    let mut hutchinson = [Vec::new(), Vec::new()];
    for (found, method) in hutchinson
        .iter_mut()
        .zip([Method::Rademacher, Method::Gaussian])
    {
        for &probes in probes {
            let probes = probes.clamp(1, MOST_PROBES);
            let by = divergence(method, probes, seed);
            let logs = reckon(context, &x, 1.0, (by, STEPS)).await.logs;
            found.push(Probed {
                probes,
                nll: nll(&logs).estimate.value,
                spread: spread(&logs, &exact),
            });
        }
    }
    Likelihoods {
        exact: nll(&exact),
        hutchinson,
        entropy: entropy(context),
        samples: n as u32,
    }
}

/// The root mean square of what estimates are off, over the points that the flow reaches.
fn spread(logs: &[Estimate], exact: &[Estimate]) -> f64 {
    let off = logs.iter().zip(exact).map(|(a, b)| a.value - b.value);
    let known: Vec<f64> = off.filter(|off| off.is_finite()).collect();
    let square: f64 = known.iter().map(|off| off * off).sum();
    (square / known.len().max(1) as f64).sqrt()
}

/// The mean negative log-likelihood of fresh target points, with the exact divergence.
pub(super) async fn exactly(context: &Context, n: usize) -> Nll {
    let by = (Divergence::Exact, STEPS);
    nll(&reckon(context, &fresh(context, n), 1.0, by).await.logs)
}

/// The entropy of the data that the samples are asked for.
pub(super) fn entropy(context: &Context) -> Option<Estimate> {
    let target = context.target_law();
    if let Some(value) = target.closed_entropy() {
        return Some(Estimate { value, error: 0.0 });
    }
    let seed = context.experiment.spec().seed;
    let mut rng = Rng::stream(seed.into(), stream::METRICS);
    let entropy = target.entropy(&mut rng, ENTROPY_POINTS);
    entropy.value.is_finite().then_some(entropy)
}

fn fresh(context: &Context, n: usize) -> Vec<Point> {
    let seed = context.experiment.spec().seed;
    let mut rng = Rng::stream(seed.into(), stream::LIKELIHOOD);
    context.target_law().sample(&mut rng, n)
}

fn divergence(method: Method, probes: u32, seed: u32) -> Divergence {
    let hutchinson = |kind| Divergence::Hutchinson {
        probes,
        kind,
        seed: seed.into(),
    };
    match method {
        Method::Exact => Divergence::Exact,
        Method::Rademacher => hutchinson(Probe::Rademacher),
        Method::Gaussian => hutchinson(Probe::Gaussian),
    }
}

/// Follows the points back, some of them at a time.
async fn reckon(
    context: &Context,
    x: &[Point],
    t: f64,
    (by, steps): (Divergence, u32),
) -> Reckoning {
    let (lane, sampling) = (&context.experiment, &context.sampling);
    let learned = context.learned();
    let (field, _) = lane.sampled_field_as(sampling, &*learned);
    let solver = Solver::new(SolverKind::Rk4, steps);
    let question = lane.density_at(sampling, t, solver).by(by);
    let way = context.likelihood_program(&question);
    if let Some(way) = &way
        && let Some(found) = elsewhere(context, x, way).await
    {
        return found;
    }
    let stopwatch = context.accelerator.stopwatch();
    let size = points_in_a_slice(context, solver.stages() as usize * by.products() as usize);
    let (mut logs, mut nfe) = (Vec::with_capacity(x.len()), 0);
    for (k, x) in x.chunks(size).enumerate() {
        let question = reseeded(question, k as u64);
        let mut work = LogLikelihood::new(question, x.to_vec());
        while stopwatch.time(|| work.step(&*field)) {
            pause().await;
        }
        let starts = lane.log_start(sampling, &*learned, work.origins());
        logs.extend(log_densities(&work, &starts));
        nfe = work.nfe();
        pause().await;
    }
    if let Some(way) = &way {
        let trip = trip(context, x, way);
        context.accelerator.compare(&trip, &stopwatch);
    }
    Reckoning { logs, nfe }
}

impl Context {
    /// What is to be computed, written out; `None` if a GPU could not do it.
    fn likelihood_program(&self, question: &Question) -> Option<SolverProgram> {
        let guided = self.classifier.is_some() && self.sampling.label.is_some();
        if guided || !self.accelerator.exists() {
            return None;
        }
        self.experiment.likelihood_program(&self.sampling, question)
    }
}

fn trip<'a>(context: &'a Context, x: &'a [Point], way: &'a SolverProgram) -> Trip<'a> {
    Trip {
        network: &context.network,
        way,
        noise: x,
        tangents: true,
    }
}

/// The same on the GPU, where there is one that is quicker.
async fn elsewhere(context: &Context, x: &[Point], way: &SolverProgram) -> Option<Reckoning> {
    let arrived = context.accelerator.follow(&trip(context, x, way)).await?;
    let lane = &context.experiment;
    let log = |(&end, integral): (&Point, f64)| Estimate {
        value: lane.log_density_after(way, end, integral),
        error: 0.0,
    };
    let pairs = arrived.ends.iter().zip(arrived.integrals);
    Some(Reckoning {
        logs: pairs.map(log).collect(),
        nfe: way.nfe,
    })
}

/// The question with other probes, for another part of the points.
fn reseeded(question: Question, part: u64) -> Question {
    let divergence = match question.divergence {
        Divergence::Hutchinson { probes, kind, seed } => {
            let seed = seed + (part << 32);
            Divergence::Hutchinson { probes, kind, seed }
        }
        exact @ Divergence::Exact => exact,
    };
    question.by(divergence)
}
