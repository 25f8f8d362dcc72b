//! The values a parameter can have, and how they are read from and printed into text.

use super::decimal;
use super::points;
use super::settings::{Layer, Layers};
use flow::Point;
use flow::custom::Curve;
use flow::labels::MOST_LABELS;
use flow::shapes::MOST_LETTERS;

/// How a slider runs through a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

/// What a parameter may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// One of these names.
    Choice(&'static [&'static str]),
    Whole {
        min: i64,
        max: i64,
        scale: Scale,
    },
    Real {
        min: f64,
        max: f64,
        scale: Scale,
    },
    Flag,
    /// A set of layers, written as names with commas.
    Layers,
    /// Points of the plane, written by [`points::encode`].
    Points,
    /// A word of letters that can be drawn.
    Word,
    /// A rising curve, written as its inner control points `t,value,t,value,...`.
    Curve,
    /// A label of the target, or none.
    Label,
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Choice(&'static str),
    Whole(i64),
    Real(f64),
    Flag(bool),
    Layers(Layers),
    Points(Vec<Point>),
    Word(String),
    Curve(Curve),
    Label(Option<u32>),
}

impl Value {
    /// The name, if this is a choice.
    pub fn choice(&self) -> Option<&'static str> {
        match self {
            Self::Choice(name) => Some(name),
            _ => None,
        }
    }

    /// The text that [`Kind::read`] turns back into this value.
    pub fn print(&self) -> String {
        match self {
            Self::Choice(name) => (*name).to_owned(),
            Self::Whole(x) => x.to_string(),
            Self::Real(x) => x.to_string(),
            Self::Flag(x) => u8::from(*x).to_string(),
            Self::Layers(x) => super::settings::layer_names(*x).join(","),
            Self::Points(x) => points::encode(x),
            Self::Word(x) => x.clone(),
            Self::Curve(x) => print_curve(x),
            Self::Label(x) => x.map_or_else(|| NO_LABEL.to_owned(), |label| label.to_string()),
        }
    }
}

/// A text that became a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub value: Value,
    /// Whether the text asked for something else, outside the range.
    pub clamped: bool,
}

impl Kind {
    /// Reads a text; `None` if it is no value of this kind at all.
    pub fn read(&self, text: &str) -> Option<Reading> {
        let text = text.trim();
        let (value, complete) = match *self {
            Self::Choice(names) => (
                Value::Choice(names.iter().find(|name| **name == text)?),
                true,
            ),
            Self::Whole { .. } => (Value::Whole(read_whole(text)?), true),
            Self::Real { .. } => (Value::Real(read_real(text)?), true),
            Self::Flag => (Value::Flag(read_flag(text)?), true),
            Self::Layers => read_layers(text),
            Self::Points => {
                let (points, complete) = points::decode(text);
                (Value::Points(points), complete)
            }
            Self::Word => read_word(text)?,
            Self::Curve => (Value::Curve(read_curve(text)?), true),
            Self::Label => (Value::Label(read_label(text)?), true),
        };
        let clamped = self.clamp(value.clone());
        Some(Reading {
            clamped: clamped != value || !complete,
            value: clamped,
        })
    }

    /// The nearest value within the range.
    pub fn clamp(&self, value: Value) -> Value {
        match (*self, value) {
            (Self::Whole { min, max, .. }, Value::Whole(x)) => Value::Whole(x.clamp(min, max)),
            (Self::Real { min, max, .. }, Value::Real(x)) => Value::Real(x.clamp(min, max)),
            (Self::Label, Value::Label(x)) => Value::Label(x.map(|x| x.min(MOST_LABELS - 1))),
            (_, value) => value,
        }
    }

    /// A few values of this kind, for tests and for fuzzing.
    pub fn examples(&self) -> Vec<Value> {
        match *self {
            Self::Choice(names) => names.iter().map(|name| Value::Choice(name)).collect(),
            Self::Whole { min, max, .. } => vec![Value::Whole(min), Value::Whole(max)],
            Self::Real { min, max, .. } => vec![Value::Real(min), Value::Real(max)],
            Self::Flag => vec![Value::Flag(false), Value::Flag(true)],
            Self::Layers => vec![
                Value::Layers(Layers::of(&[])),
                Value::Layers(Layers::of(&Layer::ALL)),
            ],
            Self::Points => vec![Value::Points(vec![]), Value::Points(vec![[0.0, 1.0]])],
            Self::Word => vec![Value::Word("A".into()), Value::Word("BURN".into())],
            Self::Curve => vec![Value::Curve(Curve::line()), Value::Curve(bent())],
            Self::Label => vec![Value::Label(None), Value::Label(Some(MOST_LABELS - 1))],
        }
    }
}

fn read_whole(text: &str) -> Option<i64> {
    // `as` saturates, so an absurd number becomes the end of the range it overshot.
    text.parse()
        .ok()
        .or_else(|| read_real(text).map(|x| x.round() as i64))
}

fn read_real(text: &str) -> Option<f64> {
    decimal::read(text).filter(|x| !x.is_nan())
}

fn read_flag(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "on" | "yes" => Some(true),
        "0" | "false" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// The text of [`Value::Label`]`(None)`.
const NO_LABEL: &str = "none";

fn read_label(text: &str) -> Option<Option<u32>> {
    if text == NO_LABEL {
        return Some(None);
    }
    Some(Some(read_whole(text)?.clamp(0, MOST_LABELS.into()) as u32))
}

/// The letters of a text that can be drawn, and whether that is all of it; `None` if there are none.
fn read_word(text: &str) -> Option<(Value, bool)> {
    let letters = text.chars().filter(char::is_ascii_alphabetic);
    let word: String = letters.take(MOST_LETTERS).collect();
    let complete = word.len() == text.len();
    (!word.is_empty()).then(|| (Value::Word(word.to_ascii_uppercase()), complete))
}

/// Digits after the point of a curve's coordinates.
const CURVE_DIGITS: f64 = 1000.0;

/// Control points between the two ends.
fn print_curve(curve: &Curve) -> String {
    let points: Vec<_> = curve.points().collect();
    let inner = points[1..points.len() - 1].iter();
    let numbers: Vec<_> = inner
        .flat_map(|&(t, value)| [t, value])
        .map(|x| ((x * CURVE_DIGITS).round() / CURVE_DIGITS).to_string())
        .collect();
    if numbers.is_empty() {
        return STRAIGHT.into();
    }
    numbers.join(",")
}

/// The text of the curve without inner points.
const STRAIGHT: &str = "line";

fn read_curve(text: &str) -> Option<Curve> {
    if text == STRAIGHT {
        return Some(Curve::line());
    }
    let numbers: Option<Vec<f64>> = text.split(',').map(read_real).collect();
    let numbers = numbers.filter(|numbers| numbers.len().is_multiple_of(2))?;
    let inner = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    let points: Vec<_> = [(0.0, 0.0)]
        .into_iter()
        .chain(inner)
        .chain([(1.0, 1.0)])
        .collect();
    Curve::new(&points).ok()
}

/// A curve that is not straight.
fn bent() -> Curve {
    Curve::new(&[(0.0, 0.0), (0.5, 0.25), (1.0, 1.0)]).expect("it rises")
}

fn read_layers(text: &str) -> (Value, bool) {
    let mut layers = Layers::of(&[]);
    let mut complete = true;
    for name in text.split(',').filter(|name| !name.is_empty()) {
        match Layer::ALL.into_iter().find(|layer| layer.name() == name) {
            Some(layer) => layers.set(layer, true),
            None => complete = false,
        }
    }
    (Value::Layers(layers), complete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_numbers_become_the_nearest_end() {
        let kind = Kind::Whole {
            min: 1,
            max: 1000,
            scale: Scale::Log,
        };
        for (text, value) in [("1e300", 1000), ("-7", 1), ("-inf", 1), ("12.4", 12)] {
            assert_eq!(
                kind.read(text).unwrap().value,
                Value::Whole(value),
                "{text}"
            );
        }
        assert!(kind.read("NaN").is_none() && kind.read("many").is_none());
        assert!(!kind.read("7").unwrap().clamped && kind.read("1001").unwrap().clamped);
    }

    #[test]
    fn words_curves_and_labels_are_read_back() {
        let word = Kind::Word.read("Flow 42!").unwrap();
        assert_eq!(word.value, Value::Word("FLOW".into()));
        assert!(word.clamped && Kind::Word.read("42").is_none());
        let curve = Kind::Curve.read("0.25,0.1,0.5,0.7").unwrap().value;
        assert_eq!(curve.print(), "0.25,0.1,0.5,0.7");
        assert!(Kind::Curve.read("0.5,0.7,0.25,0.1").is_none());
        assert_eq!(Kind::Label.read("none").unwrap().value, Value::Label(None));
        assert!(Kind::Label.read("1000").unwrap().clamped);
    }

    #[test]
    fn an_unknown_layer_is_left_out_and_said() {
        let reading = Kind::Layers.read("particles,auroras").unwrap();
        assert_eq!(
            reading.value,
            Value::Layers(Layers::of(&[Layer::Particles]))
        );
        assert!(reading.clamped);
    }
}
