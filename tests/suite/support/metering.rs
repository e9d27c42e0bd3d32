//! What the tests of both requests for a meter begin with: the steps that PRIO and TLM share.

use loket::process::Process;
use loket::process::engine::{Actor, Answer, Answers};
use loket::process::field::Value;

use crate::process_world::{Sim, answers, at, texts};

pub(crate) const MONDAY: &str = "2026-11-16T09:00:00+01:00";
pub(crate) const VISIT: &str = "2026-12-01T08:00:00Z";
pub(crate) const NOTED: (&str, &str) = ("contact_note", "Spoke with the customer: Tuesday suits.");

/// The rule is among those of the process, with words in English and Dutch.
pub(crate) fn is_shown(process: &Process, rule: &str, words: [&str; 2]) {
    assert!(process.cited_rules().contains(rule), "{rule} is not cited");
    for (lang, word) in ["en", "nl"].into_iter().zip(words) {
        let texts = texts(lang);
        let text = &texts[&format!("rule.{rule}")];
        assert!(text.contains(word), "{lang} {rule}: {text}");
    }
}

/// Answers, with the number of a block of time.
pub(crate) fn with_slot(slot: i64, more: &[(&str, &str)]) -> Answers {
    let mut given = answers(more);
    given.insert("slot".to_owned(), Answer::Value(Value::Number(slot)));
    let start = Value::instant(at(VISIT));
    given.insert("slot_start".to_owned(), Answer::Value(start));
    given
}

/// A request that an agent opens on the telephone.
pub(crate) fn opened(process: &'static Process) -> Sim {
    let now = at(MONDAY);
    let given = answers(&[("customer_ref", "NL0000012")]);
    Sim::try_open_as(Actor::Agent, process, (now, now), &given).unwrap()
}

/// … as far as the meters at the address.
pub(crate) fn located(process: &'static Process) -> Sim {
    let mut sim = opened(process);
    locate(&mut sim);
    sim
}

/// The details are right, and there are meters at the address.
pub(crate) fn locate(sim: &mut Sim) {
    sim.done("contact_validated", &[("details_right", "yes")]);
    let address = [
        ("postcode", "5013vb"),
        ("house_number", "152 b"),
        ("meters_found", "yes"),
    ];
    sim.done("location_searched", &address);
}

/// What an outside system says.
pub(crate) fn system(sim: &mut Sim, action: &str, given: &[(&str, &str)]) {
    sim.try_as(Actor::System, action, &answers(given))
        .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
}

/// Both systems have the order.
pub(crate) fn acknowledged(mut sim: Sim) -> Sim {
    system(&mut sim, "gsa_ack", &[]);
    system(&mut sim, "domain_ack", &[]);
    sim
}

/// What the customer filled in alone, as the portal or a file brings it.
pub(crate) fn request(process: &'static Process, step: &str, more: &[(&str, &str)]) -> Sim {
    let mut given = answers(&[
        ("customer_ref", "NL0000012"),
        ("step", step),
        ("postcode", "5013 VB"),
        ("house_number", "152b"),
    ]);
    given.extend(answers(more));
    Sim::try_open(process, at(MONDAY), at(MONDAY), &given).unwrap()
}
