//! `loket wash check --explain`: what both sides and the registers say of one metering point, side
//! by side, and why it is what it is.

use color_eyre::eyre::bail;
use unicode_width::UnicodeWidthStr as _;

use super::super::shell;
use super::Files;
use crate::domain::sanitize::clean;
use crate::text::Texts;
use crate::wash::Rules;
use crate::wash::classify::{Point, classify, in_force, is_fictitious};
use crate::wash::identity::{How, Identity, identify};
use crate::wash::record::{EnterpriseRow, Held, Holding, Person, PersonRow};
use crate::wash::written::is_written_so;

/// The lines of the table: `wash.field.<name>`.
const FIELDS: [&str; 7] = ["number", "name", "born", "street", "city", "valid", "state"];

/// A column: a heading and a value for each of [`FIELDS`].
struct Column {
    heading: String,
    values: [String; 7],
}

/// Prints it; fails when no row has that number.
pub(super) fn explain(
    id: &str,
    files: &Files,
    rules: &Rules,
    texts: &Texts,
) -> color_eyre::Result<()> {
    let id: String = id.split_whitespace().collect();
    let (grid, supply) = (files.grid.of(&id)?, files.supply.of(&id)?);
    if grid.is_empty() && supply.is_empty() {
        bail!(texts.fill("wash.no_such_point", &[("id", &clean(&id))]));
    }
    let point = Point {
        number: &id,
        grid: &grid,
        supply: &supply,
    };
    let finding = classify(point, &files.registers, rules);
    let code = finding.map_or("none", |finding| finding.code.as_str());
    let words = texts.get(&format!("wash.code.{code}")).to_owned();
    shell::line(&format!("{}  {code}  {words}", clean(&id)));
    shell::line(texts.get(&format!("wash.why.{code}")));
    shell::line("");
    let sides = [("grid", &grid), ("supply", &supply)];
    let identity = |held: &Holding| identify(held, &files.registers, rules);
    if sides
        .iter()
        .any(|(_, rows)| rows.iter().any(|row| is_protected(&identity(row))))
    {
        shell::line(texts.get("wash.protected"));
    } else {
        let counts = [in_force(&grid, rules), in_force(&supply, rules)];
        let mut columns = Vec::new();
        for (side, rows) in sides {
            let of = |held| side_column(side, held, counts.contains(&Some(held)), rules, texts);
            columns.extend(rows.iter().map(of));
        }
        columns.extend(registers(&sides, identity, texts));
        table(&columns, texts);
        for (side, rows) in sides {
            if rows.is_empty() {
                shell::line(&texts.fill("wash.side_empty", &[("side", &side_name(side, texts))]));
            }
        }
    }
    if let Some(finding) = finding {
        let proposal = texts.say(&format!("wash.proposal.{}", finding.proposal.key()));
        let confidence = finding.confidence.to_string();
        let values = [
            ("side", &*side_name(finding.side.as_str(), texts)),
            ("proposal", &proposal),
            ("confidence", &confidence),
        ];
        shell::line("");
        shell::line(&texts.fill("wash.proposed", &values));
    }
    Ok(())
}

fn side_name(side: &str, texts: &Texts) -> String {
    texts.say(&format!("wash.side.{side}"))
}

fn is_protected(identity: &Identity) -> bool {
    matches!(identity, Identity::Person(row, _) if row.is_protected())
}

/// What a side holds. A row that does not count on the day says so.
fn side_column(side: &str, held: &Holding, counts: bool, rules: &Rules, texts: &Texts) -> Column {
    let name = if held.is_business() {
        held.get(Held::Organisation).to_owned()
    } else {
        held.person_name()
    };
    let mut state = Vec::new();
    if is_fictitious(held, rules) {
        state.push(texts.get("wash.not_real"));
    }
    if !counts {
        state.push(texts.get("wash.not_in_force"));
    }
    let valid = [Held::ValidFrom, Held::ValidTo].map(|field| held.get(field));
    let valid = if valid.concat().is_empty() {
        String::new()
    } else {
        valid.join(" – ").trim_end().to_owned()
    };
    Column {
        heading: side_name(side, texts),
        values: [
            held.get(Held::Identifier).to_owned(),
            name,
            held.get(Held::BirthDate).to_owned(),
            joined([held.get(Held::Street), held.get(Held::HouseNumber)]),
            joined([held.get(Held::Postcode), held.get(Held::City)]),
            valid,
            state.join(", "),
        ],
    }
}

fn joined(parts: [&str; 2]) -> String {
    parts.join(" ").trim().to_owned()
}

/// What the registers say of each side; once when both mean one end user.
fn registers(
    sides: &[(&str, &Vec<Holding>); 2],
    identity: impl Fn(&Holding) -> Identity,
    texts: &Texts,
) -> Vec<Column> {
    let mut told: Vec<Identity> = Vec::new();
    let mut columns = Vec::new();
    for held in sides.iter().flat_map(|(_, rows)| rows.iter()) {
        let identity = identity(held);
        let is_known = |other: &&Identity| match (other.number(), identity.number()) {
            (None, None) => true,
            (one, two) => one == two,
        };
        if told.iter().any(|other| is_known(&other)) {
            continue;
        }
        columns.push(register_column(&identity, texts));
        told.push(identity);
    }
    columns
}

fn register_column(identity: &Identity, texts: &Texts) -> Column {
    let (values, how) = match identity {
        Identity::Person(row, how) => (person_values(row, texts), Some(how)),
        Identity::Enterprise(row, how) => (enterprise_values(row, texts), Some(how)),
        Identity::Number(number, how) => {
            let mut values: [String; 7] = Default::default();
            number.clone_into(&mut values[0]);
            texts.get("wash.no_register").clone_into(&mut values[6]);
            (values, Some(how))
        }
        Identity::Unknown => {
            let mut values: [String; 7] = Default::default();
            texts.get("wash.not_found").clone_into(&mut values[6]);
            (values, None)
        }
    };
    let heading = if how == Some(&How::Found) {
        texts.get("wash.register_found")
    } else {
        texts.get("wash.register")
    };
    Column {
        heading: heading.to_owned(),
        values,
    }
}

fn person_values(row: &PersonRow, texts: &Texts) -> [String; 7] {
    let state = if row.is_dead() {
        texts.fill("wash.died", &[("day", row.get(Person::DeceasedOn))])
    } else {
        String::new()
    };
    [
        row.get(Person::Identifier).to_owned(),
        row.name(),
        row.get(Person::BirthDate).to_owned(),
        joined([row.get(Person::Street), row.get(Person::HouseNumber)]),
        joined([row.get(Person::Postcode), row.get(Person::City)]),
        String::new(),
        state,
    ]
}

fn enterprise_values(row: &EnterpriseRow, texts: &Texts) -> [String; 7] {
    let state = match row.condition() {
        "" => String::new(),
        condition => texts.say(&format!("wash.condition.{condition}")),
    };
    [
        row.number().to_owned(),
        row.name().to_owned(),
        String::new(),
        row.street().to_owned(),
        joined([row.postcode(), row.city()]),
        String::new(),
        state,
    ]
}

/// The columns beside each other; `*` before a line in which they are not written alike.
fn table(columns: &[Column], texts: &Texts) {
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let values = column.values.iter().map(|value| value.width());
            values.chain([column.heading.width()]).max().unwrap_or(0)
        })
        .collect();
    let names = FIELDS.map(|field| texts.say(&format!("wash.field.{field}")));
    let first = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let line = |mark: &str, name: &str, values: Vec<&str>| {
        let mut out = format!("{mark} {}", padded(name, first));
        for (value, width) in values.iter().zip(&widths) {
            out.push_str("  ");
            out.push_str(&padded(value, *width));
        }
        shell::line(out.trim_end());
    };
    line(
        " ",
        "",
        columns
            .iter()
            .map(|column| column.heading.as_str())
            .collect(),
    );
    for (place, name) in names.iter().enumerate() {
        let values: Vec<&str> = columns
            .iter()
            .map(|column| column.values[place].as_str())
            .collect();
        if values.iter().all(|value| value.is_empty()) {
            continue;
        }
        let mut given = values.iter().filter(|value| !value.is_empty());
        let first = given.next().copied().unwrap_or_default();
        // validity and state are nobody's to agree on
        let differs = place < 5 && given.any(|value| !is_written_so(value, first));
        line(if differs { "*" } else { " " }, name, values);
    }
}

fn padded(text: &str, width: usize) -> String {
    let gap = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(gap))
}
