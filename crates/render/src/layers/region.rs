//! A box on the stage: the mass inside as a number and a level, and at each edge an arrow for what
//! crosses it, outwards or inwards. The flux on an arrow's length is the same for all times.

use super::arrows::Arrow;
use crate::frames::Bracket;
use crate::scene::{Scratch, Stage};
use app::state::views::RegionView;
use flow::Point;
use flow::continuity::Balance;
use raster::surface::{Rect, Stroke, Surface};
use std::io::Write;

/// Longest arrow of a flux, and the size of the number, in pixels.
const LONGEST: f32 = 64.0;
const NUMBER: f32 = 15.0;

/// Mass and flux of a region at a time between its own.
pub(crate) fn balance(view: &RegionView, t: f64) -> Option<Balance> {
    let sound = view.balances.len() == view.times.len();
    let bracket = Bracket::of(&view.times, t).filter(|_| sound)?;
    let (low, high) = (view.balances[bracket.low], view.balances[bracket.high]);
    let weight = f64::from(bracket.weight);
    let blend = |a: f64, b: f64| a + (b - a) * weight;
    Some(Balance {
        mass: blend(low.mass, high.mass),
        rate: blend(low.rate, high.rate),
        outflow: std::array::from_fn(|edge| blend(low.outflow[edge], high.outflow[edge])),
    })
}

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(view) = &stage.lane.views.region else {
        return;
    };
    let Some((place, balance)) = place(stage, view).zip(balance(view, stage.t)) else {
        return;
    };
    outline(stage, place, scratch, surface);
    level(stage, place, balance.mass as f32, surface);
    flux(stage, place, view, &balance, scratch, surface);
    let middle = [place.x + place.width / 2.0, place.y + place.height / 2.0];
    number(stage, balance.mass, middle, surface);
}

/// The box in pixels.
fn place(stage: &Stage, view: &RegionView) -> Option<Rect> {
    let corner = |point: Point| stage.pixel(point.map(|x| x as f32));
    let [left, bottom] = corner(view.region.low)?;
    let [right, top] = corner(view.region.high)?;
    let (width, height) = (right - left, bottom - top);
    (width > 0.0 && height > 0.0).then_some(Rect {
        x: left,
        y: top,
        width,
        height,
    })
}

fn outline(stage: &Stage, place: Rect, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let (right, bottom) = (place.x + place.width, place.y + place.height);
    let (x, y, out) = (place.x, place.y, &mut scratch.points);
    out.clear();
    out.extend([x, y, right, y, right, bottom, x, bottom, x, y]);
    surface.polylines(out, &[5], Stroke::solid(stage.px(4.0), stage.theme.paper));
    surface.polylines(out, &[5], Stroke::solid(stage.px(2.0), stage.theme.ink));
}

/// A bar along the left edge, as high as the share of all mass that is inside.
fn level(stage: &Stage, place: Rect, mass: f32, surface: &mut dyn Surface) {
    let (width, bottom) = (stage.px(6.0), place.y + place.height);
    let x = place.x + width;
    let filled = bottom - place.height * mass.clamp(0.0, 1.0);
    let bar = |from: f32, to: f32, width: f32, color, surface: &mut dyn Surface| {
        surface.segments(&[x, from, x, to], Stroke::solid(width, color));
    };
    bar(bottom, place.y, width, stage.theme.faint, surface);
    bar(bottom, filled, width, stage.theme.ink, surface);
}

/// An arrow at the middle of each edge.
fn flux(
    stage: &Stage,
    place: Rect,
    view: &RegionView,
    balance: &Balance,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let greatest = view.balances.iter().flat_map(|balance| balance.outflow);
    let greatest = greatest
        .filter(|flux| flux.is_finite())
        .fold(0.0, |a: f64, b| a.max(b.abs()));
    let (width, height) = (place.width, place.height);
    let [cx, cy] = [place.x + width / 2.0, place.y + height / 2.0];
    // Right, top, left, bottom, and the way out of each.
    let edges = [
        ([cx + width / 2.0, cy], [1.0, 0.0]),
        ([cx, cy - height / 2.0], [0.0, -1.0]),
        ([cx - width / 2.0, cy], [-1.0, 0.0]),
        ([cx, cy + height / 2.0], [0.0, 1.0]),
    ];
    for ((edge, out), flux) in edges.into_iter().zip(balance.outflow) {
        let length = stage.px(LONGEST) * (flux / greatest).clamp(-1.0, 1.0) as f32;
        let ends =
            [-0.5, 0.5].map(|k| [edge[0] + k * length * out[0], edge[1] + k * length * out[1]]);
        let head = [10.0, 6.0].map(|size| stage.px(size));
        // What leaves is drawn in the colour of what spreads, what enters in the other's.
        let color = stage.theme.lane[usize::from(flux > 0.0)];
        if let Some(arrow) = Arrow::between(ends[0], ends[1], head) {
            let Scratch { points, more, .. } = scratch;
            points.clear();
            more.clear();
            arrow.add(false, points, more);
            surface.segments(points, Stroke::solid(stage.px(7.0), stage.theme.paper));
            surface.segments(points, Stroke::solid(stage.px(4.0), color));
            surface.triangles(more, color);
        }
    }
}

/// The mass, on a ground of paper. Written in place: nothing is allocated for a frame.
fn number(stage: &Stage, mass: f64, middle: [f32; 2], surface: &mut dyn Surface) {
    let mut digits = [0; 8];
    let mut rest = &mut digits[..];
    if !mass.is_finite() || write!(rest, "{:.3}", mass.clamp(0.0, 1.0)).is_err() {
        return;
    }
    let length = digits.iter().take_while(|&&byte| byte != 0).count();
    let text = std::str::from_utf8(&digits[..length]).unwrap_or_default();
    let size = stage.px(NUMBER);
    let half = 0.32 * size * length as f32;
    let [x, y] = middle;
    let ground = Stroke::solid(1.5 * size, stage.theme.paper.alpha(0.85));
    surface.segments(&[x - half, y, x + half, y], ground);
    surface.label(text, middle, size, stage.theme.ink);
}
