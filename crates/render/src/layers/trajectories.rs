//! The paths of some particles: what has been travelled, fading with age, and faintly what is to
//! come. Beside a transferred flow, the rescaled paths it must coincide with, as dashes on top.

use super::trails::{Interval, Trails, chosen};
use crate::frames::Paths;
use crate::palette::HUES;
use crate::scene::{Scratch, Stage};
use raster::surface::{Stroke, Surface};

/// Every so many-th of the paths is compared with its rescaled twin: dashes need room to be seen.
const TWIN: usize = 5;
/// How old the parts of a travelled path are, and how strongly they are drawn, oldest first.
const AGES: [(f64, f64, f32); 4] = [
    (0.5, f64::INFINITY, 0.22),
    (0.25, 0.5, 0.36),
    (0.1, 0.25, 0.55),
    (0.0, 0.1, 0.85),
];

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(ensemble) = &stage.lane.ensemble else {
        return;
    };
    if let Some(paths) = Paths::of(ensemble) {
        let trails = &mut scratch.trails[stage.id];
        trails.of(ensemble, &paths, stage.view.scale());
        let trails = std::mem::take(trails);
        future(stage, (&paths, &trails), scratch, surface);
        for age in AGES {
            past(stage, (&paths, &trails), age, scratch, surface);
        }
        scratch.trails[stage.id] = trails;
        twins(stage, scratch, surface);
    }
}

/// The rest of the paths.
fn future(
    stage: &Stage,
    (paths, trails): (&Paths, &Trails),
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let mut pen = Pen::new(stage, scratch);
    let rest = Interval::new(paths, stage.t, 1.0);
    for run in trails.runs() {
        trails.cut(paths, run, &rest, |point| pen.push(point));
        pen.lift();
    }
    let color = stage.theme.ink.alpha(0.1);
    let stroke = Stroke::solid(stage.px(0.9), color).abutting();
    surface.polylines(pen.points, pen.lengths, stroke);
}

/// The parts of a certain age of the paths so far, a colour at a time.
fn past(
    stage: &Stage,
    (paths, trails): (&Paths, &Trails),
    (youngest, oldest, strength): (f64, f64, f32),
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let (from, to) = ((stage.t - oldest).max(0.0), stage.t - youngest);
    if to <= from {
        return;
    }
    let part = Interval::new(paths, from, to);
    for color in 0..HUES {
        let mut pen = Pen::new(stage, scratch);
        for run in trails.runs().iter().filter(|run| run.hue == color) {
            trails.cut(paths, run, &part, |point| pen.push(point));
            pen.lift();
        }
        let stroke =
            Stroke::solid(stage.px(1.3), stage.theme.hues[color].alpha(strength)).abutting();
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
    let bracket = paths.bracket(stage.t);
    let frames = paths.times.partition_point(|&t| f64::from(t) < stage.t);
    for particle in chosen(paths.count).step_by(TWIN) {
        for frame in 0..frames {
            pen.push(paths.place(frame, particle));
        }
        pen.push(paths.between(bracket, particle));
        pen.lift();
    }
    let stroke = Stroke::solid(stage.px(1.3), stage.theme.ink).dashed(stage.px(5.0));
    surface.polylines(pen.points, pen.lengths, stroke);
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
        if self.open >= 2 {
            self.lengths.push(self.open);
        } else {
            let first = self.points.len() - 2 * self.open as usize;
            self.points.truncate(first);
        }
        self.open = 0;
    }
}
