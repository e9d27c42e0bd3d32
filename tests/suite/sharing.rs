//! Contracts and mandates in the database: one contract for each organisation, whoever is first, and
//! nothing shared before it begins (FLU-06, FLU-07, FLU-18).

use loket::domain::consumption::shown::Naming;
use loket::process::engine::{Actor, Answers};
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::consumption::{Look, Step};
use loket::store::rows::CaseId;
use uuid::Uuid;

use crate::consumption::{contract, mandate, open, world};
use crate::support::world::{Desk, PROVIDER, SUPPLIER, World, answers, free, word, yes};

fn key(error: &StoreError) -> (&str, &str) {
    match error {
        StoreError::Refused(refusal) => (&refusal.key, &refusal.rule),
        other => panic!("{other:?}"),
    }
}

/// A contract that waits for its approval, of that party.
fn signed(party: &str) -> Answers {
    let mut given = contract();
    given.remove("approved_on");
    given.insert("party_gln".to_owned(), word(party));
    given
}

fn approval(start: &str) -> Answers {
    answers([
        ("contract_number", word("3599900040700")),
        ("start_date", word(start)),
    ])
}

async fn does(desk: &Desk<'_>, case: CaseId, action: &str, given: &Answers) {
    let lease = desk.take(case).await;
    desk.act(case, Some(lease), action, given).await.unwrap();
}

/// What the database says to an action that the engine allows.
async fn refused(desk: &Desk<'_>, case: CaseId, action: &str, given: &Answers) -> StoreError {
    let lease = desk.take(case).await;
    let error = desk.act(case, Some(lease), action, given).await;
    desk.store
        .case_release(Uuid::now_v7(), desk.id(), lease)
        .await
        .unwrap();
    error.unwrap_err()
}

fn ends() -> Answers {
    answers([("reason", free("the firm stops"))])
}

/// FLU-07: of two that are approved in the same moment one comes into force, whichever party holds it; and
/// when that one ends the other may.
#[tokio::test(flavor = "multi_thread")]
async fn flu_07_of_two_contracts_in_the_same_moment_one_comes_into_force() {
    let world = world().await;
    let cases = [
        open(&world, "contract", &signed(PROVIDER)).await.unwrap(),
        open(&world, "contract", &signed(SUPPLIER)).await.unwrap(),
    ];
    for _ in 0..5 {
        let [one, other] = [world.desk("anna").await, world.desk("anna").await];
        let (first, second) = tokio::join!(
            approved(&world, &one, cases[0]),
            approved(&world, &other, cases[1])
        );
        let (winner, loser) = match (&first, &second) {
            (Ok(()), Err(error)) => (cases[0], error),
            (Err(error), Ok(())) => (cases[1], error),
            both => panic!("{both:?}"),
        };
        assert_eq!(key(loser), ("contract_elsewhere", "FLU-07"));
        does(&one, winner, "terminate", &ends()).await;
        reopened(&world, winner).await;
    }
}

/// Signed anew where it must be, and approved.
async fn approved(world: &World, desk: &Desk<'_>, case: CaseId) -> Result<(), StoreError> {
    let detail = world.admin.case_detail(case).await.unwrap();
    if detail.row.state == "to_sign" {
        let signed = answers([
            ("signed_on", word("2026-11-10")),
            ("signature_checked", yes(true)),
        ]);
        does(desk, case, "signed_received", &signed).await;
    }
    let lease = desk.take(case).await;
    let done = desk
        .act(case, Some(lease), "approve", &approval("2026-11-01"))
        .await;
    if done.is_err() {
        desk.store
            .case_release(Uuid::now_v7(), desk.id(), lease)
            .await
            .unwrap();
    }
    done.map(|_| ())
}

async fn reopened(world: &World, case: CaseId) {
    reopen(world, case).await.unwrap();
}

async fn reopen(world: &World, case: CaseId) -> Result<(), StoreError> {
    let detail = world.admin.case_detail(case).await.unwrap();
    let context = world.context(Actor::Lead).await;
    let reason = answers([("reason", free("one more time"))]);
    let change = loket::process::engine::step(&detail.facts, "reopen", &reason, &context).unwrap();
    let target = Target {
        case_id: case,
        fence: None,
        version: detail.row.version,
    };
    let cmd = Uuid::now_v7();
    let done = world.admin.case_apply(cmd, None, target, &change).await;
    done.map(|_| ())
}

/// GT-17: a case that is reopened is not a second one about its party, and in the same moment one comes back.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_a_second_case_does_not_come_by_reopening() {
    let world = world().await;
    let lead = world.desk("lead_1").await;
    let given = answers([("party_gln", word(PROVIDER)), ("proposed_by", word("lead"))]);
    let no = answers([("judgement", word("no")), ("judged_on", word("2026-11-10"))]);
    let first = open(&world, "repeat_offender", &given).await.unwrap();
    does(&lead, first, "joint_judgement", &no).await;
    let second = open(&world, "repeat_offender", &given).await.unwrap();
    let error = reopen(&world, first).await.unwrap_err();
    assert_eq!(key(&error), ("offender_open", "GT-17"));
    does(&lead, second, "joint_judgement", &no).await;
    let both = tokio::join!(reopen(&world, first), reopen(&world, second));
    let ((Ok(()), Err(error)) | (Err(error), Ok(()))) = both else {
        panic!("{both:?}")
    };
    assert_eq!(key(&error), ("offender_open", "GT-17"));
}

/// FLU-06, FLU-07: a party has one contract in force, whatever its enterprise numbers: when it ends, nothing
/// of its mandates is shown.
#[tokio::test(flavor = "multi_thread")]
async fn flu_07_no_second_contract_under_another_number() {
    let world = world().await;
    let first = open(&world, "contract", &contract()).await.unwrap();
    let mut beside = contract();
    beside.insert("company_number".to_owned(), word("0800000174"));
    let error = open(&world, "contract", &beside).await.unwrap_err();
    assert_eq!(key(&error), ("contract_beside", "FLU-07"));
    let desk = world.desk("anna").await;
    does(&desk, first, "terminate", &ends()).await;
    let none = open(&world, "sharing", &mandate(1, "day")).await;
    assert_eq!(key(&none.unwrap_err()).0, "no_contract_in_force");
    open(&world, "contract", &beside).await.unwrap();
    open(&world, "sharing", &mandate(1, "day")).await.unwrap();
}

/// FLU-07: the same party does not get a second one for its organisation, in whatever way it comes about.
#[tokio::test(flavor = "multi_thread")]
async fn flu_07_one_contract_however_the_second_comes_about() {
    let world = world().await;
    let first = open(&world, "contract", &contract()).await.unwrap();
    // opened without a number, which becomes known later
    let bare = answers([("party_gln", word(PROVIDER))]);
    let later = open(&world, "contract", &bare).await.unwrap();
    let desk = world.desk("anna").await;
    let admitted = answers([("admitted_by", word("administrator"))]);
    does(&desk, later, "change_capacity", &admitted).await;
    let asked = answers([
        ("company_number", word("0566988259")),
        ("data_channel", word("api")),
    ]);
    let error = refused(&desk, later, "request_contract", &asked).await;
    assert_eq!(key(&error), ("contract_exists", "FLU-07"));
    // what came in as approved elsewhere, for another party of the same organisation
    let mut elsewhere = contract();
    elsewhere.insert("party_gln".to_owned(), word(SUPPLIER));
    let error = open(&world, "contract", &elsewhere).await.unwrap_err();
    assert_eq!(key(&error), ("contract_elsewhere", "FLU-07"));
    // after its end there is room
    does(&desk, first, "terminate", &ends()).await;
    open(&world, "contract", &elsewhere).await.unwrap();
}

/// FLU-06, FLU-18: before the day on which the contract begins nothing is asked for, approved or read, and
/// whoever tries is told the day; from that midnight on it is.
#[tokio::test(flavor = "multi_thread")]
async fn flu_18_nothing_is_shared_before_the_contract_begins() {
    let world = world().await;
    let desk = world.desk("anna").await;
    let old = open(&world, "contract", &contract()).await.unwrap();
    let active = open(&world, "sharing", &mandate(1, "day")).await.unwrap();
    let mut waits = mandate(2, "day");
    waits.remove("approved_at");
    let waiting = open(&world, "sharing", &waits).await.unwrap();
    does(&desk, old, "terminate", &ends()).await;
    let error = refused(&desk, waiting, "approve", &Answers::new()).await;
    assert_eq!(key(&error), ("no_contract_in_force", "FLU-06"));

    let mut ahead = contract();
    ahead.insert("approved_on".to_owned(), word("2026-12-01"));
    open(&world, "contract", &ahead).await.unwrap();
    let look = Look {
        case_id: active,
        from: "2026-06-01".parse().unwrap(),
        to: "2026-07-01".parse().unwrap(),
        step: Step::Day,
        naming: Naming::Masked,
        purpose: "question",
        is_export: false,
    };
    let not_yet = ("contract_not_begun", "FLU-18");
    for instant in [None, Some("2026-11-30T22:59:50Z")] {
        if let Some(instant) = instant {
            let late = instant.parse().unwrap();
            world.admin.clock_set(late).await.unwrap();
        }
        let error = refused(&desk, waiting, "approve", &Answers::new()).await;
        assert_eq!(key(&error), not_yet);
        let StoreError::Refused(refusal) = &error else {
            panic!("{error:?}")
        };
        assert_eq!(refusal.args["begins"], "2026-12-01");
        let read = desk
            .store
            .consumption_read(Uuid::now_v7(), desk.id(), &look)
            .await;
        assert_eq!(key(&read.unwrap_err()), not_yet);
        let error = open(&world, "sharing", &mandate(3, "day"))
            .await
            .unwrap_err();
        assert_eq!(key(&error), not_yet);
    }
    let begins = "2026-11-30T23:00:00Z".parse().unwrap();
    world.admin.clock_set(begins).await.unwrap();
    let read = desk
        .store
        .consumption_read(Uuid::now_v7(), desk.id(), &look)
        .await;
    assert!(read.unwrap().values.is_empty());
    does(&desk, waiting, "approve", &Answers::new()).await;
    open(&world, "sharing", &mandate(3, "day")).await.unwrap();
}
