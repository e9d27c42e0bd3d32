//! A cluster of the data wash at the keyboard: the real program on a real terminal, with a real
//! PostgreSQL. One is solved by hand, the rest previewed and released, and taken back again.

use loket::exchange::washing::bring::{Origin, Paths, Word, holdings};
use loket::store::admin::AgentRow;
use loket::store::rows::CaseId;

use crate::support::db::SUPERUSER;
use crate::support::keys::{ENTER, ESC, Walker, office};
use crate::support::shell::Shell;
use crate::support::world::World;

/// Before the review.
const REVIEW: &str = "\u{13}";
const HEADER: &str = "metering_point_id,customer_ref,kind,first_name,last_name,organisation_name,\
identifier,birth_date,street,house_number,postcode,city,valid_from,valid_to\n";
/// Somebody invented, with the grid company alone.
const GEIR: &str = "private,Geir,Kristensen,,29884013001,1940-08-29,Knudsenhavna,127,7365,\
Martinhelle,2010-01-01,\n";

fn point(number: usize) -> String {
    let body = format!("7070575001{number:07}");
    let digit = loket::domain::gs1::check_digit(&body).unwrap();
    format!("{body}{digit}")
}

/// An office in which anna washes; four points that the supplier lacks, all begun on one day.
pub(crate) async fn washed() -> World {
    let world = office().await;
    world.admin.grace_set(600).await.unwrap();
    let anna = AgentRow {
        db_role: "anna".into(),
        name: "Anna".into(),
        role: "agent".into(),
        queues: vec!["wash".into()],
        disabled_at: None,
        firm: None,
    };
    world.db.store(SUPERUSER).agent_add(&anna).await.unwrap();
    let name = format!("loket-clusters-walk-{}", uuid::Uuid::now_v7());
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let (grid, supply) = (folder.join("grid.csv"), folder.join("supply.csv"));
    let row = |n: usize| format!("{},G{n:06},{GEIR}", point(n));
    let rows = [1, 2, 3, 4].map(row).concat();
    std::fs::write(&grid, format!("{HEADER}{rows}")).unwrap();
    std::fs::write(&supply, HEADER).unwrap();
    let paths = Paths {
        grid,
        supply,
        persons: None,
        enterprises: None,
    };
    let brought = holdings(&world.admin, &paths, &Origin::default(), Word::default()).await;
    assert_eq!(brought.unwrap().told.counts.get("opened"), Some(&4));
    std::fs::remove_dir_all(&folder).unwrap();
    world
}

/// Presses when the screen says that; gives how many keys.
fn press(walker: &mut Walker<'_>, seen: &str, keys: &str) -> usize {
    walker.screen.wait(seen);
    walker.screen.press(keys);
    keys.chars().count()
}

async fn states(world: &World) -> Vec<String> {
    let cases: Vec<CaseId> = (1..=4).map(CaseId).collect();
    let rows = world.admin.rows(&cases).await.unwrap();
    rows.into_iter().map(|row| row.state).collect()
}

/// Thirteen keys decide a cluster of any size: one of it by hand, the preview of the rest, the release.
/// What was released is taken back with two more, case by case under the same guards.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a04_2_a_cluster_is_decided_with_thirteen_keys_and_taken_back() {
    let world = washed().await;
    let mut walker = Walker::sit_down(&world, "anna");
    let mut keys = press(&mut walker, "live", "w");
    keys += press(&mut walker, "A04 on contracts from", ENTER);
    walker.screen.wait("findings: 4");
    keys += press(&mut walker, "no row", ENTER);
    keys += press(&mut walker, "FINDING", ENTER);
    keys += press(&mut walker, "1 Check the own system", "1");
    keys += press(&mut walker, "step 1 of 2", "2");
    keys += press(&mut walker, "(*) customer not activated", "\t2");
    keys += press(&mut walker, "step 1 of 2", REVIEW);
    keys += press(&mut walker, "step 2 of 2", ENTER);
    keys += press(&mut walker, "Now: ", ESC);
    keys += press(&mut walker, "previews the same for the rest", "=");
    walker.screen.wait("at most 600 a minute");
    keys += press(&mut walker, "3 will be done", ENTER);
    walker.screen.wait("3 done, 0 refused");
    assert_eq!(keys, 13);
    assert_eq!(states(&world).await, ["activate"; 4]);
    walker.screen.press("U");
    walker.screen.wait("takes back what was just done");
    press(&mut walker, "3 will be done", ENTER);
    walker.screen.wait("3 done, 0 refused");
    let states = states(&world).await;
    assert_eq!(
        states.iter().filter(|it| *it == "activate").count(),
        1,
        "{states:?}"
    );
    walker.screen.press(ESC);
    walker.screen.wait("findings: 4");
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}
