//! Random walks through every process: never a panic, never two open clocks of one key, nothing
//! outside the table that the database is given, and replay gives the same case.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use chrono::TimeDelta;
use fastrand::Rng;
use loket::process::engine::{Actor, Answer, Answers, Change, ClockOp, Listed, listed, step};
use loket::process::field::Value;
use loket::process::general::PROMISE;
use loket::process::load::{Transition, transitions};
use loket::process::{self, ALL, Action, By, Field, FieldKind, Process, Required, find};
use proptest::prelude::*;

use crate::process_world::{EAN, PARTY, Sim, at, context};

/// An answer that is right most of the time.
fn answer(rng: &mut Rng, field: &Field, sim: Option<&Sim>) -> Option<Answer> {
    let is_needed = field.required != Required::No;
    let left_out = match (is_needed, sim) {
        (true, _) => 3,
        (false, None) => 15,
        (false, Some(_)) => 50,
    };
    if rng.u8(..100) < left_out {
        return None;
    }
    let code = |text: &str| Some(Answer::Value(Value::Code(text.to_owned())));
    match field.kind {
        FieldKind::Line | FieldKind::Note => Some(Answer::Free("Some words.\u{7}".to_owned())),
        FieldKind::Choice(keys) if rng.u8(..10) < 4 => code(keys[0]),
        FieldKind::Choice(keys) => code(rng.choice(keys.iter()).unwrap()),
        FieldKind::YesNo => Some(Answer::Value(Value::Bool(rng.u8(..10) < 8))),
        FieldKind::Instant if field.preset.is_some() => {
            let now = sim.map_or(at(START), |sim| sim.now);
            let ahead = TimeDelta::minutes(rng.i64(-10..3_000));
            Some(Answer::Value(Value::instant(now + ahead)))
        }
        FieldKind::Instant => {
            let (from, now) = sim.map_or((at(START), at(START)), |sim| {
                (sim.case.received_at, sim.now)
            });
            let span = (now - from).num_seconds().max(0);
            let back = TimeDelta::seconds(if rng.bool() { 0 } else { rng.i64(-60..=span) });
            Some(Answer::Value(Value::instant(now - back)))
        }
        FieldKind::Date => code("2026-01-15"),
        FieldKind::Ean => code(EAN),
        FieldKind::Party => code(PARTY),
        FieldKind::Contact | FieldKind::Slot => Some(Answer::Value(Value::Number(rng.i64(0..9)))),
        FieldKind::Code if field.part.is_some() => code("A12345"),
        FieldKind::Enterprise => code("0566988259"),
        FieldKind::MeterNumber => code("e 911-0000/001"),
        FieldKind::Customer | FieldKind::Code => code("NL0000012"),
        FieldKind::Number => code(rng.choice(["50", "60", "70", "80", "0"]).unwrap()),
        FieldKind::Time => code("09:30"),
        FieldKind::Money => code("EUR 12.50"),
        FieldKind::Postcode => Some(Answer::Free("5013vb".to_owned())),
        FieldKind::HouseNumber => Some(Answer::Free("18 a 1".to_owned())),
        FieldKind::PersonNumber => Some(Answer::Free("811228-9874".to_owned())),
        FieldKind::CompanyNumber => Some(Answer::Free("556016-0680".to_owned())),
        FieldKind::NationalNumber => Some(Answer::Free("29884013001".to_owned())),
        FieldKind::DNumber => Some(Answer::Free(D_NUMBER.to_owned())),
        FieldKind::EnterpriseNumber => Some(Answer::Free("959716633".to_owned())),
        FieldKind::Run(clock) => {
            let running = sim.map(Sim::running).unwrap_or_default();
            let runs = running.iter().filter(|run| run.key == clock);
            let runs: Vec<i64> = runs.map(|run| i64::from(run.run)).collect();
            let number = rng.choice(&runs).copied().unwrap_or(1);
            Some(Answer::Value(Value::Number(number)))
        }
        FieldKind::List(FieldKind::Instant) => {
            let now = sim.map_or(at(START), |sim| sim.now);
            let ahead = now + TimeDelta::hours(rng.i64(-1..30));
            Some(Answer::Value(Value::List(vec![Value::instant(ahead)])))
        }
        FieldKind::List(_) => Some(Answer::Free("call back".to_owned())),
    }
}

fn fill(rng: &mut Rng, fields: &[&Field], sim: Option<&Sim>) -> Answers {
    let mut given = Answers::new();
    for field in fields {
        if let Some(answer) = answer(rng, field, sim) {
            given.insert(field.key.to_owned(), answer);
        }
    }
    given
}

/// Of nobody: a synthetic D-number.
const D_NUMBER: &str = "69884010039";
const START: &str = "2026-03-26T15:00:00.123456+01:00";

/// The table of a process, made once.
fn rows(process: &'static Process) -> &'static [Transition] {
    static ROWS: OnceLock<BTreeMap<&'static str, Vec<Transition>>> = OnceLock::new();
    let of = |process: &&'static Process| (process.key, transitions(process));
    let all = ROWS.get_or_init(|| ALL.iter().map(of).collect());
    &all[process.key]
}

/// Whether the line asks a form of whose fields this is one.
fn is_of_form(row: &Transition, key: &str) -> bool {
    let named = row.form.and_then(|form| key.strip_prefix(form));
    named.is_some_and(|rest| rest.starts_with('.'))
}

/// What the referee of the database checks, here in a few lines.
fn is_in_table(process: &'static Process, change: &Change) {
    let row = rows(process)
        .iter()
        .find(|row| (row.action, row.from, row.to) == (&change.action, &change.from, &change.to))
        .unwrap_or_else(|| panic!("not in the table: {change:?}"));
    for op in &change.clocks {
        let (allowed, key) = match op {
            ClockOp::Start { key, .. } => (&row.starts, key),
            ClockOp::End { key, .. } => (&row.ends, key),
            ClockOp::Breach { key, .. } => (&row.breaches, key),
            ClockOp::Move { key, .. } => (&row.moves, key),
        };
        assert!(allowed.contains(key.as_str()), "{} {key}", row.action);
    }
    let within = |given: Vec<&String>, allowed: &BTreeSet<&str>| {
        given.iter().all(|key| allowed.contains(key.as_str()))
    };
    assert!(
        within(change.messages.iter().collect(), &row.messages),
        "{change:?}"
    );
    let facts = change.facts.keys().filter(|key| !is_of_form(row, key));
    assert!(within(facts.collect(), &row.sets), "{change:?}");
    assert!(
        within(change.destroy.iter().collect(), &row.destroys),
        "{change:?}"
    );
    let is_asked = |key: &String| {
        let is_own = row.fields.iter().any(|field| field.key == key);
        is_own || is_of_form(row, key)
    };
    assert!(change.answers.keys().all(is_asked));
    if let Some(opened) = &change.opens {
        assert!(row.opens.contains(opened.process.as_str()));
        is_in_table(find(&opened.process).unwrap(), opened);
    }
}

fn is_sound(process: &'static Process, sim: &Sim) {
    is_in_table(process, &sim.last);
    let running = sim.running();
    let once = || running.iter().filter(|run| run.key != PROMISE);
    let keys: BTreeSet<_> = once().map(|run| run.key.as_str()).collect();
    assert_eq!(
        keys.len(),
        once().count(),
        "two open clocks of one key: {running:?}"
    );
    if process.is_final(&sim.case.state) {
        assert!(
            running.is_empty(),
            "{} leaves {keys:?} running",
            sim.case.state
        );
    }
    assert!(process.state(&sim.case.state).is_some());
    match process.key {
        "prio" => is_sound_request(sim),
        "tlm" => is_sound_report(process, sim),
        _ => {}
    }
}

fn was_not_done(sim: &Sim) -> bool {
    sim.events.iter().any(|one| one.action == "gsa_not_done")
}

/// No order without payment, and no block of time that is held for nobody (PRIO-31, PRIO-34).
fn is_sound_request(sim: &Sim) {
    let has = sim.slot().map(|(act, _)| act);
    let may_have = match sim.case.state.as_str() {
        "awaiting_payment" => Some("hold"),
        // placed after all, on no visit that was planned
        "completed" if has.is_none() && was_not_done(sim) => None,
        "confirmed" | "in_execution" | "completed" => Some("confirm"),
        _ => None,
    };
    assert!(has.as_deref() == may_have, "{}: {has:?}", sim.case.state);
    assert!(
        sim.times_sent("order_domain") == 0
            || sim.events.iter().any(|one| one.action == "payment_paid"),
        "an order without payment"
    );
    for kind in ["order_domain", "order_gsa"] {
        assert!(sim.times_sent(kind) <= 1, "{kind} twice");
    }
}

/// The data of the installation leave exactly once when it ends after the form, never twice, and not
/// without the form; nothing is paid (TLM-03, TLM-11, TLM-12). A reopening begins anew.
fn is_sound_report(process: &'static Process, sim: &Sim) {
    let actions = sim.events.iter().rev();
    let episode = actions.take_while(|event| event.action != "reopen");
    let (mut entered, mut sent, mut paid) = (0, 0, 0);
    for event in episode {
        entered += usize::from(event.action == "installation_entered");
        let messages = event.change["messages"].as_array().unwrap();
        sent += messages
            .iter()
            .filter(|kind| *kind == "installation_data")
            .count();
        paid += messages
            .iter()
            .filter(|kind| kind.as_str().unwrap().starts_with("payment"))
            .count();
    }
    let state = sim.case.state.as_str();
    assert!(entered <= 1 && sent <= entered && paid == 0, "{state}");
    if process.is_final(state) {
        assert_eq!(sent, entered, "{state}: data sent, form entered");
    }
    let has = sim.slot().map(|(act, _)| act);
    let may_have = match state {
        "completed" if has.is_none() && was_not_done(sim) => None,
        "confirmed" | "in_execution" | "completed" => Some("confirm"),
        _ => None,
    };
    assert_eq!(has.as_deref(), may_have, "{state}");
}

/// Who works on the cases of a process: a notification is the installer's most of the time.
fn who(process: &Process) -> &'static [Actor] {
    match process.key {
        "notification" => &[
            Actor::Installer,
            Actor::Installer,
            Actor::Agent,
            Actor::Lead,
        ],
        _ => &[Actor::Agent, Actor::Agent, Actor::Lead, Actor::System],
    }
}

/// One try of one action by somebody; refusals are part of the game.
fn attempt(
    rng: &mut Rng,
    process: &'static Process,
    sim: &mut Sim,
    done_before: &BTreeSet<String>,
) {
    // who is asked is silent most of the time, and estates take their time
    let state = sim.case.state.as_str();
    let is_slow = state.ends_with("_contact_customer") || state == "parked_estate";
    if is_slow && rng.u8(..10) < 8 {
        return;
    }
    // what only a system outside says comes soon, or its time passes
    let of_system = listed(
        &sim.case,
        &context(sim.now, Actor::System, sim.events.len()),
    );
    let is_outside = |one: &Listed| {
        // a newer file may come at any time, and seldom does
        let is_file = one.action.key == "gone";
        let is_awaited = !matches!(one.action.from, process::From::Any) && !is_file;
        is_awaited && one.action.by == By::Outside && one.refusal.is_none()
    };
    let actor = if of_system.iter().any(is_outside) && rng.u8(..10) < 6 {
        Actor::System
    } else {
        *rng.choice(who(process)).unwrap()
    };
    let ctx = context(sim.now, actor, sim.events.len());
    let list = listed(&sim.case, &ctx);
    let possible: Vec<_> = list.iter().filter(|one| one.refusal.is_none()).collect();
    let lines: Vec<_> = process.lines().collect();
    let is_own = |key: &str| process.actions.iter().any(|line| line.key == key);
    let own: Vec<_> = possible.iter().map(|one| one.action).collect();
    // who cancels at every turn comes nowhere
    let ends = ["gone", "go_live", "reclassify"];
    let is_end = |key: &str| key.starts_with("cancel") || ends.contains(&key);
    let mut is_end = |key: &str| is_end(key) && rng.u8(..10) < 8;
    let own = own.into_iter().filter(|line| is_own(line.key));
    let own: Vec<_> = own.filter(|line| !is_end(line.key)).collect();
    // what no walk did so far comes first
    let fresh = own.iter().filter(|line| !done_before.contains(line.key));
    let fresh: Vec<&Action> = fresh.copied().collect();
    let line = match rng.choice(&possible) {
        _ if !fresh.is_empty() && rng.u8(..10) < 7 => fresh[rng.usize(..fresh.len())],
        _ if !own.is_empty() && rng.u8(..10) < 7 => own[rng.usize(..own.len())],
        Some(one) if rng.u8(..10) > 0 => one.action,
        _ => *rng.choice(&lines).unwrap(),
    };
    let given = fill(rng, &line.asked(&sim.case), Some(sim));
    let first = step(&sim.case, line.key, &given, &ctx);
    assert_eq!(
        first,
        step(&sim.case, line.key, &given, &ctx),
        "a repeated command"
    );
    let was_flagged = sim.is("data_breach", "yes");
    if sim.try_as(actor, line.key, &given).is_ok() {
        assert!(
            !matches!(line.by, By::Timer(_) | By::AnyTimer),
            "no person is a timer"
        );
        assert!(
            line.by != By::Outside || actor == Actor::System,
            "nobody stands in"
        );
        is_sound(process, sim);
    }
    assert!(
        !was_flagged || sim.is("data_breach", "yes"),
        "META-04: the flag stays"
    );
}

fn walk(
    process: &'static Process,
    seed: u64,
    steps: usize,
    done_before: &BTreeSet<String>,
) -> Option<Sim> {
    let mut rng = Rng::with_seed(seed);
    let given = fill(&mut rng, process.opening.fields, None);
    let late = TimeDelta::minutes(if rng.bool() { 0 } else { rng.i64(0..10_000) });
    let mut sim = Sim::try_open(process, at(START), at(START) + late, &given).ok()?;
    is_sound(process, &sim);
    for _ in 0..steps {
        // minutes matter to payments, days to everything else
        let most = match rng.u8(..10) {
            // a permit is valid for a year
            9 if process.key == "notification" => 40_000_000,
            // and an estate is looked at again after half a year
            9 if process.key == "wash" => 40_000_000,
            7 | 8 if process.key == "wash" => 3_000_000,
            // a mandate for three
            9 if process.key == "sharing" => 60_000_000,
            // and whoever is not heard of for a month has lost interest
            9 if rng.u8(..4) == 0 => 6_000_000,
            8.. => 400_000,
            _ => 120,
        };
        sim.later(TimeDelta::seconds(rng.i64(0..most)));
        sim.fire();
        is_sound(process, &sim);
        attempt(&mut rng, process, &mut sim, done_before);
    }
    Some(sim)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_walk_stays_sound_and_replays(seed in any::<u64>(), steps in 1_usize..30) {
        for process in ALL {
            let none = process.actions.iter().map(|line| line.key.to_owned()).collect();
            let Some(sim) = walk(process, seed, steps, &none) else { continue };
            prop_assert_eq!(sim.replayed(), sim.case);
        }
    }
}

/// The walks are worth something: together they see every state and every action of both tables.
#[test]
fn walks_reach_every_state_and_action() {
    let mut all = BTreeSet::new();
    for process in ALL {
        let (mut states, mut actions) = (BTreeSet::new(), BTreeSet::new());
        // a recount needs a calendar that was edited meanwhile: process_recount.rs
        let is_done = |states: &BTreeSet<String>, actions: &BTreeSet<String>| {
            let mut own = process.actions.iter();
            states.len() == process.states.len() && own.all(|line| actions.contains(line.key))
        };
        for seed in 0..3_000 {
            if seed >= 100 && is_done(&states, &actions) {
                break;
            }
            let steps = if process.actions.len() > 20 { 100 } else { 25 };
            for event in walk(process, seed, steps, &actions)
                .iter()
                .flat_map(|sim| &sim.events)
            {
                states.insert(event.change["to"].as_str().unwrap().to_owned());
                actions.insert(event.action.clone());
            }
        }
        for state in process.states {
            assert!(states.contains(state.key), "no walk reaches {}", state.key);
        }
        for line in process.actions {
            assert!(actions.contains(line.key), "no walk does {}", line.key);
        }
        all.extend(actions);
    }
    // what is legal everywhere is the same line everywhere
    for process in ALL {
        for line in process.lines().filter(|line| line.key != "recount") {
            assert!(all.contains(line.key), "no walk does {}", line.key);
        }
    }
}
