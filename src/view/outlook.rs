//! Below the fields of a form: who holds the case, what stands against it, what will happen.

use ratatui::text::{Line, Span};

use super::notification;
use super::paint::Paint;
use super::theme::Role;
use super::unfinished;
use super::width;
use crate::desk::form::Entry;
use crate::desk::form::lacking::lacking;
use crate::desk::form::outcome::{Needs, Outcome, Plan};
use crate::desk::preview;
use crate::desk::screen::form::State;

/// What stands against it, and what will happen.
pub(super) fn below(paint: &Paint<'_, '_>, state: &State, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(4);
    let mut lines = vec![Line::default()];
    let indented = |role: Role, text: &str| -> Vec<Line<'static>> {
        let wrapped = width::wrap(text, room).into_iter();
        wrapped
            .map(|line| Line::from(paint.span(role, format!("   {line}"))))
            .collect()
    };
    let model = paint.model;
    let held = state.held(&model.world, model.now);
    if let Some(at) = state.kept_at {
        let at = unfinished::at(paint, at);
        let said = paint.fill("form.draft", &[("at", &at)]);
        lines.extend(indented(Role::Soon, &said));
    }
    if let Some((role, said)) = unfinished::of_form(paint, state) {
        lines.extend(indented(role, &said));
    }
    if let Some(lost) = state.lost(&model.world, model.now) {
        lines.extend(indented(Role::Warning, &lost));
    }
    if let Some(held) = &held {
        lines.extend(indented(Role::Other, held));
        lines.push(Line::default());
    }
    if let Some(problem) = &state.problem {
        lines.extend(indented(Role::Error, problem));
        lines.push(Line::default());
    }
    if !matches!(state.outcome, Outcome::Refused(_)) {
        let missing = lacking(&model.world, &state.subject, &state.entries);
        let said = notification::missing_said(paint, &missing);
        lines.extend(said.iter().flat_map(|said| indented(Role::Late, said)));
    }
    let stopped = state.why_stopped(&model.world.texts);
    if let Some(stopped) = &stopped {
        lines.extend(indented(Role::Error, stopped));
    }
    match &state.outcome {
        Outcome::Ready(said, plan) => {
            let heading = format!("   {}", paint.text("form.will_happen"));
            lines.push(Line::from(paint.span(Role::Title, heading)));
            lines.extend(said.iter().flat_map(|line| will_happen(paint, line, room)));
            lines.extend(claim_first(paint, state, plan, room));
        }
        // said above already
        Outcome::Refused(_) if stopped.is_some() => {}
        Outcome::Refused(said) if held.as_ref().is_some_and(|held| held.starts_with(said)) => {}
        Outcome::Refused(said) => lines.extend(indented(Role::Warning, said)),
        Outcome::Fields(wrong) => {
            for (key, is_empty) in [("form.still", true), ("form.wrong", false)] {
                let names = names(state, wrong, is_empty);
                if !names.is_empty() {
                    let said = paint.fill(key, &[("fields", &names)]);
                    lines.extend(indented(Role::Faint, &said));
                }
            }
        }
        Outcome::Unknown => {}
    }
    lines
}

/// The fields that stand against it: those without an answer, or those with one.
fn names(state: &State, wrong: &[(String, String)], is_empty: bool) -> String {
    let is_meant = |entry: &&Entry| {
        entry.raw().trim().is_empty() == is_empty && wrong.iter().any(|(key, _)| *key == entry.key)
    };
    let named = state.entries.iter().filter(is_meant);
    let labels: Vec<&str> = named.map(|entry| entry.label.as_str()).collect();
    labels.join(", ")
}

fn will_happen(paint: &Paint<'_, '_>, line: &preview::Line, room: usize) -> Vec<Line<'static>> {
    let verb = width::left(&line.verb, 12);
    let mut out = Vec::new();
    for (number, what) in width::wrap(&line.what, room.saturating_sub(14))
        .into_iter()
        .enumerate()
    {
        let verb = if number == 0 {
            verb.clone()
        } else {
            " ".repeat(12)
        };
        out.push(Line::from(vec![
            paint.span(Role::Faint, format!("   {verb} ")),
            Span::raw(what),
        ]));
    }
    out
}

/// The case is not held: the same key claims it first, and that is said.
fn claim_first(
    paint: &Paint<'_, '_>,
    state: &State,
    plan: &Plan,
    room: usize,
) -> Vec<Line<'static>> {
    let needed = matches!(plan, Plan::Apply(_, Needs::Lease) | Plan::HandOver(..));
    let case = state.subject.case();
    let held = case.is_some_and(|case| paint.model.world.leases.contains_key(&case));
    if !needed || held {
        return Vec::new();
    }
    let lines = width::wrap(&paint.text("form.claims_first"), room).into_iter();
    let indented = lines.map(|line| Line::from(paint.span(Role::Soon, format!("   {line}"))));
    indented.collect()
}
