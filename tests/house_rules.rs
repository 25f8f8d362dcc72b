//! The invariants of ARCHITECTURE.md that can be read off the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Every folder of code.
const CODE: &[&str] = &[
    "src", "crates", "tests", "xtask", "www", "bench", "examples",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let skipped = ["target", "node_modules", "dist"];
        if path.is_dir() && !skipped.iter().any(|s| path.ends_with(s)) {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found
}

/// The code of a file: comments are left out, since they may speak of anything.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| line.split("//").next().unwrap_or("").to_owned();
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn only_the_glue_reads_a_clock() {
    let mut broken = Vec::new();
    for path in files(&root().join("crates"), "rs") {
        let code = code(&path);
        for clock in ["Instant::now", "SystemTime"] {
            if code.contains(clock) {
                broken.push(format!("{}: {clock}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn flow_takes_its_transcendental_functions_from_libm() {
    const STD: &[&str] = &[
        ".exp()",
        ".ln()",
        ".sin()",
        ".cos()",
        ".tan()",
        ".tanh()",
        ".powf(",
        ".powi(",
        ".exp2()",
        ".log2()",
        ".ln_1p()",
        ".exp_m1()",
        ".atan2(",
        ".atan()",
        ".hypot(",
        ".cbrt()",
        ".mul_add(",
        ".sin_cos()",
    ];
    let mut broken = Vec::new();
    let tests = |path: &PathBuf| path.ends_with("tests.rs");
    for path in files(&root().join("crates/flow/src"), "rs")
        .into_iter()
        .filter(|p| !tests(p))
    {
        let code = code(&path);
        let code = code.split("#[cfg(test)]").next().unwrap();
        for call in STD.iter().filter(|call| code.contains(**call)) {
            broken.push(format!("{}: {call}", path.display()));
        }
    }
    assert!(
        broken.is_empty(),
        "native and wasm would differ: {broken:#?}"
    );
}

#[test]
fn no_file_is_hard_to_hold_in_the_head() {
    let mut long = Vec::new();
    for folder in CODE {
        for extension in ["rs", "js", "mjs", "css"] {
            for path in files(&root().join(folder), extension) {
                let lines = fs::read_to_string(&path).unwrap().lines().count();
                if lines > 500 {
                    long.push(format!("{}: {lines} lines", path.display()));
                }
            }
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn languages_say_the_same_things() {
    let language = |tag: &str| -> serde_json::Map<String, serde_json::Value> {
        let path = root().join(format!("www/lang/{tag}.json"));
        serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
    };
    let (english, chinese) = (language("en"), language("zh"));
    let keys = |map: &serde_json::Map<_, _>| map.keys().cloned().collect::<BTreeSet<String>>();
    assert_eq!(keys(&english), keys(&chinese));
    for (key, text) in &english {
        let (text, other) = (text.as_str().unwrap(), chinese[key].as_str().unwrap());
        assert!(!text.is_empty() && !other.is_empty(), "{key} says nothing");
        for i in 0..9 {
            let place = format!("{{{i}}}");
            let count = |text: &str| text.matches(&place).count();
            assert_eq!(count(text), count(other), "{key}: {place}");
        }
    }
}

#[test]
fn every_key_that_is_used_has_a_text() {
    use app::{keys, scenes, schema, text, value::Kind};
    let text = text::Text::new(text::Language::English);
    let mut keys: Vec<String> = keys::BINDINGS.iter().map(|b| b.text.to_owned()).collect();
    keys.extend(schema::Group::ALL.map(|g| g.key().to_owned()));
    for scene in scenes::SCENES {
        keys.extend(["title", "text", "try"].map(|part| format!("scene.{}.{part}", scene.key)));
    }
    keys.extend(
        scenes::COMPARISONS
            .iter()
            .map(|c| format!("compare.{}", c.key)),
    );
    for param in schema::PARAMS {
        keys.extend([
            format!("param.{}", param.name),
            format!("param.{}.help", param.name),
        ]);
        if let Kind::Choice(names) = param.kind {
            keys.extend(names.iter().map(|name| format!("choice.{name}")));
        }
    }
    let page = fs::read_to_string(root().join("index.html")).unwrap();
    for attribute in ["data-text=\"", "data-text-label=\""] {
        let named = page.split(attribute).skip(1);
        keys.extend(named.map(|rest| rest.split('"').next().unwrap().to_owned()));
    }
    let missing: Vec<_> = keys.iter().filter(|key| text.find(key).is_none()).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn nothing_is_asked_of_another_host() {
    // The name of SVG's namespace looks like an address, but nothing is fetched from it.
    const NAMES: &[&str] = &[
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1998/Math/MathML",
    ];
    let mut found = Vec::new();
    let mut paths = vec![root().join("index.html")];
    for extension in ["js", "css", "html", "svg"] {
        paths.extend(files(&root().join("www"), extension));
    }
    for path in paths {
        let mut text = fs::read_to_string(&path).unwrap();
        for name in NAMES {
            text = text.replace(name, "");
        }
        if text.contains("http://") || text.contains("https://") {
            found.push(path);
        }
    }
    assert!(found.is_empty(), "{found:?}");
}
