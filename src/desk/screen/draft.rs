//! What stays of a form that is left: its answers, and what was sent and not answered.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::effect::Call;
use super::form::State;

/// A write without an answer: what became of it is asked before anything else is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Pending {
    /// The id under which it was sent.
    pub command: Uuid,
    /// What was sent, to be sent again as it was.
    pub call: Call,
    /// Whether the answers were changed since.
    pub altered: bool,
}

/// An unsent form, as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Answers by field.
    pub answers: Vec<(String, String)>,
    /// At which field.
    pub at: usize,
    /// Since when it is kept (machine time).
    pub kept_at: DateTime<Utc>,
    /// What was sent and not answered.
    pub pending: Option<Pending>,
}

impl State {
    /// What was typed, to be kept.
    pub fn draft(&self, now: DateTime<Utc>) -> Draft {
        let answers = self
            .entries
            .iter()
            .map(|entry| (entry.key.clone(), entry.raw().to_owned()));
        Draft {
            answers: answers.collect(),
            at: self.at,
            kept_at: now,
            pending: self.sent.clone().map(|call| Pending {
                command: self.command,
                call,
                altered: self.altered,
            }),
        }
    }
}
