//! The posterior over the pairs of a source and a target component, at one time and point.

use super::Point;
use super::evidence::{Axis, Reading};
use super::exponential::{LANES, exp_lanes, exp_nonpositive};

/// Terms of a mixture smaller than `e^-36 = 2e-16` times the largest are left out.
const NEGLIGIBLE: f64 = -36.0;
/// Coordinates are kept below this, so that their squares are finite.
const FARTHEST: f64 = 1e100;

/// Which entries of the tables of the two axes a pair is made of, and its log weight.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub log_weight: f64,
    pub axis: [u32; 2],
}

/// All pairs at one time, and their weights at the last point asked about.
pub struct Mixture {
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
    Gaussians { top: Vec<f64>, axes: [Normals; 2] },
}

/// [`Axis::Normal`] of every pair, one list a field.
#[derive(Default)]
struct Normals {
    centre: Vec<f64>,
    precision: Vec<f64>,
    base: Vec<f64>,
    gain: Vec<f64>,
}

impl Mixture {
    /// The mixture of `pairs` of entries of the two tables.
    pub fn new(pairs: Vec<Pair>, axes: [Vec<Axis>; 2]) -> Self {
        let n = pairs.len();
        let gaussian = axes
            .iter()
            .flatten()
            .all(|a| matches!(a, Axis::Normal { .. }));
        let terms = if gaussian {
            gaussians(&pairs, &axes)
        } else {
            let readings = [0, 1].map(|i| vec![Reading::default(); axes[i].len()]);
            Terms::Tables {
                pairs,
                axes,
                readings,
            }
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
    pub fn at(&mut self, x: Point) -> &Self {
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
    pub fn log_density(&self) -> f64 {
        self.top + libm::log(self.total)
    }

    /// The mean of what the axes were asked for.
    pub fn mean(&self) -> Point {
        let [x, y] = self.average(|[x, y]| [x.mean, y.mean]);
        [x, y]
    }

    /// `grad log sum c_k Z_k`.
    pub fn score(&self) -> Point {
        let [x, y] = self.average(|[x, y]| [x.slope, y.slope]);
        [x, y]
    }

    /// `sum w (div mu + (mu - u) . slope)`, with means taken from that of the heaviest pair so that
    /// steep slopes do not cancel: `sum w (mu - m) . slope - (u - m) . sum w slope`.
    pub fn divergence(&self) -> f64 {
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
    pub fn directional(&self, d: Point) -> Point {
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
    pub fn probabilities(&self) -> impl Iterator<Item = f64> {
        self.shares.iter().map(|share| share / self.total)
    }

    /// The weighted mean over pairs.
    #[inline]
    fn average<const N: usize>(&self, f: impl Fn([Reading; 2]) -> [f64; N]) -> [f64; N] {
        let mut sum = [0.0; N];
        for (k, &share) in self.shares.iter().enumerate() {
            if share > 0.0 {
                let value = f(self.terms.read(k, self.x));
                (0..N).for_each(|i| sum[i] += share * value[i]);
            }
        }
        sum.map(|v| v / self.total)
    }
}

impl Terms {
    /// `log (c_k Z_k(x))` of every pair; reads the tables.
    fn log_weights(&mut self, x: Point, out: &mut [f64]) {
        match self {
            Self::Gaussians { top, axes: [h, v] } => {
                let terms = top.iter().zip(&h.centre).zip(&h.precision);
                let terms = terms.zip(&v.centre).zip(&v.precision);
                for (out, ((((top, cx), px), cy), py)) in out.iter_mut().zip(terms) {
                    let (dx, dy) = (x[0] - cx, x[1] - cy);
                    *out = top - 0.5 * (px * dx * dx + py * dy * dy);
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
            Self::Gaussians { axes, .. } => [0, 1].map(|i| axes[i].read(k, x[i])),
            Self::Tables {
                pairs, readings, ..
            } => [0, 1].map(|i| readings[i][pairs[k].axis[i] as usize]),
        }
    }
}

impl Normals {
    #[inline]
    fn read(&self, k: usize, x: f64) -> Reading {
        let away = x - self.centre[k];
        Reading {
            log_z: 0.0,
            slope: -self.precision[k] * away,
            mean: self.base[k] + self.gain[k] * away,
            mean_slope: self.gain[k],
        }
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

/// Spreads the tables over the pairs.
fn gaussians(pairs: &[Pair], axes: &[Vec<Axis>; 2]) -> Terms {
    let mut tops: Vec<f64> = pairs.iter().map(|pair| pair.log_weight).collect();
    let normals = [0, 1].map(|i| {
        let mut normals = Normals::default();
        for (sum, pair) in tops.iter_mut().zip(pairs) {
            let Axis::Normal {
                centre,
                precision,
                top,
                base,
                gain,
            } = axes[i][pair.axis[i] as usize]
            else {
                continue;
            };
            *sum += top;
            normals.centre.push(centre);
            normals.precision.push(precision);
            normals.base.push(base);
            normals.gain.push(gain);
        }
        normals
    });
    Terms::Gaussians {
        top: tops,
        axes: normals,
    }
}
