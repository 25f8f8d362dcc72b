//! Batches and ensembles made by helpers are those that the engine makes.

use super::super::helper::{Helper, HelperResponse};
use super::*;

/// An engine and its helpers, each in a worker of its own as it were.
struct Yard {
    bench: Bench,
    helpers: Vec<Helper>,
    /// Batches and pictures that came from helpers.
    delivered: usize,
    drawn: usize,
}

impl Yard {
    fn new(helpers: usize) -> Self {
        let mut bench = Bench::new();
        for number in 0..helpers {
            let first = HelperResponse::default();
            bench.engine.deliver(number, first, &mut bench.replies);
        }
        let helpers = (0..helpers).map(|_| Helper::default()).collect();
        Self {
            bench,
            helpers,
            delivered: 0,
            drawn: 0,
        }
    }

    /// The engine's turn, then the helpers', who make at most so many batches or slices of pictures each.
    fn turn(&mut self, slices: usize) {
        let replies = pollster::block_on(self.bench.engine.tick(0.012));
        self.bench.replies.extend(replies);
        for (number, order) in self.bench.engine.orders() {
            let sent = encode(&order);
            self.helpers[number].accept(decode(&sent).expect("orders travel"));
        }
        for (number, helper) in self.helpers.iter_mut().enumerate() {
            for _ in 0..slices {
                let Some(made) = pollster::block_on(helper.work(|| false)) else {
                    continue;
                };
                let delivery: HelperResponse = decode(&encode(&made)).expect("deliveries travel");
                self.delivered += delivery.batches_made.len();
                self.drawn += usize::from(delivery.picture.is_some());
                let Bench { engine, replies } = &mut self.bench;
                engine.deliver(number, delivery, replies);
            }
        }
    }

    fn run(&mut self, slices: usize) {
        for _ in 0..10_000 {
            if self.bench.engine.idle() {
                return;
            }
            self.turn(slices);
        }
        panic!("the engine does not come to rest");
    }

    fn weights(&mut self, lane: LaneId) -> (u32, Floats) {
        self.bench.ask(Request::Checkpoint { lane });
        let replies = self.bench.finish();
        let mut checkpoints = replies.into_iter().filter_map(|reply| match reply {
            Reply::Checkpoint { checkpoint, .. } => Some((checkpoint.step, checkpoint.weights)),
            _ => None,
        });
        checkpoints.next().expect("the lane has weights")
    }
}

fn matched(coupling: CouplingKind) -> LaneSpec {
    let mut spec = spec();
    spec.data.coupling = coupling;
    spec
}

/// Steps of each test: more than are ordered at a time.
const STEPS: u32 = 150;

fn trained(coupling: CouplingKind, helpers: usize, batches: usize) -> (usize, (u32, Floats)) {
    let mut yard = Yard::new(helpers);
    yard.bench.configure(LaneId::A, 1, matched(coupling), false);
    yard.bench.train(LaneId::A, 1, Training::Until(STEPS));
    yard.run(batches);
    (yard.delivered, yard.weights(LaneId::A))
}

#[test]
fn helpers_change_nothing_but_who_makes_the_batches() {
    for coupling in [CouplingKind::Ot, CouplingKind::Partial] {
        let (_, alone) = trained(coupling, 0, 0);
        assert_eq!(alone.0, STEPS);
        for (helpers, batches) in [(1, 1), (1, 20), (3, 4)] {
            let (delivered, helped) = trained(coupling, helpers, batches);
            assert!(delivered > 10, "{helpers} helpers made {delivered} batches");
            assert!(helped == alone, "{coupling:?} with {helpers} helpers");
        }
    }
}

#[test]
fn a_helper_that_never_delivers_does_not_stop_the_training() {
    let (delivered, helped) = trained(CouplingKind::Ot, 2, 0);
    assert_eq!(delivered, 0);
    assert!(helped == trained(CouplingKind::Ot, 0, 0).1);
}

#[test]
fn what_a_lost_helper_was_to_make_is_made_by_others() {
    let mut yard = Yard::new(2);
    yard.bench
        .configure(LaneId::A, 1, matched(CouplingKind::Ot), false);
    yard.bench.train(LaneId::A, 1, Training::Until(STEPS));
    for _ in 0..4 {
        yard.turn(1);
    }
    yard.bench.engine.lose_helper(0);
    yard.run(1);
    assert!(yard.weights(LaneId::A) == trained(CouplingKind::Ot, 0, 0).1);
}

#[test]
fn an_independent_coupling_needs_no_batches_but_one_helper_for_its_pictures() {
    let mut yard = Yard::new(1);
    assert_eq!(yard.bench.engine.helpers_wanted(), 0, "nothing trains");
    yard.bench
        .configure(LaneId::A, 1, matched(CouplingKind::Independent), false);
    yard.bench.train(LaneId::A, 1, Training::Until(STEPS));
    assert_eq!(yard.bench.engine.helpers_wanted(), 1);
    yard.run(4);
    assert_eq!(yard.delivered, 0);
    assert_eq!(yard.bench.engine.helpers_wanted(), 0);
    yard.bench
        .configure(LaneId::A, 2, matched(CouplingKind::Ot), false);
    yard.bench.train(LaneId::A, 2, Training::Until(STEPS));
    assert!(yard.bench.engine.helpers_wanted() > 1);
}

#[test]
fn a_new_run_is_not_fed_with_batches_of_the_old_one() {
    let mut yard = Yard::new(1);
    yard.bench
        .configure(LaneId::A, 1, matched(CouplingKind::Ot), false);
    yard.bench.train(LaneId::A, 1, Training::Until(STEPS));
    yard.turn(2);
    let mut other = matched(CouplingKind::Ot);
    other.seed += 1;
    yard.bench.configure(LaneId::A, 2, other, false);
    yard.bench.train(LaneId::A, 2, Training::Until(STEPS));
    yard.run(3);
    let helped = yard.weights(LaneId::A);
    let mut alone = Yard::new(0);
    alone.bench.configure(LaneId::A, 2, other, false);
    alone.bench.train(LaneId::A, 2, Training::Until(STEPS));
    alone.run(0);
    assert!(helped == alone.weights(LaneId::A));
    assert!(yard.delivered > 10);
}

#[test]
fn two_lanes_share_the_helpers_and_stay_at_equal_steps() {
    let mut yard = Yard::new(2);
    for lane in LaneId::ALL {
        yard.bench
            .configure(lane, 1, matched(CouplingKind::Ot), false);
        yard.bench.train(lane, 1, Training::Until(STEPS));
    }
    yard.run(2);
    let alone = trained(CouplingKind::Ot, 0, 0).1;
    assert!(
        LaneId::ALL
            .into_iter()
            .all(|lane| yard.weights(lane) == alone)
    );
}

/// A lane that has trained for long enough to be drawn several times.
fn watched(spec: LaneSpec, helpers: usize, slices: usize) -> Yard {
    let mut yard = Yard::new(helpers);
    yard.bench.configure(LaneId::A, 1, spec, false);
    yard.bench.train(LaneId::A, 1, Training::Until(2000));
    yard.run(slices);
    yard
}

/// The pictures of networks between steps 1 and 1999.
fn live(replies: &[Reply]) -> Vec<&Ensemble> {
    let within = |e: &&Ensemble| e.step.is_some_and(|step| 0 < step && step < 2000);
    ensembles(replies).into_iter().filter(within).collect()
}

#[test]
fn a_helper_draws_what_the_engine_would_have_drawn() {
    let mut labelled = spec();
    labelled.model.guide = Guide::Classifier;
    labelled.sampling.label = Some(1);
    labelled.sampling.guidance = 1.5;
    for spec in [spec(), labelled] {
        let yard = watched(spec, 1, 400);
        let guide = spec.model.guide;
        assert!(yard.drawn > 2, "{} pictures, guide {guide:?}", yard.drawn);
        let pictures = live(&yard.bench.replies);
        assert!(pictures.len() >= yard.drawn);
        // The same steps again, without anybody's help.
        for picture in pictures {
            let step = picture.step.expect("it is of a network");
            let mut alone = Bench::new();
            alone.configure(LaneId::A, 1, spec, false);
            alone.finish();
            alone.train(LaneId::A, 1, Training::Until(step));
            let replies = alone.finish();
            let last = ensembles(&replies).pop().expect("there is a picture");
            assert_eq!(last.step, Some(step));
            assert!(last.frames == picture.frames, "after {step} steps");
            assert_eq!((last.nfe, &last.times), (picture.nfe, &picture.times));
        }
    }
}

#[test]
fn the_engine_trains_all_the_time_while_a_helper_draws() {
    let (alone, helped) = (watched(spec(), 0, 0), watched(spec(), 1, 400));
    let shown = |yard: &Yard| live(&yard.bench.replies).len();
    assert!(shown(&helped) > 2 && shown(&alone) > 2);
    // Once it has its baseline, the engine does nothing else: so it comes to rest earlier.
    let turns = |helpers: usize| {
        let mut yard = Yard::new(helpers);
        yard.bench.configure(LaneId::A, 1, spec(), false);
        yard.bench.train(LaneId::A, 1, Training::Until(8000));
        let mut turns = 0;
        while yard.bench.engine.lanes[0].as_ref().unwrap().trains() {
            yard.turn(400);
            turns += 1;
        }
        turns
    };
    assert!(10 * turns(1) < 9 * turns(0), "{} {}", turns(1), turns(0));
}

#[test]
fn excesses_come_with_the_pictures_of_helpers_too() {
    let yard = watched(spec(), 1, 400);
    let measured = progress(&yard.bench.replies);
    let within = |p: &&Progress| p.running && p.accuracy.measured_at > 0;
    let learning: Vec<_> = measured.iter().filter(within).collect();
    assert!(learning.iter().any(|p| p.excess.is_some_and(|e| e > 0.0)));
    let last = measured.last().expect("it is told how training ended");
    assert_eq!((last.step, last.accuracy.measured_at), (2000, 2000));
}

#[test]
fn a_picture_that_never_comes_is_drawn_without_the_helper_that_had_it() {
    let mut yard = Yard::new(1);
    yard.bench.configure(LaneId::A, 1, spec(), false);
    yard.bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    for _ in 0..3000 {
        yard.turn(0);
    }
    assert!(ensembles(&yard.bench.replies).len() > 4);
    // A helper that is lost, or a pause, leaves nobody waiting either.
    let mut yard = Yard::new(2);
    yard.bench.configure(LaneId::A, 1, spec(), false);
    yard.bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    for _ in 0..40 {
        yard.turn(0);
    }
    yard.bench.engine.lose_helper(0);
    yard.bench.engine.lose_helper(1);
    let before = ensembles(&yard.bench.replies).len();
    for _ in 0..300 {
        yard.turn(0);
    }
    assert!(ensembles(&yard.bench.replies).len() > before + 1);
    yard.bench.train(LaneId::A, 1, Training::Pause);
    let replies = yard.bench.finish();
    let last = ensembles(&replies).pop().expect("a careful picture");
    assert_eq!(last.step, progress(&replies).last().map(|p| p.step));
}

#[test]
fn a_control_that_moves_while_a_helper_draws_voids_what_it_draws() {
    let mut yard = Yard::new(1);
    yard.bench.configure(LaneId::A, 1, spec(), false);
    yard.bench.train(LaneId::A, 1, Training::Until(u32::MAX));
    while yard.helpers[0].idle() {
        yard.turn(0);
    }
    let sampling = SamplingSpec {
        steps: 7,
        ..spec().sampling
    };
    yard.bench.ask(Request::Sampling {
        lane: LaneId::A,
        run: 1,
        sampling,
    });
    yard.bench.replies.clear();
    for _ in 0..40 {
        yard.turn(400);
    }
    let pictures = ensembles(&yard.bench.replies);
    assert!(yard.drawn > 1 && pictures.len() > 1);
    assert!(pictures.iter().all(|e| e.times.len() <= 8));
}

#[test]
fn helpers_make_batches_and_draw() {
    for helpers in [1, 2] {
        let yard = watched(matched(CouplingKind::Ot), helpers, 40);
        assert!(yard.drawn > 2, "{} pictures", yard.drawn);
        assert!(yard.delivered > 10, "{} batches", yard.delivered);
    }
}

#[test]
fn helpers_that_are_not_to_draw_make_batches_only() {
    let mut yard = Yard::new(1);
    yard.bench.engine.draw_alone();
    yard.bench
        .configure(LaneId::A, 1, matched(CouplingKind::Ot), false);
    yard.bench.train(LaneId::A, 1, Training::Until(2000));
    yard.run(40);
    assert!(yard.drawn == 0 && yard.delivered > 10);
    assert!(live(&yard.bench.replies).len() > 2);
    yard.bench.configure(LaneId::A, 2, spec(), false);
    yard.bench.train(LaneId::A, 2, Training::Until(STEPS));
    assert_eq!(yard.bench.engine.helpers_wanted(), 0);
}
