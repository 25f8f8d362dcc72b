//! Points of the plane at which a field is asked, in slices.

use super::super::sampling_task::particles_in_a_slice;
use super::super::slices::pause;
use super::{Context, MOST};
use flow::Point;
use protocol::{Floats, Refusal};

/// The centres of `side * side` cells over `[-extent, extent]^2`, at each of some times.
pub(super) struct Grid {
    side: u32,
    extent: f64,
    pub times: Vec<f64>,
}

impl Grid {
    /// # Errors
    /// If there would be no cell, or too many.
    pub(super) fn new(side: u32, extent: f64, times: Vec<f64>) -> Result<Self, Refusal> {
        let cells = u64::from(side).pow(2).saturating_mul(times.len() as u64);
        let bounded = extent.is_finite() && extent > 0.0 && times.iter().all(|t| t.is_finite());
        if cells == 0 || cells > u64::from(MOST) || !bounded {
            return Err(Refusal::Grid { most: MOST });
        }
        Ok(Self {
            side,
            extent,
            times,
        })
    }

    /// The centres of the cells of one row, counted from the top.
    fn row(&self, row: u32) -> Vec<Point> {
        let side = f64::from(self.side);
        let centre = |k: u32| self.extent * ((2.0 * f64::from(k) + 1.0) / side - 1.0);
        (0..self.side).map(|k| [centre(k), -centre(row)]).collect()
    }

    /// The centres of all cells.
    pub(super) fn cells(&self) -> Vec<Point> {
        (0..self.side).flat_map(|row| self.row(row)).collect()
    }

    /// The values of `f` at every time, row by row.
    pub(super) async fn fill(&self, f: impl Fn(&[Point], f64) -> Vec<f32>) -> Floats {
        let mut values = Vec::new();
        for &t in &self.times {
            for row in 0..self.side {
                values.extend(f(&self.row(row), t));
                pause().await;
            }
        }
        Floats(values)
    }

    /// The same, all rows of a time at once.
    pub(super) async fn fill_at_once(&self, f: impl Fn(&[Point], f64) -> Vec<f32>) -> Floats {
        let mut values = Vec::new();
        for &t in &self.times {
            values.extend(f(&self.cells(), t));
            pause().await;
        }
        Floats(values)
    }
}

/// Points that may be asked for velocity and divergence between two pauses.
pub(super) fn points_in_a_slice(context: &Context, evaluations: usize) -> usize {
    // A divergence carries two tangents along.
    const VALUE_AND_TANGENTS: usize = 4;
    particles_in_a_slice(VALUE_AND_TANGENTS * evaluations * context.flops())
}
