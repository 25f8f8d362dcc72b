//! The lines of a chart, as numbers.

use super::Entry;

/// Points of a curve that is a function of time.
const KNOTS: u32 = 96;

/// A line of a chart.
pub(super) struct Curve {
    pub entry: Entry,
    pub(super) points: Vec<(f64, f64)>,
    /// A number written at the line: that of a level.
    pub(super) level: Option<f64>,
    /// Where a curve over time is now.
    pub(super) now: Option<f64>,
    /// Whether the points were measured one by one, and are to be seen.
    pub(super) dotted: bool,
    /// Upright bars: where, and from which value to which.
    pub(super) bars: Vec<(f64, f64, f64)>,
}

impl Curve {
    /// Values against training steps; what is no number is left out.
    pub(super) fn of_steps(entry: Entry, values: &[(u32, f64)]) -> Self {
        let finite = values.iter().filter(|(_, value)| value.is_finite());
        let points: Vec<_> = finite
            .map(|&(step, value)| (f64::from(step), value))
            .collect();
        Self {
            // A single point is no line yet.
            dotted: points.len() == 1,
            points,
            ..Self::empty(entry)
        }
    }

    /// Values that were measured one by one, against a count.
    pub(super) fn measured(entry: Entry, values: &[(u32, f64)]) -> Self {
        Self {
            dotted: true,
            ..Self::of_steps(entry, values)
        }
    }

    /// Values against time.
    pub(super) fn of_time(
        entry: Entry,
        times: &[f64],
        values: impl IntoIterator<Item = f64>,
    ) -> Self {
        Self {
            points: times.iter().copied().zip(values).collect(),
            ..Self::empty(entry)
        }
        .keeping(|_, value| value.is_finite())
    }

    /// A level, over the whole width.
    pub(super) fn level(entry: Entry, value: f64) -> Self {
        Self {
            level: value.is_finite().then_some(value),
            ..Self::empty(entry)
        }
    }

    /// A function of time on `[0, 1]`.
    pub(super) fn function(entry: Entry, f: impl Fn(f64) -> f64) -> Self {
        let times = (0..=KNOTS).map(|i| f64::from(i) / f64::from(KNOTS));
        Self {
            points: times.map(|t| (t, f(t))).collect(),
            ..Self::empty(entry)
        }
    }

    fn empty(entry: Entry) -> Self {
        Self {
            entry,
            points: Vec::new(),
            level: None,
            now: None,
            dotted: false,
            bars: Vec::new(),
        }
    }

    /// The curve where `x` and its value are as asked.
    pub(super) fn keeping(mut self, wanted: impl Fn(f64, f64) -> bool) -> Self {
        self.points.retain(|&(x, value)| wanted(x, value));
        self
    }

    /// The same with a bar at `x`, that far to both sides of a value.
    pub(super) fn with_bar(mut self, x: f64, value: f64, error: f64) -> Self {
        if (value - error).is_finite() && (value + error).is_finite() {
            self.bars.push((x, value - error, value + error));
        }
        self
    }

    pub(super) fn has_points(&self) -> bool {
        !self.points.is_empty()
    }

    /// Where there is something of the curve besides its level.
    pub(super) fn places(&self) -> impl Iterator<Item = (f64, f64)> {
        let bars = self.bars.iter();
        let bars = bars.flat_map(|&(x, low, high)| [(x, low), (x, high)]);
        self.points.iter().copied().chain(bars)
    }

    /// The value at `x`, between the points.
    pub(super) fn at(&self, x: f64) -> Option<f64> {
        let next = self.points.partition_point(|point| point.0 < x);
        let (x1, y1) = *self.points.get(next)?;
        let Some(&(x0, y0)) = next.checked_sub(1).and_then(|last| self.points.get(last)) else {
            return (x1 == x).then_some(y1);
        };
        let weight = if x1 > x0 { (x - x0) / (x1 - x0) } else { 0.0 };
        Some(y0 + (y1 - y0) * weight)
    }
}

/// The least and the greatest of those values of all curves that count.
pub(super) fn range(curves: &[Curve], counts: impl Fn(f64) -> bool) -> Option<(f64, f64)> {
    let of_one = |curve: &Curve| {
        let values = curve.places().map(|(_, value)| value);
        values.chain(curve.level).collect::<Vec<_>>()
    };
    let values = curves.iter().flat_map(of_one);
    let values = values.filter(|value| value.is_finite() && counts(*value));
    values.fold(None, |range, value| {
        let (low, high) = range.unwrap_or((value, value));
        Some((value.min(low), value.max(high)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::Line;
    use raster::color::Color;

    fn entry() -> Entry {
        Entry {
            key: "legend.loss".into(),
            lane: None,
            color: Color::hex(0),
            line: Line::Solid,
        }
    }

    #[test]
    fn a_curve_is_nowhere_outside_its_points() {
        let curve = Curve::of_time(entry(), &[0.2, 0.4, 0.8], [1.0, 3.0, 3.0]);
        assert_eq!(curve.at(0.1), None);
        assert_eq!(curve.at(0.2), Some(1.0));
        assert!((curve.at(0.3).unwrap() - 2.0).abs() < 1e-12);
        assert_eq!(curve.at(0.9), None);
    }

    #[test]
    fn a_range_counts_levels_and_errors() {
        let curve = Curve::measured(entry(), &[(1, 2.0)]).with_bar(1.0, 2.0, 0.5);
        let curves = [
            curve,
            Curve::level(entry(), 1.0),
            Curve::level(entry(), f64::NAN),
        ];
        assert_eq!(range(&curves, |_| true), Some((1.0, 2.5)));
        assert_eq!(range(&[], |_| true), None);
    }
}
