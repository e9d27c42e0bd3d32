//! What is planned in the invented world: areas, the start times of six weeks, whose grid is ours.

use chrono::{DateTime, Days, NaiveTime, Utc};

use super::OWN_GLN;
use crate::domain::country::Country;
use crate::domain::week_pattern::{Start, WeekSlot, weekdays};
use crate::store::slots::{AreaRange, SLOTS_MAX, SlotRecord};
use crate::store::{Store, StoreError};

/// Areas with the first digits of their first and last postcode.
const AREAS: &[(&str, &str, &str)] = &[
    ("NOORD", "52", "52"),
    ("OOST", "53", "54"),
    ("ZUID", "55", "56"),
    ("PEEL", "57", "57"),
];
/// When technicians begin, and how many of them.
const HOURS: &[(u32, i32)] = &[(8, 3), (10, 3), (13, 2), (15, 2)];
/// How far ahead it is planned.
const DAYS: u64 = 42;

/// Plans six weeks from the day after that instant on.
pub(super) async fn plan(admin: &Store, now: DateTime<Utc>) -> Result<(), StoreError> {
    admin.own_operators_set(&[OWN_GLN.to_owned()]).await?;
    let range = |(area, first, last): &(&str, &str, &str)| AreaRange {
        country: Country::Nl.code().to_owned(),
        area: (*area).to_owned(),
        first: (*first).to_owned(),
        last: (*last).to_owned(),
    };
    let ranges: Vec<AreaRange> = AREAS.iter().map(range).collect();
    admin.areas_put(&ranges).await?;
    let calendars = admin.calendars().await?;
    let calendar = calendars.get(Country::Nl);
    let day = now.with_timezone(&Country::Nl.zone()).date_naive();
    let (from, until) = (day + Days::new(1), day + Days::new(DAYS));
    let mut records = Vec::new();
    for (hour, capacity) in HOURS {
        let slot = WeekSlot {
            weekdays: weekdays("mon-fri").unwrap_or_default(),
            starts: NaiveTime::from_hms_opt(*hour, 0, 0).unwrap_or_default(),
            minutes: 120,
            capacity: *capacity,
        };
        let starts = slot.starts(from, until, calendar);
        let starts = starts.map_err(|error| StoreError::Bug(error.to_string()))?;
        records.extend(starts.iter().flat_map(of_each_area));
    }
    for batch in records.chunks(SLOTS_MAX) {
        admin.slots_put(batch).await?;
    }
    Ok(())
}

fn of_each_area(start: &Start) -> impl Iterator<Item = SlotRecord> + use<> {
    let start = start.clone();
    AREAS.iter().map(move |(area, ..)| SlotRecord {
        area: (*area).to_owned(),
        starts_at: start.at,
        minutes: start.minutes,
        capacity: start.capacity,
    })
}
