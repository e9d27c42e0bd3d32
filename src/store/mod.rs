//! PostgreSQL: the only module that speaks SQL. Every write is one call of a function of the schema
//! `loket_api`, with a command id, so that a repeated call has one effect; reads are bounded and
//! have an index. The functions answer in JSON, which becomes the types of [`rows`].
//!
//! A command must be run by a task that is never dropped half-way (ARCHITECTURE.md, "Commands").
//! Nothing here knows a screen.

pub mod admin;
pub mod board;
pub mod bulk;
pub mod calendar;
pub mod case;
pub mod claiming;
pub mod connections;
pub mod consumption;
pub mod draft;
pub mod error;
pub mod feed;
pub mod fees;
pub mod filter;
pub mod find;
pub mod forms;
pub mod health;
pub mod line;
pub mod listener;
pub mod payments;
pub mod plants;
pub mod privacy;
pub mod reading;
pub mod recount;
pub mod register;
pub mod registers;
pub mod rows;
pub mod session;
pub mod signals;
pub mod slots;
pub mod undo;
pub mod verify;
pub mod wash;
pub mod work;

use std::future::Future;
use std::time::Duration;

use serde::de::DeserializeOwned;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

pub use error::StoreError;

/// No call of the database may take longer; the server's own limit is shorter.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The database, as one agent sees it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pool: PgPool,
}

impl Store {
    /// A store that connects when it is first asked. `max_connections` is at most 3 for a console.
    pub fn connect(options: PgConnectOptions, max_connections: u32) -> Self {
        let options = options
            .application_name("loket")
            .options([("statement_timeout", "8s"), ("lock_timeout", "4s")]);
        let pool = PgPoolOptions::new()
            .max_connections(max_connections)
            .min_connections(0)
            .acquire_timeout(CONNECT_TIMEOUT)
            .idle_timeout(Duration::from_mins(10))
            .max_lifetime(None)
            .connect_lazy_with(options);
        Self { pool }
    }

    /// Ends all connections; used before a database is dropped.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Waits for the database, but not for ever: a half-open line never answers.
async fn ask<T>(call: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Ok(result) => result.map_err(StoreError::from),
        Err(_) => Err(StoreError::Offline(format!(
            "no answer in {} s",
            CALL_TIMEOUT.as_secs()
        ))),
    }
}

/// The answer of a function as one of our types, read from its text: a tree of values in between would
/// be many times as large.
fn read<T: DeserializeOwned>(answer: impl AsRef<str>) -> Result<T, StoreError> {
    serde_json::from_str(answer.as_ref()).map_err(|error| StoreError::Bug(error.to_string()))
}

/// One of our types as an argument of a function.
fn write<T: serde::Serialize + ?Sized>(argument: &T) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(argument).map_err(|error| StoreError::Bug(error.to_string()))
}
