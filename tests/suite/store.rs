//! The database as referee, on a real PostgreSQL.

mod board;
mod changes;
mod claiming;
mod claims;
mod drafts;
mod feed;
mod filter;
mod find;
mod hostile;
mod live;
mod privacy;
mod promises;
mod reading;
mod recount;
mod rights;
mod undo;
mod undo_walk;
