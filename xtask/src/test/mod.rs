//! `cargo xtask test`: everything that must hold, the cheap things first, and one line at the end.

mod browser;
mod gpu;
mod sizes;
mod stages;
mod summary;

use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::layout::Layout;
use crate::{process, setup};
use stages::Stage;
use summary::Counts;

pub struct Options {
    pub native: bool,
    pub browser: bool,
    /// The kernels natively as well: minutes of building.
    pub gpu: bool,
    /// The browser tests run on the large engine as it ships, too, which takes ten minutes more to build.
    pub all: bool,
    /// Nothing but the browser tests whose file name contains the text, on the site as it was built last.
    pub as_built: Option<String>,
    pub setup: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            native: true,
            browser: true,
            gpu: false,
            all: false,
            as_built: None,
            setup: true,
        }
    }
}

/// How one stage ended.
struct Outcome {
    name: &'static str,
    took: Duration,
    /// `None`: it was not run, because an earlier one made it pointless.
    passed: Option<bool>,
    counts: Counts,
}

pub fn run(layout: &Layout, options: Options) -> Result<()> {
    if options.setup {
        set_up(layout, &options)?;
    }
    let mut outcomes = Vec::new();
    for stage in stages::chosen(&options) {
        let outcome = match pointless(layout, &stage, &outcomes) {
            true => Outcome {
                name: stage.name,
                took: Duration::ZERO,
                passed: None,
                counts: Counts::default(),
            },
            false => perform(layout, stage),
        };
        outcomes.push(outcome);
    }
    report(&outcomes);
    match outcomes.iter().all(|outcome| outcome.passed == Some(true)) {
        true => Ok(()),
        // The closing line has been printed, and stays the last.
        false => std::process::exit(1),
    }
}

fn set_up(layout: &Layout, options: &Options) -> Result<()> {
    setup::wasm_std::ensure(layout)?;
    if options.browser {
        if process::on_path(&["node"]).is_none() {
            bail!("the browser tests need Node.js 20 or newer on PATH (or use --native-only)");
        }
        setup::chromium::ensure()?;
        setup::firefox::ensure()?;
        setup::webkit::ensure()?;
        setup::npm::ensure(layout, &browser::folder(layout))?;
        setup::npm::ensure(layout, &layout.root.join("xtask"))?;
    }
    Ok(())
}

/// A browser has nothing to load without a site, and code that does not compile need not be compiled five times.
fn pointless(layout: &Layout, stage: &Stage, before: &[Outcome]) -> bool {
    let mut failed = before.iter().filter(|outcome| outcome.passed != Some(true));
    failed.any(|outcome| {
        let text = fs::read_to_string(log(layout, outcome.name)).unwrap_or_default();
        (outcome.name == stages::SITE && [stages::SIZES, stages::BROWSER].contains(&stage.name))
            // Compiler errors have a number; lints and failed tests have none.
            || (outcome.passed == Some(false) && stage.compiles && text.contains("\nerror[E"))
            || (outcome.passed.is_none() && stage.name == stages::BROWSER)
    })
}

fn log(layout: &Layout, stage: &str) -> PathBuf {
    layout
        .target
        .join("test-logs")
        .join(format!("{}.log", stage.replace(' ', "-")))
}

fn perform(layout: &Layout, stage: Stage) -> Outcome {
    eprintln!("· {}", stage.name);
    let log = log(layout, stage.name);
    // A log of an earlier run must not be taken for one of this.
    let _ = fs::remove_file(&log);
    let start = Instant::now();
    let result = (stage.run)(layout, &log);
    let text = fs::read_to_string(&log).unwrap_or_default();
    let mut counts = summary::count(&text);
    if let Err(error) = &result {
        println!("{text}\n{} failed: {error:#}\n", stage.name);
        // A stage that failed without a failed test (a lint, a crash) still must not close with `0 failed`.
        counts.failed = counts.failed.max(1);
    }
    Outcome {
        name: stage.name,
        took: start.elapsed(),
        passed: Some(result.is_ok()),
        counts,
    }
}

fn report(outcomes: &[Outcome]) {
    println!();
    for outcome in outcomes {
        let word = match outcome.passed {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "not run",
        };
        println!(
            "{:<24}{:>8.1} s  {word}",
            outcome.name,
            outcome.took.as_secs_f64()
        );
    }
    let took: f64 = outcomes
        .iter()
        .map(|outcome| outcome.took.as_secs_f64())
        .sum();
    println!("{:<24}{took:>8.1} s", "all");
    println!(
        "{}",
        outcomes
            .iter()
            .map(|outcome| outcome.counts)
            .sum::<Counts>()
    );
}
