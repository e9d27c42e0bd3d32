//! What is found for a request of the fixed world: meters at an address, start times in a week.

use chrono::{DateTime, Days, NaiveDate, TimeZone as _, Utc};
use loket::store::connections::{Found, FoundMeter};
use loket::store::slots::{FreeSlot, FreeSlots};

use crate::process_world::EAN;

/// A meter of ours at the address.
pub(crate) fn meter(number: &str) -> FoundMeter {
    FoundMeter {
        ean: EAN.into(),
        meter_number: number.into(),
        address: "Larsweg 106, 5226HP Nij Beets".into(),
        operator_gln: "8716879000004".into(),
        operator: "Ons Netbeheer".into(),
        ours: true,
        smart: Some(false),
        smart_admin: None,
        feasible: Some(true),
        feed_in_suitable: None,
        gsa_order: None,
    }
}

/// Two meters, found exactly.
pub(crate) fn found(now: DateTime<Utc>) -> Found {
    Found {
        at: now,
        source: "register".into(),
        exact: true,
        more: false,
        meters: vec![meter("E0012345"), meter("E0067890")],
    }
}

/// The start times of the week after the present one; other weeks are full.
pub(crate) fn week(from: NaiveDate) -> FreeSlots {
    let monday: NaiveDate = "2026-11-23".parse().unwrap();
    let zone = chrono_tz::Europe::Amsterdam;
    let mut slots = Vec::new();
    for (id, (day, hour)) in (1..).zip([(1, 8), (1, 10), (1, 13), (2, 8), (3, 10), (4, 15)]) {
        let day = monday + Days::new(day);
        let local = zone.from_local_datetime(&day.and_hms_opt(hour, 0, 0).unwrap());
        slots.push(FreeSlot {
            slot_id: id,
            starts_at: local.unwrap().to_utc(),
            free: 1,
        });
    }
    if from != monday {
        slots.clear();
    }
    FreeSlots {
        area: Some("NB".into()),
        from,
        days: 7,
        slots,
        next: (from < monday).then(|| monday + Days::new(1)),
    }
}
