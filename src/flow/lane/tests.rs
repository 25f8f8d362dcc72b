use super::*;
use crate::flow::spec::{SampleSchedule, ScheduleKind};

fn lane(schedule: ScheduleKind, sample_schedule: SampleSchedule) -> Lane {
    let mut spec = LaneSpec::default();
    spec.path.schedule = schedule;
    spec.sampling.sample_schedule = sample_schedule;
    spec.sampling.steps = 100;
    Lane::new(&spec, &Drawn::default()).unwrap()
}

#[test]
fn probe_gaps() {
    for &from in ScheduleKind::ALL {
        for &to in &SampleSchedule::ALL[1..] {
            for solver in [SolverKind::Midpoint, SolverKind::Heun, SolverKind::Rk4] {
                let mut lane = lane(from, to);
                lane.spec.sampling.solver = solver;
                let exact = lane.exact();
                let noise = lane.noise(100, 1);
                let start = lane.sampled_field(&exact).1;
                println!(
                    "{from:?} {to:?} {solver:?} start {start:.5} gap {:.2e}",
                    lane.transfer_gap(&lane.spec.sampling, &exact, noise)
                );
            }
        }
    }
}
