//! Flowlab's build tool: `cargo xtask <serve|test|package|build|bench>`. See `xtask/README.md`.

mod bench;
mod bindgen;
mod files;
mod formulas;
mod layout;
mod package;
mod process;
mod program;
mod serve;
mod server;
mod setup;
mod site;
mod split;
mod test;
mod texts;
mod watch;

use anyhow::{Result, bail};
use layout::Layout;
use lexopt::prelude::*;

const HELP: &str = "\
cargo xtask <command>

  serve [--port 8080] [--no-engine]   build the page, serve it, build the engines behind it, rebuild on change
  test [--native-only] [--browser-only] [--gpu] [--all] [--as-built TEXT] [--skip-setup]   everything that must hold
  package [--only page,engine_cpu]    what is shipped, in dist/: optimised, compressed, any base path
  build [--no-engine]                 build the site into target/web
  build --tested [--all]              build what the browser tests run on into target/tested
  bench [--quick] [--package] [--only TEXT] [--json FILE]   speed and size, beside TensorFlow.js; in target/bench.json
";

fn main() {
    if let Err(error) = run() {
        eprintln!("xtask: {error:#}");
        std::process::exit(1);
    }
}

fn run() -> Result<()> {
    let layout = Layout::find()?;
    let mut args = lexopt::Parser::from_env();
    match args.next()? {
        Some(Value(command)) => match command.string()?.as_str() {
            "serve" => serve::run(&layout, serve_options(&mut args)?),
            "test" => test::run(&layout, test_options(&mut args)?),
            "package" => package::run(&layout, &package_options(&mut args)?),
            "bench" => bench::run(&layout, &bench_options(&mut args)?),
            "build" => build(&layout, &mut args),
            other => bail!("no such command: {other}\n\n{HELP}"),
        },
        Some(Long("help") | Short('h')) | None => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(other.unexpected().into()),
    }
}

fn serve_options(args: &mut lexopt::Parser) -> Result<serve::Options> {
    let mut options = serve::Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("port") => options.port = args.value()?.parse()?,
            Long("no-engine") => options.engine = false,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn test_options(args: &mut lexopt::Parser) -> Result<test::Options> {
    let mut options = test::Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("native-only") => options.browser = false,
            Long("browser-only") => options.native = false,
            Long("as-built") => options.as_built = Some(args.value()?.string()?),
            Long("gpu") => options.gpu = true,
            Long("all") => (options.gpu, options.all) = (true, true),
            Long("skip-setup") => options.setup = false,
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn package_options(args: &mut lexopt::Parser) -> Result<Vec<program::Program>> {
    let mut programs = program::ALL.to_vec();
    while let Some(arg) = args.next()? {
        match arg {
            Long("only") => {
                let names = args.value()?.string()?;
                programs.retain(|program| names.split(',').any(|name| name == program.name));
                if programs.is_empty() {
                    bail!("no such program: {names}");
                }
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(programs)
}

fn bench_options(args: &mut lexopt::Parser) -> Result<bench::Options> {
    let mut options = bench::Options::default();
    while let Some(arg) = args.next()? {
        match arg {
            Long("quick") => options.quick = true,
            Long("package") => options.package = true,
            Long("only") => options.only = Some(args.value()?.string()?),
            Long("json") => options.json = Some(args.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(options)
}

fn build(layout: &Layout, args: &mut lexopt::Parser) -> Result<()> {
    let mut programs = program::ALL.to_vec();
    let (mut tested, mut all) = (false, false);
    while let Some(arg) = args.next()? {
        match arg {
            Long("no-engine") => programs.retain(|program| !program.is_engine()),
            Long("tested") => tested = true,
            Long("all") => all = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if tested {
        return package::for_tests(layout, all);
    }
    setup::wasm_std::ensure(layout)?;
    for program in programs {
        bindgen::build(layout, program, program::Profile::Site)?;
        site::assemble(layout)?;
    }
    println!("the site is in {}", layout.site().display());
    Ok(())
}
