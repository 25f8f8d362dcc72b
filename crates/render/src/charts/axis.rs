//! The axes of a chart: what they span, and where their ticks are.

use crate::numbers::digits;
use crate::ticks::round_step;
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use std::ops::Range;

/// An axis, linear or logarithmic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Axis {
    pub low: f64,
    pub high: f64,
    pub log: bool,
}

/// A tick: where it is, in the axis' own measure, and what stands there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tick {
    pub place: f64,
    pub label: String,
}

impl Axis {
    /// A linear axis over that range.
    pub(super) fn linear(low: f64, high: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let log = false;
        Self { low, high, log }
    }

    /// A logarithmic axis over that range of positive values, never less than half a decade.
    pub(super) fn logarithmic(low: f64, high: f64) -> Self {
        let (low, high) = (libm::log10(low), libm::log10(high));
        let room = (0.5 - (high - low)).max(0.0) / 2.0;
        Self {
            low: low - room,
            high: high + room,
            log: true,
        }
    }

    /// The same axis with some room at both ends, as shares of its length.
    pub(super) fn with_room(self, below: f64, above: f64) -> Self {
        let length = self.high - self.low;
        Self {
            low: self.low - below * length,
            high: self.high + above * length,
            ..self
        }
    }

    /// Where a value lies in the axis' own measure, if it can be shown.
    pub(super) fn place(&self, value: f64) -> Option<f64> {
        let place = if self.log { libm::log10(value) } else { value };
        place.is_finite().then(|| place.clamp(self.low, self.high))
    }

    /// About `most` ticks at round numbers.
    pub(super) fn ticks(&self, most: usize) -> Vec<Tick> {
        let decades = self.high - self.low;
        if self.log && decades > 0.9 {
            self.decades(most)
        } else if self.log {
            self.within_a_decade(most)
        } else {
            steps(self.low, self.high, most)
                .map(|v| Tick::new(v, v))
                .collect()
        }
    }

    fn decades(&self, most: usize) -> Vec<Tick> {
        let (first, last) = (libm::ceil(self.low) as i32, libm::floor(self.high) as i32);
        let count = (last - first + 1).max(1) as usize;
        if last <= first {
            return self.halves_and_fifths();
        }
        let tick = |power: i32| match power {
            // What would be written out has no room left of the axis.
            -3 => Tick {
                place: -3.0,
                label: "10⁻³".to_owned(),
            },
            _ => Tick::new(f64::from(power), libm::pow(10.0, f64::from(power))),
        };
        (first..=last)
            .step_by(count.div_ceil(most.max(1)))
            .map(tick)
            .collect()
    }

    /// Less than two powers of ten: one, two and five times each.
    fn halves_and_fifths(&self) -> Vec<Tick> {
        let powers = libm::floor(self.low) as i32..=libm::floor(self.high) as i32;
        let values = powers.flat_map(|power| {
            let power = libm::pow(10.0, f64::from(power));
            [1.0, 2.0, 5.0].map(|digit| digit * power)
        });
        let ticks = values.map(|value| Tick::new(libm::log10(value), value));
        let shown = |tick: &Tick| (self.low..=self.high).contains(&tick.place);
        ticks.filter(shown).collect()
    }

    /// Too short for powers of ten: the round numbers of a linear axis.
    fn within_a_decade(&self, most: usize) -> Vec<Tick> {
        let (low, high) = (libm::pow(10.0, self.low), libm::pow(10.0, self.high));
        steps(low, high, most)
            .map(|v| Tick::new(libm::log10(v), v))
            .collect()
    }
}

/// An axis with its ticks, as `plotters` wants it.
pub(super) struct Scale {
    axis: Axis,
    ticks: Vec<f64>,
}

impl Scale {
    pub(super) fn new(axis: Axis, ticks: &[Tick]) -> Self {
        let ticks = ticks.iter().map(|tick| tick.place).collect();
        Self { axis, ticks }
    }
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (place - self.axis.low) / (self.axis.high - self.axis.low);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The lighter grid between the ticks would be clutter.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.clone()
    }

    fn range(&self) -> Range<f64> {
        self.axis.low..self.axis.high
    }
}

impl Tick {
    fn new(place: f64, value: f64) -> Self {
        let label = label(value);
        Self { place, label }
    }
}

/// The multiples of a round number within a range, about `most` of them.
fn steps(low: f64, high: f64, most: usize) -> impl Iterator<Item = f64> {
    let step = round_step((high - low) / most.max(1) as f64);
    let (first, last) = (
        libm::ceil(low / step - 1e-9),
        libm::floor(high / step + 1e-9),
    );
    (0..=(last - first).max(0.0) as u32).map(move |i| (first + f64::from(i)) * step)
}

/// A tick's number, as short as can be: thousands as `k`.
fn label(value: f64) -> String {
    if value.abs() >= 1e6 {
        format!("{}M", digits(value / 1e6))
    } else if value.abs() >= 1e3 {
        format!("{}k", digits(value / 1e3))
    } else {
        digits(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, most: usize) -> Vec<String> {
        axis.ticks(most)
            .into_iter()
            .map(|tick| tick.label)
            .collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            labels(Axis::linear(0.0, 1.0), 5),
            ["0", "0.2", "0.4", "0.6", "0.8", "1"]
        );
        assert_eq!(labels(Axis::linear(0.0, 5000.0), 4), ["0", "2k", "4k"]);
        assert_eq!(labels(Axis::linear(3.61, 7.9), 3), ["4", "6"]);
    }

    #[test]
    fn decades_are_thinned_where_there_are_many() {
        let axis = Axis::logarithmic(0.005, 20.0);
        assert_eq!(labels(axis, 4), ["0.01", "0.1", "1", "10"]);
        assert_eq!(labels(axis, 2), ["0.01", "1"]);
    }

    #[test]
    fn no_power_of_ten_is_wider_than_four_digits() {
        let axis = Axis::logarithmic(1e-5, 1e5);
        assert_eq!(labels(axis, 11)[1..4], ["10⁻⁴", "10⁻³", "0.01"]);
        assert!(
            labels(axis, 11)
                .iter()
                .all(|label| label.chars().count() <= 4)
        );
    }

    #[test]
    fn a_short_logarithmic_axis_still_has_ticks() {
        assert_eq!(labels(Axis::logarithmic(2.0, 4.9), 3), ["2", "4"]);
        assert!(!labels(Axis::logarithmic(0.3, 0.3), 3).is_empty());
    }

    #[test]
    fn where_there_is_one_power_of_ten_there_are_other_round_numbers() {
        assert_eq!(labels(Axis::logarithmic(0.7, 8.5), 6), ["1", "2", "5"]);
    }

    #[test]
    fn what_cannot_be_shown_has_no_place() {
        let axis = Axis::logarithmic(0.01, 1.0);
        assert_eq!(axis.place(0.1), Some(-1.0));
        assert_eq!(
            [0.0, -1.0, f64::NAN, f64::INFINITY].map(|v| axis.place(v)),
            [None; 4]
        );
    }
}
