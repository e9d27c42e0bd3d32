//! How this program is called, in lines that people copy: by its name where the shell finds it, else by
//! the whole path, which works from any folder.

use std::path::{Path, PathBuf, absolute};

use crate::system;

/// The name by which it is known.
const NAME: &str = "loket";

/// What stands in front of a command of ours, for a shell.
pub(super) fn called() -> String {
    let path = system::env("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = path.split(':').map(PathBuf::from).collect();
    as_called(&system::called().unwrap_or_default(), &folders)
}

fn as_called(first: &str, folders: &[PathBuf]) -> String {
    // a shell that was given no path has found it itself
    if !first.contains('/') {
        return if first.is_empty() { NAME } else { first }.to_owned();
    }
    let whole = |path: &Path| path.canonicalize().ok();
    let here = whole(Path::new(first));
    let name = Path::new(first).file_name().unwrap_or_default();
    let found = folders.iter().find(|folder| folder.join(name).exists());
    if here.is_some() && found.and_then(|folder| whole(&folder.join(name))) == here {
        return name.to_string_lossy().into_owned();
    }
    let path = absolute(first).unwrap_or_else(|_| PathBuf::from(first));
    quoted(&path.display().to_string())
}

/// As a shell reads it as one word.
fn quoted(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+".contains(c);
    if path.chars().all(is_plain) {
        return path.to_owned();
    }
    format!("'{}'", path.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_off_the_path_is_named_by_its_whole_path() {
        let own = std::env::current_exe().unwrap();
        let (path, name) = (own.display().to_string(), own.file_name().unwrap());
        assert_eq!(as_called(&path, &[PathBuf::from("/nowhere")]), path);
        let folder = own.parent().unwrap().to_owned();
        let found = as_called(&path, &[PathBuf::from("/nowhere"), folder]);
        assert_eq!(found, name.to_string_lossy());
        assert_eq!(as_called("loket", &[]), "loket", "the shell found it");
    }

    #[test]
    fn a_path_is_one_word_for_a_shell() {
        assert_eq!(quoted("/opt/loket"), "/opt/loket");
        assert_eq!(quoted("/my files/it's"), "'/my files/it'\\''s'");
    }
}
