//! What was found of the consumption of a connection: values in steps, as they are stored.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Energy, Grain, Register, Status, days};

/// What values are added up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// As measured: per quarter of an hour, or per hour.
    Fine(Energy),
    /// Local days.
    Day,
    /// Weeks from Monday.
    Week,
    /// Local months.
    Month,
}

impl Step {
    /// Its number in the database: minutes where they are always as many.
    pub fn code(self) -> i32 {
        match self {
            Self::Fine(Energy::Electricity) => 15,
            Self::Fine(Energy::Gas) => 60,
            Self::Day => 1440,
            Self::Week => 10080,
            Self::Month => 30000,
        }
    }

    /// The grain that a mandate must cover for it.
    pub fn grain(self) -> Grain {
        match self {
            Self::Fine(Energy::Electricity) => Grain::Quarter,
            Self::Fine(Energy::Gas) => Grain::Hour,
            Self::Day | Self::Week | Self::Month => Grain::Day,
        }
    }

    /// The first instant of the step that holds an instant; days, weeks and months are local.
    pub fn begin(self, at: DateTime<Utc>) -> DateTime<Utc> {
        let day = days::of(at);
        match self {
            Self::Fine(energy) => {
                let since = (at - days::begin(day)).num_minutes();
                at - TimeDelta::minutes(since.rem_euclid(energy.minutes()))
            }
            Self::Day => days::begin(day),
            Self::Week => days::begin(days::monday(day)),
            Self::Month => days::begin(days::first_of_month(day)),
        }
    }

    /// When a step that begins there ends.
    pub fn end(self, start: DateTime<Utc>) -> DateTime<Utc> {
        let day = days::of(start);
        let local = |end: Option<NaiveDate>| days::begin(end.unwrap_or(day));
        match self {
            Self::Fine(energy) => start + TimeDelta::minutes(energy.minutes()),
            Self::Day => days::end(day),
            Self::Week => local(day.checked_add_days(Days::new(7))),
            Self::Month => local(day.checked_add_months(Months::new(1))),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Consumption {
    /// The connection.
    pub ean: String,
    /// What is delivered there.
    pub energy: Energy,
    /// By time, then register.
    pub values: Vec<Found>,
    /// By month; none where less than a day is looked at.
    #[serde(default)]
    pub peaks: Vec<Peak>,
}

/// The highest quarter-hour of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "(NaiveDate, i16, i64)")]
pub struct Peak {
    /// The first day of the month.
    pub month: NaiveDate,
    /// How sure.
    pub status: Status,
    /// W.
    pub value: i64,
}

impl TryFrom<(NaiveDate, i16, i64)> for Peak {
    type Error = &'static str;

    fn try_from((month, status, value): (NaiveDate, i16, i64)) -> Result<Self, Self::Error> {
        let status = Status::of_code(status).ok_or("an unknown status")?;
        Ok(Self {
            month,
            status,
            value,
        })
    }
}

/// One value that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Row")]
pub struct Found {
    /// What was counted.
    pub register: Register,
    /// From when on.
    pub start: DateTime<Utc>,
    /// For how many minutes there are values: what is missing of a day is missing, not zero.
    pub covered: i64,
    /// Of the least sure part.
    pub status: Status,
    /// Wh or dm³.
    pub value: i64,
    /// What of it counts in the sum of its direction: that of the days on which no register before it has
    /// anything. `None` where there is no such day, or no days.
    pub own: Option<Own>,
}

/// The days of a step on which it is a register's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Own {
    /// Wh or dm³.
    pub value: i64,
    /// For how many minutes.
    pub covered: i64,
}

type Row = (i16, DateTime<Utc>, i64, i16, i64, Option<Own>);

impl TryFrom<Row> for Found {
    type Error = &'static str;

    fn try_from((register, start, covered, status, value, own): Row) -> Result<Self, Self::Error> {
        Ok(Self {
            register: Register::of_code(register).ok_or("an unknown register")?,
            start,
            covered,
            status: Status::of_code(status).ok_or("an unknown status")?,
            value,
            own,
        })
    }
}
