//! The data wash (`processes.md` 2.9; DW-GEN-01 to DW-A04-5): what is wrong with the end user of a
//! metering point, from the grid company's side. One process made of seven machines; the code of the
//! finding is a fact, and the state in which a case begins follows from it.
//!
//! No law sets days; the follow-ups are our own. Milestones are dates of the whole work (DW-GEN-13).
//!
//! This module must not know: files, registers, how findings are made (`crate::wash`).

mod basic;
mod fields;
mod i01;
mod i02;
mod i03;
mod i04;
mod lines;
mod mismatch;
mod missing;
mod states;

use super::{Action, Clock, Cond, Effect, Guard, Key, Opening, Process, Queue};
use crate::domain::clock::Whose;
use crate::domain::country::Country;
use crate::domain::deadline::Term;
use lines::is;

pub use fields::CODES;

/// The process.
pub static WASH: Process = Process {
    key: "wash",
    prefix: "WA",
    queue: Queue::Wash,
    country: Country::No,
    opening: OPENING,
    states: states::STATES,
    clocks: CLOCKS,
    actions: &ACTIONS,
    rules: RULES,
};

const MISMATCH: Cond = Cond::Any(&[is("a01"), is("a02"), is("a03")]);
const AT_KRAFT: Cond = Cond::All(&[MISMATCH, Cond::Yes("counterpart_known")]);
const CHECKED: Cond = Cond::Is("wash_origin", "holdings");

const OPENING: Opening = Opening {
    fields: fields::OPENING,
    unique_by: &[],
    states: &[
        // our own comparison has looked already
        (
            Cond::All(&[is("gsrn"), CHECKED, Cond::None(&[Cond::Known("ean")])]),
            "fix_id",
        ),
        (Cond::All(&[is("duplicate"), CHECKED]), "compare"),
        (is("gsrn"), "gsrn_new"),
        (is("duplicate"), "duplicate_new"),
        (is("orgnr"), "orgnr_new"),
        (is("fnr"), "fnr_new"),
        (is("i01"), "i01_new"),
        (is("i02"), "i02_new"),
        (is("i03"), "i03_new"),
        (is("i04"), "i04_new"),
        (AT_KRAFT, "awaiting_kraft"),
        (MISMATCH, "mismatch_new"),
        (is("a04"), "missing_new"),
        (Cond::Always, "triage"),
    ],
    guards: &[
        Guard::Holds(
            Cond::Any(&[Cond::Known("point"), Cond::Known("ean")]),
            "no_point",
            "DW-BAS-03",
        ),
        // the central tool reports no wrong name on which both sides agree
        Guard::Holds(
            Cond::None(&[Cond::All(&[
                is("i03"),
                Cond::Is("wash_origin", "nonconformity"),
            ])]),
            "own_wash_only",
            "DW-I03-2",
        ),
    ],
    effects: &OPENED,
    rules: &["DW-BAS-01", "DW-BAS-03", "DW-GEN-02", "DW-A-4", "DW-A01-3"],
    reopened: "triage",
    again: &[],
};

/// All but the summary, which is the last. No follow-up starts: a file with a hundred thousand
/// differences goes to the supplier as well, and nobody here asked it anything yet.
const OPENED: [Effect; fields::OPENING.len() - 1] = {
    let mut all = [Effect::Keep("wash_code"); fields::OPENING.len() - 1];
    let mut at = 0;
    while at < all.len() {
        all[at] = Effect::Keep(fields::OPENING[at].key);
        at += 1;
    }
    all
};

const fn clock(key: Key, rule: &'static str, term: Term) -> Clock {
    Clock {
        key,
        rule,
        term,
        whose: Whose::Notice,
    }
}

const CLOCKS: &[Clock] = &[
    clock("customer_10wd", "DW-I01-12", Term::WorkingDays(10)),
    clock("counterpart_5wd", "DW-A-4", Term::WorkingDays(5)),
    clock("estate_6m", "DW-I04-5", Term::Months(6)),
];

const PARTS: [&[Action]; 9] = [
    &basic::LINES,
    &i01::LINES,
    &i02::LINES,
    &i03::LINES,
    &i04::LINES,
    &mismatch::LINES,
    &missing::LINES,
    &lines::RECLASSIFY,
    &lines::SHARED,
];
const COUNT: usize = {
    let mut count = 0;
    let mut part = 0;
    while part < PARTS.len() {
        count += PARTS[part].len();
        part += 1;
    }
    count
};
static ACTIONS: [Action; COUNT] = {
    let mut all = [Action::BLANK; COUNT];
    let (mut part, mut to) = (0, 0);
    while part < PARTS.len() {
        let mut at = 0;
        while at < PARTS[part].len() {
            all[to] = PARTS[part][at];
            to += 1;
            at += 1;
        }
        part += 1;
    }
    all
};

/// What the guide says of itself, of frequencies, of the supplier's own side, and of the way in
/// which findings are made.
const RULES: &[&str] = &[
    "DW-GEN-01",
    "DW-GEN-02",
    "DW-GEN-03",
    "DW-GEN-04",
    "DW-GEN-07",
    "DW-GEN-12",
    "DW-GEN-13",
    "DW-GEN-14",
    "DW-GEN-15",
    "DW-BAS-01",
    "DW-BAS-04",
    "DW-BAS-05",
    "DW-BAS-06",
    "DW-BAS-20",
    "DW-BAS-21",
    "DW-BAS-22",
    "DW-BAS-23",
    "DW-BAS-24",
    "DW-BAS-25",
    "DW-BAS-28",
    "DW-BAS-29",
    "DW-I01-2",
    "DW-I01-3",
    "DW-I01-4",
    "DW-I01-6",
    "DW-I01-7",
    "DW-I01-16",
    "DW-I02-2",
    "DW-I02-3",
    "DW-I02-4",
    "DW-I02-5",
    "DW-I03-2",
    "DW-I03-3",
    "DW-I03-4",
    "DW-A-1",
    "DW-A-2",
    "DW-A-3",
    "DW-A02-1",
    "DW-A02-3",
    "DW-A02-4",
    "DW-A03-1",
    "DW-A03-3",
    "META-01",
    "META-02",
    "META-03",
];
