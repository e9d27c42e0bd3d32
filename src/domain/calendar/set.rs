//! The calendars of all countries, in all their versions.

use std::collections::BTreeMap;

use super::{Calendar, CalendarError, EquatedDays};
use crate::domain::country::Country;

/// Every country's current calendar, and earlier versions for deadlines that were counted with
/// them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendars {
    nl: Calendar,
    no: Calendar,
    se: Calendar,
    be: Calendar,
    versions: BTreeMap<(Country, i32), Calendar>,
}

impl Calendars {
    /// The legal calendars that are shipped with the program.
    pub fn builtin() -> Result<Self, CalendarError> {
        let mut calendars = Self {
            nl: Calendar::builtin(Country::Nl)?,
            no: Calendar::builtin(Country::No)?,
            se: Calendar::builtin(Country::Se)?,
            be: Calendar::builtin(Country::Be)?,
            versions: BTreeMap::new(),
        };
        for country in Country::ALL {
            let calendar = calendars.get(country).clone();
            calendars
                .versions
                .insert((country, calendar.version), calendar);
        }
        Ok(calendars)
    }

    /// The current calendar of a country: its highest version.
    pub fn get(&self, country: Country) -> &Calendar {
        match country {
            Country::Nl => &self.nl,
            Country::No => &self.no,
            Country::Se => &self.se,
            Country::Be => &self.be,
        }
    }

    /// One version of a country's calendar.
    pub fn version(&self, country: Country, version: i32) -> Option<&Calendar> {
        self.versions.get(&(country, version))
    }

    /// Adds a calendar, or replaces the one of the same country and version. It becomes the current
    /// one unless a higher version is there. Refuses what [`Calendar::validate`] refuses.
    pub fn insert(&mut self, calendar: Calendar) -> Result<(), CalendarError> {
        calendar.validate()?;
        let current = self.slot(calendar.country);
        if calendar.version >= current.version {
            *current = calendar.clone();
        }
        self.versions
            .insert((calendar.country, calendar.version), calendar);
        Ok(())
    }

    /// All of them with the switch for decree days set.
    #[must_use]
    pub fn with_equated_days(mut self, days: EquatedDays) -> Self {
        let switch = days == EquatedDays::Holidays;
        for country in Country::ALL {
            self.slot(country).equated_days_are_holidays = switch;
        }
        for calendar in self.versions.values_mut() {
            calendar.equated_days_are_holidays = switch;
        }
        self
    }

    fn slot(&mut self, country: Country) -> &mut Calendar {
        match country {
            Country::Nl => &mut self.nl,
            Country::No => &mut self.no,
            Country::Se => &mut self.se,
            Country::Be => &mut self.be,
        }
    }
}
