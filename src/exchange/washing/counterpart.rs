//! What the other party holds (DW-A01-4): the central tool gives its end user as one value, a name and
//! a number in brackets. Taken apart it is a row like any other, and masked like any other.

use serde_json::{Value as Json, json};

use crate::wash::given;
use crate::wash::name::forms_of;

/// The row of the counterpart, `Name (number)` with or without the number; none where the value is
/// something else.
pub(super) fn counterpart(value: &str, code: &str) -> Option<Json> {
    let (name, rest) = value.trim().rsplit_once('(')?;
    let (name, number) = (name.trim(), rest.strip_suffix(')')?);
    let number = given::number(number);
    let is_number = number.chars().all(|c| c.is_ascii_digit());
    if !is_number || (name.is_empty() && number.is_empty()) {
        return None;
    }
    if is_business(name, &number, code) {
        return Some(json!({
            "kind": "business", "organisation_name": name, "identifier": number,
        }));
    }
    let (first, last) = name.rsplit_once(' ').unwrap_or(("", name));
    Some(json!({
        "kind": "private",
        "first_name": first.trim(),
        "last_name": last,
        "identifier": number,
    }))
}

/// By the number where there is one, else by what the fault is about, else by the name.
fn is_business(name: &str, number: &str, code: &str) -> bool {
    match (number.len(), code) {
        (9, _) => true,
        (11, _) | (_, "I01" | "FNR" | "I04" | "A02") => false,
        (_, "I02" | "ORGNR") => true,
        _ => !forms_of(name).is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DW-A01-4: persons, businesses, and those without a number.
    #[test]
    fn dw_a01_04_the_counterpart_is_taken_apart() {
        let person = counterpart("Eva Marie Fredriksen (05879542849)", "A01").unwrap();
        assert_eq!(person["first_name"], "Eva Marie");
        assert_eq!(person["last_name"], "Fredriksen");
        assert_eq!(person["identifier"], "05879542849");
        let grouped = counterpart("Eva Marie Fredriksen (058795-42849)", "A01").unwrap();
        assert_eq!(grouped, person, "DW-GEN-06");
        let firm = counterpart("Hansen Maskin ENK (808337436)", "A03").unwrap();
        assert_eq!(firm["organisation_name"], "Hansen Maskin ENK");
        assert_eq!(firm["kind"], "business");
        let unknown = counterpart("Johannes Sørensen ()", "I01").unwrap();
        assert_eq!(
            (&unknown["kind"], &unknown["identifier"]),
            (&json!("private"), &json!(""))
        );
        let unknown = counterpart("Myklebust Data AS ()", "A04").unwrap();
        assert_eq!(unknown["kind"], "business");
    }

    #[test]
    fn what_is_no_counterpart_is_left_as_it_is() {
        for value in [
            "",
            "()",
            "Jørgen",
            "2026-13-01",
            "E17 (unknown value)",
            "(",
            ")(",
        ] {
            assert_eq!(counterpart(value, "A01"), None, "{value}");
        }
    }
}
