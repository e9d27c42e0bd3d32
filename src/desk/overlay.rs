//! What is wrong in a file that people lay over ours: keys, themes. It is said with file and line,
//! that line is left out, and the desk starts all the same.

use crate::text::Texts;

/// Where a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The program.
    Shipped,
    /// A file, by name, and the line in it, from 1.
    File(String, usize),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Shipped => out.write_str("default"),
            Self::File(file, line) => write!(out, "{file}:{line}"),
        }
    }
}

/// A mistake: the text `overlay.<key>` with its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {key} {args:?}")]
pub struct Problem {
    /// Where.
    pub at: Origin,
    /// Which mistake.
    pub key: &'static str,
    /// Values for the text.
    pub args: Vec<(&'static str, String)>,
}

impl Problem {
    /// The mistake of that kind.
    pub fn new(at: Origin, key: &'static str, args: &[(&'static str, &str)]) -> Self {
        let args = args
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Self { at, key, args }
    }

    /// In words, behind file and line.
    pub fn said(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let what = texts.fill(&format!("overlay.{}", self.key), &args);
        format!("{}: {what}", self.at)
    }
}

/// The line of a byte of a text, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    1 + before.filter(|byte| **byte == b'\n').count()
}

/// A file that is laid over ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlay {
    /// Its name, for messages.
    pub file: String,
    /// What stands in it.
    pub text: String,
}
