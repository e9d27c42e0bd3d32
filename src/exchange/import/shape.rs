//! What senders call the fields of a process, where they call them otherwise than the process does:
//! objects inside the line, other names, values in several parts.

use serde_json::{Map, Value as Json};

/// Where the answer to a field stands in a line.
enum Place {
    /// Inside an object, or under another name.
    At(&'static [&'static str]),
    /// In several columns that make one text.
    Words(&'static [&'static str]),
    /// Where the first of them has something.
    First(&'static [Place]),
    /// Here when that column says so, else nowhere.
    When((&'static str, &'static str), &'static Place),
    /// … and here otherwise.
    Unless((&'static str, &'static str), &'static Place),
}

use Place::{At, First, Unless, When, Words};

/// A field of some processes, and its place.
struct Entry {
    processes: &'static [&'static str],
    field: &'static str,
    place: Place,
}

const REQUESTS: &[&str] = &["prio", "tlm"];
const NOTIFICATIONS: &[&str] = &["notification"];
/// The customer came no further than the own details: the address is theirs, and proposed as that of
/// the connection (PRIO-19).
const CAME_TO_CONTACT: (&str, &str) = ("step", "contact");
const POSTCODE: Place = At(&["postcode"]);
const HOUSE: Place = Words(&["house_number", "house_letter", "house_suffix"]);

const fn request(field: &'static str, place: Place) -> Entry {
    Entry {
        processes: REQUESTS,
        field,
        place,
    }
}

const fn notification(field: &'static str, place: Place) -> Entry {
    Entry {
        processes: NOTIFICATIONS,
        field,
        place,
    }
}

/// What is not listed, and what is not there, stands under its own name.
const ENTRIES: &[Entry] = &[
    Entry {
        processes: &["contract"],
        field: "data_channel",
        place: At(&["channel"]),
    },
    request("phone", At(&["contact", "phone"])),
    request("email", At(&["contact", "email"])),
    request("meter_no", At(&["meter_number"])),
    request("contact_postcode", When(CAME_TO_CONTACT, &POSTCODE)),
    request("contact_house_number", When(CAME_TO_CONTACT, &HOUSE)),
    request("postcode", Unless(CAME_TO_CONTACT, &POSTCODE)),
    request("house_number", Unless(CAME_TO_CONTACT, &HOUSE)),
    notification("party_gln", At(&["installer_gln"])),
    notification("meter_no", At(&["meter_number"])),
    notification("technical_no", At(&["technical_number"])),
    notification("owner_personal_no", At(&["owner", "personal_number"])),
    notification("payer_personal_no", At(&["payer", "personal_number"])),
    notification("owner_org_no", At(&["owner", "organisation_number"])),
    notification("payer_org_no", At(&["payer", "organisation_number"])),
    notification(
        "payer_invoice_ref",
        First(&[
            At(&["payer", "invoice_reference"]),
            At(&["invoice_reference"]),
        ]),
    ),
];

/// Whether somebody goes on with what came in, an agent with the request of a customer, an installer
/// with a notification: a value that cannot be costs the step at which it was given, never the line.
pub(super) fn is_taken_over(process: &str) -> bool {
    is_request(process) || NOTIFICATIONS.contains(&process)
}

/// Whether it is the request of a customer for a meter.
pub(super) fn is_request(process: &str) -> bool {
    REQUESTS.contains(&process)
}

/// What a line says to that field of that process.
pub(super) fn said(line: &Map<String, Json>, process: &str, field: &str) -> Option<Json> {
    let entry = ENTRIES
        .iter()
        .find(|entry| entry.field == field && entry.processes.contains(&process));
    let by_name = || line.get(field).cloned().or_else(|| inside(line, field));
    match entry {
        Some(entry) if REQUESTS.contains(&process) => entry.place.read(line),
        Some(entry) => entry.place.read(line).or_else(by_name),
        None => by_name(),
    }
}

/// `owner_city` stands in the object `owner` as `city`.
fn inside(line: &Map<String, Json>, field: &str) -> Option<Json> {
    line.iter().find_map(|(name, value)| {
        let key = field.strip_prefix(name.as_str())?.strip_prefix('_')?;
        value.as_object()?.get(key).cloned()
    })
}

impl Place {
    fn read(&self, line: &Map<String, Json>) -> Option<Json> {
        match self {
            At(path) => {
                let (last, objects) = path.split_last()?;
                let object = objects
                    .iter()
                    .try_fold(line, |object, name| object.get(*name)?.as_object())?;
                object.get(*last).cloned()
            }
            Words(columns) => {
                let words = columns
                    .iter()
                    .filter_map(|column| match line.get(*column)? {
                        Json::String(word) => Some(word.clone()),
                        Json::Number(number) => Some(number.to_string()),
                        _ => None,
                    });
                Some(Json::from(words.collect::<Vec<_>>().join(" ")))
            }
            First(places) => places.iter().find_map(|place| place.read(line)),
            When(condition, place) => is_so(line, *condition).then(|| place.read(line))?,
            Unless(condition, place) => (!is_so(line, *condition)).then(|| place.read(line))?,
        }
    }
}

fn is_so(line: &Map<String, Json>, (column, value): (&str, &str)) -> bool {
    line.get(column).and_then(Json::as_str) == Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(step: &str) -> Map<String, Json> {
        let text = format!(
            r#"{{"step": "{step}", "contact": {{"phone": "+31 20"}}, "postcode": "5223MB",
            "house_number": 18, "house_letter": "A", "house_suffix": "1", "meter_number": "E1",
            "owner": {{"city": "Lund"}}, "flavour": "smart_on"}}"#
        );
        serde_json::from_str(&text).expect("an object")
    }

    fn read(step: &str, field: &str) -> Option<Json> {
        said(&line(step), "prio", field)
    }

    #[test]
    fn what_senders_call_otherwise_is_found() {
        assert_eq!(read("meter", "phone"), Some(Json::from("+31 20")));
        assert_eq!(read("meter", "meter_no"), Some(Json::from("E1")));
        assert_eq!(read("meter", "house_number"), Some(Json::from("18 A 1")));
        assert_eq!(read("meter", "flavour"), Some(Json::from("smart_on")));
        assert_eq!(read("meter", "owner_city"), Some(Json::from("Lund")));
        assert_eq!(read("meter", "owner_phone"), None);
        assert_eq!(said(&line("meter"), "doubt", "phone"), None, "theirs alone");
    }

    /// ELS-24: owner and payer are objects, their numbers have names of their own.
    #[test]
    fn els_24_owner_and_payer_are_objects() {
        let text = r#"{"installer_gln": "735", "meter_number": "S1", "invoice_reference": "F-7",
            "owner": {"personal_number": "1", "city": "Lund"}, "payer": {"kind": "company",
            "organisation_number": "2"}, "owner_phone": "+46"}"#;
        let line = serde_json::from_str(text).expect("an object");
        let read = |field| said(&line, "notification", field);
        for (field, value) in [
            ("party_gln", "735"),
            ("meter_no", "S1"),
            ("payer_invoice_ref", "F-7"),
            ("owner_personal_no", "1"),
            ("payer_org_no", "2"),
            ("payer_kind", "company"),
            ("owner_city", "Lund"),
            ("owner_phone", "+46"),
        ] {
            assert_eq!(read(field), Some(Json::from(value)), "{field}");
        }
        assert_eq!(read("payer_personal_no"), None);
    }

    /// PRIO-19: the address of somebody who came to the contact details alone is only proposed.
    #[test]
    fn an_address_is_that_of_the_connection_when_it_was_given_as_that() {
        assert_eq!(read("contact", "postcode"), None);
        assert_eq!(
            read("contact", "contact_postcode"),
            Some(Json::from("5223MB"))
        );
        assert_eq!(read("location", "contact_postcode"), None);
        assert_eq!(read("location", "postcode"), Some(Json::from("5223MB")));
    }
}
