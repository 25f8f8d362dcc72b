//! What the trainer sees: batches of inputs, regression targets and weights, and nothing else.
//!
//! What is regressed on, and how much a pair counts at which time, is said by [`Regression`]. The loss
//! is that of the lane's own prediction; so is its floor ([`super::evaluation`]). The *excess* is always measured on the
//! velocity that follows from the prediction, so that lanes that predict different things compare.

use super::Point;
use super::error::DataError;
use super::experiment::Experiment;
use super::features::Encoder;
use super::labels::Labelled;
use super::pairs::Pairs;
use super::prediction::Regression;
use super::random::Rng;
use super::spec::{Drawn, LaneSpec};
use super::stream;

/// The probability that a sample of a network that learns labels is shown without its own, so that
/// it learns the unconditional field as well (Ho and Salimans, *Classifier-Free Diffusion Guidance*,
/// 2022, who take 0.1 to 0.2).
pub(crate) const DROPOUT: f64 = 0.15;

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
    lane: Experiment,
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
        Ok(Self::of(Experiment::new(spec, drawn)?))
    }

    /// The objective of a lane at hand.
    pub fn of(lane: Experiment) -> Self {
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

    pub fn lane(&self) -> &Experiment {
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
        self.labelled_batch(size).0
    }

    /// The same, with the labels of the samples' target points, whether shown to the network or not;
    /// pairs of a flow have none.
    pub fn labelled_batch(&mut self, size: usize) -> (Batch, Vec<u32>) {
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
        (batch, drawn.labels)
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
pub(super) fn combined(a: f64, x1: Point, b: f64, x0: Point) -> Point {
    [a * x1[0] + b * x0[0], a * x1[1] + b * x0[1]]
}

#[cfg(test)]
mod tests;
