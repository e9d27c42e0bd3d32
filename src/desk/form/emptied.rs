//! What a person takes out of a form: an answer with nothing in it, which unsets the fact (ELS-21).

use super::Entry;
use crate::desk::request::known;
use crate::process::engine::{Answer, Answers};
use crate::process::{Action, Field};
use crate::store::rows::CaseDetail;

/// What the form proposed of the case itself and somebody took out: an answer with nothing in it. What is
/// masked was not proposed, so nobody took it out.
pub(super) fn answers(detail: &CaseDetail, action: &Action, entries: &[Entry]) -> Answers {
    let is_own = |field: &Field| {
        let is_shown = || known::of_case(detail, field.key).is_some();
        let is_like = field.like == Some(field.key) && detail.facts.facts.contains_key(field.key);
        is_like && (!field.kind.is_text() || is_shown())
    };
    let asked = action.asked(&detail.facts);
    let taken_out = entries.iter().filter(|entry| {
        let field = asked.iter().find(|field| field.key == entry.key);
        entry.raw().trim().is_empty() && field.is_some_and(|field| is_own(field))
    });
    let nothing = || Answer::Free(String::new());
    let answers = taken_out.map(|entry| (entry.key.clone(), nothing()));
    answers.collect()
}
