//! The tables 2.3 and 2.4 (`processes.md`) walked by keyboard: the real program on a real terminal
//! with a real PostgreSQL, until the case is closed and its events still say what is stored.

mod duties;
mod mandate;
mod offender;
mod report;
mod together;
mod unlawful;
mod wrong;

use crate::support::keys::Walker;
use crate::support::world::{SUPPLIER, World, ean};

/// A signal about the supplier on the n-th connection, opened with `o`.
async fn signal(walker: &mut Walker<'_>, n: u32, isma: &str) -> String {
    let (ean, customer) = (ean(n), format!("NL{n:07}"));
    let fields = [
        ("EAN of the connection", ean.as_str()),
        ("party (GLN)", SUPPLIER),
        ("role of the party", "supplier"),
        ("who brought it", "the customer"),
        ("what is doubted", "never gave permission"),
        ("is it about iSMA", isma),
        ("customer", &customer),
        ("summary", "the customer never heard of this party"),
    ];
    walker.open("Reasonable doubt", &fields).await
}

/// The case of a signal on the n-th connection, on the screen of anna.
async fn with_signal<'a>(world: &'a World, n: u32, isma: &str) -> Walker<'a> {
    let mut anna = Walker::sit_down(world, "anna");
    let said = signal(&mut anna, n, isma).await;
    assert!(said.ends_with("is opened."), "{said}");
    assert_eq!(anna.state().await, "blocked_contact_due");
    anna
}

/// The party is asked for proof now, by e-mail.
async fn contact(walker: &mut Walker<'_>) {
    let fields = [
        ("channel", "e-mail"),
        ("contact of the party", "Bakker"),
        ("ask for proof", "yes"),
    ];
    walker.act("Contact the party", &fields).await;
    assert_eq!(walker.state().await, "awaiting_party");
}

/// The party answers now, with proof.
async fn answer(walker: &mut Walker<'_>) {
    let fields = [
        ("findings", "the customer agreed on the website"),
        ("proof is there", "yes"),
        ("date of the mandate", "2026-05-01"),
        ("mandate given through", "website"),
        ("key in the proof", "customer key"),
        ("text shown is there", "yes"),
    ];
    walker.act("Record the party's answer", &fields).await;
    assert_eq!(walker.state().await, "assessing");
}

/// The party answers now, without proof.
async fn answer_without_proof(walker: &mut Walker<'_>) {
    let fields = [
        ("findings", "the contract cannot be found"),
        ("proof is there", "no"),
    ];
    walker.act("Record the party's answer", &fields).await;
    assert_eq!(walker.state().await, "assessing");
}

/// The case is closed with the block in place.
async fn close(walker: &mut Walker<'_>, breach: &str) {
    let fields = [
        ("customer knows", "yes"),
        ("party knows", "yes"),
        ("signs of a data breach", breach),
    ];
    walker.act("Close, block stays", &fields).await;
    assert_eq!(walker.state().await, "closed_unlawful");
}
