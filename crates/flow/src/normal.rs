//! Moments of a standard normal that is known to lie in an interval, accurate wherever it lies.
//!
//! With `phi` and `Phi` the standard density and distribution function, the textbook forms
//! `E[z] = (phi(a) - phi(b)) / (Phi(b) - Phi(a))` lose all digits for narrow intervals and in the
//! tails. Three forms share the work: the textbook's with `erfc`, Gauss quadrature for narrow
//! intervals, and the continued fraction of Mills' ratio `R(a) = (1 - Phi(a)) / phi(a)` in the tails
//! (Abramowitz and Stegun, 26.2.14), whose tails `R = 1/(a + K)`, `K = 1/(a + K2)`,
//! `K2 = 2/(a + 3/(a + ...))` are the moments free of cancellation: `1 - a R = R K` and
//! `1 - a K = K K2`.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

/// A standard normal `z` given `z` in `[low, low + width]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Truncated {
    /// Log probability of the interval.
    pub log_mass: f64,
    /// `E[z] - low`, in `[0, width]`.
    pub offset: f64,
    /// `Var[z]`.
    pub variance: f64,
}

/// Narrower intervals are integrated by quadrature.
const NARROW: f64 = 0.1;
/// Intervals further out than this are tails.
const FAR: f64 = 6.0;
/// Smallest logarithm of the ratio of the densities at the two ends that makes a tail: with less,
/// the two terms of its differences nearly cancel.
const STEEP: f64 = 0.5;
/// `log sqrt(2 pi)`.
const LOG_SQRT_TAU: f64 = 0.918_938_533_204_672_8;

impl Truncated {
    /// The moments on `[low, low + width]`.
    ///
    /// The interval's middle must not be negative (reflect it otherwise), and `width > 0`.
    pub fn new(low: f64, width: f64) -> Self {
        let fall = width * (low + 0.5 * width);
        if low > FAR && fall > STEEP {
            Self::tail(low, width, fall)
        } else if width < NARROW {
            Self::narrow(low, width)
        } else {
            Self::bulk(low, width)
        }
    }

    /// Textbook forms; relative errors about `1e-16 / width^2`.
    fn bulk(low: f64, width: f64) -> Self {
        let high = low + width;
        let mass = 0.5 * (libm::erfc(low * FRAC_1_SQRT_2) - libm::erfc(high * FRAC_1_SQRT_2));
        let [at_low, at_high] = [low, high].map(|z| density(z) / mass);
        let mean = at_low - at_high;
        Self {
            log_mass: libm::log(mass),
            offset: mean - low,
            variance: 1.0 + low * at_low - high * at_high - mean * mean,
        }
    }

    /// Gauss-Legendre with five nodes, exact to rounding for the nearly constant density left
    /// after the conditions of [`Truncated::new`].
    fn narrow(low: f64, width: f64) -> Self {
        const NODES: [(f64, f64); 5] = [
            (-0.906_179_845_938_664, 0.236_926_885_056_189_08),
            (-0.538_469_310_105_683, 0.478_628_670_499_366_5),
            (0.0, 0.568_888_888_888_888_9),
            (0.538_469_310_105_683, 0.478_628_670_499_366_5),
            (0.906_179_845_938_664, 0.236_926_885_056_189_08),
        ];
        let (half, middle) = (0.5 * width, low + 0.5 * width);
        let (mut mass, mut first, mut second) = (0.0, 0.0, 0.0);
        for (node, weight) in NODES {
            let step = half * node;
            let share = weight * libm::exp(-step * (middle + 0.5 * step));
            mass += share;
            first += share * node;
            second += share * node * node;
        }
        let mean = first / mass;
        Self {
            log_mass: libm::log(half * mass) - 0.5 * middle * middle - LOG_SQRT_TAU,
            offset: half * (1.0 + mean),
            variance: half * half * (second / mass - mean * mean),
        }
    }

    /// Difference of two full tails, in units of the nearer.
    fn tail(low: f64, width: f64, fall: f64) -> Self {
        let (near, far) = (Mills::new(low), Mills::new(low + width));
        let lost = libm::exp(-fall) * far.ratio / near.ratio;
        // Moments of `z - low` over the tail beyond `low + width`.
        let far_first = far.first + width;
        let far_second = far.first * far.second + width * (2.0 * far.first + width);
        let mass = 1.0 - lost;
        let offset = (near.first - lost * far_first) / mass;
        let square = (near.first * near.second - lost * far_second) / mass;
        Self {
            log_mass: libm::log(mass * near.ratio) - 0.5 * low * low - LOG_SQRT_TAU,
            offset,
            variance: square - offset * offset,
        }
    }
}

/// Mills' ratio `R` at `a >= FAR`, and the tails `K`, `K2` of its continued fraction: the mean of
/// `z - a` beyond `a` is `K`, its mean square `K K2`.
struct Mills {
    ratio: f64,
    first: f64,
    second: f64,
}

impl Mills {
    fn new(a: f64) -> Self {
        // Sixteen levels reach rounding at a = 6, and ever fewer would do beyond.
        const DEPTH: i32 = 16;
        let mut rest = 0.0;
        for k in (3..=DEPTH).rev() {
            rest = f64::from(k) / (a + rest);
        }
        let second = 2.0 / (a + rest);
        let first = 1.0 / (a + second);
        Self {
            ratio: 1.0 / (a + first),
            first,
            second,
        }
    }
}

/// The standard normal density.
pub fn density(z: f64) -> f64 {
    libm::exp(-0.5 * z * z) / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quadrature::gauss_legendre;

    /// The moments by 200-point quadrature, relative to the density at `low` so that no tail
    /// underflows, over no more than the 40 units of `1 / max(low, 1)` that matter.
    fn brute(low: f64, width: f64) -> Truncated {
        let reach = width.min(40.0 / low.max(1.0) + if low < 0.0 { -low } else { 0.0 });
        let (mut mass, mut first) = (0.0, 0.0);
        let rule: Vec<(f64, f64)> = gauss_legendre(200)
            .into_iter()
            .map(|(s, w)| {
                let y = 0.5 * reach * (1.0 + s);
                (y, 0.5 * reach * w * libm::exp(-y * (low + 0.5 * y)))
            })
            .collect();
        for &(y, share) in &rule {
            mass += share;
            first += share * y;
        }
        let offset = first / mass;
        let variance = rule
            .iter()
            .map(|(y, share)| share * (y - offset) * (y - offset))
            .sum::<f64>();
        Truncated {
            log_mass: libm::log(mass) - 0.5 * low * low - LOG_SQRT_TAU,
            offset,
            variance: variance / mass,
        }
    }

    #[test]
    fn moments_agree_with_brute_quadrature_in_every_regime() {
        for width in [1e-6, 1e-3, 0.05, 0.0999, 0.1001, 0.5, 2.0, 7.0, 30.0] {
            for low in [
                -15.0, -3.0, -0.3, 0.0, 0.7, 3.0, 5.9, 6.1, 9.0, 20.0, 100.0, 1e4, 1e6,
            ] {
                if low + 0.5 * width < 0.0 {
                    continue;
                }
                let (ours, brute) = (Truncated::new(low, width), brute(low, width));
                let close = |a: f64, b: f64, tolerance: f64| (a / b - 1.0).abs() < tolerance;
                assert!(
                    (ours.log_mass - brute.log_mass).abs() < 1e-12 * (1.0 + brute.log_mass.abs())
                        && close(ours.offset, brute.offset, 1e-11)
                        && close(ours.variance, brute.variance, 1e-9),
                    "[{low}, +{width}]: {ours:?} {brute:?}"
                );
            }
        }
    }

    #[test]
    fn moments_stay_finite_at_absurd_distances() {
        for low in [1e9, 1e50, 1e120] {
            for width in [1e-12, 1.0, 1e9] {
                let m = Truncated::new(low, width);
                assert!(
                    m.log_mass.is_finite() && m.offset >= 0.0 && m.offset <= width,
                    "{m:?}"
                );
                assert!(m.variance >= 0.0, "{m:?}");
            }
        }
    }
}
