//! The deadline ledger: one clock at a time, its sum line by line.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Paint, key_of, role_of};
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::ledger::{State, clocks};
use crate::domain::clock::ClockRun;
use crate::process;
use crate::store::rows::CaseDetail;
use crate::text::format;
use crate::text::ledger::{term, told};

/// Columns of the days and other labels.
const LABEL: usize = 26;

/// The ledger.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let model = paint.model;
    let columns = usize::from(area.width);
    let Some(loaded) = model.world.case(state.case) else {
        let line =
            Line::from(paint.span(Role::Faint, format!(" {}", paint.text("detail.loading"))));
        return paint.line(area, line);
    };
    let runs = clocks(&model.world, state.case);
    let names = names(paint, &runs, state.at, columns);
    let no = &loaded.detail.row.case_no;
    let title = Line::from(vec![paint.span(
        Role::Title,
        format!(" {no}   {}", paint.text("ledger_screen.title")),
    )]);
    paint.line(Rect { height: 1, ..area }, title);
    let height = u16::try_from(names.len()).unwrap_or(1).min(area.height / 3);
    paint.lines(
        Rect {
            y: area.y + 1,
            height,
            ..area
        },
        names,
        0,
    );
    let body = Rect {
        y: area.y + 2 + height,
        height: area.height.saturating_sub(2 + height),
        ..area
    };
    let lines = match runs.get(state.at) {
        Some(run) => sum(paint, &loaded.detail, run, columns),
        None => paint.wrapped(Role::Faint, &paint.text("detail.no_clocks"), columns),
    };
    paint.lines(body, lines, state.top);
}

/// The clocks to choose from.
fn names(
    paint: &Paint<'_, '_>,
    runs: &[&ClockRun],
    at: usize,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = vec![Line::from(" ")];
    let mut used = 1;
    for (number, run) in runs.iter().enumerate() {
        let status = Some(run.status(paint.legal()));
        let letter = paint.text(&format!("status.{}.letter", key_of(status)));
        let name = preview::clock(&paint.model.world, &run.key);
        let text = format!(" {} ", format!("{letter} {name}").trim());
        if used + width::of(&text) + 1 > columns {
            lines.push(Line::from(" "));
            used = 1;
        }
        used += width::of(&text) + 1;
        let role = if number == at {
            Role::Cursor
        } else {
            role_of(status)
        };
        if let Some(line) = lines.last_mut() {
            line.push_span(paint.span(role, text));
            line.push_span(Span::raw(" "));
        }
    }
    lines
}

fn sum(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    run: &ClockRun,
    columns: usize,
) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let (rule, term) = preview::declared(&detail.row.process, &run.key).map_or_else(
        || (String::new(), String::new()),
        |declared| (declared.rule.to_owned(), term(&world.texts, declared.term)),
    );
    let version = run.calendar_version.to_string();
    let calendar = paint.fill(
        "ledger_screen.calendar",
        &[("calendar", &run.calendar), ("version", &version)],
    );
    let head = format!(
        " {}   {rule}   {term}   {calendar}",
        preview::clock(world, &run.key)
    );
    let mut lines = vec![Line::from(
        paint.span(Role::Title, width::cut(&head, columns)),
    )];
    if let Some(said) = world.texts.find(&format!("rule.{rule}")) {
        let said = width::wrap(said, columns.saturating_sub(3)).into_iter();
        lines.extend(said.map(|line| Line::from(paint.span(Role::Faint, format!("   {line}")))));
    }
    lines.push(Line::default());
    lines.extend(told_lines(paint, detail, run, columns));
    lines.extend(ending(paint, detail, run, columns));
    lines
}

fn told_lines(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    run: &ClockRun,
    columns: usize,
) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let Some(calendar) = process::find(&detail.row.process).and_then(|process| {
        let calendars = world.calendars.as_ref()?;
        let known = calendars.version(process.country, run.calendar_version);
        Some(known.unwrap_or_else(|| calendars.get(process.country)))
    }) else {
        return Vec::new();
    };
    let lines = told(&world.texts, &run.ledger, calendar).into_iter();
    lines
        .map(|line| pair(paint, &line.label, Role::Calm, &line.text, columns))
        .collect()
}

/// What, and what about it.
fn pair(
    paint: &Paint<'_, '_>,
    label: &str,
    role: Role,
    text: &str,
    columns: usize,
) -> Line<'static> {
    let room = columns.saturating_sub(LABEL + 4);
    Line::from(vec![
        paint.span(Role::Faint, format!("   {}", width::left(label, LABEL))),
        paint.span(role, width::cut(&format!(" {text}"), room)),
    ])
}

/// The warning while it runs; what was recorded; how it ended when it has.
fn ending(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    run: &ClockRun,
    columns: usize,
) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let zone = world.zone(&detail.row.process);
    let at = |instant| say::at(&world.texts, instant, paint.legal(), zone);
    let mut lines = Vec::new();
    if run.is_running() {
        let label = paint.text("ledger.warning");
        let day = |at: chrono::DateTime<chrono::Utc>| at.with_timezone(&zone).date_naive();
        let said = if day(run.warn_at) == day(run.due_at) {
            at(run.warn_at)
        } else {
            let said = format::weekday(&world.texts, day(run.warn_at));
            format!("{said} {}", format::clock(run.warn_at, zone))
        };
        lines.push(pair(paint, &label, Role::Calm, &said, columns));
    }
    if let Some(breached) = run.breached_at {
        let label = paint.text("ledger_screen.breached");
        lines.push(pair(paint, &label, Role::Late, &at(breached), columns));
    }
    if let Some(ended) = run.ended_at {
        let status = key_of(Some(run.status(paint.legal())));
        let label = paint.text(&format!("status.{status}.said"));
        lines.push(pair(paint, &label, Role::Title, &at(ended), columns));
    }
    lines
}
