//! Figures that say how good samples are, and how a flow got them there.
//!
//! Distances between samples never reach 0 for finite samples: show them beside the same distance
//! between two fresh samples of the target ([`floors`]).

use super::Point;
use super::assignment::assign_points;
use super::distribution::Distribution;
use super::pairs::squared_distance;
use super::random::Rng;
use super::solver::Frames;

/// Distances between two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Distances {
    /// See [`w2`].
    pub w2: f64,
    /// See [`energy_distance`].
    pub energy: f64,
}

impl Distances {
    /// Between two samples of one size.
    ///
    /// # Panics
    /// If the sizes differ.
    pub fn between(a: &[Point], b: &[Point]) -> Self {
        Self {
            w2: w2(a, b),
            energy: energy_distance(a, b),
        }
    }
}

/// What the distances are between two fresh samples of `n` points of `target`: even a perfect
/// model does not go below, on average. One draw of it: average some.
pub fn floors(target: &Distribution, n: usize, rng: &mut Rng) -> Distances {
    let a = target.sample(rng, n);
    Distances::between(&a, &target.sample(rng, n))
}

/// The 2-Wasserstein distance of two samples of one size, in units of length:
/// `W2^2 = min over permutations of mean |a_i - b_pi(i)|^2`, by exact assignment.
///
/// Meant for up to about 1000 points. 0 for empty samples.
///
/// # Panics
/// If the sizes differ.
pub fn w2(a: &[Point], b: &[Point]) -> f64 {
    let matched = assign_points(a, b);
    let total: f64 = a
        .iter()
        .zip(matched)
        .map(|(&a, j)| squared_distance(a, b[j]))
        .sum();
    (total / a.len().max(1) as f64).sqrt()
}

/// The energy distance `2 E|A - B| - E|A - A'| - E|B - B'|` of the two empirical distributions
/// (Szekely and Rizzo, *Energy Statistics*, 2013), in units of length; 0 only where they agree.
///
/// # Panics
/// If a sample is empty.
pub fn energy_distance(a: &[Point], b: &[Point]) -> f64 {
    assert!(
        !a.is_empty() && !b.is_empty(),
        "an energy distance needs points"
    );
    2.0 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b)
}

/// The mean of `|a_i - b_j|` over all `i` and `j`.
fn mean_distance(a: &[Point], b: &[Point]) -> f64 {
    let row = |&p: &Point| {
        b.iter()
            .map(|&q| squared_distance(p, q).sqrt())
            .sum::<f64>()
    };
    a.iter().map(row).sum::<f64>() / (a.len() * b.len()) as f64
}

/// The share of the samples that lie where `target` has mass; `None` where it has some everywhere, or
/// there is no sample. Of a perfect model it is 1.
pub fn on_support(samples: &[Point], target: &Distribution) -> Option<f64> {
    let inside = samples.iter().filter(|&&p| target.density(p) > 0.0).count();
    (target.bounded() && !samples.is_empty()).then(|| inside as f64 / samples.len() as f64)
}

/// `integral E |(x_1 - x_0) - v(x_t, t)|^2 dt` along a recorded flow (Liu et al., *Flow Straight
/// and Fast*, 2023, there called straightness): 0 where all paths are straight and of
/// even speed. `x_0` and `x_1` are the first and the last frame; their distance in time need not be 1.
///
/// Between frames the velocity is their difference quotient, which is what the particles did: exact
/// for Euler's method with all frames kept, and within `O(gap^2)` of the integral otherwise.
pub fn straightness(frames: &Frames) -> f64 {
    let last = frames.len().saturating_sub(1);
    if last == 0 {
        return 0.0;
    }
    let span = frames.times[last] - frames.times[0];
    let ends: Vec<(Point, Point)> = pairs(frames.frame(0), frames.frame(last)).collect();
    intervals(frames, |i, v| {
        let (start, end) = ends[i];
        squared_distance(v, [0, 1].map(|k| (end[k] - start[k]) / span))
    })
}

/// `E integral |v|^2 dt` along a recorded flow, with velocities as in [`straightness`].
///
/// Never below `E |x_1 - x_0|^2` when time runs over a unit interval, and equal to it for straight
/// paths of even speed; for the exact flow it is at least `W2^2` of its ends (Benamou and Brenier,
/// 2000).
pub fn kinetic_energy(frames: &Frames) -> f64 {
    intervals(frames, |_, v| squared_distance([0.0, 0.0], v))
}

/// The normalised path energy `|kinetic - W2^2| / W2^2` (Tong et al., 2024, section 5), with W2
/// between source and target: 0 for a flow that is the optimal transport.
pub fn normalised_path_energy(kinetic: f64, w2_of_ends: f64) -> f64 {
    let least = w2_of_ends * w2_of_ends;
    (kinetic - least).abs() / least
}

/// The integral over time of the mean over particles of `f(particle, velocity)`.
fn intervals(frames: &Frames, f: impl Fn(usize, Point) -> f64) -> f64 {
    let interval = |k: usize| {
        let gap = frames.times[k + 1] - frames.times[k];
        let moves = pairs(frames.frame(k), frames.frame(k + 1));
        let velocities = moves.map(|(a, b)| [(b[0] - a[0]) / gap, (b[1] - a[1]) / gap]);
        let sum: f64 = velocities.enumerate().map(|(i, v)| f(i, v)).sum();
        gap * sum / frames.frame(k).len().max(1) as f64
    };
    (1..frames.len()).map(|k| interval(k - 1)).sum()
}

fn pairs<'a>(a: &'a [Point], b: &'a [Point]) -> impl Iterator<Item = (Point, Point)> + 'a {
    a.iter().copied().zip(b.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datasets;
    use crate::reference::torch_cfm_moons;

    fn normal(n: usize, seed: u64) -> Vec<Point> {
        Distribution::standard_normal().sample(&mut Rng::new(seed), n)
    }

    fn moved(points: &[Point], scale: f64, shift: Point) -> Vec<Point> {
        points
            .iter()
            .rev()
            .map(|p| [scale * p[0] + shift[0], scale * p[1] + shift[1]])
            .collect()
    }

    #[test]
    fn w2_of_a_translated_or_scaled_sample_is_known() {
        let a = normal(200, 1);
        // Both maps are gradients of convex functions, so they are the optimal ones.
        assert!((w2(&a, &moved(&a, 1.0, [3.0, -4.0])) - 5.0).abs() < 1e-9);
        let size = (a
            .iter()
            .map(|&p| squared_distance(p, [0.0; 2]))
            .sum::<f64>()
            / 200.0)
            .sqrt();
        assert!((w2(&a, &moved(&a, 2.5, [0.0; 2])) - 1.5 * size).abs() < 1e-9);
        assert_eq!((w2(&a, &a), w2(&[], &[])), (0.0, 0.0));
    }

    #[test]
    fn w2_between_gaussians_agrees_with_the_closed_form() {
        // W2^2 = |m|^2 + 2 (s - 1)^2 for isotropic Gaussians; the sampling error is of order 0.1.
        let (a, b) = (normal(400, 2), moved(&normal(400, 3), 2.0, [4.0, 0.0]));
        assert!((w2(&a, &b) - 18.0f64.sqrt()).abs() < 0.25, "{}", w2(&a, &b));
    }

    #[test]
    fn the_energy_distance_agrees_with_closed_forms() {
        // E|A - B| of two points at distance d is d, within a point it is 0.
        assert_eq!(energy_distance(&[[0.0, 0.0]], &[[3.0, 4.0]]), 10.0);
        assert_eq!(energy_distance(&normal(50, 1), &normal(50, 1)), 0.0);
        // E|A - B| = sqrt(pi (s^2 + 1) / 2) for centred isotropic Gaussians in the plane.
        let mean = |variance: f64| (std::f64::consts::FRAC_PI_2 * variance).sqrt();
        let expected = 2.0 * mean(10.0) - mean(2.0) - mean(18.0);
        let measured = energy_distance(&normal(1000, 4), &moved(&normal(1000, 5), 3.0, [0.0; 2]));
        assert!(
            (measured / expected - 1.0).abs() < 0.1,
            "{measured} {expected}"
        );
    }

    #[test]
    fn the_support_of_the_checkerboard_is_its_black_squares() {
        // Oracle: the reference generator's squares, 2 / 0.45 wide: black where column and row are
        // both even or both odd. A white one is as likely as a black one for an even spread.
        let mut rng = Rng::new(8);
        let even: Vec<Point> = (0..4000)
            .map(|_| [0, 1].map(|_| 8.0 / 0.9 * (rng.uniform() - 0.5)))
            .collect();
        let black = |p: &&Point| {
            let [column, row] = p.map(|v| (v * 0.45).floor() as i64);
            (column + row) % 2 == 0
        };
        let expected = even.iter().filter(black).count() as f64 / 4000.0;
        let board = datasets::checkerboard();
        assert_eq!(on_support(&even, &board), Some(expected));
        assert_eq!(on_support(&board.sample(&mut rng, 500), &board), Some(1.0));
        assert_eq!(on_support(&even, &datasets::moons()), None);
        assert_eq!(on_support(&[], &board), None);
    }

    /// `points` followed along `path(start, t)`, recorded at `n` even times.
    fn recorded(n: usize, path: impl Fn(Point, f64) -> Point) -> Frames {
        let times: Vec<f64> = (0..n).map(|k| k as f64 / (n - 1) as f64).collect();
        let points = times
            .iter()
            .flat_map(|&t| normal(20, 6).into_iter().map(move |p| (p, t)));
        let points = points.map(|(p, t)| path(p, t)).collect();
        Frames { times, points }
    }

    #[test]
    fn straight_paths_are_straight_and_cost_their_length() {
        let frames = recorded(9, |p, t| [p[0] + 3.0 * t, p[1] - t]);
        assert!(straightness(&frames) < 1e-24);
        assert!((kinetic_energy(&frames) - 10.0).abs() < 1e-12);
        assert!(normalised_path_energy(10.0, 10.0f64.sqrt()) < 1e-12);
        assert!((normalised_path_energy(15.0, 10.0f64.sqrt()) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_circular_path_agrees_with_its_integral() {
        // A half circle of radius 1 at even speed: |v|^2 = pi^2 and x_1 - x_0 = 2 long, so the
        // straightness is pi^2 - 4.
        let angle = |t: f64| std::f64::consts::PI * t;
        let frames = recorded(400, |p, t| {
            [p[0] + libm::cos(angle(t)), p[1] + libm::sin(angle(t))]
        });
        let square = std::f64::consts::PI * std::f64::consts::PI;
        assert!((kinetic_energy(&frames) - square).abs() < 1e-3);
        assert!((straightness(&frames) - square + 4.0).abs() < 1e-3);
    }

    #[test]
    fn figures_of_no_flow_are_zero() {
        let none = Frames::default();
        assert_eq!((straightness(&none), kinetic_energy(&none)), (0.0, 0.0));
        let one = recorded(2, |p, _| p);
        assert_eq!((straightness(&one), kinetic_energy(&one)), (0.0, 0.0));
    }

    #[test]
    fn finite_sample_floors_are_those_of_the_reference_table() {
        let mut rng = Rng::new(7);
        let moons = w2(
            &torch_cfm_moons(&mut rng, 1000),
            &torch_cfm_moons(&mut rng, 1000),
        );
        assert!((moons - 0.10).abs() < 0.01, "{moons}");
        for (target, expected) in [
            (datasets::eight_gaussians(), 0.57),
            (datasets::checkerboard(), 0.37),
        ] {
            let mean = (0..4)
                .map(|_| floors(&target, 1000, &mut rng).w2)
                .sum::<f64>()
                / 4.0;
            assert!((mean / expected - 1.0).abs() < 0.2, "{expected}: {mean}");
        }
    }
}
