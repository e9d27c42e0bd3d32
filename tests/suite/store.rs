//! The database as referee, on a real PostgreSQL.

mod board;
mod changes;
mod claiming;
mod claims;
mod connections;
mod drafts;
mod feed;
mod fees;
mod filter;
mod find;
mod forms;
mod hostile;
pub(crate) mod installers;
mod installers_alone;
mod live;
mod payments;
mod privacy;
mod promises;
mod reading;
mod recount;
mod rights;
mod slots;
mod subjects;
mod undo;
mod undo_walk;
