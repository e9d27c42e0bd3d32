//! The real console: a note on all cases of a filter, and an action of which a colleague takes one
//! case away between preview and run.

use std::time::Duration;

use loket::system;

use crate::support::db::SUPERUSER;
use crate::support::keys::{ENTER, ESC};
use crate::support::screen::Screen;
use crate::support::world::World;

const REVIEW: &str = "\u{13}";

/// Moves to the line of that name and chooses it.
fn choose(screen: &mut Screen, label: &str) {
    screen.wait(label);
    let text = screen.text();
    let line = text.lines().find(|line| line.contains(label)).unwrap();
    let digit = line.split_whitespace().next().unwrap().to_owned();
    screen.press(&digit);
}

async fn events(world: &World, kind: &str) -> i64 {
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query_scalar("SELECT count(*) FROM loket.case_events WHERE kind = $1")
        .bind(kind)
        .fetch_one(&pool)
        .await
        .unwrap()
}

/// What follows behind the screen's back: so many there will be, and no more.
async fn become_of(world: &World, kind: &str, wanted: i64) {
    let end = system::monotonic() + Duration::from_mins(1);
    while events(world, kind).await < wanted {
        assert!(system::monotonic() < end, "gave up waiting for {kind}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(events(world, kind).await, wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_cases_at_once_at_the_real_keyboard() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=4 {
        cases.push(world.signal(n).await);
    }
    let bram = world.desk("bram").await;
    bram.take(cases[3]).await;
    let mut screen = Screen::desk(&world.db.url("anna"), (120, 40));
    screen.wait("Zonnebloem");
    screen.press("F");
    screen.wait("A word without a key");
    screen.press("work:open");
    screen.press(ENTER);
    screen.wait("3 fit");
    screen.press("*");
    screen.wait("3 marked: all there are now");
    screen.press("B");
    choose(&mut screen, "Add a note");
    screen.wait("3 cases");
    screen.press("letter sent");
    screen.press(REVIEW);
    screen.wait("3 will be done");
    screen.press(ENTER);
    screen.wait("3 done, 0 refused");
    assert_eq!(events(&world, "add_note").await, 3);
    screen.press(ESC);
    screen.wait("3 fit");
    screen.press("*");
    screen.wait("3 marked");
    screen.press("B");
    choose(&mut screen, "Block is confirmed");
    screen.wait("3 will be done");
    bram.take(cases[1]).await;
    screen.press(ENTER);
    screen.wait("2 done, 1 refused");
    assert!(screen.text().contains("Bram"), "{}", screen.text());
    assert_eq!(events(&world, "block_confirmed").await, 2);
    // they go back when the action is over, and the screen does not wait for it
    become_of(&world, "released", 2).await;
}
