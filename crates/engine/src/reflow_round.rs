//! Rounds of a rectified flow: a lane's own flow makes the pairs that it learns from next.

use super::acceleration::Accelerator;
use super::sampling_task::{Followed, SamplingTask};
use super::snapshot::Snapshot;
use flow::Point;
use flow::experiment::Experiment;
use flow::pairs::Pairs;
use flow::random::Rng;
use flow::spec::{CouplingKind, SampleSchedule, SamplingSpec, SolverKind};
use flow::stream;
use std::rc::Rc;

/// Pairs of a round: enough that a small network does not learn them by heart.
const POOL: usize = 8192;

/// Steps of the midpoint rule on the way from one end of a pair to the other.
const STEPS: u32 = 24;

/// Steps of a round where training has no limit.
const ENDLESS_SHARE: u32 = 2000;

/// What a lane learns from: the pairs of its coupling in round 0, those of its own flow after it.
#[derive(Clone, Default)]
pub(crate) struct ReflowRound {
    pub number: u32,
    pub pool: Option<Rc<Pairs>>,
}

impl ReflowRound {
    /// The lane as far as closed forms go: a rectified flow begins with independent pairs.
    pub(crate) fn known(&self, lane: &Experiment) -> Experiment {
        match self.pool {
            None => lane.before_rectification(),
            Some(_) => lane.clone(),
        }
    }

    /// The number of training steps after which the next round begins, if there is one. All rounds
    /// have the same share of the steps.
    pub(crate) fn end(&self, lane: &Experiment) -> Option<u32> {
        let (data, limit) = (&lane.spec().data, lane.spec().training.limit);
        if data.coupling != CouplingKind::Reflow || self.number >= data.rounds {
            return None;
        }
        let share = if limit > 0 {
            (limit / (data.rounds + 1)).max(1)
        } else {
            ENDLESS_SHARE
        };
        Some(share.saturating_mul(self.number + 1))
    }
}

/// Makes the pairs of round `number`: fresh source points, and where the flow takes them.
///
/// In single precision, so that they stay the same in a checkpoint for another engine.
pub(crate) async fn pool(
    lane: Rc<Experiment>,
    snapshot: Snapshot,
    number: u32,
    accelerator: Accelerator,
) -> Pairs {
    let seed = lane.spec().seed.into();
    let mut rng = Rng::stream(seed, stream::POOLS + u64::from(number));
    let x0 = single(&lane.source().sample(&mut rng, POOL));
    let sampling_task = SamplingTask {
        sampling: SamplingSpec {
            sample_schedule: SampleSchedule::Same,
            solver: SolverKind::Midpoint,
            steps: STEPS,
            label: None,
            ..lane.spec().sampling
        },
        noise: x0.clone(),
        keep: 1,
        accelerator,
        lane,
        network: snapshot.network,
        classifier: snapshot.classifier,
    };
    let Followed { frames, .. } = sampling_task.follow().await;
    let x1 = single(frames.frame(frames.len() - 1));
    Pairs { x0, x1 }
}

fn single(points: &[Point]) -> Vec<Point> {
    let single = |p: &Point| p.map(|v| f64::from(v as f32));
    points.iter().map(single).collect()
}
