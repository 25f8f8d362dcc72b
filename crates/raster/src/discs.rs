//! Discs, thousands of which may be of one radius: how much of each pixel a disc covers is computed
//! once for its radius, at a few positions within a pixel, and then stamped.

use super::Bounds;
use super::ink::Ink;

/// Positions within a pixel, along each axis, that a disc's centre is rounded to.
const PHASES: usize = 4;
/// Points along each axis of a pixel at which a disc's coverage is sampled.
const SAMPLES: usize = 8;
/// Radii that are remembered: a stage has discs of a few.
const RADII: usize = 16;

/// The stamps of all radii that are in use.
#[derive(Debug, Default)]
pub(crate) struct Stamps {
    known: Vec<Stamp>,
}

impl Stamps {
    /// The stamp of a radius in pixels.
    pub(crate) fn of(&mut self, radius: f32) -> &Stamp {
        let found = self.known.iter().position(|stamp| stamp.radius == radius);
        let place = found.unwrap_or_else(|| {
            // Another view has other radii, all of them.
            if self.known.len() == RADII {
                self.known.clear();
            }
            self.known.push(Stamp::new(radius));
            self.known.len() - 1
        });
        &self.known[place]
    }
}

/// A disc of one radius at every phase.
#[derive(Debug)]
pub(crate) struct Stamp {
    radius: f32,
    side: usize,
    /// One square of coverages, 0 to 255, for each phase in y, then in x.
    coverage: Vec<u8>,
    /// The columns of each row of each square that are covered at all.
    columns: Vec<(u32, u32)>,
}

impl Stamp {
    fn new(radius: f32) -> Self {
        let side = 2 * (radius.ceil() as usize) + 2;
        let mut coverage = Vec::with_capacity(PHASES * PHASES * side * side);
        for phase in 0..PHASES * PHASES {
            let place = |phase: usize| (phase as f32 + 0.5) / PHASES as f32 + (side / 2 - 1) as f32;
            let centre = [place(phase % PHASES), place(phase / PHASES)];
            for pixel in 0..side * side {
                coverage.push(covered([pixel % side, pixel / side], centre, radius));
            }
        }
        let covered = |row: &[u8]| {
            let first = row.iter().position(|&cover| cover > 0);
            let last = row.iter().rposition(|&cover| cover > 0);
            (
                first.unwrap_or(0) as u32,
                last.map_or(0, |last| last as u32 + 1),
            )
        };
        Self {
            radius,
            side,
            columns: coverage.chunks_exact(side).map(covered).collect(),
            coverage,
        }
    }

    /// Lays a disc around a point in pixels, `stride` of which make a row.
    pub(crate) fn lay(
        &self,
        [x, y]: [f32; 2],
        ink: Ink,
        pixels: &mut [u32],
        stride: usize,
        clip: Bounds,
    ) {
        let reach = (self.side / 2 - 1) as f32;
        let phase = |at: f32| (((at - at.floor()) * PHASES as f32) as usize).min(PHASES - 1);
        let first = (phase(y) * PHASES + phase(x)) * self.side;
        // Far outside, and for what is not a number, the conversions saturate and nothing is left.
        let (left, top) = ((x.floor() - reach) as i32, (y.floor() - reach) as i32);
        let inside = |start: i32, (first, end): (usize, usize)| {
            let within = |at: usize| (at as i32).saturating_sub(start).clamp(0, self.side as i32);
            (within(first) as usize, within(end) as usize)
        };
        let (columns, rows) = (inside(left, clip.x), inside(top, clip.y));
        for row in rows.0..rows.1 {
            let (from, to) = self.columns[first + row];
            let (from, to) = (columns.0.max(from as usize), columns.1.min(to as usize));
            if from >= to {
                continue;
            }
            let start = (top + row as i32) as usize * stride;
            let place = |column: usize| start + (left + column as i32) as usize;
            let covers = &self.coverage[(first + row) * self.side..][from..to];
            for (pixel, &cover) in pixels[place(from)..place(to)].iter_mut().zip(covers) {
                *pixel = ink.over(*pixel, cover);
            }
        }
    }
}

/// How much of a pixel a disc covers, 0 to 255.
fn covered(pixel: [usize; 2], centre: [f32; 2], radius: f32) -> u8 {
    let mut inside = 0;
    for sample in 0..SAMPLES * SAMPLES {
        let at = |i: usize| (i as f32 + 0.5) / SAMPLES as f32;
        let dx = pixel[0] as f32 + at(sample % SAMPLES) - centre[0];
        let dy = pixel[1] as f32 + at(sample / SAMPLES) - centre[1];
        inside += usize::from(dx * dx + dy * dy <= radius * radius);
    }
    (inside * 255 / (SAMPLES * SAMPLES)) as u8
}
