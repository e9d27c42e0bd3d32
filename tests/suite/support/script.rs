//! Scripted runs: a planner finds a way through a process table from where a case is to an end, and a
//! player goes that way on a real database, with real workers and the systems outside.

pub(crate) mod account;
pub(crate) mod outside;
pub(crate) mod plan;
pub(crate) mod play;
pub(crate) mod stage;
