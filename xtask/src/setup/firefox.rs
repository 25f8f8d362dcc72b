//! A Firefox to test in: the one that Debian keeps for its own releases.

use anyhow::{Context, Result};
use std::path::PathBuf;

use super::apt;
use crate::process;

const NAMES: [&str; 2] = ["firefox-esr", "firefox"];

/// The browser to use, installed if need be. `FLOWLAB_FIREFOX` names another.
pub fn ensure() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("FLOWLAB_FIREFOX") {
        return Ok(path.into());
    }
    if process::on_path(&NAMES).is_none() {
        eprintln!("installing Debian's firefox-esr (about 75 MB)");
        apt::install("firefox-esr").context(
            "the browser tests need Firefox: install it, or set FLOWLAB_FIREFOX to its path",
        )?;
    }
    process::on_path(&NAMES).context("Firefox was installed, but is not on PATH")
}
