//! The engine apart from any one rule: answers, refusals, repetition, lists, reopening, lateness,
//! replay.

use chrono::TimeDelta;
use loket::domain::clock::{ClockStatus, Outcome};
use loket::domain::country::Country;
use loket::process::doubt::DOUBT;
use loket::process::engine::{Actor, Answer, Answers, listed, prefill, step, timer_action};
use loket::process::field::{Field, FieldKind, Value};
use loket::process::replay::{Difference, replay};

use crate::process_world::{CONTACT, Sim, answers, at, calendars, context, doubt_answers};

const FRIDAY: &str = "2026-11-20T16:00:00+01:00";
const CONTACTED: &str = "2026-11-20T16:30:00+01:00";
const SATURDAY: &str = "2026-11-21T10:00:00+01:00";

#[test]
fn a_repeated_command_makes_the_same_change() {
    let sim = Sim::plain(FRIDAY);
    let note = answers(&[("note", "Twice.")]);
    let ctx = context(sim.now, Actor::Agent, 5);
    let once = step(&sim.case, "add_note", &note, &ctx).unwrap();
    assert_eq!(once, step(&sim.case, "add_note", &note, &ctx).unwrap());
    let other = step(
        &sim.case,
        "add_note",
        &note,
        &context(sim.now, Actor::Agent, 6),
    )
    .unwrap();
    assert_ne!(once.texts[0].id, other.texts[0].id);
}

#[test]
fn an_action_of_another_state_names_the_state() {
    let mut sim = Sim::plain(FRIDAY);
    let refusal = sim.refused("close", &[]);
    assert_eq!(refusal.key, "not_in_state");
    assert_eq!(refusal.args["state"], "state.doubt.blocked_contact_due");
    assert_eq!(refusal.args["action"], "action.doubt.close");
    assert_eq!(sim.refused("dance", &[]).key, "unknown_action");
}

#[test]
fn only_the_right_people_may() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    assert_eq!(sim.refused("no_proof_in_time", &[]).key, "timer_only");
    let none = Answers::new();
    assert_eq!(
        sim.try_as(Actor::Timer, "proof_accepted", &none)
            .unwrap_err()
            .key,
        "not_in_state"
    );
    assert_eq!(
        sim.try_as(Actor::System, "add_note", &none)
            .unwrap_err()
            .key,
        "agents_only"
    );
    sim.case.state = "closed_unlawful".to_owned();
    assert_eq!(
        sim.refused("reopen", &[("reason", "Again.")]).key,
        "leads_only"
    );
}

/// Decision 9: a timer acts only when comparison says so, whatever woke it.
#[test]
fn a_timer_that_comes_too_early_is_refused() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    sim.now = at("2026-11-23T16:30:00+01:00");
    assert_eq!(timer_action(&sim.case, "response_72h", sim.now), None);
    let early = sim
        .try_as(Actor::Timer, "no_proof_in_time", &Answers::new())
        .unwrap_err();
    assert_eq!(early.key, "not_passed");
    sim.later(TimeDelta::microseconds(1));
    sim.try_as(Actor::Timer, "no_proof_in_time", &Answers::new())
        .unwrap();
}

#[test]
fn fields_are_checked_and_named() {
    let cases = [
        ("ean", "871687900400000375", "not_an_ean"),
        ("party_gln", "8717180006441", "not_a_gln"),
        ("signal_type", "rumour", "not_a_choice"),
        ("concerns_isma", "perhaps", "not_yes_no"),
        ("customer_ref", "NL 12; drop", "not_a_customer"),
        ("source", "", "field_missing"),
        ("colour", "blue", "field_unknown"),
    ];
    for (field, word, key) in cases {
        let mut given = doubt_answers("no", "supplier");
        given.extend(answers(&[(field, word)]));
        let refusal = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given)
            .err()
            .expect(field);
        assert_eq!(
            (refusal.key.as_str(), refusal.field.as_deref()),
            (key, Some(field))
        );
    }
}

#[test]
fn instants_lie_between_receipt_and_now() {
    let mut sim = Sim::plain("2026-11-20T16:00:20+01:00");
    sim.now = at("2026-11-20T17:00:00+01:00");
    let contact = |instant| {
        let mut given = CONTACT.to_vec();
        given.push(("contacted_at", instant));
        given
    };
    let future = sim.refused("contact_party", &contact("2026-11-20T17:00:01+01:00"));
    assert_eq!(
        (future.key.as_str(), future.field.as_deref()),
        ("in_future", Some("contacted_at"))
    );
    let before = sim.refused("contact_party", &contact("2026-11-20T15:59:00+01:00"));
    assert_eq!(before.key, "before_receipt");
    // a person gives minutes: 16:00 is the very minute of the receipt, not a moment before it
    sim.done("contact_party", &contact("2026-11-20T16:00:00+01:00"));
    assert_eq!(
        sim.clock("response_72h").started_at,
        at("2026-11-20T16:00:20+01:00")
    );
}

#[test]
fn an_answer_cannot_come_before_the_question() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    sim.now = at(SATURDAY);
    let early = [
        ("responded_at", "2026-11-20T16:10:00+01:00"),
        ("findings", "None."),
        ("proof_given", "no"),
    ];
    assert_eq!(sim.refused("party_responded", &early).key, "before_clock");
}

#[test]
fn texts_lose_control_characters_and_have_a_limit() {
    let mut sim = Sim::plain(FRIDAY);
    sim.done(
        "add_note",
        &[("note", "\u{1b}[2Jfirst\r\nsecond\u{202e}\u{7}")],
    );
    assert_eq!(sim.last.texts[0].body, "first\nsecond");
    let long = "ë".repeat(8000);
    sim.done("add_note", &[("note", &long)]);
    let longer = "ë".repeat(8001);
    assert_eq!(
        sim.refused("add_note", &[("note", &longer)]).key,
        "text_too_long"
    );
    assert_eq!(
        sim.refused("add_note", &[("note", "\u{7} \u{1b}[0m")]).key,
        "field_missing"
    );
}

#[test]
fn a_field_reads_what_people_type() {
    let parse = |kind, raw: &str| Field::always("x", kind).parse(raw, Country::Nl);
    let value = |kind, raw: &str| match parse(kind, raw).unwrap() {
        Answer::Value(value) => value,
        Answer::Free(text) => panic!("free: {text}"),
    };
    let noon = Value::Code("2026-11-24T11:00:00Z".to_owned());
    for raw in [
        "2026-11-24 12:00",
        "24-11-2026 12:00",
        "2026-11-24T12:00:00+01:00",
    ] {
        assert_eq!(value(FieldKind::Instant, raw), noon);
    }
    assert_eq!(
        parse(FieldKind::Instant, "tomorrow").unwrap_err().key,
        "not_an_instant"
    );
    let gap = parse(FieldKind::Instant, "2026-03-29 02:30").unwrap_err();
    assert_eq!(gap.key, "no_such_local_time");
    let first = value(FieldKind::Instant, "2026-10-25 02:30");
    assert_eq!(first, Value::Code("2026-10-25T00:30:00Z".to_owned()));
    assert_eq!(value(FieldKind::YesNo, "Ja"), Value::Bool(true));
    assert_eq!(
        value(FieldKind::Date, "24-11-2026"),
        Value::Code("2026-11-24".to_owned())
    );
    assert_eq!(value(FieldKind::Contact, "12"), Value::Number(12));
    let spaced = value(FieldKind::Ean, "8716 8790 0400 0003 74");
    assert_eq!(spaced, Value::Code("871687900400000374".to_owned()));
    assert_eq!(
        parse(FieldKind::Date, "31-02-2026")
            .unwrap_err()
            .field
            .as_deref(),
        Some("x")
    );
}

#[test]
fn the_list_has_what_is_possible_first_and_says_why_not() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    sim.now = at("2026-11-24T10:00:00+01:00");
    sim.fire();
    let list = listed(&sim.case, &context(sim.now, Actor::Agent, 0));
    let first_refused = list.iter().position(|one| one.refusal.is_some()).unwrap();
    assert!(
        list[first_refused..]
            .iter()
            .all(|one| one.refusal.is_some())
    );
    let refusal = |key: &str| {
        let one = list.iter().find(|one| one.action.key == key);
        one.map(|one| one.refusal.clone().map(|refusal| refusal.key))
    };
    assert_eq!(refusal("proof_accepted"), Some(None));
    assert_eq!(refusal("ask_more"), Some(Some("no_time_left".to_owned())));
    assert_eq!(
        refusal("contact_party"),
        None,
        "actions of other states are not listed"
    );
    assert_eq!(refusal("own_delay"), None, "timers are not for people");
    assert_eq!(refusal("add_note"), Some(None));
}

#[test]
fn a_form_is_prefilled() {
    let sim = Sim::plain(FRIDAY);
    let line = DOUBT
        .actions
        .iter()
        .find(|line| line.key == "contact_party")
        .unwrap();
    let filled = |key: &str| {
        let field = line.fields.iter().find(|field| field.key == key).unwrap();
        prefill(&sim.case, line, field, sim.now)
    };
    assert_eq!(filled("contacted_at").as_deref(), Some("2026-11-20 16:00"));
    assert_eq!(filled("ask_proof").as_deref(), Some("yes"));
    assert_eq!(filled("note"), None);
}

/// Case-anchors c.3, 19: received before, brought in after its day: late on arrival, not our
/// breach, and a promise of our own begins now.
#[test]
fn a_signal_that_comes_late_is_late_on_arrival() {
    let given = doubt_answers("no", "supplier");
    let now = at("2026-11-25T10:00:00+01:00");
    let mut sim = Sim::try_open(&DOUBT, at(FRIDAY), now, &given).unwrap();
    let run = sim.clock("contact_1wd");
    assert!(run.late_on_arrival);
    assert_eq!(run.status(now), ClockStatus::LateOnArrival);
    assert_eq!(
        sim.clock("contact_late_1wd").due_at,
        at("2026-11-27T00:00:00+01:00")
    );
    assert_eq!(
        sim.clock("block_15m").started_at,
        now,
        "the block is asked for now"
    );
    assert!(sim.fire().is_empty(), "nothing of ours was missed");
    sim.later(TimeDelta::hours(1));
    sim.done("contact_party", CONTACT);
    let run = sim.clock("contact_1wd");
    assert_eq!(
        (run.outcome, run.breached_at),
        (Some(Outcome::MetLate), None)
    );
    assert_eq!(sim.clock("contact_late_1wd").outcome, Some(Outcome::Met));
    assert!(!Sim::plain(FRIDAY).has_clock("contact_late_1wd"));
}

#[test]
fn a_case_cannot_be_received_in_the_future() {
    let given = doubt_answers("no", "supplier");
    let refused = Sim::try_open(&DOUBT, at(SATURDAY), at(FRIDAY), &given)
        .err()
        .unwrap();
    assert_eq!(refused.key, "received_in_future");
}

/// Decision 7 and case-anchors c.3, 17: a new episode; what was met stays met.
#[test]
fn reopening_begins_a_new_episode() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    sim.done("proof_accepted", &[]);
    sim.done("unblocked", &[]);
    let before = sim.case.clocks.clone();
    sim.now = at("2026-12-24T15:30:00+01:00");
    let why = answers(&[("reason", "The customer found the text altered.")]);
    sim.try_as(Actor::Lead, "reopen", &why).unwrap();
    assert_eq!(sim.case.state, "blocked_contact_due");
    assert!(sim.sent("block") && sim.is("unblock_reason", "none"));
    assert_eq!(
        sim.case.clocks[..before.len()],
        before[..],
        "old runs keep their outcome"
    );
    let run = sim.clock("contact_1wd");
    assert_eq!((run.run, run.due_at), (2, at("2026-12-29T00:00:00+01:00")));
    assert_eq!(sim.fact("reopened"), Some(&Value::Number(1)));
    sim.later(TimeDelta::hours(1));
    let mut early = CONTACT.to_vec();
    early.push(("contacted_at", "2026-12-01T10:00:00+01:00"));
    assert_eq!(sim.refused("contact_party", &early).key, "before_receipt");
}

/// A second signal: the facts of the first stay, both are counted, the state stays.
#[test]
fn a_second_signal_joins_the_case() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    let clocks = sim.case.clocks.clone();
    let mut again = doubt_answers("yes", "supplier");
    again.remove("ean");
    again.remove("party_gln");
    sim.try_as(Actor::System, "further_signal", &again).unwrap();
    assert_eq!(sim.fact("signals"), Some(&Value::Number(2)));
    assert_eq!(
        (sim.case.state.as_str(), &sim.case.clocks),
        ("awaiting_party", &clocks)
    );
    sim.case.state = "closed_unlawful".to_owned();
    let closed = sim
        .try_as(Actor::System, "further_signal", &again)
        .unwrap_err();
    assert_eq!(
        closed.key, "not_in_state",
        "after closing a signal is a new case"
    );
}

/// The customer who brought the signal gets one message, not two.
#[test]
fn a_customer_who_brought_the_signal_is_told_once() {
    let mut given = doubt_answers("no", "supplier");
    given.extend(answers(&[("source", "customer_direct")]));
    let mut sim = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given).unwrap();
    sim.done("wrongly_blocked", &[("wrong_reason", "wrong_connection")]);
    sim.done("unblocked", &[]);
    assert!(sim.sent("unblocked_customer") && !sim.sent("unblocked_source"));
}

/// Decision 12: with the answer in time but recorded late, the instant of the answer counts.
#[test]
fn the_instant_of_the_answer_counts_not_that_of_its_recording() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    sim.now = at("2026-11-23T16:45:00+01:00");
    let in_time = [
        ("responded_at", "2026-11-23T16:20:00+01:00"),
        ("findings", "Found."),
        ("proof_given", "no"),
    ];
    sim.done("party_responded", &in_time);
    assert_eq!(sim.case.state, "assessing");
    assert!(sim.fire().contains(&"own_delay".to_owned()));
    assert_eq!(sim.clock("response_72h").outcome, Some(Outcome::Met));
}

#[test]
fn replay_names_the_first_difference() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    sim.done("proof_accepted", &[("note", "Clear.")]);
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);

    let mut erased = sim.events.clone();
    for event in &mut erased {
        event.change.as_object_mut().unwrap().remove("texts");
    }
    assert_eq!(
        replay(&erased, calendars()).unwrap(),
        sim.case,
        "bodies may be gone"
    );

    let mut forged = sim.events.clone();
    forged[1].change["clocks"][1]["due_at"] = "2026-11-24T16:30:00Z".into();
    let found = replay(&forged, calendars()).unwrap_err();
    assert_eq!((found.place, found.action.as_str()), (2, "contact_party"));
    assert!(matches!(*found.what, Difference::Value { ref path, .. } if path == "clocks.1.due_at"));

    let mut dropped = sim.events.clone();
    dropped.remove(1);
    let found = replay(&dropped, calendars()).unwrap_err();
    assert!(matches!(*found.what, Difference::Refused(ref why) if why.key == "not_in_state"));

    let found = replay(&sim.events[1..], calendars()).unwrap_err();
    assert_eq!(*found.what, Difference::NoOpening);
    let mut offset = sim.events.clone();
    offset[0].change["received_at"] = "2026-11-20T16:00:00+01:00".into();
    assert!(
        replay(&offset, calendars()).is_ok(),
        "the same instant, written differently"
    );
}

/// Decision 12: a duty that falls away: ours was broken if its end had passed, the party's was not,
/// for its answer may have come in time.
#[test]
fn what_falls_away_was_broken_only_if_it_was_ours() {
    let wrong = [("wrong_reason", "own_error")];
    let mut ours = Sim::plain(FRIDAY);
    ours.now = at("2026-11-24T00:00:00+01:00");
    ours.done("wrongly_blocked", &wrong);
    let run = ours.clock("contact_1wd");
    assert_eq!(
        (run.outcome, run.breached_at),
        (Some(Outcome::Cancelled), Some(run.due_at))
    );

    let mut partys = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    partys.now = at("2026-11-23T16:30:01+01:00");
    partys.done("wrongly_blocked", &wrong);
    let run = partys.clock("response_72h");
    assert_eq!(
        (run.outcome, run.breached_at),
        (Some(Outcome::Cancelled), None)
    );
    assert!(partys.clock("assess_72h").breached_at.is_some());
}
