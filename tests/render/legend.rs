//! The legend of a stage: it names what is drawn, and nothing else.

use crate::fixture::{self, CHECKERBOARD, MOONS};
use crate::views;
use app::settings::{DensityKind, Layer, Layers};
use app::state::State;
use app::text::{Language, Text};
use flow::spec::SampleSchedule;
use protocol::LaneId;
use render::legend::{Mark, legend};
use render::palette::{Theme, ThemeKind};

const THEMES: [ThemeKind; 3] = [ThemeKind::Light, ThemeKind::Dark, ThemeKind::Projector];

fn marks(state: &State) -> Vec<Mark> {
    legend(state, LaneId::A, &Theme::of(ThemeKind::Light))
}

fn keys(state: &State) -> Vec<&'static str> {
    marks(state).iter().map(|mark| mark.text.key).collect()
}

#[test]
fn a_stage_without_layers_has_no_legend() {
    let mut state = views::state(CHECKERBOARD);
    state.settings.layers = Layers::of(&[]);
    assert!(marks(&state).is_empty());
}

#[test]
fn what_is_not_known_yet_is_not_listed() {
    let mut state = fixture::empty();
    state.lanes[0] = Default::default();
    state.settings.layers = Layers::of(&[Layer::Grid, Layer::Region, Layer::Particles]);
    assert!(marks(&state).is_empty());
}

#[test]
fn rescaled_paths_are_listed_only_under_a_transfer() {
    let mut state = fixture::transferred(MOONS, SampleSchedule::Vp);
    state.settings.layers = Layers::of(&[Layer::Trajectories]);
    assert_eq!(keys(&state), ["legend.rescaled"]);
    state.lanes[0].transfer = None;
    assert!(keys(&state).is_empty());
}

#[test]
fn the_speed_has_a_scale_from_the_lengths_of_the_velocities() {
    let mut state = views::state(MOONS);
    state.settings.layers = Layers::of(&[Layer::Magnitude, Layer::Density]);
    let grid = state.lanes[0].arrows.as_mut().unwrap();
    // Every velocity is of length 3, and the scale goes to the next round number from twice that.
    for pair in grid.values.chunks_exact_mut(2) {
        pair.copy_from_slice(&[1.8, 2.4]);
    }
    let marks = marks(&state);
    assert_eq!(keys(&state), ["mark.magnitude"]);
    assert_eq!(marks[0].text.values, ["10"]);
    state.lanes[0].arrows = None;
    assert_eq!(keys(&state), ["mark.density-exact"], "nothing is known yet");
}

#[test]
fn the_density_is_named_by_what_it_is_known_from() {
    let mut state = views::state(MOONS);
    state.settings.layers = Layers::of(&[Layer::Density]);
    for (kind, key) in [
        (DensityKind::Exact, "mark.density-exact"),
        (DensityKind::Kernel, "mark.density-kernel"),
        (DensityKind::Learned, "mark.density-learned"),
    ] {
        state.settings.density = kind;
        assert_eq!(keys(&state), [key]);
    }
}

#[test]
fn pairs_and_flow_map_share_the_marks_of_the_ends() {
    let mut state = views::state(MOONS);
    state.lanes[0].pairs = Some(fixture::pairs(MOONS, false));
    state.settings.layers = Layers::of(&[Layer::Pairs, Layer::Matching]);
    let keys = keys(&state);
    let sources = keys.iter().filter(|key| **key == "mark.source").count();
    assert_eq!(sources, 1, "{keys:?}");
}

#[test]
fn classes_replace_directions_and_mistakes_are_named() {
    let mut state = views::state(MOONS);
    state.settings.layers = Layers::of(&[Layer::Particles]);
    assert_eq!(keys(&state), ["mark.particles"]);
    state.lanes[0].views.labels = Some(views::labels(&state, 3));
    let keys = keys(&state);
    assert_eq!(keys.iter().filter(|key| **key == "mark.class").count(), 3);
    assert!(!keys.contains(&"mark.particles") && keys.contains(&"mark.mistaken"));
}

#[test]
fn every_mark_has_words_in_both_languages_and_a_picture_in_every_theme() {
    let mut state = views::state(MOONS);
    state.lanes[0].pairs = Some(fixture::pairs(MOONS, false));
    let grounds = [
        Layer::Density,
        Layer::Error,
        Layer::Divergence,
        Layer::Magnitude,
    ];
    for ground in grounds {
        let mut layers = fixture::every_layer();
        for other in grounds {
            layers.set(other, other == ground);
        }
        state.settings.layers = layers;
        for theme in THEMES.map(Theme::of) {
            let marks = legend(&state, LaneId::A, &theme);
            assert!(marks.len() > 8);
            for language in Language::ALL {
                let text = Text::new(language);
                for mark in &marks {
                    assert!(text.find(mark.text.key).is_some(), "{:?}", mark.text);
                    assert!(!text.notice(&mark.text).contains('{'), "{:?}", mark.text);
                }
            }
            for mark in &marks {
                let picture = mark.look.picture();
                assert!(picture.contains("<path"), "{mark:?}: {picture}");
                assert!(!picture.contains("NaN"), "{mark:?}");
            }
        }
    }
}
