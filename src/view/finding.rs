//! What the data wash found, for the one who decides: the code and why, what the grid company, the
//! supplier and the register have in three columns with the differences marked inside the words, and
//! what can be done now.

use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::theme::Role;
use super::width;
use crate::desk::route::Only;
use crate::desk::screen::actions::{Of, choices};
use crate::store::rows::{CaseDetail, FindingCard};
use crate::text::format;

mod sides;

pub(super) use sides::{cells, pair, sides};

type Lines = Vec<Line<'static>>;

/// So many next steps are named; the list of actions has all.
const STEPS: usize = 6;

/// The finding of a case of the data wash; nothing for other cases.
pub(super) fn lines(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let Some(found) = detail.finding.as_deref() else {
        return Vec::new();
    };
    let mut lines = what(paint, found, columns);
    lines.extend(whence(paint, found, columns));
    if found.protected {
        let said = paint.text("finding.protected");
        lines.extend(paint.wrapped(Role::Warning, &said, columns));
    } else {
        lines.extend(sides(paint, found, columns));
    }
    lines.extend(next(paint, detail, columns));
    lines
}

/// The code, the proposal and how sure it is, and why.
fn what(paint: &Paint<'_, '_>, found: &FindingCard, columns: usize) -> Lines {
    let code = paint.text(&format!("choice.wash_code.{}", found.code));
    let proposal = paint.text(&format!("wash.proposal.{}", found.proposal));
    let side = paint.text(&format!("choice.wash_side.{}", found.side));
    let sure = found.confidence.to_string();
    let with = [
        ("code", &*code),
        ("proposal", &*proposal),
        ("side", &*side),
        ("sure", &*sure),
    ];
    let mut lines = paint.wrapped(Role::Title, &paint.fill("finding.what", &with), columns);
    let why = format!("wash.why.{}", found.code.to_uppercase());
    let why = match paint.maybe(&why) {
        own if own.is_empty() => paint.maybe(&format!("finding.why.{}", found.code)),
        known => known,
    };
    lines.extend(paint.wrapped(Role::Calm, &why, columns));
    if let Some(trouble) = &found.trouble {
        let said = paint.text(&format!("finding.trouble.{trouble}"));
        lines.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    if let Some(newer) = &found.newer {
        let code = paint.text(&format!("choice.wash_code.{newer}"));
        let said = paint.fill("finding.newer", &[("code", &code)]);
        lines.extend(paint.wrapped(Role::Warning, &said, columns));
    }
    if let Some(number) = &found.computed {
        let said = paint.fill("finding.computed", &[("number", number)]);
        lines.extend(paint.wrapped(Role::Calm, &said, columns));
    }
    lines
}

/// Which file has it, and who washed (DW-BAS-20).
fn whence(paint: &Paint<'_, '_>, found: &FindingCard, columns: usize) -> Lines {
    let mut said = paint.fill("finding.file", &[("file", &found.file_ref)]);
    if !found.origin.is_empty() {
        let day = found.origin_day;
        let day = day.map(|day| format::date(&paint.model.world.texts, day));
        let with = [("who", &*found.origin), ("day", &*day.unwrap_or_default())];
        said = format!("{said}, {}", paint.fill("finding.origin", &with));
    }
    if let Some(fault) = &found.fault {
        said = format!(
            "{said}, {}",
            paint.fill("finding.fault", &[("fault", fault)])
        );
    }
    if found.times > 1 {
        let times = found.times.to_string();
        said = format!(
            "{said}, {}",
            paint.fill("finding.times", &[("times", &times)])
        );
    }
    paint.wrapped(Role::Faint, &said, columns)
}

/// What can be done now, with the digits that the list of actions gives.
fn next(paint: &Paint<'_, '_>, detail: &CaseDetail, columns: usize) -> Lines {
    let model = paint.model;
    let of = Of::Case(detail.row.case_id, Only::All);
    let Some(listed) = choices(&model.world, of, model.now) else {
        return Vec::new();
    };
    let able = listed.iter().filter(|choice| choice.refusal.is_none());
    let mut lines = vec![Line::from(
        paint.span(Role::Key, paint.text("finding.next")),
    )];
    for (at, choice) in able.take(STEPS).enumerate() {
        let digit = format!("{:>2} ", at + 1);
        let label = width::cut(&choice.label, columns.saturating_sub(3));
        lines.push(Line::from(vec![
            paint.span(Role::Key, digit),
            Span::raw(label),
        ]));
    }
    if lines.len() == 1 { Vec::new() } else { lines }
}
