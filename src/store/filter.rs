//! Which cases a list shows, as one line of text that people keep and pass on:
//! `due:2h -holder:none party:zonnebloem "van der"`. Words joined by spaces, all must hold; commas
//! join values of which one must hold; `-` in front turns a word round; a word without a key is
//! looked for in subject, case number and reference, without case and accents.
//!
//! Parsed once, at the edge ([`Filter::parse`]); its [`std::fmt::Display`] is the line in its one
//! right form. The database is given the words as JSON ([`Filter::words_json`]), never as SQL.
//! Nothing here knows the present time.

pub mod complete;
mod parse;
pub mod words;

use std::fmt;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::rows::WorkState;
use crate::process::{self, Process};
pub use parse::{FilterError, Wrong};

/// Most words of a filter.
pub const WORDS_MAX: usize = 30;
/// Most characters of a line.
pub const LINE_MAX: usize = 400;

/// Which cases a list shows. Empty: all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    words: Vec<Word>,
}

/// One word: a test, or its contrary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Which way round.
    pub sign: Sign,
    /// What is tested.
    pub test: Test,
}

/// Whether the test must hold or must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// It must hold.
    Is,
    /// It must not hold.
    IsNot,
}

/// What a word asks of a case. Of several values one must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// Subject, case number or reference contain it; folded.
    Text(String),
    /// The state, by key.
    State(Vec<String>),
    /// The nearest clock, by key.
    Clock(Vec<String>),
    /// When the nearest clock is due.
    Due(Vec<Due>),
    /// Who has it.
    Holder(Vec<Holder>),
    /// In the pool, held, waiting.
    Work(Vec<WorkState>),
    /// The party: first digits of its number, or part of its name, folded.
    Party(Vec<String>),
    /// The process, by key.
    Process(Vec<String>),
    /// First digits of the metering point.
    Ean(String),
    /// Whether it was put before a lead.
    Raised(Answer),
    /// What of mine is at it.
    Mine(Vec<Mine>),
    /// What people set for themselves.
    Is(Flag),
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// What somebody can have at a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mine {
    /// An unfinished form.
    Draft,
}

/// What people set for themselves on a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// It is out of the inbox until an instant. Without this word no such case fits.
    Snoozed,
    /// A promise on it is open.
    Promised,
}

impl Flag {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Snoozed, Self::Promised];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Snoozed => "snoozed",
            Self::Promised => "promised",
        }
    }
}

/// When the nearest clock is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Its due instant has passed.
    Late,
    /// It has not passed and does within this time; whole minutes.
    Within(TimeDelta),
    /// It has not passed and does before the end of the local day.
    Today,
    /// No clock runs.
    None,
}

/// Who has a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// Whoever asks.
    Me,
    /// Nobody.
    Nobody,
    /// Somebody whose name contains this, folded.
    Named(String),
}

/// The keys of words, in the order in which they are proposed.
pub const KEYS: [&str; 11] = [
    "state", "clock", "due", "holder", "work", "party", "process", "ean", "raised", "mine", "is",
];

impl Filter {
    /// The words.
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The words for the function of the database that reads them.
    pub fn words_json(&self) -> Value {
        self.words.iter().map(Word::as_json).collect()
    }
}

impl Test {
    /// Its key; `text` for a word without one.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::State(_) => "state",
            Self::Clock(_) => "clock",
            Self::Due(_) => "due",
            Self::Holder(_) => "holder",
            Self::Work(_) => "work",
            Self::Party(_) => "party",
            Self::Process(_) => "process",
            Self::Ean(_) => "ean",
            Self::Raised(_) => "raised",
            Self::Mine(_) => "mine",
            Self::Is(_) => "is",
        }
    }

    /// Its values as they stand in the line.
    fn values(&self) -> Vec<String> {
        match self {
            Self::Text(text) | Self::Ean(text) => vec![text.clone()],
            Self::Is(flag) => vec![flag.word().to_owned()],
            Self::State(keys) | Self::Clock(keys) | Self::Party(keys) | Self::Process(keys) => {
                keys.clone()
            }
            Self::Due(dues) => dues.iter().map(ToString::to_string).collect(),
            Self::Holder(holders) => holders.iter().map(ToString::to_string).collect(),
            Self::Raised(answer) => vec![answer.to_string()],
            Self::Mine(mine) => mine.iter().map(ToString::to_string).collect(),
            Self::Work(works) => works.iter().map(|work| work.word().to_owned()).collect(),
        }
    }

    /// Its values as the database reads them: seconds for a time, `=` before a word that is no name.
    fn values_json(&self) -> Vec<String> {
        match self {
            Self::Due(dues) => dues
                .iter()
                .map(|due| match due {
                    Due::Within(time) => time.num_seconds().to_string(),
                    other => other.to_string(),
                })
                .collect(),
            Self::Holder(holders) => holders
                .iter()
                .map(|holder| match holder {
                    Holder::Named(name) => name.clone(),
                    other => format!("={other}"),
                })
                .collect(),
            other => other.values(),
        }
    }
}

impl Word {
    fn as_json(&self) -> Value {
        json!({
            "not": self.sign == Sign::IsNot,
            "key": self.test.key(),
            "any": self.test.values_json(),
        })
    }
}

impl fmt::Display for Due {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Late => out.write_str("late"),
            Self::Today => out.write_str("today"),
            Self::None => out.write_str("none"),
            Self::Within(time) => match time.num_minutes() {
                minutes if minutes % (24 * 60) == 0 => write!(out, "{}d", minutes / (24 * 60)),
                minutes if minutes % 60 == 0 => write!(out, "{}h", minutes / 60),
                minutes => write!(out, "{minutes}m"),
            },
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Yes => "yes",
            Self::No => "no",
        })
    }
}

impl fmt::Display for Mine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => out.write_str("draft"),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Me => "me",
            Self::Nobody => "none",
            Self::Named(name) => name,
        })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sign == Sign::IsNot {
            out.write_str("-")?;
        }
        if !matches!(self.test, Test::Text(_)) {
            write!(out, "{}:", self.test.key())?;
        }
        for (number, value) in self.test.values().iter().enumerate() {
            if number > 0 {
                out.write_str(",")?;
            }
            write_value(out, value)?;
        }
        Ok(())
    }
}

/// In quotes where it would be read as something else.
fn write_value(out: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let splits = |c: char| c.is_whitespace() || matches!(c, ',' | ':');
    if value.is_empty() || value.starts_with('-') || value.contains(splits) {
        write!(out, "\"{value}\"")
    } else {
        out.write_str(value)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, word) in self.words.iter().enumerate() {
            if number > 0 {
                out.write_str(" ")?;
            }
            write!(out, "{word}")?;
        }
        Ok(())
    }
}

/// All states of live cases, by key, each once.
#[cfg(test)]
fn states() -> impl Iterator<Item = &'static str> {
    each_once(|process| {
        let live = process
            .states
            .iter()
            .filter(|state| state.work != process::Work::Closed);
        live.map(|state| state.key).collect()
    })
}

/// All clocks there are, by key, each once.
fn clocks() -> impl Iterator<Item = &'static str> {
    each_once(|process| process.clocks.iter().map(|clock| clock.key).collect())
}

fn each_once(of: fn(&Process) -> Vec<&'static str>) -> impl Iterator<Item = &'static str> {
    let all: std::collections::BTreeSet<_> = process::ALL.iter().flat_map(|it| of(it)).collect();
    all.into_iter()
}
