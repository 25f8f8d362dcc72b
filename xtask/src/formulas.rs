//! The formulas of the scenes: TeX in, MathML out, so that the page carries no converter.
//!
//! `\term{name}{…}` ties a part of a formula to its control; it becomes an element with
//! `data-term="name"` that the keyboard reaches.

use anyhow::{Context, Result, bail};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};
use std::fmt::Write;

/// Their file on the site: a part of a page, which the page fetches when it has begun to move.
pub const FILE: &str = "formulas.html";

/// The formulas' source, relative to the repository.
pub const SOURCE: &str = "crates/app/src/scenes/formulas.tex";

/// One `<figure>` a formula, hidden, its name in words as the caption: the scenes show theirs.
pub fn figures(source: &str) -> Result<String> {
    let mut html = String::new();
    for line in source.lines() {
        if line.is_empty() || line.starts_with('%') {
            continue;
        }
        let (name, tex) = line
            .split_once(": ")
            .with_context(|| format!("no name: {line}"))?;
        let math = mathml(tex).with_context(|| format!("the formula {name}"))?;
        writeln!(
            html,
            "<figure class=\"formula\" data-formula=\"{name}\" hidden>{math}\
             <figcaption data-text=\"formula.{name}\"></figcaption></figure>"
        )?;
    }
    Ok(html)
}

/// The converter knows no attributes, but it knows colours: each term travels in a colour of its own.
fn mathml(tex: &str) -> Result<String> {
    let (tex, terms) = colour_terms(tex)?;
    let storage = Storage::new();
    let config = RenderConfig {
        display_mode: DisplayMode::Block,
        ..RenderConfig::default()
    };
    let mut math = String::new();
    push_mathml(&mut math, Parser::new(&tex, &storage), config)?;
    // The converter reports errors inside the formula, and shows what it took for plain letters.
    if math.contains("merror") || math.contains('\\') {
        bail!("{math}");
    }
    for (i, name) in terms.iter().enumerate() {
        let colour = format!("style=\"color: rgb(0 0 {})\"", i + 1);
        let term = format!("class=\"term\" data-term=\"{name}\" tabindex=\"0\" role=\"button\"");
        math = math.replace(&colour, &term);
    }
    // The parts of an element of the role "math" are hidden from readers, and these are to be used.
    Ok(math.replacen("<math", "<math role=\"group\"", 1))
}

/// Replaces every `\term{name}` by a colour; gives the names in the order of their colours.
fn colour_terms(tex: &str) -> Result<(String, Vec<String>)> {
    const OPEN: &str = r"\term{";
    let mut parts = tex.split(OPEN);
    let mut coloured = parts.next().unwrap_or_default().to_owned();
    let mut names = Vec::new();
    for part in parts {
        let (name, rest) = part.split_once('}').context("a term without a name")?;
        names.push(name.to_owned());
        write!(coloured, r"\textcolor{{#0000{:02x}}}{rest}", names.len())?;
    }
    Ok((coloured, names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_becomes_an_element_of_that_name() {
        let math = mathml(r"\term{schedule}{\alpha_t}\,\term{target}{x_1}").unwrap();
        assert!(math.contains("data-term=\"schedule\"") && math.contains("data-term=\"target\""));
        assert!(math.contains("<msub><mi>α</mi><mi>t</mi></msub>"), "{math}");
        assert!(!math.contains("rgb("), "{math}");
    }

    #[test]
    fn what_is_no_tex_is_refused() {
        assert!(mathml(r"\frac{1}").is_err());
        assert!(mathml(r"\undefinedcommand").is_err());
    }

    #[test]
    fn all_formulas_of_the_page_convert() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let source = std::fs::read_to_string(root.join(SOURCE)).unwrap();
        let filled = figures(&source).unwrap();
        let written = source
            .lines()
            .filter(|line| line.contains(": ") && !line.starts_with('%'));
        assert_eq!(filled.matches("data-formula=").count(), written.count());
        assert_eq!(
            filled.matches("data-term=").count(),
            source.matches(r"\term{").count() - 1
        );
        assert!(!filled.contains("rgb("));
    }
}
