//! Particles with class labels: a colour and a shape for each class, and a cross on those that came
//! to another class than they were asked to.

use super::posterior::push_diamond;
use crate::frames::Paths;
use crate::palette::CLASSES;
use crate::scene::{Scratch, Stage};
use app::state::views::LabelsView;
use raster::color::Color;
use raster::surface::{Stroke, Surface};

/// The shape of a class, in the order of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Disc,
    Square,
    Up,
    Diamond,
    Down,
    Plus,
    Cross,
    Bar,
}

/// The shapes of all classes.
pub(crate) const SHAPES: [Shape; CLASSES] = [
    Shape::Disc,
    Shape::Square,
    Shape::Up,
    Shape::Diamond,
    Shape::Down,
    Shape::Plus,
    Shape::Cross,
    Shape::Bar,
];

/// Half the width of a stroke of a shape made of strokes, and of the cross on a mistaken particle,
/// as shares of a mark's radius.
const STROKE: f32 = 0.4;
const MISTAKE: f32 = 1.9;

/// The labels, if there is one for every particle.
pub(crate) fn labels<'a>(view: Option<&'a LabelsView>, paths: &Paths) -> Option<&'a LabelsView> {
    view.filter(|view| view.asked.len() == paths.count)
}

pub(super) fn draw(
    stage: &Stage,
    (paths, labels): (&Paths, &LabelsView),
    radius: f32,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let bracket = paths.bracket(stage.t);
    scratch.hues.iter_mut().for_each(Vec::clear);
    for (particle, &class) in labels.asked.iter().enumerate() {
        let pixel = stage.pixel(paths.between(bracket, particle));
        scratch.hues[usize::from(class) % CLASSES].extend(pixel.into_iter().flatten());
    }
    for (class, shape) in SHAPES.into_iter().enumerate() {
        let (centres, out) = (&scratch.hues[class], &mut scratch.more);
        let color = stage.theme.classes[class].alpha(0.9);
        marks(shape, centres, radius, color, out, surface);
    }
    mistakes(stage, (paths, labels), radius, scratch, surface);
}

/// Draws marks of one shape.
pub(crate) fn marks(
    shape: Shape,
    centres: &[f32],
    radius: f32,
    color: Color,
    out: &mut Vec<f32>,
    surface: &mut dyn Surface,
) {
    // Shapes of one area rather than of one width look alike in size.
    let wide = 1.25 * radius;
    match shape {
        Shape::Disc => return surface.discs(centres, radius, color),
        Shape::Square => return surface.squares(centres, 0.9 * radius, color),
        _ => out.clear(),
    }
    for centre in centres.chunks_exact(2) {
        add(shape, [centre[0], centre[1]], wide, out);
    }
    match shape {
        Shape::Plus | Shape::Cross | Shape::Bar => {
            surface.segments(out, Stroke::solid(2.0 * STROKE * radius, color));
        }
        _ => surface.triangles(out, color),
    }
}

/// Adds the triangles or the segments of a shape.
fn add(shape: Shape, [x, y]: [f32; 2], r: f32, out: &mut Vec<f32>) {
    match shape {
        Shape::Disc | Shape::Square => {}
        Shape::Up => out.extend([x - r, y + 0.8 * r, x, y - r, x + r, y + 0.8 * r]),
        Shape::Down => out.extend([x - r, y - 0.8 * r, x + r, y - 0.8 * r, x, y + r]),
        Shape::Diamond => push_diamond([x, y], r, out),
        Shape::Plus => out.extend([x - r, y, x + r, y, x, y - r, x, y + r]),
        Shape::Cross => out.extend([x - r, y - r, x + r, y + r, x - r, y + r, x + r, y - r]),
        Shape::Bar => out.extend([x - r, y, x + r, y]),
    }
}

/// A cross on each particle that comes to another class than it was asked to.
fn mistakes(
    stage: &Stage,
    (paths, labels): (&Paths, &LabelsView),
    radius: f32,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let bracket = paths.bracket(stage.t);
    let out = &mut scratch.points;
    out.clear();
    let classes = labels.asked.iter().zip(&labels.reached).enumerate();
    for (particle, _) in classes.filter(|(_, (asked, reached))| asked != reached) {
        if let Some(at) = stage.pixel(paths.between(bracket, particle)) {
            add(Shape::Cross, at, MISTAKE * radius, out);
        }
    }
    surface.segments(out, Stroke::solid(stage.px(3.2), stage.theme.paper));
    surface.segments(out, Stroke::solid(stage.px(1.4), stage.theme.ink));
}
