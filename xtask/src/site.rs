//! The site as a folder: `index.html`, everything below `www/`, and the programs that are built.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::bindgen;
use crate::files;
use crate::formulas;
use crate::layout::Layout;
use crate::program::{self, Built, Profile};
use crate::texts;

/// In `index.html`, the element that tells scripts the name of every file: `{"page.js": "page.js", …}`.
/// `serve` leaves the names as they are; `package` puts a digest of the content into each.
pub const ASSETS_OPEN: &str = r#"<script type="application/json" id="assets">"#;
const ASSETS_CLOSE: &str = "</script>";

/// The files of a site by name (relative, with `/`), wherever they lie now.
pub type Files = BTreeMap<String, PathBuf>;

/// What belongs to the site. A program that is not built yet is left out.
pub fn collect(layout: &Layout, programs: &[Built]) -> Result<Files> {
    let mut site = Files::new();
    add(
        &mut site,
        vec![("index.html".to_owned(), layout.root.join("index.html"))],
    )?;
    add(
        &mut site,
        vec![(
            formulas::FILE.to_owned(),
            layout.root.join(formulas::SOURCE),
        )],
    )?;
    let www = files::list(&layout.root.join("www"))?;
    let rests = www
        .iter()
        .filter_map(|(name, path)| Some((texts::rest_of(name)?, path.clone())));
    add(&mut site, rests.collect())?;
    add(&mut site, www)?;
    for &(program, profile) in programs {
        add(&mut site, bindgen::outputs(layout, program, profile)?)?;
    }
    Ok(site)
}

fn add(site: &mut Files, more: Vec<(String, PathBuf)>) -> Result<()> {
    for (name, path) in more {
        // Two programs share the snippets of a crate that both link: same name, same content.
        if let Some(other) = site.get(&name)
            && fs::read(other)? != fs::read(&path)?
        {
            bail!(
                "{} and {} both want to be {name}",
                other.display(),
                path.display()
            );
        }
        site.insert(name, path);
    }
    Ok(())
}

/// Brings `target/web` up to date: copies what changed, removes what is gone.
pub fn assemble(layout: &Layout) -> Result<()> {
    let site = collect(layout, &program::all(Profile::Site))?;
    for (name, path) in &site {
        let mut bytes = content(name, path)?;
        if name == "index.html" {
            let html = String::from_utf8(bytes)?;
            bytes = fill_assets(&html, &identity(&site))?.into_bytes();
        }
        files::write_if_changed(&layout.site().join(name), &bytes)?;
    }
    for (name, path) in files::list(&layout.site())? {
        if !site.contains_key(&name) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What a file of the site holds, before names change.
pub fn content(name: &str, path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match name {
        formulas::FILE => Ok(formulas::figures(&String::from_utf8(bytes)?)?.into_bytes()),
        _ => texts::share(name, bytes),
    }
}

/// Every file under its own name; the programs too while they are being built, for they will come.
fn identity(site: &Files) -> BTreeMap<String, String> {
    let programs = program::ALL.into_iter().flat_map(|program| program.files());
    site.keys()
        .cloned()
        .chain(programs)
        .map(|name| (name.clone(), name))
        .collect()
}

/// Writes the names into `index.html`'s assets element, replacing what is there. A page without one is left alone.
pub fn fill_assets(html: &str, names: &BTreeMap<String, String>) -> Result<String> {
    let Some(start) = html.find(ASSETS_OPEN).map(|at| at + ASSETS_OPEN.len()) else {
        return Ok(html.to_owned());
    };
    let length = html[start..]
        .find(ASSETS_CLOSE)
        .context("index.html never closes its assets element")?;
    let json = serde_json::to_string(names)?;
    Ok(format!(
        "{}{}{}",
        &html[..start],
        json,
        &html[start + length..]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_the_assets_element() {
        let names = BTreeMap::from([("page.js".to_owned(), "page-1.js".to_owned())]);
        let html = format!("<p>{ASSETS_OPEN}{{}}</script></p>");
        let filled = fill_assets(&html, &names).unwrap();
        assert_eq!(
            filled,
            format!("<p>{ASSETS_OPEN}{{\"page.js\":\"page-1.js\"}}</script></p>")
        );
        assert_eq!(
            fill_assets(&filled, &names).unwrap(),
            filled,
            "twice is as once"
        );
    }

    #[test]
    fn a_page_without_assets_is_left_alone() {
        assert_eq!(fill_assets("<p>", &BTreeMap::new()).unwrap(), "<p>");
    }
}
