//! What engine and page report, as keys of the language files: one exhaustive `match` a type.

use super::notice::Notice;
use flow::error::DataError;
use protocol::{CpuReason, EngineFault, Failure, LaneFault, LaneId};

/// The key of why there is no engine, a part of a sentence.
pub(crate) fn engine_fault(fault: &EngineFault) -> &'static str {
    match fault {
        EngineFault::NoWorker => "engine.no-worker",
        EngineFault::NotLoaded(_) => "engine.no-load",
        EngineFault::Crashed => "engine.crashed",
        EngineFault::Version => "engine.version",
    }
}

/// The key of why the CPU trains, a part of a sentence; `None` where nobody expects anything else.
pub(crate) fn cpu_reason(reason: &CpuReason) -> Option<&'static str> {
    Some(match reason {
        CpuReason::Chosen => return None,
        CpuReason::CpuOnly => "reason.cpu-only",
        CpuReason::NoAdapter => "reason.no-adapter",
        CpuReason::NoTimestamps => "reason.no-timestamps",
        CpuReason::NotStarted(_) => "reason.no-start",
        CpuReason::SelfTest { .. } => "reason.self-test",
        CpuReason::Lost(_) => "reason.lost",
        CpuReason::Slower => "reason.slower",
        CpuReason::NoEngine(fault) => engine_fault(fault),
    })
}

/// What a driver or a browser says of itself, for developers: in its own words, whatever the language.
pub(crate) fn detail(reason: &CpuReason) -> Option<&str> {
    match reason {
        CpuReason::NotStarted(detail) | CpuReason::Lost(detail) => Some(detail),
        CpuReason::SelfTest { detail, .. } => Some(detail),
        CpuReason::NoEngine(EngineFault::NotLoaded(detail)) => Some(detail),
        CpuReason::Chosen
        | CpuReason::CpuOnly
        | CpuReason::NoAdapter
        | CpuReason::NoTimestamps
        | CpuReason::Slower
        | CpuReason::NoEngine(_) => None,
    }
}

/// The sentence about an engine that cannot go on.
pub(crate) fn failure(failure: &Failure) -> Notice {
    let key = match failure {
        Failure::Processor(_) => "failure.processor",
        Failure::Program(_) => "engine.crashed",
        Failure::Message(_) => "engine.version",
    };
    Notice {
        key: "notice.failed",
        values: vec![key.to_owned()],
    }
}

/// The sentence about a lane that cannot go on.
pub(crate) fn lane_fault(lane: LaneId, fault: &LaneFault) -> Notice {
    let lane = lane.letter().to_string();
    let (key, values) = match fault {
        LaneFault::Diverged { step } => ("fault.diverged", vec![lane, step.to_string()]),
        LaneFault::Checkpoint => ("fault.checkpoint", vec![lane]),
        LaneFault::Data(error) => data_error(lane, *error),
    };
    Notice { key, values }
}

fn data_error(lane: String, error: DataError) -> (&'static str, Vec<String>) {
    match error {
        DataError::NothingDrawn => ("fault.nothing-drawn", vec![lane]),
        DataError::NotFinite(i) => ("fault.not-finite", vec![lane, (i + 1).to_string()]),
        DataError::ScoreOfOtherNoise => ("fault.score-gaussian", vec![lane]),
        DataError::ClassifierOfOtherNoise => ("fault.classifier-gaussian", vec![lane]),
        DataError::OneLabel => ("fault.one-label", vec![lane]),
        DataError::LabelsOfAFlow => ("fault.labels-of-a-flow", vec![lane]),
        DataError::Text(_) => ("fault.word", vec![lane]),
    }
}

#[cfg(test)]
mod tests;
