//! The words of the page, in two languages, by key.

use super::notice::Notice;
use serde_json::{Map, Value as Json};

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

    /// The file on the site with what the page says before it moves.
    pub fn address(self) -> &'static str {
        match self {
            Self::English => "lang/en.json",
            Self::Chinese => "lang/zh.json",
        }
    }

    /// The file on the site with all other texts.
    pub fn address_of_rest(self) -> &'static str {
        match self {
            Self::English => "lang/en.rest.json",
            Self::Chinese => "lang/zh.rest.json",
        }
    }
}

/// The texts of one language.
pub struct Text {
    pub language: Language,
    entries: Map<String, Json>,
}

impl Text {
    /// The texts of a language, for who cannot fetch them. A program that calls this carries the files of all languages.
    pub fn new(language: Language) -> Self {
        let file = match language {
            Language::English => include_str!("../../../www/lang/en.json"),
            Language::Chinese => include_str!("../../../www/lang/zh.json"),
        };
        let file = serde_json::from_str(file).expect("language files are tested");
        Self::of(language, file).expect("language files are tested")
    }

    /// The texts in a language's file; `None` if it is none.
    pub fn of(language: Language, file: Json) -> Option<Self> {
        match file {
            Json::Object(entries) => Some(Self { language, entries }),
            _ => None,
        }
    }

    /// Takes in the texts of another file of the same language.
    pub fn add(&mut self, file: Json) {
        if let Json::Object(entries) = file {
            self.entries.extend(entries);
        }
    }

    /// The text of a key; the key itself where it is missing, so that it is noticed.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.entries.get(key)?.as_str()
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
        self.entries.keys().map(String::as_str).collect()
    }
}
