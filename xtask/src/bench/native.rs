//! The rows that are measured natively, by `bench/native.rs`.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::layout::Layout;
use crate::process;

/// The beginning of their ids.
pub const ROWS: &str = "native/";

/// Builds and runs the measurements, as hard as the engines are optimised; gives those rows whose id begins with
/// one of `only`.
pub fn measure(layout: &Layout, only: &[&str]) -> Result<Vec<Value>> {
    eprintln!("native");
    let arguments = [
        "bench",
        "--quiet",
        "--profile",
        "engine",
        "--bench",
        "native",
    ];
    let printed = process::output(process::cargo().current_dir(&layout.root).args(arguments))?;
    let rows = printed.lines().filter(|line| line.starts_with('{'));
    let rows = rows.map(|line| serde_json::from_str(line).context("a row is no JSON"));
    let mut rows: Vec<Value> = rows.collect::<Result<_>>()?;
    let wanted = |id: &str| only.iter().any(|text| id.starts_with(text));
    rows.retain(|row| row["id"].as_str().is_some_and(wanted));
    Ok(rows)
}
