//! Calendars that are edited in the database (`calendars.md` 4.2: decree days are published late). An
//! edit is a row and makes the next version at once; what was counted before stays as it was until a
//! recount ([`super::recount`]).

use chrono::NaiveDate;
use serde::Serialize;

use super::rows::{CalendarDays, RecountCase};
use super::{Store, StoreError, ask, read};
use crate::domain::calendar::{Calendar, FreeDay, FreeKind};
use crate::domain::country::Country;

/// One edit of a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarEdit {
    /// Whose calendar.
    pub country: Country,
    /// Which day.
    pub day: NaiveDate,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What becomes of an edited day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Becomes {
    /// Free, by that law or decree.
    Free {
        /// Its name.
        name: String,
        /// What makes it free.
        law: String,
        /// Why it is free.
        kind: FreeKind,
    },
    /// What its weekday is.
    Ordinary,
}

/// What an edit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Edited {
    /// The newest version of the calendar.
    pub version: i32,
    /// Whether the edit made it.
    pub changed: bool,
}

impl CalendarEdit {
    fn on(&self, mut calendar: Calendar) -> Calendar {
        match &self.becomes {
            Becomes::Free { name, law, kind } => {
                let free = FreeDay {
                    name_key: String::new(),
                    name: name.clone(),
                    law: law.clone(),
                    kind: *kind,
                };
                calendar.days.insert(self.day, free);
            }
            Becomes::Ordinary => _ = calendar.days.remove(&self.day),
        }
        calendar
    }
}

impl Store {
    /// Edits a calendar: for a lead or an administrator.
    ///
    /// # Errors
    /// Refused: no such role, a day outside the years of the calendar, a calendar with which nothing
    /// could be counted any more (case-anchors c.3, 26).
    pub async fn calendar_edit(&self, edit: &CalendarEdit) -> Result<Edited, StoreError> {
        let calendars = self.calendars().await?;
        let before = calendars.get(edit.country);
        edit.on(before.clone()).validate().map_err(|error| {
            StoreError::refused("calendar_unusable", &[("why", &error.to_string())])
        })?;
        let (name, law, kind) = match &edit.becomes {
            Becomes::Free { name, law, kind } => (&**name, &**law, kind.as_str()),
            Becomes::Ordinary => ("", "", ""),
        };
        let version = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.calendar_edit($1, $2, $3, $4, $5, $6) AS "r!""#,
            edit.country.code(),
            edit.day,
            name,
            law,
            kind,
            edit.becomes == Becomes::Ordinary
        )
        .fetch_one(&self.pool))
        .await?;
        Ok(Edited {
            version,
            changed: version != before.version,
        })
    }

    /// The free days of a year in the newest version.
    pub async fn calendar_days(
        &self,
        country: Country,
        year: i32,
    ) -> Result<CalendarDays, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.calendar_days($1, $2)::text AS "r!""#,
            country.code(),
            year
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Live cases after that one with an open clock that was counted with an older calendar, by
    /// number, at most 500.
    pub(super) async fn recount_batch(
        &self,
        after: i64,
        limit: i32,
    ) -> Result<Vec<RecountCase>, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.recount_batch($1, $2)::text AS "r!""#,
            after,
            limit
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }
}
