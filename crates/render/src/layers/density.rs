//! The density of `X_t` as a heat map.
//!
//! A density `p` is shown at `p / (p + r)` of the ramp, where `r` belongs to the lane and not to
//! `t`: equal colours mean equal densities at all times, and no peak, however sharp, uses up the
//! ramp. For `r` serves the mean density that a point meets, `integral p^2`, averaged over the
//! beginning, the middle and the end of the flow.

use super::heat;
use super::kernel;
use super::lattice::{Slice, frame, geometric_mean};
use crate::frames::{Identity, Paths};
use crate::scene::{Scratch, Stage};
use app::settings::DensityKind;
use app::state::LaneState;
use app::state::views::Grid;
use protocol::Ensemble;
use raster::surface::Surface;

/// The share of `integral p^2` that is shown at the middle of the ramp.
const MIDDLE: f32 = 0.6;
/// How far from its times the likelihood is still shown: it may have been computed for the end only.
const NEAR: f64 = 0.02;

/// The density that is shown of the kind that is asked for: a kernel estimate stands in for what is
/// not known.
pub(crate) fn shown(lane: &LaneState, wanted: DensityKind, t: f64) -> DensityKind {
    let near = |grid: &Grid| {
        let (first, last) = (grid.times.first(), grid.times.last());
        first.is_some_and(|first| t > first - NEAR) && last.is_some_and(|last| t < last + NEAR)
    };
    let known = match wanted {
        DensityKind::Exact => Slice::of(lane.density.as_ref(), 1, t).is_some(),
        DensityKind::Learned => {
            Slice::of(lane.views.learned.as_ref(), 1, t).is_some_and(|s| near(s.grid))
        }
        DensityKind::Kernel => false,
    };
    if known { wanted } else { DensityKind::Kernel }
}

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let (lane, t) = (stage.lane, stage.t);
    match shown(lane, stage.settings.density, t) {
        DensityKind::Exact => {
            if let Some(slice) = Slice::of(lane.density.as_ref(), 1, t) {
                let typical = |time| grid_typical(frame(slice.grid, time).iter().copied());
                known(stage, slice, slice.values(), typical, scratch, surface);
            }
        }
        DensityKind::Learned => {
            if let Some(slice) = Slice::of(lane.views.learned.as_ref(), 1, t) {
                let densities = |time| frame(slice.grid, time).iter().map(|&p| libm::expf(p));
                let typical = |time| grid_typical(densities(time));
                known(stage, slice, slice.densities(), typical, scratch, surface);
            }
        }
        DensityKind::Kernel => estimated(stage, scratch, surface),
    }
}

/// A density that is known on a grid.
fn known(
    stage: &Stage,
    slice: Slice,
    densities: impl Iterator<Item = f32>,
    typical: impl Fn(usize) -> f32,
    scratch: &mut Scratch,
    surface: &mut dyn Surface,
) {
    let typical = landmarks(slice.grid.times.len()).map(typical);
    let place = (slice.grid.side, slice.grid.extent);
    map(
        stage,
        place,
        densities,
        typical,
        &mut scratch.pixels,
        surface,
    );
}

fn estimated(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(ensemble) = &stage.lane.ensemble else {
        return;
    };
    let Some(paths) = Paths::of(ensemble) else {
        return;
    };
    let Scratch {
        cells,
        spare,
        pixels,
        landmarks,
        ..
    } = scratch;
    let extent = stage.view.extent as f32;
    let known = &mut landmarks[stage.id];
    let typical = Landmarks::of(known, ensemble, &paths, extent, cells);
    let bracket = paths.bracket(stage.t);
    let points = (0..paths.count).map(|particle| paths.between(bracket, particle));
    kernel::estimate(points, extent, cells, spare);
    let (place, cells) = ((kernel::SIDE, stage.view.extent), cells.iter().copied());
    map(stage, place, cells, typical, pixels, surface);
}

/// The densities that the points of an ensemble meet at the landmarks: they last as long as it does.
#[derive(Debug)]
pub(crate) struct Landmarks {
    of: (Identity, f32),
    typical: [f32; 3],
}

impl Landmarks {
    fn of(
        known: &mut Option<Self>,
        ensemble: &Ensemble,
        paths: &Paths,
        extent: f32,
        cells: &mut Vec<f32>,
    ) -> [f32; 3] {
        let of = (Identity::of(ensemble), extent);
        if let Some(known) = known.as_ref().filter(|known| known.of == of) {
            return known.typical;
        }
        let typical = landmarks(paths.times.len()).map(|time| {
            let points = (0..paths.count).map(|particle| paths.place(time, particle));
            kernel::typical(points, extent, cells)
        });
        *known = Some(Self { of, typical });
        typical
    }
}

/// The frames that decide about the scale.
fn landmarks(times: usize) -> [usize; 3] {
    [0, times / 2, times - 1]
}

/// `integral p^2 / integral p` of a density on a grid.
fn grid_typical(cells: impl Iterator<Item = f32>) -> f32 {
    let (mut sum, mut square) = (0.0, 0.0);
    for p in cells.filter(|p| p.is_finite()) {
        sum += p;
        square += p * p;
    }
    square / sum
}

/// Draws densities; `typical` are those that points meet at the landmarks.
fn map(
    stage: &Stage,
    place: (usize, f64),
    densities: impl Iterator<Item = f32>,
    typical: [f32; 3],
    pixels: &mut Vec<u8>,
    surface: &mut dyn Surface,
) {
    let reference = MIDDLE * geometric_mean(typical.into_iter()).unwrap_or(1.0);
    let range = stage.density_range();
    let shades = heat::shades(|share| stage.theme.density(range * share));
    let cells = densities.map(|density| heat::shade(share(density, reference)));
    heat::paint(stage, place, cells, &shades, pixels, surface);
}

/// The share of the ramp at which a density is shown; what is not a number counts as nothing.
fn share(density: f32, reference: f32) -> f32 {
    if density > 0.0 {
        let density = density.min(f32::MAX);
        density / (density + reference)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_grow_with_the_density_and_never_run_out() {
        assert_eq!([f32::NAN, -1.0, 0.0].map(|p| share(p, 0.02)), [0.0; 3]);
        assert_eq!(share(0.02, 0.02), 0.5);
        assert!(share(0.2, 0.02) < share(2.0, 0.02));
        assert_eq!(share(f32::INFINITY, 0.02), 1.0);
    }

    #[test]
    fn the_scale_is_that_of_a_uniform_density() {
        assert_eq!(grid_typical([0.0, 0.25, 0.25, 0.0].into_iter()), 0.25);
        let mean = |values: [f32; 3]| geometric_mean(values.into_iter()).unwrap();
        assert!((mean([1.0, 4.0, 2.0]) - 2.0).abs() < 1e-6);
        assert!((mean([f32::NAN, 0.0, 9.0]) - 9.0).abs() < 1e-5);
    }
}
