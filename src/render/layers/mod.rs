//! The layers of the stage, one a file.

use super::scene::{Scratch, Stage};
use super::surface::Surface;
use crate::app::settings::Layer;

mod arrows;
pub(super) mod axes;
mod data;
mod density;
mod kernel;
mod pairs;
mod particles;
mod trajectories;

/// Draws one layer.
type Painter = fn(&Stage, &mut Scratch, &mut dyn Surface);

/// What draws a layer.
pub(super) fn painter(layer: Layer) -> Painter {
    match layer {
        Layer::Density => density::draw,
        Layer::Data => data::draw,
        Layer::Pairs => pairs::draw,
        Layer::Trajectories => trajectories::draw,
        Layer::Arrows => arrows::draw,
        Layer::Particles => particles::draw,
        // Drawn by the commits that follow.
        Layer::Error
        | Layer::Divergence
        | Layer::Grid
        | Layer::Score
        | Layer::Posterior
        | Layer::Matching
        | Layer::Region
        | Layer::FlowMap => |_, _, _| {},
    }
}
