use super::*;
use crate::link;
use crate::scenes::SCENES;
use crate::schema::PARAMS;
use crate::value::Value;
use protocol::LaneId;

/// The row of a table that freezes a value.
fn row(name: &str, value: &Value) -> String {
    match value {
        Value::Points(points) if !points.is_empty() => format!("(\"{name}\", Points(&{points:?}))"),
        value => format!("(\"{name}\", Text(\"{}\"))", value.print()),
    }
}

fn frozen_names(version: &Version) -> Vec<&'static str> {
    version.defaults.iter().map(|(name, _)| *name).collect()
}

#[test]
fn a_changed_default_begins_a_new_version() {
    let (live, frozen) = (Settings::default(), defaults(VERSIONS));
    let newest = VERSIONS.len();
    for param in PARAMS {
        let value = (param.get)(&live, LaneId::A);
        let row = row(param.name, &value);
        assert!(
            frozen_names(&VERSIONS[0]).contains(&param.name),
            "`{}` is a new parameter, which links that exist leave out: add the row {row} to v1.rs, if with \
             this value they open what they opened, else the row of the value with which they do.",
            param.name
        );
        assert!(
            LaneId::ALL
                .into_iter()
                .all(|lane| (param.get)(&frozen, lane) == value),
            "The default of `{}` differs from that of version {newest} of links, the newest. Links that exist \
             leave it out and must go on meaning the old value: add the row {row} to a version {} beside it \
             (once that version is published too, the next change begins another one).",
            param.name,
            newest + 1
        );
        assert_eq!(
            (param.get)(&live, LaneId::B),
            value,
            "both lanes begin alike"
        );
    }
}

#[test]
fn a_changed_scene_begins_a_new_version() {
    let newest = VERSIONS.len();
    for (number, scene) in (1..).zip(SCENES) {
        let scenes = VERSIONS.iter().rev().flat_map(|version| version.scenes);
        let frozen = scenes.into_iter().find(|(n, _, _)| *n == number);
        let (_, key, patch) = frozen.unwrap_or_else(|| {
            panic!("Scene {number} is new: add the row ({number}, \"{}\", &{:?}) to version {newest} of links.", scene.key, scene.patch)
        });
        assert_eq!(
            *key, scene.key,
            "a scene's number is published in links: new scenes come last"
        );
        assert!(
            *patch == scene.patch,
            "Scene {number} differs from that of version {newest} of links, the newest. Links that name it alone \
             must go on opening the old one: add the row ({number}, \"{key}\", &{:?}) to a version {} beside it.",
            scene.patch,
            newest + 1
        );
    }
}

#[test]
fn a_frozen_table_is_complete_and_reads_without_loss() {
    let mut scrambled = Settings::default();
    for param in PARAMS {
        for lane in LaneId::ALL {
            let value = param.kind.examples().pop().unwrap();
            (param.set)(&mut scrambled, lane, value);
        }
    }
    let frozen = VERSIONS.iter().flat_map(|version| version.defaults);
    for (name, value) in frozen {
        let param = param(name).expect("a parameter is never renamed");
        if let Frozen::Text(text) = value {
            let reading = param.kind.read(text).expect("a value");
            assert!(!reading.clamped, "{name}={text}");
        }
        for lane in LaneId::ALL {
            let value = (param.get)(&defaults(VERSIONS), lane);
            (param.set)(&mut scrambled, lane, value);
        }
    }
    assert_eq!(scrambled, defaults(VERSIONS), "a value has no row");
}

/// Version 1 with a version 2 beside it, as a change of a learning rate and of scene 9 would make it.
const TWO: &[Version] = &[
    v1::VERSION,
    Version {
        defaults: &[("lr", Frozen::Text("0.02"))],
        scenes: &[(9, "couplings", &[("target", "rings")])],
    },
];

#[test]
fn an_older_link_keeps_its_meaning_beside_a_newer_version() {
    let open = |fragment: &str| link::parse_among(TWO, fragment).0;
    let lr = |fragment: &str| open(fragment).lane[0].training.lr;
    for old in [
        "#v=1",
        "#v=1&target=moons",
        "#target=moons",
        "#v=1&scene=9",
        "#scene=3",
    ] {
        assert_eq!(lr(old), 0.005, "{old}");
        assert_eq!(open(old), link::parse(old).0, "{old}");
    }
    for new in [
        "",
        "#",
        "#v=2",
        "#v=2&target=moons",
        "#v=2&scene=9",
        "#v=2&scene=3",
    ] {
        assert_eq!(lr(new), 0.02, "{new:?}");
    }
    assert_eq!(open("#v=2&scene=9").lane[0].data.target.name(), "rings");
    assert_eq!(open("#v=2&scene=3").layers, open("#v=1&scene=3").layers);
    assert_eq!(lr("#v=2&lr=0.005"), 0.005);
}
