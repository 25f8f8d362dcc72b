//! The table of all figures: each beside its floor, which even a perfect field does not go below.
//!
//! Means and distances of samples have floors above zero because samples are finite, losses because
//! paths cross, energies because mass must move.

use super::numbers::three;
use app::state::State;
use flow::distribution::Estimate;
use protocol::{LaneId, Metrics};

/// A figure, by the key of its name; with `.help` appended, of its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub key: &'static str,
    /// What each lane of [`lanes`] has: the figure and its floor, each empty where there is none.
    pub cells: Vec<[String; 2]>,
}

/// The lanes whose figures are known, with the step and the number of samples behind them.
pub fn lanes(state: &State) -> Vec<(LaneId, u32, u32)> {
    let known = known(state);
    known.map(|(lane, m)| (lane, m.step, m.samples)).collect()
}

/// All rows that have a figure; none before anything is known.
pub fn table(state: &State) -> Vec<Row> {
    let columns: Vec<Vec<Cell>> = known(state).map(|(_, m)| column(m)).collect();
    let Some(first) = columns.first() else {
        return Vec::new();
    };
    // A floor says nothing without its figure.
    let cell = |(_, cell): &Cell| match cell {
        [figure, _] if figure.is_empty() => <[String; 2]>::default(),
        known => known.clone(),
    };
    let row = |i: usize| Row {
        key: first[i].0,
        cells: columns.iter().map(|column| cell(&column[i])).collect(),
    };
    let rows = (0..first.len()).map(row);
    let told = |row: &Row| row.cells.iter().any(|[figure, _]| !figure.is_empty());
    rows.filter(told).collect()
}

fn known(state: &State) -> impl Iterator<Item = (LaneId, &Metrics)> {
    let lanes = LaneId::ALL.into_iter().filter(|&lane| state.shown(lane));
    lanes.filter_map(|lane| Some((lane, state.lanes[lane].views.measures.as_ref()?)))
}

/// The key of a figure's name, the figure, and its floor.
type Cell = (&'static str, [String; 2]);

/// All figures of a lane; the same rows for every one.
fn column(m: &Metrics) -> Vec<Cell> {
    let least = m.w2_of_ends * m.w2_of_ends;
    // The pairs are those of all labels, the ends those of the one asked for.
    let cheapest = m.label.map_or(number(least), |_| String::new());
    let excess = m.excess.map_or(String::new(), with_error);
    let (exact, estimated) = if m.estimated {
        (String::new(), excess)
    } else {
        (excess, String::new())
    };
    let floor = m.floor.map_or(String::new(), with_error);
    let entropy = m.entropy.map_or(String::new(), with_error);
    vec![
        ("measure.loss", [number(m.loss), floor]),
        ("measure.excess", [exact, zero()]),
        ("measure.excess-estimated", [estimated, zero()]),
        ("measure.w2", [number(m.w2), number(m.w2_floor)]),
        (
            "measure.energy",
            [number(m.energy_distance), number(m.energy_floor)],
        ),
        (
            "measure.support",
            [m.on_support.map_or(String::new(), share), String::new()],
        ),
        ("measure.nll", [with_error(m.nll), entropy]),
        ("measure.unreachable", [unreachable(m), zero()]),
        ("measure.straightness", [number(m.straightness), zero()]),
        ("measure.kinetic", [number(m.kinetic), number(least)]),
        ("measure.npe", [number(m.npe), zero()]),
        ("measure.cost", [number(m.coupling_cost), cheapest]),
        ("measure.crossings", [share(m.crossings), String::new()]),
        ("measure.nfe", [m.nfe.to_string(), String::new()]),
    ]
}

fn zero() -> String {
    "0".to_owned()
}

/// A number with three digits; nothing where it is none.
fn number(value: f64) -> String {
    if value.is_finite() {
        three(value)
    } else {
        String::new()
    }
}

fn with_error(estimate: Estimate) -> String {
    let value = number(estimate.value);
    if value.is_empty() || estimate.error == 0.0 || !estimate.error.is_finite() {
        return value;
    }
    format!("{value} ± {}", two(estimate.error))
}

/// An error has no more than two digits worth reading.
fn two(error: f64) -> String {
    let places = (1.0 - error.log10().floor()).clamp(0.0, 9.0);
    format!("{error:.*}", places as usize)
}

fn share(share: f64) -> String {
    let percent = number(100.0 * share);
    if percent.is_empty() {
        percent
    } else {
        percent + "%"
    }
}

/// How many of the data points the flow gives no density at all; nothing for none.
fn unreachable(m: &Metrics) -> String {
    match m.unreachable {
        0 => String::new(),
        n => format!("{n} / {}", m.likelihood_samples),
    }
}
