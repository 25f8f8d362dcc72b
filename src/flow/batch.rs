//! What the trainer sees: batches of inputs, regression targets and weights, and nothing else.
//!
//! # Steep schedules
//! Under the variance-preserving schedules `sigma'` diverges at `t = 1`, and with it the target
//! `alpha' X_1 + sigma' X_0` of a pair drawn near the end: under linear VP its mean square is
//! infinite, and one such pair can undo many steps. A pair therefore counts with the weight
//!
//! ```text
//! w(t) = c min(1, R / (alpha'^2 + sigma'^2)),     R = 16,     c such that w is 1 on average,
//! ```
//!
//! which bounds what a pair can contribute: `w |target|^2 <= c R (|X_1|^2 + |X_0|^2)`. The weight
//! depends on time only, so the best predictor is the same at every time. CondOT, cosine and the
//! polynomial schedules up to power 2.8 are never that steep: their weights are 1, and their loss is
//! the plain mean. VP is affected for `1 - t < 0.002`, linear VP for `1 - t < 0.04`. At the end
//! itself coefficients are those of [`Schedule::regular`].
//!
//! [`Schedule::regular`]: super::schedule::Schedule::regular

use super::Point;
use super::coupling::Pairs;
use super::datasets::DataError;
use super::lane::{Lane, stream};
use super::random::Rng;
use super::schedule::{Coefficients, Schedule};
use super::spec::{Drawn, LaneSpec};

/// The `R` of the [module](self).
const STEEP: f64 = 16.0;

/// Numbers per sample in [`Batch::input`]: `x, y, t`.
pub const INPUTS: usize = 3;

/// Numbers per sample in [`Batch::target`]: a velocity.
pub const OUTPUTS: usize = 2;

/// Samples to regress on, flat and row-major, `B` of them.
///
/// The loss is `sum_b weight[b] |prediction_b - target_b|^2 / (2 B)`: a mean over samples and both
/// coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[B, 3]`: `x, y, t`.
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
    weighting: Weighting,
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
        let weighting = Weighting::new(lane.schedule());
        Self {
            lane,
            weighting,
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
        let of_step = |k: u64| Rng::stream(seed, stream::BATCHES + 4 * self.step + k);
        let pairs = match &self.teacher {
            Some(teacher) => teacher.draw(&mut of_step(3), size),
            None => self
                .lane
                .draw(&mut [of_step(0), of_step(1), of_step(3)], size),
        };
        let mut times = of_step(2);
        self.step += 1;
        let mut batch = Batch::with_capacity(size);
        for (i, (x0, x1)) in pairs.iter().enumerate() {
            let t = (i as f64 + times.uniform()) / size as f64;
            self.push(&mut batch, x0, x1, t);
        }
        batch
    }

    /// Adds the sample of a pair at time `t`.
    fn push(&self, batch: &mut Batch, x0: Point, x1: Point, t: f64) {
        let schedule = self.lane.schedule();
        let c = schedule.coefficients(t);
        let x = combined(c.alpha, x1, c.sigma, x0);
        let target = combined(c.d_alpha, x1, c.d_sigma, x0);
        batch
            .input
            .extend([x[0], x[1], schedule.regular(t)].map(|v| v as f32));
        batch.target.extend(target.map(|v| v as f32));
        batch.weight.push(self.weighting.weight(&c) as f32);
    }
}

impl Batch {
    fn with_capacity(size: usize) -> Self {
        Self {
            input: Vec::with_capacity(INPUTS * size),
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

/// The weights of the [module](self).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Weighting {
    /// The `c` that makes their mean 1.
    scale: f64,
}

impl Weighting {
    pub(super) fn new(schedule: Schedule) -> Self {
        const N: u32 = 4096;
        let raw = |i: u32| raw_weight(&schedule.coefficients((f64::from(i) + 0.5) / f64::from(N)));
        let mean = (0..N).map(raw).sum::<f64>() / f64::from(N);
        Self { scale: 1.0 / mean }
    }

    pub(super) fn weight(self, c: &Coefficients) -> f64 {
        self.scale * raw_weight(c)
    }
}

/// The weight before normalisation.
fn raw_weight(c: &Coefficients) -> f64 {
    let steepness = c.d_alpha * c.d_alpha + c.d_sigma * c.d_sigma;
    if steepness > STEEP {
        STEEP / steepness
    } else {
        1.0
    }
}

/// `a x1 + b x0`.
pub(super) fn combined(a: f64, x1: Point, b: f64, x0: Point) -> Point {
    [a * x1[0] + b * x0[0], a * x1[1] + b * x0[1]]
}

#[cfg(test)]
mod tests;
