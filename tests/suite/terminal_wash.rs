//! A finding of the data wash at the keyboard: the real program on a real terminal, with a real
//! PostgreSQL into which two files were washed.

use loket::store::rows::CaseId;

use crate::support::keys::{ENTER, Walker};
use crate::support::shell::Shell;
use crate::support::wash::desk::{press, washed};

/// Before the review.
const REVIEW: &str = "\u{13}";

/// From the queue to a decision: one key takes the case, its evidence stands on the first screen, two
/// choose the action, three say what was found and why, two look at it and write it: eight keys.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a04_2_a_finding_is_decided_with_eight_keys() {
    let world = washed(1).await;
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
