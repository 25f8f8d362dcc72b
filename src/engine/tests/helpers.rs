//! Batches made by helpers: the run is the same, whoever makes them.

use super::super::helper::{Delivery, Helper};
use super::*;

/// An engine and its helpers, each in a worker of its own as it were.
struct Yard {
    bench: Bench,
    helpers: Vec<Helper>,
    /// Batches that came from helpers.
    delivered: usize,
}

impl Yard {
    fn new(helpers: usize) -> Self {
        let mut bench = Bench::new();
        for number in 0..helpers {
            bench.engine.deliver(number, Delivery::default());
        }
        let helpers = (0..helpers).map(|_| Helper::default()).collect();
        let delivered = 0;
        Self {
            bench,
            helpers,
            delivered,
        }
    }

    /// The engine's turn, then the helpers', who make at most so many batches each.
    fn turn(&mut self, batches: usize) {
        let replies = pollster::block_on(self.bench.engine.tick(0.012));
        self.bench.replies.extend(replies);
        for (number, order) in self.bench.engine.orders() {
            let sent = encode(&order);
            self.helpers[number].accept(decode(&sent).expect("orders travel"));
        }
        for (number, helper) in self.helpers.iter_mut().enumerate() {
            for _ in 0..batches {
                let sent = encode(&helper.work(|| false));
                let delivery: Delivery = decode(&sent).expect("deliveries travel");
                self.delivered += delivery.parcels.len();
                self.bench.engine.deliver(number, delivery);
            }
        }
    }

    fn run(&mut self, batches: usize) {
        for _ in 0..10_000 {
            if self.bench.engine.idle() {
                return;
            }
            self.turn(batches);
        }
        panic!("the engine does not come to rest");
    }

    fn weights(&mut self, lane: u8) -> (u32, Floats) {
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
    yard.bench.configure(0, 1, matched(coupling), false);
    yard.bench.train(0, 1, Training::Until(STEPS));
    yard.run(batches);
    (yard.delivered, yard.weights(0))
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
    yard.bench.configure(0, 1, matched(CouplingKind::Ot), false);
    yard.bench.train(0, 1, Training::Until(STEPS));
    for _ in 0..4 {
        yard.turn(1);
    }
    yard.bench.engine.lose_helper(0);
    yard.run(1);
    assert!(yard.weights(0) == trained(CouplingKind::Ot, 0, 0).1);
}

#[test]
fn an_independent_coupling_needs_no_help() {
    let mut yard = Yard::new(1);
    yard.bench
        .configure(0, 1, matched(CouplingKind::Independent), false);
    yard.bench.train(0, 1, Training::Until(STEPS));
    assert!(!yard.bench.engine.wants_help());
    yard.run(4);
    assert_eq!(yard.delivered, 0);
}

#[test]
fn a_new_run_is_not_fed_with_batches_of_the_old_one() {
    let mut yard = Yard::new(1);
    yard.bench.configure(0, 1, matched(CouplingKind::Ot), false);
    yard.bench.train(0, 1, Training::Until(STEPS));
    yard.turn(2);
    let mut other = matched(CouplingKind::Ot);
    other.seed += 1;
    yard.bench.configure(0, 2, other, false);
    yard.bench.train(0, 2, Training::Until(STEPS));
    yard.run(3);
    let helped = yard.weights(0);
    let mut alone = Yard::new(0);
    alone.bench.configure(0, 2, other, false);
    alone.bench.train(0, 2, Training::Until(STEPS));
    alone.run(0);
    assert!(helped == alone.weights(0));
    assert!(yard.delivered > 10);
}

#[test]
fn two_lanes_share_the_helpers_and_stay_at_equal_steps() {
    let mut yard = Yard::new(2);
    for lane in 0..2 {
        yard.bench
            .configure(lane, 1, matched(CouplingKind::Ot), false);
        yard.bench.train(lane, 1, Training::Until(STEPS));
    }
    yard.run(2);
    let alone = trained(CouplingKind::Ot, 0, 0).1;
    assert!((0..2).all(|lane| yard.weights(lane) == alone));
}
