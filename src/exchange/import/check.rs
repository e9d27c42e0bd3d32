//! Checks of single values at the edge. Each gives the value in its one form, or the reason.

use chrono::NaiveDate;

use super::refused::Refused;
use super::table::Row;
use crate::domain::country::Country;
use crate::domain::ean::Ean18;
use crate::domain::gln::Gln;

/// Longest text of a register column, in characters.
const TEXT_LIMIT: usize = 200;

type Checked<T> = Result<T, Refused>;

fn about(key: &str, column: &str, value: &str) -> Refused {
    Refused::new(key)
        .with("column", column)
        .with("value", value)
}

/// A text that must be there.
pub fn text(row: &Row, column: &str) -> Checked<String> {
    match optional(row, column)? {
        text if text.is_empty() => Err(Refused::new("empty").with("column", column)),
        text => Ok(text),
    }
}

/// A text that may be empty.
pub fn optional(row: &Row, column: &str) -> Checked<String> {
    within(row, column, TEXT_LIMIT)
}

/// At most 10 characters: a suffix, a language, three digits.
pub fn short(row: &Row, column: &str) -> Checked<String> {
    within(row, column, 10)
}

fn within(row: &Row, column: &str, limit: usize) -> Checked<String> {
    match row.get(column) {
        value if value.chars().count() > limit => Err(about("too_wide", column, value)),
        value => Ok(value.to_owned()),
    }
}

/// A party's number with a right check digit.
pub fn gln(row: &Row, column: &str) -> Checked<String> {
    let value = text(row, column)?;
    match Gln::parse(&value) {
        Ok(gln) => Ok(gln.to_string()),
        Err(_) => Err(about("gln", column, &value)),
    }
}

/// A metering point as reported, and whether its number is valid (decision 23). At most 35
/// characters, the width of the widest identifier in use.
pub fn ean(row: &Row, column: &str) -> Checked<(String, bool)> {
    let value = text(row, column)?;
    if value.len() > 35 {
        return Err(about("too_wide", column, &value));
    }
    match Ean18::parse(&value) {
        Ok(ean) => Ok((ean.to_string(), true)),
        Err(_) => Ok((value, false)),
    }
}

/// The number of a meter or a plant as it was reported, whatever its signs (decision 23): at most 64
/// characters. What cannot be printed was taken out of the row before.
pub fn number(row: &Row, column: &str) -> Checked<String> {
    within(row, column, 64)
}

/// One of these words, in either case; given in the case of the list.
pub fn one_of(row: &Row, column: &str, words: &[&'static str]) -> Checked<String> {
    let value = text(row, column)?;
    let word = words.iter().find(|word| word.eq_ignore_ascii_case(&value));
    let word =
        word.ok_or_else(|| about("word", column, &value).with_ours("words", &words.join(" ")))?;
    Ok((*word).to_owned())
}

/// One of these words, or nothing.
pub fn optional_of(row: &Row, column: &str, words: &[&'static str]) -> Checked<String> {
    match row.get(column) {
        "" => Ok(String::new()),
        _ => one_of(row, column, words),
    }
}

/// A country that we serve.
pub fn country(row: &Row, column: &str) -> Checked<Country> {
    let value = text(row, column)?;
    Country::from_code(&value).ok_or_else(|| about("country", column, &value))
}

/// `yes` or `no`, also `true`/`false`, `1`/`0`, `ja`/`nee`.
pub fn yes_no(row: &Row, column: &str) -> Checked<Option<bool>> {
    match row.get(column).to_lowercase().as_str() {
        "" => Ok(None),
        "yes" | "true" | "1" | "ja" => Ok(Some(true)),
        "no" | "false" | "0" | "nee" => Ok(Some(false)),
        value => Err(about("yes_no", column, value)),
    }
}

/// A day, `2026-11-16`.
pub fn day(row: &Row, column: &str) -> Checked<Option<NaiveDate>> {
    match row.get(column) {
        "" => Ok(None),
        value => match NaiveDate::parse_from_str(value, "%Y-%m-%d") {
            Ok(day) => Ok(Some(day)),
            Err(_) => Err(about("day", column, value)),
        },
    }
}

/// First and last day, in that order.
pub fn period(row: &Row) -> Checked<(Option<NaiveDate>, Option<NaiveDate>)> {
    let (from, to) = (day(row, "valid_from")?, day(row, "valid_to")?);
    match (from, to) {
        (Some(first), Some(last)) if last < first => {
            Err(about("period", "valid_to", row.get("valid_to")))
        }
        _ => Ok((from, to)),
    }
}

/// House number, letter and suffix.
pub type House = (Option<i32>, String, String);

/// The three columns of a house number (identifiers 3.8).
pub fn house(row: &Row) -> Checked<House> {
    let number = match row.get("house_number") {
        "" => None,
        value => match value.parse() {
            Ok(number @ 1..=99_999) => Some(number),
            _ => return Err(about("house_number", "house_number", value)),
        },
    };
    let letter = row.get("house_letter").to_uppercase();
    if letter.chars().count() > 1 || !letter.chars().all(char::is_alphabetic) {
        return Err(about("house_letter", "house_letter", &letter));
    }
    Ok((number, letter, short(row, "house_suffix")?))
}

/// A postcode in its country's form, as far as we know that form. Whether it was ever given out is
/// not asked: a register reports what it has, and a connection lost costs more than an odd
/// postcode.
pub fn postcode(row: &Row, country: Country) -> Checked<String> {
    let value = row.get("postcode");
    let tight: String = value.chars().filter(|c| !c.is_whitespace()).collect();
    let tight = tight.to_uppercase();
    let is_good = match country {
        _ if tight.is_empty() => true,
        Country::Nl => is_dutch(&tight),
        Country::Se => is_digits(&tight, 5),
        Country::No | Country::Be => is_digits(&tight, 4),
    };
    if is_good {
        Ok(tight)
    } else {
        Err(about("postcode", "postcode", value))
    }
}

fn is_dutch(text: &str) -> bool {
    let (digits, letters) = text.split_at_checked(4).unwrap_or_default();
    is_digits(digits, 4)
        && !digits.starts_with('0')
        && letters.len() == 2
        && letters.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_digits(text: &str, width: usize) -> bool {
    text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An address for mail: one `@`, something on both sides, no white space.
pub fn email(row: &Row, column: &str) -> Checked<String> {
    let value = optional(row, column)?;
    let is_good = |text: &str| {
        let parts: Vec<&str> = text.split('@').collect();
        parts.len() == 2
            && parts.iter().all(|part| !part.is_empty())
            && !text
                .chars()
                .any(|c| c.is_whitespace() || "<>,;\"".contains(c))
    };
    if value.is_empty() || is_good(&value) {
        Ok(value)
    } else {
        Err(about("email", column, &value))
    }
}
