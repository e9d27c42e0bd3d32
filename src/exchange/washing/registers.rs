//! Extracts of the registers into the database: persons as a table, enterprises as one object a line in
//! the shape of the public register. The same extract twice changes nothing.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::WashError;
use super::bring::Brought;
use crate::domain::fodselsnummer::Fodselsnummer;
use crate::domain::organisasjonsnummer::Organisasjonsnummer;
use crate::exchange::import::clean;
use crate::exchange::import::lines::Lines;
use crate::exchange::import::refused::Refused;
use crate::exchange::import::table::{Row, Table};
use crate::exchange::wash::registers::PERSON_COLUMNS;
use crate::exchange::wash::{KEPT, LeftOut};
use crate::store::Store;
use crate::wash::given;
use crate::wash::name::{fold_business, sound};
use crate::wash::record::Person;

/// So many rows go to the database in one call.
const BATCH: usize = 1_000;

/// Rows on their way.
struct Rows<'a> {
    store: &'a Store,
    kind: &'static str,
    waiting: Vec<Json>,
    path: &'a Path,
    brought: Brought,
}

impl<'a> Rows<'a> {
    fn new(store: &'a Store, kind: &'static str, path: &'a Path) -> Self {
        let (waiting, brought) = (Vec::with_capacity(BATCH), Brought::default());
        Self {
            store,
            kind,
            waiting,
            path,
            brought,
        }
    }

    async fn take(&mut self, line: u64, row: Result<Json, Refused>) -> Result<(), WashError> {
        match row {
            Ok(row) => self.waiting.push(row),
            Err(why) => {
                self.brought.left_out_count += 1;
                if self.brought.left_out.len() < KEPT {
                    let row = LeftOut { line, why };
                    self.brought.left_out.push((self.path.to_owned(), row));
                }
            }
        }
        if self.waiting.len() >= BATCH {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), WashError> {
        let counts = self.store.register_put(self.kind, &self.waiting).await?;
        let all = &mut self.brought.told.counts;
        *all.entry("rows".to_owned()).or_default() +=
            i64::try_from(self.waiting.len()).unwrap_or(i64::MAX);
        for (word, count) in counts {
            let word = if word == "changed" { "updated" } else { "new" };
            *all.entry(word.to_owned()).or_default() += count;
        }
        self.waiting.clear();
        Ok(())
    }

    async fn end(mut self) -> Result<Brought, WashError> {
        self.send().await?;
        Ok(self.brought)
    }
}

/// Reads an extract of the population register.
pub async fn persons(store: &Store, path: &Path) -> Result<Brought, WashError> {
    let failed = |error| WashError::Table(path.to_owned(), error);
    let input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut table = Table::open(input, PERSON_COLUMNS).map_err(failed)?;
    let mut rows = Rows::new(store, "persons", path);
    while let Some(row) = table.read()? {
        match row {
            Ok(row) => rows.take(row.line, person(&row)).await?,
            Err((line, why)) => rows.take(line, Err(why)).await?,
        }
    }
    rows.end().await
}

fn person(row: &Row) -> Result<Json, Refused> {
    let mut values = Person::COLUMNS.iter().map(|name| row.get(name));
    let row = given::person(std::array::from_fn(|_| values.next().unwrap_or_default()));
    let number = Fodselsnummer::read(row.get(Person::Identifier));
    let number = number.map_err(|_| bad("identifier", &masked(row.get(Person::Identifier))))?;
    Ok(json!({
        "number": number.as_str(),
        "first_name": row.get(Person::FirstName),
        "last_name": row.get(Person::LastName),
        "birth_date": row.get(Person::BirthDate),
        "street": row.get(Person::Street),
        "house_number": row.get(Person::HouseNumber),
        "postcode": row.get(Person::Postcode),
        "city": row.get(Person::City),
        "deceased_on": row.get(Person::DeceasedOn),
        "protected": row.is_protected(),
    }))
}

/// Reads an extract of the register of enterprises.
pub async fn enterprises(store: &Store, path: &Path) -> Result<Brought, WashError> {
    let input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut lines = Lines::new(input);
    let mut rows = Rows::new(store, "enterprises", path);
    while let Some(line) = lines.read()? {
        let Some(text) = line.text else {
            rows.take(line.number, Err(Refused::new("too_long")))
                .await?;
            continue;
        };
        if !text.trim().is_empty() {
            rows.take(line.number, enterprise(&text)).await?;
        }
    }
    rows.end().await
}

fn enterprise(text: &str) -> Result<Json, Refused> {
    let unit: Json = serde_json::from_str(text)
        .map_err(|error| Refused::new("json").with_ours("column", &error.column().to_string()))?;
    let said = |value: &Json| value.as_str().map(clean).unwrap_or_default();
    let number = said(&unit["organisasjonsnummer"]);
    let known = Organisasjonsnummer::parse(&given::number(&number));
    let known = known.map_err(|_| bad("organisasjonsnummer", &number))?;
    let name = said(&unit["navn"]);
    let address = &unit["forretningsadresse"];
    let street = address["adresse"].as_array().and_then(|lines| lines.last());
    let is = |key: &str| unit[key].as_bool() == Some(true);
    let condition = match () {
        () if unit["slettedato"].is_string() => "deleted",
        () if is("konkurs") => "bankrupt",
        () if is("underAvvikling") => "winding_up",
        () => "",
    };
    Ok(json!({
        "number": known.as_str(),
        "name": name,
        "form": said(&unit["organisasjonsform"]["kode"]),
        "street": street.map(said).unwrap_or_default(),
        "postcode": said(&address["postnummer"]),
        "city": said(&address["poststed"]),
        "condition": condition,
        "name_key": name_key(&name),
    }))
}

/// Of the name as it sounds; the same with every build, since it is stored.
pub fn name_key(name: &str) -> i64 {
    let digest = Sha256::digest(sound(&fold_business(name)).as_bytes());
    let bytes = digest.first_chunk::<8>().copied().unwrap_or_default();
    i64::from_be_bytes(bytes)
}

/// Of the number of a person nothing is printed but its end: the row may be of a protected one.
pub(super) fn masked(number: &str) -> String {
    let letters = number.chars().count();
    let shown = number.chars().skip(letters.saturating_sub(2));
    "*".repeat(letters.saturating_sub(2)) + &shown.collect::<String>()
}

fn bad(column: &str, value: &str) -> Refused {
    Refused::new("register_number")
        .with_ours("column", column)
        .with("value", value)
}
