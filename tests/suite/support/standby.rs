//! A second server that follows the first and can take over.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use loket::local_postgres::{Accounts, Options};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::{ConnectOptions as _, PgPool};

use super::db::{SUPERUSER, TestDb};
use super::line::Line;
use super::server::{Place, shell};

/// What a server needs before it can be followed; takes effect at its next start.
pub(crate) async fn let_it_be_followed(owner: &PgPool, place: &Place) {
    for setting in [
        "ALTER SYSTEM SET wal_level = 'replica'",
        "ALTER SYSTEM SET max_wal_senders = 4",
        "ALTER SYSTEM SET wal_keep_size = '128MB'",
    ] {
        sqlx::raw_sql(setting).execute(owner).await.unwrap();
    }
    let hba = place.home().join("data/pg_hba.conf");
    let line = "echo 'local replication all peer map=loket' >> \"$1\"";
    shell(line, &[&hba.to_string_lossy()]);
}

/// A standby, killed with the value.
pub(crate) struct Standby {
    accounts: Accounts,
    bin: PathBuf,
    data: PathBuf,
    socket: PathBuf,
    server: Option<Child>,
}

impl Standby {
    /// A copy of the server behind `db`, which it follows through that line.
    pub(crate) async fn of(db: &TestDb, options: &Options, line: &Line) -> Self {
        let accounts = Accounts::discover(None).unwrap();
        let found = options.search.run(&accounts.server).unwrap();
        let bin = found.choose(None).unwrap().bin.clone();
        let root = std::env::temp_dir().join(format!("loket-standby-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(root.join(line.port().to_string()));
        let root = root.join(line.port().to_string());
        let (data, socket) = (root.join("data"), root.join("s"));
        std::fs::create_dir_all(&socket).unwrap();
        for folder in [&root, &socket] {
            chown(folder, Some(accounts.server.uid), Some(accounts.server.gid)).unwrap();
        }
        let mut standby = Self {
            accounts,
            bin,
            data,
            socket,
            server: None,
        };
        let home = db.server().home().socket().to_owned();
        let copy = tokio::task::spawn_blocking(move || {
            standby.copy(&home);
            standby
        });
        let mut standby = copy.await.unwrap();
        let port = line.port();
        standby.follow(&format!(
            "host=127.0.0.1 port={port} user={SUPERUSER} sslmode=disable"
        ));
        standby
    }

    fn copy(&mut self, from: &Path) {
        let mut copy = self.accounts.command(&self.bin.join("pg_basebackup"));
        copy.arg("-D").arg(&self.data).arg("-h").arg(from);
        copy.args(["-p", "5432", "-U", SUPERUSER, "-R", "-X", "stream"]);
        copy.args(["--checkpoint=fast", "--no-sync"]);
        let done = copy.output().unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    fn follow(&mut self, primary: &str) {
        let mut server = self.accounts.command(&self.bin.join("postgres"));
        server.arg("-D").arg(&self.data).arg("-k").arg(&self.socket);
        server.args(["-p", "5432", "-c", "listen_addresses="]);
        server.arg("-c").arg(format!("primary_conninfo={primary}"));
        server
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        self.server = Some(server.spawn().unwrap());
    }

    /// Where clients find it.
    pub(crate) fn socket(&self) -> PathBuf {
        self.socket.join(".s.PGSQL.5432")
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("localhost")
            .socket(&self.socket)
            .port(5432)
            .username(SUPERUSER)
            .database(database)
            .password("")
            .ssl_mode(PgSslMode::Disable)
    }

    /// Becomes the server that is written to.
    pub(crate) async fn take_over(&self) {
        for _ in 0..600 {
            if let Ok(mut session) = self.options("postgres").connect().await {
                // a promotion whose answer was lost is one nevertheless
                let promote = "SELECT NOT pg_is_in_recovery() OR pg_promote(true, 60)";
                let done = sqlx::query_scalar(promote).fetch_one(&mut session).await;
                if done.unwrap_or(false) {
                    return;
                }
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the standby does not take over");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            let pid = nix::unistd::Pid::from_raw(server.id().cast_signed());
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGQUIT);
            let _ = server.wait();
        }
        if let Some(root) = self.data.parent() {
            let _ = std::fs::remove_dir_all(root);
        }
    }
}

/// Waits until a standby has everything, and, when asked, until every commit waits for it.
pub(crate) async fn in_step(owner: &PgPool, is_sync: bool) {
    let query = "SELECT count(*) = 1 AND coalesce(bool_and(state = 'streaming'
        AND (sync_state = 'sync' OR NOT $1) AND replay_lsn = pg_current_wal_lsn()), false)
        FROM pg_stat_replication";
    for _ in 0..1_200 {
        if sqlx::query_scalar(query)
            .bind(is_sync)
            .fetch_one(owner)
            .await
            .unwrap()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the standby does not follow");
}
