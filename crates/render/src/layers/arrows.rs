//! Vectors on a grid: the velocity, the score, and the error of a learned velocity. An arrow's
//! length grows with the vector but never beyond its cell, and the scale is the same at all times,
//! so arrows can be compared and the picture stays calm. Velocities have filled heads, scores open
//! ones and dashed shafts, errors are drawn in the colour of their heat map.

use super::lattice::{Slice, usual_size};
use crate::scene::{Scratch, Stage};
use app::state::views::Grid;
use raster::color::Color;
use raster::surface::{Stroke, Surface};

/// Longest arrow, as a share of the cell.
const REACH: f32 = 0.95;
/// Length and half-width of the head in pixels.
const HEAD: [f32; 2] = [5.0, 2.4];
/// Arrows shorter than this many pixels are not drawn: they point nowhere.
const LEAST: f32 = 1.0;
/// Arrows of an error along a side, about.
const SPARSE: usize = 14;

/// How a kind of arrow looks.
#[derive(Clone, Copy)]
struct Look {
    color: Color,
    /// Only every so many-th cell has an arrow, in both directions.
    every: usize,
    open: bool,
}

/// The velocity that the lane follows.
pub(super) fn velocity(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let look = Look {
        color: stage.theme.ink.alpha(0.62),
        every: 1,
        open: false,
    };
    draw(stage, stage.lane.arrows.as_ref(), look, scratch, surface);
}

/// `grad log p_t`.
pub(super) fn score(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let look = Look {
        color: stage.theme.target(),
        every: 1,
        open: true,
    };
    let grid = stage.lane.views.score.as_ref();
    draw(stage, grid, look, scratch, surface);
}

/// Learned minus exact velocity.
pub(super) fn error(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let grid = stage.lane.views.error.as_ref();
    let look = Look {
        color: stage.theme.ink.alpha(0.8),
        every: grid.map_or(1, |grid| grid.side.div_ceil(SPARSE).max(1)),
        open: false,
    };
    draw(stage, grid, look, scratch, surface);
}

fn draw(
    stage: &Stage,
    grid: Option<&Grid>,
    look: Look,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let slice = Slice::of(grid, 2, stage.t);
    // A field at rest has no arrows, whatever the scale.
    let Some((slice, usual)) = slice.and_then(|s| Some((s, usual_size(s.grid, 2)?))) else {
        return;
    };
    let Scratch { points, more, .. } = scratch;
    points.clear();
    more.clear();
    collect(stage, &slice, usual, look, points, more);
    let stroke = Stroke::solid(stage.px(1.1), look.color);
    if look.open {
        surface.segments(points, stroke.dashed(stage.px(2.5)));
        surface.segments(more, stroke);
    } else {
        surface.segments(points, stroke);
        surface.triangles(more, look.color);
    }
}

/// The shafts and the heads of all arrows.
fn collect(
    stage: &Stage,
    slice: &Slice,
    usual: f32,
    look: Look,
    shafts: &mut Vec<f32>,
    heads: &mut Vec<f32>,
) {
    let room = slice.cell() * look.every as f32 * stage.view.scale() * REACH;
    let (side, middle) = (slice.grid.side, look.every / 2);
    let places = (middle..side).step_by(look.every);
    for index in places
        .clone()
        .flat_map(|row| places.clone().map(move |column| row * side + column))
    {
        let [u, v] = slice.vector(index);
        let speed = (u * u + v * v).sqrt();
        let length = room * speed / (speed + usual);
        let at = stage.pixel(slice.centre(index)).filter(|_| length > LEAST);
        if let Some(at) = at {
            let arrow = Arrow {
                at,
                way: [u / speed, -v / speed],
                length,
                head: HEAD.map(|size| stage.px(size).min(0.5 * length)),
            };
            arrow.add(look.open, shafts, heads);
        }
    }
}

/// An arrow in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Arrow {
    /// Its middle.
    pub at: [f32; 2],
    /// Its direction, of length 1.
    pub way: [f32; 2],
    pub length: f32,
    /// Length and half-width of the head.
    pub head: [f32; 2],
}

impl Arrow {
    /// An arrow from pixel to pixel; `None` where it would be too short to point anywhere.
    pub(crate) fn between(from: [f32; 2], to: [f32; 2], head: [f32; 2]) -> Option<Self> {
        let way = [to[0] - from[0], to[1] - from[1]];
        let length = (way[0] * way[0] + way[1] * way[1]).sqrt();
        (length > LEAST).then(|| Self {
            at: [0, 1].map(|i| 0.5 * (from[i] + to[i])),
            way: way.map(|x| x / length),
            length,
            head: head.map(|size| size.min(0.5 * length)),
        })
    }

    /// Adds the shaft as a segment, and the head as a triangle or, if open, as two segments.
    pub(crate) fn add(&self, open: bool, shafts: &mut Vec<f32>, heads: &mut Vec<f32>) {
        let Self {
            at, way, length, ..
        } = self;
        let along = |distance: f32, aside: f32| {
            [
                at[0] + way[0] * distance - way[1] * aside,
                at[1] + way[1] * distance + way[0] * aside,
            ]
        };
        let [head, wing] = self.head;
        let (tip, neck) = (0.5 * length, 0.5 * length - head);
        shafts.extend(along(-0.5 * length, 0.0));
        shafts.extend(along(if open { tip } else { neck }, 0.0));
        heads.extend(along(tip, 0.0));
        heads.extend(along(neck, wing));
        if open {
            heads.extend(along(tip, 0.0));
        }
        heads.extend(along(neck, -wing));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARROW: Arrow = Arrow {
        at: [10.0, 10.0],
        way: [1.0, 0.0],
        length: 8.0,
        head: [3.0, 1.0],
    };

    #[test]
    fn an_arrow_points_the_way_it_should() {
        let (mut shafts, mut heads) = (Vec::new(), Vec::new());
        ARROW.add(false, &mut shafts, &mut heads);
        assert_eq!(shafts, [6.0, 10.0, 11.0, 10.0]);
        assert_eq!(heads, [14.0, 10.0, 11.0, 11.0, 11.0, 9.0]);
    }

    #[test]
    fn an_open_head_is_two_lines_from_the_tip() {
        let (mut shafts, mut heads) = (Vec::new(), Vec::new());
        ARROW.add(true, &mut shafts, &mut heads);
        assert_eq!(shafts, [6.0, 10.0, 14.0, 10.0]);
        assert_eq!(heads, [14.0, 10.0, 11.0, 11.0, 14.0, 10.0, 11.0, 9.0]);
    }

    #[test]
    fn an_arrow_ends_where_it_should() {
        let arrow = Arrow::between([0.0, 0.0], [0.0, 10.0], [3.0, 1.0]).unwrap();
        assert_eq!(
            (arrow.at, arrow.way, arrow.length),
            ([0.0, 5.0], [0.0, 1.0], 10.0)
        );
        assert!(Arrow::between([1.0, 1.0], [1.0, 1.5], [3.0, 1.0]).is_none());
    }
}
