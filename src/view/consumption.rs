//! Consumption of a connection: what and when, a chart, a table with totals. Read line by line there is
//! no chart, and the table says all.

mod chart;
mod table;

use chrono::Datelike as _;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use crate::desk::habits::Clip;
use crate::desk::preview;
use crate::desk::screen::consumption::{Got, Picture, State};
use crate::domain::consumption::guard::Span as Length;
use crate::domain::consumption::shown::Shown;
use crate::domain::consumption::{Direction, Energy, Peak, Step};
use crate::process::engine::Refusal;
use crate::store::StoreError;
use crate::text::format;

/// The screen.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    match &state.got {
        Got::Shown(picture) => draw_picture(paint, area, state, picture),
        Got::Waiting => said(paint, area, state, &[(Role::Faint, "consumption.loading")]),
        Got::NoMandate => said(
            paint,
            area,
            state,
            &[(Role::Error, "refusal.not_a_mandate")],
        ),
        Got::Failed(StoreError::Refused(refusal)) => {
            let why = preview::refusal(&paint.model.world, refusal);
            refused(paint, area, state, &why);
        }
        Got::Failed(StoreError::Offline(_)) => {
            said(paint, area, state, &[(Role::Warning, "list.unreachable")]);
        }
        Got::Failed(_) => said(paint, area, state, &[(Role::Error, "consumption.failed")]),
        Got::Hidden(hidden) => {
            let refusal = Refusal::new(hidden.key()).by_rule(hidden.rule());
            let why = preview::refusal(&paint.model.world, &refusal);
            refused(paint, area, state, &why);
        }
    }
}

/// Which rule says no, and what can be done.
fn refused(paint: &mut Paint<'_, '_>, area: Rect, state: &State, why: &str) {
    let columns = usize::from(area.width);
    let mut lines = vec![title(paint, state), Line::default()];
    lines.extend(paint.wrapped_in(Role::Error, why, columns, 1));
    lines.push(Line::default());
    let help = paint.text("consumption.refused_help");
    lines.extend(paint.wrapped_in(Role::Calm, &help, columns, 1));
    paint.lines(area, lines, 0);
}

fn said(paint: &mut Paint<'_, '_>, area: Rect, state: &State, keys: &[(Role, &str)]) {
    let columns = usize::from(area.width);
    let mut lines = vec![title(paint, state), Line::default()];
    for (role, key) in keys {
        let text = paint.text(key);
        lines.extend(paint.wrapped_in(*role, &text, columns, 1));
    }
    paint.lines(area, lines, 0);
}

/// Of which case, in what period.
fn title(paint: &Paint<'_, '_>, state: &State) -> Line<'static> {
    let no = paint.model.world.case(state.case);
    let no = no.map_or("", |loaded| loaded.detail.row.case_no.as_str());
    let mut spans = vec![paint.span(Role::Title, format!(" {}", paint.text("consumption.title")))];
    spans.push(Span::raw(format!("  {no}")));
    if let Some(view) = state.view {
        let (from, to) = view.span.around(view.day);
        let last = to.pred_opt().unwrap_or(to);
        let texts = &paint.model.world.texts;
        let period = [
            ("from", format::date(texts, from)),
            ("to", format::date(texts, last)),
        ];
        let period = period
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        spans.push(Span::raw(format!(
            "  {}",
            paint.fill("consumption.period", &period)
        )));
    }
    Line::from(spans)
}

fn draw_picture(paint: &mut Paint<'_, '_>, area: Rect, state: &State, picture: &Picture) {
    let shown = &picture.shown;
    let mut lines = heading(paint, shown);
    let columns = usize::from(area.width);
    if let Some(rule) = shown.cut_by {
        let cut = paint.text(&format!("consumption.cut.{}", rule.id()));
        let cut = format!("{cut} [{}]", rule.id());
        lines.extend(paint.wrapped_in(Role::Warning, &cut, columns, 1));
    }
    if !shown.peaks.is_empty() {
        let said = peaks(paint, shown);
        lines.extend(paint.wrapped_in(Role::Calm, &said, columns, 1));
    }
    let head = u16::try_from(lines.len()).unwrap_or(0).min(area.height);
    paint.lines(
        Rect {
            height: head,
            ..area
        },
        lines,
        0,
    );
    let body = below(area, head);
    if shown.is_empty() {
        let key = if shown.slots.is_empty() {
            "consumption.ahead"
        } else {
            "consumption.nothing_here"
        };
        let text = paint.text(key);
        let lines = paint.wrapped_in(Role::Faint, &text, columns, 1);
        return paint.lines(below(body, 1), lines, 0);
    }
    let above = if paint.model.world.clip == Clip::Said {
        0
    } else {
        chart_rows(body.height, shown)
    };
    if above > 0 {
        let place = Rect {
            height: above,
            ..body
        };
        chart::draw(paint, place, picture, state.at);
    }
    table::draw(paint, below(body, above), shown, state.at);
}

/// The chart takes what the table leaves, and at least half.
fn chart_rows(height: u16, shown: &Shown) -> u16 {
    let table = u16::try_from(shown.slots.len()).unwrap_or(u16::MAX);
    let table = table.saturating_add(table::AROUND).min(height / 2);
    let rows = height.saturating_sub(table).min(20);
    if rows < 6 { 0 } else { rows }
}

fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// Connection, period, steps and unit; then the sums.
fn heading(paint: &Paint<'_, '_>, shown: &Shown) -> Vec<Line<'static>> {
    let texts = &paint.model.world.texts;
    let energy = match shown.energy {
        Energy::Electricity => "electricity",
        Energy::Gas => "gas",
    };
    let step = match (shown.step, shown.span) {
        (Step::Fine(Energy::Electricity), _) => "quarter",
        (Step::Fine(Energy::Gas), _) => "hour",
        (Step::Day, _) => "day",
        (Step::Week, _) => "week",
        (Step::Month, _) => "month",
    };
    let first = format::date(texts, shown.from);
    let last = format::date(texts, shown.to.pred_opt().unwrap_or(shown.to));
    let period = paint.fill("consumption.period", &[("from", &first), ("to", &last)]);
    let span = match shown.span {
        Length::Week => "week",
        Length::Month => "month",
        Length::Year => "year",
    };
    let span = paint.text(&format!("consumption.span.{span}"));
    let title = paint.text(&format!("consumption.of.{energy}"));
    let by = paint.text(&format!("consumption.by.{step}"));
    vec![
        Line::from(vec![
            paint.span(Role::Title, format!(" {title} {}", shown.connection)),
            Span::raw(format!("  {span} {period}")),
        ]),
        Line::from(vec![
            Span::raw(format!(" {by}, {}  ", shown.unit.sign())),
            paint.span(Role::Faint, sums(paint, shown)),
        ]),
    ]
}

/// The highest quarter-hour of each month that is shown as a whole.
fn peaks(paint: &Paint<'_, '_>, shown: &Shown) -> String {
    let one = |peak: &Peak| {
        let month = paint.text(&format!("month.{}", peak.month.month()));
        let letter = table::letter(peak.status.into());
        let value = table::value(paint, peak.value);
        // a month stays with its value at the end of a line
        format!("{month}\u{a0}{value}\u{a0}{letter}")
            .trim_end()
            .to_owned()
    };
    let all: Vec<String> = shown.peaks.iter().map(one).collect();
    paint.fill("consumption.peaks", &[("peaks", &all.join(", "))])
}

/// What was taken and given in all, and what of it is missing.
fn sums(paint: &Paint<'_, '_>, shown: &Shown) -> String {
    let ways = [
        (Direction::Offtake, "consumption.sum.offtake"),
        (Direction::Injection, "consumption.sum.injection"),
    ];
    let mut said = Vec::new();
    let mut missing = 0;
    for (way, key) in ways {
        let Some(total) = shown.total(way) else {
            continue;
        };
        let value = table::value(paint, total.value.unwrap_or(0));
        let value = [("value", value.as_str()), ("unit", shown.unit.sign())];
        said.push(paint.fill(key, &value));
        missing = missing.max(total.missing);
    }
    if missing > 0 {
        said.push(table::lacking(paint, missing));
    }
    said.join(", ")
}
