//! The adaptive method of Dormand and Prince, order 5 with an embedded order 4.
//!
//! Dormand and Prince, *A Family of Embedded Runge-Kutta Formulae* (1980); step control as in
//! Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, section II.4. All
//! particles take the same steps; the error is the root mean square over particles and coordinates.

use super::{Point, VelocityField};

const NODES: [f64; 7] = [0.0, 0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];

/// Row `i` makes the point at which slope `i + 1` is evaluated; the last makes the step itself.
const STAGES: [&[f64]; 6] = [
    &[0.2],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[
        19372.0 / 6561.0,
        -25360.0 / 2187.0,
        64448.0 / 6561.0,
        -212.0 / 729.0,
    ],
    &[
        9017.0 / 3168.0,
        -355.0 / 33.0,
        46732.0 / 5247.0,
        49.0 / 176.0,
        -5103.0 / 18656.0,
    ],
    &[
        35.0 / 384.0,
        0.0,
        500.0 / 1113.0,
        125.0 / 192.0,
        -2187.0 / 6784.0,
        11.0 / 84.0,
    ],
];

/// The step of order 5 less that of order 4.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];

/// Tolerances: a step is taken when its estimated error is below `atol + rtol |x|`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dopri5 {
    pub rtol: f64,
    pub atol: f64,
    /// The most steps tried, so that a field that cannot be followed ends too.
    pub most_steps: u32,
}

/// The end of an adaptive integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    pub points: Vec<Point>,
    /// The time reached: the one asked for, unless the steps ran out or became too small.
    pub time: f64,
    /// Evaluations of the field for each particle.
    pub nfe: u32,
    pub accepted: u32,
    pub rejected: u32,
}

impl Dopri5 {
    /// With these tolerances, and at most 10,000 steps.
    pub fn new(rtol: f64, atol: f64) -> Self {
        Self {
            rtol,
            atol,
            most_steps: 10_000,
        }
    }

    /// The points `x` of time `t0`, moved along `field` to time `t1` (which may be earlier).
    pub fn solve(
        &self,
        field: &dyn VelocityField,
        condition: Option<u32>,
        x: Vec<Point>,
        (t0, t1): (f64, f64),
    ) -> Solution {
        let mut work = Work::new(field, condition, x, t0);
        let mut h = 0.01 * (t1 - t0);
        let (mut accepted, mut rejected) = (0, 0);
        while work.t != t1 && accepted + rejected < self.most_steps {
            // A remainder that is hardly more than a step is taken whole.
            let last = (t1 - work.t).abs() <= 1.01 * h.abs();
            let end = if last { t1 } else { work.t + h };
            if end == work.t {
                break;
            }
            let error = work.attempt(end - work.t, self);
            if error <= 1.0 {
                work.accept(end);
                accepted += 1;
            } else {
                rejected += 1;
            }
            h = (end - work.t_before(error <= 1.0)) * growth(error);
        }
        Solution {
            points: work.x,
            time: work.t,
            nfe: work.nfe,
            accepted,
            rejected,
        }
    }
}

/// By how much to change a step of that error, in units of what is tolerated. An error that is not
/// a number comes from a step that went astray.
fn growth(error: f64) -> f64 {
    if error.is_nan() {
        return 0.2;
    }
    (0.9 * libm::pow(error.max(1e-10), -0.2)).clamp(0.2, 5.0)
}

struct Work<'a> {
    field: &'a dyn VelocityField,
    condition: Option<u32>,
    t: f64,
    previous: f64,
    x: Vec<Point>,
    /// Where the attempted step leads.
    next: Vec<Point>,
    slopes: [Vec<Point>; 7],
    nfe: u32,
}

impl<'a> Work<'a> {
    fn new(field: &'a dyn VelocityField, condition: Option<u32>, x: Vec<Point>, t: f64) -> Self {
        let mut slopes = std::array::from_fn(|_| vec![[0.0; 2]; x.len()]);
        field.velocity(&x, t, condition, &mut slopes[0]);
        Self {
            field,
            condition,
            t,
            previous: t,
            next: x.clone(),
            x,
            slopes,
            nfe: 1,
        }
    }

    /// Tries a step of length `h`; returns its error in units of what is tolerated.
    fn attempt(&mut self, h: f64, tolerance: &Dopri5) -> f64 {
        for (i, weights) in STAGES.iter().enumerate() {
            self.next.copy_from_slice(&self.x);
            add_combination(&mut self.next, h, weights, &self.slopes);
            let t = self.t + NODES[i + 1] * h;
            self.field
                .velocity(&self.next, t, self.condition, &mut self.slopes[i + 1]);
        }
        self.nfe += 6;
        let mut error = vec![[0.0; 2]; self.x.len()];
        add_combination(&mut error, h, &ERROR, &self.slopes);
        let relative = |i: usize, k: usize| {
            let size = self.x[i][k].abs().max(self.next[i][k].abs());
            error[i][k] / (tolerance.atol + tolerance.rtol * size)
        };
        let squares = (0..error.len())
            .map(|i| relative(i, 0) * relative(i, 0) + relative(i, 1) * relative(i, 1));
        (squares.sum::<f64>() / (2 * error.len()).max(1) as f64).sqrt()
    }

    /// Takes the step tried last; its last slope is the next one's first.
    fn accept(&mut self, end: f64) {
        (self.previous, self.t) = (self.t, end);
        core::mem::swap(&mut self.x, &mut self.next);
        self.slopes.swap(0, 6);
    }

    /// The time at which the step tried last began.
    fn t_before(&self, accepted: bool) -> f64 {
        if accepted { self.previous } else { self.t }
    }
}

/// `x += h sum weights[k] slopes[k]`.
fn add_combination(x: &mut [Point], h: f64, weights: &[f64], slopes: &[Vec<Point>; 7]) {
    for (weight, slope) in weights.iter().zip(slopes) {
        for (x, slope) in x.iter_mut().zip(slope) {
            x[0] += h * weight * slope[0];
            x[1] += h * weight * slope[1];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::datasets;
    use crate::flow::exact::ExactField;
    use crate::flow::random::Rng;
    use crate::flow::schedule::Schedule;
    use crate::flow::solver::{
        Solver,
        tests::{START, Spiral, exact},
    };
    use crate::flow::spec::SolverKind;

    fn error(rtol: f64) -> (f64, Solution) {
        let solution = Dopri5::new(rtol, rtol).solve(&Spiral, None, vec![START], (0.0, 1.0));
        let (end, expected) = (solution.points[0], exact(START, 1.0));
        (
            libm::hypot(end[0] - expected[0], end[1] - expected[1]),
            solution,
        )
    }

    #[test]
    fn the_tableau_is_consistent() {
        // Each stage's weights sum to its node, those of the error to 0.
        for (weights, node) in STAGES.iter().zip(&NODES[1..]) {
            assert!((weights.iter().sum::<f64>() - node).abs() < 1e-14);
        }
        assert!(ERROR.iter().sum::<f64>().abs() < 1e-15);
    }

    #[test]
    fn the_error_follows_the_tolerance_to_the_closed_form() {
        for rtol in [1e-3, 1e-5, 1e-7, 1e-9] {
            let (error, solution) = error(rtol);
            assert!(error < 10.0 * rtol, "{rtol}: {error}");
            assert_eq!(
                (solution.time, solution.nfe),
                (1.0, 1 + 6 * (solution.accepted + solution.rejected))
            );
        }
        // Order 5: a hundred thousandth of the error costs ten times the steps.
        let steps = |rtol| f64::from(error(rtol).1.accepted);
        assert!(steps(1e-11) / steps(1e-6) < 14.0);
    }

    #[test]
    fn backward_returns_to_the_start() {
        let there = error(1e-9).1.points;
        let back = Dopri5::new(1e-9, 1e-9).solve(&Spiral, None, there, (1.0, 0.0));
        assert!(libm::hypot(back.points[0][0] - START[0], back.points[0][1] - START[1]) < 1e-7);
    }

    #[test]
    fn the_exact_field_is_followed_as_by_a_fine_fixed_method() {
        let source = crate::flow::distribution::Distribution::standard_normal();
        let field = ExactField::new(&source, &datasets::moons(), Schedule::CondOt);
        let x = source.sample(&mut Rng::new(1), 20);
        let fine = Solver::new(SolverKind::Rk4, 400).solve(&field, None, x.clone(), (0.0, 1.0));
        let adaptive = Dopri5::new(1e-6, 1e-6).solve(&field, None, x, (0.0, 1.0));
        for (a, b) in adaptive.points.iter().zip(&fine) {
            assert!(libm::hypot(a[0] - b[0], a[1] - b[1]) < 1e-3, "{a:?} {b:?}");
        }
    }

    #[test]
    fn what_cannot_be_followed_ends_all_the_same() {
        let mut solver = Dopri5::new(1e-12, 0.0);
        solver.most_steps = 50;
        let solution = solver.solve(&Spiral, None, vec![START], (0.0, 1.0));
        assert!(solution.time < 1.0 && solution.accepted + solution.rejected <= 50);
        let none = Dopri5::new(1e-3, 1e-3).solve(&Spiral, None, vec![], (0.0, 1.0));
        assert_eq!((none.points.len(), none.time), (0, 1.0));
    }
}
