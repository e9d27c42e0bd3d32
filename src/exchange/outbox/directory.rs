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
    let fence = envelope.fence.to_string();
    match write(directory, &name_of(envelope), &fence, &bytes) {
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

/// Hidden name, contents to the disk, then the real name, then the directory to the disk. `turn`
/// tells this writing from every other of the same name, on this machine and on others: two
/// writers never have one hidden file, and what a dead one left is in nobody's way.
pub fn write(directory: &Path, name: &str, turn: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let hidden = directory.join(hidden_name(name, turn));
    let written = fill(&hidden, bytes).and_then(|()| fs::rename(&hidden, directory.join(name)));
    if written.is_err() {
        let _ = fs::remove_file(&hidden);
    }
    written?;
    File::open(directory)?.sync_all()
}

fn hidden_name(name: &str, turn: &str) -> String {
    format!(".{name}.{turn}.{}.part", std::process::id())
}

fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Half-written files of others, and of a dead process with our number, stay what they are.
    #[test]
    fn two_turns_never_write_one_hidden_file() {
        let name = "GT-1.0000000001.block.json";
        let (mine, theirs) = (hidden_name(name, "7"), hidden_name(name, "8"));
        assert_ne!(mine, theirs);
        assert!(mine.contains(&format!(".7.{}.", std::process::id())));

        let folder = std::env::temp_dir().join(format!("loket-turns-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(
            folder.join(&mine),
            "left by a dead one, and longer than what comes",
        )
        .unwrap();
        fs::write(folder.join(&theirs), "half").unwrap();
        write(&folder, name, "7", b"whole").unwrap();
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "whole");
        assert_eq!(fs::read_to_string(folder.join(&theirs)).unwrap(), "half");
        assert!(!folder.join(&mine).exists());
        fs::remove_dir_all(&folder).unwrap();
    }
}
