//! Scheduler transfer: sampling a field under another schedule than the one it was trained under.
//!
//! Both schedules pass the same signal-to-noise ratios, only at other times and other scales. With
//! `t_r = rho^-1(rho_bar(r))` and `s_r = sigma_bar(r) / sigma(t_r) = alpha_bar(r) / alpha(t_r)`,
//!
//! ```text
//! X_bar_r = s_r X_{t_r},     u_bar_r(x) = (s_r' / s_r) x + s_r t_r' u_{t_r}(x / s_r)
//! ```
//!
//! (Pokle et al., *Training-free Linear Image Inverses via Flows*, 2023; Lipman et al.,
//! *Flow Matching Guide and Code*, 2024, section 4.8.2). Barred quantities belong to the schedule
//! sampled under, `r` is its time.

use super::schedule::Schedule;
use super::{Point, VelocityField};

/// A change of schedule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transfer {
    from: Schedule,
    to: Schedule,
}

/// Where the trained field is asked: at time `t`, in coordinates divided by `s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimeScale {
    pub t: f64,
    pub s: f64,
    /// `d t / d r`.
    pub dt: f64,
    /// `d s / d r`.
    pub ds: f64,
}

/// At the ends a factor of the transferred velocity can be infinite while another is 0 (their
/// product is finite), so times are kept this far inside.
const INSIDE: f64 = 1e-9;

/// From a polynomial schedule `t_r` begins like `r^(1/n)`, with infinite speed. The exact field vanishes
/// there just as fast; a learned one does not quite, and a solver that asks for it at the start itself
/// throws every particle off by an error times that speed. So such a transfer starts a little later,
/// where the speed is 16 for `n = 2`.
const LATER: f64 = 1e-3;

impl Transfer {
    /// From the schedule trained under to the one sampled under.
    pub fn new(from: Schedule, to: Schedule) -> Self {
        Self { from, to }
    }

    /// The first time at which the transfer is defined: before it the new schedule's SNR is below
    /// the smallest that was trained. 0 unless the training schedule starts with some signal (VP
    /// with 0.0066, VE with `1 / sigma_max`) or with none that grows, like a polynomial one.
    pub fn start(&self) -> f64 {
        let smallest = self.from.snr(0.0);
        if smallest > self.to.snr(0.0) {
            return self.to.inverse_snr(smallest);
        }
        if self.from.rests(0.0) { LATER } else { 0.0 }
    }

    /// Time and scale at `r`; times outside `[start, 1]` are taken as the nearer end.
    ///
    /// At `r = 1` (and at `r = 0`, where some factors are 0/0 too) this is the value `1e-9` inside.
    pub fn at(&self, r: f64) -> TimeScale {
        if self.from == self.to {
            let (t, s, dt, ds) = (r.clamp(0.0, 1.0), 1.0, 1.0, 0.0);
            return TimeScale { t, s, dt, ds };
        }
        let r = r.clamp(self.start().max(INSIDE), 1.0 - INSIDE);
        let bar = self.to.coefficients(r);
        let t = self.from.inverse_snr(bar.alpha / bar.sigma);
        let at = self.from.coefficients(t);
        // The two quotients are equal; the larger coefficients are the well-conditioned ones.
        let signal = bar.alpha > bar.sigma;
        let s = if signal {
            bar.alpha / at.alpha
        } else {
            bar.sigma / at.sigma
        };
        // rho_bar'(r) / rho'(t), with rho' = wronskian / sigma^2.
        let dt = bar.wronskian() / (at.wronskian() * s * s);
        let ds = if signal {
            (bar.d_alpha - s * at.d_alpha * dt) / at.alpha
        } else {
            (bar.d_sigma - s * at.d_sigma * dt) / at.sigma
        };
        TimeScale { t, s, dt, ds }
    }
}

/// A field sampled under another schedule than its own.
#[derive(Clone, Copy, Debug)]
pub struct Transferred<F> {
    pub inner: F,
    pub transfer: Transfer,
}

impl<F: VelocityField> VelocityField for Transferred<F> {
    fn velocity(&self, x: &[Point], r: f64, condition: Option<u32>, out: &mut [Point]) {
        let TimeScale { t, s, dt, ds } = self.transfer.at(r);
        self.inner.velocity(&scaled(x, 1.0 / s), t, condition, out);
        for (u, x) in out.iter_mut().zip(x) {
            *u = [0, 1].map(|i| ds / s * x[i] + s * dt * u[i]);
        }
    }

    /// `2 s' / s + t' div u_t(x / s)`.
    fn divergence(&self, x: &[Point], r: f64, condition: Option<u32>, out: &mut [f64]) {
        let TimeScale { t, s, dt, ds } = self.transfer.at(r);
        self.inner
            .divergence(&scaled(x, 1.0 / s), t, condition, out);
        out.iter_mut()
            .for_each(|div| *div = 2.0 * ds / s + dt * *div);
    }

    /// `s' / s direction + t' (d u_t / d x)(x / s) direction`.
    fn directional(
        &self,
        x: &[Point],
        r: f64,
        condition: Option<u32>,
        direction: &[Point],
        out: &mut [Point],
    ) {
        let TimeScale { t, s, dt, ds } = self.transfer.at(r);
        let x = scaled(x, 1.0 / s);
        self.inner.directional(&x, t, condition, direction, out);
        for (out, d) in out.iter_mut().zip(direction) {
            *out = [0, 1].map(|i| ds / s * d[i] + dt * out[i]);
        }
    }
}

/// The points times `factor`.
fn scaled(x: &[Point], factor: f64) -> Vec<Point> {
    x.iter().map(|p| p.map(|v| factor * v)).collect()
}

#[cfg(test)]
mod tests;
