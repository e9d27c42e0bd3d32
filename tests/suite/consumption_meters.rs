//! Several meters of one connection: beside each other, and one in the place of another, at midnight and
//! within a day; by quarter-hour, day, week and month nothing is missing that is there, and nothing is
//! there that is missing (FLU-02, FLU-34, FLU-38).

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loket::domain::consumption::guard::{Span, Window};
use loket::domain::consumption::shown::{Naming, Shown, Sight, Total};
use loket::domain::consumption::{Direction, Energy, Status, Step, Unit, ZONE, days};
use loket::store::consumption::Consumption;
use loket::store::rows::CaseId;

use crate::consumption::{counts, look, report, shared, world};
use crate::support::shell::Shell;
use crate::support::world::{Desk, ean};

const FINE: Step = Step::Fine(Energy::Electricity);
const LINE: &str = "import consumption --json -";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The local hour of a day.
fn at(date: &str, hour: i64) -> DateTime<Utc> {
    days::begin(day(date)) + TimeDelta::hours(hour)
}

/// In which tariff a quarter-hour is: night from 22 to 7 and all of a weekend.
fn tariff(start: DateTime<Utc>) -> &'static str {
    use chrono::{Datelike as _, Timelike as _};
    let local = start.with_timezone(&ZONE);
    let is_night = local.weekday().number_from_monday() > 5 || !(7..22).contains(&local.hour());
    if is_night {
        "Afname Nacht"
    } else {
        "Afname Dag"
    }
}

/// Quarter-hours of 0,100 kWh of a meter from an instant until before another, by tariffs.
fn quarters(meter: &str, from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let mut text = String::new();
    let mut start = from;
    while start < to {
        let end = start + TimeDelta::minutes(15);
        let wall = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%d-%m-%Y;%H:%M:%S");
        let (ean, register) = (ean(1), tariff(start));
        let (since, until) = (wall(start), wall(end));
        writeln!(
            text,
            "{since};{until};=\"{ean}\";{meter};Digitale Meter;{register};0,100;kWh;Gevalideerd"
        )
        .unwrap();
        start = end;
    }
    text
}

/// The total of a day as the source gives it.
fn given(meter: &str, date: &str, register: &str) -> String {
    let next = day(date).succ_opt().unwrap().format("%d-%m-%Y");
    let (ean, date) = (ean(1), day(date).format("%d-%m-%Y"));
    format!(
        "{date};00:00:00;{next};00:00:00;=\"{ean}\";{meter};Digitale Meter;{register};4,800;kWh;Gevalideerd\n"
    )
}

fn file(rows: &[String]) -> String {
    crate::consumption::HEADER.to_owned() + &rows.concat()
}

/// For how many minutes all registers together have a value, and their sum.
fn whole(found: &Consumption) -> (i64, i64) {
    let values = found.values.iter();
    values.fold((0, 0), |(minutes, sum), one| {
        (minutes + one.covered, sum + one.value)
    })
}

async fn seen(desk: &Desk<'_>, case: CaseId, range: (&str, &str), step: Step) -> (i64, i64) {
    whole(&look(desk, case, range, step).await.unwrap())
}

/// FLU-34: a meter takes the place of another in the middle of a week and of a month, at midnight or at
/// noon: no stretch is missing and none is there twice, whatever it is added up to, and wherever the
/// window begins or ends.
#[tokio::test(flavor = "multi_thread")]
async fn flu_34_an_exchange_leaves_no_gap_and_nothing_twice() {
    for hour in [0, 12] {
        let world = world().await;
        let shell = Shell::of(&world.db.url("admin_1"));
        let change = at("2026-06-17", hour);
        let rows = [
            quarters("1SAG1", at("2026-06-01", 0), change),
            quarters("1SAG2", change, at("2026-07-01", 0)),
        ];
        let told = report(&shell, LINE, &file(&rows));
        assert_eq!(counts(&told), [30 * 96, 0, 0, 0]);
        let case = shared(&world, 1, "day_and_fine").await;
        let desk = world.desk("anna").await;
        for (from, to, count) in [
            ("2026-06-15", "2026-06-22", 7),
            ("2026-06-17", "2026-06-18", 1),
            ("2026-06-17", "2026-06-22", 5),
            ("2026-06-15", "2026-06-18", 3),
        ] {
            let all = (count * 1440, count * 9600);
            for step in [FINE, Step::Day, Step::Week, Step::Month] {
                let found = seen(&desk, case, (from, to), step).await;
                assert_eq!(found, all, "{hour} h, {from} to {to}, {step:?}");
            }
        }
        let month = ("2026-06-01", "2026-07-01");
        for step in [Step::Day, Step::Week, Step::Month] {
            let found = seen(&desk, case, month, step).await;
            assert_eq!(found, (30 * 1440, 30 * 9600), "{hour} h, {step:?}");
        }
    }
}

/// FLU-34: on the day of an exchange the source may give the total of a day for one meter and quarter-hours
/// for the other: the day is whole. (It lacked the time before the exchange.)
#[tokio::test(flavor = "multi_thread")]
async fn flu_34_a_total_of_the_day_and_quarter_hours_make_one_day() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let rows = [
        quarters("1SAG1", at("2026-06-15", 0), at("2026-06-20", 12)),
        given("1SAG2", "2026-06-20", "Afname Nacht"),
        given("1SAG2", "2026-06-21", "Afname Nacht"),
    ];
    report(&shell, LINE, &file(&rows));
    let case = shared(&world, 1, "day_and_fine").await;
    let desk = world.desk("anna").await;
    let saturday = ("2026-06-20", "2026-06-21");
    let found = seen(&desk, case, saturday, Step::Day).await;
    assert_eq!(found, (1440, 4800 + 4800));
    // by quarter-hour the second meter is not asked for what it gave by the day only
    let found = seen(&desk, case, saturday, FINE).await;
    assert_eq!(found, (720, 4800));
}

/// The total of June, in those steps.
async fn june(desk: &Desk<'_>, case: CaseId, step: Step) -> Total {
    let range = ("2026-06-01", "2026-07-01");
    let found = look(desk, case, range, step).await.unwrap();
    let window = Window {
        from: day(range.0),
        to: day(range.1),
        cut_by: None,
    };
    let sight = Sight {
        span: Span::Year,
        step,
        window,
        unit: Unit::Kwh,
        naming: Naming::Masked,
    };
    let shown = Shown::of(&found, &sight, at("2026-11-22", 10));
    shown.total(Direction::Offtake).unwrap()
}

/// FLU-38: totals of days that the source gave of both tariffs, for half of a month: the other half is
/// missing, in whatever steps. Fails where two totals of one day count as two days.
#[tokio::test(flavor = "multi_thread")]
async fn flu_38_half_a_month_of_given_days_lacks_the_other_half() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let tariffs = ["Afname Dag", "Afname Nacht"];
    let days = (1..=15).map(|n| format!("2026-06-{n:02}"));
    let rows: Vec<_> = days
        .flat_map(|date| tariffs.map(|register| given("1SAG1", &date, register)))
        .collect();
    assert_eq!(counts(&report(&shell, LINE, &file(&rows))), [30, 0, 0, 0]);
    let case = shared(&world, 1, "day_and_fine").await;
    let desk = world.desk("anna").await;
    for step in [Step::Day, Step::Week, Step::Month] {
        let half = Total {
            value: Some(30 * 4800),
            missing: 15 * 1440,
            status: Some(Status::Validated),
        };
        assert_eq!(june(&desk, case, step).await, half, "{step:?}");
    }
}

/// FLU-38: from day and night to one register within a week and a month, with a day of both: the month is the
/// sum of its days, none is left out and none counts twice; nor where both are there all of the time.
#[tokio::test(flavor = "multi_thread")]
async fn flu_38_a_change_of_registers_leaves_nothing_out() {
    // the last day of the tariffs, the days of the one register, the sum and the days that lack
    for (tariffs, one, value, lacking) in [
        (18, 18..=30, 18 * 9600 + 12 * 4800, 0),
        (18, 20..=30, 18 * 9600 + 11 * 4800, 1),
        (10, 1..=10, 10 * 9600, 20),
    ] {
        let world = world().await;
        let shell = Shell::of(&world.db.url("admin_1"));
        let mut rows = Vec::new();
        for n in 1..=30 {
            let mut has =
                |register| rows.push(given("1SAG1", &format!("2026-06-{n:02}"), register));
            if n <= tariffs {
                has("Afname Dag");
                has("Afname Nacht");
            }
            if one.contains(&n) {
                has("Afname");
            }
        }
        report(&shell, LINE, &file(&rows));
        let case = shared(&world, 1, "day_and_fine").await;
        let desk = world.desk("anna").await;
        for step in [Step::Day, Step::Week, Step::Month] {
            let total = june(&desk, case, step).await;
            let said = (total.value, total.missing);
            assert_eq!(said, (Some(value), lacking * 1440), "{one:?}, {step:?}");
        }
    }
}

/// FLU-38: two meters beside each other. A day that one of them misses is missing, also where it is the
/// first of the window; the tariffs of both share the day once; a third one that comes at noon lacks
/// nothing of the morning.
#[tokio::test(flavor = "multi_thread")]
async fn flu_38_meters_beside_each_other_are_asked_for_the_same_time() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let (start, end) = (at("2026-06-08", 0), at("2026-06-29", 0));
    let (monday, tuesday) = (at("2026-06-15", 0), at("2026-06-16", 0));
    let rows = [
        quarters("1SAG1", start, end),
        quarters("1SAG2", start, monday),
        quarters("1SAG2", tuesday, end),
        quarters("1SAG3", at("2026-06-25", 12), end),
    ];
    report(&shell, LINE, &file(&rows));
    let case = shared(&world, 1, "day_and_fine").await;
    let desk = world.desk("anna").await;
    let mut covered = Vec::new();
    for (from, to) in [
        ("2026-06-15", "2026-06-16"),
        ("2026-06-16", "2026-06-17"),
        ("2026-06-20", "2026-06-21"),
        ("2026-06-25", "2026-06-26"),
    ] {
        let by_day = seen(&desk, case, (from, to), Step::Day).await;
        let fine = seen(&desk, case, (from, to), FINE).await;
        assert_eq!(by_day, fine, "{from}");
        covered.push(by_day.0);
    }
    assert_eq!(covered, [0, 1440, 1440, 1440]);
    let week = seen(&desk, case, ("2026-06-15", "2026-06-22"), Step::Week).await;
    assert_eq!(week, (6 * 1440, 9600 + 6 * 2 * 9600));
}
