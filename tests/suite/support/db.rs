//! Databases for tests: one private server for the whole run, one database for each test.
//!
//! The server is the one of `local_postgres` without durability, in a folder below the target
//! folder. All test processes share it through its locks (`cargo test` runs the tests as threads
//! of one process, nextest each as a process), and it stops by itself when the last is gone,
//! however that ended. The template is made once for each build of the tests, under the init lock.

use std::fmt::Write as _;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use loket::local_postgres::{Accounts, Existing, LocalPostgres, Options, Profile, closed_ancestor};
use loket::store::Store;
use loket::store::admin::{self, AgentRow, Purpose};
use sha2::{Digest as _, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use super::line::Line;

/// The superuser, for what no role of the product may do.
pub(crate) const SUPERUSER: &str = loket::local_postgres::SUPERUSER;
/// People and services that tests may connect as. Roles belong to the whole server, so that a
/// test that changes one (a password, a membership beyond the product's own) makes its own role.
const NAMED_ROLES: &[&str] = &[
    "anna",
    "bram",
    "carla",
    "daan",
    "eva",
    "finn",
    "gijs",
    "hanna",
    "ivo",
    "julia",
    "kees",
    "lotte",
    "lead_1",
    "auditor_1",
    "admin_1",
    "worker_1",
    "worker_2",
];
/// How many roles `agent_00`, `agent_01`, … there are for tests with a crowd.
const CROWD: u32 = 64;
const MAX_CONNECTIONS: u16 = 200;

/// One database of one test, dropped with the value.
#[derive(Debug)]
pub(crate) struct TestDb {
    name: String,
    /// A server of the test's own, for what cannot be tried on the shared one.
    private: Option<LocalPostgres>,
    /// The line that leads there, when it is not the server's own socket.
    via: Option<Line>,
}

impl TestDb {
    /// A fresh copy of the template.
    pub(crate) async fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("t_{}_{number}", std::process::id());
        let run = tokio::task::spawn_blocking(run).await.unwrap();
        let mut session = superuser(&run.server, "postgres").await;
        execute(
            &mut session,
            &format!("CREATE DATABASE {name} TEMPLATE {}", run.template),
        )
        .await;
        session.close().await.unwrap();
        Self {
            name,
            private: None,
            via: None,
        }
    }

    /// The same database on a private server, which is gone with the value.
    pub(crate) async fn on(server: LocalPostgres) -> Self {
        let mut session = superuser(&server, "postgres").await;
        make_roles(&server, &mut session).await;
        let name = String::from("loket");
        execute(
            &mut session,
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )
        .await;
        session.close().await.unwrap();
        prepare_template(&server.options(SUPERUSER, &name)).await;
        Self {
            name,
            private: Some(server),
            via: None,
        }
    }

    /// From now on everybody connects through a line, which may lead to another server later.
    pub(crate) async fn lead_through_a_line(&mut self) {
        self.via = Some(Line::to(self).await);
    }

    /// The line that leads there.
    pub(crate) fn line(&self) -> &Line {
        self.via.as_ref().unwrap()
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The server it lives on.
    pub(crate) fn server(&self) -> &LocalPostgres {
        self.private.as_ref().unwrap_or_else(|| &run().server)
    }

    /// How to connect as `role`.
    pub(crate) fn options(&self, role: &str) -> PgConnectOptions {
        match &self.via {
            Some(line) => line.options(role, &self.name),
            None => self.server().options(role, &self.name),
        }
    }

    /// Connections as `role`, at most `max` of them.
    pub(crate) async fn pool(&self, role: &str, max: u32) -> PgPool {
        PgPoolOptions::new()
            .max_connections(max)
            .acquire_timeout(Duration::from_mins(1))
            .connect_with(self.options(role))
            .await
            .unwrap_or_else(|error| panic!("{role} cannot connect to {}: {error}", self.name))
    }

    /// A store as `role`.
    pub(crate) fn store(&self, role: &str) -> Store {
        Store::connect(self.options(role), 3)
    }

    /// The address for another program (the real binary under test).
    pub(crate) fn url(&self, role: &str) -> String {
        match &self.via {
            Some(line) => line.url(role, &self.name),
            None => self.server().url(role, &self.name),
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if self.private.is_some() {
            return;
        }
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let done = std::thread::spawn(move || {
            on_own_runtime(async move {
                let options = run().server.options(SUPERUSER, "postgres");
                if let Ok(mut session) = options.connect().await {
                    let _ = sqlx::raw_sql(sqlx::AssertSqlSafe(drop))
                        .execute(&mut session)
                        .await;
                }
            });
        });
        let _ = done.join();
    }
}

/// Makes the template what every test starts from: migrated, a rehearsal, with its agents. No
/// session may outlive this function.
async fn prepare_template(database: &PgConnectOptions) {
    admin::prepare(database, Purpose::Rehearsal).await.unwrap();
    let store = Store::connect(database.clone(), 1);
    let crowd = (0..CROWD).map(|number| (format!("agent_{number:02}"), "agent"));
    let named = NAMED_ROLES.iter().map(|role| {
        let kind = ["lead", "auditor", "admin", "worker"];
        let kind = kind.iter().find(|kind| role.starts_with(**kind));
        (String::from(*role), *kind.unwrap_or(&"agent"))
    });
    for (db_role, role) in named.chain(crowd) {
        let mut name = db_role.clone();
        name[..1].make_ascii_uppercase();
        let queues = vec!["mandate".to_owned()];
        let agent = AgentRow {
            db_role,
            name,
            role: role.to_owned(),
            queues,
            firm: None,
            disabled_at: None,
        };
        store.agent_add(&agent).await.unwrap();
    }
    add_installers(database, &store).await;
    store.close().await;
    // what leaves, leaves at once: tests of taking back set the time that they need
    let mut session = database.clone().connect().await.unwrap();
    execute(&mut session, "UPDATE loket.settings SET grace = '0'").await;
    session.close().await.unwrap();
    // tests that hold many urgent cases are about something else; those of the gate set it
    let mut session = database.connect().await.unwrap();
    execute(&mut session, "UPDATE loket.queues SET gate = 0").await;
    session.close().await.unwrap();
}

/// Two companies of installers, with the people who work there.
pub(crate) const FIRMS: [(&str, &str); 2] = [
    ("7350000000016", "Sundets Elinstallation"),
    ("7350000000023", "Kullabygdens El"),
];
/// Two of the first company, one of the second.
const INSTALLERS: [(&str, usize); 3] = [("ingrid", 0), ("isak", 0), ("olof", 1)];

async fn add_installers(database: &PgConnectOptions, store: &Store) {
    let mut session = database.clone().connect().await.unwrap();
    for (gln, name) in FIRMS {
        let sql = format!(
            "INSERT INTO loket.parties (gln, gln_valid, name, role, country)
             VALUES ('{gln}', true, '{name}', 'installer', 'SE')"
        );
        execute(&mut session, &sql).await;
    }
    session.close().await.unwrap();
    for (db_role, firm) in INSTALLERS {
        let mut name = db_role.to_owned();
        name[..1].make_ascii_uppercase();
        let agent = AgentRow {
            db_role: db_role.to_owned(),
            name,
            role: "installer".to_owned(),
            queues: Vec::new(),
            firm: Some(FIRMS[firm].0.to_owned()),
            disabled_at: None,
        };
        store.agent_add(&agent).await.unwrap();
    }
}

/// The server and the template of this run.
struct Run {
    server: LocalPostgres,
    template: String,
}

fn run() -> &'static Run {
    static RUN: OnceLock<Run> = OnceLock::new();
    RUN.get_or_init(|| std::thread::spawn(start).join().unwrap())
}

fn start() -> Run {
    let server = LocalPostgres::start(&options()).unwrap_or_else(|error| panic!("{error}"));
    let template = format!("loket_template_{}", build());
    let init = server.init_lock().unwrap();
    on_own_runtime(async {
        let mut session = superuser(&server, "postgres").await;
        let known = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)";
        let known: bool = sqlx::query_scalar(known)
            .bind(&template)
            .fetch_one(&mut session)
            .await
            .unwrap();
        if !known {
            make_roles(&server, &mut session).await;
            make_template(&server, &mut session, &template).await;
        }
        session.close().await.unwrap();
    });
    drop(init);
    Run { server, template }
}

fn options() -> Options {
    Options {
        home: home(),
        profile: Profile::Test,
        existing: Existing::WipeIfStopped,
        max_connections: MAX_CONNECTIONS,
        ..Options::from_env(env!("CARGO_BIN_EXE_loket").into())
    }
}

/// Below the target folder, unless the checkout is closed to the account that root drops to.
pub(crate) fn home() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let accounts = Accounts::discover(None).unwrap_or_else(|error| panic!("{error}"));
    if closed_ancestor(target, &accounts.server).is_none() {
        return target.join("postgres");
    }
    let key = short_hash(env!("CARGO_TARGET_TMPDIR").as_bytes());
    std::env::temp_dir().join(format!("loket-tests-{key}"))
}

async fn make_roles(server: &LocalPostgres, session: &mut PgConnection) {
    let crowd = (0..CROWD).map(|number| format!("agent_{number:02}"));
    let roles: Vec<String> = NAMED_ROLES
        .iter()
        .map(|role| String::from(*role))
        .chain(INSTALLERS.map(|(role, _)| role.to_owned()))
        .chain(crowd)
        .collect();
    let mut sql = String::new();
    for role in &roles {
        let _ = writeln!(
            sql,
            "DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN END $$;"
        );
    }
    execute(session, &sql).await;
    let names: Vec<&str> = roles.iter().map(String::as_str).collect();
    server.allow_roles(&names).await.unwrap();
}

/// Made under another name and renamed when whole: what has the name is complete.
async fn make_template(server: &LocalPostgres, session: &mut PgConnection, name: &str) {
    let draft = format!("{name}_draft");
    execute(
        session,
        &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"),
    )
    .await;
    execute(
        session,
        &format!("CREATE DATABASE {draft} TEMPLATE template0"),
    )
    .await;
    prepare_template(&server.options(SUPERUSER, &draft)).await;
    // a closed session is gone from the server a moment later
    execute(
        session,
        &format!("SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = '{draft}'"),
    )
    .await;
    execute(session, &format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
}

async fn superuser(server: &LocalPostgres, database: &str) -> PgConnection {
    server.options(SUPERUSER, database).connect().await.unwrap()
}

async fn execute(session: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(session)
        .await;
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Names this build of the tests: another build may have other migrations.
fn build() -> String {
    let exe = std::env::current_exe().unwrap();
    let changed = exe.metadata().unwrap().modified().unwrap();
    short_hash(format!("{} {changed:?}", exe.display()).as_bytes())
}

fn short_hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .take(4)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn on_own_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}
