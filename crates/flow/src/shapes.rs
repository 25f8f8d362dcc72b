//! More targets, as [`Distribution`]s in the stage's coordinates: curves with Gaussian noise, by
//! quadrature along the curve as in [`super::datasets`], and Gaussians at given places.

use super::Point;
use super::distribution::{Component, Distribution};
use super::error::{DataError, TextError};
use super::labels::MOST_LABELS;
use super::ladder::{Bend, CURVE_NOISE, Rung, ladder, on_circle};
use super::quadrature::{Node, even_gauss, gauss_legendre};
use core::f64::consts::{FRAC_PI_2, PI, TAU};

/// Arms of the pinwheel.
pub(crate) const PINWHEEL_ARMS: u32 = 5;
/// Half the height of the s-curve, the outer radius of the swiss roll.
pub(crate) const CURVE_RADIUS: f64 = 4.0;
/// Radius of the smiley's face.
pub(crate) const FACE_RADIUS: f64 = 3.6;
/// Standard deviation of the Gaussians of [`gmm`].
pub(crate) const GMM_STD: f64 = 0.5;
/// Distance of their centres from the origin, unless they are moved.
pub(crate) const GMM_RADIUS: f64 = 3.0;
/// The most letters of a text.
pub const MOST_LETTERS: usize = 6;

/// A smooth piece of a drawing.
struct Stroke {
    bend: Bend,
    /// Its share of all points, before normalisation: its length, where evenly filled.
    mass: f64,
    /// The label of its points.
    class: u32,
    /// From a parameter, uniform on `[0, 1]`, to the point, and how likely it is.
    curve: Box<dyn Fn(f64) -> (Point, f64)>,
}

impl Stroke {
    /// A straight line.
    fn segment(from: Point, to: Point) -> Self {
        let length = libm::hypot(to[0] - from[0], to[1] - from[1]);
        let curve = move |u: f64| [0, 1].map(|i| from[i] + u * (to[i] - from[i]));
        let bend = Bend {
            speed: length,
            // Nothing bends, but few nodes see both ends: as for a curve of that size.
            radius: length,
        };
        Self::even(bend, length, curve)
    }

    /// An arc of a circle, between two angles.
    fn arc(centre: Point, radius: f64, from: f64, to: f64) -> Self {
        let length = radius * (to - from).abs();
        let curve = move |u: f64| {
            let [x, y] = on_circle(radius, from + u * (to - from));
            [centre[0] + x, centre[1] + y]
        };
        let bend = Bend {
            speed: length,
            radius,
        };
        Self::even(bend, length, curve)
    }

    /// A curve all of whose parameters are equally likely.
    fn even(bend: Bend, mass: f64, curve: impl Fn(f64) -> Point + 'static) -> Self {
        let curve = Box::new(move |u| (curve(u), 1.0));
        Self {
            bend,
            mass,
            class: 0,
            curve,
        }
    }

    /// The same, its points with that label.
    fn labelled(self, class: u32) -> Self {
        Self { class, ..self }
    }

    /// The mixture that stands for the stroke under that noise.
    fn components(&self, rung: Rung) -> Vec<Component> {
        let part = |(s, w): Node| {
            let (point, likely) = (self.curve)(0.5 * (1.0 + s));
            Component::gaussian(0.5 * w * self.mass * likely, point, rung.noise)
                .labelled(self.class)
        };
        self.rule(rung).into_iter().map(part).collect()
    }

    /// The rule with fewest nodes that is good enough: the even one converges like `1.22^(-2n)`, too
    /// slowly for a short stroke.
    fn rule(&self, rung: Rung) -> Vec<Node> {
        const ENOUGH: usize = 40;
        let even = self.bend.nodes(rung, 1.125);
        if rung.total > rung.noise || even < ENOUGH {
            gauss_legendre(self.bend.nodes(rung, FRAC_PI_2))
        } else {
            even_gauss(even)
        }
    }
}

/// The mixture of all strokes, with noise.
fn strokes(noise: f64, strokes: &[Stroke]) -> Distribution {
    ladder(noise, |rung| {
        strokes.iter().flat_map(|s| s.components(rung)).collect()
    })
}

/// Five bent arms, as in Johnson et al., *Composing Graphical Models with Neural Networks*, 2016:
/// radius `r` normal with mean 1 and deviation 0.3, turned by `exp(r) / 4`, all times 2.
///
/// Ours has the noise of all our curves, in both coordinates, in place of theirs across the arm, and
/// no radii beyond 2.5 deviations. Labels: the arms.
pub fn pinwheel() -> Distribution {
    const DEVIATIONS: f64 = 2.5;
    let arm = |k: u32| {
        let start = TAU * f64::from(k) / f64::from(PINWHEEL_ARMS);
        let curve = move |u: f64| {
            let z = DEVIATIONS * (2.0 * u - 1.0);
            let r = 1.0 + 0.3 * z;
            let point = on_circle(2.0 * r, start + 0.25 * libm::exp(r));
            (point, libm::exp(-0.5 * z * z))
        };
        Stroke {
            // |dX/du| at the outer end, and the curvature there.
            bend: Bend {
                speed: 8.2,
                radius: 1.0,
            },
            mass: 1.0,
            class: k,
            curve: Box::new(curve),
        }
    };
    let arms: Vec<_> = (0..PINWHEEL_ARMS).map(arm).collect();
    strokes(CURVE_NOISE, &arms)
}

/// Two three-quarter circles that make an S: scikit-learn's `make_s_curve` seen from the side, times
/// 2. Labels: the lower half, the upper half.
pub(crate) fn s_curve() -> Distribution {
    let radius = 0.5 * CURVE_RADIUS;
    let lower = Stroke::arc([0.0, -radius], radius, FRAC_PI_2, -PI);
    let upper = Stroke::arc([0.0, radius], radius, -FRAC_PI_2, -2.0 * PI);
    strokes(CURVE_NOISE, &[lower, upper.labelled(1)])
}

/// An Archimedean spiral of a turn and a half, `theta` from `3 pi / 2` to `9 pi / 2`, as
/// scikit-learn's `make_swiss_roll` seen from the side, with an outer radius of 4.
///
/// Ours is almost evenly filled along its length (`theta^2` is uniform); theirs has `theta` uniform.
/// Labels: the inner half, the outer half.
pub(crate) fn swiss_roll() -> Distribution {
    let (first, last) = (1.5 * PI, 4.5 * PI);
    let area = last * last - first * first;
    let unit = CURVE_RADIUS / last;
    let half = |k: u32| {
        move |u: f64| {
            let along = 0.5 * (f64::from(k) + u);
            let theta = (first * first + along * area).sqrt();
            on_circle(unit * theta, theta)
        }
    };
    // Both at the inner end.
    let bend = Bend {
        speed: 0.5 * unit * (1.0 + first * first).sqrt() * area / (2.0 * first),
        radius: unit * first,
    };
    let halves = [0, 1].map(|k| Stroke::even(bend, 1.0, half(k)).labelled(k));
    strokes(CURVE_NOISE, &halves)
}

/// A circle, an arc for the mouth, and two Gaussians for the eyes. Labels: face, eyes, mouth.
pub fn smiley() -> Distribution {
    let face = [0.0, PI].map(|from| Stroke::arc([0.0; 2], FACE_RADIUS, from, from + PI));
    let mouth = Stroke::arc([0.0; 2], 2.1, PI + 0.4, TAU - 0.4);
    let [left, right] = face;
    let lines = [left, right, mouth.labelled(2)];
    let eye = |x: f64| Component::gaussian(EYE_MASS, [x, 1.2], 0.3).labelled(1);
    ladder(CURVE_NOISE, |rung| {
        let mut parts: Vec<_> = lines.iter().flat_map(|s| s.components(rung)).collect();
        parts.extend([eye(-1.3), eye(1.3)]);
        parts
    })
}

/// The length of line that weighs as much as an eye.
const EYE_MASS: f64 = 2.5;

/// The letters of `text` in a row, as strokes evenly filled along their length, centred, within
/// 3.5 to either side and 3 up and down; the noise shrinks with the letters. Labels: the letters.
///
/// # Errors
/// If the text is empty or too long, or has anything else than the letters A to Z, in either case.
pub fn letters(text: &str) -> Result<Distribution, TextError> {
    let glyphs = text
        .chars()
        .map(|c| glyph(c).ok_or(TextError::Unknown(c)))
        .collect::<Result<Vec<_>, _>>()?;
    match glyphs.len() {
        0 => return Err(TextError::Empty),
        n if n > MOST_LETTERS => {
            return Err(TextError::TooLong {
                letters: n,
                most: MOST_LETTERS,
            });
        }
        _ => {}
    }
    let width = (ADVANCE * glyphs.len() as f64) - GAP;
    let unit = f64::min(7.0 / width, 1.0);
    let place = |index: usize, x: f64, y: f64| {
        let left = ADVANCE * index as f64 - 0.5 * width;
        [unit * (left + x), unit * (y - 3.0)]
    };
    let lines: Vec<_> = glyphs
        .iter()
        .enumerate()
        .flat_map(|(i, lines)| {
            polylines(lines).map(move |[a, b]| {
                Stroke::segment(place(i, a[0], a[1]), place(i, b[0], b[1])).labelled(i as u32)
            })
        })
        .collect();
    Ok(strokes(f64::min(CURVE_NOISE, 0.2 * unit), &lines))
}

/// Letters are 4 wide and 6 high, with a gap between them.
const GAP: f64 = 2.0;
const ADVANCE: f64 = 4.0 + GAP;

/// The straight pieces of polylines that are written as corners `xy`, one word each, with a comma
/// between polylines.
fn polylines(text: &str) -> impl Iterator<Item = [Point; 2]> {
    text.split(',').flat_map(|line| {
        let corner = |word: &str| [0, 1].map(|i| f64::from(word.as_bytes()[i] - b'0'));
        let corners: Vec<Point> = line.split_whitespace().map(corner).collect();
        let pieces: Vec<_> = corners.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        pieces
    })
}

/// The polylines of a letter, on a grid of 4 by 6.
fn glyph(letter: char) -> Option<&'static str> {
    const GLYPHS: [&str; 26] = [
        "00 26 40, 13 33",
        "00 06 36 45 44 33 03, 33 42 41 30 00",
        "45 36 16 05 01 10 30 41",
        "00 06 26 44 42 20 00",
        "46 06 00 40, 03 33",
        "46 06 00, 03 33",
        "45 36 16 05 01 10 30 41 43 23",
        "00 06, 40 46, 03 43",
        "10 30, 20 26, 16 36",
        "46 41 30 10 01",
        "00 06, 46 03 40",
        "06 00 40",
        "00 06 23 46 40",
        "00 06 40 46",
        "10 01 05 16 36 45 41 30 10",
        "00 06 36 45 44 33 03",
        "10 01 05 16 36 45 41 30 10, 22 40",
        "00 06 36 45 44 33 03, 13 40",
        "45 36 16 05 04 13 33 42 41 30 10 01",
        "06 46, 20 26",
        "06 01 10 30 41 46",
        "06 20 46",
        "06 10 23 30 46",
        "00 46, 06 40",
        "06 23 46, 23 20",
        "06 46 00 40",
    ];
    let letter = letter.to_ascii_uppercase();
    letter
        .is_ascii_uppercase()
        .then(|| GLYPHS[(letter as u8 - b'A') as usize])
}

/// `k` points on a circle of that radius, evenly spaced, the first at the top.
pub(crate) fn polygon(k: u32, radius: f64) -> Vec<Point> {
    let corner = |i| on_circle(radius, FRAC_PI_2 + TAU * f64::from(i) / f64::from(k));
    (0..k).map(corner).collect()
}

/// Gaussians of deviation [`GMM_STD`] around those points, all equally likely, a label each (the
/// ninth has the first again).
///
/// # Errors
/// If there is no point, or one is not finite.
pub fn gmm(positions: &[Point]) -> Result<Distribution, DataError> {
    if positions.is_empty() {
        return Err(DataError::NothingDrawn);
    }
    let bad = |p: &Point| !p.iter().all(|v| v.is_finite());
    if let Some(i) = positions.iter().position(bad) {
        return Err(DataError::NotFinite(i));
    }
    let component = |(i, &p)| Component::gaussian(1.0, p, GMM_STD).labelled(i % MOST_LABELS);
    let parts = (0..).zip(positions).map(component);
    Ok(Distribution::new(parts.collect()))
}

#[cfg(test)]
mod tests;
