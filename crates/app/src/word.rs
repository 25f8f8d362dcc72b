//! A word as it is typed: what of it can be drawn.

use flow::shapes::MOST_LETTERS;

/// What was typed, and what of it was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typed {
    /// The letters that can be drawn, in capitals.
    pub word: String,
    /// The key of the sentence about the rest and what stands in it, if there is a rest.
    pub refused: Option<(&'static str, String)>,
}

/// Reads what was typed.
pub fn read(text: &str) -> Typed {
    let text = text.trim();
    let (letters, others): (Vec<char>, Vec<char>) =
        text.chars().partition(char::is_ascii_alphabetic);
    let word: String = letters.iter().take(MOST_LETTERS).collect();
    let refused = if !others.is_empty() {
        Some((
            "word.unknown",
            others.into_iter().take(MOST_LETTERS).collect(),
        ))
    } else if letters.len() > MOST_LETTERS {
        Some(("word.long", MOST_LETTERS.to_string()))
    } else if letters.is_empty() {
        Some(("word.empty", String::new()))
    } else {
        None
    };
    Typed {
        word: word.to_ascii_uppercase(),
        refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flow::shapes::letters;
    use proptest::prelude::*;

    #[test]
    fn what_cannot_be_drawn_is_told() {
        assert_eq!(read("Burn").refused, None);
        assert_eq!(read("Burn").word, "BURN");
        assert_eq!(read("F4ß").refused, Some(("word.unknown", "4ß".to_owned())));
        assert_eq!(read("Flowlab").refused, Some(("word.long", "6".to_owned())));
        assert_eq!(read(" ").refused.unwrap().0, "word.empty");
    }

    proptest! {
        #[test]
        fn what_is_kept_can_be_drawn(text in ".*") {
            let typed = read(&text);
            // The oracle is the drawing itself.
            prop_assert_eq!(letters(&typed.word).is_ok(), !typed.word.is_empty());
            let kept = letters(text.trim()).is_ok();
            prop_assert_eq!(kept, typed.refused.is_none());
        }
    }
}
