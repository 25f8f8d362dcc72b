//! The charts beside the stage, drawn by `plotters` on any backend: SVG natively, a canvas in the
//! browser. A chart holds numbers only; its title and its legend are text, and so are the page's:
//! [`Chart::key`] and [`legend`] name them.
//!
//! A raw loss cannot rank models, since most of it is the Bayes floor, which no field can remove.
//! So [`Chart::Loss`] always has that floor beside the curve, and is shown next to
//! [`Chart::Excess`]; a lane without a known floor has no loss curve.

mod axis;
mod plot;

use super::color::Color;
use super::palette::Theme;
use crate::app::state::{LaneState, State};
use crate::flow::schedule::Schedule;
use plot::{Curve, Plot};
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend};

/// A chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chart {
    /// Training loss and its Bayes floor against training steps.
    Loss,
    /// Excess loss against training steps, on a logarithmic axis.
    Excess,
    /// The coefficients of the path, and of what it is sampled under, against `t`.
    Schedule,
    /// Straightness of the learned paths against training steps.
    Straightness,
}

/// How a line is told from others of its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Solid,
    /// Long dashes: lane B.
    Long,
    /// Short dashes: a floor, or what a path is sampled under.
    Short,
}

impl Line {
    /// Length of the dashes and of the gaps between them, in CSS pixels.
    pub fn dash(self) -> Option<[u32; 2]> {
        match self {
            Self::Solid => None,
            Self::Long => Some([9, 3]),
            Self::Short => Some([3, 3]),
        }
    }
}

/// A line of a chart, for its legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Key of its name.
    pub key: &'static str,
    /// The lane it belongs to, if there are two and they differ in it.
    pub lane: Option<usize>,
    pub color: Color,
    pub line: Line,
}

/// What drawing a chart gives.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl Chart {
    /// All charts.
    pub const ALL: [Self; 4] = [Self::Loss, Self::Excess, Self::Schedule, Self::Straightness];

    /// Key of its title; with `.help` appended, of its explanation.
    pub fn key(self) -> &'static str {
        match self {
            Self::Loss => "chart.loss",
            Self::Excess => "chart.excess",
            Self::Schedule => "chart.schedule",
            Self::Straightness => "chart.straightness",
        }
    }
}

/// Draws a chart over a whole area of device pixels, `scale` of them to a CSS pixel.
///
/// # Errors
/// What the backend reports.
pub fn draw<DB: DrawingBackend>(
    chart: Chart,
    state: &State,
    theme: &Theme,
    scale: f64,
    area: &DrawingArea<DB, Shift>,
) -> Drawn<DB> {
    plot(chart, state, theme).draw(theme, scale * f64::from(theme.scale).sqrt(), area)
}

/// The lines of a chart, in the order they should be listed.
pub fn legend(chart: Chart, state: &State, theme: &Theme) -> Vec<Entry> {
    let curves = plot(chart, state, theme).curves;
    curves.into_iter().map(|curve| curve.entry).collect()
}

fn plot(chart: Chart, state: &State, theme: &Theme) -> Plot {
    match chart {
        Chart::Loss => loss(state, theme),
        Chart::Excess => Plot::of_steps(excess(state, theme)).logarithmic(),
        Chart::Straightness => Plot::of_steps(straightness(state, theme)).above_zero(),
        Chart::Schedule => schedule(state, theme),
    }
}

/// The lanes on the stage.
fn lanes(state: &State) -> impl Iterator<Item = (usize, &LaneState)> {
    let shown = |(lane, _): &(usize, &LaneState)| state.shown(*lane);
    state.lanes.iter().enumerate().filter(shown)
}

/// The lanes that train a network of their own.
fn learners(state: &State) -> impl Iterator<Item = (usize, &LaneState)> {
    lanes(state).filter(|(lane, _)| !state.settings.borrows(*lane))
}

/// The entry of a lane's own curve.
fn own(state: &State, theme: &Theme, key: &'static str, lane: usize) -> Entry {
    Entry {
        key,
        lane: (state.settings.lanes > 1).then_some(lane),
        color: theme.lane[lane],
        line: [Line::Solid, Line::Long][lane],
    }
}

fn loss(state: &State, theme: &Theme) -> Plot {
    let known = learners(state).filter_map(|(lane, own)| Some((lane, own, own.history.floor?)));
    let mut curves = Vec::new();
    let mut seen = None;
    for (lane, lane_state, floor) in known {
        let entry = own(state, theme, "legend.loss", lane);
        curves.push(Curve::of_steps(entry, &lane_state.history.loss));
        // Lanes that share a floor share its line.
        if seen != Some(floor) {
            let line = Line::Short;
            let key = "legend.floor";
            curves.push(Curve::level(Entry { key, line, ..entry }, floor));
            seen = Some(floor);
        }
    }
    Plot::of_steps(curves)
}

fn excess(state: &State, theme: &Theme) -> Vec<Curve> {
    let curve = |(lane, lane_state): (usize, &LaneState)| {
        let entry = own(state, theme, "legend.excess", lane);
        Curve::of_steps(entry, &lane_state.history.excess)
    };
    learners(state)
        .map(curve)
        .filter(Curve::has_points)
        .collect()
}

fn straightness(state: &State, theme: &Theme) -> Vec<Curve> {
    let curve = |(lane, lane_state): (usize, &LaneState)| {
        let entry = own(state, theme, "legend.straightness", lane);
        Curve::of_steps(entry, &lane_state.history.straightness)
    };
    lanes(state).map(curve).filter(Curve::has_points).collect()
}

/// Signal in the target's colour, noise in the source's, as on the stage; lanes by their dashes.
fn schedule(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, kind, schedule) in schedules(state) {
        let several = state.settings.lanes > 1;
        let (line, names) = match (kind, lane) {
            (Use::Sampling, _) => (
                Line::Short,
                ["legend.alpha-sampled", "legend.sigma-sampled"],
            ),
            (Use::Path, 0) => (Line::Solid, ["legend.alpha", "legend.sigma"]),
            (Use::Path, _) => (Line::Long, ["legend.alpha", "legend.sigma"]),
        };
        let entry = |i: usize| Entry {
            key: names[i],
            lane: several.then_some(lane),
            color: [theme.target(), theme.source()][i],
            line,
        };
        curves.push(Curve::function(entry(0), |t| schedule.alpha(t)));
        curves.push(Curve::function(entry(1), |t| schedule.sigma(t)));
    }
    Plot::of_time(curves, state.settings.t)
}

/// What a schedule is for.
#[derive(Clone, Copy, PartialEq)]
enum Use {
    Path,
    Sampling,
}

/// The schedules in use on the stage, each once, with the first lane that uses it so.
fn schedules(state: &State) -> Vec<(usize, Use, Schedule)> {
    let mut found: Vec<(usize, Use, Schedule)> = Vec::new();
    for (lane, _) in lanes(state) {
        let spec = state.spec(lane);
        let path = Schedule::new(spec.path.schedule, &spec.path);
        let sampled = spec.sampling.sample_schedule.kind();
        let sampled = sampled.map(|kind| (Use::Sampling, Schedule::new(kind, &spec.path)));
        for (kind, schedule) in [(Use::Path, path)].into_iter().chain(sampled) {
            let known = |&(_, k, s): &(usize, Use, Schedule)| k == kind && s == schedule;
            if !found.iter().any(known) {
                found.push((lane, kind, schedule));
            }
        }
    }
    found
}
