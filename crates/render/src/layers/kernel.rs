//! A density estimated from points: a histogram on a fine grid, blurred by a Gaussian.
//!
//! The bandwidth is a third of Scott's rule for two dimensions, `std n^(-1/6)`: that rule suits a
//! single Gaussian, and what is shown here has many bumps and edges.

/// Cells along a side.
pub(super) const SIDE: usize = 96;
/// Cells along a side where pairs of points are counted.
const COARSE: usize = 32;
/// Longest reach of the blur, in cells.
const REACH: usize = 15;

/// Estimates the density of `points` on a grid of `SIDE * SIDE` cells over `[-extent, extent]^2`,
/// rows from the top. Points outside count as mass that is not shown.
pub(super) fn estimate(
    points: impl Iterator<Item = [f32; 2]> + Clone,
    extent: f32,
    cells: &mut Vec<f32>,
    spare: &mut Vec<f32>,
) {
    let cell = 2.0 * extent / SIDE as f32;
    let count = histogram(points.clone(), extent, SIDE, cells);
    let weights = gaussian(bandwidth(points, count) / cell);
    spare.clear();
    spare.resize(SIDE * SIDE, 0.0);
    // Each pass turns the grid over its diagonal, so two of them blur both ways and restore it.
    blur(cells, spare, &weights);
    blur(spare, cells, &weights);
    let unit = 1.0 / (count.max(1.0) * cell * cell);
    cells.iter_mut().for_each(|value| *value *= unit);
}

/// The mean density that a point meets, `integral p^2`, from the number of pairs of points that
/// share a cell; never less than that of the uniform density on the square.
pub(super) fn typical(
    points: impl Iterator<Item = [f32; 2]>,
    extent: f32,
    cells: &mut Vec<f32>,
) -> f32 {
    let cell = 2.0 * extent / COARSE as f32;
    let count = histogram(points, extent, COARSE, cells);
    let pairs: f32 = cells.iter().map(|&c| c * (c - 1.0)).sum();
    let uniform = 1.0 / (4.0 * extent * extent);
    // `max` also takes the other value where there are too few points for a pair.
    (pairs / (count * (count - 1.0) * cell * cell)).max(uniform)
}

/// Counts the points in every cell; returns how many points there are, inside or not.
fn histogram(
    points: impl Iterator<Item = [f32; 2]>,
    extent: f32,
    side: usize,
    cells: &mut Vec<f32>,
) -> f32 {
    cells.clear();
    cells.resize(side * side, 0.0);
    let (scale, last) = (side as f32 / (2.0 * extent), side as f32);
    let mut count = 0.0;
    for [x, y] in points {
        let (column, row) = ((x + extent) * scale, (extent - y) * scale);
        count += f32::from(u8::from(x.is_finite() && y.is_finite()));
        if (0.0..last).contains(&column) && (0.0..last).contains(&row) {
            cells[row as usize * side + column as usize] += 1.0;
        }
    }
    count
}

/// A third of Scott's rule, from the points' spread over both coordinates.
fn bandwidth(points: impl Iterator<Item = [f32; 2]>, count: f32) -> f32 {
    let (mut sum, mut square) = ([0.0; 2], 0.0);
    for [x, y] in points.filter(|p| p[0].is_finite() && p[1].is_finite()) {
        sum = [sum[0] + x, sum[1] + y];
        square += x * x + y * y;
    }
    let mean = sum.map(|s| s / count);
    let variance = (square / count - mean[0] * mean[0] - mean[1] * mean[1]) / 2.0;
    variance.max(0.0).sqrt() * libm::powf(count, -1.0 / 6.0) / 3.0
}

/// Weights of a blur, `[i]` at a distance of `i` cells, that sum to 1 over both sides.
fn gaussian(std: f32) -> [f32; REACH + 1] {
    // At less than a cell the picture would show the cells, at much more than that nothing else.
    let std = if std > 0.8 {
        std.min(REACH as f32 / 3.0)
    } else {
        0.8
    };
    let mut weights = [0.0; REACH + 1];
    for (i, weight) in weights.iter_mut().enumerate() {
        let z = i as f32 / std;
        *weight = if z <= 3.0 {
            libm::expf(-0.5 * z * z)
        } else {
            0.0
        };
    }
    let total = 2.0 * weights.iter().sum::<f32>() - weights[0];
    weights.map(|weight| weight / total)
}

/// Blurs along the rows, reflecting at the edges so that no mass is lost, and transposes.
fn blur(from: &[f32], to: &mut [f32], weights: &[f32; REACH + 1]) {
    let reach = weights
        .iter()
        .rposition(|&weight| weight > 0.0)
        .unwrap_or(0);
    let mut row = [0.0; SIDE + 2 * REACH];
    for (y, line) in from.chunks_exact(SIDE).enumerate() {
        reflect(line, &mut row);
        for x in 0..SIDE {
            let middle = x + REACH;
            let mut sum = weights[0] * row[middle];
            for i in 1..=reach {
                sum += weights[i] * (row[middle - i] + row[middle + i]);
            }
            to[x * SIDE + y] = sum;
        }
    }
}

/// Copies a line and continues it on both sides by its mirror image.
fn reflect(line: &[f32], row: &mut [f32; SIDE + 2 * REACH]) {
    row[REACH..REACH + SIDE].copy_from_slice(line);
    for i in 0..REACH {
        row[REACH - 1 - i] = line[i];
        row[REACH + SIDE + i] = line[SIDE - 1 - i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::distribution::Distribution;
    use flow::random::Rng;

    fn estimated(points: &[[f32; 2]], extent: f32) -> Vec<f32> {
        let (mut cells, mut spare) = (Vec::new(), Vec::new());
        estimate(points.iter().copied(), extent, &mut cells, &mut spare);
        cells
    }

    fn mass(cells: &[f32], extent: f32) -> f32 {
        let cell = 2.0 * extent / SIDE as f32;
        cells.iter().sum::<f32>() * cell * cell
    }

    fn normal(n: usize) -> Vec<[f32; 2]> {
        let sample = Distribution::standard_normal().sample(&mut Rng::new(1), n);
        sample.into_iter().map(|p| p.map(|x| x as f32)).collect()
    }

    #[test]
    fn a_density_sums_to_one() {
        assert!((mass(&estimated(&normal(500), 6.0), 6.0) - 1.0).abs() < 1e-4);
        // Also at an edge, where a blur is tempted to lose some.
        let corner = [[-1.99, 1.99], [1.99, 1.99], [0.3, -1.97]];
        assert!((mass(&estimated(&corner, 2.0), 2.0) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn mass_outside_is_not_shown() {
        let cells = estimated(&[[0.0, 0.0], [9.0, 0.0]], 2.0);
        assert!((mass(&cells, 2.0) - 0.5).abs() < 1e-4);
    }

    #[test]
    fn a_normal_sample_gives_about_the_normal_density() {
        let cells = estimated(&normal(20_000), 4.0);
        let middle = cells[SIDE / 2 * SIDE + SIDE / 2];
        assert!((middle - 0.159).abs() < 0.02, "{middle}");
    }

    #[test]
    fn rows_run_from_the_top() {
        let cells = estimated(&[[1.0, 0.5]], 2.0);
        let top = cells
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap()
            .0;
        assert_eq!((top / SIDE, top % SIDE), (36, 72));
    }

    #[test]
    fn pairs_in_cells_estimate_the_mean_density() {
        // For a standard normal, integral p^2 = 1 / (4 pi).
        let value = typical(normal(5000).into_iter(), 4.0, &mut Vec::new());
        assert!((value - 0.0796).abs() < 0.004, "{value}");
    }

    #[test]
    fn points_that_are_no_points_do_not_count() {
        let cells = estimated(&[[0.0, 0.0], [f32::NAN, 0.0]], 2.0);
        assert!((mass(&cells, 2.0) - 1.0).abs() < 1e-4);
        assert!(estimated(&[], 2.0).iter().all(|&value| value == 0.0));
        assert_eq!(typical([].into_iter(), 1.0, &mut Vec::new()), 0.25);
    }
}
