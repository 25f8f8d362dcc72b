//! Which control a parameter gets, and how a slider's positions stand for values.

use super::decimal;
use super::value::{Kind, Scale, Value};

/// A control of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    Choice,
    Slider,
    /// A box for a number: for ranges in which no neighbourhood means anything, such as seeds.
    Number,
    Check,
    /// A box for a word.
    Word,
    /// A curve with control points.
    Curve,
    /// A choice of the target's labels, or none.
    Label,
    /// It has a place of its own on the page.
    None,
}

/// Positions of a slider run from 0 to this.
pub(crate) const POSITIONS: u32 = 1000;

/// Whole numbers up to this many are a slider's steps one by one.
const FEW: i64 = 64;

impl Control {
    /// The control of a kind of parameter.
    pub fn of(kind: &Kind) -> Self {
        match *kind {
            Kind::Choice(_) => Self::Choice,
            Kind::Whole { min, max, scale } if scale == Scale::Linear && max - min > FEW => {
                Self::Number
            }
            Kind::Whole { .. } | Kind::Real { .. } => Self::Slider,
            Kind::Flag => Self::Check,
            Kind::Word => Self::Word,
            Kind::Curve => Self::Curve,
            Kind::Label => Self::Label,
            Kind::Layers | Kind::Points => Self::None,
        }
    }
}

/// The number of positions after the first that the slider has.
pub fn positions(kind: &Kind) -> u32 {
    match *kind {
        Kind::Whole {
            min,
            max,
            scale: Scale::Linear,
        } => (max - min) as u32,
        Kind::Whole { min, max, .. } if binary(min, max) => 2 * (max / min).ilog2(),
        _ => POSITIONS,
    }
}

/// Where the slider stands for a value; 0 for kinds without a range.
pub fn position(kind: &Kind, value: &Value) -> u32 {
    let Some((min, max, scale)) = range(kind) else {
        return 0;
    };
    let x = match value {
        Value::Whole(x) => *x as f64,
        Value::Real(x) => *x,
        _ => return 0,
    };
    let share = match scale {
        Scale::Linear => (x - min) / (max - min),
        Scale::Log => libm::log(x / min) / libm::log(max / min),
    };
    (share.clamp(0.0, 1.0) * f64::from(positions(kind))).round() as u32
}

/// The value a slider's position stands for, rounded to what a person would write.
pub fn value_at(kind: &Kind, position: u32) -> Option<Value> {
    let (min, max, scale) = range(kind)?;
    let share = (f64::from(position) / f64::from(positions(kind))).clamp(0.0, 1.0);
    let x = match scale {
        Scale::Linear => min + share * (max - min),
        Scale::Log => min * libm::pow(max / min, share),
    };
    // The ends are met exactly, whatever rounding would make of them.
    let x = if position == 0 {
        min
    } else if position >= positions(kind) {
        max
    } else {
        rounded(x).clamp(min, max)
    };
    Some(match *kind {
        Kind::Whole {
            min,
            max,
            scale: Scale::Log,
        } if binary(min, max) => Value::Whole(half_power(min, position)),
        Kind::Whole { .. } => Value::Whole(x.round() as i64),
        _ => Value::Real(x),
    })
}

/// Whether a logarithmic range is one of sizes, which go by powers of two.
fn binary(min: i64, max: i64) -> bool {
    let power = |x: i64| x > 1 && x.unsigned_abs().is_power_of_two();
    power(min) && power(max)
}

/// `min` times `1, 1.5, 2, 3, 4, 6, 8, ...`
fn half_power(min: i64, index: u32) -> i64 {
    let whole = min << (index / 2);
    if index.is_multiple_of(2) {
        whole
    } else {
        whole + whole / 2
    }
}

/// To two digits, or three where they begin with 1.
fn rounded(x: f64) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    let power = libm::floor(libm::log10(x.abs())) as i32;
    let first = x.abs() / pow10(power);
    let digits = if first < 2.0 { 2 } else { 1 };
    // Through text, so that what is printed is what is meant (0.003, not 0.0030000000000000001).
    decimal::read(&format!("{:.*e}", digits, x)).unwrap_or(x)
}

fn pow10(power: i32) -> f64 {
    libm::pow(10.0, f64::from(power))
}

fn range(kind: &Kind) -> Option<(f64, f64, Scale)> {
    match *kind {
        Kind::Whole { min, max, scale } => Some((min as f64, max as f64, scale)),
        Kind::Real { min, max, scale } => Some((min, max, scale)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{PARAMS, param};
    use crate::settings::Settings;

    #[test]
    fn every_position_is_a_valid_value_and_comes_back_near() {
        for kind in PARAMS.iter().map(|p| p.kind) {
            if Control::of(&kind) != Control::Slider {
                continue;
            }
            for at in 0..=positions(&kind) {
                let value = value_at(&kind, at).unwrap();
                assert_eq!(kind.clamp(value.clone()), value);
                let back = position(&kind, &value);
                // Neighbouring positions may share a rounded value.
                assert!(
                    back.abs_diff(at) <= positions(&kind) / 8,
                    "{kind:?} {at} {back}"
                );
            }
        }
    }

    #[test]
    fn values_grow_with_the_position() {
        for kind in PARAMS.iter().map(|p| p.kind) {
            let number = |at| match value_at(&kind, at) {
                Some(Value::Whole(x)) => x as f64,
                Some(Value::Real(x)) => x,
                _ => 0.0,
            };
            assert!(
                (0..positions(&kind))
                    .take(2000)
                    .all(|at| number(at) <= number(at + 1))
            );
        }
    }

    #[test]
    fn a_slider_reads_as_a_person_would_write() {
        let kind = param("lr").unwrap().kind;
        assert_eq!(value_at(&kind, 0).unwrap().print(), "0.00001");
        assert_eq!(value_at(&kind, POSITIONS).unwrap().print(), "0.1");
        let middle = value_at(&kind, POSITIONS / 2).unwrap().print();
        assert_eq!(middle, "0.001");
        let default = (param("lr").unwrap().get)(&Settings::default(), protocol::LaneId::A);
        assert_eq!(value_at(&kind, position(&kind, &default)), Some(default));
    }

    #[test]
    fn a_seed_is_a_number_and_a_depth_a_slider_of_six() {
        assert_eq!(Control::of(&param("seed").unwrap().kind), Control::Number);
        let depth = param("depth").unwrap().kind;
        assert_eq!(
            (Control::of(&depth), positions(&depth)),
            (Control::Slider, 5)
        );
        assert_eq!(value_at(&depth, 2), Some(Value::Whole(3)));
    }

    #[test]
    fn sizes_go_by_powers_of_two() {
        let batch = param("batch").unwrap().kind;
        for (size, at) in [(16, 0), (256, 8), (384, 9), (4096, 16)] {
            assert_eq!(value_at(&batch, at), Some(Value::Whole(size)));
            assert_eq!(position(&batch, &Value::Whole(size)), at);
        }
        assert_eq!(position(&batch, &Value::Whole(257)), 8);
    }
}
