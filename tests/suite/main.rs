//! All integration tests, as one crate.

mod domain_calendar;
mod domain_cli;
mod domain_clock;
mod domain_deadline;
mod domain_identifiers;
mod domain_laws;
