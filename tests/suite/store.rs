//! The database as referee, on a real PostgreSQL.

mod changes;
mod claims;
mod feed;
mod hostile;
mod live;
mod reading;
mod recount;
mod rights;
mod undo;
mod undo_walk;
