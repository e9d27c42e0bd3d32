//! Four kinds of error, because the screen has four reactions (house rule 6): offline, stale,
//! refused with the reason and the rule, and a bug of ours.

use std::collections::BTreeMap;

use sqlx::postgres::PgDatabaseError;

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
    #[error("the case is no longer held by you")]
    LeaseLost {
        /// The new holder, if any.
        holder: Option<String>,
    },
    /// The session is gone: open a new one.
    #[error("the session has ended")]
    SessionLost,
    /// This database role is no agent, or a disabled one.
    #[error("{0}")]
    NotAnAgent(String),
    /// The command id was used before, with another content: that one was written, this one was not.
    #[error("this command was written before, with another content")]
    Reused,
    /// Not allowed or not possible, with the reason and the rule.
    #[error("{}", .0.key)]
    Refused(Refusal),
    /// Ours to mend: an answer that should not be possible.
    #[error("unexpected answer of the database: {0}")]
    Bug(String),
}

impl StoreError {
    /// A refusal of the store itself.
    pub(super) fn refused(key: &str, args: &[(&str, &str)]) -> Self {
        let args = args
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self::Refused(Refusal {
            key: key.to_owned(),
            rule: String::new(),
            field: None,
            args: args.collect(),
        })
    }

    /// Whether the same command, sent again, may succeed without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Offline(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>()
            {
                Some(postgres) => from_postgres(postgres),
                None => Self::Bug(error.to_string()),
            },
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::RowNotFound => Self::Bug(error.to_string()),
            _ => Self::Offline(error.to_string()),
        }
    }
}

fn from_postgres(error: &PgDatabaseError) -> StoreError {
    match error.code() {
        "LK002" => StoreError::NotAnAgent(error.message().to_owned()),
        "LK003" => StoreError::SessionLost,
        "LK004" => StoreError::LeaseLost {
            holder: error
                .detail()
                .filter(|holder| !holder.is_empty())
                .map(ToOwned::to_owned),
        },
        // a unique key or a deadlock: somebody was first; look again
        "LK005" | "23505" | "40P01" | "40001" => StoreError::Stale,
        "LK006" => StoreError::Refused(refusal(error)),
        "22023" if error.message().starts_with("command id used before") => StoreError::Reused,
        "3F000" | "42883" | "42P01" => StoreError::refused("database_not_migrated", &[]),
        "3D000" => StoreError::refused("no_such_database", &[]),
        "42501" => StoreError::refused("role_required", &[("role", "lead, admin")]),
        code if code.starts_with("28") => StoreError::NotAnAgent(error.message().to_owned()),
        // too slow or locked for too long, cancelled, shutting down, no room, no connection
        "55P03" | "57014" => StoreError::Offline(error.message().to_owned()),
        code if ["57P", "53", "08", "25P"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            StoreError::Offline(error.message().to_owned())
        }
        code => StoreError::Bug(format!("{code} {}", error.message())),
    }
}

fn refusal(error: &PgDatabaseError) -> Refusal {
    let args: BTreeMap<String, serde_json::Value> = error
        .hint()
        .and_then(|hint| serde_json::from_str(hint).ok())
        .unwrap_or_default();
    let args: BTreeMap<String, String> = args
        .into_iter()
        .map(|(key, value)| match value {
            serde_json::Value::String(text) => (key, text),
            other => (key, other.to_string()),
        })
        .collect();
    Refusal {
        key: error.message().to_owned(),
        rule: error.detail().unwrap_or_default().to_owned(),
        field: args.get("field").cloned(),
        args,
    }
}
