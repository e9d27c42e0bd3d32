//! What an action does to the block of time of a case (PRIO-30, PRIO-31). Who has a block is decided
//! by the referee, under the lock of its row.
//!
//! This module must not know: how many blocks there are, who else wants one.

use super::Key;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotAct {
    /// Take the block that the case names (fact or answer `slot`) until the clock `slot_hold` of the
    /// case passes; another one that the case has is given back.
    Hold,
    /// Keep the held block for good.
    Confirm,
    /// Take the block that the case names and keep it for good at once.
    Book,
    /// Give back whatever the case has; nothing when it has none.
    Release,
}

impl SlotAct {
    /// Its name, as the referee reads it.
    pub const fn key(self) -> Key {
        match self {
            Self::Hold => "hold",
            Self::Book | Self::Confirm => "confirm",
            Self::Release => "release",
        }
    }
}
