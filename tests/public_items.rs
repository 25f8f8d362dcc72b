//! What is `pub` at a crate's edge rustc never reports as dead, so this asks who uses it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates that are asked, for functions, constants and modules. `train` is still to be added.
const CRATES: &[&str] = &["flow", "protocol", "engine", "app", "raster", "render"];

/// Kept for tests of other crates or for what is to come, each with the reason.
const KEPT: &[(&str, &str)] = &[
    (
        "class_probabilities",
        "the exact classifier, against which train and engine test the trained one",
    ),
    (
        "probabilities",
        "what a trained classifier is compared with it by",
    ),
    ("sample_text", "what the monkey of tests/visit writes"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

/// Whether a file holds nothing but tests.
fn is_test(path: &Path) -> bool {
    path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests")
}

/// A file without its comments and without its module of tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let line = |line: &str| line.split("//").next().unwrap_or("").to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The doctests of a file.
fn doctests(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let comment = |line: &str| {
        let line = line.trim();
        let rest = line.strip_prefix("///").or(line.strip_prefix("//!"));
        rest.map(str::to_owned)
    };
    let comments: Vec<_> = text.lines().filter_map(comment).collect();
    comments
        .join("\n")
        .split("```")
        .skip(1)
        .step_by(2)
        .collect::<Vec<_>>()
        .join("\n")
}

/// How often each name occurs.
#[derive(Default)]
struct Names(BTreeMap<String, usize>);

impl Names {
    fn add(&mut self, text: &str) {
        for name in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            *self.0.entry(name.to_owned()).or_default() += 1;
        }
    }

    fn count(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or(0)
    }
}

/// The functions, constants and modules that a crate gives away, with the file of each.
fn public_items(file: &Path) -> Vec<String> {
    let mut items = Vec::new();
    for line in code(file).lines() {
        let Some(rest) = line.trim().strip_prefix("pub ") else {
            continue;
        };
        let rest = ["const ", "async ", "static ", "mod "]
            .iter()
            .fold(rest, |r, p| r.strip_prefix(p).unwrap_or(r));
        let constant = line.contains("pub const ")
            || line.contains("pub static ")
            || line.contains("pub mod ");
        let name = match rest.strip_prefix("fn ") {
            Some(name) => name,
            None if constant => rest,
            None => continue,
        };
        let end = name
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(name.len());
        items.push(name[..end].to_owned());
    }
    items
}

/// Who may use what a crate gives away: the code of the others, doctests, benches, examples and the docs.
fn outside(of: &str) -> Names {
    let mut names = Names::default();
    let own = root().join("crates").join(of);
    for folder in ["src", "crates", "bench", "examples"] {
        for file in files(&root().join(folder), "rs") {
            if file.starts_with(&own) {
                names.add(&doctests(&file));
            } else if !is_test(&file) {
                names.add(&code(&file));
            }
        }
    }
    for folder in ["docs", "bench"] {
        for file in files(&root().join(folder), "md") {
            names.add(&fs::read_to_string(file).unwrap());
        }
    }
    for file in ["README.md", "ARCHITECTURE.md"] {
        names.add(&fs::read_to_string(root().join(file)).unwrap());
    }
    names
}

/// A crate's own code, and the integration tests, which may look at what that code uses.
fn inside(of: &str) -> (Names, Names) {
    let (mut own, mut tests) = (Names::default(), Names::default());
    for file in files(&root().join("crates").join(of).join("src"), "rs") {
        if !is_test(&file) {
            own.add(&code(&file));
        }
    }
    let others = CRATES.iter().chain(&["train"]).filter(|name| **name != of);
    let folders = others.map(|name| root().join("crates").join(name));
    for folder in folders.chain([
        root().join("tests"),
        root().join("crates").join(of).join("tests"),
    ]) {
        for file in files(&folder, "rs") {
            tests.add(&fs::read_to_string(file).unwrap());
        }
    }
    (own, tests)
}

#[test]
fn what_a_crate_gives_away_is_taken() {
    let mut unused = Vec::new();
    for name in CRATES {
        let outside = outside(name);
        let (own, tests) = inside(name);
        for file in files(&root().join("crates").join(name).join("src"), "rs") {
            if is_test(&file) {
                continue;
            }
            for item in public_items(&file) {
                let kept = KEPT.iter().any(|(kept, _)| *kept == item);
                let looked_at = own.count(&item) > 1 && tests.count(&item) > 0;
                if outside.count(&item) == 0 && !looked_at && !kept {
                    unused.push(format!(
                        "{}: {item}",
                        file.strip_prefix(root()).unwrap().display()
                    ));
                }
            }
        }
    }
    assert!(
        unused.is_empty(),
        "no other crate, doctest or document uses these; make them `pub(crate)`, and delete what is then dead or \
         move it behind `cfg(test)`: {unused:#?}"
    );
}

#[test]
fn an_item_that_nobody_uses_would_be_found() {
    let file = root().join("crates/flow/src/schedule.rs");
    let items = public_items(&file);
    assert!(items.iter().any(|item| item == "coefficients"), "{items:?}");
    let outside = outside("flow");
    assert!(outside.count("Schedule") > 0);
    assert_eq!(outside.count(&["no", "such", "item"].join("_")), 0);
}
