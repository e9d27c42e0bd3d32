//! Who may connect as which database role: peer authentication with a user map.
//!
//! PostgreSQL 15 has neither `all` nor patterns in the role column of `pg_ident.conf`, so that
//! every role is listed by name for the starting account and for the server's account.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::account::Accounts;
use super::error::{LocalPostgresError, Result};
use super::home::{Home, replace};

/// The superuser of the private server.
pub const SUPERUSER: &str = "loket_admin";
/// The whole of `pg_hba.conf`: no network, no password, no other map.
pub(crate) const HBA: &str = "local all all peer map=loket\n";
/// The longest role name that PostgreSQL keeps whole.
const NAME_LIMIT: usize = 63;

/// The roles that are let in, the superuser always among them.
pub(crate) fn listed(home: &Home) -> BTreeSet<String> {
    let text = fs::read_to_string(home.roles()).unwrap_or_default();
    let mut roles: BTreeSet<String> = text
        .lines()
        .filter(|name| check(name).is_ok())
        .map(String::from)
        .collect();
    roles.insert(SUPERUSER.to_owned());
    roles
}

/// Keeps the list beyond the life of the server.
pub(crate) fn keep(home: &Home, accounts: &Accounts, roles: &BTreeSet<String>) -> Result<()> {
    let names: Vec<&str> = roles.iter().map(String::as_str).collect();
    let text = names.join("\n");
    replace(&home.roles(), &text, &accounts.starter)
}

/// Writes the map into a data directory.
pub(crate) fn write_map(data: &Path, accounts: &Accounts, roles: &BTreeSet<String>) -> Result<()> {
    let text = map(accounts, roles);
    replace(&data.join("pg_ident.conf"), &text, &accounts.server)
}

/// Accepts plain identifiers only: what is listed here is pasted into a configuration file.
///
/// # Errors
/// Any other name.
pub(crate) fn check(name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if starts_well && name.len() <= NAME_LIMIT && name.chars().all(plain) {
        return Ok(());
    }
    Err(LocalPostgresError::BadRole {
        name: name.replace(char::is_control, " "),
    })
}

fn map(accounts: &Accounts, roles: &BTreeSet<String>) -> String {
    let users = BTreeSet::from([&accounts.starter.name, &accounts.server.name]);
    let mut text = String::from("# written by loket; rewritten whenever a role is added\n");
    for user in users {
        for role in roles {
            let _ = writeln!(text, "loket \"{user}\" {role}");
        }
    }
    text
}
