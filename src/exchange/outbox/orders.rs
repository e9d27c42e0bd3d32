//! Orders to the systems of the grid operator and to the work-order management, with the fields of
//! `formats.md` 5.9 (PRIO-07, PRIO-34). One order for each episode of a case: what is sent later
//! changes or cancels it.
//!
//! This module must not know: how an order travels, who acknowledges it.

use serde_json::{Value as Json, json};

use super::values::Story;
use crate::process::engine::Facts;
use crate::process::field::Value;

/// The body of an order of that kind: `order_gsa`, `order_change_domain`, …
pub(super) fn order(kind: &str, story: &Story<'_>) -> Json {
    let id = order_id(story);
    json!({
        "command": kind,
        "key": key(kind, &id, story.number),
        "order_id": id,
        "case": story.case_no,
        "order_kind": story.process.to_uppercase(),
        "priority": story.process == "prio",
        "ean": story.word("ean"),
        "meter_no": story.meter_no(),
        "address": address(story),
        "flavour": story.word("flavour"),
        "slot_start": story.slot_start().map(Value::instant),
        "slot_minutes": minutes(story),
        "replaces_order": replaced(story),
        "contact": contact(story),
        "remarks": remarks(story),
        "status": story.word("gsa_state"),
    })
}

/// What tells repetitions of another command, and where it is about.
pub(super) fn sign(command: &mut Json, kind: &str, story: &Story<'_>) {
    command["key"] = json!(key(kind, &order_id(story), story.number));
    command["address"] = address(story);
}

/// One for each episode: a case that was reopened orders anew.
fn order_id(story: &Story<'_>) -> String {
    id(story.case_no, story.facts)
}

/// The id of the order of a case with these facts.
pub(in crate::exchange) fn id(case_no: &str, facts: &Facts) -> String {
    let reopened = match facts.get("reopened") {
        Some(Value::Number(count)) => *count,
        _ => 0,
    };
    format!("{case_no}-{}", reopened + 1)
}

/// What tells repetitions of a command of that kind and number: an order is given once and taken back
/// once in an episode, and may be changed several times; work at a plant is ordered anew when it was
/// not done.
pub(in crate::exchange) fn key(kind: &str, id: &str, number: i64) -> String {
    if kind.starts_with("order_change") || kind == "order_installation" {
        format!("{id}/{kind}/{number}")
    } else {
        format!("{id}/{kind}")
    }
}

fn address(story: &Story<'_>) -> Json {
    let known = story.connection;
    let part = |of: fn(&crate::store::rows::ConnectionCard) -> &String| known.map(of);
    // of a connection that no register has, what was searched is what is known (PRIO-20)
    let searched = |name: &str| said(story, name).filter(|_| known.is_none());
    let house = part(|card| &card.house_number).map(String::as_str);
    let postcode = part(|card| &card.postcode).map(String::as_str);
    json!({
        "street": part(|card| &card.street),
        "house_number": house.or_else(|| searched("house_number")),
        "postcode": postcode.or_else(|| searched("postcode")),
        "city": part(|card| &card.city),
        "bag_id": story.bag_id,
    })
}

/// As long as the case still holds the start time that the message is about.
fn minutes(story: &Story<'_>) -> Option<i16> {
    let start = story.slot_start();
    let held = story.slot.filter(|slot| Some(slot.starts_at) == start);
    held.map(|slot| slot.minutes)
}

/// The order that the planning had already, when the customer chose not to wait for it (PRIO-26).
fn replaced<'a>(story: &Story<'a>) -> Option<&'a str> {
    let facts = story.facts;
    let is_replaced = facts
        .get("replaces_gsa")
        .is_some_and(|value| value.is("yes"));
    let order = facts.get("gsa_order").and_then(Value::as_code);
    order.filter(|_| is_replaced)
}

/// Of a protected person nothing but the reference is known here (decision 21).
fn contact(story: &Story<'_>) -> Json {
    let Some(customer) = story.customer else {
        return Json::Null;
    };
    if customer.protected {
        return json!({ "reference": customer.customer_ref, "name": null, "phone": null });
    }
    json!({
        "reference": customer.customer_ref,
        "name": customer.name,
        "phone": said(story, "phone").unwrap_or(&customer.phone),
    })
}

/// A text that is a fact of the case.
fn said<'a>(story: &Story<'a>, name: &str) -> Option<&'a str> {
    match story.facts.get(name) {
        Some(Value::Text(text)) => story.texts.get(&text.text).map(String::as_str),
        _ => None,
    }
}

/// What the agent noted at the step that sends the order.
fn remarks<'a>(story: &'a Story<'_>) -> &'a str {
    let noted = story.free("contact_note").or_else(|| story.free("note"));
    noted.unwrap_or_default()
}
