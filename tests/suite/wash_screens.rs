//! What the screens of the data wash read from a real database: updates of suppliers as they come in,
//! clusters as they are counted, what registers say, and who may read them.

use loket::store::StoreError;
use loket::store::rows::CaseId;
use serde_json::json;

use crate::support::shell::Shell;
use crate::support::wash::desk::washed;
use crate::wired::Wired;

fn refused<T>(answer: Result<T, StoreError>) -> String {
    match answer {
        Err(StoreError::Refused(refusal)) => refusal.key,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was not refused"),
    }
}

/// DW-BAS-12: an update that a system sends twice waits once in the list, beside our row; it ends with a
/// reason. One that brings nothing is refused with a sentence.
#[tokio::test]
async fn dw_bas_12_an_update_that_comes_in_waits_once_in_the_list() {
    let wired = Wired::practising("wash-updates").await;
    let store = &wired.world.admin;
    let update = json!({"reference": "KL-7", "metering_point_id": "707057500100000017",
        "supplier_gln": "7080000000001", "last_name": "Nordby", "first_name": "Geir"});
    for _ in 0..2 {
        wired.drop_file(&update);
    }
    wired.drop_file(&json!({"reference": "KL-8", "metering_point_id": "707057500100000017"}));
    wired.works().await;
    let list = store.wash_updates_waiting(0).await.unwrap();
    assert_eq!((list.updates.len(), list.total, list.more), (1, 1, false));
    let one = &list.updates[0];
    assert_eq!((&*one.reference, &one.case_id), ("KL-7", &None));
    assert_eq!(one.theirs.as_ref().unwrap().name, "Geir Nordby");
    assert_eq!(one.ours, None, "nobody of ours is known there");
    let files = std::fs::read_dir(wired.folder.join("incoming/refused")).unwrap();
    assert_eq!(files.count(), 2, "the file and its sentence");
    let reason = Some("Not our point.");
    store
        .wash_update_end(one.update_id, false, reason)
        .await
        .unwrap();
    assert_eq!(store.wash_updates_waiting(0).await.unwrap().total, 0);
}

/// Who has no part in the data wash reads none of its screens.
#[tokio::test]
async fn the_screens_of_the_wash_are_for_its_queue_alone() {
    let wired = Wired::practising("wash-rights").await;
    let anna = wired.world.db.store("anna");
    assert_eq!(refused(anna.wash_clusters(None).await), "queue_not_yours");
    assert_eq!(
        refused(anna.wash_cluster("batch:grid:A01:2026-03-01", 0).await),
        "queue_not_yours"
    );
    assert_eq!(
        refused(anna.wash_updates_waiting(0).await),
        "queue_not_yours"
    );
}

/// DW-A-5: at go-live what still differs is closed case by case; what somebody works on stays open and is
/// named, and a trial closes nothing. Said twice it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a_5_at_go_live_what_differs_is_closed_and_what_is_held_stays() {
    let world = washed(4).await;
    world.desk("anna").await.take(CaseId(1)).await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let trial = shell.run("wash go-live 2026-06-02 --dry-run");
    assert_eq!(trial.code, 3, "{trial:?}");
    assert!(
        trial.out.contains("3 would be closed; 1 would stay open"),
        "{trial:?}"
    );
    let done = shell.run("wash go-live 2026-06-02");
    assert!(done.out.contains("3 closed; 1 stay open"), "{done:?}");
    assert!(
        format!("{}{}", done.out, done.err).contains("Anna"),
        "{done:?}"
    );
    let cases: Vec<CaseId> = (1..=4).map(CaseId).collect();
    let rows = world.admin.rows(&cases).await.unwrap();
    let closed = rows
        .iter()
        .filter(|row| row.state == "closed_nett_prevails");
    assert_eq!(closed.count(), 3);
    let again = shell.run("wash go-live 2026-06-02");
    assert!(again.out.contains("0 closed; 1 stay open"), "{again:?}");
    let early = shell.run("wash go-live 2030-01-01 --dry-run");
    assert!(
        early.out.contains("0 would be closed"),
        "not before the day: {early:?}"
    );
    shell.ok("db verify");
}

/// DW-BAS-14, DW-BAS-15: the imported extract answers about who has the point: one hit by number, masked;
/// without one nobody. Who asked is kept, what was said is not.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_14_the_extract_answers_about_a_case() {
    let world = washed(4).await;
    let store = &world.admin;
    let asked = store.register_ask(CaseId(1), false).await.unwrap();
    assert_eq!(asked.sides.len(), 1, "the supplier has nobody");
    assert_eq!((asked.sides[0].hits, &asked.sides[0].found), (0, &None));
    let person = json!({"number": "29884013001", "first_name": "Geir", "last_name": "Kristensen",
        "birth_date": "1940-08-29", "street": "Annengate", "house_number": "1", "postcode": "7365",
        "city": "Martinhelle", "deceased_on": "", "protected": false});
    store
        .register_put("persons", std::slice::from_ref(&person))
        .await
        .unwrap();
    let asked = store.register_ask(CaseId(1), false).await.unwrap();
    let side = &asked.sides[0];
    let found = side.found.as_ref().unwrap();
    assert_eq!(
        (side.hits, &*found.name, &*found.number),
        (1, "Geir Kristensen", "*********01")
    );
    assert_eq!(found.number_as, side.shown.number_as);
    assert_eq!(
        side.held, None,
        "nothing leaves unmasked unless a service is to be asked"
    );
    let raw = store.register_ask(CaseId(1), true).await.unwrap();
    assert!(raw.sides[0].held.is_some());
    assert!(
        !format!("{raw:?}").contains("29884013001"),
        "not in a log either"
    );
    let mut hidden = person;
    hidden["protected"] = true.into();
    hidden["number"] = "29884013001".into();
    store.register_put("persons", &[hidden]).await.unwrap();
    let asked = store.register_ask(CaseId(1), true).await;
    assert_eq!(refused(asked), "register_protected");
}
