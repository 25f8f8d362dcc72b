//! Schedules: the two coefficients of the path `X_t = alpha(t) X_1 + sigma(t) X_0`.
//!
//! A schedule is fit for flow matching when `alpha` rises, `sigma` falls, and their ratio, the
//! signal-to-noise ratio `rho = alpha / sigma`, is strictly increasing, hence invertible (Lipman et
//! al., *Flow Matching Guide and Code*, 2024, sections 4.6 and 4.7; Pokle et al., *Training-free
//! Linear Image Inverses via Flows*, 2023, for the change of schedule built on it).
//!
//! Times outside `[0, 1]` are taken as the nearer end.

use super::coefficients::Coefficients;
use super::custom::Custom;
use super::spec::{PathSpec, ScheduleKind};
use core::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// A schedule and its shape parameters.
#[expect(
    clippy::large_enum_variant,
    reason = "a schedule is copied rarely, and being `Copy` keeps every signature plain"
)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Schedule {
    /// `alpha = t`, `sigma = 1 - t`: straight conditional paths (conditional optimal transport).
    CondOt,
    /// `alpha = t^n`, `sigma = 1 - t^n`, with `n > 0`.
    Poly { n: f64 },
    /// `alpha = sin(pi t / 2)`, `sigma = cos(pi t / 2)`.
    Cosine,
    /// `alpha = t`, `sigma = sqrt(1 - t^2)`: `alpha^2 + sigma^2 = 1`.
    LinearVp,
    /// `alpha = exp(-T/2)`, `sigma = sqrt(1 - exp(-T))` with `T = (1-t)^2 (B-b)/2 + (1-t) b`:
    /// the variance-preserving diffusion of Song et al. (2021), run towards the data. With the
    /// usual `b = 0.1`, `B = 20` it starts at `alpha(0) = 0.0066`, not 0.
    Vp { beta_min: f64, beta_max: f64 },
    /// `alpha = 1`, `sigma = sigma_max (1 - t)^7`: variance exploding, on the grid of Karras et al.
    /// (2022), equation 5, with exponent 7 and smallest sigma 0. It starts at `X_1 + sigma_max X_0`.
    Ve { sigma_max: f64 },
    /// A curve drawn by hand.
    Custom(Custom),
}

/// How near to an end a derivative that diverges there is evaluated.
///
/// `sigma'` of the variance-preserving schedules grows like `(1 - t)^(-1/2)`. At `1 - 1e-6` it is
/// -707 (linear VP) or -158 (VP), large enough that the neglected rest of the path is
/// `sigma(1 - 1e-6) <= 1.4e-3` of the source's width, and small enough for the loss of a batch,
/// whose variance it enters squared, to stay a number an optimiser can use in `f32`.
pub const MARGIN: f64 = 1e-6;

impl Schedule {
    /// The schedule of that kind, with the parameters that `path` holds for it.
    pub fn new(kind: ScheduleKind, path: &PathSpec) -> Self {
        match kind {
            ScheduleKind::CondOt => Self::CondOt,
            ScheduleKind::Poly => Self::Poly { n: path.power },
            ScheduleKind::Cosine => Self::Cosine,
            ScheduleKind::LinearVp => Self::LinearVp,
            ScheduleKind::Vp => Self::Vp {
                beta_min: path.beta_min,
                beta_max: path.beta_max,
            },
            ScheduleKind::Ve => Self::Ve {
                sigma_max: path.sigma_max,
            },
            ScheduleKind::Custom => Self::Custom(Custom::new(path.curve)),
        }
    }

    /// The coefficient of the data; exactly 1 at `t = 1`.
    pub fn alpha(self, t: f64) -> f64 {
        let t = t.clamp(0.0, 1.0);
        match self {
            Self::CondOt | Self::LinearVp => t,
            Self::Poly { n } => libm::pow(t, n),
            Self::Cosine => libm::sin(FRAC_PI_2 * t),
            Self::Vp { beta_min, beta_max } => libm::exp(-0.5 * vp(t, beta_min, beta_max).0),
            Self::Ve { .. } => 1.0,
            Self::Custom(custom) => custom.alpha(t),
        }
    }

    /// The coefficient of the source; exactly 0 at `t = 1`.
    pub fn sigma(self, t: f64) -> f64 {
        let t = t.clamp(0.0, 1.0);
        match self {
            Self::CondOt => 1.0 - t,
            Self::Poly { n } => 1.0 - libm::pow(t, n),
            // cos(pi t / 2), without its rounding residue at t = 1.
            Self::Cosine => libm::sin(FRAC_PI_2 * (1.0 - t)),
            Self::LinearVp => ((1.0 - t) * (1.0 + t)).sqrt(),
            Self::Vp { beta_min, beta_max } => (-libm::expm1(-vp(t, beta_min, beta_max).0)).sqrt(),
            Self::Ve { sigma_max } => sigma_max * karras(1.0 - t),
            Self::Custom(custom) => custom.sigma(t),
        }
    }

    /// `d alpha / d t`, at the nearest time where it is finite (see [`Schedule::regular`]).
    pub(crate) fn d_alpha(self, t: f64) -> f64 {
        let t = self.regular(t);
        match self {
            Self::CondOt | Self::LinearVp => 1.0,
            Self::Poly { n } => n * libm::pow(t, n - 1.0),
            Self::Cosine => FRAC_PI_2 * libm::sin(FRAC_PI_2 * (1.0 - t)),
            Self::Vp { beta_min, beta_max } => 0.5 * vp(t, beta_min, beta_max).1 * self.alpha(t),
            Self::Ve { .. } => 0.0,
            Self::Custom(custom) => custom.coefficients(t).d_alpha,
        }
    }

    /// `d sigma / d t`, at the nearest time where it is finite (see [`Schedule::regular`]).
    pub(crate) fn d_sigma(self, t: f64) -> f64 {
        let t = self.regular(t);
        match self {
            Self::CondOt => -1.0,
            Self::Poly { .. } => -self.d_alpha(t),
            Self::Cosine => -FRAC_PI_2 * libm::sin(FRAC_PI_2 * t),
            Self::LinearVp => -t / self.sigma(t),
            Self::Vp { beta_min, beta_max } => {
                let alpha = self.alpha(t);
                -0.5 * vp(t, beta_min, beta_max).1 * alpha * alpha / self.sigma(t)
            }
            Self::Ve { sigma_max } => -7.0 * sigma_max * sixth_power(1.0 - t),
            Self::Custom(custom) => custom.coefficients(t).d_sigma,
        }
    }

    /// All four at [`Schedule::regular`]`(t)`: one true point of the schedule with finite
    /// derivatives, so that what is computed from them (a velocity, a training target) is
    /// consistent. Differs from `t` only within [`MARGIN`] of an end with a divergent derivative.
    pub fn coefficients(self, t: f64) -> Coefficients {
        let t = self.regular(t);
        Coefficients {
            alpha: self.alpha(t),
            sigma: self.sigma(t),
            d_alpha: self.d_alpha(t),
            d_sigma: self.d_sigma(t),
        }
    }

    /// The time nearest to `t` in `[0, 1]` at which both derivatives are finite, [`MARGIN`] away
    /// from an end where one diverges.
    pub(crate) fn regular(self, t: f64) -> f64 {
        match self {
            Self::LinearVp | Self::Vp { .. } => t.clamp(0.0, 1.0 - MARGIN),
            Self::Poly { n } if n < 1.0 => t.clamp(MARGIN, 1.0),
            _ => t.clamp(0.0, 1.0),
        }
    }

    /// The signal-to-noise ratio `rho = alpha / sigma`; infinite at `t = 1`.
    pub fn snr(self, t: f64) -> f64 {
        self.alpha(t) / self.sigma(t)
    }

    /// The time at which the SNR is `rho >= 0`; 1 for infinity, and 0 below the smallest SNR.
    pub fn inverse_snr(self, rho: f64) -> f64 {
        let noise = 1.0 / rho;
        match self {
            Self::CondOt => 1.0 / (1.0 + noise),
            Self::Poly { n } => libm::pow(1.0 / (1.0 + noise), 1.0 / n),
            Self::Cosine => FRAC_2_PI * libm::atan(rho),
            Self::LinearVp => 1.0 / (1.0 + noise * noise).sqrt(),
            Self::Vp { beta_min, beta_max } => {
                inverse_vp(libm::log1p(noise * noise), beta_min, beta_max)
            }
            Self::Ve { sigma_max } => 1.0 - libm::pow(noise / sigma_max, 1.0 / 7.0),
            Self::Custom(custom) => custom.inverse_snr(rho),
        }
        .clamp(0.0, 1.0)
    }

    /// Whether signal and noise stand still at `t`: a polynomial schedule of a power above 1 does at 0,
    /// a variance-exploding one at 1. A change of schedule then has to hurry there.
    pub fn rests(self, t: f64) -> bool {
        self.one_way(t) == 0.0
    }

    /// `alpha' - sigma' > 0`, the condition under which signal only grows against noise.
    pub fn one_way(self, t: f64) -> f64 {
        self.d_alpha(t) - self.d_sigma(t)
    }
}

/// `T(t)` of VP and `beta(t) = -dT/dt`.
fn vp(t: f64, beta_min: f64, beta_max: f64) -> (f64, f64) {
    let left = 1.0 - t;
    let slope = beta_max - beta_min;
    (
        left * (0.5 * left * slope + beta_min),
        left * slope + beta_min,
    )
}

/// Solves `T(t) = total` for `t`, in the form of the quadratic formula that does not cancel.
fn inverse_vp(total: f64, beta_min: f64, beta_max: f64) -> f64 {
    if total <= 0.0 {
        return 1.0;
    }
    if total >= vp(0.0, beta_min, beta_max).0 {
        return 0.0;
    }
    let discriminant = beta_min * beta_min + 2.0 * (beta_max - beta_min) * total;
    1.0 - 2.0 * total / (beta_min + discriminant.max(0.0).sqrt())
}

/// `x^7`.
fn karras(x: f64) -> f64 {
    x * sixth_power(x)
}

/// `x^6`.
fn sixth_power(x: f64) -> f64 {
    let cube = x * x * x;
    cube * cube
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::custom::Curve;
    use proptest::prelude::*;

    /// One schedule of every family; the drawn one bends both ways.
    pub(crate) fn all() -> [Schedule; 8] {
        let bends = [(0.0, 0.0), (0.3, 0.1), (0.6, 0.75), (1.0, 1.0)];
        [
            Schedule::CondOt,
            Schedule::Poly { n: 2.0 },
            Schedule::Poly { n: 3.5 },
            Schedule::Cosine,
            Schedule::LinearVp,
            Schedule::Vp {
                beta_min: 0.1,
                beta_max: 20.0,
            },
            Schedule::Ve { sigma_max: 5.0 },
            Schedule::Custom(Custom::new(Curve::new(&bends).unwrap())),
        ]
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let h = 1e-6;
        for schedule in all() {
            for i in 1..50 {
                // Not at the points of a drawn curve, where its slope has a corner.
                let t = (f64::from(i) + 0.25) / 50.0;
                let slope = |f: &dyn Fn(f64) -> f64| (f(t + h) - f(t - h)) / (2.0 * h);
                let d_alpha = slope(&|t| schedule.alpha(t));
                let d_sigma = slope(&|t| schedule.sigma(t));
                let scale = 1.0 + d_sigma.abs();
                assert!(
                    (schedule.d_alpha(t) - d_alpha).abs() < 1e-7 * scale,
                    "{schedule:?} {t}"
                );
                assert!(
                    (schedule.d_sigma(t) - d_sigma).abs() < 1e-7 * scale,
                    "{schedule:?} {t}"
                );
            }
        }
    }

    #[test]
    fn all_end_at_the_data_and_start_where_documented() {
        for schedule in all() {
            assert_eq!(
                (schedule.alpha(1.0), schedule.sigma(1.0)),
                (1.0, 0.0),
                "{schedule:?}"
            );
        }
        for schedule in [
            Schedule::CondOt,
            Schedule::Poly { n: 2.0 },
            Schedule::Cosine,
            Schedule::LinearVp,
        ] {
            assert_eq!(
                (schedule.alpha(0.0), schedule.sigma(0.0)),
                (0.0, 1.0),
                "{schedule:?}"
            );
        }
        assert!((all()[5].alpha(0.0) - 0.0066).abs() < 5e-5);
        assert_eq!(all()[6].sigma(0.0), 5.0);
    }

    #[test]
    fn coefficients_are_finite_everywhere_and_one_way() {
        for schedule in all() {
            for i in -1..=1001 {
                let c = schedule.coefficients(f64::from(i) / 1000.0);
                assert!(
                    [c.alpha, c.sigma, c.d_alpha, c.d_sigma]
                        .iter()
                        .all(|v| v.is_finite())
                );
                assert!(c.wronskian() >= 0.0, "{schedule:?} {i}");
            }
            for i in 1..1000 {
                assert!(
                    schedule.one_way(f64::from(i) / 1000.0) > 0.0,
                    "{schedule:?} {i}"
                );
            }
        }
    }

    #[test]
    fn the_wronskian_is_the_slope_of_the_snr() {
        let h = 1e-6;
        for schedule in all() {
            for t in [0.1, 0.4, 0.8] {
                let c = schedule.coefficients(t);
                let slope = (schedule.snr(t + h) - schedule.snr(t - h)) / (2.0 * h);
                assert!((c.wronskian() / (c.sigma * c.sigma) / slope - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn high_powers_rest_at_the_start_and_exploding_variances_at_the_end() {
        for schedule in all() {
            let (poly, ve) = (
                matches!(schedule, Schedule::Poly { .. }),
                matches!(schedule, Schedule::Ve { .. }),
            );
            assert_eq!(
                (schedule.rests(0.0), schedule.rests(1.0)),
                (poly, ve),
                "{schedule:?}"
            );
        }
    }

    #[test]
    fn the_inverse_snr_is_total() {
        for schedule in all() {
            assert_eq!(schedule.inverse_snr(f64::INFINITY), 1.0, "{schedule:?}");
            assert_eq!(schedule.inverse_snr(0.0), 0.0, "{schedule:?}");
        }
    }

    proptest! {
        #[test]
        fn the_inverse_snr_inverts_the_snr(t in 0.0..1.0f64, n in 0.3..8.0f64, low in 0.0..2.0f64, more in 0.1..30.0f64) {
            let shaped = [Schedule::Poly { n }, Schedule::Vp { beta_min: low, beta_max: low + more }];
            for schedule in all().into_iter().chain(shaped) {
                let back = schedule.inverse_snr(schedule.snr(t));
                // Where the SNR is nearly flat, at t = 0 of a high power, t is less determined.
                prop_assert!((back - t).abs() < 1e-6, "{schedule:?} {t} {back}");
                let rho = schedule.snr(t);
                let again = schedule.snr(back);
                prop_assert!((again - rho).abs() <= 1e-7 * (1.0 + rho * rho), "{schedule:?}");
            }
        }
    }
}
