//! Everything that can happen to the page, and everything the page can ask of the world.

use super::notice::Notice;
use super::settings::Layer;
use super::terms::Term;
use super::user_data::{Endpoint, Imported, Pen};
use flow::Point;
use protocol::{BackendKind, EngineFault, LaneId, Reply, Request};

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// Time passed, in seconds. The only clock there is.
    Tick {
        dt: f64,
    },
    /// A control was moved: a schema name and its text.
    Set {
        lane: LaneId,
        name: String,
        text: String,
    },
    /// Several values at once, by schema name (`b.` for lane B), on top of what is set.
    Patch(Vec<(String, String)>),
    /// A link was opened: its fragment, on top of the defaults.
    OpenLink(String),
    Play,
    Pause,
    TogglePlay,
    /// Move time by this much and stop there.
    StepTime(f64),
    /// Move time to this and stop there.
    Seek(f64),
    /// Train these lanes (all, if none is named) this many more steps, or up to the limit.
    Train {
        lane: Option<LaneId>,
        steps: Option<u32>,
    },
    StopTraining {
        lane: Option<LaneId>,
    },
    ToggleTraining,
    /// New networks from the same seed.
    Reset,
    /// Show this comparison, by its name in `scenes::COMPARISONS`.
    Compare(String),
    /// One lane to two and back.
    ToggleCompare,
    OpenScene(u32),
    /// The next scene (`1`) or the one before (`-1`).
    TurnScene(i32),
    /// Starts or stops the tour through the scenes.
    ToggleTour,
    /// A term of a formula, or what belongs to it, is pointed at.
    Highlight(Option<Term>),
    ToggleLayer(Layer),
    /// The pen was at these points of the stage: it draws there, or erases.
    Draw(Vec<Point>),
    /// The drawing at hand is emptied.
    ClearDrawing,
    /// Strokes draw this end from now on.
    Pick(Endpoint),
    Take(Pen),
    /// Points were brought along for one end of the flow, which is theirs from now on.
    Bring {
        role: Endpoint,
        imported: Imported,
    },
    /// Weights from a file for a lane's network; they fit its architecture.
    Load {
        lane: LaneId,
        weights: Vec<f32>,
    },
    /// Something for the user to read.
    Notify(Notice),
    /// The host keeps these parameters as they are.
    Lock(Vec<String>),
    /// Nobody has looked for long: the engine is let go.
    Release,
    /// Somebody looks again.
    Recall,
    Pointer(Option<Pointer>),
    /// These charts are on the page, by name; see [`State::charts`](super::state::State::charts).
    Charts(Vec<String>),
    /// Start the engine again after it was lost.
    RetryEngine,
    Dismiss,
    ReducedMotion(bool),
    /// The engine said something.
    Engine(Reply),
    EngineLoading {
        fraction: Option<f64>,
    },
    /// The engine cannot be used.
    EngineLost(EngineFault),
    /// The second engine, which may take over, said something.
    Candidate(Reply),
    CandidateLost(EngineFault),
}

/// Something to be done by the glue around the state machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Send(Request),
    SendToCandidate(Request),
    /// The candidate becomes the engine; the old one ends.
    Promote,
    /// The candidate ends.
    DismissCandidate,
    /// The engine of that kind is fetched as a candidate, once more.
    LoadCandidate(BackendKind),
    /// The engine ends until it is loaded again.
    Release,
    /// The engine is fetched.
    Load,
    /// The address bar should say this fragment.
    WriteLink(String),
    /// Listeners should hear of it.
    Emit(Event),
}

/// What listeners of the page hear.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The engine can train.
    Ready,
    /// Settings have changed.
    State,
    /// Time has moved.
    Time,
    /// A lane has trained some more.
    Trained { lane: LaneId },
    /// Something went wrong, or was done otherwise than asked.
    Error(Notice),
}

/// The pointer on the stage of a lane, in the plane's coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointer {
    pub lane: LaneId,
    pub at: Point,
}
