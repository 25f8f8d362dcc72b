//! The posterior over the pairs of a source and a target component, at one time and point.

use super::Point;
use super::exponential::{LANES, exp_lanes, exp_nonpositive};
use super::posterior_1d::{Axis, Reading};

/// Terms of a mixture smaller than `e^-36 = 2e-16` times the largest are left out.
const NEGLIGIBLE: f64 = -36.0;
/// Coordinates are kept below this, so that their squares are finite.
const FARTHEST: f64 = 1e100;

/// Which entries of the tables of the two axes a pair is made of, and its log weight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub log_weight: f64,
    pub axis: [u32; 2],
}

/// All pairs at one time, and their weights at the last point asked about.
pub(crate) struct Mixture {
    terms: Terms,
    x: Point,
    /// Weight of each pair relative to the heaviest, 0 where negligible.
    shares: Vec<f64>,
    total: f64,
    /// Log weight of the heaviest.
    top: f64,
    heaviest: usize,
}

/// The densities and means of the pairs.
enum Terms {
    /// Pairs share entries of two tables, each read once a point.
    Tables {
        pairs: Vec<Pair>,
        axes: [Vec<Axis>; 2],
        readings: [Vec<Reading>; 2],
    },
    /// Every pair is Gaussian on both axes.
    Gaussians(Vec<Normal>),
}

/// A pair that is [`Axis::Normal`] on both axes.
#[derive(Clone, Copy)]
struct Normal {
    top: f64,
    centre: Point,
    precision: Point,
    base: Point,
    gain: Point,
}

impl Mixture {
    /// The mixture of `pairs` of entries of the two tables.
    pub(crate) fn new(pairs: Vec<Pair>, axes: [Vec<Axis>; 2]) -> Self {
        let n = pairs.len();
        let terms = match gaussians(&pairs, &axes) {
            Some(normals) => Terms::Gaussians(normals),
            None => Terms::Tables {
                readings: [0, 1].map(|i| vec![Reading::default(); axes[i].len()]),
                pairs,
                axes,
            },
        };
        Self {
            terms,
            x: [0.0; 2],
            shares: vec![0.0; n],
            total: 1.0,
            top: 0.0,
            heaviest: 0,
        }
    }

    /// Weighs the pairs at `x` by log-sum-exp.
    pub(crate) fn at(&mut self, x: Point) -> &Self {
        self.x = x.map(|v| v.clamp(-FARTHEST, FARTHEST));
        self.terms.log_weights(self.x, &mut self.shares);
        self.top = f64::NEG_INFINITY;
        for (k, &log) in self.shares.iter().enumerate() {
            if log > self.top {
                (self.top, self.heaviest) = (log, k);
            }
        }
        relative(&mut self.shares, self.top);
        self.total = self.shares.iter().sum();
        self
    }

    /// `log sum c_k Z_k`.
    pub(crate) fn log_density(&self) -> f64 {
        self.top + libm::log(self.total)
    }

    /// The mean of what the axes were asked for.
    pub(crate) fn mean(&self) -> Point {
        let [x, y] = self.average(|[x, y]| [x.mean, y.mean]);
        [x, y]
    }

    /// `grad log sum c_k Z_k`.
    pub(crate) fn score(&self) -> Point {
        let [x, y] = self.average(|[x, y]| [x.slope, y.slope]);
        [x, y]
    }

    /// `sum w (div mu + (mu - u) . slope)`, with means taken from that of the heaviest pair so that
    /// steep slopes do not cancel: `sum w (mu - m) . slope - (u - m) . sum w slope`.
    pub(crate) fn divergence(&self) -> f64 {
        let m = self.terms.read(self.heaviest, self.x).map(|axis| axis.mean);
        let [u, v, score_x, score_y, inner] = self.average(|[x, y]| {
            let away = [x.mean - m[0], y.mean - m[1]];
            let twist = away[0] * x.slope + away[1] * y.slope;
            [
                away[0],
                away[1],
                x.slope,
                y.slope,
                x.mean_slope + y.mean_slope + twist,
            ]
        });
        inner - u * score_x - v * score_y
    }

    /// The derivative of the mean along `d`, `sum w (mu' d + (mu - u) (slope . d))`, with means taken
    /// from that of the heaviest pair as in [`Mixture::divergence`].
    pub(crate) fn directional(&self, d: Point) -> Point {
        let m = self.terms.read(self.heaviest, self.x).map(|axis| axis.mean);
        let [u, v, slope, along_x, along_y] = self.average(|[x, y]| {
            let away = [x.mean - m[0], y.mean - m[1]];
            let slope = x.slope * d[0] + y.slope * d[1];
            let along = [
                x.mean_slope * d[0] + away[0] * slope,
                y.mean_slope * d[1] + away[1] * slope,
            ];
            [away[0], away[1], slope, along[0], along[1]]
        });
        [along_x - u * slope, along_y - v * slope]
    }

    /// The probability of each pair.
    #[cfg(test)]
    pub(crate) fn probabilities(&self) -> impl Iterator<Item = f64> {
        self.shares.iter().map(|share| share / self.total)
    }

    /// The weighted mean over pairs.
    #[inline]
    fn average<const N: usize>(&self, f: impl Fn([Reading; 2]) -> [f64; N]) -> [f64; N] {
        let mut sum = [0.0; N];
        let mut add = |share: f64, reading: [Reading; 2]| {
            let value = f(reading);
            (0..N).for_each(|i| sum[i] += share * value[i]);
        };
        match &self.terms {
            Terms::Gaussians(normals) => {
                for (normal, &share) in normals.iter().zip(&self.shares) {
                    if share > 0.0 {
                        add(share, normal.read(self.x));
                    }
                }
            }
            Terms::Tables {
                pairs, readings, ..
            } => {
                for (pair, &share) in pairs.iter().zip(&self.shares) {
                    if share > 0.0 {
                        add(share, readings_of(pair, readings));
                    }
                }
            }
        }
        sum.map(|v| v / self.total)
    }
}

impl Terms {
    /// `log (c_k Z_k(x))` of every pair; reads the tables.
    fn log_weights(&mut self, x: Point, out: &mut [f64]) {
        match self {
            Self::Gaussians(normals) => {
                for (out, normal) in out.iter_mut().zip(normals) {
                    *out = normal.log_weight(x);
                }
            }
            Self::Tables {
                pairs,
                axes,
                readings,
            } => {
                for i in [0, 1] {
                    for (reading, axis) in readings[i].iter_mut().zip(&axes[i]) {
                        *reading = axis.read(x[i]);
                    }
                }
                for (out, pair) in out.iter_mut().zip(pairs) {
                    let log = |i: usize| readings[i][pair.axis[i] as usize].log_z;
                    *out = pair.log_weight + log(0) + log(1);
                }
            }
        }
    }

    /// What is known of pair `k` at `x` (without its density).
    #[inline]
    fn read(&self, k: usize, x: Point) -> [Reading; 2] {
        match self {
            Self::Gaussians(normals) => normals[k].read(x),
            Self::Tables {
                pairs, readings, ..
            } => readings_of(&pairs[k], readings),
        }
    }
}

#[inline]
fn readings_of(pair: &Pair, readings: &[Vec<Reading>; 2]) -> [Reading; 2] {
    [0, 1].map(|i| readings[i][pair.axis[i] as usize])
}

impl Normal {
    #[inline]
    fn log_weight(&self, x: Point) -> f64 {
        let [dx, dy] = [x[0] - self.centre[0], x[1] - self.centre[1]];
        self.top - 0.5 * (self.precision[0] * dx * dx + self.precision[1] * dy * dy)
    }

    #[inline]
    fn read(&self, x: Point) -> [Reading; 2] {
        [0, 1].map(|i| {
            let away = x[i] - self.centre[i];
            Reading {
                log_z: 0.0,
                slope: -self.precision[i] * away,
                mean: self.base[i] + self.gain[i] * away,
                mean_slope: self.gain[i],
            }
        })
    }
}

/// Turns log weights into weights relative to `top`, 0 where negligible.
fn relative(logs: &mut [f64], top: f64) {
    let keep = |log: f64, value: f64| if log > NEGLIGIBLE { value } else { 0.0 };
    let (lanes, rest) = logs.as_chunks_mut::<LANES>();
    for lane in lanes {
        let log = lane.map(|log| log - top);
        if log.iter().any(|&log| log > NEGLIGIBLE) {
            let value = exp_lanes(log);
            *lane = core::array::from_fn(|i| keep(log[i], value[i]));
        } else {
            *lane = [0.0; LANES];
        }
    }
    for share in rest {
        let log = *share - top;
        *share = keep(log, exp_nonpositive(log));
    }
}

/// Spreads the tables over the pairs; `None` if a pair is not Gaussian.
fn gaussians(pairs: &[Pair], axes: &[Vec<Axis>; 2]) -> Option<Vec<Normal>> {
    pairs.iter().map(|pair| gaussian(pair, axes)).collect()
}

fn gaussian(pair: &Pair, axes: &[Vec<Axis>; 2]) -> Option<Normal> {
    let mut normal = Normal {
        top: pair.log_weight,
        centre: [0.0; 2],
        precision: [0.0; 2],
        base: [0.0; 2],
        gain: [0.0; 2],
    };
    for i in [0, 1] {
        let Axis::Normal {
            centre,
            precision,
            top,
            base,
            gain,
        } = axes[i][pair.axis[i] as usize]
        else {
            return None;
        };
        normal.top += top;
        (normal.centre[i], normal.precision[i]) = (centre, precision);
        (normal.base[i], normal.gain[i]) = (base, gain);
    }
    Some(normal)
}
