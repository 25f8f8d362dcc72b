//! What the engine says of its processor, in the page's language: its sentences are English, and the
//! ones that a visitor may come across are known here by how they begin or end.

use super::text::Text;

/// What the CPU engine says of itself where nobody expects anything else.
const AS_CHOSEN: &str = "as chosen";

/// Sentences by a part of them, and their keys in the language files.
const KNOWN: &[(&str, &str)] = &[
    ("this program trains on the CPU only", "reason.cpu-only"),
    ("offers no WebGPU adapter", "reason.no-adapter"),
    ("has no timestamps", "reason.no-timestamps"),
    ("WebGPU did not start", "reason.no-start"),
    ("failed the comparison with the CPU", "reason.self-test"),
    (super::handover::SLOWER, "reason.slower"),
    ("processor that trains has failed", "reason.lost"),
];

/// The detail of a backend as the badge shows it: nothing where there is nothing to say. Names of
/// adapters and figures are the same in every language.
pub(crate) fn said(detail: &str, text: &Text) -> String {
    if detail == AS_CHOSEN {
        return String::new();
    }
    let known = |(part, _): &&(&str, &str)| detail.contains(part);
    if let Some((_, key)) = KNOWN.iter().find(known) {
        return text.get(key).to_owned();
    }
    detail.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn known_sentences_are_translated_and_names_are_not() {
        let text = Text::new(Language::Chinese);
        assert_eq!(said("as chosen", &text), "");
        assert_eq!(said("NVIDIA H100", &text), "NVIDIA H100");
        for (part, key) in KNOWN {
            let sentence = said(&format!("so {part}: why"), &text);
            assert!(!sentence.contains(part) && sentence != *key, "{sentence}");
        }
    }
}
