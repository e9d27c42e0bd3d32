//! Makes the demo's database once: tables, people, the invented world with its history.

use chrono::{DateTime, NaiveDate, Utc};

use super::people;
use crate::cli::CliError;
use crate::domain::calendar::Calendar;
use crate::domain::country::Country;
use crate::exchange::outbox::Delivery;
use crate::exchange::outbox::settings::Settings;
use crate::exchange::worker::outside::Outside;
use crate::exchange::worker::{Options, Worker};
use crate::exchange::world::{World, play, sharing, wash};
use crate::local_postgres::{LocalPostgres, SUPERUSER};
use crate::store::admin::{self, AgentRow, Purpose};
use crate::store::{Store, StoreError};

/// The database of the demo.
pub(super) const DATABASE: &str = "loket";
/// The folder of the practice payment service beside the server of the demo.
pub(in crate::cli) const PAYMENTS: &str = "payments";
/// The same number is the same world.
const SEED: u64 = 2026;
/// Of the invented history each agent has a share.
const PLAYERS: usize = 4;

/// What a start finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Everything is there.
    Complete,
    /// No database.
    Nothing,
    /// A start was cut off half-way.
    Half,
}

/// What stands in the server. A database of an older program is migrated.
pub(super) async fn look(server: &LocalPostgres) -> Result<Found, CliError> {
    let options = server.options(SUPERUSER, DATABASE);
    let status = match admin::status(&options).await {
        Err(StoreError::Refused(refusal)) if refusal.key == "no_such_database" => {
            return Ok(Found::Nothing);
        }
        other => other?,
    };
    if status.applied.is_empty() {
        return Ok(Found::Half);
    }
    if !status.pending.is_empty() {
        admin::migrate(&options).await?;
    }
    let store = Store::connect(options, 1);
    let agents = store.agent_list().await?;
    store.close().await;
    let is_complete = agents.iter().any(|agent| agent.db_role == people::FIRST);
    Ok(if is_complete {
        Found::Complete
    } else {
        Found::Half
    })
}

/// Makes the database, a rehearsal, with everybody who is needed to make the world.
pub(super) async fn database(server: &LocalPostgres) -> Result<(), CliError> {
    let postgres = server.options(SUPERUSER, "postgres");
    admin::create(&postgres, DATABASE, Purpose::Rehearsal).await?;
    add(server, &people::staff()).await
}

/// Adds agents and lets them in.
pub(super) async fn add(server: &LocalPostgres, agents: &[AgentRow]) -> Result<(), CliError> {
    let roles: Vec<&str> = agents.iter().map(|agent| agent.db_role.as_str()).collect();
    server.allow_roles(&roles).await?;
    let store = Store::connect(server.options(SUPERUSER, DATABASE), 1);
    for agent in agents {
        store.agent_add(agent).await?;
    }
    store.close().await;
    Ok(())
}

/// Plays the invented history; the first agent comes last, as the sign that all is there. Returns
/// how many cases came of it.
pub(super) async fn world(server: &LocalPostgres, now: DateTime<Utc>) -> Result<usize, CliError> {
    let mut people = people::everybody();
    let first = people.split_off(people.len() - 1);
    add(server, &people).await?;
    let admin = Store::connect(server.options(SUPERUSER, DATABASE), 2);
    let players: Vec<Store> = people
        .iter()
        .filter(|agent| agent.role == "agent")
        .take(PLAYERS)
        .map(|agent| Store::connect(server.options(&agent.db_role, DATABASE), 1))
        .collect();
    let worker = worker(server).await?;
    let world = World::new(SEED, day(now)?);
    let played = play::play(&admin, &players, &worker, &world).await;
    let played = played.map_err(play_error)?;
    let shared = sharing::play(&admin).await.map_err(play_error)?;
    let washed = wash::play(&admin, &server.home().root().join("wash"), SEED).await;
    let washed = washed.map_err(crate::cli::washing::wash_error)?;
    for store in players.iter().chain([&admin]) {
        store.close().await;
    }
    // their company stands in the registers by now
    let mut parties = world.registers.parties.iter();
    if let Some(company) = parties.find(|party| party.role == "installer" && party.country == "SE")
    {
        add(server, &people::installers(&company.gln)).await?;
    }
    add(server, &first).await?;
    Ok(played.cases + shared + usize::try_from(washed).unwrap_or_default())
}

fn play_error(error: play::PlayError) -> CliError {
    match error {
        play::PlayError::Store(error) => CliError::Store(error),
        other => CliError::Fault(color_eyre::Report::new(other)),
    }
}

/// The day on which the world is looked at: today, or the next working day.
fn day(now: DateTime<Utc>) -> Result<NaiveDate, CliError> {
    let fault = |error| CliError::Fault(color_eyre::Report::new(error));
    let calendar = Calendar::builtin(Country::Nl).map_err(fault)?;
    let today = calendar.local_day(now);
    if calendar.is_working_day(today).map_err(fault)? {
        return Ok(today);
    }
    calendar.next_working_day(today).map_err(fault)
}

/// A worker with the practice executor; messages go to a folder beside the server.
pub(super) async fn worker(server: &LocalPostgres) -> Result<Worker, CliError> {
    let root = server.home().root();
    let options = Options {
        delivery: Delivery::Directory(root.join("outbox")),
        settings: Settings::default(),
        chain_heads: None,
        practice: true,
        outside: Outside::practice(&root.join(PAYMENTS), &root.join("incoming")),
    };
    let store = Store::connect(server.options(people::WORKER, DATABASE), 3);
    Ok(Worker::open(store, options).await?)
}
