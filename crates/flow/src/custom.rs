//! Schedules drawn by hand: a rising curve through a few control points.
//!
//! The curve is a piecewise cubic whose slopes are chosen so that it rises wherever its points do
//! (Fritsch and Carlson, *Monotone Piecewise Cubic Interpolation*, 1980): continuous with its
//! derivative, and never overshooting. `alpha` is such a curve from 0 to 1, `sigma` is `1 - alpha` or
//! one minus a curve of its own. So `alpha(0) = 0`, `sigma(0) = 1`, `alpha(1) = 1`, `sigma(1) = 0`,
//! both derivatives are finite, and the signal-to-noise ratio increases.

use super::coefficients::Coefficients;
use core::fmt;
use serde::{Deserialize, Serialize};

/// The most control points of a curve; curves are small values that can be copied.
pub const MOST_POINTS: usize = 8;
/// Neighbouring points must be this far apart, in time and in value.
pub const LEAST_GAP: f64 = 1e-3;

/// Why control points make no schedule. `Display` is a sentence for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CurveError {
    /// Fewer than two points, or more than [`MOST_POINTS`].
    Count(usize),
    /// The point of this index has a coordinate that is not a finite number.
    NotFinite(usize),
    /// The first point is not `(0, 0)`, or the last is not `(1, 1)`.
    Ends,
    /// The point of this index is not to the right of the one before it.
    NotLater(usize),
    /// The point of this index is not above the one before it.
    NotHigher(usize),
}

impl fmt::Display for CurveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(n) => write!(
                f,
                "A schedule needs 2 to {MOST_POINTS} control points, but {n} were given."
            ),
            Self::NotFinite(i) => write!(
                f,
                "Control point {} has a coordinate that is not a finite number.",
                i + 1
            ),
            Self::Ends => f.write_str("A schedule must begin at (0, 0) and end at (1, 1)."),
            Self::NotLater(i) => write!(
                f,
                "Control point {} must lie at least {LEAST_GAP} to the right of the one before it.",
                i + 1
            ),
            Self::NotHigher(i) => write!(
                f,
                "Control point {} must lie at least {LEAST_GAP} above the one before it: the curve has to rise.",
                i + 1
            ),
        }
    }
}

impl core::error::Error for CurveError {}

/// A rising curve from `(0, 0)` to `(1, 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(f64, f64)>", into = "Vec<(f64, f64)>")]
pub struct Curve {
    points: usize,
    t: [f64; MOST_POINTS],
    value: [f64; MOST_POINTS],
    slope: [f64; MOST_POINTS],
}

impl Curve {
    /// The curve through `points`, `(time, value)` each, both rising.
    ///
    /// # Errors
    /// If the points do not rise from `(0, 0)` to `(1, 1)`, or are too few or too many.
    pub fn new(points: &[(f64, f64)]) -> Result<Self, CurveError> {
        check(points)?;
        let mut curve = Self {
            points: points.len(),
            t: [0.0; MOST_POINTS],
            value: [0.0; MOST_POINTS],
            slope: [0.0; MOST_POINTS],
        };
        for (i, &(t, value)) in points.iter().enumerate() {
            (curve.t[i], curve.value[i]) = (t, value);
        }
        curve.set_slopes();
        Ok(curve)
    }

    /// The straight line.
    pub fn line() -> Self {
        let (mut t, mut slope) = ([0.0; MOST_POINTS], [0.0; MOST_POINTS]);
        t[1] = 1.0;
        slope[..2].fill(1.0);
        Self {
            points: 2,
            t,
            value: t,
            slope,
        }
    }

    /// The control points.
    pub fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        (0..self.points).map(|i| (self.t[i], self.value[i]))
    }

    /// The value at `t`; times outside `[0, 1]` are taken as the nearer end.
    pub fn value(&self, t: f64) -> f64 {
        self.at(t).0
    }

    /// Value and derivative at `t`.
    pub fn at(&self, t: f64) -> (f64, f64) {
        let t = t.clamp(0.0, 1.0);
        let inner = &self.t[1..self.points - 1];
        let i = inner.partition_point(|&knot| knot <= t);
        let h = self.t[i + 1] - self.t[i];
        let s = (t - self.t[i]) / h;
        let (a, b) = (h * self.slope[i], h * self.slope[i + 1]);
        let rise = self.value[i + 1] - self.value[i];
        // The cubic of Hermite, in the form that is exact at both ends.
        if s == 1.0 {
            return (self.value[i + 1], self.slope[i + 1]);
        }
        let (square, cubic) = (3.0 * rise - 2.0 * a - b, a + b - 2.0 * rise);
        let value = self.value[i] + s * (a + s * (square + s * cubic));
        (value, (a + s * (2.0 * square + 3.0 * s * cubic)) / h)
    }

    /// The mean rate of rise from point `i` to the next.
    fn secant(&self, i: usize) -> f64 {
        (self.value[i + 1] - self.value[i]) / (self.t[i + 1] - self.t[i])
    }

    /// Means of neighbouring secants, drawn in where the cubic would not be monotone.
    fn set_slopes(&mut self) {
        let last = self.points - 1;
        for i in 0..=last {
            let before = self.secant(i.max(1) - 1);
            let after = self.secant(i.min(last - 1));
            self.slope[i] = 0.5 * (before + after);
        }
        for i in 0..last {
            let secant = self.secant(i);
            let (a, b) = (self.slope[i] / secant, self.slope[i + 1] / secant);
            let radius = libm::hypot(a, b);
            if radius > 3.0 {
                self.slope[i] = 3.0 * a / radius * secant;
                self.slope[i + 1] = 3.0 * b / radius * secant;
            }
        }
    }
}

/// Whether the points rise from `(0, 0)` to `(1, 1)`.
fn check(points: &[(f64, f64)]) -> Result<(), CurveError> {
    let n = points.len();
    if !(2..=MOST_POINTS).contains(&n) {
        return Err(CurveError::Count(n));
    }
    let finite = |p: &(f64, f64)| p.0.is_finite() && p.1.is_finite();
    if let Some(i) = points.iter().position(|p| !finite(p)) {
        return Err(CurveError::NotFinite(i));
    }
    if (points[0], points[n - 1]) != ((0.0, 0.0), (1.0, 1.0)) {
        return Err(CurveError::Ends);
    }
    for (i, pair) in points.windows(2).enumerate() {
        if pair[1].0 - pair[0].0 < LEAST_GAP {
            return Err(CurveError::NotLater(i + 1));
        }
        if pair[1].1 - pair[0].1 < LEAST_GAP {
            return Err(CurveError::NotHigher(i + 1));
        }
    }
    Ok(())
}

impl TryFrom<Vec<(f64, f64)>> for Curve {
    type Error = CurveError;

    fn try_from(points: Vec<(f64, f64)>) -> Result<Self, CurveError> {
        Self::new(&points)
    }
}

impl From<Curve> for Vec<(f64, f64)> {
    fn from(curve: Curve) -> Self {
        curve.points().collect()
    }
}

/// A schedule drawn by hand.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Custom {
    alpha: Curve,
    /// `1 - sigma`.
    quiet: Curve,
}

impl Custom {
    /// `alpha` along that curve, `sigma = 1 - alpha`.
    pub fn new(alpha: Curve) -> Self {
        let quiet = alpha;
        Self { alpha, quiet }
    }

    /// The same with `sigma = 1 - quiet`: what a schedule with two curves is tested with.
    #[cfg(test)]
    #[must_use]
    fn with_quiet(self, quiet: Curve) -> Self {
        Self { quiet, ..self }
    }

    /// The coefficient of the data.
    pub fn alpha(&self, t: f64) -> f64 {
        self.alpha.value(t)
    }

    /// The coefficient of the source.
    pub fn sigma(&self, t: f64) -> f64 {
        1.0 - self.quiet.value(t)
    }

    /// Values and derivatives.
    pub fn coefficients(&self, t: f64) -> Coefficients {
        let ((alpha, d_alpha), (quiet, d_quiet)) = (self.alpha.at(t), self.quiet.at(t));
        Coefficients {
            alpha,
            sigma: 1.0 - quiet,
            d_alpha,
            d_sigma: -d_quiet,
        }
    }

    /// `rho = alpha / sigma`; infinite at `t = 1`.
    pub fn snr(&self, t: f64) -> f64 {
        self.alpha(t) / self.sigma(t)
    }

    /// The time at which the SNR is `rho >= 0`, to `1e-12` (1 for infinity).
    ///
    /// The root of `(alpha - rho sigma) / (1 + rho)`, which increases from `-rho / (1 + rho)` to
    /// `1 / (1 + rho)`: Newton's steps, halving the bracket instead where one would leave it or gain
    /// too little.
    pub fn inverse_snr(&self, rho: f64) -> f64 {
        let (signal, noise) = if rho.is_finite() {
            (1.0 / (1.0 + rho), rho / (1.0 + rho))
        } else {
            (0.0, 1.0)
        };
        let (mut low, mut high) = (0.0, 1.0);
        let mut t = noise;
        for _ in 0..200 {
            let c = self.coefficients(t);
            let value = signal * c.alpha - noise * c.sigma;
            if value == 0.0 {
                break;
            }
            *(if value < 0.0 { &mut low } else { &mut high }) = t;
            let newton = t - value / (signal * c.d_alpha - noise * c.d_sigma);
            let inside = newton > low && newton < high;
            let next = if inside { newton } else { 0.5 * (low + high) };
            let step = (next - t).abs();
            t = next;
            if step < 1e-15 || high - low < 1e-15 {
                break;
            }
        }
        t
    }

    /// `alpha' - sigma' > 0`, the condition under which signal only grows against noise.
    pub fn one_way(&self, t: f64) -> f64 {
        let c = self.coefficients(t);
        c.d_alpha - c.d_sigma
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEEP: [(f64, f64); 5] = [(0.0, 0.0), (0.2, 0.01), (0.4, 0.8), (0.7, 0.85), (1.0, 1.0)];

    fn steep() -> Custom {
        let quiet = [(0.0, 0.0), (0.5, 0.1), (0.9, 0.95), (1.0, 1.0)];
        Custom::new(Curve::new(&STEEP).unwrap()).with_quiet(Curve::new(&quiet).unwrap())
    }

    #[test]
    fn a_line_is_a_line() {
        let bent = Curve::new(&[(0.0, 0.0), (0.3, 0.3), (1.0, 1.0)]).unwrap();
        for i in 0..=50 {
            let t = f64::from(i) / 50.0;
            for curve in [Curve::line(), bent] {
                let (value, slope) = curve.at(t);
                assert!((value - t).abs() < 1e-15 && (slope - 1.0).abs() < 1e-14);
            }
            let rho = t / (1.0 - t);
            assert!((Custom::new(bent).inverse_snr(rho) - t).abs() < 1e-12);
        }
        assert_eq!(
            Curve::new(&[(0.0, 0.0), (1.0, 1.0)]).unwrap(),
            Curve::line()
        );
    }

    #[test]
    fn slopes_are_those_of_fritsch_and_carlson() {
        // Secants 0.5, 2: the mean, 1.25, has a ratio of 2.5 to the first; with the end slope's 1 the
        // radius is below 3, and the slope stays.
        let mild = Curve::new(&[(0.0, 0.0), (2.0 / 3.0, 1.0 / 3.0), (1.0, 1.0)]).unwrap();
        assert!((mild.at(2.0 / 3.0).1 - 1.25).abs() < 1e-12);
        // Secants 0.05 and 79/20: ratios are drawn in to the circle of radius 3.
        let curve = Curve::new(&STEEP).unwrap();
        let (a, b) = (curve.at(0.0).1 / 0.05, curve.at(0.2).1 / 0.05);
        assert!((libm::hypot(a, b) - 3.0).abs() < 1e-12);
    }

    #[test]
    fn derivatives_agree_with_finite_differences() {
        let h = 1e-6;
        for i in 1..100 {
            let t = f64::from(i) / 100.0 + 1e-3;
            let (custom, c) = (steep(), steep().coefficients(t.min(0.99)));
            let t = t.min(0.99);
            let slope = |f: &dyn Fn(f64) -> f64| (f(t + h) - f(t - h)) / (2.0 * h);
            assert!((slope(&|t| custom.alpha(t)) - c.d_alpha).abs() < 1e-4);
            assert!((slope(&|t| custom.sigma(t)) - c.d_sigma).abs() < 1e-4);
            let snr = slope(&|t| custom.snr(t));
            assert!((c.wronskian() / (c.sigma * c.sigma) - snr).abs() < 1e-3 * (1.0 + snr.abs()));
        }
    }

    #[test]
    fn ends_are_exact_and_the_inverse_is_total() {
        let custom = steep();
        assert_eq!((custom.alpha(0.0), custom.sigma(0.0)), (0.0, 1.0));
        assert_eq!((custom.alpha(1.0), custom.sigma(1.0)), (1.0, 0.0));
        assert_eq!(
            (custom.inverse_snr(0.0), custom.inverse_snr(f64::INFINITY)),
            (0.0, 1.0)
        );
        assert_eq!((custom.alpha(-3.0), custom.sigma(7.0)), (0.0, 0.0));
    }

    #[test]
    fn what_does_not_rise_is_refused_with_a_sentence() {
        let refused = |points: &[(f64, f64)]| {
            let error = Curve::new(points).unwrap_err();
            assert!(error.to_string().ends_with('.'));
            error
        };
        assert_eq!(refused(&[]), CurveError::Count(0));
        assert_eq!(refused(&[(0.0, 0.0); 9]), CurveError::Count(9));
        assert_eq!(
            refused(&[(0.0, 0.0), (f64::NAN, 1.0)]),
            CurveError::NotFinite(1)
        );
        assert_eq!(refused(&[(0.0, 0.1), (1.0, 1.0)]), CurveError::Ends);
        let middle = |p| refused(&[(0.0, 0.0), (0.5, 0.5), p, (1.0, 1.0)]);
        assert_eq!(middle((0.5, 0.6)), CurveError::NotLater(2));
        assert_eq!(middle((0.6, 0.5)), CurveError::NotHigher(2));
    }

    proptest! {
        #[test]
        fn any_rising_points_give_a_one_way_schedule(
            steps in prop::collection::vec((0.01..1.0f64, 0.01..1.0f64), 1..MOST_POINTS),
            t in 0.0..1.0f64,
        ) {
            let total = steps.iter().fold((0.0, 0.0), |sum, s| (sum.0 + s.0, sum.1 + s.1));
            let mut points = vec![(0.0, 0.0)];
            let (mut a, mut b) = (0.0, 0.0);
            for s in &steps[..steps.len() - 1] {
                (a, b) = (a + s.0 / total.0, b + s.1 / total.1);
                points.push((a, b));
            }
            points.push((1.0, 1.0));
            let Ok(curve) = Curve::new(&points) else { return Ok(()); };
            for &(t, value) in &points {
                prop_assert!((curve.value(t) - value).abs() < 1e-12);
            }
            for custom in [Custom::new(curve), Custom::new(Curve::line()).with_quiet(curve)] {
                let c = custom.coefficients(t);
                prop_assert!(c.d_alpha >= -1e-12 && c.d_sigma <= 1e-12 && c.wronskian() >= -1e-12);
                let rho = custom.snr(t);
                let back = custom.inverse_snr(rho);
                // Where the curves are nearly flat t is less determined; its SNR is not.
                let again = custom.snr(back);
                prop_assert!((again - rho).abs() <= 1e-12 * (1.0 + rho) * (1.0 + rho) * 10.0, "{t} {back}");
                prop_assert!((back - t).abs() < 1e-12 / custom.one_way(t).max(1e-6) * 10.0 * (1.0 + rho), "{t} {back}");
            }
        }
    }
}
