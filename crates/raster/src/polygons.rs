//! Squares and triangles, as coverages of pixels.

use super::Bounds;
use super::coverage::{Coverage, byte};

/// Lines of a row of pixels along which a triangle is measured: along each of them exactly.
const LINES: usize = 4;

/// An upright square.
pub(crate) fn square([x, y]: [f32; 2], half: f32, coverage: &mut Coverage, clip: Bounds) {
    let across = |at: f32, pixel: usize| {
        let pixel = pixel as f32;
        ((at + half).min(pixel + 1.0) - (at - half).max(pixel)).max(0.0)
    };
    let (left, right) = Bounds::within(clip.x, x - half - 0.5, x + half + 0.5);
    let (top, bottom) = Bounds::within(clip.y, y - half - 0.5, y + half + 0.5);
    for row in top..bottom {
        let (high, mut columns) = (across(y, row), left..);
        let mut wide = || columns.next().map_or(0.0, |column| across(x, column));
        coverage.unite(row, (left, right), || byte(wide() * high));
    }
}

/// Fills triangles.
#[derive(Debug, Default)]
pub(crate) struct Fill {
    /// What of a row's pixels is covered, and by how much that differs from the pixel before.
    shares: Vec<f32>,
}

impl Fill {
    /// Covers a triangle, given by the `x, y` of its corners.
    pub(crate) fn triangle(&mut self, corners: [f32; 6], coverage: &mut Coverage, clip: Bounds) {
        let [ax, ay, bx, by, cx, cy] = corners;
        let (low, high) = (ay.min(by).min(cy), ay.max(by).max(cy));
        let (left, right) = (ax.min(bx).min(cx), ax.max(bx).max(cx));
        let columns = Bounds::within(clip.x, left - 0.5, right + 0.5);
        let rows = Bounds::within(clip.y, low - 0.5, high + 0.5);
        for row in rows.0..rows.1 {
            self.shares.clear();
            self.shares.resize(columns.1 - columns.0, 0.0);
            for line in 0..LINES {
                let y = row as f32 + (line as f32 + 0.5) / LINES as f32;
                if let Some((from, to)) = crossed(&corners, y) {
                    self.span(from - columns.0 as f32, to - columns.0 as f32);
                }
            }
            coverage.add(row, columns.0, &self.shares);
        }
    }

    /// Covers an interval along a line.
    fn span(&mut self, from: f32, to: f32) {
        let (first, end) = Bounds::within((0, self.shares.len()), from - 0.5, to + 0.5);
        for (column, share) in self.shares[first..end].iter_mut().enumerate() {
            let column = (first + column) as f32;
            let inside = to.min(column + 1.0) - from.max(column);
            *share += inside.max(0.0) / LINES as f32;
        }
    }
}

/// The part of a level line that lies in a triangle.
fn crossed(corners: &[f32; 6], y: f32) -> Option<(f32, f32)> {
    let (mut from, mut to) = (f32::INFINITY, f32::NEG_INFINITY);
    for side in 0..3 {
        let next = (side + 1) % 3;
        let [ax, ay] = [corners[2 * side], corners[2 * side + 1]];
        let [bx, by] = [corners[2 * next], corners[2 * next + 1]];
        if (ay <= y) != (by <= y) {
            let x = ax + (bx - ax) * ((y - ay) / (by - ay));
            (from, to) = (from.min(x), to.max(x));
        }
    }
    (to > from).then_some((from, to))
}
