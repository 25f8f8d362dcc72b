//! One coordinate of `X = alpha X_1 + sigma X_0`, with `X_0` and `X_1` of one [`Kernel`] each: its
//! log density, and the posterior mean of a combination `a X_1 + b X_0`, both with their slopes.
//!
//! * Two Gaussians are jointly Gaussian with `X`.
//! * A Gaussian and an interval: given `X = x` the Gaussian is a truncated normal.
//! * Two intervals: given `X = x` either is uniform on the intersection of two intervals.
//!
//! Where `x` cannot be reached at all (outside an interval without noise, or outside a sum of
//! intervals) there is no posterior. There each variable is continued by its value at the nearest
//! reachable point, and the log density by [`EMPTY`] minus a multiple of the distance, so that a
//! mixture outside its support follows its nearest part and everything stays finite.

use super::coefficients::Coefficients;
use super::distribution::Kernel;
use super::normal::Truncated;
use core::f64::consts::TAU;

/// The log density that stands for none.
pub(crate) const EMPTY: f64 = -1e9;
/// How the stand-in for the log density falls with the distance from what can be reached.
const FALL: f64 = 100.0;
/// Variances are at least this, so that a point is a very narrow Gaussian.
const LEAST_VARIANCE: f64 = 1e-24;
/// Gaussian noise below this share of an interval's width counts as none.
const LEAST_NOISE: f64 = 1e-12;

/// Of two intervals, one narrower than this share of the other counts as a point: where in it the
/// variable lies is lost to rounding in `x`.
const LEAST_WIDTH: f64 = 1e-9;

/// What is asked of the posterior: the mean of `target * X_1 + source * X_0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combination {
    pub target: f64,
    pub source: f64,
}

/// The answer at one `x`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// Log density of `X` at `x`.
    pub log_z: f64,
    /// `d log_z / d x`.
    pub slope: f64,
    /// Posterior mean of the combination.
    pub mean: f64,
    /// `d mean / d x`.
    pub mean_slope: f64,
}

/// One coordinate at one time, with everything prepared that does not depend on `x`.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Axis {
    /// Both Gaussian: `log_z = top - precision k^2 / 2`, `mean = base + gain k`, `k = x - centre`.
    Normal {
        centre: f64,
        precision: f64,
        top: f64,
        base: f64,
        gain: f64,
    },
    /// An interval and noise.
    Blurred(Blurred),
    /// An interval alone: the other variable is known.
    Sharp(Sharp),
    /// Two intervals.
    Trapezoid { first: Side, second: Side },
}

/// A uniform variable `u` in `X = scale u + noise`, with noise of that centre and width.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Blurred {
    low: f64,
    high: f64,
    /// `1 / scale`.
    stretch: f64,
    /// The interval's ends in `X`.
    from: f64,
    to: f64,
    noise: f64,
    /// `(to - from) / noise`, which no `x` can round away.
    width: f64,
    log_width: f64,
    /// Combination: `weight u + base + gain z`, with `z` the noise in its own units.
    weight: f64,
    base: f64,
    gain: f64,
}

/// A uniform variable `u` in `X = scale u + shift`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharp {
    from: f64,
    to: f64,
    log_width: f64,
    /// Combination: `at_from + slope (x - from)` within.
    at_from: f64,
    slope: f64,
}

/// One of two uniform variables: its interval times its coefficient, and what the combination
/// makes of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side {
    low: f64,
    high: f64,
    /// Combination: `gain v`, where `v` in `[low, high]` is the scaled variable.
    gain: f64,
}

impl Axis {
    /// Prepares the coordinate of `source` and `target` at those coefficients.
    ///
    /// `ended` says that `t` is at an end of the path, where the noise around an interval is
    /// taken as gone: the velocity just outside an interval grows without bound before the end.
    pub(crate) fn new(
        source: Kernel,
        target: Kernel,
        at: &Coefficients,
        ask: Combination,
        ended: bool,
    ) -> Self {
        use Kernel::{Gaussian, Uniform};
        let (alpha, sigma) = (at.alpha, at.sigma);
        match (source, target) {
            (Gaussian { .. }, Gaussian { .. }) => normal(source, target, alpha, sigma, ask),
            (Gaussian { mean, std }, Uniform { low, high }) => {
                let u = Term {
                    low,
                    high,
                    scale: alpha,
                    weight: ask.target,
                };
                let g = Noise {
                    mean,
                    std,
                    scale: sigma,
                    weight: ask.source,
                };
                interval(u, g, ended)
            }
            (Uniform { low, high }, Gaussian { mean, std }) => {
                let u = Term {
                    low,
                    high,
                    scale: sigma,
                    weight: ask.source,
                };
                let g = Noise {
                    mean,
                    std,
                    scale: alpha,
                    weight: ask.target,
                };
                interval(u, g, ended)
            }
            (Uniform { low: l0, high: h0 }, Uniform { low: l1, high: h1 }) => trapezoid(
                Term {
                    low: l1,
                    high: h1,
                    scale: alpha,
                    weight: ask.target,
                },
                Term {
                    low: l0,
                    high: h0,
                    scale: sigma,
                    weight: ask.source,
                },
            ),
        }
    }

    /// Log density and posterior mean at `x`.
    #[inline]
    pub(crate) fn read(&self, x: f64) -> Reading {
        match self {
            Self::Normal {
                centre,
                precision,
                top,
                base,
                gain,
            } => {
                let k = x - centre;
                Reading {
                    log_z: top - 0.5 * precision * k * k,
                    slope: -precision * k,
                    mean: base + gain * k,
                    mean_slope: *gain,
                }
            }
            Self::Blurred(blurred) => blurred.read(x),
            Self::Sharp(sharp) => sharp.read(x),
            Self::Trapezoid { first, second } => trapezoid_at(first, second, x),
        }
    }
}

/// A uniform variable, its coefficient in `X`, and its weight in the combination.
#[derive(Clone, Copy)]
struct Term {
    low: f64,
    high: f64,
    scale: f64,
    weight: f64,
}

/// The same for a Gaussian variable.
#[derive(Clone, Copy)]
struct Noise {
    mean: f64,
    std: f64,
    scale: f64,
    weight: f64,
}

impl Term {
    fn middle(&self) -> f64 {
        0.5 * (self.low + self.high)
    }
}

/// Two Gaussians (or whatever has the same first two moments).
fn normal(source: Kernel, target: Kernel, alpha: f64, sigma: f64, ask: Combination) -> Axis {
    let (m0, v0) = (source.mean(), source.variance());
    let (m1, v1) = (target.mean(), target.variance());
    let variance = (alpha * alpha * v1 + sigma * sigma * v0).max(LEAST_VARIANCE);
    Axis::Normal {
        centre: alpha * m1 + sigma * m0,
        precision: 1.0 / variance,
        top: -0.5 * libm::log(TAU * variance),
        base: ask.target * m1 + ask.source * m0,
        gain: (ask.target * alpha * v1 + ask.source * sigma * v0) / variance,
    }
}

/// An interval and a Gaussian.
fn interval(u: Term, g: Noise, ended: bool) -> Axis {
    let (width, noise) = (u.scale * (u.high - u.low), g.scale * g.std);
    let shift = g.scale * g.mean;
    if width <= LEAST_NOISE * noise || width == 0.0 {
        return flat(u, g);
    }
    let (from, to) = (u.scale * u.low + shift, u.scale * u.high + shift);
    let log_width = libm::log(width);
    if ended || noise <= LEAST_NOISE * width {
        let at_from = u.weight * u.low + g.weight * g.mean;
        return Axis::Sharp(Sharp {
            from,
            to,
            log_width,
            at_from,
            slope: u.weight / u.scale,
        });
    }
    Axis::Blurred(Blurred {
        low: u.low,
        high: u.high,
        stretch: 1.0 / u.scale,
        from,
        to,
        noise,
        width: width / noise,
        log_width,
        weight: u.weight,
        base: g.weight * g.mean,
        gain: g.weight * g.std,
    })
}

/// An interval whose coefficient is 0: `X` says nothing about it.
fn flat(u: Term, g: Noise) -> Axis {
    let variance = (g.scale * g.scale * g.std * g.std).max(LEAST_VARIANCE);
    Axis::Normal {
        centre: u.scale * u.middle() + g.scale * g.mean,
        precision: 1.0 / variance,
        top: -0.5 * libm::log(TAU * variance),
        base: u.weight * u.middle() + g.weight * g.mean,
        gain: g.weight * g.scale * g.std * g.std / variance,
    }
}

/// Two intervals; one whose coefficient is (nearly) 0 counts as the point in its middle.
fn trapezoid(first: Term, second: Term) -> Axis {
    let widths = [first, second].map(|u| u.scale * (u.high - u.low));
    let point = |u: Term| Noise {
        mean: u.middle(),
        std: 0.0,
        scale: u.scale,
        weight: u.weight,
    };
    if widths[1] <= LEAST_WIDTH * widths[0] {
        return interval(first, point(second), true);
    }
    if widths[0] <= LEAST_WIDTH * widths[1] {
        return interval(second, point(first), true);
    }
    let side = |u: Term| Side {
        low: u.scale * u.low,
        high: u.scale * u.high,
        gain: u.weight / u.scale,
    };
    Axis::Trapezoid {
        first: side(first),
        second: side(second),
    }
}

impl Blurred {
    /// `z = (x - scale u - shift) / noise` is standard normal, known to lie between the values that
    /// it has at the two ends of the interval.
    fn read(&self, x: f64) -> Reading {
        let (a, b) = ((x - self.to) / self.noise, (x - self.from) / self.noise);
        let reflected = a + b < 0.0;
        let low = if reflected { -b } else { a };
        let m = Truncated::new(low, self.width);
        // From the end of the interval that is nearer to x.
        let step = m.offset * self.noise * self.stretch;
        let (u, z) = if reflected {
            (self.low + step, -(low + m.offset))
        } else {
            (self.high - step, low + m.offset)
        };
        Reading {
            log_z: m.log_mass - self.log_width,
            slope: -z / self.noise,
            mean: self.weight * u + self.base + self.gain * z,
            mean_slope: self.weight * m.variance * self.stretch
                + self.gain * (1.0 - m.variance) / self.noise,
        }
    }
}

impl Sharp {
    fn read(&self, x: f64) -> Reading {
        let nearest = x.clamp(self.from, self.to);
        let mean = self.at_from + self.slope * (nearest - self.from);
        let (log_z, slope) = continued(-self.log_width, x, nearest);
        let mean_slope = if x == nearest { self.slope } else { 0.0 };
        Reading {
            log_z,
            slope,
            mean,
            mean_slope,
        }
    }
}

/// Given `X = x`, the first scaled variable is uniform on the part of its interval from which the
/// second can make up the difference.
fn trapezoid_at(first: &Side, second: &Side, x: f64) -> Reading {
    let nearest = x.clamp(first.low + second.low, first.high + second.high);
    let (from_second_low, from_second_high) = (nearest - second.high, nearest - second.low);
    let low = first.low.max(from_second_low);
    let high = first.high.min(from_second_high).max(low);
    let v = 0.5 * (low + high);
    // Which ends of the overlap move with x.
    let moving_low = f64::from(u8::from(from_second_low > first.low));
    let moving_high = f64::from(u8::from(from_second_high < first.high));
    let area = (first.high - first.low) * (second.high - second.low);
    // At the very ends of the sum nothing overlaps; a slope of 1e15 a width stands for infinity.
    let overlap = (high - low).max(1e-15 * area.sqrt());
    let (log_z, outside) = continued(libm::log(overlap / area), x, nearest);
    let mean = first.gain * v + second.gain * (nearest - v);
    if x != nearest {
        return Reading {
            log_z,
            slope: outside,
            mean,
            mean_slope: 0.0,
        };
    }
    let v_slope = 0.5 * (moving_low + moving_high);
    Reading {
        log_z,
        slope: (moving_high - moving_low) / overlap,
        mean,
        mean_slope: first.gain * v_slope + second.gain * (1.0 - v_slope),
    }
}

/// The log density and its slope: `inside` at a reachable point, its stand-in elsewhere.
fn continued(inside: f64, x: f64, nearest: f64) -> (f64, f64) {
    let away = x - nearest;
    if away == 0.0 {
        (inside, 0.0)
    } else {
        (EMPTY - FALL * away.abs(), -FALL * away.signum())
    }
}

#[cfg(test)]
mod tests;
