//! The whole state of a visit: the settings, and what has been computed for them so far.

use super::settings::Settings;
use crate::engine::protocol::{Backend, Ensemble, RunId};
use crate::flow::Point;
use crate::flow::distribution::Distribution;
use crate::flow::network::Network;

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
}

/// The pointer on the stage of a lane, in the plane's coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    pub lane: usize,
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
#[derive(Debug)]
pub struct LaneState {
    pub run: RunId,
    /// Training steps taken.
    pub step: u32,
    /// Whether the user wants the lane to train.
    pub training: bool,
    pub history: History,
    pub steps_per_second: f64,
    /// The particles on the stage; `step: None` marks the exact flow.
    pub ensemble: Option<Ensemble>,
    /// The lane's trained network, for the probe under the pointer.
    pub network: Option<Network>,
    pub source: Distribution,
    pub target: Distribution,
    /// A fixed sample of the target, for the data layer.
    pub data: Vec<Point>,
    pub pairs: Option<PairsView>,
    pub arrows: Option<Grid>,
    pub density: Option<Grid>,
    /// The measured gap of a scheduler transfer, and the solver steps it was measured with.
    pub transfer: Option<TransferView>,
}

/// Figures against training steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// `(step, loss)`, thinned so that it never exceeds a few hundred entries.
    pub loss: Vec<(u32, f64)>,
    pub excess: Vec<(u32, f64)>,
    pub straightness: Vec<(u32, f64)>,
    /// The Bayes floor of the loss, where a closed form is known.
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
    /// 1 for a density, 2 for a velocity.
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
