//! Which pictures a lane has, of which version, and which have been asked for.

use crate::settings::{DensityKind, Layer};
use protocol::{JobId, RunId};

/// The name by which the page says that the table of all figures is on it.
pub const MEASURES: &str = "measures";

/// Makes the pictures and what is known of each of one list.
macro_rules! pictures {
    ($($(#[$doc:meta])* $picture:ident, $depends:ident, $shown:expr;)*) => {
        /// A kind of picture.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Picture {
            $($(#[$doc])* $picture,)*
        }

        impl Picture {
            pub(crate) const ALL: [Self; [$(Self::$picture),*].len()] = [$(Self::$picture),*];

            /// What of the lane it is made from.
            pub(crate) fn depends(self) -> Depends {
                match self {
                    $(Self::$picture => Depends::$depends,)*
                }
            }

            /// What shows it.
            pub(crate) fn shown_by(self) -> ShownBy {
                match self {
                    $(Self::$picture => $shown,)*
                }
            }
        }
    };
}

// Picture, what it depends on, and what shows it.
pictures! {
    Pairs, Pairs, ShownBy::Always;
    Density, Schedule, ShownBy::Density(DensityKind::Exact);
    /// The velocity, as arrows and as its length.
    Arrows, Network, ShownBy::Layers(&[Layer::Arrows, Layer::Magnitude]);
    Transfer, Network, ShownBy::Transfer;
    Learned, Seldom, ShownBy::Density(DensityKind::Learned);
    Error, Network, ShownBy::Layers(&[Layer::Error]);
    Divergence, Seldom, ShownBy::Layers(&[Layer::Divergence]);
    Score, Seldom, ShownBy::Layers(&[Layer::Score]);
    Mesh, Seldom, ShownBy::Layers(&[Layer::Grid]);
    Matching, Pairs, ShownBy::Layers(&[Layer::Matching]);
    Region, Seldom, ShownBy::Layers(&[Layer::Region]);
    RoundTrip, Seldom, ShownBy::Layers(&[Layer::FlowMap]);
    /// The error at the end against evaluations, for solvers or schedules.
    Errors, Seldom, ShownBy::Chart("errors");
    Costs, Data, ShownBy::Chart("costs");
    Likelihood, Seldom, ShownBy::Chart("likelihood");
    Gradients, Data, ShownBy::Chart("gradients");
    /// It is looked at together with the likelihood.
    StepCost, Seldom, ShownBy::Chart("likelihood");
    /// Every figure, with its floor.
    Measures, Rarely, ShownBy::Chart(MEASURES);
}

impl Picture {
    /// Whether it is the same however the lane is sampled.
    pub(crate) fn of_data_only(self) -> bool {
        matches!(self.depends(), Depends::Data | Depends::Pairs)
    }
}

/// What shows a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownBy {
    /// It is always there.
    Always,
    /// Any of these layers.
    Layers(&'static [Layer]),
    /// The heat map of that density.
    Density(DensityKind),
    /// A lane that is sampled under another schedule.
    Transfer,
    /// A chart of that name on the page.
    Chart(&'static str),
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
