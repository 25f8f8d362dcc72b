//! A second engine comes along: it takes over, is sent away, or is asked again.

use super::*;
use flowlab::engine::protocol::{Checkpoint, RunId};

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
    let gpu = Backend {
        kind: BackendKind::WebGpu,
        detail: "Adapter".into(),
    };
    let effects = update(&mut state, Msg::Rival(Reply::Ready(gpu)));
    assert!(matches!(
        effects[0],
        Effect::SendRival(Request::Measure { .. })
    ));
    let speed = |steps_per_second| Reply::Measured { steps_per_second };
    update(&mut state, Msg::Engine(speed(100.0)));
    let effects = update(&mut state, Msg::Rival(speed(900.0)));
    assert_eq!(requests(&effects).len(), 2);
    let mut last = Vec::new();
    for lane in 0..2u8 {
        let checkpoint = checkpoint_of(state.lanes[usize::from(lane)].run);
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
    assert_eq!((configured(&last), resumed, trained), (vec![0, 1], 2, 2));
    assert!(matches!(&state.engine, EngineState::Ready(b) if b.kind == BackendKind::WebGpu));
}

#[test]
fn a_slower_rival_is_sent_away_and_the_badge_says_why() {
    let (mut state, _) = with_engine("");
    let gpu = Backend {
        kind: BackendKind::WebGpu,
        detail: "Software".into(),
    };
    update(&mut state, Msg::Rival(Reply::Ready(gpu)));
    update(
        &mut state,
        Msg::Rival(Reply::Measured {
            steps_per_second: 1.0,
        }),
    );
    let effects = update(
        &mut state,
        Msg::Engine(Reply::Measured {
            steps_per_second: 400.0,
        }),
    );
    assert!(effects.contains(&Effect::DismissRival));
    let race = state.race.as_ref().unwrap();
    assert_eq!(
        (race.cpu, race.webgpu, &*race.adapter),
        (400.0, 1.0, "Software")
    );
    assert!(
        matches!(&state.engine, EngineState::Ready(b) if b.detail == flowlab::app::handover::SLOWER)
    );
}

#[test]
fn a_rival_that_was_slower_is_asked_again_when_steps_are_much_larger() {
    let (mut state, _) = with_engine("width=64&batch=256");
    let gpu = Backend {
        kind: BackendKind::WebGpu,
        detail: "Adapter".into(),
    };
    let speed = |steps_per_second| Reply::Measured { steps_per_second };
    update(&mut state, Msg::Rival(Reply::Ready(gpu.clone())));
    update(&mut state, Msg::Rival(speed(100.0)));
    update(&mut state, Msg::Engine(speed(400.0)));
    let asks = |state: &mut State, name: &str, value: &str| {
        set(state, 0, name, value).contains(&Effect::RecallRival)
    };
    // Twice the batch is twice the step; twice the width then makes it nearly eight times as large.
    assert!(!asks(&mut state, "batch", "512"));
    assert!(asks(&mut state, "width", "128"));
    assert!(
        !asks(&mut state, "batch", "1024"),
        "it has been asked already"
    );
    // It is timed on what is there when it comes, and wins.
    let effects = update(&mut state, Msg::Rival(Reply::Ready(gpu)));
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::SendRival(Request::Measure { spec }) => Some(*spec),
        _ => None,
    });
    let spec = asked.expect("it is timed");
    assert_eq!((spec.model.width, spec.training.batch), (128, 1024));
    update(&mut state, Msg::Engine(speed(30.0)));
    update(&mut state, Msg::Rival(speed(90.0)));
    let run = state.lanes[0].run;
    let checkpoint = checkpoint_of(run);
    let effects = update(
        &mut state,
        Msg::Engine(Reply::Checkpoint {
            lane: 0,
            checkpoint,
        }),
    );
    assert!(effects.contains(&Effect::Promote));
    assert!(!asks(&mut state, "width", "512"), "nobody is left to ask");
}
