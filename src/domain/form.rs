//! Forms that are data (TLM-10): fields with type, unit, range and when they are needed, in a version
//! that holds from a day on. What is filled in is checked against one version and kept with it.
//!
//! Free text is no type of a form: an event holds none, and what an installation is can be said
//! without it.
//!
//! This module must not know: processes, cases, the database, the present time.

mod check;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::ean::Ean18;
pub use check::{DECIMALS_MAX, Fault, FormError, SOURCE_MAX};

/// What comes with the program, by name.
const BUILTIN: &[(&str, &str)] = &[(
    "installation",
    include_str!("../../assets/forms/installation.toml"),
)];
/// The languages in which a label is said.
pub const LANGUAGES: [&str; 4] = ["en", "nl", "nb", "sv"];
/// The longest code, in characters.
const LONGEST: usize = 64;

/// A form in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Its name, e.g. `installation`.
    pub key: String,
    /// Its version, from 1.
    pub version: i32,
    /// What it asks, in order.
    pub parts: Vec<Part>,
}

/// Words by language.
pub type Words = BTreeMap<String, String>;

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name: a small letter, then small letters, digits and `_`.
    pub key: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: PartKind,
    /// What it is called, by language.
    pub label: Words,
    /// What more is to be said, by language; none at all or all languages.
    #[serde(default, skip_serializing_if = "Words::is_empty")]
    pub help: Words,
    /// Whether it is always needed.
    #[serde(default, skip_serializing_if = "is_no")]
    pub required: bool,
    /// It is needed when that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_if: Option<When>,
    /// Digits after the point, of a number.
    #[serde(default, skip_serializing_if = "is_none")]
    pub decimals: u8,
    /// Unit of a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Most characters of a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What can be chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// One thing that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name.
    pub key: String,
    /// What it is called, by language.
    pub label: Words,
}

/// Another field has one of these values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Which one; a choice or a yes/no that stands earlier in the form.
    pub field: String,
    /// Its values.
    pub is: Vec<String>,
}

/// What a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// Letters, digits and `- _ . /`, without spaces.
    Code,
    /// A number that is not negative; a comma or a point before its decimals.
    Number,
    /// A day.
    Date,
    /// Yes or no.
    YesNo,
    /// One of its choices.
    Choice,
    /// 18 digits with check digit.
    Ean,
}

/// What can be wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Not a value of its type.
    Form,
    /// Beyond its least or greatest.
    Range,
    /// Too long.
    Length,
}

impl Form {
    /// The names of the forms that come with the program.
    pub fn builtin_keys() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(key, _)| *key)
    }

    /// The form that comes with the program; `None` when there is none of that name.
    ///
    /// # Errors
    /// When the file in the program is no form: a test keeps it one.
    pub fn builtin(key: &str) -> Result<Option<Self>, FormError> {
        let found = BUILTIN.iter().find(|(name, _)| *name == key);
        found
            .map(|(_, source)| Self::from_toml(key, 1, source))
            .transpose()
    }

    /// The field of that name.
    pub fn part(&self, key: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.key == key)
    }

    /// As a file that can be changed and read again.
    pub fn to_toml(&self) -> String {
        toml::to_string(&self.body()).unwrap_or_default()
    }

    /// The body for the database: `{"fields": […]}`.
    pub fn body(&self) -> serde_json::Value {
        serde_json::json!({ "fields": self.parts })
    }
}

impl Part {
    /// What it is called in that language, else in English.
    pub fn label(&self, lang: &str) -> &str {
        said(&self.label, lang)
    }

    /// What more is to be said in that language; may be empty.
    pub fn help(&self, lang: &str) -> &str {
        said(&self.help, lang)
    }

    /// What a choice is called in that language.
    pub fn choice(&self, key: &str, lang: &str) -> Option<&str> {
        let found = self.choices.iter().find(|choice| choice.key == key)?;
        Some(said(&found.label, lang))
    }

    /// The value in the one spelling in which it is kept.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, typed: &str) -> Result<String, Wrong> {
        if typed.chars().count() > self.max_length.unwrap_or(LONGEST).min(LONGEST) {
            return Err(Wrong::Length);
        }
        let word = |is_right: bool| is_right.then(|| typed.to_owned()).ok_or(Wrong::Form);
        match self.kind {
            PartKind::Code => {
                let is_code = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
                let begins = typed.starts_with(|c: char| c.is_ascii_alphanumeric());
                word(begins && typed.chars().all(is_code))
            }
            PartKind::Number => self.number(typed),
            PartKind::Date => word(typed.len() == 10 && typed.parse::<NaiveDate>().is_ok()),
            PartKind::YesNo => word(typed == "yes" || typed == "no"),
            PartKind::Choice => word(self.choices.iter().any(|choice| choice.key == typed)),
            PartKind::Ean => Ean18::parse(typed)
                .map(|ean| ean.as_str().to_owned())
                .map_err(|_| Wrong::Form),
        }
    }

    fn number(&self, typed: &str) -> Result<String, Wrong> {
        let value = scaled(&typed.replace(',', "."), self.decimals).ok_or(Wrong::Form)?;
        let limit = |text: &Option<String>| text.as_ref().and_then(|it| scaled(it, self.decimals));
        let is_low = limit(&self.min).is_some_and(|min| value < min);
        if is_low || limit(&self.max).is_some_and(|max| value > max) {
            return Err(Wrong::Range);
        }
        let unit = 10_i64.pow(u32::from(self.decimals));
        let (whole, rest) = (value / unit, value % unit);
        Ok(match self.decimals {
            0 => whole.to_string(),
            digits => format!("{whole}.{rest:0width$}", width = usize::from(digits)),
        })
    }

    /// Its range with its unit, as `0.1–1000 kW`; empty when there is nothing to say.
    pub fn range(&self) -> String {
        let range = match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!("{min}–{max}"),
            (Some(min), None) => format!("≥ {min}"),
            (None, Some(max)) => format!("≤ {max}"),
            (None, None) => String::new(),
        };
        let unit = self.unit.as_deref().unwrap_or_default();
        format!("{range} {unit}").trim().to_owned()
    }
}

fn said<'w>(words: &'w Words, lang: &str) -> &'w str {
    let found = words.get(lang).or_else(|| words.get("en"));
    found.map_or("", String::as_str)
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the serializer asks by reference"
)]
fn is_no(required: &bool) -> bool {
    !required
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the serializer asks by reference"
)]
fn is_none(decimals: &u8) -> bool {
    *decimals == 0
}

/// A number in units of its last decimal; none is negative.
fn scaled(text: &str, decimals: u8) -> Option<i64> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let decimals = usize::from(decimals);
    if whole.is_empty() || whole.len() > 9 || !is_digits(whole) || !is_digits(rest) {
        return None;
    }
    if rest.trim_end_matches('0').len() > decimals {
        return None;
    }
    let zeros = std::iter::repeat_n('0', decimals);
    let rest: String = rest.chars().chain(zeros).take(decimals).collect();
    format!("{whole}{rest}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(key: &str) -> Part {
        let form = Form::builtin("installation").unwrap().unwrap();
        form.part(key).unwrap().clone()
    }

    /// TLM-10: numbers have a unit, a range and so many decimals, and one spelling.
    #[test]
    fn tlm_10_a_number_lies_in_its_range() {
        let kw = part("inverter_power_kw");
        assert_eq!(kw.read("3,68").as_deref(), Ok("3.68"));
        assert_eq!(kw.read("8").as_deref(), Ok("8.00"));
        assert_eq!(kw.read("0.1").as_deref(), Ok("0.10"));
        assert_eq!(kw.read("1000.00").as_deref(), Ok("1000.00"));
        for (typed, wrong) in [
            ("0.09", Wrong::Range),
            ("1000.01", Wrong::Range),
            ("3.685", Wrong::Form),
            ("-3", Wrong::Form),
            ("3 kW", Wrong::Form),
            ("", Wrong::Form),
            ("12345678901", Wrong::Form),
        ] {
            assert_eq!(kw.read(typed), Err(wrong), "{typed:?}");
        }
        assert_eq!(kw.range(), "0.1–1000 kW");
    }

    /// TLM-10: each type takes its own values only.
    #[test]
    fn tlm_10_each_type_takes_its_values() {
        assert_eq!(part("kind").read("solar").as_deref(), Ok("solar"));
        assert_eq!(part("kind").read("steam"), Err(Wrong::Form));
        assert_eq!(part("in_use_from").read("31-12-2026"), Err(Wrong::Form));
        assert_eq!(part("in_use_from").read("2026-02-30"), Err(Wrong::Form));
        let six = part("meter_last_six");
        assert_eq!(six.read("A12345").as_deref(), Ok("A12345"));
        assert_eq!(six.read("A123456"), Err(Wrong::Length));
        assert_eq!(six.read("\u{1b}[2J"), Err(Wrong::Form));
    }
}
