//! What has gone wrong, and why things are as they are, without a sentence in any language: the page
//! has the sentences.

use super::LaneId;
use flow::error::DataError;
use serde::{Deserialize, Serialize};

/// Why nothing trains any more. Training of all lanes has stopped.
///
/// The texts are what a driver or a program says of itself, for developers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The processor that trains has failed.
    Processor(String),
    /// The engine's program has panicked.
    Program(String),
    /// A message of the page's could not be read, as of another build.
    Message(String),
}

/// Why one lane cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LaneFault {
    /// The loss was no longer a number after so many steps.
    Diverged { step: u32 },
    /// There is nothing to train on, or it does not go with the rest of the settings.
    Data(DataError),
    /// The checkpoint to go on from is of a network of another shape.
    Checkpoint,
}

/// Why there is no engine (any more).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EngineFault {
    /// The browser has no module workers.
    NoWorker,
    /// Its files did not load: what the browser says, for developers.
    NotLoaded(String),
    /// Its worker has died.
    Crashed,
    /// Page and engine are of different builds.
    Version,
}

/// Why the CPU trains and not a GPU.
///
/// The texts are what a driver says of itself, for developers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CpuReason {
    /// Nothing else was asked for.
    Chosen,
    /// The program has no WebGPU.
    CpuOnly,
    NoAdapter,
    /// The adapter has no timestamps, which Burn needs.
    NoTimestamps,
    /// WebGPU did not start.
    NotStarted(String),
    /// The adapter of that name computes wrongly: what the self-test says.
    SelfTest {
        adapter: String,
        detail: String,
    },
    /// The GPU has failed.
    Lost(String),
    /// The GPU was measured to be slower.
    Slower,
    /// The engine for WebGPU cannot be used.
    NoEngine(EngineFault),
}

/// Why a question was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// The lane is not shown.
    NotShown(LaneId),
    /// The lane was changed before the answer was ready.
    Changed(LaneId),
    NoPoints,
    TooManyPoints {
        most: u32,
    },
    /// The points or the time are no finite numbers.
    NotFinite,
    /// What the lane learns has no exact field in closed form, or of too many terms.
    NoExactField,
    /// The lane's path has no exact field in closed form, or of too many terms.
    NoClosedForm,
    /// A score follows from a velocity only for a Gaussian source.
    ScoreOfOtherNoise,
    /// A grid without cells, or with more than so many.
    Grid {
        most: u32,
    },
    /// A mesh needs two points a side, and a size.
    Mesh,
    /// A round trip needs two times from 0 to 1, the earlier first.
    RoundTrip,
    /// A balance needs a box, and at most so many times.
    Balance {
        most: u32,
    },
}
