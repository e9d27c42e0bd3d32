//! One line of the list: two signs, the letter of the deadline, and the chosen columns.

use ratatui::text::{Line, Span};

use super::texts;
use crate::desk::columns::{Column, SIGNS, layout, list_of};
use crate::desk::live;
use crate::desk::say;
use crate::desk::screen::inbox::{Mark, Row};
use crate::store::rows::CaseRow;
use crate::view::paint::{Paint, key_of, role_of};
use crate::view::theme::Role;
use crate::view::width;

/// Columns of the time left.
pub(super) const LEFT: usize = 7;
/// Columns of the word of the state.
const WORD: usize = 5;
/// Columns of the case number.
const CASE: usize = 14;
/// Most columns of what is to be done that are kept free for it.
const WHAT: usize = 24;
/// Most columns of a text that somebody chose.
const MOST: usize = 26;

/// The columns of the list shown, with their widths. The words of the rows that are there decide:
/// nothing is cut while there is room.
pub(in crate::view) fn laid(paint: &Paint<'_, '_>, columns: usize) -> Vec<(Column, usize)> {
    let inbox = paint.model.desk.inbox();
    let list = inbox.and_then(|inbox| list_of(&inbox.view));
    let shown = paint.model.world.columns.of(list);
    layout(shown, columns, &|column| need(paint, column, columns))
}

/// How wide a column would be in a list of so many columns.
fn need(paint: &Paint<'_, '_>, column: Column, columns: usize) -> usize {
    let rows = paint.model.desk.inbox();
    let rows = rows.map_or(&[][..], |inbox| &inbox.rows);
    let said = |row: &Row| width::of(&texts::said(paint, column, &row.case).1);
    let longest = || rows.iter().map(said).max().unwrap_or(0);
    match column {
        Column::Left => LEFT + 1 + WORD,
        Column::Case => CASE,
        Column::What => longest().min(WHAT),
        Column::Party => longest(),
        Column::Who => longest().clamp(9, (columns / 8).clamp(9, 22)),
        _ => {
            let heading = width::of(&paint.text(&format!("list.{}", column.name())));
            longest().max(heading).min(MOST)
        }
    }
}

/// The names of the columns. In the list of one's own cases its name stands in front.
pub(super) fn headings(paint: &Paint<'_, '_>, columns: usize) -> Line<'static> {
    let laid = laid(paint, columns);
    let is_mine = paint.model.desk.at == 0 && paint.model.world.me.is_some();
    let mut text = " ".repeat(SIGNS);
    let mut spans = Vec::new();
    for (number, (column, columns)) in laid.into_iter().enumerate() {
        let name = paint.text(&format!("list.{}", column.name()));
        let name = match column {
            Column::Left => width::right(&name, LEFT),
            _ => name,
        };
        if number == 0 && is_mine {
            let mine = format!(" {}", paint.text("list.mine"));
            let mine = width::left(&mine, SIGNS + columns + column.gap());
            spans.push(paint.span(Role::Title, mine));
            text.clear();
            continue;
        }
        text.push_str(&width::left(&name, columns));
        text.push_str(&" ".repeat(column.gap()));
    }
    spans.push(paint.span(Role::Faint, text));
    Line::from(spans)
}

/// The line of a case.
pub(super) fn line(paint: &Paint<'_, '_>, row: &Row, laid: &[(Column, usize)]) -> Line<'static> {
    let mut spans = signs(paint, row);
    let news = texts::news(paint, row, laid);
    for (column, columns) in laid {
        let (role, said) = match news.iter().find(|(at, ..)| at == column) {
            Some((_, role, said)) => (*role, said.clone()),
            None => cell(paint, row, *column),
        };
        spans.push(paint.span(role, width::left(&said, *columns)));
        spans.push(Span::raw(" ".repeat(column.gap())));
    }
    Line::from(spans)
}

/// What a column says of a row as long as nothing happens to it.
fn cell(paint: &Paint<'_, '_>, row: &Row, column: Column) -> (Role, String) {
    let case = &row.case;
    let (role, said) = texts::said(paint, column, case);
    match column {
        Column::Left => left(paint, row),
        Column::Case if paint.model.world.find.is_unread(case) => (Role::Title, said),
        Column::Who if said.is_empty() => {
            let other = live::present_short(&paint.model.world, case);
            other.map_or((role, said), |other| (Role::Faint, other))
        }
        _ => (role, said),
    }
}

/// How urgent a row is.
fn urgency(paint: &Paint<'_, '_>, row: &Row) -> (Role, &'static str) {
    let status = row.case.status(paint.legal());
    let role = match row.mark {
        Mark::Gone => Role::Faint,
        _ => role_of(status),
    };
    (role, key_of(status))
}

/// The time left, and how the deadline stands.
fn left(paint: &Paint<'_, '_>, row: &Row) -> (Role, String) {
    let (role, key) = urgency(paint, row);
    let (_, left) = texts::said(paint, Column::Left, &row.case);
    let word = paint.maybe(&format!("status.{key}.word"));
    let left = width::right(&say::beside_word(&left, &word), LEFT);
    (role, format!("{left} {}", width::left(&word, WORD)))
}

/// Two signs and the letter of the deadline: said in whatever columns.
fn signs(paint: &Paint<'_, '_>, row: &Row) -> Vec<Span<'static>> {
    let case = &row.case;
    let (role, key) = urgency(paint, row);
    let letter = width::left(&paint.maybe(&format!("status.{key}.letter")), 1);
    let mark = sign(paint, case, row.mark);
    let inbox = paint.model.desk.inbox();
    let is_marked = inbox.is_some_and(|it| it.marks.contains(&case.case_id));
    // a marked row has a star in front, and what happened to it behind the letter
    let (first, mark, then) = if is_marked {
        (Role::Key, "*", mark)
    } else {
        (Role::Faint, mark, " ")
    };
    vec![
        paint.span(first, mark),
        paint.span(role, format!("{letter}{then}")),
    ]
}

fn sign(paint: &Paint<'_, '_>, case: &CaseRow, mark: Mark) -> &'static str {
    let world = &paint.model.world;
    match mark {
        Mark::Same if world.drafts.for_case(case.case_id).next().is_some() => "~",
        Mark::Same if world.find.is_unread(case) => "+",
        Mark::Same => " ",
        Mark::Changed => "+",
        Mark::Gone => "-",
    }
}
