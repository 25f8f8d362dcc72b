//! The transfer is a theorem, so it is tested as one.

use super::*;
use crate::datasets::{eight_gaussians, source, target};
use crate::distribution::Distribution;
use crate::exact::ExactField;
use crate::schedule::tests::all;
use crate::spec::{Drawn, Source, Target};

/// Whether the trained field would be asked so near the end that it gives its limit instead.
fn ended(at: TimeScale) -> bool {
    at.t > 1.0 - 2e-6
}

/// The state at `end` after `n` steps of classical Runge-Kutta from `start`, on times bunched
/// quadratically towards both ends, where some schedules are steep.
fn follow(field: &impl VelocityField, x: Point, start: f64, end: f64, n: usize) -> Point {
    let at = |x: Point, t: f64| {
        let mut out = [[0.0; 2]];
        field.velocity(&[x], t, None, &mut out);
        out[0]
    };
    let bunched = |s: f64| start + (end - start) * s * s * s * (s * (6.0 * s - 15.0) + 10.0);
    let add = |x: Point, u: Point, h: f64| [x[0] + h * u[0], x[1] + h * u[1]];
    (0..n).fold(x, |x, i| {
        let [t, next] = [i, i + 1].map(|i| bunched(i as f64 / n as f64));
        let h = next - t;
        let k1 = at(x, t);
        let k2 = at(add(x, k1, 0.5 * h), t + 0.5 * h);
        let k3 = at(add(x, k2, 0.5 * h), t + 0.5 * h);
        let k4 = at(add(x, k3, h), next);
        [0, 1].map(|i| x[i] + h / 6.0 * (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]))
    })
}

/// `x_bar_r = s_r x_{t_r}` for every ordered pair of schedules, on the exact field.
#[test]
fn transferred_trajectories_are_rescaled_trajectories() {
    let (from_data, to_data) = (
        Distribution::standard_normal(),
        eight_gaussians().scaled(0.4),
    );
    for from in all() {
        let field = ExactField::new(&from_data, &to_data, from);
        for to in all() {
            let transfer = Transfer::new(from, to);
            let moved = Transferred {
                inner: &field,
                transfer,
            };
            let start = transfer.start();
            let begin = transfer.at(start);
            for x in [[0.7, -0.4], [-1.3, 0.9]] {
                for r in [0.5, 0.8, 1.0] {
                    let r = if r < start { continue } else { r };
                    let there = transfer.at(r);
                    let bar = follow(&moved, x.map(|v| begin.s * v), start, r, 400);
                    let own = follow(&field, x, begin.t, there.t, 400).map(|v| there.s * v);
                    let gap = (bar[0] - own[0]).hypot(bar[1] - own[1]);
                    assert!(gap < 1e-4, "{from:?} {to:?} r={r}: {gap}");
                }
            }
        }
    }
}

/// The field transferred from one exact marginal is the exact marginal of the other schedule.
#[test]
fn the_transferred_exact_field_is_the_exact_field() {
    let drawn = Drawn::default();
    let (s, t) = (
        source(Source::Gaussian, &drawn).unwrap(),
        target(Target::Checkerboard, &drawn).unwrap(),
    );
    let x = [[0.3, -0.8], [1.9, 0.4]];
    for from in all() {
        for to in all() {
            let transfer = Transfer::new(from, to);
            let moved = Transferred {
                inner: ExactField::new(&s, &t, from),
                transfer,
            };
            let own = ExactField::new(&s, &t, to);
            for r in [0.3, 0.6, 0.9] {
                if r < transfer.start() || ended(transfer.at(r)) {
                    continue;
                }
                let (mut u, mut v) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
                let (mut du, mut dv) = ([0.0; 2], [0.0; 2]);
                moved.velocity(&x, r, None, &mut u);
                own.velocity(&x, r, None, &mut v);
                moved.divergence(&x, r, None, &mut du);
                own.divergence(&x, r, None, &mut dv);
                for i in 0..2 {
                    let scale = 1.0 + v[i][0].hypot(v[i][1]);
                    let gap = (u[i][0] - v[i][0]).hypot(u[i][1] - v[i][1]);
                    assert!(gap < 1e-7 * scale, "{from:?} {to:?} {r}: {gap}");
                    assert!(
                        (du[i] - dv[i]).abs() < 1e-6 * (1.0 + dv[i].abs()),
                        "{from:?} {to:?} {r}"
                    );
                }
            }
        }
    }
}

#[test]
fn derivatives_of_time_and_scale_agree_with_finite_differences() {
    let h = 1e-6;
    for from in all() {
        for to in all() {
            let transfer = Transfer::new(from, to);
            for r in [0.2, 0.5, 0.7, 0.95] {
                if r <= transfer.start() || ended(transfer.at(r)) {
                    continue;
                }
                let (before, here, after) =
                    (transfer.at(r - h), transfer.at(r), transfer.at(r + h));
                let dt = (after.t - before.t) / (2.0 * h);
                let ds = (after.s - before.s) / (2.0 * h);
                assert!(
                    (here.dt - dt).abs() < 1e-6 * (1.0 + dt.abs()),
                    "{from:?} {to:?} {r}"
                );
                assert!(
                    (here.ds - ds).abs() < 1e-6 * (1.0 + ds.abs()),
                    "{from:?} {to:?} {r}"
                );
            }
        }
    }
}

/// From CondOT: `s = alpha_bar + sigma_bar`, `t = alpha_bar / (alpha_bar + sigma_bar)`.
#[test]
fn from_condot_time_and_scale_have_a_simple_form() {
    for to in all() {
        for r in [0.1, 0.5, 0.9] {
            let at = Transfer::new(Schedule::CondOt, to).at(r);
            let sum = to.alpha(r) + to.sigma(r);
            assert!((at.s - sum).abs() < 1e-12 && (at.t - to.alpha(r) / sum).abs() < 1e-12);
        }
    }
}

#[test]
fn the_start_is_where_the_smallest_trained_snr_is_reached() {
    for from in all() {
        for to in all() {
            let start = Transfer::new(from, to).start();
            let (least, reached) = (from.snr(0.0), to.snr(start));
            assert!(reached >= least * (1.0 - 1e-6), "{from:?} {to:?} {start}");
            // A polynomial schedule's own SNR starts without growing: a little later, then.
            let stalls = least == 0.0 && matches!(from, Schedule::Poly { .. });
            assert!(
                start == 0.0 || reached <= least * (1.0 + 1e-6) || stalls && start == 1e-3,
                "{from:?} {to:?} {start}"
            );
        }
    }
    let vp = Schedule::Vp {
        beta_min: 0.1,
        beta_max: 20.0,
    };
    assert!((Transfer::new(vp, Schedule::CondOt).start() - 0.0065).abs() < 1e-4);
}

#[test]
fn time_and_scale_are_finite_everywhere() {
    for from in all() {
        for to in all() {
            for r in [-1.0, 0.0, 1e-12, 1e-4, 0.5, 1.0 - 1e-7, 1.0, 2.0] {
                let TimeScale { t, s, dt, ds } = Transfer::new(from, to).at(r);
                let fine = (0.0..=1.0).contains(&t) && s > 0.0 && dt >= 0.0;
                assert!(
                    fine && [s, dt, ds].iter().all(|v| v.is_finite()),
                    "{from:?} {to:?} {r}"
                );
            }
        }
    }
}
