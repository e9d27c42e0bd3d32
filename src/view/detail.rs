//! The detail of a case: what is urgent first, then who and what it is about, then what happened.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::{cards, clocks, finding, notification, request, timeline, unfinished, width};
use crate::desk::claims;
use crate::desk::effect::Loaded;
use crate::desk::geometry::Panes;
use crate::desk::held;
use crate::desk::live;
use crate::desk::model::Model;
use crate::desk::preview;
use crate::desk::promises;
use crate::desk::say;
use crate::desk::screen::inbox::Mark;
use crate::store::rows::{CaseId, CaseRow, WorkState};

/// The detail with its heading.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let heading = Rect { height: 1, ..area };
    let body = Rect {
        y: area.y + 1,
        height: area.height - 1,
        ..area
    };
    let model = paint.model;
    let Some((case, row)) = model.shown() else {
        return;
    };
    let is_page = model.window.panes() == Panes::One;
    let loaded = model.world.case(case);
    if let Some(row) = row {
        let title = title(paint, row, loaded, usize::from(area.width));
        match loaded {
            Some(loaded) if is_page => paint.line(
                heading,
                clocks::one_line(paint, &loaded.detail, heading.width),
            ),
            _ => paint.line(heading, title),
        }
    }
    let Some(loaded) = loaded else {
        let text = paint.text("detail.loading");
        let line = Line::from(paint.span(Role::Faint, format!(" {text}")));
        return paint.line(body, line);
    };
    // one column of margin on a page of its own
    let margin = u16::from(is_page);
    let inner = Rect {
        x: body.x + margin,
        width: body.width - 2 * margin,
        ..body
    };
    let mut all = Vec::new();
    if is_page {
        let columns = usize::from(inner.width);
        all.push(title(paint, &loaded.detail.row, Some(loaded), columns));
    }
    all.extend(lines(paint, case, loaded, usize::from(inner.width)));
    let first = model.desk.scroll;
    paint.lines(inner, all, first);
}

/// Whether the detail has the room of the timeline as well: three sides are read beside each other.
pub(super) fn has_its_room(model: &Model) -> bool {
    let shown = model.shown().and_then(|(case, _)| model.world.case(case));
    shown.is_some_and(|loaded| loaded.detail.finding.is_some())
}

/// Number, process, state.
fn title(
    paint: &Paint<'_, '_>,
    row: &CaseRow,
    loaded: Option<&Loaded>,
    columns: usize,
) -> Line<'static> {
    let world = &paint.model.world;
    let process = world.texts.say(&format!("process.{}", row.process));
    let state = preview::state(world, &row.process, &row.state);
    let room = columns.saturating_sub(width::of(&row.case_no));
    // the state says what is to be done: where not all fits, the process gives way
    let both = format!("   {process}   {state}");
    let own = loaded.and_then(|loaded| notification::title(paint, loaded));
    let both = own.map_or(both, |own| format!("   {own}"));
    let rest = if width::of(&both) > room {
        format!("   {state}")
    } else {
        both
    };
    Line::from(vec![
        paint.span(Role::Title, row.case_no.clone()),
        Span::raw(width::cut(&rest, room)),
    ])
}

fn lines(
    paint: &Paint<'_, '_>,
    case: CaseId,
    loaded: &Loaded,
    columns: usize,
) -> Vec<Line<'static>> {
    let detail = &loaded.detail;
    let mut all = standing(paint, &detail.row, columns);
    if detail.row.raised {
        let said = paint.text("detail.raised");
        all.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    if let Some(said) = claims::idle_here(paint.model, case) {
        all.extend(paint.wrapped(Role::Soon, &said, columns));
    }
    if let Some(said) = promises::snoozed(&paint.model.world, loaded, paint.legal()) {
        all.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    if let Some(said) = why(paint, case, &detail.row) {
        all.extend(paint.wrapped(Role::Soon, &said, columns));
    }
    if let Some(line) = held::handover(&paint.model.world, loaded) {
        let said = paint.fill("detail.handover", &[("line", line)]);
        all.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    all.extend(notification::lacks(paint, loaded, columns));
    all.push(others(paint, case, &detail.row));
    all.extend(unfinished::of_case(paint, case, columns));
    let model = paint.model;
    let timeline_here = model.window.panes() != Panes::Three || has_its_room(model);
    let mut sections = vec![
        ("detail.finding", finding::lines(paint, detail, columns)),
        ("detail.steps", request::steps(paint, detail, columns)),
        ("detail.visit", request::visit(paint, detail, columns)),
        ("detail.order", request::order(paint, detail, columns)),
        ("detail.clocks", clocks::lines(paint, detail, columns)),
        ("detail.party", cards::party(paint, detail, columns)),
        ("detail.customer", cards::customer(paint, detail, columns)),
        (
            "detail.connection",
            cards::connection(paint, detail, columns),
        ),
        ("detail.siblings", request::siblings(paint, detail, columns)),
        ("detail.facts", cards::facts(paint, detail, columns)),
        ("detail.related", cards::related(paint, detail, columns)),
        ("detail.documents", cards::documents(paint, detail, columns)),
        ("detail.messages", cards::messages(paint, detail, columns)),
    ];
    if timeline_here {
        sections.push(("detail.timeline", timeline::lines(paint, loaded, columns)));
    }
    let sections = sections.into_iter().filter(|(_, lines)| !lines.is_empty());
    for (number, (heading, lines)) in sections.enumerate() {
        if number > 0 {
            all.push(Line::default());
        }
        all.push(paint.heading(heading));
        all.extend(lines);
    }
    all
}

/// Who holds it, since when it is there.
fn standing(paint: &Paint<'_, '_>, row: &CaseRow, columns: usize) -> Vec<Line<'static>> {
    let world = &paint.model.world;
    let received = say::at(
        &world.texts,
        row.received_at,
        paint.legal(),
        world.zone(&row.process),
    );
    let received = paint.fill("detail.received", &[("at", &received)]);
    let (role, who) = match (&row.holder, row.work) {
        _ if world.leases.contains_key(&row.case_id) => {
            (Role::Mine, paint.text("detail.held_by_me"))
        }
        (Some(name), _) => (Role::Other, paint.fill("detail.held_by", &[("name", name)])),
        (None, WorkState::Waiting) => (Role::Faint, paint.text("detail.waiting")),
        (None, WorkState::Closed) => (Role::Faint, paint.text("detail.closed")),
        (None, _) => (Role::Calm, paint.text("detail.in_pool")),
    };
    if width::of(&who) + 2 + width::of(&received) > columns {
        let mut lines = paint.wrapped(role, &who, columns);
        lines.extend(paint.wrapped(Role::Faint, &received, columns));
        return lines;
    }
    vec![Line::from(vec![
        paint.span(role, who),
        paint.span(Role::Faint, format!(", {received}")),
    ])]
}

/// What others did since we looked, and who else is there: a line that is kept free for it.
fn others(paint: &Paint<'_, '_>, case: CaseId, row: &CaseRow) -> Line<'static> {
    let world = &paint.model.world;
    let news = live::news(world, row, Mark::Same);
    let present = live::present(world, case);
    let parts: Vec<String> = news.into_iter().chain(present).collect();
    Line::from(paint.span(Role::Other, parts.join("; ")))
}

/// Why "next" gave this case.
fn why(paint: &Paint<'_, '_>, case: CaseId, row: &CaseRow) -> Option<String> {
    let why = paint.model.desk.why.as_ref()?;
    if why.case != case || !paint.model.world.leases.contains_key(&case) {
        return None;
    }
    let left = row
        .due_at
        .map_or_else(String::new, |due| say::left(due, paint.legal()));
    let said = paint.fill(
        &format!("why_next.{}", why.key),
        &[("left", left.trim_start_matches('-'))],
    );
    Some(said)
}
