//! How large the programs are that the browser tests run on, held against the budgets of what ships; and that no call of
//! a program from JavaScript runs its static constructors.

use anyhow::{Context, Result, bail};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::layout::Layout;
use crate::package::report;
use crate::program::{self, Profile, Program};

/// Most megabytes of the large engine where it is built for tests, which are not what ships: 28.4 when that was 1,668 of
/// its 2,000 kB. One that outgrows it is packaged and measured before this is raised.
const LARGE: f64 = 34.0;

/// How the linker calls an export that it has wrapped: every call of it runs the static constructors of all crates first,
/// which takes 100 to 300 us in an engine that has Burn's registries. A program that calls them itself has none.
const WRAPPED: &[u8] = b".command_export";

pub fn run(layout: &Layout, log: &Path, all: bool) -> Result<()> {
    let exempt = (!all).then_some(program::ENGINE_GPU.name);
    let (mut said, mut broken) = report::judge(&report::weigh(&layout.tested())?, exempt);
    if !all {
        let size = large(layout)?;
        // Writing to a string cannot fail.
        let _ = writeln!(
            said,
            "{}: {size:.2} MB of {LARGE} MB",
            program::ENGINE_GPU.name
        );
        if size > LARGE {
            broken.push(format!("{} is {size:.2} MB", program::ENGINE_GPU.name));
        }
    }
    for program in program::ALL {
        let profile = match exempt == Some(program.name) {
            true => Profile::Site,
            false => Profile::Release,
        };
        broken.extend(wrapped(layout, program, profile)?);
    }
    said += &broken.join("\n");
    fs::write(log, said)?;
    match broken.is_empty() {
        true => Ok(()),
        false => bail!("{}", broken.join("; ")),
    }
}

fn large(layout: &Layout) -> Result<f64> {
    let file = layout
        .bound(program::ENGINE_GPU, Profile::Site)
        .join(&program::ENGINE_GPU.files()[1]);
    let metadata =
        fs::metadata(&file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(metadata.len() as f64 / 1e6)
}

/// Says so if exports of a program are wrapped. Cargo has just built it, and what it leaves still has its names.
fn wrapped(layout: &Layout, program: Program, profile: Profile) -> Result<Option<String>> {
    let wasm = program::compile(layout, program, profile)?;
    match contains(&wasm, b"_start") || contains(&wasm, b"main") {
        false => bail!("{} has no names to look at", program.name),
        true => Ok(contains(&wasm, WRAPPED)
            .then(|| format!("{} runs its constructors at every call", program.name))),
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_export_is_found_by_its_name() {
        assert!(contains(
            b"\0asm __externref_table_alloc.command_export ",
            WRAPPED
        ));
        assert!(!contains(b"\0asm __externref_table_alloc ", WRAPPED));
    }
}
