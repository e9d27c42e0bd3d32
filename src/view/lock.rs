//! The locked screen: since when, and how to go on. Nothing of a case, and no name.

use ratatui::layout::Rect;

use super::paint::Paint;
use super::theme::Role;
use crate::desk::lock::{Lock, Stage};
use crate::desk::say;
use crate::process;

/// Most columns of a sentence.
const WIDE: u16 = 60;

/// The sentences, in the middle.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect) {
    let Lock::Shut { since, stage } = paint.model.lock else {
        return;
    };
    let world = &paint.model.world;
    let zone = world.zone(process::ALL.first().map_or("", |process| process.key));
    let since = say::clock(world.legal(since), zone);
    let title = paint.fill("lock.title", &[("since", &since)]);
    let (role, then) = match stage {
        Stage::Asleep => (Role::Calm, "lock.press"),
        Stage::Asking => (Role::Faint, "lock.asking"),
        Stage::Unanswered => (Role::Warning, "lock.unanswered"),
        Stage::Refused => (Role::Warning, "lock.refused"),
        Stage::Leaving => (Role::Warning, "lock.leaving"),
    };
    let held = world.leases.len().to_string();
    let wide = area.width.saturating_sub(2).min(WIDE);
    let columns = usize::from(wide);
    let mut lines = paint.wrapped(Role::Title, &title, columns);
    lines.extend(paint.wrapped(role, &paint.fill(then, &[("n", &held)]), columns));
    let high = u16::try_from(lines.len()).unwrap_or(area.height);
    let middle = Rect {
        x: area.x + (area.width - wide) / 2,
        y: area.y + area.height.saturating_sub(high) / 2,
        width: wide,
        height: high.min(area.height),
    };
    paint.lines(middle, lines, 0);
}
