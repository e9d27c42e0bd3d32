//! Parties that keep offending (2.5), by keyboard: each row of the table, and the register of signals on
//! the way to it (GT-06, GT-17 to GT-19).

use chrono::TimeDelta;
use loket::exchange::worker::Worker;
use loket::process::field::Value;
use loket::store::rows::WorkState;

use crate::exchange_world::{folder, options};
use crate::support::keys::{ENTER, ESC, Walker, office};
use crate::support::world::{PROVIDER, SUPPLIER, World};

/// Proposed by a lead, and judged by the joint operators.
async fn judged<'a>(world: &'a World, judgement: &str) -> Walker<'a> {
    let mut lead = Walker::sit_down(world, "lead_1");
    let fields = [("party (GLN)", PROVIDER), ("proposed by", "a lead")];
    lead.open("Repeat offender", &fields).await;
    assert_eq!(lead.state().await, "proposed");
    let fields = [
        ("contact the party?", judgement),
        ("decided on", "2026-06-01"),
    ];
    lead.act("Judgement of the operators", &fields).await;
    lead
}

async fn watched(world: &World) -> Walker<'_> {
    let mut lead = judged(world, "yes").await;
    assert_eq!(lead.state().await, "contact_due");
    let fields = [("channel", "letter"), ("look again on", "2026-09-01 09:00")];
    lead.act("Contact the party", &fields).await;
    lead
}

/// GT-17: the joint operators decide no; the party hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_what_is_not_pursued_ends() {
    let world = office().await;
    let lead = judged(&world, "no").await;
    assert_eq!(lead.state().await, "dismissed");
    assert!(
        !lead
            .messages()
            .await
            .contains(&"offender_contact".to_owned())
    );
    lead.stand_up().await;
}

/// GT-17, GT-18: contacted on behalf of the joint operators, watched longer, reviewed, improved; the
/// regulator is informed after the end all the same (GT-19).
#[tokio::test(flavor = "multi_thread")]
async fn gt_18_a_party_that_improves_is_watched_until_then() {
    let world = office().await;
    let mut lead = watched(&world).await;
    assert_eq!(lead.state().await, "improvement_watch");
    assert!(
        lead.messages()
            .await
            .contains(&"offender_contact".to_owned())
    );
    let first = lead.clock("review").await.due_at;
    let fields = [
        ("reason", "half of the signals are gone"),
        ("look again on", "2026-10-01 09:00"),
    ];
    lead.act("Watch longer", &fields).await;
    assert_eq!(lead.state().await, "improvement_watch");
    assert!(lead.clock("review").await.due_at > first + TimeDelta::days(29));
    lead.act("Review", &[("improved enough?", "yes")]).await;
    assert_eq!(lead.state().await, "closed_improved");
    lead.act("Inform ACM", &[]).await;
    assert_eq!(lead.state().await, "closed_improved");
    assert!(lead.messages().await.contains(&"acm_notice".to_owned()));
    lead.stand_up().await;
}

/// GT-06, GT-17, GT-18: three like signals propose the party once, with their cases as evidence; the
/// register shows them and the case; without improvement the report leaves.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_the_count_proposes_and_the_report_leaves() {
    let world = office().await;
    let mut cases = Vec::new();
    for n in 1..=3 {
        let opened = world.open(&world.admin, n, SUPPLIER, false, None).await;
        cases.push(opened.unwrap());
    }
    let mut lead = Walker::sit_down(&world, "lead_1");
    register(&mut lead, "3/3", "to be proposed");
    let worker = Worker::open(world.db.store("worker_1"), options(&folder("offender")));
    worker.await.unwrap().once().await.unwrap();
    register(&mut lead, "0/3", "RO-2026-000001");
    // a party, a signal, its case, and back to the desk
    lead.screen.press("S");
    lead.screen.wait("Signals per party");
    lead.screen.wait("0/3");
    lead.screen.press(ENTER);
    lead.screen.wait("signals from");
    lead.screen.wait("GT-2026-000003");
    lead.screen.press(ENTER);
    lead.screen.wait("GT-2026-000003   Reasonable doubt");
    lead.screen.press(ESC);
    lead.screen.wait("signals from");
    lead.screen.press(ESC);
    lead.screen.wait("Signals per party");
    lead.leave("Signals per party");
    let no = "RO-2026-000001";
    let case = world.admin.case_by_number(no).await.unwrap().unwrap();
    lead.find(case).await;
    for case in ["GT-2026-000001", "GT-2026-000002", "GT-2026-000003"] {
        lead.reads(case);
    }
    let fields = [("contact the party?", "yes"), ("decided on", "2026-06-02")];
    lead.act("Judgement of the operators", &fields).await;
    let fields = [("channel", "letter"), ("look again on", "2026-09-01 09:00")];
    lead.act("Contact the party", &fields).await;
    lead.act("Review", &[("improved enough?", "no")]).await;
    assert_eq!(lead.state().await, "acm_due");
    lead.act("Report to ACM", &[]).await;
    assert_eq!(lead.state().await, "closed_reported_acm");
    assert!(
        lead.messages()
            .await
            .contains(&"offender_report".to_owned())
    );
    assert_eq!(lead.row().await.work, WorkState::Closed);
    let detail = lead.detail().await;
    let evidence = detail.facts.facts.get("evidence").unwrap();
    assert_eq!(evidence.all().iter().filter_map(Value::as_code).count(), 3);
    lead.stand_up().await;
}

/// The register says that of the supplier.
fn register(lead: &mut Walker<'_>, alike: &str, case: &str) {
    lead.screen.press("S");
    lead.screen.wait_for(&format!("{alike} {case}"), |shown| {
        shown.lines().any(|line| {
            line.contains("Zonnebloem Energie") && line.contains(alike) && line.contains(case)
        })
    });
    lead.leave("Signals per party");
}
