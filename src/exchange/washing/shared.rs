//! What a finding of ours has in common with others, by what the files carry of its metering point.

use serde_json::Value as Json;

use crate::wash::classify::Point;
use crate::wash::identity::real_number;
use crate::wash::pattern::{self, Numbers, Pattern, Row, Seen};
use crate::wash::record::{Held, Holding};
use crate::wash::{Code, Finding, Rules, given};

/// The key of the pattern; never a word of a person.
pub(super) fn pattern(
    finding: Finding,
    point: Point<'_>,
    evidence: &Json,
    rules: &Rules,
) -> Option<String> {
    let first = |side: &str| evidence[side].get(0).map(row);
    let (grid, supply) = (first("grid"), first("supply"));
    let real =
        |row: Option<Row<'_>>| row.is_some_and(|row| real_number(row.identifier, rules).is_some());
    let seen = Seen {
        grid,
        supply,
        register: evidence.get("register").map(row),
        before: before(point.supply, supply),
        numbers: if real(grid) && real(supply) {
            Numbers::Real
        } else {
            Numbers::MadeUp
        },
    };
    let found = pattern::pattern(finding.code, finding.side, &seen);
    found.map(|found| found.to_string())
}

/// The pattern of a fault that the central tool reports: the number that is nobody's, else the
/// submission and the day.
pub(super) fn of_fault(code: &str, number: &str, file: &str, day: &str) -> Option<String> {
    let is_number = matches!(code, "I02" | "ORGNR");
    let number = pattern::number(Code::I02, number).filter(|_| is_number);
    let file = (!file.is_empty() || !day.is_empty()).then(|| Pattern::File {
        code: code.to_owned(),
        day: given::day(day).into_owned(),
        file: file.to_owned(),
    });
    number.or(file).map(|found| found.to_string())
}

/// The supplier whose contract ended where the one in force began.
fn before<'a>(rows: &'a [Holding], now: Option<Row<'_>>) -> &'a str {
    let begun = now.map_or("", |row| row.valid_from);
    let mut ended = rows.iter().filter(|row| row.get(Held::ValidTo) == begun);
    let last = ended.find(|_| !begun.is_empty());
    last.map_or("", |row| row.get(Held::Supplier))
}

fn row(held: &Json) -> Row<'_> {
    let text = |field: &str| held[field].as_str().unwrap_or_default();
    let (street, house_number) = given::street(text("street"), text("house_number"));
    Row {
        first_name: text("first_name"),
        last_name: text("last_name"),
        organisation_name: text("organisation_name"),
        identifier: text("identifier"),
        street,
        house_number,
        postcode: text("postcode"),
        valid_from: text("valid_from"),
        supplier: text("supplier_gln"),
    }
}
