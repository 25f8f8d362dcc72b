//! Scripts and style sheets without what only people read, by npm's `esbuild`.

use anyhow::Result;
use std::path::Path;
use std::process::Command;

use crate::layout::Layout;
use crate::process;

/// Whether there is anything to leave out.
pub fn pays(name: &str) -> bool {
    [".js", ".mjs", ".css"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// The same script or style sheet, shorter.
pub fn minify(layout: &Layout, path: &Path) -> Result<Vec<u8>> {
    let tool = layout.root.join("xtask/node_modules/esbuild/bin/esbuild");
    let mut command = Command::new(tool);
    command.args(["--minify", "--charset=utf8"]).arg(path);
    Ok(process::output(&mut command)?.into_bytes())
}
