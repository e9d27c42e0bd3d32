//! The desk with a script at its keys, as the tests of the screens use it.

#[path = "../../tests/suite/support/board.rs"]
pub(crate) mod board;
#[path = "../../tests/suite/support/desk.rs"]
pub(crate) mod desk;
#[path = "../../tests/suite/support/found.rs"]
pub(crate) mod found;
