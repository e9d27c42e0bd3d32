//! All integration tests, as one crate.

mod domain_calendar;
mod domain_deadline;
mod domain_identifiers;
