//! What could be done with the marked cases: the union of what can be done with each, with how many
//! of them can take it now.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Act, Job, one};
use crate::desk::form::outcome;
use crate::desk::held::needs_holder;
use crate::desk::preview;
use crate::desk::world::World;
use crate::process::engine::{self, Actor, Context};
use crate::process::{Action, By, FieldKind};
use crate::store::rows::{Briefly, PartyCard};

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it does.
    pub act: Act,
    /// Its name.
    pub label: String,
    /// How many of the cases can take it now.
    pub can: usize,
    /// Why it cannot be done with many at once.
    pub refusal: Option<String>,
}

/// All of them: what most can take first, then what cannot be done.
pub fn of(world: &World, job: &Job, now: DateTime<Utc>) -> Vec<Choice> {
    let mut choices = actions(world, job, now);
    // what "next" gave goes back with a reason of its own, case by case
    let goes_back = |one: &&Briefly| one.lease.is_some_and(|lease| !lease.proposed);
    let held = job.cases.iter().filter(goes_back).count();
    choices.push(Choice {
        act: Act::Release,
        label: world.texts.say("command.release"),
        can: held,
        refusal: (held == 0).then(|| world.texts.say("bulk.none_held")),
    });
    if outcome::actor(world) == Actor::Lead {
        choices.push(Choice {
            act: Act::Reassign,
            label: world.texts.say("lead.reassign"),
            can: job.cases.len(),
            refusal: None,
        });
    }
    choices.sort_by_key(|choice| (choice.refusal.is_some(), std::cmp::Reverse(choice.can)));
    choices
}

fn actions(world: &World, job: &Job, now: DateTime<Utc>) -> Vec<Choice> {
    let mut found: Vec<(&'static Action, Choice)> = Vec::new();
    for one in &job.cases {
        for (action, can) in of_case(world, one, now) {
            let known = found.iter_mut().find(|(known, _)| known.key == action.key);
            match known {
                Some((_, choice)) => choice.can += usize::from(can),
                None => found.push((action, choice(world, one, action, can))),
            }
        }
    }
    for (action, choice) in &mut found {
        choice.refusal = refusal(world, job, action, choice.can);
    }
    found.into_iter().map(|(_, choice)| choice).collect()
}

fn choice(world: &World, one: &Briefly, action: &'static Action, can: bool) -> Choice {
    Choice {
        act: Act::Action(action.key.to_owned()),
        label: preview::action(world, &one.row.process, action.key).to_owned(),
        can: usize::from(can),
        refusal: None,
    }
}

/// What can be done with one case, as its own list of actions says it.
fn of_case(world: &World, one: &Briefly, now: DateTime<Utc>) -> Vec<(&'static Action, bool)> {
    let Some(calendars) = world.calendars.as_deref() else {
        return Vec::new();
    };
    let actor = outcome::actor(world);
    let context = Context {
        now: world.legal(now),
        actor,
        calendars,
        command: Uuid::nil(),
    };
    let listed = engine::listed(&one.facts, &context).into_iter();
    listed
        .filter(|listed| listed.action.by != By::Lead || actor == Actor::Lead)
        .map(|listed| {
            let free = !needs_holder(listed.action.by) || by_other(one).is_none();
            (listed.action, listed.refusal.is_none() && free)
        })
        .collect()
}

/// The name of somebody else who holds the case; our own when another console of ours does.
pub fn by_other(one: &Briefly) -> Option<&str> {
    one.row.holder.as_deref().filter(|_| one.lease.is_none())
}

fn refusal(world: &World, job: &Job, action: &Action, can: usize) -> Option<String> {
    if can == 0 {
        return Some(world.texts.say("bulk.none_can"));
    }
    if job.is_of_many() && one::must_name_one(action) {
        return Some(world.texts.say("bulk.one_person"));
    }
    let of_party = |kind: FieldKind| matches!(kind, FieldKind::Contact);
    if !action.fields.iter().any(|field| of_party(field.kind)) {
        return None;
    }
    match shared_party(job) {
        Some(_) => None,
        None => Some(world.texts.say("bulk.parties_differ")),
    }
}

/// The party that all marked cases are about; `None` when there is not one for all.
pub fn shared_party(job: &Job) -> Option<&PartyCard> {
    let first = job.cases.first()?.party_gln.as_ref()?;
    let all = job
        .cases
        .iter()
        .all(|one| one.party_gln.as_ref() == Some(first));
    job.parties.get(first).filter(|_| all)
}
