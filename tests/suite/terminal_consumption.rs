//! The real program on a real pseudo-terminal: a real export of the portal comes in, somebody looks at
//! week, month, year and quarter-hours of it, is refused what is not shared, and takes it along as a file
//! (FLU-26, FLU-31, FLU-34…38).

use std::path::Path;

use loket::store::consumption::Step;
use sqlx::Row as _;

use crate::consumption::{contract, mandate, open, world};
use crate::exchange_world::folder;
use crate::support::db::SUPERUSER;
use crate::support::screen::Screen;
use crate::support::shell::Shell;
use crate::support::world::{World, ean, word};

const REAL: &str = "../shared/data/consumption/electricity_quarter_hour_nl.csv";

/// The real export, or nothing where it does not lie beside this checkout.
fn real() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join(REAL)).ok()
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

/// A mandate over the three weeks of the export, and the export.
async fn shared(text: &str) -> World {
    let world = world().await;
    open(&world, "contract", &contract()).await.unwrap();
    let mut given = mandate(1, "day_and_fine");
    given.insert("period_from".into(), word("2021-10-01"));
    given.insert("period_to".into(), word("2021-11-01"));
    open(&world, "sharing", &given).await.unwrap();
    let admin = Shell::of(&world.db.url("admin_1"));
    let line = format!("import consumption --ean {} --json -", ean(1));
    let told = admin.run_with(&line, text);
    assert!(
        told.code == 0 && told.out.contains("\"new\":1282"),
        "{told:?}"
    );
    world
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
    screen.press("e");
    screen.wait("31.csv");
    screen.press("p");
    screen.wait("31.pdf");
    screen.press("\x1b");
    screen.wait_for("the desk", |shown| !shown.contains("by quarter-hour"));
}

#[tokio::test(flavor = "multi_thread")]
async fn flu_36_a_real_export_is_looked_at_and_taken_along() {
    let Some(text) = real() else {
        loket::system::print_error("skipped: the real exports are not beside this checkout");
        return;
    };
    let world = shared(&text).await;
    let home = folder("taken-along");
    let url = world.db.url("anna");
    let home_path = home.to_str().unwrap().to_owned();
    let env = [("DATABASE_URL", url.as_str()), ("HOME", home_path.as_str())];
    let mut screen = Screen::start(&["console"], &env, (80, 24));
    screen.wait("live");

    walk(&mut screen);
    screen.leave_desk();

    let files: Vec<_> = std::fs::read_dir(&home)
        .unwrap()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|end| end == "csv"))
        .collect();
    let pages = std::fs::read_dir(&home).unwrap().filter_map(Result::ok);
    let pages = pages.map(|entry| entry.path());
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "pdf"));
    let pages: Vec<_> = pages.collect();
    assert_eq!(pages.len(), 1, "{pages:?}");
    assert!(std::fs::read(&pages[0]).unwrap().starts_with(b"%PDF"));
    let [file] = &files[..] else {
        panic!("{files:?}")
    };
    let taken = std::fs::read_to_string(file).unwrap();
    assert!(taken.starts_with("\u{feff}Van (datum);"), "{taken}");
    let admin = Shell::of(&world.db.url("admin_1"));
    let line = format!("import consumption --ean {} --json -", ean(1));
    let back = admin.run_with(&line, &taken);
    assert!(
        back.code == 0 && back.out.contains("\"new\":0") && back.out.contains("\"refused\":0"),
        "{back:?}"
    );

    let record = record(&world).await;
    let kinds: Vec<_> = record.iter().map(|(kind, ..)| kind.as_str()).collect();
    let seen = "consumption_seen";
    assert_eq!(
        kinds,
        [
            seen,
            seen,
            seen,
            seen,
            seen,
            seen,
            seen,
            "consumption_exported",
            "consumption_exported"
        ]
    );
    assert!(record.iter().all(|(.., purpose)| purpose == "question"));
    let steps: Vec<_> = record.iter().map(|(_, _, step, _)| *step).collect();
    let (day, month) = (i64::from(Step::Day.code()), i64::from(Step::Month.code()));
    assert_eq!(steps, [day, day, day, month, month, day, 15, 15, 15]);
}
