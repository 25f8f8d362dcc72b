//! Pictures stretched over many more pixels than they have, with colours between those of their
//! pixels (bilinear).

use std::ops::Range;

use super::Bounds;
use super::ink::{mix, mix_four};
use crate::surface::Image;

/// Two neighbouring rows of a picture, stretched to the width they are shown at.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    upper: Vec<u32>,
    lower: Vec<u32>,
    /// Where they differ: from the first such pixel to behind the last.
    differing: Range<usize>,
    /// What each column of the screen shows of a row.
    columns: Vec<Place>,
}

/// A place between two neighbouring pixels.
#[derive(Clone, Copy, Debug)]
struct Place {
    low: u32,
    high: u32,
    /// How near it is to the latter, in 1 / 256.
    share: u32,
}

/// Pixels of the screen along an axis, and the pixels of the picture they show.
#[derive(Clone, Copy, Debug)]
struct Axis {
    /// Where the picture begins, and how many of its pixels there are to one of the screen.
    start: f32,
    step: f32,
    /// Pixels of the picture.
    count: usize,
}

impl Axis {
    /// What a pixel of the screen shows, by its middle.
    fn at(self, pixel: usize) -> Place {
        let last = self.count - 1;
        let place = (pixel as f32 + 0.5 - self.start) * self.step - 0.5;
        let place = place.clamp(0.0, last as f32);
        let low = place as usize;
        Place {
            low: low as u32,
            high: (low + 1).min(last) as u32,
            share: ((place - low as f32) * 256.0) as u32,
        }
    }
}

impl Stretch {
    /// Lays a picture over a place, `[x, y, width, height]` in pixels.
    pub(crate) fn lay(
        &mut self,
        image: &Image<'_>,
        [x, y, width, height]: [f32; 4],
        pixels: &mut [u32],
        stride: usize,
        clip: Bounds,
    ) {
        let source = image.rgba.as_chunks::<4>().0;
        if source.is_empty() || source.len() != image.width * image.height {
            return;
        }
        let axis = |start, length: f32, count: usize| Axis {
            start,
            step: count as f32 / length,
            count,
        };
        let (across, down) = (axis(x, width, image.width), axis(y, height, image.height));
        let columns = Bounds::within(clip.x, x, x + width);
        let rows = Bounds::within(clip.y, y, y + height);
        self.columns.clear();
        self.columns
            .extend((columns.0..columns.1).map(|column| across.at(column)));
        let mut known = None;
        for row in rows.0..rows.1 {
            let Place { low, high, share } = down.at(row);
            if known != Some(low) {
                let line = |row: u32| &source[row as usize * image.width..][..image.width];
                // Going down, the lower row of before is mostly the upper one of now.
                match known {
                    Some(before) if before + 1 == low => {
                        std::mem::swap(&mut self.upper, &mut self.lower);
                    }
                    _ => stretch(line(low), &self.columns, &mut self.upper),
                }
                stretch(line(high), &self.columns, &mut self.lower);
                self.differing = differing(&self.upper, &self.lower);
                known = Some(low);
            }
            let out = &mut pixels[row * stride + columns.0..row * stride + columns.1];
            // Around what a map shows it is of one colour.
            out.copy_from_slice(&self.upper);
            let part = self.differing.clone();
            let (upper, lower) = (&self.upper[part.clone()], &self.lower[part.clone()]);
            blend(&mut out[part], upper, lower, share);
        }
    }
}

/// Stretches a row of a picture.
fn stretch(source: &[[u8; 4]], columns: &[Place], out: &mut Vec<u32>) {
    out.resize(columns.len(), 0);
    for (out, place) in out.iter_mut().zip(columns) {
        let pixel = |at: u32| u32::from_le_bytes(source[at as usize]);
        *out = mix(pixel(place.low), pixel(place.high), place.share);
    }
}

/// From the first place where two rows differ to behind the last.
fn differing(upper: &[u32], lower: &[u32]) -> Range<usize> {
    let pairs = || upper.iter().zip(lower);
    let first = pairs().position(|(a, b)| a != b).unwrap_or(upper.len());
    let last = pairs().rposition(|(a, b)| a != b);
    first..last.map_or(first, |last| last + 1)
}

/// The row a share of the way between two others.
fn blend(out: &mut [u32], upper: &[u32], lower: &[u32], share: u32) {
    let (out, rest) = out.as_chunks_mut::<4>();
    let (upper, upper_rest) = upper.as_chunks::<4>();
    let (lower, lower_rest) = lower.as_chunks::<4>();
    for ((out, upper), lower) in out.iter_mut().zip(upper).zip(lower) {
        *out = mix_four(*upper, *lower, share);
    }
    for ((out, &upper), &lower) in rest.iter_mut().zip(upper_rest).zip(lower_rest) {
        *out = mix(upper, lower, share);
    }
}
