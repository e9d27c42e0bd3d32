//! The countries whose grid companies we serve, with their time zones.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// A country: decides calendar and time zone of a case, never the terminal's (calendars.md 4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Country {
    /// The Netherlands.
    Nl,
    /// Norway.
    No,
    /// Sweden.
    Se,
    /// Belgium.
    Be,
}

impl Country {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nl, Self::No, Self::Se, Self::Be];

    /// The zone in which its days begin and end.
    pub fn zone(self) -> Tz {
        match self {
            Self::Nl => Tz::Europe__Amsterdam,
            Self::No => Tz::Europe__Oslo,
            Self::Se => Tz::Europe__Stockholm,
            Self::Be => Tz::Europe__Brussels,
        }
    }

    /// Two letters, as in ISO 3166-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::Nl => "NL",
            Self::No => "NO",
            Self::Se => "SE",
            Self::Be => "BE",
        }
    }

    /// The country of that code, in either case.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|country| country.code().eq_ignore_ascii_case(code))
    }
}
