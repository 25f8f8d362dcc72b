//! The layers of the stage, one a file.

use super::scene::{Scratch, Stage};
use app::settings::Layer;
use raster::surface::Surface;

mod arrows;
pub(super) mod axes;
pub(super) mod classes;
mod data;
pub(super) mod density;
pub(super) mod field;
mod heat;
mod kernel;
mod lattice;
mod matching;
pub(super) mod mesh;
mod pairs;
mod particles;
pub(super) mod posterior;
pub(super) mod region;
mod round_trip;
mod thin;
pub(super) mod trails;
mod trajectories;

pub(super) use arrows::Arrow;

/// Draws one layer.
type Painter = fn(&Stage, &mut Scratch, &mut dyn Surface);

/// The heat maps, of which one stage has room for one: the first that is shown and known.
const GROUNDS: [Layer; 4] = [
    Layer::Divergence,
    Layer::Error,
    Layer::Magnitude,
    Layer::Density,
];

/// What lies above them, in the order it is painted, lowest first.
pub(super) const MARKS: [Layer; 11] = [
    Layer::Grid,
    Layer::Data,
    Layer::Matching,
    Layer::Pairs,
    Layer::Trajectories,
    Layer::Arrows,
    Layer::Score,
    Layer::Particles,
    Layer::FlowMap,
    Layer::Region,
    Layer::Posterior,
];

/// The heat map of this stage, if it has one.
pub(super) fn ground(stage: &Stage) -> Option<Layer> {
    let views = &stage.lane.views;
    let known = |layer: Layer| match layer {
        Layer::Divergence => views.divergence.is_some(),
        Layer::Error => views.error.is_some(),
        Layer::Magnitude => stage.lane.arrows.is_some(),
        _ => true,
    };
    let shown = |layer: &Layer| stage.shows(*layer) && known(*layer);
    GROUNDS.into_iter().find(shown)
}

/// What draws a layer.
pub(super) fn painter(layer: Layer) -> Painter {
    match layer {
        Layer::Density => density::draw,
        Layer::Data => data::draw,
        Layer::Pairs => pairs::draw,
        Layer::Trajectories => trajectories::draw,
        Layer::Arrows => arrows::velocity,
        Layer::Particles => particles::draw,
        Layer::Error => |stage, scratch, surface| {
            field::error(stage, scratch, surface);
            arrows::error(stage, scratch, surface);
        },
        Layer::Divergence => field::divergence,
        Layer::Magnitude => field::magnitude,
        Layer::Grid => mesh::draw,
        Layer::Score => arrows::score,
        Layer::Posterior => posterior::draw,
        Layer::Matching => matching::draw,
        Layer::Region => region::draw,
        Layer::FlowMap => round_trip::draw,
    }
}
