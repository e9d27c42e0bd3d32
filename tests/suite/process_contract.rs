//! Every table of a process keeps its promises: states, rules, texts, clocks, messages, fields.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use loket::process::load::{Transition, table, transitions};
use loket::process::mermaid::diagram;
use loket::process::message::{MESSAGES, find as message};
use loket::process::{ALL, Action, Cond, Effect, Field, FieldKind, From, Guard, Process, Required};
use loket::text::LANGUAGES;

use crate::process_world::texts;

/// The rules that the processes may cite. `../shared/domain/rules.md` has them in full.
fn rules() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    let families = [
        ("GT", 33),
        ("META", 5),
        ("PRIO", 35),
        ("TLM", 17),
        ("ELS", 31),
        ("FLU", 39),
    ];
    for (family, last) in families {
        all.extend((1..=last).map(|n| format!("{family}-{n:02}")));
    }
    for (part, last) in [("GEN", 15), ("BAS", 29)] {
        all.extend((1..=last).map(|n| format!("DW-{part}-{n:02}")));
    }
    let deviations = [
        ("I01", 17),
        ("I02", 12),
        ("I03", 7),
        ("I04", 7),
        ("A", 8),
        ("A01", 16),
        ("A02", 9),
        ("A03", 8),
        ("A04", 5),
    ];
    for (part, last) in deviations {
        all.extend((1..=last).map(|n| format!("DW-{part}-{n}")));
    }
    all
}

const GENERAL: [&str; 16] = [
    "add_note",
    "log_contact",
    "inform_acm",
    "flag_data_breach",
    "correct_contact_details",
    "further_signal",
    "reopen",
    "clock_passed",
    "recount",
    "promise",
    "promise_kept",
    "promise_withdrawn",
    "promise_due",
    "snooze",
    "snooze_over",
    "wake",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The effects of a list and of everything nested in it.
fn all(effects: &'static [Effect]) -> Vec<&'static Effect> {
    let nested = |effect: &'static Effect| match effect {
        Effect::When(_, inner) => all(inner),
        _ => vec![effect],
    };
    effects.iter().flat_map(nested).collect()
}

fn conds(effects: &'static [Effect]) -> Vec<&'static Cond> {
    let nested = |effect: &'static Effect| match effect {
        Effect::When(cond, inner) => {
            let mut found = vec![cond];
            found.extend(conds(inner));
            found
        }
        _ => Vec::new(),
    };
    effects.iter().flat_map(nested).collect()
}

/// The facts and clocks that a condition speaks of.
fn named(
    cond: &'static Cond,
    facts: &mut BTreeSet<&'static str>,
    clocks: &mut BTreeSet<&'static str>,
) {
    match cond {
        Cond::Always => {}
        Cond::Is(key, _) | Cond::Yes(key) | Cond::Known(key) | Cond::AtLeast(key, _) => {
            facts.insert(key);
        }
        Cond::Late(clock) => _ = clocks.insert(clock),
        Cond::All(inner) | Cond::Any(inner) | Cond::None(inner) => {
            inner.iter().for_each(|cond| named(cond, facts, clocks));
        }
    }
}

fn fields(process: &'static Process) -> Vec<&'static Field> {
    let of_lines = process.lines().flat_map(|line| line.fields);
    process
        .opening
        .fields
        .iter()
        .chain(of_lines)
        .copied()
        .collect()
}

#[test]
fn keys_are_unique() {
    let mut prefixes = BTreeSet::new();
    for process in ALL {
        assert!(prefixes.insert(process.prefix), "{}", process.prefix);
        let states: BTreeSet<_> = process.states.iter().map(|state| state.key).collect();
        assert_eq!(states.len(), process.states.len());
        let clocks: BTreeSet<_> = process.clocks.iter().map(|clock| clock.key).collect();
        assert_eq!(clocks.len(), process.clocks.len());
        let mut rows = BTreeSet::new();
        for row in transitions(process) {
            assert!(rows.insert((row.action, row.from, row.to)), "{row:?} twice");
            assert!(states.contains(row.to) && (row.from.is_empty() || states.contains(row.from)));
        }
    }
}

#[test]
fn every_state_is_reachable_and_leavable_unless_final() {
    for process in ALL {
        let rows = transitions(process);
        let mut reached: BTreeSet<&str> = BTreeSet::from([""]);
        loop {
            let next: BTreeSet<_> = rows
                .iter()
                .filter(|row| reached.contains(row.from))
                .map(|row| row.to)
                .collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                break;
            }
        }
        for state in process.states {
            assert!(
                reached.contains(state.key),
                "{} is never reached",
                state.key
            );
            let leaves = |row: &&Transition| row.from == state.key && row.to != state.key;
            let out: Vec<_> = rows.iter().filter(leaves).map(|row| row.action).collect();
            if process.is_final(state.key) {
                assert_eq!(out, ["reopen"], "{} is final", state.key);
            } else {
                assert!(!out.is_empty(), "{} cannot be left", state.key);
            }
        }
    }
}

#[test]
fn final_states_have_general_actions_only() {
    for process in ALL {
        for line in process.actions {
            if let From::In(states) = line.from {
                assert!(
                    states.iter().all(|state| !process.is_final(state)),
                    "{}",
                    line.key
                );
                assert!(states.iter().all(|state| process.state(state).is_some()));
            }
            assert!(
                !GENERAL.contains(&line.key),
                "{} hides a general action",
                line.key
            );
        }
        let general: Vec<_> = process.lines().skip(process.actions.len()).collect();
        assert!(general.iter().all(|line| GENERAL.contains(&line.key)));
    }
}

#[test]
fn every_cited_rule_exists() {
    let catalogue = std::fs::read_to_string(root().join("../shared/domain/rules.md"));
    if catalogue.is_err() {
        println!("skipped: the rule catalogue is not beside this checkout");
    }
    let of_messages = MESSAGES.iter().map(|message| message.rule);
    let cited: BTreeSet<_> = ALL
        .iter()
        .flat_map(|process| process.cited_rules())
        .chain(of_messages)
        .chain(guard_rules())
        .filter(|rule| !rule.is_empty())
        .collect();
    for rule in cited {
        assert!(rules().contains(rule), "{rule} is not in the list");
        if let Ok(catalogue) = &catalogue {
            assert!(
                catalogue.contains(&format!("| {rule} |")),
                "{rule} is not in the catalogue"
            );
        }
    }
}

fn guard_rules() -> Vec<&'static str> {
    let lines = ALL.iter().flat_map(|process| process.lines());
    let of_guards = lines
        .flat_map(|line| line.guards)
        .filter_map(|guard| match guard {
            Guard::Holds(_, _, rule)
            | Guard::InTime(_, _, _, rule)
            | Guard::TooLate(_, _, _, rule)
            | Guard::TimeLeft(_, _, rule)
            | Guard::Yes(_, _, rule)
            | Guard::Same(_, _, _, rule)
            | Guard::Among(_, _, _, rule)
            | Guard::NotYet(_, _, rule)
            | Guard::Ordered(_, _, _, rule)
            | Guard::Filled(_, rule) => Some(*rule),
            Guard::Past(_)
            | Guard::NotFuture(_)
            | Guard::BeforeReceipt(_)
            | Guard::Future(_)
            | Guard::Pairs(..)
            | Guard::Runs(..)
            | Guard::RunOf(..)
            | Guard::BeforePeople(_) => None,
        });
    let fields = ALL.iter().flat_map(|process| fields(process));
    let of_fields = fields.filter_map(|field| match field.required {
        Required::IfEmpty(_, rule) => Some(rule),
        _ => None,
    });
    of_guards.chain(of_fields).collect()
}

/// Every rule of the procedures is kept somewhere in the tables.
#[test]
fn every_rule_of_the_procedure_is_cited() {
    let cited: BTreeSet<_> = ALL
        .iter()
        .flat_map(|process| process.cited_rules())
        .collect();
    for rule in rules().iter().map(String::as_str) {
        assert!(cited.contains(rule), "{rule} is kept nowhere");
    }
}

/// The text keys that the tables need.
fn wanted(process: &'static Process) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut want = |key: String| _ = keys.insert(key);
    let mut with_help = |key: String| {
        want(format!("{key}.help"));
        want(key);
    };
    with_help(format!("process.{}", process.key));
    with_help(process.action_text("open"));
    process
        .lines()
        .for_each(|line| with_help(process.action_text(line.key)));
    for field in fields(process) {
        with_help(format!("field.{}", field.key));
    }
    want(format!("queue.{}", process.queue.key()));
    process
        .states
        .iter()
        .for_each(|state| want(process.state_text(state.key)));
    process
        .clocks
        .iter()
        .for_each(|clock| want(format!("clock.{}", clock.key)));
    process
        .cited_rules()
        .iter()
        .for_each(|rule| want(format!("rule.{rule}")));
    for field in fields(process) {
        if let FieldKind::Choice(choices) = field.kind {
            for key in choices {
                want(format!("choice.{}.{key}", field.key));
            }
        }
    }
    for row in transitions(process) {
        row.starts
            .iter()
            .for_each(|clock| want(format!("clock.{clock}")));
        row.messages
            .iter()
            .for_each(|kind| want(format!("message.{kind}")));
        row.sets
            .iter()
            .for_each(|fact| want(format!("fact.{fact}")));
        want(format!("by.{}", row.by));
    }
    for effect in process.actions.iter().flat_map(|line| all(line.effects)) {
        if let Effect::Set(fact, word) = effect
            && !["yes", "no"].contains(word)
        {
            want(format!("choice.{fact}.{word}"));
        }
    }
    keys
}

/// Refusals that the sources of the engine can make.
fn refusals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            refusals(&path, found);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        for part in source.split("Refusal::new(").skip(1) {
            if let Some((key, _)) = part.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
                found.insert(key.to_owned());
            }
        }
    }
}

#[test]
fn every_text_stands_in_every_language() {
    let mut keys: BTreeSet<String> = ALL.iter().flat_map(|process| wanted(process)).collect();
    keys.extend(rules().iter().map(|rule| format!("rule.{rule}")));
    let mut found = BTreeSet::new();
    refusals(&root().join("src/process"), &mut found);
    let lines = ALL.iter().flat_map(|process| process.lines());
    for guard in lines.flat_map(|line| line.guards) {
        if let Guard::Holds(_, key, _)
        | Guard::InTime(_, _, key, _)
        | Guard::TooLate(_, _, key, _)
        | Guard::TimeLeft(_, key, _)
        | Guard::Yes(_, key, _)
        | Guard::Same(_, _, key, _)
        | Guard::Among(_, _, key, _)
        | Guard::NotYet(_, key, _)
        | Guard::Ordered(_, _, key, _)
        | Guard::Runs(_, key) = guard
        {
            found.insert((*key).to_owned());
        }
    }
    assert!(found.len() > 25, "the scan finds refusals");
    keys.extend(found.into_iter().map(|key| format!("refusal.{key}")));
    for lang in LANGUAGES {
        let texts = texts(lang);
        for key in &keys {
            let text = texts
                .get(key)
                .unwrap_or_else(|| panic!("{lang}: {key} is missing"));
            assert!(!text.trim().is_empty(), "{lang}: {key} is empty");
        }
    }
}

/// Notes and lists are no values of a list: an event could not hold them.
#[test]
fn lists_are_of_single_values() {
    for field in ALL.iter().flat_map(|process| fields(process)) {
        if let FieldKind::List(of) = field.kind {
            let is_simple = !matches!(of, FieldKind::Note | FieldKind::List(_));
            assert!(is_simple, "{}", field.key);
        }
    }
}

#[test]
fn labels_are_short_enough_for_the_screen() {
    for texts in LANGUAGES.map(texts) {
        for (key, text) in texts {
            let limit = match key.split('.').next().unwrap() {
                _ if key.split('.').next_back() == Some("help") => 110,
                "action" | "clock" | "field" | "choice" => 30,
                "state" => 32,
                _ => continue,
            };
            let limit = if key.starts_with("action.") && limit == 30 {
                28
            } else {
                limit
            };
            assert!(
                text.chars().count() <= limit,
                "{key} is longer than {limit}: {text}"
            );
        }
    }
}

/// In whatever state a case may be closed, whatever clock may run there is ended by the closing.
#[test]
fn no_clock_runs_on_in_a_closed_case() {
    for process in ALL {
        let rows = transitions(process);
        let mut may_run: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for _ in 0..rows.len() {
            for row in &rows {
                let mut runs = may_run.get(row.from).cloned().unwrap_or_default();
                runs.retain(|clock| !row.ends.contains(clock));
                // an opening may start and end a clock at once
                runs.extend(row.starts.iter().filter(|clock| !row.ends.contains(*clock)));
                may_run.entry(row.to).or_default().extend(runs);
            }
        }
        for state in process
            .states
            .iter()
            .filter(|state| process.is_final(state.key))
        {
            let mut runs = may_run.remove(state.key).unwrap_or_default();
            if state.key == "closed_no_action" {
                runs.remove("handle_5wd"); // not started there; the walks show it
            }
            assert!(runs.is_empty(), "{} may leave {runs:?} running", state.key);
        }
        for clock in process.clocks {
            let ended = rows.iter().any(|row| row.ends.contains(clock.key));
            let started = rows.iter().any(|row| row.starts.contains(clock.key));
            assert!(
                started && ended,
                "{} is not both started and ended",
                clock.key
            );
        }
    }
}

#[test]
fn messages_are_declared_and_used() {
    let rows: Vec<_> = ALL
        .iter()
        .flat_map(|process| transitions(process))
        .collect();
    for kind in rows.iter().flat_map(|row| &row.messages) {
        assert!(message(kind).is_some(), "{kind} is not declared");
    }
    for declared in MESSAGES {
        let used = rows.iter().any(|row| row.messages.contains(declared.kind));
        assert!(used, "{} is never sent", declared.kind);
    }
}

/// A clock of the process, or one that people set for themselves in every process.
fn is_clock(process: &Process, clock: &str) -> bool {
    process.clock(clock).is_some() != loket::process::general::is_reminder(clock)
}

/// Facts, clocks and fields.
type Named = (
    BTreeSet<&'static str>,
    BTreeSet<&'static str>,
    BTreeSet<&'static str>,
);

/// What the guards and effects of a line name.
fn names(line: &'static Action) -> Named {
    let (mut facts, mut clocks, mut fields) = Named::default();
    for guard in line.guards {
        match guard {
            Guard::Holds(cond, ..) => named(cond, &mut facts, &mut clocks),
            Guard::InTime(field, clock, ..)
            | Guard::TooLate(field, clock, ..)
            | Guard::RunOf(field, clock) => {
                fields.insert(*field);
                clocks.insert(*clock);
            }
            Guard::TimeLeft(clock, ..) | Guard::Runs(clock, _) => _ = clocks.insert(*clock),
            Guard::Past(field)
            | Guard::NotFuture(field)
            | Guard::BeforeReceipt(field)
            | Guard::Future(field)
            | Guard::BeforePeople(field)
            | Guard::Yes(field, ..) => _ = fields.insert(*field),
            Guard::Pairs(one, other) | Guard::Ordered(one, other, ..) => {
                fields.extend([*one, *other]);
            }
            Guard::Same(field, fact, ..) | Guard::Among(field, fact, ..) => {
                fields.insert(*field);
                facts.insert(*fact);
            }
            Guard::NotYet(fact, ..) => _ = facts.insert(*fact),
            Guard::Filled(needed, _) => {
                for (cond, fact) in *needed {
                    named(cond, &mut facts, &mut clocks);
                    facts.insert(*fact);
                }
            }
        }
    }
    for cond in conds(line.effects) {
        named(cond, &mut facts, &mut clocks);
    }
    for effect in all(line.effects) {
        if let Effect::Copy(_, from) | Effect::Earliest(_, from) = effect {
            facts.insert(*from);
        }
        if let Effect::Keep(field)
        | Effect::Add(_, field)
        | Effect::Drop(_, field)
        | Effect::Until(_, field)
        | Effect::StopRun(_, field)
        | Effect::CancelRun(_, field) = effect
        {
            fields.insert(*field);
        }
    }
    (facts, clocks, fields)
}

#[test]
fn guards_and_effects_name_what_there_is() {
    for process in ALL {
        let rows = transitions(process);
        let facts: BTreeSet<_> = rows
            .iter()
            .flat_map(|row| row.sets.iter().copied())
            .collect();
        for line in process.lines() {
            let asked: BTreeSet<_> = line.fields.iter().map(|field| field.key).collect();
            let (of_facts, of_clocks, of_fields) = names(line);
            assert!(of_fields.is_subset(&asked), "{}: {of_fields:?}", line.key);
            for fact in &of_facts {
                assert!(
                    facts.contains(fact) || asked.contains(fact),
                    "{}: {fact}",
                    line.key
                );
            }
            for clock in of_clocks {
                assert!(is_clock(process, clock), "{}: {clock}", line.key);
            }
        }
        for row in &rows {
            for clock in row.starts.iter().chain(&row.ends).chain(&row.breaches) {
                assert!(is_clock(process, clock), "{}: {clock}", row.action);
            }
            assert!(row.timer.is_none_or(|clock| is_clock(process, clock)));
            assert!(
                row.opens
                    .iter()
                    .all(|key| loket::process::find(key).is_some())
            );
        }
        assert!(
            process
                .opening
                .unique_by
                .iter()
                .all(|key| facts.contains(key))
        );
        assert!(matches!(
            process.opening.states.last(),
            Some((Cond::Always, _))
        ));
        assert!(!process.is_final(process.opening.reopened));
    }
}

#[test]
fn fields_of_one_name_are_of_one_kind() {
    let mut kinds: BTreeMap<&str, FieldKind> = BTreeMap::new();
    for field in ALL.iter().flat_map(|process| fields(process)) {
        let known = kinds.entry(field.key).or_insert(field.kind);
        assert_eq!(*known, field.kind, "{}", field.key);
        if let Some(preset) = field.preset {
            let country = loket::domain::country::Country::Nl;
            assert!(field.parse(preset, country).is_ok(), "{}", field.key);
        }
    }
}

#[test]
fn the_table_for_the_database_has_the_agreed_shape() {
    let table = table();
    let doubt = table
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["key"] == "doubt")
        .unwrap();
    assert_eq!(
        (&doubt["prefix"], &doubt["queue"]),
        (&"GT".into(), &"mandate".into())
    );
    assert_eq!(doubt["unique_by"], serde_json::json!(["ean", "party_gln"]));
    let rows = doubt["transitions"].as_array().unwrap();
    let find = |action: &str, from: &str| {
        let is_row = |row: &&serde_json::Value| row["action"] == action && row["from"] == from;
        rows.iter()
            .find(is_row)
            .unwrap_or_else(|| panic!("{action} from {from}"))
    };
    let opening = find("open", "");
    assert_eq!(opening["to"], "blocked_contact_due");
    assert!(
        opening["messages"]
            .as_array()
            .unwrap()
            .contains(&"block".into())
    );
    let lapse = find("no_proof_in_time", "awaiting_party");
    assert_eq!(
        (&lapse["by"], &lapse["timer"]),
        (&"timer".into(), &"response_72h".into())
    );
    assert!(find("clock_passed", "assessing")["timer"].is_null());
    assert_eq!(
        find("unblocked", "unblock_due")["destroys"],
        serde_json::json!(["authorisation"])
    );
    let contact = &find("contact_party", "blocked_contact_due")["fields"][0];
    assert_eq!(contact["kind"], "choice");
    assert!(
        contact["choices"]
            .as_array()
            .unwrap()
            .contains(&"email".into())
    );
    assert_eq!(
        find("inform_acm", "closed_unlawful")["to"],
        "closed_unlawful"
    );
}

#[test]
fn the_diagram_has_every_state_and_its_ways() {
    let texts = texts("en");
    for process in ALL {
        let drawn = diagram(process, |key| texts[key].clone());
        assert!(drawn.starts_with("stateDiagram-v2\n"));
        for state in process.states {
            assert!(
                drawn.contains(&format!(" as {}\n", state.key)),
                "{}",
                state.key
            );
            assert!(
                drawn.contains(&format!("--> {}", state.key)),
                "{}",
                state.key
            );
        }
    }
    let drawn = diagram(ALL[0], |key| texts[key].clone());
    assert!(drawn.contains(
        "    awaiting_party --> block_maintained: 72 hours without proof [answer of the party]\n"
    ));
}

/// The referee must know which messages wait for no grace: its list is that of the table.
#[test]
fn what_leaves_at_once_is_what_the_database_lets_leave() {
    let path = root().join("migrations/0002_helpers.sql");
    let source = std::fs::read_to_string(path).unwrap();
    let (_, function) = source.split_once("FUNCTION leaves_at_once").unwrap();
    let (_, kinds) = function.split_once(" IN (").unwrap();
    let (kinds, _) = kinds.split_once(')').unwrap();
    let of_database: BTreeSet<_> = kinds
        .split(", ")
        .map(|kind| kind.trim_matches('\''))
        .collect();
    let at_once = MESSAGES.iter().filter(|message| message.at_once);
    assert_eq!(
        at_once.map(|one| one.kind).collect::<BTreeSet<_>>(),
        of_database
    );
}
