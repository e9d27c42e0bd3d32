//! How stretches of time are called in the table and under the chart.

use chrono::{Datelike as _, TimeDelta, Timelike as _};

use crate::domain::consumption::shown::{Shown, Slot};
use crate::domain::consumption::{Step, ZONE, days};
use crate::text::{Texts, format};

/// A row of the table.
pub(super) fn row(texts: &Texts, row: &Slot, step: Step) -> String {
    let day = days::of(row.start);
    match step {
        Step::Fine(_) => {
            let day = format::weekday(texts, day);
            format!("{day} {}", clocks(row))
        }
        Step::Day => format::weekday_date(texts, day),
        Step::Week => {
            let last = days::of(row.end - TimeDelta::seconds(1));
            format!(
                "{} – {}",
                format::day(texts, day),
                format::date(texts, last)
            )
        }
        Step::Month => format::month(texts, day),
    }
}

/// Two clock times; of an hour that comes twice it is said which of both it is.
fn clocks(slot: &Slot) -> String {
    let [start, end] = [slot.start, slot.end].map(|at| at.with_timezone(&ZONE));
    let said = format!("{}–{}", start.format("%H:%M"), end.format("%H:%M"));
    let is_twice = [-1, 1].into_iter().any(|hours| {
        let other = (slot.start + TimeDelta::hours(hours)).with_timezone(&ZONE);
        other.naive_local() == start.naive_local()
    });
    if is_twice {
        format!("{said} {}", start.format("%Z"))
    } else {
        said
    }
}

/// What stands under a bar of the chart; nothing under most of many.
pub(super) fn under(texts: &Texts, shown: &Shown, at: usize) -> Option<String> {
    let rows = &shown.slots;
    let row = rows.get(at)?;
    let local = row.start.with_timezone(&ZONE);
    let day = local.date_naive();
    let is_midnight = local.num_seconds_from_midnight() == 0;
    match shown.step {
        Step::Fine(_) => is_midnight.then(|| format::weekday(texts, day)),
        Step::Day if rows.len() <= 8 => Some(format::weekday(texts, day)),
        Step::Day if rows.len() <= 31 => Some(day.day().to_string()),
        Step::Day => (day.day() == 1).then(|| texts.say(&format!("month.{}", day.month()))),
        Step::Week => (rows.len() <= 8 || at.is_multiple_of(5)).then(|| format::day(texts, day)),
        Step::Month => Some(texts.say(&format!("month.{}", day.month()))),
    }
}

/// Whether a line is drawn above a row: another day, or another month, begins.
pub(super) fn is_new(shown: &Shown, at: usize) -> bool {
    let rows = &shown.slots;
    let Some(before) = at.checked_sub(1).and_then(|before| rows.get(before)) else {
        return false;
    };
    let day = |row: &Slot| days::of(row.start);
    rows.get(at).is_some_and(|row| match shown.step {
        Step::Fine(_) => day(row) != day(before),
        Step::Day | Step::Week => day(row).month() != day(before).month(),
        Step::Month => day(row).year() != day(before).year(),
    })
}

/// So much time: `3 d 2 h 15 min`, without what is none.
pub(super) fn length(texts: &Texts, minutes: i64) -> String {
    let parts = [
        (minutes / 1440, "consumption.page.d"),
        (minutes % 1440 / 60, "consumption.page.h"),
        (minutes % 60, "consumption.page.min"),
    ];
    let said = parts.iter().filter(|(n, _)| *n > 0).map(|(n, key)| {
        let n = format::number(texts, *n);
        texts.fill(key, &[("n", &n)])
    });
    said.collect::<Vec<_>>().join(" ")
}
