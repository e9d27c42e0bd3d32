//! The fields of a form, from what it is about; prefilled with what is known.

use chrono::{DateTime, Utc};

use super::super::editor::{Editor, Lines};
use super::super::route::Subject;
use super::super::world::World;
use super::suggest::Suggestions;
use super::{Ask, Entry, LINE_LIMIT, NOTE_LIMIT, Pick};
use crate::process::field::Required;
use crate::process::{self, Field, FieldKind, engine};
use crate::store::rows::{CaseId, PartyCard};

/// Why documents are kept, as the database knows it.
const PURPOSES: [&str; 4] = ["authorisation", "evidence", "letter", "other"];

/// The fields of the form. Empty when what it is about is not known (any more).
pub fn entries(world: &World, subject: &Subject, now: DateTime<Utc>) -> Vec<Entry> {
    match subject {
        Subject::Action(case, action) => of_action(world, *case, action, now),
        Subject::Open(process) => process::find(process).map_or_else(Vec::new, |process| {
            let fields = process.opening.fields.iter();
            fields.map(|field| of_field(world, field, None)).collect()
        }),
        Subject::HandOver(_) => vec![colleagues(world), line(world, "line")],
        Subject::Reassign(_) => vec![colleagues(world), line(world, "reason")],
        Subject::Transfer(_) => vec![queues(world), line(world, "reason")],
        Subject::Attach(_) => vec![path(world), purpose(world)],
        Subject::TakeBack(_) => Vec::new(),
    }
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
    let is_contact = action
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Contact);
    let build = |field: &&'static Field| {
        let mut entry = of_field(world, field, party);
        if is_contact && field.key == "channel" {
            entry.set("email");
        }
        if let Some(known) = engine::prefill(facts, action, field, world.legal(now)) {
            entry.set(&known);
        }
        entry
    };
    action.fields.iter().map(build).collect()
}

fn of_field(world: &World, field: &'static Field, party: Option<&PartyCard>) -> Entry {
    let texts = &world.texts;
    let ask = match field.kind {
        FieldKind::Note => text(Lines::Many, NOTE_LIMIT),
        FieldKind::Choice(keys) => choice(keys.iter().map(|key| {
            let label = texts.say(&format!("choice.{}.{key}", field.key));
            ((*key).to_owned(), label)
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
        FieldKind::Party => Ask::Look(Editor::new(Lines::One, LINE_LIMIT), Suggestions::default()),
        _ => text(Lines::One, LINE_LIMIT),
    };
    let key = format!("field.{}", field.key);
    let help = texts.find(&format!("{key}.help")).unwrap_or_default();
    entry(field.key, texts.get(&key), help, field.required, ask)
}

fn entry(key: &str, label: &str, help: &str, required: Required, ask: Ask) -> Entry {
    Entry {
        key: key.to_owned(),
        label: label.to_owned(),
        help: help.to_owned(),
        required,
        ask,
        error: None,
        found: None,
        unknown: None,
        seen: false,
    }
}

fn own(world: &World, key: &str, ask: Ask) -> Entry {
    let texts = &world.texts;
    let label = texts.say(&format!("form.{key}"));
    let help = texts.say(&format!("form.{key}.help"));
    entry(key, &label, &help, Required::Always, ask)
}

fn text(lines: Lines, limit: usize) -> Ask {
    Ask::Text(Editor::new(lines, limit))
}

fn choice(options: impl Iterator<Item = (String, String)>) -> Ask {
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

fn line(world: &World, key: &str) -> Entry {
    own(world, key, text(Lines::One, LINE_LIMIT))
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
