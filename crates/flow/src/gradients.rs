//! Two losses, one gradient: flow matching and conditional flow matching, side by side.
//!
//! ```text
//! FM:  E |v(X_t, t) - u(X_t, t)|^2 / 2,      u the marginal velocity, which one rarely knows;
//! CFM: E |v(X_t, t) - V_t|^2 / 2,            V_t = alpha' X_1 + sigma' X_0, which one always knows.
//! ```
//!
//! Since `u = E[V_t | X_t]`, their gradients with respect to the network's parameters are equal, and
//! the losses differ by the constant `E |V_t - u|^2 / 2`, the Bayes floor (Lipman et al., *Flow
//! Matching for Generative Modeling*, 2023, theorem 2). Here both gradients of one small network are
//! estimated from the same points of the path: they differ by noise of mean 0, which falls like
//! `n^(-1/2)`.

use super::Point;
use super::VelocityField;
use super::distribution::Distribution;
use super::exact::ExactField;
use super::random::Rng;
use super::schedule::Schedule;
use serde::{Deserialize, Serialize};

/// A network of one hidden layer, `v = C tanh(A (x, y, t) + b) + d`, with its gradient by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Small {
    /// For each hidden unit: its three input weights, bias, and two output weights; then the two
    /// output biases.
    parameters: Vec<f64>,
    units: usize,
}

/// Parameters of a hidden unit.
const EACH: usize = 6;

impl Small {
    /// Standard normal weights, the outputs' divided by `sqrt(units)`.
    pub fn init(units: usize, rng: &mut Rng) -> Self {
        let scale = 1.0 / (units.max(1) as f64).sqrt();
        let draw = |k: usize, rng: &mut Rng| {
            let output = k % EACH >= 4;
            rng.normal() * if output { scale } else { 1.0 }
        };
        let count = EACH * units;
        let mut parameters: Vec<f64> = (0..count).map(|k| draw(k, rng)).collect();
        parameters.extend([0.0, 0.0]);
        Self { parameters, units }
    }

    pub fn parameters(&self) -> &[f64] {
        &self.parameters
    }

    /// The velocity at `x` and `t`.
    pub fn velocity(&self, x: Point, t: f64) -> Point {
        let mut out = self.output_biases();
        for unit in self.parameters.chunks_exact(EACH).take(self.units) {
            let h = hidden(unit, x, t);
            out = [out[0] + unit[4] * h, out[1] + unit[5] * h];
        }
        out
    }

    fn output_biases(&self) -> Point {
        let last = EACH * self.units;
        [self.parameters[last], self.parameters[last + 1]]
    }

    /// Adds the gradient of `pull . v(x, t)` to `gradient`: of `|v - target|^2 / 2`, if the pull is
    /// `v - target`.
    fn add_gradient(&self, x: Point, t: f64, pull: Point, gradient: &mut [f64]) {
        let last = EACH * self.units;
        let units = self.parameters[..last].chunks_exact(EACH);
        for (unit, out) in units.zip(gradient.chunks_exact_mut(EACH)) {
            let h = hidden(unit, x, t);
            let back = (pull[0] * unit[4] + pull[1] * unit[5]) * (1.0 - h * h);
            let terms = [
                back * x[0],
                back * x[1],
                back * t,
                back,
                pull[0] * h,
                pull[1] * h,
            ];
            out.iter_mut().zip(terms).for_each(|(out, v)| *out += v);
        }
        gradient[last] += pull[0];
        gradient[last + 1] += pull[1];
    }
}

/// The value of a hidden unit.
fn hidden(unit: &[f64], x: Point, t: f64) -> f64 {
    libm::tanh(unit[0] * x[0] + unit[1] * x[1] + unit[2] * t + unit[3])
}

/// Both losses and gradients, so far.
#[derive(Clone, Debug)]
pub struct TwoGradients {
    network: Small,
    source: Distribution,
    target: Distribution,
    field: ExactField,
    rng: Rng,
    samples: u64,
    /// Sums of `|v - u|^2 / 2`, `|v - V|^2 / 2` and `|V - u|^2 / 2`.
    losses: [f64; 3],
    gradients: [Vec<f64>; 2],
}

/// What the samples say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    pub samples: u64,
    /// Means over both coordinates.
    pub loss_fm: f64,
    pub loss_cfm: f64,
    /// `E |V_t - u|^2 / 2`: what the losses' difference tends to.
    pub floor: f64,
    /// The cosine of the angle between the gradients: tends to 1.
    pub cosine: f64,
    /// The length of their difference over that of the gradient of FM: tends to 0.
    pub difference: f64,
}

impl TwoGradients {
    /// Independent pairs of `source` and `target`, times uniform on `[0, 1]`.
    pub fn new(
        network: Small,
        source: &Distribution,
        target: &Distribution,
        schedule: Schedule,
        rng: Rng,
    ) -> Self {
        let zero = vec![0.0; network.parameters.len()];
        Self {
            network,
            source: source.clone(),
            target: target.clone(),
            field: ExactField::new(source, target, schedule),
            rng,
            samples: 0,
            losses: [0.0; 3],
            gradients: [zero.clone(), zero],
        }
    }

    /// Takes in `n` points of the path at each of `times` times, which are evenly spread.
    pub fn add(&mut self, times: u32, n: u32) {
        for k in 0..times {
            let t = (f64::from(k) + self.rng.uniform()) / f64::from(times);
            let schedule = self.field.schedule();
            let (c, t) = (schedule.coefficients(t), schedule.regular(t));
            let mut draw = || {
                (
                    self.source.draw(&mut self.rng),
                    self.target.draw(&mut self.rng),
                )
            };
            let pairs: Vec<_> = (0..n).map(|_| draw()).collect();
            let mix = |a: f64, b: f64| {
                let of = move |(x0, x1): &(Point, Point)| [0, 1].map(|i| a * x1[i] + b * x0[i]);
                pairs.iter().map(of).collect::<Vec<Point>>()
            };
            let (x, wanted) = (mix(c.alpha, c.sigma), mix(c.d_alpha, c.d_sigma));
            let mut marginal = vec![[0.0; 2]; x.len()];
            self.field.velocity(&x, t, None, &mut marginal);
            for ((&x, &wanted), &u) in x.iter().zip(&wanted).zip(&marginal) {
                self.add_one(x, t, u, wanted);
            }
        }
    }

    /// Takes in one point, its marginal and its conditional velocity.
    fn add_one(&mut self, x: Point, t: f64, marginal: Point, conditional: Point) {
        let v = self.network.velocity(x, t);
        let gaps = [
            away(v, marginal),
            away(v, conditional),
            away(conditional, marginal),
        ];
        for (loss, gap) in self.losses.iter_mut().zip(gaps) {
            *loss += 0.5 * dot(&gap, &gap);
        }
        for (gradient, gap) in self.gradients.iter_mut().zip(gaps) {
            self.network.add_gradient(x, t, gap, gradient);
        }
        self.samples += 1;
    }

    /// What has come out so far; NaN before the first sample.
    pub fn comparison(&self) -> Comparison {
        let [loss_fm, loss_cfm, floor] = self.losses.map(|sum| sum / self.samples as f64);
        let [fm, cfm] = &self.gradients;
        let length = dot(fm, fm).sqrt();
        let gap: Vec<f64> = fm.iter().zip(cfm).map(|(a, b)| a - b).collect();
        Comparison {
            samples: self.samples,
            loss_fm,
            loss_cfm,
            floor,
            cosine: dot(fm, cfm) / (length * dot(cfm, cfm).sqrt()),
            difference: dot(&gap, &gap).sqrt() / length,
        }
    }
}

/// `a - b`.
fn away(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::distribution::Estimate;
    use crate::evaluation::bayes_floor;
    use crate::experiment::Experiment;
    use crate::spec::{Drawn, LaneSpec, Target};

    fn comparison(times: u32, n: u32) -> Comparison {
        drawn(times, n, 2)
    }

    fn drawn(times: u32, n: u32, seed: u64) -> Comparison {
        let network = Small::init(16, &mut Rng::new(1));
        let (source, target) = (Distribution::standard_normal(), datasets::eight_gaussians());
        let rng = Rng::new(seed);
        let mut both = TwoGradients::new(network, &source, &target, Schedule::CondOt, rng);
        both.add(times, n);
        both.comparison()
    }

    #[test]
    fn the_gradient_agrees_with_finite_differences() {
        let network = Small::init(5, &mut Rng::new(3));
        let (x, t, target, h) = ([0.4, -0.9], 0.3, [1.0, 2.0], 1e-6);
        let loss = |network: &Small| {
            let gap = away(network.velocity(x, t), target);
            0.5 * dot(&gap, &gap)
        };
        let mut gradient = vec![0.0; network.parameters().len()];
        let pull = away(network.velocity(x, t), target);
        network.add_gradient(x, t, pull, &mut gradient);
        for (k, ours) in gradient.iter().enumerate() {
            let moved = |by: f64| {
                let mut other = network.clone();
                other.parameters[k] += by;
                loss(&other)
            };
            let expected = (moved(h) - moved(-h)) / (2.0 * h);
            assert!((ours - expected).abs() < 1e-8, "{k}: {ours} {expected}");
        }
    }

    #[test]
    fn the_gradients_become_one_and_the_losses_differ_by_the_floor() {
        let (few, many) = (comparison(32, 16), comparison(256, 256));
        assert!(many.cosine > 0.999 && many.cosine > few.cosine, "{many:?}");
        assert!(many.difference < 0.04, "{many:?}");
        let gap = many.loss_cfm - many.loss_fm;
        assert!((gap / many.floor - 1.0).abs() < 0.02, "{many:?}");
        // 128 times the samples: about 11 times less noise.
        assert!(few.difference / many.difference > 4.0, "{few:?} {many:?}");
    }

    #[test]
    fn the_gap_of_the_losses_is_the_variance_term_within_its_error() {
        // Oracle: the variance of V given X_t, over the posterior of the components in closed form
        // (the Bayes floor), which no network enters. Errors are those of independent repetitions.
        let mut spec = LaneSpec::default();
        spec.data.target = Target::EightGaussians;
        let lane = Experiment::new(&spec, &Drawn::default()).unwrap();
        let floor = bayes_floor(&lane, 65_536).unwrap();
        let all: Vec<_> = (10..30).map(|seed| drawn(64, 64, seed)).collect();
        let mean = |f: fn(&Comparison) -> f64| Estimate::of(&all.iter().map(f).collect::<Vec<_>>());
        let gap = mean(|c| c.loss_cfm - c.loss_fm);
        let error = libm::hypot(gap.error, floor.error);
        assert!(
            (gap.value - floor.value).abs() < 3.0 * error,
            "{gap:?} {floor:?}"
        );
        assert!(error < 0.02 * floor.value, "{gap:?} {floor:?}");
        let difference = mean(|c| c.loss_cfm - c.loss_fm - c.floor);
        assert!(
            difference.value.abs() < 3.0 * difference.error,
            "{difference:?}"
        );
    }

    #[test]
    fn slices_add_up() {
        let network = Small::init(4, &mut Rng::new(1));
        let source = Distribution::standard_normal();
        let target = datasets::checkerboard();
        let mut both =
            TwoGradients::new(network, &source, &target, Schedule::LinearVp, Rng::new(5));
        assert!(both.comparison().cosine.is_nan());
        both.add(8, 4);
        both.add(8, 4);
        let comparison = both.comparison();
        assert_eq!(comparison.samples, 64);
        assert!(comparison.cosine.abs() <= 1.0 && comparison.loss_cfm.is_finite());
    }
}
