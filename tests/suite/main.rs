//! All integration tests in one program: it links once and shares one database server.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of the tests that fails is a failed test"
)]

mod cli_admin;
mod cli_case;
mod cli_connect;
mod cli_demo;
mod cli_doubt;
mod cli_import;
mod cli_recount;
mod cli_report;
mod desk_form;
mod desk_held;
mod desk_keys;
mod desk_race;
mod desk_work;
mod domain_calendar;
mod domain_cli;
mod domain_clock;
mod domain_deadline;
mod domain_identifiers;
mod domain_laws;
mod exchange_away;
mod exchange_import;
mod exchange_outbox;
mod exchange_worker;
mod exchange_world;
mod postgres;
mod process_cli;
mod process_contract;
mod process_engine;
mod process_gt;
mod process_recount;
mod process_report;
mod process_walk;
mod process_world;
mod store;
mod support;
mod terminal_console;
mod terminal_walk;
mod tidy;
mod view_any;
mod view_picture;
mod view_screens;
mod wash_rules;
