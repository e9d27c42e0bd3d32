//! PostgreSQL: the only module that speaks SQL. Every write is one call of a function of the schema
//! `loket_api`, with a command id, so that a repeated call has one effect; reads are bounded and
//! have an index. Nothing here knows a screen.
//!
//! A command must be run by a task that is never dropped half-way (ARCHITECTURE.md, "Commands").

pub mod error;
pub mod register;
pub mod rows;

pub use error::StoreError;
