//! The words over a lane's picture: what it is, where it is not what the visitor expects.

use super::notice::Notice;
use super::settings::{DensityKind, Layer};
use super::state::{EngineState, State};
use flow::spec::CouplingKind;
use protocol::LaneId;

/// What stands over a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// Something is needed before there can be a picture.
    Problem(Notice),
    /// What the picture is.
    Remark(&'static str),
}

/// The words over this lane, if any.
pub fn overlay(state: &State, lane: LaneId) -> Option<Overlay> {
    let own = &state.lanes[lane];
    if let Some(problem) = &own.problem {
        return Some(Overlay::Problem(problem.clone()));
    }
    let independent = state.spec(lane).data.coupling == CouplingKind::Independent;
    let trained = &state.lanes[state.settings.trained_lane(lane)];
    match state.engine {
        EngineState::Lost(_) => Some(Overlay::Remark("overlay.exact-only")),
        EngineState::Loading { .. } if independent => Some(Overlay::Remark("overlay.exact")),
        EngineState::Loading { .. } => Some(Overlay::Remark("overlay.exact-independent")),
        EngineState::Ready(_)
            if trained.step == 0
                && !trained.training
                && !trained.loaded
                && shows_the_network(state) =>
        {
            Some(Overlay::Remark("overlay.untrained"))
        }
        EngineState::Ready(_) => None,
    }
}

/// Whether a layer on the stage follows the network; data, pairs and exact densities do not.
fn shows_the_network(state: &State) -> bool {
    const EXACT: &[Layer] = &[Layer::Density, Layer::Data, Layer::Pairs];
    let shown = |layer: &Layer| state.settings.layers.has(*layer);
    if shown(&Layer::Density) && state.settings.density == DensityKind::Learned {
        return true;
    }
    Layer::ALL
        .iter()
        .filter(|layer| shown(layer))
        .any(|layer| !EXACT.contains(layer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use flow::spec::Target;

    #[test]
    fn the_exact_flow_is_named_as_such() {
        let mut state = State::new(Settings::default());
        assert_eq!(
            overlay(&state, LaneId::A),
            Some(Overlay::Remark("overlay.exact"))
        );
        state.engine = EngineState::Lost(protocol::EngineFault::Crashed);
        assert_eq!(
            overlay(&state, LaneId::A),
            Some(Overlay::Remark("overlay.exact-only"))
        );
    }

    #[test]
    fn without_a_drawing_one_is_asked_for() {
        let mut settings = Settings::default();
        settings.lane[0].data.target = Target::Drawn;
        let state = State::new(settings);
        assert!(matches!(
            overlay(&state, LaneId::A),
            Some(Overlay::Problem(_))
        ));
    }
}
