//! The inbox: one line a case, the most urgent on top.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Paint, key_of, role_of};
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::inbox::{Inbox, Mark, Row};
use crate::desk::world::Link;
use crate::store::StoreError;
use crate::store::rows::{CaseRow, WorkState};

/// Columns of the time left.
const LEFT: usize = 7;
/// Columns of the word of the state.
const WORD: usize = 5;
/// Columns of the case number.
const CASE: usize = 14;

/// The list with its headings.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let columns = usize::from(area.width);
    let headings = headings(paint, columns);
    paint.line(Rect { height: 1, ..area }, headings);
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let model = paint.model;
    match model.desk.inbox() {
        None => skeleton(paint, body),
        Some(inbox) if !inbox.read => unread(paint, body, inbox),
        Some(inbox) if inbox.rows.is_empty() => empty(paint, body),
        Some(inbox) => rows(paint, body, inbox),
    }
}

fn who_columns(columns: usize) -> usize {
    (columns / 6).clamp(9, 22)
}

fn what_columns(columns: usize) -> usize {
    columns.saturating_sub(3 + LEFT + 1 + WORD + 1 + CASE + 2 + 1 + who_columns(columns) + 1)
}

fn headings(paint: &Paint<'_, '_>, columns: usize) -> Line<'static> {
    let text = format!(
        "   {} {} {}  {} {}",
        width::right(&paint.text("list.left"), LEFT),
        " ".repeat(WORD),
        width::left(&paint.text("list.case"), CASE),
        width::left(&paint.text("list.what"), what_columns(columns)),
        width::left(&paint.text("list.who"), who_columns(columns)),
    );
    Line::from(paint.span(Role::Faint, text))
}

fn rows(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    let lines = usize::from(area.height);
    let here = inbox.cursor.saturating_sub(inbox.top);
    let drawn: Vec<Line<'static>> = inbox
        .visible(lines)
        .iter()
        .map(|row| line(paint, row, usize::from(area.width)))
        .collect();
    paint.lines(area, drawn, 0);
    if here < lines && paint.model.desk.pinned.is_none() {
        let y = area.y + u16::try_from(here).unwrap_or(0);
        let cursor = paint.style(Role::Cursor);
        paint.restyle(
            Rect {
                y,
                height: 1,
                ..area
            },
            cursor,
        );
    }
}

fn line(paint: &Paint<'_, '_>, row: &Row, columns: usize) -> Line<'static> {
    let case = &row.case;
    let status = case.status(paint.legal());
    let role = if row.mark == Mark::Gone {
        Role::Faint
    } else {
        role_of(status)
    };
    let key = key_of(status);
    let left = case
        .due_at
        .map_or_else(String::new, |due| say::left(due, paint.legal()));
    let mark = match row.mark {
        Mark::Same => " ",
        Mark::Changed => "+",
        Mark::Gone => "-",
    };
    let letter = width::left(&paint.maybe(&format!("status.{key}.letter")), 1);
    let word = paint.maybe(&format!("status.{key}.word"));
    let urgent = format!(
        "{letter} {} {}",
        width::right(&left, LEFT),
        width::left(&word, WORD)
    );
    let mut spans = vec![
        paint.span(Role::Faint, mark),
        paint.span(role, urgent),
        Span::raw(format!(" {}  ", width::left(&case.case_no, CASE))),
    ];
    spans.extend(what(paint, case, what_columns(columns)));
    spans.push(Span::raw(" "));
    spans.push(who(paint, case, who_columns(columns)));
    Line::from(spans)
}

/// The next step in words, and behind it what it is about where there is room.
fn what(paint: &Paint<'_, '_>, case: &CaseRow, columns: usize) -> [Span<'static>; 2] {
    let step = preview::state(&paint.model.world, &case.process, &case.state);
    let (first, rest) = if columns < 30 {
        (columns, 0)
    } else {
        (columns * 5 / 9, columns * 4 / 9)
    };
    let step = width::left(&step, first);
    let about = match rest {
        0 => String::new(),
        _ => format!(" {}", width::left(&case.subject, columns - first - 1)),
    };
    [Span::raw(step), paint.span(Role::Faint, about)]
}

fn who(paint: &Paint<'_, '_>, case: &CaseRow, columns: usize) -> Span<'static> {
    let world = &paint.model.world;
    let me = world.me.as_ref().map(|me| me.agent_id);
    let (role, text) = match (&case.holder, case.work) {
        (Some(_), _) if case.holder_id == me || world.leases.contains_key(&case.case_id) => {
            (Role::Mine, paint.text("list.me"))
        }
        (Some(name), _) => (Role::Other, name.clone()),
        (None, WorkState::Waiting) => (Role::Faint, paint.text("list.outside")),
        (None, WorkState::Closed) => (Role::Faint, paint.text("list.closed")),
        (None, _) => (Role::Calm, String::new()),
    };
    paint.span(role, width::left(&text, columns))
}

/// Nothing read yet, or nothing readable: never an empty screen without a word.
fn unread(paint: &mut Paint<'_, '_>, area: Rect, inbox: &Inbox) {
    match &inbox.problem {
        None | Some(StoreError::Offline(_)) => skeleton(paint, area),
        Some(_) => sentences(paint, area, Role::Error, "list.failed"),
    }
}

/// The shape of the list before it is there; in words when the database does not answer.
fn skeleton(paint: &mut Paint<'_, '_>, area: Rect) {
    if let Link::Stale { .. } = paint.model.world.link {
        return sentences(paint, area, Role::Warning, "list.unreachable");
    }
    let columns = usize::from(area.width);
    let dots = |columns: usize| format!("{} ", ".".repeat(columns.saturating_sub(1)));
    let shape = format!(
        "   {}       {}  {}",
        dots(LEFT),
        dots(CASE),
        dots(what_columns(columns))
    );
    let line = Line::from(paint.span(Role::Faint, shape));
    paint.lines(area, vec![line; 5.min(usize::from(area.height))], 0);
}

fn empty(paint: &mut Paint<'_, '_>, area: Rect) {
    let key = if paint.model.desk.at == 0 {
        "list.empty_mine"
    } else {
        "list.empty"
    };
    sentences(paint, area, Role::Calm, key);
}

fn sentences(paint: &mut Paint<'_, '_>, area: Rect, role: Role, key: &str) {
    let columns = usize::from(area.width).saturating_sub(6);
    let area = Rect {
        x: area.x + 3,
        y: area.y + 1,
        width: area.width.saturating_sub(3),
        height: area.height.saturating_sub(1),
    };
    let lines = paint.wrapped(role, &paint.text(key), columns);
    paint.lines(area, lines, 0);
}
