//! GT-20: a block that was wrong is undone from each of the five states in which a case is worked.

use chrono::TimeDelta;

use super::{answer, answer_without_proof, contact, with_signal};
use crate::support::keys::{Walker, office};
use crate::support::world::World;

/// The block was wrong for that reason; the case ends as wrongly blocked.
async fn undone(mut anna: Walker<'_>, reason: &str) {
    anna.act("Block was wrong", &[("why it was wrong", reason)])
        .await;
    assert_eq!(anna.state().await, "unblock_due");
    assert_eq!(anna.fact("unblock_reason").await, "wrongly_blocked");
    assert_eq!(anna.outcome("unblock_1wd").await, "running");
    anna.act("Block is lifted", &[]).await;
    assert_eq!(anna.state().await, "closed_wrongly_blocked");
    assert_eq!(anna.fact("block").await, "lifted");
    assert_eq!(anna.fact("allocation").await, "isma");
    let sent = anna.messages().await;
    let lifts = sent.iter().filter(|kind| *kind == "lift_block").count();
    assert_eq!(lifts, 1, "{sent:?}");
    let running = anna.detail().await.facts.clocks;
    assert!(running.iter().all(|run| !run.is_running()), "{running:?}");
    anna.stand_up().await;
}

async fn on_isma(world: &World) -> Walker<'_> {
    with_signal(world, 3, "yes").await
}

/// GT-20 before the party was contacted.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_wrong_before_the_contact() {
    let world = office().await;
    let anna = on_isma(&world).await;
    undone(anna, "wrong connection").await;
}

/// GT-20 while the party has its 72 hours.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_wrong_while_the_party_is_waited_for() {
    let world = office().await;
    let mut anna = on_isma(&world).await;
    contact(&mut anna).await;
    undone(anna, "customer takes it back").await;
}

/// GT-20 while we judge.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_wrong_while_the_proof_is_judged() {
    let world = office().await;
    let mut anna = on_isma(&world).await;
    contact(&mut anna).await;
    answer_without_proof(&mut anna).await;
    undone(anna, "wrong party").await;
}

/// GT-20 when lifting was asked already: the command is not sent twice, its clock is kept.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_wrong_when_lifting_is_asked_already() {
    let world = office().await;
    let mut anna = on_isma(&world).await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    anna.act("Accept the proof", &[]).await;
    let due = anna.clock("unblock_1wd").await.due_at;
    anna.pass(TimeDelta::hours(1)).await;
    anna.act("Block was wrong", &[("why it was wrong", "something else")])
        .await;
    assert_eq!(anna.clock("unblock_1wd").await.due_at, due);
    undone(anna, "our own error").await;
}

/// GT-20 when the block was to stay: iSMA that was reset comes back.
#[tokio::test(flavor = "multi_thread")]
async fn gt_20_wrong_when_the_block_was_to_stay() {
    let world = office().await;
    let mut anna = on_isma(&world).await;
    contact(&mut anna).await;
    answer_without_proof(&mut anna).await;
    anna.act("Reject the proof", &[("reason", "there is none")])
        .await;
    assert_eq!(anna.fact("allocation").await, "profile");
    undone(anna, "our own error").await;
}
