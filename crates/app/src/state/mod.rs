//! The whole state of a visit: the settings, and what has been computed for them so far.

pub mod handover;
pub mod pictures;
pub(crate) mod presence;
pub(crate) mod preview;
pub mod tour;
pub mod views;

use crate::msg::Pointer;
use crate::notice::Notice;
use crate::settings::Settings;
use crate::terms::Term;
use crate::user_data::{Endpoint, Pen};
use flow::Point;
use flow::experiment::Experiment;
use flow::network::{Architecture, Network};
use flow::spec::{Drawn, LaneSpec};
use protocol::{
    Accuracy, Backend, Checkpoint, EngineFault, Ensemble, JobId, LaneId, RunId, SamplerFault,
    StepMethod,
};

use handover::{Handover, Race};
use pictures::Pictures;
use presence::Presence;
use preview::{ArrowsPreview, Preview};
use tour::Progress;
use views::{Grid, PairsView, TransferView, Views};

/// Everything the page knows.
#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    pub lanes: [LaneState; 2],
    pub playing: bool,
    /// A reader who asked for less motion sees a filmstrip instead of an animation.
    pub reduced_motion: bool,
    pub engine: EngineState,
    /// Sentences for the user, newest last, shown until dismissed.
    pub notices: Vec<Notice>,
    /// Half-width of the square of the plane that the stage shows.
    pub extent: f64,
    /// Where the pointer is, if it is on a stage.
    pub pointer: Option<Pointer>,
    /// Charts on the page that the engine must be asked for, by name: `errors costs likelihood
    /// gradients`, and `measures` for the table of all figures.
    pub charts: Vec<String>,
    /// The term of the formulas that is pointed at, so that its marks can be emphasised.
    pub highlight: Option<Term>,
    pub tour: Progress,
    /// The visitor's drawing, while a scene shows one of its own.
    pub(crate) kept_drawing: Option<Drawn>,
    /// Seconds that time has rested at 1.
    pub(crate) rest: f64,
    /// The last run id given out.
    pub(crate) runs: RunId,
    /// The last job id given out.
    pub(crate) jobs: JobId,
    pub(crate) handover: Handover,
    /// What both engines were measured to do, once they were.
    pub race: Option<Race>,
    /// Parameters that the host keeps from being changed; `all` for every one.
    pub locks: Vec<String>,
    /// Which end a stroke draws, where both are drawn.
    pub drawing: Endpoint,
    pub pen: Pen,
    pub(crate) presence: Presence,
}

impl State {
    /// What a lane is made of. A borrowing lane B has lane A's experiment and its own sampling.
    pub fn spec(&self, lane: LaneId) -> LaneSpec {
        self.settings.spec(lane)
    }

    /// The shape of a lane's network.
    /// `None` if the lane is not shown, or cannot run with its settings.
    pub fn architecture(&self, lane: LaneId) -> Option<Architecture> {
        self.lanes[lane].math.as_ref().map(Experiment::architecture)
    }

    /// Whether a lane on the stage trains, or is to as soon as the engine can.
    pub fn training(&self) -> bool {
        let trains = |lane: &LaneId| self.shown(*lane) && !self.settings.borrows(*lane);
        LaneId::ALL
            .into_iter()
            .filter(trains)
            .any(|lane| self.lanes[lane].training)
    }

    /// Whether a lane is on the stage.
    pub fn shown(&self, lane: LaneId) -> bool {
        self.settings.shown(lane)
    }

    /// Whether the engine can be asked for anything.
    pub fn engine_ready(&self) -> bool {
        matches!(self.engine, EngineState::Ready(_))
    }
}

/// The page's own jobs count from here, those of the API from 1.
pub const FIRST_PAGE_JOB: JobId = 1 << 31;

/// Where the engine stands.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineState {
    /// Being fetched; the share of its bytes that has arrived, where known.
    Loading { fraction: Option<f64> },
    /// It can train.
    Ready(Backend),
    /// It could not be loaded or has failed.
    Lost(EngineFault),
}

/// What has been computed for a lane.
#[derive(Debug, Default)]
pub struct LaneState {
    pub run: RunId,
    /// Why the lane cannot run with these settings (no point drawn yet).
    pub problem: Option<Notice>,
    /// Training steps taken.
    pub step: u32,
    /// Rounds of a rectified flow begun.
    pub round: u32,
    /// Whether the user wants the lane to train.
    pub training: bool,
    /// Whether the engine has been told to train it and has not said since that it does not.
    pub(crate) running: bool,
    pub history: History,
    /// How well floor and excess are known.
    pub accuracy: Accuracy,
    pub steps_per_second: f64,
    /// `E integral |v|^2 dt` of the flow on the stage.
    pub kinetic: Option<f64>,
    /// How its steps are taken, once the engine has said it, and why the CPU follows its particles although a GPU
    /// trains.
    pub method: Option<StepMethod>,
    pub sampler_fault: Option<SamplerFault>,
    /// The particles on the stage; `step: None` marks the exact flow.
    pub ensemble: Option<Ensemble>,
    /// The lane's trained network, for the probe under the pointer; a classifier that guides the lane
    /// stays with the engine, so of such a lane this is the unguided field.
    pub network: Option<Network>,
    /// A fixed sample of the target, for the data layer.
    pub data: Vec<Point>,
    pub pairs: Option<PairsView>,
    pub arrows: Option<Grid>,
    pub density: Option<Grid>,
    /// The measured gap of a scheduler transfer, and the solver steps it was measured with.
    pub transfer: Option<TransferView>,
    /// What else has been computed only to be looked at.
    pub views: Views,
    /// The lane's mathematics; absent while there is a [`LaneState::problem`].
    pub(crate) math: Option<Experiment>,
    /// The exact flow on its way to the stage.
    pub(crate) preview: Option<Preview>,
    pub(crate) arrows_preview: Option<ArrowsPreview>,
    /// What has been asked of the engine for drawing.
    pub(crate) pictures: Pictures,
    /// Steps to train to, where the user asked for other than the limit.
    pub(crate) goal: Option<u32>,
    /// Whether the network began with weights from a file.
    pub loaded: bool,
    /// What the run goes on from once an engine is told of it.
    pub(crate) kept: Option<Checkpoint>,
    /// Counts the changes of how the lane is sampled.
    pub(crate) sampling: u32,
}

/// Figures against training steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// `(step, loss)`, thinned so that it never exceeds a few hundred entries.
    pub loss: Vec<(u32, f64)>,
    pub excess: Vec<(u32, f64)>,
    pub straightness: Vec<(u32, f64)>,
    /// The Bayes floor of the loss, where it is known or estimated.
    pub floor: Option<f64>,
}
