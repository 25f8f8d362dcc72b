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

pub(crate) mod activation;
pub mod assignment;
mod auction;
pub mod batch;
pub mod coupling;
pub mod datasets;
pub mod digest;
pub mod distribution;
pub mod dopri5;
pub mod evidence;
pub mod exact;
pub mod exponential;
pub mod lane;
pub mod metrics;
pub mod mixture;
pub mod network;
pub mod normal;
pub mod quadrature;
pub mod random;
pub mod schedule;
pub mod solver;
pub mod spec;
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
}

impl<F: VelocityField + ?Sized> VelocityField for &F {
    fn velocity(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [Point]) {
        (**self).velocity(x, t, condition, out);
    }

    fn divergence(&self, x: &[Point], t: f64, condition: Option<u32>, out: &mut [f64]) {
        (**self).divergence(x, t, condition, out);
    }
}
