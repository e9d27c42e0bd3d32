//! Who starts the server and as whom it runs. PostgreSQL refuses root, so that root drops to an
//! unprivileged account; everybody else runs the server as themselves.

use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use nix::unistd::{Uid, User, geteuid};

use super::error::{LocalPostgresError, Result};
use crate::system;

/// Settings that a child may inherit. Everything else is left out, `PG*` above all: a `PGHOST` or
/// `PGDATA` of the user must not steer the private server. The preload lines keep `nss_wrapper`
/// working on platforms that give out nameless user ids.
const INHERITED: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "NSS_WRAPPER_PASSWD",
    "NSS_WRAPPER_GROUP",
];

/// One account of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, as peer authentication sees it.
    pub name: String,
    /// Its user id.
    pub uid: u32,
    /// Its group id.
    pub gid: u32,
}

/// The two accounts of one start; the same one twice unless root starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accounts {
    /// Who runs loket.
    pub starter: Account,
    /// Who runs `postgres` and owns its files.
    pub server: Account,
}

impl Accounts {
    /// Looks up both. `wanted` is `LOKET_PG_USER`; it counts only for root.
    ///
    /// # Errors
    /// A user id without a name; an account that does not exist or is root itself.
    pub fn discover(wanted: Option<&str>) -> Result<Self> {
        let uid = geteuid();
        let starter = by_uid(uid).ok_or(LocalPostgresError::NoPasswdEntry { uid: uid.as_raw() })?;
        let server = if uid.is_root() {
            unprivileged(wanted)?
        } else {
            starter.clone()
        };
        Ok(Self { starter, server })
    }

    /// Whether the server runs under another account than its starter.
    pub fn differ(&self) -> bool {
        self.starter != self.server
    }

    /// A command for a server program: clean environment, a working directory that every account
    /// may enter, the server's account. `Command::uid` clears the supplementary groups.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        plain(&mut command);
        if self.differ() {
            command.uid(self.server.uid).gid(self.server.gid);
        }
        command
    }
}

/// Gives a command the reduced environment and a neutral working directory.
pub(crate) fn plain(command: &mut Command) {
    command.env_clear().current_dir("/").env("LC_ALL", "C");
    for name in INHERITED {
        if let Some(value) = system::env(name) {
            command.env(name, value);
        }
    }
}

/// The first folder on the way to `path` (itself included) that `account` may not enter.
/// Access lists beyond the mode bits are not looked at.
pub fn closed_ancestor<'a>(path: &'a Path, account: &Account) -> Option<&'a Path> {
    let mut folders: Vec<&Path> = path.ancestors().collect();
    folders.reverse();
    folders.into_iter().find(|folder| {
        folder
            .metadata()
            .is_ok_and(|meta| !enterable(&meta, account))
    })
}

fn enterable(meta: &std::fs::Metadata, account: &Account) -> bool {
    let bit = if meta.uid() == account.uid {
        0o100
    } else if meta.gid() == account.gid {
        0o010
    } else {
        0o001
    };
    meta.mode() & bit != 0
}

fn unprivileged(wanted: Option<&str>) -> Result<Account> {
    let names = wanted.map_or_else(|| vec!["postgres", "nobody"], |name| vec![name]);
    names
        .iter()
        .filter_map(|name| User::from_name(name).ok().flatten())
        .map(Account::from)
        .find(|account| account.uid != 0)
        .ok_or_else(|| LocalPostgresError::NoAccount {
            name: names.join(" or "),
        })
}

fn by_uid(uid: Uid) -> Option<Account> {
    User::from_uid(uid).ok().flatten().map(Account::from)
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self {
            name: user.name,
            uid: user.uid.as_raw(),
            gid: user.gid.as_raw(),
        }
    }
}
