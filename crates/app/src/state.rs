//! The whole state of a visit: the settings, and what has been computed for them so far.

use super::exact_preview::{ArrowsPreview, Preview};
use super::handover::{Handover, Race};
use super::pictures::Pictures;
use super::settings::Settings;
use super::suspend::Presence;
use super::terms::Term;
use super::tour::Progress;
use super::user_data::{Endpoint, Pen};
use super::views::Views;
use flow::Point;
use flow::experiment::Experiment;
use flow::network::{Architecture, Network};
use flow::spec::{Drawn, LaneSpec};
use protocol::{Accuracy, Backend, Checkpoint, Ensemble, JobId, LaneId, RunId};

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
    pub(super) kept_drawing: Option<Drawn>,
    /// Seconds that time has rested at 1.
    pub(super) rest: f64,
    /// The last run id given out.
    pub(super) runs: RunId,
    /// The last job id given out.
    pub(super) jobs: JobId,
    pub(super) handover: Handover,
    /// What both engines were measured to do, once they were.
    pub race: Option<Race>,
    /// Parameters that the host keeps from being changed; `all` for every one.
    pub locks: Vec<String>,
    /// Which end a stroke draws, where both are drawn.
    pub drawing: Endpoint,
    pub pen: Pen,
    pub(super) presence: Presence,
}

impl State {
    /// The state of a visit that starts with these settings.
    pub fn new(settings: Settings) -> Self {
        let mut state = Self {
            settings: Settings {
                lanes: 0,
                ..settings.clone()
            },
            lanes: [LaneState::default(), LaneState::default()],
            playing: settings.t == 0.0,
            reduced_motion: false,
            engine: EngineState::Loading { fraction: None },
            notices: Vec::new(),
            extent: 4.0,
            pointer: None,
            charts: Vec::new(),
            highlight: None,
            tour: Progress::default(),
            kept_drawing: None,
            rest: 0.0,
            runs: 0,
            jobs: FIRST_PAGE_JOB,
            handover: Handover::None,
            race: None,
            locks: Vec::new(),
            drawing: Endpoint::default(),
            pen: Pen::default(),
            presence: Presence::default(),
        };
        // No lane was shown before, so this starts every lane of the settings.
        super::settle::settle(&mut state, settings, &mut Vec::new());
        state
    }

    /// What a lane is made of. A borrowing lane B has lane A's experiment and its own sampling.
    pub fn spec(&self, lane: LaneId) -> LaneSpec {
        self.settings.spec(lane)
    }

    /// The shape of a lane's network.
    ///
    /// # Errors
    /// A sentence, if the lane cannot run with its settings.
    pub fn architecture(&self, lane: LaneId) -> Result<Architecture, String> {
        let math = self.lanes[lane]
            .math
            .as_ref()
            .ok_or("The lane is not shown, or cannot run with these settings.")?;
        Ok(math.architecture())
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

/// The pointer on the stage of a lane, in the plane's coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    pub lane: LaneId,
    pub at: Point,
}

/// A sentence for the user: a key of the language files and what stands for its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub key: &'static str,
    pub values: Vec<String>,
}

/// Where the engine stands.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineState {
    /// Being fetched; the share of its bytes that has arrived, where known.
    Loading { fraction: Option<f64> },
    /// It can train.
    Ready(Backend),
    /// It could not be loaded or has failed: the reason, as a sentence.
    Lost(String),
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
    pub(super) running: bool,
    pub history: History,
    /// How well floor and excess are known.
    pub accuracy: Accuracy,
    pub steps_per_second: f64,
    /// `E integral |v|^2 dt` of the flow on the stage.
    pub kinetic: Option<f64>,
    /// How its steps are taken, as the engine says it.
    pub method: String,
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
    pub(super) math: Option<Experiment>,
    /// The exact flow on its way to the stage.
    pub(super) preview: Option<Preview>,
    pub(super) arrows_preview: Option<ArrowsPreview>,
    /// What has been asked of the engine for drawing.
    pub(super) pictures: Pictures,
    /// Steps to train to, where the user asked for other than the limit.
    pub(super) goal: Option<u32>,
    /// Whether the network began with weights from a file.
    pub loaded: bool,
    /// What the run goes on from once an engine is told of it.
    pub(super) kept: Option<Checkpoint>,
    /// Counts the changes of how the lane is sampled.
    pub(super) sampling: u32,
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

/// Pairs as a lane's coupling draws them.
#[derive(Clone, Debug, PartialEq)]
pub struct PairsView {
    /// Flat points.
    pub x0: Vec<f32>,
    pub x1: Vec<f32>,
    /// `E |x1 - x0|^2`.
    pub cost: f64,
    /// Share of pairs of segments that cross.
    pub crossings: f64,
}

/// Values on a square grid at several times: `channels` floats a cell, rows from the top,
/// one grid a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    pub side: usize,
    /// Half-width of the square that the grid covers.
    pub extent: f64,
    /// 1 for a density or another scalar, 2 for a velocity or another vector.
    pub channels: usize,
    pub times: Vec<f64>,
    pub values: Vec<f32>,
}

/// A scheduler transfer beside the field it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct TransferView {
    /// The largest distance between transferred paths and rescaled paths.
    pub gap: f64,
    pub steps: u32,
    /// The rescaled paths `s_r x_{t_r}` of the field it was transferred from, for the overlay.
    pub rescaled: Ensemble,
}
