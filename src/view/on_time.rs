//! The share on time: kinds of clocks down, months across, the figures of the cell below; or the
//! cases behind it.

use chrono_tz::Tz;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::on_time::{Behind, State};
use crate::domain::clock::Whose;
use crate::store::StoreError;
use crate::store::rows::{ClockResult, OnTimeCase, OnTimeRow};
use crate::text::{Texts, format};

/// Columns of the name of a kind.
const NAME: usize = 32;
/// Columns of a month.
const MONTH: usize = 9;

/// The report.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    if let Some(behind) = &state.behind {
        return draw_behind(paint, area, state, behind);
    }
    let title = format!(" {}", paint.text("report.title"));
    let title = Line::from(paint.span(Role::Title, title));
    paint.line(Rect { height: 1, ..area }, title);
    let kinds = state.kinds();
    let body = rest(area, 2);
    if kinds.is_empty() {
        let (role, key) = match state.failed.values().next() {
            _ if state.months.iter().any(|month| state.is_missing(*month)) => {
                (Role::Faint, "report.loading")
            }
            Some(StoreError::Offline(_)) => (Role::Warning, "list.unreachable"),
            Some(_) => (Role::Error, "report.failed"),
            None => (Role::Calm, "report.empty"),
        };
        let lines = paint.wrapped_in(role, &paint.text(key), usize::from(area.width), 3);
        return paint.lines(body, lines, 0);
    }
    let foot = 7.min(body.height / 3);
    let lines = u16::try_from(kinds.len() + 1).unwrap_or(u16::MAX);
    let table_area = Rect {
        height: lines.min(body.height - foot),
        ..body
    };
    table(paint, table_area, state, &kinds);
    let below = rest(body, table_area.height + 1);
    figures(paint, below, state);
}

fn rest(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// The months that fit, the newest right; the one with the cursor is among them.
fn visible(state: &State, columns: usize) -> Vec<usize> {
    let most = (columns.saturating_sub(NAME + 2) / MONTH).max(1);
    let first = (state.month + 1).saturating_sub(most);
    let mut months: Vec<usize> = (first..state.months.len()).take(most).collect();
    months.reverse();
    months
}

fn table(paint: &mut Paint<'_, '_>, area: Rect, state: &State, kinds: &[(String, String)]) {
    let months = visible(state, usize::from(area.width));
    let mut heading = width::left("", NAME + 1);
    for month in &months {
        let month = format::month_short(&paint.model.world.texts, state.months[*month]);
        heading.push_str(&width::right(&month, MONTH));
    }
    let heading = Line::from(paint.span(Role::Faint, heading));
    paint.line(Rect { height: 1, ..area }, heading);
    let body = rest(area, 1);
    let first = (state.kind + 1).saturating_sub(usize::from(body.height));
    let lines = kinds.iter().enumerate().skip(first);
    let lines = lines.map(|(number, kind)| {
        let at = (number == state.kind).then_some(state.month);
        line(paint, state, kind, &months, at)
    });
    let lines: Vec<Line<'static>> = lines.take(usize::from(body.height)).collect();
    paint.lines(body, lines, 0);
}

fn line(
    paint: &Paint<'_, '_>,
    state: &State,
    kind: &(String, String),
    months: &[usize],
    at: Option<usize>,
) -> Line<'static> {
    let name = format!(" {}", preview::clock(&paint.model.world, &kind.1));
    let rows = state.rows.values().flatten();
    let mut own = rows.filter(|row| row.process == kind.0 && row.clock == kind.1);
    let role = match at {
        Some(_) => Role::Title,
        None if own.any(|row| row.whose == Whose::Ours) => Role::Calm,
        None => Role::Faint, // what others must do, and reminders
    };
    let mut spans = vec![paint.span(role, width::left(&name, NAME)), Span::raw(" ")];
    for month in months {
        let row = state.row(state.months[*month], kind);
        let (role, cell) = match row {
            None if state.failed.contains_key(&state.months[*month]) => {
                (Role::Error, paint.text("report.not_read"))
            }
            None if !state.rows.contains_key(&state.months[*month]) => {
                (Role::Faint, "..".to_owned())
            }
            row => cell(&paint.model.world.texts, row),
        };
        let role = if at == Some(*month) {
            Role::Cursor
        } else {
            role
        };
        spans.push(Span::raw(" "));
        spans.push(paint.span(role, width::right(&cell, MONTH - 1)));
    }
    Line::from(spans)
}

/// The share; what is not judged yet is a dash.
fn cell(texts: &Texts, row: Option<&OnTimeRow>) -> (Role, String) {
    match row.map(OnTimeRow::share) {
        None => (Role::Faint, String::new()),
        Some(None) => (Role::Faint, "-".to_owned()),
        Some(Some(1_000)) => (Role::Done, format::percent(texts, 1_000)),
        Some(Some(share)) => (Role::Calm, format::percent(texts, share)),
    }
}

/// All figures of the cell under the cursor.
fn figures(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let Some(row) = state.current() else {
        let month = state.months.get(state.month).copied().unwrap_or_default();
        let (role, key) = if state.failed.contains_key(&month) {
            (Role::Error, "report.month_failed")
        } else if state.is_missing(month) {
            (Role::Faint, "report.loading")
        } else {
            (Role::Faint, "report.nothing_due")
        };
        let month = format::month_short(&paint.model.world.texts, month);
        let said = paint.fill(key, &[("month", &month)]);
        let lines = paint.wrapped_in(role, &said, usize::from(area.width), 1);
        return paint.lines(rest(area, 1), lines, 0);
    };
    let columns = usize::from(area.width);
    let named = |result: &ClockResult| {
        let n = row.count(*result).to_string();
        paint.fill(&format!("report.result.{}", result.key()), &[("n", &n)])
    };
    let (judged, apart): (Vec<_>, Vec<_>) = ClockResult::ALL
        .into_iter()
        .filter(|result| row.count(*result) > 0)
        .partition(|result| (*result as usize) < 4);
    let said = |results: &[ClockResult]| results.iter().map(named).collect::<Vec<_>>().join(", ");
    let of = paint.fill(
        "report.of",
        &[
            ("met", &row.met.to_string()),
            ("judged", &row.judged().to_string()),
        ],
    );
    let whose = serde_json::to_value(row.whose).unwrap_or_default();
    let whose = paint.text(&format!(
        "report.whose.{}",
        whose.as_str().unwrap_or_default()
    ));
    let (met, due) = state.ours(row.month);
    let ours = [("met", &*met.to_string()), ("judged", &*due.to_string())];
    let ours = paint.fill("report.ours", &ours);
    let mut lines = vec![Line::from(paint.span(Role::Calm, format!(" {ours}")))];
    lines.extend(paint.wrapped_in(Role::Title, &format!("{of}; {whose}"), columns, 1));
    lines.extend(paint.wrapped_in(Role::Calm, &said(&judged), columns, 1));
    if !apart.is_empty() {
        let said = paint.fill("report.apart", &[("results", &said(&apart))]);
        lines.extend(paint.wrapped_in(Role::Faint, &said, columns, 1));
    }
    paint.lines(area, lines, 0);
}

fn draw_behind(paint: &mut Paint<'_, '_>, area: Rect, state: &State, behind: &Behind) {
    let world = &paint.model.world;
    let clock = preview::clock(world, &behind.of.clock);
    let month = format::month_short(&world.texts, behind.of.month);
    let title = paint.fill(
        "report.behind",
        &[("clock", clock.as_ref()), ("month", &month)],
    );
    let title = Line::from(paint.span(Role::Title, format!(" {title}")));
    paint.line(Rect { height: 1, ..area }, title);
    let body = rest(area, 2);
    if behind.rows.is_empty() {
        let (role, key) = match &state.problem {
            Some(_) => (Role::Error, "report.failed"),
            None => (Role::Faint, "report.loading"),
        };
        let lines = paint.wrapped_in(role, &paint.text(key), usize::from(area.width), 3);
        return paint.lines(body, lines, 0);
    }
    let height = usize::from(body.height);
    let first = (behind.cursor + 1).saturating_sub(height);
    let zone = world.zone(&behind.of.process);
    let shown = behind.rows.iter().skip(first).take(height);
    let lines: Vec<Line<'static>> = shown.map(|case| of_case(paint, case, zone)).collect();
    paint.lines(body, lines, 0);
    paint.mark_line(body, behind.cursor - first);
}

fn of_case(paint: &Paint<'_, '_>, case: &OnTimeCase, zone: Tz) -> Line<'static> {
    let role = match case.result {
        ClockResult::Met => Role::Done,
        ClockResult::MetLate | ClockResult::Breached | ClockResult::Lapsed => Role::Late,
        _ => Role::Faint,
    };
    let result = paint.text(&format!("report.word.{}", case.result.key()));
    let texts = &paint.model.world.texts;
    let due = say::due(texts, case.due_at, case.comparison, paint.legal(), zone);
    let due = paint.fill("report.due", &[("at", &due)]);
    let ended = case.ended_at.map_or_else(String::new, |at| {
        let at = say::at(texts, at, paint.legal(), zone);
        paint.fill("report.ended", &[("at", &at)])
    });
    Line::from(vec![
        Span::raw(format!(" {}  ", width::left(&case.case_no, 14))),
        paint.span(role, width::left(&result, 20)),
        Span::raw(format!(" {}  {ended}", width::left(&due, 24))),
    ])
}
