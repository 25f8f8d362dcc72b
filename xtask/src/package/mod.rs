//! `cargo xtask package`: the site as it is shipped, in `dist/`.

mod compress;
mod minify;
mod names;
mod optimise;
mod report;

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

use crate::layout::Layout;
use crate::program::{self, Profile, Program};
use crate::{bindgen, setup, site};
use names::Contents;
use report::Shipped;

pub fn run(layout: &Layout) -> Result<()> {
    setup::wasm_std::ensure(layout)?;
    optimise::ensure_tool(layout)?;
    for program in program::ALL {
        eprintln!("building {}", program.name);
        bindgen::build(layout, program, Profile::Release)?;
    }
    let site = names::settle(contents(layout)?)?;
    eprintln!("compressing");
    let shipped = write(&site, &layout.root.join("dist"))?;
    report::write(layout, &shipped)?;
    println!("the package is in dist/: put it behind any static server, at any path");
    Ok(())
}

/// Every file of the site, the programs optimised, scripts and style sheets minified.
fn contents(layout: &Layout) -> Result<Contents> {
    let mut contents = Contents::new();
    for (name, path) in site::collect(layout, Profile::Release)? {
        let bytes = match program_of(&name) {
            Some(program) => {
                eprintln!("optimising {name}");
                optimise::optimise(layout, program, &path)?
            }
            None if minify::pays(&name) => minify::minify(layout, &path)?,
            None => site::content(&name, &path)?,
        };
        contents.insert(name, bytes);
    }
    Ok(contents)
}

/// The program whose wasm this is.
fn program_of(name: &str) -> Option<Program> {
    program::ALL
        .into_iter()
        .find(|program| program.files()[1] == name)
}

/// Writes the site and its compressed copies beside `dist`, then puts it in its place.
fn write(site: &Contents, dist: &Path) -> Result<Vec<Shipped>> {
    let fresh = dist.with_extension("part");
    let _ = fs::remove_dir_all(&fresh);
    let mut shipped = Vec::new();
    for (name, bytes) in site {
        let path = fresh.join(name);
        fs::create_dir_all(path.parent().context("a file without a folder")?)?;
        fs::write(&path, bytes)?;
        let mut small = bytes.len();
        if compress::pays(name) {
            let brotli = compress::brotli(bytes)?;
            small = brotli.len();
            fs::write(fresh.join(format!("{name}.br")), brotli)?;
            fs::write(fresh.join(format!("{name}.gz")), compress::gzip(bytes)?)?;
        }
        shipped.push(Shipped {
            name: name.clone(),
            raw: bytes.len(),
            brotli: small,
        });
    }
    let _ = fs::remove_dir_all(dist);
    fs::rename(&fresh, dist)?;
    Ok(shipped)
}
