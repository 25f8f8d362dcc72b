//! The browser tests: Node's test runner over `tests/browser/*.test.mjs`, against a server of our own.

use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::layout::Layout;
use crate::server::Server;
use crate::{process, setup};

const LIMIT: Duration = Duration::from_secs(40 * 60);

pub fn folder(layout: &Layout) -> PathBuf {
    layout.root.join("tests/browser")
}

pub fn run(layout: &Layout, log: &Path, only: &str) -> Result<()> {
    let server = Server::start(&layout.tested(), 0)?;
    let mut command = Command::new("node");
    command
        .current_dir(folder(layout))
        .env("FLOWLAB_URL", server.url())
        .env("FLOWLAB_CHROMIUM", setup::chromium::ensure()?)
        .env("FLOWLAB_FIREFOX", setup::firefox::ensure()?)
        .env("FLOWLAB_WEBKIT_DRIVER", setup::webkit::ensure()?)
        // One file at a time: the software GPU takes all cores, and tests watch the clock.
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(test_files(layout, only)?);
    process::run_logged(&mut command, log, LIMIT)
}

fn entry_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// Named one by one: what Node makes of a folder differs between its versions.
fn test_files(layout: &Layout, only: &str) -> Result<Vec<PathBuf>> {
    let mut tests = Vec::new();
    for entry in std::fs::read_dir(folder(layout))? {
        let path = entry?.path();
        let name = entry_name(&path);
        if name.ends_with(".test.mjs") && name.contains(only) {
            tests.push(path);
        }
    }
    tests.sort();
    match tests.is_empty() {
        true => bail!("there is no test in {}", folder(layout).display()),
        false => Ok(tests),
    }
}
