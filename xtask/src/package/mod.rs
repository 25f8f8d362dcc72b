//! `cargo xtask package`: the site as it is shipped, in `dist/`.

mod compress;
mod minify;
mod names;
mod optimise;
pub mod report;

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

use crate::layout::Layout;
use crate::program::{self, Built, Profile};
use crate::{bindgen, setup, site, split};
use names::Contents;

/// Packages the site with these programs; one without engines is to be weighed, not to be shipped.
pub fn run(layout: &Layout, programs: &[program::Program]) -> Result<()> {
    let built: Vec<_> = programs
        .iter()
        .map(|&program| (program, Profile::Release))
        .collect();
    let dist = layout.root.join("dist");
    make(layout, &built, &dist)?;
    report::write(layout, &report::weigh(&dist)?)?;
    println!("the package is in dist/: put it behind any static server, at any path");
    Ok(())
}

/// The site for the tests, as it is shipped; the large engine, which takes ten minutes so, only where all is tested.
pub fn for_tests(layout: &Layout, all: bool) -> Result<()> {
    let way = |program: program::Program| match program {
        program::ENGINE_GPU if !all => Profile::Site,
        _ => Profile::Release,
    };
    let built = program::ALL.map(|program| (program, way(program)));
    make(layout, &built, &layout.tested())?;
    println!("the site is in {}", layout.tested().display());
    Ok(())
}

fn make(layout: &Layout, programs: &[Built], folder: &Path) -> Result<()> {
    setup::wasm_std::ensure(layout)?;
    optimise::ensure_tool(layout)?;
    for &(program, profile) in programs {
        eprintln!("building {}", program.name);
        bindgen::build(layout, program, profile)?;
    }
    let site = names::settle(contents(layout, programs)?)?;
    eprintln!("compressing");
    write(&site, folder)
}

/// Every file of the site, the programs optimised, scripts and style sheets minified.
fn contents(layout: &Layout, programs: &[Built]) -> Result<Contents> {
    let mut contents = Contents::new();
    for (name, path) in site::collect(layout, programs)? {
        let bytes = match wasm_of(&name, programs) {
            Some((program, Profile::Release)) => {
                eprintln!("optimising {name}");
                optimise::optimise(layout, program, &path)?
            }
            None if minify::pays(&name) => minify::minify(layout, &path)?,
            _ => site::content(&name, &path)?,
        };
        contents.insert(name, bytes);
    }
    Ok(contents)
}

/// The program whose wasm this is, or a chunk of whose wasm.
fn wasm_of(name: &str, programs: &[Built]) -> Option<Built> {
    let own = |program: program::Program| {
        program.files()[1] == name || (program.split && split::is_chunk(name))
    };
    programs.iter().copied().find(|&(program, _)| own(program))
}

/// Files larger than this are none that ship, and to compress them takes minutes.
const LARGEST: usize = 12_000_000;

/// Writes the site and its compressed copies beside the folder, then puts it in its place.
fn write(site: &Contents, folder: &Path) -> Result<()> {
    let fresh = folder.with_extension("part");
    let _ = fs::remove_dir_all(&fresh);
    for (name, bytes) in site {
        let path = fresh.join(name);
        fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        fs::write(&path, bytes)?;
        if compress::pays(name) && bytes.len() <= LARGEST {
            fs::write(fresh.join(format!("{name}.br")), compress::brotli(bytes)?)?;
            fs::write(fresh.join(format!("{name}.gz")), compress::gzip(bytes)?)?;
        }
    }
    let _ = fs::remove_dir_all(folder);
    fs::rename(&fresh, folder)?;
    Ok(())
}
