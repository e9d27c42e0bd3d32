//! The table: a row for each stretch of time, a column for each register, totals at the end.

use super::{BOTTOM, Book, LEFT, RIGHT, Report, TOP, letter, moments};
use crate::domain::consumption::shown::{Amount, Mark, Series, Shown};
use crate::exchange::pdf::{Ink, Page, Style, bold, fitted, grey, plain};
use crate::text::format;

/// From one row to the next.
const STEP: f32 = 11.0;
/// Room for the name of a stretch.
const MOMENT: f32 = 140.0;
/// Room for what is missing of it.
const NOTE: f32 = 86.0;
/// Room for the mark behind a value.
const MARK: f32 = 9.0;

struct Table<'a> {
    report: &'a Report<'a>,
    /// Of which the times are: those of all.
    shown: &'a Shown,
    columns: Vec<&'a Series>,
}

/// Draws it below `y`, on as many pages as it takes. Gives where it ends on the last one.
pub(super) fn draw(report: &Report<'_>, book: &mut Book, y: f32) -> f32 {
    let Some(shown) = report.shown.first() else {
        return y;
    };
    let table = Table {
        report,
        shown,
        columns: report.series().collect(),
    };
    let mut y = table.head(book.page(), y + 14.0);
    for at in 0..shown.slots.len() {
        if y + STEP > BOTTOM {
            book.turn();
            y = table.head(book.page(), TOP);
        }
        y += STEP;
        table.row(book.page(), y, at);
    }
    if y + 2.0 * STEP > BOTTOM {
        book.turn();
        y = table.head(book.page(), TOP);
    }
    table.totals(book.page(), y + STEP + 3.0)
}

impl Table<'_> {
    /// Where the value of a column ends.
    fn column(&self, at: usize) -> f32 {
        let count = u16::try_from(self.columns.len().max(1)).unwrap_or(1);
        let wide = (RIGHT - LEFT - MOMENT - NOTE) / f32::from(count);
        let wide = wide.min(90.0);
        let at = u16::try_from(at + 1).unwrap_or(1);
        LEFT + MOMENT + wide * f32::from(at) - MARK
    }

    fn room(&self) -> f32 {
        self.column(1) - self.column(0) - 4.0
    }

    /// Names of the columns with their units. Gives the line below.
    fn head(&self, page: &mut Page, y: f32) -> f32 {
        let texts = self.report.texts;
        let period = texts.get("consumption.page.column");
        page.text((LEFT, y), bold(8.5), period);
        for (at, series) in self.columns.iter().enumerate() {
            let register = series.register;
            let name = texts.say(&format!("consumption.register.{}", register.key()));
            let x = self.column(at);
            let name = fitted(&name, bold(8.5), self.room());
            page.text_to((x, y), bold(8.5), &name);
            page.text_to((x, y + 11.0), grey(8.0), register.unit().sign());
        }
        let y = y + 15.0;
        page.line((LEFT, y), (RIGHT, y), 0.8, Ink::GREY);
        y
    }

    fn row(&self, page: &mut Page, y: f32, at: usize) {
        if moments::is_new(self.shown, at) {
            let line = y - STEP + 3.2;
            page.line((LEFT, line), (RIGHT, line), 0.4, Ink::RULE);
        }
        let slot = &self.shown.slots[at];
        let said = moments::row(self.report.texts, slot, self.shown.step);
        let said = fitted(&said, plain(8.5), MOMENT - 4.0);
        page.text((LEFT, y), plain(8.5), &said);
        for (column, series) in self.columns.iter().enumerate() {
            if series.mark(at) != Mark::Rests {
                self.cell(page, (self.column(column), y), series.amount(at));
            }
        }
        if let Some(note) = self.note(at) {
            let note = fitted(&note, grey(8.0), NOTE);
            page.text_to((RIGHT, y), grey(8.0), &note);
        }
    }

    fn cell(&self, page: &mut Page, (x, y): (f32, f32), amount: Option<&Amount>) {
        let Some(amount) = amount else {
            return page.text_to((x, y), grey(8.5), "–");
        };
        let value = format::thousandths(self.report.texts, amount.value);
        page.text_to((x, y), plain(8.5), &value);
        page.text((x + 2.5, y), grey(8.0), letter(amount.status));
    }

    /// How much is missing of what has values; a dash says it of what has none.
    fn note(&self, at: usize) -> Option<String> {
        let amounts = self.columns.iter().filter_map(|one| *one.values.get(at)?);
        let missing = amounts.map(|amount| amount.missing).max()?;
        (missing > 0).then(|| {
            let time = moments::length(self.report.texts, missing);
            let values = [("time", time.as_str())];
            self.report.texts.fill("consumption.page.lacks", &values)
        })
    }

    fn totals(&self, page: &mut Page, y: f32) -> f32 {
        let texts = self.report.texts;
        let style: Style = bold(9.0);
        let line = y - STEP + 1.5;
        page.line((LEFT, line), (RIGHT, line), 0.8, Ink::GREY);
        page.text((LEFT, y), style, texts.get("consumption.page.total"));
        for (at, series) in self.columns.iter().enumerate() {
            let value = series.total.value.unwrap_or_default();
            let said = format::thousandths(texts, value);
            page.text_to((self.column(at), y), style, &said);
        }
        y + 6.0
    }
}
