//! What the database gives to everybody else: plain rows, no SQL types. The desk keeps them in its
//! model, the command line prints them as JSON.

mod board;
mod bulk;
mod calendar;
mod claiming;
mod detail;
mod draft;
mod find;
mod finding;
mod list;
mod live;
mod metering;
mod outcome;
mod people;
mod privacy;
mod wash;

pub use board::*;
pub use bulk::*;
pub use calendar::*;
pub use claiming::*;
pub use detail::*;
pub use draft::*;
pub use find::*;
pub use finding::*;
pub use list::*;
pub use live::*;
pub use metering::*;
pub use outcome::*;
pub use people::*;
pub use privacy::*;
pub use wash::*;
