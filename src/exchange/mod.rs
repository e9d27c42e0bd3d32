//! The world outside: files in, messages out, timers, and the invented world of the demo.
//! Everything that comes in is cleaned and parsed here; everything that goes out is resolved here
//! from stored facts, never from what a client said.
//!
//! This module must not know: a screen, SQL.

pub mod answers;
pub mod colleague;
pub mod consumption;
pub mod http;
pub mod import;
pub mod incoming;
pub mod keep;
pub mod legal;
pub mod outbox;
pub mod payment;
pub mod pdf;
pub mod planning;
pub mod secret;
pub mod sources;
pub mod spreadsheet;
pub mod trouble;
pub mod wash;
pub mod washing;
pub mod worker;
pub mod world;
