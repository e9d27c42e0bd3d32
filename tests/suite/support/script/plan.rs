//! A way through a process table: breadth first, by the engine itself, so that every guard, every
//! required field and every clock is honoured. Answers are made by the kind of their field.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use loket::process::engine::{
    Actor, Answer, Answers, CaseFacts, Context, Facts, after, step, timer_action,
};
use loket::process::field::{Asked, Value};
use loket::process::{Action, By, Effect, Field, FieldKind, Process};
use uuid::Uuid;

use crate::process_world::calendars;

/// Whose turn a line of the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Somebody at a keyboard: a customer, an agent, an installer.
    Person,
    /// The worker does it by itself.
    Worker,
    /// The customer at the payment service, or the bank.
    Payer,
    /// Whoever was given an order.
    Receiver,
    /// A clock passes.
    Clock,
}

/// Whose turn that line is.
pub(crate) fn turn(line: &Action) -> Turn {
    match (line.key, line.by) {
        (_, By::Timer(_)) => Turn::Clock,
        ("check_result" | "payment_created", _) => Turn::Worker,
        (_, By::Outside) => Turn::Payer,
        ("domain_ack" | "gsa_ack" | "gsa_done" | "gsa_not_done" | "gsa_status", _) => {
            Turn::Receiver
        }
        _ => Turn::Person,
    }
}

/// What happens when something is broken; the tests of the worker are about that.
/// … and what a notification needs not, for the same reason.
const ACCIDENTS: [&str; 17] = [
    "payment_stray",
    "payment_mismatch",
    "refund_failed",
    "refund_again",
    "delivery_failed",
    "check_failed",
    "check_again",
    "fetch",
    "update_and_close",
    "clear_and_refetch",
    "keep",
    "installer_note",
    "work_status",
    "work_done",
    "work_not_done",
    "order_work_again",
    "came_without",
];

/// Words that open no way and bar none: who did it, and what was chosen.
const ASIDE: [&str; 14] = [
    "opened_by",
    "on_behalf",
    "validated_by",
    "step",
    "check_source",
    "declares_authorised",
    "flavour",
    "gsa_state",
    "check_outcome",
    "suitability",
    "not_done_reason",
    "refund",
    "check_task",
    "submitted",
];

/// Yes, no and choices that answer a line.
pub(crate) type Words = Vec<(&'static str, &'static str)>;

/// One step of a way.
#[derive(Debug, Clone)]
pub(crate) struct Planned {
    pub(crate) line: &'static Action,
    pub(crate) words: Words,
    /// What the case is like after it.
    pub(crate) after: String,
}

/// What answers are made of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pub(crate) texts: BTreeMap<&'static str, String>,
    pub(crate) slot: Option<(i64, DateTime<Utc>)>,
}

/// How a way is looked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Search {
    pub(crate) process: &'static Process,
    pub(crate) now: DateTime<Utc>,
    /// Turns the choices, so that not all ways take the first of each.
    pub(crate) seed: usize,
    /// Whether what the worker does by itself is waited for.
    pub(crate) is_patient: bool,
    /// Whether the address can be an address.
    pub(crate) has_address: bool,
}

/// What matters of a case for the way ahead: the state and the words of the table.
pub(crate) fn sign(process: &Process, facts: &CaseFacts) -> String {
    let mut sign = facts.state.clone();
    for key in words_of(process) {
        if let Some(value) = facts.facts.get(*key) {
            let _ = write!(sign, " {key}={}", short(value));
        }
    }
    if process.key == "notification" {
        let _ = write!(sign, " {}", facts.facts.len());
    }
    sign
}

fn short(value: &Value) -> String {
    match value {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Code(code) => code.clone(),
        _ => "…".to_owned(),
    }
}

/// The facts that the table sets to words.
fn words_of(process: &Process) -> &'static BTreeSet<&'static str> {
    static ALL: OnceLock<BTreeMap<&'static str, BTreeSet<&'static str>>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let words = |process: &&'static Process| {
            let mut words = BTreeSet::new();
            for line in process.actions {
                add_words(line.effects, &mut words);
            }
            words.retain(|key| !ASIDE.contains(key));
            (process.key, words)
        };
        loket::process::ALL.iter().map(words).collect()
    });
    &all[process.key]
}

fn add_words(effects: &'static [Effect], words: &mut BTreeSet<&'static str>) {
    for effect in effects {
        match effect {
            Effect::Set(key, _) => _ = words.insert(key),
            Effect::When(_, effects) => add_words(effects, words),
            _ => {}
        }
    }
}

struct Node {
    case: CaseFacts,
    now: DateTime<Utc>,
    from: usize,
    step: Option<Planned>,
}

impl Node {
    /// What the table allows and the world does not: a payment that nobody asked for, and what was
    /// said of one that has ended. Who pays while the time runs out is heard after it.
    fn can_be(&self, key: &str, goal: &str) -> bool {
        let payment = |word| self.case.facts.get("payment").is_some_and(|it| it.is(word));
        let is_just_over = self
            .step
            .as_ref()
            .is_some_and(|it| it.line.key == "slot_released");
        match key {
            "payment_created" => payment("asked"),
            "payment_paid" => payment("open") || is_just_over,
            // the same words for the case, but no way on
            "payment_expired" if goal == "paid_needs_slot" => false,
            "payment_failed" | "payment_canceled" | "payment_expired" => payment("open"),
            _ => true,
        }
    }
}

impl Search {
    /// The shortest way to that state, and what the case is like there.
    pub(crate) fn way(self, case: &CaseFacts, goal: &str) -> Option<(Vec<Planned>, CaseFacts)> {
        let mut nodes = vec![Node {
            case: case.clone(),
            now: self.now,
            from: 0,
            step: None,
        }];
        let mut seen = BTreeSet::from([sign(self.process, case)]);
        let mut queue = VecDeque::from([0]);
        while let Some(at) = queue.pop_front() {
            if nodes[at].case.state == goal {
                return Some((trace(&nodes, at), nodes[at].case.clone()));
            }
            for (planned, case, now) in self.ahead(&nodes[at], goal) {
                if seen.insert(planned.after.clone()) {
                    queue.push_back(nodes.len());
                    nodes.push(Node {
                        case,
                        now,
                        from: at,
                        step: Some(planned),
                    });
                }
            }
        }
        None
    }

    /// Everything that can come next.
    fn ahead(self, node: &Node, goal: &str) -> Vec<(Planned, CaseFacts, DateTime<Utc>)> {
        let (case, now) = (&node.case, node.now);
        let mut found = Vec::new();
        let lines = self.process.actions.iter();
        let lines = lines.filter(|line| self.process.allows(line, &case.state));
        for line in lines.filter(|line| !ACCIDENTS.contains(&line.key)) {
            // before a clock passes the worker has long done its part
            let is_early = waits(case)
                && match turn(line) {
                    Turn::Worker => false,
                    Turn::Clock => true,
                    _ => self.is_patient,
                };
            if is_early || !node.can_be(line.key, goal) {
                continue;
            }
            let (actor, now) = match line.by {
                By::Timer(clock) => match passed(case, clock, line) {
                    Some(due) => (Actor::Timer, due.max(now)),
                    None => continue,
                },
                By::Holder => (Actor::Agent, now + TimeDelta::minutes(1)),
                By::Lead => continue,
                By::Installer => (Actor::Installer, now + TimeDelta::minutes(1)),
                _ => (Actor::System, now + TimeDelta::minutes(1)),
            };
            let fields = line.asked(case);
            if !self.has_address && fields.iter().any(|field| field.key == "postcode") {
                continue;
            }
            let known = Known {
                texts: BTreeMap::new(),
                slot: Some((1, now + TimeDelta::days(10))),
            };
            for words in variants(&fields, self.seed) {
                let given = fill(&fields, &words, &known, &case.facts, now);
                if let Some((planned, case)) =
                    attempt(self.process, case, (line, words), &given, (actor, now))
                {
                    found.push((planned, case, now));
                }
            }
        }
        let count = found.len().max(1);
        found.rotate_left(self.seed % count);
        found
    }
}

/// Whether the worker has something to do that cannot be stopped.
fn waits(case: &CaseFacts) -> bool {
    let is_asked = case.facts.get("payment").is_some_and(|it| it.is("asked"));
    is_asked || case.state.starts_with("checking")
}

/// Just after the clock passes, where that line is what its passing does.
fn passed(case: &CaseFacts, clock: &str, line: &Action) -> Option<DateTime<Utc>> {
    let mut runs = case.clocks.iter();
    let run = runs.find(|run| run.key == clock && run.is_running())?;
    let due = run.due_at + TimeDelta::seconds(1);
    (timer_action(case, clock, due) == Some(line.key)).then_some(due)
}

fn attempt(
    process: &'static Process,
    case: &CaseFacts,
    (line, words): (&'static Action, Words),
    given: &Answers,
    (actor, now): (Actor, DateTime<Utc>),
) -> Option<(Planned, CaseFacts)> {
    let context = Context {
        now,
        actor,
        calendars: calendars(),
        command: Uuid::nil(),
    };
    let change = step(case, line.key, given, &context).ok()?;
    let next = after(case, &change);
    let after = sign(process, &next);
    Some((Planned { line, words, after }, next))
}

fn trace(nodes: &[Node], mut at: usize) -> Vec<Planned> {
    let mut way = Vec::new();
    while let Some(step) = &nodes[at].step {
        way.push(step.clone());
        at = nodes[at].from;
    }
    way.reverse();
    way
}

/// Most combinations of choices of one line.
const MOST: usize = 24;

/// The combinations of what can be chosen.
fn variants(fields: &[&'static Field], seed: usize) -> Vec<Words> {
    let mut all: Vec<Words> = vec![Vec::new()];
    for field in fields.iter().filter(|field| field.asked == Asked::Yes) {
        let mut options: Vec<&'static str> = match (field.kind, field.preset) {
            (FieldKind::YesNo, _) => vec!["yes", "no"],
            (FieldKind::Choice(_), Some(preset)) => vec![preset],
            (FieldKind::Choice(keys), None) => keys.to_vec(),
            _ => continue,
        };
        let count = options.len();
        options.rotate_left(seed % count);
        options.truncate((MOST / all.len()).max(1));
        let with = |words: &Words, option| {
            let mut words = words.clone();
            words.push((field.key, option));
            words
        };
        let combined = all.iter();
        all = combined
            .flat_map(|words| options.iter().map(move |option| with(words, *option)))
            .collect();
    }
    all
}

/// Answers to the fields of a line.
pub(crate) fn fill(
    fields: &[&'static Field],
    words: &Words,
    known: &Known,
    facts: &Facts,
    now: DateTime<Utc>,
) -> Answers {
    let mut given = Answers::new();
    for field in fields {
        let word = words.iter().find(|(key, _)| *key == field.key);
        let answer = match word {
            Some((_, word)) => Some(Answer::Value(Value::word(word))),
            None => answer(field, known, facts, now),
        };
        if let Some(answer) = answer {
            given.insert(field.key.to_owned(), answer);
        }
    }
    given
}

fn answer(field: &Field, known: &Known, facts: &Facts, now: DateTime<Utc>) -> Option<Answer> {
    let code = |text: &str| Some(Answer::Value(Value::Code(text.to_owned())));
    if let Some(text) = known.texts.get(field.key) {
        return Some(if field.kind.is_text() {
            Answer::Free(text.clone())
        } else {
            code(text)?
        });
    }
    match field.key {
        "slot" => {
            return known
                .slot
                .map(|(slot, _)| Answer::Value(Value::Number(slot)));
        }
        "slot_start" => {
            return known
                .slot
                .map(|(_, start)| Answer::Value(Value::instant(start)));
        }
        "payment_id" => return fact(facts, "payment_id").or_else(|| code("pay-1")),
        "paid_amount" => return fact(facts, "amount"),
        // what the case does not know yet
        "gsa_order" | "expires_at" if !is_needed(field) => return None,
        _ => {}
    }
    if field.asked == Asked::Derived {
        return None;
    }
    let free = |text: &str| Some(Answer::Free(text.to_owned()));
    match field.kind {
        FieldKind::Line | FieldKind::Note => free("as said on the telephone"),
        FieldKind::Postcode => free("5226HP"),
        FieldKind::HouseNumber => free("1"),
        FieldKind::PersonNumber => free("198112189876"),
        FieldKind::CompanyNumber => free("5560160680"),
        FieldKind::Date => code(&now.date_naive().to_string()),
        FieldKind::Money => code("EUR 67.66"),
        FieldKind::Ean => code("871687900400000374"),
        FieldKind::Number => code(
            field
                .part
                .and_then(|part| part.min.as_deref())
                .unwrap_or("1"),
        ),
        FieldKind::Code | FieldKind::MeterNumber => code("A1"),
        FieldKind::Customer => code("NL0000001"),
        _ => None,
    }
}

fn is_needed(field: &Field) -> bool {
    field.required != loket::process::Required::No
}

fn fact(facts: &Facts, key: &str) -> Option<Answer> {
    facts.get(key).cloned().map(Answer::Value)
}
