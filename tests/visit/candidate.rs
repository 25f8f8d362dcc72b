//! A second engine comes along: it takes over, or is sent away.

use super::*;
use protocol::{Checkpoint, CpuReason, LaneId, RunId};

fn checkpoint_of(run: RunId) -> Checkpoint {
    Checkpoint {
        run,
        step: 40,
        weights: Floats(vec![1.0]),
        moment_1: Floats(vec![]),
        moment_2: Floats(vec![]),
        decay: (0, 0),
        round: 0,
        pool: Default::default(),
        classifier: Default::default(),
    }
}

#[test]
fn a_faster_rival_takes_over_every_run() {
    let (mut state, _) = with_engine("lanes=2&b.coupling=ot");
    update(
        &mut state,
        Msg::Train {
            lane: None,
            steps: None,
        },
    );
    let gpu = Backend::WebGpu {
        adapter: "Adapter".into(),
    };
    let effects = update(&mut state, Msg::Candidate(Reply::Ready(gpu)));
    assert!(matches!(
        effects[0],
        Effect::SendToCandidate(Request::Measure { .. })
    ));
    let speed = |steps_per_second| Reply::Measured { steps_per_second };
    update(&mut state, Msg::Engine(speed(100.0)));
    let effects = update(&mut state, Msg::Candidate(speed(900.0)));
    assert_eq!(requests(&effects).len(), 2);
    let mut last = Vec::new();
    for lane in LaneId::ALL {
        let checkpoint = checkpoint_of(state.lanes[lane].run);
        last = update(
            &mut state,
            Msg::Engine(Reply::Checkpoint { lane, checkpoint }),
        );
    }
    assert_eq!(last[0], Effect::Promote);
    let resumed = requests(&last)
        .iter()
        .filter(|r| matches!(r, Request::Resume { .. }))
        .count();
    let trained = requests(&last)
        .iter()
        .filter(|r| matches!(r, Request::Train { .. }))
        .count();
    assert_eq!(
        (configured(&last), resumed, trained),
        (LaneId::ALL.to_vec(), 2, 2)
    );
    assert!(matches!(
        &state.engine,
        EngineState::Ready(Backend::WebGpu { .. })
    ));
}

#[test]
fn a_slower_rival_is_sent_away_and_the_badge_says_why() {
    let (mut state, _) = with_engine("");
    let gpu = Backend::WebGpu {
        adapter: "Software".into(),
    };
    update(&mut state, Msg::Candidate(Reply::Ready(gpu)));
    update(
        &mut state,
        Msg::Candidate(Reply::Measured {
            steps_per_second: 1.0,
        }),
    );
    let effects = update(
        &mut state,
        Msg::Engine(Reply::Measured {
            steps_per_second: 400.0,
        }),
    );
    assert!(effects.contains(&Effect::DismissCandidate));
    let race = state.race.as_ref().unwrap();
    assert_eq!(
        (race.cpu, race.webgpu, &*race.adapter),
        (400.0, 1.0, "Software")
    );
    assert!(matches!(
        &state.engine,
        EngineState::Ready(Backend::Cpu(CpuReason::Slower))
    ));
}
