//! The calls, taken one by one in double precision, against the integrations they stand for.

use super::*;
use crate::experiment::log_densities;
use crate::likelihood::LogLikelihood;
use crate::spec::{Drawn, Guide, LaneSpec, Prediction, SampleSchedule, ScheduleKind, Target};

/// Lanes of every prediction, with and without transfer and guidance.
fn specs() -> Vec<(String, LaneSpec)> {
    let mut specs = Vec::new();
    for &predict in Prediction::ALL {
        for trained in [ScheduleKind::CondOt, ScheduleKind::Vp, ScheduleKind::Ve] {
            for name in ["same", "cosine", "linearvp"] {
                for guide in [Guide::None, Guide::Cfg] {
                    let mut spec = LaneSpec::default();
                    spec.data.target = Target::EightGaussians;
                    spec.path.schedule = trained;
                    (spec.model.width, spec.model.predict, spec.model.guide) = (10, predict, guide);
                    (spec.sampling.label, spec.sampling.guidance) = (Some(2), 1.5);
                    spec.sampling.steps = 6;
                    let schedule = SampleSchedule::from_name(name);
                    spec.sampling.sample_schedule = schedule.expect("a name of the list");
                    specs.push((format!("{predict:?} {trained:?} {name} {guide:?}"), spec));
                }
            }
        }
    }
    specs
}

fn near(a: Point, b: Point) -> bool {
    let size = 1.0 + a[0].abs() + a[1].abs();
    (a[0] - b[0]).abs() + (a[1] - b[1]).abs() < 1e-6 * size
}

#[test]
fn calls_lead_where_the_integration_leads() {
    for (k, (case, mut spec)) in specs().into_iter().enumerate() {
        spec.sampling.solver = SolverKind::ALL[k % 4];
        let lane = Experiment::new(&spec, &Drawn::default()).expect("nothing is drawn");
        let network = lane.network();
        let learned = lane.learned(&network);
        let noise = lane.noise(3, 5);
        let (field, _) = lane.sampled_field(&*learned);
        let mut integration = lane.integration(&spec.sampling, &*learned, noise.clone(), 4);
        while integration.step(&*field) {}
        let way = lane
            .solver_program(&spec.sampling, 4)
            .expect("its steps are fixed");
        assert_eq!(way.nfe, integration.nfe(), "{case}");
        let expected = integration.frames();
        assert_eq!(way.times, expected.times, "{case}");
        for (i, &start) in noise.iter().enumerate() {
            let Passage { frames, end, .. } = way.follow(&network, start);
            for (k, &frame) in frames.iter().enumerate() {
                assert!(near(expected.frame(k)[i], frame), "{case}: frame {k}");
            }
            assert_eq!(frames[frames.len() - 1], end, "{case}");
        }
    }
}

#[test]
fn calls_back_give_the_log_densities() {
    for (case, spec) in specs() {
        let lane = Experiment::new(&spec, &Drawn::default()).expect("nothing is drawn");
        let network = lane.network();
        let learned = lane.learned(&network);
        let (field, _) = lane.sampled_field(&*learned);
        let points: Vec<Point> = vec![[0.4, -0.3], [1.5, 1.0]];
        for t in [0.6, 1.0] {
            let question = lane.density_at(&spec.sampling, t, Solver::new(SolverKind::Rk4, 5));
            let mut work = LogLikelihood::new(question, points.clone());
            while work.step(&*field) {}
            let starts = lane.log_start(&spec.sampling, &*learned, work.origins());
            let expected = log_densities(&work, &starts);
            let way = lane
                .likelihood_program(&spec.sampling, &question)
                .expect("it is exact");
            for (&x, expected) in points.iter().zip(expected) {
                let Passage { end, integral, .. } = way.follow(&network, x);
                let got = lane.log_density_after(&way, end, integral);
                let gap = (got - expected.value).abs();
                let close = gap < 1e-6 * (1.0 + expected.value.abs());
                assert!(close, "{case}, {t}: {got} {expected:?}");
            }
        }
    }
}

#[test]
fn a_solver_that_chooses_its_steps_has_no_program() {
    let mut spec = LaneSpec::default();
    spec.sampling.solver = SolverKind::Dopri5;
    let lane = Experiment::new(&spec, &Drawn::default()).expect("nothing is drawn");
    assert_eq!(lane.solver_program(&spec.sampling, 5), None);
}
