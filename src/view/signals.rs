//! The register of signals: a line for each party; or the signals of one party with their cases.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::say;
use crate::desk::screen::signals::{Behind, State};
use crate::domain::country::Country;
use crate::store::StoreError;
use crate::store::signals::{PartySignals, SignalParties, SignalSeen};
use crate::text::format;

/// Columns of the name of a party.
const NAME: usize = 26;
/// Columns of a count.
const COUNT: usize = 8;
/// Columns of the last signal.
const LAST: usize = 13;
/// Columns of what the joint operators have.
const CASE: usize = 16;

/// The register.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let key = match &state.behind {
        Some(_) => "signals.of",
        None => "signals.title",
    };
    let name = state.behind.as_ref().map(|it| named(&it.of));
    let texts = &paint.model.world.texts;
    let (from, to) = (
        format::date(texts, state.period.from),
        format::date(texts, state.period.last()),
    );
    let values = [
        ("from", from.as_str()),
        ("to", &to),
        ("party", name.as_deref().unwrap_or_default()),
    ];
    let title = Line::from(paint.span(Role::Title, format!(" {}", paint.fill(key, &values))));
    paint.line(Rect { height: 1, ..area }, title);
    let body = below(area, 2);
    match (&state.behind, &state.register) {
        (Some(behind), _) => of_party(paint, body, state, behind),
        (None, Some(register)) if !register.parties.is_empty() => {
            parties(paint, body, state, register);
        }
        (None, register) => nothing(paint, body, state, register.is_some()),
    }
}

fn named(party: &PartySignals) -> String {
    let name = if party.party.is_empty() {
        &party.party_gln
    } else {
        &party.party
    };
    name.clone()
}

fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

/// Why there is nothing to see.
fn nothing(paint: &mut Paint<'_, '_>, area: Rect, state: &State, is_read: bool) {
    let said = match &state.problem {
        Some(StoreError::Offline(_)) => (Role::Warning, paint.text("list.unreachable")),
        Some(StoreError::Refused(refusal)) => {
            let key = format!("refusal.{}", refusal.key);
            (Role::Error, paint.text(&key))
        }
        Some(_) => (Role::Error, paint.text("report.failed")),
        None if is_read => (Role::Calm, paint.text("signals.none")),
        None => (Role::Faint, paint.text("signals.loading")),
    };
    let lines = paint.wrapped_in(said.0, &said.1, usize::from(area.width), 3);
    paint.lines(area, lines, 0);
}

fn parties(paint: &mut Paint<'_, '_>, area: Rect, state: &State, register: &SignalParties) {
    let columns = usize::from(area.width);
    let heading = heading(paint, columns);
    let heading = Line::from(paint.span(Role::Faint, heading));
    paint.line(Rect { height: 1, ..area }, heading);
    let foot = area.height.min(6);
    let list = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(foot + 1),
        ..area
    };
    let height = usize::from(list.height).max(1);
    let first = (state.cursor + 1).saturating_sub(height);
    let shown = register.parties.iter().skip(first).take(height);
    let lines: Vec<_> = shown
        .map(|party| row(paint, party, register, columns))
        .collect();
    let under = u16::try_from(lines.len()).unwrap_or(0);
    paint.lines(list, lines, 0);
    paint.mark_line(list, state.cursor - first);
    let foot = Rect {
        y: list.y + under + 1,
        height: (area.bottom()).saturating_sub(list.y + under + 1),
        ..area
    };
    figures(paint, foot, state, register);
}

fn heading(paint: &Paint<'_, '_>, columns: usize) -> String {
    let right = |key: &str, wide| width::right(&paint.text(key), wide);
    let mut said = width::left(&format!(" {}", paint.text("signals.party")), NAME);
    said += &right("signals.count", COUNT);
    said += &right("signals.alike", COUNT + 2);
    said += "  ";
    said += &width::left(&paint.text("signals.last"), LAST);
    said += &width::left(&paint.text("signals.case"), CASE);
    if columns > 100 {
        said += &paint.text("signals.kinds");
    }
    said
}

fn row(
    paint: &Paint<'_, '_>,
    party: &PartySignals,
    register: &SignalParties,
    columns: usize,
) -> Line<'static> {
    let texts = &paint.model.world.texts;
    let is_due = party.alike >= register.threshold;
    let alike = format!("{}/{}", party.alike, register.threshold);
    let last = format::date(texts, party.last_at.with_timezone(&zone()).date_naive());
    let (role, case) = match &party.proposal {
        Some(proposal) => (Role::Mine, proposal.case_no.clone()),
        None if is_due => (Role::Soon, paint.text("signals.due")),
        None => (Role::Faint, "-".to_owned()),
    };
    let name = width::left(&format!(" {}", named(party)), NAME);
    let count = width::right(&format::count(texts, party.signals), COUNT);
    let mut spans = vec![
        Span::raw(name),
        Span::raw(count),
        paint.span(
            if is_due { Role::Late } else { Role::Calm },
            width::right(&alike, COUNT + 2),
        ),
        Span::raw(format!("  {}", width::left(&last, LAST))),
        paint.span(role, width::left(&case, CASE)),
    ];
    if columns > 100 {
        spans.push(paint.span(Role::Faint, kinds(paint, party)));
    }
    Line::from(spans)
}

fn zone() -> chrono_tz::Tz {
    Country::Nl.zone()
}

fn kind(paint: &Paint<'_, '_>, signal_type: &str) -> String {
    paint.text(&format!("choice.signal_type.{signal_type}"))
}

fn kinds(paint: &Paint<'_, '_>, party: &PartySignals) -> String {
    let texts = &paint.model.world.texts;
    let one = |(key, n): &(String, u64)| {
        let n = format::count(texts, *n);
        format!("{} {n}", kind(paint, key))
    };
    party.kinds.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What the line under the cursor says in words, and what the count would do.
fn figures(paint: &mut Paint<'_, '_>, area: Rect, state: &State, register: &SignalParties) {
    let Some(party) = state.party() else {
        return;
    };
    let columns = usize::from(area.width);
    let title = format!("{} ({})", named(party), party.party_gln);
    let mut lines = paint.wrapped_in(Role::Title, &title, columns, 1);
    lines.extend(paint.wrapped_in(Role::Calm, &kinds(paint, party), columns, 1));
    let (signals, days) = (register.threshold.to_string(), register.days.to_string());
    let alike = party.alike.to_string();
    let values = [
        ("n", alike.as_str()),
        ("signals", &signals),
        ("days", &days),
    ];
    let rule = paint.fill("signals.rule", &values);
    lines.extend(paint.wrapped_in(Role::Faint, &rule, columns, 1));
    if let Some(proposal) = &party.proposal {
        let state = paint.text(&format!("state.repeat_offender.{}", proposal.state));
        let values = [("case", proposal.case_no.as_str()), ("state", &state)];
        let said = paint.fill("signals.open_case", &values);
        lines.extend(paint.wrapped_in(Role::Mine, &said, columns, 1));
    }
    if let Some(error) = &state.problem {
        let key = match error {
            StoreError::Offline(_) => "list.unreachable",
            _ => "report.failed",
        };
        lines.extend(paint.wrapped_in(Role::Warning, &paint.text(key), columns, 1));
    }
    paint.lines(area, lines, 0);
}

fn of_party(paint: &mut Paint<'_, '_>, area: Rect, state: &State, behind: &Behind) {
    if behind.rows.is_empty() {
        let is_read = !behind.more && state.problem.is_none();
        return nothing(paint, area, state, is_read);
    }
    let height = usize::from(area.height).max(1);
    let first = (behind.cursor + 1).saturating_sub(height);
    let shown = behind.rows.iter().skip(first).take(height);
    let lines: Vec<_> = shown.map(|signal| of_signal(paint, signal)).collect();
    paint.lines(area, lines, 0);
    paint.mark_line(area, behind.cursor - first);
}

fn of_signal(paint: &Paint<'_, '_>, signal: &SignalSeen) -> Line<'static> {
    let texts = &paint.model.world.texts;
    let at = say::at(texts, signal.received_at, paint.legal(), zone());
    let case_state = paint.text(&format!("state.{}.{}", signal.process, signal.state));
    Line::from(vec![
        Span::raw(format!(" {}  ", width::left(&at, 16))),
        Span::raw(width::left(&kind(paint, &signal.signal_type), 28)),
        paint.span(
            Role::Mine,
            format!(" {} ", width::left(&signal.case_no, 15)),
        ),
        paint.span(Role::Faint, case_state),
    ])
}
