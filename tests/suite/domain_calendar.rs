//! The legal calendars.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use loket::domain::calendar::{Calendar, Calendars, EquatedDays, FreeKind, easter_sunday};
use loket::domain::country::Country;

fn working_days(calendar: &Calendar, year: i32) -> usize {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
    first
        .iter_days()
        .take_while(|date| *date <= last)
        .filter(|date| calendar.is_working_day(*date).unwrap())
        .count()
}

/// `calendars.md` 4.1: working days per year.
#[test]
fn a_year_has_as_many_working_days_as_the_table_says() {
    for (country, year, ordinary, equated) in [
        (Country::Nl, 2025, 253, 253),
        (Country::Nl, 2026, 253, 251),
        (Country::Nl, 2027, 254, 253),
        (Country::Nl, 2028, 252, 250),
        (Country::Nl, 2031, 253, 253),
        (Country::No, 2026, 253, 253),
        (Country::No, 2027, 255, 255),
        (Country::Se, 2026, 251, 251),
        (Country::Se, 2027, 253, 253),
        (Country::Be, 2026, 253, 253),
        (Country::Be, 2027, 254, 254),
    ] {
        let calendar = Calendar::builtin(country).unwrap();
        assert_eq!(
            working_days(&calendar, year),
            ordinary,
            "{country:?} {year}"
        );
        let calendar = calendar.with_equated_days(EquatedDays::Holidays);
        assert_eq!(
            working_days(&calendar, year),
            equated,
            "{country:?} {year} with decrees"
        );
    }
}

/// `calendars.md` 4.1: without the three Swedish eves.
#[test]
fn the_swedish_eves_are_de_facto_days() {
    let mut calendar = Calendar::builtin(Country::Se).unwrap();
    calendar.days.retain(|_, day| day.kind != FreeKind::DeFacto);
    assert_eq!(working_days(&calendar, 2026), 254);
    assert_eq!(working_days(&calendar, 2027), 256);
}

/// A calendar is stored and read back without loss, and every day names its law.
#[test]
fn a_calendar_survives_storage_and_each_day_names_its_law() {
    for country in Country::ALL {
        let calendar = Calendar::builtin(country).unwrap();
        calendar.validate().unwrap();
        let json = serde_json::to_string(&calendar).unwrap();
        assert_eq!(serde_json::from_str::<Calendar>(&json).unwrap(), calendar);
        let rows = calendar.days.clone();
        let rebuilt = Calendar::new(calendar.key.clone(), calendar.version, country, rows);
        assert_eq!(rebuilt, calendar);
        for (date, day) in &calendar.days {
            assert!(
                !day.law.is_empty() && !day.name.is_empty(),
                "{country:?} {date}"
            );
        }
        let years = calendar.years().unwrap();
        assert!(
            *years.start() <= 2015 && *years.end() >= 2035,
            "{country:?}"
        );
    }
}

/// Decision 11: the highest version is the current one, earlier ones stay readable.
#[test]
fn versions_stand_side_by_side() {
    let mut calendars = Calendars::builtin().unwrap();
    let mut second = calendars.get(Country::Nl).clone();
    second.version = 2;
    let bridge = NaiveDate::from_ymd_opt(2026, 5, 15).unwrap();
    second.days.get_mut(&bridge).unwrap().kind = FreeKind::Public;
    calendars.insert(second).unwrap();
    assert!(!calendars.get(Country::Nl).is_working_day(bridge).unwrap());
    let first = calendars.version(Country::Nl, 1).unwrap();
    assert!(first.is_working_day(bridge).unwrap());
    calendars
        .insert(Calendar::builtin(Country::Nl).unwrap())
        .unwrap();
    assert_eq!(calendars.get(Country::Nl).version, 2);
    assert_eq!(calendars.version(Country::Nl, 3), None);
}

/// A calendar that could never be counted with is not taken in.
#[test]
fn an_impossible_calendar_is_not_taken_in() {
    let mut calendars = Calendars::builtin().unwrap();
    let before = calendars.clone();
    let mut never = Calendar::builtin(Country::Se).unwrap();
    never.hours.week = Default::default();
    never.version = 9;
    assert!(calendars.insert(never).is_err());
    assert_eq!(calendars, before);
}

/// Decision 11: our tables against an independent library, 2015 to 2035. The differences are meant.
#[test]
fn an_independent_library_agrees_but_for_meant_differences() {
    for (country, table) in [
        (Country::Nl, include_str!("data/holidays_nl.csv")),
        (Country::No, include_str!("data/holidays_no.csv")),
        (Country::Se, include_str!("data/holidays_se.csv")),
        (Country::Be, include_str!("data/holidays_be.csv")),
    ] {
        let theirs = read_dates(table);
        let calendar = Calendar::builtin(country).unwrap();
        let ours: BTreeSet<NaiveDate> = calendar
            .days
            .keys()
            .copied()
            .filter(|date| (2015..=2035).contains(&date.year()))
            .collect();
        assert!(theirs.len() >= 21 * 10, "{country:?}");
        for date in ours.difference(&theirs) {
            // Decree days are data of the Dutch act; the library does not know them.
            assert_eq!(
                calendar.days[date].kind,
                FreeKind::Equated,
                "{country:?} {date}"
            );
        }
        for date in theirs.difference(&ours) {
            // The Dutch and the Belgian law name no Sundays; the library lists Easter and Whitsun.
            let church = [0, 49]
                .map(|days| easter_sunday(date.year()).unwrap() + chrono::Duration::days(days));
            let lists_none = matches!(country, Country::Nl | Country::Be);
            assert!(lists_none && church.contains(date), "{country:?} {date}");
        }
    }
}

fn read_dates(table: &str) -> BTreeSet<NaiveDate> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes())
        .records()
        .map(|record| record.unwrap()[0].parse().unwrap())
        .collect()
}
