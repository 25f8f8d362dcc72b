//! The two lanes by name.

use serde::{Deserialize, Serialize};
use std::ops::{Index, IndexMut};

/// One of the two lanes: on the stage, in the engine and in every message.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum LaneId {
    #[default]
    A,
    B,
}

impl LaneId {
    /// Both lanes, in the order of the stage.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// The place of the lane in a list of both.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The lane at a place of a list of both, as the JavaScript API counts them; `None` beyond.
    pub fn at(index: usize) -> Option<Self> {
        Self::ALL.get(index).copied()
    }

    /// The lane beside this one.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// The letter by which the page names the lane.
    pub const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
        }
    }
}

impl<T> Index<LaneId> for [T] {
    type Output = T;

    fn index(&self, lane: LaneId) -> &T {
        &self[lane.index()]
    }
}

impl<T> IndexMut<LaneId> for [T] {
    fn index_mut(&mut self, lane: LaneId) -> &mut T {
        &mut self[lane.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_names_its_place_in_a_list_of_both() {
        for (place, lane) in LaneId::ALL.into_iter().enumerate() {
            assert_eq!((lane.index(), LaneId::at(place)), (place, Some(lane)));
            assert_eq!(LaneId::ALL[lane], lane);
            assert_eq!(LaneId::ALL[lane.other()], LaneId::ALL[1 - place]);
        }
        assert_eq!(LaneId::at(2), None);
    }
}
