//! Why an identifier is refused: a stable code, and words in the reader's language.

use std::fmt::Display;

use crate::domain::fodselsnummer::FodselsnummerError;
use crate::domain::gs1::Gs1Error;
use crate::domain::kbo::KboError;
use crate::domain::organisasjonsnummer::OrganisasjonsnummerError;
use crate::domain::organisationsnummer::OrganisationsnummerError;
use crate::domain::personnummer::PersonnummerError;
use crate::domain::postcode::PostcodeError;
use crate::text::Texts;

/// A code and the values in its words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reason {
    code: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Reason {
    fn plain(code: &'static str) -> Self {
        Self {
            code,
            values: Vec::new(),
        }
    }

    fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.values.push((name, value.to_string()));
        self
    }

    fn length(found: usize, wanted: usize) -> Self {
        Self::plain("length")
            .with("found", found)
            .with("wanted", wanted)
    }

    fn form(wanted: &str) -> Self {
        Self::plain("form").with("wanted", wanted)
    }

    fn first_digit(found: impl Display, wanted: &str) -> Self {
        Self::plain("first_digit")
            .with("found", found)
            .with("wanted", wanted)
    }

    fn check_digit(found: impl Display, wanted: impl Display) -> Self {
        Self::plain("check_digit")
            .with("found", found)
            .with("wanted", wanted)
    }

    /// The code; the text key below `check.reason`.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    /// In words.
    pub(super) fn told(&self, texts: &Texts) -> String {
        let values: Vec<_> = self
            .values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        texts.fill(&format!("check.reason.{}", self.code), &values)
    }
}

impl From<Gs1Error> for Reason {
    fn from(error: Gs1Error) -> Self {
        match error {
            Gs1Error::Empty => Self::plain("empty"),
            Gs1Error::NotDigits => Self::plain("not_digits"),
            Gs1Error::Length { wanted, found } => Self::length(found, wanted),
            Gs1Error::LeadingZero => Self::plain("leading_zero"),
            Gs1Error::CheckDigit { wanted, found } => Self::check_digit(found, wanted),
        }
    }
}

impl From<FodselsnummerError> for Reason {
    fn from(error: FodselsnummerError) -> Self {
        use FodselsnummerError as E;
        match error {
            E::Empty => Self::plain("empty"),
            E::NotDigits => Self::plain("not_digits"),
            E::Length(found) => Self::length(found, 11),
            E::Day(day) => Self::plain("day").with("day", day),
            E::Month(month) => Self::plain("month").with("month", month),
            E::NoSuchDate => Self::plain("no_such_date"),
            E::CheckDigits => Self::plain("check_digits"),
            E::Century => Self::plain("century"),
            E::NotBefore2032 => Self::plain("not_before_2032"),
        }
    }
}

impl From<OrganisasjonsnummerError> for Reason {
    fn from(error: OrganisasjonsnummerError) -> Self {
        use OrganisasjonsnummerError as E;
        match error {
            E::Empty => Self::plain("empty"),
            E::NotDigits => Self::plain("not_digits"),
            E::Length(found) => Self::length(found, 9),
            E::FirstDigit(found) => Self::first_digit(found, "8, 9"),
            E::NeverIssued => Self::plain("never_issued"),
            E::CheckDigit { wanted, found } => Self::check_digit(found, wanted),
            E::Filler => Self::plain("filler"),
        }
    }
}

impl From<PersonnummerError> for Reason {
    fn from(error: PersonnummerError) -> Self {
        use PersonnummerError as E;
        match error {
            E::Empty => Self::plain("empty"),
            E::Form => Self::form("YYMMDD-NNNC, YYYYMMDD-NNNC"),
            E::NoSuchDate => Self::plain("no_such_date"),
            E::Future => Self::plain("future"),
            E::Serial => Self::plain("serial"),
            E::CheckDigit => Self::plain("check_digits"),
        }
    }
}

impl From<OrganisationsnummerError> for Reason {
    fn from(error: OrganisationsnummerError) -> Self {
        use OrganisationsnummerError as E;
        match error {
            E::Empty => Self::plain("empty"),
            E::Form => Self::form("NNNNNN-NNNC"),
            E::Group(found) => Self::plain("group").with("found", found),
            E::ThirdDigit(found) => Self::plain("third_digit").with("found", found),
            E::CheckDigit => Self::plain("check_digits"),
        }
    }
}

impl From<KboError> for Reason {
    fn from(error: KboError) -> Self {
        match error {
            KboError::Empty => Self::plain("empty"),
            KboError::NotDigits => Self::plain("not_digits"),
            KboError::Length(found) => Self::length(found, 10),
            KboError::FirstDigit(found) => Self::first_digit(found, "0, 1"),
            KboError::CheckDigits { wanted, found } => {
                Self::check_digit(format!("{found:02}"), format!("{wanted:02}"))
            }
        }
    }
}

impl From<PostcodeError> for Reason {
    fn from(error: PostcodeError) -> Self {
        match error {
            PostcodeError::Empty => Self::plain("empty"),
            PostcodeError::Form => Self::form("1234 AB"),
            PostcodeError::Letters => Self::plain("letters"),
        }
    }
}
