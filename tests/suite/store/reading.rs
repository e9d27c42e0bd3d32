//! Lists, detail, search: what is shown, in which order, to whom.

use loket::process::engine::Answer;
use loket::store::StoreError;
use loket::store::rows::{InboxView, WorkState};

use crate::support::world::{SUPPLIER, World, answers, ean, free};

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_has_the_pool_first_then_held_then_waiting_each_by_nearest_clock() {
    let world = World::new().await;
    for n in 1..=9 {
        world.signal(n).await;
    }
    let anna = world.desk("anna").await;
    let queue = anna.session.me.queues[0].queue_id;
    let view = InboxView::Queue(queue);
    let page = |after, limit| anna.store.inbox(&view, after, limit);
    anna.take(page(None, 1).await.unwrap().rows[0].case_id)
        .await;
    let whole = page(None, 50).await.unwrap();
    assert_eq!(whole.rows.len(), 9);
    assert!(!whole.more);
    let keys: Vec<_> = whole
        .rows
        .iter()
        .map(|row| (row.work, row.sort_at, row.case_id))
        .collect();
    let mut sorted = keys.clone();
    sorted.sort();
    assert_eq!(keys, sorted);
    assert_eq!(whole.rows[8].work, WorkState::Held);
    assert_eq!(whole.rows[8].holder.as_deref(), Some("Anna"));
    // page by page it is the same list
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let next = page(after, 4).await.unwrap();
        after = next.rows.last().map(loket::store::rows::CaseRow::page_key);
        rows.extend(next.rows);
        if !next.more {
            break;
        }
    }
    assert_eq!(rows, whole.rows);
    let mine = anna.store.inbox(&InboxView::Mine, None, 50).await.unwrap();
    assert_eq!(mine.rows.len(), 1);
}

/// Nobody can hasten a block that a system has to confirm: it does not push a case up the list.
#[tokio::test(flavor = "multi_thread")]
async fn clocks_of_systems_do_not_decide_what_is_urgent() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let detail = world.admin.case_detail(case_id).await.unwrap();
    let due = |key: &str| {
        detail
            .facts
            .clocks
            .iter()
            .find(|clock| clock.key == key)
            .unwrap()
            .due_at
    };
    assert!(due("block_15m") < due("contact_1wd"));
    assert_eq!(detail.row.clock.as_deref(), Some("contact_1wd"));
    assert_eq!(detail.row.due_at, Some(due("contact_1wd")));
}

/// GT-26, GT-27: the contacts of the right group, valid today; nobody there is seen at once.
#[tokio::test(flavor = "multi_thread")]
async fn gt_26_and_gt_27_the_contacts_of_the_group_stand_beside_the_case() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let party = world
        .admin
        .case_detail(case_id)
        .await
        .unwrap()
        .party
        .unwrap();
    assert_eq!(party.gln, SUPPLIER);
    let names: Vec<_> = party
        .contacts
        .iter()
        .map(|contact| contact.name.as_str())
        .collect();
    assert_eq!(names, ["Bakker", "Visser"]);
    let provider = crate::support::world::PROVIDER;
    let nobody = world
        .admin
        .look_up("", provider)
        .await
        .unwrap()
        .party
        .unwrap();
    assert_eq!(nobody.contacts, []);
}

/// META-03, decision 21: masked here, and nothing at all of a protected person.
#[tokio::test(flavor = "multi_thread")]
async fn meta_03_personal_data_are_masked() {
    let world = World::new().await;
    let seen = world
        .admin
        .case_detail(world.signal(1).await)
        .await
        .unwrap()
        .customer
        .unwrap();
    assert_eq!(seen.name, "Roos Langevoort1");
    assert_eq!(
        (seen.phone.as_str(), seen.email.as_str()),
        ("***67", "r***@voorbeeld.example")
    );
    let hidden = world
        .admin
        .case_detail(world.signal(13).await)
        .await
        .unwrap()
        .customer
        .unwrap();
    assert!(hidden.protected);
    assert_eq!(
        (hidden.name, hidden.phone, hidden.email),
        Default::default()
    );
    assert_eq!(world.admin.search("langevoort13", 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_everything_a_caller_may_say() {
    let world = World::new().await;
    world
        .open(&world.admin, 2, SUPPLIER, false, Some("SIG-7-00042"))
        .await
        .unwrap();
    world.signal(3).await;
    let find = async |text: &str| {
        let hits = world.admin.search(text, 10).await.unwrap();
        hits.into_iter()
            .map(|hit| (hit.row.case_no, hit.how))
            .collect::<Vec<_>>()
    };
    let case_no = find(&ean(2)).await[0].0.clone();
    let short = case_no.replace("-0000", "-");
    for (text, how) in [
        (ean(2).as_str(), "ean"),
        (&case_no, "case_no"),
        (&case_no.to_lowercase(), "case_no"),
        (&short, "case_no"),
        (&ean(2)[..17], "ean"),
        ("NL0000002", "customer"),
        ("5226hp2", "address"),
        ("5226 hp 2", "address"),
        ("5226HP 2A", "address"),
        ("E000000002", "meter"),
        ("SIG-7-00042", "reference"),
        ("langevoort2", "text"),
        ("Roos Langevoort2", "text"),
    ] {
        assert_eq!(
            find(text).await,
            [(case_no.clone(), how.to_owned())],
            "{text}"
        );
    }
    assert_eq!(find("5226HP").await.len(), 2);
    assert_eq!(
        find("100%_").await,
        [],
        "what means something in a pattern is plain text here"
    );
    match world.admin.search("ab", 10).await {
        Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "search_too_short"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_tells_who_did_what_newest_first() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let anna = world.desk("anna").await;
    let lease = anna.take(case_id).await;
    let note: Answer = free("called, no answer");
    anna.act(case_id, Some(lease), "add_note", &answers([("note", note)]))
        .await
        .unwrap();
    let timeline = anna.store.timeline(case_id, None, 2).await.unwrap();
    let kinds: Vec<_> = timeline
        .iter()
        .map(|row| (row.kind.as_str(), row.seq))
        .collect();
    assert_eq!(kinds, [("add_note", 3), ("claimed", 2)]);
    assert_eq!(timeline[0].agent.as_deref(), Some("Anna"));
    assert_eq!(timeline[0].agent_id, Some(anna.session.me.agent_id));
    let loket::process::field::Value::Text(text) = &timeline[0].answers["note"] else {
        panic!()
    };
    let texts = anna.store.case_detail(case_id).await.unwrap().texts;
    assert_eq!(texts[&text.text], "called, no answer");
    let rest = anna.store.timeline(case_id, Some(2), 50).await.unwrap();
    assert_eq!(rest.len(), 1);
}
