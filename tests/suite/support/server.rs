//! Private servers of single tests, for what cannot be tried on the shared one.

use std::fmt::Debug;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use loket::local_postgres::{Existing, Fetch, LocalPostgres, Options, Profile, Search};
use loket::system;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{ConnectOptions as _, PgConnection};

use super::db;

/// A wait for a state gives up after this; a healthy machine needs a hundredth of it.
const LIMIT: Duration = Duration::from_mins(1);

/// A folder of one test, removed with the value, its server stopped.
#[derive(Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// An empty folder that the server's account can reach.
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("place-{}-{number}", std::process::id());
        let path = db::home().with_file_name(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    /// Starts or joins the server in `home`, with what the machine has.
    pub(crate) fn options(&self) -> Options {
        options(&self.home())
    }

    pub(crate) fn start(&self) -> LocalPostgres {
        LocalPostgres::start(&self.options()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The server process that the pid file names, if it is alive.
    pub(crate) fn server(&self) -> Option<Pid> {
        self.pid("data/postmaster.pid")
    }

    pub(crate) fn supervisor(&self) -> Option<Pid> {
        self.pid("supervisor.lock")
    }

    fn pid(&self, file: &str) -> Option<Pid> {
        let text = std::fs::read_to_string(self.home().join(file)).ok()?;
        let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?);
        alive(pid).then_some(pid)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let processes = [self.server(), self.supervisor()];
        for pid in processes.into_iter().flatten() {
            // a fast shutdown for the server, an orderly end for the supervisor
            let _ = kill(pid, Signal::SIGINT);
        }
        for pid in processes.into_iter().flatten() {
            if !std::thread::panicking() {
                eventually("the server of a test to stop", || {
                    (!alive(pid)).then_some(())
                });
            }
        }
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The options of a server in `home`.
pub(crate) fn options(home: &Path) -> Options {
    Options {
        home: home.to_owned(),
        profile: Profile::Test,
        existing: Existing::Keep,
        ..Options::from_env(env!("CARGO_BIN_EXE_loket").into())
    }
}

/// A machine with no server programs but those in `bins`, from which nothing can be fetched.
pub(crate) fn bare(place: &Place, bins: &[PathBuf]) -> Options {
    Options {
        search: Search {
            path: bins.to_vec(),
            ..Search::default()
        },
        fetch: Fetch {
            allowed: true,
            archive: None,
            major: None,
            copies: place.path().join("copies"),
            tools: Vec::new(),
            say: |line| panic!("nothing may be fetched here: {line}"),
        },
        ..place.options()
    }
}

/// Server programs that only tell their version; `initdb` fails with a word of its own.
/// Written by a shell: a file that this process holds open for writing could not be run while
/// another thread starts a program.
pub(crate) fn fake_programs(bin: &Path, version: &str) {
    let script = r#"set -e; mkdir -p "$1"
        printf '#!/bin/sh\necho "postgres (PostgreSQL) %s"\n' "$2" > "$1/postgres"
        printf '#!/bin/sh\necho "this is a fake" >&2\nexit 1\n' > "$1/initdb"
        chmod 755 "$1/postgres" "$1/initdb""#;
    shell(script, &[&bin.to_string_lossy(), version]);
}

/// Runs a script to its success.
pub(crate) fn shell(script: &str, arguments: &[&str]) {
    let status = Command::new("sh")
        .args(["-c", script, "sh"])
        .args(arguments)
        .status();
    assert!(status.unwrap().success(), "{script}");
}

/// Waits for a state, not for a time.
pub(crate) fn eventually<T: Debug>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = system::monotonic() + LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(system::monotonic() < end, "gave up waiting for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs. One that has ended and waits for its parent's glance does not.
pub(crate) fn alive(pid: Pid) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    match state {
        Ok(text) => !text
            .rsplit(") ")
            .next()
            .is_some_and(|rest| rest.starts_with('Z')),
        Err(_) if Path::new("/proc/self/stat").exists() => false,
        Err(_) => kill(pid, None) != Err(nix::errno::Errno::ESRCH),
    }
}

/// One session as `role` in the database `postgres`.
pub(crate) async fn connect(server: &LocalPostgres, role: &str) -> sqlx::Result<PgConnection> {
    server.options(role, "postgres").connect().await
}

/// One value, asked by the superuser.
pub(crate) async fn ask(server: &LocalPostgres, query: &'static str) -> String {
    let mut session = connect(server, db::SUPERUSER).await.unwrap();
    sqlx::query_scalar(query)
        .fetch_one(&mut session)
        .await
        .unwrap()
}
