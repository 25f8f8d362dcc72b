//! Straight lines of any width, as coverages of pixels.
//!
//! What a line covers of a pixel is taken to depend on the distance of the pixel's middle from the
//! line alone, as if the pixel were turned to lie along it. For a line along an axis that is exact.

use super::Bounds;
use super::coverage::{Coverage, byte};
use crate::render::surface::Stroke;

/// Draws lines of one look.
pub struct Pen<'a> {
    coverage: &'a mut Coverage,
    clip: Bounds,
    scale: f32,
    /// Half the width, in pixels.
    half: f32,
    /// Length of dashes and gaps, in pixels.
    dash: Option<f32>,
}

impl<'a> Pen<'a> {
    pub fn new(coverage: &'a mut Coverage, clip: Bounds, scale: f32, stroke: Stroke) -> Self {
        Self {
            coverage,
            clip,
            scale,
            half: 0.5 * stroke.width * scale,
            dash: stroke
                .dash
                .map(|dash| dash * scale)
                .filter(|&dash| dash > 0.0),
        }
    }

    /// Draws a polyline through points (flat).
    pub fn line(&mut self, points: &[f32]) {
        let points = points.as_chunks::<2>().0;
        let last = points.len().saturating_sub(2);
        // Where a line comes back to its beginning, that is a corner like all others.
        let closed = points.len() > 2 && points.first() == points.last();
        let mut walked = 0.0;
        for i in 0..points.len().saturating_sub(1) {
            let [a, b] = [points[i], points[i + 1]].map(|p| p.map(|x| x * self.scale));
            let joined = [closed || i > 0, closed || i < last];
            let Some(stretch) = Piece::new(a, b, joined) else {
                continue;
            };
            match self.dash {
                None => self.cover(&stretch),
                Some(dash) => self.dashes(&stretch, dash, walked),
            }
            walked += stretch.length;
        }
    }

    /// The dashes of a piece of a line of which so much has been walked.
    fn dashes(&mut self, whole: &Piece, dash: f32, walked: f32) {
        let first = (walked / (2.0 * dash)).floor();
        let count = ((walked + whole.length) / (2.0 * dash)).floor() - first;
        // More dashes than pixels could be are none to be seen.
        for k in 0..=(count.min(whole.length) as u32) {
            let start = (first + k as f32) * 2.0 * dash - walked;
            if let Some(piece) = whole.part(start, start + dash) {
                self.cover(&piece);
            }
        }
    }

    /// Covers a piece, row by row.
    #[cfg_attr(small, optimize(speed))]
    fn cover(&mut self, piece: &Piece) {
        let reach = self.half + 0.5;
        let margin = reach + 0.5;
        let [ax, ay] = piece.from;
        let [ux, uy] = piece.along;
        let span = |axis: usize, all| {
            let (a, b) = (
                piece.from[axis],
                piece.from[axis] + piece.along[axis] * piece.length,
            );
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            Bounds::within(all, low - margin, high + margin)
        };
        let (columns, rows) = (span(0, self.clip.x), span(1, self.clip.y));
        // Endless for a line along the row: then a row is out of reach of it or within all along.
        let (slant, reach) = (1.0 / uy, reach.copysign(uy));
        // Away from the ends, and that is nearly everywhere, whole numbers do.
        let fixed = |x: f32| (x * f32::from(u16::MAX)) as i32;
        let (near, most) = (fixed(self.half + 0.5), fixed((2.0 * self.half).min(1.0)));
        let step = fixed(uy);
        let amid = |on: f32| on >= 0.5 && on <= piece.length - 0.5;
        for row in rows.0..rows.1 {
            let down = row as f32 + 0.5 - ay;
            let enters = ax + (down * ux - reach) * slant;
            let leaves = ax + (down * ux + reach) * slant;
            let within = Bounds::within(columns, enters, leaves);
            let right = within.0 as f32 + 0.5 - ax;
            let mut off = right * uy - down * ux;
            let mut on = right * ux + down * uy;
            if amid(on) && amid(on + (within.1 - within.0) as f32 * ux) {
                let mut off = fixed(off);
                self.coverage.unite(row, within, || {
                    let share = near - off.abs();
                    off += step;
                    (share.clamp(0, most) >> 8) as u8
                });
            } else {
                let half = self.half;
                self.coverage.unite(row, within, || {
                    let share = piece.share(half, off, on);
                    (off, on) = (off + uy, on + ux);
                    byte(share)
                });
            }
        }
    }
}

/// A straight piece of a line.
struct Piece {
    from: [f32; 2],
    /// Its direction, of length 1.
    along: [f32; 2],
    length: f32,
    /// Whether the line goes on at its ends.
    joined: [bool; 2],
}

impl Piece {
    /// `None` where both ends are one point.
    fn new(a: [f32; 2], b: [f32; 2], joined: [bool; 2]) -> Option<Self> {
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        let length = (dx * dx + dy * dy).sqrt();
        (length > 0.0 && length.is_finite()).then_some(Self {
            from: a,
            along: [dx / length, dy / length],
            length,
            joined,
        })
    }

    /// What lies between two distances from the beginning.
    fn part(&self, from: f32, to: f32) -> Option<Self> {
        let (start, end) = (from.max(0.0), to.min(self.length));
        (end > start).then_some(Self {
            from: [0, 1].map(|axis| self.from[axis] + start * self.along[axis]),
            along: self.along,
            length: end - start,
            joined: [
                from < 0.0 && self.joined[0],
                to > self.length && self.joined[1],
            ],
        })
    }

    /// What it covers, half a width to either side, of a pixel so far off it and so far on along it.
    fn share(&self, half: f32, off: f32, on: f32) -> f32 {
        // A joint is round, as if the line were drawn by a disc; an end is flat.
        let [start, end] = self.joined;
        let before = if start { (-on).max(0.0) } else { 0.0 };
        let after = if end {
            (on - self.length).max(0.0)
        } else {
            0.0
        };
        let from = if start { on - 0.5 } else { (on - 0.5).max(0.0) };
        let to = if end {
            on + 0.5
        } else {
            (on + 0.5).min(self.length)
        };
        let beyond = before + after;
        let distance = (off * off + beyond * beyond).sqrt();
        let across = (half + 0.5 - distance).clamp(0.0, (2.0 * half).min(1.0));
        (to - from).clamp(0.0, 1.0) * across
    }
}
