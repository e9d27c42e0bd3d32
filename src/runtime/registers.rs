//! The registers of the data wash for the desk: extracts that were imported, or the services of the
//! settings. Asked in a task of its own and for some seconds; what persons have is masked before it
//! reaches the screen.

use chrono::{DateTime, Utc};

use super::address::{Sources, within};
use crate::desk::registers::{Answer, Said, Side};
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::exchange::sources::registers::{
    EXTRACTS, FindEnterprises as _, FindPersons as _, Hit, PersonSearch, Standing,
};
use crate::exchange::sources::{enterprises, persons};
use crate::exchange::trouble::Trouble;
use crate::exchange::washing::registers::name_key;
use crate::store::rows::{CaseId, EvidenceRow};
use crate::store::wash::{AskedSide, ExtractEnterprise, HeldRow};
use crate::store::{Store, StoreError};
use crate::wash::given;
use crate::wash::record::{EnterpriseRow, Person, PersonRow};

/// So many enterprises of one name are shown.
const FIRMS: usize = 5;

impl Sources {
    /// What the registers say of who has the point of a case. Fails only when the database does.
    pub(super) async fn registers(
        &self,
        store: &Store,
        case: CaseId,
    ) -> Result<Answer, StoreError> {
        let asked = store.register_ask(case, self.persons.is_some()).await?;
        let mut sides = Vec::new();
        for side in asked.sides {
            sides.push(self.side(store, side, asked.at).await?);
        }
        let at = asked.at;
        Ok(Answer { at, sides })
    }

    async fn side(
        &self,
        store: &Store,
        side: AskedSide,
        at: DateTime<Utc>,
    ) -> Result<Side, StoreError> {
        let (source, said) = if side.kind == "business" {
            match &self.enterprises {
                Some(service) => {
                    let said = service_of_firms(service, &side, at).await;
                    (enterprises::SOURCE, said.unwrap_or_else(away))
                }
                None => (EXTRACTS, extract_of_firms(store, &side).await?),
            }
        } else {
            match (&self.persons, &side.held) {
                (Some(service), Some(held)) => {
                    let said = service_of_persons(service, &side, held, at).await;
                    (persons::SOURCE, said)
                }
                _ => (EXTRACTS, extract_of_persons(&side)),
            }
        };
        // of whom a service protects nothing is shown either
        let held = match said {
            Said::Hidden => EvidenceRow::default(),
            _ => side.shown,
        };
        Ok(Side {
            side: side.side,
            source,
            held,
            said,
        })
    }
}

fn away(trouble: Trouble) -> Said {
    Said::Away(trouble.key, trouble.args)
}

async fn service_of_firms(
    service: &enterprises::EnterpriseService,
    side: &AskedSide,
    at: DateTime<Utc>,
) -> Result<Said, Trouble> {
    if let Ok(number) = Organisasjonsnummer::parse(&side.number) {
        return Ok(match within(service.enterprise(&number, at)).await?.value {
            Standing::Registered(row) => Said::One(Box::new(firm(&row))),
            Standing::Removed => Said::Removed,
            Standing::Unknown => Said::Unknown,
        });
    }
    if side.name.is_empty() {
        return Ok(Said::TooLittle("registers.no_name"));
    }
    let rows = within(service.enterprises_named(&side.name, at))
        .await?
        .value;
    Ok(firms(rows.iter().map(firm).collect()))
}

fn firms(mut rows: Vec<EvidenceRow>) -> Said {
    rows.truncate(FIRMS);
    match rows.len() {
        0 => Said::None,
        1 => Said::One(Box::new(rows.swap_remove(0))),
        _ => Said::Firms(rows),
    }
}

fn firm(row: &EnterpriseRow) -> EvidenceRow {
    let place = format!("{} {}", row.postcode(), row.city());
    EvidenceRow {
        kind: "business".to_owned(),
        name: row.name().to_owned(),
        number: row.number().to_owned(),
        number_as: 1,
        address: joined(&[row.street(), place.trim()]),
        condition: row.condition().to_owned(),
        ..EvidenceRow::default()
    }
}

fn joined(parts: &[&str]) -> String {
    let known = parts.iter().filter(|part| !part.is_empty());
    known.copied().collect::<Vec<_>>().join(", ")
}

async fn extract_of_firms(store: &Store, side: &AskedSide) -> Result<Said, StoreError> {
    let number = Organisasjonsnummer::parse(&side.number).ok();
    let by_number = number.as_ref().map(Organisasjonsnummer::as_str);
    if by_number.is_none() && side.name.is_empty() {
        return Ok(Said::TooLittle("registers.no_name"));
    }
    let key = name_key(&side.name);
    let rows = store.register_enterprises_like(by_number, key).await?;
    if rows.iter().any(|row| row.condition == "deleted") {
        return Ok(Said::Removed);
    }
    if rows.is_empty() && by_number.is_some() {
        return Ok(Said::Unknown);
    }
    Ok(firms(rows.iter().map(extract).collect()))
}

fn extract(row: &ExtractEnterprise) -> EvidenceRow {
    let place = format!("{} {}", row.postcode, row.city);
    EvidenceRow {
        kind: "business".to_owned(),
        name: row.name.clone(),
        number: row.number.clone(),
        number_as: 1,
        address: joined(&[&row.street, place.trim()]),
        condition: row.condition.clone(),
        ..EvidenceRow::default()
    }
}

fn extract_of_persons(side: &AskedSide) -> Said {
    match (side.hits, side.hidden, &side.found) {
        (0, ..) => Said::None,
        (1, true, _) => Said::Hidden,
        (1, false, Some(row)) => Said::One(Box::new(row.clone())),
        _ => Said::Several,
    }
}

async fn service_of_persons(
    service: &persons::PersonService,
    side: &AskedSide,
    held: &HeldRow,
    at: DateTime<Utc>,
) -> Said {
    let house = match &held.house_number {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let born = held.birth_date.as_deref().unwrap_or_default();
    let holding = given::holding([
        "",
        "",
        "private",
        &held.first_name,
        &held.last_name,
        "",
        &held.identifier,
        born,
        &held.street,
        &house,
        &held.postcode,
        "",
        "",
        "",
        "",
    ]);
    let search = match PersonSearch::new(&holding, false) {
        Ok(search) => search,
        Err(error) => return Said::TooLittle(error.key()),
    };
    match within(service.person(&search, at)).await {
        Ok(answer) => match answer.value {
            Hit::One(row) if row.is_protected() => Said::Hidden,
            Hit::One(row) => Said::One(Box::new(person(&row, side, held))),
            Hit::None => Said::None,
            Hit::Several => Said::Several,
        },
        Err(trouble) => away(trouble),
    }
}

/// As the database masks a person; the figures say whether number and birth date are those held.
fn person(row: &PersonRow, side: &AskedSide, held: &HeldRow) -> EvidenceRow {
    let number = row.get(Person::Identifier);
    let shown: String = number.chars().rev().take(2).collect();
    let shown: String = shown.chars().rev().collect();
    let stars = "*".repeat(number.chars().count().saturating_sub(2));
    let born = row.get(Person::BirthDate);
    let figure = |same: bool, of: i32| if same { of.max(1) } else { of + 1 };
    let house = format!(
        "{} {}",
        row.get(Person::Street),
        row.get(Person::HouseNumber)
    );
    let place = format!("{} {}", row.get(Person::Postcode), row.get(Person::City));
    EvidenceRow {
        kind: "private".to_owned(),
        name: row.name(),
        number: format!("{stars}{shown}"),
        number_as: figure(number == held.identifier, side.shown.number_as),
        birth: format!("{}-**-**", born.chars().take(4).collect::<String>()),
        birth_as: figure(
            held.birth_date.as_deref() == Some(born),
            side.shown.birth_as,
        ),
        address: joined(&[house.trim(), place.trim()]),
        deceased_on: row.get(Person::DeceasedOn).to_owned(),
        ..EvidenceRow::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(hits: i32, hidden: bool) -> AskedSide {
        let shown = EvidenceRow {
            number_as: 1,
            birth_as: 1,
            ..EvidenceRow::default()
        };
        AskedSide {
            side: "grid".into(),
            kind: "private".into(),
            found: (hits == 1 && !hidden).then(|| shown.clone()),
            shown,
            hits,
            hidden,
            name: String::new(),
            number: String::new(),
            held: None,
        }
    }

    /// META-03: what a service says of a person reaches the screen masked, and tells whether number and
    /// birth date are those that are held.
    #[test]
    fn meta_03_a_person_of_a_service_is_masked() {
        let row = given::person([
            "29884013001",
            "Geir",
            "Nordby",
            "1940-08-29",
            "Knudsenhavna",
            "127",
            "7365",
            "Martinhelle",
            "",
            "no",
        ]);
        let held = HeldRow {
            identifier: "29884013001".into(),
            birth_date: Some("1940-08-30".into()),
            ..HeldRow::default()
        };
        let shown = person(&row, &side(0, false), &held);
        assert_eq!((&*shown.number, shown.number_as), ("*********01", 1));
        assert_eq!((&*shown.birth, shown.birth_as), ("1940-**-**", 2));
        assert_eq!(shown.address, "Knudsenhavna 127, 7365 Martinhelle");
    }

    /// DW-BAS-15: one is an answer, several persons are none; a protected one is not shown. Enterprises
    /// are public: some of one name are there to be chosen from.
    #[test]
    fn dw_bas_15_one_is_an_answer_and_several_are_none() {
        let said = |hits, hidden| extract_of_persons(&side(hits, hidden));
        assert_eq!(said(0, false), Said::None);
        assert!(matches!(said(1, false), Said::One(_)));
        assert_eq!(said(1, true), Said::Hidden);
        assert_eq!(said(2, false), Said::Several);
        let firm = EvidenceRow::default;
        assert_eq!(firms(vec![]), Said::None);
        assert!(matches!(firms(vec![firm()]), Said::One(_)));
        let many = (0..9).map(|_| firm()).collect();
        assert!(matches!(firms(many), Said::Firms(some) if some.len() == FIRMS));
    }
}
