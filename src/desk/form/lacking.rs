//! Which mandatory fields of a notification are still empty, with what stands in its form (ELS-25): shown
//! while it is filled in, not only when it is to be sent.

use super::Entry;
use crate::desk::route::Subject;
use crate::desk::world::World;
use crate::process::Key;
use crate::process::field::Value;
use crate::process::notification::{NOTIFICATION, WRITING, missing};

/// The steps in which mandatory fields are filled, and those that send.
const STEPS: &[&str] = &[
    "edit",
    "edit_owner",
    "edit_payer",
    "save",
    "submit",
    "resubmit",
];

/// Their keys, in the order of the form; none in any other form.
pub fn lacking(world: &World, subject: &Subject, entries: &[Entry]) -> Vec<Key> {
    let Subject::Action(case, step) = subject else {
        return Vec::new();
    };
    let loaded = world.case(*case);
    let facts = loaded.map(|loaded| &loaded.detail.facts).filter(|facts| {
        let is_written = WRITING.contains(&facts.state.as_str());
        facts.process == NOTIFICATION.key && is_written && STEPS.contains(&step.as_str())
    });
    let Some(facts) = facts else {
        return Vec::new();
    };
    // what was cleared in a form stays as it was
    let mut known = facts.facts.clone();
    let typed = entries
        .iter()
        .filter(|entry| !entry.raw().trim().is_empty());
    known.extend(typed.map(|entry| (entry.key.clone(), Value::Code(entry.raw().to_owned()))));
    missing(&known)
}
