//! Drawn points as text that fits a link: four characters a point.

use flow::Point;

/// Drawn points lie in `[-EXTENT, EXTENT]^2`.
pub(crate) const EXTENT: f64 = 8.0;
/// At most this many are kept, so that a link stays a link.
pub const MOST: usize = 1000;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Two base-64 digits a coordinate.
const LEVELS: f64 = 4095.0;

/// The point that a link can carry, nearest to this one: encoding and decoding keep it as it is.
pub(crate) fn quantise(point: Point) -> Point {
    point.map(|x| value(level(x)))
}

/// Writes points, four characters each.
pub fn encode(points: &[Point]) -> String {
    let mut text = String::with_capacity(4 * points.len());
    for x in points.iter().flatten() {
        let level = level(*x);
        text.push(DIGITS[level >> 6].into());
        text.push(DIGITS[level & 63].into());
    }
    text
}

/// Reads points; the flag says whether all of the text could be read and kept.
pub fn decode(text: &str) -> (Vec<Point>, bool) {
    let mut points = Vec::new();
    let mut complete = text.len().is_multiple_of(4);
    for four in text.as_bytes().chunks_exact(4).take(MOST) {
        match (coordinate(&four[..2]), coordinate(&four[2..])) {
            (Some(x), Some(y)) => points.push([x, y]),
            _ => complete = false,
        }
    }
    (points, complete && text.len() <= 4 * MOST)
}

fn level(x: f64) -> usize {
    (((x + EXTENT) / (2.0 * EXTENT)).clamp(0.0, 1.0) * LEVELS).round() as usize
}

fn value(level: usize) -> f64 {
    level as f64 / LEVELS * 2.0 * EXTENT - EXTENT
}

fn coordinate(two: &[u8]) -> Option<f64> {
    let digit = |byte: u8| DIGITS.iter().position(|&d| d == byte);
    Some(value(digit(two[0])? << 6 | digit(two[1])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quantised_points_survive_a_link(x in -9.0..9.0f64, y in -9.0..9.0f64) {
            let point = quantise([x, y]);
            prop_assert_eq!(decode(&encode(&[point])), (vec![point], true));
        }

        #[test]
        fn any_text_is_read(text in ".*") {
            for point in decode(&text).0 {
                prop_assert!(point.iter().all(|x| x.abs() <= EXTENT));
            }
        }
    }
}
