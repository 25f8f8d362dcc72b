//! Which charts belong to what is on the stage. Some must be asked of the engine, which takes work,
//! and all of them at once would be a wall of curves.

use super::schedules::{schedules, transfers};
use super::{Chart, lanes};
use app::settings::{DensityKind, Layer};
use app::state::State;
use flow::prediction::Prediction;
use flow::schedule::Schedule;
use flow::spec::{CouplingKind, LaneSpec, SamplingSpec};

impl Chart {
    /// Whether the chart speaks of what is on the stage; it may still have nothing to show.
    pub fn belongs(self, state: &State) -> bool {
        let layers = state.settings.layers;
        match self {
            Self::Loss | Self::Excess | Self::Schedule | Self::Straightness => true,
            Self::Snr | Self::OneWay => curved(state),
            Self::Transfer | Self::Gap => transfers(state).next().is_some(),
            Self::Conditioning => any(state, |spec| spec.model.predict != Prediction::Velocity),
            Self::Errors => sampled_otherwise(state) || transfers(state).next().is_some(),
            Self::Costs => any(state, |spec| matched(spec.data.coupling)),
            Self::Likelihood => {
                layers.has(Layer::Density) && state.settings.density == DensityKind::Learned
            }
            // What each of the two losses regresses on.
            Self::Gradients => layers.has(Layer::Pairs) && layers.has(Layer::Arrows),
            Self::Balance => layers.has(Layer::Region),
        }
    }

    /// The name by which the engine is asked for it, where that is needed.
    pub fn asked(self) -> Option<&'static str> {
        match self {
            Self::Errors | Self::Costs | Self::Likelihood | Self::Gradients => Some(self.name()),
            _ => None,
        }
    }
}

fn any(state: &State, holds: impl Fn(&LaneSpec) -> bool) -> bool {
    lanes(state).any(|(lane, _)| holds(&state.spec(lane)))
}

/// Whether there is a schedule other than CondOT, whose SNR is `t / (1 - t)`.
fn curved(state: &State) -> bool {
    let mut all = schedules(state).into_iter();
    all.any(|(_, _, schedule)| schedule != Schedule::CondOt)
}

/// Whether batches are matched at the least cost.
fn matched(coupling: CouplingKind) -> bool {
    use CouplingKind::{Ot, Partial, Sinkhorn};
    matches!(coupling, Ot | Sinkhorn | Partial)
}

/// Whether the solver is not the usual one, or not the same in both lanes.
fn sampled_otherwise(state: &State) -> bool {
    let usual: SamplingSpec = LaneSpec::default().sampling;
    any(state, |spec| {
        (spec.sampling.solver, spec.sampling.steps) != (usual.solver, usual.steps)
    })
}
