//! How far a request is (PRIO-03, PRIO-11): its steps, those done, the one where it stands and those
//! ahead. Whoever looks along sees them move, and takes over at that step (PRIO-04).

use crate::process;
use crate::process::engine::CaseFacts;

/// Steps of a request with the states in which it stands there.
type Steps = &'static [(&'static str, &'static [&'static str])];

const PRIO: Steps = &[
    ("contact", &["draft_contact"]),
    ("address", &["draft_location"]),
    ("meter", &["draft_meter"]),
    ("check", &["checking", "choose_pay_or_wait"]),
    ("flavour", &["choose_flavour"]),
    ("time", &["planning", "paid_needs_slot"]),
    ("payment", &["awaiting_payment"]),
    ("visit", &["confirmed", "in_execution"]),
];

const TLM: Steps = &[
    ("contact", &["draft_contact"]),
    ("address", &["draft_location"]),
    ("meter", &["draft_meter"]),
    ("installation", &["draft_installation"]),
    ("check", &["checking_suitability"]),
    ("flavour", &["offer_exchange"]),
    ("time", &["planning"]),
    ("visit", &["confirmed", "in_execution"]),
];

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Done.
    Done,
    /// The request stands here.
    Here,
    /// Still to come.
    Ahead,
}

/// The steps of a request with how each stands; nothing for other processes, and for a request that
/// ended on the way. Texts: `request.step.<key>`.
pub fn of(case: &CaseFacts) -> Vec<(&'static str, Stand)> {
    let steps = match case.process.as_str() {
        "prio" => PRIO,
        "tlm" => TLM,
        _ => return Vec::new(),
    };
    let is_over = process::find(&case.process).is_some_and(|it| it.is_final(&case.state));
    let here = match case.state.as_str() {
        "completed" => Some(steps.len()),
        _ if is_over => None,
        state => steps.iter().position(|(_, states)| states.contains(&state)),
    };
    let Some(here) = here else {
        return Vec::new();
    };
    let is_paid = case.facts.get("payment").is_some_and(|it| it.is("paid"));
    let stand = |at: usize, key: &str| match at.cmp(&here) {
        std::cmp::Ordering::Less => Stand::Done,
        std::cmp::Ordering::Equal => Stand::Here,
        std::cmp::Ordering::Greater if key == "payment" && is_paid => Stand::Done,
        std::cmp::Ordering::Greater => Stand::Ahead,
    };
    let all = steps.iter().enumerate();
    all.map(|(at, (key, _))| (*key, stand(at, key))).collect()
}
