//! Promises and snoozes through the engine alone: what they do, and what they never touch.

use chrono::TimeDelta;
use loket::domain::clock::{ClockRun, Outcome};
use loket::process::engine::{Actor, Answer, ClockOp, listed};
use loket::process::field::Value;
use loket::process::replay::replay;

use crate::process_world::{Sim, answers, at, calendars, context};

const RECEIVED: &str = "2026-11-23T10:00:00+01:00";
const FOUR: &str = "2026-11-23T16:00:00+01:00";

fn promised(sim: &mut Sim, at: &str, what: &str) {
    sim.done("promise", &[("promise_at", at), ("promised", what)]);
}

fn runs(sim: &Sim) -> Vec<ClockRun> {
    let runs = sim.case.clocks.iter();
    runs.filter(|run| run.key == "promise").cloned().collect()
}

fn kept(sim: &mut Sim, action: &str, number: i64, more: &[(&str, &str)]) -> bool {
    let mut given = answers(more);
    given.insert("promise_no".into(), Answer::Value(Value::Number(number)));
    sim.try_as(Actor::Agent, action, &given).is_ok()
}

fn is_listed(sim: &Sim, action: &str) -> bool {
    let list = listed(&sim.case, &context(sim.now, Actor::Agent, 0));
    list.iter().any(|one| one.action.key == action)
}

/// A promise is a clock of its own. It needs no lease, moves no other clock, and is replayed.
#[test]
fn a_promise_is_a_clock_that_moves_no_other() {
    let mut sim = Sim::plain(RECEIVED);
    let before = sim.case.clocks.clone();
    promised(&mut sim, FOUR, "call back");
    assert_eq!(sim.last.clocks.len(), 1);
    assert_eq!(sim.case.clocks[..before.len()], before[..]);
    let run = &runs(&sim)[0];
    assert_eq!((run.run, run.due_at), (1, at(FOUR)));
    assert_eq!(run.warn_at, at(FOUR) - TimeDelta::minutes(30));
    assert!(sim.last.messages.is_empty() && sim.last.facts.is_empty());
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

#[test]
fn a_case_can_have_several_promises_each_with_its_own_end() {
    let mut sim = Sim::plain(RECEIVED);
    assert!(!is_listed(&sim, "promise_kept"), "nothing to keep yet");
    promised(&mut sim, FOUR, "call");
    promised(&mut sim, "2026-11-24T09:00:00+01:00", "mail");
    assert!(is_listed(&sim, "promise_kept"));
    assert!(kept(&mut sim, "promise_kept", 2, &[]));
    assert!(!kept(&mut sim, "promise_kept", 2, &[]), "kept already");
    assert!(!kept(&mut sim, "promise_withdrawn", 1, &[]), "no reason");
    assert!(kept(
        &mut sim,
        "promise_withdrawn",
        1,
        &[("reason", "moved away")]
    ));
    let ended: Vec<_> = runs(&sim).iter().map(|run| run.outcome).collect();
    assert_eq!(ended, [Some(Outcome::Cancelled), Some(Outcome::Met)]);
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

/// When it comes due that is recorded once, also where another one came due before; nobody's duty
/// is broken by it, and it runs on until somebody says what became of it.
#[test]
fn a_promise_that_comes_due_is_told_once_and_is_no_breach() {
    let mut sim = Sim::plain(RECEIVED);
    sim.wait("2026-11-23T10:30:00+01:00");
    promised(&mut sim, FOUR, "call");
    promised(&mut sim, "2026-11-23T17:00:00+01:00", "mail");
    assert_eq!(sim.wait("2026-11-23T16:00:01+01:00"), ["promise_due"]);
    assert!(sim.last.messages.is_empty(), "no supervisor hears of it");
    assert_eq!(sim.wait("2026-11-23T16:30:00+01:00"), [""; 0]);
    assert_eq!(sim.wait("2026-11-23T17:00:01+01:00"), ["promise_due"]);
    let told: Vec<bool> = runs(&sim)
        .iter()
        .map(|run| run.breached_at.is_some())
        .collect();
    assert_eq!(told, [true, true]);
    assert!(kept(&mut sim, "promise_kept", 1, &[]));
    assert_eq!(runs(&sim)[0].outcome, Some(Outcome::MetLate));
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

#[test]
fn nothing_is_promised_for_the_past_or_for_another_year() {
    let mut sim = Sim::plain(RECEIVED);
    let mut refused = |at: &str| {
        let given = [("promise_at", at), ("promised", "call")];
        sim.refused("promise", &given).key
    };
    assert_eq!(refused(RECEIVED), "not_in_future");
    assert_eq!(refused("2028-11-23T16:00:00+01:00"), "too_far_ahead");
    let none = sim.refused("promise", &[("promised", "call")]);
    assert_eq!(none.key, "field_missing", "the present is no answer");
}

/// The promises of a note come as two lists of one length; a closed case takes none.
#[test]
fn a_note_can_hold_promises() {
    let mut sim = Sim::plain(RECEIVED);
    let instants = |of: &[&str]| {
        let of = of.iter().map(|text| Value::instant(at(text)));
        Answer::Value(Value::List(of.collect()))
    };
    let mut given = answers(&[("note", "spoke to her"), ("promises", "call\nmail")]);
    let two = [FOUR, "2026-11-24T09:00:00+01:00"];
    given.insert("promises_at".into(), instants(&two[..1]));
    let refused = sim.try_as(Actor::Agent, "add_note", &given).unwrap_err();
    assert_eq!(refused.key, "lists_differ");
    given.insert("promises_at".into(), instants(&two));
    sim.try_as(Actor::Agent, "add_note", &given).unwrap();
    let due: Vec<_> = runs(&sim).iter().map(|run| run.due_at).collect();
    assert_eq!(due, two.map(at));
    let bodies: Vec<&str> = sim.last.texts.iter().map(|text| &*text.body).collect();
    assert_eq!(bodies, ["spoke to her", "call", "mail"]);
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

/// A snooze ends before the next warning or deadline of people; with one that has passed there is
/// none.
#[test]
fn a_snooze_hides_no_duty() {
    let mut sim = Sim::plain(RECEIVED);
    let contact = sim.clock("contact_1wd").clone();
    let warn = contact.warn_at.to_rfc3339();
    let late = (contact.warn_at + TimeDelta::seconds(1)).to_rfc3339();
    let given = |until: &str| vec![("snooze_until".to_owned(), until.to_owned())];
    let mut ask = |until: &str| {
        let given = given(until);
        let given = [
            ("snooze_until", given[0].1.as_str()),
            ("snooze_reason", "x"),
        ];
        sim.tried("snooze", &given).map(|_| ()).map_err(|no| no.key)
    };
    assert_eq!(ask(&late), Err("snooze_beyond".to_owned()));
    assert_eq!(ask(&warn), Ok(()));
    // past its warning the deadline itself is the limit; past that nothing can be put aside
    sim.now = contact.warn_at + TimeDelta::minutes(1);
    let due = contact.due_at.to_rfc3339();
    let beyond = (contact.due_at + TimeDelta::seconds(1)).to_rfc3339();
    let asked = |until| [("snooze_until", until), ("snooze_reason", "x")];
    assert_eq!(sim.refused("snooze", &asked(&beyond)).key, "snooze_beyond");
    sim.done("snooze", &asked(&due));
    sim.now = contact.due_at + TimeDelta::minutes(1);
    let later = (sim.now + TimeDelta::minutes(5)).to_rfc3339();
    assert_eq!(sim.refused("snooze", &asked(&later)).key, "snooze_overdue");
}

#[test]
fn a_snooze_ends_by_itself_by_hand_and_with_whatever_happens() {
    let snoozed = || {
        let mut sim = Sim::plain(RECEIVED);
        sim.wait("2026-11-23T10:20:00+01:00");
        sim.done(
            "snooze",
            &[("snooze_until", FOUR), ("snooze_reason", "lab")],
        );
        assert!(sim.running().iter().any(|run| run.key == "snooze"));
        sim
    };
    let outcome = |sim: &Sim| sim.clock("snooze").outcome;
    let mut sim = snoozed();
    assert_eq!(sim.wait("2026-11-23T16:00:01+01:00"), ["snooze_over"]);
    assert_eq!(outcome(&sim), Some(Outcome::Lapsed));
    let mut sim = snoozed();
    sim.done("wake", &[]);
    assert_eq!(outcome(&sim), Some(Outcome::Cancelled));
    assert!(!is_listed(&sim, "wake"), "named only while it is put aside");
    let mut sim = snoozed();
    sim.done("add_note", &[("note", "she called")]);
    assert_eq!(outcome(&sim), Some(Outcome::Cancelled));
    // put aside once more: the old run ends, the new one stays
    let mut sim = snoozed();
    sim.now += TimeDelta::minutes(1);
    sim.done(
        "snooze",
        &[("snooze_until", FOUR), ("snooze_reason", "more")],
    );
    let kinds: Vec<bool> = sim
        .last
        .clocks
        .iter()
        .map(|op| matches!(op, ClockOp::Start { .. }))
        .collect();
    assert_eq!(kinds, [false, true]);
    assert_eq!(sim.clock("snooze").outcome, None);
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

/// A database gives the clocks as they are due, a replay as they were started: the change is one.
#[test]
fn the_order_of_the_clocks_does_not_matter() {
    let mut sim = Sim::plain(RECEIVED)
        .contacted("2026-11-23T11:00:00+01:00")
        .answered("2026-11-23T12:00:00+01:00");
    promised(&mut sim, FOUR, "call");
    promised(&mut sim, "2026-11-23T15:00:00+01:00", "mail");
    sim.done("proof_accepted", &[]);
    let mut other = sim.clone();
    other.case.clocks.reverse();
    sim.done("unblocked", &[]);
    other.done("unblocked", &[]);
    assert!(runs(&sim).iter().all(|run| run.outcome.is_some()));
    assert_eq!(sim.last.clocks, other.last.clocks);
}

/// What reminds ends with the case, and is said to end before it is closed.
#[test]
fn nothing_reminds_of_a_closed_case() {
    let mut sim = Sim::plain(RECEIVED)
        .contacted("2026-11-23T11:00:00+01:00")
        .answered("2026-11-23T12:00:00+01:00");
    promised(&mut sim, FOUR, "call");
    sim.now += TimeDelta::minutes(1);
    sim.done(
        "snooze",
        &[("snooze_until", FOUR), ("snooze_reason", "lab")],
    );
    sim.done("proof_accepted", &[]);
    assert_eq!(runs(&sim)[0].outcome, None, "it stays with the case");
    sim.done("unblocked", &[]);
    assert_eq!(sim.case.state, "closed_mandate_ok");
    assert_eq!(runs(&sim)[0].outcome, Some(Outcome::Cancelled));
    assert!(sim.running().is_empty());
    let given = [
        ("promise_at", "2026-11-24T09:00:00+01:00"),
        ("promised", "call"),
    ];
    assert_eq!(sim.refused("promise", &given).key, "not_in_state");
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}
