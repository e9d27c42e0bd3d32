//! The folder of one private server: its path, its owners, its files and its locks.
//!
//! The starter owns the folder, the logs and the locks; the server's account owns only `data` and
//! the socket folder. The locks are the whole life cycle: the kernel drops them however a process
//! ends, so that nothing has to be cleaned up by hand.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, lchown};
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::unistd::geteuid;
use sha2::{Digest as _, Sha256};

use super::account::{Account, Accounts, closed_ancestor};
use super::archive::hex;
use super::error::{LocalPostgresError, Result, at};
use crate::system;

/// `sockaddr_un` holds 108 bytes with the closing zero on Linux.
const SOCKET_LIMIT: usize = 107;
/// The port counts only as a part of the socket's name.
pub(crate) const PORT: u16 = 5432;
/// How often a lock or a state is looked at again.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// The folder of one private server.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
    socket: PathBuf,
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Together with others.
    Shared,
    /// Alone.
    Exclusive,
}

/// Where the home is when no option names it: `LOKET_HOME`; for root `/var/lib/loket-demo`
/// (`/root` is closed to the server's account); else `$XDG_STATE_HOME/loket` or
/// `~/.local/state/loket`.
pub fn default_home() -> PathBuf {
    if let Some(path) = system::env("LOKET_HOME") {
        return PathBuf::from(path);
    }
    if geteuid().is_root() {
        return PathBuf::from("/var/lib/loket-demo");
    }
    let user = system::env("HOME").unwrap_or_else(|| String::from("/"));
    system::env("XDG_STATE_HOME")
        .map_or_else(|| Path::new(&user).join(".local/state"), PathBuf::from)
        .join("loket")
}

impl Home {
    /// Makes the folder if needed, with the rights that both accounts need.
    ///
    /// # Errors
    /// A folder that belongs to somebody else, that the server's account cannot reach, or that
    /// cannot be made.
    pub fn prepare(path: &Path, accounts: &Accounts) -> Result<Self> {
        fs::create_dir_all(path).map_err(at("Cannot make the folder", path))?;
        let root = path
            .canonicalize()
            .map_err(at("Cannot find the folder", path))?;
        own(&root, &accounts.starter)?;
        let mode = if accounts.differ() { 0o711 } else { 0o700 };
        fs::set_permissions(&root, Permissions::from_mode(mode))
            .map_err(at("Cannot set the rights of", &root))?;
        if accounts.differ()
            && let Some(closed) = closed_ancestor(&root, &accounts.server)
        {
            return Err(LocalPostgresError::NotEnterable {
                path: closed.to_owned(),
                account: accounts.server.name.clone(),
            });
        }
        Ok(Self::open(&root))
    }

    /// Makes the folder of the socket. Only under the init lock.
    pub(crate) fn prepare_socket(&self, accounts: &Accounts) -> Result<()> {
        private_folder(&self.socket, &accounts.server)?;
        check_socket(&self.socket)
    }

    /// The home that a client has prepared.
    pub(crate) fn open(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            socket: socket_folder(root),
        }
    }

    /// The folder itself, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The data directory of the server.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// The folder that holds the socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The server's log, begun anew at each start of the server.
    pub fn server_log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    /// The supervisor's log.
    pub fn supervisor_log(&self) -> PathBuf {
        self.root.join("supervisor.log")
    }

    /// The database roles that peer authentication lets in, one a line.
    pub(crate) fn roles(&self) -> PathBuf {
        self.root.join("roles")
    }

    /// Opens a lock file of this home.
    pub(crate) fn lock_file(&self, name: &str) -> Result<File> {
        let path = self.root.join(name);
        OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(at("Cannot open the lock", &path))
    }

    /// Takes a lock within a time, `None` when others kept it longer.
    pub(crate) fn lock_within(
        &self,
        name: &str,
        hold: Hold,
        limit: Duration,
    ) -> Result<Option<File>> {
        let file = self.lock_file(name)?;
        let end = system::monotonic() + limit;
        loop {
            if self.try_lock(&file, name, hold)? {
                return Ok(Some(file));
            }
            if system::monotonic() >= end {
                return Ok(None);
            }
            std::thread::sleep(POLL);
        }
    }

    /// Takes a lock now or not at all.
    pub(crate) fn try_lock(&self, file: &File, name: &str, hold: Hold) -> Result<bool> {
        let taken = match hold {
            Hold::Shared => file.try_lock_shared(),
            Hold::Exclusive => file.try_lock(),
        };
        match taken {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(at("Cannot lock", &self.root.join(name))(error)),
        }
    }
}

/// Makes a folder that only `account` may look into, or accepts one that already is that. Only
/// under the init lock: between making and handing over it is nobody else's to judge.
pub(crate) fn private_folder(path: &Path, account: &Account) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => give(path, account)?,
        // one that was made and not handed over before an interruption is still ours to give
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if owner(path)? == geteuid().as_raw() {
                give(path, account)?;
            }
            own(path, account)?;
        }
        Err(error) => return Err(at("Cannot make the folder", path)(error)),
    }
    fs::set_permissions(path, Permissions::from_mode(0o700))
        .map_err(at("Cannot set the rights of", path))
}

/// Hands a file to an account; nothing happens when it has it already.
pub(crate) fn give(path: &Path, account: &Account) -> Result<()> {
    if owner(path)? == account.uid {
        return Ok(());
    }
    lchown(path, Some(account.uid), Some(account.gid)).map_err(at("Cannot hand over", path))
}

/// Refuses what belongs to somebody else. Links are not followed.
pub(crate) fn own(path: &Path, account: &Account) -> Result<()> {
    let owner = owner(path)?;
    if owner == account.uid {
        return Ok(());
    }
    Err(LocalPostgresError::WrongOwner {
        path: path.to_owned(),
        owner,
        account: account.name.clone(),
    })
}

/// Replaces a file in one step. The folder may belong to an account that is trusted less than the
/// writer: the new file is made exclusively, so that no link laid there is followed.
pub(crate) fn replace(path: &Path, text: &str, account: &Account) -> Result<()> {
    let fresh = path.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(at("Cannot remove", &fresh)(error));
        }
        _ => {}
    }
    File::create_new(&fresh)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(at("Cannot write", &fresh))?;
    give(&fresh, account)?;
    fs::rename(&fresh, path).map_err(at("Cannot replace", path))
}

fn owner(path: &Path) -> Result<u32> {
    path.symlink_metadata()
        .map(|meta| meta.uid())
        .map_err(at("Cannot look at", path))
}

/// The last lines of a log, for an error message.
pub(crate) fn tail(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    last_lines(&String::from_utf8_lossy(&bytes))
}

/// The last lines of an output on one line, without control characters.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(5);
    let joined = lines.get(from..).unwrap_or_default().join(" | ");
    joined.replace(char::is_control, " ")
}

fn socket_folder(root: &Path) -> PathBuf {
    let inside = root.join("sock");
    if socket_length(&inside) <= SOCKET_LIMIT {
        return inside;
    }
    let digest = Sha256::digest(root.as_os_str().as_bytes());
    let short = hex(digest.get(..6).unwrap_or_default());
    PathBuf::from(format!("/tmp/loket-{}-{short}", geteuid()))
}

fn check_socket(folder: &Path) -> Result<()> {
    if socket_length(folder) <= SOCKET_LIMIT {
        return Ok(());
    }
    Err(LocalPostgresError::SocketTooLong {
        path: folder.to_owned(),
    })
}

fn socket_length(folder: &Path) -> usize {
    folder.join(format!(".s.PGSQL.{PORT}")).as_os_str().len()
}
