//! Curves with Gaussian noise as mixtures, by quadrature along the curve, and their stand-ins under more
//! noise, which need fewer components.

use super::Point;
use super::distribution::{Component, Distribution};

/// Noise of all curves, in both coordinates.
pub(crate) const CURVE_NOISE: f64 = 0.15;
/// Gap between neighbouring centres along a curve, in units of the noise.
const SPACING: f64 = 1.1;
/// The same for the stand-ins under more noise, in units of all noise.
const COARSE_SPACING: f64 = 1.1;
/// A curve has at least this many nodes.
const LEAST_NODES: usize = 8;

/// How far a curve goes in a unit of its parameter, and its least radius of curvature.
#[derive(Clone, Copy)]
pub(crate) struct Bend {
    pub(crate) speed: f64,
    pub(crate) radius: f64,
}

/// The noise around a curve, and all the noise there will be when the flow has added its own.
#[derive(Clone, Copy)]
pub(crate) struct Rung {
    pub(crate) noise: f64,
    pub(crate) total: f64,
}

impl Bend {
    /// How many nodes are enough, for a rule whose widest gap is that many times the even one.
    ///
    /// [`SPACING`] times the noise for the data alone. Relative to the density of a point `d` noises
    /// outside a circle of that radius, the alias of an even sum is larger (it is a quotient of
    /// Bessel functions, `I_n / I_0` at `(radius + d noise) radius / noise^2`), which matters when
    /// the noise is as wide as the circle; `d = 8` holds all there is to see.
    pub(crate) fn nodes(self, rung: Rung, widest: f64) -> usize {
        let near = SPACING * rung.noise;
        let gap = if rung.total > rung.noise {
            COARSE_SPACING * rung.total / (1.0 + 8.0 * rung.total / self.radius).sqrt()
        } else {
            near
        };
        (libm::ceil(widest * self.speed / gap.max(near)) as usize).max(LEAST_NODES)
    }
}

/// A distribution with its stand-ins, each for twice the noise of the one before, as long as they
/// save components.
pub(crate) fn ladder(noise: f64, build: impl Fn(Rung) -> Vec<Component>) -> Distribution {
    let mut data = Distribution::new(build(Rung {
        noise,
        total: noise,
    }));
    let mut least = data.components().len();
    for k in 1..8 {
        let total = noise * f64::from(1 << k);
        let parts = build(Rung { noise, total });
        if parts.len() < least {
            least = parts.len();
            data = data.with_coarser((total * total - noise * noise).sqrt(), parts);
        }
    }
    data
}

/// The point at that angle of the circle around the origin.
pub(crate) fn on_circle(radius: f64, angle: f64) -> Point {
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}
