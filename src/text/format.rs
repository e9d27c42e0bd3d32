//! Dates, numbers and money as each language is used to: `21 Nov 2026` and `1,234.50`,
//! `21. nov. 2026` and `1 234,50`. The only place that knows; patterns stand in
//! `assets/text/<language>/format.toml`. Calendar days are local days of the case's country.

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Timelike as _, Utc};
use chrono_tz::Tz;

use super::Texts;
use crate::domain::deadline::Comparison;
use crate::domain::money::Money;

/// A day of this year: `21 Nov`.
pub fn day(texts: &Texts, day: NaiveDate) -> String {
    dated(texts, "format.day", day)
}

/// A day of any year: `21 Nov 2026`.
pub fn date(texts: &Texts, day: NaiveDate) -> String {
    dated(texts, "format.date", day)
}

/// A day of this year with its weekday: `Sat 21 Nov`.
pub fn weekday(texts: &Texts, day: NaiveDate) -> String {
    dated(texts, "format.weekday", day)
}

/// A day of any year with its weekday: `Sat 21 Nov 2026`.
pub fn weekday_date(texts: &Texts, day: NaiveDate) -> String {
    dated(texts, "format.weekday_date", day)
}

/// A month: `Nov 2026`.
pub fn month(texts: &Texts, day: NaiveDate) -> String {
    dated(texts, "format.month", day)
}

/// A month in little room: `Nov 26`.
pub fn month_short(texts: &Texts, day: NaiveDate) -> String {
    let name = texts.say(&format!("month.{}", day.month()));
    format!("{name} {:02}", day.year().rem_euclid(100))
}

fn dated(texts: &Texts, key: &str, day: NaiveDate) -> String {
    let weekday = format!("weekday.{}", day.weekday().number_from_monday());
    let month = format!("month.{}", day.month());
    let values = [
        ("weekday", texts.get(&weekday)),
        ("day", &day.day().to_string()),
        ("month", texts.get(&month)),
        ("year", &day.year().to_string()),
    ];
    texts.fill(key, &values)
}

/// A clock time: `14:07`.
pub fn clock(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M").to_string()
}

/// A clock time to the second: `14:07:09`.
pub fn clock_seconds(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%H:%M:%S").to_string()
}

/// A clock time, to the second only when it is not a full minute: `14:07`, `14:07:09`.
pub fn clock_exact(at: DateTime<Utc>, zone: Tz) -> String {
    if at.timestamp() % 60 == 0 {
        clock(at, zone)
    } else {
        clock_seconds(at, zone)
    }
}

/// A local day with its clock time: `21 Nov 2026 14:07`.
pub fn instant(texts: &Texts, at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone).date_naive();
    format!("{} {}", date(texts, local), clock(at, zone))
}

/// The last instant at which a thing can be done, as a local day and clock time. A working-day
/// deadline ends at 24:00 of its last day (decision 9), which is no clock time of the next.
pub fn last_moment(due: DateTime<Utc>, comparison: Comparison, zone: Tz) -> (NaiveDate, String) {
    let local = due.with_timezone(&zone);
    let midnight = local.num_seconds_from_midnight() == 0 && local.nanosecond() == 0;
    let eve = (local - TimeDelta::seconds(1)).date_naive();
    if comparison == Comparison::Before && midnight {
        (eve, "24:00".to_owned())
    } else {
        (local.date_naive(), clock(due, zone))
    }
}

/// A whole number in groups of three digits: `1,234`.
pub fn number(texts: &Texts, number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(texts, number.unsigned_abs()))
}

/// An amount in hundredths, with two decimals: `1,234.50`.
pub fn amount(texts: &Texts, hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (
        hundredths.unsigned_abs() / 100,
        hundredths.unsigned_abs() % 100,
    );
    let decimal = texts.get("format.decimal");
    format!("{sign}{}{decimal}{rest:02}", grouped(texts, whole))
}

/// An amount in thousandths, with three decimals: `1,234.500`. It is never below nothing.
pub fn thousandths(texts: &Texts, thousandths: i64) -> String {
    decimals(texts, thousandths.unsigned_abs(), 3)
}

/// An amount in thousandths with as many decimals as a step of so many thousandths needs: `0.5`.
pub fn rounded(texts: &Texts, thousandths: i64, step: i64) -> String {
    let places = [1000, 100, 10].iter().position(|unit| step % unit == 0);
    decimals(texts, thousandths.unsigned_abs(), places.unwrap_or(3))
}

fn decimals(texts: &Texts, thousandths: u64, places: usize) -> String {
    let whole = grouped(texts, thousandths / 1000);
    let rest = format!("{:03}", thousandths % 1000);
    match rest.get(..places) {
        Some("") | None => whole,
        Some(rest) => format!("{whole}{}{rest}", texts.get("format.decimal")),
    }
}

/// How many there are, in groups of three digits.
pub fn count(texts: &Texts, count: impl TryInto<u64>) -> String {
    // what is counted is never below nothing
    grouped(texts, count.try_into().unwrap_or_default())
}

fn grouped(texts: &Texts, number: u64) -> String {
    let group = texts.get("format.group");
    let digits = number.to_string();
    let mut said = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push_str(group);
        }
        said.push(digit);
    }
    said
}

/// An amount of money: `EUR 1,234.50`, `1 234,50 NOK`. Currencies
/// stand by their codes (ISO 4217): a kroner sign would not say whose.
pub fn money(texts: &Texts, money: Money) -> String {
    let amount = amount(texts, money.cents);
    let values = [("amount", &*amount), ("currency", money.currency.code())];
    texts.fill("format.money", &values)
}

/// A share in thousandths as percent with one decimal: `98.2%`.
pub fn percent(texts: &Texts, thousandths: u64) -> String {
    let (whole, rest) = (thousandths / 10, thousandths % 10);
    let value = format!("{whole}{}{rest}", texts.get("format.decimal"));
    texts.fill("format.percent", &[("n", &value)])
}

#[cfg(test)]
mod tests {
    use super::super::LANGUAGES;
    use super::*;
    use crate::domain::money::Currency;

    fn said(say: impl Fn(&Texts) -> String) -> [String; 4] {
        LANGUAGES.map(|lang| say(&Texts::load(lang)))
    }

    #[test]
    fn days_stand_as_each_language_writes_them() {
        let of = "2026-11-21".parse().unwrap();
        let dates = ["21 Nov 2026", "21 nov 2026", "21. nov. 2026", "21 nov 2026"];
        assert_eq!(said(|texts| date(texts, of)), dates);
        let days = ["Sat 21 Nov", "za 21 nov", "lør. 21. nov.", "lör 21 nov"];
        assert_eq!(said(|texts| weekday(texts, of)), days);
        let months = ["Nov 2026", "nov 2026", "nov. 2026", "nov 2026"];
        assert_eq!(said(|texts| month(texts, of)), months);
    }

    /// No-break spaces in Norwegian and Swedish: an amount is never torn apart at the end of a line.
    #[test]
    fn numbers_and_money_stand_as_each_language_writes_them() {
        let amounts = ["1,234.50", "1.234,50", "1\u{a0}234,50", "1\u{a0}234,50"];
        assert_eq!(said(|texts| amount(texts, 123_450)), amounts);
        let numbers = [
            "-1,234,567",
            "-1.234.567",
            "-1\u{a0}234\u{a0}567",
            "-1\u{a0}234\u{a0}567",
        ];
        assert_eq!(said(|texts| number(texts, -1_234_567)), numbers);
        let small = said(|texts| amount(texts, -5));
        assert_eq!(small, ["-0.05", "-0,05", "-0,05", "-0,05"]);
        let amount = Money {
            cents: 99_999,
            currency: Currency::Eur,
        };
        let money = said(|texts| money(texts, amount));
        let wanted = [
            "EUR\u{a0}999.99",
            "EUR\u{a0}999,99",
            "999,99\u{a0}EUR",
            "999,99\u{a0}EUR",
        ];
        assert_eq!(money, wanted);
        let share = said(|texts| percent(texts, 982));
        assert_eq!(share, ["98.2%", "98,2%", "98,2\u{a0}%", "98,2\u{a0}%"]);
    }

    #[test]
    fn thousandths_have_the_decimals_that_a_step_needs() {
        let texts = Texts::load("nl");
        assert_eq!(thousandths(&texts, 1_234_050), "1.234,050");
        assert_eq!(rounded(&texts, 2_000, 1000), "2");
        assert_eq!(rounded(&texts, 2_500, 500), "2,5");
        assert_eq!(rounded(&texts, 50, 10), "0,05");
        assert_eq!(rounded(&texts, 7, 1), "0,007");
    }

    #[test]
    fn the_end_of_a_working_day_is_24_00_of_that_day() {
        let zone = Tz::Europe__Amsterdam;
        let end = "2026-07-02T22:00:00Z".parse().unwrap();
        let (day, time) = last_moment(end, Comparison::Before, zone);
        assert_eq!(
            (day.to_string().as_str(), time.as_str()),
            ("2026-07-02", "24:00")
        );
        let (day, time) = last_moment(end, Comparison::UpToAndIncluding, zone);
        assert_eq!(
            (day.to_string().as_str(), time.as_str()),
            ("2026-07-03", "00:00")
        );
    }
}
