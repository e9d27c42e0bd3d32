//! What is said of one customer or one metering point is not said of others (DW-GEN-06, DW-I02-7): an
//! action that names one is done with one case.

use super::Job;
use crate::desk::form::Entry;
use crate::process::engine::CaseFacts;
use crate::process::field::{Required, Value};
use crate::process::{ALL, Action, general};

/// Whether an answer to a field of that key names one customer or one metering point.
pub fn names_one(field: &str) -> bool {
    let own = ALL.iter().flat_map(|process| process.actions);
    let lines = own.chain(general::ACTIONS);
    let mut fields = lines.flat_map(|line| line.fields);
    fields.any(|asked| asked.key == field && asked.names_one())
}

/// Whether the action cannot be done without naming one.
pub(super) fn must_name_one(action: &Action) -> bool {
    let mut fields = action.fields.iter();
    fields.any(|field| field.required == Required::Always && field.names_one())
}

/// The answer that names one, if there is any.
pub fn named(entries: &[Entry]) -> Option<&Entry> {
    let mut filled = entries
        .iter()
        .filter(|entry| !entry.raw().trim().is_empty());
    filled.find(|entry| names_one(&entry.key))
}

/// Whether an action is done with that case alone: another code for a couple or a sole proprietor
/// may lift the consent that the takeover needs (DW-A02-7, DW-A03-5).
pub fn is_of_its_own(action: &str, case: &CaseFacts) -> bool {
    let code = case.facts.get("wash_code").and_then(Value::as_code);
    action == "reclassify" && matches!(code, Some("a02" | "a03"))
}

impl Job {
    /// Whether it is about more than one case.
    pub fn is_of_many(&self) -> bool {
        self.asked.len() > 1
    }
}
