//! A file that somebody asked for: all of it or nothing. It appears under its name when every byte is on
//! the disk, never in the place of another, and for its owner only.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Why a file is not there. Texts: `keep.<key>`.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// Something has that name.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// No such folder, or none of ours, or no room.
    #[error("{0}: {1}")]
    Io(PathBuf, #[source] io::Error),
}

/// A place that is ours to write, found out before anything is read for it.
#[derive(Debug)]
pub struct Place {
    file: NamedTempFile,
    path: PathBuf,
}

impl Place {
    /// A file of that name, which must not be there yet, in a folder that can be written.
    pub fn at(path: &Path) -> Result<Self, KeepError> {
        if path.symlink_metadata().is_ok() {
            return Err(KeepError::Exists(path.to_owned()));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let mut builder = Builder::new();
        let file = builder.prefix(".loket-").tempfile_in(folder);
        Ok(Self {
            file: file.map_err(|error| KeepError::Io(path.to_owned(), error))?,
            path: path.to_owned(),
        })
    }

    /// Writes all of it. What could not be written leaves nothing behind.
    pub fn keep(mut self, bytes: &[u8]) -> Result<(), KeepError> {
        let written = self.file.write_all(bytes);
        let written = written.and_then(|()| self.file.as_file().sync_all());
        written.map_err(|error| KeepError::Io(self.path.clone(), error))?;
        match self.file.persist_noclobber(&self.path) {
            Ok(_) => Ok(()),
            Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeepError::Exists(self.path))
            }
            Err(failed) => Err(KeepError::Io(self.path, failed.error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn names(folder: &Path) -> Vec<String> {
        let entries = folder.read_dir().expect("a folder");
        let name = |entry: io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<_> = entries
            .map(|entry| name(entry).to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_there_whole_and_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.pdf");
        Place::at(&path).expect("free").keep(b"all").expect("kept");
        assert_eq!(std::fs::read(&path).expect("a file"), b"all");
        let mode = path.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["page.pdf"]);
    }

    /// What is there stays, whether it was there before or came in between; nothing half is left.
    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("page.pdf");
        let place = Place::at(&path).expect("free");
        std::fs::write(&path, b"another").expect("written");
        assert!(matches!(place.keep(b"all"), Err(KeepError::Exists(_))));
        assert!(matches!(Place::at(&path), Err(KeepError::Exists(_))));
        assert_eq!(std::fs::read(&path).expect("a file"), b"another");
        assert_eq!(names(folder.path()), ["page.pdf"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("none/page.pdf");
        assert!(matches!(Place::at(&path), Err(KeepError::Io(..))));
    }

    #[test]
    fn a_place_that_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Place::at(&folder.path().join("page.pdf")).expect("free"));
        assert!(names(folder.path()).is_empty());
    }
}
