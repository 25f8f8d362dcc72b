//! Oracles: brute quadrature over the data, finite differences, the continuity equation, published
//! figures.

use super::*;
use crate::datasets::{around_points, source, target};
use crate::random::Rng;
use crate::schedule::tests::all;
use crate::spec::{Drawn, Source, Target};

fn named(s: Source, t: Target) -> (Distribution, Distribution) {
    let points = vec![[0.0, 1.0], [1.5, -0.5], [-2.0, 0.3]];
    let drawn = Drawn {
        source: points.clone(),
        target: points,
        ..Drawn::default()
    };
    (source(s, &drawn).unwrap(), target(t, &drawn).unwrap())
}

fn field(s: Source, t: Target, schedule: Schedule) -> ExactField {
    let (s, t) = named(s, t);
    ExactField::new(&s, &t, schedule)
}

fn velocity(field: &ExactField, x: Point, t: f64) -> Point {
    let mut out = [[0.0; 2]];
    field.velocity(&[x], t, None, &mut out);
    out[0]
}

fn divergence(field: &ExactField, x: Point, t: f64) -> f64 {
    let mut out = [0.0];
    field.divergence(&[x], t, None, &mut out);
    out[0]
}

/// Every source with every target, but the largest products only once.
fn cases() -> Vec<(Source, Target)> {
    let small = [Target::Checkerboard, Target::EightGaussians, Target::Drawn];
    let mut cases: Vec<_> = Source::ALL
        .iter()
        .flat_map(|&s| small.map(|t| (s, t)))
        .collect();
    cases.extend([Target::Moons, Target::Spirals, Target::Rings].map(|t| (Source::Gaussian, t)));
    cases.push((Source::Square, Target::Moons));
    cases
}

/// Points of `X_t` itself, where the field matters.
fn reachable(s: Source, t: Target, schedule: Schedule, time: f64, n: usize) -> Vec<Point> {
    let mut rng = Rng::new(11);
    let (s, t) = named(s, t);
    let (x0, x1) = (s.sample(&mut rng, n), t.sample(&mut rng, n));
    let c = schedule.coefficients(time);
    let mix = |(x0, x1): (&Point, &Point)| [0, 1].map(|i| c.alpha * x1[i] + c.sigma * x0[i]);
    x0.iter().zip(&x1).map(mix).collect()
}

/// `E[X_1 | X_t = x]` for a standard normal source, by a fine grid over the target's density.
fn brute_posterior_mean(target: &Distribution, schedule: Schedule, x: Point, t: f64) -> Point {
    let (n, extent) = (900, 5.0);
    let at = schedule.coefficients(t);
    let coordinate = |i: usize| -extent + 2.0 * extent * (i as f64 + 0.5) / n as f64;
    let (mut z, mut first) = (0.0, [0.0; 2]);
    for i in 0..n {
        for j in 0..n {
            let x1 = [coordinate(i), coordinate(j)];
            let noise = [0, 1].map(|k| (x[k] - at.alpha * x1[k]) / at.sigma);
            let likelihood = (-0.5 * (noise[0] * noise[0] + noise[1] * noise[1])).exp();
            if likelihood < 1e-12 {
                continue;
            }
            let share = target.density(x1) * likelihood;
            z += share;
            first = [0, 1].map(|k| first[k] + share * x1[k]);
        }
    }
    first.map(|v| v / z)
}

#[test]
fn posterior_mean_agrees_with_brute_integration_over_the_data() {
    // The board's edges fall between the grid's nodes: first order there.
    for (name, tolerance) in [(Target::Checkerboard, 4e-3), (Target::Drawn, 1e-6)] {
        let (s, t) = named(Source::Gaussian, name);
        for schedule in [Schedule::CondOt, Schedule::LinearVp] {
            let exact = ExactField::new(&s, &t, schedule);
            for (x, time) in [([0.3, 0.2], 0.6), ([-1.1, 0.9], 0.8)] {
                let brute = brute_posterior_mean(&t, schedule, x, time);
                let ours = exact.posterior_mean(x, time);
                for i in [0, 1] {
                    assert!(
                        (ours[i] - brute[i]).abs() < tolerance,
                        "{name:?} {ours:?} {brute:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn divergence_and_score_agree_with_finite_differences() {
    let h = 1e-5;
    for (s, t) in cases() {
        for schedule in [
            Schedule::CondOt,
            Schedule::Vp {
                beta_min: 0.1,
                beta_max: 20.0,
            },
        ] {
            let exact = field(s, t, schedule);
            for time in [0.01, 0.4, 0.9] {
                for x in reachable(s, t, schedule, time, 4) {
                    let step = |i: usize, by: f64| {
                        let mut p = x;
                        p[i] += by;
                        p
                    };
                    let slope =
                        |f: &dyn Fn(Point) -> f64, i| (f(step(i, h)) - f(step(i, -h))) / (2.0 * h);
                    let expected = slope(&|p| velocity(&exact, p, time)[0], 0)
                        + slope(&|p| velocity(&exact, p, time)[1], 1);
                    let ours = divergence(&exact, x, time);
                    assert!(
                        (ours - expected).abs() < 2e-5 * (1.0 + expected.abs()),
                        "{s:?} {t:?} {schedule:?} {time} {x:?}: {ours} {expected}"
                    );
                    let score = exact.score(x, time);
                    for i in [0, 1] {
                        let expected = slope(&|p| exact.log_density(p, time), i);
                        assert!(
                            (score[i] - expected).abs() < 2e-5 * (1.0 + expected.abs()),
                            "{s:?} {t:?} {time} {x:?}: {score:?} {expected}"
                        );
                    }
                }
            }
        }
    }
}

/// `d p / d t + u . grad p + p div u = 0`, divided by `p`.
#[test]
fn mass_is_conserved_the_continuity_equation() {
    let h = 1e-6;
    for (s, t) in cases() {
        for schedule in all() {
            let exact = field(s, t, schedule);
            for time in [0.1, 0.5, 0.85] {
                for x in reachable(s, t, schedule, time, 3) {
                    let [before, after] = [-h, h].map(|by| exact.log_density(x, time + by));
                    let (u, score) = (velocity(&exact, x, time), exact.score(x, time));
                    let flux = u[0] * score[0] + u[1] * score[1] + divergence(&exact, x, time);
                    let change = (after - before) / (2.0 * h);
                    assert!(
                        (change + flux).abs() < 1e-5 * (1.0 + flux.abs()),
                        "{s:?} {t:?} {schedule:?} {time} {x:?}: {change} {flux}"
                    );
                }
            }
        }
    }
}

#[test]
fn densities_integrate_to_one() {
    let (n, extent) = (300, 9.0);
    let cell = 2.0 * extent / n as f64;
    let grid: Vec<Point> = (0..n * n)
        .map(|k| [k % n, k / n].map(|i| -extent + cell * (i as f64 + 0.5)))
        .collect();
    for (s, t) in [
        (Source::Gaussian, Target::Checkerboard),
        (Source::Square, Target::Checkerboard),
        (Source::EightGaussians, Target::Drawn),
        (Source::Gaussian, Target::Rings),
    ] {
        let exact = field(s, t, Schedule::Cosine);
        for time in [0.0, 0.35, 0.8] {
            let mass: f64 = exact.densities(&grid, time).iter().sum::<f64>() * cell * cell;
            // Edges of boxes fall between the grid's nodes.
            let tolerance = if s == Source::Square { 2e-2 } else { 2e-4 };
            assert!((mass - 1.0).abs() < tolerance, "{s:?} {t:?} {time} {mass}");
        }
    }
}

#[test]
fn the_ends_are_the_source_and_the_target() {
    for (s, t) in cases() {
        let (source, target) = named(s, t);
        let exact = ExactField::new(&source, &target, Schedule::CondOt);
        let mut rng = Rng::new(3);
        for p in source.sample(&mut rng, 5) {
            assert!((exact.log_density(p, 0.0) - source.log_density(p)).abs() < 1e-9);
            let mean = exact.posterior_mean(p, 0.0);
            assert!(
                [0, 1]
                    .iter()
                    .all(|&i| (mean[i] - target.mean()[i]).abs() < 1e-9)
            );
        }
        for p in target.sample(&mut rng, 5) {
            assert!((exact.log_density(p, 1.0) - target.log_density(p)).abs() < 1e-9);
            let mean = exact.posterior_mean(p, 1.0);
            assert!([0, 1].iter().all(|&i| (mean[i] - p[i]).abs() < 1e-9));
        }
    }
}

/// The affine identities between what a network can predict (Lipman et al. 2024, table 1).
#[test]
fn velocity_posterior_means_and_score_are_affine_in_each_other() {
    for (s, t) in cases() {
        for schedule in all() {
            let exact = field(s, t, schedule);
            let time = 0.6;
            let c = schedule.coefficients(time);
            for x in reachable(s, t, schedule, time, 3) {
                let (u, x1, x0) = (
                    velocity(&exact, x, time),
                    exact.posterior_mean(x, time),
                    exact.source_mean(x, time),
                );
                for i in [0, 1] {
                    let from_x1 = c.d_sigma / c.sigma * x[i] + c.wronskian() / c.sigma * x1[i];
                    let from_x0 = c.d_alpha / c.alpha * x[i] - c.wronskian() / c.alpha * x0[i];
                    assert!((u[i] - from_x1).abs() < 1e-9 * (1.0 + u[i].abs()));
                    assert!((u[i] - from_x0).abs() < 1e-9 * (1.0 + u[i].abs()));
                    if s == Source::Gaussian {
                        let score = -(x[i] - c.alpha * x1[i]) / (c.sigma * c.sigma);
                        assert!(
                            (exact.score(x, time)[i] - score).abs() < 1e-8 * (1.0 + score.abs())
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn posterior_weights_are_probabilities_that_average_the_parts() {
    let (s, t) = named(Source::Gaussian, Target::Drawn);
    let exact = ExactField::new(&s, &t, Schedule::CondOt);
    let weights = exact.posterior_weights([0.2, 0.4], 0.5);
    assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    // Bayes' formula, by hand: a Gaussian of variance 0.08^2 / 4 + 1 / 4 around half of each point.
    let variance = 0.25 * (1.0 + 0.08 * 0.08);
    let posterior_1d = |c: &Component| {
        let square = (0.2 - 0.5 * c.x.mean()).powi(2) + (0.4 - 0.5 * c.y.mean()).powi(2);
        (-0.5 * square / variance).exp()
    };
    let total: f64 = t.components().iter().map(posterior_1d).sum();
    for (weight, component) in weights.iter().zip(t.components()) {
        assert!((weight - posterior_1d(component) / total).abs() < 1e-12);
    }
}

#[test]
fn everything_is_finite_everywhere() {
    for (s, t) in cases() {
        for schedule in all() {
            let exact = field(s, t, schedule);
            for time in [-1.0, 0.0, 1e-9, 0.5, 1.0 - 1e-9, 1.0, 2.0] {
                for x in [[0.0, 0.0], [3.0, -40.0], [1e8, 1e-8], [-1e300, 1e150]] {
                    let (u, div) = (velocity(&exact, x, time), divergence(&exact, x, time));
                    let score = exact.score(x, time);
                    let all = [u[0], u[1], div, score[0], score[1]];
                    assert!(
                        all.iter().all(|v| v.is_finite()),
                        "{s:?} {t:?} {schedule:?} {time} {x:?} {all:?}"
                    );
                    assert!(!exact.log_density(x, time).is_nan());
                }
            }
        }
    }
}

#[test]
fn outside_the_board_the_last_velocity_points_at_its_nearest_square() {
    let exact = field(Source::Gaussian, Target::Checkerboard, Schedule::CondOt);
    // Just right of the square [0, 1/0.45] x [0, 1/0.45], above the centre line.
    let edge = 1.0 / 0.45;
    let u = velocity(&exact, [edge + 0.01, 1.0], 1.0);
    assert!((u[0] - edge).abs() < 1e-9 || u[0] > edge, "{u:?}");
    assert!(u[0].abs() < 10.0 && u[1].abs() < 10.0, "{u:?}");
}

#[test]
fn degenerate_points_collapse_as_they_should() {
    let dirac = Distribution::new(vec![Component::gaussian(1.0, [1.0, -2.0], 0.0)]);
    let exact = ExactField::new(&Distribution::standard_normal(), &dirac, Schedule::CondOt);
    let u = velocity(&exact, [0.5, 0.5], 0.75);
    // The conditional velocity (x1 - x) / (1 - t).
    assert!(
        (u[0] - 2.0).abs() < 1e-12 && (u[1] + 10.0).abs() < 1e-12,
        "{u:?}"
    );
    assert!(around_points(&[[0.0, f64::NAN]]).is_err());
}

/// Published: 3.737 +- 0.007, mean over coordinates; 7.576 for a network that says 0.
///
/// Two estimators of the floor on the same draws: the loss of the exact field itself, and what is
/// left of the zero network's loss after the part that the field explains.
#[test]
fn bayes_floor_of_the_checkerboard() {
    let (s, t) = named(Source::Gaussian, Target::Checkerboard);
    let exact = ExactField::new(&s, &t, Schedule::CondOt);
    let zero = 0.5 * (s.second_moment() + t.second_moment());
    assert!((zero - 7.576).abs() < 0.02, "{zero}");
    let mut rng = Rng::new(5);
    let (strata, n) = (400, 500);
    let (mut explained, mut loss) = (0.0, 0.0);
    let mut u = vec![[0.0; 2]; n];
    for k in 0..strata {
        let time = (f64::from(k) + rng.uniform()) / f64::from(strata);
        let (x0, x1) = (s.sample(&mut rng, n), t.sample(&mut rng, n));
        let mix = |k: usize| [0, 1].map(|i| time * x1[k][i] + (1.0 - time) * x0[k][i]);
        exact.velocity(&(0..n).map(mix).collect::<Vec<_>>(), time, None, &mut u);
        for (k, u) in u.iter().enumerate() {
            let miss = [0, 1].map(|i| x1[k][i] - x0[k][i] - u[i]);
            explained += 0.5 * (u[0] * u[0] + u[1] * u[1]);
            loss += 0.5 * (miss[0] * miss[0] + miss[1] * miss[1]);
        }
    }
    let draws = f64::from(strata) * n as f64;
    for floor in [loss / draws, zero - explained / draws] {
        // Three standard errors of the published figure; ours is about 0.008.
        assert!((floor - 3.737).abs() < 0.028, "{floor}");
    }
}

/// Coarser stand-ins, where the other side's noise hides them, change the velocity by no more than
/// the curves' own bound.
#[test]
fn stand_ins_give_the_same_field_where_they_are_used() {
    let names = [Target::Moons, Target::Spirals, Target::Rings];
    let cases = names.map(|t| (Source::Gaussian, t));
    for (s, t) in cases.into_iter().chain([(Source::Moons, Target::Drawn)]) {
        let (from, to) = named(s, t);
        let whole = |data: &Distribution| Distribution::new(data.components().to_vec());
        let fine = ExactField::new(&whole(&from), &whole(&to), Schedule::CondOt);
        let coarse = ExactField::new(&from, &to, Schedule::CondOt);
        let mut worst = 0.0f64;
        for k in 1..40 {
            let time = f64::from(k) / 40.0;
            for x in reachable(s, t, Schedule::CondOt, time, 100) {
                let (a, b) = (velocity(&fine, x, time), velocity(&coarse, x, time));
                worst = worst.max((a[0] - b[0]).hypot(a[1] - b[1]));
                let (a, b) = (divergence(&fine, x, time), divergence(&coarse, x, time));
                worst = worst.max((a - b).abs() / (10.0 + a.abs()));
            }
        }
        assert!(worst < 1e-5, "{s:?} {t:?}: {worst}");
    }
}
