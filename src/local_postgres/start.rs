//! From nothing, or from whatever a former run left, to a server that takes connections.
//! Runs under the init lock.

use std::fs::File;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::account::Accounts;
use super::cluster::{self, Status};
use super::error::{LocalPostgresError, Result};
use super::fetch::{Brought, remedy};
use super::find::Programs;
use super::home::{self, Hold, Home, POLL};
use super::supervisor::{self, CLIENTS, Job};
use super::{Existing, Options, READY_LIMIT, timed_out};
use crate::system;

/// How long a lock that others only look at by turns may be denied.
const BRIEF: Duration = Duration::from_secs(1);

/// Takes the clients' lock; wipes the cluster before that when the options say so.
pub(super) fn enter(home: &Home, accounts: &Accounts, existing: Existing) -> Result<File> {
    let wipe = match existing {
        Existing::Keep => false,
        Existing::Wipe => true,
        Existing::WipeIfStopped => cluster::status(&home.data()) == Status::Stopped,
    };
    if wipe {
        match home.lock_within(CLIENTS, Hold::Exclusive, BRIEF)? {
            Some(lock) => {
                halt(home)?;
                cluster::wipe(home, accounts)?;
                drop(lock);
            }
            None if existing == Existing::Wipe => {
                return Err(LocalPostgresError::InUse {
                    home: home.root().to_owned(),
                });
            }
            None => {}
        }
    }
    let lock = home.lock_within(CLIENTS, Hold::Shared, READY_LIMIT)?;
    lock.ok_or_else(|| timed_out(home, "the former server to stop", READY_LIMIT))
}

/// Stops a server that nobody uses, and waits until its supervisor is gone too.
fn halt(home: &Home) -> Result<()> {
    let data = home.data();
    if let Some(pid) = cluster::status(&data).pid() {
        cluster::signal(pid, &data, Signal::SIGINT);
    }
    let end = system::monotonic() + READY_LIMIT;
    while cluster::status(&data) != Status::Stopped || supervisor::present(home)? {
        if system::monotonic() >= end {
            return Err(timed_out(home, "the server to stop", READY_LIMIT));
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// Returns the version of a server that is ready and supervised, whatever it takes.
pub(super) fn bring_up(home: &Home, accounts: &Accounts, options: &Options) -> Result<String> {
    let cluster = cluster::major(home, accounts)?;
    if cluster.is_some()
        && matches!(cluster::status(&home.data()), Status::Ready(_))
        && supervisor::present(home)?
        && let Some(version) = cluster::running_version(home)
    {
        return Ok(version);
    }
    let programs = programs(home, accounts, options, cluster)?;
    if cluster.is_none() {
        cluster::make(home, accounts, &programs)?;
    }
    if cluster::status(&home.data()) == Status::Stopped {
        cluster::configure(home, accounts, options)?;
        cluster::keep_running_version(home, accounts, &programs.version)?;
    }
    let job = Job {
        home: home.root().to_owned(),
        bin: programs.bin,
        server_user: options.server_user.clone(),
    };
    await_ready(home, &options.supervisor_exe, &job)?;
    Ok(programs.version)
}

/// The server programs for the cluster, or for a new one: installed, kept from before, or fetched.
fn programs(
    home: &Home,
    accounts: &Accounts,
    options: &Options,
    cluster: Option<u32>,
) -> Result<Programs> {
    let wanted = cluster.or(options.fetch.major);
    let mut search = options.search.clone();
    search.copies.push(options.fetch.copies.clone());
    let mut found = search.run(&accounts.server)?;
    let mut why = vec![found.reasons()];
    if found.choose(wanted).is_none() && search.bin.is_none() {
        match options.fetch.bring(wanted, &accounts.server)? {
            Brought::Programs(programs) => found.usable.push(programs),
            Brought::Installed => found = search.run(&accounts.server)?,
            Brought::Nothing(reason) => why.push(reason),
        }
    }
    if let Some(programs) = found.choose(wanted) {
        return Ok(programs.clone());
    }
    if !found.usable.is_empty() {
        why.push(format!("found {}", found.in_words()));
    }
    why.retain(|reason| !reason.is_empty());
    match cluster {
        Some(cluster) => Err(LocalPostgresError::WrongVersion {
            data: home.data(),
            cluster,
            found: found.in_words(),
        }),
        None => Err(LocalPostgresError::NoServer {
            remedy: remedy(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
            why: why.join("; "),
        }),
    }
}

/// Starts a supervisor if there is none and waits until the server takes connections.
fn await_ready(home: &Home, exe: &Path, job: &Job) -> Result<()> {
    let mut spawned: Option<Child> = None;
    let end = system::monotonic() + READY_LIMIT;
    while system::monotonic() < end {
        let supervised = supervisor::present(home)?;
        match cluster::status(&home.data()) {
            Status::Ready(_) if supervised => {
                reap(spawned);
                return Ok(());
            }
            Status::Stopping(_) => {}
            _ if supervised => {}
            _ => match spawned.as_mut().map(Child::try_wait) {
                None => spawned = Some(supervisor::spawn(home, exe, job)?),
                Some(Ok(None)) => {}
                Some(_) => return Err(died(home)),
            },
        }
        std::thread::sleep(POLL);
    }
    reap(spawned);
    Err(timed_out(home, "the server to get ready", READY_LIMIT))
}

/// Takes the exit of a supervisor that ends before its starter, so that no zombie stays.
fn reap(child: Option<Child>) {
    if let Some(mut child) = child {
        std::thread::spawn(move || child.wait());
    }
}

fn died(home: &Home) -> LocalPostgresError {
    let log = home.server_log();
    let tail = format!(
        "{} {}",
        home::tail(&log),
        home::tail(&home.supervisor_log())
    );
    if tail.contains("No space left on device") {
        return LocalPostgresError::DiskFull {
            path: home.root().to_owned(),
        };
    }
    LocalPostgresError::Died { log, tail }
}
