//! The mathematics of flow matching in the plane: no Burn, no browser, no clock, no global.
//!
//! # Convention
//! Time runs from the **source** at `t = 0` to the **data** at `t = 1`. A schedule gives the two
//! coefficients of the path
//!
//! ```text
//! X_t = alpha(t) X_1 + sigma(t) X_0,        X_0 ~ source,   X_1 ~ target,
//! ```
//!
//! so that `rho(t) = alpha(t) / sigma(t)` is its signal-to-noise ratio (SNR). The *velocity* of the
//! marginal flow is `u(x, t) = E[ alpha'(t) X_1 + sigma'(t) X_0 | X_t = x ]` (Lipman et al.,
//! *Flow Matching for Generative Modeling*, 2023; *Flow Matching Guide and Code*, 2024, section 4).
//! Losses, excesses and Bayes floors are means over the two coordinates, as published notebooks
//! print them.
//!
//! # Numbers
//! Points are `f64` here, so that identities can be tested tightly; a trained network computes in
//! `f32` inside. Transcendental functions come from `libm` and random numbers from a named
//! generator, so a seed gives the same bits natively and in a browser.
//!
//! # An exact field, integrated
//! Where source and target are known mixtures, the velocity field has a closed form. Following it
//! from Gaussian noise ends on the target: here on the black squares of a checkerboard. Followed
//! backwards, it tells how likely a point is.
//!
//! ```
//! use flow::{datasets, distribution::Distribution, exact::ExactField};
//! use flow::likelihood::{Question, log_likelihood};
//! use flow::{random::Rng, schedule::Schedule, solver::Solver, spec::SolverKind};
//!
//! let noise = Distribution::standard_normal();
//! let board = datasets::checkerboard();
//! let field = ExactField::new(&noise, &board, Schedule::CondOt);
//!
//! let x0 = noise.sample(&mut Rng::new(7), 200);
//! let x1 = Solver::new(SolverKind::Rk4, 100).solve(&field, None, x0, (0.0, 1.0));
//!
//! let on_black = x1.iter().filter(|&&x| board.density(x) > 0.0).count();
//! assert!(on_black >= 190, "{on_black} of 200 points on black squares");
//!
//! let moons = datasets::moons();
//! let field = ExactField::new(&noise, &moons, Schedule::CondOt);
//! let x = moons.sample(&mut Rng::new(1), 16);
//! let question = Question::new(Solver::new(SolverKind::Rk4, 100)).along(Schedule::CondOt, &moons);
//! let found = log_likelihood(&field, &noise, x.clone(), question);
//! for (x, found) in x.iter().zip(found) {
//!     assert!((found.value - field.log_density(*x, question.time)).abs() < 1e-3);
//! }
//! ```

pub mod activation;
pub mod assignment;
mod auction;
pub mod batch;
pub mod classifier;
pub mod coefficients;
pub mod continuity;
pub mod coupling;
pub mod custom;
pub mod datasets;
pub mod digest;
pub mod distribution;
pub mod dopri5;
pub mod empirical;
pub mod error;
pub mod evaluation;
pub mod exact;
pub mod experiment;
mod exponential;
pub mod features;
pub mod gradients;
pub mod guidance;
pub mod labels;
mod ladder;
pub mod likelihood;
pub mod metrics;
mod mixture;
pub mod network;
pub mod normal;
pub mod paired;
pub mod pairs;
pub mod partial;
mod posterior_1d;
pub mod prediction;
mod quadrature;
pub mod random;
pub mod reference;
mod scan;
pub mod schedule;
pub mod shapes;
pub mod sine;
pub mod sinkhorn;
pub mod solver;
pub mod spec;
pub mod stream;
pub mod transfer;

/// A point (or a vector) of the plane.
pub type Point = [f64; 2];

/// A time-dependent velocity field `u(x, t | condition)` on the plane.
///
/// Implemented by the exact fields and by a snapshot of a trained network; solvers, likelihood,
/// transfer and metrics are written once, against this trait.
pub trait VelocityField {
    /// Writes the velocity at every point of `x` at time `t` into `out`.
    ///
    /// `condition` is a class label, or `None` for the unconditional field.
    ///
    /// # Panics
    /// If `out` and `x` differ in length.
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]);

    /// Writes `div u = d u_x / d x + d u_y / d y` at every point of `x` into `out`.
    ///
    /// # Panics
    /// If `out` and `x` differ in length.
    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]);

    /// Writes the Jacobian-vector product `(d u / d x) direction` at every point of `x` into `out`:
    /// how the velocity changes along the direction, per unit of its length.
    ///
    /// By default a central difference with a step of `1e-5 max(1, |x|)`, good to about `1e-9` of
    /// the velocity's size for a smooth field in double precision, and useless for one in single
    /// precision.
    ///
    /// # Panics
    /// If `x`, `direction` and `out` differ in length.
    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        assert_eq!(x.len(), direction.len(), "one direction a point");
        let mut behind = vec![[0.0; 2]; x.len()];
        self.velocity(&moved(x, direction, -1.0), t, condition, &mut behind);
        self.velocity(&moved(x, direction, 1.0), t, condition, out);
        for (i, out) in out.iter_mut().enumerate() {
            let span = 2.0 * difference_step(x[i], direction[i]);
            *out = [0, 1].map(|k| (out[k] - behind[i][k]) / span);
        }
    }
}

/// The points, each a [`difference_step`] times `sign` along its direction.
fn moved(x: &[Point], direction: &[Point], sign: f64) -> Vec<Point> {
    let step = |(&x, &d): (&Point, &Point)| {
        let h = sign * difference_step(x, d);
        [x[0] + h * d[0], x[1] + h * d[1]]
    };
    x.iter().zip(direction).map(step).collect()
}

/// By which multiple of the direction a difference quotient moves.
fn difference_step(x: Point, direction: Point) -> f64 {
    let length = libm::hypot(direction[0], direction[1]);
    let step = 1e-5 * libm::hypot(x[0], x[1]).max(1.0);
    if length > 0.0 { step / length } else { 1.0 }
}

impl<F: VelocityField + ?Sized> VelocityField for &F {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        (**self).velocity(x, t, condition, out);
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        (**self).divergence(x, t, condition, out);
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        (**self).directional(x, t, condition, direction, out);
    }
}

impl<F: VelocityField + ?Sized> VelocityField for Box<F> {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        (**self).velocity(x, t, condition, out);
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        (**self).divergence(x, t, condition, out);
    }

    fn directional(
        &self,
        x: &[Point],
        t: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        (**self).directional(x, t, condition, direction, out);
    }
}
