//! What a loss is measured against: the Bayes floor, and the excess of a field above it.
//!
//! Where the marginal field is known both are means over points of the path. Elsewhere both are
//! estimated from coupled pairs ([`super::empirical`]), and say so.
//!
//! # Standard errors
//! Times are evenly spread, which makes means less noisy than their values' spread suggests. So the
//! values, in the order of time, are distributed round-robin over [`REPLICATES`] replicates: each replicate is
//! evenly spread too, and the variance of their means gives the error.

use super::batch::{DROPOUT, combined};
use super::coefficients::Coefficients;
use super::distribution::{Distribution, Estimate};
use super::empirical::Cloud;
use super::experiment::Experiment;
use super::labels::Labelled;
use super::pairs::Pairs;
use super::posterior_1d::Combination;
use super::prediction::Regression;
use super::random::Rng;
use super::spec::CouplingKind;
use super::stream;
use super::{Point, VelocityField};
use serde::{Deserialize, Serialize};

/// Means whose scatter gives a standard error.
pub(crate) const REPLICATES: usize = 8;

/// Times of an evaluation, evenly spread.
pub(crate) const TIMES: usize = 64;

/// The mean of values in the order of time, and its error; see the [module](self).
pub fn spread_over_time(values: &[f64]) -> Estimate {
    let n = values.len();
    let value = values.iter().sum::<f64>() / n as f64;
    if n < 2 * REPLICATES {
        let error = Estimate::of(values).error;
        return Estimate { value, error };
    }
    let hand = |k: usize| {
        let cards: Vec<f64> = values.iter().skip(k).step_by(REPLICATES).copied().collect();
        cards.iter().sum::<f64>() / cards.len() as f64
    };
    let hands: Vec<f64> = (0..REPLICATES).map(hand).collect();
    let error = Estimate::of(&hands).error;
    Estimate { value, error }
}

/// Points of the path at one time, the marginal velocity there, and by how much noise in it makes
/// half a mean squared distance from it too large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Group {
    t: f64,
    label: Option<u32>,
    points: Vec<Point>,
    marginal: Vec<Point>,
    surplus: f64,
}

/// Fixed points of the path with their marginal velocities, to measure a field against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvaluationSet {
    groups: Vec<Group>,
    estimated: bool,
}

impl EvaluationSet {
    /// Points at each time.
    pub const POINTS: usize = 32;

    /// The set of a lane; `None` where the exact field is not known.
    pub fn new(lane: &Experiment) -> Option<Self> {
        let field = lane.truth()?;
        let probe = Probe::new(lane, stream::EVALUATION, (TIMES, Self::POINTS));
        let group = |Probed {
                         t, label, pairs, ..
                     }: Probed| {
            let points = at(&pairs, &lane.schedule().coefficients(t)).0;
            let mut marginal = vec![[0.0; 2]; points.len()];
            field.velocity(&points, t, label, &mut marginal);
            let surplus = 0.0;
            Group {
                t,
                label,
                points,
                marginal,
                surplus,
            }
        };
        Some(Self {
            groups: probe.map(group).collect(),
            estimated: false,
        })
    }

    /// Whether the marginal velocities are estimates.
    pub fn estimated(&self) -> bool {
        self.estimated
    }

    /// `E |v - u|^2 / 2` with `t` uniform: how far the loss of `v` is above its floor (for
    /// schedules whose weights are not all 1: above the floor of the unweighted loss).
    pub fn excess(&self, field: &dyn VelocityField) -> Estimate {
        spread_over_time(&self.excesses(field).collect::<Vec<_>>())
    }

    /// The same, at each of the times in turn: for one who has other things to do in between. The
    /// excess is [their mean](spread_over_time).
    pub fn excesses<'a>(&'a self, field: &'a dyn VelocityField) -> impl Iterator<Item = f64> + 'a {
        self.groups.iter().map(|group| {
            let mut learned = vec![[0.0; 2]; group.points.len()];
            field.velocity(&group.points, group.t, group.label, &mut learned);
            half_mean_square(&learned, &group.marginal) - group.surplus
        })
    }
}

/// The loss of a perfect network, which none goes below: `E w(t) |q - E[q | X_t]|^2 / 2` for what the
/// lane's network predicts, `q = a X_1 + b X_0`. `None` where the exact field is not known.
///
/// For independent pairs `E w (|q|^2 - |E[q | X_t]|^2) / 2`, with the first term in closed form: less
/// noisy.
pub fn bayes_floor(lane: &Experiment, n: usize) -> Option<Estimate> {
    let values: Vec<f64> = floor_values(lane, n)?.collect();
    Some(spread_over_time(&values))
}

/// The values whose [mean](spread_over_time) is the floor, each from a group of points: for one who
/// has other things to do in between. About `n` points in all.
pub fn floor_values(lane: &Experiment, n: usize) -> Option<impl Iterator<Item = f64> + '_> {
    const GROUP: usize = 32;
    let (truth, exact) = (lane.truth()?, lane.closed_form());
    let regression = lane.regression();
    let probe = Probe::new(lane, stream::FLOOR, (n.div_ceil(GROUP).max(1), GROUP));
    Some(probe.map(move |probed| {
        let Probed {
            t,
            label,
            target,
            pairs,
        } = probed;
        let (points, conditional) = at(&pairs, &lane.schedule().coefficients(t));
        let noise = if let Some(exact) = &exact {
            let ask = regression.combination(t);
            let means = exact.means(&points, t, label, ask);
            mean_square(lane.source(), &target, ask) / 2.0
                - half_mean_square(&means, &vec![[0.0; 2]; means.len()])
        } else {
            let mut marginal = vec![[0.0; 2]; points.len()];
            truth.velocity(&points, t, label, &mut marginal);
            half_mean_square(&conditional, &marginal) * amplification(lane, &regression, t)
        };
        regression.weight(t) * noise
    }))
}

/// By how much noise of the velocity is larger in the square of what is predicted. Given `X_t` both
/// are one function of `X_1`, so their noises are proportional.
fn amplification(lane: &Experiment, regression: &Regression, t: f64) -> f64 {
    let (c, ask) = (lane.schedule().coefficients(t), regression.combination(t));
    let factor = (ask.target * c.sigma - ask.source * c.alpha) / c.wronskian();
    factor * factor
}

/// Floor and evaluation set estimated from pairs, a time after the other.
///
/// Every time uses other points, but all pairs as their neighbours; where the network learns labels,
/// those of one label, or all, as often as in training.
pub struct Survey {
    regression: Regression,
    lane: Experiment,
    drawn: Labelled,
    rng: Rng,
    groups: Vec<Group>,
    floors: Vec<f64>,
}

/// Points of an estimated evaluation at each time, and those behind its part of the floor.
const SURVEYED: usize = 64;
const SURVEYED_FOR_THE_FLOOR: usize = 256;

impl Survey {
    /// Pairs that are enough for a survey of good quality.
    pub const PAIRS: usize = 16_384;

    /// Begins with pairs of the lane's coupling.
    pub fn new(lane: Experiment, drawn: Labelled) -> Self {
        Self {
            regression: lane.regression(),
            rng: Rng::stream(lane.spec().seed.into(), stream::FLOOR),
            lane,
            drawn,
            groups: Vec::new(),
            floors: Vec::new(),
        }
    }

    /// Takes in another time; whether there are more.
    pub fn step(&mut self) -> bool {
        let k = self.groups.len();
        if k == TIMES || self.drawn.pairs.is_empty() {
            return false;
        }
        let t = (k as f64 + self.rng.uniform()) / TIMES as f64;
        let t = self.lane.schedule().regular(t);
        let label = self.label();
        let own = label.map(|label| self.drawn.of_label(label));
        let pairs = own.as_ref().unwrap_or(&self.drawn.pairs);
        let cloud = Cloud::new(pairs, self.lane.schedule(), t);
        let n = pairs.len();
        let chosen =
            (0..SURVEYED_FOR_THE_FLOOR.min(n)).map(|i| (k * SURVEYED_FOR_THE_FLOOR + i) % n);
        let (mut group, mut noise, mut fitted) = (Group::at(t, label), 0.0, 0);
        for i in chosen {
            let x = cloud.points()[i];
            let Some(fit) = cloud.fit(x, Some(i as u32)) else {
                continue;
            };
            noise += square(cloud.velocities()[i], fit.value) / (1.0 + fit.leverage);
            fitted += 1;
            if group.points.len() < SURVEYED {
                group.points.push(x);
                group.marginal.push(fit.value);
                group.surplus += 0.5 * fit.scatter * fit.leverage;
            }
        }
        group.surplus /= group.points.len().max(1) as f64;
        let weight = self.regression.weight(t) * amplification(&self.lane, &self.regression, t);
        self.floors
            .push(weight * noise / (2.0 * f64::from(fitted.max(1))));
        self.groups.push(group);
        k + 1 < TIMES
    }

    /// A label as training shows it, or none.
    fn label(&mut self) -> Option<u32> {
        if !self.lane.learns_labels() || self.rng.uniform() < DROPOUT {
            return None;
        }
        let labels = &self.drawn.labels;
        labels.get(self.rng.below(labels.len().max(1))).copied()
    }

    /// What has come out.
    pub fn finish(self) -> (Estimate, EvaluationSet) {
        let floor = spread_over_time(&self.floors);
        let estimated = true;
        (
            floor,
            EvaluationSet {
                groups: self.groups,
                estimated,
            },
        )
    }
}

impl Group {
    fn at(t: f64, label: Option<u32>) -> Self {
        Self {
            t,
            label,
            points: Vec::new(),
            marginal: Vec::new(),
            surplus: 0.0,
        }
    }
}

/// Pairs at one time, and the label they have been given: where a network learns labels, one or
/// none, as often as in training.
struct Probed {
    t: f64,
    label: Option<u32>,
    /// The data of that label, or all.
    target: Distribution,
    pairs: Pairs,
}

/// Pairs in groups, each with its time: one time in each even part of `[0, 1]`.
struct Probe<'a> {
    lane: &'a Experiment,
    rng: Rng,
    group: usize,
    shape: (usize, usize),
}

impl<'a> Probe<'a> {
    /// Times, and points at each.
    fn new(lane: &'a Experiment, stream: u64, shape: (usize, usize)) -> Self {
        let rng = Rng::stream(lane.spec().seed.into(), stream);
        Self {
            lane,
            rng,
            group: 0,
            shape,
        }
    }

    /// A label as training shows it, or none, and the data of that label.
    fn labelled(&mut self) -> (Option<u32>, Distribution) {
        let all = self.lane.target();
        if !self.lane.learns_labels() {
            return (None, all.clone());
        }
        let shown = self.rng.uniform() >= DROPOUT;
        let label = Some(all.draw_labelled(&mut self.rng).1).filter(|_| shown);
        let own = label.and_then(|label| all.of_class(label));
        (label, own.unwrap_or_else(|| all.clone()))
    }

    fn pairs(&mut self, target: &Distribution, size: usize) -> Pairs {
        if self.lane.spec().data.coupling == CouplingKind::Paired {
            return self.lane.pairs(size, self.rng.bits() as u32);
        }
        let mut pairs = Pairs::default();
        for _ in 0..size {
            pairs.x1.push(target.draw(&mut self.rng));
            pairs.x0.push(self.lane.source().draw(&mut self.rng));
        }
        pairs
    }
}

impl Iterator for Probe<'_> {
    type Item = Probed;

    fn next(&mut self) -> Option<Self::Item> {
        let (times, size) = self.shape;
        if self.group == times {
            return None;
        }
        let t = (self.group as f64 + self.rng.uniform()) / times as f64;
        self.group += 1;
        let (label, target) = self.labelled();
        let pairs = self.pairs(&target, size);
        Some(Probed {
            t: self.lane.schedule().regular(t),
            label,
            target,
            pairs,
        })
    }
}

/// Points of the path and conditional velocities of pairs.
fn at(pairs: &Pairs, c: &Coefficients) -> (Vec<Point>, Vec<Point>) {
    let mix = |a: f64, b: f64| {
        pairs
            .iter()
            .map(|(x0, x1)| combined(a, x1, b, x0))
            .collect()
    };
    (mix(c.alpha, c.sigma), mix(c.d_alpha, c.d_sigma))
}

fn square(a: Point, b: Point) -> f64 {
    (a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])
}

/// Half the mean of `|a_i - b_i|^2`: a mean over both coordinates.
fn half_mean_square(a: &[Point], b: &[Point]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(&a, &b)| square(a, b)).sum();
    sum / (2.0 * a.len().max(1) as f64)
}

/// `E |a X_1 + b X_0|^2` of independent pairs.
fn mean_square(source: &Distribution, target: &Distribution, ask: Combination) -> f64 {
    let (m0, m1) = (source.mean(), target.mean());
    let mixed = m0[0] * m1[0] + m0[1] * m1[1];
    ask.target * ask.target * target.second_moment()
        + ask.source * ask.source * source.second_moment()
        + 2.0 * ask.target * ask.source * mixed
}

#[cfg(test)]
mod tests;
