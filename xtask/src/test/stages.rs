//! The stages, in their order: what is quick and fails often comes first.

use anyhow::Result;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::{Options, browser, gpu, sizes};
use crate::layout::Layout;
use crate::process;

pub const SITE: &str = "site";
pub const SIZES: &str = "sizes";
pub const BROWSER: &str = "browser tests";

/// No stage takes this long unless it hangs.
pub const LIMIT: Duration = Duration::from_secs(40 * 60);

/// What a stage does: everything it prints goes to the log.
type Run = Box<dyn Fn(&Layout, &Path) -> Result<()>>;

pub struct Stage {
    pub name: &'static str,
    /// Whether it compiles the package itself.
    pub compiles: bool,
    pub run: Run,
}

pub fn chosen(options: &Options) -> Vec<Stage> {
    if let Some(files) = options.as_built.clone() {
        return vec![browser(files)];
    }
    let mut stages = Vec::new();
    let all = options.all;
    if options.native {
        stages.extend(native(all));
    }
    if options.gpu {
        // The benchmark on a real GPU as well, which nothing else compiles.
        stages.push(cargo(
            "clippy gpu",
            "clippy --workspace --exclude xtask --lib --benches --features gpu -- -D warnings",
        ));
        stages.push(Stage {
            name: "gpu tests",
            compiles: true,
            run: Box::new(gpu::run),
        });
    }
    if options.browser {
        stages.push(Stage {
            name: SITE,
            compiles: true,
            run: Box::new(move |layout, log| site(layout, log, all)),
        });
        stages.push(Stage {
            name: SIZES,
            compiles: false,
            run: Box::new(move |layout, log| sizes::run(layout, log, all)),
        });
        stages.push(Stage {
            name: "baselines",
            compiles: false,
            run: Box::new(baselines),
        });
        stages.push(browser(String::new()));
    }
    stages
}

/// The browser tests whose file name contains the text.
fn browser(files: String) -> Stage {
    Stage {
        name: BROWSER,
        compiles: false,
        run: Box::new(move |layout, log| browser::run(layout, log, &files)),
    }
}

/// The lints for wasm use the profiles that the programs are built with for the browser: they share procedural macros
/// and build scripts with those.
fn native(all: bool) -> Vec<Stage> {
    vec![
        cargo("format", "fmt --all --check"),
        cargo(
            "xtask clippy",
            "clippy --profile xtask --package xtask --all-targets -- -D warnings",
        ),
        cargo("xtask tests", "test --profile xtask --package xtask"),
        cargo(
            "clippy",
            "clippy --workspace --exclude xtask --all-targets -- -D warnings",
        ),
        cargo(
            "clippy page",
            "clippy --release --target wasm32-unknown-unknown --bin page --features page -- -D warnings",
        ),
        cargo(
            "native tests",
            "test --workspace --exclude xtask --no-fail-fast",
        ),
        cargo(
            "clippy engine cpu",
            "clippy --profile engine --target wasm32-unknown-unknown --bin engine --features engine -- -D warnings",
        ),
        cargo(
            "clippy engine gpu",
            match all {
                true => {
                    "clippy --profile engine --target wasm32-unknown-unknown --bin engine --features gpu -- -D warnings"
                }
                false => {
                    "clippy --profile site --target wasm32-unknown-unknown --bin engine --features gpu -- -D warnings"
                }
            },
        ),
    ]
}

fn cargo(name: &'static str, arguments: &'static str) -> Stage {
    let run = move |layout: &Layout, log: &Path| {
        let mut command = process::cargo();
        command.args(arguments.split(' ')).current_dir(&layout.root);
        process::run_logged(&mut command, log, LIMIT)
    };
    let compiles = !name.starts_with("xtask") && name != "format";
    Stage {
        name,
        compiles,
        run: Box::new(run),
    }
}

/// What the benchmark compares with must be right, too. Needs no browser and no package.
fn baselines(layout: &Layout, log: &Path) -> Result<()> {
    let mut command = Command::new("node");
    command.current_dir(layout.root.join("bench/web")).args([
        "--test",
        "--test-reporter=spec",
        "web.test.mjs",
        "../figures.test.mjs",
    ]);
    process::run_logged(&mut command, log, LIMIT)
}

/// Another process of ourselves, so that Cargo's progress lands in the log as well.
fn site(layout: &Layout, log: &Path, all: bool) -> Result<()> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["build", "--tested"])
        .current_dir(&layout.root);
    if all {
        command.arg("--all");
    }
    process::run_logged(&mut command, log, LIMIT)
}
