//! Laws that every deadline keeps, for random calendars, starts and terms (case-anchors c.3, 27
//! and 35).

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use loket::domain::calendar::{Calendar, FreeDay, FreeKind, OpeningHours, Span};
use loket::domain::country::Country;
use loket::domain::deadline::{Deadline, LedgerKind, Pause, Term, deadline};
use proptest::prelude::*;

/// Random instants from 1990 to 2060, to the millisecond.
fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (631_152_000_000_i64..2_840_140_800_000)
        .prop_map(|ms| DateTime::from_timestamp_millis(ms).unwrap())
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    prop::collection::vec((0_u16..1440, 1_u16..=1440), 0..3).prop_map(|pairs| {
        pairs
            .into_iter()
            .filter_map(|(from, until)| Span::new(from, until).ok())
            .collect()
    })
}

/// A random instant and a random week around it, often sparse: at least one working day and one
/// hour of opening a week, and a free day every few days for some years.
fn desks() -> impl Strategy<Value = (Calendar, DateTime<Utc>)> {
    let week = prop::array::uniform7(prop_oneof![Just(Vec::new()), spans()]);
    let working = prop::array::uniform7(any::<bool>());
    let countries = prop::sample::select(Country::ALL.to_vec());
    (week, working, countries, 2_usize..40, instants()).prop_filter_map(
        "never open",
        |(week, working, country, step, start)| {
            let mut calendar = Calendar::new("random", 1, country, free_days(start, step));
            calendar.hours = OpeningHours {
                week,
                exceptions: BTreeMap::new(),
            };
            calendar.working_week = working;
            // Free days every seventh day may close all of a sparse week: then it is refused.
            let counts = weekly_minutes(&calendar) >= 60 && calendar.validate().is_ok();
            counts.then_some((calendar, start))
        },
    )
}

fn weekly_minutes(calendar: &Calendar) -> u32 {
    let minutes = |span: &Span| u32::from(span.until_minute() - span.from_minute());
    // Overlapping spans count once; the longest of each day is certainly open.
    calendar
        .hours
        .week
        .iter()
        .filter_map(|spans| spans.iter().map(minutes).max())
        .sum()
}

/// One free day every `step` days, from two years before to eight years after.
fn free_days(start: DateTime<Utc>, step: usize) -> impl Iterator<Item = (NaiveDate, FreeDay)> {
    let year = start.year();
    let first = NaiveDate::from_ymd_opt(year - 2, 1, 1).unwrap();
    let last = NaiveDate::from_ymd_opt(year + 8, 12, 31).unwrap();
    let days = first
        .iter_days()
        .take_while(move |day| *day <= last)
        .step_by(step)
        .chain([last]);
    days.map(|day| {
        let free = FreeDay {
            name_key: String::new(),
            name: "closed".to_owned(),
            law: "test".to_owned(),
            kind: FreeKind::Public,
        };
        (day, free)
    })
}

fn terms() -> impl Strategy<Value = Term> {
    prop_oneof![
        (1_u16..40).prop_map(Term::WorkingDays),
        (1_u16..40).prop_map(Term::WorkingHours),
        (1_u32..400).prop_map(Term::Hours),
        (1_u32..5000).prop_map(Term::Minutes),
        (1_u16..60).prop_map(Term::Days),
        (1_u16..24).prop_map(Term::Months),
    ]
}

fn longer(term: Term) -> Term {
    match term {
        Term::WorkingDays(n) => Term::WorkingDays(n + 1),
        Term::WorkingHours(n) => Term::WorkingHours(n + 1),
        Term::Hours(n) => Term::Hours(n + 1),
        Term::Minutes(n) => Term::Minutes(n + 1),
        Term::Days(n) => Term::Days(n + 1),
        Term::Months(n) => Term::Months(n + 1),
    }
}

fn run(term: Term, start: DateTime<Utc>, calendar: &Calendar) -> Deadline {
    deadline(term, start, &[], calendar).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A later start is never due earlier; a longer term is due later.
    #[test]
    fn monotone_in_start_and_in_length(
        (calendar, start) in desks(), later in 0_i64..10_000_000_000, term in terms(),
    ) {
        let due = run(term, start, &calendar).due;
        prop_assert!(run(term, start + TimeDelta::milliseconds(later), &calendar).due >= due);
        prop_assert!(run(longer(term), start, &calendar).due > due);
        prop_assert!(due > start);
    }

    /// Hours, minutes and working hours add up. Working days do from any instant of the last day.
    #[test]
    fn a_then_b_is_a_and_b((calendar, start) in desks(), a in 1_u16..20, b in 1_u16..20) {
        let then = |first: Term, second: Term| {
            let first = run(first, start, &calendar);
            let from = match second {
                Term::WorkingDays(_) => first.due - TimeDelta::milliseconds(1),
                _ => first.due,
            };
            run(second, from, &calendar).due
        };
        let (a32, b32) = (u32::from(a), u32::from(b));
        for (first, second, both) in [
            (Term::WorkingDays(a), Term::WorkingDays(b), Term::WorkingDays(a + b)),
            (Term::WorkingHours(a), Term::WorkingHours(b), Term::WorkingHours(a + b)),
            (Term::Hours(a32), Term::Hours(b32), Term::Hours(a32 + b32)),
            (Term::Minutes(a32), Term::Minutes(b32), Term::Minutes(a32 + b32)),
        ] {
            prop_assert_eq!(then(first, second), run(both, start, &calendar).due, "{}", both);
        }
    }

    /// What was counted lies between start and due: neither more nor less.
    #[test]
    fn between_start_and_due_lies_the_term((calendar, start) in desks(), n in 1_u16..30) {
        let hours = run(Term::WorkingHours(n), start, &calendar);
        prop_assert_eq!(calendar.working_time(start, hours.due), TimeDelta::hours(i64::from(n)));
        let days = run(Term::WorkingDays(n), start, &calendar);
        let counted = calendar
            .local_day(start)
            .iter_days()
            .skip(1)
            .take_while(|day| *day <= days.last_day)
            .filter(|day| calendar.is_working_day(*day).unwrap())
            .count();
        prop_assert_eq!(counted, usize::from(n));
        prop_assert!(calendar.is_working_day(days.last_day).unwrap());
        prop_assert_eq!(days.due, calendar.day_start(days.last_day.succ_opt().unwrap()));
    }

    /// Warning and target lie in the term, and the ledger begins and ends with it.
    #[test]
    fn warning_and_target_lie_in_the_term((calendar, start) in desks(), term in terms()) {
        let got = run(term, start, &calendar);
        prop_assert!(start <= got.warn_at && got.warn_at <= got.due);
        prop_assert!(start <= got.target && got.target <= got.due);
        prop_assert!(got.warn_at == start || calendar.is_open(got.warn_at));
        let told: Vec<_> = got.ledger.iter().map(|line| (line.kind, line.at)).collect();
        prop_assert_eq!(told.first(), Some(&(LedgerKind::Received, Some(start))));
        prop_assert_eq!(told.last(), Some(&(LedgerKind::Due, Some(got.due))));
    }

    /// A pause never brings the due instant forward; a working clock stands still just as long as
    /// the opening time in the pause; the order in which pauses are given is nothing.
    #[test]
    fn pauses_are_credited(
        (calendar, start) in desks(), term in terms(),
        after in -500_000_i64..500_000, length in 0_i64..1_000_000, second in 0_i64..500_000,
    ) {
        let pause = |after: i64, length: i64| Pause {
            from: start + TimeDelta::seconds(after),
            until: Some(start + TimeDelta::seconds(after + length)),
            reason: "waiting".to_owned(),
        };
        let pauses = [pause(after, length), pause(second, length / 2)];
        let plain = run(term, start, &calendar).due;
        let both = deadline(term, start, &pauses, &calendar).unwrap();
        let swapped = [pauses[1].clone(), pauses[0].clone()];
        prop_assert!(both.due >= plain);
        prop_assert_eq!(deadline(term, start, &swapped, &calendar).unwrap().due, both.due);
        if let Term::WorkingHours(hours) = term {
            let first = deadline(term, start, &pauses[..1], &calendar).unwrap().due;
            let (from, until) = (pauses[0].from.max(start), pauses[0].until.unwrap().max(start));
            let until = until.min(first);
            let still = calendar.working_time(from.min(until), until);
            let counted = calendar.working_time(start, first) - still;
            prop_assert_eq!(counted, TimeDelta::hours(i64::from(hours)));
        }
    }
}

/// Case-anchors (c.3) 35: leap days, ends of years and weeks 53 are counted like other days.
#[test]
fn leap_days_and_ends_of_years_count() {
    let plain = Calendar::new("plain", 1, Country::Nl, []);
    for (start, last) in [
        ("2028-02-28T12:00:00Z", "2028-02-29"),
        ("2032-02-27T12:00:00Z", "2032-03-01"),
        ("2027-02-26T12:00:00Z", "2027-03-01"),
        ("2026-12-31T12:00:00Z", "2027-01-01"),
        ("2032-12-31T12:00:00Z", "2033-01-03"),
    ] {
        let start = start.parse().unwrap();
        let got = run(Term::WorkingDays(1), start, &plain);
        assert_eq!(got.last_day.to_string(), last);
        assert!(got.last_day.year() >= 2027);
    }
}
