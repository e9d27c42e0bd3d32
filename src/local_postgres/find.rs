//! Where the server programs are. Knows no cluster and starts nothing but `postgres --version`
//! and `pg_config`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::{Account, closed_ancestor, plain};
use super::error::{LocalPostgresError, Result};
use crate::system;

/// The major versions that loket is made for.
pub(crate) const SUPPORTED: std::ops::RangeInclusive<u32> = 15..=18;

/// Where to look; injected so that the search can be tested without touching the environment.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// `LOKET_PG_BIN`: this folder and no other.
    pub bin: Option<PathBuf>,
    /// The folders of `PATH`.
    pub path: Vec<PathBuf>,
    /// The folder under which the systems' own places are looked for; `/` on a real machine,
    /// `None` to leave them out.
    pub system_root: Option<PathBuf>,
    /// Folders that hold fetched copies (`<copies>/<name>/bin`).
    pub copies: Vec<PathBuf>,
}

/// A folder with server programs and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// The folder with `initdb` and `postgres`.
    pub bin: PathBuf,
    /// The major version.
    pub major: u32,
    /// The whole version, such as `15.18`.
    pub version: String,
}

/// What a search brought.
#[derive(Debug, Default)]
pub struct Found {
    /// The usable ones, the preferred first.
    pub usable: Vec<Programs>,
    /// Folders that were passed over, with the reason.
    pub passed_over: Vec<(PathBuf, String)>,
}

impl Search {
    /// The search of a real machine.
    pub fn from_env() -> Self {
        let path = system::env("PATH").unwrap_or_default();
        Self {
            bin: system::env("LOKET_PG_BIN").map(PathBuf::from),
            path: std::env::split_paths(&path).collect(),
            system_root: Some(PathBuf::from("/")),
            copies: Vec::new(),
        }
    }

    /// All usable programs, in the order of preference. `account` is who has to run them.
    ///
    /// # Errors
    /// `LOKET_PG_BIN` names a folder that will not do: no other place is tried then.
    pub fn run(&self, account: &Account) -> Result<Found> {
        let mut found = Found::default();
        for folder in self.candidates() {
            match inspect(&folder, account) {
                Ok(programs) => found.usable.push(programs),
                Err(why) => found.passed_over.push((folder, why)),
            }
        }
        match (&self.bin, found.passed_over.first()) {
            (Some(_), Some((path, why))) => Err(LocalPostgresError::BadBin {
                path: path.clone(),
                why: why.clone(),
            }),
            _ => Ok(found),
        }
    }

    fn candidates(&self) -> Vec<PathBuf> {
        if let Some(bin) = &self.bin {
            return vec![bin.canonicalize().unwrap_or_else(|_| bin.clone())];
        }
        let mut folders: Vec<PathBuf> = self.path.iter().filter_map(|dir| real_bin(dir)).collect();
        folders.extend(self.path.iter().find_map(|dir| configured_bin(dir)));
        if let Some(root) = &self.system_root {
            folders.extend(system_bins(root));
        }
        folders.extend(self.copies.iter().flat_map(|dir| versions(dir, "", "bin")));
        let mut once = Vec::new();
        for folder in folders.into_iter().filter(|folder| complete(folder)) {
            let real = folder.canonicalize().unwrap_or(folder);
            if !once.contains(&real) {
                once.push(real);
            }
        }
        once
    }
}

impl Found {
    /// The programs for a cluster: its own major version, or the preferred ones for a new one.
    pub fn choose(&self, cluster: Option<u32>) -> Option<&Programs> {
        let fits = |programs: &&Programs| cluster.is_none_or(|major| programs.major == major);
        self.usable.iter().find(fits)
    }

    /// The versions that were found, for a message.
    pub fn in_words(&self) -> String {
        let versions: Vec<&str> = self.usable.iter().map(|one| one.version.as_str()).collect();
        if versions.is_empty() {
            return String::from("none");
        }
        versions.join(", ")
    }

    /// The folders that were passed over, for a message; empty when there are none.
    pub fn reasons(&self) -> String {
        let each = |(path, why): &(PathBuf, String)| format!("{}: {why}", path.display());
        let reasons: Vec<String> = self.passed_over.iter().map(each).collect();
        reasons.join("; ")
    }
}

/// Both programs or nothing: `libpq-dev` alone brings `pg_config`, client packages bring `psql`.
fn complete(folder: &Path) -> bool {
    folder.join("initdb").is_file() && folder.join("postgres").is_file()
}

/// The folder in which the programs of a `PATH` entry really are: `/usr/local/bin/initdb` may be
/// a link, and the server looks for its libraries next to the real program.
fn real_bin(folder: &Path) -> Option<PathBuf> {
    let initdb = folder.join("initdb").canonicalize().ok()?;
    initdb.parent().map(Path::to_owned)
}

fn configured_bin(folder: &Path) -> Option<PathBuf> {
    let text = output(&folder.join("pg_config"), "--bindir").ok()?;
    Some(PathBuf::from(text.trim()))
}

fn system_bins(root: &Path) -> Vec<PathBuf> {
    let places = [
        ("usr/lib/postgresql", "", "bin"),
        ("usr", "pgsql-", "bin"),
        ("usr/lib64", "pgsql-", "bin"),
        ("opt/homebrew/opt", "postgresql@", "bin"),
        ("usr/local/opt", "postgresql@", "bin"),
        ("home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
        ("Applications/Postgres.app/Contents/Versions", "", "bin"),
    ];
    let single = ["usr/bin", "usr/local/bin", "usr/local/pgsql/bin"];
    places
        .iter()
        .flat_map(|(folder, prefix, rest)| versions(&root.join(folder), prefix, rest))
        .chain(single.iter().map(|folder| root.join(folder)))
        .collect()
}

/// `<folder>/<prefix><version>/<rest>`, the newest version first.
fn versions(folder: &Path, prefix: &str, rest: &str) -> Vec<PathBuf> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(version) = name.to_str().and_then(|name| name.strip_prefix(prefix))
            && let Some(number) = numbers(version)
        {
            found.insert(Reverse(number), entry.path().join(rest));
        }
    }
    found.into_values().collect()
}

/// `18.4.0-beta.17` as `[18, 4, 0, 17]`; `None` when it does not start with a digit.
fn numbers(version: &str) -> Option<Vec<u32>> {
    if !version.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let parts = version.split(|c: char| !c.is_ascii_digit());
    Some(parts.filter_map(|part| part.parse().ok()).collect())
}

/// Looks at one folder; the error is the reason to pass it over.
pub(crate) fn inspect(folder: &Path, account: &Account) -> std::result::Result<Programs, String> {
    if !complete(folder) {
        return Err(String::from("initdb and postgres are not both there"));
    }
    if let Some(closed) = closed_ancestor(folder, account) {
        let name = &account.name;
        return Err(format!(
            "the account {name} may not enter {}",
            closed.display()
        ));
    }
    let text = output(&folder.join("postgres"), "--version")?;
    let (major, version) = parse_version(&text).ok_or("it does not tell its version")?;
    if !SUPPORTED.contains(&major) {
        return Err(format!("version {version} is not among 15 to 18"));
    }
    if let Some(share) = share_folder(folder)
        && !share.join("extension/pg_trgm.control").is_file()
    {
        return Err(String::from(
            "the extension pg_trgm is missing (package postgresql-contrib)",
        ));
    }
    Ok(Programs {
        bin: folder.to_owned(),
        major,
        version,
    })
}

fn share_folder(bin: &Path) -> Option<PathBuf> {
    if let Ok(text) = output(&bin.join("pg_config"), "--sharedir") {
        return Some(PathBuf::from(text.trim()));
    }
    let share = bin.parent()?.join("share");
    [share.join("postgresql"), share]
        .into_iter()
        .find(|dir| dir.join("extension").is_dir())
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` as `(15, "15.18")`.
fn parse_version(text: &str) -> Option<(u32, String)> {
    let rest = text.split_once("(PostgreSQL) ")?.1;
    let version = rest.split_whitespace().next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

fn output(program: &Path, flag: &str) -> std::result::Result<String, String> {
    let mut command = Command::new(program);
    plain(&mut command);
    let output = command.arg(OsStr::new(flag)).output();
    let output = output.map_err(|error| format!("it does not run: {error}"))?;
    if !output.status.success() {
        return Err(super::home::last_lines(&String::from_utf8_lossy(
            &output.stderr,
        )));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
