//! From a case to the mandate that decides what may be seen.

use chrono::NaiveDate;

use super::SHARING;
use crate::domain::consumption::Energy;
use crate::domain::consumption::guard::{Granularity, Mandate, Standing};
use crate::process::engine::CaseFacts;
use crate::process::field::Value;

/// The mandate of a case; `None` when it is the case of something else.
pub fn mandate(case: &CaseFacts, energy: Energy) -> Option<Mandate> {
    if case.process != SHARING.key {
        return None;
    }
    let word = |key: &str| case.facts.get(key).and_then(Value::as_code);
    let day = |key: &str| word(key).and_then(|day| day.parse::<NaiveDate>().ok());
    let validity = case.clocks.iter().filter(|run| run.key == "validity_3y");
    Some(Mandate {
        standing: standing(&case.state),
        energy,
        granularity: Granularity::of_key(word("granularity")?)?,
        period_from: day("period_from")?,
        period_to: day("period_to"),
        effective: day("effective_date"),
        valid_until: validity.max_by_key(|run| run.run).map(|run| run.due_at),
    })
}

fn standing(state: &str) -> Standing {
    match state {
        "active" => Standing::Active,
        "ended" => Standing::Ended,
        "expired" => Standing::Expired,
        _ => Standing::NotApproved,
    }
}
