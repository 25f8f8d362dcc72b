//! Answers to questions, in slices.

use super::acceleration::Accelerator;
use super::baseline::Baseline;
use super::reflow_round::ReflowRound;
use super::sampling_task::{
    Followed, SamplingTask, ensemble, flat, flops, particles_in_a_slice, points,
};
use super::slices::pause;
use flow::VelocityField;
use flow::classifier::Classifier;
use flow::distribution::Distribution;
use flow::experiment::Experiment;
use flow::network::Network;
use flow::spec::SamplingSpec;
use protocol::{Answer, Floats, Job, LaneId, Metrics, Refusal, RunId, Which};
use std::rc::Rc;

mod couplings;
mod curves;
mod figures;
mod grid;
mod likelihood;
mod maps;
mod paths;
mod studies;
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
pub(crate) struct Context {
    pub lane: LaneId,
    pub run: RunId,
    pub experiment: Rc<Experiment>,
    pub sampling: SamplingSpec,
    pub network: Rc<Network>,
    /// The classifier that guides the lane, once it has learned something.
    pub classifier: Option<Rc<Classifier>>,
    /// Training steps behind the network, and how many of them a second takes.
    pub step: u32,
    pub pace: f64,
    /// The round of a rectified flow.
    pub round: ReflowRound,
    /// What the losses are measured against, if it is made.
    pub baseline: Option<Baseline>,
    /// A GPU that may follow particles.
    pub accelerator: Accelerator,
    /// Seconds since some moment.
    pub clock: Rc<dyn Fn() -> f64>,
}

/// Answers a question.
pub(crate) async fn answer(context: Context, job: Job) -> Result<Answer, Refusal> {
    match job {
        Job::Sample {
            n,
            seed,
            sampling,
            trajectories,
        } => sample(&context, count(n, MOST)?, seed, sampling, trajectories).await,
        Job::Field { points, t, which } => field(&context, &points, t, which).await,
        Job::Couple { n, seed } => couplings::couple(&context, count(n, MOST_PAIRS)?, seed).await,
        Job::Metrics => figures::metrics(&context).await,
        Job::Grid {
            map,
            side,
            extent,
            times,
        } => maps::map(&context, map, &grid::Grid::new(side, extent, times)?).await,
        Job::Likelihood {
            points,
            method,
            probes,
            seed,
        } => likelihood::at_points(&context, &points, method, (probes, seed)).await,
        Job::Study(study) => studies::study(&context, study).await.map(Answer::Study),
        Job::TransferGap { n, seed } => transfer::gap(&context, count(n, MOST)?, seed).await,
    }
}

/// A number of points that can be worked with.
fn count(n: u32, most: u32) -> Result<usize, Refusal> {
    match n {
        0 => Err(Refusal::NoPoints),
        n if n > most => Err(Refusal::TooManyPoints { most }),
        n => Ok(n as usize),
    }
}

impl Context {
    /// The velocity field that the network stands for, with labels where a classifier knows them.
    fn learned(&self) -> Box<dyn VelocityField + '_> {
        self.experiment
            .learned_with(&self.network, self.classifier.as_deref())
    }

    /// The data that the lane's samples are compared with.
    fn target_law(&self) -> Distribution {
        self.experiment.target_law(&self.sampling)
    }

    /// Floating-point operations of one evaluation of that field at one point.
    fn flops(&self) -> usize {
        flops(&self.network, self.classifier.as_deref())
    }

    /// The exact field of what the network learns.
    fn truth(&self) -> Result<Box<dyn VelocityField>, Refusal> {
        let known = self.round.known(&self.experiment);
        known.truth().ok_or(Refusal::NoExactField)
    }

    /// Fresh particles of the lane's source, ready to go.
    fn sampling_task(
        &self,
        n: usize,
        seed: u32,
        sampling: SamplingSpec,
        keep: u32,
    ) -> SamplingTask {
        SamplingTask {
            lane: self.experiment.clone(),
            network: self.network.clone(),
            classifier: self.classifier.clone(),
            sampling,
            noise: self.experiment.noise(n, seed),
            keep,
            accelerator: self.accelerator.clone(),
        }
    }
}

async fn sample(
    context: &Context,
    n: usize,
    seed: u32,
    sampling: SamplingSpec,
    trajectories: bool,
) -> Result<Answer, Refusal> {
    let keep = if trajectories { FRAMES } else { 1 };
    let sampling_task = context.sampling_task(n, seed, sampling, keep);
    let Followed { frames, nfe } = sampling_task.follow().await;
    let (lane, run, step) = (context.lane, context.run, Some(context.step));
    let ensemble = ensemble(lane, run, step, &frames, nfe);
    Ok(Answer::Sample { ensemble })
}

async fn field(context: &Context, x: &Floats, t: f64, which: Which) -> Result<Answer, Refusal> {
    let x = points(x);
    if !t.is_finite() || x.iter().flatten().any(|v| !v.is_finite()) {
        return Err(Refusal::NotFinite);
    }
    let (inner, flops): (Box<dyn VelocityField + '_>, usize) = match which {
        Which::Model => (context.learned(), context.flops()),
        Which::Exact => (context.truth()?, EXACT_FLOPS),
    };
    // What the lane follows: where it is sampled under another schedule, the transferred field.
    let (field, _) = context
        .experiment
        .sampled_field_as(&context.sampling, &*inner);
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
