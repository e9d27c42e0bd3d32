//! A line for each queue: numbers right-aligned, what they mean in the heading, the trend last.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::super::paint::Paint;
use super::super::spark;
use super::super::theme::Role;
use super::super::width;
use super::heading;
use crate::desk::say;
use crate::desk::screen::board::{Section, State, forecast};
use crate::domain::forecast::Forecast;
use crate::store::rows::{Board, BoardQueue};

/// From this width on the age of the oldest and what was raised have columns.
const MORE: u16 = 96;
/// From this width on all figures are there, and how many came in and went out.
const FLOW: u16 = 78;
/// From this width on the trend is there.
const TREND: u16 = 112;
/// From this width on columns are wide apart.
const WIDE: u16 = 150;
/// Columns of the forecast.
const CLOSING: usize = 20;

/// A column: key of its heading, width, and what stands in it.
struct Column {
    key: &'static str,
    width: usize,
    cell: fn(&BoardQueue) -> u32,
    role: Role,
}

const fn column(key: &'static str, cell: fn(&BoardQueue) -> u32, role: Role) -> Column {
    Column {
        key,
        width: 6,
        cell,
        role,
    }
}

const FIGURES: [Column; 6] = [
    column("board.open", |queue| queue.open, Role::Calm),
    column("board.held", |queue| queue.held, Role::Calm),
    column("board.waiting", |queue| queue.waiting, Role::Calm),
    column("board.overdue", |queue| queue.overdue, Role::Late),
    column("board.due_15", |queue| queue.due_15, Role::Soon),
    column("board.due_60", |queue| queue.due_60, Role::Calm),
];
const RAISED: Column = column("board.raised_short", |queue| queue.raised, Role::Warning);

/// Draw the queues; gives how many lines that took.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State, board: &Board) -> u16 {
    let headings = headings(paint, area.width);
    heading(paint, area, state, Section::Queues, &headings);
    // a third of the screen at most: the others are reached by scrolling
    let room = (area.height / 3).max(2);
    let step = if area.width >= WIDE && board.queues.len() * 2 <= usize::from(room) {
        2
    } else {
        1
    };
    let shown = usize::from(room / step).min(board.queues.len());
    let cursor = state.cursor(Section::Queues);
    let first = (cursor + 1).saturating_sub(shown);
    let mut used = 1;
    for (number, queue) in board.queues.iter().enumerate().skip(first).take(shown) {
        let line = line(paint, board, queue, area.width);
        let place = Rect {
            y: area.y + used,
            height: 1,
            ..area
        };
        paint.line(place, line);
        if state.section == Section::Queues && number == cursor {
            let style = paint.style(Role::Cursor);
            paint.restyle(place, style);
        }
        used += step;
    }
    used
}

fn columns(width: u16) -> Vec<&'static Column> {
    let raised = (width >= MORE).then_some(&RAISED);
    let least = ["board.open", "board.overdue", "board.due_15"];
    let figures = FIGURES.iter();
    let figures = figures.filter(|column| width >= FLOW || least.contains(&column.key));
    figures.chain(raised).collect()
}

/// Columns of one figure.
fn figure(column: &Column, width: u16) -> usize {
    column.width + if width >= WIDE { 3 } else { 0 }
}

/// Columns of what came in and went out.
fn flow(width: u16) -> usize {
    if width >= MORE { 16 } else { 10 }
}

fn trend(width: u16) -> usize {
    match width {
        WIDE.. => 24,
        TREND.. => 16,
        _ => 0,
    }
}

fn headings(paint: &Paint<'_, '_>, width: u16) -> String {
    let mut text = String::new();
    for column in columns(width) {
        text.push_str(&width::right(
            &paint.text(column.key),
            figure(column, width),
        ));
    }
    if width >= MORE {
        text.push_str(&width::right(&paint.text("board.oldest"), 9));
    }
    if width >= FLOW {
        let key = if width >= MORE {
            "board.flow"
        } else {
            "board.flow_short"
        };
        text.push_str(&width::right(&paint.text(key), flow(width)));
    }
    text.push_str("  ");
    text.push_str(&width::left(&paint.text("board.closing"), CLOSING));
    if trend(width) > 0 {
        text.push_str(&width::left(&paint.text("board.trend"), trend(width) + 1));
    }
    text
}

fn line(paint: &Paint<'_, '_>, board: &Board, queue: &BoardQueue, width: u16) -> Line<'static> {
    let mut spans = Vec::new();
    let mut taken = 0;
    for column in columns(width) {
        let value = (column.cell)(queue);
        let role = if value > 0 { column.role } else { Role::Faint };
        let text = width::right(&value.to_string(), figure(column, width));
        taken += width::of(&text);
        spans.push(paint.span(role, text));
    }
    let mut rest = String::new();
    if width >= MORE {
        let age = queue
            .oldest_at
            .map_or(String::new(), |at| age(paint.legal(), at));
        rest.push_str(&width::right(&age, 9));
    }
    let figures = format!("{} / {}", queue.came_in, queue.closed);
    if width >= FLOW {
        rest.push_str(&width::right(&figures, flow(width)));
    }
    rest.push_str("  ");
    taken += width::of(&rest) + CLOSING;
    spans.push(paint.span(Role::Calm, rest));
    let (role, closing) = closing(paint, board, queue);
    spans.push(paint.span(role, width::left(&closing, CLOSING)));
    let trend = trend(width);
    if trend > 0 {
        let line = spark::line(&queue.trend, paint.legal(), trend);
        spans.push(paint.span(Role::Calm, line));
        taken += trend + 1;
    }
    let room = usize::from(width).saturating_sub(taken);
    let name = format!(" {}", paint.text(&format!("queue.{}", queue.key)));
    spans.insert(0, paint.span(Role::Title, width::left(&name, room)));
    Line::from(spans)
}

/// How long ago, as time left is said.
fn age(now: DateTime<Utc>, at: DateTime<Utc>) -> String {
    say::left(now.max(at), at)
}

/// What the forecast says, in words.
fn closing(paint: &Paint<'_, '_>, board: &Board, queue: &BoardQueue) -> (Role, String) {
    let model = paint.model;
    let Some((forecast, shift)) = forecast(&model.world, board, queue, model.now) else {
        return (Role::Faint, String::new());
    };
    let zone = queue.country.zone();
    let at = shift
        .closes_at
        .map_or_else(String::new, |at| say::clock(at, zone));
    said(paint, forecast, &at)
}

fn said(paint: &Paint<'_, '_>, forecast: Forecast, at: &str) -> (Role, String) {
    let fill = |key: &str, n: u32, more: u32| {
        let (n, more) = (n.to_string(), more.to_string());
        paint.fill(key, &[("n", &n), ("more", &more), ("at", at)])
    };
    match forecast {
        Forecast::Closed { late: 0 } => (Role::Faint, fill("board.forecast.closed", 0, 0)),
        Forecast::Closed { late } => (Role::Late, fill("board.forecast.closed_late", late, 0)),
        Forecast::TooEarly { due } => (Role::Faint, fill("board.forecast.early", due, 0)),
        Forecast::Late { late: 0, .. } => (Role::Calm, fill("board.forecast.none", 0, 0)),
        Forecast::Late {
            late,
            people_more: Some(more),
        } => (Role::Late, fill("board.forecast.unless", late, more)),
        Forecast::Late {
            late,
            people_more: None,
        } => (Role::Late, fill("board.forecast.late", late, 0)),
    }
}
