//! Scheduler transfer, checked: the transferred paths beside the rescaled ones.

use super::Experiment;
use crate::solver::{Integration, Solver};
use crate::spec::SamplingSpec;
use crate::transfer::{TimeScale, Transfer};
use crate::{Point, VelocityField};

/// The scale at the start of a flow whose schedule is not changed.
const UNCHANGED: TimeScale = TimeScale {
    t: 0.0,
    s: 1.0,
    dt: 1.0,
    ds: 0.0,
};

/// Particles that follow a field under the schedule sampled under (`x_bar_r`), and the same particles
/// under its own (`x_t`), step by step at the same signal-to-noise ratios, both by the lane's solver.
///
/// The theorem says that `x_bar_r = s_r x_{t_r}` ([`Transfer`]); what remains between the two is the
/// solver's error.
pub struct Rescaled<'a> {
    /// None without a change of schedule.
    transfer: Option<Transfer>,
    field: Box<dyn VelocityField + 'a>,
    base_field: Box<dyn VelocityField + 'a>,
    stride: Solver,
    transferred: Integration,
    base: Vec<Point>,
    at: TimeScale,
}

impl Experiment {
    /// Both paths of the particles of `noise`, at their start. The transferred one keeps `keep`
    /// frames; without a change of schedule the two are one.
    pub fn rescaled<'a>(
        &self,
        sampling: &SamplingSpec,
        inner: &'a dyn VelocityField,
        noise: Vec<Point>,
        keep: u32,
    ) -> Rescaled<'a> {
        let transfer = self.transfer(sampling);
        let (field, start) = self.sampled_field_as(sampling, inner);
        let transferred = self.integration(sampling, inner, noise, keep);
        let at = transfer.as_ref().map_or(UNCHANGED, |t| t.at(start));
        Rescaled {
            transfer,
            field,
            base_field: self.guided(sampling, inner),
            stride: self.solver(sampling).of_one_step(),
            base: scaled(transferred.points(), 1.0 / at.s),
            transferred,
            at,
        }
    }
}

impl Rescaled<'_> {
    /// Goes on by a step of the solver; whether it was taken (an adaptive one may refuse).
    pub fn step(&mut self) -> bool {
        let before = self.transferred.steps();
        self.transferred.step(&*self.field);
        if self.transferred.steps() == before {
            return false;
        }
        let Some(transfer) = &self.transfer else {
            self.base = self.transferred.points().to_vec();
            return true;
        };
        let next = transfer.at(self.transferred.time());
        let base = std::mem::take(&mut self.base);
        self.base = self
            .stride
            .solve(&*self.base_field, None, base, (self.at.t, next.t));
        self.at = next;
        true
    }

    /// The transferred paths as far as they have come.
    pub fn transferred(&self) -> &Integration {
        &self.transferred
    }

    /// Where the rescaled paths are at the same time: `s_r x_{t_r}`.
    pub fn points(&self) -> Vec<Point> {
        scaled(&self.base, self.at.s)
    }

    /// The distance between the two, for every particle.
    pub fn gaps(&self) -> impl Iterator<Item = f64> {
        let pairs = self.transferred.points().iter().zip(self.points());
        pairs.map(|(a, b)| libm::hypot(a[0] - b[0], a[1] - b[1]))
    }
}

fn scaled(x: &[Point], factor: f64) -> Vec<Point> {
    x.iter().map(|p| p.map(|v| factor * v)).collect()
}
