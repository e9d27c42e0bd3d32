//! Parties that keep offending (`processes.md` 2.5; GT-17…19): a count proposes, people decide.

use loket::domain::clock::{Outcome, Whose};
use loket::process::engine::{Answer, Answers, Refusal};
use loket::process::field::Value;
use loket::process::load::transitions;
use loket::process::repeat_offender::REPEAT_OFFENDER;

use crate::process_world::{PARTY, Sim, answers, at};

const MONDAY: &str = "2026-11-16T09:00:00+01:00";
/// What the frozen signals say.
const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const CASES: [&str; 3] = ["GT-2026-000001", "GT-2026-000004", "GT-2026-000009"];

fn counted() -> Answers {
    let mut given = answers(&[
        ("party_gln", PARTY),
        ("proposed_by", "threshold"),
        ("signal_type", "no_permission"),
        ("window_days", "90"),
        ("signals_counted", "3"),
        ("evidence_digest", DIGEST),
    ]);
    let cases = CASES.map(|case| Value::Code(case.to_owned())).to_vec();
    given.insert("evidence".to_owned(), Answer::Value(Value::List(cases)));
    given
}

fn open(given: &Answers) -> Result<Sim, Refusal> {
    Sim::try_open(&REPEAT_OFFENDER, at(MONDAY), at(MONDAY), given)
}

fn proposed() -> Sim {
    open(&counted()).unwrap()
}

const CONTACTED: &[(&str, &str)] = &[
    ("channel", "letter"),
    ("review_at", "2027-02-16T09:00:00+01:00"),
];

fn watched() -> Sim {
    let mut sim = proposed();
    sim.done(
        "joint_judgement",
        &[("judgement", "yes"), ("judged_on", "2026-11-16")],
    );
    sim.done("party_contacted", CONTACTED);
    sim
}

/// GT-17: the count only proposes; what it counted is kept and nothing later changes it.
#[test]
fn gt_17_the_evidence_is_frozen() {
    let sim = proposed();
    assert_eq!(sim.case.state, "proposed");
    let evidence = sim.fact("evidence").unwrap();
    let named: Vec<_> = evidence.all().iter().filter_map(Value::as_code).collect();
    assert_eq!(named, CASES);
    let rows = transitions(&REPEAT_OFFENDER);
    let later = rows.iter().filter(|row| row.action != "open");
    for row in later {
        for fact in [
            "evidence",
            "evidence_digest",
            "signals_counted",
            "signal_type",
            "window_days",
            "proposed_by",
        ] {
            assert!(!row.sets.contains(fact), "{} sets {fact}", row.action);
        }
    }
}

/// GT-17: a proposal of the count names its signals; a lead may propose without.
#[test]
fn gt_17_a_count_without_signals_proposes_nothing() {
    for named in ["evidence", "evidence_digest", "signal_type"] {
        let mut given = counted();
        given.remove(named);
        let refusal = open(&given).err().unwrap();
        assert_eq!(
            (refusal.key.as_str(), refusal.rule.as_str()),
            ("no_evidence_named", "GT-17")
        );
    }
    let by_hand = answers(&[("party_gln", PARTY), ("proposed_by", "lead")]);
    assert_eq!(open(&by_hand).unwrap().case.state, "proposed");
}

/// GT-17: the joint operators decide, yes or no, and the party hears of it only after a yes.
#[test]
fn gt_17_people_decide() {
    let mut no = proposed();
    let judged = |word| [("judgement", word), ("judged_on", "2026-11-16")];
    assert_eq!(no.refused("party_contacted", CONTACTED).key, "not_in_state");
    let mut yes = no.clone();
    no.done("joint_judgement", &judged("no"));
    assert!(no.case.state == "dismissed" && !no.sent("offender_contact"));
    yes.done("joint_judgement", &judged("yes"));
    assert_eq!(yes.case.state, "contact_due");
    yes.done("party_contacted", CONTACTED);
    assert!(yes.case.state == "improvement_watch" && yes.sent("offender_contact"));
    let early = proposed().refused(
        "joint_judgement",
        &[("judgement", "yes"), ("judged_on", "2026-11-17")],
    );
    assert_eq!(early.key, "in_future");
}

/// GT-18: the day of the review is set by a person; it is a duty of ours.
#[test]
fn gt_18_the_review_is_due_on_the_day_that_was_set() {
    let mut sim = watched();
    let review = sim.clock("review");
    assert_eq!(review.due_at, at("2027-02-16T09:00:00+01:00"));
    assert_eq!(review.whose, Whose::Ours);
    let mut past = proposed();
    past.done(
        "joint_judgement",
        &[("judgement", "yes"), ("judged_on", "2026-11-16")],
    );
    let given = [
        ("channel", "letter"),
        ("review_at", "2026-11-16T08:00:00+01:00"),
    ];
    assert!(past.tried("party_contacted", &given).is_err());
    let longer = [
        ("reason", "Half of the signals are gone."),
        ("review_at", "2027-04-01T09:00:00+02:00"),
    ];
    sim.done("prolong", &longer);
    assert_eq!(sim.case.state, "improvement_watch");
    assert_eq!(sim.clock("review").due_at, at("2027-04-01T09:00:00+02:00"));
    let running = sim.running();
    assert_eq!(running.iter().filter(|run| run.key == "review").count(), 1);
}

/// GT-18: improvement closes the case; without it the party is reported to the regulator.
#[test]
fn gt_18_without_improvement_it_is_reported() {
    let mut good = watched();
    good.done("review_done", &[("improved", "yes")]);
    assert_eq!(good.case.state, "closed_improved");
    assert_eq!(good.clock("review").outcome, Some(Outcome::Met));
    let mut bad = watched();
    bad.done("review_done", &[("improved", "no")]);
    assert!(bad.case.state == "acm_due" && bad.running().is_empty());
    bad.done("reported_to_acm", &[]);
    assert!(bad.case.state == "closed_reported_acm" && bad.sent("offender_report"));
}

/// GT-19: the regulator may be told at any time, also after the end.
#[test]
fn gt_19_the_regulator_may_be_told_in_every_state() {
    let mut done = watched();
    done.done("review_done", &[("improved", "yes")]);
    for mut sim in [proposed(), watched(), done] {
        let state = sim.case.state.clone();
        sim.done("inform_acm", &[]);
        assert!(sim.sent("acm_notice") && sim.case.state == state);
    }
}
