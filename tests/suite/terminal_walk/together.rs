//! Working beside others: taking, noting, giving back, handing over, finding, looking up.

use loket::store::rows::{CaseId, Opened, WorkState};

use super::{contact, with_signal};
use crate::support::keys::{Walker, office};
use crate::support::world::{SUPPLIER, World, ean};

/// GT-08: next gives the nearest breach; a note is written; released, the case is in the pool.
#[tokio::test(flavor = "multi_thread")]
async fn gt_08_the_most_urgent_case_is_taken_noted_and_released() {
    let world = office().await;
    let early = world.signal(1).await;
    world.admin.clock_shift(86_400).await.unwrap();
    let _late = world.signal(2).await;
    let mut anna = Walker::sit_down(&world, "anna");
    assert_eq!(anna.take_next().await, early);
    anna.form("t", &[("note", "called back twice")], ": Add a note. Now: ")
        .await;
    assert_eq!(
        anna.row().await.work,
        WorkState::Held,
        "a note changes no holder"
    );
    let texts = anna.detail().await.texts;
    assert!(texts.values().any(|text| text == "called back twice"));
    anna.screen.press("x");
    let said = format!("{} is back in the pool.", anna.case_no());
    anna.reads(&said);
    anna.until("released", |row| row.work == WorkState::Open)
        .await;
    anna.stand_up().await;
}

/// Decision 2: a case goes to a colleague with one line, and the colleague's screen shows it by
/// itself; so does what a lead gives to somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_handed_over_and_the_other_console_sees_it() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    let mut bram = Walker::sit_down(&world, "bram");
    bram.find(anna.case).await;
    anna.screen.press("c");
    anna.reads("you hold this case");
    bram.reads("held by Anna");
    let line = "ring Bakker before noon";
    let fields = [("to whom", "Bram (there"), ("one line for the next", line)];
    anna.form("h", &fields, " is handed over.").await;
    bram.reads("you hold this case");
    bram.reads(&format!("Handed over with: {line}"));
    contact(&mut bram).await;
    let mut lead = Walker::sit_down(&world, "lead_1");
    lead.find(anna.case).await;
    lead.begin_with("l", "Give to somebody else").await;
    lead.fill(&[("to whom", "Anna (there"), ("reason", "Bram is ill")]);
    lead.review();
    lead.write(|shown| shown.contains("has a new holder."));
    anna.reads("you hold this case");
    bram.reads("held by Anna");
    lead.stand_up().await;
    bram.stand_up().await;
    anna.stand_up().await;
}

/// Somebody else changed the case while a form of it was open: it is said, the text is kept, and
/// the same keys write it.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_changed_under_a_form_is_said_and_written_again() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    let mut bram = Walker::sit_down(&world, "bram");
    bram.find(anna.case).await;
    anna.begin("Contact the party").await;
    anna.fill(&[("channel", "letter"), ("contact of the party", "Visser")]);
    bram.act("Add a note", &[("note", "the customer called")])
        .await;
    anna.reads("The case changed meanwhile: Add a note, Bram.");
    anna.finish("Contact the party");
    assert_eq!(anna.state().await, "awaiting_party");
    bram.stand_up().await;
    anna.stand_up().await;
}

async fn number(world: &World, case: CaseId) -> String {
    world.admin.rows(&[case]).await.unwrap().remove(0).case_no
}

/// The case is found by everything that people know of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_found_by_all_that_people_know_of_it() {
    let world = office().await;
    let _other = world.signal(8).await;
    let opened = world
        .open(&world.admin, 7, SUPPLIER, false, Some("CW-2026-0815"))
        .await;
    let Opened::New { case_id, .. } = opened.unwrap() else {
        panic!("the subject is new");
    };
    let no = number(&world, case_id).await;
    let mut anna = Walker::sit_down(&world, "anna");
    for (text, how) in [
        (ean(7).as_str(), "EAN"),
        (&no, "case number"),
        ("5226HP 7", "address"),
        ("E000000007", "meter"),
        ("CW-2026-0815", "reference"),
        ("Langevoort7", "text"),
    ] {
        anna.search(text, how, &no);
        anna.screen.press("/");
        anna.reads(text);
        anna.screen.press("\u{15}");
        anna.reads("three characters or more");
        anna.leave("three characters or more");
    }
    anna.stand_up().await;
}

/// GT-10, GT-13: the ledger shows how each clock of the case was counted.
#[tokio::test(flavor = "multi_thread")]
async fn gt_13_the_ledger_says_how_each_deadline_was_counted() {
    let world = office().await;
    let mut anna = with_signal(&world, 1, "no").await;
    contact(&mut anna).await;
    anna.settle().await;
    anna.screen.press("d");
    anna.reads("how the deadline was counted");
    for clock in [
        "block confirmed",
        "answer of the party",
        "contact the party",
    ] {
        anna.reads(clock);
    }
    anna.screen.press("\u{1b}[C");
    anna.reads("72 hours");
    anna.leave("how the deadline was counted");
    anna.settle().await;
    anna.stand_up().await;
}
