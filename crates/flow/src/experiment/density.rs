//! The log density of what a lane samples, at any time of its flow.

use super::{Experiment, LEAD_IN};
use crate::distribution::Estimate;
use crate::likelihood::{LogLikelihood, Question};
use crate::schedule::Schedule;
use crate::solver::Solver;
use crate::spec::{SamplingSpec, SolverKind};
use crate::{Point, VelocityField};

impl Experiment {
    /// The schedule that `sampling` follows.
    pub fn sampled_schedule(&self, sampling: &SamplingSpec) -> Schedule {
        let kind = sampling.sample_schedule.kind();
        kind.map_or(self.schedule, |kind| Schedule::new(kind, &self.spec.path))
    }

    /// The question of the log density at time `t`, to be asked of the field of
    /// [`sampled_field_as`](Self::sampled_field_as). Its answer starts at
    /// [`log_start`](Self::log_start); see [`log_densities`].
    ///
    /// At the end of the path with the care of [`Question::along`].
    pub fn density_at(&self, sampling: &SamplingSpec, t: f64, solver: Solver) -> Question {
        let schedule = self.sampled_schedule(sampling);
        let whole = Question::new(solver).along(schedule, &self.target_law(sampling));
        let start = self
            .transfer(sampling)
            .map_or(0.0, |transfer| transfer.start());
        if t >= whole.time {
            return Question { start, ..whole };
        }
        let time = t.max(start);
        Question {
            time,
            start,
            ..Question::new(solver)
        }
    }

    /// The log densities, at the time that the flow starts from, of what
    /// [`starting_points`](Self::starting_points) makes of the source.
    pub fn log_start(
        &self,
        sampling: &SamplingSpec,
        inner: &dyn VelocityField,
        points: &[Point],
    ) -> Vec<f64> {
        let Some(transfer) = self.transfer(sampling) else {
            return points.iter().map(|&x| self.log_noise(x)).collect();
        };
        let at = transfer.at(transfer.start());
        let lead_in = Question {
            time: at.t,
            ..Question::new(Solver::new(SolverKind::Rk4, LEAD_IN))
        };
        let points = points.iter().map(|p| p.map(|v| v / at.s)).collect();
        let inner = self.guided(sampling, inner);
        let mut work = LogLikelihood::new(lead_in, points);
        while work.step(&*inner) {}
        let densities = work.estimates(|x| self.log_noise(x)).into_iter();
        densities
            .map(|log| log.value - 2.0 * libm::log(at.s))
            .collect()
    }

    /// The log density of source points times `sigma(0)`.
    pub(super) fn log_noise(&self, x: Point) -> f64 {
        let width = self.schedule.sigma(0.0);
        self.source.log_density(x.map(|v| v / width)) - 2.0 * libm::log(width)
    }
}

/// The log densities of a finished computation whose points started with these.
pub fn log_densities(work: &LogLikelihood, starts: &[f64]) -> Vec<Estimate> {
    let changes = work.estimates(|_| 0.0).into_iter();
    let total = |(change, start): (Estimate, &f64)| Estimate {
        value: change.value + start,
        ..change
    };
    changes.zip(starts).map(total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Drawn, LaneSpec, SampleSchedule, ScheduleKind, Target};

    /// The log density by following the exact field, and by its closed form under the schedule
    /// sampled under.
    fn both(spec: &LaneSpec, t: f64) -> Vec<(f64, f64)> {
        let lane = Experiment::new(spec, &Drawn::default()).unwrap();
        let exact = lane.exact();
        let (field, _) = lane.sampled_field(&exact);
        let question = lane.density_at(&spec.sampling, t, Solver::new(SolverKind::Rk4, 120));
        let points: Vec<Point> = (0..40).map(|k| [0.1 * f64::from(k) - 2.0, 0.3]).collect();
        let mut work = LogLikelihood::new(question, points.clone());
        while work.step(&*field) {}
        let starts = lane.log_start(&spec.sampling, &exact, work.origins());
        let ours = log_densities(&work, &starts)
            .into_iter()
            .map(|log| log.value);
        let schedule = lane.sampled_schedule(&spec.sampling);
        let shown = crate::exact::ExactField::new(lane.source(), lane.target(), schedule);
        ours.zip(points.iter().map(|&x| shown.log_density(x, t)))
            .collect()
    }

    #[test]
    fn densities_are_those_of_the_closed_form_under_every_schedule_sampled_under() {
        let mut spec = LaneSpec::default();
        spec.data.target = Target::EightGaussians;
        for name in SampleSchedule::NAMES {
            spec.sampling.sample_schedule = SampleSchedule::from_name(name).unwrap();
            for t in [0.5, 0.9] {
                for (ours, expected) in both(&spec, t) {
                    let close = (ours - expected).abs() < 0.02 * expected.abs().max(1.0);
                    assert!(close || expected < -30.0, "{name} {t}: {ours} {expected}");
                }
            }
        }
    }

    #[test]
    fn a_flow_that_starts_late_is_followed_to_its_source() {
        // Trained under VP, whose smallest SNR is 0.0066, and sampled from where that is.
        let mut spec = LaneSpec::default();
        spec.data.target = Target::EightGaussians;
        spec.path.schedule = ScheduleKind::Vp;
        spec.sampling.sample_schedule = SampleSchedule::CondOt;
        for (ours, expected) in both(&spec, 0.7) {
            // The law of the start is the source but for a share 0.0066 of the data.
            assert!(
                (ours - expected).abs() < 0.1 || expected < -20.0,
                "{ours} {expected}"
            );
        }
    }
}
