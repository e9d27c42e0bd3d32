//! A hundred or so findings of invented Norwegians for the demo: files of both sides and of the
//! registers, washed like any others, and what suppliers did about some of them.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

use uuid::Uuid;

use super::dice::{Dice, with_check_digit};
use crate::exchange::washing::bring::{self, Origin, Paths};
use crate::exchange::washing::{WashError, registers, updates};
use crate::process::engine::{self, Actor, Answers, Context};
use crate::store::case::Target;
use crate::store::{Store, StoreError};

/// So many metering points have something.
const POINTS: usize = 120;

const FIRST: &[&str] = &[
    "Astrid", "Bjarne", "Dagny", "Eirik", "Frida", "Gunnar", "Hedda", "Ivar", "Jorunn", "Kjell",
    "Liv", "Magne", "Nora", "Oddvar", "Ragnhild", "Sindre", "Tuva", "Vidar",
];
const LAST: &[&str] = &[
    "Fjellheim",
    "Granmo",
    "Haugstad",
    "Kvernberg",
    "Lindås",
    "Myrvold",
    "Nesheim",
    "Rognli",
    "Skogstad",
    "Tangen",
    "Ulvestad",
    "Viken",
    "Bakkerud",
    "Elvebakk",
    "Solvang",
];
const STREETS: &[&str] = &[
    "Bjørkeveien",
    "Furulia",
    "Kirkegata",
    "Nordahls gate",
    "Sjøgata",
];
const CITIES: &[(&str, &str)] = &[("1482", "Nittedal"), ("2870", "Dokka"), ("5417", "Stord")];

/// A person of the invented register.
struct Person {
    number: String,
    first: &'static str,
    last: String,
    born: String,
    address: String,
}

impl Person {
    /// Months of invented people lie 80 later: no living person has such a number.
    fn new(dice: &mut Dice, last: String, address: String) -> Self {
        loop {
            let (day, month, year) = (
                dice.between(1, 28),
                dice.between(1, 12),
                dice.between(30, 99),
            );
            let serial = dice.between(0, 499);
            let body = format!("{day:02}{:02}{year:02}{serial:03}", month + 80);
            if let Some(number) = with_control_digits(&body) {
                return Self {
                    number,
                    first: dice.pick(FIRST),
                    last,
                    born: format!("19{year:02}-{month:02}-{day:02}"),
                    address,
                };
            }
        }
    }

    /// As a side holds it: without the number, or with another first name, where that is the fault.
    fn held(&self, first: &str, number: &str) -> String {
        format!(
            "private,{first},{},,{number},{},{}",
            self.last, self.born, self.address
        )
    }

    fn row(&self) -> String {
        self.held(self.first, &self.number)
    }
}

/// The two check digits of a Norwegian number; some bodies have none.
fn with_control_digits(body: &str) -> Option<String> {
    let digits: Vec<u32> = body.chars().filter_map(|c| c.to_digit(10)).collect();
    let first = control(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2])?;
    let with_first: Vec<u32> = digits.iter().copied().chain([first]).collect();
    let second = control(&with_first, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?;
    Some(format!("{body}{first}{second}"))
}

fn control(digits: &[u32], weights: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().zip(weights).map(|(d, w)| d * w).sum();
    let digit = (11 - sum % 11) % 11;
    (digit < 10).then_some(digit)
}

/// An organisation number that has its check digit.
fn enterprise(dice: &mut Dice) -> String {
    loop {
        let body = format!("9{:07}", dice.between(1_000_000, 9_999_999));
        let digits: Vec<u32> = body.chars().filter_map(|c| c.to_digit(10)).collect();
        if let Some(digit) = control(&digits, &[3, 2, 7, 6, 5, 4, 3, 2]) {
            return format!("{body}{digit}");
        }
    }
}

/// The four files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files {
    grid: String,
    supply: String,
    persons: String,
    enterprises: String,
    updates: String,
}

impl Files {
    /// Those of that seed.
    pub fn new(seed: u64) -> Self {
        const HELD: &str = "metering_point_id,customer_ref,kind,first_name,last_name,\
            organisation_name,identifier,birth_date,street,house_number,postcode,city,\
            valid_from\n";
        let mut dice = Dice::new(seed);
        let mut files = Self {
            grid: HELD.to_owned(),
            supply: HELD.to_owned(),
            persons: "identifier,first_name,last_name,birth_date,street,house_number,postcode,\
                city,deceased_on,protected\n"
                .to_owned(),
            enterprises: String::new(),
            updates: "reference,metering_point_id,kind,first_name,last_name,organisation_name,\
                identifier\n"
                .to_owned(),
        };
        for number in 0..POINTS {
            files.point(number, &mut dice);
        }
        files
    }

    fn person(&mut self, dice: &mut Dice, last: &str, address: &str, died: &str) -> Person {
        let person = Person::new(dice, last.to_owned(), address.to_owned());
        let Person {
            number,
            first,
            last,
            born,
            address,
        } = &person;
        _ = writeln!(
            self.persons,
            "{number},{first},{last},{born},{address},{died},no"
        );
        person
    }

    fn firm(&mut self, dice: &mut Dice, name: &str) -> String {
        let number = enterprise(dice);
        let unit = serde_json::json!({
            "organisasjonsnummer": number, "navn": name.to_uppercase(),
            "organisasjonsform": { "kode": "ENK" }, "konkurs": false, "underAvvikling": false,
        });
        _ = writeln!(self.enterprises, "{unit}");
        number
    }

    /// One metering point, with the fault whose turn it is.
    fn point(&mut self, number: usize, dice: &mut Dice) {
        let id = with_check_digit(&format!("70705750099{number:06}"));
        let last = dice.pick(LAST).to_owned();
        let (postcode, city) = CITIES[dice.place(CITIES.len())];
        let house = dice.between(1, 90);
        let address = format!("{},{house},{postcode},{city}", dice.pick(STREETS));
        let died = if number % 10 == 6 { "2019-04-11" } else { "" };
        let one = self.person(dice, &last, &address, died);
        let (mut grid, mut supply) = (one.row(), one.row());
        match number % 10 {
            0 | 1 => {
                let elsewhere = format!("Fjordgata,{house},{postcode},{city}");
                supply = self
                    .person(dice, &format!("{last}sen"), &elsewhere, "")
                    .row();
            }
            2 => supply = self.person(dice, &last, &address, "").row(),
            3 => supply.clear(),
            4 => grid = one.held(&slip(one.first), &one.number),
            5 => {
                grid = format!("private,Ukjent,{last}rud,,,,{address}");
                supply.clone_from(&grid);
            }
            7 => {
                grid = format!("business,,,Sameiet {last} {house},,,{address}");
                supply.clone_from(&grid);
            }
            8 => grid = one.held(one.first, ""),
            9 => {
                let name = format!("{last} Snekkeri {house}");
                let firm = self.firm(dice, &name);
                grid = format!("business,,,{name},{firm},,{address}");
            }
            _ => {}
        }
        // one number that is none, one that stands there twice
        let id = if number == 6 { id[..17].to_owned() } else { id };
        // the supplier has learnt who the unknown one is; elsewhere it says what it always said, which
        // is another person and nothing to approve
        match number % 10 {
            5 => self.update(&id, number, &one.row()),
            0 => self.update(&id, number, &supply),
            _ => {}
        }
        put(&mut self.grid, &id, "NO1", number, &grid);
        put(&mut self.supply, &id, "NO2", number, &supply);
        if number == 16 {
            put(&mut self.grid, &id, "NO3", number, &grid);
        }
    }

    /// Master data that a supplier sends: kind, names, number.
    fn update(&mut self, id: &str, number: usize, row: &str) {
        let held: Vec<&str> = row.split(',').take(5).collect();
        _ = writeln!(self.updates, "GD-{number:04},{id},{}", held.join(","));
    }

    /// Puts them into a folder.
    fn write(&self, folder: &Path) -> io::Result<Paths> {
        std::fs::create_dir_all(folder)?;
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).map(|()| path)
        };
        Ok(Paths {
            grid: write("grid.csv", &self.grid)?,
            supply: write("supply.csv", &self.supply)?,
            persons: Some(write("persons.csv", &self.persons)?),
            enterprises: Some(write("enterprises.jsonl", &self.enterprises)?),
        })
    }
}

fn put(file: &mut String, id: &str, prefix: &str, number: usize, held: &str) {
    if !held.is_empty() {
        // contracts were moved from another system in batches, each on one day
        let moved = 2 + number / 40;
        _ = writeln!(file, "{id},{prefix}{number:05},{held},202{moved}-05-01");
    }
}

/// A name as somebody typed it: two letters changed places.
fn slip(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    letters.swap(1, 2);
    letters.into_iter().collect()
}

/// Washes them into a database, and lets suppliers answer to some; gives how many cases came of it.
pub async fn play(admin: &Store, folder: &Path, seed: u64) -> Result<i64, WashError> {
    let files = Files::new(seed);
    let paths = files.write(folder)?;
    let origin = Origin {
        name: Some("Vaskeriet".to_owned()),
        day: None,
    };
    // the registers that a case asks know what the comparison knew
    if let Some(persons) = &paths.persons {
        registers::persons(admin, persons).await?;
    }
    if let Some(enterprises) = &paths.enterprises {
        registers::enterprises(admin, enterprises).await?;
    }
    let brought = bring::holdings(admin, &paths, &origin, bring::Word::default()).await?;
    let opened = brought
        .told
        .counts
        .get("opened")
        .copied()
        .unwrap_or_default();
    let updates = folder.join("updates.csv");
    std::fs::write(&updates, &files.updates)?;
    updates::read(admin, &updates).await?;
    let year = admin.legal_now().await?.format("%Y").to_string();
    for number in (1..=opened).step_by(3) {
        takeover(admin, &format!("WA-{year}-{number:06}")).await?;
    }
    Ok(opened)
}

/// The supplier asks for a takeover, where the case waits for its word.
async fn takeover(admin: &Store, case_no: &str) -> Result<(), StoreError> {
    let Some(case_id) = admin.case_by_number(case_no).await? else {
        return Ok(());
    };
    let detail = admin.case_detail(case_id).await?;
    if detail.facts.state != "awaiting_kraft" {
        return Ok(());
    }
    let calendars = admin.calendars().await?;
    let context = Context {
        now: admin.legal_now().await?,
        actor: Actor::System,
        calendars: &calendars,
        command: Uuid::now_v7(),
    };
    let change = engine::step(
        &detail.facts,
        "takeover_request_received",
        &Answers::new(),
        &context,
    );
    let change = change.map_err(StoreError::Refused)?;
    let target = Target {
        case_id,
        fence: None,
        version: detail.row.version,
    };
    admin
        .case_apply(context.command, None, target, &change)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fodselsnummer::Fodselsnummer;
    use crate::domain::organisasjonsnummer::Organisasjonsnummer;

    /// Nobody in it exists, and every number would pass.
    #[test]
    fn the_invented_numbers_are_right_and_of_nobody() {
        let files = Files::new(7);
        assert_eq!(files, Files::new(7));
        let persons: Vec<_> = files.persons.lines().skip(1).collect();
        assert!(persons.len() > POINTS);
        for line in persons {
            let number = Fodselsnummer::read(&line[..11]).unwrap();
            assert!(number.is_synthetic(), "{line}");
        }
        for line in files.enterprises.lines() {
            let unit: serde_json::Value = serde_json::from_str(line).unwrap();
            let number = unit["organisasjonsnummer"].as_str().unwrap();
            assert!(Organisasjonsnummer::parse(number).is_ok(), "{number}");
        }
    }
}
