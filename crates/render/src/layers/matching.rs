//! One whole batch as the coupling matches it: a segment a link, the thicker the more mass it
//! carries; discs for source points, squares for target points, crosses for those left out.

use crate::scene::{Scratch, Stage};
use app::state::views::MatchingView;
use raster::surface::{Stroke, Surface};

/// Half-size of a point's mark in pixels.
const MARK: f32 = 2.6;
/// Least mass of a link to be drawn so strongly: width in pixels and opacity.
const STEPS: [(f32, f32, f32); 4] = [
    (0.004, 0.6, 0.18),
    (0.05, 0.8, 0.32),
    (0.25, 1.0, 0.5),
    (0.7, 1.3, 0.75),
];

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(view) = &stage.lane.views.matching else {
        return;
    };
    for step in 0..STEPS.len() {
        links(stage, view, step, scratch, surface);
    }
    for (side, points) in [&view.source, &view.target].into_iter().enumerate() {
        ends(stage, view, side, points, scratch, surface);
    }
}

/// The point of that index, if there is one.
fn point(points: &[f32], index: u32) -> Option<[f32; 2]> {
    let at = 2 * index as usize;
    Some([*points.get(at)?, *points.get(at + 1)?])
}

/// The links whose mass lies within a step.
fn links(
    stage: &Stage,
    view: &MatchingView,
    step: usize,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let (low, width, strength) = STEPS[step];
    let high = STEPS.get(step + 1).map_or(f32::INFINITY, |next| next.0);
    let out = &mut scratch.points;
    out.clear();
    let within = view
        .links
        .iter()
        .filter(|link| link.mass >= low && link.mass < high);
    for link in within {
        let ends = [
            point(&view.source, link.source),
            point(&view.target, link.target),
        ];
        if let [Some(from), Some(to)] = ends.map(|end| end.and_then(|end| stage.pixel(end))) {
            out.extend(from);
            out.extend(to);
        }
    }
    let color = stage.theme.ink.alpha(strength);
    surface.segments(out, Stroke::solid(stage.px(width), color));
}

/// The points of one side: those that have a link, then crosses for the others.
fn ends(
    stage: &Stage,
    view: &MatchingView,
    side: usize,
    flat: &[f32],
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let Scratch {
        points,
        more,
        lengths,
        ..
    } = scratch;
    // Which points have a link, noted once for all.
    lengths.clear();
    lengths.resize(flat.len() / 2, 0);
    for link in &view.links {
        let index = [link.source, link.target][side] as usize;
        lengths
            .get_mut(index)
            .into_iter()
            .for_each(|seen| *seen = 1);
    }
    points.clear();
    more.clear();
    let arm = stage.px(MARK);
    for (point, &linked) in flat.chunks_exact(2).zip(lengths.iter()) {
        if let Some([x, y]) = stage.pixel([point[0], point[1]]) {
            if linked == 1 {
                points.extend([x, y]);
            } else {
                more.extend([x - arm, y - arm, x + arm, y + arm]);
                more.extend([x - arm, y + arm, x + arm, y - arm]);
            }
        }
    }
    let color = stage.theme.lane[side];
    if side == 0 {
        surface.discs(points, arm, color);
    } else {
        surface.squares(points, arm, color);
    }
    surface.segments(more, Stroke::solid(stage.px(1.3), color));
}
