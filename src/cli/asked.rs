//! What an action asks, and the answers to it: from the table of the process, from what was typed,
//! from the registers.

use super::clerk::Typed;
use crate::process::engine::{Answer, Answers, CaseFacts, Refusal};
use crate::process::field::{Field, Required, Value};
use crate::process::{Action, Process};
use crate::store::rows::{CaseDetail, ConnectionCard, PartyCard};

/// What the registers say of a subject, by field.
pub(super) fn known(
    party: Option<&PartyCard>,
    connection: Option<&ConnectionCard>,
    customer_ref: Option<&str>,
) -> Vec<(&'static str, Value)> {
    let role = party.map(|party| party.role.as_str());
    let role = role.filter(|role| crate::process::general::PARTY_ROLES.contains(role));
    let isma = connection.map(|connection| connection.allocation_method == "isma");
    let role = role.map(|role| ("party_role", Value::Code(role.to_owned())));
    let isma = isma.map(|isma| ("concerns_isma", Value::Bool(isma)));
    let customer = customer_ref.map(|code| ("customer_ref", Value::Code(code.to_owned())));
    [role, isma, customer].into_iter().flatten().collect()
}

/// The lines of the table with that key which are legal in the state of the case.
pub(super) fn lines(case: &CaseFacts, action: &str) -> Vec<&'static Action> {
    let Some(process) = crate::process::find(&case.process) else {
        return Vec::new();
    };
    let mut lines: Vec<_> = process.lines().filter(|line| line.key == action).collect();
    if lines.iter().any(|line| is_from(process, line, &case.state)) {
        lines.retain(|line| is_from(process, line, &case.state));
    }
    lines
}

fn is_from(process: &Process, line: &Action, state: &str) -> bool {
    use crate::process::From;
    match line.from {
        From::In(states) => states.contains(&state),
        From::Live => !process.is_final(state),
        From::Any => true,
        From::Closed => process.is_final(state),
    }
}

/// The fields that the action asks of that case, each once.
pub(super) fn fields(case: &CaseFacts, action: &str) -> Vec<&'static Field> {
    let mut fields: Vec<&'static Field> = Vec::new();
    for line in lines(case, action) {
        for field in line.asked(case).iter().copied() {
            if !fields.iter().any(|known| known.key == field.key) {
                fields.push(field);
            }
        }
    }
    fields
}

/// Needed fields that the registers know of the subject need not be typed.
pub(super) fn answers_of(
    detail: &CaseDetail,
    action: &str,
    typed: &[Typed],
) -> Result<Answers, Refusal> {
    let case = &detail.facts;
    let process = crate::process::find(&case.process)
        .ok_or_else(|| Refusal::new("unknown_process").with("process", &case.process))?;
    if lines(case, action).is_empty() {
        return Err(Refusal::new("unknown_action").with("action", action));
    }
    let fields = fields(case, action);
    let mut answers = parsed(process, &fields, typed)?;
    for (key, value) in known(detail.party.as_ref(), detail.connection.as_ref(), None) {
        let mut needed = fields
            .iter()
            .filter(|field| field.required == Required::Always);
        if needed.any(|field| field.key == key) && !answers.contains_key(key) {
            answers.insert(key.to_owned(), Answer::Value(value));
        }
    }
    Ok(answers)
}

/// What was typed, parsed by the fields. A field that is not asked is refused.
pub(super) fn parsed(
    process: &Process,
    fields: &[&'static Field],
    typed: &[Typed],
) -> Result<Answers, Refusal> {
    let mut answers = Answers::new();
    for (key, raw) in typed {
        let field = fields.iter().find(|field| field.key == key.as_str());
        let field = field.ok_or_else(|| Refusal::new("field_unknown").about(key))?;
        answers.insert(key.clone(), field.parse(raw, process.country)?);
    }
    Ok(answers)
}
