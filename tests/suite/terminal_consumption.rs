//! The real program on a real pseudo-terminal: a real export of the portal comes in, somebody looks at
//! week, month, year and quarter-hours of it, is refused what is not shared, and takes it along as a file
//! (FLU-26, FLU-31, FLU-34…38).

use std::path::{Path, PathBuf};

use loket::store::consumption::Step;
use sqlx::Row as _;

use crate::consumption::{contract, counts, mandate, open, report, world};
use crate::exchange_world::folder;
use crate::support::db::SUPERUSER;
use crate::support::screen::Screen;
use crate::support::shell::Shell;
use crate::support::world::{World, answers, ean, word};

const ELECTRICITY: &str = "../shared/data/consumption/electricity_quarter_hour_nl.csv";
const GAS: &str = "../shared/data/consumption/gas_hour_nl.csv";

/// A real export, or nothing where it does not lie beside this checkout.
fn real(file: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join(file)).ok();
    if text.is_none() {
        loket::system::print_error("skipped: the real exports are not beside this checkout");
    }
    text
}

/// The files of that kind in a folder.
fn files(home: &Path, end: &str) -> Vec<PathBuf> {
    let all = std::fs::read_dir(home).unwrap();
    let paths = all.map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|it| it == end))
        .collect();
    found.sort();
    found
}

/// What is on record of looking, in order: kind, first day, steps, purpose.
async fn record(world: &World) -> Vec<(String, String, i64, String)> {
    let pool = world.db.pool(SUPERUSER, 1).await;
    let rows = sqlx::query(
        "SELECT kind, body->>'from', (body->>'minutes')::bigint, body->>'purpose'
         FROM loket.case_events WHERE kind LIKE 'consumption%' ORDER BY event_id",
    );
    let rows = rows.fetch_all(&pool).await.unwrap();
    let row = rows
        .iter()
        .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)));
    row.collect()
}

/// A mandate for that granularity and period, and the export, of which so many values come in and none is
/// refused.
async fn shared(text: &str, granularity: &str, (from, to): (&str, &str), values: u64) -> World {
    let world = world().await;
    if text.contains("m³") {
        let pool = world.db.pool(SUPERUSER, 1).await;
        let gas = "UPDATE loket.connections SET product = 'G' WHERE ean = $1";
        sqlx::query(gas).bind(ean(1)).execute(&pool).await.unwrap();
    }
    open(&world, "contract", &contract()).await.unwrap();
    let mut given = mandate(1, granularity);
    given.insert("period_from".into(), word(from));
    given.insert("period_to".into(), word(to));
    open(&world, "sharing", &given).await.unwrap();
    let admin = Shell::of(&world.db.url("admin_1"));
    let line = format!("import consumption --ean {} --json -", ean(1));
    let told = report(&admin, &line, text);
    assert_eq!(counts(&told), [values, 0, 0, 0]);
    let rows = u64::try_from(text.lines().count() - 1).unwrap();
    assert_eq!(
        told["files"][0]["missing"],
        rows - values,
        "the others have no value"
    );
    assert_eq!(counts(&report(&admin, &line, text)), [0, 0, values, 0]);
    world
}

/// A console of Anna on that world, with a folder of its own.
fn console(world: &World, home: &Path, size: (u16, u16)) -> Screen {
    let url = world.db.url("anna");
    let home = home.to_str().unwrap().to_owned();
    let env = [("DATABASE_URL", url.as_str()), ("HOME", home.as_str())];
    let screen = Screen::start(&["console"], &env, size);
    screen.wait("live");
    screen
}

/// Week, month, year and quarter-hours, a refusal, and both files.
fn walk(screen: &mut Screen) {
    // the mandate is found by the number of its connection; a purpose comes first
    screen.press(&format!(":consumption {}\r", ean(1)));
    screen.wait("which purpose");
    screen.press("1");
    // FLU-31: the last week that is shared, to its capped end
    screen.wait("25 Oct 2021 - 31 Oct 2021");
    screen.wait("total");
    screen.wait("missing ?");
    screen.press("\x1b[D");
    screen.wait("18 Oct 2021 - 24 Oct 2021");
    screen.press("m");
    screen.wait("month 1 Oct 2021 - 31 Oct 2021");
    screen.press("y");
    screen.wait("FLU-27");
    screen.wait("by month");
    // FLU-27: a year before, nothing is shared
    screen.press("\x1b[D");
    screen.wait("another period");
    screen.press("\x1b[C");
    screen.wait("by month");
    // FLU-37: the week with the day of 25 hours
    screen.press("m");
    screen.wait("month 1 Oct 2021 - 31 Oct 2021");
    screen.press("f");
    screen.wait("by quarter-hour");
    assert!(!screen.text().contains(&ean(1)));
    screen.press("x");
    screen.wait(&ean(1));
    screen.press("e");
    screen.wait("31.csv");
    screen.press("p");
    screen.wait("31.pdf");
    screen.press("\x1b");
    screen.wait_for("the desk", |shown| !shown.contains("by quarter-hour"));
}

#[tokio::test(flavor = "multi_thread")]
async fn flu_36_a_real_export_is_looked_at_and_taken_along() {
    let Some(text) = real(ELECTRICITY) else {
        return;
    };
    for size in [(80, 24), (160, 48)] {
        let world = shared(&text, "day_and_fine", ("2021-10-01", "2021-11-01"), 1282).await;
        let home = folder(&format!("taken-along-{}", size.0));
        let mut screen = console(&world, &home, size);
        walk(&mut screen);
        screen.leave_desk();

        let [pages] = &files(&home, "pdf")[..] else {
            panic!("one file of pages")
        };
        assert!(std::fs::read(pages).unwrap().starts_with(b"%PDF"));
        let [file] = &files(&home, "csv")[..] else {
            panic!("one file of values")
        };
        let taken = std::fs::read_to_string(file).unwrap();
        assert!(taken.starts_with("\u{feff}Van (datum);"), "{taken}");
        let admin = Shell::of(&world.db.url("admin_1"));
        let line = format!("import consumption --ean {} --json -", ean(1));
        let back = report(&admin, &line, &taken);
        let [new, changed, _, refused] = counts(&back);
        assert_eq!([new, changed, refused], [0, 0, 0]);

        let record = record(&world).await;
        let (seen, taken) = ("consumption_seen", "consumption_exported");
        let kinds: Vec<_> = record.iter().map(|(kind, ..)| kind.as_str()).collect();
        assert_eq!(kinds, [&[seen; 8][..], &[taken; 2]].concat());
        assert!(record.iter().all(|(.., purpose)| purpose == "question"));
        let steps: Vec<_> = record.iter().map(|(_, _, step, _)| *step).collect();
        let (day, month) = (i64::from(Step::Day.code()), i64::from(Step::Month.code()));
        assert_eq!(steps, [day, day, day, month, month, day, 15, 15, 15, 15]);
    }
}

/// What a CSV says of each day: the sum of a register's volumes, in thousandths.
fn volumes(csv: &str, unit: &str) -> Vec<String> {
    let of_unit = csv
        .lines()
        .filter(|line| line.contains(&format!(";{unit};")));
    let volume = of_unit.map(|line| line.split(';').nth(8).unwrap().to_owned());
    volume.filter(|volume| !volume.is_empty()).collect()
}

/// FLU-02, FLU-35, FLU-38: real gas by hour, in kWh and in m³: what the screen shows is what the files say,
/// value for value and no other, in whichever unit was on the screen.
#[tokio::test(flavor = "multi_thread")]
async fn flu_35_real_gas_is_shown_and_taken_along_in_both_units() {
    let Some(text) = real(GAS) else {
        return;
    };
    for size in [(80, 24), (160, 48)] {
        let world = shared(&text, "day_and_fine", ("2022-01-01", "2022-02-01"), 114).await;
        let home = folder(&format!("gas-{}", size.0));
        let mut screen = console(&world, &home, size);
        screen.press(&format!(":consumption {}\r", ean(1)));
        screen.wait("which purpose");
        screen.press("4");
        screen.wait("31 Jan 2022");
        for _ in 0..3 {
            screen.press("\x1b[D");
        }
        // FLU-27: the week of the export
        screen.wait("10 Jan 2022 - 16 Jan 2022");
        for (unit, values) in [
            ("kWh", ["64,577", "86,111", "31,397"]),
            ("m³", ["5,741", "7,550", "2,754"]),
        ] {
            for value in values {
                screen.wait(&value.replace(',', "."));
            }
            for (key, end) in [("e", "csv"), ("p", "pdf")] {
                screen.press(key);
                let is_written = |path: &PathBuf| path.metadata().is_ok_and(|it| it.len() > 0);
                screen.wait_for(end, |_| files(&home, end).iter().any(is_written));
            }
            let csv = files(&home, "csv").pop().unwrap();
            assert_eq!(
                volumes(&std::fs::read_to_string(&csv).unwrap(), unit),
                values
            );
            std::fs::remove_file(csv).unwrap();
            let pages = files(&home, "pdf").pop().unwrap();
            let said = lopdf::Document::load(&pages)
                .unwrap()
                .extract_text(&[1])
                .unwrap();
            for value in values {
                assert!(said.contains(&value.replace(',', ".")), "{value}: {said}");
            }
            std::fs::remove_file(pages).unwrap();
            screen.press("u");
        }
        screen.press("f");
        screen.wait("by hour");
        screen.press("\x1b");
        screen.wait_for("the desk", |shown| !shown.contains("by hour"));
        screen.leave_desk();
    }
}

/// FLU-03, FLU-31: a mandate for days only, of which the grid user changes in the middle of the export: no
/// quarter-hours, and nothing from that day on, on the screen as in the file.
#[tokio::test(flavor = "multi_thread")]
async fn flu_31_a_real_export_ends_with_the_grid_user() {
    let Some(text) = real(ELECTRICITY) else {
        return;
    };
    let world = shared(&text, "day", ("2021-10-01", "2021-11-01"), 1282).await;
    let anna = world.desk("anna").await;
    let case = world.admin.case_by_number("SM-2026-000001").await;
    let case = case.unwrap().unwrap();
    let lease = anna.take(case).await;
    let moved = answers([
        ("market_scenario", word("mo")),
        ("effective_date", word("2021-10-20")),
    ]);
    anna.act(case, Some(lease), "market_scenario", &moved)
        .await
        .unwrap();
    let home = folder("capped");
    let mut screen = console(&world, &home, (80, 24));
    screen.press(&format!(":consumption {}\r", ean(1)));
    screen.wait("which purpose");
    screen.press("1");
    screen.wait("18 Oct 2021 - 19 Oct 2021");
    screen.wait("FLU-31");
    screen.wait("1.959");
    assert!(!screen.text().contains("0.494"), "the day of the change");
    screen.press("e");
    screen.wait("19.csv");
    let csv = std::fs::read_to_string(&files(&home, "csv")[0]).unwrap();
    assert!(
        csv.contains("1,959") && !csv.contains("20-10-2021;00:00:00;21"),
        "{csv}"
    );
    screen.press("\x1b[C");
    screen.wait("FLU-31");
    screen.press("\x1b[D");
    screen.wait("1.959");
    screen.press("f");
    screen.wait("FLU-03");
    screen.press("\x1b");
    screen.wait_for("the desk", |shown| !shown.contains("FLU-03"));
    screen.leave_desk();
}
