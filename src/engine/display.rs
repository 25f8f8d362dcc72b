//! The picture of a lane: its particles through its current field, again and again.

use super::journey::{Followed, Journey};
use super::slices::{Sliced, pause};
use crate::flow::distribution::Estimate;
use crate::flow::evaluation::{EvaluationSet, spread_over_time};
use crate::flow::lane::Lane;
use crate::flow::metrics;
use crate::flow::network::Network;
use crate::flow::solver::Frames;
use crate::flow::spec::SolverKind;
use std::rc::Rc;

/// Most frames of an ensemble: enough for a smooth scrub by interpolation.
pub const FRAMES: u32 = 65;

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

/// How carefully a picture is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Few steps, at once: somebody has moved a control.
    Quick,
    /// As the lane's sampling says, but with fewer steps where those would take long: the network
    /// is training, and the next picture is already due.
    Live,
    /// As the lane's sampling says.
    Full,
}

/// A finished picture.
pub struct Picture {
    pub detail: Detail,
    /// Training steps behind the field.
    pub step: u32,
    /// The round of a rectified flow that it belongs to.
    pub round: u32,
    pub frames: Frames,
    pub nfe: u32,
    pub straightness: f64,
    /// `E integral |v|^2 dt`.
    pub kinetic: f64,
    /// The network's excess loss, where it was asked for and is known.
    pub excess: Option<Estimate>,
}

/// What a lane's picture is waiting for.
#[derive(Default)]
pub struct Display {
    wanted: Option<Detail>,
    task: Option<Task>,
}

struct Task {
    detail: Detail,
    work: Sliced<Picture>,
}

impl Display {
    /// Whether there is something to draw.
    pub fn waits(&self) -> bool {
        self.task.is_some() || self.wanted.is_some()
    }

    /// Whether somebody is waiting for a first, quick picture.
    pub fn urgent(&self) -> bool {
        let under_way = self.task.as_ref().map(|task| task.detail);
        [self.wanted, under_way].contains(&Some(Detail::Quick))
    }

    /// Whether a picture is under way.
    pub fn under_way(&self) -> bool {
        self.task.is_some()
    }

    /// A control has moved: what is under way is void.
    pub fn redraw(&mut self) {
        self.task = None;
        self.wanted = Some(Detail::Quick);
    }

    /// The field has changed a little: another picture after the one under way.
    pub fn refresh(&mut self) {
        self.wanted = self.wanted.or(Some(Detail::Full));
    }

    /// The picture to begin now, unless one is under way.
    pub fn begin(&mut self) -> Option<Detail> {
        if self.under_way() {
            return None;
        }
        self.wanted.take()
    }

    /// Takes on a picture.
    pub fn draw(&mut self, detail: Detail, work: Sliced<Picture>) {
        self.task = Some(Task { detail, work });
    }

    /// Goes on with the picture under way; returns it once it is finished.
    pub async fn drive(&mut self, time_left: impl Fn() -> bool) -> Option<Picture> {
        let picture = self.task.as_mut()?.work.drive(time_left).await?;
        self.task = None;
        if picture.detail == Detail::Quick {
            self.refresh();
        }
        Some(picture)
    }
}

/// Draws a picture, in slices: the particles' journey, and the excess loss if `evaluation` is given.
/// A quick one that would be no less careful counts as full.
pub async fn picture(
    mut journey: Journey,
    (step, round): (u32, u32),
    detail: Detail,
    evaluation: Option<Rc<EvaluationSet>>,
) -> Picture {
    let detail = match detail {
        Detail::Quick => hasten(&mut journey),
        Detail::Live => shorten(&mut journey),
        Detail::Full => detail,
    };
    let Followed { frames, nfe } = journey.follow().await;
    let excess = match evaluation {
        Some(set) if detail != Detail::Quick => {
            Some(excess(&set, &journey.lane, &journey.network).await)
        }
        _ => None,
    };
    Picture {
        detail,
        step,
        round,
        nfe,
        straightness: metrics::straightness(&frames),
        kinetic: metrics::kinetic_energy(&frames),
        frames,
        excess,
    }
}

/// The excess loss of a network, with a pause after every group of points.
pub async fn excess(set: &EvaluationSet, lane: &Lane, network: &Network) -> Estimate {
    let learned = lane.learned(network);
    let mut values = Vec::new();
    for value in set.excesses(&*learned) {
        values.push(value);
        pause().await;
    }
    spread_over_time(&values)
}

/// Takes fewer steps where the picture would take long.
fn shorten(journey: &mut Journey) -> Detail {
    let flops = journey.noise.len() * journey.flops();
    let sampling = &mut journey.sampling;
    if sampling.solver == SolverKind::Dopri5 {
        sampling.rtol = sampling.rtol.max(LIVE_TOLERANCE);
        return Detail::Live;
    }
    let stages = journey.lane.solver(sampling).stages() as usize;
    let affordable = (LIVE_FLOPS / (flops * stages).max(1)) as u32;
    sampling.steps = sampling.steps.min(affordable.max(LIVE_STEPS));
    Detail::Live
}

/// Takes fewer steps and, with a large network, fewer particles, where that is needed.
fn hasten(journey: &mut Journey) -> Detail {
    let (sampling, all) = (journey.sampling, journey.noise.len());
    journey.sampling.steps = sampling.steps.min(QUICK_STEPS);
    if sampling.solver == SolverKind::Dopri5 {
        (journey.sampling.solver, journey.sampling.steps) = (SolverKind::Midpoint, QUICK_STEPS);
    }
    let stages = journey.lane.solver(&journey.sampling).stages() * journey.sampling.steps;
    let evaluations = stages as usize * journey.flops();
    journey
        .noise
        .truncate((QUICK_FLOPS / evaluations.max(1)).max(100));
    if (journey.sampling, journey.noise.len()) == (sampling, all) {
        Detail::Full
    } else {
        Detail::Quick
    }
}
