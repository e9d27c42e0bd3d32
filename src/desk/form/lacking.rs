//! Which mandatory fields of a notification are still empty, with what stands in its form (ELS-25): shown
//! while it is filled in, not only when it is to be sent.

use super::{Entry, emptied};
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
    let detail = world.case(*case).map(|loaded| &loaded.detail);
    let detail = detail.filter(|detail| {
        let is_written = WRITING.contains(&detail.facts.state.as_str());
        detail.facts.process == NOTIFICATION.key && is_written && STEPS.contains(&step.as_str())
    });
    let Some(detail) = detail else {
        return Vec::new();
    };
    let mut known = detail.facts.facts.clone();
    let action = NOTIFICATION.lines().find(|line| line.key == *step);
    let gone = action.map(|action| emptied::answers(detail, action, entries));
    known.retain(|key, _| gone.as_ref().is_none_or(|gone| !gone.contains_key(key)));
    let typed = entries
        .iter()
        .filter(|entry| !entry.raw().trim().is_empty());
    known.extend(typed.map(|entry| (entry.key.clone(), Value::Code(entry.raw().to_owned()))));
    missing(&known)
}
