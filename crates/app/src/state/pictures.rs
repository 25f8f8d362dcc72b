//! Which pictures a lane has, of which version, and which have been asked for.

use crate::settings::Layer;
use protocol::{JobId, RunId};

/// The name by which the page says that the table of all figures is on it.
pub const MEASURES: &str = "measures";

/// A kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    Pairs,
    Density,
    Arrows,
    Transfer,
    Learned,
    Error,
    Divergence,
    Score,
    Mesh,
    Matching,
    Region,
    RoundTrip,
    /// The error at the end against evaluations, for solvers or schedules.
    Errors,
    Costs,
    Likelihood,
    Gradients,
    StepCost,
    /// Every figure, with its floor.
    Measures,
}

impl Picture {
    pub(crate) const ALL: [Self; 18] = [
        Self::Pairs,
        Self::Density,
        Self::Arrows,
        Self::Transfer,
        Self::Learned,
        Self::Error,
        Self::Divergence,
        Self::Score,
        Self::Mesh,
        Self::Matching,
        Self::Region,
        Self::RoundTrip,
        Self::Errors,
        Self::Costs,
        Self::Likelihood,
        Self::Gradients,
        Self::StepCost,
        Self::Measures,
    ];

    /// The chart that shows it, by name; the others belong to layers.
    pub(crate) fn chart(self) -> Option<&'static str> {
        Some(match self {
            Self::Errors => "errors",
            Self::Costs => "costs",
            Self::Likelihood => "likelihood",
            Self::Gradients => "gradients",
            // They are looked at together.
            Self::StepCost => "likelihood",
            Self::Measures => MEASURES,
            _ => return None,
        })
    }

    /// The layer that shows it, where it is just one.
    pub(crate) fn layer(self) -> Option<Layer> {
        Some(match self {
            Self::Arrows => Layer::Arrows,
            Self::Error => Layer::Error,
            Self::Divergence => Layer::Divergence,
            Self::Score => Layer::Score,
            Self::Mesh => Layer::Grid,
            Self::Matching => Layer::Matching,
            Self::Region => Layer::Region,
            Self::RoundTrip => Layer::FlowMap,
            _ => return None,
        })
    }

    /// Whether it is the same however the lane is sampled.
    pub(crate) fn of_data_only(self) -> bool {
        matches!(self.depends(), Depends::Data | Depends::Pairs)
    }

    /// What of the lane it is made from.
    pub(crate) fn depends(self) -> Depends {
        match self {
            Self::Pairs | Self::Matching => Depends::Pairs,
            Self::Costs | Self::Gradients => Depends::Data,
            Self::Density => Depends::Schedule,
            Self::Arrows | Self::Transfer | Self::Error => Depends::Network,
            Self::Measures => Depends::Rarely,
            _ => Depends::Seldom,
        }
    }
}

/// What a picture is made from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depends {
    /// The data and the schedule.
    Data,
    /// The coupling, which a rectified flow changes.
    Pairs,
    /// The data and how the lane is sampled.
    Schedule,
    /// The network and how it is sampled.
    Network,
    /// The same, but it takes so long that it is not made anew at every step.
    Seldom,
    /// The same, but it takes seconds.
    Rarely,
}

/// What a picture was made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Version {
    pub(crate) run: RunId,
    /// Rounds of a rectified flow.
    pub(crate) round: u32,
    pub(crate) sampling: u32,
    pub(crate) step: u32,
    pub(crate) extent: f64,
}

const KINDS: usize = Picture::ALL.len();

/// The pictures of a lane: which version is shown, and which is being made.
#[derive(Debug, Default)]
pub struct Pictures {
    pub(crate) shown: [Option<Version>; KINDS],
    pub(crate) asked: [Option<(JobId, Version)>; KINDS],
}

impl Pictures {
    /// Forgets all pictures and questions (the answers, if they come, are dropped).
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn answered(&mut self, id: JobId) -> Option<(Picture, Version)> {
        let found = Picture::ALL
            .into_iter()
            .find(|&p| self.asked[p as usize].is_some_and(|(asked, _)| asked == id))?;
        let (_, version) = self.asked[found as usize].take()?;
        self.shown[found as usize] = Some(version);
        Some((found, version))
    }
}
