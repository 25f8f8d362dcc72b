//! Why there are no data as a lane asks for them.

use core::fmt;

/// Why a lane has no data to learn from as it asks to. `Display` is a sentence for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum DataError {
    /// There are no points.
    NothingDrawn,
    /// The point of this index has a coordinate that is not a number, or is infinite.
    NotFinite(usize),
    /// The score is to be predicted, but the source is not the standard normal.
    ScoreOfOtherNoise,
    /// A classifier is to guide, but the source is not the standard normal.
    ClassifierOfOtherNoise,
    /// Labels are to be learned, but all points have the same.
    OneLabel,
    /// Labels are to be learned, but a flow's own pairs have none.
    LabelsOfAFlow,
    /// The word cannot be drawn.
    Text(TextError),
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingDrawn => {
                f.write_str("Nothing has been drawn yet: draw some points first.")
            }
            Self::NotFinite(i) => write!(
                f,
                "Point {} has a coordinate that is not a finite number.",
                i + 1
            ),
            Self::ScoreOfOtherNoise => f.write_str(
                "A score can only be learned from Gaussian noise: choose the Gaussian source, \
                 or something else to predict.",
            ),
            Self::ClassifierOfOtherNoise => f.write_str(
                "A classifier can only guide a flow from Gaussian noise: choose the Gaussian source, \
                 or other guidance.",
            ),
            Self::OneLabel => f.write_str(
                "Guidance needs a target with more than one label: choose another target, \
                 or no guidance.",
            ),
            Self::LabelsOfAFlow => f.write_str(
                "A rectified flow learns from its own pairs, which have no labels to guide it: \
                 choose another coupling, or no guidance.",
            ),
            Self::Text(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for DataError {}

impl From<TextError> for DataError {
    fn from(error: TextError) -> Self {
        Self::Text(error)
    }
}

/// Why a text cannot be drawn. `Display` is a sentence for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum TextError {
    /// No letter at all.
    Empty,
    /// So many letters where at most `most` can be drawn.
    TooLong { letters: usize, most: usize },
    /// Not one of the letters A to Z.
    Unknown(char),
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("There is no letter to draw."),
            Self::TooLong { letters, most } => write!(
                f,
                "The text has {letters} letters, but at most {most} can be drawn."
            ),
            Self::Unknown(c) => {
                write!(f, "Only the letters A to Z can be drawn, but not \"{c}\".")
            }
        }
    }
}

impl core::error::Error for TextError {}
