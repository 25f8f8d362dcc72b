//! What a caller of the API is told when something cannot be done: a stable code, and a sentence for
//! developers, in English.

use super::user_data;
use super::weights::WeightsFault;
use protocol::{EngineFault, Refusal};

/// Why a call was broken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// What a program may depend on.
    pub code: &'static str,
    pub message: String,
}

/// A call that is wrong in itself: what is wrong with it.
impl From<String> for ApiError {
    fn from(message: String) -> Self {
        Self {
            code: "call",
            message,
        }
    }
}

impl From<&EngineFault> for ApiError {
    fn from(fault: &EngineFault) -> Self {
        let why = match fault {
            EngineFault::NoWorker => "this browser has no module workers".to_owned(),
            EngineFault::NotLoaded(detail) if detail.is_empty() => {
                "its files could not be loaded".to_owned()
            }
            EngineFault::NotLoaded(detail) => format!("its files could not be loaded: {detail}"),
            EngineFault::Crashed => "it stopped unexpectedly".to_owned(),
            EngineFault::Version => "page and engine are of different versions".to_owned(),
        };
        Self {
            code: "no-engine",
            message: format!("There is no training engine: {why}."),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let (code, message) = match refusal {
            Refusal::NotShown(lane) => (
                "lane-not-shown",
                format!("Lane {} is not shown.", lane.letter()),
            ),
            Refusal::Changed(lane) => (
                "lane-changed",
                format!(
                    "Lane {} was changed before the answer was ready.",
                    lane.letter()
                ),
            ),
            Refusal::NoPoints => ("no-points", "Ask for at least one point.".into()),
            Refusal::TooManyPoints { most } => (
                "too-many-points",
                format!("Ask for at most {most} points at a time."),
            ),
            Refusal::NotFinite => (
                "not-finite",
                "Points and times must be finite numbers.".into(),
            ),
            Refusal::NoExactField => (
                "no-exact-field",
                "The exact field of what this lane learns has no closed form, or too many terms. \
                 Choose the independent or the paired coupling, and fewer points, to see it."
                    .into(),
            ),
            Refusal::NoClosedForm => (
                "no-closed-form",
                "Of this lane nothing is known in closed form, or in too many terms. \
                 Choose the independent coupling, and fewer points, to see it."
                    .into(),
            ),
            Refusal::ScoreOfOtherNoise => (
                "score-of-other-noise",
                "A score follows from a velocity only if the source is Gaussian.".into(),
            ),
            Refusal::Grid { most } => ("grid", format!("A grid needs between 1 and {most} cells.")),
            Refusal::Mesh => (
                "mesh",
                "A mesh needs at least two points a side, and a size.".into(),
            ),
            Refusal::RoundTrip => (
                "round-trip",
                "A round trip needs two times from 0 to 1, the earlier first.".into(),
            ),
            Refusal::Balance { most } => (
                "balance",
                format!("A balance needs a box, and at most {most} times."),
            ),
        };
        Self { code, message }
    }
}

impl From<WeightsFault> for ApiError {
    fn from(fault: WeightsFault) -> Self {
        use WeightsFault as Fault;
        let message = match &fault {
            Fault::NoNetwork => {
                "The lane is not shown, or cannot run with these settings.".to_owned()
            }
            Fault::NotSafetensors => "This is no safetensors file.".to_owned(),
            Fault::TooManyTensors { given, wanted } => format!(
                "The file has {given} tensors, but the lane's network has {wanted}: it is deeper than the lane's."
            ),
            Fault::Activation { file, lane } => {
                format!("The file's network has the activation {file}, the lane's has {lane}.")
            }
            Fault::Missing(tensor) => {
                format!("The file has no tensor `{tensor}`, which the lane's network has.")
            }
            Fault::Shape { tensor, file, lane } => format!(
                "`{tensor}` has the shape {file} in the file, but {lane} in the lane's network."
            ),
            Fault::NotFloats(tensor) => format!("`{tensor}` is not of 32-bit floats."),
            Fault::NoData(tensor) => format!("The data of `{tensor}` are not in the file."),
            Fault::NotFinite(tensor) => format!("`{tensor}` holds a number that is not finite."),
        };
        Self {
            code: fault.notice().key,
            message,
        }
    }
}

impl From<user_data::Refusal> for ApiError {
    fn from(refusal: user_data::Refusal) -> Self {
        use user_data::Refusal as Why;
        let message = match refusal {
            Why::TooFew => "A point needs two numbers.",
            Why::NotANumber => "There is something that is no number.",
            Why::NotFinite => "A coordinate is not a finite number.",
            Why::NotAnImage => "The image could not be read.",
            Why::Blank => "The image is white all over: there is nothing dark to sample.",
            Why::Nothing => "There is no point in it.",
        };
        Self {
            code: refusal.key(),
            message: message.to_owned(),
        }
    }
}
