//! From the way of a pen to points of a drawing.

use flow::Point;

/// A stroke that is being drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    last: Point,
    spacing: f64,
}

impl Stroke {
    /// The pen touches down: a stroke, and its first point.
    pub fn begin(at: Point, spacing: f64) -> (Self, Point) {
        (Self { last: at, spacing }, at)
    }

    /// The pen has moved: the points on the way that are a spacing apart.
    pub fn on(&mut self, to: Point) -> Vec<Point> {
        let way = [to[0] - self.last[0], to[1] - self.last[1]];
        let length = libm::hypot(way[0], way[1]);
        let count = (length / self.spacing) as u32;
        let points: Vec<Point> = (1..=count)
            .map(|i| f64::from(i) * self.spacing / length)
            .map(|share| [self.last[0] + share * way[0], self.last[1] + share * way[1]])
            .collect();
        self.last = points.last().copied().unwrap_or(self.last);
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_a_spacing_apart_however_the_pen_is_sampled() {
        let (mut stroke, first) = Stroke::begin([0.0, 0.0], 0.5);
        let mut points = vec![first];
        for to in [0.2, 0.4, 1.3, 1.31, 2.0] {
            points.extend(stroke.on([to, 0.0]));
        }
        let xs: Vec<f64> = points.iter().map(|p| p[0]).collect();
        assert_eq!(xs.len(), 5);
        for (i, x) in xs.iter().enumerate() {
            assert!((x - 0.5 * i as f64).abs() < 1e-12, "{xs:?}");
        }
    }

    #[test]
    fn a_pen_that_rests_draws_nothing_more() {
        let (mut stroke, _) = Stroke::begin([1.0, 1.0], 0.1);
        assert!(stroke.on([1.0, 1.0]).is_empty());
    }
}
