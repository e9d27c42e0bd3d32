//! What leaves for the supplier of a metering point and for the central tool: a neutral body with
//! the codes of the market beside it (`formats.md` 5.2 and 5.3). Numbers and names go along as they
//! were saved; a text that was erased meanwhile is left out.
//!
//! This module must not know: how a message travels.

use serde_json::{Value as Json, json};

use super::Content;
use super::values::Story;
use crate::domain::sanitize::{clean, clean_multiline};
use crate::process::field::Value;
use crate::store::wash::Correction;

/// The update of master data (DW-BAS-11).
pub(in crate::exchange) const UPDATE: &str = "master_data_update";

/// The update for a correction that no case made.
pub(in crate::exchange) fn correction(one: &Correction) -> Content {
    let text = |name: &str| one.after.get(name).filter(|value| !value.is_empty());
    let customer = if text("organisation_name").is_some() {
        json!({
            "agency": "82", "number": text("identifier"), "name": text("organisation_name"),
        })
    } else {
        json!({
            "agency": "Z01",
            "number": text("identifier"),
            "given_name": text("first_name"),
            "family_name": text("last_name"),
        })
    };
    Content::Command {
        to: vec!["market".to_owned()],
        command: json!({
            "command": UPDATE,
            "key": format!("wash/{UPDATE}/{}", one.correction_id),
            "message": "Z06",
            "document_type": "E10",
            "metering_point": one.point,
            "supplier": one.supplier,
            "customer": customer,
        }),
    }
}

/// The metering point: by its right number where it has one now.
pub(super) fn point(story: &Story<'_>) -> Option<String> {
    let known = ["new_ean", "ean", "point"];
    known
        .into_iter()
        .find_map(|name| story.word(name))
        .map(str::to_owned)
}

/// The body of a message of that kind.
pub(super) fn command(kind: &str, point: &str, story: &Story<'_>) -> Json {
    json!({
        "command": kind,
        "key": format!("{}/{kind}/{}", story.case_no, story.number),
        "case": story.case_no,
        "message": message(kind),
        "document_type": (kind == UPDATE).then_some("E10"),
        "metering_point": point,
        "supplier": story.word("party_gln"),
        "customer": said_or_held(kind, story),
        "former_point": story.word("alias_point"),
        "end_code": story.word("end_code").and_then(end_code),
        "in_answer_to": story.word("inbound_update"),
        "reason": story.free("reason").map(clean_multiline),
    })
}

/// The code of the message as the market has it; none where the guide names no message.
fn message(kind: &str) -> Option<&'static str> {
    match kind {
        UPDATE => Some("Z06"),
        "takeover_confirmed" | "takeover_rejected" => Some("Z04"),
        _ => None,
    }
}

/// Why a contract ended.
fn end_code(word: &str) -> Option<&'static str> {
    match word {
        "death" => Some("Z41"),
        "moved_out" => Some("Z42"),
        "bankruptcy" => Some("Z44"),
        _ => None,
    }
}

/// What the case found; of an update that found nobody anew, who holds the metering point with us.
fn said_or_held(kind: &str, story: &Story<'_>) -> Json {
    let said = identification(story);
    let held = story.holder.filter(|_| kind == UPDATE && said.is_null());
    let Some(held) = held else { return said };
    let text = |text: &str| (!text.is_empty()).then(|| clean(text).into_owned());
    if held.organisation_name.is_empty() {
        json!({
            "agency": "Z01",
            "number": text(&held.identifier),
            "given_name": text(&held.first_name),
            "family_name": text(&held.last_name),
        })
    } else {
        json!({
            "agency": "82",
            "number": text(&held.identifier),
            "name": text(&held.organisation_name),
        })
    }
}

/// By the register of enterprises (82) with one name, or by the population register (Z01) with first
/// and last name.
fn identification(story: &Story<'_>) -> Json {
    let text = |name: &str| match story.facts.get(name) {
        Some(Value::Text(text)) => story.texts.get(&text.text).map(|body| clean(body)),
        _ => None,
    };
    let person = text("found_fnr").or_else(|| text("found_d_number"));
    let is_person = story
        .word("user_kind")
        .map_or(person.is_some(), |kind| kind == "person");
    match (is_person, person, text("found_org")) {
        (true, Some(number), _) => json!({
            "agency": "Z01",
            "number": number,
            "given_name": text("found_first_name"),
            "family_name": text("found_last_name"),
        }),
        (_, _, number) if number.is_some() || text("found_name").is_some() => json!({
            "agency": "82",
            "number": number,
            "name": text("found_name"),
        }),
        _ => Json::Null,
    }
}
