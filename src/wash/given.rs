//! Values as systems export them, put into one shape: dates, numbers that a spreadsheet spoilt,
//! kinds in several languages, a street with its number in one column. What cannot be read stays as
//! it was given.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::record::{Held, Holding, Person, PersonRow};
use crate::domain::fodselsnummer::Fodselsnummer;

/// Words for a business in the column `kind`.
const BUSINESS: &[&str] = &[
    "business",
    "bedrift",
    "næring",
    "naering",
    "næringskunde",
    "bedriftskunde",
    "företag",
    "foretag",
    "company",
    "organisation",
    "organisasjon",
    "b",
    "n",
];

/// Words for a private customer.
const PRIVATE: &[&str] = &["private", "privat", "privatkunde", "person", "p"];

/// A row of a holding, by the columns of [`Held`].
pub fn holding(values: [&str; 15]) -> Holding {
    let get = |field: Held| values[field as usize].trim();
    let (first, last) = names(get(Held::FirstName), get(Held::LastName));
    let (street, house) = street(get(Held::Street), get(Held::HouseNumber));
    let number = number(get(Held::Identifier));
    let kind = kind(get(Held::Kind), get(Held::Organisation), first, last);
    Holding::new([
        &point(get(Held::Point)),
        get(Held::Customer),
        kind,
        first,
        last,
        get(Held::Organisation),
        &number,
        &day(get(Held::BirthDate)),
        street,
        house,
        &postcode(get(Held::Postcode)),
        get(Held::City),
        &day(get(Held::ValidFrom)),
        &day(get(Held::ValidTo)),
        get(Held::Supplier),
    ])
}

/// A row of the population register, by the columns of [`Person`].
pub fn person(values: [&str; 10]) -> PersonRow {
    let get = |field: Person| values[field as usize].trim();
    let (first, last) = names(get(Person::FirstName), get(Person::LastName));
    let (street, house) = street(get(Person::Street), get(Person::HouseNumber));
    PersonRow::new([
        &number(get(Person::Identifier)),
        first,
        last,
        &day(get(Person::BirthDate)),
        street,
        house,
        &postcode(get(Person::Postcode)),
        get(Person::City),
        &day(get(Person::DeceasedOn)),
        get(Person::Protected),
    ])
}

/// What a spreadsheet puts around a number that it shall keep: `="0123"`, `'0123`.
fn unwrapped(text: &str) -> &str {
    let text = text.strip_prefix('=').unwrap_or(text);
    text.trim_matches(['"', '\'', '\u{a0}', ' '])
}

/// The number of a metering point, without spaces.
fn point(text: &str) -> Cow<'_, str> {
    let text = unwrapped(text);
    if text.contains(char::is_whitespace) {
        return Cow::Owned(text.split_whitespace().collect());
    }
    Cow::Borrowed(text)
}

/// A number of a person or a business: without what groups it (spaces, dots, dashes of any kind, slashes),
/// without `NO` before and `MVA` behind. Eleven digits that lost their leading zero get it back.
pub fn number(text: &str) -> Cow<'_, str> {
    let text = unwrapped(text);
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits && text.len() != 10 {
        return Cow::Borrowed(text);
    }
    let bare: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect();
    let digits = bare.strip_prefix("NO").unwrap_or(&bare);
    let digits = digits.strip_suffix("MVA").unwrap_or(digits);
    let padded = format!("0{digits}");
    if digits.len() == 10 && Fodselsnummer::read(&padded).is_ok() {
        return Cow::Owned(padded);
    }
    Cow::Owned(digits.to_owned())
}

/// A day as `YYYY-MM-DD`: from `01.02.1990`, `1/2/1990`, `19900201`, `1990-02-01T00:00:00`.
pub fn day(text: &str) -> Cow<'_, str> {
    if is_iso(text) {
        return Cow::Borrowed(text);
    }
    let date = text.split(['T', ' ']).next().unwrap_or_default();
    if is_iso(date) {
        return Cow::Borrowed(date);
    }
    let parts: Vec<&str> = date.split(['.', '/', '-']).collect();
    let read = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => ymd(year, month, day),
        [day, month, year] if year.len() == 4 => ymd(year, month, day),
        [all] if all.len() == 8 && all.is_ascii() => {
            let year_first = ymd(&all[..4], &all[4..6], &all[6..]);
            year_first.or_else(|| ymd(&all[4..], &all[2..4], &all[..2]))
        }
        _ => None,
    };
    read.map_or(Cow::Borrowed(text), |day| Cow::Owned(day.to_string()))
}

fn is_iso(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

fn ymd(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year = year
        .parse()
        .ok()
        .filter(|year| (1850..2150).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// Four digits; `N-0151` and the `151` of a spreadsheet are `0151`.
fn postcode(text: &str) -> Cow<'_, str> {
    let text = unwrapped(text);
    let bare = text.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let bare = if bare.len() < text.len() {
        bare.trim_start_matches(['-', ' '])
    } else {
        text
    };
    if bare.len() == 3 && bare.bytes().all(|byte| byte.is_ascii_digit()) {
        return Cow::Owned(format!("0{bare}"));
    }
    Cow::Borrowed(bare)
}

/// `private` or `business`, when the word says one of them.
pub fn kind_said(text: &str) -> Option<&'static str> {
    let word = text.trim().to_lowercase();
    let is_among = |words: &[&str]| words.contains(&word.as_str());
    match (is_among(BUSINESS), is_among(PRIVATE)) {
        (true, _) => Some("business"),
        (_, true) => Some("private"),
        _ => None,
    }
}

/// … where the word says neither, the names do.
fn kind(text: &str, organisation: &str, first: &str, last: &str) -> &'static str {
    let has_person = !first.is_empty() || !last.is_empty();
    kind_said(text).unwrap_or(if has_person || organisation.is_empty() {
        "private"
    } else {
        "business"
    })
}

/// `Hansen, Per` in one column is two names.
fn names<'a>(first: &'a str, last: &'a str) -> (&'a str, &'a str) {
    let (whole, other) = if first.is_empty() {
        (last, first)
    } else {
        (first, last)
    };
    match whole.split_once(',') {
        Some((family, given)) if other.is_empty() => (given.trim(), family.trim()),
        _ => (first, last),
    }
}

/// A street that carries its number, and its number.
pub fn street<'a>(street: &'a str, house: &'a str) -> (&'a str, &'a str) {
    if !house.is_empty() {
        return (street, house);
    }
    let begins = street
        .match_indices(' ')
        .map(|(at, _)| at)
        .find(|at| street[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    match begins {
        Some(at) if at > 0 => (street[..at].trim_end(), street[at + 1..].trim()),
        _ => (street, house),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_systems_write_them() {
        for text in [
            "1990-02-01",
            "01.02.1990",
            "1.2.1990",
            "01/02/1990",
            "01-02-1990",
            "19900201",
            "01021990",
            "1990-02-01T00:00:00+01:00",
            "1990-02-01 00:00:00",
            "1990.2.1",
        ] {
            assert_eq!(day(text), "1990-02-01", "{text}");
        }
        for text in ["", "31.02.1990", "?", "1990", "01.02.90", "ååååååå"] {
            assert_eq!(day(text), text);
        }
    }

    /// DW-GEN-06: a number is the same number however it is grouped, and with the zero that a
    /// spreadsheet took.
    #[test]
    fn dw_gen_06_numbers_are_freed_of_what_stands_around_them() {
        for text in [
            "923609016",
            "923 609 016",
            "NO 923 609 016 MVA",
            "=\"923609016\"",
            "923-609-016",
            "923\u{2011}609\u{2013}016",
            "923/609.016",
            "923\u{a0}609\u{a0}016",
        ] {
            assert_eq!(number(text), "923609016", "{text}");
        }
        assert_eq!(number("9819637285"), "09819637285");
        assert_eq!(number("098196 37285"), "09819637285");
        assert_eq!(number("098196-37285"), "09819637285");
        assert_eq!(
            number("9819637286"),
            "9819637286",
            "no number with a zero either"
        );
        assert_eq!(number(""), "");
    }

    #[test]
    fn postcodes_and_streets() {
        assert_eq!(postcode("151"), "0151");
        assert_eq!(postcode("N-0151"), "0151");
        assert_eq!(postcode("NO 0151"), "0151");
        assert_eq!(street("Storgata 5 B", ""), ("Storgata", "5 B"));
        assert_eq!(street("7. juni-plassen 2", ""), ("7. juni-plassen", "2"));
        assert_eq!(street("Storgata", "5"), ("Storgata", "5"));
        assert_eq!(names("", "Hansen, Per"), ("Per", "Hansen"));
    }

    #[test]
    fn kinds_in_several_words() {
        assert_eq!(kind("Bedrift", "", "", ""), "business");
        assert_eq!(kind("P", "", "", ""), "private");
        assert_eq!(kind("", "Hansen AS", "", ""), "business");
        assert_eq!(kind("?", "", "Per", "Hansen"), "private");
    }

    proptest::proptest! {
        /// Nothing that is given makes it fail, and what it gives it leaves alone.
        #[test]
        fn shaping_twice_is_shaping_once(values in proptest::array::uniform15(".{0,14}")) {
            let once = holding(values.each_ref().map(String::as_str));
            let fields: [&str; 15] = std::array::from_fn(|place| once.at(place));
            let twice = holding(fields);
            for place in [Held::Kind, Held::BirthDate, Held::Identifier] {
                if place != Held::Identifier || once.get(place).bytes().all(|b| b.is_ascii_digit()) {
                    proptest::prop_assert_eq!(once.get(place), twice.get(place));
                }
            }
        }
    }
}
