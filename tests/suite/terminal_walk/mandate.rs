//! Walks to `closed_mandate_ok`: the party makes its mandate plausible.

use chrono::TimeDelta;

use super::{answer, answer_without_proof, contact, with_signal};
use crate::support::keys::{Walker, office};
use crate::support::world::{PROVIDER, ean};

/// GT-13, GT-14, GT-15, GT-21, GT-23, META-05: contact, an answer without proof, a further
/// question, proof, lifted. The end of the 72 hours does not move.
#[tokio::test(flavor = "multi_thread")]
async fn gt_21_proof_in_the_second_answer_lifts_the_block() {
    let world = office().await;
    let mut anna = with_signal(&world, 3, "yes").await;
    assert_eq!(anna.messages().await, ["block", "allocation_zero"]);
    anna.worker_runs(true).await;
    contact(&mut anna).await;
    let due = anna.clock("response_72h").await.due_at;
    anna.pass(TimeDelta::hours(20)).await;
    answer_without_proof(&mut anna).await;
    anna.refused("Accept the proof", "No proof was given").await;
    let question = [("question to the party", "which text did the customer see?")];
    anna.act("Ask for more proof", &question).await;
    assert_eq!(anna.state().await, "awaiting_party");
    assert_eq!(anna.clock("response_72h").await.due_at, due);
    assert_eq!(anna.outcome("assess_72h").await, "cancelled");
    anna.pass(TimeDelta::hours(19)).await;
    answer(&mut anna).await;
    anna.act("Accept the proof", &[("note", "key and text agree")])
        .await;
    assert_eq!(anna.state().await, "unblock_due");
    assert_eq!(anna.fact("block").await, "lift_requested");
    assert_eq!(anna.fact("allocation").await, "isma");
    anna.act("Block is lifted", &[]).await;
    assert_eq!(anna.state().await, "closed_mandate_ok");
    for clock in [
        "contact_1wd",
        "response_72h",
        "assess_72h",
        "unblock_1wd",
        "lift_15m",
    ] {
        assert_eq!(anna.outcome(clock).await, "met", "{clock}");
    }
    let sent = anna.messages().await;
    let end = [
        "lift_block",
        "allocation_isma",
        "unblocked_party",
        "unblocked_customer",
    ];
    assert!(sent.ends_with(&end.map(String::from)), "{sent:?}");
    anna.stand_up().await;
}

/// GT-22: the copy of the authorisation is attached with `f` and erased when the block is lifted;
/// name and hash stay, other documents stay whole.
#[tokio::test(flavor = "multi_thread")]
async fn gt_22_the_authorisation_is_erased_when_the_block_is_lifted() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    answer(&mut anna).await;
    let folder = std::env::temp_dir().join(format!("loket-papers-{}", world.db.name()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, purpose) in [
        ("machtiging.pdf", "authorisation of the customer"),
        ("brief.pdf", "evidence"),
    ] {
        let path = folder.join(name);
        std::fs::write(&path, format!("%PDF-1.7 {name}")).unwrap();
        anna.attach(path.to_str().unwrap(), purpose).await;
    }
    std::fs::remove_dir_all(&folder).unwrap();
    anna.act("Accept the proof", &[]).await;
    assert!(
        anna.detail()
            .await
            .documents
            .iter()
            .all(|it| it.erased_at.is_none())
    );
    anna.act("Block is lifted", &[]).await;
    let documents = anna.detail().await.documents;
    let find = |name: &str| documents.iter().find(|it| it.name == name).unwrap();
    let (erased, kept) = (find("machtiging.pdf"), find("brief.pdf"));
    assert!(erased.erased_at.is_some() && !erased.sha256.is_empty());
    assert_eq!(kept.erased_at, None);
    let fetch = |id| world.admin.document_fetch(id);
    assert_eq!(fetch(erased.document_id).await.unwrap(), None);
    assert!(fetch(kept.document_id).await.unwrap().is_some());
    anna.stand_up().await;
}

/// GT-26, GT-27: nobody of the party is in the contact group. The screen warns, a contact without
/// a name is refused, and the one typed is on record.
#[tokio::test(flavor = "multi_thread")]
async fn gt_27_with_nobody_in_the_group_who_was_reached_is_typed() {
    let world = office().await;
    let mut anna = Walker::sit_down(&world, "anna");
    let ean = ean(2);
    let fields = [
        ("EAN of the connection", ean.as_str()),
        ("party (GLN)", PROVIDER),
        ("role of the party", "service provider"),
        ("who brought it", "ConsuWijzer"),
        ("what is doubted", "does not know the party"),
        ("is it about iSMA", "no"),
    ];
    anna.open("Reasonable doubt", &fields).await;
    anna.reads("Nobody of this party is in the contact group (GT-27).");
    anna.begin("Contact the party").await;
    anna.fill(&[("channel", "telephone"), ("ask for proof", "yes")]);
    anna.screen.press("\u{13}");
    anna.reads("Not yet: one field");
    assert!(!anna.screen.text().contains("step 2 of 2"));
    anna.fill(&[("another contact", "Receptie, algemeen nummer")]);
    anna.finish("Contact the party");
    anna.settle().await;
    assert_eq!(anna.state().await, "awaiting_party");
    assert_eq!(anna.fact("contact_group_empty").await, "yes");
    answer(&mut anna).await;
    anna.act("Accept the proof", &[]).await;
    anna.act("Block is lifted", &[]).await;
    let sent = anna.messages().await;
    assert!(sent.contains(&"unblocked_source".to_owned()), "{sent:?}");
    assert_eq!(anna.state().await, "closed_mandate_ok");
    anna.stand_up().await;
}
