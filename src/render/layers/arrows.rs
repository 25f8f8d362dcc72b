//! The velocity on a grid. An arrow's length grows with the speed but never beyond its cell, and
//! the scale is the same at all times, so arrows can be compared and the picture stays calm.

use crate::app::state::Grid;
use crate::render::frames::Bracket;
use crate::render::scene::{Scratch, Stage};
use crate::render::surface::{Stroke, Surface};

/// Longest arrow, as a share of the cell.
const REACH: f32 = 0.95;
/// Length and half-width of the head in pixels.
const HEAD: [f32; 2] = [5.0, 2.4];
/// Arrows shorter than this many pixels are not drawn: they point nowhere.
const LEAST: f32 = 1.0;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(grid) = stage.lane.arrows.as_ref().filter(|grid| is_sound(grid)) else {
        return;
    };
    let Scratch { points, more, .. } = scratch;
    points.clear();
    more.clear();
    collect(stage, grid, points, more);
    let color = stage.theme.ink.alpha(0.62);
    surface.segments(points, Stroke::solid(stage.px(1.1), color));
    surface.triangles(more, color);
}

/// Whether the grid holds as many velocities as it says.
fn is_sound(grid: &Grid) -> bool {
    let cells = grid.side * grid.side * grid.times.len();
    grid.channels == 2 && cells > 0 && grid.values.len() == 2 * cells
}

fn collect(stage: &Stage, grid: &Grid, shafts: &mut Vec<f32>, heads: &mut Vec<f32>) {
    let Some(bracket) = Bracket::of(&grid.times, stage.t) else {
        return;
    };
    let cell = 2.0 * grid.extent as f32 / grid.side as f32;
    let (room, usual) = (cell * stage.view.scale() * REACH, usual_speed(grid));
    for index in 0..grid.side * grid.side {
        let [u, v] = velocity(grid, bracket, index);
        let speed = (u * u + v * v).sqrt();
        let length = room * speed / (speed + usual);
        if let Some(at) = stage
            .pixel(centre(grid, cell, index))
            .filter(|_| length > LEAST)
        {
            let head = HEAD.map(|size| stage.px(size).min(0.5 * length));
            arrow(at, [u / speed, -v / speed], length, head, shafts, heads);
        }
    }
}

/// The mean speed over the whole grid and all times.
fn usual_speed(grid: &Grid) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for velocity in grid.values.chunks_exact(2) {
        let speed = (velocity[0] * velocity[0] + velocity[1] * velocity[1]).sqrt();
        if speed.is_finite() {
            sum += speed;
            count += 1.0;
        }
    }
    // A grid without any motion has no arrows, whatever the scale.
    if sum > 0.0 { sum / count } else { 1.0 }
}

fn velocity(grid: &Grid, bracket: Bracket, index: usize) -> [f32; 2] {
    let frame = 2 * grid.side * grid.side;
    let value = |time: usize, axis: usize| grid.values[time * frame + 2 * index + axis];
    [0, 1].map(|axis| bracket.blend(value(bracket.low, axis), value(bracket.high, axis)))
}

/// The middle of a cell in the plane; rows from the top.
fn centre(grid: &Grid, cell: f32, index: usize) -> [f32; 2] {
    let (row, column) = (index / grid.side, index % grid.side);
    let extent = grid.extent as f32;
    [
        (column as f32 + 0.5) * cell - extent,
        extent - (row as f32 + 0.5) * cell,
    ]
}

/// An arrow centred at a pixel: its shaft and its head.
fn arrow(
    at: [f32; 2],
    way: [f32; 2],
    length: f32,
    [head, wing]: [f32; 2],
    shafts: &mut Vec<f32>,
    heads: &mut Vec<f32>,
) {
    let along = |distance: f32, aside: f32| {
        [
            at[0] + way[0] * distance - way[1] * aside,
            at[1] + way[1] * distance + way[0] * aside,
        ]
    };
    let neck = 0.5 * length - head;
    shafts.extend(along(-0.5 * length, 0.0));
    shafts.extend(along(neck, 0.0));
    heads.extend(along(0.5 * length, 0.0));
    heads.extend(along(neck, wing));
    heads.extend(along(neck, -wing));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_points_the_way_it_should() {
        let (mut shafts, mut heads) = (Vec::new(), Vec::new());
        arrow(
            [10.0, 10.0],
            [1.0, 0.0],
            8.0,
            [3.0, 1.0],
            &mut shafts,
            &mut heads,
        );
        assert_eq!(shafts, [6.0, 10.0, 11.0, 10.0]);
        assert_eq!(heads, [14.0, 10.0, 11.0, 11.0, 11.0, 9.0]);
    }

    #[test]
    fn the_first_cell_is_at_the_top_left() {
        let grid = Grid {
            side: 4,
            extent: 2.0,
            channels: 2,
            times: vec![0.0],
            values: vec![0.0; 32],
        };
        assert_eq!(centre(&grid, 1.0, 0), [-1.5, 1.5]);
        assert_eq!(centre(&grid, 1.0, 15), [1.5, -1.5]);
    }
}
