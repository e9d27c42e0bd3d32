//! The desk as lines that are only appended: for screen readers, braille displays and pipes. A second
//! view of the same model, with the same commands: no cursor is moved, nothing is drawn over, no
//! colour says anything, and what was said is not said again.
//!
//! [`Teller`] says what changed since it was asked last. [`typed`] makes of a typed line what the
//! keys of the full screen make: inputs for `update`. This module must not know: where lines come
//! from and go to.

mod field;
mod help;
mod list;
mod locked;
mod news;
mod page;
mod place;
mod teller;
pub mod typed;
mod words;

pub use field::ask_lines;
pub use teller::Teller;
pub use typed::Asked;

use crate::desk::geometry::Window;

/// The size that the desk takes for granted: a page key moves so far, one pane at a time.
pub const WINDOW: Window = Window {
    columns: 96,
    rows: 24,
};
