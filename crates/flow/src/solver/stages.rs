//! The evaluations of a solver with fixed steps as a list, for an integration that an [`Integration`] does
//! not carry out itself, such as one on a GPU.

use super::{Integration, Solver, keeps};

/// One evaluation of the field: at time `t` and `x + reach k`, where `x` is the state at the beginning
/// of the step and `k` the slope before; its slope adds `weight` times itself to the step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    pub t: f64,
    pub reach: f64,
    pub weight: f64,
    /// The step that ends with it.
    pub ends: Option<Step>,
}

/// A step that has been taken: the time then, and whether the state is one of the frames kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    pub t: f64,
    pub kept: bool,
}

impl Solver {
    /// All evaluations from `t0` to `t1`, with `keep` frames as [`Integration::new`] keeps them;
    /// `None` for the adaptive method.
    pub(crate) fn stages_over(&self, span: (f64, f64), keep: u32) -> Option<Vec<Stage>> {
        if self.adaptive() {
            return None;
        }
        let integration = Integration::new(*self, Vec::new(), span, keep);
        let steps = 0..self.steps;
        Some(steps.flat_map(|step| integration.stages_of(step)).collect())
    }
}

impl Integration {
    fn stages_of(&self, step: u32) -> Vec<Stage> {
        let (t, next) = (self.time_after(step), self.time_after(step + 1));
        let (tableau, h) = (self.solver.tableau(step), next - t);
        let kept = keeps((self.solver.steps, self.keep), step + 1);
        let last = tableau.nodes.len() - 1;
        let stage = |(k, (node, weight)): (usize, (&f64, &f64))| Stage {
            t: t + node * h,
            reach: node * h,
            weight: weight * h,
            ends: (k == last).then_some(Step { t: next, kept }),
        };
        let pairs = tableau.nodes.iter().zip(tableau.weights);
        pairs.enumerate().map(stage).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::SolverKind;
    use crate::{Point, VelocityField};

    /// `u(x, t) = (sin(x + y) + t, x y - t)`.
    struct Waves;

    impl VelocityField for Waves {
        fn velocity(&self, x: &[Point], t: f64, _: Option<u32>, out: &mut [Point]) {
            for (out, [x, y]) in out.iter_mut().zip(x) {
                *out = [libm::sin(x + y) + t, x * y - t];
            }
        }

        fn divergence(&self, x: &[Point], _: f64, _: Option<u32>, out: &mut [f64]) {
            for (out, [x, y]) in out.iter_mut().zip(x) {
                *out = libm::cos(x + y) + x;
            }
        }
    }

    /// The frames of one point by the stages alone.
    fn followed(stages: &[Stage], start: Point) -> Vec<(f64, Point)> {
        let (mut x, mut sum, mut slope) = (start, start, [0.0; 2]);
        let mut frames = Vec::new();
        for stage in stages {
            let at = [0, 1].map(|i| x[i] + stage.reach * slope[i]);
            let mut out = [[0.0; 2]];
            Waves.velocity(&[at], stage.t, None, &mut out);
            slope = out[0];
            sum = [0, 1].map(|i| sum[i] + stage.weight * slope[i]);
            if let Some(step) = stage.ends {
                x = sum;
                frames.extend(step.kept.then_some((step.t, x)));
            }
        }
        frames
    }

    /// Oracle: the integration itself, at its frames.
    #[test]
    fn stages_are_those_that_an_integration_takes() {
        for kind in [
            SolverKind::Euler,
            SolverKind::Midpoint,
            SolverKind::Heun,
            SolverKind::Rk4,
        ] {
            for (span, keep) in [((0.0, 1.0), 4), ((1.0, 0.2), 100), ((0.3, 1.0), 1)] {
                let plain = Solver::new(kind, 7);
                for solver in [plain, plain.with_open_end()] {
                    let stages = solver.stages_over(span, keep).expect("its steps are fixed");
                    let start = [0.3, -0.8];
                    let mut integration = Integration::new(solver, vec![start], span, keep);
                    while integration.step(&Waves) {}
                    assert_eq!(Some(stages.len() as u32), solver.nfe());
                    let expected = integration.frames();
                    let got = followed(&stages, start);
                    assert_eq!(
                        got.len() + 1,
                        expected.len(),
                        "the first frame is the start"
                    );
                    for (k, (t, x)) in got.into_iter().enumerate() {
                        assert_eq!(t, expected.times[k + 1]);
                        let [u, v] = expected.frame(k + 1)[0];
                        assert!((x[0] - u).abs() + (x[1] - v).abs() < 1e-12, "{kind:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_adaptive_method_has_none() {
        let solver = Solver::new(SolverKind::Dopri5, 10);
        assert_eq!(solver.stages_over((0.0, 1.0), 5), None);
    }
}
