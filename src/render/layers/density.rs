//! The density of `X_t` as a heat map.
//!
//! A density `p` is shown at `p / (p + r)` of the ramp, where `r` belongs to the lane and not to
//! `t`: equal colours mean equal densities at all times, and no peak, however sharp, uses up the
//! ramp. For `r` serves the mean density that a point meets, `integral p^2`, averaged over the
//! beginning, the middle and the end of the flow.

use super::kernel;
use crate::app::settings::DensityKind;
use crate::app::state::Grid;
use crate::render::frames::{Bracket, Paths};
use crate::render::scene::{Scratch, Stage};
use crate::render::surface::{Image, Surface};

/// The share of `integral p^2` that is shown at the middle of the ramp.
const MIDDLE: f32 = 0.6;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let grid = stage.lane.density.as_ref().filter(|grid| is_sound(grid));
    match (stage.settings.density, grid) {
        (DensityKind::Exact, Some(grid)) => exact(stage, grid, scratch, surface),
        _ => estimated(stage, scratch, surface),
    }
}

/// Whether the grid holds as many values as it says.
fn is_sound(grid: &Grid) -> bool {
    let cells = grid.side * grid.side * grid.times.len();
    grid.channels == 1 && cells > 0 && grid.values.len() == cells
}

fn exact(stage: &Stage, grid: &Grid, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(bracket) = Bracket::of(&grid.times, stage.t) else {
        return;
    };
    let (low, high) = (frame(grid, bracket.low), frame(grid, bracket.high));
    let Scratch { cells, pixels, .. } = scratch;
    cells.clear();
    cells.extend(low.iter().zip(high).map(|(&a, &b)| bracket.blend(a, b)));
    let typical = landmarks(grid.times.len()).map(|time| grid_typical(frame(grid, time)));
    let map = HeatMap {
        cells,
        side: grid.side,
        extent: grid.extent,
        reference: MIDDLE * geometric_mean(typical),
    };
    map.draw(stage, pixels, surface);
}

fn estimated(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(paths) = stage.lane.ensemble.as_ref().and_then(Paths::of) else {
        return;
    };
    let Scratch {
        cells,
        spare,
        pixels,
        ..
    } = scratch;
    let extent = stage.view.extent as f32;
    let typical = landmarks(paths.times.len()).map(|time| {
        let points = (0..paths.count).map(|particle| paths.place(time, particle));
        kernel::typical(points, extent, cells)
    });
    let bracket = paths.bracket(stage.t);
    let points = (0..paths.count).map(|particle| paths.between(bracket, particle));
    kernel::estimate(points, extent, cells, spare);
    let map = HeatMap {
        cells,
        side: kernel::SIDE,
        extent: stage.view.extent,
        reference: MIDDLE * geometric_mean(typical),
    };
    map.draw(stage, pixels, surface);
}

fn frame(grid: &Grid, time: usize) -> &[f32] {
    let cells = grid.side * grid.side;
    &grid.values[time * cells..(time + 1) * cells]
}

/// The frames that decide about the scale.
fn landmarks(times: usize) -> [usize; 3] {
    [0, times / 2, times - 1]
}

/// `integral p^2 / integral p` of a density on a grid.
fn grid_typical(cells: &[f32]) -> f32 {
    let (mut sum, mut square) = (0.0, 0.0);
    for &p in cells.iter().filter(|p| p.is_finite()) {
        sum += p;
        square += p * p;
    }
    square / sum
}

/// The geometric mean of those values that are positive numbers.
fn geometric_mean(values: [f32; 3]) -> f32 {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.into_iter().filter(|v| v.is_finite() && *v > 0.0) {
        sum += libm::logf(value);
        count += 1.0;
    }
    libm::expf(sum / f32::max(count, 1.0))
}

struct HeatMap<'a> {
    cells: &'a [f32],
    side: usize,
    extent: f64,
    /// The density at the middle of the ramp.
    reference: f32,
}

/// Shades of the heat map: more than an eye tells apart.
const SHADES: usize = 256;

impl HeatMap<'_> {
    fn draw(&self, stage: &Stage, pixels: &mut Vec<u8>, surface: &mut dyn Surface) {
        let shades = shades(stage);
        pixels.clear();
        for &density in self.cells {
            pixels.extend(shades[self.shade(density)]);
        }
        let image = Image {
            rgba: pixels,
            width: self.side,
            height: self.side,
            smooth: true,
        };
        surface.image(image, stage.view.square(self.extent));
    }

    /// Which shade a density has; what is not a number counts as nothing.
    fn shade(&self, density: f32) -> usize {
        if density > 0.0 {
            let density = density.min(f32::MAX);
            let share = density / (density + self.reference);
            ((share * SHADES as f32) as usize).min(SHADES - 1)
        } else {
            0
        }
    }
}

/// The pixels of all shades.
fn shades(stage: &Stage) -> [[u8; 4]; SHADES] {
    let range = stage.density_range() / (SHADES - 1) as f32;
    std::array::from_fn(|shade| {
        let color = stage.theme.density(range * shade as f32);
        [color.r, color.g, color.b, 255]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_grow_with_the_density_and_never_run_out() {
        let map = HeatMap {
            cells: &[],
            side: 0,
            extent: 1.0,
            reference: 0.02,
        };
        assert_eq!([f32::NAN, -1.0, 0.0].map(|p| map.shade(p)), [0; 3]);
        assert_eq!(map.shade(0.02), SHADES / 2);
        assert!(map.shade(0.2) < map.shade(2.0));
        assert_eq!(map.shade(f32::INFINITY), SHADES - 1);
    }

    #[test]
    fn the_scale_is_that_of_a_uniform_density() {
        assert_eq!(grid_typical(&[0.0, 0.25, 0.25, 0.0]), 0.25);
        assert!((geometric_mean([1.0, 4.0, 2.0]) - 2.0).abs() < 1e-6);
        assert!((geometric_mean([f32::NAN, 0.0, 9.0]) - 9.0).abs() < 1e-5);
    }
}
