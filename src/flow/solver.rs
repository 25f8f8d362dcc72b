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
            SolverKind::Rk4 | SolverKind::Dopri5 => (
                &[0.0, 0.5, 0.5, 1.0],
                &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0],
            ),
        };
        Self { nodes, weights }
    }
}

/// A method and its number of steps, equal ones unless the end is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solver {
    kind: SolverKind,
    steps: u32,
    open_end: bool,
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
            open_end: false,
        }
    }

    /// The same for a field that may be singular at the end of the span, like `(1 - t)^(-1/2)`:
    /// steps are even in the square root of the time left, so that they shrink towards the end, and
    /// the last is by the midpoint rule if the method would ask for the field at the end itself.
    ///
    /// Such is the velocity of the variance-preserving schedules, and for a particle that is not
    /// quite where it should be it grows like `1 / (1 - t)`: even steps leave an error of the order
    /// of `h^(1/2)`, and Heun's method and RK4, which look at the end, may land anywhere.
    #[must_use]
    pub fn with_open_end(self) -> Self {
        Self {
            open_end: true,
            ..self
        }
    }

    /// The share of the span behind after that many steps.
    fn progress(&self, steps: u32) -> f64 {
        let even = f64::from(steps) / f64::from(self.steps);
        if self.open_end {
            even * (2.0 - even)
        } else {
            even
        }
    }

    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Evaluations of the field for each particle, over all steps.
    pub fn nfe(&self) -> u32 {
        self.nfe_after(self.steps)
    }

    fn nfe_after(&self, steps: u32) -> u32 {
        (0..steps)
            .map(|step| self.tableau(step).nodes.len() as u32)
            .sum()
    }

    /// The method of that step.
    fn tableau(&self, step: u32) -> Tableau {
        let usual = Tableau::new(self.kind);
        let last = step + 1 == self.steps;
        if self.open_end && last && usual.nodes.contains(&1.0) {
            return Tableau::new(SolverKind::Midpoint);
        }
        usual
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
    /// Of the times between steps, `keep` are remembered as frames, as evenly spaced among the
    /// steps as there is room for, both ends among them: all if `keep` exceeds the number of steps, none if it is 0,
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
        self.solver.nfe_after(self.taken)
    }

    /// The time after that many steps; exactly the end after the last.
    fn time_after(&self, steps: u32) -> f64 {
        if steps == self.solver.steps {
            return self.t1;
        }
        self.t0 + (self.t1 - self.t0) * self.solver.progress(steps)
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
        let tableau = self.solver.tableau(self.taken);
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
pub(super) mod tests;
