//! The private PostgreSQL of `loket demo` and of the tests: the real server with a data directory
//! of its own, reachable through a Unix socket only, let in by peer authentication, shared by all
//! loket processes of one home and stopped when the last of them is gone.
//!
//! Modules: `start` is the way from nothing to a server, `find`, `fetch` and `archive` bring the
//! server programs, `account` says who runs them, `home` has the folder and its locks, `cluster` the data
//! directory, `ident` the user map, `supervisor` the process that holds the server. It knows no
//! table of loket: creating databases and migrating
//! them is the caller's, under [`LocalPostgres::init_lock`].

mod account;
mod archive;
mod cluster;
mod error;
mod fetch;
mod find;
mod home;
mod ident;
mod start;
mod supervisor;

use std::fmt::Write as _;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

pub use account::{Account, Accounts, closed_ancestor};
pub use error::{LocalPostgresError, Result};
pub use fetch::Fetch;
pub use find::{Found, Programs, Search};
pub use home::{Home, default_home};
pub use ident::SUPERUSER;
pub use supervisor::{Job, SUBCOMMAND, run as supervise};

use crate::system;
use home::{Hold, POLL, PORT};

/// Held while a cluster or a database is being made.
const INIT: &str = "init.lock";
/// Held while the user map is being changed.
const ROLES: &str = "roles.lock";
/// How long a start waits for another start that is making the cluster.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long a server may take to get ready, crash recovery included.
const READY_LIMIT: Duration = Duration::from_secs(90);
/// What the server is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Survives a power cut.
    Demo,
    /// Fast: nothing is forced to the disk.
    Test,
    /// Durable, with memory for hundreds of sessions on a million cases: for measurements.
    Load,
}

/// What happens to a cluster that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is used.
    Keep,
    /// It is wiped; refused while others use it.
    Wipe,
    /// It is wiped unless its server runs: every run of the tests begins with a new one.
    WipeIfStopped,
}

/// How a private server is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder for everything; see [`default_home`].
    pub home: PathBuf,
    /// Durable or fast.
    pub profile: Profile,
    /// The loket program, which is started once more as supervisor. Not always the running
    /// program: under `cargo test` that is the test.
    pub supervisor_exe: PathBuf,
    /// Where server programs are looked for.
    pub search: Search,
    /// What may be fetched when there are none.
    pub fetch: Fetch,
    /// What to do with a cluster that is there.
    pub existing: Existing,
    /// The server's limit of sessions.
    pub max_connections: u16,
    /// The account to drop to from root; `postgres` or `nobody` when `None`.
    pub server_user: Option<String>,
}

impl Options {
    /// The options of a demo on this machine, as the environment has them.
    pub fn from_env(supervisor_exe: PathBuf) -> Self {
        Self {
            home: default_home(),
            profile: Profile::Demo,
            supervisor_exe,
            search: Search::from_env(),
            fetch: Fetch::from_env(),
            existing: Existing::Keep,
            max_connections: 60,
            server_user: system::env("LOKET_PG_USER"),
        }
    }
}

/// A running private server, held by the clients' lock until this is dropped.
#[derive(Debug)]
pub struct LocalPostgres {
    home: Home,
    accounts: Accounts,
    version: String,
    _client: File,
}

/// The lock under which databases are created and migrated; released when dropped.
#[derive(Debug)]
pub struct InitLock {
    _file: File,
}

impl LocalPostgres {
    /// Joins the server of the home, or starts it, or makes its cluster first. Blocks for up to a
    /// second or two, longer while another process makes the cluster: call it from
    /// `spawn_blocking` in async code.
    ///
    /// # Errors
    /// Each with a sentence that says what to do; see [`LocalPostgresError`].
    pub fn start(options: &Options) -> Result<Self> {
        let accounts = Accounts::discover(options.server_user.as_deref())?;
        let home = Home::prepare(&options.home, &accounts)?;
        let _init = init_lock(&home)?;
        home.prepare_socket(&accounts)?;
        let client = start::enter(&home, &accounts, options.existing)?;
        cluster::sweep(&home)?;
        let version = start::bring_up(&home, &accounts, options)?;
        Ok(Self {
            home,
            accounts,
            version,
            _client: client,
        })
    }

    /// Whether the server of the home runs already, so that [`LocalPostgres::start`] would join it.
    pub fn is_running(options: &Options) -> bool {
        let running = |accounts: Accounts| {
            let home = Home::prepare(&options.home, &accounts).ok()?;
            matches!(cluster::status(&home.data()), cluster::Status::Ready(_)).then_some(())
        };
        let accounts = Accounts::discover(options.server_user.as_deref());
        accounts.ok().and_then(running).is_some()
    }

    /// Waits for the lock under which databases are made. Of two processes that start at the same
    /// time, the second finds what the first made. Blocks.
    ///
    /// # Errors
    /// Another process kept it for three minutes.
    pub fn init_lock(&self) -> Result<InitLock> {
        init_lock(&self.home).map(|file| InitLock { _file: file })
    }

    /// How to connect. Nothing is taken from `PGHOST`, `PGUSER`, `.pgpass` and the like.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("localhost")
            .socket(self.home.socket())
            .port(PORT)
            .username(role)
            .database(database)
            .password("")
            .ssl_mode(PgSslMode::Disable)
    }

    /// The same as a URL, for another program.
    pub fn url(&self, role: &str, database: &str) -> String {
        let socket = percent_encoded(&self.home.socket().to_string_lossy());
        format!("postgres://{role}@localhost:{PORT}/{database}?host={socket}&sslmode=disable")
    }

    /// The version of the server programs, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The folder of this server.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Lets the listed roles in, for the starting account and the server's account, and returns
    /// once the server goes by it. The roles need not exist yet. Kept for later starts.
    ///
    /// # Errors
    /// A name that is not a plain identifier; the server did not take the map over.
    pub async fn allow_roles(&self, roles: &[&str]) -> Result<()> {
        roles.iter().try_for_each(|role| ident::check(role))?;
        let _lock = self.roles_lock().await?;
        let mut listed = ident::listed(&self.home);
        let before = listed.len();
        listed.extend(roles.iter().map(|role| String::from(*role)));
        if listed.len() == before {
            return Ok(());
        }
        ident::write_map(&self.home.data(), &self.accounts, &listed)?;
        self.reload().await?;
        ident::keep(&self.home, &self.accounts, &listed)
    }

    async fn roles_lock(&self) -> Result<File> {
        let home = self.home.clone();
        let wait = move || home.lock_within(ROLES, Hold::Exclusive, READY_LIMIT);
        let lock = tokio::task::spawn_blocking(wait).await;
        match lock {
            Ok(Ok(Some(file))) => Ok(file),
            Ok(Err(error)) => Err(error),
            _ => Err(timed_out(
                &self.home,
                "the change of the user map",
                READY_LIMIT,
            )),
        }
    }

    /// The server has taken its files over once a *new* session sees a later load time: the
    /// postmaster reads settings and user map in one go before it forks the next session.
    async fn reload(&self) -> Result<()> {
        let before: f64 = self
            .ask("SELECT extract(epoch FROM pg_conf_load_time())::float8")
            .await?;
        let _: bool = self.ask("SELECT pg_reload_conf()").await?;
        let end = system::monotonic() + READY_LIMIT;
        while system::monotonic() < end {
            let now: f64 = self
                .ask("SELECT extract(epoch FROM pg_conf_load_time())::float8")
                .await?;
            if now > before {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(timed_out(
            &self.home,
            "the server to read its user map",
            READY_LIMIT,
        ))
    }

    /// One value by a session of its own.
    async fn ask<T>(&self, query: &'static str) -> Result<T>
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        use sqlx::{ConnectOptions as _, Connection as _};
        let mut session = self.options(SUPERUSER, "postgres").connect().await?;
        let value = sqlx::query_scalar(query).fetch_one(&mut session).await?;
        session.close().await?;
        Ok(value)
    }
}

fn init_lock(home: &Home) -> Result<File> {
    let lock = home.lock_within(INIT, Hold::Exclusive, PATIENCE)?;
    lock.ok_or_else(|| timed_out(home, "another loket to make the database", PATIENCE))
}

fn timed_out(home: &Home, what: &'static str, limit: Duration) -> LocalPostgresError {
    let log = home.server_log();
    LocalPostgresError::TimedOut {
        what,
        seconds: limit.as_secs(),
        tail: home::tail(&log),
        log,
    }
}

/// A path as the value of a URL's query.
fn percent_encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
