//! A week of start times (PRIO-30): days as columns where there is room, else a line a day.

use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::form::Entry;
use crate::desk::request::week::{Free, Week};
use crate::text::format;

/// Columns of a day.
const DAY: usize = 9;
/// Columns of the margin.
const MARGIN: usize = 3;
/// Most times of a day that are shown at once.
const TIMES: usize = 8;
/// Columns of the name of a day that has a line.
const NAME: usize = 13;

/// Whether the days fit beside each other.
fn is_wide(week: &Week, columns: usize) -> bool {
    week.days().len() * DAY + MARGIN <= columns
}

/// All times of day that are free on some day, in order.
fn times(week: &Week) -> Vec<&str> {
    let mut times: Vec<&str> = week.free().iter().map(|free| free.time.as_str()).collect();
    times.sort_unstable();
    times.dedup();
    times
}

fn chosen<'a>(week: &'a Week, entry: &Entry) -> Option<&'a Free> {
    week.free().iter().find(|free| free.raw == entry.raw())
}

/// The rows of times that are shown: those around the chosen one.
fn shown<'a>(week: &'a Week, entry: &Entry) -> Vec<&'a str> {
    let times = times(week);
    let here = chosen(week, entry).map_or("", |free| free.time.as_str());
    let at = times.iter().position(|time| *time == here).unwrap_or(0);
    let first = (at + 1).saturating_sub(TIMES);
    times.into_iter().skip(first).take(TIMES).collect()
}

/// In which line of the week the chosen time stands.
pub(super) fn chosen_line(week: &Week, entry: &Entry, columns: usize) -> usize {
    let Some(free) = chosen(week, entry) else {
        return 0;
    };
    let found = if is_wide(week, columns) {
        let rows = shown(week, entry);
        rows.iter().position(|time| *time == free.time)
    } else {
        week.days().iter().position(|day| *day == free.day)
    };
    found.map_or(0, |line| line + 1)
}

/// The week with its heading.
pub(super) fn lines(
    paint: &Paint<'_, '_>,
    week: &Week,
    entry: &Entry,
    columns: usize,
) -> Vec<Line<'static>> {
    if week.slots.is_none() {
        return Vec::new();
    }
    if is_wide(week, columns) {
        grid(paint, week, entry)
    } else {
        list(paint, week, entry, columns)
    }
}

/// A time, the chosen one in brackets: not by colour alone.
fn cell(paint: &Paint<'_, '_>, free: &Free, entry: &Entry) -> [Span<'static>; 2] {
    let (role, text) = if free.raw == entry.raw() {
        (Role::Cursor, format!("[{}]", free.time))
    } else {
        (Role::Calm, format!(" {} ", free.time))
    };
    let rest = DAY.saturating_sub(width::of(&text));
    [paint.span(role, text), Span::raw(" ".repeat(rest))]
}

fn grid(paint: &Paint<'_, '_>, week: &Week, entry: &Entry) -> Vec<Line<'static>> {
    let texts = &paint.model.world.texts;
    let days = week.days();
    let margin = || Span::raw(" ".repeat(MARGIN));
    let name = |day: &chrono::NaiveDate| {
        let name = format::weekday(texts, *day);
        let short: Vec<&str> = name.split(' ').take(2).collect();
        let short = width::left(&format!(" {}", short.join(" ")), DAY - 1);
        paint.span(Role::Title, format!("{short} "))
    };
    let heading = std::iter::once(margin()).chain(days.iter().map(name));
    let mut lines = vec![heading.collect::<Line<'static>>()];
    for time in shown(week, entry) {
        let mut spans = vec![margin()];
        for day in &days {
            let mut free = week.free().iter();
            match free.find(|free| free.day == *day && free.time == time) {
                Some(free) => spans.extend(cell(paint, free, entry)),
                None => spans.push(Span::raw(" ".repeat(DAY))),
            }
        }
        lines.push(Line::from(spans));
    }
    lines
}

fn list(paint: &Paint<'_, '_>, week: &Week, entry: &Entry, columns: usize) -> Vec<Line<'static>> {
    let texts = &paint.model.world.texts;
    let room = columns.saturating_sub(MARGIN + NAME) / DAY;
    let day = |day: &chrono::NaiveDate| {
        let free: Vec<&Free> = week.free().iter().filter(|free| free.day == *day).collect();
        let at = free.iter().position(|free| free.raw == entry.raw());
        let first = at.map_or(0, |at| (at + 1).saturating_sub(room));
        let name = width::left(&format::weekday(texts, *day), NAME);
        let name = format!("{}{name}", " ".repeat(MARGIN));
        let mut spans = vec![paint.span(Role::Title, name)];
        let times = free.iter().skip(first).take(room);
        spans.extend(times.flat_map(|free| cell(paint, free, entry)));
        if free.is_empty() {
            spans.push(paint.span(Role::Faint, format!(" {}", paint.text("request.none_free"))));
        }
        Line::from(spans)
    };
    let heading = paint.fill(
        "request.week_of",
        &[("day", &format::weekday(texts, week.from))],
    );
    let heading = format!("{}{heading}", " ".repeat(MARGIN));
    let heading = Line::from(paint.span(Role::Faint, heading));
    std::iter::once(heading)
        .chain(week.days().iter().map(day))
        .collect()
}
