//! A fixed sample of the target: crosses, so that no colour is needed to tell them from particles.

use crate::scene::{Scratch, Stage};
use raster::surface::{Stroke, Surface};

/// More marks than this say no more.
const MOST: usize = 1500;
/// Half the width of a cross in pixels.
const ARM: f32 = 2.2;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let (arm, out) = (stage.px(ARM), &mut scratch.points);
    out.clear();
    for &[x, y] in stage.lane.data.iter().take(MOST) {
        if let Some([px, py]) = stage.pixel([x as f32, y as f32]) {
            out.extend([px - arm, py - arm, px + arm, py + arm]);
            out.extend([px - arm, py + arm, px + arm, py - arm]);
        }
    }
    let stroke = Stroke::solid(stage.px(1.0), stage.theme.target().alpha(0.7));
    surface.segments(out, stroke);
}
