//! The clocks of a case: two lines each, or all in one line where only that fits.

use ratatui::text::{Line, Span};

use super::paint::{Paint, key_of, role_of};
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::ledger::in_order;
use crate::domain::clock::{ClockRun, Outcome};
use crate::domain::deadline::{Comparison, Term};
use crate::process;
use crate::process::general::{PROMISE, SNOOZE};
use crate::store::rows::CaseDetail;

/// All running clocks, and those that ended late or lapsed.
pub(super) fn lines(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    columns: usize,
) -> Vec<Line<'static>> {
    let runs = shown(paint, detail);
    if runs.is_empty() {
        return vec![Line::from(
            paint.span(Role::Faint, paint.text("detail.no_clocks")),
        )];
    }
    runs.into_iter()
        .flat_map(|run| of_run(paint, detail, run, columns))
        .collect()
}

/// The clocks that mean something now. That a case was put aside is said only while it is.
fn shown<'a>(paint: &Paint<'_, '_>, detail: &'a CaseDetail) -> Vec<&'a ClockRun> {
    let mut runs = in_order(&detail.facts.clocks);
    let is_snoozed = detail.row.snoozed(paint.legal()).is_some();
    runs.retain(|run| run.key != SNOOZE || (run.is_running() && is_snoozed));
    // each step begins these anew: what fell away of them says nothing
    let begins_anew = |run: &ClockRun| matches!(run.key.as_str(), "inactivity" | "slot_hold");
    runs.retain(|run| !begins_anew(run) || run.outcome != Some(Outcome::Cancelled));
    runs
}

/// The name of a clock; of a promise what was promised.
fn name(paint: &Paint<'_, '_>, detail: &CaseDetail, run: &ClockRun) -> String {
    let name = preview::clock(&paint.model.world, &run.key);
    let promise = Some(run).filter(|run| run.key == PROMISE);
    let promise = promise.and_then(|run| detail.promise(run.run));
    match promise.map(|promise| promise.what(&detail.texts)) {
        Some(what) if !what.is_empty() => format!("{name}: {what}"),
        _ => name,
    }
}

fn of_run(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    run: &ClockRun,
    columns: usize,
) -> Vec<Line<'static>> {
    let status = Some(run.status(paint.legal()));
    let role = role_of(status);
    let key = key_of(status);
    let letter = paint.text(&format!("status.{key}.letter"));
    let said = paint.maybe(&format!("status.{key}.said"));
    let right = if run.is_running() {
        let left = say::left(run.due_at, paint.legal());
        let key = if left.starts_with('-') {
            "detail.over"
        } else {
            "detail.left"
        };
        paint.fill(key, &[("left", left.trim_start_matches('-'))])
    } else {
        said.clone()
    };
    let name = name(paint, detail, run);
    let room = columns.saturating_sub(3 + width::of(&right));
    let first = Line::from(vec![
        paint.span(role, format!("{letter} {} ", width::left(&name, room))),
        paint.span(role, right),
    ]);
    if !run.is_running() {
        return vec![first];
    }
    let by = preview::declared(&detail.row.process, &run.key).map_or("", |clock| clock.rule);
    // half of a time is a wrong one: what has no room beside the rule goes on below
    let room = columns.saturating_sub(3 + width::of(by));
    let facts = width::wrap(&facts(paint, detail, run, &said), room);
    let mut lines = vec![first];
    lines.extend(facts.into_iter().enumerate().map(|(number, facts)| {
        let beside = if number == 0 { by } else { "" };
        let text = format!("  {} {beside}", width::left(&facts, room));
        Line::from(paint.span(Role::Faint, text))
    }));
    lines
}

/// Whose duty, due when, the softer target, in which state.
fn facts(paint: &Paint<'_, '_>, detail: &CaseDetail, run: &ClockRun, said: &str) -> String {
    let world = &paint.model.world;
    let zone = world.zone(&detail.row.process);
    let now = paint.legal();
    let due = say::due(&world.texts, run.due_at, run.comparison, now, zone);
    let promise = Some(run).filter(|run| run.key == PROMISE);
    let promise = promise.and_then(|run| detail.promise(run.run));
    let whose = promise.map_or_else(
        || preview::whose_said(world, run.whose).to_owned(),
        |promise| paint.fill("promise.by", &[("who", promise.who())]),
    );
    let mut parts = vec![format!("{whose}, {due}")];
    if run.original_due_at != run.due_at {
        let was = run.original_due_at;
        let was = say::due(&world.texts, was, run.comparison, now, zone);
        parts.push(paint.fill("detail.was_due", &[("due", &was)]));
    }
    if let Some(target) = target(paint, detail, run) {
        parts.push(paint.fill("detail.target", &[("at", &target)]));
    }
    if !said.is_empty() {
        parts.push(said.to_owned());
    }
    parts.join(", ")
}

/// The end of office hours on the last day of a working-day deadline: a softer target.
fn target(paint: &Paint<'_, '_>, detail: &CaseDetail, run: &ClockRun) -> Option<String> {
    let world = &paint.model.world;
    let declared = preview::declared(&detail.row.process, &run.key)?;
    if !matches!(declared.term, Term::WorkingDays(_)) || run.comparison != Comparison::Before {
        return None;
    }
    let country = process::find(&detail.row.process)?.country;
    let last = world
        .calendars
        .as_ref()?
        .get(country)
        .last_open(run.due_at)?;
    (last > paint.legal()).then(|| say::clock(last, country.zone()))
}

/// Running clocks in one line: letter, name, time left; as many as fit, nearest first.
pub(super) fn one_line(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: u16) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for run in shown(paint, detail)
        .into_iter()
        .filter(|run| run.is_running())
    {
        let status = Some(run.status(paint.legal()));
        let letter = paint.text(&format!("status.{}.letter", key_of(status)));
        let name = name(paint, detail, run);
        let text = format!("{letter} {name} {}", say::left(run.due_at, paint.legal()));
        used += width::of(&text) + 3;
        if used + 2 > usize::from(columns) {
            spans.push(paint.span(Role::Faint, ".."));
            break;
        }
        spans.push(paint.span(role_of(status), text));
        spans.push(Span::raw("   "));
    }
    Line::from(spans)
}
