//! The words of the page, in two languages, by key.

use super::state::Notice;
use std::collections::HashMap;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

impl Language {
    /// All languages, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag for `lang` attributes and for the `lang` host option.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh",
        }
    }

    /// The language of a tag such as `zh-CN`; English for those we do not speak.
    pub fn from_tag(tag: &str) -> Self {
        if tag.to_ascii_lowercase().starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// The file of the language on the site.
    pub fn address(self) -> &'static str {
        match self {
            Self::English => "lang/en.json",
            Self::Chinese => "lang/zh.json",
        }
    }
}

/// The texts of one language.
pub struct Text {
    pub language: Language,
    entries: HashMap<String, String>,
}

impl Text {
    /// The texts of a language. A program that calls this carries the files of all languages.
    pub fn new(language: Language) -> Self {
        let file = match language {
            Language::English => return Self::english(),
            Language::Chinese => include_str!("../../www/lang/zh.json"),
        };
        Self::read(language, file).expect("language files are tested")
    }

    /// English, which every program carries, so that there is always something to say.
    pub fn english() -> Self {
        let file = include_str!("../../www/lang/en.json");
        Self::read(Language::English, file).expect("language files are tested")
    }

    /// The texts in a language's file; `None` if it is none.
    pub fn read(language: Language, file: &str) -> Option<Self> {
        let entries = serde_json::from_str(file).ok()?;
        Some(Self { language, entries })
    }

    /// The text of a key; the key itself where it is missing, so that it is noticed.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.entries.get(key).map_or(key, String::as_str)
    }

    /// The text of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// The text of a key with its placeholders `{0}`, `{1}`, ... filled in. Values that are keys
    /// themselves are translated.
    pub fn fill(&self, key: &str, values: &[String]) -> String {
        let mut sentence = self.get(key).to_owned();
        for (i, value) in values.iter().enumerate() {
            sentence = sentence.replace(&format!("{{{i}}}"), self.get(value));
        }
        sentence
    }

    /// The sentence of a notice.
    pub fn notice(&self, notice: &Notice) -> String {
        self.fill(notice.key, &notice.values)
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<_> = self.entries.keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys
    }
}
