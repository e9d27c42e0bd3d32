//! The updates of suppliers that wait: the list, and the one under the cursor beside our own row, with
//! the differences marked inside the words.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::clusters::{counted, list, nothing};
use super::finding;
use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::screen::updates::State;
use crate::process::wash::WASH;
use crate::store::rows::WaitingUpdate;
use crate::text::format;

/// Columns of a metering point and of a reference.
const POINT: usize = 19;
/// Lines of the one under the cursor at most.
const WHOLE: u16 = 12;

/// The list.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let title = Line::from(paint.span(Role::Title, format!(" {}", paint.text("updates.title"))));
    let count = counted(paint, "updates.count", state.total);
    let count = Line::from(paint.span(Role::Faint, if state.read { count } else { String::new() }));
    paint.both(Rect { height: 1, ..area }, title, count);
    let body = below(area, 2);
    if state.updates.is_empty() {
        return nothing(
            paint,
            body,
            state.read,
            state.problem.as_ref(),
            "updates.none",
        );
    }
    let room = WHOLE.min(body.height / 2);
    let table = Rect {
        height: body.height - room,
        ..body
    };
    let columns = usize::from(area.width);
    let lines = state.updates.iter().map(|one| line(paint, one, columns));
    let lines: Vec<Line<'static>> = lines.collect();
    list(paint, table, lines, state.cursor);
    if let Some(one) = state.current() {
        whole(paint, below(body, table.height), one);
    }
}

fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect {
        y: area.y + lines,
        height: area.height - lines,
        ..area
    }
}

fn line(paint: &Paint<'_, '_>, one: &WaitingUpdate, columns: usize) -> Line<'static> {
    let at = format::instant(
        &paint.model.world.texts,
        one.received_at,
        WASH.country.zone(),
    );
    let of = if one.protected {
        paint.text("updates.protected")
    } else {
        one.point.clone()
    };
    let whose = match &one.case_no {
        Some(no) => paint.fill("updates.in_case", &[("case", no)]),
        None => one.supplier.clone(),
    };
    let tone = match one.case_no {
        Some(_) => Role::Faint,
        None => Role::Calm,
    };
    let used = 1 + width::of(&at) + 2 + POINT + 1 + POINT + 1;
    Line::from(vec![
        paint.span(Role::Faint, format!(" {at}  ")),
        Span::raw(format!("{} ", width::left(&width::cut(&of, POINT), POINT))),
        Span::raw(format!(
            "{} ",
            width::left(&width::cut(&one.reference, POINT), POINT)
        )),
        paint.span(tone, width::cut(&whose, columns.saturating_sub(used))),
    ])
}

/// Our row as it is, and as it would be.
fn whole(paint: &mut Paint<'_, '_>, area: Rect, one: &WaitingUpdate) {
    let columns = usize::from(area.width).saturating_sub(2);
    let mut lines = Vec::new();
    if one.protected {
        let said = paint.text("finding.protected");
        lines.extend(paint.wrapped(Role::Warning, &said, columns));
    } else {
        let rows = [one.ours.as_ref(), one.theirs.as_ref()];
        lines.extend(finding::pair(paint, ["ours", "update"], rows, columns));
    }
    let other = match one.names.as_deref() {
        Some("number") => Some("why.update_other_number"),
        Some("name") => Some("why.update_other_name"),
        Some("kind") => Some("why.update_other_kind"),
        Some("nobody") => Some("why.update_of_nobody"),
        _ => None,
    };
    if let Some(why) = other {
        let said = paint.text(why);
        lines.splice(0..0, paint.wrapped(Role::Warning, &said, columns));
    }
    let inner = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        ..below(area, 1)
    };
    paint.lines(inner, lines, 0);
}
