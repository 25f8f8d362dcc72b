//! A language's texts in two files: what the page says before it moves, and all the rest, which it fetches then.
//! They are written in one file, `www/lang/<tag>.json`.

use anyhow::{Context, Result};
use serde_json::{Map, Value};

const FOLDER: &str = "lang/";
const ENDING: &str = ".json";
/// Of the second file.
const REST: &str = ".rest.json";

/// The scene that a visit begins with, unless its link says otherwise.
const FIRST_SCENE: &str = "noise";
/// Parts of a scene that are only said while it is open.
const OF_SCENE: [&str; 3] = ["text", "try", "source"];
/// What is said of things that come with the chunk beside the picture, or that are opened first. Nothing in the panel,
/// which is built once: somebody may be typing in it when the rest arrives.
const LATER: [&str; 14] = [
    "chart", "describe", "export", "figure", "formula", "help", "key", "legend", "mark", "measure",
    "method", "mixture", "term", "why",
];
/// The same of single texts.
const SINGLE: [&str; 1] = ["story.references.list"];

/// The name of a language's second file, if that is a language's first.
pub fn rest_of(name: &str) -> Option<String> {
    let tag = name.strip_prefix(FOLDER)?.strip_suffix(ENDING)?;
    (!is_rest(name)).then(|| format!("{FOLDER}{tag}{REST}"))
}

pub fn is_rest(name: &str) -> bool {
    name.starts_with(FOLDER) && name.ends_with(REST)
}

/// What one of the two files holds of a language's texts; any other file as it is.
pub fn share(name: &str, bytes: Vec<u8>) -> Result<Vec<u8>> {
    let rest = is_rest(name);
    if !rest && rest_of(name).is_none() {
        return Ok(bytes);
    }
    let texts: Map<String, Value> =
        serde_json::from_slice(&bytes).with_context(|| format!("{name} is no table of texts"))?;
    let share = texts.into_iter().filter(|(key, _)| waits(key) == rest);
    Ok(serde_json::to_vec(&share.collect::<Map<_, _>>())?)
}

/// Whether nobody reads the text before the page moves.
fn waits(key: &str) -> bool {
    let parts: Vec<_> = key.split('.').collect();
    match parts[..] {
        ["scene", scene, part] => OF_SCENE.contains(&part) && scene != FIRST_SCENE,
        [first, ..] => LATER.contains(&first) || SINGLE.contains(&key),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_files_say_what_one_says() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../www");
        for name in ["lang/en.json", "lang/zh.json"] {
            let bytes = std::fs::read(root.join(name)).unwrap();
            let part = |name: &str| -> Map<String, Value> {
                serde_json::from_slice(&share(name, bytes.clone()).unwrap()).unwrap()
            };
            let (first, rest) = (part(name), part(&rest_of(name).unwrap()));
            assert!(first.keys().all(|key| !rest.contains_key(key)));
            let both: Map<String, Value> = first.clone().into_iter().chain(rest).collect();
            let whole: Map<String, Value> = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(both, whole);
            // A scene that is renamed is to be renamed here as well, and a group that is gone is to go.
            assert!(first.contains_key(&format!("scene.{FIRST_SCENE}.text")));
            for group in LATER {
                assert!(
                    whole
                        .keys()
                        .any(|key| key.starts_with(&format!("{group}."))),
                    "{group}"
                );
            }
        }
    }

    #[test]
    fn other_files_are_left_alone() {
        assert_eq!(
            rest_of("lang/en.json").as_deref(),
            Some("lang/en.rest.json")
        );
        assert_eq!(rest_of("lang/en.rest.json"), None);
        assert_eq!(rest_of("style.css"), None);
        assert_eq!(share("style.css", b"a {}".to_vec()).unwrap(), b"a {}");
    }
}
