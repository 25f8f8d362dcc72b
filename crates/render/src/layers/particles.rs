//! All particles of the ensemble where they are at `t`, coloured by the direction they started in:
//! so one sees which part of the source becomes which part of the target. Where they have labels,
//! these decide instead.

use super::classes;
use crate::frames::Paths;
use crate::palette::HUES;
use crate::scene::{Scratch, Stage};
use raster::surface::Surface;

/// Radius in pixels of one of [`ORDINARY`] particles.
const RADIUS: f32 = 2.0;
const ORDINARY: f32 = 2000.0;
/// Each colour is drawn in so many turns, or the last one would seem to win wherever they crowd.
const TURNS: usize = 4;

pub(super) fn draw(stage: &Stage, scratch: &mut Scratch, surface: &mut dyn Surface) {
    let Some(paths) = stage.lane.ensemble.as_ref().and_then(Paths::of) else {
        return;
    };
    let radius = stage.px(RADIUS * crowding(paths.count));
    if let Some(labels) = classes::labels(stage.lane.views.labels.as_ref(), &paths) {
        return classes::draw(stage, (&paths, labels), 1.3 * radius, scratch, surface);
    }
    for turn in 0..TURNS {
        sort(stage, &paths, turn, &mut scratch.hues);
        for (centres, hue) in scratch.hues.iter().zip(&stage.theme.hues) {
            surface.discs(centres, radius, hue.alpha(0.9));
        }
    }
}

/// How much smaller many particles are than an ordinary number of them.
fn crowding(count: usize) -> f32 {
    (ORDINARY / count as f32).sqrt().sqrt().clamp(0.4, 1.6)
}

/// Puts the pixels of every so many-th particle to its colour.
fn sort(stage: &Stage, paths: &Paths, turn: usize, hues: &mut [Vec<f32>; HUES]) {
    hues.iter_mut().for_each(Vec::clear);
    let bracket = paths.bracket(stage.t);
    let frames = [0, bracket.low, bracket.high].map(|frame| paths.frame(frame).as_chunks::<2>().0);
    let particles = frames[0].iter().zip(frames[1]).zip(frames[2]);
    for ((&start, low), high) in particles.skip(turn).step_by(TURNS) {
        let at = [0, 1].map(|axis| bracket.blend(low[axis], high[axis]));
        if let Some(pixel) = stage.pixel(at) {
            hues[hue(start)].extend(pixel);
        }
    }
}

/// Which of the eight directions, anticlockwise from the right, a point lies in.
pub(super) fn hue([x, y]: [f32; 2]) -> usize {
    /// tan(pi / 8): half an eighth of a turn.
    const EDGE: f32 = 0.414_213_57;
    let (wide, tall) = (x.abs(), y.abs());
    if tall <= wide * EDGE {
        if x >= 0.0 { 0 } else { 4 }
    } else if wide <= tall * EDGE {
        if y >= 0.0 { 2 } else { 6 }
    } else {
        match (x >= 0.0, y >= 0.0) {
            (true, true) => 1,
            (false, true) => 3,
            (false, false) => 5,
            (true, false) => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_counted_anticlockwise() {
        for k in 0..HUES {
            for off in [-0.38, 0.0, 0.38f32] {
                let angle = k as f32 * std::f32::consts::FRAC_PI_4 + off;
                assert_eq!(hue([5.0 * angle.cos(), 5.0 * angle.sin()]), k);
            }
        }
    }
}
