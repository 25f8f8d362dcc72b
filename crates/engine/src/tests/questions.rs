//! Questions and their answers.

use super::*;
use flow::custom::Curve;

#[test]
fn jobs_are_answered_while_training() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    let job = Job::Couple { n: 64, seed: 3 };
    bench.ask(Request::Job {
        id: 5,
        lane: LaneId::A,
        job,
    });
    let mut replies = Vec::new();
    for _ in 0..50 {
        replies.extend(pollster::block_on(bench.engine.tick(0.012)));
    }
    let Some(Reply::Done { id: 5, answer }) = replies
        .iter()
        .find(|reply| matches!(reply, Reply::Done { .. }))
    else {
        panic!("not answered")
    };
    let Ok(Answer::Couple { x0, x1, cost, .. }) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((x0.0.len(), x1.0.len()), (128, 128));
    assert!(*cost > 0.0);
}

#[test]
fn questions_that_cannot_be_answered_are_refused_with_the_reason() {
    let mut bench = Bench::new();
    let refused = bench.answer(LaneId::B, Job::Metrics).unwrap_err();
    assert_eq!(refused, Refusal::NotShown(LaneId::B));
    let mut ot = spec();
    ot.data.coupling = CouplingKind::Ot;
    bench.configure(LaneId::A, 1, ot, false);
    let points = || Floats(vec![0.0, 0.5]);
    let exact = Job::Field {
        points: points(),
        t: 0.5,
        which: Which::Exact,
    };
    let refused = bench.answer(LaneId::A, exact);
    assert_eq!(refused, Err(Refusal::NoExactField));
    let model = Job::Field {
        points: points(),
        t: 0.5,
        which: Which::Model,
    };
    assert!(matches!(bench.answer(LaneId::A, model), Ok(Answer::Field(v)) if v.0.len() == 2));
    let nowhere = Job::Grid {
        map: Map::Density,
        side: 0,
        extent: 3.0,
        times: vec![0.0],
    };
    assert!(bench.answer(LaneId::A, nowhere).is_err());
}

#[test]
fn a_question_about_a_lane_that_changes_is_not_left_open() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.ask(Request::Job {
        id: 4,
        lane: LaneId::A,
        job: Job::Metrics,
    });
    bench.ask(Request::Drop { lane: LaneId::A });
    let replies = bench.finish();
    let mut answers = replies
        .iter()
        .filter(|reply| matches!(reply, Reply::Done { .. }));
    let given_up = matches!(
        answers.next(),
        Some(Reply::Done {
            id: 4,
            answer: Err(_)
        })
    );
    assert!(given_up && answers.next().is_none(), "{replies:?}");
}

#[test]
fn samples_are_those_of_the_picture_and_of_the_seed() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    let replies = bench.finish();
    let picture = ensembles(&replies).last().copied().unwrap().clone();
    let mut sample = |seed, trajectories| {
        let sampling = spec().sampling;
        let job = Job::Sample {
            n: 150,
            seed,
            sampling,
            trajectories,
        };
        match bench.answer(LaneId::A, job) {
            Ok(Answer::Sample { ensemble }) => ensemble,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(sample(spec().seed, true), picture);
    let ends = sample(77, false);
    assert_eq!((ends.times.len(), ends.frames.0.len()), (2, 600));
    assert_ne!(ends.frames.0[..10], picture.frames.0[..10]);
}

#[test]
fn the_density_and_the_arrows_have_their_rows_from_the_top() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    let job = Job::Grid {
        map: Map::Density,
        side: 40,
        extent: 4.0,
        times: vec![0.0, 0.5],
    };
    let Ok(Answer::Grid(grid)) = bench.answer(LaneId::A, job) else {
        panic!("no density")
    };
    assert_eq!(grid.0.len(), 3200);
    let mass: f32 = grid.0[..1600].iter().sum::<f32>() * 0.04;
    assert!((mass - 1.0).abs() < 1e-3, "{mass}");
    let arrows = Job::Grid {
        map: Map::Velocity,
        side: 2,
        extent: 1.0,
        times: vec![0.3],
    };
    let Ok(Answer::Grid(arrows)) = bench.answer(LaneId::A, arrows) else {
        panic!("no arrows")
    };
    let corners = Job::Field {
        points: Floats(vec![-0.5, 0.5, 0.5, 0.5, -0.5, -0.5, 0.5, -0.5]),
        t: 0.3,
        which: Which::Model,
    };
    assert_eq!(bench.answer(LaneId::A, corners), Ok(Answer::Field(arrows)));
}

#[test]
fn the_transfer_gap_closes_with_finer_steps() {
    let mut bench = Bench::new();
    let mut gap = |steps| {
        let mut spec = spec();
        spec.sampling.sample_schedule = SampleSchedule::Cosine;
        spec.sampling.solver = SolverKind::Rk4;
        spec.sampling.steps = steps;
        bench.configure(LaneId::A, steps, spec, false);
        match bench.answer(LaneId::A, Job::TransferGap { n: 20, seed: 1 }) {
            Ok(Answer::TransferGap { gap, rescaled, .. }) => (gap, rescaled),
            other => panic!("{other:?}"),
        }
    };
    let (coarse, _) = gap(4);
    let (fine, rescaled) = gap(40);
    assert!(fine < 1e-4 && fine < coarse / 10.0, "{coarse} {fine}");
    assert_eq!(
        (rescaled.times.len(), rescaled.frames.0.len()),
        (41, 41 * 40)
    );
}

/// The theorem `x_bar_r = s_r x_{t_r}` on trained networks, between every two schedules. What is left is
/// the solver's error, largest where a step is over something singular: the end of linear VP, where sigma
/// falls like `sqrt(1 - t)`, and that of a change from VE, whose last fifth of time is passed in no time.
#[test]
fn transferred_paths_of_trained_networks_are_rescaled_paths() {
    for (run, &from) in (1..).zip(ScheduleKind::ALL) {
        let mut spec = spec();
        spec.path.schedule = from;
        spec.path.curve = bent();
        spec.path.sigma_max = 3.0;
        let mut bench = Bench::new();
        bench.configure(LaneId::A, run, spec, false);
        bench.train(LaneId::A, run, Training::Until(200));
        bench.finish();
        for &to in &SampleSchedule::ALL[1..] {
            let mut sampling = spec.sampling;
            (sampling.sample_schedule, sampling.solver) = (to, SolverKind::Rk4);
            sampling.steps = 200;
            let lane = LaneId::A;
            bench.ask(Request::Sampling {
                lane,
                run,
                sampling,
            });
            let Ok(Answer::TransferGap { gap, .. }) =
                bench.answer(LaneId::A, Job::TransferGap { n: 20, seed: 1 })
            else {
                panic!("no gap")
            };
            let tolerance = match (from, to) {
                (ScheduleKind::Ve, _) => 0.15,
                (_, SampleSchedule::LinearVp) => 0.05,
                _ => 0.01,
            };
            assert!(gap < tolerance, "{from:?} to {to:?}: {gap}");
            assert_eq!(
                gap == 0.0,
                to.kind() == Some(from),
                "{from:?} to {to:?}: {gap}"
            );
        }
    }
}

/// A drawn schedule that is none of the others.
fn bent() -> Curve {
    Curve::new(&[(0.0, 0.0), (0.3, 0.1), (0.6, 0.75), (1.0, 1.0)]).unwrap()
}

#[test]
fn metrics_come_with_their_floors() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    let Ok(Answer::Metrics(m)) = bench.answer(LaneId::A, Job::Metrics) else {
        panic!("no metrics")
    };
    assert_eq!((m.step, m.samples), (0, 1000));
    assert!(m.w2 > m.w2_floor && m.energy_distance > m.energy_floor);
    let (floor, excess) = (m.floor.unwrap(), m.excess.unwrap());
    assert!(excess.value > excess.error && floor.error > 0.0 && !m.estimated);
    assert!((m.loss - floor.value - excess.value).abs() < 1e-9);
    assert!(m.nll.value > m.entropy.unwrap().value && m.unreachable == 0);
    assert!(m.kinetic > 0.0 && m.nfe == 64 && m.on_support.is_none());
    assert!(m.coupling_cost > 0.0 && (0.0..1.0).contains(&m.crossings));
}
