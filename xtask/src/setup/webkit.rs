//! WebKit to test in (what Safari is made of, as WebKitGTK), by its WebDriver; and a display for it, which it cannot
//! do without.

use anyhow::{Context, Result};
use std::path::PathBuf;

use super::apt;
use crate::process;

const DRIVER: [&str; 1] = ["WebKitWebDriver"];
const DISPLAY: [&str; 1] = ["Xvfb"];

/// The driver to use, installed if need be. `FLOWLAB_WEBKIT_DRIVER` names another.
pub fn ensure() -> Result<PathBuf> {
    let why = "the browser tests need WebKitWebDriver and Xvfb: install both, or set FLOWLAB_WEBKIT_DRIVER to the driver's path";
    if process::on_path(&DISPLAY).is_none() {
        eprintln!("installing Debian's xvfb, a display for WebKit (about 10 MB)");
        apt::install("xvfb").context(why)?;
    }
    if let Some(path) = std::env::var_os("FLOWLAB_WEBKIT_DRIVER") {
        return Ok(path.into());
    }
    if process::on_path(&DRIVER).is_none() {
        eprintln!("installing Debian's webkit2gtk-driver (about 55 MB with its libraries)");
        apt::install("webkit2gtk-driver").context(why)?;
    }
    process::on_path(&DRIVER).context("WebKitWebDriver was installed, but is not on PATH")
}
