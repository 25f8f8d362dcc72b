//! Rectified flows, training beyond the limit, and lanes that fail.

use super::*;

fn reflow(limit: u32) -> LaneSpec {
    let mut spec = spec();
    spec.data.coupling = CouplingKind::Reflow;
    spec.data.rounds = 1;
    spec.training.limit = limit;
    spec.training.lr = 0.01;
    spec.training.batch = 64;
    spec
}

fn checkpoint(bench: &mut Bench) -> Checkpoint {
    bench.ask(Request::Checkpoint { lane: LaneId::A });
    let replies = bench.finish().into_iter();
    let mut found = replies.filter_map(|reply| match reply {
        Reply::Checkpoint { checkpoint, .. } => Some(checkpoint),
        _ => None,
    });
    found.next().expect("a checkpoint")
}

#[test]
fn a_rectified_flow_is_straighter() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, reflow(1600), false);
    bench.train(LaneId::A, 1, Training::Until(800));
    let first = *progress(&bench.finish()).last().unwrap();
    assert!(
        first.round == 0 && !first.accuracy.estimated,
        "it learns from independent pairs"
    );
    bench.train(LaneId::A, 1, Training::Until(1600));
    let second = *progress(&bench.finish()).last().unwrap();
    assert!(second.round == 1 && second.accuracy.estimated);
    let (before, after) = (first.straightness.unwrap(), second.straightness.unwrap());
    assert!(after < 0.3 * before, "{before} {after}");
    // Pairs of a flow are told by where they are: the floor is near 0, as is the excess.
    assert!(
        second.floor.unwrap() < 0.1 * first.floor.unwrap(),
        "{second:?}"
    );
    let Ok(Answer::Couple { x0, cost, .. }) =
        bench.answer(LaneId::A, Job::Couple { n: 500, seed: 1 })
    else {
        panic!("no pairs")
    };
    let mut plain = Bench::new();
    plain.configure(LaneId::A, 1, spec(), false);
    let Ok(Answer::Couple {
        cost: independent, ..
    }) = plain.answer(LaneId::A, Job::Couple { n: 500, seed: 1 })
    else {
        panic!("no pairs")
    };
    // Rectifying lowers every convex cost (Liu et al., 2023, theorem 3.5).
    assert!(
        x0.0.len() == 1000 && cost < independent,
        "{cost} {independent}"
    );
}

#[test]
fn a_rectified_flow_handed_over_ends_as_if_it_had_not_been() {
    let run = |hand_over: Option<u32>| {
        let mut bench = Bench::new();
        bench.configure(LaneId::A, 1, reflow(60), false);
        if let Some(step) = hand_over {
            bench.train(LaneId::A, 1, Training::Until(step));
            bench.finish();
            let checkpoint = checkpoint(&mut bench);
            bench = Bench::new();
            bench.configure(LaneId::A, 1, reflow(60), false);
            bench.ask(Request::Resume {
                lane: LaneId::A,
                checkpoint,
            });
        }
        bench.train(LaneId::A, 1, Training::Until(60));
        bench.finish();
        let end = checkpoint(&mut bench);
        assert_eq!((end.round, end.pool[0].0.len()), (1, 2 * 8192));
        end.weights
    };
    let whole = run(None);
    assert_eq!(run(Some(20)), whole, "before the round");
    assert_eq!(run(Some(45)), whole, "in the round");
}

#[test]
fn steps_beyond_the_limit_learn_too() {
    let mut limited = spec();
    limited.training.limit = 50;
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, limited, false);
    bench.train(LaneId::A, 1, Training::Until(50));
    bench.finish();
    let before = checkpoint(&mut bench);
    assert_eq!(before.decay, (0, 50));
    bench.train(LaneId::A, 1, Training::Until(80));
    bench.finish();
    let after = checkpoint(&mut bench);
    assert_eq!(after.decay, (50, 80));
    let moved = |a: &Floats, b: &Floats| {
        let moves = a.0.iter().zip(&b.0).map(|(a, b)| (a - b).abs());
        moves.fold(0.0, f32::max)
    };
    // Thirty steps of Adam at a learning rate of 0.003, decaying to 0.
    let distance = moved(&before.weights, &after.weights);
    assert!((0.003..0.09).contains(&distance), "{distance}");
    bench.ask(Request::Resume {
        lane: LaneId::A,
        checkpoint: after.clone(),
    });
    assert_eq!(checkpoint(&mut bench).decay, (50, 80));
    bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    bench.train(LaneId::A, 1, Training::Pause);
    bench.finish();
    assert_eq!(checkpoint(&mut bench).decay, (0, 0));
}

#[test]
fn a_goal_beyond_the_limit_set_before_it_stretches_the_decay() {
    let mut limited = spec();
    limited.training.limit = 50;
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, limited, false);
    bench.train(LaneId::A, 1, Training::Until(20));
    bench.finish();
    bench.train(LaneId::A, 1, Training::Until(120));
    bench.finish();
    assert_eq!(checkpoint(&mut bench).decay, (0, 120));
}

#[test]
fn a_lane_that_diverges_does_not_stop_the_other() {
    let mut bench = Bench::new();
    let mut wild = spec();
    wild.training.lr = 1e30;
    bench.configure(LaneId::A, 1, wild, false);
    bench.configure(LaneId::B, 2, spec(), false);
    bench.train(LaneId::A, 1, Training::Until(200));
    bench.train(LaneId::B, 2, Training::Until(200));
    let replies = bench.finish();
    let failures: Vec<_> = replies
        .iter()
        .filter(|r| matches!(r, Reply::LaneFailed { .. } | Reply::Failed(_)))
        .collect();
    assert!(
        matches!(
            failures[..],
            [Reply::LaneFailed {
                lane: LaneId::A,
                run: 1,
                ..
            }]
        ),
        "{failures:?}"
    );
    let last = |lane| *progress(&replies).iter().rfind(|p| p.lane == lane).unwrap();
    assert!(last(LaneId::A).step < 200 && !last(LaneId::A).running);
    assert_eq!(last(LaneId::B).step, 200);
}

#[test]
fn who_stops_before_the_first_step_is_answered_too() {
    let mut bench = Bench::new();
    bench.configure(LaneId::A, 1, spec(), false);
    bench.train(LaneId::A, 1, Training::Pause);
    let replies = bench.finish();
    let last = *progress(&replies).last().unwrap();
    assert!(last.step == 0 && !last.running && last.loss.is_nan());
}
