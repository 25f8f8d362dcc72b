//! Three pictures of a field: how far the learned one is from the exact one, how fast it is, and its
//! divergence.
//!
//! Both scales are linear and belong to the lane, not to `t`: a round number of about twice the
//! usual size. What is beyond it has the last colour. Sign is never told by colour alone: small
//! plus and minus signs stand where a divergence is large.

use super::heat;
use super::lattice::{Slice, usual_size};
use crate::scene::{Scratch, Stage};
use crate::ticks::round_step;
use app::state::views::Grid;
use raster::color::Color;
use raster::surface::{Stroke, Surface};

/// Signs along a side, half their width in pixels, and from which share of the scale they stand.
const SIGNS: usize = 17;
const SIGN: f32 = 3.0;
const LARGE: f32 = 0.25;

/// The end of the scale on which a grid of `channels` is drawn.
pub(crate) fn scale(grid: &Grid, channels: usize) -> Option<f32> {
    let usual = f64::from(usual_size(grid, channels)?);
    Some(round_step(2.0 * usual) as f32).filter(|scale| scale.is_finite() && *scale > 0.0)
}

/// `|v - u|`.
pub(super) fn error(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let color = |share: f32| stage.theme.error(share);
    length(
        stage,
        stage.lane.views.error.as_ref(),
        color,
        scratch,
        surface,
    );
}

/// `|v|`.
pub(super) fn magnitude(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let color = |share: f32| stage.theme.density(share);
    length(stage, stage.lane.arrows.as_ref(), color, scratch, surface);
}

/// The length of a vector as a colour, which has one for each share of the scale.
fn length(
    stage: &Stage,
    grid: Option<&Grid>,
    color: impl Fn(f32) -> Color,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let slice = Slice::of(grid, 2, stage.t);
    let Some((slice, scale)) = slice.and_then(|s| Some((s, scale(s.grid, 2)?))) else {
        return;
    };
    let range = stage.density_range();
    let shades = heat::shades(|share| color(range * share));
    let cells = (0..slice.cells()).map(|index| {
        let [x, y] = slice.vector(index);
        heat::shade((x * x + y * y).sqrt() / scale)
    });
    let place = (slice.grid.side, slice.grid.extent);
    heat::paint(stage, place, cells, &shades, &mut scratch.pixels, surface);
}

/// `div v`.
pub(super) fn divergence(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let slice = Slice::of(stage.lane.views.divergence.as_ref(), 1, stage.t);
    let Some((slice, scale)) = slice.and_then(|s| Some((s, scale(s.grid, 1)?))) else {
        return;
    };
    let range = stage.density_range();
    let shades = heat::shades(|share| stage.theme.signed(range * (2.0 * share - 1.0)));
    let place = (slice.grid.side, slice.grid.extent);
    let Scratch { cells, pixels, .. } = scratch;
    cells.clear();
    // Where a divergence is not a number none is shown.
    let number = |value: f32| if value.is_nan() { 0.0 } else { value / scale };
    cells.extend(slice.values().map(number));
    let shaded = cells.iter().map(|share| heat::shade(0.5 + 0.5 * share));
    heat::paint(stage, place, shaded, &shades, pixels, surface);
    signs(stage, &slice, scratch, surface);
}

/// A plus where mass spreads, a minus where it gathers.
fn signs(stage: &Stage, slice: &Slice, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Scratch { cells, points, .. } = scratch;
    points.clear();
    let (side, arm) = (slice.grid.side, stage.px(SIGN));
    let every = side.div_ceil(SIGNS);
    for index in (0..cells.len()).filter(|i| chosen(*i, side, every)) {
        let share = cells[index];
        let Some([x, y]) = stage
            .pixel(slice.centre(index))
            .filter(|_| share.abs() > LARGE)
        else {
            continue;
        };
        points.extend([x - arm, y, x + arm, y]);
        if share > 0.0 {
            points.extend([x, y - arm, x, y + arm]);
        }
    }
    let stroke = Stroke::solid(stage.px(1.2), stage.theme.ink.alpha(0.75));
    surface.segments(points, stroke);
}

/// Whether a cell is in the middle of a block of `every * every` cells.
fn chosen(index: usize, side: usize, every: usize) -> bool {
    let middle = |i: usize| i % every == every / 2;
    middle(index / side) && middle(index % side)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_a_round_number_about_twice_the_usual() {
        let grid = Grid {
            side: 1,
            extent: 1.0,
            channels: 1,
            times: vec![0.0],
            values: vec![-2.0],
        };
        assert_eq!(scale(&grid, 1), Some(5.0));
        assert_eq!(scale(&grid, 2), None);
        let still = Grid {
            values: vec![0.0],
            ..grid
        };
        assert_eq!(scale(&still, 1), None);
    }
}
