//! What the network predicts, and the velocity that follows from it.
//!
//! Beside the velocity a network may learn the data `X_1`, the noise `X_0` (the `epsilon` of
//! diffusion models), or the score `grad log p_t`. Each is a conditional expectation given
//! `X_t = x`, and since `x = alpha x1 + sigma x0` any one of them and `x` give the others:
//!
//! ```text
//! v     = (sigma'/sigma) x + ((alpha' sigma - sigma' alpha) / sigma) x1
//!       = (alpha'/alpha) x + ((sigma' alpha - alpha' sigma) / alpha) x0,
//! score = -(x - alpha x1) / sigma^2 = -x0 / sigma
//! ```
//!
//! (Lipman et al., *Flow Matching Guide and Code*, 2024, section 4.8). The line of the score holds
//! for a **standard normal source** only (Tweedie's formula); the others for any.
//!
//! # Where a conversion is ill-conditioned
//! Data say nothing of the velocity where `sigma` is near 0, noise and score nothing where `alpha`
//! is: there an error of the prediction enters the velocity multiplied by
//! [`Prediction::conditioning`], without bound. [`Converted`] therefore asks its field at the nearest
//! time at which the factor is at most [`LARGEST`]: under CondOT within `0.01` of the end. What is
//! wrong with the prediction there is then held for a time `0.01` and moves a particle by about as
//! much as the prediction is wrong. What no guard can mend is the sum of errors up to there,
//! `integral dt / t`: an error of the noise that does not shrink with `alpha` moves a particle by
//! several times itself, and early on, where paths part.

use super::coefficients::Coefficients;
use super::posterior_1d::Combination;
use super::schedule::Schedule;
pub use super::spec::Prediction;
use super::{Point, VelocityField};

/// `x` and a prediction `q` combined: `x_factor x + factor q`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Affine {
    pub x_factor: f64,
    pub factor: f64,
}

impl Affine {
    /// The combination.
    pub fn apply(self, x: Point, prediction: Point) -> Point {
        [0, 1].map(|i| self.x_factor * x[i] + self.factor * prediction[i])
    }
}

/// An error of the prediction is amplified at most so much by [`Converted`].
pub const LARGEST: f64 = 100.0;
/// A coefficient at least this large is never what makes a conversion ill-conditioned: a factor
/// above [`LARGEST`] is then a steep schedule's, and the velocity itself is as large.
const SMALL: f64 = 0.1;
/// The score of a pair is `-x0 / sigma`, with `sigma` taken to be at least this: targets of a
/// regression in single precision stay moderate numbers.
pub const LEAST_SIGMA: f64 = 1e-3;

impl Prediction {
    /// What a network should say of the pair `x0`, `x1` at those coefficients; its mean over all
    /// pairs through a point is what the network learns to say there.
    pub(crate) fn of_pair(self, c: &Coefficients, x0: Point, x1: Point) -> Point {
        let Combination { target, source } = self.combination(c);
        [0, 1].map(|i| target * x1[i] + source * x0[i])
    }

    /// The same as factors of `x1` and `x0`.
    pub fn combination(self, c: &Coefficients) -> Combination {
        let (target, source) = match self {
            Self::Velocity => (c.d_alpha, c.d_sigma),
            Self::X1 => (1.0, 0.0),
            Self::X0 => (0.0, 1.0),
            Self::Score => (0.0, -1.0 / c.sigma.max(LEAST_SIGMA)),
        };
        Combination { target, source }
    }

    /// How to make another prediction of this one and `x`.
    ///
    /// Where the conversion is impossible (data from noise at `alpha = 0`, ...) factors are infinite
    /// or NaN.
    pub fn to(self, other: Self, c: &Coefficients) -> Affine {
        if self == other {
            let (x_factor, factor) = (0.0, 1.0);
            return Affine { x_factor, factor };
        }
        // With x = alpha x1 + sigma x0 and q = p x1 + s x0, solve for r x1 + w x0 = a x + b q.
        let ([p, s], [r, w]) = (self.of_data_and_noise(c), other.of_data_and_noise(c));
        let determinant = c.alpha * s - c.sigma * p;
        let x_factor = (r * s - w * p) / determinant;
        let factor = (c.alpha * w - c.sigma * r) / determinant;
        let (from, to) = (self.per_noise(c), other.per_noise(c));
        Affine {
            x_factor: x_factor / to,
            factor: factor * from / to,
        }
    }

    /// The factors of `x1` and `x0` in what is predicted; for the score, in the noise it stands for.
    fn of_data_and_noise(self, c: &Coefficients) -> [f64; 2] {
        match self {
            Self::Velocity => [c.d_alpha, c.d_sigma],
            Self::X1 => [1.0, 0.0],
            Self::X0 | Self::Score => [0.0, 1.0],
        }
    }

    /// Noise in units of the score, `-sigma`; 1 for what needs no change of units.
    fn per_noise(self, c: &Coefficients) -> f64 {
        if self == Self::Score { -c.sigma } else { 1.0 }
    }

    /// `|d v / d prediction|` at time `t`: by how much an error of the prediction is amplified in
    /// the velocity. 1 for the velocity itself, infinite (or 0/0) where it cannot be known.
    pub fn conditioning(self, schedule: Schedule, t: f64) -> f64 {
        let c = schedule.coefficients(t);
        match self {
            Self::Velocity => 1.0,
            Self::X1 => c.wronskian() / c.sigma,
            Self::X0 => c.wronskian() / c.alpha,
            Self::Score => c.wronskian() * c.sigma / c.alpha,
        }
    }

    /// The first and the last time at which the conversion to a velocity is used.
    pub(crate) fn well_conditioned(self, schedule: Schedule) -> (f64, f64) {
        let ill = |t: f64| {
            let coefficient = match self {
                Self::X1 => schedule.sigma(t),
                _ => schedule.alpha(t),
            };
            let factor = self.conditioning(schedule, t);
            // Where both coefficients of a conversion vanish the factor is 0/0.
            coefficient < SMALL && (factor > LARGEST || factor.is_nan())
        };
        match self {
            Self::Velocity => (0.0, 1.0),
            Self::X1 => (0.0, boundary(&ill, 0.0, 1.0)),
            Self::X0 | Self::Score => (boundary(&ill, 1.0, 0.0), 1.0),
        }
    }
}

/// The last time, on the way from `good` to `bad`, at which a conversion is not `ill`.
fn boundary(ill: &impl Fn(f64) -> bool, mut good: f64, mut bad: f64) -> f64 {
    if !ill(bad) {
        return bad;
    }
    for _ in 0..50 {
        let middle = 0.5 * (good + bad);
        if ill(middle) {
            bad = middle;
        } else {
            good = middle;
        }
    }
    good
}

/// What is regressed on, and how much a pair counts, at every time; at the end of a steep schedule
/// with the coefficients of [`Schedule::regular`].
///
/// The weight depends on time only, so the best predictor is the same at every time whatever it is;
/// it is 1 on average over `t` uniform.
///
/// * **Velocity**: `min(1, 16 / (alpha'^2 + sigma'^2))`. Under the variance-preserving schedules
///   `sigma'` diverges at `t = 1`, and with it the target of a pair drawn near the end: under linear
///   VP its mean square is infinite, and one such pair can undo many steps. The weight bounds what a
///   pair contributes, `w |target|^2 <= 16 c (|X_1|^2 + |X_0|^2)` with `c` such that it is 1 on
///   average. CondOT, cosine and the polynomial schedules up to power 2.8 are never that steep:
///   their loss is the plain mean. VP is affected for `1 - t < 0.002`, linear VP for `1 - t < 0.04`.
/// * **Data, noise**: 1. The targets are bounded by the data and by the noise.
/// * **Score**: `sigma^2`, so that `weight |s + x0/sigma|^2 = |sigma s + x0|^2` is as bounded as the
///   loss of the noise (Song and Ermon, *Generative Modeling by Estimating Gradients of the Data
///   Distribution*, 2019, section 4.2). The network must still say numbers of the order `1 / sigma`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Regression {
    prediction: Prediction,
    schedule: Schedule,
    /// Makes the mean weight 1.
    scale: f64,
}

impl Regression {
    pub fn new(prediction: Prediction, schedule: Schedule) -> Self {
        const N: u32 = 4096;
        let raw = |i: u32| {
            raw_weight(
                prediction,
                &schedule.coefficients((f64::from(i) + 0.5) / f64::from(N)),
            )
        };
        let mean = (0..N).map(raw).sum::<f64>() / f64::from(N);
        Self {
            prediction,
            schedule,
            scale: 1.0 / mean,
        }
    }

    /// The factors of `x1` and `x0` in the target at time `t`.
    pub fn combination(&self, t: f64) -> Combination {
        self.prediction.combination(&self.schedule.coefficients(t))
    }

    /// The target for the pair `x0`, `x1` at time `t`, where the input is `alpha x1 + sigma x0`.
    pub fn target(&self, x0: Point, x1: Point, t: f64) -> Point {
        self.prediction
            .of_pair(&self.schedule.coefficients(t), x0, x1)
    }

    /// How much a pair at time `t` counts.
    pub fn weight(&self, t: f64) -> f64 {
        self.scale * raw_weight(self.prediction, &self.schedule.coefficients(t))
    }
}

/// The weight before it is normalised.
fn raw_weight(prediction: Prediction, c: &Coefficients) -> f64 {
    const STEEP: f64 = 16.0;
    let steepness = c.d_alpha * c.d_alpha + c.d_sigma * c.d_sigma;
    match prediction {
        Prediction::Velocity if steepness > STEEP => STEEP / steepness,
        Prediction::Score => c.sigma.max(LEAST_SIGMA) * c.sigma.max(LEAST_SIGMA),
        _ => 1.0,
    }
}

/// The velocity field that a field of predictions stands for.
///
/// Outside [`Prediction::well_conditioned`] it is the velocity at the nearer end of that span, at the
/// same `x`: finite everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Converted<F> {
    inner: F,
    prediction: Prediction,
    schedule: Schedule,
    span: (f64, f64),
}

impl<F> Converted<F> {
    /// `inner` predicts `prediction`, having been trained under `schedule`.
    pub fn new(inner: F, prediction: Prediction, schedule: Schedule) -> Self {
        Self {
            inner,
            prediction,
            schedule,
            span: prediction.well_conditioned(schedule),
        }
    }

    /// The time to ask the inner field at, and what to make of its answer.
    pub fn at(&self, t: f64) -> (f64, Affine) {
        let t = t.clamp(self.span.0, self.span.1);
        let c = self.schedule.coefficients(t);
        (t, self.prediction.to(Prediction::Velocity, &c))
    }
}

impl<F: VelocityField> VelocityField for Converted<F> {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        let (t, affine) = self.at(t);
        self.inner.velocity(x, t, condition, out);
        for (out, x) in out.iter_mut().zip(x) {
            *out = affine.apply(*x, *out);
        }
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        let (t, affine) = self.at(t);
        self.inner.divergence(x, t, condition, out);
        out.iter_mut()
            .for_each(|div| *div = 2.0 * affine.x_factor + affine.factor * *div);
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        let (t, affine) = self.at(t);
        self.inner.directional(x, t, condition, direction, out);
        for (out, d) in out.iter_mut().zip(direction) {
            *out = affine.apply(*d, *out);
        }
    }
}

#[cfg(test)]
mod tests;
