//! The deadline ledger: one clock at a time, its sum line by line.

use chrono::NaiveDate;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Paint, key_of, role_of};
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::ledger::{State, clocks};
use crate::domain::clock::ClockRun;
use crate::domain::deadline::{LedgerKind, LedgerLine};
use crate::store::rows::CaseDetail;

/// Columns of the days.
const DAY: usize = 24;

/// The ledger.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let model = paint.model;
    let columns = usize::from(area.width);
    let Some(loaded) = model.world.case(state.case) else {
        let line = Line::from(paint.span(Role::Faint, format!(" {}", paint.text("detail.loading"))));
        return paint.line(area, line);
    };
    let runs = clocks(&model.world, state.case);
    let names = names(paint, &runs, state.at, columns);
    let no = &loaded.detail.row.case_no;
    let title = Line::from(vec![
        paint.span(Role::Title, format!(" {no}   {}", paint.text("ledger_screen.title"))),
    ]);
    paint.line(Rect { height: 1, ..area }, title);
    let height = u16::try_from(names.len()).unwrap_or(1).min(area.height / 3);
    paint.lines(Rect { y: area.y + 1, height, ..area }, names, 0);
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
        let role = if number == at { Role::Cursor } else { role_of(status) };
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
        |declared| (declared.rule.to_owned(), preview::term(world, declared.term)),
    );
    let version = run.calendar_version.to_string();
    let calendar = paint.fill(
        "ledger_screen.calendar",
        &[("calendar", &run.calendar), ("version", &version)],
    );
    let head = format!(" {}   {rule}   {term}   {calendar}", preview::clock(world, &run.key));
    let mut lines = vec![Line::from(paint.span(Role::Title, width::cut(&head, columns)))];
    if let Some(said) = world.texts.find(&format!("rule.{rule}")) {
        let said = width::wrap(said, columns.saturating_sub(3)).into_iter();
        lines.extend(said.map(|line| Line::from(paint.span(Role::Faint, format!("   {line}")))));
    }
    lines.push(Line::default());
    lines.extend(run.ledger.iter().map(|line| of_line(paint, detail, run, line, columns)));
    lines.extend(ending(paint, detail, run));
    lines
}

fn of_line(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    run: &ClockRun,
    line: &LedgerLine,
    columns: usize,
) -> Line<'static> {
    let world = &paint.model.world;
    let when = match (line.kind, line.at) {
        (LedgerKind::Due, _) => {
            let zone = world.zone(&detail.row.process);
            say::due(&world.texts, run.due_at, run.comparison, paint.legal(), zone)
        }
        (_, Some(at)) => {
            say::at(&world.texts, at, paint.legal(), world.zone(&detail.row.process))
        }
        (_, None) => days(paint, line.day, line.until_day),
    };
    let said = paint.fill(&format!("ledger.{}", kind(line.kind)), &[("detail", &line.detail)]);
    let role = if line.kind == LedgerKind::Due { Role::Title } else { Role::Calm };
    let room = columns.saturating_sub(DAY + 4);
    Line::from(vec![
        paint.span(Role::Faint, format!("   {}", width::left(&when, DAY))),
        paint.span(role, width::cut(&format!(" {said}"), room)),
    ])
}

fn days(paint: &Paint<'_, '_>, from: Option<NaiveDate>, until: Option<NaiveDate>) -> String {
    let texts = &paint.model.world.texts;
    match (from, until) {
        (Some(from), Some(until)) => {
            format!("{}, {}", say::day_of(texts, from), say::day_of(texts, until))
        }
        (Some(from), None) => say::day_of(texts, from),
        _ => String::new(),
    }
}

fn kind(kind: LedgerKind) -> &'static str {
    match kind {
        LedgerKind::Received => "received",
        LedgerKind::StartDay => "start_day",
        LedgerKind::Weekend => "weekend",
        LedgerKind::Holiday => "holiday",
        LedgerKind::WorkingDay => "working_day",
        LedgerKind::WorkingTime => "working_time",
        LedgerKind::Elapsed => "elapsed",
        LedgerKind::ClockChange => "clock_change",
        LedgerKind::Pause => "pause",
        LedgerKind::Due => "due",
    }
}

/// The warning while it runs; how it ended when it has.
fn ending(paint: &Paint<'_, '_>, detail: &CaseDetail, run: &ClockRun) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let zone = world.zone(&detail.row.process);
    let at = |instant| say::at(&world.texts, instant, paint.legal(), zone);
    let mut lines = Vec::new();
    let mut push = |when: String, said: String, role: Role| {
        let when = paint.span(Role::Faint, format!("   {}", width::left(&when, DAY)));
        lines.push(Line::from(vec![when, paint.span(role, format!(" {said}"))]));
    };
    if run.is_running() {
        push(at(run.warn_at), paint.text("ledger_screen.warning"), Role::Calm);
    }
    if let Some(breached) = run.breached_at {
        push(at(breached), paint.text("ledger_screen.breached"), Role::Late);
    }
    if let Some(ended) = run.ended_at {
        let status = key_of(Some(run.status(paint.legal())));
        push(at(ended), paint.text(&format!("status.{status}.said")), Role::Title);
    }
    lines
}
