//! A lane in the engine: what it is, its training or that it borrows, and its picture.

use super::display::Display;
use super::training_run::TrainingRun;
use flow::experiment::Experiment;
use flow::spec::{Drawn, LaneSpec, SamplingSpec};
use protocol::{LaneFault, LaneId, Progress, RunId};
use std::rc::Rc;
use train::device::Processor;

/// One of the two lanes.
pub(crate) struct LaneState {
    pub run: RunId,
    /// How its network is, or the borrowed one was, trained.
    pub experiment: Rc<Experiment>,
    /// The drawings, which a helper needs as well.
    drawn: Drawn,
    pub sampling: SamplingSpec,
    /// `None` for a lane that borrows the other's network.
    pub training_run: Option<TrainingRun>,
    pub display: Display,
    pub straightness: Option<f64>,
    pub kinetic: Option<f64>,
    /// How long its baseline may be worked on before the next picture.
    pub slices_for_baseline: u32,
}

impl LaneState {
    /// A lane at step 0, whose picture is asked for.
    ///
    /// # Errors
    /// If there is nothing to train on.
    pub(crate) fn new(
        run: RunId,
        (spec, drawn): (&LaneSpec, &Drawn),
        borrow: bool,
        processor: &Processor,
        now: f64,
    ) -> Result<Self, LaneFault> {
        let experiment = Experiment::new(spec, drawn).map_err(LaneFault::Data)?;
        let experiment = Rc::new(experiment);
        let mut lane = Self {
            run,
            training_run: (!borrow).then(|| TrainingRun::new(&experiment, processor, now)),
            experiment,
            drawn: drawn.clone(),
            sampling: spec.sampling,
            display: Display::default(),
            straightness: None,
            kinetic: None,
            slices_for_baseline: 0,
        };
        lane.display.redraw();
        Ok(lane)
    }

    /// Whether it has steps to take.
    pub(crate) fn trains(&self) -> bool {
        self.training_run.as_ref().is_some_and(TrainingRun::running)
    }

    /// Whether its training waits for batches that others could make.
    pub(crate) fn wants_help(&self) -> bool {
        self.training_run
            .as_ref()
            .is_some_and(TrainingRun::wants_help)
    }

    /// Batches made or ordered for its steps to come.
    pub(crate) fn ahead(&self) -> u32 {
        self.training_run.as_ref().map_or(0, TrainingRun::ahead)
    }

    /// What a helper needs to know of it.
    pub(crate) fn task(&self) -> (LaneSpec, Drawn) {
        (*self.experiment.spec(), self.drawn.clone())
    }

    /// Whether it has a picture to draw, or a baseline to make.
    pub(crate) fn draws(&self, training: bool) -> bool {
        self.display.waits(training) || self.measures()
    }

    /// Whether its baseline is still to be made.
    fn measures(&self) -> bool {
        let training_run = self.training_run.as_ref();
        training_run.is_some_and(|training_run| training_run.baseline.done().is_none())
    }

    /// The lane's figures, if it is time to report them.
    pub(crate) fn progress(&mut self, lane: LaneId, now: f64) -> Option<Progress> {
        let training_run = self.training_run.as_mut()?;
        if !training_run.close_report(now) {
            return None;
        }
        Some(Progress {
            straightness: self.straightness,
            kinetic: self.kinetic,
            ..training_run.progress(lane, self.run)
        })
    }
}
