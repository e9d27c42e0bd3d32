//! Invented files of any size, written as they are made.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use color_eyre::Result;
use color_eyre::eyre::{Context as _, eyre};
use fastrand::Rng;
use loket::domain::gs1;

use super::FILES;

const HOLDING: &str = "metering_point_id,customer_ref,kind,first_name,last_name,organisation_name,\
                       identifier,birth_date,street,house_number,postcode,city,valid_from,valid_to\n";
const PERSON: &str = "identifier,first_name,last_name,birth_date,street,house_number,postcode,city,\
                      deceased_on,protected\n";

/// Invented files of that many points a side, in no order: a quarter misspelt, one in twenty with
/// another fault, one in ten a business (volumes.md 7.3).
pub(super) fn make(folder: &Path, points: usize) -> Result<()> {
    let create = |name: &str| -> Result<BufWriter<File>> {
        let file = File::create(folder.join(name)).with_context(|| name.to_owned())?;
        Ok(BufWriter::with_capacity(1 << 20, file))
    };
    let (mut grid, mut supply) = (create(FILES[0])?, create(FILES[1])?);
    let (mut persons, mut enterprises) = (create(FILES[2])?, create("enterprises.jsonl")?);
    grid.write_all(HOLDING.as_bytes())?;
    supply.write_all(HOLDING.as_bytes())?;
    persons.write_all(PERSON.as_bytes())?;
    let mut rng = Rng::with_seed(7);
    for at in 0..points {
        // a walk over all numbers that is not their order
        let number = at * 7_919 % points.next_multiple_of(7_919).saturating_add(1);
        let body = format!("707057{number:011}");
        let check = gs1::check_digit(&body).ok_or_else(|| eyre!("no check digit"))?;
        let one = EndUser::new(&mut rng, at);
        let fault = rng.usize(..100);
        grid.write_all(
            one.row(&mut rng, &body, check, Fault::of_grid(fault))
                .as_bytes(),
        )?;
        if fault != 99 {
            supply.write_all(
                one.row(&mut rng, &body, check, Fault::of_supply(fault))
                    .as_bytes(),
            )?;
        }
        if one.is_business {
            enterprises.write_all(one.unit().as_bytes())?;
        } else {
            persons.write_all(one.registered(fault == 90).as_bytes())?;
        }
    }
    for mut file in [grid, supply, persons, enterprises] {
        file.flush()?;
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    Misspelt,
    NoNumber,
    Other,
}

impl Fault {
    fn of_grid(fault: usize) -> Self {
        match fault {
            0..15 => Self::Misspelt,
            91 => Self::NoNumber,
            _ => Self::None,
        }
    }

    fn of_supply(fault: usize) -> Self {
        match fault {
            10..25 => Self::Misspelt,
            91 | 92 => Self::NoNumber,
            93..97 => Self::Other,
            _ => Self::None,
        }
    }
}

const FIRST: [&str; 16] = [
    "Astrid", "Birger", "Camilla", "Dagny", "Eirik", "Frode", "Grethe", "Håkon", "Ingrid", "Jørn",
    "Kåre", "Liv", "Marit", "Nils", "Øystein", "Åse",
];
const LAST: [&str; 16] = [
    "Aasen",
    "Bråten",
    "Christiansen",
    "Dahl",
    "Eide",
    "Fosse",
    "Grønli",
    "Hansen",
    "Jakobsen",
    "Løken",
    "Myhre",
    "Nilsen",
    "Opsahl",
    "Sæther",
    "Thorsen",
    "Ødegård",
];
const STREETS: [&str; 8] = [
    "Bjørkeveien",
    "Furulia",
    "Kirkegata",
    "Myrstien",
    "Skolebakken",
    "Solsvingen",
    "Torgplassen",
    "Åkertunet",
];

/// The end user of a point: the number in the file makes the number of the person.
struct EndUser {
    reference: usize,
    number: String,
    first: String,
    last: String,
    born: String,
    street: &'static str,
    house: usize,
    postcode: usize,
    is_business: bool,
}

impl EndUser {
    fn new(rng: &mut Rng, at: usize) -> Self {
        let is_business = at % 10 == 9;
        let (year, month, day) = (1940 + at / 5_000 % 60, 1 + at / 400 % 12, 1 + at % 28);
        let number = if is_business {
            organisation(at)
        } else {
            person(rng, (year, month, day))
        };
        Self {
            reference: at,
            number,
            first: format!("{} {}", FIRST[at % 16], FIRST[at / 16 % 16]),
            last: LAST[at / 7 % 16].to_owned(),
            born: format!("{year}-{month:02}-{day:02}"),
            street: STREETS[at / 3 % 8],
            house: 1 + at / 11 % 180,
            postcode: 1 + at / 13 % 9_990,
            is_business,
        }
    }

    fn firm(&self) -> String {
        format!(
            "{} {} {} AS",
            self.last,
            self.first.replace(' ', ""),
            self.house
        )
    }

    fn row(&self, rng: &mut Rng, body: &str, check: u8, fault: Fault) -> String {
        let other = fault == Fault::Other;
        let (first, last) = match fault {
            Fault::Other => (
                FIRST[rng.usize(..16)].to_owned(),
                LAST[rng.usize(..16)].to_owned(),
            ),
            Fault::Misspelt => (
                self.first.clone(),
                self.last.replacen('e', "ee", 1).replacen('å', "aa", 1),
            ),
            _ => (self.first.clone(), self.last.clone()),
        };
        let number = match fault {
            Fault::NoNumber => "",
            _ => &self.number,
        };
        let mut row = format!("{body}{check},C{},", self.reference);
        let _ = if self.is_business && !other {
            write!(
                row,
                "business,,,{},{number},,",
                self.firm().replacen(&self.last, &last, 1)
            )
        } else if other {
            write!(row, "private,{first},{last},,,{},", self.born)
        } else {
            write!(row, "private,{first},{last},,{number},{},", self.born)
        };
        let (street, house, postcode) = (self.street, self.house, self.postcode);
        let _ = writeln!(row, "{street},{house},{postcode:04},Nordvika,2015-03-01,");
        row
    }

    fn registered(&self, is_dead: bool) -> String {
        let died = if is_dead { "2020-02-02" } else { "" };
        format!(
            "{},{},{},{},{},{},{:04},Nordvika,{died},no\n",
            self.number, self.first, self.last, self.born, self.street, self.house, self.postcode
        )
    }

    fn unit(&self) -> String {
        format!(
            "{{\"organisasjonsnummer\":\"{}\",\"navn\":\"{}\",\"organisasjonsform\":{{\"kode\":\"AS\"}},\
             \"forretningsadresse\":{{\"postnummer\":\"{:04}\",\"poststed\":\"NORDVIKA\",\
             \"adresse\":[\"{} {}\"]}},\"konkurs\":false,\"underAvvikling\":false}}\n",
            self.number,
            self.firm().to_uppercase(),
            self.postcode,
            self.street,
            self.house
        )
    }
}

fn weighed(digits: &[usize], weights: &[usize]) -> usize {
    let sum: usize = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    (11 - sum % 11) % 11
}

fn digits(text: &str) -> Vec<usize> {
    text.bytes().map(|byte| usize::from(byte - b'0')).collect()
}

/// A number of the synthetic series, with right check digits.
fn person(rng: &mut Rng, (year, month, day): (usize, usize, usize)) -> String {
    loop {
        let body = format!(
            "{day:02}{:02}{:02}{:03}",
            month + 80,
            year % 100,
            rng.usize(..500)
        );
        let mut known = digits(&body);
        let one = weighed(&known, &[3, 7, 6, 1, 8, 9, 4, 5, 2]);
        known.push(one);
        let two = weighed(&known, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        if one < 10 && two < 10 {
            return format!("{body}{one}{two}");
        }
    }
}

fn organisation(at: usize) -> String {
    let mut body = 80_000_000 + at % 19_000_000;
    loop {
        let text = body.to_string();
        let check = weighed(&digits(&text), &[3, 2, 7, 6, 5, 4, 3, 2]);
        if check < 10 {
            return format!("{text}{check}");
        }
        body += 1;
    }
}
