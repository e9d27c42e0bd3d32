//! Delivery into a directory: one file per message, there as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use super::Outcome;
use super::envelope::Envelope;

/// Writes the message under a name of its own: the same message twice is the same file. No error is
/// final: a full disk and a missing right are mended by people, and the message stays meanwhile.
pub fn deliver(directory: &Path, envelope: &Envelope) -> Outcome {
    let bytes = match serde_json::to_vec_pretty(envelope) {
        Ok(bytes) => bytes,
        Err(error) => return Outcome::Dead(error.to_string()),
    };
    match write(directory, &name_of(envelope), &bytes) {
        Ok(()) => Outcome::Sent,
        Err(error) => Outcome::Wait(error.to_string()),
    }
}

/// Sorted by case and then by the order in which the messages were written.
pub fn name_of(envelope: &Envelope) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let case: String = envelope.case.chars().map(safe).collect();
    let kind: String = envelope.kind.chars().map(safe).collect();
    format!("{case}.{:010}.{kind}.json", envelope.number)
}

/// Hidden name, contents to the disk, then the real name, then the directory to the disk.
pub fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let hidden = directory.join(format!(".{name}.part"));
    let written = fill(&hidden, bytes).and_then(|()| fs::rename(&hidden, directory.join(name)));
    if written.is_err() {
        let _ = fs::remove_file(&hidden);
    }
    written?;
    File::open(directory)?.sync_all()
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
