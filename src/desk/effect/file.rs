//! Why a file cannot be attached.

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
