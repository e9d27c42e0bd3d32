//! loket: the desk on which the service agents of electricity grid companies work their cases.
//!
//! Modules in reading order; what may use what is enforced by `tests/suite/tidy.rs`:
//! `domain` ← `process` ← `store`, `exchange` ← `desk` ← `view`; `runtime` and `cli` see all.

pub mod cli;
pub mod config;
pub mod desk;
pub mod domain;
pub mod exchange;
pub mod local_postgres;
pub mod plain;
pub mod process;
pub mod runtime;
pub mod store;
pub mod system;
pub mod terminal;
pub mod text;
pub mod view;
pub mod wash;
