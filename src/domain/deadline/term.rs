//! Terms as people write them: `1wd`, `72h`, `8wh`, `15m`, `14d`, `3mo`.

use std::fmt;
use std::str::FromStr;

use super::Term;

/// Why a term cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// Not a number followed by one of the six units.
    #[error("a term is a number and a unit: 1wd, 72h, 8wh, 15m, 14d or 3mo")]
    Form,
    /// Nothing can be done within no time.
    #[error("a term is at least 1")]
    Zero,
    /// More than the unit can hold.
    #[error("this term is too long")]
    TooLong,
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WorkingDays(days) => write!(f, "{days}wd"),
            Self::WorkingHours(hours) => write!(f, "{hours}wh"),
            Self::Hours(hours) => write!(f, "{hours}h"),
            Self::Minutes(minutes) => write!(f, "{minutes}m"),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) => write!(f, "{months}mo"),
        }
    }
}

impl FromStr for Term {
    type Err = TermError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).ok_or(TermError::Form)?;
        if number.is_empty() {
            return Err(TermError::Form);
        }
        let number: u32 = number.parse().map_err(|_| TermError::TooLong)?;
        let short = u16::try_from(number).map_err(|_| TermError::TooLong);
        let term = match unit {
            "wd" => Self::WorkingDays(short?),
            "wh" => Self::WorkingHours(short?),
            "h" => Self::Hours(number),
            "m" => Self::Minutes(number),
            "d" => Self::Days(short?),
            "mo" => Self::Months(short?),
            _ => return Err(TermError::Form),
        };
        if number == 0 {
            return Err(TermError::Zero);
        }
        Ok(term)
    }
}
