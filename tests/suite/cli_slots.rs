//! `loket slots`, `loket fees`, `loket grid`: what planners and administrators set, by the real program.

use crate::support::file::File;
use crate::support::shell::Shell;
use crate::support::world::{GRID, SUPPLIER, World};

const AREAS: &str = "country,area,first,last\nNL,DB,5200,5299\nNL,EHV,5600,5699\n";
const WEEK: &str =
    "area;weekdays;starts;minutes;capacity\nDB;mon-fri;08:00;120;3\nEHV;mon;13:30;60;1\n";

/// PRIO-30: a week becomes the start times of the working days, in local time, once.
#[tokio::test(flavor = "multi_thread")]
async fn prio_30_a_week_becomes_start_times() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let lead = Shell::of(&world.db.url("lead_1"));
    let (areas, week) = (File::new("areas.csv", AREAS), File::new("week.csv", WEEK));
    // Christmas is on a Friday
    let add = format!(
        "slots add {} --from 2030-12-23 --until 2030-12-27",
        week.path()
    );
    let unknown = lead.refused(&add);
    assert!(unknown.contains("no area DB"), "{unknown}");
    admin.ok(&format!("slots areas {}", areas.path()));
    assert_eq!(admin.json("slots areas").len(), 2);
    let added = lead.one(&add);
    // Wednesday 25 and Thursday 26 December are free
    assert_eq!(
        (added["new"].as_i64(), added["known"].as_i64()),
        (Some(4), Some(0))
    );
    let again = lead.one(&add);
    assert_eq!(
        (again["new"].as_i64(), again["known"].as_i64()),
        (Some(0), Some(4))
    );

    let listed = lead.json("slots list --from 2030-12-23 --days 5");
    let starts: Vec<_> = listed
        .iter()
        .map(|row| row["starts_at"].as_str().unwrap())
        .collect();
    let expected = [
        "2030-12-23T07:00:00Z",
        "2030-12-24T07:00:00Z",
        "2030-12-27T07:00:00Z",
        "2030-12-23T12:30:00Z",
    ];
    assert_eq!(starts, expected);
    let said = lead.ok("slots list --area DB --from 2030-12-23 --days 1");
    assert!(
        said.contains("08:00") && said.contains("0 of 3 taken"),
        "{said}"
    );
    let slot = listed[0]["slot_id"].as_i64().unwrap();
    assert_eq!(lead.one(&format!("slots capacity {slot} 5"))["capacity"], 5);
    let anna = Shell::of(&world.db.url("anna"));
    for not_hers in [&*add, "slots list", &format!("slots capacity {slot} 9")] {
        assert_eq!(anna.run(not_hers).code, 1, "{not_hers}");
    }
}

/// What lies in the past is said and not added; the rest is.
#[tokio::test(flavor = "multi_thread")]
async fn a_week_that_began_already_is_added_in_part() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let areas = File::new("areas.csv", AREAS);
    admin.ok(&format!("slots areas {}", areas.path()));
    let week = File::new(
        "week.toml",
        "[[slot]]\narea = \"DB\"\nweekdays = \"mon-fri\"\nstarts = \"08:00\"\nminutes = 120\ncapacity = 3\n",
    );
    admin.ok("db clock --at 2030-12-17T12:00:00Z");
    let add = format!(
        "slots add {} --from 2030-12-16 --until 2030-12-18",
        week.path()
    );
    let said = admin.run(&add);
    assert_eq!((said.code, &*said.err), (3, ""), "{said:?}");
    assert!(said.out.contains("1 start times are new"), "{said:?}");
    assert!(
        said.out
            .contains("2 were not taken: they begin in the past"),
        "{said:?}"
    );
}

/// A file that is no plan is refused as a whole, with the place.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_plan_is_refused_with_its_line() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let wrong = File::new("week.csv", &format!("{WEEK}DB;mon;noon;120;3\n"));
    let days = "--from 2030-12-16 --until 2030-12-18";
    let said = admin.run(&format!("slots add {} {days}", wrong.path()));
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("line 4: starts"), "{said:?}");
    let missing = admin.run(&format!("slots add /nonexistent/week.csv {days}"));
    assert_eq!(missing.code, 2, "{missing:?}");
}

/// PRIO-14: the examples are marked, and a fee is set with a comma or in its stored form.
#[tokio::test(flavor = "multi_thread")]
async fn prio_14_fees_are_listed_and_set() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    let said = admin.ok("fees list");
    assert!(
        said.contains("72.60") && said.contains("example of 2017"),
        "{said}"
    );
    let set = admin.one("fees add prio_both 80,5");
    assert_eq!(
        (set["amount"].as_str(), set["in_force"].as_bool()),
        (Some("EUR 80.50"), Some(true))
    );
    let later = admin.one("fees add prio_both 'EUR 90.00' --from 2040-01-01T00:00:00Z");
    assert_eq!(later["in_force"], false);
    let back = admin.refused("fees add prio_both 70 --from 2020-01-01T00:00:00Z");
    assert!(back.contains("in the past"), "{back}");
    for wrong in [
        "fees add prio_both much",
        "fees add prio_both 80 --from someday",
    ] {
        assert_eq!(admin.run(wrong).code, 2, "{wrong}");
    }
    let anna = Shell::of(&world.db.url("anna"));
    assert_eq!(anna.json("fees list").len(), 4);
    assert_eq!(anna.run("fees add prio_both 1").code, 1);
}

/// PRIO-27: whose grid is ours.
#[tokio::test(flavor = "multi_thread")]
async fn prio_27_whose_grid_is_ours_is_set_once() {
    let world = World::new().await;
    let admin = Shell::of(&world.db.url("admin_1"));
    assert!(admin.ok("grid list").contains("loket grid set"));
    let set = admin.one(&format!("grid set {GRID}"));
    assert_eq!(
        (set["gln"].as_str(), set["name"].as_str()),
        (Some(GRID), Some("Ons Netbeheer"))
    );
    let supplier = admin.refused(&format!("grid set {SUPPLIER}"));
    assert!(supplier.contains(SUPPLIER), "{supplier}");
    assert_eq!(
        admin.run("grid set 8716879000005").code,
        2,
        "a wrong check digit"
    );
    assert_eq!(admin.json("grid list").len(), 1);
    assert_eq!(
        Shell::of(&world.db.url("lead_1"))
            .run(&format!("grid set {GRID}"))
            .code,
        1
    );
}
