//! Opening hours: half-open spans of local time per weekday, with exceptions per date.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::CalendarError;

const DAY_MINUTES: u16 = 24 * 60;

/// A half-open span `[from, until)` of local time within one day, in minutes after midnight.
/// `until` may be 24:00; there is no 23:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    from: u16,
    until: u16,
}

impl Span {
    /// A span of minutes after midnight; refused when empty, backwards or beyond 24:00.
    pub fn new(from: u16, until: u16) -> Result<Self, CalendarError> {
        let span = Self { from, until };
        if from < until && until <= DAY_MINUTES {
            Ok(span)
        } else {
            Err(CalendarError::BadSpan(span.to_string()))
        }
    }

    /// Its beginning, in minutes after midnight.
    pub fn from_minute(self) -> u16 {
        self.from
    }

    /// Its end, in minutes after midnight; not part of it.
    pub fn until_minute(self) -> u16 {
        self.until
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, until } = self;
        let (from_h, from_m, until_h, until_m) = (from / 60, from % 60, until / 60, until % 60);
        write!(f, "{from_h:02}:{from_m:02}-{until_h:02}:{until_m:02}")
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl FromStr for Span {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || CalendarError::BadSpan(text.to_owned());
        let (from, until) = text.split_once('-').ok_or_else(bad)?;
        let from = minute_of(from.trim()).ok_or_else(bad)?;
        let until = minute_of(until.trim()).ok_or_else(bad)?;
        Self::new(from, until).map_err(|_| bad())
    }
}

impl TryFrom<String> for Span {
    type Error = CalendarError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

fn minute_of(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |part: &str| {
        (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u16>().ok())
            .flatten()
    };
    let minute = two_digits(minute).filter(|minute| *minute < 60)?;
    Some(two_digits(hour)? * 60 + minute).filter(|total| *total <= DAY_MINUTES)
}

/// When the desk is staffed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// Spans per weekday, Monday first.
    pub week: [Vec<Span>; 7],
    /// Spans of single dates; they replace those of the weekday and open a free day too. An empty
    /// list closes the day.
    #[serde(default)]
    pub exceptions: BTreeMap<NaiveDate, Vec<Span>>,
}

impl Default for OpeningHours {
    /// Monday to Friday, 08:00 to 17:00.
    fn default() -> Self {
        let office = vec![Span {
            from: 8 * 60,
            until: 17 * 60,
        }];
        let week = std::array::from_fn(|day| if day < 5 { office.clone() } else { Vec::new() });
        Self {
            week,
            exceptions: BTreeMap::new(),
        }
    }
}

impl OpeningHours {
    /// Whether no day is ever open.
    pub fn is_never_open(&self) -> bool {
        let closed = Vec::is_empty;
        self.week.iter().all(closed) && self.exceptions.values().all(closed)
    }

    /// The spans of a weekday, in their order.
    pub(super) fn of_weekday(&self, date: NaiveDate) -> &[Span] {
        self.week
            .get(date.weekday().num_days_from_monday() as usize)
            .map_or(&[], Vec::as_slice)
    }
}
