//! An archive of server programs: checked, unpacked, its links restored, made readable for the
//! account that has to run it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::home::last_lines;

/// Unpacks with the system's `tar`, which refuses paths that leave the folder.
pub(crate) fn untar(tar: &Path, archive: &Path, folder: &Path) -> std::result::Result<(), String> {
    let mut command = Command::new(tar);
    command.arg("-xzf").arg(archive).arg("-C").arg(folder);
    said(command.arg("--no-same-owner"))
}

/// Runs a command to its end; the error is the end of what it said.
pub(crate) fn said(command: &mut Command) -> std::result::Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(last_lines(&String::from_utf8_lossy(&text)))
}

/// Compares with a pinned hash.
pub(crate) fn verify(bytes: &[u8], expected: &str) -> std::result::Result<(), String> {
    let found = hex(&Sha256::digest(bytes));
    if found == expected {
        return Ok(());
    }
    Err(format!("its SHA-256 is {found} and not {expected}"))
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The folder above `bin/initdb`, at most three levels down.
pub(crate) fn server_tree(folder: &Path) -> Option<PathBuf> {
    let mut level = vec![folder.to_owned()];
    for _ in 0..4 {
        let whole = |dir: &&PathBuf| dir.join("bin/initdb").is_file();
        if let Some(found) = level.iter().find(whole) {
            return Some(found.clone());
        }
        let below = level.iter().filter_map(|dir| fs::read_dir(dir).ok());
        let entries = below.flatten().flatten().map(|entry| entry.path());
        level = entries.filter(|path| path.is_dir()).collect();
    }
    None
}

/// One link that an npm package cannot carry.
#[derive(Debug, Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Makes the links of `pg-symlinks.json`: the paths start at the folder above the tree, and both
/// ends of a link stand in one folder.
pub(crate) fn restore_links(tree: &Path) -> std::result::Result<(), String> {
    let Ok(text) = fs::read_to_string(tree.join("pg-symlinks.json")) else {
        return Ok(());
    };
    let links: Vec<Link> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let base = tree.parent().unwrap_or(tree);
    for Link { source, target } in links {
        let inside = |path: &Path| {
            path.components()
                .all(|part| matches!(part, Component::Normal(_)))
        };
        let (Some(name), true) = (source.file_name(), inside(&target) && inside(&source)) else {
            return Err(String::from("a link in pg-symlinks.json leads out of it"));
        };
        if source.parent() != target.parent() {
            return Err(String::from("a link in pg-symlinks.json crosses folders"));
        }
        let place = base.join(&target);
        if place.symlink_metadata().is_err() {
            symlink(name, &place).map_err(|error| format!("{}: {error}", place.display()))?;
        }
    }
    Ok(())
}

/// Lets every account read the tree and run its programs, whatever the user's mask.
pub(crate) fn open_up(folder: &Path) -> std::io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            open_up(&entry.path())?;
        } else if kind.is_file() {
            let mode = if folder.ends_with("bin") {
                0o755
            } else {
                0o644
            };
            fs::set_permissions(entry.path(), Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}
