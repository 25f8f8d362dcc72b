//! How large what is shipped is: printed, kept in `target/size-report.json` for others to compare with, and held
//! against the budgets.

use anyhow::{Result, bail};
use serde_json::{Map, json};
use std::fmt::Write;

use crate::files;
use crate::layout::Layout;
use crate::program;

/// One shipped file: its name, and its size as it is and with brotli.
pub struct Shipped {
    pub name: String,
    pub raw: usize,
    pub brotli: usize,
}

/// Most bytes with brotli that may ship, in design section 7: all that is there before the page moves (here with every
/// language, of which a visit loads one), and each engine.
const BUDGETS: [(&str, &[&str], usize); 3] = [
    ("what opens the page", &["page", "everything else"], 250_000),
    ("engine_cpu", &["engine_cpu"], 450_000),
    ("engine_gpu", &["engine_gpu"], 2_000_000),
];

/// The parts of the site, each with (raw, brotli): everything belongs to exactly one.
fn parts(shipped: &[Shipped]) -> Vec<(&'static str, usize, usize)> {
    let mut parts = program::ALL.map(|program| (program.name, 0, 0)).to_vec();
    parts.push(("everything else", 0, 0));
    for file in shipped {
        let own = |part: &(&str, usize, usize)| belongs(&file.name, part.0);
        let at = parts.iter().position(own).unwrap_or(parts.len() - 1);
        parts[at].1 += file.raw;
        parts[at].2 += file.brotli;
    }
    parts
}

/// A program's files are `page-….js` and `page_bg-….wasm`.
fn belongs(file: &str, program: &str) -> bool {
    file.starts_with(&format!("{program}-")) || file.starts_with(&format!("{program}_bg-"))
}

pub fn write(layout: &Layout, shipped: &[Shipped]) -> Result<()> {
    let parts = parts(shipped);
    print!("{}", table(&parts));
    let mut report = Map::new();
    for (name, raw, brotli) in &parts {
        report.insert((*name).to_owned(), json!({ "raw": raw, "brotli": brotli }));
    }
    let text = serde_json::to_string_pretty(&report)?;
    files::write_if_changed(&layout.target.join("size-report.json"), text.as_bytes())?;
    match broken(&parts) {
        broken if broken.is_empty() => Ok(()),
        broken => bail!("too large: {}", broken.join("; ")),
    }
}

/// A sentence for each budget that is broken.
fn broken(parts: &[(&str, usize, usize)]) -> Vec<String> {
    let of = |names: &[&str]| -> usize {
        let own = parts.iter().filter(|part| names.contains(&part.0));
        own.map(|part| part.2).sum()
    };
    let sizes = BUDGETS.map(|(what, names, limit)| (what, of(names), limit));
    let over = sizes.into_iter().filter(|(_, size, limit)| size > limit);
    over.map(|(what, size, limit)| {
        format!("{what} is {size} bytes with brotli, and {limit} are allowed")
    })
    .collect()
}

fn table(parts: &[(&str, usize, usize)]) -> String {
    let mut text = format!("{:<18}{:>12}{:>12}\n", "bytes", "raw", "brotli");
    for (name, raw, brotli) in parts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<18}{raw:>12}{brotli:>12}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_budget_is_named() {
        let parts = |page, other, cpu| {
            [
                ("page", 0, page),
                ("everything else", 0, other),
                ("engine_cpu", 0, cpu),
            ]
        };
        assert!(broken(&parts(230_000, 20_000, 450_000)).is_empty());
        let said = broken(&parts(230_000, 20_001, 450_001));
        assert!(said[0].starts_with("what opens the page is 250001"));
        assert!(said[1].starts_with("engine_cpu is 450001"));
    }

    #[test]
    fn every_file_belongs_to_one_part() {
        let file = |name: &str| Shipped {
            name: name.to_owned(),
            raw: 10,
            brotli: 4,
        };
        let shipped = [
            "page-1.js",
            "page_bg-2.wasm",
            "engine_cpu-3.js",
            "engine_gpu_bg-4.wasm",
            "index.html",
        ]
        .map(file);
        let expected = [
            ("page", 20, 8),
            ("engine_cpu", 10, 4),
            ("engine_gpu", 10, 4),
            ("everything else", 10, 4),
        ];
        assert_eq!(parts(&shipped), expected);
    }
}
