//! What the registers say: for each side what it holds beside the answer, with the differences marked
//! inside the words, and the answer in a sentence.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::finding;
use super::paint::Paint;
use super::theme::Role;
use crate::desk::registers::{Said, Side, State};
use crate::process::wash::WASH;
use crate::store::StoreError;
use crate::text::format;

/// The layer.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let title = format!(" {}", paint.text("registers.title"));
    let title = Line::from(paint.span(Role::Title, title));
    let texts = &paint.model.world.texts;
    let at = match &state.answer {
        Some(Ok(answer)) => format::instant(texts, answer.at, WASH.country.zone()),
        _ => String::new(),
    };
    let at = Line::from(paint.span(Role::Faint, format!("{at} ")));
    paint.both(Rect { height: 1, ..area }, title, at);
    let body = Rect {
        x: area.x + 1,
        y: area.y + 2,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    };
    let columns = usize::from(body.width);
    let lines = match &state.answer {
        None => paint.wrapped(Role::Faint, &paint.text("registers.asking"), columns),
        Some(Err(error)) => paint.wrapped(Role::Warning, &failed(paint, error), columns),
        Some(Ok(answer)) if answer.sides.is_empty() => {
            paint.wrapped(Role::Calm, &paint.text("registers.nobody"), columns)
        }
        Some(Ok(answer)) => {
            let sides = answer.sides.iter();
            sides
                .flat_map(|side| of_side(paint, side, columns))
                .collect()
        }
    };
    let most = lines.len().saturating_sub(usize::from(body.height));
    paint.lines(body, lines, state.top.min(most));
}

fn failed(paint: &Paint<'_, '_>, error: &StoreError) -> String {
    match error {
        StoreError::Offline(_) => paint.text("list.unreachable"),
        StoreError::Refused(refusal) => crate::desk::preview::refusal(&paint.model.world, refusal),
        _ => paint.text("clusters.failed"),
    }
}

fn of_side(paint: &Paint<'_, '_>, side: &Side, columns: usize) -> Vec<Line<'static>> {
    let name = paint.text(&format!("finding.side.{}", side.side));
    let source = paint.text(&format!("registers.source.{}", side.source));
    let mut lines = vec![Line::from(vec![
        paint.span(Role::Title, name),
        Span::raw("   "),
        paint.span(Role::Faint, source),
    ])];
    let said = side.said.words(&paint.model.world.texts);
    lines.extend(paint.wrapped(role(&side.said), &said, columns));
    let heads = ["held", "register"];
    match &side.said {
        Said::One(row) => {
            let rows = [Some(&side.held), Some(&**row)];
            lines.extend(finding::pair(paint, heads, rows, columns));
        }
        Said::Firms(rows) => lines.extend(rows.iter().map(|row| {
            let said = format!("{}  {}  {}", row.number, row.name, row.address);
            Line::from(super::width::cut(&said, columns))
        })),
        Said::Hidden => {}
        _ => lines.extend(finding::pair(
            paint,
            heads,
            [Some(&side.held), None],
            columns,
        )),
    }
    lines.push(Line::default());
    lines
}

fn role(said: &Said) -> Role {
    match said {
        Said::One(row) if row.condition.is_empty() && row.deceased_on.is_empty() => Role::Good,
        Said::Away(..) | Said::Several | Said::TooLittle(_) => Role::Warning,
        _ => Role::Calm,
    }
}
