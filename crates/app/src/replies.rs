//! What the engine says, taken into the state. What belongs to an older run is dropped here.

use super::msg::{Effect, Event};
use super::notice::Notice;
use super::settle::{configure_all, notify};
use super::state::presence::Presence;
use super::state::{EngineState, FIRST_PAGE_JOB, LaneState, State};
use super::{exact_preview, handover, pictures, settle, statuses, suspend};
use flow::experiment::Experiment;
use flow::network::Network;
use protocol::{
    Backend, EngineFault, Ensemble, Failure, LaneFault, LaneId, Progress, Reply, RunId,
};

/// Points kept of a curve; a longer one is thinned to half.
const CURVE: usize = 600;

/// The engine said something.
pub fn engine(state: &mut State, reply: Reply, effects: &mut Vec<Effect>) {
    match reply {
        Reply::Ready(backend) => ready(state, backend, effects),
        Reply::Progress(progress) => self::progress(state, &progress, effects),
        Reply::Ensemble(ensemble) => self::ensemble(state, ensemble),
        Reply::Weights {
            lane,
            run,
            step: _,
            weights,
        } => {
            if let Some(own) = current(state, lane, run) {
                let architecture = own.math.as_ref().map(Experiment::architecture);
                own.network = architecture.and_then(|a| Network::new(a, weights.0).ok());
            }
        }
        Reply::Done { id, answer } if id >= FIRST_PAGE_JOB => pictures::answered(state, id, answer),
        // The API's own answers are taken by the glue that asked.
        Reply::Done { .. } => {}
        Reply::Checkpoint { lane, checkpoint } if state.presence == Presence::Leaving => {
            suspend::checkpoint(state, lane, checkpoint, effects);
        }
        Reply::Checkpoint { lane, checkpoint } => {
            handover::checkpoint(state, lane, checkpoint, effects);
        }
        Reply::Measured { steps_per_second } => {
            handover::measured(state, steps_per_second, effects);
        }
        Reply::Method {
            lane,
            run,
            method,
            sampler_fault,
        } => {
            if let Some(own) = current(state, lane, run) {
                (own.method, own.sampler_fault) = (Some(method), sampler_fault);
            }
        }
        Reply::Failed(failure) => failed(state, &failure, effects),
        Reply::FellBack(backend) => fell_back(state, backend, effects),
        Reply::LaneFailed { lane, run, fault } => lane_failed(state, (lane, run), &fault, effects),
    }
}

/// The lane, if it is still in that run.
fn current(state: &mut State, lane: LaneId, run: RunId) -> Option<&mut LaneState> {
    let own = &mut state.lanes[lane];
    (own.run == run).then_some(own)
}

fn ready(state: &mut State, backend: Backend, effects: &mut Vec<Effect>) {
    state.engine = EngineState::Ready(backend);
    configure_all(state, effects);
    effects.push(Effect::Emit(Event::Ready));
}

fn progress(state: &mut State, progress: &Progress, effects: &mut Vec<Effect>) {
    let until = settle::training_goal(state, progress.lane);
    let Some(own) = current(state, progress.lane, progress.run) else {
        return;
    };
    own.step = progress.step;
    own.running = progress.running;
    own.steps_per_second = progress.steps_per_second;
    own.kinetic = progress.kinetic;
    own.history.floor = progress.floor;
    own.accuracy = progress.accuracy;
    if std::mem::replace(&mut own.round, progress.round) != progress.round {
        // Another round has other pairs, another floor and another field to come near to.
        own.history.excess.clear();
    }
    let step = progress.step;
    record(&mut own.history.loss, step, Some(progress.loss));
    let measured_at = progress.accuracy.measured_at;
    record(&mut own.history.excess, measured_at, progress.excess);
    record(&mut own.history.straightness, step, progress.straightness);
    // A pause that is reported late must not end a training that was started since; only the
    // goal does.
    if !progress.running && step >= until {
        own.training = false;
        own.goal = None;
    }
    effects.push(Effect::Emit(Event::Trained {
        lane: progress.lane,
    }));
}

/// Adds a point to a curve; every second one goes when there are too many, but never the last.
fn record(curve: &mut Vec<(u32, f64)>, step: u32, value: Option<f64>) {
    let Some(value) = value.filter(|v| v.is_finite()) else {
        return;
    };
    // A figure that has not been measured again since is told again, but is no new point.
    let known = |&(at, last): &(u32, f64)| at >= step || last == value;
    if curve.last().is_some_and(known) {
        return;
    }
    if curve.len() >= CURVE {
        let mut index = 0;
        curve.retain(|_| {
            index += 1;
            index % 2 == 0
        });
    }
    curve.push((step, value));
}

fn ensemble(state: &mut State, ensemble: Ensemble) {
    if let Some(own) = current(state, ensemble.lane, ensemble.run) {
        own.ensemble = Some(ensemble);
        own.preview = None;
        own.arrows_preview = None;
    }
}

/// The engine stopped because it could not go on; it may go on when something is changed.
fn failed(state: &mut State, failure: &Failure, effects: &mut Vec<Effect>) {
    for own in &mut state.lanes {
        (own.training, own.running) = (false, false);
    }
    notify(state, statuses::failure(failure), effects);
}

/// The GPU is gone, and the engine goes on by itself, on the CPU.
fn fell_back(state: &mut State, backend: Backend, effects: &mut Vec<Effect>) {
    state.engine = EngineState::Ready(backend);
    let (key, values) = ("notice.gpu-lost", Vec::new());
    notify(state, Notice { key, values }, effects);
}

/// One lane cannot go on; the other does.
fn lane_failed(
    state: &mut State,
    (lane, run): (LaneId, RunId),
    fault: &LaneFault,
    effects: &mut Vec<Effect>,
) {
    let Some(own) = current(state, lane, run) else {
        return;
    };
    (own.training, own.running) = (false, false);
    notify(state, statuses::lane_fault(lane, fault), effects);
}

/// The user wants the lost engine to be started again.
pub fn retry(state: &mut State, effects: &mut Vec<Effect>) {
    if !matches!(state.engine, EngineState::Lost(_)) {
        return;
    }
    state.engine = EngineState::Loading { fraction: None };
    state
        .notices
        .retain(|notice| notice.key != "notice.no-engine");
    effects.push(Effect::Load);
    effects.push(Effect::Emit(Event::State));
}

/// There is no engine (any more): the page shows the exact flow instead, and says so.
pub fn lost(state: &mut State, fault: EngineFault, effects: &mut Vec<Effect>) {
    let reason = statuses::engine_fault(&fault);
    state.engine = EngineState::Lost(fault);
    for lane in LaneId::ALL {
        let own = &mut state.lanes[lane];
        (own.training, own.running) = (false, false);
        own.network = None;
        own.pictures.clear();
        settle::begin_preview(state, lane);
    }
    exact_preview::refresh(state);
    notify(
        state,
        Notice {
            key: "notice.no-engine",
            values: vec![reason.to_owned()],
        },
        effects,
    );
}
