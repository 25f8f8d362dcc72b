//! The `#` fragment: settings as text and back.
//!
//! `v=1&target=moons&lanes=2&b.coupling=ot`: only what differs from the default is written, lane
//! B's values only where they differ from lane A's. Whatever stands in a link, the result is a
//! valid state; what had to be changed is told in one notice. A link that names a scene and nothing
//! else, `v=1&scene=9`, is that scene as it begins. `v` says which version of defaults and scenes a link
//! leaves out (`versions`); a link without it means version 1, and no link at all the newest.

mod versions;

use super::notice::Notice;
use super::scenes;
use super::schema::{PARAMS, Param, param};
use super::settings::Settings;
use super::value::{Kind, Value};
use flow::spec::Drawn;
use protocol::LaneId;
use versions::{VERSIONS, Version};

/// Prefix of lane B's values.
const LANE_B: &str = "b.";

/// Writes the fragment, without its `#`.
pub fn print(settings: &Settings) -> String {
    let mut pairs = vec![format!("v={}", VERSIONS.len())];
    for (name, value) in differences(settings) {
        pairs.push(format!("{name}={}", value.print()));
    }
    let link = pairs.join("&");
    match lone_scene(VERSIONS, &self::pairs(&link)) {
        // It is not the scene as it begins: any value, even one of the defaults, says so.
        Some(scene) if scene != *settings => format!("{link}&lanes={}", settings.lanes),
        _ => link,
    }
}

/// The names and values of what a link has to say.
pub fn differences(settings: &Settings) -> Vec<(String, Value)> {
    let default = versions::defaults(VERSIONS);
    let mut found = Vec::new();
    for param in PARAMS {
        let a = (param.get)(settings, LaneId::A);
        if a != (param.get)(&default, LaneId::A) {
            found.push((param.name.to_owned(), a));
        }
    }
    if settings.lanes == 2 {
        found.extend(lane_differences(settings).map(|p| {
            let name = format!("{LANE_B}{}", p.name);
            (name, (p.get)(settings, LaneId::B))
        }));
    }
    found
}

/// The parameters in which lane B differs from lane A.
pub fn lane_differences(settings: &Settings) -> impl Iterator<Item = &'static Param> {
    PARAMS
        .iter()
        .filter(|p| p.per_lane && (p.get)(settings, LaneId::A) != (p.get)(settings, LaneId::B))
}

/// Reads a fragment, with or without its `#`, on top of the defaults of its version.
pub fn parse(fragment: &str) -> (Settings, Vec<Notice>) {
    parse_among(VERSIONS, fragment)
}

/// What a link leaves out: the defaults of the version that it names.
pub fn defaults(fragment: &str) -> Settings {
    versions::defaults(version(VERSIONS, &pairs(fragment)).0)
}

fn parse_among(versions: &[Version], fragment: &str) -> (Settings, Vec<Notice>) {
    let pairs = pairs(fragment);
    let (versions, mut notices) = version(versions, &pairs);
    let mut settings = lone_scene(versions, &pairs).unwrap_or_else(|| versions::defaults(versions));
    notices.extend(apply(&mut settings, &pairs));
    (settings, notices)
}

/// The versions up to the one that a link names, and what has to be told of it. One from the future is read
/// as the newest, as well as can be.
fn version<'a>(
    versions: &'a [Version],
    pairs: &[(String, String)],
) -> (&'a [Version], Vec<Notice>) {
    let told = |key, text: String| {
        vec![Notice {
            key,
            values: vec![text],
        }]
    };
    let first = &versions[..1];
    let Some((_, text)) = pairs.iter().find(|(name, _)| name == "v") else {
        let known = if pairs.is_empty() { versions } else { first };
        return (known, Vec::new());
    };
    match text.parse::<usize>() {
        Ok(number) if (1..=versions.len()).contains(&number) => (&versions[..number], Vec::new()),
        Ok(number) if number > versions.len() => {
            (versions, told("notice.newer-link", text.clone()))
        }
        _ => (
            first,
            told("notice.refused", format!("v={}", shorten(text))),
        ),
    }
}

/// The beginning of the scene that is named, if nothing else is.
fn lone_scene(versions: &[Version], pairs: &[(String, String)]) -> Option<Settings> {
    let mut known = pairs
        .iter()
        .filter(|(name, _)| param(name.strip_prefix(LANE_B).unwrap_or(name)).is_some());
    let (name, number) = known.next()?;
    let lone = name == "scene" && known.next().is_none();
    lone.then(|| versions::scene(versions, number.parse().ok()?))?
}

/// What a scene sets. Unless the scene brings a drawing of its own, the visitor's stays.
pub fn scene_settings(number: u32, drawn: Drawn) -> Option<Settings> {
    let scene = scenes::scene(number)?;
    let mut settings = Settings {
        scene: number,
        drawn,
        ..Settings::default()
    };
    apply(&mut settings, &owned(scene.patch));
    Some(settings)
}

/// The fragment of a scene's link, without its `#`.
pub fn scene_link(number: u32) -> Option<String> {
    scene_settings(number, Drawn::default()).map(|settings| print(&settings))
}

/// The patch as [`apply`] reads it.
pub(crate) fn owned(patch: scenes::Patch) -> Vec<(String, String)> {
    let pair = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    patch.iter().map(pair).collect()
}

/// The `name=value` pairs of a fragment or a query.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    text.trim_start_matches(['#', '?'])
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (unescape(name), unescape(value)))
        .collect()
}

/// Applies named values. Lane A's come first, whatever their order, since lane B's values are
/// lane A's unless written.
pub fn apply(settings: &mut Settings, pairs: &[(String, String)]) -> Vec<Notice> {
    let mut told = Told::default();
    for (name, text) in pairs {
        if let Some(param) = param(name) {
            told.note(name, text, set(settings, param, LaneId::A, text));
        }
    }
    for (name, text) in pairs {
        if let Some(param) = name
            .strip_prefix(LANE_B)
            .and_then(param)
            .filter(|p| p.per_lane)
        {
            told.note(name, text, set(settings, param, LaneId::B, text));
        }
    }
    told.notices()
}

/// What became of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Taken,
    Clamped(Box<Value>),
    Refused,
}

/// Sets a parameter of a lane from text. A value of lane A is lane B's too while they agree.
pub fn set(settings: &mut Settings, param: &Param, lane: LaneId, text: &str) -> Outcome {
    let Some(reading) = param.kind.read(text) else {
        return Outcome::Refused;
    };
    let follows =
        lane == LaneId::A && (param.get)(settings, LaneId::A) == (param.get)(settings, LaneId::B);
    (param.set)(settings, lane, reading.value.clone());
    if follows && param.per_lane {
        (param.set)(settings, LaneId::B, reading.value.clone());
    }
    if reading.clamped {
        Outcome::Clamped(Box::new(reading.value))
    } else {
        Outcome::Taken
    }
}

/// Collects what has to be told, so that it is told once.
#[derive(Default)]
struct Told {
    clamped: Vec<String>,
    refused: Vec<String>,
}

impl Told {
    fn note(&mut self, name: &str, text: &str, outcome: Outcome) {
        match outcome {
            Outcome::Taken => {}
            Outcome::Clamped(value) => self.clamped.push(match *value {
                Value::Points(points) => format!("{name}: {}", points.len()),
                value => format!("{name}={}", value.print()),
            }),
            Outcome::Refused => self.refused.push(format!("{name}={}", shorten(text))),
        }
    }

    fn notices(self) -> Vec<Notice> {
        let sentence = |key, items: Vec<String>| {
            (!items.is_empty()).then(|| Notice {
                key,
                values: vec![items.join(", ")],
            })
        };
        let both = [
            sentence("notice.clamped", self.clamped),
            sentence("notice.refused", self.refused),
        ];
        both.into_iter().flatten().collect()
    }
}

fn shorten(text: &str) -> String {
    const MOST: usize = 24;
    let mut short: String = text.chars().take(MOST).collect();
    if text.chars().count() > MOST {
        short.push('…');
    }
    short
}

/// Undoes percent-escapes that a mailer or a wiki may have added; what is no escape stays.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A value that a test or the monkey may write for this parameter.
pub fn sample_text(kind: &Kind, choice: usize) -> String {
    let examples = kind.examples();
    examples[choice % examples.len()].print()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::spec::Drawn;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn settings_survive_a_link(choices in prop::collection::vec((0..PARAMS.len(), 0..2usize, 0..12usize), 0..20)) {
            let mut settings = Settings::default();
            for (which, lane, choice) in choices {
                let param = &PARAMS[which];
                let lane = LaneId::ALL[if param.per_lane { lane } else { 0 }];
                set(&mut settings, param, lane, &sample_text(&param.kind, choice));
            }
            settings.lanes = 2;
            let (read, notices) = parse(&print(&settings));
            prop_assert_eq!(read, settings);
            prop_assert!(notices.is_empty());
        }

        #[test]
        fn any_text_gives_valid_settings(text in ".*", name in 0..PARAMS.len(), lane in 0..2usize) {
            let prefix = ["", LANE_B][lane];
            let (settings, _) = parse(&format!("{prefix}{}={text}", PARAMS[name].name));
            for param in PARAMS {
                let value = (param.get)(&settings, LaneId::B);
                prop_assert_eq!(param.kind.clamp(value.clone()), value);
            }
        }
    }

    #[test]
    fn the_default_link_says_nothing() {
        assert_eq!(print(&Settings::default()), "v=1");
    }

    #[test]
    fn a_scene_alone_is_the_scene_as_it_begins() {
        let (scene, notices) = parse("#v=1&scene=9");
        assert_eq!(Some(&scene), scene_settings(9, Drawn::default()).as_ref());
        assert!(scene.lanes == 2 && notices.is_empty());
        assert_eq!(parse(&print(&scene)).0, scene);
        // Beside other values it is only a number, as in links written by the page.
        let plain = Settings {
            scene: 9,
            ..Settings::default()
        };
        assert_eq!(print(&plain), "v=1&scene=9&lanes=1");
        assert_eq!(parse(&print(&plain)).0, plain);
        let (clamped, notices) = parse("scene=999");
        assert_eq!((clamped.lanes, notices.len()), (1, 1));
    }

    #[test]
    fn a_version_from_the_future_is_told_and_the_rest_is_read() {
        for future in ["#v=2&target=moons&shine=3", "#target=moons&v=1000000"] {
            let (settings, notices) = parse(future);
            assert_eq!(settings.lane[0].data.target.name(), "moons");
            let keys: Vec<_> = notices.iter().map(|notice| notice.key).collect();
            assert_eq!(keys, ["notice.newer-link"], "{future}");
        }
        for absurd in ["v=0", "v=", "v=one", "v=-1", "v=1.5"] {
            let (settings, notices) = parse(absurd);
            assert_eq!(settings, Settings::default());
            assert_eq!(notices[0].key, "notice.refused", "{absurd}");
            assert_eq!(notices[0].values, [absurd]);
        }
        assert!(parse("#").1.is_empty() && parse("#v=1").1.is_empty());
    }

    #[test]
    fn lane_b_is_lane_a_unless_written() {
        let (settings, notices) = parse("#b.coupling=ot&width=128&lanes=2&nonsense=1");
        assert!(notices.is_empty());
        assert_eq!(settings.lane[1].model.width, 128);
        assert_eq!(
            lane_differences(&settings)
                .map(|p| p.name)
                .collect::<Vec<_>>(),
            ["coupling"]
        );
        assert_eq!(print(&settings), "v=1&width=128&lanes=2&b.coupling=ot");
    }

    #[test]
    fn what_was_changed_is_told_once() {
        let (settings, notices) = parse("width=9999&steps=-3&target=atlantis");
        assert_eq!(settings.lane[0].model.width, 512);
        assert_eq!(notices.len(), 2);
        assert_eq!(notices[0].values, ["width=512, steps=1"]);
        assert_eq!(notices[1].values, ["target=atlantis"]);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape("particles%2Cdata%"), "particles,data%");
    }
}
