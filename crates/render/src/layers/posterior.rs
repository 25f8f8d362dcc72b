//! The posterior over the data at a point: a line from there to each data point it may be on the way
//! to, the more likely the stronger and the larger its dot; a diamond at their mean; and the arrow
//! of the velocity, which is the mean of the conditional velocities, as long as the rest of the time
//! would carry it. Under CondOT it ends at the diamond: `x + (1 - t) v = E[X_1 | X_t = x]`.

use super::arrows::Arrow;
use crate::scene::{Scratch, Stage};
use app::state::views::PosteriorView;
use raster::surface::{Stroke, Surface};

/// How far the time of the view may be from that of the stage.
const NEAR: f64 = 0.02;
/// Shares of the greatest probability at which dots grow, and how large and how opaque they and
/// their lines are.
const STEPS: [(f32, f32, f32); 5] = [
    (0.01, 1.3, 0.14),
    (0.05, 2.0, 0.25),
    (0.15, 2.8, 0.4),
    (0.4, 3.8, 0.6),
    (0.75, 4.8, 0.85),
];
/// More lines than that in one step are a solid fan.
const FAN: usize = 160;

/// The view, if it is that of this lane's stage now.
pub(crate) fn current(view: Option<&PosteriorView>, t: f64) -> Option<&PosteriorView> {
    view.filter(|view| (view.t - t).abs() < NEAR && 2 * view.weights.len() == view.points.len())
}

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(view) = current(stage.lane.views.posterior.as_ref(), stage.t) else {
        return;
    };
    let single = |point: [f64; 2]| stage.pixel(point.map(|x| x as f32));
    let Some(from) = single(view.at) else { return };
    for step in 0..STEPS.len() {
        fan(stage, view, from, step, scratch, surface);
    }
    let rest = 1.0 - view.t;
    let end = [0, 1].map(|i| view.at[i] + rest * view.velocity[i]);
    if let Some(mean) = single(view.mean) {
        diamond(mean, stage.px(8.0), &mut scratch.points);
        surface.triangles(&scratch.points, stage.theme.paper);
        diamond(mean, stage.px(6.0), &mut scratch.points);
        surface.triangles(&scratch.points, stage.theme.target());
    }
    if let Some(arrow) =
        single(end).and_then(|to| Arrow::between(from, to, [9.0, 4.5].map(|s| stage.px(s))))
    {
        let Scratch { points, more, .. } = scratch;
        points.clear();
        more.clear();
        arrow.add(false, points, more);
        surface.segments(points, Stroke::solid(stage.px(4.5), stage.theme.paper));
        surface.segments(points, Stroke::solid(stage.px(2.4), stage.theme.ink));
        surface.triangles(more, stage.theme.ink);
    }
    surface.discs(&from, stage.px(5.5), stage.theme.ink);
    surface.discs(&from, stage.px(3.2), stage.theme.paper);
}

/// The data points whose probability lies within a step, and the lines to them.
fn fan(
    stage: &Stage,
    view: &PosteriorView,
    from: [f32; 2],
    step: usize,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let greatest = view.weights.iter().fold(0.0, |a: f32, &b| a.max(b));
    let (low, size, strength) = STEPS[step];
    let high = STEPS.get(step + 1).map_or(f32::INFINITY, |next| next.0);
    let Scratch { points, more, .. } = scratch;
    points.clear();
    more.clear();
    for (point, weight) in view.points.chunks_exact(2).zip(&view.weights) {
        let share = weight / greatest;
        if share >= low && share < high {
            points.extend(stage.pixel([point[0], point[1]]).into_iter().flatten());
        }
    }
    for to in points.chunks_exact(2).take(FAN) {
        more.extend(from);
        more.extend(to);
    }
    let color = stage.theme.target();
    surface.segments(
        more,
        Stroke::solid(stage.px(1.0), color.alpha(0.6 * strength)),
    );
    surface.discs(points, stage.px(size), color.alpha(strength));
}

/// A square on its corner, as two triangles.
fn diamond(middle: [f32; 2], half: f32, out: &mut Vec<f32>) {
    out.clear();
    push_diamond(middle, half, out);
}

/// Adds such a square.
pub(super) fn push_diamond([x, y]: [f32; 2], half: f32, out: &mut Vec<f32>) {
    out.extend([x - half, y, x, y - half, x + half, y]);
    out.extend([x - half, y, x + half, y, x, y + half]);
}
