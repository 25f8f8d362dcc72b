use super::*;
use crate::schema::param;
use crate::settings::Settings;
use crate::state::State;
use crate::terms::Term;
use crate::text::{Language, Text};
use crate::update::update;
use crate::{link, msg::Msg};
use std::collections::BTreeMap;

/// The formulas as they are written.
fn formulas() -> BTreeMap<&'static str, &'static str> {
    let lines = include_str!("formulas.tex").lines();
    let written = lines.filter(|line| !line.starts_with('%') && !line.is_empty());
    written
        .map(|line| line.split_once(": ").expect("a name and a formula"))
        .collect()
}

/// What is wrong with a value of a patch, if anything is.
fn fault(name: &str, text: &str) -> Option<String> {
    let bare = name.strip_prefix("b.").unwrap_or(name);
    let Some(param) = param(bare) else {
        return Some(format!("there is no {bare}"));
    };
    let reading = param.kind.read(text);
    let wrong = reading.is_none_or(|reading| reading.clamped);
    let shared = bare != name && !param.per_lane;
    (wrong || shared).then(|| format!("{name}={text}"))
}

#[test]
fn patches_say_what_the_schema_knows() {
    let scenes = SCENES.iter().map(|scene| (scene.key, scene.patch));
    let comparisons = COMPARISONS.iter().map(|c| (c.key, c.patch));
    let mut faults = Vec::new();
    for (key, patch) in scenes.chain(comparisons) {
        let found = patch.iter().filter_map(|(name, text)| fault(name, text));
        faults.extend(found.map(|fault| format!("{key}: {fault}")));
    }
    for scene in SCENES {
        let unknown = scene.controls.iter().filter(|name| param(name).is_none());
        faults.extend(unknown.map(|name| format!("{}: there is no {name}", scene.key)));
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_first_scene_is_the_default_state() {
    assert_eq!(
        link::scene_link(1).unwrap(),
        link::print(&Settings::default())
    );
    assert!(scene(0).is_none() && scene(SCENES.len() as u32 + 1).is_none());
}

#[test]
fn a_scene_s_link_opens_what_the_scene_opens() {
    for number in 1..=SCENES.len() as u32 {
        let mut opened = State::new(Settings::default());
        update(&mut opened, Msg::OpenScene(number));
        let (read, notices) = link::parse(&link::scene_link(number).unwrap());
        assert_eq!(read, opened.settings, "scene {number}");
        assert!(notices.is_empty());
    }
}

#[test]
fn a_scene_s_own_drawing_does_not_cost_the_visitor_theirs() {
    let mut state = State::new(Settings::default());
    update(&mut state, Msg::OpenScene(16));
    update(&mut state, Msg::Draw(vec![[0.5, -1.0], [2.0, 2.0]]));
    let mine = state.settings.drawn.clone();
    update(&mut state, Msg::OpenScene(2));
    assert_eq!(state.settings.drawn.target.len(), 1);
    update(&mut state, Msg::Draw(vec![[0.0, 0.0]]));
    update(&mut state, Msg::OpenScene(2));
    update(&mut state, Msg::OpenScene(16));
    assert_eq!(state.settings.drawn, mine);
}

#[test]
fn a_scene_trains_or_not_as_it_says() {
    let mut state = State::new(Settings::default());
    for (i, scene) in SCENES.iter().enumerate() {
        update(&mut state, Msg::OpenScene(i as u32 + 1));
        assert_eq!(state.lanes[0].training, scene.trains, "{}", scene.key);
    }
}

#[test]
fn a_network_that_has_come_to_its_limit_is_not_trained_again_by_the_next_scene() {
    let mut state = State::new(Settings::default());
    update(&mut state, Msg::OpenScene(5));
    let limit = state.settings.lane[0].training.limit;
    state.lanes[0].step = limit - 1;
    update(&mut state, Msg::OpenScene(6));
    assert!(state.lanes[0].training, "one step is left");
    state.lanes[0].step = limit;
    update(&mut state, Msg::OpenScene(5));
    assert!(!state.lanes[0].training && state.lanes[0].step == limit);
    update(&mut state, Msg::OpenScene(7));
    assert!(state.lanes[0].training, "other data, another network");
}

#[test]
fn every_formula_is_shown_and_every_one_shown_is_written() {
    let written = formulas();
    let mut unused: Vec<_> = written.keys().copied().collect();
    for scene in SCENES {
        let count = scene.formulas.len();
        assert!((1..=4).contains(&count), "{}", scene.key);
        for name in scene.formulas {
            assert!(written.contains_key(name), "{name} is not written");
            unused.retain(|other| other != name);
        }
    }
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn terms_of_formulas_are_known_and_each_has_its_formula() {
    let text = include_str!("formulas.tex");
    let named = text
        .split(r"\term{")
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let named: Vec<&str> = named.collect();
    for name in named.iter().filter(|name| **name != "name") {
        assert!(Term::from_name(name).is_some(), "{name}");
    }
    for term in Term::ALL {
        assert!(named.contains(&term.name()), "{}", term.name());
    }
}

#[test]
fn every_scene_has_its_words_in_both_languages() {
    for language in Language::ALL {
        let text = Text::new(language);
        for scene in SCENES {
            let part = |part: &str| format!("scene.{}.{part}", scene.key);
            let keys = ["title", "text", "try", "source"].map(part);
            let formulas = scene.formulas.iter().map(|name| format!("formula.{name}"));
            for key in keys.into_iter().chain(formulas) {
                assert!(text.find(&key).is_some(), "{key}");
            }
        }
        for term in Term::ALL {
            let key = format!("term.{}", term.name());
            assert!(text.find(&key).is_some(), "{key}");
        }
    }
}
