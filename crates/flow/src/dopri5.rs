//! The adaptive method of Dormand and Prince, order 5 with an embedded order 4.
//!
//! Dormand and Prince, *A Family of Embedded Runge-Kutta Formulae* (1980); step control as in
//! Hairer, Norsett and Wanner, *Solving Ordinary Differential Equations I*, section II.4, and the
//! continuous extension of order 4 of section II.6 for the times between steps. All particles take
//! the same steps; the error is the root mean square over particles and coordinates.

use super::Point;

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

/// Weights of the slopes in the last term of the continuous extension.
const DENSE: [f64; 7] = [
    -12715105075.0 / 11282082432.0,
    0.0,
    87487479700.0 / 32700410799.0,
    -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0,
    -1453857185.0 / 822651844.0,
    69997945.0 / 29380423.0,
];

/// The first step tried.
const FIRST_STEP: f64 = 0.05;

/// No step is shorter: one of this length is taken whatever its error, so that a field that cannot
/// be followed comes to an end too.
pub(crate) const SHORTEST_STEP: f64 = 1.0 / 2000.0;

/// A remainder of so many steps is taken in one.
const HARDLY_MORE: f64 = 1.01;

/// An integration from progress 0 to an end at most 1, under way.
///
/// The field is a function of points and progress, given anew at each step.
#[derive(Clone, Debug)]
pub struct Stepper {
    /// A step is taken when its estimated error is below `tolerance (1 + |x|)`.
    tolerance: f64,
    end: f64,
    at: f64,
    /// The step to try next, and the one taken last.
    step: f64,
    taken: f64,
    x: Vec<Point>,
    /// Where the attempted step leads; after it was taken, where it came from.
    next: Vec<Point>,
    /// The slopes of the stages. After a step was taken the first and the last have changed places,
    /// since its last slope is the next one's first.
    slopes: [Vec<Point>; 7],
    error: Vec<Point>,
    evaluations: u32,
    accepted: u32,
}

impl Stepper {
    /// The points `x` of progress 0, to go to `end`.
    pub fn new(tolerance: f64, x: Vec<Point>, end: f64) -> Self {
        let zero = vec![[0.0; 2]; x.len()];
        Self {
            tolerance,
            end,
            at: 0.0,
            step: FIRST_STEP,
            taken: 0.0,
            next: zero.clone(),
            error: zero.clone(),
            slopes: std::array::from_fn(|_| zero.clone()),
            x,
            evaluations: 0,
            accepted: 0,
        }
    }

    /// Tries a step; whether it was taken. Not to be called once [`finished`](Self::finished).
    pub(crate) fn attempt(&mut self, field: impl Fn(&[Point], f64, &mut [Point])) -> bool {
        if self.evaluations == 0 {
            field(&self.x, self.at, &mut self.slopes[0]);
            self.evaluations = 1;
        }
        // A remainder that is hardly more than a step is taken whole.
        let left = self.end - self.at;
        let h = if left <= HARDLY_MORE * self.step {
            left
        } else {
            self.step
        };
        let error = self.try_step(h, field);
        let taken = error <= 1.0 || h <= HARDLY_MORE * SHORTEST_STEP;
        if taken {
            self.accept(h);
        }
        self.step = (h * growth(error)).max(SHORTEST_STEP);
        taken
    }

    /// Follows the last slope to an end beyond [`finished`](Self::finished): an Euler step.
    pub(crate) fn coast(&mut self, h: f64) {
        add_combination(&mut self.x, h, &[1.0], &self.slopes);
    }

    pub fn finished(&self) -> bool {
        self.at == self.end
    }

    /// The progress made.
    pub fn progress(&self) -> f64 {
        self.at
    }

    /// The points at that progress.
    pub fn points(&self) -> &[Point] {
        &self.x
    }

    pub fn into_points(self) -> Vec<Point> {
        self.x
    }

    /// Evaluations of the field for each particle, so far.
    pub fn evaluations(&self) -> u32 {
        self.evaluations
    }

    /// Steps taken.
    pub(crate) fn accepted(&self) -> u32 {
        self.accepted
    }

    /// The points at a progress within the step taken last, by the continuous extension.
    pub fn between(&self, progress: f64) -> Vec<Point> {
        let h = self.taken;
        let theta = 1.0 - (self.at - progress) / h;
        let rest = 1.0 - theta;
        // The first and the last slope have changed places.
        let (first, last) = (&self.slopes[6], &self.slopes[0]);
        let point = |i: usize| {
            [0, 1].map(|k| {
                let (from, to) = (self.next[i][k], self.x[i][k]);
                let whole = to - from;
                let bend = h * first[i][k] - whole;
                let twist = whole - h * last[i][k] - bend;
                let inner = (1..6).map(|j| DENSE[j] * self.slopes[j][i][k]).sum::<f64>();
                let ends = DENSE[0] * first[i][k] + DENSE[6] * last[i][k];
                let ripple = h * (inner + ends);
                from + theta * (whole + rest * (bend + theta * (twist + rest * ripple)))
            })
        };
        (0..self.x.len()).map(point).collect()
    }

    /// Tries a step of length `h`; returns its error in units of what is tolerated.
    fn try_step(&mut self, h: f64, field: impl Fn(&[Point], f64, &mut [Point])) -> f64 {
        for (i, weights) in STAGES.iter().enumerate() {
            self.next.copy_from_slice(&self.x);
            add_combination(&mut self.next, h, weights, &self.slopes);
            let at = self.at + NODES[i + 1] * h;
            field(&self.next, at, &mut self.slopes[i + 1]);
        }
        self.evaluations += STAGES.len() as u32;
        self.error.fill([0.0; 2]);
        add_combination(&mut self.error, h, &ERROR, &self.slopes);
        let relative = |i: usize, k: usize| {
            let size = self.x[i][k].abs().max(self.next[i][k].abs());
            self.error[i][k] / (self.tolerance * (1.0 + size))
        };
        let squares = (0..self.x.len())
            .map(|i| relative(i, 0) * relative(i, 0) + relative(i, 1) * relative(i, 1));
        (squares.sum::<f64>() / (2 * self.x.len()).max(1) as f64).sqrt()
    }

    /// Takes the step tried last.
    fn accept(&mut self, h: f64) {
        let last = h >= self.end - self.at;
        self.at = if last { self.end } else { self.at + h };
        self.taken = h;
        self.accepted += 1;
        core::mem::swap(&mut self.x, &mut self.next);
        self.slopes.swap(0, 6);
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

/// `x += h sum weights[k] slopes[k]`.
fn add_combination(x: &mut [Point], h: f64, weights: &[f64], slopes: &[Vec<Point>; 7]) {
    for (weight, slope) in weights
        .iter()
        .zip(slopes)
        .filter(|(weight, _)| **weight != 0.0)
    {
        for (x, slope) in x.iter_mut().zip(slope) {
            x[0] += h * weight * slope[0];
            x[1] += h * weight * slope[1];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::distribution::Distribution;
    use crate::exact::ExactField;
    use crate::random::Rng;
    use crate::schedule::Schedule;
    use crate::solver::{
        Integration, Solver,
        tests::{START, Spiral, exact},
    };
    use crate::spec::SolverKind;

    fn solver(tolerance: f64) -> Solver {
        Solver::new(SolverKind::Dopri5, 1).with_tolerance(tolerance)
    }

    fn distance(a: Point, b: Point) -> f64 {
        libm::hypot(a[0] - b[0], a[1] - b[1])
    }

    fn followed(tolerance: f64, keep: u32) -> Integration {
        let mut integration = Integration::new(solver(tolerance), vec![START], (0.0, 1.0), keep);
        while integration.step(&Spiral) {}
        integration
    }

    #[test]
    fn the_tableau_is_consistent() {
        // Each stage's weights sum to its node, those of the error and of the extension to 0.
        for (weights, node) in STAGES.iter().zip(&NODES[1..]) {
            assert!((weights.iter().sum::<f64>() - node).abs() < 1e-14);
        }
        assert!(ERROR.iter().sum::<f64>().abs() < 1e-15);
        assert!(DENSE.iter().sum::<f64>().abs() < 1e-14);
    }

    #[test]
    fn the_error_follows_the_tolerance_to_the_closed_form() {
        for tolerance in [1e-3, 1e-5, 1e-7, 1e-9] {
            let end = followed(tolerance, 0);
            let error = distance(end.points()[0], exact(START, 1.0));
            assert!(error < 20.0 * tolerance, "{tolerance}: {error}");
            assert_eq!((end.time(), end.nfe() % 6), (1.0, 1));
        }
        // Order 5: a hundred thousandth of the error costs ten times the steps.
        let evaluations = |tolerance| f64::from(followed(tolerance, 0).nfe());
        assert!(evaluations(1e-11) / evaluations(1e-6) < 14.0);
    }

    #[test]
    fn frames_are_at_even_times_and_as_exact_as_the_steps() {
        let flow = followed(1e-6, 41);
        let frames = flow.frames();
        assert_eq!(
            (frames.len(), frames.times[10], frames.times[40]),
            (41, 0.25, 1.0)
        );
        assert!(flow.nfe() < 200, "fewer steps than frames: {}", flow.nfe());
        for (k, &t) in frames.times.iter().enumerate() {
            let error = distance(frames.frame(k)[0], exact(START, t));
            assert!(error < 2e-5, "{t}: {error}");
        }
    }

    #[test]
    fn backward_returns_to_the_start() {
        let there = followed(1e-9, 0).into_points();
        let mut back = Integration::new(solver(1e-9), there, (1.0, 0.0), 5);
        while back.step(&Spiral) {}
        assert!(distance(back.points()[0], START) < 1e-6);
        assert_eq!(back.frames().times, [1.0, 0.75, 0.5, 0.25, 0.0]);
    }

    #[test]
    fn the_exact_field_is_followed_as_by_a_fine_fixed_method() {
        let source = Distribution::standard_normal();
        for schedule in [Schedule::CondOt, Schedule::LinearVp] {
            let field = ExactField::new(&source, &datasets::moons(), schedule);
            let open = |solver: Solver| match schedule {
                Schedule::LinearVp => solver.with_open_end(),
                _ => solver,
            };
            let x = source.sample(&mut Rng::new(1), 20);
            let fine = open(Solver::new(SolverKind::Rk4, 800));
            let fine = fine.solve(&field, None, x.clone(), (0.0, 1.0));
            let adaptive = open(solver(1e-6)).solve(&field, None, x, (0.0, 1.0));
            for (a, b) in adaptive.iter().zip(&fine) {
                assert!(distance(*a, *b) < 2e-3, "{schedule:?} {a:?} {b:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_followed_ends_all_the_same() {
        struct Wild;
        impl crate::VelocityField for Wild {
            fn velocity(&self, _: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
                out.fill(
                    [if t > 0.5 {
                        f64::NAN
                    } else {
                        libm::sin(1e9 * t)
                    }; 2],
                );
            }
            fn divergence(&self, _: &[Point], _: f64, _: Option<u32>, out: &mut [f64]) {
                out.fill(0.0);
            }
        }
        let mut wild = Integration::new(solver(1e-9), vec![START], (0.0, 1.0), 3);
        while wild.step(&Wild) {}
        assert_eq!((wild.time(), wild.frames().len()), (1.0, 3));
        let steps = libm::ceil(1.0 / SHORTEST_STEP) as u32;
        assert!(wild.nfe() < 8 * steps, "{}", wild.nfe());
        assert!(
            solver(1e-3)
                .solve(&Spiral, None, vec![], (0.0, 1.0))
                .is_empty()
        );
    }
}
