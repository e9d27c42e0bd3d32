//! Passwords, keys and tokens: read from files of their own, never from the argument list, never
//! shown.

use std::fmt;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::text::Texts;

/// No secret is longer; a longer file is the wrong one.
const LIMIT: u64 = 4_096;

/// A secret. It has no `Display`, and its `Debug` tells nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why there is no secret. `key` names the text (`secret.<key>`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {file} {why}")]
pub struct SecretError {
    /// Which mistake.
    pub key: &'static str,
    /// The file.
    pub file: String,
    /// What the system said.
    pub why: String,
}

impl SecretError {
    fn new(key: &'static str, file: &Path, why: &str) -> Self {
        Self {
            key,
            file: file.display().to_string(),
            why: why.to_owned(),
        }
    }

    /// In words.
    pub fn words(&self, texts: &Texts) -> String {
        let values = [("file", self.file.as_str()), ("why", self.why.as_str())];
        texts.fill(&format!("secret.{}", self.key), &values)
    }
}

impl Secret {
    /// A secret that is known already.
    pub fn new(secret: &str) -> Self {
        Self(secret.to_owned())
    }

    /// The first line of a file. A file that everybody may read is refused: what is in it is no
    /// secret.
    pub fn read(path: &Path) -> Result<Self, SecretError> {
        let unreadable =
            |error: std::io::Error| SecretError::new("unreadable", path, &error.to_string());
        let file = std::fs::File::open(path).map_err(unreadable)?;
        let mode = file.metadata().map_err(unreadable)?.permissions().mode();
        if mode & 0o007 != 0 {
            return Err(SecretError::new("open_to_all", path, ""));
        }
        let mut text = String::new();
        file.take(LIMIT)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        let line = text.lines().next().unwrap_or_default().trim();
        if line.is_empty() || line.chars().any(char::is_control) {
            return Err(SecretError::new("empty", path, ""));
        }
        Ok(Self::new(line))
    }

    /// The secret itself, for the one who sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Where a secret stands; read at each use, so that it can be replaced while the program runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretFile {
    /// In this file.
    At(PathBuf),
    /// Known to the program: tests and practice.
    Known(Secret),
}

impl SecretFile {
    /// Reads it.
    pub fn read(&self) -> Result<Secret, SecretError> {
        match self {
            Self::At(path) => Secret::read(path),
            Self::Known(secret) => Ok(secret.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_mode(mode: u32, content: &str) -> Result<Secret, SecretError> {
        let name = format!("loket-secret-{}-{mode:o}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = Secret::read(&path);
        std::fs::remove_file(&path).unwrap();
        read
    }

    #[test]
    fn a_secret_is_the_first_line_of_a_private_file() {
        assert_eq!(with_mode(0o600, "geheim \nmore"), Ok(Secret::new("geheim")));
        assert_eq!(with_mode(0o644, "geheim").unwrap_err().key, "open_to_all");
        assert_eq!(with_mode(0o640, "\n").unwrap_err().key, "empty");
        let nowhere = Secret::read(Path::new("/nonexistent/secret"));
        assert_eq!(nowhere.unwrap_err().key, "unreadable");
    }

    #[test]
    fn a_secret_is_never_shown() {
        let shown = format!("{:?}", SecretFile::Known(Secret::new("geheim")));
        assert!(!shown.contains("geheim"), "{shown}");
    }
}
