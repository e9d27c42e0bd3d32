//! Requests for a meter (PRIO, TLM) at the desk: what is proposed at a step, the meters at an address,
//! the week of start times, how far a request is and what comes next.
//!
//! This module must not know: how anything of it is drawn, who is asked.

mod account;
pub mod around;
pub mod found;
pub mod guide;
pub mod known;
pub mod meters;
pub mod steps;
pub mod week;

use super::form::{Ask, Entry, Pick};
use crate::process::Key;
use crate::process::field::Value;

/// Answers that follow from a choice: field and value.
pub type Follows = Vec<(Key, Value)>;

/// Put these choices in place of what was there. What was chosen stays chosen as long as it is among
/// them; an answer of a draft that waited for its choice is taken up.
fn put(entry: &mut Entry, rest: &mut Vec<(String, String)>, all: Vec<(Pick, Follows)>) {
    let kept = rest.iter().position(|(key, _)| *key == entry.key);
    let chosen = match kept {
        Some(at) if entry.raw().is_empty() => rest[at].1.clone(),
        _ => entry.raw().to_owned(),
    };
    let (picks, follows) = all.into_iter().unzip();
    entry.ask = Ask::Choice(picks, None);
    entry.follows = follows;
    if chosen.is_empty() {
        return;
    }
    rest.retain(|(key, _)| *key != entry.key);
    if !entry.accept(&chosen) {
        rest.push((entry.key.clone(), chosen));
    }
}
