//! From a wasm program to an ES module beside it, by wasm-bindgen as a library.

use anyhow::{Result, ensure};
use std::fs;
use std::path::Path;
use wasm_bindgen_cli_support::{Bindgen, Output};

use crate::files;
use crate::layout::Layout;
use crate::program::{self, Profile, Program};
use crate::split;

/// The name of the note that says which input the output was made from.
const STAMP: &str = "input.sha256";
/// The output also depends on how it is asked for, which this file says.
const WAY: &str = concat!(include_str!("bindgen.rs"), include_str!("split.rs"));

/// Compiles the program and binds it. Cheap where nothing changed.
pub fn build(layout: &Layout, program: Program, profile: Profile) -> Result<()> {
    let wasm = program::compile(layout, program, profile)?;
    let folder = layout.bound(program, profile);
    let digest = files::digest(&[&wasm, WAY.as_bytes()].concat());
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|old| old == digest) {
        return Ok(());
    }
    // Built aside and moved into place, so that an interrupted run leaves no half of a program.
    let fresh = folder.with_extension(format!("{}.part", std::process::id()));
    let _ = fs::remove_dir_all(&fresh);
    let wasm = match program.split {
        true => split::cut(&wasm, program, &fresh)?,
        false => wasm,
    };
    let mut output = bind(&wasm, program, profile)?;
    match profile {
        Profile::Site => output.emit(&fresh)?,
        Profile::Release => emit_short(output, &fresh, &program.files()[0])?,
    }
    if program.split {
        split::fold_loaders(program, &fresh)?;
    }
    fs::write(fresh.join(STAMP), &digest)?;
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&fresh, &folder)?;
    Ok(())
}

fn bind(wasm: &[u8], program: Program, profile: Profile) -> Result<Output> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(program.name, wasm.to_vec())
        .web(true)?
        // So that `init()` needs no argument; a library's default is to ask its caller for the address.
        .omit_default_module_path(false)
        .typescript(false)
        // Chunks reach the memory and the table of the program through them.
        .keep_lld_exports(program.split)
        // Names make a panic readable while developing; what ships needs none of either.
        .remove_name_section(profile == Profile::Release)
        .remove_producers_section(profile == Profile::Release);
    bindgen.generate_output()
}

/// Writes the output with short names for the functions that the program imports from its module: by themselves they
/// carry a digest each, on both sides, and digests do not compress.
fn emit_short(mut output: Output, folder: &Path, script: &str) -> Result<()> {
    let imports = output.wasm_mut().imports.iter_mut();
    let own = imports.filter(|import| import.name.starts_with("__wb"));
    let renamed: Vec<(String, String)> = own
        .enumerate()
        .map(|(i, import)| {
            let short = format!("f{i}");
            (std::mem::replace(&mut import.name, short.clone()), short)
        })
        .collect();
    output.emit(folder)?;
    let script = folder.join(script);
    let mut text = fs::read_to_string(&script)?;
    for (long, short) in renamed {
        let key = format!(" {long}:");
        ensure!(
            text.matches(&key).count() == 1,
            "{} does not have {long} once",
            script.display()
        );
        text = text.replace(&key, &format!(" {short}:"));
    }
    fs::write(script, text)?;
    Ok(())
}

/// What wasm-bindgen made of a program, as (name in the site, path). Empty while it is not built.
pub fn outputs(
    layout: &Layout,
    program: Program,
    profile: Profile,
) -> Result<Vec<(String, std::path::PathBuf)>> {
    let mut outputs = files::list(&layout.bound(program, profile))?;
    outputs.retain(|(name, _)| name != STAMP);
    Ok(outputs)
}
