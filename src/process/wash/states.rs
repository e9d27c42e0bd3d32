//! The states of all deviations, and which of them belong together. Each machine has states of its
//! own, so that the referee knows the way of a case as well as the table does.

use crate::process::metering::state;
use crate::process::{Key, State, Work};

use Work::{Closed, Open, Waiting};

pub(super) const STATES: &[State] = &[
    state("triage", Open),
    state("gsrn_new", Open),
    state("fix_id", Open),
    state("awaiting_gs1", Waiting),
    state("duplicate_new", Open),
    state("compare", Open),
    state("orgnr_new", Open),
    state("fnr_new", Open),
    state("parked_register", Waiting),
    state("i01_new", Open),
    state("update_found", Open),
    state("awaiting_next_wash", Waiting),
    state("manual_search", Open),
    state("i01_contact_customer", Waiting),
    state("i01_escalated", Open),
    state("awaiting_dnumber", Waiting),
    state("i02_new", Open),
    state("confirm_name", Open),
    state("i02_contact_customer", Waiting),
    state("i02_escalated", Open),
    state("asked_to_register", Waiting),
    state("transfer_to_person", Open),
    state("i02_supplier_contact_due", Open),
    state("i02_takeover_ready", Open),
    state("i03_new", Open),
    state("typo", Open),
    state("i03_contact_customer", Waiting),
    state("i03_escalated", Open),
    state("i03_takeover_ready", Open),
    state("i04_new", Open),
    state("i04_find_end_user", Open),
    state("parked_estate", Waiting),
    state("estate_review", Open),
    state("awaiting_estate_orgnr", Open),
    state("i04_takeover_ready", Open),
    state("mismatch_new", Open),
    state("awaiting_kraft", Waiting),
    state("update_own", Open),
    state("assess_update", Open),
    state("assess_takeover", Open),
    state("rejected", Waiting),
    state("disputed", Open),
    state("supplier_contact_due", Open),
    state("wind_down", Open),
    state("missing_new", Open),
    state("waiting_process", Waiting),
    state("activate", Open),
    state("extract_check", Open),
    state("fix_extract", Open),
    state("counterpart_notified", Waiting),
    state("a04_find_end_user", Open),
    state("resolved_register", Closed),
    state("resolved_update", Closed),
    state("resolved_takeover", Closed),
    state("resolved_counterpart", Closed),
    state("not_a_deviation", Closed),
    state("closed_nett_prevails", Closed),
];

/// Live, and people or the supplier were promised something, or wait for our answer.
pub(super) const DECIDED: &[Key] = &[
    "transfer_to_person",
    "i02_supplier_contact_due",
    "i02_takeover_ready",
    "i03_takeover_ready",
    "i04_takeover_ready",
    "assess_takeover",
    "rejected",
    "disputed",
    "supplier_contact_due",
    "wind_down",
];

/// Live, and nothing was agreed with anybody outside that a newer file could undo.
pub(super) const UNDECIDED: [Key; 41] = live_but(&[DECIDED]);

/// The end user is sought among people (I01 and what comes before it).
pub(super) const SEEKING_PERSON: &[Key] = &[
    "fnr_new",
    "parked_register",
    "i01_new",
    "awaiting_next_wash",
    "manual_search",
    "i01_contact_customer",
    "i01_escalated",
    "awaiting_dnumber",
];

/// The supplier has the word (A01 to A03).
pub(super) const AT_KRAFT: &[Key] = &["mismatch_new", "update_own", "rejected", "disputed"];

/// Live, where an update of the supplier is another thing to look at.
pub(super) const ELSEWHERE: [Key; 38] = live_but(&[SEEKING_PERSON, AT_KRAFT, &["awaiting_kraft"]]);

/// Those of A01 to A04: consistency between grid company and supplier (DW-GEN-02).
pub(super) const CONSISTENCY: &[Key] = &[
    "mismatch_new",
    "awaiting_kraft",
    "update_own",
    "assess_update",
    "assess_takeover",
    "rejected",
    "disputed",
    "supplier_contact_due",
    "wind_down",
    "missing_new",
    "waiting_process",
    "activate",
    "extract_check",
    "fix_extract",
    "counterpart_notified",
    "a04_find_end_user",
];

/// Every live state but these, in the order of [`STATES`]; the compiler counts them.
const fn live_but<const N: usize>(without: &[&[Key]]) -> [Key; N] {
    let mut all = [""; N];
    let (mut at, mut to) = (0, 0);
    while at < STATES.len() {
        let key = STATES[at].key;
        if !matches!(STATES[at].work, Closed) && !any_has(without, key) {
            all[to] = key;
            to += 1;
        }
        at += 1;
    }
    assert!(to == N, "so many states are left");
    all
}

const fn any_has(lists: &[&[Key]], key: Key) -> bool {
    let mut list = 0;
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            if is_same(lists[list][at], key) {
                return true;
            }
            at += 1;
        }
        list += 1;
    }
    false
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}
