//! A cluster of the data wash at the keyboard: the real program on a real terminal, with a real
//! PostgreSQL. One is solved by hand, the rest previewed and released, and taken back again.

use loket::store::rows::CaseId;

use crate::support::db::SUPERUSER;
use crate::support::keys::{ENTER, ESC, Walker};
use crate::support::screen::Screen;
use crate::support::shell::Shell;
use crate::support::wash::desk::{anna_washes, press, washed};
use crate::support::world::World;
use crate::wash_shared::Accidents;

/// Before the review.
const REVIEW: &str = "\u{13}";

async fn states(world: &World) -> Vec<String> {
    let cases: Vec<CaseId> = (1..=4).map(CaseId).collect();
    let rows = world.admin.rows(&cases).await.unwrap();
    rows.into_iter().map(|row| row.state).collect()
}

/// Thirteen keys decide a cluster of any size: one of it by hand, the preview of the rest, the release.
/// What was released is taken back with two more, case by case under the same guards.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a04_2_a_cluster_is_decided_with_thirteen_keys_and_taken_back() {
    let world = washed(4).await;
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

/// Whoever washes, in this world, on a terminal of eighty by twenty-four.
fn small(world: &World) -> Screen {
    let url = world.db.url("anna");
    let screen = Screen::start(&["console"], &[("DATABASE_URL", &url)], (80, 24));
    screen.wait_for("a live line", |text| {
        text.lines().next().is_some_and(|top| top.contains("live"))
    });
    screen
}

/// Issue 6: what real files have in common is on the screen of eighty columns, each in its words; one of a
/// merger is solved by hand, the rest previewed, released and taken back.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_2_clusters_of_real_files_are_solved_and_taken_back() {
    let world = anna_washes().await;
    let folder = tempfile::tempdir().unwrap();
    Accidents::all().bring(&world, folder.path());
    let mut screen = small(&world);
    screen.press("w");
    for said in [
        "Street in 0151 renamed: kongens g is dronningens g",
        "t for th",
        "House number written differently",
        "Enterprise 959716633 stands where 822254187 does",
        "Supplier 7080000000012 became 7080000000029",
        "Contracts of supplier 7080000000036 went to 7080000000029",
        "A04 on contracts from",
        "Organisation number 999999999 is nobody's",
        "A04 in 7070570500012_METERING_POINTS_20261113.csv",
    ] {
        screen.wait(said);
    }
    assert!(!screen.text().contains("skole"), "{}", screen.text());
    // the clusters are of one size, so they stand in the order of their keys
    let order = screen.text();
    let mut lines = order.lines().filter(|line| line.contains("  3  "));
    let at = lines
        .position(|line| line.contains("Enterprise 959716633"))
        .unwrap();
    screen.press(&"j".repeat(at));
    screen.press(ENTER);
    screen.wait("Nordby Drift");
    screen.press(ENTER);
    screen.wait("FINDING");
    screen.press(ENTER);
    screen.wait("Takeover requested");
    let asked = line_of(&screen, "Takeover requested");
    screen.press(&asked);
    screen.wait("step 1 of 2");
    screen.press(REVIEW);
    screen.wait("step 2 of 2");
    screen.press(ENTER);
    screen.wait("Now: ");
    screen.press(ESC);
    screen.wait("previews the same for the rest");
    screen.press("=");
    screen.wait("2 will be done");
    screen.press(ENTER);
    screen.wait("2 done, 0 refused");
    assert_eq!(asked_for(&world).await, 3);
    screen.press("U");
    screen.wait("takes back what was just done");
    screen.press(ENTER);
    screen.wait("2 done, 0 refused");
    assert_eq!(asked_for(&world).await, 1);
    Shell::of(&world.db.url("admin_1")).ok("db verify");
}

/// The digit in front of that action.
fn line_of(screen: &Screen, action: &str) -> String {
    let text = screen.text();
    let mut lines = text.lines().filter(|line| line.contains(action));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("{action} is not there:\n{text}"));
    let before = line.split(action).next().unwrap_or_default();
    before.chars().filter(char::is_ascii_digit).collect()
}

/// How many cases wait for our answer to a takeover.
async fn asked_for(world: &World) -> i64 {
    let asked = "SELECT count(*) FROM loket.cases WHERE state = 'assess_takeover'";
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query_scalar(asked).fetch_one(&pool).await.unwrap()
}
