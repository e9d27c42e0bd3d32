//! What leaves: one object per message, the same for every way of delivery.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use uuid::Uuid;

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    /// A receiver that has seen this key has this message.
    pub idem_key: Uuid,
    /// Number of the message; rises within a case.
    pub number: i64,
    /// Case number.
    pub case: String,
    /// Kind.
    pub kind: String,
    /// A receiver refuses an attempt with a fence lower than one it saw for this key.
    pub fence: i64,
    /// Attempts, this one included.
    pub attempts: i32,
    /// Legal instant of the step that wrote it.
    pub created: DateTime<Utc>,
    /// What and to whom.
    #[serde(flatten)]
    pub content: Content,
}

/// The three sorts of content.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Content {
    /// A letter by mail.
    Mail {
        /// Addresses.
        to: Vec<String>,
        /// Two letters.
        language: String,
        /// Subject.
        subject: String,
        /// Plain text.
        body: String,
        /// The letter as it is sent, with its header lines.
        rendering: String,
    },
    /// A letter on paper or in the customer's portal: nothing but the reference is known here.
    Letter {
        /// Reference of the customer; name and address are looked up by the sender of letters.
        to: Vec<String>,
        /// Two letters.
        language: String,
        /// Subject.
        subject: String,
        /// Plain text.
        body: String,
    },
    /// A command to a system.
    Command {
        /// Which system: `p4`, `allocation`.
        to: Vec<String>,
        /// What it must do.
        command: Json,
    },
}

impl Content {
    /// A mail with its rendering.
    pub fn mail(to: Vec<String>, language: &str, subject: String, body: String) -> Self {
        let rendering = format!(
            "To: {}\nSubject: {subject}\nContent-Language: {language}\n\n{body}",
            to.join(", ")
        );
        Self::Mail {
            to,
            language: language.to_owned(),
            subject,
            body,
            rendering,
        }
    }
}
