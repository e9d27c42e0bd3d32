//! What the database gives to everybody else: plain rows, no SQL types. The desk keeps them in its
//! model, the command line prints them as JSON.

mod calendar;
mod detail;
mod list;
mod live;
mod outcome;
mod people;

pub use calendar::*;
pub use detail::*;
pub use list::*;
pub use live::*;
pub use outcome::*;
pub use people::*;
