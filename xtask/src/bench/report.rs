//! What the browser side wrote, read and summarised.

use serde_json::Value;

use super::statistics::{Summary, summarise};

pub struct Report {
    /// Lines on the machine, for the reader of the table.
    pub about: Vec<String>,
    pub rows: Vec<Row>,
    pub notes: Vec<String>,
}

pub struct Row {
    pub id: String,
    pub what: String,
    pub unit: String,
    /// `None`: it could not be measured, or not every time.
    pub summary: Option<Summary>,
    pub samples: usize,
    /// Why.
    pub failed: Option<String>,
}

impl Report {
    /// `None` where the text is no report.
    pub fn read(json: &Value) -> Option<Self> {
        let rows = json["rows"]
            .as_array()?
            .iter()
            .map(Row::read)
            .collect::<Option<_>>()?;
        let notes = json["notes"].as_array().into_iter().flatten();
        Some(Self {
            about: about(&json["about"]),
            rows,
            notes: notes
                .filter_map(|note| Some(note.as_str()?.to_owned()))
                .collect(),
        })
    }

    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }

    pub fn median(&self, id: &str) -> Option<f64> {
        Some(self.row(id)?.summary?.median)
    }

    pub fn failed(&self) -> usize {
        self.rows.iter().filter(|row| row.summary.is_none()).count()
    }
}

impl Row {
    fn read(json: &Value) -> Option<Self> {
        let text = |name: &str| Some(json[name].as_str()?.to_owned());
        // What is no number becomes one that `summarise` refuses.
        let samples = json["samples"].as_array()?.iter();
        let samples: Vec<_> = samples.map(|x| x.as_f64().unwrap_or(f64::NAN)).collect();
        let failed = text("failed");
        Some(Self {
            id: text("id")?,
            what: text("what")?,
            unit: text("unit")?,
            // A median of what did not fail would flatter.
            summary: summarise(&samples).filter(|_| failed.is_none()),
            samples: samples.len(),
            failed,
        })
    }
}

/// Nothing where no browser ran.
fn about(json: &Value) -> Vec<String> {
    if json["cpu"].is_null() {
        return Vec::new();
    }
    let text = |name: &str| match &json[name] {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".to_owned(),
        other => other.to_string(),
    };
    vec![
        format!(
            "{}, {} cores, {} GiB, {}",
            text("cpu"),
            text("cores"),
            text("memoryGiB"),
            text("system")
        ),
        format!("{}, WebGPU adapter: {}", text("browser"), text("adapter")),
        format!(
            "load average {} before, {} after",
            text("loadBefore"),
            text("loadAfter")
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_that_failed_once_has_no_median() {
        let report = Report::read(&json!({"rows": [
            {"id": "a", "what": "A", "unit": "ms", "samples": [1.0, 2.0], "failed": "lost"},
            {"id": "b", "what": "B", "unit": "ms", "samples": [1.0, null]},
            {"id": "c", "what": "C", "unit": "ms", "samples": [5.0]},
        ], "notes": ["n"]}))
        .unwrap();
        assert_eq!(
            ["a", "b", "c", "d"].map(|id| report.median(id)),
            [None, None, Some(5.0), None]
        );
        assert_eq!((report.failed(), report.notes), (2, vec!["n".to_owned()]));
    }

    #[test]
    fn no_report_is_none() {
        assert!(Report::read(&json!({})).is_none());
        assert!(Report::read(&json!({"rows": [{"id": "a"}]})).is_none());
    }
}
