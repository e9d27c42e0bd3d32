//! The fields of a form, from what it is about; prefilled with what is known.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::bulk::Act;
use super::super::bulk::choices::shared_party;
use super::super::bulk::plan::LEAST;
use super::super::editor::{Editor, Lines};
use super::super::request;
use super::super::route::Subject;
use super::super::screen::bulk::preset;
use super::super::world::World;
use super::super::{find, limits};
use super::barred::barred;
use super::help;
use super::outcome::action_of_facts;
use super::read;
use super::runs::runs;
use super::suggest::Suggestions;
use super::{Ask, Entry, LINE_LIMIT, NOTE_LIMIT, Pick};
use crate::domain::when::Lean;
use crate::process::field::{Asked, Required};
use crate::process::{self, Field, FieldKind, engine};
use crate::store::rows::{Briefly, CaseId, PartyCard, SKIP_OTHER, SKIP_REASONS};

/// Why documents are kept, as the database knows it.
const PURPOSES: [&str; 4] = ["authorisation", "evidence", "letter", "other"];

/// The fields of the form. Empty when what it is about is not known (any more).
pub fn entries(world: &World, subject: &Subject, now: DateTime<Utc>) -> Vec<Entry> {
    match subject {
        Subject::Action(case, action) => of_action(world, *case, action, now),
        Subject::Open(process) => process::find(process).map_or_else(Vec::new, |process| {
            let fields = process.opening.fields.iter();
            let asked = fields.filter(|field| is_asked(field));
            let entries = asked.map(|field| of_field(world, field, None));
            entries.map(|entry| begun(world, entry)).collect()
        }),
        Subject::HandOver(case) => {
            let asked = [colleagues(world), line(world, "line")];
            asked.into_iter().chain(drafts(world, *case)).collect()
        }
        Subject::Reassign(_) => vec![colleagues(world), line(world, "reason")],
        Subject::CallBack(_) | Subject::Update(_, false) => vec![line(world, "reason")],
        Subject::Transfer(_) => vec![queues(world), line(world, "reason")],
        Subject::Attach(_) => vec![path(world), purpose(world)],
        Subject::TakeBack(_) | Subject::Update(_, true) => Vec::new(),
        Subject::Skip(_) => vec![skip_reason(world), skip_line(world)],
        Subject::TakeOver(_) => vec![line(world, "take_over")],
        Subject::Many(act) => of_many(world, act, now),
        Subject::Keep(line) => find::entries(world, line),
        Subject::Limits(queue, agent) => limits::entries(world, *queue, *agent),
    }
}

/// Another request of the same customer begins with the customer (PRIO-21).
fn begun(world: &World, mut entry: Entry) -> Entry {
    let customer = || world.another.as_deref();
    if let Some(customer) = customer().filter(|_| entry.key == "customer_ref") {
        entry.set(customer);
    }
    entry
}

fn of_action(world: &World, case: CaseId, action: &str, now: DateTime<Utc>) -> Vec<Entry> {
    let Some(loaded) = world.case(case) else {
        return Vec::new();
    };
    let Some(action) = super::outcome::action_of(world, case, action, now) else {
        return Vec::new();
    };
    let facts = &loaded.detail.facts;
    let party = loaded.detail.party.as_ref();
    let asked = action.asked(facts);
    let is_contact = asked.iter().any(|field| field.kind == FieldKind::Contact);
    let asked = asked.iter().filter(|field| is_asked(field));
    let build = |field: &&'static Field| {
        let mut entry = of_field(world, field, party);
        entry.lean = read::lean(action, field.key);
        if let FieldKind::Run(clock) = field.kind {
            entry.ask = runs(world, &loaded.detail, clock);
        }
        if is_contact && field.key == "channel" {
            entry.set("email");
        }
        entry.barred = barred(world, action, field);
        let known = engine::prefill(facts, action, field, world.legal(now));
        if let Some(known) = request::known::text(world, &loaded.detail, field).or(known) {
            entry.set(&known);
        }
        entry
    };
    asked.map(build).collect()
}

fn is_asked(field: &Field) -> bool {
    field.asked == Asked::Yes
}

/// One set of answers for all marked cases. What differs from case to case is not proposed.
fn of_many(world: &World, act: &Act, now: DateTime<Utc>) -> Vec<Entry> {
    let Some(job) = world.bulk.as_deref() else {
        return Vec::new();
    };
    let key = match act {
        Act::Action(key) => key,
        Act::Release | Act::TakeBack => return Vec::new(),
        Act::Reassign => return vec![receivers(world), line(world, "reason")],
    };
    let able = |one: &&Briefly| action_of_facts(world, &one.facts, key, now).is_some();
    let Some(first) = job.cases.iter().find(able) else {
        return Vec::new();
    };
    let Some(action) = action_of_facts(world, &first.facts, key, now) else {
        return Vec::new();
    };
    let party = shared_party(job);
    let fields = action.asked(&first.facts);
    let legal = world.legal(now);
    let build = |field: &&'static Field| {
        let mut entry = of_field(world, field, party);
        entry.lean = read::lean(action, field.key);
        if field.key == "channel" && party.is_some() && fields.iter().any(|field| is_contact(field))
        {
            entry.set("email");
        }
        let known = engine::prefill(&first.facts, action, field, legal);
        let is_of_all = |known: &String| {
            let mut others = job.cases.iter();
            others.all(|one| {
                engine::prefill(&one.facts, action, field, legal).as_ref() == Some(known)
            })
        };
        if let Some(known) = known.filter(is_of_all) {
            entry.set(&known);
        }
        entry
    };
    let asked = fields.iter().filter(|field| is_asked(field));
    asked.map(build).collect()
}

fn is_contact(field: &Field) -> bool {
    field.kind == FieldKind::Contact
}

/// Whoever holds least first, then the pool and the colleagues who are there.
fn receivers(world: &World) -> Entry {
    let mut entry = colleagues(world);
    if let Ask::Choice(picks, _) = &mut entry.ask
        && picks.len() > 1
    {
        let label = world.texts.say("bulk.least");
        let raw = LEAST.to_owned();
        picks.insert(0, Pick { raw, label });
    }
    preset(&mut entry.ask);
    entry
}

/// A field of a process, empty: each kind is asked in one way, in every form.
pub fn of_field(world: &World, field: &'static Field, party: Option<&PartyCard>) -> Entry {
    let texts = &world.texts;
    let listed = world.lists.picks(field.key, texts.lang());
    let ask = match field.kind {
        FieldKind::Code if listed.is_some() => choice(listed.into_iter().flatten()),
        FieldKind::Note | FieldKind::List(_) => text(Lines::Many, NOTE_LIMIT),
        FieldKind::Choice(keys) => choice(keys.iter().map(|key| {
            let of_form = field.part.and_then(|part| part.choice(key, texts.lang()));
            let text = || texts.say(&format!("choice.{}.{key}", field.key));
            ((*key).to_owned(), of_form.map_or_else(text, str::to_owned))
        })),
        FieldKind::YesNo => choice(
            ["yes", "no"]
                .into_iter()
                .map(|key| (key.to_owned(), texts.say(&format!("choice.yes_no.{key}")))),
        ),
        FieldKind::Contact => match party {
            Some(party) if !party.contacts.is_empty() => contacts(party),
            _ => text(Lines::One, LINE_LIMIT),
        },
        FieldKind::Party | FieldKind::Ean | FieldKind::Customer => {
            Ask::Look(Editor::new(Lines::One, LINE_LIMIT), Suggestions::default())
        }
        FieldKind::Line
        | FieldKind::Instant
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Money
        | FieldKind::Code
        | FieldKind::MeterNumber
        | FieldKind::Number
        | FieldKind::Slot
        | FieldKind::Postcode
        | FieldKind::HouseNumber
        | FieldKind::PersonNumber
        | FieldKind::CompanyNumber
        | FieldKind::NationalNumber
        | FieldKind::DNumber
        | FieldKind::EnterpriseNumber
        | FieldKind::Enterprise
        | FieldKind::Run(_) => text(Lines::One, LINE_LIMIT),
    };
    let key = format!("field.{}", field.key);
    let label = field.label(texts.lang());
    let label = label.unwrap_or_else(|| texts.get(&key));
    let help = help::of(texts, field);
    let mut entry = entry(field.key, label, &help, field.required, ask);
    entry.kind = Some(field.kind);
    // what is asked has happened, unless an action says otherwise
    entry.lean = Lean::Back;
    entry
}

/// A field that nothing was said about yet.
pub fn entry(key: &str, label: &str, help: &str, required: Required, ask: Ask) -> Entry {
    Entry {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        required,
        kind: None,
        lean: Lean::default(),
        ask,
        error: None,
        found: None,
        unknown: None,
        seen: false,
        read_at: None,
        written: None,
        barred: BTreeMap::new(),
        follows: Vec::new(),
    }
}

pub(in crate::desk) fn own(world: &World, key: &str, ask: Ask) -> Entry {
    let texts = &world.texts;
    let label = texts.say(&format!("form.{key}"));
    let help = texts.say(&format!("form.{key}.help"));
    entry(key, &label, &help, Required::Always, ask)
}

fn text(lines: Lines, limit: usize) -> Ask {
    Ask::Text(Editor::new(lines, limit))
}

pub(in crate::desk) fn choice(options: impl Iterator<Item = (String, String)>) -> Ask {
    let picks = options.map(|(raw, label)| Pick { raw, label }).collect();
    Ask::Choice(picks, None)
}

fn contacts(party: &PartyCard) -> Ask {
    let mut ask = choice(party.contacts.iter().map(|contact| {
        let shown = [&contact.name, &contact.email, &contact.phone];
        let known = shown.into_iter().filter(|part| !part.is_empty());
        let label: Vec<&str> = known.map(String::as_str).collect();
        (contact.contact_id.to_string(), label.join("  "))
    }));
    if let Ask::Choice(_, at) = &mut ask {
        *at = Some(0);
    }
    ask
}

pub(in crate::desk) fn line(world: &World, key: &str) -> Entry {
    own(world, key, text(Lines::One, LINE_LIMIT))
}

/// Whether what is unfinished goes along; asked when there is something.
fn drafts(world: &World, case: CaseId) -> Option<Entry> {
    let mut others = world.drafts.for_case(case);
    let is_other = others.any(|draft| !matches!(draft.content.subject, Subject::HandOver(_)));
    is_other.then(|| {
        let label = |key: &str| world.texts.say(&format!("choice.yes_no.{key}"));
        let picks = ["yes", "no"].map(|key| (key.to_owned(), label(key)));
        let mut entry = own(world, "drafts", choice(picks.into_iter()));
        entry.set("yes");
        entry
    })
}

/// What was typed, without a form for it (any more): to be read, and to be copied from.
pub fn of_answers(world: &World, answers: &[(String, String)]) -> Vec<Entry> {
    let typed = answers.iter().filter(|(_, raw)| !raw.is_empty());
    typed
        .map(|(key, raw)| {
            let known = ["field", "form"].map(|area| format!("{area}.{key}"));
            let label = known.iter().find_map(|key| world.texts.find(key));
            let label = label.unwrap_or(key).to_owned();
            let mut entry = entry(key, &label, "", Required::No, text(Lines::Many, NOTE_LIMIT));
            entry.set(raw);
            entry
        })
        .collect()
}

fn path(world: &World) -> Entry {
    own(
        world,
        "path",
        Ask::Look(Editor::new(Lines::One, 1_000), Suggestions::default()),
    )
}

fn purpose(world: &World) -> Entry {
    let label = |key: &str| world.texts.say(&format!("purpose.{key}"));
    let options = PURPOSES.into_iter().map(|key| (key.to_owned(), label(key)));
    own(world, "purpose", choice(options))
}

fn skip_reason(world: &World) -> Entry {
    let label = |key: &str| world.texts.say(&format!("choice.skip_reason.{key}"));
    let options = SKIP_REASONS
        .into_iter()
        .map(|key| (key.to_owned(), label(key)));
    own(world, "skip_reason", choice(options))
}

fn skip_line(world: &World) -> Entry {
    Entry {
        required: Required::If("skip_reason", SKIP_OTHER),
        ..line(world, "skip_line")
    }
}

fn queues(world: &World) -> Entry {
    let queues = world.me.iter().flat_map(|me| &me.queues);
    let options = queues.map(|queue| {
        let label = world.texts.say(&format!("queue.{}", queue.key));
        (queue.queue_id.to_string(), label)
    });
    own(world, "queue", choice(options))
}

/// The pool first, then the colleagues who are there; says so when nobody is.
fn colleagues(world: &World) -> Entry {
    let texts = &world.texts;
    let me = world.me.as_ref().map(|me| me.agent_id);
    let there = world
        .colleagues
        .iter()
        .filter(|colleague| colleague.online && Some(colleague.agent_id) != me);
    let named = there.map(|colleague| {
        let held = colleague.held.to_string();
        let label = texts.fill("form.online", &[("name", &colleague.name), ("held", &held)]);
        (colleague.agent_id.to_string(), label)
    });
    let pool = ("pool".to_owned(), texts.get("form.pool").to_owned());
    let picks: Vec<_> = std::iter::once(pool).chain(named).collect();
    let is_alone = picks.len() == 1 && !world.colleagues.is_empty();
    let mut entry = own(world, "to", choice(picks.into_iter()));
    if is_alone {
        entry.help = texts.say("form.nobody");
    }
    entry
}
