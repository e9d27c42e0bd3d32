//! The print version of a notification, as a page to read; of a contract its step plan.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint::Paint;
use super::plan;
use super::theme::Role;
use super::width;
use crate::desk::print::{State, step_plan};

/// The page, and how it becomes paper.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, state: &State) {
    let world = &paint.model.world;
    let plan = world.case(state.case).and_then(|loaded| {
        let address = step_plan(&loaded.detail)?;
        Some((&loaded.detail, address))
    });
    if let Some((detail, address)) = plan {
        return plan::draw(paint, area, detail, &address);
    }
    let page = state.lines(world, paint.legal());
    let no = world.case(state.case);
    let no = no.map_or("", |loaded| loaded.detail.row.case_no.as_str());
    let how = paint.fill("print.how", &[("case", no)]);
    let columns = usize::from(area.width).saturating_sub(1);
    let mut lines = paint.wrapped(Role::Faint, &how, columns);
    lines.push(Line::default());
    for line in page {
        let is_heading = !line.starts_with(' ');
        let role = if is_heading { Role::Title } else { Role::Calm };
        // what a field says goes on below where it began
        let rows = if width::of(&line) <= columns {
            vec![line]
        } else {
            width::wrap(&line, columns)
        };
        lines.extend(
            rows.into_iter()
                .map(|row| Line::from(paint.span(role, row))),
        );
    }
    let lines = lines.into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw(" "));
        line
    });
    paint.lines(area, lines.collect(), state.top);
}
