//! The beginning of a clock.

use super::Key;

/// From when a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// The instant of the action.
    Now,
    /// The receipt of the case.
    Received,
    /// The instant in this field.
    Field(Key),
}
