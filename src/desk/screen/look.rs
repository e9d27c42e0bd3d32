//! What a form looks up while it is filled: files by path, parties by name, the connection and the
//! party of an opening. Unknown ones are said at their field before anything is sent.

use chrono::{DateTime, Utc};

use super::super::answer::error_said;
use super::super::effect::{Effect, FileError, Question, Reply, Slot};
use super::super::fetch;
use super::super::file;
use super::super::form::{Ask, Entry, Pick};
use super::super::request::around;
use super::super::route::Subject;
use super::super::world::World;
use super::form::{Asked, Stage, State};
use crate::domain::ean::Ean18;
use crate::domain::gln::Gln;
use crate::store::reading::LookUp;
use crate::store::rows::Role;

/// Ask for what the field under the cursor could mean, and for what is looked up around the fields.
pub(super) fn ask(form: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = of_field(form, world, now);
    effects.extend(around::ask(form, world, now));
    effects
}

fn of_field(form: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let Some(entry) = form.entries.get(form.at) else {
        return Vec::new();
    };
    let typed = entry.raw().trim().to_owned();
    match (&entry.ask, entry.key.as_str()) {
        _ if matches!(form.subject, Subject::Attach(_)) && is_left(form, "path") => {
            file(form, world, now)
        }
        (Ask::Look(..), "path") => {
            form.looked_up = Default::default();
            let ticket = world.ticket(Slot::Names, now);
            vec![Effect::Names(ticket, typed.into())]
        }
        _ if fetch::is_fetch(&form.subject) => fetch::ask(form, world, now),
        // an installer is told of plants in its own way, and of nothing else
        _ if world.role() == Some(Role::Installer) => Vec::new(),
        _ => match entry.among() {
            Some(among) => vec![world.ask(Slot::Like, Question::Like(among, typed), now)],
            None => subject(form, world, now),
        },
    }
}

/// Whether the cursor has left the field, or the form is at its review.
fn is_left(form: &State, key: &str) -> bool {
    let here = form.entries.get(form.at).is_some_and(|at| at.key == key);
    !here || form.stage != Stage::Edit
}

/// Whether the file can be read: asked when the path is left, once for each path.
fn file(form: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let path = raw(form, "path").to_owned();
    if path.is_empty() || form.looked_up.0 == path {
        return Vec::new();
    }
    form.looked_up = (path.clone(), String::new());
    vec![Effect::Probe(world.ticket(Slot::File, now), path.into())]
}

/// The file can be read, or not: then it is said at its field, also when the review is open.
fn probed(form: &mut State, world: &World, error: Option<FileError>, now: DateTime<Utc>) {
    let Some(error) = error else { return };
    if form.looked_up.0 != raw(form, "path") {
        return;
    }
    let Some(at) = form.entries.iter().position(|entry| entry.key == "path") else {
        return;
    };
    form.entries[at].unknown = Some(file::said(world, &error));
    form.weigh(world, now);
    if form.stage == Stage::Review {
        (form.stage, form.at) = (Stage::Edit, at);
    }
}

fn raw<'a>(form: &'a State, key: &str) -> &'a str {
    let entry = form.entries.iter().find(|entry| entry.key == key);
    entry.map_or("", |entry| entry.raw().trim())
}

/// The numbers of connection and party in the form, those that are well formed.
fn numbers(form: &State) -> (String, String) {
    let (ean, gln) = (raw(form, "ean"), raw(form, "party_gln"));
    let ean = if ean.parse::<Ean18>().is_ok() {
        ean
    } else {
        ""
    };
    let gln = if gln.parse::<Gln>().is_ok() { gln } else { "" };
    (ean.to_owned(), gln.to_owned())
}

fn subject(form: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    if !matches!(form.subject, Subject::Open(_) | Subject::Action(..)) {
        return Vec::new();
    }
    let (ean, gln) = numbers(form);
    let asked = (ean.clone(), gln.clone());
    if form.looked_up == asked || (ean.is_empty() && gln.is_empty()) {
        return Vec::new();
    }
    form.looked_up = asked;
    vec![world.ask(Slot::LookUp, Question::LookUp { ean, gln }, now)]
}

/// Suggestions or what was looked up came in.
pub(in crate::desk) fn take(form: &mut State, world: &mut World, reply: Reply, now: DateTime<Utc>) {
    match reply {
        Reply::Names(names) => {
            let pick = |name: String| Pick {
                raw: name.clone(),
                label: name,
            };
            suggest(form, "path", names.into_iter().map(pick).collect());
        }
        // what was typed since may be a number, or nothing
        Reply::Like(among, Ok(picks)) => {
            if let Some(entry) = form.entries.get_mut(form.at)
                && entry.among() == Some(among)
            {
                entry.suggest(picks);
            }
        }
        Reply::Plant(asked, found) => {
            world.plant = Some((asked, found.map(|plant| plant.map(|it| *it))));
            form.weigh(world, now);
            // enter was pressed before the register had answered
            if form.asked == Asked::InVain {
                form.review(world, now);
            }
        }
        Reply::LookUp(Ok(found)) => take_subject(form, world, &found, now),
        Reply::Meters(found) => {
            let found = found.map(|found| *found);
            let found = found.map_err(|error| error_said(world, &error, now));
            around::take_meters(form, world, found, now);
        }
        Reply::Week(found) => {
            let found = found.map(|found| *found);
            let found = found.map_err(|error| error_said(world, &error, now));
            around::take_week(form, world, found, now);
        }
        Reply::Probed(error) => probed(form, world, error, now),
        _ => {}
    }
}

fn suggest(form: &mut State, key: &str, picks: Vec<Pick>) {
    if let Some(entry) = form.entries.get_mut(form.at)
        && entry.key == key
    {
        entry.suggest(picks);
    }
}

fn take_subject(form: &mut State, world: &World, found: &LookUp, now: DateTime<Utc>) {
    let (ean, gln) = numbers(form);
    let connection = found.connection.as_ref().map(|card| {
        format!(
            "{} {}, {} {}",
            card.street, card.house_number, card.postcode, card.city
        )
    });
    let party = found.party.as_ref().map(|card| card.name.clone());
    let unknown = |key: &str, name: &str, value: &str| {
        world
            .texts
            .fill(&format!("refusal.{key}"), &[(name, value)])
    };
    form.weigh(world, now);
    if !ean.is_empty() {
        tell(
            form,
            "ean",
            connection,
            &unknown("unknown_ean", "ean", &ean),
        );
    }
    if !gln.is_empty() {
        tell(
            form,
            "party_gln",
            party,
            &unknown("unknown_party", "party", &gln),
        );
    }
    form.weigh(world, now);
    if let Some(customer) = &found.customer_ref
        && let Some(entry) = form
            .entries
            .iter_mut()
            .find(|entry| entry.key == "customer_ref")
        && entry.raw().is_empty()
    {
        entry.set(customer);
        form.weigh(world, now);
    }
}

fn tell(form: &mut State, key: &str, found: Option<String>, unknown: &str) {
    let entry: Option<&mut Entry> = form.entries.iter_mut().find(|entry| entry.key == key);
    // what the code book has the registers need not have
    if let Some(entry) = entry.filter(|entry| !matches!(entry.ask, Ask::Choice(..))) {
        entry.unknown = found.is_none().then(|| unknown.to_owned());
        entry.found = found;
        if entry.unknown.is_some() {
            entry.error.clone_from(&entry.unknown);
        }
    }
}
