//! Who helps the engine, and with what.

use super::helper::{HelperRequest, HelperResponse, Work};
use super::lanes::LaneState;
use super::session::Engine;
use protocol::{LaneId, Reply, RunId};
use std::collections::BTreeMap;

/// Steps ordered at a time.
const ORDER: u32 = 8;

/// Orders of batches that a helper has before the first is delivered, so that it need not wait for the
/// next while the engine is busy.
const ORDERS: u32 = 2;

/// The helpers that have reported, by the number that the owner gave them.
#[derive(Debug, Default)]
pub(crate) struct HelperPool {
    members: BTreeMap<usize, Member>,
    /// What is to be sent to whom: of which lane, and which run of it.
    orders: Vec<(usize, (LaneId, RunId), Work)>,
    /// They make batches only.
    no_pictures: bool,
}

#[derive(Debug, Default)]
struct Member {
    /// The runs that it knows.
    knows: [Option<RunId>; 2],
    /// Batches and pictures ordered of it and not settled.
    pending: u32,
}

impl HelperPool {
    /// Something is to be done by a helper.
    pub(crate) fn order(&mut self, helper: usize, run: (LaneId, RunId), work: Work) {
        self.orders.push((helper, run, work));
    }
}

impl Engine {
    /// From now on the engine computes all ensembles itself: with few processors, a helper that computes
    /// them takes one from the page.
    pub fn draw_alone(&mut self) {
        self.helper_pool.no_pictures = true;
    }

    /// How many helpers are of use: any number makes batches, one draws what no GPU draws.
    pub fn helpers_wanted(&self) -> usize {
        match self.trains() {
            true if self.lanes.iter().flatten().any(LaneState::wants_help) => usize::MAX,
            true if self.has_pictures_to_give() => 1,
            _ => 0,
        }
    }

    /// Whether helpers may compute ensembles: only without a GPU, and unless [`draw_alone`](Self::draw_alone)
    /// was called.
    fn has_pictures_to_give(&self) -> bool {
        !self.accelerator.exists() && !self.helper_pool.no_pictures
    }

    /// The helper that computes the next ensemble: the one with the fewest pending requests.
    pub(super) fn ensemble_helper(&self) -> Option<usize> {
        let busy = |(_, member): &(&usize, &Member)| member.pending;
        let least = self.helper_pool.members.iter().min_by_key(busy);
        least
            .filter(|_| self.has_pictures_to_give())
            .map(|(&number, _)| number)
    }

    /// Takes in the response of a helper; its first response adds it to the pool.
    pub fn deliver(&mut self, helper: usize, delivery: HelperResponse, replies: &mut Vec<Reply>) {
        let now = (self.now)();
        let member = self.helper_pool.members.entry(helper).or_default();
        member.pending = member.pending.saturating_sub(delivery.settled);
        let own = self.lane(delivery.lane);
        let Some(lane) = own.filter(|lane| lane.run == delivery.run) else {
            return;
        };
        if let Some(training_run) = &mut lane.training_run {
            for (step, wire_batch) in delivery.batches_made {
                training_run.put(step, wire_batch.into());
            }
        }
        if let Some((ticket, picture)) = delivery.picture
            && lane.display.arrived(ticket, now)
        {
            self.show(delivery.lane, picture, replies);
        }
    }

    /// A helper is no more. What it was to make is made by others.
    pub fn lose_helper(&mut self, helper: usize) {
        if self.helper_pool.members.remove(&helper).is_some() {
            for lane in self.lanes.iter_mut().flatten() {
                lane.display.lose(helper);
                let courses = lane.training_run.iter_mut();
                courses.for_each(|training_run| training_run.forget_orders());
            }
        }
    }

    /// Goes on without a helper that has taken too long for a picture.
    pub(super) fn look_for_helpers(&mut self) {
        let now = (self.now)();
        let number = self.lanes.iter().flatten().count();
        let lanes = self.lanes.iter_mut().flatten();
        let late = lanes.filter_map(|lane| lane.display.look(now, number));
        let lost: Vec<usize> = late.collect();
        lost.into_iter().for_each(|helper| self.lose_helper(helper));
    }

    /// What the helpers are to be sent, each with the helper's number.
    pub fn orders(&mut self) -> Vec<(usize, HelperRequest)> {
        let mut sent = Vec::new();
        let Self {
            helper_pool, lanes, ..
        } = self;
        for (number, (lane, run), work) in helper_pool.orders.drain(..) {
            let own = lanes[lane].as_ref();
            if let Some(member) = helper_pool.members.get_mut(&number)
                && let Some(own) = own.filter(|own| own.run == run)
            {
                sent.push((number, member.order(lane, own, work, 1)));
            }
        }
        for (&number, member) in &mut helper_pool.members {
            while member.pending + ORDER <= ORDERS * ORDER {
                let Some(order) = member.next_batches(lanes) else {
                    break;
                };
                sent.push((number, order));
            }
        }
        sent
    }
}

impl Member {
    /// An order of that many batches or pictures.
    fn order(&mut self, number: LaneId, lane: &LaneState, work: Work, count: u32) -> HelperRequest {
        self.pending += count;
        let known = self.knows[number].replace(lane.run) == Some(lane.run);
        HelperRequest {
            lane: number,
            run: lane.run,
            task: (!known).then(|| Box::new(lane.task())),
            work,
        }
    }

    /// Batches for the lane that has least ahead.
    fn next_batches(&mut self, lanes: &mut [Option<LaneState>; 2]) -> Option<HelperRequest> {
        let wanting = LaneId::ALL.into_iter().zip(lanes.iter_mut());
        let wanting = wanting.filter_map(|(k, lane)| Some((k, lane.as_mut()?)));
        let wanting = wanting.filter(|(_, lane)| lane.wants_help());
        let (number, lane) = wanting.min_by_key(|(_, lane)| lane.ahead())?;
        let (first, count) = lane.training_run.as_mut()?.order(ORDER);
        let work = Work::Batches { first, count };
        (count > 0).then(|| self.order(number, lane, work, count))
    }
}
