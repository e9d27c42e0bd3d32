//! The data directory: made in one step, configured, wiped, and the state of its server.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::account::{Accounts, plain};
use super::error::{LocalPostgresError, Result, at};
use super::find::Programs;
use super::home::{Home, PORT, last_lines, own, private_folder, replace};
use super::ident::{self, SUPERUSER};
use super::supervisor::Job;
use super::{Options, Profile};

/// The file that says: this cluster is whole, and loket made it.
const READY: &str = "loket.ready";
/// Our settings, written at each start and included by the file that initdb made: its choices for
/// this machine (the kind of shared memory above all) stay as they are.
const SETTINGS: &str = "loket.conf";

/// The file with the version of the running programs, so that joining needs no search.
const RUNNING: &str = "version";

/// What the server of a data directory does right now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// No process, or the process of the pid file is not this server.
    Stopped,
    /// Alive, not yet taking connections.
    Starting(Pid),
    /// Taking connections.
    Ready(Pid),
    /// On its way out.
    Stopping(Pid),
}

impl Status {
    /// The process, if there is one.
    pub(crate) fn pid(self) -> Option<Pid> {
        match self {
            Self::Stopped => None,
            Self::Starting(pid) | Self::Ready(pid) | Self::Stopping(pid) => Some(pid),
        }
    }
}

/// The major version of the cluster, `None` when there is no cluster yet.
///
/// # Errors
/// Something stands there that loket did not make.
pub(crate) fn major(home: &Home, accounts: &Accounts) -> Result<Option<u32>> {
    let data = home.data();
    if !data.exists() {
        return Ok(None);
    }
    let version = fs::read_to_string(data.join("PG_VERSION")).ok();
    let major = version.and_then(|text| text.trim().parse().ok());
    if major.is_none() || !data.join(READY).is_file() {
        return Err(LocalPostgresError::NotOurs { path: data });
    }
    own(&data, &accounts.server)?;
    Ok(major)
}

/// Makes the cluster beside its place and moves it there when it is whole, so that a half-made
/// one is never taken for a cluster.
pub(crate) fn make(home: &Home, accounts: &Accounts, programs: &Programs) -> Result<()> {
    let fresh = aside(home, "new");
    private_folder(&fresh, &accounts.server)?;
    let made = initdb(&fresh, accounts, programs).and_then(|()| {
        let server = &accounts.server;
        let path = fresh.join("postgresql.conf");
        let base = read_unlinked(&path).map_err(at("Cannot read", &path))?;
        replace(
            &path,
            &format!("{base}\ninclude_if_exists = '{SETTINGS}'\n"),
            server,
        )?;
        replace(&fresh.join("pg_hba.conf"), ident::HBA, server)?;
        replace(&fresh.join(READY), &programs.version, server)?;
        fs::rename(&fresh, home.data()).map_err(at("Cannot move into place", &fresh))
    });
    if made.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    made
}

fn initdb(fresh: &Path, accounts: &Accounts, programs: &Programs) -> Result<()> {
    let mut command = accounts.command(&programs.bin.join("initdb"));
    command
        .arg("--pgdata")
        .arg(fresh)
        .arg(format!("--username={SUPERUSER}"))
        .args(["--encoding=UTF8", "--locale=C", "--auth=peer"])
        .args(["--wal-segsize=1", "--no-instructions", "--no-sync"])
        .stdin(Stdio::null());
    let output = command
        .output()
        .map_err(|source| spawn_error(source, accounts, programs))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    if text.contains("No space left on device") {
        return Err(LocalPostgresError::DiskFull {
            path: fresh.to_owned(),
        });
    }
    Err(LocalPostgresError::Initdb {
        output: last_lines(&text),
    })
}

fn spawn_error(
    source: std::io::Error,
    accounts: &Accounts,
    programs: &Programs,
) -> LocalPostgresError {
    if source.kind() == std::io::ErrorKind::PermissionDenied && accounts.differ() {
        let name = accounts.server.name.clone();
        return LocalPostgresError::CannotDrop { name, source };
    }
    at("Cannot run the programs in", &programs.bin)(source)
}

/// Reads a file of the server's account without following a link that it may have laid.
fn read_unlinked(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    fs::OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path)?
        .read_to_string(&mut text)?;
    Ok(text)
}

/// Writes what may change between two starts: the settings and the user map.
pub(crate) fn configure(home: &Home, accounts: &Accounts, options: &Options) -> Result<()> {
    let data = home.data();
    replace(&data.join(SETTINGS), &settings(options), &accounts.server)?;
    ident::write_map(&data, accounts, &ident::listed(home))
}

fn settings(options: &Options) -> String {
    let mut text = format!(
        "listen_addresses = ''\n\
         unix_socket_permissions = 0700\n\
         max_connections = {}\n\
         wal_level = minimal\n\
         max_wal_senders = 0\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         lc_messages = 'C'\n\
         jit = off\n\
         logging_collector = off\n\
         log_destination = 'stderr'\n\
         # a statement or a detail may hold a customer's data; a log must not\n\
         log_min_error_statement = panic\n\
         log_error_verbosity = terse\n",
        options.max_connections
    );
    text.push_str(match options.profile {
        Profile::Demo => "shared_buffers = '32MB'\nmax_wal_size = '256MB'\n",
        Profile::Test => {
            "shared_buffers = '32MB'\nmax_wal_size = '256MB'\n\
             fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"
        }
        Profile::Load => {
            "shared_buffers = '2GB'\nmax_wal_size = '8GB'\nmaintenance_work_mem = '512MB'\n\
             checkpoint_timeout = '15min'\nwork_mem = '16MB'\n"
        }
    });
    text
}

/// Removes the cluster; it is moved aside first, so that an interrupted removal leaves no
/// half of it in place.
pub(crate) fn wipe(home: &Home, accounts: &Accounts) -> Result<()> {
    if major(home, accounts)?.is_some() {
        let data = home.data();
        fs::rename(&data, aside(home, "old")).map_err(at("Cannot move aside", &data))?;
    }
    match fs::remove_file(home.roles()) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(at("Cannot remove", &home.roles())(error))
        }
        _ => sweep(home),
    }
}

/// Removes what an interrupted `make` or `wipe` left. Only under the init lock.
pub(crate) fn sweep(home: &Home) -> Result<()> {
    let entries = fs::read_dir(home.root()).map_err(at("Cannot read", home.root()))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("data.new.") || name.starts_with("data.old.") {
            let path = entry.path();
            fs::remove_dir_all(&path).map_err(at("Cannot remove", &path))?;
        }
    }
    Ok(())
}

fn aside(home: &Home, kind: &str) -> PathBuf {
    home.root()
        .join(format!("data.{kind}.{}", std::process::id()))
}

/// The version of the programs that run, as the client that started them noted it.
pub(crate) fn running_version(home: &Home) -> Option<String> {
    fs::read_to_string(home.root().join(RUNNING))
        .ok()
        .filter(|text| !text.is_empty())
}

/// Notes the version of the programs that are about to run.
pub(crate) fn keep_running_version(home: &Home, accounts: &Accounts, version: &str) -> Result<()> {
    replace(&home.root().join(RUNNING), version, &accounts.starter)
}

/// Asks the pid file and then the process itself. The eighth line is what `pg_ctl` goes by.
pub(crate) fn status(data: &Path) -> Status {
    match noted(data) {
        Some(status) if status.pid().is_some_and(|pid| is_ours(pid, data)) => status,
        _ => Status::Stopped,
    }
}

/// What the pid file says, of a process that may be gone. A server that ends in order takes it away.
pub(crate) fn noted(data: &Path) -> Option<Status> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let mut lines = text.lines();
    let pid = Pid::from_raw(lines.next()?.trim().parse().ok()?);
    Some(match lines.nth(6).map(str::trim) {
        Some("ready") => Status::Ready(pid),
        Some("stopping") => Status::Stopping(pid),
        _ => Status::Starting(pid),
    })
}

/// A pid file left by a power cut may name a pid that another process of the same user has got
/// meanwhile; the server would refuse to start. Called by the process that becomes the server's
/// parent: the server disregards its parent's pid, and still makes its other check (is the
/// former server's shared memory in use?), which removing the file would take away.
pub(crate) fn disarm_stale_pid(data: &Path, accounts: &Accounts) -> Result<()> {
    let path = data.join("postmaster.pid");
    let Ok(text) = read_unlinked(&path) else {
        return Ok(());
    };
    let (first, rest) = text.split_once('\n').unwrap_or((text.as_str(), ""));
    let pid = first.trim().parse().map(Pid::from_raw);
    if !pid.is_ok_and(|pid| alive(pid) && !is_ours(pid, data)) {
        return Ok(());
    }
    let text = format!("{}\n{rest}", std::process::id());
    replace(&path, &text, &accounts.server)
}

/// Whether a process is alive; one that is not ours to signal is alive too.
pub(crate) fn alive(pid: Pid) -> bool {
    kill(pid, None) != Err(Errno::ESRCH)
}

/// Whether a process really is the server of this data directory: a pid may have been given to
/// another process since the pid file was written.
pub(crate) fn is_ours(pid: Pid, data: &Path) -> bool {
    if pid.as_raw() <= 1 || !alive(pid) {
        return false;
    }
    let proc = PathBuf::from(format!("/proc/{pid}/cmdline"));
    if Path::new("/proc/self/cmdline").exists() {
        let line = fs::read(proc).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let data = data.as_os_str().as_encoded_bytes();
        return words
            .first()
            .is_some_and(|name| name.ends_with(b"postgres"))
            && words
                .windows(2)
                .any(|pair| pair == [b"-D".as_slice(), data]);
    }
    let mut ps = Command::new("ps");
    plain(&mut ps);
    let output = ps.args(["-o", "command=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| {
        let line = String::from_utf8_lossy(&output.stdout).into_owned();
        line.contains("postgres") && line.contains(&format!("-D {}", data.display()))
    })
}

/// Tells a server to stop: `SIGINT` is the fast, clean shutdown, `SIGQUIT` the immediate one.
pub(crate) fn signal(pid: Pid, data: &Path, signal: Signal) {
    if is_ours(pid, data) {
        let _ = kill(pid, signal);
    }
}

/// The command that runs the server in the foreground.
pub(crate) fn server_command(home: &Home, accounts: &Accounts, job: &Job) -> Command {
    let mut command = accounts.command(&job.bin.join("postgres"));
    command
        .arg("-D")
        .arg(home.data())
        .arg("-k")
        .arg(home.socket())
        .args(["-p", &PORT.to_string()])
        .stdin(Stdio::null())
        .process_group(0);
    command
}
