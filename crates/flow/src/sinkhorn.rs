//! Entropic optimal transport between two batches: a soft matching.
//!
//! Of all couplings `P` of two sets of equally likely points the plan minimises
//!
//! ```text
//! sum_ij P_ij |x_i - y_j|^2 - eps H(P),        eps = epsilon * mean_ij |x_i - y_j|^2,
//! ```
//!
//! `H` being the entropy: exact optimal transport for `epsilon -> 0`, the independent coupling for
//! `epsilon -> inf` (Cuturi, *Sinkhorn Distances*, 2013). `epsilon` is relative to the mean cost, so
//! that it means the same at every scale.
//!
//! # Method
//! The plan is `P_ij = softmax_j((g_j - C_ij) / eps) / n`, its rows summing to `1 / n` by
//! construction; only the prices `g` are sought, such that the columns are full too. A round computes
//! the softmax from the prices in the log domain, rescales rows and columns of that matrix by
//! Sinkhorn's iteration, which needs no `exp`, and adds the logarithms of the scalings to the prices
//! (absorption: Schmitzer, *Stabilized Sparse Scaling Algorithms for Entropy Regularized Transport
//! Problems*, 2019, section 3.1). A small `eps` is reached by halves (section 3.2 there).

use super::Point;
use super::exponential::{LANES, exp_lanes};
use super::pairs::{Pairs, squared_distance};
use super::random::Rng;

/// How long to iterate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Enough when the columns' masses are wrong by this share of all mass.
    pub tolerance: f64,
    /// The most scalings of rows and columns, over all values of `eps`.
    pub most_iterations: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tolerance: 1e-3,
            most_iterations: 2000,
        }
    }
}

/// A coupling of `n` points with `m` others.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    m: usize,
    /// `[n, m]` row-major: the probability of each partner, given the first point. Rows sum to 1.
    rows: Vec<f64>,
    /// The mean of `|x - y|^2` under the plan.
    pub cost: f64,
    /// The share of all mass that sits in the wrong column.
    pub column_error: f64,
    /// Scalings done.
    pub iterations: u32,
}

impl Plan {
    /// The probability of each partner of point `i`.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.m..][..self.m]
    }

    /// Draws a partner for each of the `n` points in turn: some of the others will be taken more
    /// than once, and some not at all.
    pub fn draw(&self, rng: &mut Rng) -> Vec<usize> {
        let rows = self.rows.chunks(self.m.max(1));
        rows.map(|row| pick(row, rng.uniform())).collect()
    }

    /// The points `x`, in their order, with partners drawn from the plan.
    pub fn pairs(&self, x: Vec<Point>, y: &[Point], rng: &mut Rng) -> Pairs {
        let x1 = self.draw(rng).into_iter().map(|j| y[j]).collect();
        Pairs { x0: x, x1 }
    }
}

/// The index at which the running sum passes `u` times the sum.
fn pick(row: &[f64], u: f64) -> usize {
    let mut left = u * row.iter().sum::<f64>();
    for (j, share) in row.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return j;
        }
    }
    row.len() - 1
}

/// Scalings of one matrix between two absorptions.
const SCALINGS: u32 = 50;
/// A stage on the way to a smaller `eps` is left at this column error.
const ROUGH: f64 = 0.1;
/// Scalings beyond this (or its inverse) are absorbed at once.
const LARGEST_SCALING: f64 = 1e60;
/// Column sums are taken to be at least this.
const LEAST_SUM: f64 = 1e-200;
/// The `epsilon` to start from.
const FIRST: f64 = 0.1;

/// The entropic plan between `x` and `y`, all points of a set being equally likely.
///
/// Memory and each scaling grow like `n m`, and the scalings needed like `1 / epsilon`. Measured for 8
/// Gaussians to moons with the default limits: 256 points take 2.7 ms at `epsilon = 0.05` and 9 ms at
/// 0.01, 512 points 14 and 46 ms; the exact matching of as many takes 1.8 and 6.6 ms.
///
/// # Panics
/// If one set is empty and the other is not, or `epsilon` is not positive (it may be infinite).
pub fn sinkhorn(x: &[Point], y: &[Point], epsilon: f64, limits: Limits) -> Plan {
    assert!(epsilon > 0.0, "the regularisation must be positive");
    assert_eq!(x.is_empty(), y.is_empty(), "both sets need points");
    let costs = Costs::new(x, y);
    let mut work = Work {
        prices: vec![0.0; y.len()],
        rows: vec![0.0; x.len() * y.len()],
        iterations: 0,
    };
    let mut stage = epsilon.max(FIRST);
    loop {
        let last = stage <= epsilon;
        let tolerance = if last { limits.tolerance } else { ROUGH };
        let column_error = work.solve(&costs, stage, tolerance, limits.most_iterations);
        if last {
            return work.finish(&costs, column_error);
        }
        stage = f64::max(0.5 * stage, epsilon);
    }
}

/// All squared distances, in units of their mean.
struct Costs {
    values: Vec<f64>,
    n: usize,
    m: usize,
    mean: f64,
}

impl Costs {
    fn new(x: &[Point], y: &[Point]) -> Self {
        let (n, m) = (x.len(), y.len());
        let distances = x
            .iter()
            .flat_map(|&x| y.iter().map(move |&y| squared_distance(x, y)));
        let mut values: Vec<f64> = distances.collect();
        let mean = values.iter().sum::<f64>() / (n * m).max(1) as f64;
        if mean > 0.0 {
            values.iter_mut().for_each(|v| *v /= mean);
        }
        Self { values, n, m, mean }
    }
}

struct Work {
    prices: Vec<f64>,
    rows: Vec<f64>,
    iterations: u32,
}

impl Work {
    /// Brings the column error at `eps` below `tolerance`, or uses up the iterations; leaves the
    /// rows that belong to the prices, and returns their error.
    fn solve(&mut self, costs: &Costs, eps: f64, tolerance: f64, most: u32) -> f64 {
        loop {
            self.soften(costs, eps);
            let sums = self.column_sums(costs, &vec![1.0; costs.n]);
            let error = mean_gap(&sums, &vec![1.0; costs.m]);
            if error <= tolerance || self.iterations >= most {
                return error;
            }
            let scalings = self.scale(costs, tolerance, most);
            for (price, scaling) in self.prices.iter_mut().zip(scalings) {
                // An infinite eps has no use for prices: its plan is even already.
                *price += eps * libm::log(scaling);
            }
        }
    }

    /// Sets every row to `softmax_j((g_j - C_ij) / eps)`.
    fn soften(&mut self, costs: &Costs, eps: f64) {
        let m = costs.m.max(1);
        for (row, cost) in self.rows.chunks_mut(m).zip(costs.values.chunks(m)) {
            let mut top = f64::NEG_INFINITY;
            for ((z, c), g) in row.iter_mut().zip(cost).zip(&self.prices) {
                *z = (g - c) / eps;
                top = top.max(*z);
            }
            exponentials(row, top);
            let total: f64 = row.iter().sum();
            row.iter_mut().for_each(|p| *p /= total);
        }
    }

    /// Column sums of the rows times `u`, 1 where a column is full.
    fn column_sums(&self, costs: &Costs, u: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; costs.m];
        let unit = costs.m as f64 / costs.n.max(1) as f64;
        for (row, u) in self.rows.chunks(costs.m.max(1)).zip(u) {
            let factor = unit * u;
            for (sum, p) in sums.iter_mut().zip(row) {
                *sum += factor * p;
            }
        }
        sums
    }

    /// Sinkhorn's iteration on the rows as they are: the scalings of the columns.
    fn scale(&mut self, costs: &Costs, tolerance: f64, most: u32) -> Vec<f64> {
        let (mut u, mut v) = (vec![1.0; costs.n], vec![1.0; costs.m]);
        for _ in 0..SCALINGS {
            let sums = self.column_sums(costs, &u);
            let error = mean_gap(&sums, &v);
            if error < 0.5 * tolerance || self.iterations >= most {
                break;
            }
            for (v, sum) in v.iter_mut().zip(&sums) {
                *v = 1.0 / sum.max(LEAST_SUM);
            }
            for (u, row) in u.iter_mut().zip(self.rows.chunks(costs.m.max(1))) {
                *u = 1.0 / dot(row, &v);
            }
            self.iterations += 1;
            let far = |s: &f64| !(1.0 / LARGEST_SCALING..LARGEST_SCALING).contains(s);
            if u.iter().chain(&v).any(far) {
                break;
            }
        }
        v
    }

    fn finish(self, costs: &Costs, column_error: f64) -> Plan {
        let cost = dot(&self.rows, &costs.values) * costs.mean / costs.n.max(1) as f64;
        Plan {
            m: costs.m,
            rows: self.rows,
            cost,
            column_error,
            iterations: self.iterations,
        }
    }
}

/// The mean of `|v_j sum_j - 1|`.
fn mean_gap(sums: &[f64], v: &[f64]) -> f64 {
    let gaps = sums.iter().zip(v).map(|(sum, v)| (sum * v - 1.0).abs());
    gaps.sum::<f64>() / sums.len().max(1) as f64
}

/// `sum a_k b_k`, in several running sums so that it vectorises.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const WIDE: usize = 8;
    let mut sums = [0.0; WIDE];
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<WIDE>(), b.as_chunks::<WIDE>());
    for (a, b) in a.iter().zip(b) {
        (0..WIDE).for_each(|k| sums[k] += a[k] * b[k]);
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

/// Replaces every `z <= top` by `exp(z - top)`.
fn exponentials(row: &mut [f64], top: f64) {
    let (lanes, rest) = row.as_chunks_mut::<LANES>();
    for lane in lanes {
        *lane = exp_lanes(lane.map(|z| z - top));
    }
    for z in rest {
        *z = exp_lanes([*z - top])[0];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assignment::assign_points;
    use crate::datasets;

    fn sample(n: usize, m: usize) -> (Vec<Point>, Vec<Point>) {
        let mut rng = Rng::new(3);
        let x = datasets::eight_gaussians().sample(&mut rng, n);
        (x, datasets::moons().sample(&mut rng, m))
    }

    fn exact_cost(x: &[Point], y: &[Point]) -> f64 {
        let matched = assign_points(x, y);
        let costs = x
            .iter()
            .zip(matched)
            .map(|(&x, j)| squared_distance(x, y[j]));
        costs.sum::<f64>() / x.len() as f64
    }

    fn tight() -> Limits {
        Limits {
            tolerance: 1e-9,
            most_iterations: 100_000,
        }
    }

    #[test]
    fn marginals_are_those_of_the_points() {
        for (n, m) in [(40, 40), (30, 50), (1, 7), (7, 1), (0, 0)] {
            let (x, y) = sample(n, m);
            let plan = sinkhorn(&x, &y, 0.05, tight());
            assert!(plan.column_error <= 1e-9, "{plan:?}");
            for i in 0..n {
                assert!((plan.row(i).iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
            for j in 0..m {
                let sum: f64 = (0..n).map(|i| plan.row(i)[j] / n as f64).sum();
                assert!((sum * m as f64 - 1.0).abs() < 1e-7);
            }
        }
    }

    #[test]
    fn a_small_epsilon_gives_the_cost_of_the_exact_assignment() {
        let (x, y) = sample(48, 48);
        let exact = exact_cost(&x, &y);
        let mut before = f64::INFINITY;
        let limits = Limits {
            tolerance: 1e-4,
            most_iterations: 10_000,
        };
        for (epsilon, within) in [(0.1, 0.2), (0.01, 0.02), (0.001, 2e-3)] {
            let plan = sinkhorn(&x, &y, epsilon, limits);
            assert!(plan.cost < before && plan.cost > exact * (1.0 - 1e-3));
            assert!(plan.cost / exact - 1.0 < within, "{plan:?} {exact}");
            before = plan.cost;
        }
    }

    #[test]
    fn a_large_epsilon_gives_the_independent_coupling() {
        let (x, y) = sample(20, 30);
        for epsilon in [1e6, f64::INFINITY] {
            let plan = sinkhorn(&x, &y, epsilon, tight());
            let even = (0..20).all(|i| plan.row(i).iter().all(|p| (p * 30.0 - 1.0).abs() < 1e-4));
            assert!(even && plan.cost.is_finite());
        }
    }

    #[test]
    fn the_plan_is_the_only_coupling_of_its_form() {
        // For two points a side the plan has one unknown p on the diagonal, and
        // log(p^2 / (1/2 - p)^2) = (C_01 + C_10 - C_00 - C_11) / eps.
        let (x, y) = (vec![[0.0, 0.0], [1.0, 0.0]], vec![[0.2, 0.0], [0.9, 0.5]]);
        let c = |i: usize, j: usize| squared_distance(x[i], y[j]);
        let mean = (c(0, 0) + c(0, 1) + c(1, 0) + c(1, 1)) / 4.0;
        let gap = (c(0, 1) + c(1, 0) - c(0, 0) - c(1, 1)) / (0.3 * mean);
        let expected = 1.0 / (1.0 + libm::exp(-0.5 * gap));
        let plan = sinkhorn(&x, &y, 0.3, tight());
        assert!(
            (plan.row(0)[0] - expected).abs() < 1e-8,
            "{plan:?} {expected}"
        );
    }

    #[test]
    fn partners_are_drawn_as_the_plan_says() {
        let (x, y) = sample(12, 12);
        let plan = sinkhorn(&x, &y, 0.2, tight());
        let (mut rng, draws) = (Rng::new(1), 4000);
        let mut counts = [0.0; 12];
        for _ in 0..draws {
            counts[plan.draw(&mut rng)[5]] += 1.0;
        }
        let pairs = plan.pairs(x.clone(), &y, &mut rng);
        assert_eq!((pairs.len(), &pairs.x0), (12, &x));
        for (count, p) in counts.iter().zip(plan.row(5)) {
            let expected = p * f64::from(draws);
            assert!((count - expected).abs() < 5.0 * expected.sqrt() + 1.0);
        }
    }

    #[test]
    fn points_at_one_place_are_paired_evenly() {
        let plan = sinkhorn(&[[1.0, 1.0]; 3], &[[1.0, 1.0]; 3], 0.05, tight());
        assert!((plan.row(0)[0] - 1.0 / 3.0).abs() < 1e-12 && plan.cost == 0.0);
    }
}
