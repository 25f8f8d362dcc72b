//! Oracles: brute quadrature of Bayes' formula, finite differences, limits at the ends.

use super::*;
use crate::quadrature::gauss_legendre;
use crate::schedule::Schedule;

const ASK: Combination = Combination {
    target: 1.3,
    source: -0.7,
};

const GAUSSIAN: Kernel = Kernel::Gaussian {
    mean: 0.4,
    std: 0.8,
};
const NARROW: Kernel = Kernel::Gaussian {
    mean: -1.1,
    std: 0.1,
};
const POINT: Kernel = Kernel::Gaussian {
    mean: 0.3,
    std: 0.0,
};
const BOX: Kernel = Kernel::Uniform {
    low: -0.5,
    high: 1.7,
};
const WIDE: Kernel = Kernel::Uniform {
    low: -2.0,
    high: 2.5,
};
const KERNELS: [Kernel; 5] = [GAUSSIAN, NARROW, POINT, BOX, WIDE];

fn density(kernel: Kernel, x: f64) -> f64 {
    kernel.log_density(x).exp()
}

/// Nodes `(u, p(u) du)` of a kernel: its interval, or nine standard deviations.
fn nodes(kernel: Kernel) -> Vec<(f64, f64)> {
    let (low, high) = match kernel {
        Kernel::Uniform { low, high } => (low, high),
        Kernel::Gaussian { std: 0.0, mean } => return vec![(mean, 1.0)],
        Kernel::Gaussian { mean, std } => (mean - 9.0 * std, mean + 9.0 * std),
    };
    let panels = 400;
    let half = 0.5 * (high - low) / f64::from(panels);
    let rule = gauss_legendre(8);
    (0..panels)
        .flat_map(|i| {
            let middle = low + half * f64::from(2 * i + 1);
            rule.iter()
                .map(move |&(s, w)| (middle + half * s, half * w))
        })
        .map(|(u, w)| (u, w * density(kernel, u)))
        .collect()
}

/// Evidence and posterior mean of `ASK` by integrating over the variable with the rougher density.
fn brute(source: Kernel, target: Kernel, at: &Coefficients, x: f64) -> (f64, f64) {
    let over_target = matches!(target, Kernel::Uniform { .. })
        || matches!(source, Kernel::Gaussian { std, .. } if std > 0.0);
    let (mut z, mut first) = (0.0, 0.0);
    for (u, share) in nodes(if over_target { target } else { source }) {
        let (x1, x0, other) = if over_target {
            let x0 = (x - at.alpha * u) / at.sigma;
            (u, x0, density(source, x0) / at.sigma)
        } else {
            let x1 = (x - at.sigma * u) / at.alpha;
            (x1, u, density(target, x1) / at.alpha)
        };
        z += share * other;
        first += share * other * (ASK.target * x1 + ASK.source * x0);
    }
    (z, first / z)
}

#[test]
fn evidence_and_mean_agree_with_brute_quadrature_for_every_kind_of_pair() {
    for source in KERNELS {
        for target in KERNELS {
            let point = |k: Kernel| k.variance() == 0.0;
            let smooth = |k: Kernel| matches!(k, Kernel::Gaussian { std, .. } if std > 0.0);
            if (point(source) || point(target)) && !(smooth(source) || smooth(target)) {
                continue; // A density that no integral sees; tested below.
            }
            // Quadrature across the edge of an interval is only so accurate.
            let tolerance = if smooth(source) || smooth(target) {
                1e-9
            } else {
                6e-3
            };
            for t in [0.05, 0.3, 0.5, 0.9] {
                let at = Schedule::Cosine.coefficients(t);
                let axis = Axis::new(source, target, &at, ASK, false);
                for x in [-1.9, -0.6, 0.1, 0.77, 1.5, 2.1] {
                    let (z, mean) = brute(source, target, &at, x);
                    let ours = axis.read(x);
                    if z < 1e-12 {
                        // The quadrature spans nine standard deviations, no more.
                        assert!(ours.log_z < -20.0);
                        continue;
                    }
                    assert!(
                        (ours.log_z - z.ln()).abs() < tolerance * (1.0 + z.ln().abs()),
                        "{source:?} {target:?} {t} {x}: {} {}",
                        ours.log_z,
                        z.ln()
                    );
                    assert!(
                        (ours.mean - mean).abs() < tolerance * (1.0 + mean.abs()),
                        "{source:?} {target:?} {t} {x}: {} {mean}",
                        ours.mean
                    );
                }
            }
        }
    }
}

#[test]
fn slopes_agree_with_finite_differences() {
    let h = 1e-5;
    for source in KERNELS {
        for target in KERNELS {
            for t in [0.002, 0.05, 0.3, 0.6, 0.97] {
                let at = Schedule::CondOt.coefficients(t);
                let axis = Axis::new(source, target, &at, ASK, false);
                for i in 0..25 {
                    let x = -3.013 + 0.25 * f64::from(i);
                    let (left, here, right) = (axis.read(x - h), axis.read(x), axis.read(x + h));
                    let slope = (right.log_z - left.log_z) / (2.0 * h);
                    if slope.abs() > 1e6 {
                        continue; // across the edge of what can be reached
                    }
                    let mean_slope = (right.mean - left.mean) / (2.0 * h);
                    let close = |a: f64, b: f64| (a - b).abs() < 1e-5 * (1.0 + b.abs());
                    assert!(
                        close(here.slope, slope) || here.log_z < -1e5,
                        "{source:?} {target:?} {t} {x} {} {slope}",
                        here.slope
                    );
                    assert!(
                        close(here.mean_slope, mean_slope),
                        "{source:?} {target:?} {t} {x} {} {mean_slope}",
                        here.mean_slope
                    );
                }
            }
        }
    }
}

#[test]
fn at_the_start_the_data_and_at_the_end_the_source_are_as_before_any_observation() {
    for source in KERNELS {
        for target in KERNELS {
            let x1 = Combination {
                target: 1.0,
                source: 0.0,
            };
            let start = Schedule::CondOt.coefficients(0.0);
            let axis = Axis::new(source, target, &start, x1, false);
            assert!((axis.read(source.mean()).mean - target.mean()).abs() < 1e-12);
            let x0 = Combination {
                target: 0.0,
                source: 1.0,
            };
            let end = Schedule::CondOt.coefficients(1.0);
            let axis = Axis::new(source, target, &end, x0, true);
            assert!((axis.read(target.mean()).mean - source.mean()).abs() < 1e-12);
        }
    }
}

#[test]
fn readings_are_continuous_towards_the_ends() {
    for source in [GAUSSIAN, BOX] {
        for target in [GAUSSIAN, NARROW, BOX] {
            for (end, near) in [(0.0, 1e-8), (1.0, 1.0 - 1e-8)] {
                let read = |t: f64| {
                    let at = Schedule::CondOt.coefficients(t);
                    Axis::new(source, target, &at, ASK, t == 1.0).read(0.37)
                };
                let (limit, close) = (read(end), read(near));
                assert!(
                    (limit.mean - close.mean).abs() < 1e-6,
                    "{limit:?} {close:?}"
                );
                assert!(
                    (limit.log_z - close.log_z).abs() < 1e-6,
                    "{source:?} {target:?} {end} {limit:?} {close:?}"
                );
            }
        }
    }
}

#[test]
fn readings_are_finite_at_any_distance() {
    for source in KERNELS {
        for target in KERNELS {
            for t in [0.0, 1e-12, 1e-3, 0.5, 0.999, 1.0 - 1e-12, 1.0] {
                let at = Schedule::CondOt.coefficients(t);
                let axis = Axis::new(source, target, &at, ASK, t > 1.0 - 1e-6);
                for x in [0.0, -1.0, 30.0, 1e6, -1e30, 1e100] {
                    let r = axis.read(x);
                    let all = [r.log_z, r.slope, r.mean, r.mean_slope];
                    assert!(
                        all.iter().all(|v| v.is_finite()),
                        "{source:?} {target:?} {t} {x} {r:?}"
                    );
                }
            }
        }
    }
}
