//! Names that change with the content, so that a server may have browsers keep every file for ever.
//!
//! References are rewritten where they are spelled in one of a few exact ways, and nowhere else:
//! - HTML: an attribute, `href="style.css"` or `src="./loader.js"`;
//! - CSS: `url(icon.svg)`, with or without quotes, relative to the style sheet;
//! - JavaScript: a string that starts with `./` or `../`, as in `import init from "./page.js"`,
//!   and `new URL("page_bg.wasm", import.meta.url)`, with or without the space;
//! - web manifests: a whole string.
//!
//! Whatever else needs a name looks it up in `index.html`'s assets element.

use anyhow::{Result, bail};
use std::collections::BTreeMap;

use crate::files;
use crate::site;

/// The content of a site by name.
pub type Contents = BTreeMap<String, Vec<u8>>;

/// From the name that sources use to the name that is shipped.
type Names = BTreeMap<String, String>;

/// Files that others link to by name, or that browsers ask for by themselves.
const STABLE: [&str; 6] = [
    "index.html",
    "embed.js",
    "sw.js",
    "service-worker.js",
    "favicon.ico",
    "robots.txt",
];

fn is_stable(name: &str) -> bool {
    STABLE.contains(&name)
}

/// Gives every file its final name, and every reference its new spelling.
pub fn settle(mut site: Contents) -> Result<Contents> {
    let (stable, mut waiting): (Vec<_>, Vec<_>) =
        site.keys().cloned().partition(|name| is_stable(name));
    let mut names: Names = stable
        .iter()
        .map(|name| (name.clone(), name.clone()))
        .collect();
    let mut settled = Contents::new();
    while !waiting.is_empty() {
        // A file's digest covers the names of what it refers to, so those come first.
        let (ready, blocked): (Vec<_>, Vec<_>) = waiting
            .iter()
            .cloned()
            .partition(|name| !refers_to_any(name, &site[name], &waiting));
        if ready.is_empty() {
            bail!(
                "these files refer to each other in a circle: {}",
                blocked.join(", ")
            );
        }
        for name in ready {
            let bytes = rewrite(&name, site.remove(&name).unwrap_or_default(), &names);
            let hashed = with_digest(&name, &bytes);
            settled.insert(hashed.clone(), bytes);
            names.insert(name, hashed);
        }
        waiting = blocked;
    }
    for (name, mut bytes) in site {
        if name == "index.html" {
            bytes = site::fill_assets(&String::from_utf8(bytes)?, &names)?.into_bytes();
        }
        settled.insert(name.clone(), rewrite(&name, bytes, &names));
    }
    Ok(settled)
}

/// `lang/zh.json` becomes `lang/zh-0123456789.json`.
fn with_digest(name: &str, bytes: &[u8]) -> String {
    let digest = &files::digest(bytes)[..10];
    let file = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[file..].rfind('.') {
        Some(dot) => format!("{}-{digest}{}", &name[..file + dot], &name[file + dot..]),
        None => format!("{name}-{digest}"),
    }
}

fn refers_to_any(name: &str, bytes: &[u8], others: &[String]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let mut others = others.iter().filter(|other| *other != name);
    others.any(|other| {
        spellings(name, other)
            .iter()
            .any(|spelling| text.contains(spelling))
    })
}

fn rewrite(name: &str, bytes: Vec<u8>, names: &Names) -> Vec<u8> {
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(binary) => return binary.into_bytes(),
    };
    for (old, new) in names {
        for (from, to) in spellings(name, old).iter().zip(spellings(name, new)) {
            text = text.replace(from, &to);
        }
    }
    text.into_bytes()
}

/// The ways in which the file `from` may spell a reference to the file `to`.
fn spellings(from: &str, to: &str) -> Vec<String> {
    let bare = relative(from, to);
    let dotted = if bare.starts_with("../") {
        bare.clone()
    } else {
        format!("./{bare}")
    };
    match from.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => vec![format!("=\"{bare}\""), format!("=\"{dotted}\"")],
        "css" => [&bare, &dotted]
            .iter()
            .flat_map(|path| ["", "\"", "'"].map(|quote| format!("url({quote}{path}{quote})")))
            .collect(),
        "js" | "mjs" => ["\"", "'"]
            .iter()
            .flat_map(|quote| {
                let string = format!("{quote}{dotted}{quote}");
                [
                    string,
                    format!("new URL({quote}{bare}{quote}, import.meta.url)"),
                    format!("new URL({quote}{bare}{quote},import.meta.url)"),
                ]
            })
            .collect(),
        "webmanifest" => vec![format!("\"{bare}\""), format!("\"{dotted}\"")],
        _ => vec![],
    }
}

/// The path to `to` as written in `from`, both names in the site.
fn relative(from: &str, to: &str) -> String {
    let mut from: Vec<_> = from.split('/').collect();
    let mut to: Vec<_> = to.split('/').collect();
    from.pop();
    while from
        .first()
        .is_some_and(|part| to.len() > 1 && *part == to[0])
    {
        from.remove(0);
        to.remove(0);
    }
    format!("{}{}", "../".repeat(from.len()), to.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(files: &[(&str, &str)]) -> Contents {
        files
            .iter()
            .map(|(name, text)| (name.to_string(), text.as_bytes().to_vec()))
            .collect()
    }

    fn text<'a>(site: &'a Contents, start: &str) -> (&'a str, &'a str) {
        let found = site.iter().find(|(name, _)| name.starts_with(start));
        let (name, bytes) = found.unwrap_or_else(|| panic!("no {start}"));
        (name, std::str::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_whole_site() {
        let settled = settle(site(&[
            (
                "index.html",
                r#"<link href="style.css"><script src="./loader.js"></script><script type="application/json" id="assets">{}</script>"#,
            ),
            ("loader.js", r#"import init from "./page.js"; look("page.js"); import("./sub/x.js")"#),
            (
                "page.js",
                "new URL('page_bg.wasm', import.meta.url), new URL(\"page_bg.wasm\",import.meta.url)",
            ),
            ("page_bg.wasm", "\0asm"),
            ("style.css", "a { background: url('icons/dot.svg') }"),
            ("icons/dot.svg", "<svg/>"),
            ("sub/x.js", r#"import "../page.js"; import "./y.js""#),
            ("sub/y.js", ""),
            ("embed.js", r#"open("./index.html")"#),
        ]))
        .unwrap();
        let (wasm, _) = text(&settled, "page_bg-");
        let (page, page_text) = text(&settled, "page-");
        let expected =
            format!("new URL('{wasm}', import.meta.url), new URL(\"{wasm}\",import.meta.url)");
        assert_eq!(page_text, expected);
        let (inner, inner_text) = text(&settled, "sub/x-");
        let (leaf, _) = text(&settled, "sub/y-");
        let leaf = leaf.strip_prefix("sub/").unwrap();
        assert_eq!(
            inner_text,
            format!(r#"import "../{page}"; import "./{leaf}""#)
        );
        let (loader, loader_text) = text(&settled, "loader-");
        let expected =
            format!(r#"import init from "./{page}"; look("page.js"); import("./{inner}")"#);
        assert_eq!(
            loader_text, expected,
            "a bare string is a key, not a reference"
        );
        let (style, style_text) = text(&settled, "style-");
        assert!(style_text.contains("url('icons/dot-") && style_text.contains(".svg')"));
        let (_, index) = text(&settled, "index.html");
        assert!(index.contains(&format!(r#"href="{style}""#)), "{index}");
        assert!(index.contains(&format!(r#"src="./{loader}""#)), "{index}");
        assert!(index.contains(&format!(r#""page.js":"{page}""#)), "{index}");
        assert_eq!(text(&settled, "embed.js").1, r#"open("./index.html")"#);
    }

    #[test]
    fn content_decides_the_name_and_references_are_content() {
        let of =
            |leaf: &str| settle(site(&[("a.js", r#"import "./b.js""#), ("b.js", leaf)])).unwrap();
        let (one, two) = (of("1"), of("2"));
        assert_ne!(text(&one, "b-").0, text(&two, "b-").0);
        assert_ne!(text(&one, "a-").0, text(&two, "a-").0);
        assert_eq!(of("1"), one);
    }

    #[test]
    fn circles_are_refused() {
        let circle = site(&[
            ("a.js", r#"import "./b.js""#),
            ("b.js", r#"import './a.js'"#),
        ]);
        assert!(
            settle(circle)
                .unwrap_err()
                .to_string()
                .contains("a.js, b.js")
        );
    }

    #[test]
    fn relative_paths() {
        assert_eq!(relative("a.js", "b.js"), "b.js");
        assert_eq!(relative("x/a.js", "x/b.js"), "b.js");
        assert_eq!(relative("x/a.js", "b.js"), "../b.js");
        assert_eq!(relative("x/y/a.js", "x/z/b.js"), "../z/b.js");
        assert_eq!(relative("a.js", "x/b.js"), "x/b.js");
    }
}
