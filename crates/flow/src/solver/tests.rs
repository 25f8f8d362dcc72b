use super::*;

/// `u(x, t) = 2 t J x + t^2 x` with `J` a quarter turn: the flow turns by `t^2` and scales by
/// `exp(t^3 / 3)`.
pub(crate) struct Spiral;

impl VelocityField for Spiral {
    fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
        for (x, out) in x.iter().zip(out) {
            *out = [t * t * x[0] - 2.0 * t * x[1], t * t * x[1] + 2.0 * t * x[0]];
        }
    }

    fn divergence(&self, _: &[Point], t: f64, _: Option<u32>, out: &mut [f64]) {
        out.fill(2.0 * t * t);
    }
}

pub(crate) const START: Point = [1.0, -0.5];

pub(crate) fn exact(x: Point, t: f64) -> Point {
    let (s, c) = libm::sincos(t * t);
    let scale = libm::exp(t * t * t / 3.0);
    [scale * (c * x[0] - s * x[1]), scale * (s * x[0] + c * x[1])]
}

fn error(kind: SolverKind, steps: u32) -> f64 {
    let end = Solver::new(kind, steps).solve(&Spiral, None, vec![START], (0.0, 1.0))[0];
    let expected = exact(START, 1.0);
    libm::hypot(end[0] - expected[0], end[1] - expected[1])
}

#[test]
fn orders_are_one_two_two_four() {
    let orders = [
        (SolverKind::Euler, 1.0),
        (SolverKind::Midpoint, 2.0),
        (SolverKind::Heun, 2.0),
        (SolverKind::Rk4, 4.0),
    ];
    for (kind, order) in orders {
        let measured = libm::log2(error(kind, 64) / error(kind, 128));
        assert!((measured - order).abs() < 0.1, "{kind:?}: {measured}");
    }
}

#[test]
fn backward_returns_to_the_start() {
    for &kind in SolverKind::ALL {
        let solver = Solver::new(kind, 4000).with_tolerance(1e-9);
        let there = solver.solve(&Spiral, None, vec![START], (0.0, 1.0));
        let back = solver.solve(&Spiral, None, there, (1.0, 0.0))[0];
        let tolerance = if kind == SolverKind::Euler {
            2e-3
        } else {
            1e-6
        };
        assert!(
            libm::hypot(back[0] - START[0], back[1] - START[1]) < tolerance,
            "{kind:?}"
        );
    }
}

#[test]
fn a_pause_between_steps_changes_nothing() {
    let solver = Solver::new(SolverKind::Rk4, 10);
    let mut integration = Integration::new(solver, vec![START, [0.3, 2.0]], (0.2, 0.9), 4);
    let mut taken = 1;
    while integration.step(&Spiral) {
        integration = integration.clone();
        taken += 1;
    }
    assert_eq!(
        (taken, integration.nfe(), integration.time()),
        (10, 40, 0.9)
    );
    assert!(!integration.step(&Spiral));
    let at_once = solver.solve(&Spiral, None, vec![START, [0.3, 2.0]], (0.2, 0.9));
    assert_eq!(integration.points(), at_once);
    assert_eq!(integration.frames().frame(3), at_once);
}

#[test]
fn frames_are_even_and_hold_both_ends() {
    for steps in 1..40 {
        for keep in 0..50 {
            let solver = Solver::new(SolverKind::Euler, steps);
            let mut integration = Integration::new(solver, vec![START], (1.0, 0.0), keep);
            while integration.step(&Spiral) {}
            let frames = integration.into_frames();
            let expected = if keep == 0 {
                0
            } else {
                keep.clamp(2, steps + 1) as usize
            };
            assert_eq!((frames.len(), frames.points.len()), (expected, expected));
            if expected > 0 {
                assert_eq!((frames.times[0], frames.times[expected - 1]), (1.0, 0.0));
                let even = 1.0 / (expected - 1) as f64;
                let gaps = frames.times.windows(2).map(|w| w[0] - w[1]);
                assert!(
                    gaps.into_iter()
                        .all(|g| (g - even).abs() <= 1.0 / f64::from(steps) + 1e-12)
                );
            }
        }
    }
}

/// `u(x, t) = -x / (2 (1 - t))`: the flow shrinks points by `sqrt(1 - t)`; infinite at the end.
struct Closing;

impl VelocityField for Closing {
    fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
        for (x, out) in x.iter().zip(out) {
            *out = x.map(|v| -0.5 * v / (1.0 - t));
        }
    }

    fn divergence(&self, _: &[Point], t: f64, _: Option<u32>, out: &mut [f64]) {
        out.fill(-1.0 / (1.0 - t));
    }
}

#[test]
fn an_open_end_is_never_asked_for() {
    for (&kind, nfe) in SolverKind::ALL
        .iter()
        .zip([Some(10), Some(20), Some(20), Some(38), None])
    {
        let solver = Solver::new(kind, 10).with_open_end();
        let end = solver.solve(&Closing, None, vec![START], (0.0, 1.0))[0];
        assert!(libm::hypot(end[0], end[1]) < 0.1, "{kind:?}: {end:?}");
        assert_eq!(solver.nfe(), nfe, "{kind:?}");
    }
    let closed = Solver::new(SolverKind::Rk4, 10);
    let end = closed.solve(&Closing, None, vec![START], (0.0, 1.0))[0];
    assert!(!end[0].is_finite());
}
