//! The parent of `postgres`: a hidden subcommand in a session of its own, so that neither a
//! closed terminal nor a killed console takes the server down under the others.
//!
//! It stops the server once it could have the clients' lock for itself for two seconds, and starts
//! it again when it was killed under the hands of its clients. It knows no database and no client
//! by name.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::{Pid, setsid};
use tokio::signal::unix::{SignalKind, signal};

use super::account::{Accounts, plain};
use super::cluster::{self, Status};
use super::error::{LocalPostgresError, Result, at};
use super::home::{Hold, Home};
use crate::system;

/// Held by every client, shared; by the supervisor alone when it stops the server.
pub(crate) const CLIENTS: &str = "clients.lock";
/// Held by the supervisor as long as it lives.
const ALONE: &str = "supervisor.lock";
/// How long nobody may be there before the server is stopped.
const GRACE: Duration = Duration::from_secs(2);
/// How often the supervisor looks.
const TICK: Duration = Duration::from_millis(100);
/// How long a clean shutdown may take before it is cut short.
const CLEAN_STOP: Duration = Duration::from_secs(30);
/// So often a killed server is started again within [`MEMORY`]; then something is wrong that no
/// start mends.
const REVIVALS: usize = 5;
/// How long a start counts.
const MEMORY: Duration = Duration::from_mins(10);
/// The wait before the first start of a row; each one doubles it, while the killed server's
/// sessions end and let go of its memory.
const BREATH: Duration = Duration::from_millis(200);
/// The name of the subcommand.
pub const SUBCOMMAND: &str = "pg-supervisor";

/// What a supervisor is told: the arguments of the hidden subcommand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The home, absolute and without links.
    pub home: PathBuf,
    /// The folder of the server programs.
    pub bin: PathBuf,
    /// `LOKET_PG_USER`, when it was set.
    pub server_user: Option<String>,
}

impl Job {
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![
            SUBCOMMAND.into(),
            "--home".into(),
            self.home.clone().into(),
            "--bin".into(),
            self.bin.clone().into(),
        ];
        if let Some(user) = &self.server_user {
            arguments.extend(["--server-user".into(), user.into()]);
        }
        arguments
    }
}

/// Whether a supervisor is alive for this home.
pub(crate) fn present(home: &Home) -> Result<bool> {
    let file = home.lock_file(ALONE)?;
    home.try_lock(&file, ALONE, Hold::Shared).map(|free| !free)
}

/// Starts a supervisor. Its own output goes to a log, begun anew.
pub(crate) fn spawn(home: &Home, exe: &Path, job: &Job) -> Result<Child> {
    let path = home.supervisor_log();
    let log = File::create(&path).map_err(at("Cannot write", &path))?;
    let twin = log.try_clone().map_err(at("Cannot write", &path))?;
    let mut command = Command::new(exe);
    plain(&mut command);
    command
        .args(job.arguments())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(twin);
    command
        .spawn()
        .map_err(|source| LocalPostgresError::Supervisor {
            exe: exe.to_owned(),
            source,
        })
}

/// The whole life of a supervisor: take or adopt the server, wait until nobody needs it, stop it.
///
/// # Errors
/// The server could not be started or a lock not be used; the text ends in the supervisor's log.
pub async fn run(job: &Job) -> Result<()> {
    // fails only for a group leader, which is apart from the terminal's group already
    let _ = setsid();
    let home = Home::open(&job.home);
    let limit = Duration::from_secs(5);
    let Some(mut alone) = home.lock_within(ALONE, Hold::Exclusive, limit)? else {
        system::print_error("another supervisor is at work here");
        return Ok(());
    };
    // for whoever looks for this process; the lock counts, not the number
    let noted = alone
        .set_len(0)
        .and_then(|()| write!(alone, "{}", std::process::id()));
    noted.map_err(at("Cannot write the lock in", home.root()))?;
    let mut server = Server::take(&home, job)?;
    let clients = home.lock_file(CLIENTS)?;
    attend(&home, job, &clients, &mut server).await?;
    server.stop().await;
    Ok(())
}

/// Returns when the server has ended for good, a signal came, or nobody is left; in the last case
/// with the clients' lock held, so that a newcomer waits until the server is down.
async fn attend(home: &Home, job: &Job, clients: &File, server: &mut Server) -> Result<()> {
    let listen = |kind| signal(kind).map_err(at("Cannot listen for signals in", home.root()));
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let mut nobody_since = None;
    let mut revivals = Revivals::default();
    loop {
        tokio::select! {
            _ = terminate.recv() => return Ok(()),
            _ = interrupt.recv() => return Ok(()),
            _ = hang_up.recv() => return Ok(()),
            () = tokio::time::sleep(TICK) => {}
        }
        let is_down = server.ended();
        if is_down && !server.was_killed() {
            return Ok(());
        }
        if !home.try_lock(clients, CLIENTS, Hold::Exclusive)? {
            nobody_since = None;
            if is_down {
                let Some(breath) = revivals.next(system::monotonic()) else {
                    system::print_error("the server was killed too often");
                    return Ok(());
                };
                tokio::time::sleep(breath).await;
                server.start_again(home, job)?;
            }
            continue;
        }
        if is_down {
            return Ok(());
        }
        let since = *nobody_since.get_or_insert_with(system::monotonic);
        if since.elapsed() >= GRACE {
            return Ok(());
        }
        clients
            .unlock()
            .map_err(at("Cannot unlock in", home.root()))?;
    }
}

/// The starts after a death, of the last [`MEMORY`].
#[derive(Debug, Default)]
struct Revivals(VecDeque<Instant>);

impl Revivals {
    /// How long to wait before the next start; `None` when there were too many.
    fn next(&mut self, now: Instant) -> Option<Duration> {
        while self
            .0
            .front()
            .is_some_and(|at| now.duration_since(*at) >= MEMORY)
        {
            self.0.pop_front();
        }
        if self.0.len() >= REVIVALS {
            return None;
        }
        let breath = self.0.iter().fold(BREATH, |breath, _| breath * 2);
        self.0.push_back(now);
        Some(breath)
    }
}

/// A server, by birth or by adoption.
struct Server {
    pid: Pid,
    data: PathBuf,
    child: Option<Child>,
    /// Whether a former one was killed: a start that fails is tried again.
    is_again: bool,
}

impl Server {
    fn take(home: &Home, job: &Job) -> Result<Self> {
        let data = home.data();
        if let Some(pid) = cluster::status(&data).pid() {
            system::print_error(&format!("adopted the running server {pid}"));
            return Ok(Self {
                pid,
                data,
                child: None,
                is_again: false,
            });
        }
        let path = home.server_log();
        let log = File::create(&path).map_err(at("Cannot write", &path))?;
        Self::start(home, job, log)
    }

    fn start(home: &Home, job: &Job, log: File) -> Result<Self> {
        let data = home.data();
        let accounts = Accounts::discover(job.server_user.as_deref())?;
        cluster::disarm_stale_pid(&data, &accounts)?;
        let twin = log.try_clone();
        let twin = twin.map_err(at("Cannot write", &home.server_log()))?;
        let mut command = cluster::server_command(home, &accounts, job);
        let child = command.stdout(log).stderr(twin).spawn();
        let child = child.map_err(at("Cannot run the server in", &job.bin))?;
        Ok(Self {
            pid: Pid::from_raw(child.id().cast_signed()),
            data,
            child: Some(child),
            is_again: false,
        })
    }

    /// Once more, with crash recovery; the log goes on, for it may say why.
    fn start_again(&mut self, home: &Home, job: &Job) -> Result<()> {
        system::print_error(&format!("the server {} was killed; starting it", self.pid));
        let path = home.server_log();
        let log = fs::OpenOptions::new().create(true).append(true).open(&path);
        let log = log.map_err(at("Cannot write", &path))?;
        *self = Self {
            is_again: true,
            ..Self::start(home, job, log)?
        };
        Ok(())
    }

    fn ended(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => cluster::status(&self.data) == Status::Stopped,
        }
    }

    /// Whether a server that was at work has ended without taking leave: one that is told to stop
    /// takes its pid file away, and one that cannot even start has never been at work.
    fn was_killed(&self) -> bool {
        cluster::noted(&self.data)
            .is_some_and(|noted| self.is_again || noted == Status::Ready(self.pid))
    }

    async fn stop(&mut self) {
        for (signal, limit) in [(Signal::SIGINT, CLEAN_STOP), (Signal::SIGQUIT, CLEAN_STOP)] {
            if self.ended() {
                return;
            }
            cluster::signal(self.pid, &self.data, signal);
            let end = system::monotonic() + limit;
            while !self.ended() && system::monotonic() < end {
                tokio::time::sleep(super::home::POLL).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_starts_in_ten_minutes_and_then_no_more() {
        let mut revivals = Revivals::default();
        let begin = system::monotonic();
        let waits: Vec<_> = (0..5).filter_map(|_| revivals.next(begin)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16].map(|times| BREATH * times));
        assert_eq!(revivals.next(begin + MEMORY / 2), None);
        assert_eq!(revivals.next(begin + MEMORY), Some(BREATH));
    }
}
