//! The three wasm programs, and how Cargo builds each.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Stdio;

use crate::layout::Layout;
use crate::process;

/// One program: a binary of the package, with the features that make it this one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Program {
    /// The stem of its files: `page.js`, `page_bg.wasm`.
    pub name: &'static str,
    pub bin: &'static str,
    pub features: &'static str,
    /// What differs from the profile it ships with, as Cargo's `--config` takes it.
    pub differs: &'static [&'static str],
    /// Whether it is cut into chunks, of which all but the first are fetched when they are called for.
    pub split: bool,
}

pub const PAGE: Program = Program {
    name: "page",
    bin: "page",
    features: "page",
    differs: &[],
    split: true,
};
pub const ENGINE_CPU: Program = Program {
    name: "engine_cpu",
    bin: "engine",
    features: "engine",
    differs: &[],
    split: false,
};
pub const ENGINE_GPU: Program = Program {
    name: "engine_gpu",
    bin: "engine",
    features: "gpu",
    // Its CPU backend is only what the GPU is checked against: 60 kB smaller so. No profile of its own, for then
    // all of Burn would be compiled once more.
    differs: &[
        r#"profile.engine.package.burn-flex.opt-level="s""#,
        r#"profile.engine.package.gemm.opt-level="s""#,
        r#"profile.engine.package.gemm-common.opt-level="s""#,
        r#"profile.engine.package.gemm-f32.opt-level="s""#,
        r#"profile.engine.package.macerator.opt-level="s""#,
    ],
    split: false,
};

/// In the order in which a visitor needs them.
pub const ALL: [Program; 3] = [PAGE, ENGINE_CPU, ENGINE_GPU];

impl Program {
    pub fn is_engine(self) -> bool {
        self.bin == "engine"
    }

    /// The files that a page loads it by.
    pub fn files(self) -> [String; 2] {
        [
            format!("{}.js", self.name),
            format!("{}_bg.wasm", self.name),
        ]
    }
}

/// How hard the compiler tries.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Profile {
    /// Quick to build: what `serve` uses, and `test` for the engine that takes ten minutes otherwise.
    Site,
    /// What `package` ships and `test` tests.
    Release,
}

impl Profile {
    pub fn name(self) -> &'static str {
        match self {
            Profile::Site => "site",
            Profile::Release => "release",
        }
    }

    /// The profile of Cargo that a program is built with: what ships has one for the page and one for the engines.
    fn cargo(self, program: Program) -> &'static str {
        match (self, program.is_engine()) {
            (Profile::Release, true) => "engine",
            _ => self.name(),
        }
    }

    fn differs(self, program: Program) -> &'static [&'static str] {
        match self {
            Profile::Release => program.differs,
            Profile::Site => &[],
        }
    }
}

/// What the linker must leave in a program for it to be cut: where each function names another, and one segment for
/// each constant, so that a chunk takes its own along.
const SPLITTABLE: [&str; 2] = [
    "-Clink-arg=--emit-relocs",
    "-Clink-arg=--no-merge-data-segments",
];

/// A program, and how it is built.
pub type Built = (Program, Profile);

/// All programs, built the same way.
pub fn all(profile: Profile) -> Vec<Built> {
    ALL.into_iter().map(|program| (program, profile)).collect()
}

/// Has Cargo build the program; gives the bytes of its wasm.
///
/// Both engines land at the same path, so the bytes are read under a lock that other builds of ours respect.
pub fn compile(layout: &Layout, program: Program, profile: Profile) -> Result<Vec<u8>> {
    let _lock = crate::files::lock(&layout.target.join("xtask.lock"))?;
    let mut command = process::cargo();
    command
        .current_dir(&layout.root)
        .args([
            "rustc",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile.cargo(program),
        ])
        .args(["--bin", program.bin, "--features", program.features])
        .args(
            profile
                .differs(program)
                .iter()
                .map(|config| format!("--config={config}")),
        );
    command.arg("--message-format=json-render-diagnostics");
    if program.split {
        command.arg("--").args(SPLITTABLE);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("{} does not compile", program.name);
    }
    let wasm = wasm_of(&String::from_utf8_lossy(&output.stdout), program.bin)
        .with_context(|| format!("cargo named no wasm file for {}", program.name))?;
    std::fs::read(&wasm).with_context(|| format!("cannot read {}", wasm.display()))
}

/// Finds the program's file in Cargo's messages, one JSON object a line.
fn wasm_of(messages: &str, bin: &str) -> Option<PathBuf> {
    let artifacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    artifacts
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter(|message| message["target"]["name"] == bin && message["target"]["kind"][0] == "bin")
        .filter_map(|message| {
            let files = message["filenames"].as_array()?.clone();
            let wasm = files
                .iter()
                .filter_map(Value::as_str)
                .find(|file| file.ends_with(".wasm"))?;
            Some(PathBuf::from(wasm))
        })
        .next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_wasm_among_messages() {
        let messages = r#"
            {"reason":"compiler-artifact","target":{"kind":["lib"],"name":"page"},"filenames":["/x/libpage.rlib"]}
            not json
            {"reason":"compiler-artifact","target":{"kind":["bin"],"name":"page"},"filenames":["/x/page.js","/x/page.wasm"]}
            {"reason":"build-finished","success":true}"#;
        assert_eq!(
            wasm_of(messages, "page"),
            Some(PathBuf::from("/x/page.wasm"))
        );
        assert_eq!(wasm_of(messages, "engine"), None);
    }
}
