//! Messages out: taken from the outbox in order per case, resolved from stored facts, delivered at
//! least once. The receiver tells repetitions by the idempotency key.

pub mod backoff;
pub mod compose;
pub mod directory;
pub mod envelope;
pub mod http;
mod installation;
pub mod letters;
pub mod mail;
pub(in crate::exchange) mod market;
pub(in crate::exchange) mod orders;
pub mod settings;
pub mod smtp;
pub mod values;

use std::path::PathBuf;

pub use envelope::{Content, Envelope};

/// What became of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver has it.
    Sent,
    /// Try again later; dead after many attempts.
    Retry(String),
    /// Try again later, as often as it takes: the fault is on our side.
    Wait(String),
    /// Left out: what happened meanwhile made it wrong, and nobody misses it.
    Overtaken,
    /// Trying again would change nothing: a person must look.
    Dead(String),
}

/// How messages leave.
#[derive(Debug, Clone)]
pub enum Delivery {
    /// One file per message in this directory.
    Directory(PathBuf),
    /// One POST per message.
    Http(http::Endpoint),
    /// Mails by SMTP, everything else in that other way.
    Mail(Box<smtp::Submission>, Box<Self>),
}

impl Delivery {
    /// `http://…` and `https://…` are addresses, everything else is a directory.
    pub fn parse(target: &str) -> Self {
        if target.starts_with("http://") || target.starts_with("https://") {
            Self::Http(http::Endpoint::new(target))
        } else {
            Self::Directory(PathBuf::from(target))
        }
    }

    /// Mails by that server from now on; commands and letters on paper as before.
    #[must_use]
    pub fn with_mail(self, submission: smtp::Submission) -> Self {
        Self::Mail(Box::new(submission), Box::new(self))
    }

    /// One attempt.
    pub async fn deliver(&self, envelope: Envelope) -> Outcome {
        let is_mail = matches!(envelope.content, Content::Mail { .. });
        match self {
            Self::Mail(submission, _) if is_mail => submission.deliver(&envelope).await,
            Self::Mail(_, rest) => Box::pin(rest.deliver(envelope)).await,
            Self::Directory(path) => {
                let path = path.clone();
                blocking(move || directory::deliver(&path, &envelope)).await
            }
            Self::Http(endpoint) => {
                let endpoint = endpoint.clone();
                blocking(move || endpoint.deliver(&envelope)).await
            }
        }
    }
}

/// On a thread that may block.
async fn blocking(attempt: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    let attempt = tokio::task::spawn_blocking(attempt).await;
    attempt.unwrap_or_else(|error| Outcome::Retry(error.to_string()))
}
