//! Charts of what happens to a flow in the course of time.

use super::curve::Curve;
use super::plot::Plot;
use super::{Entry, Line, lanes, own};
use crate::palette::Theme;
use app::state::State;

/// Up to here rates are shown: at the end the slopes of some schedules diverge.
const END: f64 = 0.99;

/// The mass of the region, how fast it changes, and what flows in through the edges: where mass is
/// conserved, the last two are one line.
pub(super) fn balance(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, lane_state) in lanes(state) {
        let Some(view) = &lane_state.views.region else {
            continue;
        };
        let balances = || view.balances.iter();
        let entry = own(state, theme, "legend.mass", lane);
        let rate = Entry {
            color: theme.classes[2],
            ..own(state, theme, "legend.mass-rate", lane)
        };
        let inflow = Entry {
            color: [theme.ink, theme.fault][lane],
            line: Line::Dots,
            ..own(state, theme, "legend.mass-inflow", lane)
        };
        let entering = balances().map(|b| -b.outflow.iter().sum::<f64>());
        curves.extend([
            Curve::of_time(entry, &view.times, balances().map(|b| b.mass)),
            Curve::of_time(rate, &view.times, balances().map(|b| b.rate)).keeping(|t, _| t < END),
            Curve::of_time(inflow, &view.times, entering).keeping(|t, _| t < END),
        ]);
    }
    Plot::of_time(curves, state.settings.t)
}

/// The distance between transferred and rescaled paths.
pub(super) fn gap(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, lane_state) in lanes(state) {
        let Some(view) = &lane_state.views.gap else {
            continue;
        };
        let mean = Entry {
            line: Line::Short,
            ..own(state, theme, "legend.gap-mean", lane)
        };
        let largest = own(state, theme, "legend.gap-largest", lane);
        let of = |entry, values: &[f64]| {
            Curve::of_time(entry, &view.times, values.iter().copied())
                .keeping(|_, distance| distance > 0.0)
        };
        curves.extend([of(largest, &view.largest), of(mean, &view.mean)]);
    }
    Plot::of_time(curves, state.settings.t).logarithmic()
}
