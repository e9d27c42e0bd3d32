//! Two real consoles and a worker: what one does, the other sees, and nothing moves (issue 4).

use loket::exchange::worker::Worker;
use tokio::sync::watch;

use crate::exchange_world::{folder, options};
use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (160, 48);

/// The number of the case in the detail.
fn shown(screen: &Screen) -> Option<String> {
    let text = screen.text();
    let heading = text.lines().nth(2)?;
    heading
        .split_whitespace()
        .find(|word| word.starts_with("GT-"))
        .map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_claims_and_the_other_sees_it_while_nothing_moves() {
    let world = World::new().await;
    for n in 1..=3 {
        world.signal(n).await;
    }
    let path = folder("terminal-live");
    let worker = Worker::open(world.db.store("worker_1"), options(&path));
    let worker = worker.await.unwrap();
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn(async move { worker.run(stop).await });

    let mut anna = Screen::desk(&world.db.url("anna"), SIZE);
    anna.wait("contact the party");
    anna.press("j");
    anna.wait("000002   ");
    let mut bram = Screen::desk(&world.db.url("bram"), SIZE);
    bram.wait("contact the party");
    // the first case: bram's cursor stands on it
    bram.press("c");
    // what is said of it goes again after some seconds
    anna.wait("Bram took");
    bram.wait("you hold this case");
    assert_eq!(
        shown(&anna).as_deref().map(|no| &no[8..]),
        Some("000002"),
        "{}",
        anna.text()
    );

    // on the same case: each is told of the other
    // his case stands behind those of the pool now
    bram.press("\t");
    bram.press("gg");
    anna.wait("Bram is reading");
    bram.wait("Anna is reading");
    bram.press("t");
    bram.wait("step 1 of 2");
    bram.press("called the customer");
    anna.wait("Bram is writing");
    assert_eq!(
        shown(&anna).as_deref().map(|no| &no[8..]),
        Some("000002"),
        "{}",
        anna.text()
    );
    bram.press("\u{1b}");
    anna.wait("Bram is reading");
    bram.press("q");

    anna.press("q");
    assert!(anna.ended().success());
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
}
