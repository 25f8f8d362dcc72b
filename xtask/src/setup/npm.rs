//! Packages from npm, exactly as a lock file names them.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::files;
use crate::layout::Layout;
use crate::process;

/// In `node_modules`: which lock file it was installed from.
const STAMP: &str = ".flowlab-lock";

/// Installs what `folder`'s lock file names, unless that is what is there.
pub fn ensure(layout: &Layout, folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let digest =
        files::digest(&fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?);
    let stamp = folder.join("node_modules").join(STAMP);
    if fs::read_to_string(&stamp).is_ok_and(|old| old == digest) {
        return Ok(());
    }
    if process::on_path(&["npm"]).is_none() {
        bail!("npm is not on PATH: install Node.js 20 or newer, which brings it");
    }
    let shown = folder.strip_prefix(&layout.root).unwrap_or(folder);
    eprintln!("installing the npm packages of {}", shown.display());
    let log = layout.temporary().join("npm.log");
    let mut command = Command::new("npm");
    command.arg("ci").current_dir(folder);
    process::run_logged(&mut command, &log, Duration::from_secs(300))
        .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
    fs::write(stamp, digest)?;
    Ok(())
}
