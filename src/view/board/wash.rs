//! How far the data wash has come, while the cursor is on its queue: milestones and what the days that
//! are left require, the share that is right by code, the burn-down by week (DW-GEN-13, DW-GEN-14).

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::paint::Paint;
use super::super::theme::Role;
use super::super::width;
use crate::desk::screen::board::{Section, State};
use crate::domain::country::Country;
use crate::store::rows::Board;
use crate::store::wash::{CodeTotal, Milestone, Progress};
use crate::text::format;

type Lines = Vec<Line<'static>>;

/// So many columns for the figures of one code.
const CODE: usize = 26;
/// Columns of the bar of a week.
const BAR: i64 = 20;

/// The figures, if they are the ones to be shown.
pub(super) fn shown<'a>(state: &State, board: &'a Board) -> Option<&'a Progress> {
    let queue = board.queues.get(state.cursor(Section::Queues))?;
    let is_here = state.section == Section::Queues && queue.key == "wash";
    board.wash.as_ref().filter(|_| is_here)
}

/// Draw them.
pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, progress: &Progress) {
    let columns = usize::from(area.width).min(width::TOGETHER);
    let points = progress.points.to_string();
    let right = percent(progress.share(|_| true));
    let with = [("points", &*points), ("share", &*right)];
    let said = paint.fill("board.wash.title", &with);
    let mut lines = vec![Line::from(paint.span(Role::Title, format!(" {said}")))];
    let milestones = progress.milestones.iter();
    lines.extend(milestones.flat_map(|one| milestone(paint, progress, one, columns)));
    lines.extend(codes(paint, progress, columns));
    lines.extend(weeks(paint, progress));
    paint.page(area, lines, 0);
}

fn percent(share: f64) -> String {
    format!("{share:.2}")
}

/// What must be right by a day, how much is, and what each working day must end.
fn milestone(
    paint: &Paint<'_, '_>,
    progress: &Progress,
    milestone: &Milestone,
    columns: usize,
) -> Lines {
    let world = &paint.model.world;
    let calendar = world.calendars.as_deref().map(|all| all.get(Country::No));
    let is_working = |day| calendar.is_none_or(|it| it.is_working_day(day).unwrap_or(false));
    let (days, a_day) = progress.needed(milestone, is_working);
    let now = progress.share(|total| milestone.codes.contains(&total.code));
    let role = match (a_day, days) {
        (0, _) => Role::Good,
        (_, 0) => Role::Late,
        _ => Role::Soon,
    };
    let with = [
        ("name", milestone.name.clone()),
        ("day", format::date(&world.texts, milestone.day)),
        ("codes", milestone.codes.join(" ")),
        ("wanted", percent(milestone.share)),
        ("share", percent(now)),
        ("days", days.to_string()),
        ("needed", a_day.to_string()),
    ];
    let with = with.each_ref().map(|(name, value)| (*name, value.as_str()));
    paint.wrapped_in(role, &paint.fill("board.wash.milestone", &with), columns, 1)
}

/// As many codes on a line as fit.
fn codes(paint: &Paint<'_, '_>, progress: &Progress, columns: usize) -> Lines {
    let one = |total: &CodeTotal| {
        let share = percent(progress.share(|other| other.code == total.code));
        let open = total.open().to_string();
        let with = [("code", &*total.code), ("share", &*share), ("open", &*open)];
        width::left(&paint.fill("board.wash.code", &with), CODE)
    };
    let all: Vec<String> = progress.codes.iter().map(one).collect();
    let beside = (columns.saturating_sub(1) / CODE).max(1);
    let lines = all.chunks(beside);
    lines
        .map(|some| Line::from(format!(" {}", some.concat())))
        .collect()
}

/// The newest week first; the bar is what was left open.
fn weeks(paint: &Paint<'_, '_>, progress: &Progress) -> Lines {
    let weeks = progress.burn_down();
    let most = weeks.iter().map(|week| week.open).max().unwrap_or(0).max(1);
    let line = |week: &crate::store::wash::Week| {
        let day = format::date(&paint.model.world.texts, week.monday);
        let [found, ended, open] = [week.found, week.ended, week.open].map(|it| it.to_string());
        let with = [
            ("day", &*day),
            ("found", &*width::right(&found, 7)),
            ("ended", &*width::right(&ended, 7)),
            ("open", &*width::right(&open, 7)),
        ];
        let bar = usize::try_from(week.open * BAR / most).unwrap_or(0);
        Line::from(vec![
            Span::raw(format!(" {}  ", paint.fill("board.wash.week", &with))),
            paint.span(Role::Mine, "#".repeat(bar)),
        ])
    };
    weeks.iter().rev().map(line).collect()
}
