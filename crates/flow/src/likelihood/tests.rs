//! Oracles: the exact field's own log density, the closed form of affine flows, closed variances of
//! the estimators, total mass.

use super::*;
use crate::datasets;
use crate::exact::ExactField;
use crate::network::{Architecture, Network};
use crate::spec::{Activation, SolverKind};
use crate::transfer::{Transfer, Transferred};

/// `u(x) = M x` for all times.
struct Affine([[f64; 2]; 2]);

impl VelocityField for Affine {
    fn velocity(&self, x: &[Point], _: f64, _: Option<u32>, out: &mut [Point]) {
        for (x, out) in x.iter().zip(out) {
            *out = self.0.map(|row| row[0] * x[0] + row[1] * x[1]);
        }
    }

    fn divergence(&self, _: &[Point], _: f64, _: Option<u32>, out: &mut [f64]) {
        out.fill(self.0[0][0] + self.0[1][1]);
    }
}

const SPIRAL: Affine = Affine([[0.3, -1.0], [1.0, 0.3]]);
const SHEAR: Affine = Affine([[0.2, 0.9], [0.4, -0.5]]);

fn rk4(steps: u32) -> Question {
    Question::new(Solver::new(SolverKind::Rk4, steps))
}

fn hutchinson(probes: u32, kind: Probe) -> Divergence {
    let seed = 3;
    Divergence::Hutchinson { probes, kind, seed }
}

fn normal() -> Distribution {
    Distribution::standard_normal()
}

fn largest_error(field: &ExactField, source: &Distribution, x: &[Point], asked: Question) -> f64 {
    let ours = log_likelihood(field, source, x.to_vec(), asked);
    let error =
        |(x, ours): (&Point, &Estimate)| (ours.value - field.log_density(*x, asked.time)).abs();
    x.iter().zip(&ours).map(error).fold(0.0, f64::max)
}

#[test]
fn the_exact_flow_has_its_own_density() {
    const MILD: [Schedule; 2] = [Schedule::CondOt, Schedule::Cosine];
    let all = [MILD[0], MILD[1], Schedule::LinearVp];
    for (source, target, schedules, steps) in [
        (normal(), datasets::eight_gaussians(), &all[..], 100),
        (normal(), datasets::moons(), &all[..], 100),
        // Eight clusters that part ways: near the watersheds steps must be short.
        (
            datasets::eight_gaussians(),
            datasets::moons(),
            &MILD[..],
            200,
        ),
    ] {
        for &schedule in schedules {
            let field = ExactField::new(&source, &target, schedule);
            let x = target.sample(&mut Rng::new(1), 16);
            let error = largest_error(&field, &source, &x, rk4(steps).along(schedule, &target));
            assert!(error < 1e-3, "{schedule:?} {error}");
        }
    }
}

#[test]
fn sharp_data_are_asked_a_little_before_the_end() {
    let target = datasets::checkerboard();
    for schedule in [Schedule::CondOt, Schedule::LinearVp] {
        let field = ExactField::new(&normal(), &target, schedule);
        let asked = rk4(64).along(schedule, &target);
        assert!((schedule.snr(asked.time) * SHARP_END - 1.0).abs() < 1e-9);
        let x = target.sample(&mut Rng::new(2), 400);
        let logs = log_likelihood(&field, &normal(), x.clone(), asked);
        let at = |x: &Point| x.map(|v| v * asked.scale);
        let truth = |x: &Point| field.log_density(at(x), asked.time) + 2.0 * libm::log(asked.scale);
        let worst = logs.iter().zip(&x).map(|(l, x)| (l.value - truth(x)).abs());
        let worst = worst.fold(0.0, f64::max);
        let nll = nll(&logs);
        // The blur of a hundredth costs 0.015 nats at the edges.
        assert!((nll.estimate.value - 3.691).abs() < 0.015 && worst < 0.03);
        assert_eq!(nll.unreachable, 0);
    }
}

#[test]
fn affine_flows_agree_with_their_closed_form() {
    // The flow of the spiral over a unit of time is a turn by 1 and a growth by exp(0.3).
    let x = [0.7, -1.1];
    let (s, c) = libm::sincos(-1.0);
    let origin = [c * x[0] - s * x[1], s * x[0] + c * x[1]].map(|v| v * libm::exp(-0.3));
    let expected = normal().log_density(origin) - 0.6;
    for (kind, steps, tolerance) in [
        (SolverKind::Rk4, 32, 1e-7),
        (SolverKind::Midpoint, 64, 1e-3),
        (SolverKind::Heun, 64, 1e-3),
        (SolverKind::Euler, 512, 1e-2),
    ] {
        for singular in [false, true] {
            let asked = Question {
                singular,
                ..Question::new(Solver::new(kind, steps))
            };
            let ours = log_likelihood(&SPIRAL, &normal(), vec![x], asked)[0];
            // With shrinking steps the last millionth of the time is held, not followed.
            let tolerance = if singular {
                20.0 * tolerance + 1e-5
            } else {
                tolerance
            };
            assert!(
                (ours.value - expected).abs() < tolerance,
                "{kind:?} {singular} {ours:?}"
            );
            assert_eq!(ours.error, 0.0);
        }
    }
}

/// Mean and variance of many single-probe estimates of the integral of the shear's divergence.
fn spread(kind: Probe) -> (Estimate, f64) {
    let n = 4000;
    let asked = rk4(1).by(hutchinson(1, kind));
    let mut work = LogLikelihood::new(asked, vec![[0.0, 0.0]; n]);
    while work.step(&SHEAR) {}
    let changes: Vec<f64> = work.estimates(|_| 0.0).iter().map(|e| e.value).collect();
    let mean = Estimate::of(&changes);
    (mean, mean.error * mean.error * n as f64)
}

#[test]
fn hutchinson_is_unbiased_with_the_variance_of_the_books() {
    // -div = 0.3; the variances are those of the documentation of `Probe`.
    for (kind, variance) in [
        (Probe::Rademacher, 1.3f64 * 1.3),
        (Probe::Gaussian, 2.0 * (0.04 + 0.25) + 1.3 * 1.3),
    ] {
        let (mean, measured) = spread(kind);
        assert!(
            (mean.value - 0.3).abs() < 4.0 * mean.error,
            "{kind:?} {mean:?}"
        );
        assert!(
            (measured / variance - 1.0).abs() < 0.12,
            "{kind:?} {measured} {variance}"
        );
    }
}

#[test]
fn hutchinson_says_how_wrong_it_is() {
    let target = datasets::eight_gaussians();
    let field = ExactField::new(&normal(), &target, Schedule::CondOt);
    let x = target.sample(&mut Rng::new(4), 60);
    let exact = log_likelihood(&field, &normal(), x.clone(), rk4(16));
    for kind in [Probe::Rademacher, Probe::Gaussian] {
        let ours = log_likelihood(
            &field,
            &normal(),
            x.clone(),
            rk4(16).by(hutchinson(20, kind)),
        );
        let z = |(a, b): (&Estimate, &Estimate)| (a.value - b.value) / a.error;
        let square: f64 = ours.iter().zip(&exact).map(|p| z(p) * z(p)).sum();
        // E z^2 of Student's t with 19 degrees of freedom is 19 / 17.
        let mean = square / x.len() as f64;
        assert!((0.6..1.8).contains(&mean), "{kind:?} {mean}");
        let one = log_likelihood(&field, &normal(), x.clone(), rk4(2).by(hutchinson(1, kind)));
        assert_eq!(one[0].error, f64::INFINITY);
    }
}

#[test]
fn the_density_of_the_exact_flow_has_mass_one() {
    let target = datasets::eight_gaussians();
    let field = ExactField::new(&normal(), &target, Schedule::CondOt);
    let (side, bound) = (48, 7.5);
    let cell = 2.0 * bound / f64::from(side);
    let centre = |k: i32| -bound + cell * (f64::from(k) + 0.5);
    let grid = (0..side * side).map(|k| [centre(k % side), centre(k / side)]);
    let logs = log_likelihood(&field, &normal(), grid.collect(), rk4(32));
    let mass: f64 = logs.iter().map(|l| libm::exp(l.value) * cell * cell).sum();
    assert!((mass - 1.0).abs() < 0.01, "{mass}");
}

#[test]
fn slices_are_the_whole_and_seeds_decide() {
    let x = normal().sample(&mut Rng::new(5), 7);
    let asked = rk4(5).by(hutchinson(3, Probe::Gaussian));
    let mut work = LogLikelihood::new(asked, x.clone());
    let mut slices = 1;
    while work.step(&SHEAR) {
        slices += 1;
    }
    assert_eq!(
        (slices, work.nfe(), work.finished(), work.time()),
        (5, 20, true, 0.0)
    );
    assert!(!work.step(&SHEAR));
    let log = |x| normal().log_density(x);
    assert_eq!(
        work.estimates(log),
        log_likelihood(&SHEAR, &normal(), x, asked)
    );
    assert_eq!(asked.divergence.products(), 3);
    assert!(log_likelihood(&SHEAR, &normal(), vec![], asked).is_empty());
}

#[test]
fn points_the_source_does_not_reach_are_counted() {
    let logs = log_likelihood(
        &SPIRAL,
        &datasets::square(),
        vec![[0.1, 0.0], [50.0, 0.0]],
        rk4(8),
    );
    assert_eq!(logs[1].value, f64::NEG_INFINITY);
    let expected = 0.6 + libm::log(12.0);
    let one = nll(&logs);
    assert!((one.estimate.value - expected).abs() < 1e-9 && one.unreachable == 1);
}

/// The product by the trait's central differences.
fn by_differences(field: &dyn VelocityField, x: &[Point], t: f64, d: &[Point]) -> Vec<Point> {
    struct Plain<'a>(&'a dyn VelocityField);
    impl VelocityField for Plain<'_> {
        fn velocity(&self, x: &[Point], t: f64, c: Option<u32>, out: &mut [Point]) {
            self.0.velocity(x, t, c, out);
        }
        fn divergence(&self, x: &[Point], t: f64, c: Option<u32>, out: &mut [f64]) {
            self.0.divergence(x, t, c, out);
        }
    }
    let mut out = vec![[0.0; 2]; x.len()];
    Plain(field).directional(x, t, None, d, &mut out);
    out
}

#[test]
fn directional_derivatives_agree_with_differences_and_divergences() {
    let target = datasets::moons();
    let exact = ExactField::new(&datasets::eight_gaussians(), &target, Schedule::CondOt);
    let boxes = ExactField::new(&normal(), &datasets::checkerboard(), Schedule::Cosine);
    let transfer = Transfer::new(Schedule::CondOt, Schedule::Cosine);
    let inner = &exact;
    let x = target.sample(&mut Rng::new(6), 11);
    let d = normal().sample(&mut Rng::new(7), 11);
    let fields: [&dyn VelocityField; 4] =
        [&exact, &boxes, &Transferred { inner, transfer }, &SHEAR];
    for field in fields {
        let mut ours = vec![[0.0; 2]; x.len()];
        field.directional(&x, 0.6, None, &d, &mut ours);
        for (a, b) in ours.iter().zip(by_differences(field, &x, 0.6, &d)) {
            assert!(libm::hypot(a[0] - b[0], a[1] - b[1]) < 1e-6 * (1.0 + a[0].abs() + a[1].abs()));
        }
        traces_are_divergences(field, &x, 1e-6);
    }
    let architecture = Architecture {
        inputs: 3,
        encoding: crate::features::Encoding::PLAIN,
        width: 20,
        depth: 2,
        activation: Activation::Silu,
        outputs: 2,
    };
    traces_are_divergences(&Network::init(architecture, &mut Rng::new(8)), &x, 1e-6);
}

fn traces_are_divergences(field: &dyn VelocityField, x: &[Point], tolerance: f64) {
    let mut divergence = vec![0.0; x.len()];
    field.divergence(x, 0.6, None, &mut divergence);
    let [along_x, along_y] = [[1.0, 0.0], [0.0, 1.0]].map(|unit| {
        let mut out = vec![[0.0; 2]; x.len()];
        field.directional(x, 0.6, None, &vec![unit; x.len()], &mut out);
        out
    });
    for (i, expected) in divergence.iter().enumerate() {
        let trace = along_x[i][0] + along_y[i][1];
        assert!((trace - expected).abs() < tolerance * (1.0 + expected.abs()));
    }
}
