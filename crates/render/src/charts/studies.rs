//! Charts of what the engine was asked to find out.

use super::curve::Curve;
use super::plot::Plot;
use super::{Entry, Line, lanes, own};
use crate::palette::{CLASSES, Theme};
use app::state::State;
use app::state::views::{CostView, LikelihoodView};
use flow::reference::MATCHED_COSTS;
use flow::spec::{SampleSchedule, Source, Target};
use protocol::{LaneId, Probed};

/// Where the error of the exact divergence stands, left of the numbers of probes.
const EXACT: f64 = 0.75;
/// The bars of normal probes stand so many times as far out as those of signs, to be told apart.
const BESIDE: f64 = 1.06;

/// The error at the end against evaluations of the field, on both axes logarithmic: the slope is
/// the order of the solver.
pub(super) fn errors(state: &State, theme: &Theme) -> Plot {
    let known = || lanes(state).filter(|(_, lane)| !lane.views.errors.is_empty());
    // The curves of two lanes together could not be told apart; those of a transfer say more.
    let transferred = |lane: LaneId| {
        let sampled = state.spec(lane).sampling.sample_schedule;
        sampled != SampleSchedule::Same
    };
    let chosen = known().find(|(lane, _)| transferred(*lane));
    let Some((lane, lane_state)) = chosen.or_else(|| known().next()) else {
        return Plot::of_counts(Vec::new()).logarithmic();
    };
    let shared = state.settings.borrows(LaneId::B);
    let curve = |(i, curve): (usize, &app::state::views::ErrorCurve)| {
        let entry = Entry {
            key: curve.key.clone().into(),
            color: theme.classes[i % CLASSES],
            line: Line::ALL[i % Line::ALL.len()],
            // Lanes that follow one network share the curves.
            lane: own(state, theme, "", lane).lane.filter(|_| !shared),
        };
        Curve::measured(entry, &curve.points)
    };
    let curves = lane_state.views.errors.iter().enumerate().map(curve);
    Plot::of_counts(curves.filter(Curve::has_points).collect()).logarithmic()
}

/// The cost of matched pairs against the batch size, beside that of independent pairs and the
/// published numbers where they are for the same data.
pub(super) fn costs(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    let (mut seen, mut published) = (None, false);
    for (lane, lane_state) in lanes(state) {
        let Some(view) = &lane_state.views.costs else {
            continue;
        };
        // Lanes with the same data have the same costs.
        if seen == Some(view) {
            curves
                .iter_mut()
                .for_each(|curve: &mut Curve| curve.entry.lane = None);
            continue;
        }
        seen = Some(view);
        curves.extend(cost(view, state, theme, lane));
        let data = state.spec(lane).data;
        published |= (data.source, data.target) == (Source::EightGaussians, Target::Moons);
    }
    if published {
        let entry = Entry {
            key: "legend.cost-published".into(),
            lane: None,
            color: theme.ink,
            line: Line::Dots,
        };
        curves.push(Curve::measured(entry, &MATCHED_COSTS));
    }
    Plot::of_counts(curves).logarithmic()
}

fn cost(view: &CostView, state: &State, theme: &Theme, lane: LaneId) -> [Curve; 2] {
    let level = Entry {
        line: Line::Short,
        ..own(state, theme, "legend.cost-independent", lane)
    };
    [
        Curve::measured(own(state, theme, "legend.cost", lane), &view.points),
        Curve::level(level, view.independent),
    ]
}

/// The negative log-likelihood by number of probes, beside its exact value and the entropy of the
/// data.
pub(super) fn likelihood(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    let mut seen = None;
    for (lane, lane_state) in lanes(state) {
        let Some(view) = &lane_state.views.likelihood else {
            continue;
        };
        curves.extend(estimates(view, state, theme, lane));
        // Lanes that share their data share its entropy.
        if let Some(entropy) = view.entropy.filter(|_| seen != view.entropy) {
            let entry = Entry {
                line: Line::Short,
                color: theme.ink,
                ..own(state, theme, "legend.entropy", lane)
            };
            curves.push(Curve::level(entry, entropy));
            seen = view.entropy;
        }
    }
    Plot::of_counts(curves)
}

/// The exact value with its standard error, and both kinds of probes with the estimator's spread.
fn estimates(view: &LikelihoodView, state: &State, theme: &Theme, lane: LaneId) -> [Curve; 3] {
    let exact = view.exact.estimate;
    let entry = Entry {
        line: Line::Dots,
        ..own(state, theme, "legend.nll", lane)
    };
    let level = Curve::level(entry, exact.value).with_bar(EXACT, exact.value, exact.error);
    let [signs, normal] = &view.hutchinson;
    let entry = own(state, theme, "legend.nll-signs", lane);
    let signs = probed(entry, signs, 1.0);
    let entry = Entry {
        line: Line::Short,
        ..own(state, theme, "legend.nll-normal", lane)
    };
    [signs, probed(entry, normal, BESIDE), level]
}

/// A bar a number of probes, `beside` which it stands.
fn probed(entry: Entry, found: &[Probed], beside: f64) -> Curve {
    let values: Vec<_> = found.iter().map(|p| (p.probes, p.nll)).collect();
    let bar =
        |curve: Curve, p: &Probed| curve.with_bar(beside * f64::from(p.probes), p.nll, p.spread);
    found.iter().fold(Curve::measured(entry, &values), bar)
}

/// How far the gradients of the two losses are apart, against the samples they are means of.
pub(super) fn gradients(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, lane_state) in lanes(state) {
        let Some(view) = &lane_state.views.gradients else {
            continue;
        };
        let count = |samples: u64| u32::try_from(samples).unwrap_or(u32::MAX);
        let by = |f: &dyn Fn(&flow::gradients::Comparison) -> f64| {
            let each = view.comparisons.iter();
            each.map(|c| (count(c.samples), f(c))).collect::<Vec<_>>()
        };
        let entry = own(state, theme, "legend.gradient-difference", lane);
        curves.push(Curve::measured(entry, &by(&|c| c.difference)));
        let entry = Entry {
            line: Line::Dots,
            ..own(state, theme, "legend.gradient-angle", lane)
        };
        curves.push(Curve::measured(entry, &by(&|c| 1.0 - c.cosine)));
    }
    curves.retain(Curve::has_points);
    Plot::of_counts(curves).logarithmic()
}
