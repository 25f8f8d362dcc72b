//! The named sources and targets, as [`Distribution`]s in the stage's coordinates.
//!
//! Curves with Gaussian noise are mixtures of Gaussians whose centres are quadrature nodes along
//! the curve. Replacing the integral along the curve by an even sum with spacing `h` changes the
//! density by a relative `2 exp(-2 pi^2 std^2 / h^2)` (Poisson summation: the sum's first alias is
//! damped by the Gaussian's Fourier transform at `2 pi / h`), about `2e-7` at `h = 1.1 std`. Open
//! curves use a Gauss rule pulled towards even spacing, so that their ends are as accurate.
//! Where a flow adds noise, fewer nodes do: each curve carries a ladder of such stand-ins.

use super::Point;
use super::distribution::{Component, Distribution};
use super::error::DataError;
use super::labels::MOST_LABELS;
use super::ladder::{Bend, CURVE_NOISE, Rung, ladder, on_circle};
use super::quadrature::{even_gauss, gauss_legendre};
use super::shapes;
use super::spec::{Drawn, Source, Target};
use core::f64::consts::{FRAC_PI_2, PI, TAU};

/// The reference checkerboard is divided by this, so that its squares have side `1 / 0.45`.
pub(crate) const CHECKER_SCALE: f64 = 0.45;
/// Distance of the eight Gaussians from the origin, as in TorchCFM.
pub(crate) const EIGHT_RADIUS: f64 = 5.0;
/// Standard deviation of each of the eight Gaussians, as in TorchCFM: `0.1^(1/4)`.
pub(crate) const EIGHT_STD: f64 = 0.562_341_325_190_349_1;
/// Noise of scikit-learn's moons, before [`MOONS_SCALE`].
pub(crate) const MOONS_NOISE: f64 = 0.05;
/// The moons are centred and multiplied by this.
pub(crate) const MOONS_SCALE: f64 = 2.0;
/// Half-width of the uniform square: unit variance, as the standard normal has.
pub(crate) const SQUARE_HALF_WIDTH: f64 = 1.732_050_807_568_877_2;
/// Where the two spiral arms end; they begin at a fifth of it.
pub(crate) const SPIRAL_RADIUS: f64 = 4.0;
/// Radii of the concentric rings, drawn in proportion to their length.
pub(crate) const RING_RADII: [f64; 3] = [1.2, 2.4, 3.6];
/// Radius of the ring that is a source.
pub(crate) const RING_RADIUS: f64 = 2.0;
/// Standard deviation of the Gaussian around every drawn point.
pub(crate) const DRAWN_STD: f64 = 0.08;

/// The distribution of `X_0`.
///
/// # Errors
/// If the source is what the user drew or moved, and that is empty or not finite.
pub fn source(source: Source, drawn: &Drawn) -> Result<Distribution, DataError> {
    Ok(match source {
        Source::Gaussian => Distribution::standard_normal(),
        Source::Square => square(),
        Source::Ring => ring(),
        Source::Gmm => shapes::gmm(&drawn.source_centres)?,
        Source::EightGaussians => eight_gaussians(),
        Source::Moons => moons(),
        Source::Drawn => around_points(&drawn.source)?,
    })
}

/// The distribution of `X_1`.
///
/// # Errors
/// If the target is what the user drew, moved or wrote, and that is empty or not finite.
pub fn target(target: Target, drawn: &Drawn) -> Result<Distribution, DataError> {
    Ok(match target {
        Target::Checkerboard => checkerboard(),
        Target::Moons => moons(),
        Target::EightGaussians => eight_gaussians(),
        Target::Spirals => spirals(),
        Target::Gmm => shapes::gmm(&drawn.centres)?,
        Target::Pinwheel => shapes::pinwheel(),
        Target::Rings => rings(),
        Target::SCurve => shapes::s_curve(),
        Target::SwissRoll => shapes::swiss_roll(),
        Target::Smiley => shapes::smiley(),
        Target::Letters => shapes::letters(&drawn.letters)?,
        Target::Drawn => around_points(&drawn.target)?,
    })
}

/// How many labels the points of a target have, at least one.
pub fn classes(target: Target, drawn: &Drawn) -> u32 {
    let count = match target {
        Target::EightGaussians => 8,
        Target::Gmm => drawn.centres.len(),
        Target::Pinwheel => shapes::PINWHEEL_ARMS as usize,
        Target::Rings | Target::Smiley => 3,
        Target::Letters => drawn.letters.len(),
        Target::Drawn => 1,
        _ => 2,
    };
    count.clamp(1, MOST_LABELS as usize) as u32
}

/// Eight squares of a four by four board: `x1 = 4u - 2`, `x2 = u' - 2 Bern(1/2) + (floor(x1) mod 2)`,
/// both divided by [`CHECKER_SCALE`].
/// Labels: the left half, the right half.
pub fn checkerboard() -> Distribution {
    let corner = |column: i32, upper: i32| {
        [
            f64::from(column),
            f64::from(column.rem_euclid(2) - 2 * (1 - upper)),
        ]
    };
    let square = |column, upper| {
        let low = corner(column, upper);
        let high = low.map(|v| v + 1.0);
        Component::uniform(
            1.0,
            low.map(|v| v / CHECKER_SCALE),
            high.map(|v| v / CHECKER_SCALE),
        )
        .labelled(u32::from(column >= 0))
    };
    Distribution::new(
        (-2..2)
            .flat_map(|column| [square(column, 0), square(column, 1)])
            .collect(),
    )
}

/// Eight Gaussians on a circle, a label each, anticlockwise from the right.
pub fn eight_gaussians() -> Distribution {
    let component = |i: u32| {
        let angle = TAU * f64::from(i) / 8.0;
        Component::gaussian(1.0, on_circle(EIGHT_RADIUS, angle), EIGHT_STD).labelled(i)
    };
    Distribution::new((0..8).map(component).collect())
}

/// Uniform on a square around the origin, of unit variance in each coordinate.
pub fn square() -> Distribution {
    let corner = [SQUARE_HALF_WIDTH; 2];
    Distribution::new(vec![Component::uniform(1.0, corner.map(|v| -v), corner)])
}

/// scikit-learn's two half circles with noise 0.05, their mean `(1/2, 1/4)` moved to the origin,
/// times 2. Labels: the upper, the lower.
pub fn moons() -> Distribution {
    let place = |x: f64, y: f64| [MOONS_SCALE * (x - 0.5), MOONS_SCALE * (y - 0.25)];
    let upper = |u: f64| {
        let [c, s] = on_circle(1.0, PI * u);
        place(c, s)
    };
    let lower = |u: f64| {
        let [c, s] = on_circle(1.0, PI * u);
        place(1.0 - c, 0.5 - s)
    };
    let bend = Bend {
        speed: MOONS_SCALE * PI,
        radius: MOONS_SCALE,
    };
    ladder(MOONS_SCALE * MOONS_NOISE, |rung| {
        let mut components = open_curve(bend, rung, 0, upper);
        components.extend(open_curve(bend, rung, 1, lower));
        components
    })
}

/// Two Archimedean arms, half a turn apart, almost evenly filled along their length.
///
/// A point is drawn by `theta^2` uniform between `(pi/2)^2` and `(5 pi/2)^2`, radius proportional
/// to `theta`, and noise. Labels: the two arms.
pub fn spirals() -> Distribution {
    let (first, last) = (FRAC_PI_2, 2.5 * PI);
    let area = last * last - first * first;
    let arm = |turn: f64| {
        move |u: f64| {
            let theta = (first * first + u * area).sqrt();
            on_circle(SPIRAL_RADIUS * theta / last, theta + turn)
        }
    };
    // The speed |dX/du| is greatest at the inner end.
    let speed = SPIRAL_RADIUS / last * (1.0 + first * first).sqrt() * area / (2.0 * first);
    // Radius of curvature half way along, roughly.
    let radius = 0.5 * SPIRAL_RADIUS;
    let bend = Bend { speed, radius };
    ladder(CURVE_NOISE, |rung| {
        let mut components = open_curve(bend, rung, 0, arm(0.0));
        components.extend(open_curve(bend, rung, 1, arm(PI)));
        components
    })
}

/// Concentric circles, evenly filled along their total length, with noise. Labels: from the inside.
pub fn rings() -> Distribution {
    ladder(CURVE_NOISE, |rung| {
        let circles = RING_RADII.into_iter().zip(0..);
        circles
            .flat_map(|(radius, class)| circle(radius, rung).map(move |c| c.labelled(class)))
            .collect()
    })
}

/// One blurred circle around the origin.
pub fn ring() -> Distribution {
    ladder(CURVE_NOISE, |rung| circle(RING_RADIUS, rung).collect())
}

/// Components along a circle, which weigh as much as it is long.
fn circle(radius: f64, rung: Rung) -> impl Iterator<Item = Component> {
    let bend = Bend {
        speed: TAU * radius,
        radius,
    };
    let n = bend.nodes(rung, 1.0);
    (0..n).map(move |i| {
        let angle = TAU * i as f64 / n as f64;
        Component::gaussian(radius / n as f64, on_circle(radius, angle), rung.noise)
    })
}

/// A small Gaussian around every point, all equally likely.
///
/// # Errors
/// If there is no point, or one is not finite.
pub(crate) fn around_points(points: &[Point]) -> Result<Distribution, DataError> {
    if points.is_empty() {
        return Err(DataError::NothingDrawn);
    }
    if let Some(i) = points.iter().position(|p| !p.iter().all(|v| v.is_finite())) {
        return Err(DataError::NotFinite(i));
    }
    let kernel = |&p: &Point| Component::gaussian(1.0, p, DRAWN_STD);
    Ok(Distribution::new(points.iter().map(kernel).collect()))
}

/// The mixture of `curve(u) + noise` with `u` uniform on `[0, 1]`, with one label.
///
/// The widest gap of `even_gauss` is 2.25 / 2 times that of an even grid, that of a plain Gauss rule
/// `pi / 2` times; but the former converges only like `1.22^(-2n)`, too slowly for few nodes.
fn open_curve(bend: Bend, rung: Rung, class: u32, curve: impl Fn(f64) -> Point) -> Vec<Component> {
    let rule = if rung.total > rung.noise {
        gauss_legendre(bend.nodes(rung, FRAC_PI_2))
    } else {
        even_gauss(bend.nodes(rung, 1.125))
    };
    rule.into_iter()
        .map(|(s, w)| Component::gaussian(w, curve(0.5 * (1.0 + s)), rung.noise).labelled(class))
        .collect()
}

#[cfg(test)]
mod tests;
