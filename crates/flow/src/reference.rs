//! Published numbers to hold ours against, and the data they belong to.
//!
//! TorchCFM's tutorial (Tong et al., *Improving and Generalizing Flow-Based Generative Models with
//! Minibatch Optimal Transport*, 2024) carries eight Gaussians
//! ([`datasets::eight_gaussians`](super::datasets::eight_gaussians)) to [`torch_cfm_moons`].

use super::Point;
use super::random::Rng;
use core::f64::consts::PI;

/// `E |x_1 - x_0|^2` from eight Gaussians to [`torch_cfm_moons`], independent pairs.
pub const INDEPENDENT_COST: f64 = 35.3;

/// The mean of the same over batches of `n` pairs matched exactly: `(n, cost)`.
pub const MATCHED_COSTS: [(u32, f64); 7] = [
    (16, 10.2),
    (32, 9.3),
    (64, 8.47),
    (128, 8.09),
    (256, 7.89),
    (512, 7.88),
    (1024, 7.71),
];

/// `3 moons - 1` of TorchCFM: torchdyn's `generate_moons(n, noise=0.2)`, with even angles on two
/// half circles, and one uniform shift from `[0, 0.2]` a point, shared by its coordinates.
pub fn torch_cfm_moons(rng: &mut Rng, n: usize) -> Vec<Point> {
    let upper = n / 2;
    let angle = |k: usize, n: usize| PI * k as f64 / n.saturating_sub(1).max(1) as f64;
    let moon = |k: usize| {
        let lower = k >= upper;
        let (s, c) = if lower {
            libm::sincos(angle(k - upper, n - upper))
        } else {
            libm::sincos(angle(k, upper))
        };
        if lower { [1.0 - c, 0.5 - s] } else { [c, s] }
    };
    let mut shifted = |k| {
        let shift = 0.2 * rng.uniform();
        moon(k).map(|v| 3.0 * (v + shift) - 1.0)
    };
    (0..n).map(&mut shifted).collect()
}
