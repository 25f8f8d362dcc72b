//! How a second engine (WebGPU) takes over from the first (CPU): both are timed on the network at
//! hand, and if the second is faster it gets every run, weights and all.

use super::msg::{Effect, Event};
use super::settle::{configuration, train_request};
use super::state::{EngineState, State};
use crate::engine::protocol::{Backend, BackendKind, Checkpoint, Reply, Request};

/// What both engines were measured to do with the network at hand, in training steps a second.
#[derive(Clone, Debug, PartialEq)]
pub struct Race {
    /// The name of the WebGPU adapter.
    pub adapter: String,
    pub cpu: f64,
    pub webgpu: f64,
}

/// What the first engine says of itself when the second is slower.
pub const SLOWER: &str = "faster here than WebGPU";

/// Where the handover stands.
#[derive(Debug, Default)]
pub enum Handover {
    /// There is no second engine, or it has been decided upon.
    #[default]
    None,
    /// Both engines have been asked for their speed.
    Measuring {
        backend: Backend,
        rival: Option<f64>,
        engine: Option<f64>,
    },
    /// The first engine has been asked for its runs.
    Moving {
        backend: Backend,
        checkpoints: Box<[Option<Checkpoint>; 2]>,
    },
}

/// The second engine said something.
pub fn rival(state: &mut State, reply: Reply, effects: &mut Vec<Effect>) {
    match reply {
        Reply::Ready(backend) if backend.kind == BackendKind::WebGpu => {
            start(state, backend, effects);
        }
        // It came up on the CPU: nothing is gained.
        Reply::Ready(backend) => stay(state, backend.detail, effects),
        Reply::Measured { steps_per_second } => {
            if let Handover::Measuring { rival, .. } = &mut state.handover {
                *rival = Some(steps_per_second);
            }
            decide(state, effects);
        }
        Reply::FellBack(backend) => stay(state, backend.detail, effects),
        Reply::Failed(reason) => stay(state, reason, effects),
        _ => {}
    }
}

/// The second engine could not be loaded: the first goes on, and its badge says why.
pub fn rival_lost(state: &mut State, reason: String) {
    state.handover = Handover::None;
    explain(state, reason);
}

/// The first engine's speed.
pub fn measured(state: &mut State, steps_per_second: f64, effects: &mut Vec<Effect>) {
    if let Handover::Measuring { engine, .. } = &mut state.handover {
        *engine = Some(steps_per_second);
    }
    decide(state, effects);
}

fn start(state: &mut State, backend: Backend, effects: &mut Vec<Effect>) {
    let spec = state.spec(0);
    state.handover = Handover::Measuring {
        backend,
        rival: None,
        engine: None,
    };
    effects.push(Effect::SendRival(Request::Measure { spec }));
    effects.push(Effect::Send(Request::Measure { spec }));
}

fn decide(state: &mut State, effects: &mut Vec<Effect>) {
    let Handover::Measuring {
        backend,
        rival: Some(rival),
        engine: Some(engine),
    } = &state.handover
    else {
        return;
    };
    let (backend, rival, engine) = (backend.clone(), *rival, *engine);
    state.race = Some(Race {
        adapter: backend.detail.clone(),
        cpu: engine,
        webgpu: rival,
    });
    if rival <= engine {
        stay(state, SLOWER.to_owned(), effects);
        return;
    }
    state.handover = Handover::Moving {
        backend,
        checkpoints: Box::default(),
    };
    for lane in trained(state) {
        effects.push(Effect::Send(Request::Checkpoint { lane: lane as u8 }));
    }
    finish(state, effects);
}

/// The lanes that have a network of their own.
pub fn trained(state: &State) -> Vec<usize> {
    (0..2)
        .filter(|&l| state.shown(l) && !state.settings.borrows(l))
        .filter(|&l| state.lanes[l].problem.is_none())
        .collect()
}

/// The first engine hands over a run.
pub fn checkpoint(state: &mut State, lane: u8, given: Checkpoint, effects: &mut Vec<Effect>) {
    if let Handover::Moving { checkpoints, .. } = &mut state.handover
        && let Some(slot) = checkpoints.get_mut(usize::from(lane))
    {
        *slot = Some(given);
    }
    finish(state, effects);
}

/// Once every run is in hand, the second engine goes on with them. A lane that was started anew in
/// the meantime simply starts anew there.
fn finish(state: &mut State, effects: &mut Vec<Effect>) {
    let lanes = trained(state);
    let Handover::Moving { checkpoints, .. } = &state.handover else {
        return;
    };
    if lanes.iter().any(|&lane| checkpoints[lane].is_none()) {
        return;
    }
    let Handover::Moving {
        backend,
        checkpoints,
    } = std::mem::take(&mut state.handover)
    else {
        return;
    };
    effects.push(Effect::Promote);
    state.engine = EngineState::Ready(backend);
    for (lane, checkpoint) in checkpoints.into_iter().enumerate() {
        if state.shown(lane) {
            resume(state, lane, checkpoint, effects);
        }
    }
    effects.push(Effect::Emit(Event::Ready));
}

fn resume(
    state: &mut State,
    lane: usize,
    checkpoint: Option<Checkpoint>,
    effects: &mut Vec<Effect>,
) {
    let own = &mut state.lanes[lane];
    own.pictures.clear();
    let run = own.run;
    if own.problem.is_some() {
        return;
    }
    effects.push(Effect::Send(configuration(state, lane)));
    if let Some(checkpoint) = checkpoint.filter(|c| c.run == run) {
        effects.push(Effect::Send(Request::Resume {
            lane: lane as u8,
            checkpoint,
        }));
    }
    if state.lanes[lane].training {
        effects.push(Effect::Send(train_request(state, lane)));
    }
}

/// Nothing comes of the handover: the second engine is gone.
pub fn abandon(state: &mut State) {
    state.handover = Handover::None;
}

/// The first engine stays, and its badge says why.
fn stay(state: &mut State, reason: String, effects: &mut Vec<Effect>) {
    state.handover = Handover::None;
    effects.push(Effect::DismissRival);
    explain(state, reason);
}

fn explain(state: &mut State, reason: String) {
    if let EngineState::Ready(backend) = &mut state.engine
        && backend.kind == BackendKind::Cpu
    {
        backend.detail = reason;
    }
}
