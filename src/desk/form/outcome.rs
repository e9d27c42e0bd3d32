//! From the answers of a form to what it will do, or to what is missing. The engine decides; here
//! its refusals are put into words and beside the right field.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::bulk::plan;
use super::super::effect::Call;
use super::super::preview;
use super::super::promises;
use super::super::route::Subject;
use super::super::undo;
use super::super::world::World;
use super::super::{fetch, find, held, limits, washing};
use super::read::Reading;
use super::{Entry, emptied, must_be_filled};
use crate::process::engine::{self, Actor, Answer, Answers, CaseFacts, Change, Context, Refusal};
use crate::process::field::Value;
use crate::process::{self, Action, Field};
use crate::store::rows::{Along, CaseId, Role};

/// What a form would do.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// This; in words and as the call to make.
    Ready(Vec<preview::Line>, Box<Plan>),
    /// These fields stand against it: field key and reason in words.
    Fields(Vec<(String, String)>),
    /// The whole is refused, in words.
    Refused(String),
    /// What it needs was not read yet.
    Unknown,
}

/// The call, apart from what is only known when it is made.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// An action of a case.
    Apply(Change, Needs),
    /// An opening.
    Open(Change, Answers),
    /// Something that is a call already, or needs the lease only.
    HandOver(Option<i32>, String, Along),
    /// Passing over: reason and line.
    Skip(String, Option<String>),
    /// Ready to be made.
    Call(Call),
    /// Something with many cases: previewed case by case.
    Many,
}

/// Whether an action needs the case to be held (decision 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Yes.
    Lease,
    /// No.
    Nothing,
}

/// As what we act.
pub fn actor(world: &World) -> Actor {
    match world.role() {
        Some(Role::Lead | Role::Admin) => Actor::Lead,
        Some(Role::Installer) => Actor::Installer,
        _ => Actor::Agent,
    }
}

/// The action of that key that the engine lists for the case: several lines of a table may share
/// a key, and their guards choose.
pub fn action_of(
    world: &World,
    case: CaseId,
    key: &str,
    now: DateTime<Utc>,
) -> Option<&'static Action> {
    action_of_facts(world, &world.case(case)?.detail.facts, key, now)
}

/// … for a case of which only the facts were read.
pub fn action_of_facts(
    world: &World,
    facts: &CaseFacts,
    key: &str,
    now: DateTime<Utc>,
) -> Option<&'static Action> {
    let calendars = world.calendars.as_deref()?;
    let context = Context {
        now: world.legal(now),
        actor: actor(world),
        calendars,
        command: Uuid::nil(),
    };
    let listed = engine::listed(facts, &context);
    let found = listed.iter().find(|listed| listed.action.key == key)?;
    Some(found.action)
}

/// What the form would do now. `command` is the id under which it will be written.
pub fn of(
    world: &World,
    subject: &Subject,
    entries: &[Entry],
    command: Uuid,
    now: DateTime<Utc>,
) -> Outcome {
    let wrong = wrong(world, subject, entries, now);
    if !wrong.is_empty() {
        return Outcome::Fields(wrong);
    }
    match subject {
        Subject::Action(case, action) => of_action(world, *case, action, entries, command, now),
        Subject::Open(process) => of_opening(world, process, entries, command, now),
        Subject::TakeBack(case) => undo::outcome(world, *case, now),
        Subject::Many(act) => plan::weigh(world, act, entries, now),
        Subject::Keep(_) => find::outcome(world, entries),
        Subject::Update(id, approve) => washing::outcome(world, *id, *approve, entries),
        Subject::Limits(queue, agent) => limits::outcome(world, *queue, *agent, entries),
        _ => of_call(world, subject, entries),
    }
}

/// The fields that stand against it by themselves: those missing, and those that cannot be read.
fn wrong(
    world: &World,
    subject: &Subject,
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Vec<(String, String)> {
    let mut wrong = missing(world, entries);
    let declared = match subject {
        Subject::Action(case, key) => world
            .case(*case)
            .zip(action_of(world, *case, key, now))
            .map(|(loaded, action)| {
                let fields = action.asked(&loaded.detail.facts);
                (&*loaded.detail.row.process, fields)
            }),
        Subject::Open(process) => process::find(process)
            .map(|process| (process.key, Cow::Borrowed(process.opening.fields))),
        _ => None,
    };
    if let Some((process, fields)) = declared
        && let Err(unread) = answers(world, process, &fields, entries, now)
    {
        wrong.extend(unread);
    }
    let unknown = entries.iter().filter_map(|entry| {
        let said = entry.unknown.clone()?;
        Some((entry.key.clone(), said))
    });
    wrong.extend(unknown);
    wrong
}

fn missing(world: &World, entries: &[Entry]) -> Vec<(String, String)> {
    let empty = |entry: &&Entry| entry.raw().trim().is_empty() && must_be_filled(entries, entry);
    let said = world.texts.get("form.missing");
    let named = entries
        .iter()
        .filter(empty)
        .map(|e| (e.key.clone(), said.to_owned()));
    named.collect()
}

fn of_action(
    world: &World,
    case: CaseId,
    key: &str,
    entries: &[Entry],
    command: Uuid,
    machine: DateTime<Utc>,
) -> Outcome {
    let (Some(loaded), Some(calendars), Some(action)) = (
        world.case(case),
        world.calendars.as_deref(),
        action_of(world, case, key, machine),
    ) else {
        return Outcome::Unknown;
    };
    let mut answers = match answers(
        world,
        &loaded.detail.row.process,
        &action.asked(&loaded.detail.facts),
        entries,
        machine,
    ) {
        Ok(answers) => answers,
        Err(wrong) => return Outcome::Fields(wrong),
    };
    answers.extend(emptied::answers(&loaded.detail, action, entries));
    let (now, actor) = (world.legal(machine), actor(world));
    let context = Context {
        now,
        actor,
        calendars,
        command,
    };
    if let Err(outcome) = fetch::lay_over(world, (case, key), entries, &mut answers) {
        return outcome;
    }
    let needs = if held::needs_holder(action.by) {
        Needs::Lease
    } else {
        Needs::Nothing
    };
    if needs == Needs::Lease
        && let Some(said) = held::by_other(world, case, machine)
    {
        return Outcome::Refused(said);
    }
    match engine::step(&loaded.detail.facts, key, &answers, &context) {
        Ok(change) => {
            let mut lines = fetch::lines(world, key, entries);
            lines.extend(preview::of(world, &change, Some(&loaded.detail.facts), now));
            Outcome::Ready(lines, Box::new(Plan::Apply(change, needs)))
        }
        Err(refusal) => refused(world, &refusal, entries),
    }
}

fn of_opening(
    world: &World,
    process: &str,
    entries: &[Entry],
    command: Uuid,
    now: DateTime<Utc>,
) -> Outcome {
    let (Some(process), Some(calendars)) = (process::find(process), world.calendars.as_deref())
    else {
        return Outcome::Unknown;
    };
    let mut answers = match answers(world, process.key, process.opening.fields, entries, now) {
        Ok(answers) => answers,
        Err(wrong) => return Outcome::Fields(wrong),
    };
    if let Some(firm) = world.me.as_ref().and_then(|me| me.firm.clone()) {
        // for whom an installer works is no question
        answers.insert("party_gln".to_owned(), Answer::Value(Value::Code(firm)));
    }
    let (now, actor) = (world.legal(now), actor(world));
    let context = Context {
        now,
        actor,
        calendars,
        command,
    };
    if let Err(refusal) = world.lists.allow(&answers) {
        return refused(world, &refusal, entries);
    }
    match engine::open(process, now, &answers, &context) {
        Ok(change) => {
            let lines = preview::of(world, &change, None, now);
            Outcome::Ready(lines, Box::new(Plan::Open(change, answers)))
        }
        Err(refusal) => refused(world, &refusal, entries),
    }
}

/// The answers of a form, parsed by the fields; what no field asks is left out.
pub fn answers(
    world: &World,
    process: &str,
    fields: &[&'static Field],
    entries: &[Entry],
    now: DateTime<Utc>,
) -> Result<Answers, Vec<(String, String)>> {
    let reading = Reading::new(world, process, now);
    let (mut answers, mut wrong) = (BTreeMap::new(), Vec::new());
    for entry in entries
        .iter()
        .filter(|entry| !entry.raw().trim().is_empty())
    {
        let Some(field) = fields.iter().find(|field| field.key == entry.key) else {
            continue;
        };
        match field.parse(&reading.plain(entry), reading.country) {
            Ok(answer) => {
                answers.insert(entry.key.clone(), answer);
            }
            Err(refusal) => wrong.push((entry.key.clone(), preview::refusal(world, &refusal))),
        }
    }
    promises::derive(&reading, fields, entries, &mut answers);
    for (key, value) in entries.iter().flat_map(Entry::following) {
        if fields.iter().any(|field| field.key == *key) {
            answers.insert((*key).to_owned(), Answer::Value(value.clone()));
        }
    }
    if wrong.is_empty() {
        Ok(answers)
    } else {
        Err(wrong)
    }
}

/// A refusal beside its field, if the form has it, else for the whole.
pub fn refused(world: &World, refusal: &Refusal, entries: &[Entry]) -> Outcome {
    let said = preview::refusal(world, refusal);
    match &refusal.field {
        Some(field) if entries.iter().any(|entry| entry.key == *field) => {
            Outcome::Fields(vec![(field.clone(), said)])
        }
        _ => Outcome::Refused(said),
    }
}

fn of_call(world: &World, subject: &Subject, entries: &[Entry]) -> Outcome {
    let raw = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key);
        entry.map_or("", |entry| entry.raw().trim())
    };
    let number = |key: &str| raw(key).parse::<i32>().ok();
    let plan = match subject {
        Subject::HandOver(_) => {
            let along = match raw("drafts") {
                "yes" => Along::Drafts,
                _ => Along::Nothing,
            };
            Plan::HandOver(number("to"), raw("line").to_owned(), along)
        }
        Subject::Reassign(case) => Plan::Call(Call::Reassign {
            case: *case,
            to: number("to"),
            reason: raw("reason").to_owned(),
        }),
        Subject::CallBack(case) => Plan::Call(Call::Reassign {
            case: *case,
            to: None,
            reason: raw("reason").to_owned(),
        }),
        Subject::Transfer(case) => match number("queue") {
            Some(queue_id) => Plan::Call(Call::Transfer {
                case: *case,
                queue_id,
                reason: raw("reason").to_owned(),
            }),
            None => return Outcome::Unknown,
        },
        Subject::Attach(case) => Plan::Call(Call::Attach {
            case: *case,
            path: PathBuf::from(raw("path")),
            purpose: raw("purpose").to_owned(),
        }),
        Subject::Skip(case) if !world.leases.contains_key(case) => {
            return Outcome::Refused(world.texts.say("why.not_held_by_me"));
        }
        Subject::Skip(_) => {
            let line = raw("skip_line").to_owned();
            let line = (!line.is_empty()).then_some(line);
            Plan::Skip(raw("skip_reason").to_owned(), line)
        }
        Subject::TakeOver(case) => Plan::Call(Call::TakeOver {
            case: *case,
            reason: raw("take_over").to_owned(),
        }),
        Subject::Action(..)
        | Subject::Open(_)
        | Subject::TakeBack(_)
        | Subject::Many(_)
        | Subject::Limits(..)
        | Subject::Keep(_)
        | Subject::Update(..) => return Outcome::Unknown,
    };
    let label = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key);
        entry.map_or_else(String::new, label_of)
    };
    let lines = preview::of_call(world, subject, &label);
    Outcome::Ready(lines, Box::new(plan))
}

fn label_of(entry: &Entry) -> String {
    match &entry.ask {
        super::Ask::Choice(picks, Some(at)) => picks
            .get(*at)
            .map_or_else(String::new, |pick| pick.label.clone()),
        _ => entry.raw().to_owned(),
    }
}
