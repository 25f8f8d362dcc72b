//! Which file of a crate imports which, read off the sources: no two may need one another.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A module's path within its crate, as `["state", "views"]`.
type Module = Vec<String>;

/// Circles that are left, as the modules of each, sorted; a file may need its own children freely.
const LEFT: &[(&str, &[&str])] = &[
    // One `impl Engine` in three files, each with a concern of its own.
    ("engine", &["helper_pool", "questions", "session"]),
    // A scene holds the stages that its layers draw on, and calls the layers.
    ("render", &["layers", "scene"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The module that a file is.
fn module(base: &Path, path: &Path) -> Module {
    let path = path.strip_prefix(base).unwrap().with_extension("");
    let mut parts: Module = path.iter().map(|p| p.to_str().unwrap().into()).collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The code that ships: without comments and without what only tests see.
fn shipped(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| line.split("//").next().unwrap_or("").to_owned();
    let code = text.lines().map(line).collect::<Vec<_>>().join("\n");
    code.split("#[cfg(test)]").next().unwrap().to_owned()
}

/// The paths of a `use`, without its braces: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn spread(tree: &str) -> Vec<String> {
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![tree.to_owned()];
    };
    let inside = rest.rsplit_once('}').map_or(rest, |(inside, _)| inside);
    let (mut depth, mut item, mut found) = (0, String::new(), Vec::new());
    for letter in inside.chars().chain([',']) {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        if letter == ',' && depth == 0 {
            found.extend(spread(&item).iter().map(|item| format!("{head}{item}")));
            item.clear();
        } else {
            item.push(letter);
        }
    }
    found
}

/// Every path in the code that begins with a module of the crate.
fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        if let Some((_, tree)) = statement.rsplit_once("use ") {
            let tree = tree.split_whitespace().collect::<String>();
            found.extend(spread(&tree));
        }
    }
    let end = |c: char| !(c.is_alphanumeric() || c == '_' || c == ':');
    let words = code.split(end).filter(|word| word.contains("::"));
    found.extend(words.map(str::to_owned));
    found
}

/// The file that a path leads into, seen from a module.
fn target(path: &str, from: &Module, all: &BTreeSet<Module>) -> Option<Module> {
    let mut parts: Vec<&str> = path.split("::").collect();
    let mut at = match parts[0] {
        "crate" => Vec::new(),
        "super" | "self" => from.clone(),
        child => {
            let mut at = from.clone();
            at.push(child.into());
            return all.contains(&at).then_some(at);
        }
    };
    while matches!(parts.first(), Some(&("crate" | "super" | "self"))) {
        if parts.remove(0) == "super" {
            at.pop();
        }
    }
    let mut found = all.contains(&at).then(|| at.clone());
    for part in parts {
        at.push(part.into());
        if all.contains(&at) {
            found = Some(at.clone());
        }
    }
    found
}

type Graph = BTreeMap<Module, BTreeSet<Module>>;

/// Which file needs which. A file and its own children may need each other only one way here: what a
/// parent takes from its children is left out.
fn imports(base: &Path) -> Graph {
    let files: BTreeMap<Module, PathBuf> = sources(base)
        .into_iter()
        .map(|path| (module(base, &path), path))
        .filter(|(module, _)| !module.iter().any(|part| part == "tests"))
        .collect();
    let all: BTreeSet<Module> = files.keys().cloned().collect();
    let needs = |(from, path): (&Module, &PathBuf)| {
        let targets = paths(&shipped(path)).into_iter();
        let targets = targets.filter_map(|path| target(&path, from, &all));
        let others = targets.filter(|to| !to.starts_with(from)).collect();
        (from.clone(), others)
    };
    files.iter().map(needs).collect()
}

/// The same between the files and folders at the top of the crate.
fn at_the_top(graph: &Graph) -> Graph {
    let mut top = Graph::new();
    let head = |module: &Module| module[..module.len().min(1)].to_vec();
    for (from, targets) in graph {
        let needs = top.entry(head(from)).or_default();
        needs.extend(targets.iter().map(head).filter(|to| *to != head(from)));
    }
    top
}

fn reached<'a>(graph: &'a Graph, from: &'a Module) -> BTreeSet<&'a Module> {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(at) = left.pop() {
        let next = graph.get(at).into_iter().flatten();
        left.extend(next.filter(|to| seen.insert(*to)));
    }
    seen
}

/// The circles of a graph, each as the names of its modules.
fn circles(graph: &Graph) -> BTreeSet<Vec<String>> {
    let reach: BTreeMap<&Module, _> = graph.keys().map(|m| (m, reached(graph, m))).collect();
    let mut found = BTreeSet::new();
    for (module, all) in &reach {
        if all.contains(module) {
            let same = |other: &&&Module| reach.get(**other).is_some_and(|r| r.contains(module));
            found.insert(all.iter().filter(same).map(|m| m.join("::")).collect());
        }
    }
    found
}

#[test]
fn no_two_files_need_one_another() {
    let mut unknown = Vec::new();
    for name in [
        "app", "engine", "flow", "protocol", "raster", "render", "train",
    ] {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("crates/{name}/src"));
        let graph = imports(&base);
        assert!(name != "app" || graph.values().any(|needs| needs.len() > 3));
        let mut found = circles(&graph);
        found.extend(circles(&at_the_top(&graph)));
        let left = |circle: &Vec<String>| {
            LEFT.contains(&(name, &circle.iter().map(|s| &**s).collect::<Vec<_>>()))
        };
        unknown.extend(found.into_iter().filter(|c| !left(c)).map(|c| (name, c)));
    }
    assert!(unknown.is_empty(), "{unknown:#?}");
}

#[test]
fn a_circle_would_be_found() {
    let needs =
        |from: &str, to: &str| (vec![from.to_owned()], BTreeSet::from([vec![to.to_owned()]]));
    let graph = Graph::from([
        needs("a", "b"),
        needs("b", "c"),
        needs("c", "b"),
        needs("d", "a"),
    ]);
    assert_eq!(
        circles(&graph),
        BTreeSet::from([vec!["b".into(), "c".into()]])
    );
    let found = paths("use crate::{a::B, c::{self, D}};\nfn f() { super::e::g(); }");
    for path in [
        "crate::a::B",
        "crate::c::self",
        "crate::c::D",
        "super::e::g",
    ] {
        assert!(found.contains(&path.to_owned()), "{path}: {found:?}");
    }
}
