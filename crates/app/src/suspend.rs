//! The engine let go while nobody looks, and back again: what trained is kept on the page.

use super::handover;
use super::msg::Effect;
use super::settle;
use super::state::presence::Presence;
use super::state::{EngineState, State};
use protocol::{Checkpoint, Floats, LaneId, Request};

/// Asks the engine for its runs, to let it go once they are in hand.
pub(crate) fn release(state: &mut State, effects: &mut Vec<Effect>) {
    if !state.engine_ready() || state.presence != Presence::Held {
        return;
    }
    effects.push(Effect::DismissCandidate);
    handover::abandon(state);
    state.presence = Presence::Leaving;
    for lane in handover::trained(state) {
        state.lanes[lane].kept = None;
        effects.push(Effect::Send(Request::Checkpoint { lane }));
    }
    finish(state, effects);
}

/// A run that has been asked for.
pub(crate) fn checkpoint(
    state: &mut State,
    lane: LaneId,
    given: Checkpoint,
    effects: &mut Vec<Effect>,
) {
    let own = &mut state.lanes[lane];
    if own.run == given.run {
        own.kept = Some(given);
    }
    finish(state, effects);
}

fn finish(state: &mut State, effects: &mut Vec<Effect>) {
    let lanes = handover::trained(state);
    if lanes.iter().all(|&lane| state.lanes[lane].kept.is_some()) {
        state.presence = Presence::Gone;
        state.engine = EngineState::Loading { fraction: None };
        effects.push(Effect::Release);
    }
}

/// Somebody looks again: the engine is fetched if it has gone, and goes on where it was.
pub(crate) fn recall(state: &mut State, effects: &mut Vec<Effect>) {
    if std::mem::take(&mut state.presence) == Presence::Gone {
        effects.push(Effect::Load);
    }
}

/// Puts other weights into a lane's network: a run of its own, at step 0, that is not trained until
/// the user says so. `weights` fit the lane's architecture.
pub(crate) fn load(state: &mut State, lane: LaneId, weights: Vec<f32>, effects: &mut Vec<Effect>) {
    if !state.shown(lane) || state.settings.borrows(lane) {
        return;
    }
    settle::renew(state, lane);
    let limit = state.spec(lane).training.limit;
    let own = &mut state.lanes[lane];
    own.training = false;
    own.loaded = true;
    own.kept = Some(Checkpoint {
        run: own.run,
        step: 0,
        weights: Floats(weights),
        moment_1: Floats::default(),
        moment_2: Floats::default(),
        decay: (0, limit),
        round: 0,
        pool: Default::default(),
        classifier: Default::default(),
    });
    settle::configure(state, lane, effects);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::Msg;
    use crate::settings::Settings;
    use crate::update::update;
    use protocol::{Backend, CpuReason, Reply};

    fn ready() -> Reply {
        Reply::Ready(Backend::Cpu(CpuReason::Chosen))
    }

    fn state() -> State {
        let mut state = State::new(Settings::default());
        update(&mut state, Msg::Engine(ready()));
        state
    }

    fn sent(effects: &[Effect]) -> Vec<&Request> {
        let requests = effects.iter().filter_map(|effect| match effect {
            Effect::Send(request) => Some(request),
            _ => None,
        });
        requests.collect()
    }

    #[test]
    fn an_engine_that_is_let_go_comes_back_with_its_run() {
        let mut state = state();
        let effects = update(&mut state, Msg::Release);
        assert!(sent(&effects).contains(&&Request::Checkpoint { lane: LaneId::A }));
        let checkpoint = Checkpoint {
            run: state.lanes[0].run,
            step: 40,
            weights: Floats(vec![0.5]),
            moment_1: Floats(vec![0.1]),
            moment_2: Floats(vec![0.2]),
            decay: (0, 100),
            round: 0,
            pool: Default::default(),
            classifier: Default::default(),
        };
        let reply = Reply::Checkpoint {
            lane: LaneId::A,
            checkpoint: checkpoint.clone(),
        };
        assert!(update(&mut state, Msg::Engine(reply)).contains(&Effect::Release));
        assert!(!state.engine_ready());
        assert!(update(&mut state, Msg::Recall).contains(&Effect::Load));
        let effects = update(&mut state, Msg::Engine(ready()));
        let resume = Request::Resume {
            lane: LaneId::A,
            checkpoint,
        };
        let at = |wanted: &Request| sent(&effects).iter().position(|r| *r == wanted);
        assert!(at(&resume).unwrap() > 0, "after its configuration");
        assert!(matches!(sent(&effects)[0], Request::Configure { .. }));
    }

    #[test]
    fn who_looks_in_time_keeps_the_engine() {
        let mut state = state();
        update(&mut state, Msg::Release);
        assert_eq!(update(&mut state, Msg::Recall), []);
        assert!(state.engine_ready());
    }

    #[test]
    fn loaded_weights_are_a_run_of_their_own() {
        let mut state = state();
        state.lanes[0].training = true;
        let before = state.lanes[0].run;
        let effects = update(
            &mut state,
            Msg::Load {
                lane: LaneId::A,
                weights: vec![1.0, 2.0],
            },
        );
        assert!(state.lanes[0].run > before && !state.lanes[0].training);
        let resumed = sent(&effects).into_iter().any(|request| match request {
            Request::Resume { checkpoint, .. } => {
                checkpoint.step == 0 && checkpoint.weights.0 == [1.0, 2.0]
            }
            _ => false,
        });
        assert!(resumed);
        assert!(
            !effects
                .iter()
                .any(|e| matches!(e, Effect::Send(Request::Train { .. })))
        );
    }
}
