//! What is said to the user.

/// A sentence for the user: a key of the language files and what stands for its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub key: &'static str,
    pub values: Vec<String>,
}
