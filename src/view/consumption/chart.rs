//! The chart: what was taken stands above the axis, what was given hangs below it, night nearest to the
//! axis. Night is drawn in another glyph as well as in another colour. The axis carries the marks: what
//! is missing has a sign and no bar. Bars stand last on their line, so that a terminal that draws their
//! glyphs wide moves nothing.

use chrono::{Datelike as _, NaiveDate, Timelike as _};
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::paint::Paint;
use super::super::theme::Role;
use super::super::width;
use super::table;
use crate::desk::screen::consumption::{Bar, Picture};
use crate::domain::consumption::guard::Span as Length;
use crate::domain::consumption::shown::{Mark, Shown, Slot};
use crate::domain::consumption::{Step, ZONE, days};
use crate::text::{Texts, format};

const RISING: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// A cell of night.
pub(super) const NIGHT: char = '▒';
/// Columns of the scale on the left.
const SCALE: usize = 12;
/// Hours between two ticks of fine data.
const HOURS: u32 = 3;

/// Which part of a bar a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Night,
    Day,
}

/// How bars lie in the columns: which are seen, and how wide each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Layout {
    first: usize,
    count: usize,
    /// Columns of a bar and of the gap behind it.
    wide: usize,
    gap: usize,
}

impl Layout {
    fn of(bars: usize, columns: usize, at: usize) -> Self {
        let each = (columns / bars.max(1)).clamp(1, 10);
        let gap = usize::from(each > 2);
        let count = (columns / each).min(bars);
        let first = at.saturating_sub(count / 2).min(bars - count);
        Self {
            first,
            count,
            wide: each - gap,
            gap,
        }
    }
}

/// How many rows stand above the axis and hang below it, in the same scale.
fn rows(picture: &Picture, rows: usize) -> (usize, usize) {
    let (up, down) = (picture.up.max(0), picture.down.max(0));
    if down == 0 {
        return (rows, 0);
    }
    if up == 0 {
        return (0, rows);
    }
    let share = i64::try_from(rows).unwrap_or(1) * down / (up + down);
    let below = usize::try_from(share).unwrap_or(0).clamp(1, rows - 1);
    (rows - below, below)
}

/// Eighths of a row for a value; what is there is never invisible.
fn eighths(value: i64, highest: i64, rows: usize) -> usize {
    if value <= 0 || highest <= 0 {
        return 0;
    }
    let all = i64::try_from(rows * 8).unwrap_or(8);
    let share = (value * all + highest / 2) / highest;
    usize::try_from(share.clamp(1, all)).unwrap_or(1)
}

/// A cell above the axis, `row` rows away from it.
fn rising(row: usize, (night, all): (usize, usize)) -> (Part, char) {
    let filled = all.saturating_sub(row * 8).min(8);
    let dark = night.saturating_sub(row * 8).min(filled);
    match filled {
        0 => (Part::Nothing, ' '),
        _ if dark * 2 >= filled && filled >= 4 => (Part::Night, NIGHT),
        _ if dark == filled => (Part::Night, RISING[filled - 1]),
        _ => (Part::Day, RISING[filled - 1]),
    }
}

/// A cell below the axis; there are glyphs for a thin line, a half and a whole.
fn hanging(row: usize, (night, all): (usize, usize)) -> (Part, char) {
    let filled = all.saturating_sub(row * 8).min(8);
    let dark = night.saturating_sub(row * 8).min(filled);
    let glyph = match filled {
        0 => return (Part::Nothing, ' '),
        1..=2 => '▔',
        3..=5 => '▀',
        _ => '█',
    };
    if dark * 2 >= filled && filled >= 4 {
        (Part::Night, NIGHT)
    } else if dark == filled {
        (Part::Night, glyph)
    } else {
        (Part::Day, glyph)
    }
}

pub(super) fn draw(paint: &mut Paint<'_, '_>, area: Rect, picture: &Picture, at: usize) {
    let columns = usize::from(area.width).saturating_sub(SCALE + 1);
    let layout = Layout::of(picture.bars.len(), columns, at);
    let body = usize::from(area.height).saturating_sub(2);
    let (above, below) = rows(picture, body);
    let mut lines = Vec::new();
    for row in (0..above).rev() {
        let scale = (row + 1 == above).then_some(picture.up);
        let cell = |bar: &Bar| rising(row, heights(bar.up, picture.up, above));
        lines.push(bars(paint, picture, layout, scale, cell, Way::Up));
    }
    lines.push(axis(paint, picture, layout, at));
    for row in 0..below {
        let scale = (row + 1 == below).then_some(picture.down);
        let cell = |bar: &Bar| hanging(row, heights(bar.down, picture.down, below));
        lines.push(bars(paint, picture, layout, scale, cell, Way::Down));
    }
    lines.push(ticks(paint, &picture.shown, layout));
    paint.lines(area, lines, 0);
}

/// Heights of the night and of all, in eighths.
fn heights((night, all): (i64, i64), highest: i64, rows: usize) -> (usize, usize) {
    let whole = eighths(all, highest, rows);
    (eighths(night, highest, rows).min(whole), whole)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

fn role(part: Part, way: Way) -> Role {
    match (part, way) {
        (Part::Nothing, _) => Role::Calm,
        (Part::Day, Way::Up) => Role::Soon,
        (Part::Day, Way::Down) => Role::Good,
        (Part::Night, _) => Role::Mine,
    }
}

fn bars(
    paint: &Paint<'_, '_>,
    picture: &Picture,
    layout: Layout,
    scale: Option<i64>,
    cell: impl Fn(&Bar) -> (Part, char),
    way: Way,
) -> Line<'static> {
    let scale = scale.map_or_else(String::new, |top| table::value(paint, top));
    let scale = width::right(&width::cut(&scale, SCALE - 1), SCALE - 1);
    let mut spans = vec![paint.span(Role::Faint, format!("{scale} |"))];
    let seen = picture.bars.iter().skip(layout.first).take(layout.count);
    for bar in seen {
        let (part, glyph) = cell(bar);
        let text: String = std::iter::repeat_n(glyph, layout.wide).collect();
        spans.push(paint.span(role(part, way), text));
        spans.push(Span::raw(" ".repeat(layout.gap)));
    }
    Line::from(spans)
}

/// The axis: a mark for each stretch, the cursor among them.
fn axis(paint: &Paint<'_, '_>, picture: &Picture, layout: Layout, at: usize) -> Line<'static> {
    let unit = picture.shown.unit.sign();
    let zero = width::right(&format!("0 {unit}"), SCALE - 1);
    let mut spans = vec![paint.span(Role::Faint, format!("{zero} +"))];
    let seen = picture.bars.iter().enumerate();
    for (number, bar) in seen.skip(layout.first).take(layout.count) {
        let sign = match bar.mark {
            Mark::Read => '-',
            mark => table::letter(mark),
        };
        let mut text = sign.to_string();
        text.push_str(&"-".repeat(layout.wide - 1));
        let role = match bar.mark {
            _ if number == at => Role::Cursor,
            Mark::Read => Role::Faint,
            mark => table::role(mark),
        };
        spans.push(paint.span(role, text));
        spans.push(paint.span(Role::Faint, "-".repeat(layout.gap)));
    }
    Line::from(spans)
}

/// Names below the axis, where they fit; each stands where its stretch begins.
fn ticks(paint: &Paint<'_, '_>, shown: &Shown, layout: Layout) -> Line<'static> {
    let texts = &paint.model.world.texts;
    let each = layout.wide + layout.gap;
    let mut line = " ".repeat(SCALE + 1);
    let end = SCALE + 1 + layout.count * each;
    let seen = shown.slots.iter().skip(layout.first).take(layout.count);
    for (number, slot) in seen.enumerate() {
        let place = SCALE + 1 + number * each;
        // of fine data the day is said at the left, wherever it begins
        let at_left = (number == 0 && matches!(shown.step, Step::Fine(_)))
            .then(|| weekday_day(texts, days::of(slot.start)));
        let Some(name) = at_left.or_else(|| tick(texts, shown, slot, each)) else {
            continue;
        };
        let is_free = width::of(&line) < place || number == 0;
        if is_free && place + width::of(&name) <= end.max(place + each) {
            line.push_str(&" ".repeat(place.saturating_sub(width::of(&line))));
            line.push_str(&name);
        }
    }
    Line::from(paint.span(Role::Faint, line))
}

fn weekday_day(texts: &Texts, day: NaiveDate) -> String {
    let weekday = texts.say(&format!("weekday.{}", day.weekday().number_from_monday()));
    format!("{weekday} {}", day.day())
}

/// The name of a stretch, if it has one. An hour that comes twice has it twice.
fn tick(texts: &Texts, shown: &Shown, slot: &Slot, each: usize) -> Option<String> {
    let day = days::of(slot.start);
    let local = slot.start.with_timezone(&ZONE);
    match (shown.step, shown.span) {
        (Step::Fine(_), _) if local.minute() != 0 => None,
        (Step::Fine(_), _) if local.hour() == 0 => Some(weekday_day(texts, day)),
        (Step::Fine(_), _) => {
            let is_tick = local.hour().is_multiple_of(HOURS);
            is_tick.then(|| local.format("%H").to_string())
        }
        (Step::Day, Length::Week) if each > 9 => Some(format::weekday(texts, day)),
        (Step::Day, Length::Week) => Some(weekday_day(texts, day)),
        (Step::Day | Step::Week, _) => Some(day.day().to_string()),
        (Step::Month, _) => Some(texts.say(&format!("month.{}", day.month()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::consumption::guard::Window;
    use crate::domain::consumption::shown::{Naming, Sight};
    use crate::domain::consumption::{Consumption, Energy, Found, Register, Status, Unit};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn picture(from: &str, to: &str, values: impl Fn(i64) -> Option<i64>) -> Picture {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let window = Window {
            from: day(from),
            to: day(to),
            cut_by: None,
        };
        let start = days::begin(window.from);
        let count = (days::begin(window.to) - start).num_minutes() / 15;
        let value = |n: i64| {
            Some(Found {
                register: Register::OfftakeTotal,
                start: start + TimeDelta::minutes(15 * n),
                covered: 15,
                status: Status::Read,
                value: values(n)?,
                own: None,
            })
        };
        let found = Consumption {
            ean: "541448800200007298".to_owned(),
            energy: Energy::Electricity,
            values: (0..count).filter_map(value).collect(),
            peaks: Vec::new(),
        };
        let sight = Sight {
            span: Length::Week,
            step: Step::Fine(Energy::Electricity),
            window,
            unit: Unit::Kwh,
            naming: Naming::Whole,
        };
        let later = "2030-01-01T00:00:00Z".parse().expect("an instant");
        Picture::of(Shown::of(&found, &sight, later))
    }

    /// FLU-37: below a day of 25 hours the ticks are an hour further apart where the hour comes twice,
    /// and an hour closer on the day of 23: each stands where its quarter-hour is.
    #[test]
    fn flu_37_the_axis_has_23_24_and_25_hours() {
        let texts = Texts::load("en");
        for (from, to, hours) in [
            ("2026-10-25", "2026-10-26", 25),
            ("2026-03-29", "2026-03-30", 23),
            ("2026-06-15", "2026-06-16", 24),
        ] {
            let picture = picture(from, to, |_| Some(1));
            let slots = picture.shown.slots.iter().enumerate();
            let ticks: Vec<_> = slots
                .filter_map(|(n, slot)| Some((n, tick(&texts, &picture.shown, slot, 1)?)))
                .collect();
            let at = |name: &str| {
                let found = ticks.iter().find(|(_, said)| said == name);
                found.map(|(n, _)| *n).expect("a tick")
            };
            assert_eq!(at("06") - at("03"), 12, "{from}");
            assert_eq!(at("03"), (hours - 21) * 4, "{from}");
            assert_eq!(picture.bars.len(), hours * 4);
        }
    }

    /// FLU-38: what is missing has no bar and its sign, a zero has no sign of it.
    #[test]
    fn flu_38_missing_has_a_sign_and_no_bar() {
        let shown = picture("2026-06-15", "2026-06-16", |n| (n != 5).then_some(n % 3));
        assert_eq!(shown.bars[5].mark, Mark::Missing);
        assert_eq!(shown.bars[3].mark, Mark::Read);
        assert_eq!(shown.bars[5].up, (0, 0));
    }

    #[test]
    fn night_is_told_without_colour() {
        let glyphs: Vec<char> = (0..3).map(|row| rising(row, (12, 20)).1).collect();
        assert_eq!(glyphs, [NIGHT, NIGHT, '▄']);
        let glyphs: Vec<char> = (0..3).map(|row| hanging(row, (8, 20)).1).collect();
        assert_eq!(glyphs, [NIGHT, '█', '▀']);
    }

    proptest! {
        /// The cursor is always among the bars that are seen, and they fit.
        #[test]
        fn the_cursor_is_seen(bars in 1_usize..700, columns in 20_usize..200, at in 0_usize..700) {
            let at = at.min(bars - 1);
            let layout = Layout::of(bars, columns, at);
            prop_assert!((layout.first..layout.first + layout.count).contains(&at));
            prop_assert!(layout.count * (layout.wide + layout.gap) <= columns);
            prop_assert!(layout.first + layout.count <= bars);
        }

        /// A higher value is never drawn lower, and what is there is seen.
        #[test]
        fn heights_follow_values(one in 0_i64..10_000, other in 0_i64..10_000, rows in 1_usize..20) {
            let high = one.max(other);
            let (a, b) = (eighths(one, high, rows), eighths(other, high, rows));
            prop_assert_eq!(one.cmp(&other) == std::cmp::Ordering::Less, a < b || (one < other && a == b));
            prop_assert!((one == 0) == (a == 0));
            prop_assert!(a <= rows * 8);
        }
    }
}
