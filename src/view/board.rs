//! The board: figures of all queues, a line for each, and what is due next beside who is there. On a
//! large screen it is read from across a room, at 80 columns part by part.

mod parts;
mod queues;
mod wash;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::big;
use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::screen::board::{Section, State, forecast};
use crate::desk::world::Link;
use crate::store::StoreError;
use crate::store::rows::Board;
use crate::text::format;

/// From this size on the figures are large.
const LARGE: (u16, u16) = (140, 38);
/// From this width on people stand beside the cases.
const BESIDE: u16 = 110;

/// The board.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    title(paint, area, state);
    let body = below(area, 1);
    let Some(board) = &state.board else {
        return unread(paint, body, state);
    };
    if board.queues.is_empty() {
        return said(paint, body, Role::Calm, "board.no_queue");
    }
    let is_large = area.width >= LARGE.0 && area.height >= LARGE.1;
    let mut rest = body;
    if is_large {
        figures(paint, below(rest, 1), board);
        rest = below(rest, 9);
    }
    let used = queues::draw(paint, rest, state, board);
    if let Some(progress) = wash::shown(state, board) {
        return wash::draw(paint, below(rest, used + 1), progress);
    }
    parts(paint, below(rest, used + 1), state, board);
}

/// What is left of an area below so many lines.
fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// What it is, and as of when: a board that is not counted any more says so.
fn title(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let left = Line::from(paint.span(Role::Title, format!(" {}", paint.text("board.title"))));
    let world = &paint.model.world;
    let counted = state.board.as_ref().and_then(|board| board.computed_at);
    let right = match counted {
        None => Line::default(),
        Some(at) => {
            let time = format::clock_seconds(at, world.zone(""));
            let is_stale = world.link != Link::Live || state.problem.is_some();
            let (role, key) = if is_stale {
                (Role::Error, "board.stale")
            } else {
                (Role::Faint, "board.counted")
            };
            Line::from(paint.span(role, format!("{} ", paint.fill(key, &[("at", &time)]))))
        }
    };
    paint.both(Rect { height: 1, ..area }, left, right);
}

fn unread(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let is_away = matches!(paint.model.world.link, Link::Stale { .. })
        || matches!(state.problem, Some(StoreError::Offline(_)));
    let (role, key) = match &state.problem {
        _ if is_away => (Role::Warning, "list.unreachable"),
        Some(_) => (Role::Error, "board.failed"),
        None => (Role::Faint, "board.loading"),
    };
    said(paint, area, role, key);
}

fn said(paint: &mut Paint<'_, '_>, area: Rect, role: Role, key: &str) {
    let area = Rect {
        x: area.x + 3,
        width: area.width.saturating_sub(6),
        ..below(area, 1)
    };
    let lines = paint.wrapped(role, &paint.text(key), usize::from(area.width));
    paint.lines(area, lines, 0);
}

/// The sums of all queues, five lines high, with their words below.
fn figures(paint: &mut Paint<'_, '_>, area: Rect, board: &Board) {
    let sum = |of: fn(&crate::store::rows::BoardQueue) -> u32| -> u64 {
        board.queues.iter().map(|queue| u64::from(of(queue))).sum()
    };
    let (late, soon, hour) = (sum(|q| q.overdue), sum(|q| q.due_15), sum(|q| q.due_60));
    let figures = [
        ("board.big.late", late, tone(late, Role::Late)),
        ("board.big.due_15", soon, tone(soon, Role::Soon)),
        ("board.big.due_60", hour, Role::Calm),
        ("board.big.desk", sum(|q| q.open + q.held), Role::Calm),
        ("board.big.waiting", sum(|q| q.waiting), Role::Calm),
    ];
    let closing = closing(paint, board);
    let closing = closing.map(|late| ("board.big.closing", late, tone(late, Role::Late)));
    let width = area.width / 6;
    for (number, (key, value, role)) in (0u16..).zip(figures.into_iter().chain(closing)) {
        let block = Rect {
            x: area.x + 2 + number * width,
            width: width - 2,
            ..area
        };
        figure(paint, block, key, value, role);
    }
}

fn tone(value: u64, role: Role) -> Role {
    if value > 0 { role } else { Role::Calm }
}

fn figure(paint: &mut Paint<'_, '_>, area: Rect, key: &str, value: u64, role: Role) {
    let columns = usize::from(area.width);
    let filled = paint
        .style(role)
        .add_modifier(ratatui::style::Modifier::REVERSED);
    if let Some(lines) = big::number(value, columns, filled) {
        paint.lines(Rect { height: 5, ..area }, lines, 0);
    }
    let said = paint.fill(key, &[("n", &value.to_string())]);
    let said = Line::from(paint.span(role, width::cut(&said, columns)));
    paint.line(
        Rect {
            y: area.y + 6,
            height: 1,
            ..area
        },
        said,
    );
}

/// What all queues together will have late at closing, when it can be said of each.
fn closing(paint: &Paint<'_, '_>, board: &Board) -> Option<u64> {
    let model = paint.model;
    let late = board.queues.iter().map(|queue| {
        let (forecast, _) = forecast(&model.world, board, queue, model.now)?;
        forecast.late().map(u64::from)
    });
    late.sum()
}

/// Cases and people: beside each other where there is room, else the part with the cursor.
fn parts(paint: &mut Paint<'_, '_>, area: Rect, state: &State, board: &Board) {
    if area.width < BESIDE {
        let section = match state.section {
            Section::Queues => Section::Nearest,
            section => section,
        };
        return parts::draw(paint, area, state, board, section);
    }
    let right = area.width * 2 / 5;
    let left = Rect {
        width: area.width - right - 2,
        ..area
    };
    let lines = u16::try_from(board.raised.len()).unwrap_or(u16::MAX);
    let below_it = match lines {
        0 => 0,
        lines => (lines + 2).min(area.height / 3),
    };
    let wanted = u16::try_from(board.nearest.len().max(1) + 2).unwrap_or(u16::MAX);
    let nearest = Rect {
        height: wanted.min(area.height - below_it),
        ..left
    };
    parts::draw(paint, nearest, state, board, Section::Nearest);
    if below_it > 0 {
        parts::draw(
            paint,
            below(left, nearest.height),
            state,
            board,
            Section::Raised,
        );
    }
    let people = Rect {
        x: area.x + left.width + 2,
        width: right,
        ..area
    };
    parts::draw(paint, people, state, board, Section::People);
}

/// A heading; the part with the cursor is named in full strength.
fn heading(paint: &mut Paint<'_, '_>, area: Rect, state: &State, section: Section, rest: &str) {
    let role = if state.section == section {
        Role::Title
    } else {
        Role::Faint
    };
    let name = paint.text(&format!("board.{}", section.key()));
    let columns = usize::from(area.width);
    let room = columns.saturating_sub(width::of(rest));
    let line = Line::from(vec![
        paint.span(role, width::left(&format!(" {name}"), room)),
        Span::styled(rest.to_owned(), paint.style(Role::Faint)),
    ]);
    paint.line(Rect { height: 1, ..area }, line);
}
