//! The plane itself: a cross through the origin and ticks along the edges.

use crate::scene::{Scratch, Stage};
use crate::ticks::round_step;
use raster::surface::{Stroke, Surface};

/// About as many ticks an axis as are wanted on each side of the origin.
const TICKS: f64 = 4.0;
/// Length of a tick in pixels.
const TICK: f32 = 4.0;

pub(crate) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let faint = stage.theme.faint;
    cross(stage, &mut scratch.points);
    surface.segments(&scratch.points, Stroke::solid(1.0, faint.alpha(0.45)));
    ticks(stage, &mut scratch.points);
    surface.segments(&scratch.points, Stroke::solid(1.0, faint));
}

fn cross(stage: &Stage, out: &mut Vec<f32>) {
    let ([cx, cy], rect) = (stage.view.centre(), stage.view.rect);
    out.clear();
    out.extend([rect.x, cy, rect.x + rect.width, cy]);
    out.extend([cx, rect.y, cx, rect.y + rect.height]);
}

fn ticks(stage: &Stage, out: &mut Vec<f32>) {
    let (rect, [cx, cy]) = (stage.view.rect, stage.view.centre());
    let step = round_step(stage.view.extent / TICKS);
    let (length, gap) = (stage.px(TICK), step as f32 * stage.view.scale());
    let (right, bottom) = (rect.width / 2.0 / gap, rect.height / 2.0 / gap);
    out.clear();
    for i in -(right as i32)..=right as i32 {
        let (x, y) = (cx + i as f32 * gap, rect.y + rect.height);
        out.extend([x, y, x, y - length]);
    }
    for i in -(bottom as i32)..=bottom as i32 {
        let y = cy + i as f32 * gap;
        out.extend([rect.x, y, rect.x + length, y]);
    }
}
