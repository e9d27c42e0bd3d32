//! Why another system gave no usable answer: what to do about it, and a sentence for people.
//!
//! This module must not know: how the question travelled, what it was about.

use std::time::Duration;

use crate::domain::sanitize;
use crate::text::Texts;

/// Longest word of another system that is repeated, in characters.
const WORD_LIMIT: usize = 200;

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Ask again; not before so long, where the other side said so.
    Later(Option<Duration>),
    /// A person mends our settings; asking again meanwhile does no harm.
    Settings,
    /// Nothing: the same question would get the same answer.
    Nothing,
}

/// No usable answer. `key` names the text (`trouble.<key>`), `args` its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {args:?}")]
pub struct Trouble {
    /// What helps.
    pub remedy: Remedy,
    /// Which trouble.
    pub key: &'static str,
    /// Values for the text, cleaned.
    pub args: Vec<(&'static str, String)>,
}

impl Trouble {
    /// Passing: the other side is away or busy.
    pub fn later(key: &'static str, after: Option<Duration>) -> Self {
        Self::of(Remedy::Later(after), key)
    }

    /// The fault is in our settings.
    pub fn settings(key: &'static str) -> Self {
        Self::of(Remedy::Settings, key)
    }

    /// Final for this question.
    pub fn lasting(key: &'static str) -> Self {
        Self::of(Remedy::Nothing, key)
    }

    fn of(remedy: Remedy, key: &'static str) -> Self {
        Self {
            remedy,
            key,
            args: Vec::new(),
        }
    }

    /// With a value; words of others are cleaned and cut.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.args.push((name, short(value)));
        self
    }

    /// Whether waiting may help.
    pub fn passes(&self) -> bool {
        matches!(self.remedy, Remedy::Later(_))
    }

    /// In words.
    pub fn words(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self.args.iter().map(|(n, v)| (*n, v.as_str())).collect();
        texts.fill(&format!("trouble.{}", self.key), &args)
    }
}

/// Words of another system, harmless and not longer than one reads.
pub fn short(text: &str) -> String {
    let text = sanitize::clean(text);
    text.trim().chars().take(WORD_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_harmless_and_short() {
        let long = format!("\u{1b}[2J{}", "x".repeat(1_000));
        assert_eq!(short(&long), "x".repeat(WORD_LIMIT));
    }
}
