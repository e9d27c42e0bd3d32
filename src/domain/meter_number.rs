//! The number that stands on a meter. Makers print what they like, registers keep it as it was
//! reported, and on the telephone it is read out in any spelling: it is kept in one line of signs that
//! an event may hold, and letters and digits alone say whether two of them are the same.
//!
//! This module must not know: registers, processes, the database.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::kept_as_text::kept_as_text;

/// Most signs of a number.
pub const MOST: usize = 64;

/// Why a number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeterNumberError {
    /// Neither a letter nor a digit was given.
    #[error("neither a letter nor a digit")]
    Empty,
    /// More than [`MOST`] signs.
    #[error("more than 64 signs")]
    Long,
}

/// What stands on a meter, in capitals: `E 9110/000-001`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MeterNumber(String);

impl MeterNumber {
    /// Parses in either case, with any signs between the letters and digits: several spaces are one, and
    /// a sign that no event holds becomes a dash.
    pub fn parse(text: &str) -> Result<Self, MeterNumberError> {
        let is_kept = |c: char| c.is_ascii_alphanumeric() || "-_./:+".contains(c);
        let words = text.split_whitespace().map(|word| {
            let signs = word.chars().map(|c| if is_kept(c) { c } else { '-' });
            signs.collect::<String>().to_ascii_uppercase()
        });
        let line = words.collect::<Vec<_>>().join(" ");
        let begins = line.find(|c: char| c.is_ascii_alphanumeric());
        let line = begins.map_or("", |at| line.split_at(at).1);
        let line = line.trim_end_matches(['-', ' ']);
        match line.len() {
            0 => Err(MeterNumberError::Empty),
            1..=MOST => Ok(Self(line.to_owned())),
            _ => Err(MeterNumberError::Long),
        }
    }

    /// As it is stored and sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the number of the same meter, however it is written.
    pub fn is_same(&self, other: &str) -> bool {
        let key = |text: &str| -> String {
            let signs = text.chars().filter(char::is_ascii_alphanumeric);
            signs.map(|c| c.to_ascii_uppercase()).collect()
        };
        key(&self.0) == key(other)
    }
}

impl fmt::Display for MeterNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kept_as_text!(MeterNumber, MeterNumberError);

#[cfg(test)]
mod tests {
    use super::*;

    /// PRIO-21: whatever is printed on a meter is a number of one.
    #[test]
    fn prio_21_any_usual_number_of_a_meter_is_one() {
        for (typed, kept) in [
            ("e9110000001", "E9110000001"),
            ("  E 911\t0000  001 ", "E 911 0000 001"),
            ("KA/12-34.5:6+7_8", "KA/12-34.5:6+7_8"),
            ("#12(34)", "12-34"),
            ("(AB) 12", "AB- 12"),
            ("№ 7", "7"),
            ("Ø12", "12"),
            ("1", "1"),
        ] {
            let number = MeterNumber::parse(typed).map(String::from);
            assert_eq!(number.as_deref(), Ok(kept), "{typed}");
        }
        for nothing in ["", "  ", "-/-", "№"] {
            assert_eq!(MeterNumber::parse(nothing), Err(MeterNumberError::Empty));
        }
        let long = "1".repeat(MOST + 1);
        assert_eq!(MeterNumber::parse(&long), Err(MeterNumberError::Long));
        assert!(MeterNumber::parse(&long[1..]).is_ok());
    }

    /// PRIO-21: letters and digits say which meter it is.
    #[test]
    fn prio_21_the_spelling_of_a_number_is_not_the_meter() {
        let number = MeterNumber::parse("e 911-0000/001").expect("a number");
        assert!(number.is_same("E9110000001") && number.is_same("e911.0000 001"));
        assert!(!number.is_same("E9110000002") && !number.is_same(""));
    }

    /// What was kept is kept as it is: an event, once written, is read back the same.
    #[test]
    fn a_kept_number_stays_as_it_is() {
        proptest::proptest!(|(text in "\\PC{0,70}")| {
            if let Ok(number) = MeterNumber::parse(&text) {
                assert_eq!(MeterNumber::parse(number.as_str()), Ok(number.clone()));
                assert!(number.is_same(&text));
                let mut signs = number.as_str().chars();
                assert!(signs.next().is_some_and(|c| c.is_ascii_alphanumeric()));
                assert!(signs.all(|c| c.is_ascii_alphanumeric() || " _.:/+-".contains(c)));
            }
        });
    }
}
