//! What the systems of the grid operator get of an installation (TLM-03, TLM-09, TLM-11): every field
//! that was filled in, with its unit, and the version of the form that asked it.
//!
//! This module must not know: who gets it, how it travels.

use serde_json::{Value as Json, json};

use super::values::Story;
use crate::domain::form::Part;
use crate::process::field::{Field, Value};
use crate::process::form::{CaseForm, FILLED};

/// The kind of the message.
pub(super) const KIND: &str = "installation_data";

/// The command; `None` when the case has no such form, or nothing was filled in.
pub(super) fn command(story: &Story<'_>, form: Option<CaseForm>) -> Option<Json> {
    let form = form?;
    let filled = story.facts.get(FILLED)?.all();
    let is_filled = |field: &&&Field| filled.iter().any(|key| key.as_code() == Some(field.key));
    let asked = form.fields().iter().filter(is_filled);
    let fields: Vec<Json> = asked
        .filter_map(|field| one(field.part?, story.facts.get(field.key)?))
        .collect();
    let known = |name: &str| story.facts.get(name).filter(|value| !value.has_text());
    let mut command = json!({
        "command": KIND,
        "case": story.case_no,
        "form": form.form().key,
        "form_version": form.form().version,
        "fields": fields,
    });
    for name in ["ean", "suitability"] {
        if let Some(value) = known(name) {
            command[name] = json!(value);
        }
    }
    if let Some(number) = story.meter_no() {
        command["meter_no"] = json!(number);
    }
    Some(command)
}

/// A number is written as text, with the decimals of its form: no reader rounds it.
fn one(part: &Part, value: &Value) -> Option<Json> {
    let mut row = json!({ "key": part.key, "type": part.kind, "value": value });
    if let Some(unit) = &part.unit {
        row["unit"] = json!(unit);
    }
    (!value.has_text()).then_some(row)
}
