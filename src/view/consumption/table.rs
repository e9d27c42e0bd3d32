//! The table: a line for each stretch, a column for each register, and how sure each value is.

use chrono::{DateTime, Utc};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::paint::Paint;
use super::super::theme::Role;
use super::super::width;
use crate::desk::habits::Clip;
use crate::domain::consumption::shown::{Amount, Mark, Series, Shown, Slot};
use crate::domain::consumption::{Register, Step, ZONE, days};
use crate::text::{Texts, format};

/// Lines above and below the stretches: legend, heading, totals.
pub(super) const AROUND: u16 = 4;
/// Columns of the time.
const WHEN: usize = 21;
/// Most columns of a register.
const WIDE: usize = 18;

/// The letter of a mark: no meaning is said by colour alone.
pub(super) fn letter(mark: Mark) -> char {
    match mark {
        Mark::Missing => '?',
        Mark::Part => '~',
        Mark::Estimated => 'e',
        Mark::Read | Mark::Rests => ' ',
        Mark::Validated => 'v',
    }
}

pub(super) fn role(mark: Mark) -> Role {
    match mark {
        Mark::Missing => Role::Error,
        Mark::Part | Mark::Estimated => Role::Warning,
        Mark::Read | Mark::Rests => Role::Calm,
        Mark::Validated => Role::Done,
    }
}

/// Thousandths of the unit: `1,234.567`.
pub(super) fn value(paint: &Paint<'_, '_>, thousandths: i64) -> String {
    let texts = &paint.model.world.texts;
    let whole = format::number(texts, thousandths / 1000);
    let decimal = texts.get("format.decimal");
    format!("{whole}{decimal}{:03}", thousandths % 1000)
}

/// For how long there is no value.
pub(super) fn lacking(paint: &Paint<'_, '_>, minutes: i64) -> String {
    let hours = format::number(&paint.model.world.texts, minutes / 60);
    let rest = (minutes % 60).to_string();
    let key = if minutes % 60 == 0 {
        "consumption.lacking.hours"
    } else {
        "consumption.lacking.minutes"
    };
    paint.fill(key, &[("hours", &hours), ("minutes", &rest)])
}

/// When a stretch is, with the zone on the days on which clocks change: an hour comes twice there.
pub(super) fn when(texts: &Texts, slot: &Slot, step: Step) -> String {
    let day = days::of(slot.start);
    match step {
        Step::Fine(_) => {
            let zone = if days::stretches(day, 60) == 24 {
                String::new()
            } else {
                format!(" {}", zone(slot.start))
            };
            let clock = format::clock(slot.start, ZONE);
            format!("{} {clock}{zone}", format::weekday(texts, day))
        }
        Step::Day => format::weekday_date(texts, day),
        Step::Week => {
            let last = days::of(slot.end - chrono::TimeDelta::minutes(1));
            format!("{} - {}", format::day(texts, day), format::day(texts, last))
        }
        Step::Month => format::month(texts, day),
    }
}

fn zone(at: DateTime<Utc>) -> String {
    at.with_timezone(&ZONE).format("%Z").to_string()
}

pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, shown: &Shown, at: usize) {
    let columns = usize::from(area.width);
    let count = shown.series.len().max(1);
    let wide = (columns.saturating_sub(WHEN + 2) / count).min(WIDE);
    let mut head = vec![legend(paint, shown)];
    head.extend(heading(paint, shown, wide));
    let above = u16::try_from(head.len()).unwrap_or(0).min(area.height);
    paint.lines(
        Rect {
            height: above,
            ..area
        },
        head,
        0,
    );
    let rows = area.height.saturating_sub(above + 1);
    let body = Rect {
        y: area.y + above,
        height: rows,
        ..area
    };
    let room = usize::from(rows);
    let last = shown.slots.len().saturating_sub(room);
    let first = at.saturating_sub(room / 2).min(last);
    let slots = shown.slots.iter().enumerate().skip(first).take(room);
    let lines = slots.map(|(number, slot)| line(paint, shown, (number, slot), wide));
    let lines: Vec<Line<'static>> = lines.collect();
    let used = u16::try_from(lines.len()).unwrap_or(0);
    paint.lines(body, lines, 0);
    if room > 0 {
        paint.mark_line(body, at - first);
    }
    if area.height > above {
        let foot = Rect {
            y: body.y + used,
            height: 1,
            ..area
        };
        paint.lines(foot, vec![totals(paint, shown, wide)], 0);
    }
}

/// What the letters mean.
fn legend(paint: &Paint<'_, '_>, shown: &Shown) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for mark in [Mark::Validated, Mark::Estimated, Mark::Part, Mark::Missing] {
        let word = paint.text(&format!("consumption.status.{}", mark.key()));
        spans.push(paint.span(role(mark), letter(mark).to_string()));
        spans.push(paint.span(Role::Faint, format!(" {word}  ")));
    }
    spans.push(paint.span(Role::Faint, paint.text("consumption.legend_read")));
    let has = |register| shown.of_register(register).is_some();
    let is_drawn = paint.model.world.clip != Clip::Said;
    if is_drawn && (has(Register::OfftakeNight) || has(Register::InjectionNight)) {
        let night = paint.text("consumption.tariff.offtake_night");
        spans.push(paint.span(Role::Faint, format!("  {night} ")));
        spans.push(paint.span(Role::Mine, super::chart::NIGHT.to_string()));
    }
    Line::from(spans)
}

fn heading(paint: &Paint<'_, '_>, shown: &Shown, wide: usize) -> Vec<Line<'static>> {
    let row = |part: &str| {
        let mut text = format!(" {}", width::left("", WHEN));
        for series in &shown.series {
            let key = format!("consumption.{part}.{}", series.register.key());
            let word = width::cut(&paint.text(&key), wide.saturating_sub(3));
            text.push_str(&width::right(&word, wide.saturating_sub(2)));
            text.push_str("  ");
        }
        Line::from(paint.span(Role::Faint, text.trim_end().to_owned()))
    };
    vec![row("way"), row("tariff")]
}

fn line(
    paint: &Paint<'_, '_>,
    shown: &Shown,
    (number, slot): (usize, &Slot),
    wide: usize,
) -> Line<'static> {
    let texts = &paint.model.world.texts;
    let when = width::left(&when(texts, slot, shown.step), WHEN);
    let mut spans = vec![Span::raw(format!(" {when}"))];
    for series in &shown.series {
        let (amount, mark) = (series.amount(number), series.mark(number));
        cell(paint, &mut spans, (amount, mark), wide);
    }
    Line::from(spans)
}

/// A value with its letter; what is missing is said to be missing, where it was not its turn is nothing.
fn cell(
    paint: &Paint<'_, '_>,
    spans: &mut Vec<Span<'static>>,
    (amount, mark): (Option<&Amount>, Mark),
    wide: usize,
) {
    let room = wide.saturating_sub(2);
    let text = match amount {
        Some(amount) => value(paint, amount.value),
        None if mark == Mark::Rests => String::new(),
        None => width::cut(&paint.text("consumption.status.missing"), room),
    };
    let text_role = if amount.is_none() {
        Role::Faint
    } else {
        Role::Calm
    };
    spans.push(paint.span(text_role, width::right(&text, room)));
    spans.push(paint.span(role(mark), format!(" {}", letter(mark))));
}

fn totals(paint: &Paint<'_, '_>, shown: &Shown, wide: usize) -> Line<'static> {
    let name = width::left(&paint.text("consumption.total"), WHEN);
    let mut spans = vec![paint.span(Role::Title, format!(" {name}"))];
    for series in &shown.series {
        total(paint, &mut spans, series, wide);
    }
    Line::from(spans)
}

fn total(paint: &Paint<'_, '_>, spans: &mut Vec<Span<'static>>, series: &Series, wide: usize) {
    let (total, room) = (series.total, wide.saturating_sub(2));
    let text = total
        .value
        .map_or_else(String::new, |sum| value(paint, sum));
    spans.push(paint.span(Role::Title, width::right(&text, room)));
    let amount = total.value.zip(total.status).map(|(value, status)| Amount {
        value,
        missing: total.missing,
        status,
    });
    let mark = Mark::of(amount.as_ref());
    spans.push(paint.span(role(mark), format!(" {}", letter(mark))));
}
