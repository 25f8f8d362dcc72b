//! Answers to questions, in slices.

use super::journey::{Journey, ensemble, flat, particles_in_a_slice, points};
use super::protocol::{Answer, Floats, Job, Metrics, RunId, Which};
use super::slices::pause;
use crate::flow::exact::ExactField;
use crate::flow::lane::Lane;
use crate::flow::network::Network;
use crate::flow::spec::SamplingSpec;
use crate::flow::{Point, VelocityField};
use std::rc::Rc;

mod figures;
mod transfer;

/// Most particles or pairs of one question.
const MOST: u32 = 1_000_000;

/// Most pairs of one question: they are matched without a pause.
const MOST_PAIRS: u32 = 20_000;

/// Most frames of a sample's trajectories.
const FRAMES: u32 = 65;

/// Segments whose crossings are counted: their pairs are, so the time grows with the square.
const CROSSING_SAMPLE: u32 = 1000;

/// A lane as it was when the question was taken up.
pub struct Context {
    pub lane: u8,
    pub run: RunId,
    pub experiment: Rc<Lane>,
    pub sampling: SamplingSpec,
    pub network: Rc<Network>,
    /// Training steps behind the network.
    pub step: u32,
}

/// Answers a question; an error is a sentence for the user.
pub async fn answer(context: Context, job: Job) -> Result<Answer, String> {
    match job {
        Job::Sample {
            n,
            seed,
            sampling,
            trajectories,
        } => sample(&context, count(n, MOST)?, seed, sampling, trajectories).await,
        Job::Field { points, t, which } => field(&context, &points, t, which).await,
        Job::Couple { n, seed } => couple(&context, count(n, MOST_PAIRS)?, seed).await,
        Job::Metrics => figures::metrics(&context).await.map(Answer::Metrics),
        Job::Density {
            side,
            extent,
            times,
        } => density(&context, Grid::new(side, extent, times)?).await,
        Job::Arrows {
            side,
            extent,
            times,
        } => arrows(&context, Grid::new(side, extent, times)?).await,
        Job::TransferGap { n, seed } => transfer::gap(&context, count(n, MOST)?, seed).await,
    }
}

/// A number of points that can be worked with.
fn count(n: u32, most: u32) -> Result<usize, String> {
    match n {
        0 => Err("Ask for at least one point.".into()),
        n if n > most => Err(format!("Ask for at most {most} points at a time.")),
        n => Ok(n as usize),
    }
}

impl Context {
    /// Fresh particles of the lane's source, ready to go.
    fn journey(&self, n: usize, seed: u32, sampling: SamplingSpec, keep: u32) -> Journey {
        Journey {
            lane: self.experiment.clone(),
            network: self.network.clone(),
            sampling,
            noise: self.experiment.noise(n, seed),
            keep,
        }
    }
}

async fn sample(
    context: &Context,
    n: usize,
    seed: u32,
    sampling: SamplingSpec,
    trajectories: bool,
) -> Result<Answer, String> {
    let keep = if trajectories { FRAMES } else { 1 };
    let journey = context.journey(n, seed, sampling, keep);
    let frames = journey.follow().await;
    let (lane, run, step) = (context.lane, context.run, Some(context.step));
    let ensemble = ensemble(lane, run, step, &frames, journey.nfe());
    Ok(Answer::Sample { ensemble })
}

async fn field(context: &Context, x: &Floats, t: f64, which: Which) -> Result<Answer, String> {
    let x = points(x);
    if !t.is_finite() || x.iter().flatten().any(|v| !v.is_finite()) {
        return Err("The field can only be asked at finite points and times.".into());
    }
    let learned = context.experiment.learned(&context.network);
    let exact;
    let (inner, flops): (&dyn VelocityField, usize) = match which {
        Which::Model => (&*learned, context.network.architecture().flops()),
        Which::Exact => {
            exact = closed_form(context)?;
            (&exact, EXACT_FLOPS)
        }
    };
    // What the lane follows: where it is sampled under another schedule, the transferred field.
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, inner);
    let mut velocities = vec![[0.0; 2]; x.len()];
    let size = particles_in_a_slice(flops);
    for (x, out) in x.chunks(size).zip(velocities.chunks_mut(size)) {
        field.velocity(x, t, None, out);
        pause().await;
    }
    Ok(Answer::Field(flat(&velocities)))
}

/// A generous guess of what one evaluation of an exact field costs.
const EXACT_FLOPS: usize = 50_000;

/// The exact field of what the lane learns.
fn closed_form(context: &Context) -> Result<ExactField, String> {
    context.experiment.closed_form().ok_or_else(|| {
        "With the optimal-transport coupling the exact field has no closed form. \
         Choose the independent coupling to see it."
            .into()
    })
}

async fn couple(context: &Context, n: usize, seed: u32) -> Result<Answer, String> {
    let pairs = context.experiment.pairs(n, seed);
    pause().await;
    let sample = CROSSING_SAMPLE.min(n as u32);
    Ok(Answer::Couple {
        x0: flat(&pairs.x0),
        x1: flat(&pairs.x1),
        cost: pairs.cost(),
        crossings: pairs.crossings(sample as usize),
        crossing_sample: sample,
    })
}

async fn density(context: &Context, grid: Grid) -> Result<Answer, String> {
    let exact = closed_form(context)?;
    let densities = |x: &[Point], t| {
        exact
            .densities(x, t)
            .into_iter()
            .map(|p| p as f32)
            .collect()
    };
    Ok(Answer::Density(grid.fill(densities).await))
}

async fn arrows(context: &Context, grid: Grid) -> Result<Answer, String> {
    let lane = &context.experiment;
    let learned = lane.learned(&context.network);
    let (field, _) = lane.sampled_field_as(&context.sampling, &*learned);
    let velocities = |x: &[Point], t| {
        let mut out = vec![[0.0; 2]; x.len()];
        field.velocity(x, t, None, &mut out);
        flat(&out).0
    };
    Ok(Answer::Arrows(grid.fill(velocities).await))
}

/// The centres of `side * side` cells over `[-extent, extent]^2`, at each of some times.
struct Grid {
    side: u32,
    extent: f64,
    times: Vec<f64>,
}

impl Grid {
    /// # Errors
    /// If there would be no cell, or too many.
    fn new(side: u32, extent: f64, times: Vec<f64>) -> Result<Self, String> {
        let cells = u64::from(side).pow(2).saturating_mul(times.len() as u64);
        let bounded = extent.is_finite() && extent > 0.0 && times.iter().all(|t| t.is_finite());
        if cells == 0 || cells > u64::from(MOST) || !bounded {
            return Err(format!("A grid needs between 1 and {MOST} cells."));
        }
        Ok(Self {
            side,
            extent,
            times,
        })
    }

    /// The centres of the cells of one row, counted from the top.
    fn row(&self, row: u32) -> Vec<Point> {
        let side = f64::from(self.side);
        let centre = |k: u32| self.extent * ((2.0 * f64::from(k) + 1.0) / side - 1.0);
        (0..self.side).map(|k| [centre(k), -centre(row)]).collect()
    }

    /// The values of `f` at every time, row by row.
    async fn fill(&self, f: impl Fn(&[Point], f64) -> Vec<f32>) -> Floats {
        let mut values = Vec::new();
        for &t in &self.times {
            for row in 0..self.side {
                values.extend(f(&self.row(row), t));
                pause().await;
            }
        }
        Floats(values)
    }
}
