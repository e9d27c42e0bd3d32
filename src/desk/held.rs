//! Who holds a case, and what the last holder said: shown while it helps whoever works on it now.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::effect::Loaded;
use super::form::outcome;
use super::preview;
use super::say;
use super::world::World;
use crate::process::By;
use crate::process::engine::{self, Context};
use crate::store::rows::{CaseId, TimelineRow};

/// That somebody else holds the case, and since when: `Sanne has this case since 14:02`. `None`
/// when it is ours or nobody's.
pub fn by_other(world: &World, case: CaseId, now: DateTime<Utc>) -> Option<String> {
    let loaded = world.case(case)?;
    let holder = loaded.detail.row.holder.as_deref()?;
    if world.leases.contains_key(&case) {
        return None;
    }
    if loaded.detail.row.holder_id.is_some() && loaded.detail.row.holder_id == me(world) {
        return Some(elsewhere(world, loaded));
    }
    let Some(at) = since(&loaded.timeline) else {
        return Some(world.texts.fill("held.now", &[("holder", holder)]));
    };
    let zone = world.zone(&loaded.detail.row.process);
    let at = say::at(&world.texts, at, world.legal(now), zone);
    let with = [("holder", holder), ("since", &at)];
    Some(world.texts.fill("held.since", &with))
}

/// That it is ours in another session: one of the command line, or another desk.
fn elsewhere(world: &World, loaded: &Loaded) -> String {
    let key = if loaded.detail.held_by_shell {
        "held.shell"
    } else {
        "held.elsewhere"
    };
    let with = [("case", loaded.detail.row.case_no.as_str())];
    world.texts.fill(key, &with)
}

/// How a case that was ours went, and what can be done with what was typed for it.
pub fn lost(world: &World, case: CaseId, now: DateTime<Utc>) -> String {
    let event = world.case(case).and_then(|loaded| {
        let kept = ["claimed", "add_note"];
        let mut events = loaded.timeline.iter();
        let left = events.find(|event| !kept.contains(&event.kind.as_str()));
        left.filter(|event| !is_arrival(world, event))
    });
    let said = event.and_then(|event| {
        let key = format!("lost.{}", event.kind);
        world.texts.find(&key)?;
        let process = world.case(case).map_or("", |it| &it.detail.row.process);
        let at = say::at(
            &world.texts,
            event.at,
            world.legal(now),
            world.zone(process),
        );
        let who = event.agent.as_deref().unwrap_or_default();
        Some(world.texts.fill(&key, &[("at", &at), ("who", who)]))
    });
    // nobody took it or gave it away: the session went with its line
    let said = said.unwrap_or_else(|| world.texts.say("lost.other"));
    let is_free = by_other(world, case, now).is_none();
    let then = world.texts.get(if is_free {
        "drafts.again"
    } else {
        "drafts.yours"
    });
    format!("{said} {then}")
}

/// Whether the case came to us by it: that is no way in which it was lost.
fn is_arrival(world: &World, event: &TimelineRow) -> bool {
    let is_mine = event.agent_id.is_some() && event.agent_id == me(world);
    match event.kind.as_str() {
        "handed_over" => !is_mine,
        "taken_over" => is_mine,
        _ => false,
    }
}

fn me(world: &World) -> Option<i32> {
    world.me.as_ref().map(|me| me.agent_id)
}

/// The same, with what taking it over does.
pub fn to_take_over(world: &World, case: CaseId, now: DateTime<Utc>) -> Option<String> {
    let said = by_other(world, case, now)?;
    let holder = world.case(case)?.detail.row.holder_id;
    if holder == me(world) {
        return Some(said);
    }
    Some(format!("{said} {}", world.texts.get("held.told")))
}

/// The same, with what everybody may do although it is held.
pub fn with_ways(world: &World, case: CaseId, now: DateTime<Utc>) -> Option<String> {
    let said = by_other(world, case, now)?;
    let ways = ways(world, case, now);
    if ways.is_empty() {
        return Some(said);
    }
    let ways = world.texts.fill("held.ways", &[("ways", &ways.join(", "))]);
    Some(format!("{said} {ways}"))
}

/// What needs no claim, by name.
fn ways(world: &World, case: CaseId, now: DateTime<Utc>) -> Vec<String> {
    let (Some(loaded), Some(calendars)) = (world.case(case), world.calendars.as_deref()) else {
        return Vec::new();
    };
    let context = Context {
        now: world.legal(now),
        actor: outcome::actor(world),
        calendars,
        command: Uuid::nil(),
    };
    let process = &loaded.detail.row.process;
    engine::listed(&loaded.detail.facts, &context)
        .into_iter()
        .filter(|listed| listed.refusal.is_none() && !needs_holder(listed.action.by))
        .map(|listed| preview::action(world, process, listed.action.key).to_owned())
        .collect()
}

/// Whether only the holder may do it.
pub fn needs_holder(by: By) -> bool {
    matches!(by, By::Holder | By::System)
}

/// When the holder got the case.
fn since(timeline: &[TimelineRow]) -> Option<DateTime<Utc>> {
    let got = |event: &&TimelineRow| {
        matches!(
            event.kind.as_str(),
            "claimed" | "handed_over" | "reassigned" | "taken_over"
        )
    };
    timeline.iter().find(got).map(|event| event.at)
}

/// The line that the last holder left, while it is about the case as it stands: until the state
/// changes, the case is given back, or somebody else works on it.
pub fn handover<'a>(world: &World, loaded: &'a Loaded) -> Option<&'a str> {
    let row = &loaded.detail.row;
    if row.holder.is_some() && !world.leases.contains_key(&row.case_id) {
        return None;
    }
    for event in &loaded.timeline {
        let given_back = [
            "released",
            "skipped",
            "lease_returned",
            "reassigned",
            "transferred",
        ];
        match event.kind.as_str() {
            "handed_over" => break,
            kind if given_back.contains(&kind) => return None,
            _ if event.from.is_some() && event.from != event.to => return None,
            _ => {}
        }
    }
    loaded.detail.handover.as_deref()
}
