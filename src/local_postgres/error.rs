//! What can go wrong with the private server, each with the sentence that says what to do.

use std::path::{Path, PathBuf};

/// A private PostgreSQL that could not be found, made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum LocalPostgresError {
    /// Nothing on the machine and nothing that could be fetched.
    #[error(
        "No PostgreSQL server programs (initdb and postgres, version 15 to 18) were found ({why}). \
         Install them with: {remedy} - or set LOKET_PG_BIN to the folder that holds both."
    )]
    NoServer {
        /// The line that installs PostgreSQL on this system.
        remedy: String,
        /// What was tried and why it did not do.
        why: String,
    },
    /// `LOKET_PG_BIN` names a folder without usable server programs.
    #[error(
        "LOKET_PG_BIN={} does not hold usable server programs: {why}. \
         Point it to a folder with both initdb and postgres, version 15 to 18.", path.display()
    )]
    BadBin {
        /// The folder that was named.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The cluster was made by another major version than any that is installed.
    #[error(
        "The database in {} was made by PostgreSQL {cluster}, but this machine has {found}. \
         Install PostgreSQL {cluster}, or start over with --reset (this destroys the database).",
        data.display()
    )]
    WrongVersion {
        /// The data directory.
        data: PathBuf,
        /// The major version that made it.
        cluster: u32,
        /// The versions that were found, in words.
        found: String,
    },
    /// The account under which a server started by root has to run is not there.
    #[error(
        "PostgreSQL refuses to run as root and there is no account {name} to run it as. \
         Set LOKET_PG_USER to an unprivileged account."
    )]
    NoAccount {
        /// The account that was looked for.
        name: String,
    },
    /// Root was not allowed to become the unprivileged account.
    #[error(
        "PostgreSQL refuses to run as root, and this process may not become {name}: {source}. \
         Start loket as an ordinary user, or set LOKET_PG_USER to an account it may become."
    )]
    CannotDrop {
        /// The account.
        name: String,
        /// What the system answered.
        source: std::io::Error,
    },
    /// The user id has no name (as in some container platforms).
    #[error(
        "User id {uid} has no entry in the password database, and PostgreSQL will not start \
         without a user name. Add an entry to /etc/passwd, or start loket as a named user."
    )]
    NoPasswdEntry {
        /// The nameless user id.
        uid: u32,
    },
    /// The server's account cannot reach its own folder.
    #[error(
        "The server runs as {account}, which may not enter {}. \
         Set LOKET_HOME to a folder it can reach (for instance below /var/lib), \
         or allow entering with: chmod a+x {}", path.display(), path.display()
    )]
    NotEnterable {
        /// The folder on the way that is closed.
        path: PathBuf,
        /// The server's account.
        account: String,
    },
    /// A folder that must be ours belongs to another user.
    #[error(
        "{} belongs to user id {owner}, but {account} is needed here. \
         Start loket as the user who made it, or set LOKET_HOME to another folder.",
        path.display()
    )]
    WrongOwner {
        /// The folder.
        path: PathBuf,
        /// Who owns it.
        owner: u32,
        /// Who should.
        account: String,
    },
    /// Something other than a cluster of loket stands where the cluster goes.
    #[error(
        "{} was not made by loket and is left alone. \
         Move it away, or set LOKET_HOME to another folder.", path.display()
    )]
    NotOurs {
        /// The folder.
        path: PathBuf,
    },
    /// Somebody still works in the cluster that was to be wiped.
    #[error(
        "Another loket is using the database in {}. \
         Close it first; nothing was changed.", home.display()
    )]
    InUse {
        /// The home of the cluster.
        home: PathBuf,
    },
    /// Neither the home nor the fall-back gives a socket path that the system accepts.
    #[error(
        "The socket path {} is longer than the system allows. Set LOKET_HOME to a shorter path.",
        path.display()
    )]
    SocketTooLong {
        /// The path.
        path: PathBuf,
    },
    /// No room left.
    #[error("The disk that holds {} is full. Make room and start again.", path.display())]
    DiskFull {
        /// The home of the cluster.
        path: PathBuf,
    },
    /// initdb failed.
    #[error("Making the database failed. initdb said: {output}")]
    Initdb {
        /// The last lines of its output.
        output: String,
    },
    /// The server ended during its start.
    #[error("The database server stopped while starting. The end of {}: {tail}", log.display())]
    Died {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// Something did not happen in time.
    #[error(
        "Gave up after {seconds} s waiting for {what}. \
         The end of {}: {tail}", log.display()
    )]
    TimedOut {
        /// What was waited for.
        what: &'static str,
        /// How long.
        seconds: u64,
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },
    /// The supervising process could not be started.
    #[error("The supervisor {} could not be started: {source}", exe.display())]
    Supervisor {
        /// The program.
        exe: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
    /// A role name that is not a plain identifier.
    #[error(
        "'{name}' cannot be a role here: use 1 to 63 small letters, digits and underscores, \
         not starting with a digit."
    )]
    BadRole {
        /// The name.
        name: String,
    },
    /// An archive of server programs that is not what it should be.
    #[error("The PostgreSQL archive {} cannot be used: {why}", path.display())]
    BadArchive {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The server answered a housekeeping query with an error.
    #[error("The private database server did not answer as it should: {0}")]
    Query(#[from] sqlx::Error),
    /// Any other failure of a file operation.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried, as the start of a sentence.
        what: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system answered.
        source: std::io::Error,
    },
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, LocalPostgresError>;

/// Turns an I/O error into one that names the file.
pub(crate) fn at(
    what: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> LocalPostgresError {
    let path = path.to_owned();
    move |source| match source.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            LocalPostgresError::DiskFull { path }
        }
        _ => LocalPostgresError::Io { what, path, source },
    }
}
