//! Links recorded once open the same state for ever: `links.txt` beside this file holds each link with
//! the state that it opened on the day of its recording.
//!
//! `links.txt` is only ever appended to. Its first record gives every value of the state that `v=1` opens,
//! lane B's with the prefix `b.`; every other record gives the values that differ from the first. A
//! parameter that is younger than a record is not asked for. `cargo test -p app --test links -- --ignored`
//! appends the links of [`collection`] that have no record yet.

use app::link;
use app::msg::Msg;
use app::scenes::SCENES;
use app::schema::{PARAMS, Param};
use app::settings::Settings;
use app::state::State;
use app::update::update;
use app::value::Kind;
use protocol::LaneId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// Every value of a state, by schema name.
type Dump = BTreeMap<String, String>;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/links.txt")
}

/// The state that a visitor gets who opens a link.
fn opened(link: &str) -> Settings {
    let mut state = State::new(Settings::default());
    update(&mut state, Msg::OpenLink(format!("#{link}")));
    assert!(state.notices.is_empty(), "{link}: {:?}", state.notices);
    state.settings
}

fn dump(settings: &Settings) -> Dump {
    let value = |param: &Param, lane| (param.get)(settings, lane).print();
    let first = PARAMS
        .iter()
        .map(|p| (p.name.to_owned(), value(p, LaneId::A)));
    let per_lane = PARAMS.iter().filter(|p| p.per_lane);
    let second = per_lane.map(|p| (format!("b.{}", p.name), value(p, LaneId::B)));
    first.chain(second).collect()
}

/// The recorded links and the states that they opened, in the order of their recording.
fn records(text: &str) -> Vec<(String, Dump)> {
    let mut records: Vec<(String, Dump)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('%')) {
        match line.strip_prefix("  ") {
            None => {
                let base = records.first().map(|(_, dump)| dump.clone());
                records.push((line.to_owned(), base.unwrap_or_default()));
            }
            Some(values) => {
                let (_, dump) = records.last_mut().expect("a link before its values");
                for value in values.split(' ') {
                    let (name, value) = value.split_once('=').expect("name=value");
                    dump.insert(name.to_owned(), value.to_owned());
                }
            }
        }
    }
    records
}

fn recorded() -> Vec<(String, Dump)> {
    records(&fs::read_to_string(path()).expect("the recorded links"))
}

/// The values in which two states differ, of the names that the first one knows.
fn differences<'a>(
    expected: &'a Dump,
    found: &'a Dump,
) -> Vec<(&'a str, &'a str, Option<&'a str>)> {
    let found = |name: &str| found.get(name).map(String::as_str);
    let pairs = expected
        .iter()
        .map(|(name, value)| (&**name, &**value, found(name)));
    pairs
        .filter(|(_, value, found)| *found != Some(value))
        .collect()
}

#[test]
fn a_recorded_link_opens_the_state_that_it_opened_then() {
    for (link, expected) in recorded() {
        let found = dump(&opened(&link));
        let wrong = differences(&expected, &found);
        assert!(
            wrong.is_empty(),
            "{link} opens another state, (name, then, now): {wrong:?}. Links last: a changed default or scene \
             belongs to a new version of links (crates/app/src/link/versions.rs); links.txt is never edited."
        );
    }
}

#[test]
fn a_recorded_state_survives_its_own_link() {
    for (link, _) in recorded() {
        let state = opened(&link);
        let again = dump(&opened(&app::link::print(&state)));
        let mut shown = dump(&state);
        // A lane that is not on the stage is not written.
        shown.retain(|name, _| state.lanes == 2 || !name.starts_with("b."));
        let wrong = differences(&shown, &again);
        assert!(wrong.is_empty(), "{link}: {wrong:?}");
    }
}

#[test]
fn every_scene_and_parameter_has_its_record() {
    let records = recorded();
    let links = records.iter().map(|(link, _)| link.as_str());
    let missing: BTreeSet<_> = collection().into_iter().collect();
    let known: BTreeSet<_> = links.map(str::to_owned).collect();
    let missing: Vec<_> = missing.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "record them by `cargo test -p app --test links -- --ignored`: {missing:#?}"
    );
}

/// Appends what has no record yet. It refuses to write while a recorded link opens another state.
#[test]
#[ignore = "writes tests/links.txt"]
fn record() {
    let mut text = fs::read_to_string(path()).unwrap_or_default();
    for link in collection() {
        let known = records(&text);
        if known.iter().any(|(other, _)| *other == link) {
            continue;
        }
        let state = dump(&opened(&link));
        let base = known
            .first()
            .map(|(_, dump)| dump.clone())
            .unwrap_or_default();
        let differs = |(name, value): &(&String, &String)| base.get(*name) != Some(value);
        let values = state
            .iter()
            .filter(differs)
            .map(|(name, value)| format!("{name}={value}"));
        let values = values.collect::<Vec<_>>().join(" ");
        writeln!(text, "{link}").unwrap();
        if !values.is_empty() {
            writeln!(text, "  {values}").unwrap();
        }
    }
    fs::write(path(), text).unwrap();
    a_recorded_link_opens_the_state_that_it_opened_then();
}

/// The links worth a record, all of them free of values that are refused or clamped: a range or a rule may be
/// widened later. The first is the state that all others are compared with.
fn collection() -> Vec<String> {
    let mut links = vec!["v=1".to_owned()];
    for number in 1..=SCENES.len() as u32 {
        links.push(format!("v=1&scene={number}"));
        links.extend(link::scene_link(number).filter(|link| link != "v=1"));
    }
    for param in PARAMS {
        links.extend(off_default(param));
    }
    links.extend((1..12).map(choices));
    links.push(extremes(|kind| {
        kind.examples().first().map(|value| value.print())
    }));
    links.push(extremes(|kind| {
        kind.examples().last().map(|value| value.print())
    }));
    links.extend(BY_HAND.iter().map(|link| (*link).to_owned()));
    links
}

/// A link that gives a parameter a value in the middle of its range, lane B another one where it has its own.
fn off_default(param: &Param) -> Vec<String> {
    let name = param.name;
    let [first, second] = match param.kind {
        Kind::Choice(names) => [names[names.len() / 2], names[names.len() - 1]].map(str::to_owned),
        Kind::Whole { min, max, .. } => {
            [min + (max - min) / 3, min + (max - min) / 5].map(|x| x.to_string())
        }
        Kind::Real { min, max, .. } => [0.375, 0.25].map(|u| (min + u * (max - min)).to_string()),
        Kind::Flag => ["1", "0"].map(str::to_owned),
        Kind::Layers => ["particles,data,score", ""].map(str::to_owned),
        Kind::Points => ["l_j_AAAA____", "gAgA"].map(str::to_owned),
        Kind::Word => ["ABC", "Q"].map(str::to_owned),
        Kind::Curve => ["0.25,0.1,0.5,0.7", "0.5,0.25"].map(str::to_owned),
        Kind::Label => ["2", "none"].map(str::to_owned),
    };
    let alone = format!("v=1&{name}={first}");
    let both = param
        .per_lane
        .then(|| format!("v=1&{name}={first}&lanes=2&b.{name}={second}"));
    [Some(alone), both].into_iter().flatten().collect()
}

/// A link that gives every parameter with names its `k`th one, counted round. What is predicted and how one is
/// guided stay out: not every combination of them with the rest is allowed.
fn choices(k: usize) -> String {
    let chosen = PARAMS.iter().filter_map(|param| match param.kind {
        Kind::Choice(names) if !matches!(param.name, "predict" | "guide") => {
            Some(format!("{}={}", param.name, names[k % names.len()]))
        }
        _ => None,
    });
    format!("v=1&{}", chosen.collect::<Vec<_>>().join("&"))
}

/// A link that gives every parameter the end of its range that `end` picks.
fn extremes(end: impl Fn(&Kind) -> Option<String>) -> String {
    let given = PARAMS.iter().filter(|p| !matches!(p.kind, Kind::Choice(_)));
    let given = given.filter_map(|p| Some(format!("{}={}", p.name, end(&p.kind)?)));
    format!("v=1&{}", given.collect::<Vec<_>>().join("&"))
}

/// Links as people write, shorten and damage them, and those of the docs and of the browser tests.
const BY_HAND: &[&str] = &[
    "scene=9",
    "target=moons",
    "v=1&scene=9&lanes=1",
    "v=1&scene=9&b.coupling=sinkhorn",
    "v=1&scene=9&nonsense=1",
    "v=1&b.scene=9",
    "v=1&lanes=2&b.solver=euler&borrow=1",
    "v=1&lanes=2&b.solver=euler&b.steps=4&solver=rk4&borrow=1&t=0.5",
    "v=1&source=8gaussians&target=moons&lanes=2&b.coupling=ot&limit=1200",
    "v=1&target=moons&lanes=2&borrow=1&b.sample_schedule=cosine&steps=100&solver=rk4&limit=1500",
    "v=1&target=moons&lr=0.01&limit=0",
    "v=1&schedule=custom&curve=0.25,0.1,0.5,0.7&lanes=2&b.schedule=cosine",
    "v=1&lanes=2&schedule=custom&curve=0.5,0.25&b.curve=0.1,0.5,0.9,0.6",
    "v=1&target=gmm&source=gmm&centres=AAAA____&source_centres=gAgAl_j_",
    "v=1&target=letters&letters=f%6Cow&lanes=2&b.target=rings",
    "v=1&target=drawn&source=drawn&drawn=l_j_gAgA&drawn_source=AAAA____ggggGGGG",
    "v=1&target=8gaussians&guide=cfg&label=3&guidance=4&lanes=2&b.label=5&b.guidance=1",
    "v=1&source=8gaussians&target=moons&coupling=ot&lanes=2&guide=cfg&label=0&aware=0&b.aware=1",
    "v=1&layers=particles%2Cdata&density=kernel&speed=0.5&loop=0",
    "v=1&b.lanes=2&lanes=2&b.lr=0.01&lr=0.001&width=32",
    "v=1&solver=dopri5&rtol=1e-5&lanes=2&b.rtol=0.01",
    "v=1&schedule=vp&beta_min=0.2&beta_max=15&lanes=2&b.schedule=ve&b.sigma_max=10",
    "v=1&coupling=sinkhorn&epsilon=0.5&lanes=2&b.coupling=partial&b.keep=0.25",
];
