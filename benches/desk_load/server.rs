//! The private server of a run, its agents, and the databases with cases.

use std::path::{Path, PathBuf};

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::local_postgres::{
    Accounts, Existing, LocalPostgres, Options as ServerOptions, Profile, SUPERUSER,
    closed_ancestor,
};
use loket::store::admin::{self, Purpose};
use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use super::database::Database;
use super::fill;
use super::machine;
use super::options::Options;
use super::report::say;

/// Agents that there are; one for each session.
pub(crate) const CROWD: usize = 500;
/// The worker of a load run.
pub(crate) const WORKER: &str = "load_worker";
/// Two connections for each session, 400 listeners, and some more.
const MAX_CONNECTIONS: u16 = 1_600;

/// The role of the n-th agent.
pub(crate) fn agent(number: usize) -> String {
    format!("load_{number:03}")
}

/// A running server.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) server: LocalPostgres,
    /// Of tables, functions and what fills them: another one makes other databases.
    version: String,
}

impl Bench {
    pub(crate) async fn start(options: Options) -> Result<Self> {
        let server_options = ServerOptions {
            home: options.home.clone().map_or_else(home, Ok)?,
            profile: Profile::Load,
            existing: Existing::Keep,
            max_connections: MAX_CONNECTIONS,
            ..ServerOptions::from_env(env!("CARGO_BIN_EXE_loket").into())
        };
        say("starting the server");
        let starting =
            tokio::task::spawn_blocking(move || LocalPostgres::start(&server_options)).await?;
        let bench = Self {
            options,
            server: starting?,
            version: version()?,
        };
        bench.make_roles().await?;
        let fsync = if bench.options.not_durable {
            "off"
        } else {
            "on"
        };
        bench
            .execute(&format!("ALTER SYSTEM SET fsync = {fsync}"))
            .await?;
        bench.execute("SELECT pg_reload_conf()").await?;
        Ok(bench)
    }

    /// What the figures were taken on.
    pub(crate) async fn about(&self) -> Result<Vec<String>> {
        let mut session = self.session("postgres").await?;
        let mut settings = Vec::new();
        for name in [
            "fsync",
            "synchronous_commit",
            "full_page_writes",
            "shared_buffers",
            "max_wal_size",
            "work_mem",
            "max_connections",
            "jit",
        ] {
            let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                .bind(name)
                .fetch_one(&mut session)
                .await?;
            settings.push(format!("{name} = {value}"));
        }
        session.close().await?;
        Ok(vec![
            format!(
                "PostgreSQL {}, {}.",
                self.server.version(),
                machine::words()
            ),
            format!("Settings: {}.", settings.join(", ")),
        ])
    }

    /// The process that is the parent of all server processes.
    pub(crate) async fn postmaster(&self) -> Result<u32> {
        let mut session = self.session("postgres").await?;
        let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
            .fetch_one(&mut session)
            .await?;
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        session.close().await?;
        let parent = stat
            .rsplit_once(") ")
            .and_then(|(_, rest)| rest.split(' ').nth(1)?.parse().ok());
        parent.ok_or_else(|| eyre!("no parent of a server process"))
    }

    async fn make_roles(&self) -> Result<()> {
        let mut names: Vec<String> = (0..CROWD).map(agent).collect();
        names.push(WORKER.to_owned());
        for name in &names {
            // connections for two consoles and for the bursts of a comparison
            self.execute(&format!(
                "DO $$ BEGIN CREATE ROLE {name} LOGIN CONNECTION LIMIT 8; \
                 EXCEPTION WHEN duplicate_object THEN END $$"
            ))
            .await?;
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.server.allow_roles(&names).await?;
        Ok(())
    }

    /// A database without cases and agents.
    pub(crate) async fn empty(&self, part: &str) -> Result<Database<'_>> {
        let name = format!("run_{part}");
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await?;
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE template0"))
            .await?;
        admin::prepare(&self.server.options(SUPERUSER, &name), Purpose::Work).await?;
        Ok(Database::new(&self.server, name, 0))
    }

    /// A database with so many cases, as they were made: a copy for one part of a run.
    pub(crate) async fn database(&self, cases: u32, part: &str) -> Result<Database<'_>> {
        let template = self.template(cases).await?;
        let name = format!("run_{part}_{cases}");
        say(&format!("copying {cases} cases"));
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await?;
        self.execute(&format!(
            "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
        ))
        .await?;
        self.execute("CHECKPOINT").await?;
        Ok(Database::new(&self.server, name, cases))
    }

    /// Made under another name and renamed when whole: what has the name is complete.
    async fn template(&self, cases: u32) -> Result<String> {
        let name = format!("load_{}_{cases}", self.version);
        if self.databases().await?.contains(&name) {
            return Ok(name);
        }
        self.drop_outdated().await?;
        let draft = format!("{name}_draft");
        self.execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"))
            .await?;
        self.execute(&format!("CREATE DATABASE {draft} TEMPLATE template0"))
            .await?;
        say(&format!("making {cases} cases"));
        fill::fill(&self.server.options(SUPERUSER, &draft), cases).await?;
        self.execute(&format!(
            "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{draft}'"
        ))
        .await?;
        self.execute(&format!("ALTER DATABASE {draft} RENAME TO {name}"))
            .await?;
        Ok(name)
    }

    async fn drop_outdated(&self) -> Result<()> {
        let prefix = format!("load_{}_", self.version);
        for name in self.databases().await? {
            if name.starts_with("load_") && !name.starts_with(&prefix) {
                self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await?;
            }
        }
        Ok(())
    }

    async fn databases(&self) -> Result<Vec<String>> {
        let mut session = self.session("postgres").await?;
        let names = sqlx::query_scalar("SELECT datname::text FROM pg_database")
            .fetch_all(&mut session)
            .await?;
        session.close().await?;
        Ok(names)
    }

    async fn session(&self, database: &str) -> Result<PgConnection> {
        Ok(self.server.options(SUPERUSER, database).connect().await?)
    }

    async fn execute(&self, sql: &str) -> Result<()> {
        let mut session = self.session("postgres").await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut session)
            .await?;
        session.close().await?;
        Ok(())
    }

    /// The database of a part is not needed any more.
    pub(crate) async fn drop(&self, database: Database<'_>) -> Result<()> {
        let name = &database.name;
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
            .await
    }

    /// Drops what this run changed. The server stops by itself.
    pub(crate) async fn close(&self) -> Result<()> {
        for name in self.databases().await? {
            if name.starts_with("run_") {
                self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
                    .await?;
            }
        }
        Ok(())
    }
}

/// Below the target folder, unless the checkout is closed to the account that root drops to.
fn home() -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let accounts = Accounts::discover(None)?;
    if closed_ancestor(target, &accounts.server).is_none() {
        return Ok(target.join("desk-load"));
    }
    let key = digest(&[env!("CARGO_TARGET_TMPDIR").as_bytes()]);
    Ok(std::env::temp_dir().join(format!("loket-load-{key}")))
}

/// Of all migrations and of what fills a database.
fn version() -> Result<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    let mut texts = vec![fill::SQL.as_bytes().to_vec()];
    for file in files {
        texts.push(std::fs::read(file)?);
    }
    let texts: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
    Ok(digest(&texts))
}

fn digest(texts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text);
    }
    let bytes = hash.finalize();
    let number = bytes.iter().take(4);
    let number = number.fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
    format!("{number:08x}")
}
