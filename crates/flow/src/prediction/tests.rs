//! Oracle: the exact field, which knows velocity, posterior mean, source mean and score apart.

use super::*;
use crate::batch::Objective;
use crate::datasets;
use crate::distribution::Distribution;
use crate::exact::ExactField;
use crate::random::Rng;
use crate::schedule::tests::all;
use crate::spec::{Drawn, LaneSpec, ScheduleKind};

/// What a perfect network would say; its divergence by central differences.
struct Perfect<'a>(&'a ExactField, Prediction);

impl VelocityField for Perfect<'_> {
    fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
        let say = |x| match self.1 {
            Prediction::Velocity => velocity(self.0, x, t),
            Prediction::X1 => self.0.posterior_mean(x, t),
            Prediction::X0 => self.0.source_mean(x, t),
            Prediction::Score => self.0.score(x, t),
        };
        out.iter_mut().zip(x).for_each(|(out, &x)| *out = say(x));
    }

    fn divergence(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [f64]) {
        let mut columns = [vec![[0.0; 2]; x.len()], vec![[0.0; 2]; x.len()]];
        self.directional(x, t, None, &vec![[1.0, 0.0]; x.len()], &mut columns[0]);
        self.directional(x, t, None, &vec![[0.0, 1.0]; x.len()], &mut columns[1]);
        for (i, out) in out.iter_mut().enumerate() {
            *out = columns[0][i][0] + columns[1][i][1];
        }
    }
}

fn velocity(field: &impl VelocityField, x: Point, t: f64) -> Point {
    let mut out = [[0.0; 2]];
    field.velocity(&[x], t, None, &mut out);
    out[0]
}

fn divergence(field: &impl VelocityField, x: Point, t: f64) -> f64 {
    let mut out = [0.0];
    field.divergence(&[x], t, None, &mut out);
    out[0]
}

fn distance(a: Point, b: Point) -> f64 {
    libm::hypot(a[0] - b[0], a[1] - b[1])
}

/// Source, target, and whether the score has its formula.
fn cases() -> [(Distribution, Distribution, bool); 3] {
    let normal = Distribution::standard_normal();
    let eight = datasets::eight_gaussians();
    [
        (normal.clone(), eight.clone(), true),
        (normal, datasets::checkerboard(), true),
        (datasets::square(), eight, false),
    ]
}

/// A point of the path.
fn reached(
    (source, target): (&Distribution, &Distribution),
    c: &Coefficients,
    rng: &mut Rng,
) -> Point {
    Prediction::Velocity.of_pair(
        &Coefficients {
            d_alpha: c.alpha,
            d_sigma: c.sigma,
            ..*c
        },
        source.draw(rng),
        target.draw(rng),
    )
}

fn fields(schedule: Schedule) -> [(ExactField, bool); 3] {
    cases().map(|(s, t, normal)| (ExactField::new(&s, &t, schedule), normal))
}
fn somewhere(rng: &mut Rng) -> Point {
    [2.0 * rng.normal(), 2.0 * rng.normal()]
}

#[test]
fn every_conversion_of_the_exact_answers_is_the_exact_velocity() {
    let mut rng = Rng::new(1);
    for schedule in all() {
        for (source, target, normal) in cases() {
            let field = ExactField::new(&source, &target, schedule);
            let usable = |p: &Prediction| normal || *p != Prediction::Score;
            for prediction in Prediction::ALL.iter().copied().filter(usable) {
                let converted = Converted::new(Perfect(&field, prediction), prediction, schedule);
                let (first, last) = prediction.well_conditioned(schedule);
                for i in 0..=20 {
                    let t = first + (last - first) * f64::from(i) / 20.0;
                    let c = schedule.coefficients(t);
                    let x = reached((&source, &target), &c, &mut rng);
                    let expected = velocity(&field, x, t);
                    // At the very end a box's noise counts as gone for the field, not for us.
                    let size = 1.0 + expected[0].abs() + expected[1].abs();
                    let ended = t > 1.0 - 2e-6;
                    let error = distance(velocity(&converted, x, t), expected) / size;
                    assert!(
                        error < 1e-9 || ended,
                        "{schedule:?} {prediction:?} {t}: {error}"
                    );
                }
            }
        }
    }
}

#[test]
fn divergences_are_converted_too() {
    let mut rng = Rng::new(2);
    for schedule in all() {
        let [(field, _), ..] = fields(schedule);
        for prediction in Prediction::ALL.iter().copied() {
            let converted = Converted::new(Perfect(&field, prediction), prediction, schedule);
            let x = somewhere(&mut rng);
            let expected = divergence(&field, x, 0.5);
            let error = (divergence(&converted, x, 0.5) - expected).abs();
            assert!(
                error < 1e-6 * (1.0 + expected.abs()),
                "{schedule:?} {prediction:?} {error}"
            );
            let along = |field: &dyn VelocityField| {
                let mut out = [[0.0; 2]];
                field.directional(&[x], 0.5, None, &[[0.6, -0.8]], &mut out);
                out[0]
            };
            let error = distance(along(&converted), along(&field));
            assert!(
                error < 1e-6 * (1.0 + expected.abs()),
                "{schedule:?} {prediction:?} {error}"
            );
        }
    }
}

#[test]
fn at_the_ends_it_is_the_velocity_of_the_nearest_good_time() {
    for schedule in all() {
        for (field, normal) in fields(schedule) {
            let usable = |p: &Prediction| normal || *p != Prediction::Score;
            for prediction in Prediction::ALL.iter().copied().filter(usable) {
                let converted = Converted::new(Perfect(&field, prediction), prediction, schedule);
                let (first, last) = prediction.well_conditioned(schedule);
                for x in [[0.0, 0.0], [1.3, -0.4], [40.0, 1e3]] {
                    for t in [-1.0, 0.0, 1e-9, 1.0 - 1e-9, 1.0, 2.0] {
                        let v = velocity(&converted, x, t);
                        assert!(
                            v.iter().all(|v| v.is_finite()),
                            "{schedule:?} {prediction:?}"
                        );
                        let held = velocity(&converted, x, t.clamp(first, last));
                        assert_eq!(v, held, "{schedule:?} {prediction:?} {x:?} {t}");
                    }
                }
            }
        }
    }
}

#[test]
fn conversions_are_those_of_the_design_and_invert_each_other() {
    let c = Schedule::Cosine.coefficients(0.3);
    let (a, s, da, ds) = (c.alpha, c.sigma, c.d_alpha, c.d_sigma);
    let to = |p: Prediction| p.to(Prediction::Velocity, &c);
    let close = |affine: Affine, x: f64, q: f64| {
        assert!((affine.x_factor - x).abs() < 1e-12 && (affine.factor - q).abs() < 1e-12);
    };
    close(to(Prediction::Velocity), 0.0, 1.0);
    close(to(Prediction::X1), ds / s, (da * s - ds * a) / s);
    close(to(Prediction::X0), da / a, (ds * a - da * s) / a);
    let score = Prediction::X1.to(Prediction::Score, &c);
    close(score, -1.0 / (s * s), a / (s * s));
    for schedule in all() {
        let c = schedule.coefficients(0.4);
        let (x0, x1) = ([0.3, -1.1], [2.0, 0.7]);
        let x = [0, 1].map(|i| c.alpha * x1[i] + c.sigma * x0[i]);
        for from in Prediction::ALL.iter().copied() {
            for into in Prediction::ALL.iter().copied() {
                let expected = into.of_pair(&c, x0, x1);
                let ours = from.to(into, &c).apply(x, from.of_pair(&c, x0, x1));
                assert!(
                    distance(ours, expected) < 1e-10,
                    "{schedule:?} {from:?} {into:?}"
                );
            }
        }
    }
}

#[test]
fn conditioning_is_the_factor_of_the_conversion() {
    for schedule in all() {
        for prediction in Prediction::ALL.iter().copied() {
            for t in [0.1, 0.5, 0.9] {
                let affine = prediction.to(Prediction::Velocity, &schedule.coefficients(t));
                let factor = prediction.conditioning(schedule, t);
                assert!((affine.factor.abs() / factor - 1.0).abs() < 1e-12);
            }
        }
    }
    let condot = |p: Prediction, t| p.conditioning(Schedule::CondOt, t);
    assert!((condot(Prediction::X1, 0.75) - 4.0).abs() < 1e-12);
    assert!((condot(Prediction::X0, 0.25) - 4.0).abs() < 1e-12);
    assert_eq!(condot(Prediction::X1, 1.0), f64::INFINITY);
    let (first, last) = (
        Prediction::X0.well_conditioned(Schedule::CondOt).0,
        Prediction::X1.well_conditioned(Schedule::CondOt).1,
    );
    assert!((first - 0.01).abs() < 1e-9 && (last - 0.99).abs() < 1e-9);
}

#[test]
fn weights_are_one_on_average_and_bound_the_targets() {
    for schedule in all() {
        for prediction in Prediction::ALL.iter().copied() {
            let regression = Regression::new(prediction, schedule);
            let n = 10_000;
            let (mut mean, mut most) = (0.0, 0.0f64);
            for i in 0..n {
                let t = (f64::from(i) + 0.5) / f64::from(n);
                let target = regression.target([1.0, -1.0], [3.0, 4.0], t);
                mean += regression.weight(t) / f64::from(n);
                most = most.max(regression.weight(t).sqrt() * libm::hypot(target[0], target[1]));
            }
            // VE is so steep that most of its time counts little.
            assert!(
                (mean - 1.0).abs() < 2e-3,
                "{schedule:?} {prediction:?} {mean}"
            );
            assert!(most < 60.0, "{schedule:?} {prediction:?} {most}");
        }
    }
}

#[test]
fn for_the_velocity_it_is_what_batches_hold() {
    let mut spec = LaneSpec::default();
    spec.path.schedule = ScheduleKind::LinearVp;
    let mut objective = Objective::new(&spec, &Drawn::default()).unwrap();
    let regression = Regression::new(Prediction::Velocity, Schedule::LinearVp);
    let batch = objective.batch(512);
    for (input, &weight) in batch.input.chunks(3).zip(&batch.weight) {
        let ours = regression.weight(f64::from(input[2]));
        assert!(
            (f64::from(weight) / ours - 1.0).abs() < 1e-3,
            "{weight} {ours}"
        );
    }
}

#[test]
fn names_go_round() {
    for prediction in Prediction::ALL.iter().copied() {
        assert_eq!(Prediction::from_name(prediction.name()), Some(prediction));
    }
    assert_eq!(Prediction::from_name("noise"), None);
}
