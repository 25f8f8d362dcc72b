//! The one table, in Markdown, with what a reader must know around it.

use std::fmt::Write;

use super::budgets::{ratio, verdict};
use super::report::{Report, Row};
use super::statistics::short;

pub fn markdown(report: &Report, command: &str) -> String {
    let mut text = format!("`{command}`\n\n");
    // Writing to a string cannot fail.
    for line in &report.about {
        let _ = writeln!(text, "- {line}");
    }
    let _ = writeln!(
        text,
        "\n| what | median | min .. max | ratio | budget |\n|---|---:|---:|---|---|"
    );
    for row in &report.rows {
        let _ = writeln!(text, "{}", line(report, row));
    }
    text.push('\n');
    for note in &report.notes {
        let _ = writeln!(text, "- {note}");
    }
    text
}

fn line(report: &Report, row: &Row) -> String {
    let what = escape(&row.what);
    let Some(summary) = row.summary else {
        let why = row.failed.as_deref().unwrap_or("no sample");
        return format!("| {what} | not measured | {} | | |", escape(why));
    };
    let range = match row.samples {
        1 => "once".to_owned(),
        _ => format!("{} .. {}", short(summary.min), short(summary.max)),
    };
    let ratio = ratio(report, &row.id).map_or(String::new(), |ratio| {
        format!("{}× {}", short(ratio.value), escape(&ratio.against))
    });
    let verdict = verdict(report, &row.id).unwrap_or_default();
    let median = format!("{} {}", short(summary.median), row.unit);
    format!(
        "| {what} | {} | {range} | {ratio} | {verdict} |",
        median.trim_end()
    )
}

/// A bar would end the cell, a line break the table.
fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_table() {
        let report = Report::read(&json!({
            "about": {"cpu": "C", "cores": 2},
            "rows": [
                {"id": "train/64x3/flowlab-cpu", "what": "pace: Flowlab", "unit": "steps/s", "samples": [500.0, 400.0, 700.0]},
                {"id": "train/64x3/tfjs-wasm", "what": "pace: wasm", "unit": "steps/s", "samples": [100.0]},
                {"id": "frame/p95", "what": "frame", "unit": "ms", "samples": [], "failed": "a|b"},
            ],
            "notes": ["mind the load"],
        }))
        .unwrap();
        let text = markdown(&report, "cargo xtask bench");
        let expected = "
| what | median | min .. max | ratio | budget |
|---|---:|---:|---|---|
| pace: Flowlab | 500 steps/s | 400 .. 700 | 5× wasm | kept: ≥ 5× |
| pace: wasm | 100 steps/s | once |  |  |
| frame | not measured | a\\|b | | |

- mind the load
";
        assert!(text.ends_with(expected), "{text}");
        assert!(
            text.starts_with("`cargo xtask bench`\n\n- C, 2 cores"),
            "{text}"
        );
    }
}
