//! Couplings: how source and target points are paired before the straight path between them.
//!
//! Minibatch optimal transport (Pooladian et al., *Multisample Flow Matching*, 2023; Tong et al.,
//! *Improving and Generalizing Flow-Based Generative Models with Minibatch Optimal Transport*,
//! 2024) pairs the points of a batch so that the sum of squared distances is least.

use super::Point;
use super::assignment::assign_points;
use super::pairs::Pairs;
use super::partial::partial_pairs;
use super::random::Rng;
use super::sinkhorn::{Limits, sinkhorn};

/// The most pairs matched at once. The time of a matching grows faster than `n^2`, while its cost
/// hardly falls any more (by 2 percent from 512 to 1024 for 8 Gaussians to moons), so a larger
/// batch is matched in groups.
pub(crate) const LARGEST_MATCHING: usize = 1024;

/// The same for entropic and partial matchings, which are slower.
pub(crate) const LARGEST_SOFT_MATCHING: usize = 256;

/// The cheapest pairs of as many points of both, each used once. The order of `x0` stays.
///
/// # Panics
/// If the numbers of points differ.
pub fn matched(x0: Vec<Point>, x1: &[Point]) -> Pairs {
    let match_group = |x0: &[Point], x1: &[Point]| -> Vec<Point> {
        assign_points(x0, x1).into_iter().map(|j| x1[j]).collect()
    };
    let x1 = in_groups(LARGEST_MATCHING, &x0, x1).flat_map(|(x0, x1)| match_group(x0, x1));
    Pairs {
        x1: x1.collect(),
        x0,
    }
}

/// Every point of `x0` with a partner drawn from the entropic plan of its group.
///
/// # Panics
/// If the numbers of points differ, or `epsilon` is not positive.
pub(crate) fn softly_matched(x0: &[Point], x1: &[Point], epsilon: f64, rng: &mut Rng) -> Pairs {
    let mut pairs = Pairs::default();
    for (x0, x1) in in_groups(LARGEST_SOFT_MATCHING, x0, x1) {
        let plan = sinkhorn(x0, x1, epsilon, Limits::default());
        pairs.append(plan.pairs(x0.to_vec(), x1, rng));
    }
    pairs
}

/// The cheapest pairs of a share `keep` of each group.
///
/// # Panics
/// If the numbers of points differ.
pub fn partly_matched(x0: &[Point], x1: &[Point], keep: f64) -> Pairs {
    let mut pairs = Pairs::default();
    for (x0, x1) in in_groups(LARGEST_SOFT_MATCHING, x0, x1) {
        pairs.append(partial_pairs(x0, x1, keep));
    }
    pairs
}

/// Both sets in groups of at most that many.
fn in_groups<'a>(
    size: usize,
    x0: &'a [Point],
    x1: &'a [Point],
) -> impl Iterator<Item = (&'a [Point], &'a [Point])> {
    assert_eq!(
        x0.len(),
        x1.len(),
        "a coupling needs as many points of both"
    );
    x0.chunks(size).zip(x1.chunks(size))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::random::Rng;
    use crate::reference::{INDEPENDENT_COST, MATCHED_COSTS, torch_cfm_moons};

    fn independent(x0: Vec<Point>, x1: &[Point]) -> Pairs {
        let x1 = x1.to_vec();
        Pairs { x0, x1 }
    }

    /// Mean cost of `batches` batches of `n`.
    fn mean_cost(couple: fn(Vec<Point>, &[Point]) -> Pairs, n: usize, batches: usize) -> f64 {
        let mut rng = Rng::new(1);
        let source = datasets::eight_gaussians();
        let mut cost = || {
            let x0 = source.sample(&mut rng, n);
            couple(x0, &torch_cfm_moons(&mut rng, n)).cost()
        };
        (0..batches).map(|_| cost()).sum::<f64>() / batches as f64
    }

    #[test]
    fn minibatch_costs_are_those_of_the_reference_table() {
        let independent = mean_cost(independent, 10_000, 1);
        assert!(
            (independent / INDEPENDENT_COST - 1.0).abs() < 0.02,
            "{independent}"
        );
        // The larger ones take too long here; `examples/reproduce.rs` has them.
        let batches = [500, 200, 100, 40, 16];
        for ((n, expected), batches) in MATCHED_COSTS.into_iter().zip(batches) {
            let cost = mean_cost(matched, n as usize, batches);
            assert!((cost / expected - 1.0).abs() < 0.04, "{n}: {cost}");
        }
    }

    fn sample(n: usize) -> (Vec<Point>, Vec<Point>) {
        let mut rng = Rng::new(3);
        let x0 = datasets::eight_gaussians().sample(&mut rng, n);
        (x0, datasets::checkerboard().sample(&mut rng, n))
    }

    #[test]
    fn a_coupling_keeps_all_points_and_the_order_of_the_source() {
        let (x0, x1) = sample(LARGEST_MATCHING + 100);
        let pairs = matched(x0.clone(), &x1);
        assert_eq!(pairs.x0, x0);
        let sorted = |mut points: Vec<Point>| {
            points.sort_by(|a, b| a.partial_cmp(b).unwrap());
            points
        };
        assert_eq!(sorted(pairs.x1), sorted(x1.clone()));
        assert_eq!(independent(x0, &x1).x1, x1);
    }

    #[test]
    fn optimal_pairs_are_monotone_so_they_never_meet_at_one_time() {
        let (x0, x1) = sample(200);
        let pairs = matched(x0, &x1);
        let all: Vec<_> = pairs.iter().collect();
        for (i, &(a, b)) in all.iter().enumerate() {
            for &(c, d) in &all[..i] {
                let product = (a[0] - c[0]) * (b[0] - d[0]) + (a[1] - c[1]) * (b[1] - d[1]);
                assert!(product > -1e-9, "exchanging two partners would be cheaper");
            }
        }
    }

    #[test]
    fn optimal_pairs_cross_rarely_but_can() {
        let (x0, x1) = sample(200);
        let independent = independent(x0.clone(), &x1).crossings(200);
        let optimal = matched(x0, &x1).crossings(200);
        assert!(
            independent > 0.2 && optimal < 0.01,
            "{independent} {optimal}"
        );
        // The diagonals of a convex quadrilateral, and yet the cheaper of the two pairings.
        let (x0, x1) = (vec![[0.0, 0.0], [1.0, 0.0]], vec![[1.9, 0.5], [2.2, 1.1]]);
        let pairs = matched(x0, &x1);
        assert_eq!((&pairs.x1, pairs.crossings(2)), (&x1, 1.0));
    }

    #[test]
    fn crossings_are_counted_as_drawn() {
        let cross = Pairs {
            x0: vec![[0.0, 0.0], [0.0, 1.0], [5.0, 5.0]],
            x1: vec![[1.0, 1.0], [1.0, 0.0], [6.0, 5.0]],
        };
        assert_eq!(cross.crossings(3), 1.0 / 3.0);
        assert_eq!((cross.crossings(1), cross.crossings(0)), (0.0, 0.0));
        // Sharing an end, or touching, is no crossing.
        let touch = Pairs {
            x0: vec![[0.0, 0.0], [0.0, 0.0]],
            x1: vec![[1.0, 1.0], [1.0, 0.0]],
        };
        assert_eq!(touch.crossings(2), 0.0);
        assert_eq!(Pairs::default().cost(), 0.0);
    }
}
