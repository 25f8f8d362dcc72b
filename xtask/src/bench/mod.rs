//! `cargo xtask bench`: the figures of a budget, measured side by side in one run. What each row means is in
//! `bench/README.md`; what is measured in the browser is there too, and only set up, read and printed here.

mod budgets;
mod native;
mod report;
mod statistics;
mod table;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::layout::Layout;
use crate::program::{self, Profile};
use crate::server::Server;
use crate::{bindgen, package, process, setup, site};
use report::Report;

#[derive(Default)]
pub struct Options {
    /// One size of network instead of three, and shorter runs.
    pub quick: bool,
    /// Measure what ships, in `dist/`, instead of the development build.
    pub package: bool,
    /// Only rows whose id begins with this.
    pub only: Option<String>,
    /// A second place for the results.
    pub json: Option<PathBuf>,
}

pub fn run(layout: &Layout, options: &Options) -> Result<()> {
    let results = layout.target.join("bench.json");
    let mut json = measured(layout, options, &results)?;
    let report = Report::read(&json).context("the browser side wrote no report")?;
    print!("{}", table::markdown(&report, &command(options)));
    annotate(&mut json, &report, options);
    let text = serde_json::to_string_pretty(&json)?;
    for place in std::iter::once(&results).chain(&options.json) {
        fs::write(place, &text).with_context(|| format!("cannot write {}", place.display()))?;
    }
    let missed = budgets::missed(&report);
    match report.failed() {
        0 if missed.is_empty() => Ok(()),
        0 => bail!("budgets missed: {}", missed.join(", ")),
        failed => bail!("{failed} rows could not be measured"),
    }
}

/// The samples of all rows that are wanted.
fn measured(layout: &Layout, options: &Options, results: &Path) -> Result<Value> {
    let only: Vec<&str> = options.only.as_deref().unwrap_or("").split(',').collect();
    let mut json = match only.iter().all(|text| text.starts_with(native::ROWS)) {
        true => json!({ "about": {}, "rows": [], "notes": [] }),
        false => in_browser(layout, options, results)?,
    };
    let native = |text: &&str| native::ROWS.starts_with(text) || text.starts_with(native::ROWS);
    if only.iter().any(native) {
        let rows = json["rows"]
            .as_array_mut()
            .context("the browser side wrote no report")?;
        rows.extend(native::measure(layout, &only)?);
    }
    Ok(json)
}

fn in_browser(layout: &Layout, options: &Options, results: &Path) -> Result<Value> {
    let chromium = set_up(layout)?;
    let folder = site_of(layout, options)?;
    measure(layout, options, &folder, &chromium, results)?;
    Ok(serde_json::from_str(&fs::read_to_string(results)?)?)
}

/// Everything but the compiler's target; gives the browser.
fn set_up(layout: &Layout) -> Result<PathBuf> {
    if process::on_path(&["node"]).is_none() {
        bail!("the benchmark needs Node.js 20 or newer on PATH");
    }
    setup::wasm_std::ensure(layout)?;
    setup::npm::ensure(layout, &browser_side(layout))?;
    setup::chromium::ensure()
}

fn browser_side(layout: &Layout) -> PathBuf {
    layout.root.join("bench")
}

/// The folder to be measured, built.
fn site_of(layout: &Layout, options: &Options) -> Result<PathBuf> {
    if options.package {
        package::run(layout, &program::ALL)?;
        return Ok(layout.root.join("dist"));
    }
    for program in program::ALL {
        eprintln!("building {}", program.name);
        bindgen::build(layout, program, Profile::Site)?;
    }
    site::assemble(layout)?;
    Ok(layout.site())
}

fn measure(
    layout: &Layout,
    options: &Options,
    folder: &Path,
    chromium: &Path,
    results: &Path,
) -> Result<()> {
    let server = Server::start(folder, 0)?;
    let sizes = layout.target.join("size-report.json");
    let mut node = Command::new("node");
    node.current_dir(browser_side(layout))
        .arg("run.mjs")
        .env("FLOWLAB_URL", server.url())
        .env("FLOWLAB_CHROMIUM", chromium)
        .env("FLOWLAB_BENCH_OUT", results)
        .env("FLOWLAB_BENCH_QUICK", if options.quick { "1" } else { "0" })
        .env("FLOWLAB_BENCH_ONLY", options.only.as_deref().unwrap_or(""));
    if sizes.is_file() {
        node.env("FLOWLAB_BENCH_SIZES", sizes);
    }
    // What an earlier run left must not be taken for this one's.
    let _ = fs::remove_file(results);
    process::run(&mut node)
}

/// How to do it again.
fn command(options: &Options) -> String {
    let mut words = vec!["cargo xtask bench".to_owned()];
    for (wanted, word) in [(options.quick, "--quick"), (options.package, "--package")] {
        if wanted {
            words.push(word.to_owned());
        }
    }
    words.extend(options.only.iter().map(|only| format!("--only {only}")));
    words.join(" ")
}

/// Writes beside each row's samples what was made of them.
fn annotate(json: &mut Value, report: &Report, options: &Options) {
    json["command"] = command(options).into();
    for row in json["rows"].as_array_mut().into_iter().flatten() {
        let id = row["id"].as_str().unwrap_or_default().to_owned();
        let Some(summary) = report.row(&id).and_then(|row| row.summary) else {
            continue;
        };
        row["median"] = summary.median.into();
        row["min"] = summary.min.into();
        row["max"] = summary.max.into();
        if let Some(ratio) = budgets::ratio(report, &id) {
            row["ratio"] = ratio.value.into();
            row["against"] = ratio.against.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_command_can_be_repeated() {
        let options = Options {
            quick: true,
            only: Some("train/".into()),
            ..Options::default()
        };
        assert_eq!(command(&options), "cargo xtask bench --quick --only train/");
    }

    #[test]
    fn results_carry_their_medians() {
        let mut json = json!({"rows": [
            {"id": "a", "what": "A", "unit": "ms", "samples": [3.0, 1.0, 2.0]},
            {"id": "b", "what": "B", "unit": "ms", "samples": []},
        ]});
        let report = Report::read(&json).unwrap();
        annotate(&mut json, &report, &Options::default());
        assert_eq!(json["rows"][0]["median"], 2.0);
        assert_eq!(json["rows"][1].get("median"), None);
        assert_eq!(json["command"], "cargo xtask bench");
    }
}
