//! One database of a run: stores of its agents, and what the superuser asks and sets.

use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::domain::calendar::Calendars;
use loket::local_postgres::{LocalPostgres, SUPERUSER};
use loket::store::Store;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

/// Connections of one session: its questions and commands, and its pulse.
const CONNECTIONS: u32 = 2;

/// How often a refused connection is asked for again, each time after a quarter of a second.
const PATIENCE: u32 = 40;

/// A database with cases.
pub(crate) struct Database<'a> {
    server: &'a LocalPostgres,
    pub(crate) name: String,
    pub(crate) cases: u32,
}

impl<'a> Database<'a> {
    pub(crate) fn new(server: &'a LocalPostgres, name: String, cases: u32) -> Self {
        Self {
            server,
            name,
            cases,
        }
    }

    /// A store as that role, as a console has it.
    pub(crate) fn store(&self, role: &str) -> Store {
        Store::connect(self.server.options(role, &self.name), CONNECTIONS)
    }

    /// The address for a real console.
    pub(crate) fn url(&self, role: &str) -> String {
        self.server.url(role, &self.name)
    }

    /// Connections of the superuser, all of them open. While many sessions come in at once the
    /// server's socket refuses some: asked again.
    pub(crate) async fn pool(&self, connections: u32) -> Result<PgPool> {
        let options = PgPoolOptions::new()
            .max_connections(connections)
            .min_connections(connections)
            .acquire_timeout(Duration::from_mins(1))
            .max_lifetime(None)
            .idle_timeout(None);
        let mut tries = 0;
        loop {
            let to = self.server.options(SUPERUSER, &self.name);
            match options.clone().connect_with(to).await {
                Err(sqlx::Error::Io(_)) if tries < PATIENCE => tries += 1,
                told => return Ok(told?),
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// The calendars, as this program brings them.
    pub(crate) fn calendars() -> Result<Calendars> {
        Calendars::builtin().map_err(|error| eyre!("{error}"))
    }

    /// The queue of the cases.
    pub(crate) async fn queue(&self) -> Result<i32> {
        self.ask("SELECT queue_id FROM loket.queues WHERE key = 'mandate'")
            .await
    }

    /// One value.
    pub(crate) async fn ask<T>(&self, query: &'static str) -> Result<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let pool = self.pool(1).await?;
        let value = sqlx::query_scalar(query).fetch_one(&pool).await?;
        pool.close().await;
        Ok(value)
    }

    /// Statements one by one, each a transaction of its own.
    pub(crate) async fn execute(&self, statements: &[&str]) -> Result<()> {
        let pool = self.pool(1).await?;
        for statement in statements {
            sqlx::raw_sql(AssertSqlSafe((*statement).to_owned()))
                .execute(&pool)
                .await?;
        }
        pool.close().await;
        Ok(())
    }

    /// Takes out what a round left behind, so that the next one finds the same tables.
    pub(crate) async fn tidy(&self) -> Result<()> {
        self.execute(&[
            "VACUUM loket.cases",
            "VACUUM loket.case_leases",
            "VACUUM loket.commands",
            "VACUUM loket.agent_sessions",
        ])
        .await
    }
}
