//! Reports of parties (`processes.md` 2.4; GT-25): measured, judged, made a case of doubt.

use loket::domain::clock::Outcome;
use loket::process::engine::{Answers, CaseFacts, born};
use loket::process::field::Value;
use loket::process::party_report::PARTY_REPORT;

use crate::process_world::{EAN, PARTY, Sim, answers, at};

const MONDAY: &str = "2026-11-16T10:00:00+01:00";

fn given(closed_at: &str, satisfaction: &str) -> Answers {
    answers(&[
        ("ean", EAN),
        ("party_gln", PARTY),
        ("customer_ref", "NL0000012"),
        ("findings", "Mandate found."),
        ("actions", "Explained to the customer."),
        ("complaint_closed_at", closed_at),
        ("satisfaction", satisfaction),
    ])
}

fn report(closed_at: &str, satisfaction: &str) -> Sim {
    let given = given(closed_at, satisfaction);
    Sim::try_open(&PARTY_REPORT, at(MONDAY), at(MONDAY), &given).unwrap()
}

/// GT-25: the party has one working day from the end of its handling; it is measured at receipt.
#[test]
fn gt_25_measures_the_working_day_of_the_party() {
    for (closed_at, outcome) in [
        ("2026-11-13T19:00:00+01:00", Outcome::Met),
        ("2026-11-12T23:59:00+01:00", Outcome::MetLate),
        ("2026-11-16T09:00:00+01:00", Outcome::Met),
    ] {
        let sim = report(closed_at, "dissatisfied");
        let run = sim.clock("party_report_1wd");
        assert_eq!(
            (run.outcome, run.ended_at),
            (Some(outcome), Some(at(MONDAY))),
            "{closed_at}"
        );
        assert_eq!(sim.case.state, "reported");
        assert!(
            sim.last.messages.is_empty(),
            "a report blocks nothing by itself"
        );
        assert_eq!(
            sim.clock("handle_5wd").due_at,
            at("2026-11-24T00:00:00+01:00")
        );
    }
}

/// GT-25: handled before it was reported.
#[test]
fn gt_25_the_handling_lies_before_the_report() {
    let given = given("2026-11-16T10:00:01+01:00", "unknown");
    let refused = Sim::try_open(&PARTY_REPORT, at(MONDAY), at(MONDAY), &given)
        .err()
        .unwrap();
    assert_eq!(refused.key, "after_receipt");
}

/// GT-25 and decision 15: a satisfied customer need not be reported; such a report is born closed.
#[test]
fn gt_25_a_satisfied_customer_needs_no_action() {
    let sim = report("2026-11-13T19:00:00+01:00", "satisfied");
    assert_eq!(sim.case.state, "closed_no_action");
    assert!(sim.running().is_empty());
}

/// GT-25: accepted findings count as a signal about the party; escalations are flags.
#[test]
fn gt_25_findings_are_accepted_or_taken_further() {
    let mut sim = report("2026-11-13T19:00:00+01:00", "unknown");
    sim.done("escalated_disputes", &[("escalation_ref", "GC-2026-17")]);
    sim.done("escalated_acm", &[]);
    assert!(sim.is("escalated_disputes", "yes") && sim.is("escalated_acm", "yes"));
    assert!(sim.is("escalation_ref", "GC-2026-17"));
    assert_eq!(sim.case.state, "reported");
    sim.done("accept_findings", &[]);
    assert_eq!(sim.case.state, "closed_noted");
    assert!(sim.is("counts_as_signal", "yes") && sim.running().is_empty());
}

/// GT-25, GT-11: the conversion opens a case of doubt that is received now and blocks at once.
#[test]
fn gt_25_conversion_opens_a_doubt_that_blocks_now() {
    let mut sim = report("2026-11-13T19:00:00+01:00", "dissatisfied");
    sim.now = at("2026-11-18T15:00:00+01:00");
    let asked = [
        ("signal_type", "unknown_party"),
        ("concerns_isma", "yes"),
        ("party_role", "supplier"),
        ("note", "Customer called again."),
    ];
    sim.done("open_doubt", &asked);
    assert_eq!(sim.case.state, "converted");
    assert!(sim.running().is_empty());
    let opened = sim.last.opens.clone().expect("a linked case");
    assert_eq!(opened.received_at, Some(sim.now));
    assert_eq!(opened.messages, ["block", "allocation_zero"]);
    let doubt: CaseFacts = born(&opened);
    assert_eq!(doubt.state, "blocked_contact_due");
    let expected = [
        ("ean", EAN),
        ("party_gln", PARTY),
        ("source", "market_party"),
        ("customer_ref", "NL0000012"),
    ];
    for (key, code) in expected {
        assert_eq!(doubt.facts[key], Value::Code(code.to_owned()));
    }
    let contact = doubt
        .clocks
        .iter()
        .find(|run| run.key == "contact_1wd")
        .unwrap();
    assert_eq!(contact.due_at, at("2026-11-20T00:00:00+01:00"));
}
