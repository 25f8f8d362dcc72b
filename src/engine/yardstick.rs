//! What a lane's losses are measured against, where a closed form is known.

use super::slices::{Sliced, pause};
use crate::flow::batch::{EvaluationSet, bayes_floor};
use crate::flow::lane::Lane;
use std::rc::Rc;

/// Points behind the Bayes floor, whose standard error is then about one percent of it.
const FLOOR_POINTS: usize = 4096;

/// The floor of the loss, and the points on which the excess above it is measured.
#[derive(Clone, Default)]
pub struct Yardstick {
    pub floor: Option<f64>,
    pub evaluation: Option<Rc<EvaluationSet>>,
}

/// A yardstick, once it is needed and made: exact fields take a while.
pub enum Making {
    UnderWay(Sliced<Yardstick>),
    Done(Yardstick),
}

impl Making {
    pub fn begin(lane: Rc<Lane>) -> Self {
        Self::UnderWay(Sliced::new(make(lane)))
    }

    /// The yardstick, if it is made.
    pub fn done(&self) -> Option<&Yardstick> {
        match self {
            Self::Done(yardstick) => Some(yardstick),
            Self::UnderWay(_) => None,
        }
    }

    /// Goes on making it.
    pub fn drive(&mut self, time_left: impl Fn() -> bool) {
        if let Self::UnderWay(work) = self
            && let Some(yardstick) = work.drive(time_left)
        {
            *self = Self::Done(yardstick);
        }
    }
}

async fn make(lane: Rc<Lane>) -> Yardstick {
    let floor = bayes_floor(&lane, FLOOR_POINTS).map(|estimate| estimate.value);
    pause().await;
    let evaluation = EvaluationSet::new(&lane).map(Rc::new);
    Yardstick { floor, evaluation }
}
