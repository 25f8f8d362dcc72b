//! Values on a grid of the plane at the stage's time, and how large they usually are.

use crate::frames::Bracket;
use app::state::views::Grid;

/// A grid between two of its times.
#[derive(Clone, Copy)]
pub(super) struct Slice<'a> {
    pub grid: &'a Grid,
    low: &'a [f32],
    high: &'a [f32],
    bracket: Bracket,
}

impl<'a> Slice<'a> {
    /// The grid at time `t`; `None` where it has other channels or other values than it should.
    pub(super) fn of(grid: Option<&'a Grid>, channels: usize, t: f64) -> Option<Self> {
        let grid = grid.filter(|grid| is_sound(grid, channels))?;
        let bracket = Bracket::of(&grid.times, t)?;
        Some(Self {
            grid,
            low: frame(grid, bracket.low),
            high: frame(grid, bracket.high),
            bracket,
        })
    }

    /// Number of cells.
    pub(super) fn cells(&self) -> usize {
        self.grid.side * self.grid.side
    }

    /// Value by value, between the two times.
    pub(super) fn values(self) -> impl Iterator<Item = f32> + use<'a> {
        let pairs = self.low.iter().zip(self.high);
        pairs.map(move |(&low, &high)| self.bracket.blend(low, high))
    }

    /// The densities of a grid of log densities; they, and not their logarithms, are what blends.
    pub(super) fn densities(self) -> impl Iterator<Item = f32> + use<'a> {
        let pairs = self.low.iter().zip(self.high);
        pairs.map(move |(&low, &high)| self.bracket.blend(libm::expf(low), libm::expf(high)))
    }

    /// The vector of a cell.
    pub(super) fn vector(&self, index: usize) -> [f32; 2] {
        let at = 2 * index;
        [at, at + 1].map(|i| self.bracket.blend(self.low[i], self.high[i]))
    }

    /// The middle of a cell in the plane; rows from the top.
    pub(super) fn centre(&self, index: usize) -> [f32; 2] {
        let (row, column) = (index / self.grid.side, index % self.grid.side);
        let (extent, cell) = (self.grid.extent as f32, self.cell());
        [
            (column as f32 + 0.5) * cell - extent,
            extent - (row as f32 + 0.5) * cell,
        ]
    }

    /// The side of a cell in the plane.
    pub(super) fn cell(&self) -> f32 {
        2.0 * self.grid.extent as f32 / self.grid.side as f32
    }
}

/// Whether the grid holds as many values as it says.
fn is_sound(grid: &Grid, channels: usize) -> bool {
    let values = grid.side.checked_mul(grid.side);
    let values = values.and_then(|cells| cells.checked_mul(channels * grid.times.len()));
    grid.channels == channels && values.is_some_and(|n| n > 0 && n == grid.values.len())
}

/// The values at one of the grid's times.
pub(super) fn frame(grid: &Grid, time: usize) -> &[f32] {
    let size = grid.channels * grid.side * grid.side;
    &grid.values[time * size..(time + 1) * size]
}

/// The root mean square of a grid's vectors or scalars: that of a frame, and of several frames over
/// all times the geometric mean, since at the ends of a path a field may grow without bound.
///
/// `None` for a grid that is not sound or all zero.
pub(super) fn usual_size(grid: &Grid, channels: usize) -> Option<f32> {
    is_sound(grid, channels).then_some(())?;
    let last = grid.times.len() - 1;
    let frames = (0..5).map(|i| root_mean_square(frame(grid, i * last / 4), channels));
    geometric_mean(frames)
}

fn root_mean_square(values: &[f32], channels: usize) -> f32 {
    let (mut sum, mut count) = (0.0f64, 0u32);
    for &value in values.iter().filter(|value| value.is_finite()) {
        sum += f64::from(value) * f64::from(value);
        count += 1;
    }
    libm::sqrt(channels as f64 * sum / f64::from(count.max(1))) as f32
}

/// The geometric mean of those values that are positive numbers, if there is one.
pub(super) fn geometric_mean(values: impl Iterator<Item = f32>) -> Option<f32> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values.filter(|v| v.is_finite() && *v > 0.0) {
        sum += libm::logf(value);
        count += 1.0;
    }
    (count > 0.0).then(|| libm::expf(sum / count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(side: usize, channels: usize, values: Vec<f32>) -> Grid {
        Grid {
            side,
            extent: 2.0,
            channels,
            times: vec![0.0, 1.0],
            values,
        }
    }

    #[test]
    fn the_first_cell_is_at_the_top_left() {
        let grid = grid(4, 2, vec![0.0; 64]);
        let slice = Slice::of(Some(&grid), 2, 0.0).unwrap();
        assert_eq!(slice.centre(0), [-1.5, 1.5]);
        assert_eq!(slice.centre(15), [1.5, -1.5]);
    }

    #[test]
    fn values_are_blended_between_times() {
        let grid = grid(1, 2, vec![0.0, 2.0, 4.0, 6.0]);
        let slice = Slice::of(Some(&grid), 2, 0.25).unwrap();
        assert_eq!(slice.vector(0), [1.0, 3.0]);
        assert!(slice.values().eq([1.0, 3.0]));
        assert!(Slice::of(Some(&grid), 1, 0.25).is_none());
    }

    #[test]
    fn impossible_log_densities_are_none() {
        let grid = grid(1, 1, vec![f32::NEG_INFINITY, 0.0]);
        let at = |t| Slice::of(Some(&grid), 1, t).unwrap().densities().next();
        assert_eq!([0.0, 0.5, 1.0].map(at), [0.0, 0.5, 1.0].map(Some));
    }

    #[test]
    fn the_usual_size_of_equal_vectors_is_theirs() {
        let grid = grid(1, 2, vec![3.0, 4.0, 3.0, -4.0]);
        assert!((usual_size(&grid, 2).unwrap() - 5.0).abs() < 1e-5);
        // One end that runs away moves it by a part only.
        let wild = Grid {
            values: vec![3.0, 4.0, f32::INFINITY, f32::NAN],
            ..grid
        };
        assert!((usual_size(&wild, 2).unwrap() - 5.0).abs() < 1e-5);
    }
}
