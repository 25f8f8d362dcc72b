//! Scenes and comparisons as data: what to set, what to look at, and which words and formulas belong
//! to it.
//!
//! The words are in the language files (`scene.<key>.title`, `.text`, `.try`, `.source`), the formulas
//! in `formulas.tex` beside this file, from which the build tool makes MathML.

mod list;

pub use list::SCENES;

/// Values by schema name, lane B's with the prefix `b.`.
pub type Patch = &'static [(&'static str, &'static str)];

/// A scene: a state worth looking at.
pub struct Scene {
    /// Names its texts.
    pub key: &'static str,
    /// Values on top of the defaults.
    pub patch: Patch,
    /// Formulas to show, by their name in `formulas.tex`.
    pub formulas: &'static [&'static str],
    /// Charts that belong to it, by name; the others are put away.
    pub charts: &'static [&'static str],
    /// Controls that its text speaks of, by schema name.
    pub controls: &'static [&'static str],
    /// What should have happened before the next scene.
    pub wait: Wait,
    /// Whether training starts by itself.
    pub trains: bool,
}

/// What a scene waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Time has run from 0 to 1 so often.
    Passages(u32),
    /// Every lane has trained so many steps.
    Steps(u32),
    /// The words have been read.
    Words,
}

/// The scene of that number, counted from 1.
pub fn scene(number: u32) -> Option<&'static Scene> {
    SCENES.get((number as usize).checked_sub(1)?)
}

/// Whether the scene brings a drawing of its own.
pub(crate) fn brings_drawing(number: u32) -> bool {
    scene(number).is_some_and(|scene| scene.patch.iter().any(|(name, _)| *name == "drawn"))
}

/// What two lanes can differ in at a touch.
pub struct Comparison {
    /// The text is `compare.<key>`.
    pub key: &'static str,
    /// The values; the first of lane B's is the one that is named.
    pub patch: Patch,
}

/// All comparisons, in the order of the choice.
pub const COMPARISONS: &[Comparison] = &[
    Comparison {
        key: "coupling",
        patch: &[("borrow", "0"), ("b.coupling", "ot")],
    },
    Comparison {
        key: "transfer",
        patch: &[("borrow", "1"), ("b.sample_schedule", "cosine")],
    },
    Comparison {
        key: "schedule",
        patch: &[("borrow", "0"), ("b.schedule", "cosine")],
    },
    Comparison {
        key: "solver",
        patch: &[("borrow", "1"), ("b.solver", "euler"), ("b.steps", "4")],
    },
    Comparison {
        key: "width",
        patch: &[("borrow", "0"), ("b.width", "16")],
    },
    Comparison {
        key: "features",
        patch: &[("borrow", "0"), ("b.features", "fourier")],
    },
    Comparison {
        key: "predict",
        patch: &[("borrow", "0"), ("b.predict", "x1")],
    },
    Comparison {
        key: "guidance",
        patch: &[
            ("borrow", "1"),
            ("guide", "cfg"),
            ("label", "0"),
            ("guidance", "1"),
            ("b.guidance", "4"),
        ],
    },
    Comparison {
        key: "guide",
        patch: &[
            ("borrow", "0"),
            ("guide", "cfg"),
            ("b.guide", "classifier"),
            ("label", "0"),
            ("guidance", "2"),
        ],
    },
    Comparison {
        key: "aware",
        patch: &[
            ("borrow", "0"),
            ("coupling", "ot"),
            ("guide", "cfg"),
            ("label", "0"),
            ("aware", "0"),
            ("b.aware", "1"),
        ],
    },
];

#[cfg(test)]
mod tests;
