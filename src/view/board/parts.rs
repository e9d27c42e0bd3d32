//! The lower parts of the board: what is due next, who is there, what was put before the lead.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::paint::{Paint, key_of, role_of};
use super::super::theme::Role;
use super::super::width;
use super::{below, heading};
use crate::desk::preview;
use crate::desk::say;
use crate::desk::screen::board::{Section, State};
use crate::store::rows::{Board, BoardPerson, CaseRow, WorkState};

/// Columns of the time left.
const LEFT: usize = 7;
/// Columns of the word of a state.
const WORD: usize = 5;
/// Columns of a case number.
const CASE: usize = 14;
/// From this width on the columns of people are wide apart.
const ROOMY: usize = 60;
/// Columns of who has it, at most.
const WHO: usize = 18;

/// One part with its heading.
pub(super) fn draw(
    paint: &mut Paint<'_, '_>,
    area: Rect,
    state: &State,
    board: &Board,
    section: Section,
) {
    let columns = usize::from(area.width);
    let headings = match section {
        Section::People => cells(paint, None, columns),
        _ if paint.model.window.columns < super::BESIDE => others(paint, state, section),
        _ => String::new(),
    };
    heading(paint, area, state, section, &headings);
    let lines: Vec<Line<'static>> = match section {
        Section::People => people(paint, state, board, columns),
        Section::Raised => {
            let rows = board.raised.iter();
            cases(
                paint,
                rows.map(|case| (&case.row, Some(case.raised_at))),
                columns,
            )
        }
        _ => cases(paint, board.nearest.iter().map(|row| (row, None)), columns),
    };
    let body = below(area, 1);
    if lines.is_empty() {
        let key = format!("board.none_{}", section.key());
        let said = paint.wrapped(Role::Faint, &paint.text(&key), columns.saturating_sub(4));
        let inside = Rect {
            x: body.x + 3,
            width: body.width.saturating_sub(3),
            ..body
        };
        return paint.lines(inside, said, 0);
    }
    list(paint, body, state, section, lines);
}

fn list(
    paint: &mut Paint<'_, '_>,
    area: Rect,
    state: &State,
    section: Section,
    lines: Vec<Line<'static>>,
) {
    let cursor = state.cursor(section);
    let first = (cursor + 1).saturating_sub(usize::from(area.height));
    paint.lines(area, lines, first);
    if state.section == section && area.height > 0 {
        paint.mark_line(area, cursor - first);
    }
}

/// A line for each case; who has it takes no more than it needs.
fn cases<'a>(
    paint: &Paint<'_, '_>,
    rows: impl Iterator<Item = (&'a CaseRow, Option<DateTime<Utc>>)> + Clone,
    columns: usize,
) -> Vec<Line<'static>> {
    let names = rows.clone().map(|(row, _)| width::of(&who(paint, row).1));
    let widths = (columns, names.max().unwrap_or(0).min(WHO).min(columns / 4));
    rows.map(|(row, raised)| of_case(paint, row, raised, widths))
        .collect()
}

/// A case: how long it has, which one, what is to be done, who has it.
fn of_case(
    paint: &Paint<'_, '_>,
    row: &CaseRow,
    raised: Option<DateTime<Utc>>,
    (columns, who_columns): (usize, usize),
) -> Line<'static> {
    let status = row.status(paint.legal());
    let left = row
        .due_at
        .map_or_else(String::new, |due| say::left(due, paint.legal()));
    let key = key_of(status);
    let letter = width::left(&paint.maybe(&format!("status.{key}.letter")), 1);
    let word = paint.maybe(&format!("status.{key}.word"));
    let left = say::beside_word(&left, &word);
    let word = width::left(&word, WORD);
    let urgent = format!(" {letter} {} {word}", width::right(&left, LEFT));
    let taken = width::of(&urgent) + 1 + CASE + 2 + 1 + who_columns + 1;
    let what = preview::state(&paint.model.world, &row.process, &row.state);
    let what = match raised {
        Some(at) => {
            let at = at_of(paint, row, at);
            format!("{} {what}", paint.fill("board.raised_at", &[("at", &at)]))
        }
        None => what,
    };
    let (role, who) = who(paint, row);
    Line::from(vec![
        paint.span(role_of(status), urgent),
        Span::raw(format!(" {}  ", width::left(&row.case_no, CASE))),
        Span::raw(format!(
            "{} ",
            width::left(&what, columns.saturating_sub(taken))
        )),
        paint.span(role, width::left(&who, who_columns)),
    ])
}

fn at_of(paint: &Paint<'_, '_>, row: &CaseRow, at: DateTime<Utc>) -> String {
    let world = &paint.model.world;
    say::at(&world.texts, at, paint.legal(), world.zone(&row.process))
}

fn who(paint: &Paint<'_, '_>, row: &CaseRow) -> (Role, String) {
    let me = paint.model.world.me.as_ref().map(|me| me.agent_id);
    match (&row.holder, row.work) {
        (Some(_), _) if row.holder_id == me => (Role::Mine, paint.text("list.me")),
        (Some(name), _) => (Role::Other, name.clone()),
        (None, WorkState::Waiting) => (Role::Faint, paint.text("list.outside")),
        (None, _) => (Role::Faint, paint.text("board.nobody")),
    }
}

/// The parts that have no room beside this one, with how many lines they have.
fn others(paint: &Paint<'_, '_>, state: &State, here: Section) -> String {
    let parts = Section::ALL
        .into_iter()
        .skip(1)
        .filter(|part| *part != here);
    let said = parts.map(|part| {
        let lines = state.spots(part).len();
        format!("{} {lines}  ", paint.text(&format!("board.{}", part.key())))
    });
    said.collect()
}

/// What is said of somebody, right-aligned below its heading; `None` for the headings.
fn cells(paint: &Paint<'_, '_>, told: Option<[String; 4]>, columns: usize) -> String {
    let headings = ["board.holds", "board.since", "board.did", "board.last"];
    let headings = headings.map(|key| paint.text(key));
    let gap = if columns < ROOMY { 1 } else { 3 };
    let widths = headings.each_ref().map(|text| width::of(text).max(5) + gap);
    let texts = told.unwrap_or(headings);
    let cells = widths.into_iter().zip(&texts);
    let cells = cells.map(|(columns, text)| width::right(text, columns));
    format!("{} ", cells.collect::<String>())
}

fn people(
    paint: &Paint<'_, '_>,
    state: &State,
    board: &Board,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for person in &board.people {
        lines.push(of_person(paint, person, columns));
        if state.unfolded == Some(person.agent_id) {
            let held = person.holds.iter();
            lines.extend(held.map(|held| {
                let since = at_of(paint, &held.row, held.since);
                let since = paint.fill("board.held_since", &[("since", &since)]);
                of_held(paint, &held.row, &since, columns)
            }));
        }
    }
    lines
}

/// Somebody: how many they hold, since when they are there, what they did today and when last.
fn of_person(paint: &Paint<'_, '_>, person: &BoardPerson, columns: usize) -> Line<'static> {
    let zone = paint.model.world.zone("");
    let since = match person.online_since {
        Some(at) => say::clock(at, zone),
        None => paint.text("board.away"),
    };
    let last = person
        .done_at
        .map_or_else(|| "-".to_owned(), |at| say::clock(at, zone));
    let told = [
        person.holds.len().to_string(),
        since,
        person.done.to_string(),
        last,
    ];
    let cells = cells(paint, Some(told), columns);
    let room = columns.saturating_sub(width::of(&cells));
    let me = paint.model.world.me.as_ref().map(|me| me.agent_id);
    let role = match person.online_since {
        _ if me == Some(person.agent_id) => Role::Mine,
        None => Role::Faint,
        Some(_) => Role::Calm,
    };
    Line::from(vec![
        paint.span(role, width::left(&format!(" {}", person.name), room)),
        Span::raw(cells),
    ])
}

fn of_held(paint: &Paint<'_, '_>, row: &CaseRow, since: &str, columns: usize) -> Line<'static> {
    let status = row.status(paint.legal());
    let left = row
        .due_at
        .map_or_else(String::new, |due| say::left(due, paint.legal()));
    let room = columns.saturating_sub(3 + LEFT + 1 + CASE + 1);
    Line::from(vec![
        paint.span(
            role_of(status),
            format!("   {} ", width::right(&left, LEFT)),
        ),
        Span::raw(width::left(&row.case_no, CASE)),
        paint.span(Role::Faint, format!(" {}", width::cut(since, room))),
    ])
}
