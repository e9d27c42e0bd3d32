//! Duties of our own and of the port, and what is possible whatever the state.

use chrono::TimeDelta;

use super::{answer, close, contact, signal, with_signal};
use crate::support::keys::{Walker, office};

/// Past the end of the working day after the signal.
const TWO_NIGHTS: TimeDelta = TimeDelta::hours(40);
/// Past the quarter of an hour that the port has.
const TWENTY_MINUTES: TimeDelta = TimeDelta::minutes(20);

/// Closed with the block in place, after rejected proof.
async fn closed(walker: &mut Walker<'_>) {
    contact(walker).await;
    answer(walker).await;
    let reason = [("reason", "the key does not fit")];
    walker.act("Reject the proof", &reason).await;
    close(walker, "no").await;
}

/// GT-08, GT-10: the working day passes without contact. The lead is told, the contact can still
/// be made, and the breach stays on record.
#[tokio::test(flavor = "multi_thread")]
async fn gt_10_a_late_contact_is_made_and_its_breach_stays() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    anna.worker_runs(true).await;
    anna.pass(TWO_NIGHTS).await;
    anna.worker_runs(true).await;
    assert_eq!(anna.state().await, "blocked_contact_due");
    let breached = anna.clock("contact_1wd").await.breached_at;
    assert!(breached.is_some());
    let alerts = anna.messages().await;
    assert!(
        alerts.contains(&"supervisor_alert".to_owned()),
        "{alerts:?}"
    );
    contact(&mut anna).await;
    assert_eq!(anna.outcome("contact_1wd").await, "metlate");
    assert_eq!(anna.clock("contact_1wd").await.breached_at, breached);
    anna.stand_up().await;
}

/// GT-11: the port confirms the block in its quarter of an hour, once.
#[tokio::test(flavor = "multi_thread")]
async fn gt_11_a_confirmed_block_is_confirmed_once() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    anna.act("Block is confirmed", &[]).await;
    assert_eq!(anna.fact("block").await, "confirmed");
    assert_eq!(anna.outcome("block_15m").await, "met");
    anna.refused("Block is confirmed", "No block is waiting to be confirmed")
        .await;
    anna.pass(TWENTY_MINUTES).await;
    anna.worker_runs(true).await;
    assert_eq!(anna.fact("block").await, "confirmed");
    anna.stand_up().await;
}

/// GT-11, decision 14: no word of the port raises an alarm; its word may still come.
#[tokio::test(flavor = "multi_thread")]
async fn gt_11_an_unconfirmed_block_raises_an_alarm() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    anna.pass(TWENTY_MINUTES).await;
    anna.worker_runs(false).await;
    assert_eq!(anna.fact("block").await, "alarm");
    assert!(anna.clock("block_15m").await.breached_at.is_some());
    assert_eq!(anna.messages().await, ["block", "supervisor_alert"]);
    anna.reads("not confirmed in time");
    anna.act("Block is confirmed", &[]).await;
    assert_eq!(anna.fact("block").await, "confirmed");
    assert_eq!(anna.outcome("block_15m").await, "metlate");
    anna.stand_up().await;
}

/// GT-21: no word about the lifting raises an alarm, the working day passes; both stay on record
/// when the port confirms at last.
#[tokio::test(flavor = "multi_thread")]
async fn gt_21_late_lifting_raises_an_alarm_and_its_breach_stays() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    anna.act("Accept the proof", &[]).await;
    anna.pass(TWENTY_MINUTES).await;
    anna.worker_runs(true).await;
    assert_eq!(anna.fact("block").await, "lift_alarm");
    anna.pass(TWO_NIGHTS).await;
    anna.worker_runs(true).await;
    anna.act("Block is lifted", &[]).await;
    assert_eq!(anna.state().await, "closed_mandate_ok");
    for clock in ["lift_15m", "unblock_1wd"] {
        assert_eq!(anna.outcome(clock).await, "metlate", "{clock}");
        assert!(anna.clock(clock).await.breached_at.is_some(), "{clock}");
    }
    anna.stand_up().await;
}

/// GT-23: after seven days of block quarter-hour values are about to be lost, which is said.
#[tokio::test(flavor = "multi_thread")]
async fn gt_23_seven_days_of_block_are_said() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    anna.pass(TimeDelta::hours(169)).await;
    anna.worker_runs(true).await;
    assert_eq!(anna.fact("retention").await, "warned");
    assert_eq!(anna.outcome("retention_7d").await, "lapsed");
    anna.reads("over seven days");
    anna.stand_up().await;
}

/// GT-19: ACM is informed of a live case and of a closed one; the case stays as it is.
#[tokio::test(flavor = "multi_thread")]
async fn gt_19_acm_is_informed_of_a_live_and_of_a_closed_case() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    anna.act("Inform ACM", &[("note", "third signal this month")])
        .await;
    assert_eq!(anna.state().await, "blocked_contact_due");
    assert_eq!(anna.fact("acm_notices").await, "1");
    closed(&mut anna).await;
    anna.act("Inform ACM", &[]).await;
    assert_eq!(anna.state().await, "closed_unlawful");
    assert_eq!(anna.fact("acm_notices").await, "2");
    let sent = anna.messages().await;
    let notices = sent.iter().filter(|kind| *kind == "acm_notice").count();
    assert_eq!(notices, 2, "{sent:?}");
    anna.stand_up().await;
}

/// META-04: a data breach is flagged after closing; the mark and the alert are there, the case
/// stays closed.
#[tokio::test(flavor = "multi_thread")]
async fn meta_04_a_data_breach_is_flagged_after_closing() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    closed(&mut anna).await;
    let reason = [("reason", "the party passed the values on")];
    anna.act("Flag a data breach", &reason).await;
    assert_eq!(anna.state().await, "closed_unlawful");
    assert_eq!(anna.fact("data_breach").await, "yes");
    let sent = anna.messages().await;
    assert_eq!(sent.last().map(String::as_str), Some("supervisor_alert"));
    anna.stand_up().await;
}

/// Decision 7: a lead takes a closed case back to its beginning; what was met stays, a second run
/// of the clocks begins, and the case can be walked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lead_reopens_a_closed_case_and_it_is_walked_again() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    closed(&mut anna).await;
    let case = anna.case;
    let mut lead = Walker::sit_down(&world, "lead_1");
    lead.find(case).await;
    lead.begin_with("l", "Reopen the case").await;
    lead.fill(&[("reason", "the recording was found")]);
    lead.finish("Reopen the case");
    assert_eq!(lead.state().await, "blocked_contact_due");
    assert_eq!(lead.fact("reopened").await, "1");
    assert_eq!(lead.fact("block").await, "requested");
    assert_eq!(lead.clock("contact_1wd").await.run, 2);
    lead.stand_up().await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    anna.act("Accept the proof", &[]).await;
    anna.act("Block is lifted", &[]).await;
    assert_eq!(anna.state().await, "closed_mandate_ok");
    anna.stand_up().await;
}

/// GT-05, GT-06, GT-09: a further signal on the same connection and party is attached to the open
/// case, which the message names; after closing it opens a case of its own.
#[tokio::test(flavor = "multi_thread")]
async fn gt_06_a_further_signal_is_attached_to_the_open_case() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    let (case, no) = (anna.case, anna.case_no());
    let said = signal(&mut anna, 1, "no").await;
    assert!(
        said.ends_with(&format!("the signal was added to {no}.")),
        "{said}"
    );
    assert_eq!(anna.case, case);
    assert_eq!(anna.fact("signals").await, "2");
    assert_eq!(anna.messages().await, ["block"], "blocked once");
    closed(&mut anna).await;
    let said = signal(&mut anna, 1, "no").await;
    assert!(said.ends_with("is opened."), "{said}");
    assert_ne!(anna.case, case);
    anna.stand_up().await;
}
