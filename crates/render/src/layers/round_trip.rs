//! Points carried on by the flow from `s` to `t`, and back again: the way there as a solid line, the
//! way back dashed; a disc where a point started, a square where it came to, and around the disc a
//! ring where it returned. Where ring and disc part, so does the map from its inverse.

use crate::scene::{Scratch, Stage};
use app::state::views::RoundTripView;
use raster::surface::{Stroke, Surface};

/// More points than that are a thicket.
const MOST: usize = 150;
/// Half-size of a mark in pixels, and of the ring.
const MARK: f32 = 2.8;
const RING: f32 = 5.0;

/// A frame-by-frame path, flat.
type Frames<'a> = &'a [f32];

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some((view, count)) = stage
        .lane
        .views
        .round_trip
        .as_ref()
        .and_then(|v| Some((v, count(v)?)))
    else {
        return;
    };
    let frames = view.times.len();
    let theme = stage.theme;
    trace(stage, &view.there, (frames, count), scratch);
    let stroke = Stroke::solid(stage.px(1.2), theme.ink.alpha(0.55));
    surface.polylines(&scratch.points, &scratch.lengths, stroke);
    trace(stage, &view.back, (frames, count), scratch);
    let stroke = Stroke::solid(stage.px(1.4), theme.target()).dashed(stage.px(4.0));
    surface.polylines(&scratch.points, &scratch.lengths, stroke);
    let last = 2 * count * (frames - 1);
    pixels(stage, &view.there[last..], &mut scratch.points);
    surface.squares(&scratch.points, stage.px(MARK), theme.target());
    pixels(stage, &view.back[..2 * count], &mut scratch.points);
    surface.discs(&scratch.points, stage.px(RING), theme.ink);
    surface.discs(&scratch.points, stage.px(RING - 1.4), theme.paper);
    pixels(stage, &view.there[..2 * count], &mut scratch.points);
    surface.discs(&scratch.points, stage.px(MARK), theme.source());
}

/// The number of points, if both ways have the frames that they should.
fn count(view: &RoundTripView) -> Option<usize> {
    let count = view.there.len().checked_div(2 * view.times.len())?;
    let whole = 2 * count * view.times.len();
    let sound = view.there.len() == whole && view.back.len() == whole && view.times.len() > 1;
    (count > 0 && sound).then_some(count)
}

/// The points that are drawn of a frame, in pixels.
fn pixels(stage: &Stage, frame: &[f32], out: &mut Vec<f32>) {
    out.clear();
    for point in frame.chunks_exact(2).take(MOST) {
        out.extend(stage.pixel([point[0], point[1]]).into_iter().flatten());
    }
}

/// The ways of all points, as polylines; one with a point that cannot be drawn is left out.
fn trace(stage: &Stage, flat: Frames, (frames, count): (usize, usize), scratch: &mut Scratch) {
    let Scratch {
        points, lengths, ..
    } = scratch;
    points.clear();
    lengths.clear();
    for i in 0..count.min(MOST) {
        let kept = points.len();
        for frame in 0..frames {
            let at = 2 * (frame * count + i);
            points.extend(stage.pixel([flat[at], flat[at + 1]]).into_iter().flatten());
        }
        if points.len() - kept == 2 * frames {
            lengths.push(frames as u32);
        } else {
            points.truncate(kept);
        }
    }
}
