//! The standard library for wasm32: from rustup, or built from Debian's copy of its source.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::debian;
use crate::files;
use crate::layout::Layout;
use crate::process;

const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the active toolchain can compile for the browser.
pub fn ensure(layout: &Layout) -> Result<()> {
    let sysroot = sysroot()?;
    if is_there(&sysroot) {
        return Ok(());
    }
    // Two runs at once would otherwise both install into the same toolchain.
    let _lock = files::lock(&std::env::temp_dir().join("flowlab-wasm-std.lock"))?;
    if is_there(&sysroot) {
        return Ok(());
    }
    if let Err(rustup) = by_rustup(layout) {
        eprintln!("rustup cannot: {rustup:#}");
        from_source(layout, &sysroot).with_context(|| what_to_do(&sysroot))?;
    }
    match is_there(&sysroot) {
        true => Ok(()),
        false => bail!("{} is still missing", library(&sysroot).display()),
    }
}

fn what_to_do(sysroot: &Path) -> String {
    format!(
        "there is no standard library for {TARGET} in {}, and it could not be installed. \
         Run `rustup target add {TARGET}` on a machine that reaches Rust's servers, \
         or install a toolchain that brings it (Debian's rustc-web with rust-web-src)",
        sysroot.display()
    )
}

fn sysroot() -> Result<PathBuf> {
    let path = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(path.trim()))
}

fn library(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(TARGET).join("lib")
}

fn is_there(sysroot: &Path) -> bool {
    let Ok(entries) = fs::read_dir(library(sysroot)) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}

fn by_rustup(layout: &Layout) -> Result<()> {
    if process::on_path(&["rustup"]).is_none() {
        bail!("it is not on PATH");
    }
    eprintln!("installing the standard library for {TARGET} with rustup");
    let log = layout.temporary().join("rustup.log");
    let mut command = Command::new("rustup");
    // It may add a target, but not take the occasion to replace a toolchain.
    command
        .args(["target", "add", TARGET])
        .env("RUSTUP_AUTO_INSTALL", "0")
        .current_dir(&layout.root);
    process::run_logged(&mut command, &log, Duration::from_secs(180))
        .with_context(|| last_line(&log))
}

fn last_line(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let error = text.lines().find(|line| line.starts_with("error"));
    error
        .or(text.lines().last())
        .unwrap_or("it said nothing")
        .to_owned()
}

fn from_source(layout: &Layout, sysroot: &Path) -> Result<()> {
    let source = sysroot.join("lib/rustlib/src/rust");
    if !source.join("library/std/Cargo.toml").is_file() {
        debian::install_source(layout, &source)?;
    }
    eprintln!("building the standard library for {TARGET} (about a minute)");
    let work = layout
        .temporary()
        .join(format!("wasm-std-{}", std::process::id()));
    let deps = build_std(&work)?;
    install(&deps, sysroot)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Builds an empty crate with all of std beneath it; gives the folder with the libraries.
fn build_std(work: &Path) -> Result<PathBuf> {
    fs::create_dir_all(work.join("src"))?;
    fs::write(work.join("src/lib.rs"), "")?;
    fs::write(work.join("Cargo.toml"), EMPTY_CRATE)?;
    let log = work.join("build.log");
    let mut command = process::cargo();
    command
        .current_dir(work)
        // `build-std` is not stable; the libraries it makes are the ones the compiler expects.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", work.join("target"))
        // Ours would follow the crate into the library, and the library must suit every caller.
        .env_remove("RUSTFLAGS")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "")
        .args([
            "build",
            "-Zbuild-std=std,panic_abort,panic_unwind",
            "--target",
            TARGET,
            "--release",
        ]);
    process::run_logged(&mut command, &log, Duration::from_secs(900))
        .with_context(|| fs::read_to_string(&log).unwrap_or_default())?;
    Ok(work.join("target").join(TARGET).join("release/deps"))
}

/// With fat LTO and both crate types, Cargo puts object code and bitcode into each library.
/// Without the bitcode, every later build with LTO fails for want of a `.llvmbc` section.
const EMPTY_CRATE: &str = r#"
[package]
name = "empty_crate"
edition = "2024"
[lib]
crate-type = ["cdylib", "rlib"]
[profile.release]
lto = "fat"
[workspace]
"#;

/// Copies the libraries beside their place, then moves them into it at once.
fn install(deps: &Path, sysroot: &Path) -> Result<()> {
    let place = library(sysroot);
    let parent = place.parent().context("the library has no parent folder")?;
    let fresh = parent.join(format!("lib.{}.part", std::process::id()));
    fs::create_dir_all(&fresh).with_context(|| format!("cannot write to {}", parent.display()))?;
    for (name, path) in files::list(deps)? {
        if name.ends_with(".rlib") && !name.contains("empty_crate") {
            fs::copy(&path, fresh.join(&name))?;
        }
    }
    let _ = fs::remove_dir_all(&place);
    fs::rename(&fresh, &place)?;
    Ok(())
}
