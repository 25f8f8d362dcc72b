//! What the trainer sees: batches of inputs, regression targets and weights, and nothing else.
//!
//! What is regressed on, and how much a pair counts at which time, is said by [`Regression`]. The loss
//! is that of the lane's own prediction; so is its floor. The *excess* is always measured on the
//! velocity that follows from the prediction, so that lanes that predict different things compare.

use super::coupling::Pairs;
use super::datasets::DataError;
use super::distribution::{Distribution, Estimate};
use super::evidence::Combination;
use super::features::Encoder;
use super::labels::Labelled;
use super::lane::{Lane, stream};
use super::prediction::Regression;
use super::random::Rng;
use super::spec::{Drawn, LaneSpec};
use super::{Point, VelocityField};

/// The probability that a sample of a network that learns labels is shown without its own, so that
/// it learns the unconditional field as well (Ho and Salimans, *Classifier-Free Diffusion Guidance*,
/// 2022, who take 0.1 to 0.2).
pub const DROPOUT: f64 = 0.15;

/// Numbers per sample in [`Batch::target`]: what the lane's network predicts.
pub const OUTPUTS: usize = 2;

/// Samples to regress on, flat and row-major, `B` of them.
///
/// The loss is `sum_b weight[b] |prediction_b - target_b|^2 / (2 B)`: a mean over samples and both
/// coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[B, in]`: the columns of the lane's [`Encoding`](super::features::Encoding), first `x, y, t`.
    pub input: Vec<f32>,
    /// `[B, 2]`.
    pub target: Vec<f32>,
    /// `[B]`; 1 on average over all batches.
    pub weight: Vec<f32>,
}

/// What a lane trains on: an endless, seeded sequence of batches.
///
/// Batch number `k` depends on the seed and `k` alone, so a run can go on elsewhere. Lanes that
/// differ in coupling only draw the same points and times: the coupling permutes the targets.
#[derive(Clone, Debug)]
pub struct Objective {
    lane: Lane,
    regression: Regression,
    encoder: Encoder,
    /// Pairs to draw from instead of the lane's own coupling.
    teacher: Option<Pairs>,
    step: u64,
}

impl Objective {
    /// # Errors
    /// If the target is drawn, and nothing usable has been drawn.
    pub fn new(spec: &LaneSpec, drawn: &Drawn) -> Result<Self, DataError> {
        Ok(Self::of(Lane::new(spec, drawn)?))
    }

    /// The objective of a lane at hand.
    pub fn of(lane: Lane) -> Self {
        let regression = lane.regression();
        let encoder = Encoder::new(lane.architecture().encoding);
        Self {
            lane,
            regression,
            encoder,
            teacher: None,
            step: 0,
        }
    }

    pub fn lane(&self) -> &Lane {
        &self.lane
    }

    /// From now on batches are drawn from these pairs: those of a flow, to straighten it (Liu et
    /// al., *Flow Straight and Fast*, 2023, algorithm 1).
    ///
    /// # Panics
    /// If there are none.
    pub fn learn_from(&mut self, pairs: Pairs) {
        assert!(!pairs.is_empty(), "there must be pairs to learn from");
        self.teacher = Some(pairs);
    }

    /// Goes on as after that many batches.
    pub fn skip_to(&mut self, step: u64) {
        self.step = step;
    }

    /// The next `size` samples: pairs by the lane's coupling, at times that are uniform on `[0, 1]`
    /// but evenly spread over the batch (one in each `size`-th), which makes its mean less noisy.
    pub fn batch(&mut self, size: usize) -> Batch {
        let seed = self.lane.spec().seed.into();
        let mut times = self.stream(2);
        let mut dropout = Rng::stream(seed, stream::DROPOUT + self.step);
        let drawn = self.pairs(size);
        let mut batch = Batch::with_capacity(size, self.encoder.columns());
        for (i, pair) in drawn.pairs.iter().enumerate() {
            let t = (i as f64 + times.uniform()) / size as f64;
            let shown = dropout.uniform() >= DROPOUT;
            let label = drawn.labels.get(i).copied().filter(|_| shown);
            self.push(&mut batch, pair, t, label);
        }
        batch
    }

    /// The pairs of the next batch, with the labels of their target points; those of a flow have
    /// none. Goes on to the next step.
    pub(super) fn pairs(&mut self, size: usize) -> Labelled {
        let mut rngs = [0, 1, 3].map(|k| self.stream(k));
        self.step += 1;
        match &self.teacher {
            Some(teacher) => Labelled {
                pairs: teacher.draw(&mut rngs[2], size),
                labels: Vec::new(),
            },
            None => self.lane.draw(&mut rngs, size),
        }
    }

    /// One of the random streams of the next batch.
    fn stream(&self, k: u64) -> Rng {
        let seed = self.lane.spec().seed.into();
        Rng::stream(seed, stream::BATCHES + 4 * self.step + k)
    }

    /// Adds the sample of a pair at time `t`, shown with that label.
    fn push(&self, batch: &mut Batch, (x0, x1): (Point, Point), t: f64, label: Option<u32>) {
        let schedule = self.lane.schedule();
        let c = schedule.coefficients(t);
        let x = combined(c.alpha, x1, c.sigma, x0);
        let target = self.regression.target(x0, x1, t);
        self.encoder
            .encode(x, schedule.regular(t), label, |_, v| batch.input.push(v));
        batch.target.extend(target.map(|v| v as f32));
        batch.weight.push(self.regression.weight(t) as f32);
    }
}

impl Batch {
    fn with_capacity(size: usize, columns: usize) -> Self {
        Self {
            input: Vec::with_capacity(columns * size),
            target: Vec::with_capacity(OUTPUTS * size),
            weight: Vec::with_capacity(size),
        }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    pub fn is_empty(&self) -> bool {
        self.weight.is_empty()
    }
}

/// `a x1 + b x0`.
fn combined(a: f64, x1: Point, b: f64, x0: Point) -> Point {
    [a * x1[0] + b * x0[0], a * x1[1] + b * x0[1]]
}

/// Points of the path, grouped by time: each group's times are one in each even part of `[0, 1]`.
/// Where the network learns labels, every group is of one label or of all, as often as in training.
struct Probe {
    times: Vec<f64>,
    labels: Vec<Option<u32>>,
    /// `times.len()` groups of one size.
    points: Vec<Point>,
}

impl Probe {
    /// `groups` times and `size` points at each, with independent pairs.
    fn new(lane: &Lane, stream: u64, groups: usize, size: usize) -> Self {
        let mut rng = Rng::stream(lane.spec().seed.into(), stream);
        let mut times = Vec::with_capacity(groups);
        let mut labels = Vec::with_capacity(groups);
        let mut points = Vec::with_capacity(groups * size);
        for k in 0..groups {
            let t = lane
                .schedule()
                .regular((k as f64 + rng.uniform()) / groups as f64);
            let c = lane.schedule().coefficients(t);
            let (label, target) = group_of(lane, &mut rng);
            let mut point = || {
                combined(
                    c.alpha,
                    target.draw(&mut rng),
                    c.sigma,
                    lane.source().draw(&mut rng),
                )
            };
            points.extend((0..size).map(|_| point()));
            times.push(t);
            labels.push(label);
        }
        Self {
            times,
            labels,
            points,
        }
    }

    /// The field's velocity at every point, given its group's label.
    fn velocities(&self, field: &dyn VelocityField) -> Vec<Point> {
        let mut out = vec![[0.0; 2]; self.points.len()];
        let size = self.points.len() / self.times.len();
        let groups = self.points.chunks(size).zip(out.chunks_mut(size));
        for ((x, out), (&t, &label)) in groups.zip(self.times.iter().zip(&self.labels)) {
            field.velocity(x, t, label, out);
        }
        out
    }
}

/// The data of one label, or all.
fn of_label(lane: &Lane, label: Option<u32>) -> Distribution {
    let own = label.and_then(|label| lane.target().of_class(label));
    own.unwrap_or_else(|| lane.target().clone())
}

/// A label as training shows it, or none, and the data of that label.
fn group_of(lane: &Lane, rng: &mut Rng) -> (Option<u32>, Distribution) {
    if !lane.learns_labels() {
        return (None, lane.target().clone());
    }
    let (shown, (_, label)) = (rng.uniform() >= DROPOUT, lane.target().draw_labelled(rng));
    let label = Some(label).filter(|_| shown);
    (label, of_label(lane, label))
}

/// Fixed points of the path with their exact velocities, to measure a field against.
pub struct EvaluationSet {
    probe: Probe,
    exact: Vec<Point>,
}

impl EvaluationSet {
    /// Times, evenly spread.
    pub const TIMES: usize = 64;
    /// Points at each time.
    pub const POINTS: usize = 32;

    /// The set of a lane; `None` where the exact field has no closed form.
    pub fn new(lane: &Lane) -> Option<Self> {
        let field = lane.closed_form()?;
        let probe = Probe::new(lane, stream::EVALUATION, Self::TIMES, Self::POINTS);
        let exact = probe.velocities(&field);
        Some(Self { probe, exact })
    }

    /// `E |v - u|^2 / 2` with `t` uniform: how far the loss of `v` is above its floor (for
    /// schedules whose weights are not all 1: above the floor of the unweighted loss).
    pub fn excess(&self, field: &dyn VelocityField) -> f64 {
        self.excesses(field).sum::<f64>() / self.probe.times.len() as f64
    }

    /// The same, at each of the [`TIMES`](Self::TIMES) in turn: for one who has other things to do
    /// in between. The excess is their mean.
    pub fn excesses<'a>(&'a self, field: &'a dyn VelocityField) -> impl Iterator<Item = f64> + 'a {
        let groups = self.probe.points.chunks(Self::POINTS);
        let groups = groups.zip(self.exact.chunks(Self::POINTS));
        let asked = self.probe.times.iter().zip(&self.probe.labels);
        groups.zip(asked).map(|((x, exact), (&t, &label))| {
            let mut learned = vec![[0.0; 2]; x.len()];
            field.velocity(x, t, label, &mut learned);
            let squares = learned.iter().zip(exact).map(|(v, u)| {
                let d = [v[0] - u[0], v[1] - u[1]];
                d[0] * d[0] + d[1] * d[1]
            });
            squares.sum::<f64>() / (2.0 * x.len() as f64)
        })
    }
}

/// The loss of a perfect network, which none goes below: `E w(t) (|q|^2 - |E[q | X_t]|^2) / 2` for
/// what the lane's network predicts, `q = a X_1 + b X_0`; the first term in closed form, the second
/// a mean over about `n` points (at least 32) of the path. `None` where the exact field has no
/// closed form.
///
/// The standard error does not count that times are evenly spread, and is a little too large.
pub fn bayes_floor(lane: &Lane, n: usize) -> Option<Estimate> {
    const GROUP: usize = 32;
    let field = lane.closed_form()?;
    let probe = Probe::new(lane, stream::FLOOR, n.div_ceil(GROUP).max(1), GROUP);
    let regression = lane.regression();
    let mut values = Vec::with_capacity(probe.points.len());
    let groups = probe.points.chunks(GROUP).zip(&probe.labels);
    for ((x, &label), &t) in groups.zip(&probe.times) {
        let ask = regression.combination(t);
        let (weight, total) = (regression.weight(t), mean_square(lane, label, ask));
        let value = |mean: Point| weight * (total - mean[0] * mean[0] - mean[1] * mean[1]) / 2.0;
        values.extend(field.means(x, t, label, ask).into_iter().map(value));
    }
    Some(Estimate::of(&values))
}

/// `E |a X_1 + b X_0|^2` of independent pairs, with data of one label or of all.
fn mean_square(lane: &Lane, label: Option<u32>, ask: Combination) -> f64 {
    let target = of_label(lane, label);
    let (m0, m1) = (lane.source().mean(), target.mean());
    let mixed = m0[0] * m1[0] + m0[1] * m1[1];
    ask.target * ask.target * target.second_moment()
        + ask.source * ask.source * lane.source().second_moment()
        + 2.0 * ask.target * ask.source * mixed
}

#[cfg(test)]
mod tests;
