//! Charts of what a schedule makes of time.

use super::curve::Curve;
use super::plot::Plot;
use super::{Entry, Line, lanes, own};
use crate::palette::Theme;
use app::state::State;
use flow::prediction::{LARGEST, Prediction};
use flow::schedule::Schedule;
use flow::transfer::Transfer;
use protocol::LaneId;

/// The SNR is 0 or infinite at the ends of most schedules: it is shown up to here, and from one
/// over it.
const SNR: f64 = 1e3;
/// Slopes beyond this are not shown: those of the variance-preserving schedules diverge.
const STEEP: f64 = 12.0;
/// Factors of a prediction's error are shown up to here, and from one over it.
const FACTOR: f64 = 1e3;

/// Signal in the target's colour, noise in the source's, as on the stage; lanes by their dashes.
pub(super) fn schedule(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, kind, schedule) in schedules(state) {
        let names = match kind {
            Use::Path => ["legend.alpha", "legend.sigma"],
            Use::Sampling => ["legend.alpha-sampled", "legend.sigma-sampled"],
        };
        let entry = |i: usize| Entry {
            color: [theme.target(), theme.source()][i],
            line: kind.line(lane),
            ..own(state, theme, names[i], lane)
        };
        curves.push(Curve::function(entry(0), |t| schedule.alpha(t)));
        curves.push(Curve::function(entry(1), |t| schedule.sigma(t)));
    }
    Plot::of_time(curves, state.settings.t)
}

/// The signal-to-noise ratio, in which all that matters of a schedule is.
pub(super) fn snr(state: &State, theme: &Theme) -> Plot {
    let names = ["legend.snr", "legend.snr-sampled"];
    let curves = each(state, theme, names, |schedule, t| schedule.snr(t));
    let shown = |_, value: f64| (1.0 / SNR..=SNR).contains(&value);
    let curves = curves.map(|curve| curve.keeping(shown)).collect();
    Plot::of_time(curves, state.settings.t).logarithmic()
}

/// `alpha' - sigma'`, which is positive where signal only grows against noise.
pub(super) fn one_way(state: &State, theme: &Theme) -> Plot {
    let names = ["legend.one-way", "legend.one-way-sampled"];
    let curves = each(state, theme, names, |schedule, t| schedule.one_way(t));
    let shown = |_, value: f64| value.abs() <= STEEP;
    let curves = curves.map(|curve| curve.keeping(shown)).collect();
    Plot::of_time(curves, state.settings.t)
}

/// Where a transferred flow asks the field it comes from: the time `t_r` and the scale `s_r`.
pub(super) fn transfer(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    for (lane, transfer) in transfers(state) {
        let start = transfer.start();
        let entry = |key, color| Entry {
            color,
            ..own(state, theme, key, lane)
        };
        let time = Curve::function(entry("legend.transfer-time", theme.ink), |r| {
            transfer.at(r).t
        });
        let scale = Curve::function(entry("legend.transfer-scale", theme.fault), |r| {
            transfer.at(r).s
        });
        curves.extend([time, scale].map(|curve| curve.keeping(|r, _| r >= start)));
    }
    Plot::of_time(curves, state.settings.t)
}

/// By how much an error of what the network predicts is amplified in the velocity, and where the
/// conversion stops being used.
pub(super) fn conditioning(state: &State, theme: &Theme) -> Plot {
    let mut curves = Vec::new();
    let predictions = lanes(state).map(|(lane, _)| (lane, state.spec(lane)));
    let predictions: Vec<_> = predictions.collect();
    let plain = |prediction| prediction == Prediction::Velocity;
    if predictions
        .iter()
        .all(|(_, spec)| plain(spec.model.predict))
    {
        return Plot::of_time(curves, state.settings.t).logarithmic();
    }
    for (lane, spec) in predictions {
        let schedule = Schedule::new(spec.path.schedule, &spec.path);
        let key = match spec.model.predict {
            Prediction::Velocity => "legend.factor-velocity",
            Prediction::X1 => "legend.factor-x1",
            Prediction::X0 => "legend.factor-x0",
            Prediction::Score => "legend.factor-score",
        };
        let factor = |t| spec.model.predict.conditioning(schedule, t);
        let curve = Curve::function(own(state, theme, key, lane), factor);
        curves.push(curve.keeping(|_, value| (1.0 / FACTOR..=FACTOR).contains(&value)));
    }
    curves.push(Curve::level(limit(theme), LARGEST));
    Plot::of_time(curves, state.settings.t).logarithmic()
}

fn limit(theme: &Theme) -> Entry {
    Entry {
        key: "legend.factor-limit".into(),
        lane: None,
        color: theme.ink,
        line: Line::Short,
    }
}

/// A function of time for each schedule in use; its name on the path, and where it is sampled under.
fn each<'a>(
    state: &'a State,
    theme: &'a Theme,
    names: [&'static str; 2],
    f: impl Fn(Schedule, f64) -> f64 + 'a,
) -> impl Iterator<Item = Curve> + 'a {
    let curve = move |(lane, kind, schedule): (LaneId, Use, Schedule)| {
        let entry = Entry {
            line: kind.line(lane),
            ..own(state, theme, names[kind as usize], lane)
        };
        Curve::function(entry, |t| f(schedule, t))
    };
    schedules(state).into_iter().map(curve)
}

/// The lanes that are sampled under another schedule than they were trained under.
pub(super) fn transfers(state: &State) -> impl Iterator<Item = (LaneId, Transfer)> {
    lanes(state).filter_map(move |(lane, _)| {
        let spec = state.spec(lane);
        let from = Schedule::new(spec.path.schedule, &spec.path);
        let to = Schedule::new(spec.sampling.sample_schedule.kind()?, &spec.path);
        (from != to).then(|| (lane, Transfer::new(from, to)))
    })
}

/// What a schedule is for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Use {
    Path,
    Sampling,
}

impl Use {
    fn line(self, lane: LaneId) -> Line {
        match (self, lane) {
            (Self::Sampling, _) => Line::Short,
            (Self::Path, LaneId::A) => Line::Solid,
            (Self::Path, _) => Line::Long,
        }
    }
}

/// The schedules in use on the stage, each once, with the first lane that uses it so.
pub(super) fn schedules(state: &State) -> Vec<(LaneId, Use, Schedule)> {
    let mut found: Vec<(LaneId, Use, Schedule)> = Vec::new();
    for (lane, _) in lanes(state) {
        let spec = state.spec(lane);
        let path = Schedule::new(spec.path.schedule, &spec.path);
        let sampled = spec.sampling.sample_schedule.kind();
        let sampled = sampled.map(|kind| (Use::Sampling, Schedule::new(kind, &spec.path)));
        for (kind, schedule) in [(Use::Path, path)].into_iter().chain(sampled) {
            let known = |&(_, k, s): &(LaneId, Use, Schedule)| k == kind && s == schedule;
            if !found.iter().any(known) {
                found.push((lane, kind, schedule));
            }
        }
    }
    found
}
