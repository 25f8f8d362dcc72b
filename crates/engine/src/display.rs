//! The picture of a lane: its particles through its current field, again and again.

use super::sampling_task::{Followed, SamplingTask, flat};
use super::slices::{Sliced, pause};
use flow::distribution::Estimate;
use flow::evaluation::{EvaluationSet, spread_over_time};
use flow::experiment::Experiment;
use flow::metrics;
use flow::network::Network;
use flow::spec::SolverKind;
use protocol::Floats;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// Most frames of an ensemble: enough for a smooth scrub by interpolation.
pub(crate) const FRAMES: u32 = 65;

/// Solver steps of a quick picture.
const QUICK_STEPS: u32 = 5;

/// Arithmetic of a quick picture, in floating-point operations: below 100 ms in wasm.
const QUICK_FLOPS: usize = 400_000_000;

/// Arithmetic of a picture while its network trains: about 0.3 s in wasm, so that learning is seen
/// as it happens; the careful picture follows when training pauses.
const LIVE_FLOPS: usize = 1_500_000_000;

/// Fewest solver steps of such a picture.
const LIVE_STEPS: u32 = 16;

/// Tolerance of the adaptive method in such a picture, at least.
const LIVE_TOLERANCE: f64 = 1e-3;

/// Seconds from the order of a picture that a helper draws to that of the next, at least: learning
/// looks smooth, and more would only keep the page busy.
const INTERVAL: f64 = 0.1;

/// The same, in times of what the picture took, for each lane: there are batches to make, and the page
/// and the browser need processors too.
const REST: f64 = 3.0;

/// Seconds that a helper may take for a picture before it is given up. By their arithmetic, pictures of the
/// largest networks take some seconds.
const PATIENCE: f64 = 15.0;

/// How carefully a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Few steps, at once: a control has been moved.
    Quick,
    /// As the lane's sampling says, but with fewer steps where those would take long: the network
    /// is training, and the next picture is already due.
    Live,
    /// As the lane's sampling says.
    Full,
}

/// A finished picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnsembleResult {
    pub detail: Detail,
    /// Training steps behind the field.
    pub step: u32,
    /// The round of a rectified flow that it belongs to.
    pub round: u32,
    pub times: Vec<f32>,
    /// The particles at all of these times, flat.
    pub frames: Floats,
    pub nfe: u32,
    pub straightness: f64,
    /// `E integral |v|^2 dt`.
    pub kinetic: f64,
    /// The network's excess loss, where it was asked for and is known.
    pub excess: Option<Estimate>,
}

/// What a lane's picture is waiting for.
#[derive(Default)]
pub(crate) struct Display {
    wanted: Option<Detail>,
    task: Option<Task>,
    remote_render: Option<RemoteRender>,
    tickets: u32,
}

struct Task {
    detail: Detail,
    work: Sliced<EnsembleResult>,
}

/// A picture that a helper draws, or has drawn a moment ago.
struct RemoteRender {
    ticket: u32,
    helper: usize,
    since: f64,
    /// When it was there.
    arrived: Option<f64>,
}

impl Display {
    /// Whether there is something to draw here. While networks train, the next picture waits for the one
    /// that a helper draws.
    pub(crate) fn waits(&self, training: bool) -> bool {
        let rests = training && self.remote_render.is_some();
        self.task.is_some() || self.wanted.is_some() && !rests
    }

    /// Whether a first, quick ensemble is wanted or being computed.
    pub(crate) fn urgent(&self) -> bool {
        let under_way = self.task.as_ref().map(|task| task.detail);
        [self.wanted, under_way].contains(&Some(Detail::Quick))
    }

    /// Whether a picture is under way.
    pub(crate) fn under_way(&self) -> bool {
        self.task.is_some()
    }

    /// A control has moved: what is under way is void.
    pub(crate) fn redraw(&mut self) {
        self.task = None;
        self.remote_render = None;
        self.wanted = Some(Detail::Quick);
    }

    /// The field has changed a little: another picture after the one under way.
    pub(crate) fn refresh(&mut self) {
        self.wanted = self.wanted.or(Some(Detail::Full));
    }

    /// The picture to begin now, unless one is under way. What a helper draws is void.
    pub(crate) fn begin(&mut self) -> Option<Detail> {
        if self.under_way() {
            return None;
        }
        self.remote_render = None;
        self.wanted.take()
    }

    /// The next picture is a helper's; its ticket.
    pub(crate) fn remote_render(&mut self, helper: usize, now: f64) -> u32 {
        self.tickets += 1;
        self.remote_render = Some(RemoteRender {
            ticket: self.tickets,
            helper,
            since: now,
            arrived: None,
        });
        self.tickets
    }

    /// A helper's picture is there; whether it is still wanted.
    pub(crate) fn arrived(&mut self, ticket: u32, now: f64) -> bool {
        let remote_render = self.remote_render.as_mut();
        let wanted = remote_render.filter(|own| own.ticket == ticket && own.arrived.is_none());
        wanted.map(|own| own.arrived = Some(now)).is_some()
    }

    /// Time goes by, with so many lanes to draw. The helper that has taken too long for its picture, if
    /// one has.
    pub(crate) fn look(&mut self, now: f64, lanes: usize) -> Option<usize> {
        let RemoteRender {
            helper,
            since,
            arrived,
            ..
        } = *self.remote_render.as_ref()?;
        let limit = arrived.map_or(PATIENCE, |there| {
            INTERVAL.max(REST * lanes as f64 * (there - since))
        });
        if now < since + limit {
            return None;
        }
        self.remote_render = None;
        arrived.is_none().then_some(helper)
    }

    /// A helper is no more; what it was drawing is drawn again.
    pub(crate) fn lose(&mut self, helper: usize) {
        let own = |own: &RemoteRender| own.helper == helper && own.arrived.is_none();
        if self.remote_render.as_ref().is_some_and(own) {
            self.remote_render = None;
            self.refresh();
        }
    }

    /// Takes on a picture.
    pub(crate) fn draw(&mut self, detail: Detail, work: Sliced<EnsembleResult>) {
        self.task = Some(Task { detail, work });
    }

    /// Goes on with the picture under way; returns it once it is finished.
    pub(crate) async fn drive(&mut self, time_left: impl Fn() -> bool) -> Option<EnsembleResult> {
        let picture = self.task.as_mut()?.work.drive(time_left).await?;
        self.task = None;
        if picture.detail == Detail::Quick {
            self.refresh();
        }
        Some(picture)
    }
}

/// Computes an ensemble, in slices: the particles' trajectories, and the excess loss if `evaluation` is given.
/// A quick one that would be no less careful counts as full.
pub(crate) async fn picture(
    mut sampling_task: SamplingTask,
    (step, round): (u32, u32),
    detail: Detail,
    evaluation: Option<Rc<EvaluationSet>>,
) -> EnsembleResult {
    let detail = match detail {
        Detail::Quick => hasten(&mut sampling_task),
        Detail::Live => shorten(&mut sampling_task),
        Detail::Full => detail,
    };
    let Followed { frames, nfe } = sampling_task.follow().await;
    let excess = match evaluation {
        Some(set) if detail != Detail::Quick => {
            Some(excess(&set, &sampling_task.lane, &sampling_task.network).await)
        }
        _ => None,
    };
    EnsembleResult {
        detail,
        step,
        round,
        nfe,
        straightness: metrics::straightness(&frames),
        kinetic: metrics::kinetic_energy(&frames),
        times: frames.times.iter().map(|&t| t as f32).collect(),
        frames: flat(&frames.points),
        excess,
    }
}

/// The excess loss of a network, with a pause after every group of points.
pub(crate) async fn excess(set: &EvaluationSet, lane: &Experiment, network: &Network) -> Estimate {
    let learned = lane.learned(network);
    let mut values = Vec::new();
    for value in set.excesses(&*learned) {
        values.push(value);
        pause().await;
    }
    spread_over_time(&values)
}

/// Takes fewer steps where the picture would take long.
fn shorten(sampling_task: &mut SamplingTask) -> Detail {
    let flops = sampling_task.noise.len() * sampling_task.flops();
    let sampling = &mut sampling_task.sampling;
    if sampling.solver == SolverKind::Dopri5 {
        sampling.rtol = sampling.rtol.max(LIVE_TOLERANCE);
        return Detail::Live;
    }
    let stages = sampling_task.lane.solver(sampling).stages() as usize;
    let affordable = (LIVE_FLOPS / (flops * stages).max(1)) as u32;
    sampling.steps = sampling.steps.min(affordable.max(LIVE_STEPS));
    Detail::Live
}

/// Takes fewer steps and, with a large network, fewer particles, where that is needed.
fn hasten(sampling_task: &mut SamplingTask) -> Detail {
    let (sampling, all) = (sampling_task.sampling, sampling_task.noise.len());
    sampling_task.sampling.steps = sampling.steps.min(QUICK_STEPS);
    if sampling.solver == SolverKind::Dopri5 {
        (sampling_task.sampling.solver, sampling_task.sampling.steps) =
            (SolverKind::Midpoint, QUICK_STEPS);
    }
    let stages =
        sampling_task.lane.solver(&sampling_task.sampling).stages() * sampling_task.sampling.steps;
    let evaluations = stages as usize * sampling_task.flops();
    sampling_task
        .noise
        .truncate((QUICK_FLOPS / evaluations.max(1)).max(100));
    if (sampling_task.sampling, sampling_task.noise.len()) == (sampling, all) {
        Detail::Full
    } else {
        Detail::Quick
    }
}
