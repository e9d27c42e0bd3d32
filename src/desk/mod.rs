//! The desk: what is on the screen, what happens to it, and what it wants done. Elm-shaped:
//! `update(&mut Model, Msg, now) -> Vec<Effect>`, drawn by `view` from `&Model`.
//!
//! This module must not know: the terminal, the database's language, tasks, the present time. Keys
//! are looked up in one table of commands ([`command`]); screens know command ids only.

mod again;
mod ahead;
pub mod answer;
pub mod available;
pub mod beat;
pub mod bulk;
pub mod chord;
pub mod claims;
pub mod clean;
pub mod cleanse;
pub mod columns;
pub mod command;
pub mod drafts;
pub mod editor;
pub mod effect;
pub mod fetch;
mod file;
pub mod find;
pub mod form;
pub mod geometry;
pub mod habits;
pub mod held;
pub mod here;
pub mod key;
pub mod keymap;
pub mod language;
pub mod limits;
pub mod live;
pub mod lock;
mod many;
pub mod model;
pub mod mouse;
pub mod msg;
pub mod overlay;
pub mod palette;
pub mod place;
pub mod preview;
pub mod print;
pub mod privacy;
pub mod promises;
pub mod registers;
pub mod request;
pub mod route;
pub mod safe;
pub mod say;
pub mod screen;
pub mod strokes;
pub mod toast;
pub mod trace;
pub mod under_way;
pub mod undo;
pub mod update;
pub mod wake;
mod washing;
mod watching;
pub mod world;

pub use effect::{Effect, Reply, Ticket};
pub use model::{Model, Start};
pub use msg::Msg;
pub use update::update;
pub use wake::next_wake;
