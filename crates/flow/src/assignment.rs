//! Exact linear assignment: the permutation that pairs `n` things with `n` others at least cost.
//!
//! The method is shortest augmenting paths on reduced costs, after R. Jonker and A. Volgenant,
//! *A Shortest Augmenting Path Algorithm for Dense and Sparse Linear Assignment Problems*,
//! Computing 38 (1987): column reduction, a budget of row reductions (an auction without
//! increments), then one Dijkstra search for each row still free. It keeps a price `v[j]` a column
//! such that every assigned row sits on a column of least `c(i, j) - v[j]`, which proves the result
//! optimal; the tests check that proof.
//!
//! Rows are read whole and [scanned](super::scan) without branches; the cost of point sets is
//! computed as it is read, so no `n * n` matrix is stored. Point sets start from the prices of a
//! rough [`auction`](super::auction), which leaves little to search for.

use super::scan::{Least, relax, two_least};
use super::{Point, auction};

/// What an unassigned row or column points at.
const NONE: usize = usize::MAX;

/// Row reductions allowed for each row before the searches take over. Measured for squared
/// distances between samples: more gain nothing.
const BIDS_PER_ROW: usize = 2;

/// The cheapest assignment of a square matrix (row-major, `n * n`): the column of each row.
///
/// Exact up to the rounding of `f64` sums; among equally cheap assignments the choice is arbitrary
/// but always the same.
///
/// # Panics
/// If the matrix is not square or a cost is not finite.
pub fn assign(cost: &[f64]) -> Vec<usize> {
    let n = cost.len().isqrt();
    assert_eq!(n * n, cost.len(), "the cost matrix must be square");
    assert!(cost.iter().all(|c| c.is_finite()), "costs must be finite");
    let mut search = Search::new(Matrix { cost, n }, vec![0.0; n]);
    search.reduce_columns();
    search.solve()
}

/// The matching of two point sets of one size that minimises the sum of squared distances: for
/// each point of `x` the index of its partner in `y`.
///
/// # Panics
/// If the sets differ in size, or a coordinate is not below `1e100` in size.
pub fn assign_points(x: &[Point], y: &[Point]) -> Vec<usize> {
    assert_eq!(x.len(), y.len(), "the point sets must have one size");
    let sane = |p: &Point| p[0].abs() < 1e100 && p[1].abs() < 1e100;
    assert!(x.iter().chain(y).all(sane), "points must be finite");
    Search::of_points(x, y).solve()
}

/// A source of cost rows.
trait Costs {
    /// Rows, and columns.
    fn len(&self) -> usize;

    /// Writes `c(row, j) - price[j]` for every column `j`.
    fn reduced(&self, row: usize, price: &[f64], out: &mut [f64]);
}

struct Matrix<'a> {
    cost: &'a [f64],
    n: usize,
}

impl Costs for Matrix<'_> {
    fn len(&self) -> usize {
        self.n
    }

    fn reduced(&self, row: usize, price: &[f64], out: &mut [f64]) {
        let costs = &self.cost[row * self.n..][..self.n];
        for ((out, cost), price) in out.iter_mut().zip(costs).zip(price) {
            *out = cost - price;
        }
    }
}

/// `|x_i - y_j|^2`, with the columns' coordinates apart.
struct SquaredDistance {
    x: Vec<Point>,
    y0: Vec<f64>,
    y1: Vec<f64>,
}

impl SquaredDistance {
    fn new(x: Vec<Point>, y: &[Point]) -> Self {
        let y0 = y.iter().map(|p| p[0]).collect();
        let y1 = y.iter().map(|p| p[1]).collect();
        Self { x, y0, y1 }
    }
}

/// The points about their mean.
fn centred(points: &[Point]) -> Vec<Point> {
    let n = points.len().max(1) as f64;
    let mean = [0, 1].map(|k| points.iter().map(|p| p[k]).sum::<f64>() / n);
    points
        .iter()
        .map(|p| [p[0] - mean[0], p[1] - mean[1]])
        .collect()
}

/// Both sets about their own means, in units in which the mean squared distance between points
/// drawn from each is 1. The best matching is the same: moving one set adds to every cost a term
/// of its row and one of its column. The numbers are small and of one scale.
fn normalised(x: &[Point], y: &[Point]) -> (Vec<Point>, Vec<Point>) {
    let (mut x, mut y) = (centred(x), centred(y));
    let squares: f64 = x.iter().chain(&y).map(|p| p[0] * p[0] + p[1] * p[1]).sum();
    let unit = (squares / x.len().max(1) as f64).sqrt();
    if unit > 0.0 {
        for p in x.iter_mut().chain(&mut y) {
            *p = [p[0] / unit, p[1] / unit];
        }
    }
    (x, y)
}

impl Costs for SquaredDistance {
    fn len(&self) -> usize {
        self.x.len()
    }

    fn reduced(&self, row: usize, price: &[f64], out: &mut [f64]) {
        let [a, b] = self.x[row];
        let columns = self.y0.iter().zip(&self.y1).zip(price);
        for (out, ((y0, y1), price)) in out.iter_mut().zip(columns) {
            let (d0, d1) = (y0 - a, y1 - b);
            *out = d0 * d0 + d1 * d1 - price;
        }
    }
}

/// The state of the method.
struct Search<C> {
    costs: C,
    /// The dual value `v[j]` of each column.
    price: Vec<f64>,
    row_of: Vec<usize>,
    column_of: Vec<usize>,
    /// The reduced row last read.
    row: Vec<f64>,
}

impl Search<SquaredDistance> {
    fn of_points(x: &[Point], y: &[Point]) -> Self {
        let (x, y) = normalised(x, y);
        let prices = auction::prices(&x, &y);
        Self::new(SquaredDistance::new(x, &y), prices)
    }
}

impl<C: Costs> Search<C> {
    fn new(costs: C, price: Vec<f64>) -> Self {
        let n = costs.len();
        Self {
            costs,
            price,
            row_of: vec![NONE; n],
            column_of: vec![NONE; n],
            row: vec![0.0; n],
        }
    }

    fn solve(mut self) -> Vec<usize> {
        self.complete();
        self.column_of
    }

    /// Assigns every row that is still free.
    fn complete(&mut self) {
        let free = self.reduce_rows();
        let mut paths = Paths::new(self.row.len());
        for row in free {
            self.augment(row, &mut paths);
        }
    }

    fn read(&mut self, row: usize) {
        self.costs.reduced(row, &self.price, &mut self.row);
    }

    fn pair(&mut self, row: usize, column: usize) {
        self.row_of[column] = row;
        self.column_of[row] = column;
    }

    /// Prices every column at its least cost; a row that is cheapest for some column takes it.
    fn reduce_columns(&mut self) {
        let n = self.row.len();
        let mut cheapest = Paths::new(n);
        for row in 0..n {
            self.read(row);
            cheapest.relax(&self.row, 0.0, row);
        }
        self.price.copy_from_slice(&cheapest.distance);
        for column in (0..n).rev() {
            let row = cheapest.row_before(column);
            if self.column_of[row] == NONE {
                self.pair(row, column);
            }
        }
    }

    /// Lets each free row take its best column and lower that column's price to where the row is
    /// indifferent to its second best. Returns the rows left free when the budget is spent.
    fn reduce_rows(&mut self) -> Vec<usize> {
        let n = self.row.len();
        let mut free: Vec<usize> = (0..n).filter(|&i| self.column_of[i] == NONE).collect();
        let mut waiting = Vec::new();
        let mut budget = if n > 1 { BIDS_PER_ROW * n } else { 0 };
        while budget > 0 {
            let Some(row) = free.pop() else { break };
            budget -= 1;
            if let Some((displaced, eager)) = self.bid(row) {
                if eager { &mut free } else { &mut waiting }.push(displaced);
            }
        }
        free.append(&mut waiting);
        free
    }

    /// One row takes its best column. Returns the row it displaced, if any, and whether bidding on
    /// for that row makes progress (a price fell).
    fn bid(&mut self, row: usize) -> Option<(usize, bool)> {
        self.read(row);
        let Least {
            value,
            at: column,
            second,
        } = two_least(&self.row);
        let before = self.price[column];
        self.price[column] -= second - value;
        let displaced = self.row_of[column];
        self.pair(row, column);
        if displaced == NONE {
            return None;
        }
        self.column_of[displaced] = NONE;
        // By rounding a price may stand still although second > value: that is no progress either.
        Some((displaced, self.price[column] < before))
    }

    /// Dijkstra's search from a free row to the nearest free column, then swaps along the path and
    /// lowers the prices of the columns it has settled.
    fn augment(&mut self, start: usize, paths: &mut Paths) {
        self.read(start);
        paths.clear();
        let mut nearest = paths.relax(&self.row, 0.0, start);
        let (end, length) = loop {
            let (distance, column) = nearest;
            paths.settle(column, distance);
            let row = self.row_of[column];
            if row == NONE {
                break (column, distance);
            }
            self.read(row);
            let offset = distance - self.row[column];
            nearest = paths.relax(&self.row, offset, row);
        };
        for &(column, distance) in &paths.settled {
            self.price[column] += distance - length;
        }
        self.swap_along(start, end, paths);
    }

    fn swap_along(&mut self, start: usize, end: usize, paths: &Paths) {
        let mut column = end;
        loop {
            let row = paths.row_before(column);
            let next = self.column_of[row];
            self.pair(row, column);
            if row == start {
                return;
            }
            column = next;
        }
    }
}

/// The shortest paths known during one search.
struct Paths {
    /// Length of the shortest path to each column so far. A settled column holds NaN: every
    /// comparison with it is false, so it is neither improved nor chosen, without a branch.
    distance: Vec<f64>,
    /// The row before each column on that path, as a number of the scans' kind.
    from: Vec<f64>,
    /// Settled columns with their final distances.
    settled: Vec<(usize, f64)>,
}

impl Paths {
    fn new(n: usize) -> Self {
        Self {
            distance: vec![f64::INFINITY; n],
            from: vec![0.0; n],
            settled: Vec::with_capacity(n),
        }
    }

    fn clear(&mut self) {
        self.distance.fill(f64::INFINITY);
        self.settled.clear();
    }

    /// Takes the ways over a row that are shorter. Returns the distance of the nearest column that
    /// is not settled, and the column.
    fn relax(&mut self, row: &[f64], offset: f64, source: usize) -> (f64, usize) {
        relax(row, offset, source, &mut self.distance, &mut self.from)
    }

    fn settle(&mut self, column: usize, distance: f64) {
        self.settled.push((column, distance));
        self.distance[column] = f64::NAN;
    }

    fn row_before(&self, column: usize) -> usize {
        self.from[column] as usize
    }
}

#[cfg(test)]
mod tests;
