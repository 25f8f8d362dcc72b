//! What a helper does: it makes batches that an engine will train on.
//!
//! A helper is the engine's program in a worker of its own, which is sent orders instead of requests.
//! Plain messages and no shared memory, since that would ask for headers that few servers send.

use super::protocol::RunId;
use super::supply::{Parcel, make};
use crate::flow::batch::Objective;
use crate::flow::spec::{Drawn, LaneSpec};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Batches to make: those of `count` steps of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub lane: u8,
    pub run: RunId,
    /// What the run trains on, where the helper has not been told yet.
    pub task: Option<Box<(LaneSpec, Drawn)>>,
    pub first: u32,
    pub count: u32,
}

/// Batches made. The first word of a helper is one without any.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub lane: u8,
    pub run: RunId,
    /// By step.
    pub parcels: Vec<(u32, Parcel)>,
    /// How many of the steps ordered are off the helper's hands: those made, and those of a run that
    /// is over.
    pub settled: u32,
}

/// The helper's side.
#[derive(Default)]
pub struct Helper {
    objectives: [Option<(RunId, Objective)>; 2],
    orders: VecDeque<Order>,
    /// Steps of runs that are over.
    dropped: u32,
}

impl Helper {
    /// Takes note of an order. What was ordered of an earlier run of that lane is dropped.
    pub fn accept(&mut self, mut order: Order) {
        if let Some(task) = order.task.take() {
            let (spec, drawn) = *task;
            let made = Objective::new(&spec, &drawn).ok();
            if let Some(place) = self.objectives.get_mut(usize::from(order.lane)) {
                *place = made.map(|objective| (order.run, objective));
            }
            let (lane, run) = (order.lane, order.run);
            let stale = |other: &Order| other.lane == lane && other.run != run;
            let dropped = self.orders.iter().filter(|other| stale(other));
            self.dropped += dropped.map(|other| other.count).sum::<u32>();
            self.orders.retain(|other| !stale(other));
        }
        self.orders.push_back(order);
    }

    /// Whether there is nothing to do until the next order.
    pub fn idle(&self) -> bool {
        self.orders.is_empty()
    }

    /// Makes batches of the oldest order while there is time, at least one.
    pub fn work(&mut self, time_left: impl Fn() -> bool) -> Delivery {
        let mut delivery = Delivery {
            settled: std::mem::take(&mut self.dropped),
            ..Delivery::default()
        };
        let Some(mut order) = self.orders.pop_front() else {
            return delivery;
        };
        (delivery.lane, delivery.run) = (order.lane, order.run);
        let own = self.objectives.get_mut(usize::from(order.lane));
        let own = own.and_then(Option::as_mut);
        let Some((_, objective)) = own.filter(|(run, _)| *run == order.run) else {
            delivery.settled += order.count;
            return delivery;
        };
        while order.count > 0 {
            let parcel = make(objective, order.first).into();
            delivery.parcels.push((order.first, parcel));
            delivery.settled += 1;
            (order.first, order.count) = (order.first + 1, order.count - 1);
            if !time_left() {
                break;
            }
        }
        if order.count > 0 {
            self.orders.push_front(order);
        }
        delivery
    }
}
