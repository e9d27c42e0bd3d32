//! What `loket doctor` asks of the database.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::admin::known_migrations;
use super::rows::Role;
use super::{Store, StoreError, ask, read};

/// The state of a database, as anybody who may log in sees it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Health {
    /// Now at the server (technical time).
    pub now: DateTime<Utc>,
    /// Version of the server, as `150018`.
    pub server: u32,
    /// Whether it is a standby, which takes no writes.
    pub is_standby: bool,
    /// Whether the legal clock may be shifted.
    pub rehearsal: bool,
    /// Legal now.
    pub legal_now: DateTime<Utc>,
    /// Who we are.
    pub agent: String,
    /// What we may do.
    pub role: Role,
    /// The role we log in with.
    pub login: String,
    /// Migrations that stand in the database, by number.
    pub migrations: Vec<i64>,
    /// What is nobody's business but that of the grid company: an installer is not told (ELS-30).
    #[serde(flatten)]
    pub house: Option<House>,
}

/// What goes on in the house.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct House {
    /// How many queues are ours.
    pub queues: i64,
    /// Extensions with their versions.
    pub extensions: BTreeMap<String, String>,
    /// Consoles with a living session.
    pub consoles: i64,
    /// Connections of workers.
    pub workers: i64,
    /// Whether one of them leads.
    pub ticking: bool,
    /// Messages that were given up.
    pub dead_letters: i64,
    /// For how long the oldest timer has waited for a worker, in seconds.
    pub late_timers_s: Option<i64>,
    /// Connections of clients.
    pub connections: i64,
    /// The most that the server takes.
    pub connections_max: i64,
    /// Size of the database, in bytes.
    pub size: i64,
}

impl Health {
    /// Migrations that this program has and the database has not.
    pub fn pending(&self) -> Vec<i64> {
        let mut known = known_migrations();
        known.retain(|number| !self.migrations.contains(number));
        known
    }

    /// Migrations that the database has and this program does not know: a newer loket was here.
    pub fn unknown(&self) -> Vec<i64> {
        let known = known_migrations();
        let mut all = self.migrations.clone();
        all.retain(|number| !known.contains(number));
        all
    }
}

impl Store {
    /// The state of the database.
    pub async fn health(&self) -> Result<Health, StoreError> {
        let answer = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.health()::text AS "r!""#).fetch_one(&self.pool),
        )
        .await?;
        read(answer)
    }
}
