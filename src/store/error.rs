//! Four kinds of error, because the screen has four reactions (house rule 6).

use crate::process::engine::Refusal;

/// What can go wrong between us and the database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer: keep everything, show since when, try again.
    #[error("the database does not answer: {0}")]
    Offline(String),
    /// The case changed since it was read: read it again, keep what was typed.
    #[error("the case changed meanwhile")]
    Stale,
    /// The lease is gone: keep what was typed, name the new holder.
    #[error("the case is no longer held by you{}", holder.as_ref().map(|h| format!("; {h} has it")).unwrap_or_default())]
    LeaseLost {
        /// The new holder, if any.
        holder: Option<String>,
    },
    /// The session is gone: open a new one.
    #[error("the session has ended")]
    SessionLost,
    /// Not allowed or not possible, with the reason and the rule.
    #[error("{}", .0.key)]
    Refused(Refusal),
    /// Ours to mend: a message that should not be possible.
    #[error("unexpected answer of the database: {0}")]
    Bug(String),
}
