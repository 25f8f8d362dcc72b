//! Who helps the engine, and with what.

use super::core::Engine;
use super::helper::{Delivery, Order};
use super::lanes::Lane;
use super::protocol::RunId;
use std::collections::BTreeMap;

/// Steps ordered at a time.
const ORDER: u32 = 8;

/// Orders a helper has before the first is delivered, so that it need not wait for the next while the
/// engine is busy.
const ORDERS: u32 = 2;

/// The helpers that have reported, by the number that the owner gave them.
#[derive(Debug, Default)]
pub struct Crew(BTreeMap<usize, Member>);

#[derive(Debug, Default)]
struct Member {
    /// The runs that it knows what they train on.
    knows: [Option<RunId>; 2],
    /// Steps ordered of it and not settled.
    pending: u32,
}

impl Engine {
    /// Whether helpers would make training faster.
    pub fn wants_help(&self) -> bool {
        self.lanes.iter().flatten().any(Lane::wants_help)
    }

    /// A helper has something to say; with its first word it joins.
    pub fn deliver(&mut self, helper: usize, delivery: Delivery) {
        let member = self.crew.0.entry(helper).or_default();
        member.pending = member.pending.saturating_sub(delivery.settled);
        let lane = self.lanes.get_mut(usize::from(delivery.lane));
        let lane = lane.and_then(Option::as_mut);
        if let Some(course) = lane
            .filter(|lane| lane.run == delivery.run)
            .and_then(|lane| lane.course.as_mut())
        {
            for (step, parcel) in delivery.parcels {
                course.put(step, parcel.into());
            }
        }
    }

    /// A helper is no more. What it was to make is made by others.
    pub fn lose_helper(&mut self, helper: usize) {
        if self.crew.0.remove(&helper).is_some() {
            let lanes = self.lanes.iter_mut().flatten();
            let courses = lanes.filter_map(|lane| lane.course.as_mut());
            courses.for_each(|course| course.forget_orders());
        }
    }

    /// What the helpers are to be sent, each with the helper's number.
    pub fn orders(&mut self) -> Vec<(usize, Order)> {
        let mut orders = Vec::new();
        for (&number, member) in &mut self.crew.0 {
            while member.pending + ORDER <= ORDERS * ORDER {
                let Some(order) = member.next_order(&mut self.lanes) else {
                    break;
                };
                orders.push((number, order));
            }
        }
        orders
    }
}

impl Member {
    /// An order for the lane that has least ahead.
    fn next_order(&mut self, lanes: &mut [Option<Lane>; 2]) -> Option<Order> {
        let wanting = (0..).zip(lanes.iter_mut());
        let wanting = wanting.filter_map(|(k, lane)| Some((k, lane.as_mut()?)));
        let wanting = wanting.filter(|(_, lane)| lane.wants_help());
        let (number, lane) = wanting.min_by_key(|(_, lane)| lane.ahead())?;
        let course = lane.course.as_mut()?;
        let (first, count) = course.order(ORDER);
        if count == 0 {
            return None;
        }
        self.pending += count;
        let known = self.knows[number].replace(lane.run) == Some(lane.run);
        let task = (!known).then(|| Box::new(course.task()));
        Some(Order {
            lane: number as u8,
            run: lane.run,
            task,
            first,
            count,
        })
    }
}
