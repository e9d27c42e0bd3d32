//! A refusal in words: the same for the desk and the command line. Values that are keys of texts
//! are said as those texts, instants as local time, bare keys of the database by their name.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{Texts, format};

/// Beginnings of values that are keys of texts.
const AREAS: [&str; 6] = [
    "state.", "field.", "clock.", "action.", "message.", "choice.",
];

/// The text `refusal.<key>` with its values in words.
pub fn said(texts: &Texts, key: &str, args: &BTreeMap<String, String>, zone: Tz) -> String {
    let values: Vec<(&str, String)> = args
        .iter()
        .map(|(name, given)| match given.strip_prefix("refusal.") {
            // a refusal of one line of a list, inside that of the list
            Some(inner) if name == "why" && inner != key => {
                (name.as_str(), said(texts, inner, args, zone))
            }
            // the name of a field of a form that is data stands beside it, by language
            _ => match args.get(&format!("{name}.{}", texts.lang())) {
                Some(named) => (name.as_str(), named.clone()),
                None => (name.as_str(), value(texts, name, given, zone)),
            },
        })
        .collect();
    let values: Vec<(&str, &str)> = values
        .iter()
        .map(|(name, said)| (*name, said.as_str()))
        .collect();
    texts.fill(&format!("refusal.{key}"), &values)
}

fn value(texts: &Texts, name: &str, given: &str, zone: Tz) -> String {
    if given.contains(", ") && AREAS.iter().any(|area| given.starts_with(area)) {
        let each = given.split(", ").map(|one| value(texts, name, one, zone));
        return each.collect::<Vec<_>>().join(", ");
    }
    if AREAS.iter().any(|area| given.starts_with(area)) {
        let bare = given.rsplit('.').next().unwrap_or(given);
        // an action that all processes have, or an event that is no action
        let others = ["action.general", "event"].map(|area| format!("{area}.{bare}"));
        let is_action = given.starts_with("action.");
        let mut others = others.iter().filter(|_| is_action);
        let other = others.find_map(|key| texts.find(key));
        return texts.find(given).or(other).unwrap_or(bare).to_owned();
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(given) {
        return instant(texts, at.to_utc(), zone);
    }
    bare_key(texts, name, given).unwrap_or(given).to_owned()
}

/// `Mon 23 Nov 09:20`.
fn instant(texts: &Texts, at: DateTime<Utc>, zone: Tz) -> String {
    let day = at.with_timezone(&zone).date_naive();
    format!(
        "{} {}",
        format::weekday(texts, day),
        format::clock(at, zone)
    )
}

/// The name of a field or clock that the database gives by its key alone.
fn bare_key<'a>(texts: &'a Texts, name: &str, given: &str) -> Option<&'a str> {
    let areas: &[&str] = match name {
        "field" | "other" | "what" => &["field", "form"],
        "clock" => &["clock"],
        _ => &[],
    };
    areas
        .iter()
        .find_map(|area| texts.find(&format!("{area}.{given}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_words(key: &str, name: &str, given: &str) -> String {
        let args = [(name.to_owned(), given.to_owned())].into();
        said(&Texts::load("en"), key, &args, Tz::Europe__Amsterdam)
    }

    #[test]
    fn an_instant_is_a_local_time_in_words() {
        let late = in_words("no_time_left", "due", "2026-11-23T08:20:00Z");
        assert!(late.contains("Mon 23 Nov 09:20"), "{late}");
    }

    #[test]
    fn keys_are_said_by_their_names() {
        let whole = in_words("not_a_contact", "field", "field.contact");
        assert!(whole.starts_with("contact of the party is no person"));
        let bare = in_words("field_missing", "field", "line");
        assert!(
            bare.starts_with("one line for the next is missing"),
            "{bare}"
        );
        let clock = in_words("clock_not_passed", "clock", "contact_1wd");
        assert!(!clock.contains("contact_1wd"), "{clock}");
        let other = in_words("unknown_ean", "ean", "field");
        assert!(other.contains("connection field "), "{other}");
    }
}
