//! The search: one line to type in, hits with the reason why they were found.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::{Paint, role_of};
use super::theme::Role;
use super::width;
use crate::desk::preview;
use crate::desk::screen::search::{LEAST, State};
use crate::store::rows::SearchHit;

/// The search.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let columns = usize::from(area.width);
    let label = if state.recent {
        "search.recent"
    } else {
        "search.label"
    };
    let label = format!(" {} ", paint.text(label));
    let start = width::of(&label);
    let text = width::cut(state.editor.text(), columns.saturating_sub(start + 1));
    let before = &state.editor.text()[..state.editor.cursor()];
    let column = start + width::of(before).min(columns.saturating_sub(start + 1));
    let line = Line::from(vec![paint.span(Role::Title, label), Span::raw(text)]);
    paint.line(Rect { height: 1, ..area }, line);
    paint.cursor(area.x + u16::try_from(column).unwrap_or(0), area.y);
    let body = Rect {
        y: area.y + 2,
        height: area.height - 2,
        ..area
    };
    let is_filter = state.filter(&paint.model.world).is_some();
    match &state.hits {
        Some(hits) if !hits.is_empty() && !is_filter => draw_hits(paint, body, hits, state.cursor),
        hits => {
            let typed = state.editor.text().trim().chars().count();
            let key = match hits {
                _ if is_filter => "search.is_filter",
                _ if state.problem.is_some() => "search.failed",
                Some(_) if state.recent => "search.none_recent",
                None if state.recent => "search.searching",
                Some(_) if state.rest.is_none() => "search.nothing",
                _ if typed >= LEAST => "search.searching",
                _ => "search.hint",
            };
            let role = if state.problem.is_some() && !is_filter {
                Role::Error
            } else {
                Role::Faint
            };
            let mut lines = paint.wrapped(role, &paint.text(key), columns.saturating_sub(4));
            if typed == 0 && !state.last.is_empty() {
                let said = paint.fill("search.last", &[("text", &state.last)]);
                lines.push(Line::default());
                lines.extend(paint.wrapped(Role::Calm, &said, columns.saturating_sub(4)));
            }
            paint.lines(
                Rect {
                    x: area.x + 1,
                    width: area.width - 1,
                    ..body
                },
                lines,
                0,
            );
        }
    }
}

fn draw_hits(paint: &mut Paint<'_, '_>, area: Rect, hits: &[SearchHit], cursor: usize) {
    let height = usize::from(area.height);
    let first = (cursor + 1).saturating_sub(height);
    let columns = usize::from(area.width);
    let lines: Vec<Line<'static>> = hits.iter().map(|hit| of_hit(paint, hit, columns)).collect();
    paint.lines(area, lines, first);
    paint.mark_line(area, cursor - first);
}

fn of_hit(paint: &Paint<'_, '_>, hit: &SearchHit, columns: usize) -> Line<'static> {
    let row = &hit.row;
    let how = width::left(&paint.text(&format!("how.{}", hit.how)), 14);
    let state = preview::state(&paint.model.world, &row.process, &row.state);
    let room = columns.saturating_sub(1 + 14 + 2 + 14 + 2);
    let half = room / 2;
    Line::from(vec![
        paint.span(Role::Faint, format!(" {how}  ")),
        paint.span(
            role_of(row.status(paint.legal())),
            width::left(&row.case_no, 14),
        ),
        Span::raw(format!("  {}", width::left(&state, half))),
        paint.span(
            Role::Faint,
            format!(" {}", width::left(&row.subject, room - half - 1)),
        ),
    ])
}
