//! Visits in which users bring data along, take things back, and meet locks.

use app::msg::{Effect, Event, Msg};
use app::settings::Settings;
use app::state::State;
use app::update::{notices_of, update};
use app::user_data::{self, Endpoint, Pen, Reading};
use flow::spec::{Prediction, Source, Target};
use protocol::LaneId;

fn set(state: &mut State, name: &str, text: &str) -> Vec<Effect> {
    let (name, text) = (name.to_owned(), text.to_owned());
    update(
        state,
        Msg::Set {
            lane: LaneId::A,
            name,
            text,
        },
    )
}

fn keys(state: &State) -> Vec<&'static str> {
    state.notices.iter().map(|notice| notice.key).collect()
}

fn bring(state: &mut State, role: Endpoint, points: &[f32]) {
    let imported = user_data::bring(Reading::of_flat(points), 1).unwrap();
    update(state, Msg::Bring { role, imported });
}

#[test]
fn points_that_are_brought_become_the_data() {
    let mut state = State::new(Settings::default());
    let run = state.lanes[0].run;
    bring(
        &mut state,
        Endpoint::Target,
        &[1.0, 1.0, -1.0, 2.0, f32::NAN, 0.0],
    );
    assert_eq!(state.spec(LaneId::A).data.target, Target::Drawn);
    assert_eq!(state.settings.drawn.target.len(), 2);
    assert_eq!(keys(&state), ["notice.refused-lines"]);
    assert!(state.lanes[0].run > run && state.lanes[0].problem.is_none());
    bring(&mut state, Endpoint::Source, &[0.0, 0.0, 0.0, 3.0]);
    assert_eq!(state.spec(LaneId::A).data.source, Source::Drawn);
}

#[test]
fn both_ends_are_drawn_and_erased_apart() {
    let mut state = State::new(Settings::default());
    set(&mut state, "target", "drawn");
    set(&mut state, "source", "drawn");
    let sheet = state.extent;
    update(&mut state, Msg::Draw(vec![[1.0, 1.0], [2.0, 2.0]]));
    assert_eq!(state.extent, sheet, "the sheet lies still");
    assert_eq!(
        state.lanes[0].problem.as_ref().unwrap().key,
        "problem.draw-source"
    );
    update(&mut state, Msg::Pick(Endpoint::Source));
    update(&mut state, Msg::Draw(vec![[-1.0, -1.0]]));
    assert!(state.lanes[0].problem.is_none());
    update(&mut state, Msg::Pick(Endpoint::Target));
    update(&mut state, Msg::Take(Pen::Erase));
    update(&mut state, Msg::Draw(vec![[2.0, 2.0], [-1.0, -1.0]]));
    let drawn = &state.settings.drawn;
    assert_eq!((drawn.target.len(), drawn.source.len()), (1, 1));
    update(&mut state, Msg::ClearDrawing);
    assert_eq!(state.settings.drawn.target, [[0.0; 2]; 0]);
}

#[test]
fn what_the_host_has_locked_nothing_changes() {
    let mut state = State::new(Settings::default());
    update(
        &mut state,
        Msg::Lock(vec![
            "lr".into(),
            "t".into(),
            "scene".into(),
            "drawn".into(),
        ]),
    );
    let before = state.settings.clone();
    let effects = set(&mut state, "lr", "0.1");
    assert!(
        matches!(&effects[..], [Effect::Emit(Event::Error(notice))] if notice.key == "notice.locked")
    );
    update(&mut state, Msg::Dismiss);
    for msg in [
        Msg::Seek(0.5),
        Msg::StepTime(0.1),
        Msg::OpenScene(3),
        Msg::TurnScene(1),
    ] {
        update(&mut state, msg);
    }
    assert_eq!(state.settings, before);
    assert!(keys(&state).iter().all(|key| *key == "notice.locked"));
    bring(&mut state, Endpoint::Target, &[1.0, 1.0]);
    assert!(state.settings.drawn.target.is_empty());
    set(&mut state, "batch", "64");
    assert_eq!(state.spec(LaneId::A).training.batch, 64);
    // The link is the host's own.
    update(&mut state, Msg::OpenLink("#lr=0.1".into()));
    assert_eq!(state.spec(LaneId::A).training.lr, 0.1);
}

#[test]
fn what_cannot_be_combined_is_refused_by_every_way_in() {
    let mut state = State::new(Settings::default());
    set(&mut state, "predict", "score");
    set(&mut state, "source", "moons");
    assert_eq!(state.spec(LaneId::A).data.source, Source::Gaussian);
    assert_eq!(keys(&state), ["rule.score-gaussian"]);
    let pairs = [("source".to_owned(), "ring".to_owned())];
    assert_eq!(notices_of(&state, &pairs)[0].key, "rule.score-gaussian");
    update(&mut state, Msg::Dismiss);
    update(
        &mut state,
        Msg::OpenLink("#predict=score&source=ring".into()),
    );
    assert_eq!(state.spec(LaneId::A).model.predict, Prediction::Velocity);
    assert_eq!(keys(&state), ["rule.score-gaussian"]);
}
