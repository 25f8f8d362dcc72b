//! `cargo xtask serve`: the page first, the engines behind it, and again whenever a file changes.

use anyhow::Result;
use std::time::{Duration, Instant};

use crate::bindgen;
use crate::layout::Layout;
use crate::program::{self, Profile, Program};
use crate::server::Server;
use crate::watch::Snapshot;
use crate::{setup, site};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(400);

pub struct Options {
    pub port: u16,
    pub engine: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 8080,
            engine: true,
        }
    }
}

pub fn run(layout: &Layout, options: Options) -> Result<()> {
    setup::wasm_std::ensure(layout)?;
    let mut seen = Snapshot::take(&layout.root);
    // The first page must stand, or there is nothing to serve; later failures are printed and waited out.
    build(layout, program::PAGE)?;
    let server = Server::start(&layout.site(), options.port)?;
    announce(&server, &options);
    rebuild(layout, engines(&options));
    loop {
        std::thread::sleep(LOOK);
        let now = Snapshot::take(&layout.root);
        if let Some(path) = seen.first_difference(&now) {
            let path = path.strip_prefix(&layout.root).unwrap_or(path);
            println!("{} changed", path.display());
            seen = now;
            rebuild(
                layout,
                std::iter::once(program::PAGE).chain(engines(&options)),
            );
        }
    }
}

fn announce(server: &Server, options: &Options) {
    if options.port != 0 && server.port != options.port {
        println!("port {} is taken", options.port);
    }
    println!("Flowlab is at {}  (Ctrl-C stops)", server.url());
}

fn engines(options: &Options) -> impl Iterator<Item = Program> + use<> {
    let wanted = options.engine;
    program::ALL
        .into_iter()
        .filter(move |program| wanted && program.is_engine())
}

/// Builds one after the other; a failure is printed and ends this round, for the next would fail alike.
fn rebuild(layout: &Layout, programs: impl IntoIterator<Item = Program>) {
    for program in programs {
        if let Err(error) = build(layout, program) {
            println!("{error:#}; waiting for a change");
            return;
        }
    }
}

fn build(layout: &Layout, program: Program) -> Result<()> {
    let start = Instant::now();
    bindgen::build(layout, program, Profile::Site)?;
    site::assemble(layout)?;
    println!(
        "{} is up to date ({:.1} s)",
        program.name,
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
