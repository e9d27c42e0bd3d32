//! A cluster of the data wash at the keyboard: the real program on a real terminal, with a real
//! PostgreSQL. One is solved by hand, the rest previewed and released, and taken back again.

use loket::store::rows::CaseId;

use crate::support::keys::{ENTER, ESC, Walker};
use crate::support::shell::Shell;
use crate::support::wash::desk::{press, washed};
use crate::support::world::World;

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
