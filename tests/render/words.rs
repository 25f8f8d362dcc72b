//! The figures and the spoken description of whole states.

use crate::fixture::{self, CHECKERBOARD, MOONS};
use flowlab::app::state::{LaneState, State};
use flowlab::app::text::{Language, Text};
use flowlab::flow::spec::SampleSchedule;
use flowlab::render::describe::{describe, name};
use flowlab::render::figures::{Figure, figures};

fn spoken(state: &State, language: Language) -> String {
    let text = Text::new(language);
    let sentences: Vec<_> = describe(state).iter().map(|s| text.notice(s)).collect();
    sentences.join(" ")
}

/// As if trained for 1200 steps.
fn trained() -> State {
    let mut state = fixture::state(MOONS);
    let lane = &mut state.lanes[0];
    lane.history = fixture::history(0.05, Some(1.25), 1200);
    lane.step = 1200;
    lane.ensemble.as_mut().unwrap().step = Some(1200);
    lane.pairs = Some(fixture::pairs(MOONS, false));
    lane.training = true;
    lane.steps_per_second = 412.7;
    state
}

#[test]
fn the_exact_flow_is_described() {
    let state = fixture::state(CHECKERBOARD);
    assert_eq!(
        spoken(&state, Language::English),
        "The flow: 400 particles at t = 0.00, on their way from Gaussian to Checkerboard. Their \
         centre is (0.0, 0.0), their spread 1.0. They follow the exact flow, in closed form."
    );
}

#[test]
fn a_trained_flow_is_described_with_its_excess() {
    let text = spoken(&trained(), Language::English);
    assert!(
        text.contains("after 1200 training steps; its excess loss is 0.0634."),
        "{text}"
    );
}

#[test]
fn two_lanes_are_told_apart() {
    let mut state = trained();
    state.settings.lanes = 2;
    state.settings.borrow = true;
    let other = fixture::transferred(MOONS, SampleSchedule::Cosine);
    let [mut lane, _] = other.lanes;
    lane.ensemble.as_mut().unwrap().step = Some(1200);
    state.lanes[1] = lane;
    let text = spoken(&state, Language::English);
    for part in [
        "Lane A: ",
        "Lane B: ",
        "lane A's network",
        "differ by 3.20×10⁻⁵",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn before_anything_is_computed_that_is_said() {
    let mut state = fixture::empty();
    state.lanes[0] = LaneState::default();
    assert!(spoken(&state, Language::English).contains("not computed yet"));
}

#[test]
fn every_sentence_exists_in_every_language() {
    let mut state = trained();
    state.settings.lanes = 2;
    for language in Language::ALL {
        let text = Text::new(language);
        let mut keys: Vec<_> = describe(&state).iter().map(|s| s.key).collect();
        keys.extend(
            figures(&state, 0)
                .iter()
                .flat_map(|f| [Some(f.key), f.note])
                .flatten(),
        );
        keys.extend([name(&state, 0).key, name(&state, 1).key]);
        for key in keys {
            assert!(text.find(key).is_some(), "{key} in {language:?}");
        }
        // Neither a placeholder nor a key may be left in what is spoken.
        let said = spoken(&state, language);
        assert!(!said.contains('{') && !said.contains("choice."), "{said}");
    }
}

fn value<'a>(list: &'a [Figure], key: &str) -> Option<&'a str> {
    let figure = list.iter().find(|figure| figure.key == key)?;
    Some(&figure.value)
}

#[test]
fn figures_that_are_known_are_listed() {
    let list = figures(&trained(), 0);
    for (key, text) in [
        ("figure.step", "1200"),
        ("figure.floor", "1.25"),
        ("figure.excess", "0.0634"),
        ("figure.speed", "413"),
        ("figure.nfe", "64"),
        ("figure.cost", "35.3"),
        ("figure.crossings", "21.0%"),
    ] {
        assert_eq!(value(&list, key), Some(text), "{key}");
    }
    assert_eq!(value(&list, "figure.gap"), None);
}

#[test]
fn a_loss_never_stands_without_its_floor() {
    let mut state = trained();
    state.lanes[0].history.floor = None;
    assert_eq!(value(&figures(&state, 0), "figure.loss"), None);
}

#[test]
fn a_borrowing_lane_has_no_training_figures() {
    let mut state = trained();
    state.settings.lanes = 2;
    state.settings.borrow = true;
    assert_eq!(value(&figures(&state, 1), "figure.step"), None);
}
