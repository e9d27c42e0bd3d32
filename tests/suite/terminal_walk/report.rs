//! The report of a party (2.4), by keyboard.

use chrono::TimeDelta;

use crate::support::keys::{Walker, office};
use crate::support::world::{SUPPLIER, World, ean};

/// A report on the third connection, opened with `o`, whose customer is like that.
async fn with_report<'a>(world: &'a World, handled_at: &str, customer: &str) -> Walker<'a> {
    let mut anna = Walker::sit_down(world, "anna");
    let ean = ean(3);
    let fields = [
        ("EAN of the connection", ean.as_str()),
        ("party (GLN)", SUPPLIER),
        ("findings", "agreed by telephone"),
        ("what the party did", "sent the recording"),
        ("complaint handled at", handled_at),
        ("customer is", customer),
    ];
    anna.open("Report by a party", &fields).await;
    anna
}

/// A report that is to be judged.
async fn reported(world: &World) -> Walker<'_> {
    let anna = with_report(world, "2026-06-02 09:00", "not satisfied").await;
    assert_eq!(anna.state().await, "reported");
    assert_eq!(anna.outcome("party_report_1wd").await, "met");
    anna
}

/// GT-25: the findings convince; the report counts as a signal about the party.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_findings_are_accepted() {
    let world = office().await;
    let mut anna = reported(&world).await;
    anna.act("Accept the findings", &[("note", "heard the recording")])
        .await;
    assert_eq!(anna.state().await, "closed_noted");
    assert_eq!(anna.fact("counts_as_signal").await, "yes");
    assert_eq!(anna.outcome("handle_5wd").await, "met");
    anna.stand_up().await;
}

/// GT-11, GT-25: one action makes it a case of doubt, received now, blocked at once and linked.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_a_doubted_report_becomes_a_linked_doubt_case() {
    let world = office().await;
    let mut anna = reported(&world).await;
    let report = anna.case_no();
    anna.pass(TimeDelta::hours(1)).await;
    let fields = [
        ("what is doubted", "does not know the party"),
        ("is it about iSMA", "yes"),
        ("role of the party", "supplier"),
    ];
    anna.act("Open a doubt case", &fields).await;
    assert_eq!(anna.state().await, "converted");
    let linked = anna.detail().await.linked;
    assert_eq!(linked.len(), 1, "{linked:?}");
    anna.reads(&format!("{} was opened", linked[0].case_no));
    anna.find(linked[0].case_id).await;
    assert_eq!(anna.state().await, "blocked_contact_due");
    assert_eq!(anna.fact("source").await, "market_party");
    assert_eq!(anna.messages().await, ["block", "allocation_zero"]);
    let (row, now) = (anna.row().await, world.now().await);
    assert!(now - row.received_at < TimeDelta::minutes(30), "{row:?}");
    anna.reads(&report);
    anna.stand_up().await;
}

/// GT-25: where the customer took the matter is noted; the report stays to be judged.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_escalations_are_noted_and_the_report_stays() {
    let world = office().await;
    let mut anna = reported(&world).await;
    for (action, fact) in [
        ("Went to disputes committee", "escalated_disputes"),
        ("Went to ACM", "escalated_acm"),
    ] {
        anna.act(action, &[("their reference", "GC-77")]).await;
        assert_eq!(anna.state().await, "reported");
        assert_eq!(anna.fact(fact).await, "yes");
    }
    anna.stand_up().await;
}

/// GT-25, decision 15: a satisfied customer closes the report at once; that the party reported
/// late is measured all the same.
#[tokio::test(flavor = "multi_thread")]
async fn gt_25_a_satisfied_customer_closes_the_report() {
    let world = office().await;
    let anna = with_report(&world, "2026-05-28 11:00", "satisfied").await;
    assert_eq!(anna.state().await, "closed_no_action");
    assert_eq!(anna.outcome("party_report_1wd").await, "metlate");
    let clocks = anna.detail().await.facts.clocks;
    assert!(clocks.iter().all(|run| !run.is_running()), "{clocks:?}");
    anna.stand_up().await;
}

/// GT-19: ACM is informed of a report that is judged and of one that is closed.
#[tokio::test(flavor = "multi_thread")]
async fn gt_19_acm_is_informed_of_a_report() {
    let world = office().await;
    let mut anna = reported(&world).await;
    anna.act("Inform ACM", &[]).await;
    assert_eq!(anna.state().await, "reported");
    anna.act("Accept the findings", &[]).await;
    anna.act("Inform ACM", &[]).await;
    assert_eq!(anna.state().await, "closed_noted");
    assert_eq!(anna.messages().await, ["acm_notice", "acm_notice"]);
    anna.stand_up().await;
}
