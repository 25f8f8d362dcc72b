//! Runge-Kutta methods: those of fixed steps by one routine over a Butcher tableau, and the adaptive
//! one of [`super::dopri5`], all taken step by step through an [`Integration`].
//!
//! Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, section II.1.

use super::dopri5::Stepper;
use super::spec::SolverKind;
use super::{Point, VelocityField};

mod stages;

pub use stages::{Stage, Step};

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
            // It has a routine of its own.
            SolverKind::Dopri5 => (&[], &[]),
        };
        Self { nodes, weights }
    }
}

/// A method, its number of steps (equal ones unless the end is open) or its tolerance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solver {
    kind: SolverKind,
    steps: u32,
    tolerance: f64,
    open_end: bool,
}

/// The tolerance of the adaptive method, unless another is asked for.
const TOLERANCE: f64 = 1e-4;

/// An adaptive method goes so near to an open end, in progress, and follows its last slope from
/// there: `1e-6` of the span is left.
const OPEN_MARGIN: f64 = 1e-3;

/// The points at some of the times of an integration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// The times, in the order of integration; the first is its start, the last its end.
    pub times: Vec<f64>,
    /// The points at each time, one frame after the other.
    pub points: Vec<Point>,
}

impl Solver {
    /// That method with `steps` steps (at least one; the adaptive method takes as many as it needs).
    pub fn new(kind: SolverKind, steps: u32) -> Self {
        Self {
            kind,
            steps: steps.max(1),
            tolerance: TOLERANCE,
            open_end: false,
        }
    }

    /// The same, the adaptive method holding its error below this, relative and absolute.
    #[must_use]
    pub fn with_tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// One step of the method, over a span whose end is none of the whole.
    #[must_use]
    pub(crate) fn of_one_step(self) -> Self {
        Self {
            steps: 1,
            open_end: false,
            ..self
        }
    }

    /// Whether it chooses its steps.
    pub fn adaptive(&self) -> bool {
        self.kind == SolverKind::Dopri5
    }

    /// The same for a field that may be singular at the end of the span, like `(1 - t)^(-1/2)`:
    /// steps are even in the square root of the time left, so that they shrink towards the end, and
    /// the last is by the midpoint rule if the method would ask for the field at the end itself.
    ///
    /// Such is the velocity of the variance-preserving schedules, and for a particle that is not
    /// quite where it should be it grows like `1 / (1 - t)`: even steps leave an error of the order
    /// of `h^(1/2)`, and Heun's method and RK4, which look at the end, may land anywhere.
    #[must_use]
    pub(crate) fn with_open_end(self) -> Self {
        Self {
            open_end: true,
            ..self
        }
    }

    /// The share of the span behind when that share of the steps, or of the progress of an adaptive
    /// method, is.
    fn covered(&self, progress: f64) -> f64 {
        if self.open_end {
            progress * (2.0 - progress)
        } else {
            progress
        }
    }

    /// The inverse of [`covered`](Self::covered).
    fn progress(&self, covered: f64) -> f64 {
        if self.open_end {
            1.0 - (1.0 - covered).max(0.0).sqrt()
        } else {
            covered
        }
    }

    /// Its steps, where it does not choose them.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Evaluations of the field for each particle, over all steps; `None` where that is only known
    /// when the steps are taken.
    pub fn nfe(&self) -> Option<u32> {
        (!self.adaptive()).then(|| self.nfe_after(self.steps))
    }

    /// Most evaluations in a step.
    pub fn stages(&self) -> u32 {
        match self.kind {
            SolverKind::Dopri5 => 7,
            kind => Tableau::new(kind).nodes.len() as u32,
        }
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
    work: Work,
    /// Frames wanted, and those kept.
    keep: u32,
    frames: Frames,
}

#[derive(Clone, Debug)]
enum Work {
    Fixed(Fixed),
    Adaptive(Stepper),
}

/// Equal steps.
#[derive(Clone, Debug)]
struct Fixed {
    taken: u32,
    x: Vec<Point>,
    /// The slopes of the stages, and the point a stage is evaluated at: reused by every step.
    slopes: [Vec<Point>; STAGES],
    stage: Vec<Point>,
}

impl Integration {
    /// Starts at the points `x` of time `t0`, to go to `t1`.
    ///
    /// Of the times between steps, `keep` are remembered as frames, as evenly spaced among the
    /// steps as there is room for, both ends among them: all if `keep` exceeds the number of steps, none if it is 0,
    /// and both ends if it is 1. The adaptive method keeps just as many, at even times.
    pub fn new(solver: Solver, x: Vec<Point>, (t0, t1): (f64, f64), keep: u32) -> Self {
        let most = if solver.adaptive() {
            u32::MAX
        } else {
            solver.steps + 1
        };
        let keep = if keep == 0 { 0 } else { keep.clamp(2, most) };
        let mut frames = Frames {
            times: Vec::with_capacity(keep as usize),
            points: Vec::with_capacity(keep as usize * x.len()),
        };
        if keep > 0 {
            frames.push(t0, &x);
        }
        Self {
            solver,
            condition: None,
            t0,
            t1,
            work: Work::new(&solver, x),
            keep,
            frames,
        }
    }

    /// The same under a class label.
    #[must_use]
    pub fn under(self, condition: Option<u32>) -> Self {
        Self { condition, ..self }
    }

    /// Moves all particles by one step (the adaptive method tries one). Returns whether there are
    /// more to take; when there are none, does nothing.
    pub fn step(&mut self, field: &dyn VelocityField) -> bool {
        if self.finished() {
            return false;
        }
        match self.work {
            Work::Fixed(_) => self.step_fixed(field),
            Work::Adaptive(_) => self.step_adaptive(field),
        }
        !self.finished()
    }

    pub fn finished(&self) -> bool {
        match &self.work {
            Work::Fixed(work) => work.taken == self.solver.steps,
            Work::Adaptive(work) => work.finished(),
        }
    }

    /// The time reached.
    pub fn time(&self) -> f64 {
        match &self.work {
            Work::Fixed(work) => self.time_after(work.taken),
            Work::Adaptive(work) if work.finished() => self.t1,
            Work::Adaptive(work) => self.time_at(work.progress()),
        }
    }

    /// The points at that time.
    pub fn points(&self) -> &[Point] {
        match &self.work {
            Work::Fixed(work) => &work.x,
            Work::Adaptive(work) => work.points(),
        }
    }

    pub fn into_points(self) -> Vec<Point> {
        match self.work {
            Work::Fixed(work) => work.x,
            Work::Adaptive(work) => work.into_points(),
        }
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
        match &self.work {
            Work::Fixed(work) => self.solver.nfe_after(work.taken),
            Work::Adaptive(work) => work.evaluations(),
        }
    }

    /// Steps taken so far.
    pub fn steps(&self) -> u32 {
        match &self.work {
            Work::Fixed(work) => work.taken,
            Work::Adaptive(work) => work.accepted(),
        }
    }

    fn step_fixed(&mut self, field: &dyn VelocityField) {
        let Work::Fixed(work) = &self.work else {
            return;
        };
        let taken = work.taken;
        let (t, next) = (self.time_after(taken), self.time_after(taken + 1));
        let tableau = self.solver.tableau(taken);
        let Work::Fixed(work) = &mut self.work else {
            return;
        };
        work.advance(tableau, field, self.condition, (t, next - t));
        if keeps((self.solver.steps, self.keep), taken + 1) {
            self.frames.push(next, &work.x);
        }
    }

    fn step_adaptive(&mut self, field: &dyn VelocityField) {
        let (solver, t0, span, condition) =
            (self.solver, self.t0, self.t1 - self.t0, self.condition);
        let Work::Adaptive(work) = &mut self.work else {
            return;
        };
        let taken = work.attempt(|x, progress, out| {
            let t = t0 + span * solver.covered(progress);
            field.velocity(x, t, condition, out);
            let rate = if solver.open_end {
                2.0 * span * (1.0 - progress)
            } else {
                span
            };
            out.iter_mut().flatten().for_each(|v| *v *= rate);
        });
        if taken {
            self.keep_frames();
        }
    }

    /// Keeps the frames at the even times that the last adaptive step has passed, and goes the rest
    /// of the way to an open end.
    fn keep_frames(&mut self) {
        let Work::Adaptive(work) = &mut self.work else {
            return;
        };
        let at = work.progress();
        while (self.frames.len() as u32) + 1 < self.keep {
            let covered = self.frames.len() as f64 / f64::from(self.keep - 1);
            let progress = self.solver.progress(covered);
            if progress > at {
                break;
            }
            let t = self.t0 + (self.t1 - self.t0) * covered;
            self.frames.push(t, &work.between(progress));
        }
        if work.finished() {
            work.coast(1.0 - at);
            if self.keep > 0 {
                self.frames.push(self.t1, work.points());
            }
        }
    }

    /// The time after that many steps; exactly the end after the last.
    fn time_after(&self, steps: u32) -> f64 {
        if steps == self.solver.steps {
            return self.t1;
        }
        self.time_at(f64::from(steps) / f64::from(self.solver.steps))
    }

    fn time_at(&self, progress: f64) -> f64 {
        self.t0 + (self.t1 - self.t0) * self.solver.covered(progress)
    }
}

/// Whether the state after that many of `steps` steps is one of `keep` frames: those are the
/// roundings of `k steps / (keep - 1)`.
fn keeps((steps, keep): (u32, u32), taken: u32) -> bool {
    if keep < 2 {
        return false;
    }
    let (steps, gaps, taken) = (u64::from(steps), u64::from(keep - 1), u64::from(taken));
    let nearest = (2 * taken * gaps + steps) / (2 * steps);
    (2 * nearest * steps + gaps) / (2 * gaps) == taken
}

impl Work {
    fn new(solver: &Solver, x: Vec<Point>) -> Self {
        if solver.adaptive() {
            let end = if solver.open_end {
                1.0 - OPEN_MARGIN
            } else {
                1.0
            };
            return Self::Adaptive(Stepper::new(solver.tolerance, x, end));
        }
        let (n, stages) = (x.len(), solver.stages() as usize);
        Self::Fixed(Fixed {
            taken: 0,
            slopes: std::array::from_fn(|k| vec![[0.0; 2]; if k < stages { n } else { 0 }]),
            stage: vec![[0.0; 2]; n],
            x,
        })
    }
}

impl Fixed {
    /// One Runge-Kutta step of length `h` from time `t`.
    fn advance(
        &mut self,
        tableau: Tableau,
        field: &dyn VelocityField,
        condition: Option<u32>,
        (t, h): (f64, f64),
    ) {
        field.velocity(&self.x, t, condition, &mut self.slopes[0]);
        for (k, node) in tableau.nodes.iter().enumerate().skip(1) {
            let (before, after) = self.slopes.split_at_mut(k);
            self.stage.copy_from_slice(&self.x);
            add_scaled(&mut self.stage, node * h, &before[k - 1]);
            field.velocity(&self.stage, t + node * h, condition, &mut after[0]);
        }
        for (slope, weight) in self.slopes.iter().zip(tableau.weights) {
            add_scaled(&mut self.x, weight * h, slope);
        }
        self.taken += 1;
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
