//! Straight lines of any width, as coverages of pixels.
//!
//! What a line covers of a pixel is taken to depend on the distance of the pixel's middle from the
//! line alone, as if the pixel were turned to lie along it. For a line along an axis that is exact.

use super::Bounds;
use super::coverage::{Coverage, byte};
use crate::surface::Stroke;

/// Draws lines of one look.
pub(crate) struct Pen<'a> {
    coverage: &'a mut Coverage,
    clip: Bounds,
    scale: f32,
    /// Half the width, in pixels.
    half: f32,
    /// Length of dashes and gaps, in pixels.
    dash: Option<f32>,
    /// How its lines end.
    end: Joint,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(
        coverage: &'a mut Coverage,
        clip: Bounds,
        scale: f32,
        stroke: Stroke,
    ) -> Self {
        Self {
            coverage,
            clip,
            scale,
            half: 0.5 * stroke.width * scale,
            dash: stroke
                .dash
                .map(|dash| dash * scale)
                .filter(|&dash| dash > 0.0),
            end: match stroke.abutting {
                true => Joint::Cut,
                false => Joint::Flat,
            },
        }
    }

    /// Draws a polyline through points (flat).
    pub(crate) fn line(&mut self, points: &[f32]) {
        let points = points.as_chunks::<2>().0;
        // Where a line comes back to its beginning, that is a corner like all others.
        let closed = points.len() > 2 && points.first() == points.last();
        let end = if closed { Joint::Round } else { self.end };
        let scale = self.scale;
        let scaled = |point: [f32; 2]| point.map(|x| x * scale);
        let pieces = points.windows(2);
        let mut pieces = pieces.filter_map(|ends| Piece::new(scaled(ends[0]), scaled(ends[1])));
        let Some(mut piece) = pieces.next() else {
            return;
        };
        let mut walked = 0.0;
        piece.joints[0] = end;
        for mut next in pieces {
            let joint = Joint::between(&piece, &next, self.half);
            (piece.joints[1], next.joints[0]) = (joint, joint);
            self.draw(&piece, walked);
            walked += piece.length;
            piece = next;
        }
        piece.joints[1] = end;
        self.draw(&piece, walked);
    }

    /// Draws a piece of a line of which so much has been walked.
    fn draw(&mut self, piece: &Piece, walked: f32) {
        match self.dash {
            None => self.cover(piece),
            Some(dash) => self.dashes(piece, dash, walked),
        }
    }

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

    /// Covers a piece: away from its ends, and that is nearly everywhere, whole numbers do.
    fn cover(&mut self, piece: &Piece) {
        let reach = self.half + 0.5;
        let [start, end] = piece.joints;
        let (from, to) = (start.margin(), piece.length - end.margin());
        self.middle(piece, (from, to));
        if start.is_shaped() {
            self.end(piece, (-reach, from));
        }
        if end.is_shaped() {
            self.end(piece, (to, piece.length + reach));
        }
    }

    /// Covers what lies between two distances from the beginning, where the ends do not matter.
    fn middle(&mut self, piece: &Piece, within: (f32, f32)) {
        let fixed = |x: f32| (x * f32::from(u16::MAX)) as i32;
        let (near, most) = (fixed(self.half + 0.5), fixed((2.0 * self.half).min(1.0)));
        let step = fixed(piece.along[1]);
        let coverage = &mut *self.coverage;
        piece.rows(
            self.half + 0.5,
            within,
            self.clip,
            |row, columns, off, _| {
                let mut off = fixed(off);
                coverage.unite(row, columns, || {
                    let share = near - off.abs();
                    off += step;
                    (share.clamp(0, most) >> 8) as u8
                });
            },
        );
    }

    /// The same where they do.
    fn end(&mut self, piece: &Piece, within: (f32, f32)) {
        let (half, [ux, uy]) = (self.half, piece.along);
        let coverage = &mut *self.coverage;
        piece.rows(half + 0.5, within, self.clip, |row, columns, off, on| {
            let (mut off, mut on) = (off, on);
            coverage.unite(row, columns, || {
                let share = piece.share(half, off, on);
                (off, on) = (off + uy, on + ux);
                byte(share)
            });
        });
    }
}

/// How a piece ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Joint {
    /// The line ends too, flat.
    Flat,
    /// The line ends too, with the last pixel whose middle it reaches.
    Cut,
    /// The line turns so little that the next piece covers what a disc would.
    Smooth,
    /// The line turns, as if a disc had drawn it.
    Round,
}

impl Joint {
    /// That between a piece and the next of a line so wide.
    fn between(piece: &Piece, next: &Piece, half: f32) -> Self {
        let ([ax, ay], [bx, by]) = (piece.along, next.along);
        let (straight, turn) = (ax * bx + ay * by, (ax * by - ay * bx).abs());
        // Both go on for half a pixel, which closes the gap at the outer edge.
        match turn * (half + 0.5) <= 0.3 * straight {
            true => Self::Smooth,
            false => Self::Round,
        }
    }

    /// Pixels before the end up to which the piece is as wide as ever.
    fn margin(self) -> f32 {
        match self {
            Self::Cut => 0.0,
            Self::Smooth => -0.5,
            Self::Flat | Self::Round => 0.5,
        }
    }

    /// Whether the end covers pixels otherwise than what lies before it.
    fn is_shaped(self) -> bool {
        matches!(self, Self::Flat | Self::Round)
    }
}

/// A straight piece of a line.
struct Piece {
    from: [f32; 2],
    /// Its direction, of length 1.
    along: [f32; 2],
    length: f32,
    joints: [Joint; 2],
}

impl Piece {
    /// `None` where both ends are one point.
    fn new(a: [f32; 2], b: [f32; 2]) -> Option<Self> {
        let [dx, dy] = [b[0] - a[0], b[1] - a[1]];
        let length = (dx * dx + dy * dy).sqrt();
        (length > 0.0 && length.is_finite()).then_some(Self {
            from: a,
            along: [dx / length, dy / length],
            length,
            joints: [Joint::Flat; 2],
        })
    }

    /// What lies between two distances from the beginning.
    fn part(&self, from: f32, to: f32) -> Option<Self> {
        let (start, end) = (from.max(0.0), to.min(self.length));
        let cut = |cut: bool, joint: Joint| if cut { Joint::Flat } else { joint };
        (end > start).then_some(Self {
            from: [0, 1].map(|axis| self.from[axis] + start * self.along[axis]),
            along: self.along,
            length: end - start,
            joints: [
                cut(from >= 0.0, self.joints[0]),
                cut(to <= self.length, self.joints[1]),
            ],
        })
    }

    /// The pixels no further than `reach` off the line and `within` two distances on along it, row by
    /// row: `each` gets the row, its columns, and how far off and on the middle of the first one lies.
    #[inline(always)]
    fn rows(
        &self,
        reach: f32,
        within: (f32, f32),
        clip: Bounds,
        mut each: impl FnMut(usize, (usize, usize), f32, f32),
    ) {
        if within.0 >= within.1 {
            return;
        }
        let ([ax, ay], [ux, uy]) = (self.from, self.along);
        let ordered = |a: f32, b: f32| if a < b { (a, b) } else { (b, a) };
        let (top, bottom) = ordered(ay + within.0 * uy, ay + within.1 * uy);
        let rise = reach * ux.abs();
        let rows = Bounds::within(clip.y, top - rise, bottom + rise);
        // Along an axis one pair of edges never meets a row, or always.
        let inverse = |u: f32| {
            if u.abs() < 1e-6 {
                1e6_f32.copysign(u)
            } else {
                1.0 / u
            }
        };
        let (by_x, by_y) = (inverse(ux), inverse(uy));
        let (lean, wide) = (ux * by_y, reach * by_y.abs());
        let (first, last) = ordered(within.0 * by_x, within.1 * by_x);
        let cut = uy * by_x;
        for row in rows.0..rows.1 {
            let down = row as f32 + 0.5 - ay;
            let (middle, cut) = (ax + down * lean, ax - down * cut);
            let from = larger(middle - wide, cut + first);
            let to = larger(from, -larger(-(middle + wide), -(cut + last)));
            let columns = Bounds::within(clip.x, from, to);
            let right = columns.0 as f32 + 0.5 - ax;
            each(row, columns, right * uy - down * ux, right * ux + down * uy);
        }
    }

    /// What it covers, half a width to either side, of a pixel so far off it and so far on along it.
    fn share(&self, half: f32, off: f32, on: f32) -> f32 {
        // A joint is round, as if the line were drawn by a disc; an end is flat.
        let [start, end] = self
            .joints
            .map(|joint| matches!(joint, Joint::Smooth | Joint::Round));
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

/// The larger of two numbers that are some; `max` asks more than once whether they are.
#[inline(always)]
fn larger(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
