//! Messages out: taken from the outbox in order per case, resolved from stored facts, delivered at
//! least once. The receiver tells repetitions by the idempotency key.

pub mod backoff;
pub mod compose;
pub mod directory;
pub mod envelope;
pub mod http;
pub mod letters;
pub mod settings;
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

    /// One attempt, on a thread that may block.
    pub async fn deliver(&self, envelope: Envelope) -> Outcome {
        let delivery = self.clone();
        let attempt = tokio::task::spawn_blocking(move || match delivery {
            Self::Directory(path) => directory::deliver(&path, &envelope),
            Self::Http(endpoint) => endpoint.deliver(&envelope),
        });
        attempt
            .await
            .unwrap_or_else(|error| Outcome::Retry(error.to_string()))
    }
}
