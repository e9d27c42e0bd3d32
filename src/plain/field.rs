//! A form field by field: what is asked, how it is answered, what was found about the answer.

use super::page;
use crate::desk::editor::Lines;
use crate::desk::form::outcome::{Needs, Outcome, Plan};
use crate::desk::form::{Ask, Entry, must_be_filled};
use crate::desk::model::Model;
use crate::desk::preview;
use crate::desk::screen::form::{Stage, State};
use crate::text::Texts;

/// What form it is: `Form Contact the party, GT-2026-000012, fields: 3.`
pub(super) fn heading(model: &Model, form: &State) -> String {
    let world = &model.world;
    let row = form
        .subject
        .case()
        .and_then(|case| model.desk.row(world, case));
    let process = row.map_or("", |row| row.process.as_str());
    let name = preview::form(&world.texts, &form.subject, process);
    let n = form.entries.len().to_string();
    let case = row.map_or("", |row| row.case_no.as_str());
    let key = if case.is_empty() {
        "plain.form.heading_new"
    } else {
        "plain.form.heading"
    };
    let values = [("form", &*name), ("case", case), ("n", &n)];
    world.texts.fill(key, &values)
}

/// What stands against the form as a whole: who holds the case, what happened meanwhile.
pub(super) fn standing(model: &Model, form: &State) -> Vec<String> {
    let (world, now) = (&model.world, model.now);
    let parts = [
        form.lost(world, now),
        form.held(world, now),
        form.problem.clone(),
        form.why_stopped(&world.texts),
    ];
    parts.into_iter().flatten().collect()
}

/// All answers, and what will happen; nothing once it is on its way.
pub(super) fn review(model: &Model, form: &State) -> Vec<String> {
    let world = &model.world;
    let texts = &world.texts;
    if form.stage != Stage::Review {
        return Vec::new();
    }
    let of = |label: &str, said: &str| {
        let said: Vec<String> = said.lines().map(page::read).collect();
        let values = [("label", label), ("said", &*said.join("\n"))];
        texts.fill("plain.form.of", &values)
    };
    let given = form.entries.iter();
    let given = given.filter(|entry| !entry.said().trim().is_empty());
    let mut said = match form.entries.as_slice() {
        [] => vec![heading(model, form)],
        _ => Vec::new(),
    };
    said.extend(given.map(|entry| {
        let written = entry.written.as_deref();
        of(&entry.label, written.unwrap_or(entry.said()))
    }));
    said.extend(standing(model, form));
    match &form.outcome {
        Outcome::Ready(lines, plan) => {
            said.push(texts.say("form.will_happen"));
            said.extend(lines.iter().map(|line| of(&line.verb, &line.what)));
            let needs = matches!(**plan, Plan::Apply(_, Needs::Lease) | Plan::HandOver(..));
            let case = form.subject.case();
            let is_held = case.is_some_and(|case| world.leases.contains_key(&case));
            said.extend((needs && !is_held).then(|| texts.say("form.claims_first")));
        }
        Outcome::Refused(why) => said.push(why.clone()),
        Outcome::Fields(_) | Outcome::Unknown => {}
    }
    said
}

/// The field under the cursor, and how to answer it.
pub(super) fn asked(texts: &Texts, form: &State) -> Vec<String> {
    ask_lines(texts, &form.entries, form.at)
}

/// The field of that place among these, and how to answer it.
pub fn ask_lines(texts: &Texts, entries: &[Entry], at: usize) -> Vec<String> {
    let Some(entry) = entries.get(at) else {
        return Vec::new();
    };
    let must = if must_be_filled(entries, entry) {
        texts.get("plain.form.must")
    } else {
        ""
    };
    let (at, n) = ((at + 1).to_string(), entries.len().to_string());
    let values = [
        ("at", &*at),
        ("n", &*n),
        ("label", &*entry.label),
        ("kind", &*kind(texts, entry)),
        ("must", must),
    ];
    let mut said = vec![texts.fill("plain.form.field", &values)];
    if !entry.help.is_empty() {
        said.push(entry.help.clone());
    }
    let answer = entry.said().trim();
    if !answer.is_empty() {
        let answer = page::read(answer);
        said.push(texts.fill("plain.form.now", &[("said", &answer)]));
        said.push(texts.say("plain.form.keeps"));
    }
    said
}

fn kind(texts: &Texts, entry: &Entry) -> String {
    match &entry.ask {
        Ask::Choice(picks, _) => {
            let labels = picks.iter().map(|pick| pick.label.as_str());
            let choices = listed(texts, labels);
            texts.fill("plain.form.choice", &[("choices", &choices)])
        }
        Ask::Text(editor) if editor.lines() == Lines::Many => texts.say("plain.form.note"),
        Ask::Look(..) => texts.say("plain.form.look"),
        Ask::Text(_) => texts.say("plain.form.line"),
    }
}

/// `1 e-mail, 2 telephone`.
fn listed<'a>(texts: &Texts, labels: impl Iterator<Item = &'a str>) -> String {
    let numbered = labels.enumerate().map(|(at, label)| {
        let n = (at + 1).to_string();
        let label = page::read(label);
        texts.fill("plain.choice", &[("n", &n), ("said", &label)])
    });
    numbered.collect::<Vec<_>>().join(", ")
}

/// What is known of the answers beyond what was typed: what they mean, what is wrong with them, what
/// could be meant.
pub(super) fn remarks(texts: &Texts, form: &State) -> Vec<String> {
    let mut said = Vec::new();
    for entry in &form.entries {
        let of = |what: &str| {
            let values = [("label", entry.label.as_str()), ("said", what)];
            texts.fill("plain.form.of", &values)
        };
        // one by one: what was said of one line is not said again with the next one
        let found = entry.found.iter().flat_map(|found| found.lines());
        said.extend(found.map(of));
        said.extend(entry.error.as_deref().map(of));
    }
    let here = form.entries.get(form.at);
    let picks = here.map_or(&[][..], |here| match &here.ask {
        // choices that were looked up: meters, start times
        Ask::Choice(picks, _) if !here.follows.is_empty() => picks,
        _ => here.suggestions(),
    });
    if !picks.is_empty() {
        let choices = listed(texts, picks.iter().map(|pick| pick.label.as_str()));
        said.push(texts.fill("plain.form.proposals", &[("choices", &choices)]));
    }
    said
}
