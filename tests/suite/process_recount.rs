//! Recounting open deadlines after an edit of the calendar, through the engine alone
//! (`calendars.md` 4.6; case-anchors c.3, 21 and 23 to 25).

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use loket::domain::calendar::{Calendar, Calendars, FreeDay, FreeKind};
use loket::domain::clock::{ClockRun, ClockStatus};
use loket::domain::country::Country;
use loket::process::engine::{
    Actor, Answers, CaseFacts, Change, ClockOp, Context, Refusal, after, listed, step, timer_action,
};
use loket::process::replay::{ReplayEvent, replay};
use proptest::prelude::*;
use uuid::Uuid;

use crate::process_world::{Sim, at, calendars};

/// The built-in calendars and a further Dutch version with these days made free or ordinary.
fn edited(version: i32, edits: &[(&str, bool)]) -> Calendars {
    let days = edits
        .iter()
        .map(|(day, free)| (day.parse().unwrap(), *free))
        .collect::<Vec<_>>();
    edited_days(version, &days)
}

fn edited_days(version: i32, edits: &[(NaiveDate, bool)]) -> Calendars {
    let mut all = calendars().clone();
    let mut next = Calendar::builtin(Country::Nl).unwrap();
    next.version = version;
    for (day, is_free) in edits {
        if *is_free {
            let free = FreeDay {
                name_key: String::new(),
                name: "Brugdag".into(),
                law: "Besluit gelijkstelling".into(),
                kind: FreeKind::Public,
            };
            next.days.insert(*day, free);
        } else {
            next.days.remove(day);
        }
    }
    all.insert(next).unwrap();
    all
}

fn recount(case: &CaseFacts, now: DateTime<Utc>, calendars: &Calendars) -> Result<Change, Refusal> {
    let context = Context {
        now,
        actor: Actor::Lead,
        calendars,
        command: Uuid::from_u128(9),
    };
    step(case, "recount", &Answers::new(), &context)
}

fn refused(case: &CaseFacts, now: DateTime<Utc>, calendars: &Calendars) -> String {
    recount(case, now, calendars).unwrap_err().key
}

fn clock<'a>(case: &'a CaseFacts, key: &str) -> &'a ClockRun {
    case.clocks.iter().find(|run| run.key == key).unwrap()
}

/// c.3, 23: a bridge day announced after the fact moves the open deadline; what was promised first
/// and everything that a calendar does not decide stay.
#[test]
fn a_day_announced_late_moves_what_is_open() {
    let sim = Sim::plain("2026-11-19T10:00:00+01:00");
    let later = edited(2, &[("2026-11-20", true)]);
    let change = recount(&sim.case, at("2026-11-19T12:00:00+01:00"), &later).unwrap();
    assert_eq!(change.clocks.len(), 1, "{:?}", change.clocks);
    let next = after(&sim.case, &change);
    let run = clock(&next, "contact_1wd");
    assert_eq!(run.due_at, at("2026-11-24T00:00:00+01:00"));
    assert_eq!(run.original_due_at, at("2026-11-21T00:00:00+01:00"));
    assert_eq!((run.calendar_version, run.late_by_retriage), (2, false));
    assert!(run.warn_at > clock(&sim.case, "contact_1wd").warn_at);
    assert!(
        run.ledger
            .iter()
            .any(|line| line.detail.contains("Brugdag"))
    );
    for key in ["block_15m", "retention_7d"] {
        assert_eq!(clock(&next, key), clock(&sim.case, key), "{key}");
    }
    let again = refused(&next, at("2026-11-19T12:00:00+01:00"), &later);
    assert_eq!(again, "nothing_to_recount");
}

/// c.3, 24: a deadline that an edit throws into the past is late by re-triage: no breach, not by a
/// timer either, and what is done then is met late without one.
#[test]
fn a_day_taken_away_makes_late_and_breaches_nothing() {
    let mut sim = Sim::plain("2026-12-24T15:30:00+01:00");
    sim.now = at("2026-12-26T12:00:00+01:00");
    sim.fire();
    let later = edited(2, &[("2026-12-25", false)]);
    let change = recount(&sim.case, sim.now, &later).unwrap();
    sim.case = after(&sim.case, &change);
    let run = clock(&sim.case, "contact_1wd");
    assert_eq!(run.due_at, at("2026-12-26T00:00:00+01:00"));
    assert_eq!(run.original_due_at, at("2026-12-29T00:00:00+01:00"));
    assert_eq!(run.status(sim.now), ClockStatus::LateByRetriage);
    assert_eq!(timer_action(&sim.case, "contact_1wd", sim.now), None);
    assert_eq!(sim.wait("2026-12-29T12:00:00+01:00"), [""; 0]);
    sim.done("contact_party", crate::process_world::CONTACT);
    let run = sim.clock("contact_1wd");
    assert_eq!(run.status(sim.now), ClockStatus::MetLate);
    assert_eq!(run.breached_at, None);
}

/// Taken back, the edit gives the time back; a deadline late by re-triage is not one for ever.
#[test]
fn an_edit_taken_back_gives_the_time_back() {
    let sim = Sim::plain("2026-12-24T15:30:00+01:00");
    let now = at("2026-12-26T12:00:00+01:00");
    let change = recount(&sim.case, now, &edited(2, &[("2026-12-25", false)])).unwrap();
    let late = after(&sim.case, &change);
    let back = recount(&late, now, &edited(3, &[])).unwrap();
    let run = after(&late, &back);
    let run = clock(&run, "contact_1wd");
    assert!(!run.late_by_retriage);
    assert_eq!(run.due_at, run.original_due_at);
    assert_eq!(run.status(now), ClockStatus::Running);
}

/// A recorded breach, an ended clock and a clock that came late are facts: no edit moves them.
#[test]
fn what_is_on_record_stays() {
    let later = edited(2, &[("2026-11-20", true), ("2026-11-23", true)]);
    let mut breached = Sim::plain("2026-11-19T10:00:00+01:00");
    breached.wait("2026-11-21T08:00:00+01:00");
    assert!(breached.clock("contact_1wd").breached_at.is_some());
    assert_eq!(
        refused(&breached.case, breached.now, &later),
        "nothing_to_recount"
    );
    let met = Sim::plain("2026-11-19T10:00:00+01:00").contacted("2026-11-19T11:00:00+01:00");
    assert_eq!(refused(&met.case, met.now, &later), "nothing_to_recount");
    let given = crate::process_world::doubt_answers("no", "supplier");
    let late = Sim::try_open(
        &loket::process::doubt::DOUBT,
        at("2026-11-19T10:00:00+01:00"),
        at("2026-11-21T10:00:00+01:00"),
        &given,
    )
    .unwrap();
    let change = recount(&late.case, late.now, &later).unwrap();
    let keys: Vec<_> = change.clocks.iter().map(key).collect();
    assert_eq!(keys, ["contact_late_1wd"], "only the new promise moves");
}

fn key(op: &ClockOp) -> &str {
    match op {
        ClockOp::Move { key, .. } => key,
        other => panic!("{other:?}"),
    }
}

/// Only a lead orders it, and nobody is shown it while there is nothing to do.
#[test]
fn a_recount_is_a_leads_and_is_offered_only_when_something_moves() {
    let sim = Sim::plain("2026-11-19T10:00:00+01:00");
    let later = edited(2, &[("2026-11-20", true)]);
    let offered = |actor, calendars: &Calendars| {
        let context = Context {
            now: sim.now,
            actor,
            calendars,
            command: Uuid::nil(),
        };
        let list = listed(&sim.case, &context);
        list.iter().any(|listed| listed.action.key == "recount")
    };
    assert!(offered(Actor::Lead, &later));
    assert!(!offered(Actor::Lead, calendars()));
    assert!(!offered(Actor::Agent, &later));
    let context = Context {
        now: sim.now,
        actor: Actor::Agent,
        calendars: &later,
        command: Uuid::nil(),
    };
    let refusal = step(&sim.case, "recount", &Answers::new(), &context).unwrap_err();
    assert_eq!(refusal.key, "leads_only");
}

fn event(change: &Change) -> ReplayEvent {
    ReplayEvent {
        action: change.action.clone(),
        at: change.at,
        answers: change.answers.clone(),
        change: serde_json::to_value(change).unwrap(),
    }
}

/// Replay counts with the version that the event names, whatever came after it, and finds an instant
/// that this version does not give.
#[test]
fn replay_counts_with_the_version_of_the_event_and_finds_a_forged_move() {
    let sim = Sim::plain("2026-11-19T10:00:00+01:00");
    let mut all = edited(2, &[("2026-11-20", true)]);
    let change = recount(&sim.case, at("2026-11-19T12:00:00+01:00"), &all).unwrap();
    let next = after(&sim.case, &change);
    let mut third = all.get(Country::Nl).clone();
    third.version = 3;
    third.days.remove(&"2026-11-20".parse().unwrap());
    all.insert(third).unwrap();
    let mut events = sim.events.clone();
    events.push(event(&change));
    assert_eq!(replay(&events, &all).unwrap(), next);
    let mut forged = change;
    if let Some(ClockOp::Move { due_at, .. }) = forged.clocks.first_mut() {
        *due_at += TimeDelta::days(30);
    }
    events[sim.events.len()] = event(&forged);
    let found = replay(&events, &all).unwrap_err().to_string();
    assert!(found.contains("clocks.0.due_at"), "{found}");
}

fn day_near(offset: u64) -> NaiveDate {
    let first: NaiveDate = "2026-11-16".parse().unwrap();
    first.checked_add_days(Days::new(offset)).unwrap()
}

proptest! {
    /// Whatever is edited, and whenever it is recounted: nothing that happened changes, lateness by
    /// an edit is exactly a due instant thrown into the past, and a second recount does nothing.
    #[test]
    fn any_edit_moves_only_what_is_to_come(
        edits in prop::collection::vec((0_u64..60, any::<bool>()), 0..12),
        received in 0_i64..20 * 1440,
        passed in 0_i64..25 * 1440,
    ) {
        let start = at("2026-11-16T00:00:00+01:00") + TimeDelta::minutes(received);
        let mut sim = Sim::plain(&start.to_rfc3339());
        sim.now = start + TimeDelta::minutes(passed);
        if passed % 2 == 0 {
            sim.fire();
        }
        let edits: Vec<_> = edits.iter().map(|(day, free)| (day_near(*day), *free)).collect();
        let all = edited_days(2, &edits);
        let before = sim.case.clone();
        let Ok(change) = recount(&before, sim.now, &all) else {
            prop_assert_eq!(refused(&before, sim.now, &all), "nothing_to_recount");
            return Ok(());
        };
        let next = after(&before, &change);
        prop_assert_eq!(refused(&next, sim.now, &all), "nothing_to_recount");
        for (old, new) in before.clocks.iter().zip(&next.clocks) {
            let fact = |run: &ClockRun| {
                (run.started_at, run.original_due_at, run.breached_at, run.outcome, run.ended_at)
            };
            prop_assert_eq!(fact(old), fact(new));
            if old.breached_at.is_some() || !old.is_running() {
                prop_assert_eq!(old, new);
            }
            let has_passed = |run: &ClockRun| !run.comparison.is_met(run.due_at, sim.now);
            prop_assert_eq!(new.late_by_retriage, !has_passed(old) && has_passed(new));
        }
        sim.case = next;
        sim.fire();
        for run in sim.case.clocks.iter().filter(|run| run.late_by_retriage) {
            prop_assert_eq!(run.breached_at, None);
        }
    }
}
