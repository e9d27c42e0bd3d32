//! Promises and snoozes from a shell.

use crate::support::shell::Shell;
use crate::support::world::World;

async fn office() -> (World, Shell, String) {
    let world = World::new().await;
    let anna = Shell::of(&world.db.url("anna"));
    let case_id = world.signal(1).await;
    let no = world.admin.case_detail(case_id).await.unwrap().row.case_no;
    (world, anna, no)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_made_listed_and_kept() {
    let (_world, anna, no) = office().await;
    let line = format!("case promise {no} --at '+2h' --what 'call Roos back'");
    let would = anna.ok(&format!("{line} --dry-run"));
    assert!(would.contains("promise"), "{would}");
    assert!(
        !anna
            .ok(&format!("case show {no}"))
            .contains("call Roos back")
    );
    let done = anna.one(&line);
    assert_eq!(done["action"], "promise");
    let shown = anna.ok(&format!("case show {no}"));
    assert!(shown.contains("promise 1: call Roos back (Anna"), "{shown}");
    let found = anna.json("case list --filter is:promised");
    assert_eq!(found.len(), 1);
    assert!(
        anna.refused(&format!("case promise {no} --kept 7"))
            .contains("which promise")
    );
    anna.ok(&format!("case promise {no} --kept 1"));
    assert!(anna.json("case list --filter is:promised").is_empty());
    // and in a note, in the words of the language
    anna.ok(&format!("case note {no} '!tomorrow 9:30 send the letter'"));
    let shown = anna.ok(&format!("case show {no}"));
    assert!(shown.contains("promise 2: send the letter"), "{shown}");
    let reason = "--withdraw 2 --reason 'it was sent'";
    anna.ok(&format!("case promise {no} {reason}"));
    assert_eq!(
        anna.run(&format!("case promise {no}")).code,
        2,
        "says what is missing"
    );
    let past = anna.refused(&format!(
        "case promise {no} --at '2020-01-01 09:00' --what x"
    ));
    assert!(past.contains("ahead"), "{past}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_put_aside_and_taken_back() {
    let (_world, anna, no) = office().await;
    let until = |when: &str| format!("case snooze {no} --until '{when}' --reason 'the lab'");
    let beyond = anna.refused(&until("+9d"));
    assert!(
        beyond.contains("put the case aside until then at the latest"),
        "{beyond}"
    );
    anna.ok(&until("+2h"));
    assert!(anna.json("case list").is_empty());
    assert_eq!(anna.json("case list --filter is:snoozed").len(), 1);
    anna.ok(&format!("case snooze {no} --end"));
    assert_eq!(anna.json("case list").len(), 1);
    let again = anna.refused(&format!("case snooze {no} --end"));
    assert!(again.contains("not put aside"), "{again}");
}
