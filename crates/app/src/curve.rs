//! The custom schedule as something to take hold of: its control points on a plate of side 1, with
//! time to the right and the value upwards.

use flow::custom::{Curve, CurveError, LEAST_GAP, MOST_POINTS};

/// Digits of a coordinate, as many as a link has.
const DIGITS: f64 = 1000.0;
/// Points of the drawn line.
const SAMPLES: u32 = 64;

/// The key of an error's sentence, and what stands in it.
pub fn reason(error: CurveError) -> (&'static str, String) {
    match error {
        CurveError::Count(_) => ("curve.count", MOST_POINTS.to_string()),
        CurveError::NotFinite(i) => ("curve.not-finite", (i + 1).to_string()),
        CurveError::Ends => ("curve.ends", String::new()),
        CurveError::NotLater(i) => ("curve.not-later", (i + 1).to_string()),
        CurveError::NotHigher(i) => ("curve.not-higher", (i + 1).to_string()),
    }
}

/// The points a hand can move: all but the two ends.
pub fn inner(curve: &Curve) -> Vec<(f64, f64)> {
    let points: Vec<_> = curve.points().collect();
    points[1..points.len() - 1].to_vec()
}

fn through(mut inner: Vec<(f64, f64)>) -> Result<Curve, CurveError> {
    inner.insert(0, (0.0, 0.0));
    inner.push((1.0, 1.0));
    Curve::new(&inner)
}

fn rounded(at: (f64, f64)) -> (f64, f64) {
    let round = |x: f64| (x * DIGITS).round() / DIGITS;
    (round(at.0), round(at.1))
}

/// The curve with its inner point of that index elsewhere.
///
/// # Errors
/// If it would not rise.
pub fn moved(curve: &Curve, index: usize, to: (f64, f64)) -> Result<Curve, CurveError> {
    let mut points = inner(curve);
    if let Some(point) = points.get_mut(index) {
        *point = rounded(to);
    }
    through(points)
}

/// The curve with its inner point of that index a step further.
///
/// # Errors
/// If it would not rise.
pub fn nudged(curve: &Curve, index: usize, by: [f64; 2]) -> Result<Curve, CurveError> {
    let to = inner(curve)
        .get(index)
        .map_or((0.0, 0.0), |at| (at.0 + by[0], at.1 + by[1]));
    moved(curve, index, to)
}

/// Where a point lies on a plate, as shares of its width and height from the top left.
pub fn share(at: (f64, f64)) -> [f64; 2] {
    [at.0, 1.0 - at.1]
}

/// The point at a share of a plate's width and height.
pub fn point(share: [f64; 2]) -> (f64, f64) {
    (share[0], 1.0 - share[1])
}

/// The curve with one more point, and that point's index.
///
/// # Errors
/// If it would not rise, or has as many points as it can have.
pub fn added(curve: &Curve, at: (f64, f64)) -> Result<(Curve, usize), CurveError> {
    let mut points = inner(curve);
    let index = points.partition_point(|point| point.0 < at.0);
    points.insert(index, rounded(at));
    Ok((through(points)?, index))
}

/// Where a point can be added without changing much: on the curve, in the middle of its longest
/// stretch of time.
pub fn place_for_more(curve: &Curve) -> (f64, f64) {
    let times: Vec<f64> = curve.points().map(|(t, _)| t).collect();
    let widest = times
        .windows(2)
        .max_by(|a, b| (a[1] - a[0]).total_cmp(&(b[1] - b[0])));
    let t = widest.map_or(0.5, |pair| f64::midpoint(pair[0], pair[1]));
    rounded((t, curve.value(t)))
}

/// The curve without its inner point of that index.
pub fn removed(curve: &Curve, index: usize) -> Curve {
    let mut points = inner(curve);
    if index < points.len() {
        points.remove(index);
    }
    through(points).unwrap_or(*curve)
}

/// `alpha`, or `sigma = 1 - alpha`, as the path of an SVG with a plate of `side` and y downwards.
pub fn path(curve: &Curve, sigma: bool, side: f64) -> String {
    let point = |i: u32| {
        let t = f64::from(i) / f64::from(SAMPLES);
        let value = curve.value(t);
        let down = if sigma { value } else { 1.0 - value };
        format!("{:.2} {:.2}", t * side, down * side)
    };
    let points: Vec<String> = (0..=SAMPLES).map(point).collect();
    format!("M{}", points.join("L"))
}

/// The step of an arrow key; small enough to pass between any two points.
pub const NUDGE: f64 = 0.02;
const _: () = assert!(NUDGE > LEAST_GAP);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_come_and_go_and_keep_their_order() {
        let (curve, first) = added(&Curve::line(), (0.5, 0.2)).unwrap();
        let (curve, second) = added(&curve, (0.25, 0.1)).unwrap();
        assert_eq!((first, second), (0, 0));
        assert_eq!(inner(&curve), [(0.25, 0.1), (0.5, 0.2)]);
        assert_eq!(inner(&removed(&curve, 0)), [(0.5, 0.2)]);
        assert_eq!(removed(&curve, 7), curve);
    }

    #[test]
    fn what_does_not_rise_is_refused_and_says_why() {
        let (curve, _) = added(&Curve::line(), (0.5, 0.5)).unwrap();
        let error = moved(&curve, 0, (0.5, 1.2)).unwrap_err();
        assert_eq!(reason(error).0, "curve.not-higher");
        let error = added(&curve, (0.5, 0.6)).unwrap_err();
        assert_eq!(reason(error).0, "curve.not-later");
        let full = (1..7).fold(Curve::line(), |curve, i| {
            let at = f64::from(i) / 7.0;
            added(&curve, (at, at)).unwrap().0
        });
        let error = added(&full, place_for_more(&full)).unwrap_err();
        assert_eq!(reason(error), ("curve.count", "8".to_owned()));
    }

    #[test]
    fn the_line_is_drawn_from_corner_to_corner() {
        let alpha = path(&Curve::line(), false, 100.0);
        assert!(alpha.starts_with("M0.00 100.00L") && alpha.ends_with("L100.00 0.00"));
        let sigma = path(&Curve::line(), true, 100.0);
        assert!(sigma.starts_with("M0.00 0.00L") && sigma.ends_with("L100.00 100.00"));
    }

    proptest! {
        #[test]
        fn a_new_point_bends_nothing_much(t in 0.05..0.95f64, value in 0.05..0.95f64) {
            let (curve, _) = added(&Curve::line(), (t, value)).unwrap();
            let place = place_for_more(&curve);
            // Rounded to a thousandth, where the curve is at most 3 * 19 steep.
            prop_assert!((curve.value(place.0) - place.1).abs() < 0.03);
            prop_assert!(added(&curve, place).is_ok());
        }

        #[test]
        fn wherever_a_hand_goes_the_curve_rises_or_is_refused(
            moves in prop::collection::vec((0..4usize, -2.0..3.0f64, -2.0..3.0f64), 0..20),
        ) {
            let mut curve = Curve::line();
            for (index, x, y) in moves {
                if let Ok((more, _)) = added(&curve, (x, y)) { curve = more; }
                if let Ok(other) = moved(&curve, index, (y, x)) { curve = other; }
                let points: Vec<_> = curve.points().collect();
                prop_assert!(points.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 < w[1].1));
            }
        }
    }
}
