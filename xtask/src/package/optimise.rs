//! wasm-opt, from npm's `binaryen`: what the compiler leaves on the table, and everything only a debugger reads.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::files;
use crate::layout::Layout;
use crate::process;
use crate::program::{self, Program};
use crate::setup;

/// What the compiler may use (its own defaults for wasm32, and our simd128), and so what wasm-opt may.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
const STRIP: [&str; 3] = [
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// Passes whose gain is less than what compression loses by them: 4 kB of the page.
const LEFT_OUT: [&str; 2] = [
    "--skip-pass=memory-packing",
    "--skip-pass=reorder-functions",
];

/// The page is judged by how soon it is there and the small engine by how fast it trains; the large one leaves its
/// arithmetic to the GPU, and is 25 kB smaller so than by `-O3`. Where bytes count, so does what a pass that spares work
/// costs when it is compressed.
fn level(program: Program) -> &'static [&'static str] {
    match program {
        program::PAGE => &["-Oz", "--converge", "--skip-pass=local-cse"],
        program::ENGINE_CPU => &["-O3"],
        _ => &["-Os", "--skip-pass=local-cse"],
    }
}

pub fn ensure_tool(layout: &Layout) -> Result<()> {
    setup::npm::ensure(layout, &layout.root.join("xtask"))
}

/// The optimised program's bytes; from an earlier run where the input and the way are the same.
pub fn optimise(layout: &Layout, program: Program, wasm: &Path) -> Result<Vec<u8>> {
    let arguments: Vec<_> = level(program)
        .iter()
        .copied()
        .chain(LEFT_OUT)
        .chain(["--enable-simd"])
        .chain(FEATURES)
        .chain(STRIP)
        .collect();
    let input = fs::read(wasm).with_context(|| format!("cannot read {}", wasm.display()))?;
    let key =
        files::digest(format!("{} {}", files::digest(&input), arguments.join(" ")).as_bytes());
    let kept =
        layout
            .target
            .join("optimised")
            .join(format!("{}-{}.wasm", program.name, &key[..16]));
    if let Ok(bytes) = fs::read(&kept) {
        return Ok(bytes);
    }
    run(layout, &arguments, wasm, &kept)?;
    Ok(fs::read(&kept)?)
}

fn run(layout: &Layout, arguments: &[&str], wasm: &Path, output: &Path) -> Result<()> {
    let folder = output.parent().context("no folder to write to")?;
    fs::create_dir_all(folder)?;
    let fresh = output.with_extension(format!("{}.part", std::process::id()));
    let tool: PathBuf = layout.root.join("xtask/node_modules/binaryen/bin/wasm-opt");
    process::output(
        Command::new("node")
            .arg(tool)
            .args(arguments)
            .arg(wasm)
            .arg("-o")
            .arg(&fresh),
    )?;
    fs::rename(fresh, output)?;
    Ok(())
}
