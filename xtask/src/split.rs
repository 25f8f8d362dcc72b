//! Cuts a program at the functions that `wasm_split` marks: one file for what is always needed, one for each mark, and
//! one for each set of marks that share code. All of them work in one memory.

use anyhow::{Context, Result, anyhow, ensure};
use std::fs;
use std::path::Path;
use wasm_split_cli_support::{Options, transform};

use crate::program::Program;

/// The module that the tool writes beside the chunks: it fetches them.
const LOADERS: &str = "__wasm_split.js";
/// How the tool instantiates a chunk, and how we do: by whatever name its server calls a program, and saying so where
/// there is none.
const STREAMED: &str = "WebAssembly.instantiateStreaming(src, imports)";
const CHECKED: &str = "instantiateChunk(await src, imports)";
const INSTANTIATE: &str = "async function instantiateChunk(response, imports) {
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return WebAssembly.instantiate(await response.arrayBuffer(), imports);
}
";

/// Writes the chunks and their loaders into a folder; gives the first chunk, which is still to be bound.
pub fn cut(wasm: &[u8], program: Program, folder: &Path) -> Result<Vec<u8>> {
    let first = folder.join("main.wasm");
    let script = format!("./{}", program.files()[0]);
    let link = format!("./{LOADERS}");
    let mut options = Options::new(wasm);
    options.output_dir = folder;
    options.main_out_path = &first;
    options.main_module = &script;
    options.link_name = &link;
    transform(options).map_err(|error| anyhow!("{} cannot be cut: {error:#}", program.name))?;
    let bytes = fs::read(&first)?;
    fs::remove_file(first)?;
    Ok(bytes)
}

/// Whether a file of the site is a chunk that is fetched later. Only one program is cut, so that no two want one name.
pub fn is_chunk(name: &str) -> bool {
    name.ends_with(".wasm") && (name.starts_with("split_") || name.starts_with("chunk_"))
}

/// Moves the loaders into the program's own script: a module of their own would import that script in a circle, and be
/// one more request before the page moves.
pub fn fold_loaders(program: Program, folder: &Path) -> Result<()> {
    let script = folder.join(&program.files()[0]);
    let loaders = folder.join(LOADERS);
    let text = fold(
        &fs::read_to_string(&script)?,
        &fs::read_to_string(&loaders)?,
        &program.files()[0],
    )?;
    fs::write(script, text)?;
    fs::remove_file(loaders)?;
    Ok(())
}

fn fold(script: &str, loaders: &str, name: &str) -> Result<String> {
    // One line for each chunk, all of the same module.
    let (imports, rest): (Vec<_>, Vec<_>) = script
        .lines()
        .partition(|line| line.starts_with("import ") && line.contains(LOADERS));
    let bindings: Option<Vec<_>> = imports.iter().map(|line| binding(line)).collect();
    let bindings = bindings.context("the script imports the loaders in an unknown way")?;
    ensure!(!bindings.is_empty(), "the script imports no loaders");
    let circle = format!("import {{ initSync }} from \"./{name}\";");
    ensure!(loaders.contains(&circle), "the loaders import otherwise");
    ensure!(loaders.contains(STREAMED), "the loaders load otherwise");
    let body = loaders.replacen(&circle, "", 1).replace(STREAMED, CHECKED);
    let names: Vec<_> = body
        .lines()
        .filter_map(|line| line.strip_prefix("export const ")?.split_once(' '))
        .map(|(name, _)| name)
        .collect();
    let names = names.join(", ");
    let body = body.replace("export const ", "const ");
    let bound: String = bindings
        .iter()
        .map(|binding| format!("const {binding} = loaders;\n"))
        .collect();
    Ok(format!(
        "{}\nconst loaders = (() => {{\n{INSTANTIATE}{body}return {{ {names} }};\n}})();\n{bound}",
        rest.join("\n")
    ))
}

/// What a line `import * as name from "…"` binds.
fn binding(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix("import * as ")?.split_once(' ')?;
    rest.starts_with("from ").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADERS_TEXT: &str = "import { initSync } from \"./page.js\";

async function f(src, imports) { return WebAssembly.instantiateStreaming(src, imports); }
export const __wasm_split_load_a = f(new URL(\"./split_a.wasm\", import.meta.url));
";

    #[test]
    fn loaders_become_part_of_the_script() {
        let script = "import * as import1 from \"./__wasm_split.js\"\nimport * as import2 from \"./__wasm_split.js\"\nlet x;\n";
        let folded = fold(script, LOADERS_TEXT, "page.js").unwrap();
        assert!(!folded.contains("import *") && !folded.contains("export const"));
        assert!(folded.contains("const loaders = (() => {"));
        assert!(
            folded.contains("const import1 = loaders;")
                && folded.contains("const import2 = loaders;")
        );
        assert!(folded.contains("return { __wasm_split_load_a };"));
        assert!(folded.contains("instantiateChunk(await src, imports)"));
        assert!(folded.contains("new URL(\"./split_a.wasm\", import.meta.url)"));
    }

    #[test]
    fn what_the_tool_has_never_written_is_refused() {
        assert!(fold("", LOADERS_TEXT, "page.js").is_err());
        let script = "import * as import1 from \"./__wasm_split.js\"\n";
        assert!(fold(script, LOADERS_TEXT, "other.js").is_err());
        assert!(fold(script, "", "page.js").is_err());
    }
}
