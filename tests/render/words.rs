//! The figures and the spoken description of whole states.

use crate::fixture::{self, CHECKERBOARD, MOONS};
use crate::{studies, views};
use app::settings::{DensityKind, Layer, Layers};
use app::state::{LaneState, State};
use app::text::{Language, Text};
use flow::spec::SampleSchedule;
use protocol::LaneId;
use protocol::StepCost;
use render::describe::{describe, name};
use render::figures::{Figure, figures};
use render::numbers::three;

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
            figures(&state, LaneId::A)
                .iter()
                .flat_map(|f| [Some(f.key), f.note])
                .flatten(),
        );
        keys.extend([name(&state, LaneId::A).key, name(&state, LaneId::B).key]);
        for key in keys {
            assert!(text.find(key).is_some(), "{key} in {language:?}");
        }
        // Neither a placeholder nor a key may be left in what is spoken.
        let said = spoken(&state, language);
        assert!(!said.contains('{') && !said.contains("choice."), "{said}");
    }
}

#[test]
fn layers_and_charts_are_spoken_in_numbers() {
    let mut state = studies::state();
    let other = views::state(MOONS);
    let [lane, _] = other.lanes;
    state.lanes[0].views.matching = lane.views.matching;
    state.lanes[0].views.round_trip = lane.views.round_trip;
    state.lanes[0].views.error = lane.views.error;
    state.settings.layers = fixture::every_layer();
    let text = spoken(&state, Language::English);
    // The numbers of the fixture: an error of 2 / 128^4 and so on.
    for part in [
        "Colours show the error of the velocity, up to ",
        "points is matched at a mean cost of ",
        "% of the mass; it changes by ",
        "points return to within ",
        "7.45×10⁻⁹, by Runge–Kutta 4 with 128 evaluations",
        "Matched in batches of 1024, pairs cost 7.86; independent pairs cost 35.3.",
        "2.31 ± 0.0300 nats; their entropy is 2.18.",
        "Over 32768 samples the gradients of the two losses differ by 1.66% of their length.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    for language in Language::ALL {
        let said = spoken(&state, language);
        assert!(!said.contains('{') && !said.contains("describe."), "{said}");
        assert!(!said.contains("choice."), "{said}");
    }
}

#[test]
fn layers_that_are_hidden_are_not_spoken_of() {
    let mut state = views::state(MOONS);
    let keys = |state: &State| describe(state).iter().map(|s| s.key).collect::<Vec<_>>();
    state.settings.layers = fixture::every_layer();
    assert!(keys(&state).contains(&"describe.region"));
    state.settings.layers = Layers::of(&[]);
    assert!(!keys(&state).contains(&"describe.region"));
}

fn value<'a>(list: &'a [Figure], key: &str) -> Option<&'a str> {
    let figure = list.iter().find(|figure| figure.key == key)?;
    Some(&figure.value)
}

#[test]
fn figures_that_are_known_are_listed() {
    let mut state = trained();
    state.settings.layers = fixture::every_layer();
    state.lanes[0].kinetic = Some(18.0);
    let list = figures(&state, LaneId::A);
    for (key, text) in [
        ("figure.kinetic", "18.0"),
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
    state.settings.layers = Layers::of(&[]);
    let cost = "where nothing speaks of pairs, neither do the figures";
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.cost"),
        None,
        "{cost}"
    );
}

#[test]
fn a_round_trip_and_two_losses_are_told_where_they_are_looked_at() {
    let mut state = views::state(MOONS);
    state.settings.layers = Layers::of(&[Layer::FlowMap]);
    let error = state.lanes[0].views.round_trip.as_ref().unwrap().error;
    let shown = three(error);
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.round-trip"),
        Some(&*shown)
    );
    state.settings.layers = Layers::of(&[]);
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.round-trip"),
        None
    );

    let mut state = studies::state();
    let view = state.lanes[0].views.gradients.as_mut().unwrap();
    let last = view.comparisons.last_mut().unwrap();
    (last.loss_fm, last.loss_cfm, last.floor) = (2.0, 5.75, 3.74);
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.losses-apart"),
        Some("3.75, 3.74")
    );
    state.settings.layers = Layers::of(&[]);
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.losses-apart"),
        None
    );
}

#[test]
fn the_price_of_maximum_likelihood_stands_beside_the_likelihood() {
    let mut state = studies::state();
    state.lanes[0].views.step_cost = Some(StepCost {
        matching: 0.001,
        evaluation: 0.0005,
        likelihood: 0.03,
        nfe: 20,
    });
    let list = figures(&state, LaneId::A);
    assert_eq!(value(&list, "figure.step-matching"), Some("1.00 ms"));
    assert_eq!(
        value(&list, "figure.step-likelihood"),
        Some("60.0× (NFE 20)")
    );
    for figure in ["figure.step-matching", "figure.step-likelihood"] {
        for language in Language::ALL {
            let help = format!("{figure}.help");
            assert!(Text::new(language).find(&help).is_some(), "{help}");
        }
    }
    state.settings.density = DensityKind::Exact;
    assert_eq!(
        value(&figures(&state, LaneId::A), "figure.step-likelihood"),
        None
    );
}

#[test]
fn a_loss_never_stands_without_its_floor() {
    let mut state = trained();
    state.lanes[0].history.floor = None;
    assert_eq!(value(&figures(&state, LaneId::A), "figure.loss"), None);
}

#[test]
fn a_borrowing_lane_has_no_training_figures() {
    let mut state = trained();
    state.settings.lanes = 2;
    state.settings.borrow = true;
    assert_eq!(value(&figures(&state, LaneId::B), "figure.step"), None);
}
