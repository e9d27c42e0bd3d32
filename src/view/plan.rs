//! The step plan of a provider: its address to be typed, and as a code to be scanned (FLU-20 to FLU-23).

use ratatui::layout::Rect;
use ratatui::text::Line;

use super::paint::Paint;
use super::qr;
use super::theme::Role;
use super::width;
use crate::store::rows::CaseDetail;

/// Columns between the code and the words beside it.
const GAP: u16 = 3;
/// Fewer columns hold no words.
const WORDS: u16 = 24;

/// The page; where the code has no room the address stands alone.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, detail: &CaseDetail, address: &str) {
    let room = Rect {
        x: area.x + 1,
        width: area.width.saturating_sub(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    let columns = room.width.saturating_sub(GAP + WORDS);
    let code = qr::lines(address, columns, room.height).unwrap_or_default();
    let wide = code.first().map_or(0, |line| line.chars().count());
    let wide = u16::try_from(wide).unwrap_or(0);
    let beside = match wide {
        0 => room,
        _ => Rect {
            x: room.x + wide + GAP,
            width: room.width - wide - GAP,
            ..room
        },
    };
    let lines = words(paint, detail, address, wide > 0, usize::from(beside.width));
    paint.lines(beside, lines, 0);
    let below = u16::try_from(code.len()).unwrap_or(0);
    if wide > 0 {
        let style = paint.ink();
        let lines = code.into_iter().map(|line| Line::styled(line, style));
        let code = Rect {
            width: wide,
            height: below,
            ..room
        };
        paint.lines(code, lines.collect(), 0);
        // in one piece, so that it can be taken along
        let line = Rect {
            y: room.y + below,
            height: 1,
            ..room
        };
        let said = paint.span(Role::Title, address.to_owned());
        paint.line(line, Line::from(said));
    }
}

fn words(
    paint: &Paint<'_, '_>,
    detail: &CaseDetail,
    address: &str,
    has_code: bool,
    columns: usize,
) -> Vec<Line<'static>> {
    let party = detail.party.as_ref().map_or("", |party| &party.name);
    let values = [("case", detail.row.case_no.as_str()), ("party", party)];
    let mut lines = paint.wrapped(Role::Title, &paint.fill("plan.title", &values), columns);
    lines.push(Line::default());
    let key = if has_code { "plan.scan" } else { "plan.type" };
    lines.extend(paint.wrapped(Role::Calm, &paint.text(key), columns));
    if !has_code {
        lines.push(Line::default());
        let pieces = width::wrap(address, columns).into_iter();
        lines.extend(pieces.map(|piece| Line::from(paint.span(Role::Title, piece))));
        lines.push(Line::default());
        lines.extend(paint.wrapped(Role::Faint, &paint.text("plan.no_room"), columns));
    }
    lines.push(Line::default());
    lines.extend(paint.wrapped(Role::Faint, &paint.text("plan.same"), columns));
    lines
}
