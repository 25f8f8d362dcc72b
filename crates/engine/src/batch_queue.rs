//! Batches made ahead of the training steps that use them, some of them by helpers.
//!
//! Batch number `k` depends on the run and `k` alone ([`Objective`]), so engine and helpers make the
//! same one. Where a coupling matches points, making a batch costs more than training on it: helpers
//! ([`super::helper`]) make the batches of later steps, and where the next batch is still pending the
//! engine makes one that is not yet claimed, instead of waiting.

use flow::batch::{Batch, Objective};
use protocol::Floats;
use serde::{Deserialize, Serialize};

/// The most batches from the next step on that are made or ordered before it is taken.
const AHEAD: u32 = 96;

/// A batch, and the labels of its target points if they have any.
pub(crate) type Made = (Batch, Vec<u32>);

/// The same in the form in which a message carries it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WireBatch {
    input: Floats,
    target: Floats,
    weight: Floats,
    labels: Vec<u32>,
}

impl From<Made> for WireBatch {
    fn from((batch, labels): Made) -> Self {
        Self {
            input: Floats(batch.input),
            target: Floats(batch.target),
            weight: Floats(batch.weight),
            labels,
        }
    }
}

impl From<WireBatch> for Made {
    fn from(wire_batch: WireBatch) -> Self {
        let batch = Batch {
            input: wire_batch.input.0,
            target: wire_batch.target.0,
            weight: wire_batch.weight.0,
        };
        (batch, wire_batch.labels)
    }
}

/// The batch of a step.
pub(crate) fn make(objective: &mut Objective, step: u32) -> Made {
    let size = objective.lane().spec().training.batch.max(1);
    objective.skip_to(step.into());
    objective.labelled_batch(size as usize)
}

/// What is known of the batches from the next step on.
#[derive(Debug, Default)]
pub(crate) struct BatchQueue {
    /// Those that are there, with their steps.
    ready: Vec<(u32, Made)>,
    /// The batches of all steps before this one are made or being made.
    claimed: u32,
}

/// Where the batch of the next step is to be had.
#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Ready(Made),
    /// It is not claimed: the engine makes it.
    Make,
    /// A helper is making it. Meanwhile the engine makes that of this step, and [puts](BatchQueue::put) it.
    Meanwhile(u32),
}

impl BatchQueue {
    /// Looks for the batch of step `next`; there is no step `goal` any more.
    pub(crate) fn take(&mut self, next: u32, goal: u32) -> Next {
        self.ready.retain(|(step, _)| *step >= next);
        if let Some(at) = self.ready.iter().position(|(step, _)| *step == next) {
            return Next::Ready(self.ready.swap_remove(at).1);
        }
        let unclaimed = self.claimed.max(next);
        let on_its_way = unclaimed > next;
        if !on_its_way || self.room(next, goal) == 0 {
            self.claimed = self.claimed.max(next + 1);
            return Next::Make;
        }
        self.claimed = unclaimed + 1;
        Next::Meanwhile(unclaimed)
    }

    /// A batch has been made.
    pub(crate) fn put(&mut self, step: u32, made: Made) {
        self.ready.push((step, made));
    }

    /// Steps made or ordered from `next` on.
    pub(crate) fn ahead(&self, next: u32) -> u32 {
        self.claimed.saturating_sub(next)
    }

    /// Steps that may still be ordered.
    pub(crate) fn room(&self, next: u32, goal: u32) -> u32 {
        let end = goal.min(next.saturating_add(AHEAD));
        end.saturating_sub(self.claimed.max(next))
    }

    /// Claims the batches of at most so many steps for a helper: the first step, and their number.
    pub(crate) fn order(&mut self, next: u32, goal: u32, most: u32) -> (u32, u32) {
        let count = self.room(next, goal).min(most);
        let first = self.claimed.max(next);
        self.claimed = first + count;
        (first, count)
    }

    /// What was ordered will not come.
    pub(crate) fn forget_orders(&mut self) {
        self.claimed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(step: u32) -> Made {
        (Batch::default(), vec![step])
    }

    #[test]
    fn without_orders_every_batch_is_made_for_its_step() {
        let mut batch_queue = BatchQueue::default();
        for step in 0..3 {
            assert_eq!(batch_queue.take(step, u32::MAX), Next::Make);
        }
    }

    #[test]
    fn what_is_ordered_is_not_made_and_is_taken_when_it_is_there() {
        let mut batch_queue = BatchQueue::default();
        assert_eq!(batch_queue.order(5, 100, 2), (5, 2));
        assert_eq!(batch_queue.take(5, 100), Next::Meanwhile(7));
        batch_queue.put(7, made(7));
        batch_queue.put(5, made(5));
        assert_eq!(batch_queue.take(5, 100), Next::Ready(made(5)));
        // Step 6 is still on its way, 7 is there, 8 is the next that nobody makes.
        assert_eq!(batch_queue.take(6, 100), Next::Meanwhile(8));
        assert_eq!(batch_queue.order(6, 100, 4), (9, 4));
        batch_queue.put(6, made(6));
        assert_eq!(batch_queue.take(6, 100), Next::Ready(made(6)));
        assert_eq!(batch_queue.take(7, 100), Next::Ready(made(7)));
    }

    #[test]
    fn nothing_is_ordered_beyond_the_goal_or_too_far_ahead() {
        let mut batch_queue = BatchQueue::default();
        assert_eq!(batch_queue.order(0, 3, 8), (0, 3));
        // What is late at the end is made rather than waited for.
        assert_eq!(batch_queue.take(0, 3), Next::Make);
        let mut batch_queue = BatchQueue::default();
        assert_eq!(batch_queue.order(10, u32::MAX, 1000), (10, AHEAD));
        assert_eq!(batch_queue.take(10, u32::MAX), Next::Make);
        assert_eq!(batch_queue.order(11, u32::MAX, 1000), (10 + AHEAD, 1));
        assert_eq!(
            (batch_queue.ahead(11), batch_queue.room(11, u32::MAX)),
            (AHEAD, 0)
        );
    }

    #[test]
    fn orders_that_will_not_come_are_made_by_oneself() {
        let mut batch_queue = BatchQueue::default();
        batch_queue.order(0, 100, 4);
        batch_queue.put(1, made(1));
        batch_queue.forget_orders();
        assert_eq!(batch_queue.take(0, 100), Next::Make);
        assert_eq!(batch_queue.take(1, 100), Next::Ready(made(1)));
        assert_eq!(batch_queue.take(2, 100), Next::Make);
    }

    #[test]
    fn what_comes_too_late_is_dropped() {
        let mut batch_queue = BatchQueue::default();
        batch_queue.order(0, 100, 4);
        batch_queue.put(1, made(1));
        assert_eq!(batch_queue.take(4, 100), Next::Make);
        assert!(batch_queue.ready.is_empty());
    }
}
