//! The invented people of the demo.

use crate::local_postgres::SUPERUSER;
use crate::store::admin::AgentRow;

/// Most simulated colleagues.
pub(super) const CROWD_MAX: u16 = 40;
/// The role that fires clocks and delivers messages.
pub(super) const WORKER: &str = "demo_worker";
/// The one agent whose presence says that the world is complete: added last.
pub(super) const FIRST: &str = "sanne";

/// Agents, in the order in which those who join take their places.
const AGENTS: &[(&str, &str)] = &[
    (FIRST, "Sanne de Vries"),
    ("joost", "Joost Bakker"),
    ("fatima", "Fatima El Amrani"),
    ("bram", "Bram Hoekstra"),
    ("lotte", "Lotte Willems"),
    ("yusuf", "Yusuf Demir"),
    ("eline", "Eline Postma"),
    ("thijs", "Thijs van Dam"),
];
const LEADS: &[(&str, &str)] = &[("marit", "Marit Visser"), ("henk", "Henk Mulder")];
const INSTALLERS: &[(&str, &str)] = &[("ingvar", "Ingvar Nyberg"), ("saga", "Saga Holm")];
const AUDITOR: (&str, &str, &str) = ("auditor", "Ruben Smit", "auditor");
const ADMIN: (&str, &str, &str) = (SUPERUSER, "Beheer", "admin");
const FIRST_NAMES: &[&str] = &[
    "Anouk", "Daan", "Esra", "Gijs", "Iris", "Koen", "Mila", "Sem",
];
const LAST_NAMES: &[&str] = &["Brouwer", "Dijkstra", "Kaya", "Peeters", "Vos"];

/// The place of somebody who joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Place {
    /// Works cases
    Agent,
    /// Also reassigns, transfers, reopens
    Lead,
    /// Makes and sends notifications of an installer's company
    Installer,
}

fn row(db_role: &str, name: &str, role: &str) -> AgentRow {
    AgentRow {
        db_role: db_role.to_owned(),
        name: name.to_owned(),
        role: role.to_owned(),
        queues: crate::process::ALL
            .iter()
            .map(|process| process.queue.key().to_owned())
            .collect(),
        firm: None,
        disabled_at: None,
    }
}

/// Installers, who all work for that company.
pub(super) fn installers(company: &str) -> Vec<AgentRow> {
    let of_company = |(db_role, name): &(&str, &str)| AgentRow {
        queues: Vec::new(),
        firm: Some(company.to_owned()),
        ..row(db_role, name, "installer")
    };
    INSTALLERS.iter().map(of_company).collect()
}

/// Who must be there before the world is made: administration and the worker.
pub(super) fn staff() -> Vec<AgentRow> {
    vec![
        row(ADMIN.0, ADMIN.1, ADMIN.2),
        row(WORKER, "Worker", "worker"),
    ]
}

/// Everybody else; the first agent last.
pub(super) fn everybody() -> Vec<AgentRow> {
    let agents = AGENTS
        .iter()
        .rev()
        .map(|(db_role, name)| row(db_role, name, "agent"));
    let leads = LEADS
        .iter()
        .map(|(db_role, name)| row(db_role, name, "lead"));
    let auditor = row(AUDITOR.0, AUDITOR.1, AUDITOR.2);
    std::iter::once(auditor)
        .chain(leads)
        .chain(agents)
        .collect()
}

/// Simulated colleagues.
pub(super) fn crowd(count: u16) -> Vec<AgentRow> {
    (0..count.min(CROWD_MAX))
        .map(|number| {
            let number = usize::from(number);
            let first = FIRST_NAMES[number % FIRST_NAMES.len()];
            let last = LAST_NAMES[number / FIRST_NAMES.len() % LAST_NAMES.len()];
            row(
                &format!("colleague_{:02}", number + 1),
                &format!("{first} {last}"),
                "agent",
            )
        })
        .collect()
}

/// Everybody with whom one can try things out, the first agent first and administration last: role of
/// the database, name, what they may do.
pub(super) fn cast() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let as_all = |people: &'static [(&str, &str)], what| {
        people.iter().map(move |(role, name)| (*role, *name, what))
    };
    as_all(AGENTS, "agent")
        .chain(as_all(LEADS, "lead"))
        .chain(as_all(INSTALLERS, "installer"))
        .chain([AUDITOR, ADMIN])
}

/// The first of that place who is not there yet; when all are, the first.
pub(super) fn free(place: Place, is_there: impl Fn(&str) -> bool) -> (&'static str, &'static str) {
    let places = match place {
        Place::Agent => AGENTS,
        Place::Lead => LEADS,
        Place::Installer => INSTALLERS,
    };
    places
        .iter()
        .copied()
        .find(|(_, name)| !is_there(name))
        .unwrap_or(places[0])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_of_the_cast_has_a_role_and_a_name_of_their_own() {
        let all: Vec<AgentRow> = staff()
            .into_iter()
            .chain(everybody())
            .chain(crowd(CROWD_MAX))
            .chain(installers("8717180006440"))
            .collect();
        let roles: BTreeSet<&str> = all.iter().map(|agent| agent.db_role.as_str()).collect();
        let names: BTreeSet<&str> = all.iter().map(|agent| agent.name.as_str()).collect();
        assert_eq!((roles.len(), names.len()), (all.len(), all.len()));
    }

    #[test]
    fn the_first_agent_is_added_last() {
        assert_eq!(everybody().last().unwrap().db_role, FIRST);
    }

    #[test]
    fn who_joins_takes_the_next_free_place() {
        assert_eq!(free(Place::Agent, |_| false).0, "sanne");
        assert_eq!(
            free(Place::Agent, |name| name == "Sanne de Vries").0,
            "joost"
        );
        assert_eq!(free(Place::Agent, |_| true).0, "sanne");
        assert_eq!(free(Place::Lead, |_| false).0, "marit");
    }
}
