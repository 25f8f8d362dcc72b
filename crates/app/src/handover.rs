//! How a second engine (WebGPU) takes over from the first (CPU), or the other way round: both are timed
//! on the network at hand, and if the second is faster it gets every run, weights and all. When the
//! network becomes another one, so that the one that lost may be the faster, they are timed again.

use super::msg::{Effect, Event};
use super::settle::{configuration, train_request};
use super::state::handover::{Handover, Race, Work};
use super::state::{EngineState, State};
use flow::experiment::Experiment;
use flow::spec::LaneSpec;
use protocol::{
    Backend, BackendKind, Checkpoint, CpuReason, EngineFault, Failure, LaneId, Reply, Request,
};

/// The second engine said something.
pub fn candidate(state: &mut State, reply: Reply, effects: &mut Vec<Effect>) {
    match reply {
        Reply::Ready(backend) if Some(backend.kind()) != kind(state) => {
            start(state, backend, effects);
        }
        // It came up on the same: nothing is gained.
        Reply::Ready(backend) => no_rival(state, why_none(backend), effects),
        Reply::Measured { steps_per_second } => {
            if let Handover::Measuring { candidate, .. } = &mut state.handover {
                *candidate = Some(steps_per_second);
            }
            decide(state, effects);
        }
        Reply::FellBack(backend) => no_rival(state, why_none(backend), effects),
        Reply::Failed(failure) => no_rival(state, why_failed(failure), effects),
        _ => {}
    }
}

/// The second engine could not be loaded: the first goes on, and its badge says why.
pub(crate) fn candidate_lost(state: &mut State, fault: EngineFault) {
    state.handover = Handover::None;
    state.race = None;
    explain(state, CpuReason::NoEngine(fault));
}

/// Why a second engine that is there is of no use.
fn why_none(backend: Backend) -> CpuReason {
    match backend {
        Backend::Cpu(reason) => reason,
        // The first engine has a GPU as well, which loses nothing.
        Backend::WebGpu { .. } => CpuReason::Chosen,
    }
}

fn why_failed(failure: Failure) -> CpuReason {
    match failure {
        Failure::Processor(detail) => CpuReason::Lost(detail),
        Failure::Program(_) => CpuReason::NoEngine(EngineFault::Crashed),
        Failure::Message(_) => CpuReason::NoEngine(EngineFault::Version),
    }
}

/// The network may be another one: if by what is known the other engine would win, it is fetched again.
///
/// A step costs the CPU its arithmetic, and a GPU its dispatches: until they are timed again, the first
/// is taken to be as much slower as there is more to compute, and the second no slower.
pub(crate) fn reconsider(state: &mut State, effects: &mut Vec<Effect>) {
    let (Some(race), Some(engine), Handover::None) = (&state.race, kind(state), &state.handover)
    else {
        return;
    };
    let cpu = race.cpu * race.work.flops / work(state).flops;
    let other = match engine {
        BackendKind::Cpu if race.webgpu > cpu => BackendKind::WebGpu,
        BackendKind::WebGpu if cpu > race.webgpu => BackendKind::Cpu,
        _ => return,
    };
    state.handover = Handover::Loading;
    effects.push(Effect::LoadCandidate(other));
}

/// What trains now, if anything does.
fn kind(state: &State) -> Option<BackendKind> {
    match &state.engine {
        EngineState::Ready(backend) => Some(backend.kind()),
        _ => None,
    }
}

/// The network at hand.
pub fn work(state: &State) -> Work {
    let LaneSpec {
        model, training, ..
    } = state.spec(LaneId::A);
    let architecture = state.lanes[0].math.as_ref().map(Experiment::architecture);
    let flops = architecture.map_or(1, |architecture| architecture.flops());
    Work {
        depth: model.depth,
        width: model.width,
        batch: training.batch,
        flops: flops as f64 * f64::from(training.batch),
    }
}

/// The first engine's speed.
pub fn measured(state: &mut State, steps_per_second: f64, effects: &mut Vec<Effect>) {
    if let Handover::Measuring { engine, .. } = &mut state.handover {
        *engine = Some(steps_per_second);
    }
    decide(state, effects);
}

fn start(state: &mut State, backend: Backend, effects: &mut Vec<Effect>) {
    let spec = state.spec(LaneId::A);
    state.handover = Handover::Measuring {
        backend,
        work: work(state),
        candidate: None,
        engine: None,
    };
    effects.push(Effect::SendToCandidate(Request::Measure { spec }));
    effects.push(Effect::Send(Request::Measure { spec }));
}

fn decide(state: &mut State, effects: &mut Vec<Effect>) {
    let Handover::Measuring {
        backend,
        work,
        candidate: Some(candidate),
        engine: Some(engine),
    } = &state.handover
    else {
        return;
    };
    let (mut backend, candidate, engine) = (backend.clone(), *candidate, *engine);
    state.race = Some(match (&state.engine, backend.kind()) {
        (EngineState::Ready(gpu), BackendKind::Cpu) => {
            race(gpu.adapter(), *work, candidate, engine)
        }
        _ => race(backend.adapter(), *work, engine, candidate),
    });
    if candidate <= engine {
        stay(state, CpuReason::Slower, effects);
        return;
    }
    if let Backend::Cpu(reason) = &mut backend {
        *reason = CpuReason::Slower;
    }
    state.handover = Handover::Moving {
        backend,
        checkpoints: Box::default(),
    };
    for lane in trained(state) {
        effects.push(Effect::Send(Request::Checkpoint { lane }));
    }
    finish(state, effects);
}

fn race(adapter: &str, work: Work, cpu: f64, webgpu: f64) -> Race {
    let adapter = adapter.to_owned();
    Race {
        adapter,
        work,
        cpu,
        webgpu,
    }
}

/// The lanes that have a network of their own.
pub fn trained(state: &State) -> Vec<LaneId> {
    LaneId::ALL
        .into_iter()
        .filter(|&l| state.shown(l) && !state.settings.borrows(l))
        .filter(|&l| state.lanes[l].problem.is_none())
        .collect()
}

/// The first engine hands over a run.
pub fn checkpoint(state: &mut State, lane: LaneId, given: Checkpoint, effects: &mut Vec<Effect>) {
    if let Handover::Moving { checkpoints, .. } = &mut state.handover {
        checkpoints[lane] = Some(given);
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
    for (lane, checkpoint) in LaneId::ALL.into_iter().zip(*checkpoints) {
        if state.shown(lane) {
            resume(state, lane, checkpoint, effects);
        }
    }
    effects.push(Effect::Emit(Event::Ready));
}

fn resume(
    state: &mut State,
    lane: LaneId,
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
        effects.push(Effect::Send(Request::Resume { lane, checkpoint }));
    }
    if state.lanes[lane].training {
        effects.push(Effect::Send(train_request(state, lane)));
    }
}

/// Nothing comes of the handover: the second engine is gone.
pub(crate) fn abandon(state: &mut State) {
    state.handover = Handover::None;
}

/// The second engine is none, and is not asked again.
fn no_rival(state: &mut State, reason: CpuReason, effects: &mut Vec<Effect>) {
    state.race = None;
    stay(state, reason, effects);
}

/// The first engine stays, and its badge says why.
fn stay(state: &mut State, reason: CpuReason, effects: &mut Vec<Effect>) {
    state.handover = Handover::None;
    effects.push(Effect::DismissCandidate);
    explain(state, reason);
}

fn explain(state: &mut State, reason: CpuReason) {
    if let EngineState::Ready(Backend::Cpu(known)) = &mut state.engine {
        *known = reason;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::Msg;
    use crate::settings::Settings;
    use crate::update::update;
    use protocol::Floats;

    fn set(state: &mut State, width: &str) -> Vec<Effect> {
        let (name, text) = ("width".to_owned(), width.to_owned());
        update(
            state,
            Msg::Set {
                lane: LaneId::A,
                name,
                text,
            },
        )
    }

    /// What a second engine of that kind leads to, if it and the first one are so fast.
    fn run(state: &mut State, kind: BackendKind, candidate: f64, engine: f64) -> Vec<Effect> {
        let backend = match kind {
            BackendKind::Cpu => Backend::Cpu(CpuReason::Chosen),
            BackendKind::WebGpu => Backend::WebGpu {
                adapter: "it".into(),
            },
        };
        update(state, Msg::Candidate(Reply::Ready(backend)));
        let speed = |steps_per_second| Reply::Measured { steps_per_second };
        update(state, Msg::Candidate(speed(candidate)));
        update(state, Msg::Engine(speed(engine)))
    }

    #[test]
    fn when_the_network_is_another_one_the_engines_are_timed_again_if_the_other_may_win() {
        let challenge = |state: &mut State, width: &str| {
            let effects = set(state, width);
            let kind = |effect: &Effect| match effect {
                Effect::LoadCandidate(kind) => Some(*kind),
                _ => None,
            };
            effects.iter().find_map(kind)
        };
        let mut state = State::new(Settings::default());
        let first = Backend::Cpu(CpuReason::Chosen);
        update(&mut state, Msg::Engine(Reply::Ready(first)));
        assert_eq!(challenge(&mut state, "512"), None, "nothing is known");
        set(&mut state, "64");
        run(&mut state, BackendKind::WebGpu, 100.0, 400.0);
        assert_eq!(challenge(&mut state, "80"), None, "it is hardly more");
        // Sixty-four times the work.
        let gpu = Some(BackendKind::WebGpu);
        assert_eq!(challenge(&mut state, "512"), gpu);
        assert_eq!(challenge(&mut state, "500"), None, "it is on its way");
        run(&mut state, BackendKind::WebGpu, 50.0, 6.0);
        let checkpoint = Checkpoint {
            run: state.lanes[0].run,
            step: 0,
            weights: Floats::default(),
            moment_1: Floats::default(),
            moment_2: Floats::default(),
            decay: (0, 0),
            round: 0,
            pool: Default::default(),
            classifier: Default::default(),
        };
        let given = Reply::Checkpoint {
            lane: LaneId::A,
            checkpoint,
        };
        assert_eq!(update(&mut state, Msg::Engine(given))[0], Effect::Promote);
        // And back.
        assert_eq!(challenge(&mut state, "8"), Some(BackendKind::Cpu));
        run(&mut state, BackendKind::Cpu, 4000.0, 120.0);
        let known = state.race.as_ref().unwrap();
        assert_eq!(
            (known.cpu, known.webgpu, &*known.adapter),
            (4000.0, 120.0, "it")
        );
        assert_eq!((known.work.width, known.work.depth), (8, 3));
        // One that does not come is not asked again.
        update(&mut state, Msg::CandidateLost(EngineFault::Crashed));
        assert_eq!(challenge(&mut state, "512"), None);
    }
}
