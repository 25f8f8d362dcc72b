//! The paths of some particles: what has been travelled, fading with age, and faintly what is to
//! come. Beside a transferred flow, the rescaled paths it must coincide with, as dashes on top.

use super::particles::hue;
use super::thin::thin;
use crate::render::frames::Paths;
use crate::render::palette::HUES;
use crate::render::scene::{Scratch, Stage};
use crate::render::surface::{Stroke, Surface};

/// About as many paths are drawn.
const PATHS: usize = 220;
/// Every so many-th of them is compared with its rescaled twin: dashes need room to be seen.
const TWIN: usize = 5;
/// Pixels that a path may be drawn beside where it is.
const NEAR: f32 = 0.2;
/// How old the parts of a travelled path are, and how strongly they are drawn, oldest first.
const AGES: [(f64, f64, f32); 4] = [
    (0.5, f64::INFINITY, 0.22),
    (0.25, 0.5, 0.36),
    (0.1, 0.25, 0.55),
    (0.0, 0.1, 0.85),
];

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(paths) = stage.lane.ensemble.as_ref().and_then(Paths::of) else {
        return;
    };
    future(stage, &paths, scratch, surface);
    for age in AGES {
        past(stage, &paths, age, scratch, surface);
    }
    twins(stage, scratch, surface);
}

/// The rest of the paths.
fn future(stage: &Stage, paths: &Paths, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let mut pen = Pen::new(stage, scratch);
    for particle in chosen(paths) {
        pen.trace(paths, particle, stage.t, 1.0);
    }
    let color = stage.theme.ink.alpha(0.1);
    surface.polylines(pen.points, pen.lengths, Stroke::solid(stage.px(0.9), color));
}

/// The parts of a certain age of the paths so far, a colour at a time.
fn past(
    stage: &Stage,
    paths: &Paths,
    (youngest, oldest, strength): (f64, f64, f32),
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let (from, to) = ((stage.t - oldest).max(0.0), stage.t - youngest);
    if to <= from {
        return;
    }
    for color in 0..HUES {
        let mut pen = Pen::new(stage, scratch);
        for particle in chosen(paths).filter(|&i| hue(paths.place(0, i)) == color) {
            pen.trace(paths, particle, from, to);
        }
        let stroke = Stroke::solid(stage.px(1.3), stage.theme.hues[color].alpha(strength));
        surface.polylines(pen.points, pen.lengths, stroke);
    }
}

/// Rescaled paths of the field that a transferred flow comes from: by the theorem, the same paths.
fn twins(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let transfer = stage.lane.transfer.as_ref();
    let Some(paths) = transfer.and_then(|transfer| Paths::of(&transfer.rescaled)) else {
        return;
    };
    let mut pen = Pen::new(stage, scratch);
    for particle in chosen(&paths).step_by(TWIN) {
        pen.trace(&paths, particle, 0.0, stage.t);
    }
    let stroke = Stroke::solid(stage.px(1.3), stage.theme.ink).dashed(stage.px(5.0));
    surface.polylines(pen.points, pen.lengths, stroke);
}

/// The particles whose paths are drawn: the same ones at all times.
fn chosen(paths: &Paths) -> impl Iterator<Item = usize> + use<> {
    (0..paths.count).step_by(paths.count.div_ceil(PATHS))
}

/// Collects polylines in pixels.
struct Pen<'a> {
    stage: &'a Stage<'a>,
    points: &'a mut Vec<f32>,
    lengths: &'a mut Vec<u32>,
    /// Points of the polyline that is being drawn.
    open: u32,
}

impl<'a> Pen<'a> {
    fn new(stage: &'a Stage<'a>, scratch: &'a mut Scratch) -> Self {
        let Scratch {
            points, lengths, ..
        } = scratch;
        points.clear();
        lengths.clear();
        Self {
            stage,
            points,
            lengths,
            open: 0,
        }
    }

    /// The path of a particle from one time to another.
    fn trace(&mut self, paths: &Paths, particle: usize, from: f64, to: f64) {
        let begin = paths.times.partition_point(|&time| f64::from(time) <= from);
        let end = paths.times.partition_point(|&time| f64::from(time) < to);
        self.push(paths.between(paths.bracket(from), particle));
        for frame in begin..end {
            self.push(paths.place(frame, particle));
        }
        self.push(paths.between(paths.bracket(to), particle));
        self.lift();
    }

    /// Goes on to a point; a point that cannot be drawn breaks the line.
    fn push(&mut self, point: [f32; 2]) {
        match self.stage.pixel(point) {
            Some(pixel) => {
                self.points.extend(pixel);
                self.open += 1;
            }
            None => self.lift(),
        }
    }

    /// Ends the polyline; a single point is none.
    fn lift(&mut self) {
        let first = self.points.len() - 2 * self.open as usize;
        if self.open >= 2 {
            let kept = thin(self.points, first, NEAR);
            self.lengths.push(kept as u32);
        } else {
            self.points.truncate(first);
        }
        self.open = 0;
    }
}
