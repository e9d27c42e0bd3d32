//! A file for one test.

use std::path::PathBuf;

/// A file that is gone with the value.
pub(crate) struct File(PathBuf);

impl File {
    /// With that text; its name ends so.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let name = format!("loket-{}-{name}", uuid::Uuid::now_v7().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
