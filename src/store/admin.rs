//! Making a database, migrating it, its agents, its legal clock. Run by an administrator from a
//! shell, never by a console at its start.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _};

use super::{Store, StoreError, ask, write};
use crate::domain::calendar::Calendar;
use crate::domain::country::Country;
use crate::domain::form::Form;
use crate::process;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");
const BOOTSTRAP: &str = include_str!("../../migrations/bootstrap.sql");

/// An agent, as the administrator sees them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    /// Role of the database they log in with.
    pub db_role: String,
    /// Name shown to colleagues.
    pub name: String,
    /// `agent`, `lead`, `auditor`, `admin`, `worker`, `installer`.
    pub role: String,
    /// Keys of their queues.
    pub queues: Vec<String>,
    /// Of an installer: the company, by its number in the register of parties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm: Option<String>,
    /// When they were disabled.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// State of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of the server.
    pub server: String,
    /// Migrations that stand in the database, by number.
    pub applied: Vec<i64>,
    /// Migrations that this program has and the database has not.
    pub pending: Vec<i64>,
    /// Migrations that the database has and this program does not know: a newer loket was here.
    pub unknown: Vec<i64>,
    /// Whether the legal clock may be shifted; `None` before the first migration.
    pub rehearsal: Option<bool>,
    /// Legal now.
    pub legal_now: Option<DateTime<Utc>>,
    /// Number of cases that are not closed, and of all.
    pub cases: Option<(i64, i64)>,
}

/// Whether a database is for training: only then may its legal clock be shifted (decision 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Real work.
    Work,
    /// Training and tests.
    Rehearsal,
}

fn migrate_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMismatch(_) | MigrateError::VersionMissing(_) => {
            StoreError::refused("other_schema", &[])
        }
        MigrateError::Execute(inner) => inner.into(),
        other => StoreError::Bug(other.to_string()),
    }
}

/// The migrations of this program, by number.
pub(super) fn known_migrations() -> Vec<i64> {
    MIGRATIONS.iter().map(|known| known.version).collect()
}

/// A name that can stand in a statement as it is.
fn plain_name(name: &str) -> Result<&str, StoreError> {
    let mut chars = name.chars();
    let good = chars
        .next()
        .is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.len() <= 63;
    if good {
        Ok(name)
    } else {
        Err(StoreError::refused("bad_database_name", &[("name", name)]))
    }
}

/// Makes the database `name` with its roles and schemas. `server` is any database of that server.
pub async fn create(
    server: &PgConnectOptions,
    name: &str,
    purpose: Purpose,
) -> Result<(), StoreError> {
    let name = plain_name(name)?;
    let mut connection = ask(PgConnection::connect_with(server)).await?;
    let statement = format!("CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0");
    match ask(sqlx::query(AssertSqlSafe(statement)).execute(&mut connection)).await {
        Err(StoreError::Bug(text)) if text.starts_with("42P04") => {
            return Err(StoreError::refused("database_exists", &[("name", name)]));
        }
        other => other?,
    };
    ask(connection.close()).await?;
    prepare(&server.clone().database(name), purpose).await
}

/// Makes roles, schemas and everything else in a database that is there and empty.
pub async fn prepare(database: &PgConnectOptions, purpose: Purpose) -> Result<(), StoreError> {
    let mut connection = ask(PgConnection::connect_with(database)).await?;
    ask(sqlx::raw_sql(BOOTSTRAP).execute(&mut connection)).await?;
    ask(connection.close()).await?;
    migrate(database).await?;
    if purpose == Purpose::Rehearsal {
        let mut connection = ask(PgConnection::connect_with(database)).await?;
        ask(
            sqlx::query_scalar!("UPDATE loket.settings SET rehearsal = true RETURNING rehearsal")
                .fetch_one(&mut connection),
        )
        .await?;
        ask(connection.close()).await?;
    }
    Ok(())
}

/// Brings the database to this program's migrations and loads its process tables and calendars.
/// Returns the numbers of the migrations that were applied.
pub async fn migrate(database: &PgConnectOptions) -> Result<Vec<i64>, StoreError> {
    let before = status(database).await?;
    let owner = database
        .clone()
        .options([("role", "loket_owner"), ("search_path", "loket,ext")]);
    let mut connection = ask(PgConnection::connect_with(&owner)).await?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .map_err(migrate_error)?;
    let tables = process::load::table();
    ask(sqlx::query_scalar!("SELECT loket.process_load($1)", tables).fetch_one(&mut connection))
        .await?;
    for country in Country::ALL {
        let calendar =
            Calendar::builtin(country).map_err(|error| StoreError::Bug(error.to_string()))?;
        let calendar = write(&calendar)?;
        ask(
            sqlx::query_scalar!("SELECT loket.calendar_load($1)", calendar)
                .fetch_one(&mut connection),
        )
        .await?;
    }
    load_forms(&mut connection).await?;
    ask(connection.close()).await?;
    Ok(before.pending)
}

/// The forms that come with the program (TLM-10).
async fn load_forms(owner: &mut PgConnection) -> Result<(), StoreError> {
    for key in Form::builtin_keys() {
        let form = Form::builtin(key).map_err(|error| StoreError::Bug(error.to_string()))?;
        if let Some(form) = form {
            super::forms::load(owner, key, &form.body()).await?;
        }
    }
    Ok(())
}

/// What stands in the database.
pub async fn status(database: &PgConnectOptions) -> Result<Status, StoreError> {
    let options = database.clone().options([("search_path", "loket,ext")]);
    let mut connection = ask(PgConnection::connect_with(&options)).await?;
    let known = known_migrations();
    let exists = ask(sqlx::query_scalar!(
        r#"SELECT to_regclass('loket._sqlx_migrations') IS NOT NULL AS "r!""#
    )
    .fetch_one(&mut connection))
    .await?;
    let applied: Vec<i64> = if exists {
        let table = MIGRATIONS.table_name.clone();
        let list = connection.list_applied_migrations(&table).await;
        let list = list.map_err(migrate_error)?;
        list.iter().map(|migration| migration.version).collect()
    } else {
        Vec::new()
    };
    let server = ask(
        sqlx::query_scalar!(r#"SELECT current_setting('server_version') AS "r!""#)
            .fetch_one(&mut connection),
    )
    .await?;
    let mut status = Status {
        server,
        pending: known
            .iter()
            .copied()
            .filter(|number| !applied.contains(number))
            .collect(),
        unknown: applied
            .iter()
            .copied()
            .filter(|number| !known.contains(number))
            .collect(),
        applied,
        rehearsal: None,
        legal_now: None,
        cases: None,
    };
    if status.pending.is_empty() {
        read_figures(&mut connection, &mut status).await?;
    }
    ask(connection.close()).await?;
    Ok(status)
}

async fn read_figures(
    connection: &mut PgConnection,
    status: &mut Status,
) -> Result<(), StoreError> {
    let row = ask(sqlx::query!(
        r#"SELECT rehearsal, loket.legal_now() AS "now!",
             (SELECT count(*) FROM loket.cases WHERE work <> 'closed') AS "live!",
             (SELECT count(*) FROM loket.cases) AS "all!" FROM loket.settings"#
    )
    .fetch_one(connection))
    .await?;
    status.rehearsal = Some(row.rehearsal);
    status.legal_now = Some(row.now);
    status.cases = Some((row.live, row.all));
    Ok(())
}

impl Store {
    /// Adds an agent or changes one: makes the database role if it is not there.
    pub async fn agent_add(&self, agent: &AgentRow) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket.agent_add($1::text::name, $2, $3, $4, $5) AS "r!""#,
            agent.db_role,
            agent.name,
            agent.role,
            &agent.queues,
            agent.firm.as_deref()
        )
        .fetch_one(&self.pool))
        .await
    }

    /// All agents, by name.
    pub async fn agent_list(&self) -> Result<Vec<AgentRow>, StoreError> {
        ask(sqlx::query_as!(
            AgentRow,
            r#"SELECT a.db_role::text AS "db_role!", a.name, a.role, a.disabled_at, a.firm_gln AS firm,
                 ARRAY(SELECT q.key FROM loket.agent_queues x JOIN loket.queues q USING (queue_id)
                       WHERE x.agent_id = a.agent_id ORDER BY q.queue_id) AS "queues!"
               FROM loket.agents a ORDER BY a.name, a.agent_id"#
        )
        .fetch_all(&self.pool))
        .await
    }

    /// Disables an agent: open sessions end and their cases return. Returns how many.
    pub async fn agent_disable(&self, db_role: &str) -> Result<i32, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket.agent_disable($1::text::name) AS "r!""#,
            db_role
        )
        .fetch_one(&self.pool))
        .await
    }

    /// Sets the legal clock of a rehearsal database to that instant; it runs on from there.
    pub async fn clock_set(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, StoreError> {
        ask(
            sqlx::query_scalar!(r#"SELECT loket_api.clock_set($1, NULL) AS "r!""#, at)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Shifts the legal clock of a rehearsal database by that many seconds.
    pub async fn clock_shift(&self, seconds: i32) -> Result<DateTime<Utc>, StoreError> {
        ask(sqlx::query_scalar!(
            r#"SELECT loket_api.clock_set(NULL, $1 * interval '1 second') AS "r!""#,
            f64::from(seconds)
        )
        .fetch_one(&self.pool))
        .await
    }
}
