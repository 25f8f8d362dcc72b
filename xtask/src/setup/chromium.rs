//! A Chromium to test in, and a font that has Chinese.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

use super::apt;
use crate::process;

/// By these names systems know it.
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];
/// 1.6 MB, where Noto's font is 57 MB.
const FONT: &str = "fonts-wqy-microhei";

/// The browser to use, installed if need be. `FLOWLAB_CHROMIUM` names another.
pub fn ensure() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("FLOWLAB_CHROMIUM") {
        return Ok(path.into());
    }
    if process::on_path(&NAMES).is_none() {
        let why =
            "the browser tests need Chromium: install it, or set FLOWLAB_CHROMIUM to its path";
        eprintln!("installing Debian's chromium (about 130 MB)");
        apt::install("chromium").context(why)?;
    }
    if !has_chinese() {
        eprintln!("installing {FONT}, so that Chinese text is not drawn as boxes (2 MB)");
        if let Err(error) = apt::install(FONT) {
            eprintln!(
                "it cannot be installed; screenshots of Chinese pages will show boxes: {error:#}"
            );
        }
    }
    process::on_path(&NAMES).context("Chromium was installed, but is not on PATH")
}

/// Where fonts cannot be listed (no fontconfig, another system), nothing is assumed to be missing.
fn has_chinese() -> bool {
    let listed = process::output(Command::new("fc-list").args([":lang=zh", "family"]));
    listed.map_or(true, |families| !families.trim().is_empty())
}
