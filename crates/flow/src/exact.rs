//! The exact marginal flow between two mixtures, paired independently, under any schedule.
//!
//! With `X_t = alpha X_1 + sigma X_0`, every pair `k` of a source and a target component has a
//! density `Z_k(x)` of `X_t` and a posterior mean `mu_k(x) = E_k[alpha' X_1 + sigma' X_0 | X_t = x]`
//! in closed form ([`super::posterior_1d`]). The marginal is their mixture:
//!
//! ```text
//! p_t(x) = sum_k c_k Z_k(x),     w_k = c_k Z_k / p_t,     u = sum_k w_k mu_k,
//! score  = sum_k w_k grad log Z_k,
//! div u  = sum_k w_k (div mu_k + (mu_k - u) . grad log Z_k)
//! ```
//!
//! (Lipman et al., *Flow Matching Guide and Code*, 2024, equations 4.15 and 4.33 give the first
//! line in general). It is the field that a flow-matching loss regresses to, and its Bayes floor.
//!
//! # Ends and outskirts
//! Everything is finite for all finite `x` and all `t`; times outside `[0, 1]` are taken as the
//! nearer end. Where `X_t` cannot be (outside a box without noise) density is 0 and the rest is that
//! of the nearest reachable point of the nearest component. Within `1e-6` of `t = 1` the noise around
//! a box counts as gone, since the velocity just outside one grows like `1 / sigma`.

use super::coefficients::Coefficients;
use super::distribution::{Component, Distribution, Kernel, log_sum_exp};
use super::mixture::{Mixture, Pair};
use super::posterior_1d::{Axis, Combination, EMPTY};
use super::schedule::{MARGIN, Schedule};
use super::{Point, VelocityField};

/// The marginal velocity field of an independent coupling.
#[derive(Clone, Debug)]
pub struct ExactField {
    schedule: Schedule,
    source: Side,
    target: Side,
    /// The target's points of each label, if there is more than one.
    classes: Vec<Side>,
    log_priors: Vec<f64>,
}

/// A distribution, prepared.
#[derive(Clone, Debug)]
struct Side {
    /// Ever coarser stand-ins, the distribution itself first.
    levels: Vec<Level>,
    /// The least standard deviation of its parts; 0 if one is not Gaussian.
    least_std: f64,
}

/// A list of components, with the distinct kernels on each axis. (The checkerboard's eight squares
/// have only four columns and four rows.)
#[derive(Clone, Debug)]
struct Level {
    /// Added Gaussian noise must be this wide, in both coordinates, for this to be good enough.
    blur: f64,
    log_weights: Vec<f64>,
    kernels: [Vec<Kernel>; 2],
    /// Which of the kernels each component has.
    index: [Vec<u32>; 2],
}

/// No combination: only densities are asked for.
const NOTHING: Combination = Combination {
    target: 0.0,
    source: 0.0,
};

impl ExactField {
    /// The field from `source` to `target` under `schedule`.
    pub fn new(source: &Distribution, target: &Distribution, schedule: Schedule) -> Self {
        let classes = match target.classes() {
            1 => Vec::new(),
            n => (0..n).filter_map(|k| target.of_class(k)).collect(),
        };
        let log_priors = target.class_weights().into_iter().map(libm::log);
        Self {
            schedule,
            classes: classes.iter().map(Side::new).collect(),
            log_priors: log_priors.collect(),
            source: Side::new(source),
            target: Side::new(target),
        }
    }

    /// The schedule of the path.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// Log density of `X_t`; `-inf` where it cannot be.
    pub fn log_density(&self, x: Point, t: f64) -> f64 {
        reachable(self.at(t, NOTHING).at(x).log_density())
    }

    /// Density of `X_t`.
    pub fn density(&self, x: Point, t: f64) -> f64 {
        libm::exp(self.log_density(x, t))
    }

    /// Densities of `X_t` at many points.
    pub fn densities(&self, x: &[Point], t: f64) -> Vec<f64> {
        let mut mixture = self.at(t, NOTHING);
        x.iter()
            .map(|&x| libm::exp(mixture.at(x).log_density()))
            .collect()
    }

    /// `grad log p_t(x)`.
    pub fn score(&self, x: Point, t: f64) -> Point {
        self.at(t, NOTHING).at(x).score()
    }

    /// `E[X_1 | X_t = x]`, the best guess of the data.
    pub fn posterior_mean(&self, x: Point, t: f64) -> Point {
        self.at(
            t,
            Combination {
                target: 1.0,
                source: 0.0,
            },
        )
        .at(x)
        .mean()
    }

    /// `E[X_0 | X_t = x]`, the best guess of the source point.
    #[cfg(test)]
    pub(crate) fn source_mean(&self, x: Point, t: f64) -> Point {
        self.at(
            t,
            Combination {
                target: 0.0,
                source: 1.0,
            },
        )
        .at(x)
        .mean()
    }

    /// `E[a X_1 + b X_0 | X_t = x]` at many points, of one label or of all.
    pub fn means(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        ask: Combination,
    ) -> Vec<Point> {
        let mut mixture = self.at_given(t, ask, condition);
        x.iter().map(|&x| mixture.at(x).mean()).collect()
    }

    /// The probability, given `X_t = x`, that `X_1` is of each component of the target.
    #[cfg(test)]
    pub(crate) fn posterior_weights(&self, x: Point, t: f64) -> Vec<f64> {
        let c = self.schedule.coefficients(t);
        let target = &self.target.levels[0];
        let mut mixture = mixture(&self.source.levels[0], target, &c, NOTHING, ended(t));
        let n = target.log_weights.len();
        let mut weights = vec![0.0; n];
        for (k, probability) in mixture.at(x).probabilities().enumerate() {
            weights[k % n] += probability;
        }
        weights
    }

    /// `p(y | X_t = x)` of every label `y`: the exact classifier of noisy points,
    /// against which tests hold trained ones.
    pub fn class_probabilities(&self, x: Point, t: f64) -> Vec<f64> {
        if self.classes.is_empty() {
            return vec![1.0];
        }
        let logs: Vec<f64> = (0..)
            .zip(&self.log_priors)
            .map(|(k, prior)| prior + self.at_given(t, NOTHING, Some(k)).at(x).log_density())
            .collect();
        let total = log_sum_exp(&logs);
        logs.iter().map(|log| libm::exp(log - total)).collect()
    }

    /// `grad log p(y | X_t = x)` of a label: the difference of two scores.
    #[cfg(test)]
    pub(crate) fn classifier_gradient(&self, x: Point, t: f64, class: u32) -> Point {
        let own = self.at_given(t, NOTHING, Some(class)).at(x).score();
        let all = self.score(x, t);
        [own[0] - all[0], own[1] - all[1]]
    }

    /// Prepares a time and a question.
    fn at(&self, t: f64, ask: Combination) -> Mixture {
        self.at_given(t, ask, None)
    }

    /// The same for the points of one label; for a label that there is not, for all.
    ///
    /// Each side is represented only as finely as shows through the noise that the other adds.
    fn at_given(&self, t: f64, ask: Combination, condition: Option<u32>) -> Mixture {
        let c = self.schedule.coefficients(t);
        let own = condition.and_then(|k| self.classes.get(k as usize));
        let side = own.unwrap_or(&self.target);
        let source = self.source.level(c.alpha * side.least_std / c.sigma);
        let target = side.level(c.sigma * self.source.least_std / c.alpha);
        mixture(source, target, &c, ask, ended(t))
    }

    /// Prepares the velocity at a time.
    fn velocity_at(&self, t: f64, condition: Option<u32>) -> Mixture {
        let c = self.schedule.coefficients(t);
        let ask = Combination {
            target: c.d_alpha,
            source: c.d_sigma,
        };
        self.at_given(t, ask, condition)
    }
}

impl VelocityField for ExactField {
    /// Given a label, the flow to the points of that label alone.
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        assert_eq!(x.len(), out.len(), "one velocity a point");
        let mut mixture = self.velocity_at(t, condition);
        for (x, out) in x.iter().zip(out) {
            *out = mixture.at(*x).mean();
        }
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "one divergence a point");
        let mut mixture = self.velocity_at(t, condition);
        for (x, out) in x.iter().zip(out) {
            *out = mixture.at(*x).divergence();
        }
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        assert_eq!(x.len(), direction.len(), "one direction a point");
        let mut mixture = self.velocity_at(t, condition);
        for ((x, d), out) in x.iter().zip(direction).zip(out) {
            *out = mixture.at(*x).directional(*d);
        }
    }
}

impl Side {
    fn new(data: &Distribution) -> Self {
        let levels = data
            .levels()
            .map(|(blur, parts)| Level::new(blur, parts))
            .collect();
        let std = |kernel: Kernel| match kernel {
            Kernel::Gaussian { std, .. } => std,
            Kernel::Uniform { .. } => 0.0,
        };
        let kernels = data.components().iter().flat_map(|c| [c.x, c.y]);
        let least_std = kernels.map(std).fold(f64::INFINITY, f64::min);
        Self { levels, least_std }
    }

    /// The coarsest level that is good enough under noise of that width (which may be NaN at the
    /// ends of the path, 0/0, and is then none).
    fn level(&self, blur: f64) -> &Level {
        let enough = |level: &&Level| level.blur <= blur;
        self.levels
            .iter()
            .rev()
            .find(enough)
            .unwrap_or(&self.levels[0])
    }
}

impl Level {
    fn new(blur: f64, parts: &[Component]) -> Self {
        let (x, of_x) = distinct(parts.iter().map(|c| c.x));
        let (y, of_y) = distinct(parts.iter().map(|c| c.y));
        Self {
            blur,
            log_weights: parts.iter().map(|c| libm::log(c.weight)).collect(),
            kernels: [x, y],
            index: [of_x, of_y],
        }
    }
}

/// All pairs of components (source-major) at those coefficients.
fn mixture(
    source: &Level,
    target: &Level,
    c: &Coefficients,
    ask: Combination,
    ended: bool,
) -> Mixture {
    let axes = [0, 1].map(|i| {
        let pairs = source.kernels[i]
            .iter()
            .flat_map(|&s| target.kernels[i].iter().map(move |&t| (s, t)));
        pairs.map(|(s, t)| Axis::new(s, t, c, ask, ended)).collect()
    });
    let width = [0, 1].map(|i| target.kernels[i].len() as u32);
    let mut pairs = Vec::with_capacity(source.log_weights.len() * target.log_weights.len());
    for (i, log_source) in source.log_weights.iter().enumerate() {
        for (j, log_target) in target.log_weights.iter().enumerate() {
            let entry = |a: usize| source.index[a][i] * width[a] + target.index[a][j];
            let axis = [entry(0), entry(1)];
            pairs.push(Pair {
                log_weight: log_source + log_target,
                axis,
            });
        }
    }
    Mixture::new(pairs, axes)
}

/// Whether the noise around a box counts as gone.
fn ended(t: f64) -> bool {
    t > 1.0 - MARGIN
}

/// A log density, without the stand-in for none.
fn reachable(log_density: f64) -> f64 {
    if log_density > 0.5 * EMPTY {
        log_density
    } else {
        f64::NEG_INFINITY
    }
}

/// The distinct kernels in order of appearance, and which of them each is.
fn distinct(kernels: impl Iterator<Item = Kernel>) -> (Vec<Kernel>, Vec<u32>) {
    let mut found = std::collections::BTreeMap::new();
    let mut list = Vec::new();
    let index = kernels
        .map(|kernel| {
            *found.entry(kernel.bits()).or_insert_with(|| {
                list.push(kernel);
                list.len() as u32 - 1
            })
        })
        .collect();
    (list, index)
}

#[cfg(test)]
mod tests;
