//! All integration tests in one program: it links once and shares one database server.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of the tests that fails is a failed test"
)]
mod domain_calendar;
mod domain_deadline;
mod domain_identifiers;
mod postgres;
mod store;
mod support;
