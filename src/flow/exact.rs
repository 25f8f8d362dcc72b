//! The exact marginal flow between two mixtures, paired independently, under any schedule.
//!
//! With `X_t = alpha X_1 + sigma X_0`, every pair `k` of a source and a target component has a
//! density `Z_k(x)` of `X_t` and a posterior mean `mu_k(x) = E_k[alpha' X_1 + sigma' X_0 | X_t = x]`
//! in closed form ([`super::evidence`]). The marginal is their mixture:
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

use super::distribution::{Component, Distribution, Kernel};
use super::evidence::{Axis, Combination, EMPTY, Reading};
use super::schedule::{MARGIN, Schedule};
use super::{Point, VelocityField};

/// Terms of a mixture smaller than `e^-36 = 2e-16` times the largest are left out.
const NEGLIGIBLE: f64 = -36.0;
/// Coordinates are kept below this, so that their squares are finite.
const FARTHEST: f64 = 1e100;

/// The marginal velocity field of an independent coupling.
#[derive(Clone, Debug)]
pub struct ExactField {
    schedule: Schedule,
    pairs: Vec<Pair>,
    /// The distinct pairs (source, target) of kernels on each axis.
    axes: [Vec<(Kernel, Kernel)>; 2],
    /// Components of the target.
    targets: usize,
}

/// A source and a target component.
#[derive(Clone, Copy, Debug)]
struct Pair {
    log_weight: f64,
    /// Which entries of `ExactField::axes` it is made of.
    axis: [u32; 2],
    target: u32,
}

impl ExactField {
    /// The field from `source` to `target` under `schedule`.
    pub fn new(source: &Distribution, target: &Distribution, schedule: Schedule) -> Self {
        let (x, axis_x) = kernel_pairs(source, target, |c| c.x);
        let (y, axis_y) = kernel_pairs(source, target, |c| c.y);
        let targets = target.components().len();
        let mut pairs = Vec::with_capacity(axis_x.len());
        for (i, s) in source.components().iter().enumerate() {
            for (j, t) in target.components().iter().enumerate() {
                let k = i * targets + j;
                pairs.push(Pair {
                    log_weight: libm::log(s.weight * t.weight),
                    axis: [axis_x[k], axis_y[k]],
                    target: j as u32,
                });
            }
        }
        Self {
            schedule,
            pairs,
            axes: [x, y],
            targets,
        }
    }

    /// The schedule of the path.
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// Log density of `X_t`; `-inf` where it cannot be.
    pub fn log_density(&self, x: Point, t: f64) -> f64 {
        let mut at = self.at(
            t,
            Combination {
                target: 0.0,
                source: 0.0,
            },
        );
        let log_density = at.weigh(x).log_density();
        if log_density > 0.5 * EMPTY {
            log_density
        } else {
            f64::NEG_INFINITY
        }
    }

    /// Density of `X_t`.
    pub fn density(&self, x: Point, t: f64) -> f64 {
        libm::exp(self.log_density(x, t))
    }

    /// Densities of `X_t` at many points.
    pub fn densities(&self, x: &[Point], t: f64) -> Vec<f64> {
        let mut at = self.at(
            t,
            Combination {
                target: 0.0,
                source: 0.0,
            },
        );
        x.iter()
            .map(|&x| libm::exp(at.weigh(x).log_density()))
            .collect()
    }

    /// `grad log p_t(x)`.
    pub fn score(&self, x: Point, t: f64) -> Point {
        self.at(
            t,
            Combination {
                target: 0.0,
                source: 0.0,
            },
        )
        .weigh(x)
        .score()
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
        .weigh(x)
        .mean()
    }

    /// `E[X_0 | X_t = x]`, the best guess of the source point.
    pub fn source_mean(&self, x: Point, t: f64) -> Point {
        self.at(
            t,
            Combination {
                target: 0.0,
                source: 1.0,
            },
        )
        .weigh(x)
        .mean()
    }

    /// The probability, given `X_t = x`, that `X_1` is of each component of the target.
    pub fn posterior_weights(&self, x: Point, t: f64) -> Vec<f64> {
        let mut at = self.at(
            t,
            Combination {
                target: 0.0,
                source: 0.0,
            },
        );
        let mut weights = vec![0.0; self.targets];
        let weighed = at.weigh(x);
        for (pair, share) in self.pairs.iter().zip(weighed.shares) {
            weights[pair.target as usize] += share / weighed.total;
        }
        weights
    }

    /// Prepares a time and a question.
    fn at(&self, t: f64, ask: Combination) -> At<'_> {
        let c = self.schedule.coefficients(t);
        let ended = t > 1.0 - MARGIN;
        let prepare = |pairs: &Vec<(Kernel, Kernel)>| {
            pairs
                .iter()
                .map(|&(s, t)| Axis::new(s, t, &c, ask, ended))
                .collect()
        };
        At {
            pairs: &self.pairs,
            axes: [prepare(&self.axes[0]), prepare(&self.axes[1])],
            readings: [0, 1].map(|i| vec![Reading::default(); self.axes[i].len()]),
            shares: vec![0.0; self.pairs.len()],
        }
    }

    /// Prepares the velocity at a time.
    fn velocity_at(&self, t: f64) -> At<'_> {
        let c = self.schedule.coefficients(t);
        self.at(
            t,
            Combination {
                target: c.d_alpha,
                source: c.d_sigma,
            },
        )
    }
}

impl VelocityField for ExactField {
    /// The condition is ignored: these data carry no labels.
    fn velocity(&self, x: &[Point], t: f64, _condition: Option<u32>, out: &mut [Point]) {
        assert_eq!(x.len(), out.len(), "one velocity a point");
        let mut at = self.velocity_at(t);
        for (x, out) in x.iter().zip(out) {
            *out = at.weigh(*x).mean();
        }
    }

    fn divergence(&self, x: &[Point], t: f64, _condition: Option<u32>, out: &mut [f64]) {
        assert_eq!(x.len(), out.len(), "one divergence a point");
        let mut at = self.velocity_at(t);
        for (x, out) in x.iter().zip(out) {
            *out = at.weigh(*x).divergence();
        }
    }
}

/// The field at one time, with room for one point's readings.
struct At<'a> {
    pairs: &'a [Pair],
    axes: [Vec<Axis>; 2],
    readings: [Vec<Reading>; 2],
    shares: Vec<f64>,
}

/// The posterior over pairs at one point.
struct Weighed<'a> {
    pairs: &'a [Pair],
    readings: &'a [Vec<Reading>; 2],
    /// Weight of each pair relative to the heaviest, 0 where negligible.
    shares: &'a [f64],
    total: f64,
    /// Log weight of the heaviest.
    top: f64,
    heaviest: usize,
}

impl At<'_> {
    /// Reads every distinct axis once, then weighs the pairs by log-sum-exp.
    fn weigh(&mut self, x: Point) -> Weighed<'_> {
        for i in [0, 1] {
            let x = x[i].clamp(-FARTHEST, FARTHEST);
            for (reading, axis) in self.readings[i].iter_mut().zip(&self.axes[i]) {
                *reading = axis.read(x);
            }
        }
        let (mut top, mut heaviest) = (f64::NEG_INFINITY, 0);
        let [x, y] = &self.readings;
        for (k, (share, pair)) in self.shares.iter_mut().zip(self.pairs).enumerate() {
            let [i, j] = pair.axis;
            *share = pair.log_weight + x[i as usize].log_z + y[j as usize].log_z;
            if *share > top {
                (top, heaviest) = (*share, k);
            }
        }
        let total = relative(&mut self.shares, top);
        Weighed {
            pairs: self.pairs,
            readings: &self.readings,
            shares: &self.shares,
            total,
            top,
            heaviest,
        }
    }
}

/// Turns log weights into weights relative to `top`, and sums them.
fn relative(logs: &mut [f64], top: f64) -> f64 {
    let mut total = 0.0;
    for share in logs {
        let log = *share - top;
        *share = if log > NEGLIGIBLE {
            libm::exp(log)
        } else {
            0.0
        };
        total += *share;
    }
    total
}

impl Weighed<'_> {
    fn log_density(&self) -> f64 {
        self.top + libm::log(self.total)
    }

    fn mean(&self) -> Point {
        self.average(|x, y| [x.mean, y.mean])
    }

    fn score(&self) -> Point {
        self.average(|x, y| [x.slope, y.slope])
    }

    /// `sum w (div mu + (mu - u) . slope)`, with means taken from that of the heaviest pair so that
    /// steep slopes do not cancel: `sum w (mu - m) . slope - (u - m) . sum w slope`.
    fn divergence(&self) -> f64 {
        let [x, y] = self.readings_of(&self.pairs[self.heaviest]);
        let m = [x.mean, y.mean];
        let (u, score) = (self.mean(), self.score());
        let [inner, _] = self.average(|x, y| {
            let twist = (x.mean - m[0]) * x.slope + (y.mean - m[1]) * y.slope;
            [x.mean_slope + y.mean_slope + twist, 0.0]
        });
        inner - (u[0] - m[0]) * score[0] - (u[1] - m[1]) * score[1]
    }

    /// The weighted mean over pairs.
    #[inline]
    fn average(&self, f: impl Fn(&Reading, &Reading) -> Point) -> Point {
        let mut sum = [0.0; 2];
        for (pair, &share) in self.pairs.iter().zip(self.shares) {
            if share > 0.0 {
                let [x, y] = self.readings_of(pair);
                let value = f(x, y);
                sum[0] += share * value[0];
                sum[1] += share * value[1];
            }
        }
        sum.map(|v| v / self.total)
    }

    #[inline]
    fn readings_of(&self, pair: &Pair) -> [&Reading; 2] {
        [0, 1].map(|i| &self.readings[i][pair.axis[i] as usize])
    }
}

/// The distinct pairs of kernels on one axis, and for every pair of components (source-major) which
/// of them is its own. The checkerboard's eight squares have only four columns and four rows.
fn kernel_pairs(
    source: &Distribution,
    target: &Distribution,
    axis: impl Fn(&Component) -> Kernel,
) -> (Vec<(Kernel, Kernel)>, Vec<u32>) {
    let (sources, of_source) = distinct(source.components().iter().map(&axis));
    let (targets, of_target) = distinct(target.components().iter().map(&axis));
    let pairs = sources
        .iter()
        .flat_map(|&s| targets.iter().map(move |&t| (s, t)))
        .collect();
    let width = targets.len() as u32;
    let index = of_source
        .iter()
        .flat_map(|&i| of_target.iter().map(move |&j| i * width + j))
        .collect();
    (pairs, index)
}

/// The distinct kernels in order of appearance, and which of them each is.
fn distinct(kernels: impl Iterator<Item = Kernel>) -> (Vec<Kernel>, Vec<u32>) {
    let mut found = std::collections::HashMap::new();
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
