//! Amounts of money, read as each country writes them and kept in one form: `EUR 1250.50`.
//!
//! A decimal comma everywhere; groups of three by a point (nl, be) or a space (no, se). A point is a
//! decimal point only where it cannot be a group: `12.5` is twelve and a half, `12.500` is twelve
//! thousand five hundred. What can be read in two ways is refused, never guessed.
//!
//! This module must not know: fields, processes, what the money is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::country::Country;

/// The largest amount, in hundredths: a billion less a cent.
const MOST: i64 = 99_999_999_999;

/// A currency of the countries that we serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Currency {
    /// Euro.
    Eur,
    /// Norwegian krone.
    Nok,
    /// Swedish krona.
    Sek,
}

impl Currency {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Eur, Self::Nok, Self::Sek];

    /// Three letters, as in ISO 4217.
    pub fn code(self) -> &'static str {
        match self {
            Self::Eur => "EUR",
            Self::Nok => "NOK",
            Self::Sek => "SEK",
        }
    }

    /// As people write it before or behind an amount.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eur => "\u{20ac}",
            Self::Nok | Self::Sek => "kr",
        }
    }

    /// What a country pays with.
    pub fn of(country: Country) -> Self {
        match country {
            Country::Nl | Country::Be => Self::Eur,
            Country::No => Self::Nok,
            Country::Se => Self::Sek,
        }
    }
}

/// An amount: hundredths of a currency; may be negative (a credit). In JSON its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money {
    /// Hundredths of the unit.
    pub cents: i64,
    /// The currency.
    pub currency: Currency,
}

/// Why an amount cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// No amount.
    #[error("no amount of money")]
    Form,
    /// More than two digits behind the decimal sign.
    #[error("at most two digits behind the comma")]
    Decimals,
    /// In a currency that the country does not pay with.
    #[error("another currency")]
    Currency,
    /// Larger than any amount that we handle.
    #[error("the amount is too large")]
    TooLarge,
}

impl Money {
    /// The amount that somebody typed, with or without the currency: `1.250,50`, `€ 12`, `-3,5`.
    ///
    /// # Errors
    /// What is no amount, has too many decimals, names another currency, or is too large.
    pub fn parse(typed: &str, country: Country) -> Result<Self, MoneyError> {
        let currency = Currency::of(country);
        let (is_negative, digits) = bare(typed, currency)?;
        let cents = cents(&digits, country)?;
        let cents = if is_negative { -cents } else { cents };
        Ok(Self { cents, currency })
    }

    /// As the country writes it, with its sign: `€ 1.250,50`, `1 250,50 kr`.
    pub fn local(self) -> String {
        let (minus, cents) = (if self.cents < 0 { "-" } else { "" }, self.cents.abs());
        let group = if self.currency == Currency::Eur {
            '.'
        } else {
            ' '
        };
        let whole = grouped(cents / 100, group);
        let amount = format!("{minus}{whole},{:02}", cents % 100);
        match self.currency {
            Currency::Eur => format!("{} {amount}", self.currency.sign()),
            Currency::Nok | Currency::Sek => format!("{amount} {}", self.currency.sign()),
        }
    }
}

/// The one form in which an amount is stored and sent: `EUR -12.50`.
impl fmt::Display for Money {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (minus, cents) = (if self.cents < 0 { "-" } else { "" }, self.cents.abs());
        let code = self.currency.code();
        write!(out, "{code} {minus}{}.{:02}", cents / 100, cents % 100)
    }
}

/// Reads the stored form and nothing else.
impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(stored: &str) -> Result<Self, MoneyError> {
        let (code, amount) = stored.split_once(' ').ok_or(MoneyError::Form)?;
        let mut known = Currency::ALL.into_iter();
        let currency = known.find(|currency| currency.code() == code);
        let currency = currency.ok_or(MoneyError::Currency)?;
        let digits = amount.strip_prefix('-').unwrap_or(amount);
        let (whole, rest) = digits.split_once('.').ok_or(MoneyError::Form)?;
        let is_plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_plain(whole) || !is_plain(rest) || rest.len() != 2 {
            return Err(MoneyError::Form);
        }
        let cents = bounded(whole, rest)?;
        let cents = if amount.starts_with('-') {
            -cents
        } else {
            cents
        };
        let money = Self { cents, currency };
        // one form only: no leading zeros, no minus nothing
        (money.to_string() == stored)
            .then_some(money)
            .ok_or(MoneyError::Form)
    }
}

impl TryFrom<String> for Money {
    type Error = MoneyError;

    fn try_from(stored: String) -> Result<Self, MoneyError> {
        stored.parse()
    }
}

impl From<Money> for String {
    fn from(money: Money) -> Self {
        money.to_string()
    }
}

fn grouped(whole: i64, group: char) -> String {
    let digits = whole.to_string();
    let mut said = String::with_capacity(digits.len() + 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            said.push(group);
        }
        said.push(digit);
    }
    said
}

/// The amount without its currency and sign, spaces out.
fn bare(typed: &str, currency: Currency) -> Result<(bool, String), MoneyError> {
    let mut rest = typed.trim().to_lowercase().replace('\u{2212}', "-");
    let mut is_negative = take_minus(&mut rest);
    for name in ["\u{20ac}", "eur", "nok", "sek", "kr.", "kr"] {
        let inner = rest
            .strip_prefix(name)
            .or_else(|| rest.strip_suffix(name))
            .map(|inner| inner.trim().to_owned());
        if let Some(inner) = inner {
            let is_own =
                name.starts_with(currency.sign()) || name.eq_ignore_ascii_case(currency.code());
            if !is_own {
                return Err(MoneyError::Currency);
            }
            rest = inner;
            break;
        }
    }
    is_negative |= take_minus(&mut rest);
    Ok((is_negative, rest))
}

fn take_minus(text: &mut String) -> bool {
    let Some(rest) = text.strip_prefix('-') else {
        return false;
    };
    *text = rest.trim_start().to_owned();
    true
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'')
}

fn cents(digits: &str, country: Country) -> Result<i64, MoneyError> {
    let known = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.') || is_space(c);
    if digits.is_empty() || !digits.chars().all(known) {
        return Err(MoneyError::Form);
    }
    let is_pointed = matches!(country, Country::Nl | Country::Be);
    // a point with three digits behind it is a group where points are groups
    let is_group = |rest: &str| is_pointed && rest.len() == 3;
    let pointed = digits.rsplit_once('.').filter(|(_, rest)| !is_group(rest));
    let parts = digits.rsplit_once(',').or(pointed);
    let (whole, rest) = parts.unwrap_or((digits, ""));
    if !rest.bytes().all(|b| b.is_ascii_digit()) {
        return Err(MoneyError::Form);
    }
    if rest.len() > 2 {
        return Err(MoneyError::Decimals);
    }
    bounded(&ungrouped(whole, is_pointed)?, rest)
}

/// Digits without their groups; groups are of three, after one to three digits.
fn ungrouped(whole: &str, is_pointed: bool) -> Result<String, MoneyError> {
    let splits = |c: char| is_space(c) || (is_pointed && c == '.');
    let groups: Vec<&str> = whole.split(splits).collect();
    let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
    let is_first = |group: &str| (1..=3).contains(&group.len());
    let fits = groups.iter().all(digits)
        && match groups.as_slice() {
            [one] => !one.is_empty(),
            [first, rest @ ..] => is_first(first) && rest.iter().all(|group| group.len() == 3),
            [] => false,
        };
    fits.then(|| groups.concat()).ok_or(MoneyError::Form)
}

fn bounded(whole: &str, rest: &str) -> Result<i64, MoneyError> {
    let rest = format!("{rest:0<2}");
    let (whole, rest): (i64, i64) = match (whole.parse(), rest.parse()) {
        (Ok(whole), Ok(rest)) => (whole, rest),
        _ => return Err(MoneyError::TooLarge),
    };
    let cents = whole
        .checked_mul(100)
        .and_then(|cents| cents.checked_add(rest));
    cents
        .filter(|cents| *cents <= MOST)
        .ok_or(MoneyError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(typed: &str, country: Country) -> Result<String, MoneyError> {
        Money::parse(typed, country).map(|money| money.to_string())
    }

    #[test]
    fn an_amount_is_read_as_its_country_writes_it() {
        for (typed, country, stored) in [
            ("12", Country::Nl, "EUR 12.00"),
            ("12,5", Country::Nl, "EUR 12.50"),
            ("12.50", Country::Nl, "EUR 12.50"),
            ("1.250", Country::Nl, "EUR 1250.00"),
            ("1.250,50", Country::Be, "EUR 1250.50"),
            ("\u{20ac} 1 250,50", Country::Nl, "EUR 1250.50"),
            ("EUR -3,05", Country::Nl, "EUR -3.05"),
            ("-\u{20ac}3", Country::Nl, "EUR -3.00"),
            ("1 250,50 kr", Country::No, "NOK 1250.50"),
            ("1\u{a0}250", Country::Se, "SEK 1250.00"),
            ("99.9", Country::Se, "SEK 99.90"),
        ] {
            assert_eq!(read(typed, country).as_deref(), Ok(stored), "{typed}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_refused() {
        for (typed, country, why) in [
            ("", Country::Nl, MoneyError::Form),
            ("twelve", Country::Nl, MoneyError::Form),
            ("1,2,3", Country::Nl, MoneyError::Form),
            ("1.25.000", Country::Nl, MoneyError::Form),
            ("12,500", Country::Nl, MoneyError::Decimals),
            ("12.500", Country::No, MoneyError::Decimals),
            ("12 kr", Country::Nl, MoneyError::Currency),
            ("\u{20ac} 12", Country::Se, MoneyError::Currency),
            ("9999999999", Country::Nl, MoneyError::TooLarge),
            ("99999999999999999999", Country::Nl, MoneyError::TooLarge),
        ] {
            assert_eq!(read(typed, country), Err(why), "{typed}");
        }
    }

    #[test]
    fn the_stored_form_is_one() {
        assert_eq!("EUR 012.00".parse::<Money>(), Err(MoneyError::Form));
        assert_eq!("EUR 12.0".parse::<Money>(), Err(MoneyError::Form));
        assert_eq!("EUR -0.00".parse::<Money>(), Err(MoneyError::Form));
        assert_eq!("USD 1.00".parse::<Money>(), Err(MoneyError::Currency));
    }

    proptest! {
        #[test]
        fn stored_and_written_forms_are_read_back(cents in -MOST..=MOST, at in 0usize..4) {
            let country = Country::ALL[at];
            let money = Money { cents, currency: Currency::of(country) };
            prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
            prop_assert_eq!(Money::parse(&money.local(), country), Ok(money));
        }

        #[test]
        fn no_text_breaks_it(typed in "\\PC{0,20}", at in 0usize..4) {
            let _ = Money::parse(&typed, Country::ALL[at]);
            let _ = typed.parse::<Money>();
        }
    }
}
