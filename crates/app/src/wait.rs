//! What callers of the API wait for, and when it has come or can come no more.

use super::api_error::ApiError;
use super::snapshot::{backend_name, object};
use super::state::{EngineState, State};
use protocol::{LaneId, RunId};
use serde_json::Value as Json;

/// What a caller waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The engine can train.
    Ready,
    /// A run has taken so many steps.
    Trained {
        lane: LaneId,
        run: RunId,
        until: u32,
    },
    /// The engine has said where the training of a run stopped.
    Stopped { lane: LaneId, run: RunId },
    /// The engine answers a question about a run.
    Answer { lane: LaneId, run: RunId },
}

impl Wait {
    /// What became of it, if anything has. An answer itself comes another way.
    pub fn outcome(&self, state: &State) -> Option<Result<Json, ApiError>> {
        if let EngineState::Lost(fault) = &state.engine {
            return Some(Err(fault.into()));
        }
        match *self {
            Self::Ready => state.engine_ready().then(|| Ok(ready(state))),
            Self::Trained { lane, run, until } => {
                gone(state, lane, run).or_else(|| trained(state, lane, until))
            }
            Self::Stopped { lane, run } => gone(state, lane, run).or_else(|| stopped(state, lane)),
            Self::Answer { lane, run } => gone(state, lane, run),
        }
    }
}

/// Whether the run is no more, or cannot begin.
fn gone(state: &State, lane: LaneId, run: RunId) -> Option<Result<Json, ApiError>> {
    let own = &state.lanes[lane];
    let name = lane.letter();
    if own.run != run {
        return Some(Err(ApiError {
            code: "lane-anew",
            message: format!("Lane {name} was started anew or has left the stage."),
        }));
    }
    let problem = own.problem.as_ref()?;
    Some(Err(ApiError {
        code: "lane-problem",
        message: format!(
            "Lane {name} cannot run with these settings ({}).",
            problem.key
        ),
    }))
}

fn trained(state: &State, lane: LaneId, until: u32) -> Option<Result<Json, ApiError>> {
    let own = &state.lanes[lane];
    if own.step >= until {
        return Some(Ok(figures(state, lane)));
    }
    let stopped = || ApiError {
        code: "stopped",
        message: format!("Training was stopped at step {}.", own.step),
    };
    (!own.training).then(|| Err(stopped()))
}

fn stopped(state: &State, lane: LaneId) -> Option<Result<Json, ApiError>> {
    let owner = state.settings.trained_lane(lane);
    let rests = !state.engine_ready() || !state.lanes[owner].running;
    rests.then(|| Ok(figures(state, lane)))
}

/// `{version, backend, adapter}`.
pub fn ready(state: &State) -> Json {
    let (backend, adapter) = backend(state);
    object(vec![
        ("version", env!("CARGO_PKG_VERSION").into()),
        ("backend", backend.into()),
        ("adapter", adapter.into()),
    ])
}

/// The name of what trains, and of its adapter; nothing while there is nothing.
fn backend(state: &State) -> (&str, &str) {
    match &state.engine {
        EngineState::Ready(backend) => (backend_name(backend.kind()), backend.adapter()),
        _ => ("", ""),
    }
}

/// `{lane, step, loss, floor, excess, excessError, excessStep, estimated, stepsPerSecond, backend}`.
/// The excess is that after `excessStep` steps.
pub fn figures(state: &State, lane: LaneId) -> Json {
    let own = &state.lanes[lane];
    let last = |curve: &[(u32, f64)]| curve.last().map(|&(_, value)| value);
    object(vec![
        ("lane", lane.index().into()),
        ("step", own.step.into()),
        ("loss", last(&own.history.loss).into()),
        ("floor", own.history.floor.into()),
        ("excess", last(&own.history.excess).into()),
        ("excessError", own.accuracy.excess_error.into()),
        (
            "excessStep",
            own.history.excess.last().map(|&(step, _)| step).into(),
        ),
        ("estimated", own.accuracy.estimated.into()),
        ("stepsPerSecond", own.steps_per_second.into()),
        ("backend", backend(state).0.into()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use protocol::{Backend, CpuReason, EngineFault};

    fn state() -> State {
        let mut state = State::new(Settings::default());
        state.engine = EngineState::Ready(Backend::Cpu(CpuReason::Chosen));
        state.lanes[0].training = true;
        state
    }

    #[test]
    fn training_is_waited_for_until_the_step_is_reached() {
        let mut state = state();
        let run = state.lanes[0].run;
        let wait = Wait::Trained {
            lane: LaneId::A,
            run,
            until: 5,
        };
        assert_eq!(wait.outcome(&state), None);
        state.lanes[0].step = 5;
        state.lanes[0].training = false;
        assert_eq!(wait.outcome(&state).unwrap().unwrap()["step"], 5);
    }

    #[test]
    fn what_cannot_come_is_not_waited_for() {
        let run = state().lanes[0].run;
        let wait = Wait::Trained {
            lane: LaneId::A,
            run,
            until: 5,
        };
        let mut stopped = state();
        stopped.lanes[0].training = false;
        let mut anew = state();
        anew.lanes[0].run += 1;
        let mut lost = state();
        lost.engine = EngineState::Lost(EngineFault::Crashed);
        for state in [stopped, anew, lost] {
            assert!(wait.outcome(&state).unwrap().is_err());
        }
    }

    #[test]
    fn ready_says_what_trains() {
        assert_eq!(
            Wait::Ready.outcome(&state()).unwrap().unwrap()["backend"],
            "cpu"
        );
        let loading = State::new(Settings::default());
        assert_eq!(Wait::Ready.outcome(&loading), None);
    }

    #[test]
    fn who_stops_hears_the_engines_last_word() {
        let mut state = state();
        let run = state.lanes[0].run;
        let wait = Wait::Stopped {
            lane: LaneId::A,
            run,
        };
        state.lanes[0].running = true;
        assert!(wait.outcome(&state).is_none());
        (state.lanes[0].running, state.lanes[0].step) = (false, 77);
        let figures = wait.outcome(&state).unwrap().unwrap();
        assert_eq!(figures["step"], 77);
        let gone = Wait::Stopped {
            lane: LaneId::A,
            run: run + 1,
        };
        assert!(gone.outcome(&state).unwrap().is_err());
    }
}
