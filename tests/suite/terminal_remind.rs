//! The real program: a promise and a snooze, made with keys, until the database has them.

use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (149, 40);

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_and_a_snooze_are_made_with_keys() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    screen.press("P");
    screen.wait("step 1 of 2");
    screen.press("+45m\t");
    screen.press("call Roos back\r");
    screen.wait("step 2 of 2");
    screen.wait(": call Roos back");
    screen.press("\r");
    screen.wait_for("the promise in its row", |text| {
        text.lines()
            .any(|line| line.contains("GT-") && line.contains("promise "))
    });
    screen.wait("promise: call Roos back");
    screen.wait("promised by Anna");
    screen.press("z");
    screen.wait("step 1 of 2");
    screen.press("+30m\twaits for the lab\r");
    screen.wait("step 2 of 2");
    screen.wait(": waits for the lab");
    screen.press("\r");
    screen.wait("Put aside until");
    let row = world.admin.case_detail(case).await.unwrap().row;
    assert!(
        row.promise_at.is_some() && row.snoozed_until.is_some(),
        "{row:?}"
    );
    // the list that asks for it
    screen.press("F");
    screen.press("is:snoozed\r");
    screen.wait("1 fit");
    screen.wait(&row.case_no);
    screen.press("q");
    assert!(screen.ended().success());
    let auditor = world.db.store("auditor_1");
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, []);
}
