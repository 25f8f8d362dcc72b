//! The keyboard: one table, from which the bindings work and the help is made.

use super::msg::Msg;

/// What a key does.
#[allow(
    clippy::large_enum_variant,
    reason = "a key is pressed now and then, and its message is used up at once"
)]
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Something happens to the state.
    Msg(Msg),
    /// The layer controls get the focus.
    Layers,
    Fullscreen,
    HidePanels,
    Help,
}

/// Keys and what they do.
pub struct Binding {
    /// `KeyboardEvent.key` values, lower case.
    pub keys: &'static [&'static str],
    /// How the help shows them.
    pub shown: &'static str,
    /// What they do, as a key of the language files.
    pub text: &'static str,
    action: fn() -> Action,
}

/// How far an arrow key moves time.
const NUDGE: f64 = 0.02;
/// How far `.` and `,` move time.
const STEP: f64 = 0.1;

fn msg(msg: Msg) -> Action {
    Action::Msg(msg)
}

/// Every binding but the digits, which open scenes.
pub static BINDINGS: &[Binding] = &[
    Binding {
        keys: &[" "],
        shown: "Space",
        text: "key.play",
        action: || msg(Msg::TogglePlay),
    },
    Binding {
        keys: &["."],
        shown: ".",
        text: "key.on",
        action: || msg(Msg::StepTime(STEP)),
    },
    Binding {
        keys: &[","],
        shown: ",",
        text: "key.back",
        action: || msg(Msg::StepTime(-STEP)),
    },
    Binding {
        keys: &["arrowright"],
        shown: "→",
        text: "key.nudge-on",
        action: || msg(Msg::StepTime(NUDGE)),
    },
    Binding {
        keys: &["arrowleft"],
        shown: "←",
        text: "key.nudge-back",
        action: || msg(Msg::StepTime(-NUDGE)),
    },
    Binding {
        keys: &["pagedown"],
        shown: "PageDown",
        text: "key.next",
        action: || msg(Msg::TurnScene(1)),
    },
    Binding {
        keys: &["pageup"],
        shown: "PageUp",
        text: "key.previous",
        action: || msg(Msg::TurnScene(-1)),
    },
    Binding {
        keys: &["t"],
        shown: "T",
        text: "key.train",
        action: || msg(Msg::ToggleTraining),
    },
    Binding {
        keys: &["r"],
        shown: "R",
        text: "key.reset",
        action: || msg(Msg::Reset),
    },
    Binding {
        keys: &["c"],
        shown: "C",
        text: "key.compare",
        action: || msg(Msg::ToggleCompare),
    },
    Binding {
        keys: &["l"],
        shown: "L",
        text: "key.layers",
        action: || Action::Layers,
    },
    Binding {
        keys: &["f"],
        shown: "F",
        text: "key.fullscreen",
        action: || Action::Fullscreen,
    },
    Binding {
        keys: &["h"],
        shown: "H",
        text: "key.hide",
        action: || Action::HidePanels,
    },
    Binding {
        keys: &["?"],
        shown: "?",
        text: "key.help",
        action: || Action::Help,
    },
];

/// What a key does, if it does anything. Digits open scenes.
pub fn action(key: &str) -> Option<Action> {
    let key = key.to_ascii_lowercase();
    if let Some(number @ 1..=9) = key.parse().ok().filter(|_| key.len() == 1) {
        return Some(msg(Msg::OpenScene(number)));
    }
    let binding = BINDINGS.iter().find(|b| b.keys.contains(&key.as_str()))?;
    Some((binding.action)())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_bound_twice() {
        let keys: Vec<_> = BINDINGS.iter().flat_map(|b| b.keys).collect();
        for (i, key) in keys.iter().enumerate() {
            assert!(!keys[i + 1..].contains(key), "{key}");
        }
    }

    #[test]
    fn digits_open_scenes_and_a_clicker_turns_them() {
        assert_eq!(action("3"), Some(Action::Msg(Msg::OpenScene(3))));
        assert_eq!(action("PageDown"), Some(Action::Msg(Msg::TurnScene(1))));
        assert_eq!(action("0"), None);
        assert_eq!(action("F5"), None);
    }
}
