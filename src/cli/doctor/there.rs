//! What the database says: reachable, of the right version, with our tables; who we are there;
//! whether somebody works behind the scenes; how far away it is.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Findings, Level};
use crate::cli::{CliError, Shell, error};
use crate::store::health::{Health, House};
use crate::store::rows::Role;
use crate::store::{Store, StoreError};
use crate::system;

/// Round trips of which the median is taken.
const TRIPS: usize = 5;
/// Versions of the server that are tested.
const VERSIONS: std::ops::RangeInclusive<u32> = 15..=18;
/// A round trip longer than that is felt at every key that asks.
const SLOW_MS: u128 = 80;
/// Clocks further apart than that are worth a word; loket shows the server's.
const APART_MS: i64 = 2_000;
/// A timer that has waited so long waits for a worker.
const LATE_S: i64 = 120;

/// Whether the database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// It does, or no address is set.
    There,
    /// It does not.
    Away,
}

pub(super) async fn database(findings: &mut Findings, shell: &Shell) -> Line {
    let store = match address(findings, shell) {
        Ok(store) => store,
        Err(error) => {
            let why = error.words(&shell.texts).unwrap_or_default();
            findings.add(Level::Wrong, ("database", "no_address"), &[("why", &why)]);
            return Line::There;
        }
    };
    let line = look(findings, shell, &store).await;
    store.close().await;
    line
}

fn address(findings: &mut Findings, shell: &Shell) -> Result<Store, CliError> {
    let options = shell.options()?;
    let socket = options.get_socket().map(|path| path.display().to_string());
    let host = socket.unwrap_or_else(|| format!("{}:{}", options.get_host(), options.get_port()));
    let origin = shell.address_origin();
    let values = [
        ("role", options.get_username()),
        ("host", host.as_str()),
        ("database", options.get_database().unwrap_or_default()),
        ("origin", &origin),
    ];
    findings.add(Level::Ok, ("database", "address"), &values);
    shell.store()
}

async fn look(findings: &mut Findings, shell: &Shell, store: &Store) -> Line {
    // the first call connects; it counts for nothing else
    match store.health().await {
        Ok(_) => {}
        Err(error @ StoreError::Offline(_)) => {
            let why = error::store_words(&error, &shell.texts);
            findings.add(Level::Wrong, ("database", "away"), &[("why", &why)]);
            return Line::Away;
        }
        Err(error) => {
            let key = match &error {
                StoreError::NotAnAgent(_) => "not_an_agent",
                StoreError::Refused(refusal) if refusal.key == "database_not_migrated" => {
                    "not_ours"
                }
                _ => "strange",
            };
            let why = error::store_words(&error, &shell.texts);
            findings.add(Level::Wrong, ("database", key), &[("why", &why)]);
            return Line::There;
        }
    }
    let mut trips = Vec::new();
    for _ in 0..TRIPS {
        match trip(store).await {
            Ok(trip) => trips.push(trip),
            Err(error) => {
                let why = error::store_words(&error, &shell.texts);
                findings.add(Level::Wrong, ("database", "away"), &[("why", &why)]);
                return Line::Away;
            }
        }
    }
    trips.sort_by_key(|trip| trip.took);
    let trip = trips.swap_remove(TRIPS / 2);
    server(findings, &trip.health);
    tables(findings, &trip.health);
    us(findings, &trip.health);
    if let Some(house) = &trip.health.house {
        room(findings, house);
        behind(findings, house);
    }
    distance(findings, &trip);
    Line::There
}

/// One question and its answer.
struct Trip {
    took: Duration,
    /// The server's clock less ours, half of the way taken off.
    offset: TimeDelta,
    health: Health,
}

async fn trip(store: &Store) -> Result<Trip, StoreError> {
    let (began, at) = (system::monotonic(), system::now());
    let health = store.health().await?;
    let took = began.elapsed();
    Ok(Trip {
        took,
        offset: offset(at, took, health.now),
        health,
    })
}

fn offset(at: DateTime<Utc>, took: Duration, server: DateTime<Utc>) -> TimeDelta {
    let half = TimeDelta::from_std(took / 2).unwrap_or_default();
    server - (at + half)
}

fn server(findings: &mut Findings, health: &Health) {
    let (major, minor) = (health.server / 10_000, health.server % 10_000);
    let version = format!("{major}.{minor}");
    let values = [("version", version.as_str())];
    let is_known = VERSIONS.contains(&major);
    let key = if is_known {
        "version"
    } else {
        "version_unknown"
    };
    findings.note_unless(is_known, ("database", key), &values);
    if health.is_standby {
        findings.add(Level::Wrong, ("database", "standby"), &[]);
    }
    if health.rehearsal {
        let legal = health.legal_now.to_rfc3339();
        findings.add(Level::Note, ("database", "rehearsal"), &[("legal", &legal)]);
    }
}

/// How full the server is.
fn room(findings: &mut Findings, health: &House) {
    let (used, most) = (health.connections, health.connections_max);
    let is_roomy = used * 10 < most * 9;
    let key = if is_roomy {
        "connections"
    } else {
        "connections_full"
    };
    let (used, most) = (used.to_string(), most.to_string());
    let values = [("used", used.as_str()), ("most", &most)];
    findings.note_unless(is_roomy, ("database", key), &values);
    let size = (health.size / (1024 * 1024)).to_string();
    findings.add(Level::Ok, ("database", "size"), &[("mib", &size)]);
}

fn tables(findings: &mut Findings, health: &Health) {
    let house = health.house.as_ref();
    match house.map(|house| house.extensions.get("pg_trgm")) {
        None => {}
        Some(Some(version)) => {
            let values = [("version", version.as_str())];
            findings.add(Level::Ok, ("database", "extension"), &values);
        }
        Some(None) => findings.add(Level::Wrong, ("database", "extension_missing"), &[]),
    }
    let list = |numbers: Vec<i64>| {
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        numbers.join(", ")
    };
    let (pending, unknown) = (health.pending(), health.unknown());
    let newest = health.migrations.last().copied().unwrap_or(0).to_string();
    match (pending.is_empty(), unknown.is_empty()) {
        (true, true) => findings.add(Level::Ok, ("database", "migrations"), &[("last", &newest)]),
        (false, _) => {
            let numbers = list(pending);
            findings.add(
                Level::Wrong,
                ("database", "older"),
                &[("numbers", &numbers)],
            );
        }
        (true, false) => {
            let numbers = list(unknown);
            findings.add(
                Level::Wrong,
                ("database", "newer"),
                &[("numbers", &numbers)],
            );
        }
    }
}

fn us(findings: &mut Findings, health: &Health) {
    let role = word(health.role);
    let queues = health.house.as_ref().map_or(1, |house| house.queues);
    let values = [
        ("name", health.agent.as_str()),
        ("role", role),
        ("login", &health.login),
        ("queues", &*queues.to_string()),
    ];
    let needs_queue = matches!(health.role, Role::Agent | Role::Lead) && queues == 0;
    if needs_queue {
        findings.add(Level::Wrong, ("role", "no_queue"), &values);
    } else {
        findings.add(Level::Ok, ("role", "known"), &values);
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Lead => "lead",
        Role::Auditor => "auditor",
        Role::Admin => "admin",
        Role::Worker => "worker",
        Role::Installer => "installer",
    }
}

/// Those who fire clocks and deliver messages.
fn behind(findings: &mut Findings, health: &House) {
    let n = health.workers.to_string();
    let (level, key) = match (health.workers, health.ticking) {
        (0, _) => (Level::Wrong, "none"),
        (_, false) => (Level::Note, "nobody_leads"),
        (_, true) => (Level::Ok, "at_work"),
    };
    findings.add(level, ("worker", key), &[("n", &n)]);
    if let Some(late) = health.late_timers_s.filter(|late| *late > LATE_S) {
        let minutes = (late / 60).to_string();
        findings.add(Level::Wrong, ("worker", "late"), &[("minutes", &minutes)]);
    }
    if health.dead_letters > 0 {
        let n = health.dead_letters.to_string();
        findings.add(Level::Note, ("worker", "dead_letters"), &[("n", &n)]);
    }
    let n = health.consoles.to_string();
    findings.add(Level::Ok, ("worker", "consoles"), &[("n", &n)]);
}

fn distance(findings: &mut Findings, trip: &Trip) {
    let took = format!("{:.1}", trip.took.as_secs_f64() * 1_000.0);
    let is_near = trip.took.as_millis() <= SLOW_MS;
    let key = if is_near { "near" } else { "far" };
    findings.note_unless(is_near, ("latency", key), &[("ms", &took)]);
    let offset = trip.offset.num_milliseconds();
    let is_same = offset.abs() <= APART_MS;
    let key = if is_same { "same" } else { "apart" };
    let said = format!("{}{}", if offset < 0 { "-" } else { "+" }, offset.abs());
    findings.note_unless(is_same, ("clock", key), &[("ms", &said)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_way_is_not_taken_for_a_difference_of_clocks() {
        let at: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let took = Duration::from_millis(200);
        let there = |ms| at + TimeDelta::milliseconds(ms);
        assert_eq!(offset(at, took, there(100)).num_milliseconds(), 0);
        assert_eq!(offset(at, took, there(5_100)).num_milliseconds(), 5_000);
        assert_eq!(offset(at, took, there(-900)).num_milliseconds(), -1_000);
    }
}
