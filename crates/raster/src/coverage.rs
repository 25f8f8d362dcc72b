//! How much of each pixel the marks of one call cover.
//!
//! The marks are put together before they are given their colour, so that a translucent line is not
//! darker where two of its pieces meet.

use super::ink::Ink;

/// Coverages of 0 to 255, and where they are not 0: of a call that draws a few lines, in few places.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    width: usize,
    cells: Vec<u8>,
    /// The first cell of each part of a row that something was drawn on, and the one behind its last.
    spans: Vec<(u32, u32)>,
}

impl Coverage {
    /// Nothing is covered of so many pixels.
    pub(crate) fn fit(&mut self, width: usize, height: usize) {
        self.width = width;
        // All cells are 0 between two calls.
        self.cells.resize(width * height, 0);
    }

    fn span(&mut self, row: usize, (first, end): (usize, usize)) -> &mut [u8] {
        let (from, to) = (row * self.width + first, row * self.width + end);
        if from < to {
            self.spans.push((from as u32, to as u32));
        }
        &mut self.cells[from..to.max(from)]
    }

    /// Covers the pixels of a row as far as they are not covered already: for lines, whose pieces
    /// overlap. `cover` is asked for one pixel after the other.
    #[inline(always)]
    pub(crate) fn unite(
        &mut self,
        row: usize,
        columns: (usize, usize),
        mut cover: impl FnMut() -> u8,
    ) {
        for cell in self.span(row, columns) {
            let cover = cover();
            *cell = if cover > *cell { cover } else { *cell };
        }
    }

    /// Covers so much more of the pixels of a row, from a column on: for areas, which may share an
    /// edge but not what it bounds.
    pub(crate) fn add(&mut self, row: usize, first: usize, shares: &[f32]) {
        let cells = self.span(row, (first, first + shares.len()));
        for (cell, &share) in cells.iter_mut().zip(shares) {
            *cell = cell.saturating_add(byte(share));
        }
    }

    /// Lays the ink on what is covered, and begins anew.
    pub(crate) fn lay(&mut self, ink: Ink, pixels: &mut [u32]) {
        for &(from, to) in &self.spans {
            let (from, to) = (from as usize, to as usize);
            for (pixel, cell) in pixels[from..to].iter_mut().zip(&mut self.cells[from..to]) {
                // Of a place that was drawn on twice, all is laid at once.
                *pixel = ink.over(*pixel, *cell);
                *cell = 0;
            }
        }
        self.spans.clear();
    }
}

/// A share of a pixel as a coverage.
pub(crate) fn byte(share: f32) -> u8 {
    (share * 255.0 + 0.5) as u8
}
