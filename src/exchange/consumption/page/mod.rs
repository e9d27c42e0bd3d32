//! Consumption as pages that somebody hands on (FLU-38): what it is, the period, a chart, the table with
//! its totals, and what every mark means. It says exactly what the screen shows, and no more of the
//! customer than the database gave: the card comes masked.

mod chart;
mod moments;
mod table;

use chrono::{DateTime, Datelike as _, Days, Utc};

use crate::domain::consumption::guard::Rule;
use crate::domain::consumption::shown::{Series, Shown};
use crate::domain::consumption::{Energy, Peak, Status, ZONE};
use crate::exchange::pdf::{self, About, Ink, Page, bold, fitted, grey, plain};
use crate::store::rows::CaseDetail;
use crate::text::{Texts, format};

/// Left edge of what is printed.
const LEFT: f32 = 50.0;
/// Right edge.
const RIGHT: f32 = pdf::WIDTH - 50.0;
/// Where a page begins.
const TOP: f32 = 56.0;
/// Where it ends, above its number.
const BOTTOM: f32 = pdf::HEIGHT - 54.0;

/// What is put on the pages.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// Words.
    pub texts: &'a Texts,
    /// The case of the mandate, as whoever exports may read it.
    pub detail: &'a CaseDetail,
    /// What is shown: the same time in one unit, or of gas in two (FLU-35).
    pub shown: &'a [Shown],
    /// For which purpose, one of `LOOK_PURPOSES`.
    pub purpose: &'a str,
    /// The legal instant of the export.
    pub made: DateTime<Utc>,
}

/// The pages as a PDF file.
pub fn pdf(report: &Report<'_>) -> Vec<u8> {
    let mut book = Book::default();
    let mut y = TOP;
    if let Some(first) = report.shown.first() {
        y = report.head(&mut book, first);
    }
    if let Some(drawn) = report.shown.iter().find(|shown| !shown.is_empty()) {
        y = chart::draw(report, drawn, book.page(), y);
        y = table::draw(report, &mut book, y);
        report.legend(&mut book, y);
    } else {
        let nothing = report.texts.get("consumption.nothing");
        book.page().text((LEFT, y + 16.0), plain(11.0), nothing);
    }
    report.foot(&mut book);
    let title = report.shown.first().map(|shown| report.title(shown));
    let title = title.unwrap_or_default();
    let about = About {
        title: &title,
        lang: report.texts.lang(),
        made: report.made,
    };
    pdf::file(about, book.pages)
}

/// Pages, the last of which is written on.
#[derive(Default)]
struct Book {
    pages: Vec<Page>,
    open: Page,
}

impl Book {
    fn page(&mut self) -> &mut Page {
        &mut self.open
    }

    fn turn(&mut self) {
        self.pages.push(std::mem::take(&mut self.open));
    }
}

impl Report<'_> {
    fn title(&self, shown: &Shown) -> String {
        let key = match shown.energy {
            Energy::Electricity => "consumption.page.electricity",
            Energy::Gas => "consumption.page.gas",
        };
        format!("{} {}", self.texts.get(key), shown.connection)
    }

    fn period(&self, shown: &Shown) -> String {
        let last = shown.to.checked_sub_days(Days::new(1));
        let last = last.unwrap_or(shown.to).max(shown.from);
        let (from, to) = (
            format::weekday_date(self.texts, shown.from),
            format::weekday_date(self.texts, last),
        );
        let values = [("from", from.as_str()), ("to", &to)];
        self.texts.fill("consumption.page.days", &values)
    }

    /// Title and what it is about. Gives where it ends.
    fn head(&self, book: &mut Book, shown: &Shown) -> f32 {
        let page = book.page();
        page.text((LEFT, TOP), bold(17.0), &self.title(shown));
        page.line(
            (LEFT, TOP + 9.0),
            (RIGHT, TOP + 9.0),
            1.2,
            Ink(0.12, 0.30, 0.48),
        );
        let mut y = TOP + 27.0;
        for (key, said) in self.facts(shown) {
            let name = self.texts.get(key);
            page.text((LEFT, y), grey(9.0), name);
            let said = fitted(&said, plain(9.5), RIGHT - LEFT - 110.0);
            page.text((LEFT + 110.0, y), plain(9.5), &said);
            y += 14.0;
        }
        y
    }

    fn facts(&self, shown: &Shown) -> Vec<(&'static str, String)> {
        let detail = self.detail;
        let mut facts = vec![("consumption.page.period", self.period(shown))];
        let cut = shown.cut_by;
        facts.extend(cut.map(|rule| ("consumption.page.cut", self.cut(rule))));
        let customer = detail.customer.as_ref();
        let customer = customer.map(|card| {
            let is_shown = !card.protected && !card.name.is_empty();
            let name = if is_shown {
                &card.name
            } else {
                &card.customer_ref
            };
            ("consumption.page.customer", name.clone())
        });
        facts.extend(customer);
        let party = detail.party.as_ref();
        facts.extend(party.map(|party| {
            let said = format!("{} ({})", party.name, party.gln);
            ("consumption.page.party", said)
        }));
        facts.push(("consumption.page.case", detail.row.case_no.clone()));
        let purpose = format!("choice.look_purpose.{}", self.purpose);
        facts.push(("consumption.page.purpose", self.texts.say(&purpose)));
        facts
    }

    fn cut(&self, rule: Rule) -> String {
        let said = self.texts.say(&format!("consumption.cut.{}", rule.id()));
        format!("{said} [{}]", rule.id())
    }

    /// All columns of the table.
    fn series(&self) -> impl Iterator<Item = &Series> {
        self.shown.iter().flat_map(|shown| &shown.series)
    }

    /// What the marks mean, as far as there are any, and how much is missing in all.
    fn legend(&self, book: &mut Book, mut y: f32) {
        let peaks = self.peaks().into_iter().map(|line| (line, plain(9.0)));
        let marks = self.marks().into_iter();
        for (line, style) in peaks.chain(marks.map(|line| (line, grey(8.5)))) {
            y += 11.0;
            if y > BOTTOM {
                book.turn();
                y = TOP;
            }
            let said = fitted(&line, style, RIGHT - LEFT);
            book.page().text((LEFT, y), style, &said);
        }
    }

    /// The highest quarter-hours of the months, some a line.
    fn peaks(&self) -> Vec<String> {
        let one = |peak: &Peak| {
            let month = self.texts.say(&format!("month.{}", peak.month.month()));
            let value = format::thousandths(self.texts, peak.value);
            format!("{month} {value} {}", letter(peak.status))
        };
        let all: Vec<_> = self.shown.iter().flat_map(|one| &one.peaks).collect();
        let line = |peaks: &[&Peak]| {
            let said: Vec<String> = peaks
                .iter()
                .map(|peak| one(peak).trim_end().into())
                .collect();
            let values = [("peaks", said.join(", "))];
            let values = values.each_ref().map(|(key, said)| (*key, said.as_str()));
            self.texts.fill("consumption.peaks", &values)
        };
        all.chunks(6).map(line).collect()
    }

    fn marks(&self) -> Vec<String> {
        let texts = self.texts;
        let mut lines = Vec::new();
        for status in [Status::Estimated, Status::Read] {
            if self.has(status) {
                let said = texts.say(&format!("consumption.status.{}", status.key()));
                lines.push(format!("{}  {said}", letter(status)));
            }
        }
        let missing = self.series().map(|one| one.total.missing).max();
        if let Some(missing) = missing.filter(|minutes| *minutes > 0) {
            let said = moments::length(texts, missing);
            let values = [("time", said.as_str())];
            lines.push(texts.fill("consumption.page.missing", &values));
        }
        if lines.is_empty() {
            lines.push(texts.say("consumption.page.complete"));
        }
        lines
    }

    /// Whether a value is of this status.
    fn has(&self, status: Status) -> bool {
        let mut amounts = self.series().flat_map(|one| one.values.iter().flatten());
        amounts.any(|amount| amount.status == status)
    }

    /// Number of each page, and whose it is.
    fn foot(&self, book: &mut Book) {
        book.turn();
        let of = book.pages.len().to_string();
        let made = format::instant(self.texts, self.made, ZONE);
        let made = [("at", made.as_str()), ("case", &self.detail.row.case_no)];
        let made = self.texts.fill("consumption.page.made", &made);
        for (at, page) in book.pages.iter_mut().enumerate() {
            let n = (at + 1).to_string();
            let values = [("n", n.as_str()), ("of", &of)];
            let number = self.texts.fill("consumption.page.number", &values);
            let y = pdf::HEIGHT - 36.0;
            page.line((LEFT, y - 12.0), (RIGHT, y - 12.0), 0.5, Ink::RULE);
            page.text((LEFT, y), grey(8.0), &made);
            page.text_to((RIGHT, y), grey(8.0), &number);
        }
    }
}

/// The letter behind a value that is not validated.
fn letter(status: Status) -> &'static str {
    match status {
        Status::Estimated => "e",
        Status::Read => "r",
        Status::Validated => "",
    }
}
