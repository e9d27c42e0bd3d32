//! What stands beside the cases: the slot that a case holds is the one that its events took, a slot has
//! as many holds as it says, nobody paid twice, and the evidence of a proposal is what was counted.

use serde::Deserialize;
use serde_json::Value as Json;

use super::{Difference, StoredCase, StoredEvent};
use crate::store::{Store, StoreError, ask, read};

/// The clock with which a hold ends that was not confirmed.
const SLOT_HOLD: &str = "slot_hold";

/// The slot that a case holds.
#[derive(Debug, Deserialize)]
pub(super) struct StoredHold {
    slot_id: i64,
    /// Kept without end.
    kept: bool,
}

/// A slot whose count is wrong.
#[derive(Debug, Deserialize)]
struct Miscounted {
    slot_id: i64,
    taken: i64,
    holds: i64,
}

/// What cannot be of the payments of a case.
#[derive(Debug, Deserialize)]
struct Paid {
    case_no: String,
    what: String,
}

impl Store {
    /// What is wrong beside the cases.
    pub(super) async fn beside(&self) -> Result<Vec<Difference>, StoreError> {
        let slots = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.verify_slots()::text AS "r!""#)
                .fetch_one(&self.pool),
        );
        let slots: Vec<Miscounted> = read(slots.await?)?;
        let slots = slots.into_iter().map(|slot| Difference {
            case_no: String::new(),
            what: format!(
                "slot {}: {} are taken, {} cases hold it",
                slot.slot_id, slot.taken, slot.holds
            ),
        });
        let paid = ask(
            sqlx::query_scalar!(r#"SELECT loket_api.verify_payments()::text AS "r!""#)
                .fetch_one(&self.pool),
        );
        let paid: Vec<Paid> = read(paid.await?)?;
        let paid = paid.into_iter().map(|one| Difference {
            case_no: one.case_no,
            what: format!("payments: {}", one.what),
        });
        let frozen = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.verify_evidence()::text AS "r!""#
        )
        .fetch_one(&self.pool));
        let frozen: Vec<String> = read(frozen.await?)?;
        let frozen = frozen.into_iter().map(|case_no| Difference {
            case_no,
            what: "the frozen signals are not those of the event (GT-17)".to_owned(),
        });
        Ok(slots.chain(paid).chain(frozen).collect())
    }
}

/// The slot follows from the changes that were not taken back, and ends with its clock or is kept.
pub(super) fn compare_slot(case: &StoredCase) -> Vec<String> {
    let mut found = Vec::new();
    let (stored, told) = (case.slot.as_ref().map(|hold| hold.slot_id), told(case));
    if stored != told {
        found.push(format!("slot: stored {stored:?}, the events say {told:?}"));
    }
    let mut clocks = case.stored.clocks.iter();
    let ends = clocks.any(|clock| clock.is_running() && clock.key == SLOT_HOLD);
    if let Some(hold) = &case.slot
        && hold.kept == ends
    {
        found.push(String::from(if ends {
            "slot: kept, and yet its clock runs"
        } else {
            "slot: held, and no clock ends that"
        }));
    }
    found
}

fn told(case: &StoredCase) -> Option<i64> {
    let events: Vec<&StoredEvent> = case.events.iter().flatten().collect();
    let gone: Vec<i32> = events
        .iter()
        .filter_map(|event| event.takes_back())
        .collect();
    let told = events.iter().filter(|event| !gone.contains(&event.seq));
    told.fold(None, |held, event| {
        after(held, &event.body["change"]["slot"])
    })
}

fn after(held: Option<i64>, change: &Json) -> Option<i64> {
    match change["act"].as_str() {
        Some("release") => None,
        Some(_) => change["slot"].as_i64().or(held),
        None => held,
    }
}
