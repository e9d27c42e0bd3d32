//! A document that is attached: read from a file by whoever runs the call, or why it could not be.

use super::world::World;
use crate::store::rows::NewDocument;

/// A document was read, or not: the texts `file.<key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// No such file.
    Missing,
    /// Not ours to read.
    Forbidden,
    /// A directory or device.
    NoFile,
    /// More than 5 MiB.
    TooLarge,
    /// Nothing in it.
    Empty,
    /// Anything else, in the words of the system.
    Other(String),
}

/// A document read from a file.
pub type FileRead = Result<NewDocument, FileError>;

/// Why, in words.
pub(super) fn said(world: &World, error: &FileError) -> String {
    let key = match error {
        FileError::Missing => "file.missing",
        FileError::Forbidden => "file.forbidden",
        FileError::NoFile => "file.no_file",
        FileError::TooLarge => "file.too_large",
        FileError::Empty => "file.empty",
        FileError::Other(said) => return world.texts.fill("file.other", &[("said", said)]),
    };
    world.texts.get(key).to_owned()
}
