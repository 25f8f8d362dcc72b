//! Pairs as the coupling draws them: a start (disc), an end (square), the conditional path between
//! them under the lane's schedule, and its point `alpha x1 + sigma x0` with the way it has come.

use crate::scene::{Scratch, Stage};
use flow::schedule::Schedule;
use raster::surface::{Stroke, Surface};

/// More pairs than this are a thicket.
const MOST: usize = 120;
/// Points of a conditional path; few schedules bend it, and none sharply.
const KNOTS: usize = 24;
/// Radius of an end mark in pixels.
const MARK: f32 = 2.3;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(view) = &stage.lane.pairs else {
        return;
    };
    let pairs = Pairs {
        x0: &view.x0,
        x1: &view.x1,
        schedule: path_schedule(stage),
    };
    let ink =
        |width: f32, strength: f32| Stroke::solid(stage.px(width), stage.theme.ink.alpha(strength));
    paths(stage, &pairs, 1.0, ink(0.9, 0.25), scratch, surface);
    paths(stage, &pairs, stage.t, ink(1.2, 0.5), scratch, surface);
    ends(stage, &pairs, scratch, surface);
    movers(stage, &pairs, scratch, surface);
}

/// The schedule that the lane's conditional paths follow.
fn path_schedule(stage: &Stage) -> Schedule {
    let path = &stage.settings.spec(stage.id).path;
    Schedule::new(path.schedule, path)
}

struct Pairs<'a> {
    x0: &'a [f32],
    x1: &'a [f32],
    schedule: Schedule,
}

impl Pairs<'_> {
    /// The pairs that are drawn.
    fn iter(&self) -> impl Iterator<Item = ([f32; 2], [f32; 2])> {
        let points = |flat| <[f32]>::chunks_exact(flat, 2).map(|p| [p[0], p[1]]);
        points(self.x0).zip(points(self.x1)).take(MOST)
    }

    /// The coefficients of the path at `t`.
    fn weights(&self, t: f64) -> [f32; 2] {
        [self.schedule.alpha(t) as f32, self.schedule.sigma(t) as f32]
    }
}

/// The point of a pair's conditional path.
fn blend([alpha, sigma]: [f32; 2], x0: [f32; 2], x1: [f32; 2]) -> [f32; 2] {
    [0, 1].map(|axis| alpha * x1[axis] + sigma * x0[axis])
}

/// The conditional paths up to a time: straight lines only under a schedule with
/// `alpha + sigma = 1`.
fn paths(
    stage: &Stage,
    pairs: &Pairs,
    until: f64,
    stroke: Stroke,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let weights: [_; KNOTS] = std::array::from_fn(|knot| {
        let share = knot as f64 / (KNOTS - 1) as f64;
        pairs.weights(share * until)
    });
    let Scratch {
        points, lengths, ..
    } = scratch;
    points.clear();
    lengths.clear();
    for (x0, x1) in pairs.iter() {
        let kept = points.len();
        let knots = weights.iter().map(|&weight| blend(weight, x0, x1));
        knots
            .filter_map(|point| stage.pixel(point))
            .for_each(|pixel| points.extend(pixel));
        if points.len() - kept == 2 * KNOTS {
            lengths.push(KNOTS as u32);
        } else {
            points.truncate(kept);
        }
    }
    surface.polylines(points, lengths, stroke);
}

fn ends(stage: &Stage, pairs: &Pairs, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let mark = stage.px(MARK);
    let Scratch { points, more, .. } = scratch;
    points.clear();
    more.clear();
    for (x0, x1) in pairs.iter() {
        points.extend(stage.pixel(x0).into_iter().flatten());
        more.extend(stage.pixel(x1).into_iter().flatten());
    }
    surface.discs(points, mark, stage.theme.source());
    surface.squares(more, mark, stage.theme.target());
}

/// The moving points, with a rim of paper that lifts them off the lines.
fn movers(stage: &Stage, pairs: &Pairs, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let weights = pairs.weights(stage.t);
    let out = &mut scratch.points;
    out.clear();
    for (x0, x1) in pairs.iter() {
        out.extend(stage.pixel(blend(weights, x0, x1)).into_iter().flatten());
    }
    surface.discs(out, stage.px(1.6 * MARK), stage.theme.paper);
    surface.discs(out, stage.px(1.25 * MARK), stage.theme.ink);
}
