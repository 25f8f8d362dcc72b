//! The charts beside the stage, drawn by `plotters` on any backend: SVG natively, a canvas in the
//! browser. A chart holds numbers only; its title and its legend are text, and so are the page's:
//! [`Chart::key`] and [`legend`] name them.
//!
//! A raw loss cannot rank models, since most of it is the Bayes floor, which no field can remove.
//! So [`Chart::Loss`] always has that floor beside the curve, and is shown next to
//! [`Chart::Excess`]; a lane without a known floor has no loss curve.

mod axis;
mod belongs;
mod course;
mod curve;
mod plot;
mod schedules;
mod studies;

use super::palette::Theme;
use app::state::{LaneState, State};
use curve::Curve;
use plot::Plot;
use plotters::coord::Shift;
use plotters::prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend};
use protocol::LaneId;
use raster::color::Color;
use std::borrow::Cow;

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
    /// The signal-to-noise ratio of the schedules against `t`.
    Snr,
    /// `alpha' - sigma'` of the schedules against `t`.
    OneWay,
    /// Time and scale at which a transferred flow asks its field, against its own time.
    Transfer,
    /// Distance between transferred and rescaled paths against time.
    Gap,
    /// By how much an error of what is predicted is amplified in the velocity, against `t`.
    Conditioning,
    /// Error at the end of the flow against evaluations of the field.
    Errors,
    /// Cost of matched pairs against the batch size.
    Costs,
    /// Negative log-likelihood against the number of probes of its estimate.
    Likelihood,
    /// How far the gradients of the two losses are apart, against samples.
    Gradients,
    /// Mass in the region and what changes it, against `t`.
    Balance,
}

/// How a line is told from others of its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Solid,
    /// Long dashes: lane B.
    Long,
    /// Short dashes: a floor, or what a path is sampled under.
    Short,
    /// Dots: what is compared with another line of its colour, or with all.
    Dots,
}

impl Line {
    /// All kinds of lines.
    pub const ALL: [Self; 4] = [Self::Solid, Self::Long, Self::Short, Self::Dots];

    /// Length of the dashes and of the gaps between them, in CSS pixels.
    pub fn dash(self) -> Option<[u32; 2]> {
        match self {
            Self::Solid => None,
            Self::Long => Some([9, 3]),
            Self::Short => Some([3, 3]),
            Self::Dots => Some([1, 3]),
        }
    }
}

/// A line of a chart, for its legend.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Key of its name.
    pub key: Cow<'static, str>,
    /// The lane it belongs to, if there are two and they differ in it.
    pub lane: Option<LaneId>,
    pub color: Color,
    pub line: Line,
}

/// What drawing a chart gives.
pub type Drawn<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

impl Chart {
    /// All charts.
    pub const ALL: [Self; 14] = [
        Self::Loss,
        Self::Excess,
        Self::Schedule,
        Self::Straightness,
        Self::Snr,
        Self::OneWay,
        Self::Transfer,
        Self::Gap,
        Self::Conditioning,
        Self::Errors,
        Self::Costs,
        Self::Likelihood,
        Self::Gradients,
        Self::Balance,
    ];

    /// Key of its title; with `.help` appended, of its explanation.
    pub fn key(self) -> &'static str {
        match self {
            Self::Loss => "chart.loss",
            Self::Excess => "chart.excess",
            Self::Schedule => "chart.schedule",
            Self::Straightness => "chart.straightness",
            Self::Snr => "chart.snr",
            Self::OneWay => "chart.one-way",
            Self::Transfer => "chart.transfer",
            Self::Gap => "chart.gap",
            Self::Conditioning => "chart.conditioning",
            Self::Errors => "chart.errors",
            Self::Costs => "chart.costs",
            Self::Likelihood => "chart.likelihood",
            Self::Gradients => "chart.gradients",
            Self::Balance => "chart.balance",
        }
    }

    /// Its name, as pages and scenes have it.
    pub fn name(self) -> &'static str {
        self.key().trim_start_matches("chart.")
    }

    /// Whether the present is marked in it.
    pub fn follows_time(self) -> bool {
        use Chart::{Balance, Conditioning, Gap, OneWay, Schedule, Snr, Transfer};
        matches!(
            self,
            Schedule | Snr | OneWay | Transfer | Gap | Conditioning | Balance
        )
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
        Chart::Schedule => schedules::schedule(state, theme),
        Chart::Snr => schedules::snr(state, theme),
        Chart::OneWay => schedules::one_way(state, theme),
        Chart::Transfer => schedules::transfer(state, theme),
        Chart::Conditioning => schedules::conditioning(state, theme),
        Chart::Errors => studies::errors(state, theme),
        Chart::Costs => studies::costs(state, theme),
        Chart::Likelihood => studies::likelihood(state, theme),
        Chart::Gradients => studies::gradients(state, theme),
        Chart::Gap => course::gap(state, theme),
        Chart::Balance => course::balance(state, theme),
    }
}

/// The lanes on the stage.
fn lanes(state: &State) -> impl Iterator<Item = (LaneId, &LaneState)> {
    let shown = |(lane, _): &(LaneId, &LaneState)| state.shown(*lane);
    LaneId::ALL.into_iter().zip(&state.lanes).filter(shown)
}

/// The lanes that train a network of their own.
fn learners(state: &State) -> impl Iterator<Item = (LaneId, &LaneState)> {
    lanes(state).filter(|(lane, _)| !state.settings.borrows(*lane))
}

/// The entry of a lane's own curve.
fn own(state: &State, theme: &Theme, key: &'static str, lane: LaneId) -> Entry {
    Entry {
        key: key.into(),
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
        curves.push(Curve::of_steps(entry.clone(), &lane_state.history.loss));
        // Lanes that share a floor share its line.
        if seen != Some(floor) {
            let line = Line::Short;
            let key = "legend.floor".into();
            curves.push(Curve::level(Entry { key, line, ..entry }, floor));
            seen = Some(floor);
        }
    }
    Plot::of_steps(curves)
}

fn excess(state: &State, theme: &Theme) -> Vec<Curve> {
    let curve = |(lane, lane_state): (LaneId, &LaneState)| {
        let entry = own(state, theme, "legend.excess", lane);
        Curve::of_steps(entry, &lane_state.history.excess)
    };
    learners(state)
        .map(curve)
        .filter(Curve::has_points)
        .collect()
}

fn straightness(state: &State, theme: &Theme) -> Vec<Curve> {
    let curve = |(lane, lane_state): (LaneId, &LaneState)| {
        let entry = own(state, theme, "legend.straightness", lane);
        Curve::of_steps(entry, &lane_state.history.straightness)
    };
    lanes(state).map(curve).filter(Curve::has_points).collect()
}
