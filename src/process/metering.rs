//! What PRIO and TLM share (`processes.md` 2.1 and 2.2; PRIO-01…35, TLM-01…17): the steps of a request
//! from the contact details to the meter, the checks and their order, planning, orders and what
//! becomes of them.
//!
//! Every step is the customer's own, taken in the portal, or an agent's on the customer's behalf: the
//! same lines serve both, and the event says which it was (PRIO-04).
//!
//! This module must not know: where connections, payments and orders are kept.

pub(super) mod fields;
pub(super) mod lines;

use super::{Clock, Cond, Effect, Since, SlotAct, State, Work};
use crate::domain::clock::Whose;
use crate::domain::deadline::Term;

/// How often a check is asked again before a person is asked to look.
pub const CHECKS_TRIED: i64 = 3;

/// The customer came at least to the contact details alone.
pub(super) const HAS_CONTACT: Cond = Cond::Known("step");

/// … and named the address.
pub(super) const HAS_ADDRESS: Cond = Cond::All(&[
    Cond::Known("postcode"),
    Cond::Known("house_number"),
    Cond::Any(&[
        Cond::Is("step", "location"),
        Cond::Is("step", "meter"),
        Cond::Is("step", "product"),
    ]),
]);

/// … and chose the meter, and may ask for it: else somebody asks first (PRIO-13).
pub(super) const HAS_METER: Cond = Cond::All(&[
    HAS_ADDRESS,
    Cond::None(&[Cond::Is("declares_authorised", "no")]),
    Cond::Known("ean"),
    Cond::Known("meter_no"),
    Cond::Any(&[Cond::Is("step", "meter"), Cond::Is("step", "product")]),
]);

/// What a request brings along is kept, so that the next step proposes it.
pub(super) const KEEP_REQUEST: [Effect; 16] = [
    Effect::Keep("opened_by"),
    Effect::Keep("customer_ref"),
    Effect::Keep("step"),
    Effect::Keep("phone"),
    Effect::Keep("email"),
    Effect::Keep("contact_postcode"),
    Effect::Keep("contact_house_number"),
    Effect::Keep("postcode"),
    Effect::Keep("house_number"),
    Effect::Keep("ean"),
    Effect::Keep("meter_no"),
    Effect::Keep("declares_authorised"),
    Effect::Keep("flavour"),
    Effect::When(HAS_CONTACT, &[Effect::Set("validated_by", "customer")]),
    Effect::When(
        Cond::Is("opened_by", "agent"),
        &[Effect::Set("on_behalf", "yes")],
    ),
    Effect::Start("inactivity", Since::Now),
];

/// An agent did it: on record for good (PRIO-04).
pub(super) const BEHALF: Effect =
    Effect::When(Cond::Yes("on_behalf"), &[Effect::Set("on_behalf", "yes")]);

/// The customer did something: the thirty days begin anew.
pub(super) const AWAKE: [Effect; 2] = [
    Effect::Cancel("inactivity"),
    Effect::Start("inactivity", Since::Now),
];

/// Whatever may still run when a request ends.
pub(super) const REST_ENDS: [Effect; 4] = [
    Effect::Cancel("inactivity"),
    Effect::Cancel("check_15m"),
    Effect::Cancel("slot_hold"),
    Effect::Cancel("placement_3m"),
];

/// A visit is agreed on, and both systems must confirm it anew.
pub(super) const ORDERED: [Effect; 3] = [
    Effect::Set("domain_acked", "no"),
    Effect::Set("gsa_acked", "no"),
    Effect::Cancel("inactivity"),
];

/// The order is known already: after a visit without result it is changed, not given a second time.
pub(super) const ORDERED_BEFORE: Cond = Cond::Yes("ordered");

/// … and both systems are told so.
pub(super) const CHANGED: Effect = Effect::When(
    ORDERED_BEFORE,
    &[
        Effect::Send("order_change_domain"),
        Effect::Send("order_change_gsa"),
    ],
);

/// … and let go of it.
pub(super) const CALLED_OFF: Effect = Effect::When(
    ORDERED_BEFORE,
    &[
        Effect::Send("order_cancel_domain"),
        Effect::Send("order_cancel_gsa"),
    ],
);

/// What a reopened request forgets of its last episode: orders, checks and alarms of that time.
pub(super) const AGAIN: [Effect; 12] = [
    Effect::Slot(SlotAct::Release),
    Effect::Set("ordered", "no"),
    Effect::Set("domain_acked", "no"),
    Effect::Set("gsa_acked", "no"),
    Effect::Clear("gsa_order"),
    Effect::Clear("replaces_gsa"),
    Effect::Clear("gsa_state"),
    Effect::Clear("not_done_reason"),
    Effect::Clear("check_failures"),
    Effect::Clear("check_task"),
    Effect::Clear("undelivered"),
    Effect::Start("inactivity", Since::Now),
];

/// These effects one after the other; a wrong number of them does not compile.
pub(super) const fn joined<const N: usize>(parts: &[&[Effect]]) -> [Effect; N] {
    let mut all = [BEHALF; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut nth = 0;
        while nth < parts[part].len() {
            all[at] = parts[part][nth];
            (at, nth) = (at + 1, nth + 1);
        }
        part += 1;
    }
    assert!(at == N, "so many effects were joined");
    all
}

pub(super) const fn state(key: &'static str, work: Work) -> State {
    State { key, work }
}

const fn clock(key: &'static str, rule: &'static str, term: Term, whose: Whose) -> Clock {
    Clock {
        key,
        rule,
        term,
        whose,
    }
}

/// Thirty days without a step end a request.
pub(super) const INACTIVITY: Clock =
    clock("inactivity", "PRIO-11", Term::Hours(30 * 24), Whose::Notice);
/// The checks answer in a quarter of an hour, or somebody looks.
pub(super) const CHECK: Clock = clock("check_15m", "PRIO-15", Term::Minutes(15), Whose::System);
/// A block of time is kept while the customer pays.
pub(super) const SLOT_HOLD: Clock = clock("slot_hold", "PRIO-31", Term::Minutes(15), Whose::Notice);
/// A paid meter is placed within three months of the request (decision 17).
pub(super) const PLACEMENT: Clock = clock("placement_3m", "PRIO-13", Term::Months(3), Whose::Ours);
