//! All integration tests, as one crate.

mod domain_calendar;
mod domain_deadline;
mod domain_identifiers;
mod process_contract;
mod process_engine;
mod process_gt;
mod process_report;
mod process_walk;
mod process_world;
