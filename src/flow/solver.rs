//! Fixed-step Runge-Kutta methods, all by one routine over a Butcher tableau.
//!
//! Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, section II.1.

use super::spec::SolverKind;
use super::{Point, VelocityField};

/// Most stages of any method here.
const STAGES: usize = 4;

/// An explicit method whose every stage uses only the stage before it: stage `i` is evaluated at
/// `t + nodes[i] h` and `x + nodes[i] h k_{i-1}`, and the step is `h sum weights[i] k_i`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tableau {
    nodes: &'static [f64],
    weights: &'static [f64],
}

impl Tableau {
    fn new(kind: SolverKind) -> Self {
        let (nodes, weights): (&[f64], &[f64]) = match kind {
            SolverKind::Euler => (&[0.0], &[1.0]),
            SolverKind::Midpoint => (&[0.0, 0.5], &[0.0, 1.0]),
            SolverKind::Heun => (&[0.0, 1.0], &[0.5, 0.5]),
            SolverKind::Rk4 => (
                &[0.0, 0.5, 0.5, 1.0],
                &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
            ),
        };
        Self { nodes, weights }
    }
}

/// A method and its number of equal steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solver {
    kind: SolverKind,
    steps: u32,
}

/// The points at some of the times of an integration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// The times, in the order of integration; the first is its start, the last its end.
    pub times: Vec<f64>,
    /// The points at each time, one frame after the other.
    pub points: Vec<Point>,
}

impl Solver {
    /// That method with `steps` steps (at least one).
    pub fn new(kind: SolverKind, steps: u32) -> Self {
        Self {
            kind,
            steps: steps.max(1),
        }
    }

    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Evaluations of the field for each particle, over all steps.
    pub fn nfe(&self) -> u32 {
        self.steps * Tableau::new(self.kind).nodes.len() as u32
    }

    /// The points `x` of time `t0`, moved along `field` to time `t1` (which may be earlier).
    pub fn solve(
        &self,
        field: &dyn VelocityField,
        condition: Option<u32>,
        x: Vec<Point>,
        (t0, t1): (f64, f64),
    ) -> Vec<Point> {
        let mut integration = Integration::new(*self, x, (t0, t1), 0).under(condition);
        while integration.step(field) {}
        integration.into_points()
    }
}

impl Frames {
    pub fn len(&self) -> usize {
        self.times.len()
    }

    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The points at `times[index]`.
    pub fn frame(&self, index: usize) -> &[Point] {
        let n = self.points.len() / self.len();
        &self.points[index * n..][..n]
    }

    fn push(&mut self, t: f64, points: &[Point]) {
        self.times.push(t);
        self.points.extend_from_slice(points);
    }
}

/// An integration under way: the caller takes the steps, and may do other things between them.
#[derive(Clone, Debug)]
pub struct Integration {
    solver: Solver,
    condition: Option<u32>,
    t0: f64,
    t1: f64,
    taken: u32,
    x: Vec<Point>,
    /// The slopes of the stages, and the point a stage is evaluated at: reused by every step.
    slopes: [Vec<Point>; STAGES],
    stage: Vec<Point>,
    /// Frames wanted, and those kept.
    keep: u32,
    frames: Frames,
}

impl Integration {
    /// Starts at the points `x` of time `t0`, to go to `t1`.
    ///
    /// Of the times between steps, `keep` are remembered as frames, as evenly spaced as the steps
    /// allow, both ends among them: all if `keep` exceeds the number of steps, none if it is 0,
    /// and both ends if it is 1.
    pub fn new(solver: Solver, x: Vec<Point>, (t0, t1): (f64, f64), keep: u32) -> Self {
        let n = x.len();
        let stages = Tableau::new(solver.kind).nodes.len();
        let keep = if keep == 0 {
            0
        } else {
            keep.clamp(2, solver.steps + 1)
        };
        let mut frames = Frames {
            times: Vec::with_capacity(keep as usize),
            points: Vec::with_capacity(keep as usize * n),
        };
        if keep > 0 {
            frames.push(t0, &x);
        }
        Self {
            solver,
            condition: None,
            t0,
            t1,
            taken: 0,
            slopes: std::array::from_fn(|k| vec![[0.0; 2]; if k < stages { n } else { 0 }]),
            stage: vec![[0.0; 2]; n],
            x,
            keep,
            frames,
        }
    }

    /// The same under a class label.
    #[must_use]
    pub fn under(self, condition: Option<u32>) -> Self {
        Self { condition, ..self }
    }

    /// Moves all particles by one step. Returns whether there are more to take; when there are
    /// none, does nothing.
    pub fn step(&mut self, field: &dyn VelocityField) -> bool {
        if self.finished() {
            return false;
        }
        let (t, next) = (self.time_after(self.taken), self.time_after(self.taken + 1));
        self.advance(field, t, next - t);
        self.taken += 1;
        if self.keeps(self.taken) {
            self.frames.push(next, &self.x);
        }
        !self.finished()
    }

    pub fn finished(&self) -> bool {
        self.taken == self.solver.steps
    }

    /// The time reached.
    pub fn time(&self) -> f64 {
        self.time_after(self.taken)
    }

    /// The points at that time.
    pub fn points(&self) -> &[Point] {
        &self.x
    }

    pub fn into_points(self) -> Vec<Point> {
        self.x
    }

    /// The frames kept so far.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    pub fn into_frames(self) -> Frames {
        self.frames
    }

    /// Evaluations of the field for each particle, so far.
    pub fn nfe(&self) -> u32 {
        self.taken * Tableau::new(self.solver.kind).nodes.len() as u32
    }

    /// The time after that many steps; exactly the end after the last.
    fn time_after(&self, steps: u32) -> f64 {
        if steps == self.solver.steps {
            return self.t1;
        }
        self.t0 + (self.t1 - self.t0) * (f64::from(steps) / f64::from(self.solver.steps))
    }

    /// Whether the state after that many steps is one of the frames: those are the roundings of
    /// `k steps / (keep - 1)`.
    fn keeps(&self, taken: u32) -> bool {
        if self.keep < 2 {
            return false;
        }
        let (steps, gaps, taken) = (
            u64::from(self.solver.steps),
            u64::from(self.keep - 1),
            u64::from(taken),
        );
        let nearest = (2 * taken * gaps + steps) / (2 * steps);
        (2 * nearest * steps + gaps) / (2 * gaps) == taken
    }

    /// One Runge-Kutta step of length `h` from time `t`.
    fn advance(&mut self, field: &dyn VelocityField, t: f64, h: f64) {
        let tableau = Tableau::new(self.solver.kind);
        field.velocity(&self.x, t, self.condition, &mut self.slopes[0]);
        for (k, node) in tableau.nodes.iter().enumerate().skip(1) {
            let (before, after) = self.slopes.split_at_mut(k);
            self.stage.copy_from_slice(&self.x);
            add_scaled(&mut self.stage, node * h, &before[k - 1]);
            field.velocity(&self.stage, t + node * h, self.condition, &mut after[0]);
        }
        for (slope, weight) in self.slopes.iter().zip(tableau.weights) {
            add_scaled(&mut self.x, weight * h, slope);
        }
    }
}

/// `x += factor * slope`.
fn add_scaled(x: &mut [Point], factor: f64, slope: &[Point]) {
    for (x, slope) in x.iter_mut().zip(slope) {
        x[0] += factor * slope[0];
        x[1] += factor * slope[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `u(x, t) = 2 t J x + t^2 x` with `J` a quarter turn: the flow turns by `t^2` and scales by
    /// `exp(t^3 / 3)`.
    struct Spiral;

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

    const START: Point = [1.0, -0.5];

    fn exact(x: Point, t: f64) -> Point {
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
            let solver = Solver::new(kind, 4000);
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
            (10, solver.nfe(), 0.9)
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
}
