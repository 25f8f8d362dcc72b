//! What a lane's losses are measured against: in closed form where there is one, else estimated from
//! many pairs.

use super::reflow_round::ReflowRound;
use super::slices::{Sliced, pause};
use flow::distribution::Estimate;
use flow::evaluation::{EvaluationSet, Survey, floor_values, spread_over_time};
use flow::experiment::Experiment;
use flow::labels::Labelled;
use flow::pairs::Pairs;
use std::rc::Rc;

/// Points behind the Bayes floor, whose standard error is then some thousandths of it; fewer where
/// the exact field is a sum over many pairs of components.
const FLOOR_POINTS: usize = 65_536;
const FEWEST_FLOOR_POINTS: usize = 4096;
const FLOOR_WORK: usize = 2_000_000;

/// Seed of the pairs behind an estimate, their batches counted up from it.
const SEED: u32 = 3_000_000;

/// The floor of the loss, and the points on which the excess above it is measured.
#[derive(Clone, Default)]
pub(crate) struct Baseline {
    pub floor: Option<Estimate>,
    pub evaluation: Option<Rc<EvaluationSet>>,
}

impl Baseline {
    /// Whether it is an estimate.
    pub(crate) fn estimated(&self) -> bool {
        self.evaluation.as_ref().is_some_and(|set| set.estimated())
    }
}

/// The baseline of a lane while it is computed, and then the baseline itself: exact fields take a while.
pub(crate) enum BaselineTask {
    UnderWay {
        work: Sliced<Baseline>,
        /// Whether it is worth waiting for: a closed form is quick, an estimate is not.
        quick: bool,
    },
    Done(Baseline),
}

impl BaselineTask {
    pub(crate) fn begin(lane: Rc<Experiment>, round: ReflowRound) -> Self {
        let quick = round.known(&lane).truth().is_some();
        let work = Sliced::new(make(lane, round));
        Self::UnderWay { work, quick }
    }

    /// Whether it is being made, and worth waiting for.
    pub(crate) fn soon(&self) -> bool {
        matches!(self, Self::UnderWay { quick: true, .. })
    }

    /// The baseline, if it has been computed.
    pub(crate) fn done(&self) -> Option<&Baseline> {
        match self {
            Self::Done(baseline) => Some(baseline),
            Self::UnderWay { .. } => None,
        }
    }

    /// Goes on making it.
    pub(crate) async fn drive(&mut self, time_left: impl Fn() -> bool) {
        if let Self::UnderWay { work, .. } = self
            && let Some(baseline) = work.drive(time_left).await
        {
            *self = Self::Done(baseline);
        }
    }
}

/// Computes the baseline of what the lane learns in that reflow round.
pub(crate) async fn make(lane: Rc<Experiment>, round: ReflowRound) -> Baseline {
    let known = round.known(&lane);
    let paths = known.source().components().len() * known.target().components().len();
    let points = (FLOOR_WORK / paths.max(1)).clamp(FEWEST_FLOOR_POINTS, FLOOR_POINTS);
    let Some(values) = floor_values(&known, points) else {
        return estimate(&lane, &round).await;
    };
    let mut floor = Vec::new();
    for value in values {
        floor.push(value);
        pause().await;
    }
    Baseline {
        floor: Some(spread_over_time(&floor)),
        evaluation: EvaluationSet::new(&known).map(Rc::new),
    }
}

async fn estimate(lane: &Experiment, round: &ReflowRound) -> Baseline {
    let mut survey = Survey::new(lane.clone(), gather(lane, round).await);
    while survey.step() {
        pause().await;
    }
    let (floor, evaluation) = survey.finish();
    Baseline {
        floor: Some(floor),
        evaluation: Some(Rc::new(evaluation)),
    }
}

/// Many pairs of what the lane learns in that round, a batch at a time. Those of a flow have no
/// labels.
pub(crate) async fn gather(lane: &Experiment, round: &ReflowRound) -> Labelled {
    let mut drawn = Labelled::default();
    if let Some(pool) = &round.pool {
        drawn.pairs = Pairs::clone(pool);
        return drawn;
    }
    let batch = lane.spec().training.batch.max(1) as usize;
    let mut seed = SEED;
    while drawn.pairs.len() < Survey::PAIRS {
        drawn.append(lane.labelled_pairs(batch, seed));
        seed += 1;
        pause().await;
    }
    drawn
}
