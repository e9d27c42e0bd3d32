//! Files of the agent: documents to attach, names to complete a path with.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use crate::desk::clean;
use crate::desk::effect::{FileError, FileRead};
use crate::exchange::keep::{KeepError, Place};
use crate::store::case::DOCUMENT_BYTES_MAX;
use crate::store::rows::NewDocument;
use crate::system;

/// How many names are offered.
const NAMES: usize = 100;
/// How many entries of a directory are looked at.
const ENTRIES: usize = 5_000;
/// Longest name of a document that is stored.
const NAME_CHARS: usize = 120;

/// A path as typed: `~` is the home directory.
fn expand(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), system::env("HOME")) {
        (Ok(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => path.to_owned(),
    }
}

/// Read a document, at most [`DOCUMENT_BYTES_MAX`]. Never waits for a pipe or a device.
pub(super) fn document(path: &Path, purpose: String) -> FileRead {
    let path = expand(path);
    let about: Metadata = std::fs::metadata(&path).map_err(|error| told(&error))?;
    if !about.is_file() {
        return Err(FileError::NoFile);
    }
    let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(|error| told(&error))?;
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| told(&error))?;
    match bytes.len() {
        0 => return Err(FileError::Empty),
        size if size > DOCUMENT_BYTES_MAX => return Err(FileError::TooLarge),
        _ => {}
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = clean::line(&name).chars().take(NAME_CHARS).collect();
    Ok(NewDocument {
        name,
        purpose,
        bytes,
    })
}

/// A place for a new file of that name where the console was started; a number is added where the name
/// is taken.
pub(super) fn place(name: &str) -> Result<(PathBuf, Place), FileError> {
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let names = (2..NAMES).map(|number| format!("{stem}-{number}.{end}"));
    for name in std::iter::once(name.to_owned()).chain(names) {
        let path = std::path::absolute(&name).map_err(|error| told(&error))?;
        match Place::at(&path) {
            Ok(place) => return Ok((path, place)),
            Err(KeepError::Exists(_)) => {}
            Err(KeepError::Io(_, error)) => return Err(told(&error)),
        }
    }
    Err(FileError::Other(name.to_owned()))
}

/// Write it whole, and say where it is.
pub(super) fn keep(path: &Path, place: Place, bytes: &[u8]) -> Result<String, FileError> {
    match place.keep(bytes) {
        Ok(()) => Ok(clean::line(&path.to_string_lossy())),
        Err(KeepError::Io(_, error)) => Err(told(&error)),
        Err(taken @ KeepError::Exists(_)) => Err(FileError::Other(taken.to_string())),
    }
}

/// Why the file cannot be attached, if so. What is in it is not read.
pub(super) fn probe(path: &Path) -> Option<FileError> {
    let path = expand(path);
    let opened = std::fs::metadata(&path).and_then(|about| {
        if about.is_file() {
            File::open(&path)?;
        }
        Ok(about)
    });
    match opened {
        Err(error) => Some(told(&error)),
        Ok(about) if !about.is_file() => Some(FileError::NoFile),
        Ok(about) if about.len() == 0 => Some(FileError::Empty),
        Ok(about) => {
            let limit = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
            (about.len() > limit).then_some(FileError::TooLarge)
        }
    }
}

fn told(error: &std::io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::Missing,
        ErrorKind::PermissionDenied => FileError::Forbidden,
        _ => FileError::Other(clean::line(&error.to_string())),
    }
}

/// The paths that begin so, in order; directories end with a slash. Hidden ones only when asked.
pub(super) fn names(typed: &Path) -> Vec<String> {
    let text = typed.to_string_lossy();
    let (folder, start) = match text.rfind('/') {
        Some(at) => text.split_at(at + 1),
        None => ("", &*text),
    };
    let look_in = if folder.is_empty() {
        PathBuf::from(".")
    } else {
        expand(Path::new(folder))
    };
    let Ok(entries) = std::fs::read_dir(look_in) else {
        return Vec::new();
    };
    let mut found: Vec<String> = entries
        .take(ENTRIES)
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let hidden = name.starts_with('.') && !start.starts_with('.');
            if hidden || !name.starts_with(start) {
                return None;
            }
            let slash = if entry.path().is_dir() { "/" } else { "" };
            Some(format!("{folder}{name}{slash}"))
        })
        .collect();
    found.sort();
    found.truncate(NAMES);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_document_says_what_it_is() {
        let read = |path: &str| document(Path::new(path), String::from("other")).unwrap_err();
        assert_eq!(read("/nowhere/at-all"), FileError::Missing);
        assert_eq!(read("/"), FileError::NoFile);
        assert_eq!(read("/dev/null"), FileError::NoFile);
        assert_eq!(
            probe(Path::new("/nowhere/at-all")),
            Some(FileError::Missing)
        );
        assert_eq!(probe(Path::new("/dev/null")), Some(FileError::NoFile));
        assert_eq!(
            probe(Path::new(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/Cargo.toml"
            ))),
            None
        );
    }

    #[test]
    fn names_complete_a_path() {
        let folder = env!("CARGO_MANIFEST_DIR");
        let start = format!("{folder}/src/desk/keym");
        let found = names(Path::new(&start));
        // a folder is told by its slash
        assert_eq!(found, ["ap.rs", "ap/"].map(|end| format!("{start}{end}")));
    }
}
