//! What the figures are held against: other rows of the same run, and the budgets of the design.

use super::report::Report;

/// A figure over the one it is compared with.
#[derive(Debug, PartialEq)]
pub struct Ratio {
    pub value: f64,
    pub against: String,
}

/// Which rows a row is compared with: the best of them, as more is better in all.
/// `{}` stands for the size of the network.
const AGAINST: &[(&str, &[&str])] = &[
    ("train/{}/flowlab-cpu", TENSORFLOW),
    ("train/{}/flowlab-webgpu", &["train/{}/tfjs-webgpu"]),
    ("train/{}/plain", TENSORFLOW),
    ("dispatches/flowlab", &["dispatches/tfjs"]),
    ("submits/flowlab", &["submits/tfjs"]),
    ("matching/free-four", &["matching/free-alone"]),
    ("matching/ot", &["matching/free"]),
    ("matching/ot-alone", &["matching/free"]),
    ("matching/sinkhorn", &["matching/free"]),
    ("matching/sinkhorn-alone", &["matching/free"]),
];

const TENSORFLOW: &[&str] = &[
    "train/{}/tfjs-cpu",
    "train/{}/tfjs-wasm",
    "train/{}/tfjs-webgl",
    "train/{}/tfjs-webgpu",
];

/// The ratio that belongs to a row, where both sides were measured.
pub fn ratio(report: &Report, id: &str) -> Option<Ratio> {
    let size = id.split('/').nth(1)?;
    let (_, others) = AGAINST
        .iter()
        .find(|(row, _)| row.replace("{}", size) == id)?;
    let measured = others.iter().filter_map(|other| {
        let row = report.row(&other.replace("{}", size))?;
        Some((row.summary?.median, row))
    });
    let (best, row) = measured.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Ratio {
        value: report.median(id)? / best,
        against: name(&row.what),
    })
}

/// `steps/s, 3-64x3-2, batch 256: TensorFlow.js, wasm` is `TensorFlow.js, wasm`.
fn name(what: &str) -> String {
    what.rsplit(": ").next().unwrap_or(what).to_owned()
}

/// A limit of design section 7.
struct Budget {
    id: &'static str,
    /// Of the ratio, not of the figure itself.
    of_ratio: bool,
    at_least: bool,
    /// `None`: only going beyond is asked for.
    limit: Option<f64>,
    beyond: f64,
}

const fn at_most(id: &'static str, limit: f64, beyond: f64) -> Budget {
    Budget {
        id,
        of_ratio: false,
        at_least: false,
        limit: Some(limit),
        beyond,
    }
}

const fn times(id: &'static str, limit: f64, beyond: f64) -> Budget {
    Budget {
        id,
        of_ratio: true,
        at_least: true,
        limit: Some(limit),
        beyond,
    }
}

const BUDGETS: &[Budget] = &[
    times("train/64x3/flowlab-cpu", 5.0, 10.0),
    times("train/64x3/flowlab-webgpu", 10.0, 40.0),
    Budget {
        id: "share/64x3/flowlab-cpu",
        of_ratio: false,
        at_least: true,
        limit: None,
        beyond: 60.0,
    },
    // A matching costs less than the step it feeds where at least half of the steps are left.
    times("matching/ot", 0.5, 0.9),
    at_most("dispatches/flowlab", 8.0, 3.0),
    at_most("bytes/moved", 250.0, 120.0),
    at_most("bytes/engine_cpu", 450.0, 300.0),
    at_most("bytes/engine_gpu", 2000.0, 1200.0),
    at_most("frame/p95", 8.0, 4.0),
    at_most("frame/longest", 50.0, 16.0),
    at_most("latency/t", 100.0, 17.0),
    at_most("latency/steps", 100.0, 17.0),
    at_most("latency/target", 100.0, 17.0),
    at_most("moons/seconds", 5.0, 1.0),
    // Nine tenths of what an untrained network lacks: the new field is recognised.
    at_most("retrain/excess", 0.1, 0.05),
];

impl Budget {
    /// The figure that is held against the limits, where it was measured.
    fn value(&self, report: &Report) -> Option<f64> {
        match self.of_ratio {
            true => Some(ratio(report, self.id)?.value),
            false => report.median(self.id),
        }
    }

    fn keeps(&self, value: f64, limit: f64) -> bool {
        match self.at_least {
            true => value >= limit,
            false => value <= limit,
        }
    }

    fn misses(&self, value: f64) -> bool {
        self.limit.is_some_and(|limit| !self.keeps(value, limit))
    }
}

/// Whether a row keeps its budget, in words; nothing where it has none.
pub fn verdict(report: &Report, id: &str) -> Option<String> {
    let budget = BUDGETS.iter().find(|budget| budget.id == id)?;
    let value = budget.value(report)?;
    let sign = if budget.at_least { "≥" } else { "≤" };
    let unit = if budget.of_ratio { "×" } else { "" };
    let said = |word: &str, limit: f64| Some(format!("{word} {sign} {limit}{unit}"));
    match budget.limit {
        _ if budget.keeps(value, budget.beyond) => said("beyond:", budget.beyond),
        Some(limit) if budget.misses(value) => said("missed:", limit),
        Some(limit) => said("kept:", limit),
        None => said("not yet:", budget.beyond),
    }
}

/// The rows that were measured and miss their budgets.
pub fn missed(report: &Report) -> Vec<&'static str> {
    let missed = |budget: &&Budget| budget.value(report).is_some_and(|v| budget.misses(v));
    BUDGETS
        .iter()
        .filter(missed)
        .map(|budget| budget.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(rows: &[(&str, f64)]) -> Report {
        let rows: Vec<_> = rows
            .iter()
            .map(|(id, value)| {
                json!({"id": id, "what": format!("a: {id}"), "unit": "", "samples": [value]})
            })
            .collect();
        Report::read(&json!({ "rows": rows })).unwrap()
    }

    #[test]
    fn the_cpu_is_compared_with_the_best_of_its_size() {
        let report = report(&[
            ("train/64x3/flowlab-cpu", 600.0),
            ("train/64x3/tfjs-wasm", 100.0),
            ("train/64x3/tfjs-cpu", 30.0),
            ("train/128x3/tfjs-wasm", 300.0),
        ]);
        let expected = Ratio {
            value: 6.0,
            against: "train/64x3/tfjs-wasm".to_owned(),
        };
        assert_eq!(ratio(&report, "train/64x3/flowlab-cpu"), Some(expected));
        assert_eq!(
            verdict(&report, "train/64x3/flowlab-cpu").as_deref(),
            Some("kept: ≥ 5×")
        );
        assert_eq!(ratio(&report, "train/64x3/tfjs-wasm"), None);
    }

    #[test]
    fn no_rival_no_ratio() {
        let report = report(&[("train/64x3/flowlab-webgpu", 25.0)]);
        assert_eq!(ratio(&report, "train/64x3/flowlab-webgpu"), None);
        assert_eq!(verdict(&report, "train/64x3/flowlab-webgpu"), None);
    }

    #[test]
    fn dispatches_are_compared_without_a_size() {
        let report = report(&[("dispatches/flowlab", 3.0), ("dispatches/tfjs", 150.0)]);
        assert_eq!(ratio(&report, "dispatches/flowlab").unwrap().value, 0.02);
    }

    #[test]
    fn verdicts() {
        let said = |value| verdict(&report(&[("frame/p95", value)]), "frame/p95").unwrap();
        assert_eq!(
            [3.0, 8.0, 8.1].map(said),
            ["beyond: ≤ 4", "kept: ≤ 8", "missed: ≤ 8"]
        );
        let share = "share/64x3/flowlab-cpu";
        let said = |value| verdict(&report(&[(share, value)]), share).unwrap();
        assert_eq!([59.0, 61.0].map(said), ["not yet: ≥ 60", "beyond: ≥ 60"]);
        assert_eq!(verdict(&report(&[("frame/p50", 1.0)]), "frame/p50"), None);
    }

    #[test]
    fn what_misses_its_budget_is_named() {
        let report = report(&[
            ("frame/p95", 8.1),
            ("frame/longest", 20.0),
            ("share/64x3/flowlab-cpu", 30.0),
            ("train/64x3/flowlab-cpu", 400.0),
            ("train/64x3/tfjs-wasm", 100.0),
            ("train/64x3/flowlab-webgpu", 1.0),
        ]);
        assert_eq!(missed(&report), ["train/64x3/flowlab-cpu", "frame/p95"]);
    }
}
