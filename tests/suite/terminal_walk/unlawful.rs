//! Walks to a block that stays: no mandate was shown, or too late.

use chrono::TimeDelta;

use super::{answer, answer_without_proof, close, contact, with_signal};
use crate::support::keys::{Walker, office};

/// More than the 72 hours of the party.
const TOO_LONG: TimeDelta = TimeDelta::hours(73);

/// The 72 hours of the party end with nobody at work.
async fn seventy_two_hours_end(anna: &mut Walker<'_>, state: &str) {
    anna.pass(TOO_LONG).await;
    let done = anna.worker_runs(true).await;
    assert!(done.timers >= 1, "{done:?}");
    assert_eq!(anna.state().await, state);
    anna.settle().await;
}

/// GT-15, GT-30, GT-32: the proof does not convince, the supplier loses iSMA, and the case is
/// closed only when customer and party know.
#[tokio::test(flavor = "multi_thread")]
async fn gt_32_rejected_proof_keeps_the_block_and_all_must_know() {
    let world = office().await;
    let mut anna = with_signal(&world, 3, "yes").await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    anna.act(
        "Reject the proof",
        &[("reason", "the text shown is missing")],
    )
    .await;
    assert_eq!(anna.state().await, "block_maintained");
    assert_eq!(anna.fact("allocation").await, "profile");
    assert_eq!(anna.outcome("response_72h").await, "met");
    anna.begin("Close, block stays").await;
    anna.fill(&[
        ("customer knows", "no"),
        ("party knows", "yes"),
        ("signs of a data breach", "no"),
    ]);
    anna.refused_at_review("The customer must know the outcome");
    anna.leave("what can be done");
    assert_eq!(anna.state().await, "block_maintained");
    close(&mut anna, "yes").await;
    assert_eq!(anna.fact("data_breach").await, "yes");
    assert_eq!(anna.fact("counts_as_signal").await, "yes");
    let sent = anna.messages().await;
    let end = ["supervisor_alert", "closed_party", "closed_customer"];
    assert!(sent.ends_with(&end.map(String::from)), "{sent:?}");
    anna.stand_up().await;
}

/// GT-13, GT-15, GT-16: no proof in 72 hours. Allocated with zero values until then, the
/// connection goes back to profile, with nobody at work.
#[tokio::test(flavor = "multi_thread")]
async fn gt_15_no_proof_in_72_hours_resets_isma() {
    let world = office().await;
    let mut anna = with_signal(&world, 3, "yes").await;
    assert_eq!(anna.fact("allocation").await, "isma_zero");
    anna.worker_runs(true).await;
    contact(&mut anna).await;
    seventy_two_hours_end(&mut anna, "block_maintained").await;
    assert_eq!(anna.outcome("response_72h").await, "lapsed");
    assert!(anna.clock("response_72h").await.breached_at.is_some());
    assert_eq!(anna.fact("allocation").await, "profile");
    let sent = anna.messages().await;
    let end = ["request_proof", "allocation_profile", "no_proof"];
    assert!(sent.ends_with(&end.map(String::from)), "{sent:?}");
    close(&mut anna, "no").await;
    assert_eq!(anna.fact("data_breach").await, "");
    anna.stand_up().await;
}

/// GT-32: without iSMA the block just stays.
#[tokio::test(flavor = "multi_thread")]
async fn gt_32_without_isma_only_the_block_stays() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    seventy_two_hours_end(&mut anna, "block_maintained").await;
    let sent = anna.messages().await;
    assert!(
        !sent.iter().any(|kind| kind.starts_with("allocation")),
        "{sent:?}"
    );
    assert_eq!(sent.last().map(String::as_str), Some("no_proof"));
    close(&mut anna, "no").await;
    anna.stand_up().await;
}

/// GT-24: what came before the end of the 72 hours is no late proof; what came after it closes the
/// case, and the party starts anew.
#[tokio::test(flavor = "multi_thread")]
async fn gt_24_late_proof_closes_and_the_party_starts_anew() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    seventy_two_hours_end(&mut anna, "block_maintained").await;
    anna.begin("Record late proof").await;
    anna.fill(&[("proof arrived at", "2026-06-04 12:00")]);
    anna.refused_at_review("this proof is not late");
    anna.leave("what can be done");
    let fields = [("proof arrived at", "2026-06-05 10:30")];
    anna.act("Record late proof", &fields).await;
    assert_eq!(anna.state().await, "closed_restart_required");
    assert_eq!(anna.fact("block").await, "confirmed", "nothing is lifted");
    let sent = anna.messages().await;
    assert_eq!(sent.last().map(String::as_str), Some("restart_required"));
    assert!(!sent.contains(&"lift_block".to_owned()), "{sent:?}");
    anna.stand_up().await;
}

/// GT-13, GT-24: an answer after the 72 hours is refused in the form while no timer has fired yet.
#[tokio::test(flavor = "multi_thread")]
async fn gt_13_an_answer_after_72_hours_is_refused() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    anna.pass(TOO_LONG).await;
    anna.begin("Record the party's answer").await;
    anna.fill(&[
        ("answered at", "2026-06-05 10:30"),
        ("findings", "too late"),
        ("proof is there", "no"),
    ]);
    anna.refused_at_review("It does not count as in time");
    anna.leave("what can be done");
    assert_eq!(anna.state().await, "awaiting_party");
    anna.stand_up_from_a_draft().await;
}

/// GT-15, decision 12: the party answered in time and we did not judge: a breach of our own, which
/// resets nothing; the party can still be right, but is asked nothing more.
#[tokio::test(flavor = "multi_thread")]
async fn gt_15_our_own_delay_resets_nothing() {
    let world = office().await;
    let mut anna = with_signal(&world, 3, "yes").await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    seventy_two_hours_end(&mut anna, "assessing").await;
    assert_eq!(anna.fact("own_delay").await, "yes");
    assert_eq!(anna.fact("allocation").await, "isma_zero");
    assert_eq!(anna.outcome("response_72h").await, "met");
    assert!(anna.clock("assess_72h").await.breached_at.is_some());
    anna.reads("our own delay");
    anna.refused("Ask for more proof", "there is no time left")
        .await;
    anna.act("Accept the proof", &[]).await;
    assert_eq!(anna.outcome("assess_72h").await, "metlate");
    anna.act("Block is lifted", &[]).await;
    assert_eq!(anna.state().await, "closed_mandate_ok");
    anna.stand_up().await;
}

/// GT-15, GT-32: what was judged too late and found wanting ends like any other rejection.
#[tokio::test(flavor = "multi_thread")]
async fn gt_32_a_late_judgement_can_still_reject() {
    let world = office().await;
    let mut anna = with_signal(&world, 3, "yes").await;
    contact(&mut anna).await;
    answer_without_proof(&mut anna).await;
    seventy_two_hours_end(&mut anna, "assessing").await;
    anna.act("Reject the proof", &[("reason", "there is none")])
        .await;
    assert_eq!(anna.fact("allocation").await, "profile");
    close(&mut anna, "no").await;
    anna.stand_up().await;
}
