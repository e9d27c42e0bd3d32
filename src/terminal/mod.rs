//! The terminal: enter and leave it, read keys from it, write frames to it. It knows no case and no
//! database.

mod cells;
pub mod clipboard;
pub mod facts;
pub mod frame;
pub mod guard;
pub mod input;
pub mod link;
pub mod outlet;
pub mod reader;

pub use frame::FrameBackend;
pub use guard::Guard;
pub use outlet::Outlet;
