//! A finding of the data wash at the keyboard: the real program on a real terminal, with a real
//! PostgreSQL into which two files were washed.

use loket::exchange::washing::bring::{Origin, Paths, Word, holdings};
use loket::store::admin::AgentRow;
use loket::store::rows::CaseId;

use crate::support::db::SUPERUSER;
use crate::support::keys::{ENTER, Walker, office};
use crate::support::shell::Shell;
use crate::support::world::World;

/// Before the review.
const REVIEW: &str = "\u{13}";
const HEADER: &str = "metering_point_id,customer_ref,kind,first_name,last_name,organisation_name,\
identifier,birth_date,street,house_number,postcode,city,valid_from,valid_to\n";
/// Somebody invented, with the grid company alone.
const GEIR: &str = "G000001,private,Geir,Kristensen,,29884013001,1940-08-29,Knudsenhavna,127,7365,\
Martinhelle,2010-01-01,\n";

/// A metering point with a right check digit.
fn point() -> String {
    let body = "70705750010000001";
    let digit = loket::domain::gs1::check_digit(body).unwrap();
    format!("{body}{digit}")
}

/// An office in which anna washes, after a run over two files: one point that the supplier lacks.
async fn washed() -> World {
    let world = office().await;
    let anna = AgentRow {
        db_role: "anna".into(),
        name: "Anna".into(),
        role: "agent".into(),
        queues: vec!["wash".into()],
        disabled_at: None,
        firm: None,
    };
    world.db.store(SUPERUSER).agent_add(&anna).await.unwrap();
    let name = format!("loket-wash-walk-{}", uuid::Uuid::now_v7());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let (grid, supply) = (folder.join("grid.csv"), folder.join("supply.csv"));
    std::fs::write(&grid, format!("{HEADER}{},{GEIR}", point())).unwrap();
    std::fs::write(&supply, HEADER).unwrap();
    let paths = Paths {
        grid,
        supply,
        persons: None,
        enterprises: None,
    };
    let brought = holdings(&world.admin, &paths, &Origin::default(), Word::default()).await;
    assert_eq!(brought.unwrap().told.counts.get("opened"), Some(&1));
    std::fs::remove_dir_all(&folder).unwrap();
    world
}

/// Presses when the screen says that; gives how many keys.
fn press(walker: &mut Walker<'_>, seen: &str, keys: &str) -> usize {
    walker.screen.wait(seen);
    walker.screen.press(keys);
    keys.chars().count()
}

/// From the queue to a decision: one key takes the case, its evidence stands on the first screen, two
/// choose the action, three say what was found and why, two look at it and write it: eight keys.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a04_2_a_finding_is_decided_with_eight_keys() {
    let world = washed().await;
    let mut walker = Walker::sit_down(&world, "anna");
    let mut keys = press(&mut walker, "live", "n");
    for seen in [
        "FINDING",
        "A04 contract missing",
        "Geir Kristensen",
        "no row",
        "*********01",
    ] {
        walker.screen.wait(seen);
    }
    let shown = walker.screen.text();
    assert!(
        !shown.contains("29884013001") && !shown.contains("1940-08-29"),
        "{shown}"
    );
    keys += press(&mut walker, "you hold this case", ENTER);
    keys += press(&mut walker, "1 Check the own system", "1");
    keys += press(&mut walker, "step 1 of 2", "2");
    keys += press(&mut walker, "(*) customer not activated", "\t2");
    keys += press(&mut walker, "step 1 of 2", REVIEW);
    keys += press(&mut walker, "step 2 of 2", ENTER);
    walker.screen.wait("Now: ");
    assert_eq!(keys, 8);
    let rows = world.admin.rows(&[CaseId(1)]).await.unwrap();
    assert_eq!(rows[0].state, "activate");
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}
