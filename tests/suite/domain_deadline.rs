//! The deadline calculator against the worked examples of `calendars.md` 4.3 and 4.4 and of
//! case-anchors (c.3), and against the laws that any calculator must keep.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use loket::domain::calendar::{Calendar, CalendarError, EquatedDays, OpeningHours, Span};
use loket::domain::country::Country;
use loket::domain::deadline::{Deadline, LedgerKind, Pause, Term, deadline};

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn nl() -> Calendar {
    Calendar::builtin(Country::Nl).unwrap()
}

/// The calendar of case-anchors (c.3): holidays as usual, Good Friday worked.
fn company() -> Calendar {
    let mut calendar = nl();
    calendar.days.retain(|_, day| day.name_key != "good_friday");
    calendar
}

/// Local time of the calendar's country, which must exist once.
fn local(calendar: &Calendar, text: &str) -> DateTime<Utc> {
    let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
        .or_else(|_| chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M"))
        .unwrap();
    calendar
        .zone()
        .from_local_datetime(&naive)
        .unwrap()
        .to_utc()
}

fn never_open() -> OpeningHours {
    OpeningHours {
        week: std::array::from_fn(|_| Vec::new()),
        exceptions: BTreeMap::new(),
    }
}

fn run(term: Term, start: &str, calendar: &Calendar) -> Deadline {
    deadline(term, local(calendar, start), &[], calendar).unwrap()
}

fn paused(term: Term, start: &str, pauses: &[(&str, &str)], calendar: &Calendar) -> Deadline {
    let pauses: Vec<Pause> = pauses
        .iter()
        .map(|(from, until)| Pause {
            from: local(calendar, from),
            until: Some(local(calendar, until)),
            reason: "waiting".to_owned(),
        })
        .collect();
    deadline(term, local(calendar, start), &pauses, calendar).unwrap()
}

/// `calendars.md` 4.3: one working day in the Netherlands; decree days as ordinary and as free.
#[test]
fn gt_10_one_working_day_ends_where_the_table_says() {
    let ordinary = nl();
    let equated = nl().with_equated_days(EquatedDays::Holidays);
    for (start, last, with_flag) in [
        ("2026-04-02", "2026-04-07", "2026-04-07"),
        ("2026-04-24", "2026-04-28", "2026-04-28"),
        ("2026-05-04", "2026-05-06", "2026-05-06"),
        ("2026-05-13", "2026-05-15", "2026-05-18"),
        ("2026-11-20", "2026-11-23", "2026-11-23"),
        ("2026-11-21", "2026-11-23", "2026-11-23"),
        ("2026-11-22", "2026-11-23", "2026-11-23"),
        ("2026-12-24", "2026-12-28", "2026-12-28"),
        ("2026-12-31", "2027-01-04", "2027-01-04"),
        ("2027-05-06", "2027-05-07", "2027-05-10"),
        ("2025-04-25", "2025-04-28", "2025-04-28"),
    ] {
        for time in ["00:00", "09:12", "17:30", "23:59"] {
            let start = format!("{start} {time}");
            let got = run(Term::WorkingDays(1), &start, &ordinary);
            assert_eq!(got.last_day, day(last), "{start}");
            assert_eq!(got.due, ordinary.day_end(day(last)), "{start}");
            let flagged = run(Term::WorkingDays(1), &start, &equated);
            assert_eq!(
                flagged.last_day,
                day(with_flag),
                "{start} with decree days free"
            );
        }
    }
}

/// `calendars.md` 4.3: the published Norwegian examples.
#[test]
fn norwegian_working_days_skip_easter() {
    let no = Calendar::builtin(Country::No).unwrap();
    let five = Term::WorkingDays(5);
    assert_eq!(
        run(five, "2007-03-21 12:00", &no).last_day,
        day("2007-03-28")
    );
    assert_eq!(
        run(five, "2007-04-04 12:00", &no).last_day,
        day("2007-04-16")
    );
}

/// GT-13, `calendars.md` 4.4, case-anchors (c.3) 1 and 2: 72 hours are elapsed hours.
#[test]
fn gt_13_72_hours_are_elapsed_across_changes_of_the_clock() {
    let nl = nl();
    for (start, due) in [
        ("2026-03-27T16:00:00+01:00", "2026-03-30T17:00:00+02:00"),
        ("2026-10-23T16:00:00+02:00", "2026-10-26T15:00:00+01:00"),
        ("2026-11-20T16:00:00+01:00", "2026-11-23T16:00:00+01:00"),
        ("2027-03-25T16:00:00+01:00", "2027-03-28T17:00:00+02:00"),
        ("2027-03-26T10:00:00+01:00", "2027-03-29T11:00:00+02:00"),
    ] {
        let got = deadline(Term::Hours(72), at(start), &[], &nl).unwrap();
        assert_eq!(got.due, at(due), "{start}");
    }
}

/// GT-13, decision 9: exactly 72 hours are in time, one millisecond more is not.
#[test]
fn gt_13_exactly_72_hours_is_in_time() {
    let start = at("2026-11-20T16:00:00+01:00");
    let due = deadline(Term::Hours(72), start, &[], &nl()).unwrap().due;
    let met = |answer| Term::Hours(72).comparison().is_met(due, answer);
    assert!(met(at("2026-11-23T16:00:00+01:00")));
    assert!(!met(at("2026-11-23T16:00:00.001+01:00")));
}

/// Case-anchors (c.3) 9: a last day runs to 24:00 local, which itself is too late.
#[test]
fn gt_10_the_last_day_runs_to_24_00() {
    let due = run(Term::WorkingDays(1), "2026-11-20 16:05", &nl()).due;
    let met = |answer| Term::WorkingDays(1).comparison().is_met(due, answer);
    assert!(met(at("2026-11-23T23:59:59.999+01:00")));
    assert!(!met(at("2026-11-24T00:00:00+01:00")));
}

/// Case-anchors (c.3) 3: nobody works on Easter Monday; the target is the last working minute.
#[test]
fn a_due_instant_outside_opening_hours_has_its_target_before() {
    let company = company();
    let got = run(Term::Hours(72), "2027-03-26 10:00", &company);
    assert_eq!(got.due, local(&company, "2027-03-29 11:00"));
    assert_eq!(got.target, local(&company, "2027-03-26 17:00"));
    assert_eq!(got.last_day, day("2027-03-29"));
}

/// Case-anchors (c.3) 4 to 6: the list that was counted with decides.
#[test]
fn the_legal_and_the_company_list_give_their_own_days() {
    let one = Term::WorkingDays(1);
    assert_eq!(
        run(one, "2027-03-25 16:00", &company()).last_day,
        day("2027-03-26")
    );
    assert_eq!(
        run(one, "2027-03-25 16:00", &nl()).last_day,
        day("2027-03-30")
    );
    for calendar in [nl(), company()] {
        for (start, last) in [
            ("2027-03-26 16:00", "2027-03-30"),
            ("2026-12-24 15:30", "2026-12-28"),
            ("2026-12-31 16:45", "2027-01-04"),
            ("2027-04-26 16:00", "2027-04-28"),
        ] {
            assert_eq!(run(one, start, &calendar).last_day, day(last), "{start}");
        }
    }
}

/// Case-anchors (c.3) 7: receipt outside opening hours counts from the next opening.
#[test]
fn working_hours_begin_at_the_next_opening() {
    let nl = nl();
    for start in ["2026-11-20 17:30", "2026-11-21 11:00", "2026-11-23 07:59"] {
        let got = run(Term::WorkingHours(8), start, &nl);
        assert_eq!(got.due, local(&nl, "2026-11-23 16:00"), "{start}");
    }
    let full_day = run(Term::WorkingHours(9), "2026-11-20 17:30", &nl);
    assert_eq!(full_day.due, local(&nl, "2026-11-23 17:00"));
}

/// Case-anchors (c.3) 8: opening hours are half-open.
#[test]
fn opening_hours_are_half_open() {
    let nl = nl();
    assert!(!nl.is_open(local(&nl, "2026-11-20 17:00")));
    assert!(nl.is_open(local(&nl, "2026-11-20 16:59:59.999")));
    assert!(nl.is_open(local(&nl, "2026-11-20 08:00")));
    let late = run(Term::WorkingHours(1), "2026-11-20 16:59:59.999", &nl);
    assert_eq!(late.due, local(&nl, "2026-11-23 08:59:59.999"));
}

/// Case-anchors (c.3) 10 and 11: the credit is working time for working hours, elapsed for hours.
#[test]
fn a_pause_over_a_weekend_is_credited_in_its_own_unit() {
    let nl = nl();
    let weekend = [("2026-11-20 16:30", "2026-11-23 09:00")];
    let without = run(Term::WorkingHours(8), "2026-11-20 14:00", &nl);
    let with = paused(Term::WorkingHours(8), "2026-11-20 14:00", &weekend, &nl);
    assert_eq!(without.due, local(&nl, "2026-11-23 13:00"));
    assert_eq!(with.due - without.due, TimeDelta::minutes(90));
    let credit = with
        .ledger
        .iter()
        .find(|line| line.kind == LedgerKind::Pause)
        .unwrap();
    assert_eq!(credit.detail, "90 waiting");

    let without = run(Term::Hours(72), "2026-11-20 14:00", &nl);
    let with = paused(Term::Hours(72), "2026-11-20 14:00", &weekend, &nl);
    assert_eq!(with.due - without.due, TimeDelta::minutes(64 * 60 + 30));
}

/// Case-anchors (c.3) 12: exact sums in seconds, zero-length pauses without effect.
#[test]
fn five_short_pauses_are_summed_to_the_second() {
    let nl = nl();
    let short: Vec<_> = [
        ("2026-11-23 09:00:00", "2026-11-23 09:00:07"),
        ("2026-11-23 09:00:20", "2026-11-23 09:00:25"),
        ("2026-11-23 09:00:30", "2026-11-23 09:00:30"),
        ("2026-11-23 09:00:40", "2026-11-23 09:00:41"),
        ("2026-11-23 09:00:50", "2026-11-23 09:00:59"),
    ]
    .to_vec();
    for term in [Term::WorkingHours(8), Term::Hours(8), Term::Minutes(480)] {
        let got = paused(term, "2026-11-23 08:00", &short, &nl);
        assert_eq!(got.due, local(&nl, "2026-11-23 16:00:22"), "{term}");
    }
    let days = paused(Term::WorkingDays(1), "2026-11-20 08:00", &short, &nl);
    assert_eq!(days.last_day, day("2026-11-23"));
}

/// Case-anchors (c.3) 16: overlapping pauses count once and end when the last one ends.
#[test]
fn overlapping_pauses_count_once() {
    let nl = nl();
    let two = [
        ("2026-11-23 09:00", "2026-11-23 11:00"),
        ("2026-11-23 10:00", "2026-11-23 12:00"),
        ("2026-11-23 10:30", "2026-11-23 10:45"),
    ];
    for term in [Term::WorkingHours(4), Term::Hours(4)] {
        let got = paused(term, "2026-11-23 08:00", &two, &nl);
        assert_eq!(got.due, local(&nl, "2026-11-23 15:00"), "{term}");
        let lines = got
            .ledger
            .iter()
            .filter(|line| line.kind == LedgerKind::Pause);
        assert_eq!(lines.count(), 1, "{term}");
    }
}

/// A pause costs a term of working days one day per end of a working day within it.
#[test]
fn a_pause_costs_working_days_by_their_ends() {
    let nl = nl();
    let two_days = Term::WorkingDays(2);
    for (from, until, last) in [
        ("2026-11-16 09:00", "2026-11-16 17:00", "2026-11-17"),
        ("2026-11-16 09:00", "2026-11-17 09:00", "2026-11-18"),
        ("2026-11-16 09:00", "2026-11-17 00:00", "2026-11-18"),
        ("2026-11-17 16:30", "2026-11-19 09:00", "2026-11-19"),
        ("2026-11-14 10:00", "2026-11-16 09:00", "2026-11-17"),
        ("2026-11-13 16:30", "2026-11-16 09:00", "2026-11-17"),
        ("2026-11-18 10:00", "2026-11-25 10:00", "2026-11-17"),
    ] {
        let got = paused(two_days, "2026-11-13 12:00", &[(from, until)], &nl);
        assert_eq!(got.last_day, day(last), "{from} to {until}");
    }
}

/// A pause that still lasts is credited when it ends, and stands in the ledger until then.
#[test]
fn a_lasting_pause_is_written_down_and_not_yet_credited() {
    let nl = nl();
    let start = local(&nl, "2026-11-23 08:00");
    let lasting = Pause {
        from: local(&nl, "2026-11-23 09:00"),
        until: None,
        reason: "waiting".to_owned(),
    };
    for term in [Term::WorkingDays(1), Term::WorkingHours(8), Term::Hours(72)] {
        let got = deadline(term, start, std::slice::from_ref(&lasting), &nl).unwrap();
        assert_eq!(
            got.due,
            deadline(term, start, &[], &nl).unwrap().due,
            "{term}"
        );
        let line = got
            .ledger
            .iter()
            .find(|line| line.kind == LedgerKind::Pause)
            .unwrap();
        assert_eq!(line.detail, "- waiting");
    }
}

/// A pause outside the term changes nothing; one before the start is cut.
#[test]
fn a_pause_outside_the_term_changes_nothing() {
    let nl = nl();
    let outside = [
        ("2026-11-20 08:00", "2026-11-20 09:00"),
        ("2026-11-20 10:00", "2026-11-20 14:00"),
        ("2026-11-23 14:00", "2026-11-23 15:00"),
    ];
    let got = paused(Term::Hours(72), "2026-11-20 14:00", &outside, &nl);
    assert_eq!(got.due, local(&nl, "2026-11-23 14:00"));
    let cut = [("2026-11-20 10:00", "2026-11-20 15:00")];
    let got = paused(Term::Hours(72), "2026-11-20 14:00", &cut, &nl);
    assert_eq!(got.due, local(&nl, "2026-11-23 15:00"));
}

#[test]
fn a_backwards_pause_is_refused() {
    let nl = nl();
    let pause = Pause {
        from: at("2026-11-20T10:00:00Z"),
        until: Some(at("2026-11-20T09:00:00Z")),
        reason: String::new(),
    };
    let got = deadline(Term::Hours(1), at("2026-11-20T08:00:00Z"), &[pause], &nl);
    assert!(matches!(got, Err(CalendarError::BackwardsPause { .. })));
}

/// Case-anchors (c.2) 9: warnings stand in opening hours; working days from 13:00 of the last day.
#[test]
fn warnings_fall_into_opening_hours() {
    let nl = nl();
    for (term, start, warn) in [
        (Term::WorkingDays(1), "2026-11-20 16:05", "2026-11-23 13:00"),
        // the clock is changed on the Sunday; 24:00 and 13:00 are eleven hours apart on Monday
        (Term::WorkingDays(1), "2026-10-23 16:05", "2026-10-26 13:00"),
        // 18 hours before Monday 16:00 is Sunday 22:00: back to Friday's last minute
        (Term::Hours(72), "2026-11-20 16:00", "2026-11-20 16:59"),
        (Term::Hours(72), "2026-11-16 10:00", "2026-11-18 16:00"),
        // nobody is there between the start and the wanted instant: at once
        (Term::Hours(72), "2026-11-20 18:00", "2026-11-20 18:00"),
        (Term::Hours(2), "2026-11-18 10:00", "2026-11-18 11:00"),
        (Term::Minutes(20), "2026-11-18 10:00", "2026-11-18 10:15"),
        // two hours of opening time before Monday 09:00 is Friday 16:00
        (
            Term::WorkingHours(8),
            "2026-11-20 10:00",
            "2026-11-20 16:00",
        ),
    ] {
        let got = run(term, start, &nl);
        assert_eq!(got.warn_at, local(&nl, warn), "{term} from {start}");
    }
}

/// `calendars.md` 4.3: the softer target is the end of office hours of the last day.
#[test]
fn the_target_of_a_working_day_is_17_00() {
    let nl = nl();
    let got = run(Term::WorkingDays(1), "2026-11-20 16:05", &nl);
    assert_eq!(got.target, local(&nl, "2026-11-23 17:00"));
    let inside = run(Term::Hours(72), "2026-11-16 10:00", &nl);
    assert_eq!(inside.target, inside.due);
}

/// Case-anchors (c.3) 26: a calendar that never opens is an error, not an endless loop.
#[test]
fn a_calendar_that_never_opens_is_refused() {
    let closed = never_open();
    let never = nl().with_hours(closed);
    let start = at("2026-11-20T08:00:00Z");
    for term in [Term::WorkingDays(1), Term::WorkingHours(1), Term::Hours(1)] {
        let got = deadline(term, start, &[], &never);
        assert!(matches!(got, Err(CalendarError::NoHours { .. })), "{term}");
    }
    assert!(matches!(
        never.validate(),
        Err(CalendarError::NoHours { .. })
    ));
}

/// Case-anchors (c.3) 26: neither does a single opening long ago make an endless search.
#[test]
fn a_gap_of_more_than_two_years_is_an_error() {
    let mut hours = never_open();
    let span: Span = "08:00-17:00".parse().unwrap();
    hours.exceptions.insert(day("2026-11-20"), vec![span]);
    let once = nl().with_hours(hours);
    let got = deadline(
        Term::WorkingHours(10),
        at("2026-11-20T06:00:00Z"),
        &[],
        &once,
    );
    assert!(matches!(got, Err(CalendarError::Gap { .. })), "{got:?}");
    assert!(matches!(once.validate(), Err(CalendarError::Gap { .. })));
    let mut never = nl();
    never.working_week = [false; 7];
    let got = deadline(
        Term::WorkingDays(1),
        at("2026-11-20T06:00:00Z"),
        &[],
        &never,
    );
    assert!(matches!(got, Err(CalendarError::Gap { .. })), "{got:?}");
    assert!(matches!(
        never.validate(),
        Err(CalendarError::NoWorkingWeek { .. })
    ));
}

/// A count through a year whose holidays are not loaded would be too short: it is refused.
#[test]
fn a_year_that_is_not_loaded_is_refused() {
    let start = at("2040-12-28T10:00:00Z");
    let got = deadline(Term::WorkingDays(10), start, &[], &nl());
    assert!(matches!(got, Err(CalendarError::OutsideYears { .. })));
    assert!(deadline(Term::Hours(240), start, &[], &nl()).is_ok());
}

#[test]
fn a_term_beyond_all_dates_is_refused() {
    let far = deadline(
        Term::Hours(u32::MAX),
        at("2026-11-20T10:00:00Z"),
        &[],
        &nl(),
    );
    assert_eq!(far, Err(CalendarError::TooFar));
    let late = DateTime::<Utc>::MAX_UTC;
    assert_eq!(
        deadline(Term::Hours(1), late, &[], &nl()),
        Err(CalendarError::TooFar)
    );
}

/// Case-anchors (c.3) 27: a desk that opens on Tuesdays only.
#[test]
fn a_sparse_calendar_works() {
    let mut hours = never_open();
    hours.week[1] = vec!["10:00-12:00".parse().unwrap()];
    let tuesdays = nl().with_hours(hours);
    // Tuesday 5 May 2026 is Liberation Day.
    let got = run(Term::WorkingHours(3), "2026-04-28 11:00", &tuesdays);
    assert_eq!(got.due, local(&tuesdays, "2026-05-12 12:00"));
}

/// Case-anchors (c.2) 3: several spans a day, 24:00, exceptions per date.
#[test]
fn several_spans_midnight_and_exceptions() {
    let mut hours = OpeningHours::default();
    hours.week[0] = vec![
        "08:00-12:00".parse().unwrap(),
        "20:00-24:00".parse().unwrap(),
    ];
    hours
        .exceptions
        .insert(day("2026-11-28"), vec!["09:00-13:00".parse().unwrap()]);
    hours.exceptions.insert(day("2026-11-27"), Vec::new());
    let calendar = nl().with_hours(hours);
    let monday = run(Term::WorkingHours(8), "2026-11-23 08:00", &calendar);
    assert_eq!(monday.due, calendar.day_end(day("2026-11-23")));
    let saturday = run(Term::WorkingHours(2), "2026-11-26 16:00", &calendar);
    assert_eq!(saturday.due, local(&calendar, "2026-11-28 10:00"));
}

/// Case-anchors (c.2) 4: times that do not exist, and times that exist twice.
#[test]
fn changes_of_the_clock_never_shorten_a_shift() {
    let mut hours = OpeningHours::default();
    hours.week[6] = vec!["02:30-03:30".parse().unwrap()];
    let calendar = nl().with_hours(hours);
    let spring = calendar.opening(day("2026-03-29"));
    assert_eq!(
        spring,
        [(at("2026-03-29T01:00:00Z"), at("2026-03-29T01:30:00Z"))]
    );
    let autumn = calendar.opening(day("2026-10-25"));
    assert_eq!(
        autumn,
        [(at("2026-10-25T00:30:00Z"), at("2026-10-25T02:30:00Z"))]
    );
}

/// Adjoining spans around the doubled hour count it once.
#[test]
fn the_doubled_hour_counts_once_for_adjoining_spans() {
    let mut hours = OpeningHours::default();
    hours.week[6] = vec![
        "00:00-02:30".parse().unwrap(),
        "02:30-24:00".parse().unwrap(),
    ];
    let calendar = nl().with_hours(hours);
    let (from, until) = (day("2026-10-25"), day("2026-10-25"));
    let time = calendar.working_time(calendar.day_start(from), calendar.day_end(until));
    assert_eq!(time, TimeDelta::hours(25));
}

/// The ledger of the example on the screen: `screens.md`, "The ledger".
#[test]
fn the_ledger_tells_the_sum() {
    let nl = nl();
    let got = run(Term::WorkingDays(1), "2026-11-20 16:05", &nl);
    let told: Vec<_> = got
        .ledger
        .iter()
        .map(|line| (line.kind, line.day, line.until_day, line.detail.as_str()))
        .collect();
    let on = |text| Some(day(text));
    assert_eq!(
        told,
        [
            (LedgerKind::Received, on("2026-11-20"), None, ""),
            (LedgerKind::StartDay, on("2026-11-20"), None, ""),
            (LedgerKind::Weekend, on("2026-11-21"), on("2026-11-22"), ""),
            (LedgerKind::WorkingDay, on("2026-11-23"), None, "1"),
            (LedgerKind::Due, on("2026-11-23"), None, ""),
        ]
    );
    assert_eq!(
        (got.calendar.as_str(), got.calendar_version),
        ("nl-statutory", 1)
    );
}

#[test]
fn the_ledger_names_holidays_with_their_law_and_changes_of_the_clock() {
    let nl = nl();
    let easter = run(Term::WorkingDays(1), "2026-04-02 12:00", &nl);
    let names: Vec<_> = easter
        .ledger
        .iter()
        .filter(|line| line.kind == LedgerKind::Holiday)
        .map(|line| line.detail.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "Goede Vrijdag (Algemene termijnenwet art. 3 lid 2)",
            "Tweede paasdag (Algemene termijnenwet art. 3 lid 1)",
        ]
    );
    let summer = run(Term::Hours(72), "2026-03-27 16:00", &nl);
    let change = summer
        .ledger
        .iter()
        .find(|line| line.kind == LedgerKind::ClockChange)
        .unwrap();
    assert_eq!(
        (change.day, change.detail.as_str()),
        (Some(day("2026-03-29")), "+60")
    );
}

/// The lines stand in the order of time, whatever the pauses.
#[test]
fn the_ledger_stands_in_the_order_of_time() {
    let nl = nl();
    let pauses = [("2026-11-24 10:00", "2026-11-25 09:00")];
    let got = paused(Term::WorkingDays(3), "2026-11-20 16:05", &pauses, &nl);
    let kinds: Vec<_> = got.ledger.iter().map(|line| line.kind).collect();
    assert_eq!(
        kinds,
        [
            LedgerKind::Received,
            LedgerKind::StartDay,
            LedgerKind::Weekend,
            LedgerKind::WorkingDay,
            LedgerKind::Pause,
            LedgerKind::WorkingDay,
            LedgerKind::WorkingDay,
            LedgerKind::Due
        ]
    );
    assert_eq!(got.ledger[4].detail, "1wd waiting");
    assert_eq!(got.due, nl.day_start(day("2026-11-27")));
    assert_eq!(NaiveTime::MIN, got.due.with_timezone(&nl.zone()).time());
}

/// Days end at 24:00 of the day so many days later, holidays and changes of the clock whatever.
#[test]
fn days_end_on_the_day_so_many_days_later() {
    let nl = nl();
    for (start, due) in [
        ("2026-11-16 10:00", "2026-12-01 00:00"),
        ("2026-12-18 23:59", "2027-01-02 00:00"),
        // the clock is changed in between: local days, not hours
        ("2026-10-20 00:00", "2026-11-04 00:00"),
    ] {
        let got = run(Term::Days(14), start, &nl);
        assert_eq!(got.due, local(&nl, due), "from {start}");
        assert_eq!(nl.day_end(got.last_day), got.due);
        assert!(!Term::Days(14).comparison().is_met(got.due, got.due));
        assert!(!Term::Days(14).is_by_calendar());
    }
    assert_eq!("14d".parse(), Ok(Term::Days(14)));
    assert_eq!(Term::Days(14).to_string(), "14d");
}

/// Months end at 24:00 of the day of the same number, of the last day where the month has none; met
/// before 24:00, holidays and changes of the clock whatever.
#[test]
fn months_end_on_the_day_of_the_same_number() {
    let nl = nl();
    for (months, start, last, due) in [
        (3, "2026-08-15 10:00", "2026-11-15", "2026-11-16 00:00"),
        (3, "2026-11-30 23:59", "2027-02-28", "2027-03-01 00:00"),
        (3, "2027-11-30 00:00", "2028-02-29", "2028-03-01 00:00"),
        (1, "2026-01-31 12:00", "2026-02-28", "2026-03-01 00:00"),
        // the clock is changed in between: local days, not hours
        (1, "2026-03-15 12:00", "2026-04-15", "2026-04-16 00:00"),
        (3, "2026-09-25 12:00", "2026-12-25", "2026-12-26 00:00"),
    ] {
        let got = run(Term::Months(months), start, &nl);
        assert_eq!(got.due, local(&nl, due), "{months} from {start}");
        assert_eq!(got.last_day, day(last), "{months} from {start}");
        assert!(!Term::Months(months).comparison().is_met(got.due, got.due));
        assert_eq!("3mo".parse(), Ok(Term::Months(3)));
        assert!(!Term::Months(months).is_by_calendar());
    }
    let pause = [("2026-08-20 00:00", "2026-08-22 00:00")];
    let paused = paused(Term::Months(3), "2026-08-15 10:00", &pause, &nl);
    assert_eq!(paused.due, local(&nl, "2026-11-18 00:00"));
    let far = deadline(Term::Months(u16::MAX), at("8999-01-01T00:00:00Z"), &[], &nl);
    assert!(matches!(far, Err(CalendarError::TooFar)));
}
