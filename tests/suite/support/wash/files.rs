//! A world as files, in the ways in which systems write them.

use std::fs;
use std::path::Path;

use fastrand::Rng;

use super::{BORN, COLUMNS, FROM, HOUSE, KIND, NUMBER, POSTCODE, Row, STREET, TO, World};

/// How a side writes its file.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    delimiter: char,
    is_latin1: bool,
    has_mark: bool,
    has_norwegian_days: bool,
    has_grouped_numbers: bool,
    has_lost_zeros: bool,
    has_house_in_street: bool,
    is_quoted: bool,
    kinds: [&'static str; 2],
    columns: Vec<usize>,
    extra: bool,
    ending: &'static str,
}

impl Way {
    /// As the formats say.
    pub(crate) fn plain() -> Self {
        Self {
            delimiter: ',',
            is_latin1: false,
            has_mark: false,
            has_norwegian_days: false,
            has_grouped_numbers: false,
            has_lost_zeros: false,
            has_house_in_street: false,
            is_quoted: false,
            kinds: ["private", "business"],
            columns: (0..COLUMNS.len()).collect(),
            extra: false,
            ending: "\n",
        }
    }

    /// Any of them.
    pub(crate) fn any(rng: &mut Rng) -> Self {
        let mut way = Self::plain();
        rng.shuffle(&mut way.columns);
        way.delimiter = [',', ';', '\t'][rng.usize(..3)];
        way.is_latin1 = rng.bool();
        way.has_mark = !way.is_latin1 && rng.bool();
        way.has_norwegian_days = rng.bool();
        way.has_grouped_numbers = rng.bool();
        way.has_lost_zeros = rng.bool();
        way.has_house_in_street = rng.bool();
        way.is_quoted = rng.bool();
        way.kinds = [["private", "business"], ["privat", "bedrift"], ["P", "B"]][rng.usize(..3)];
        way.extra = rng.bool();
        way.ending = if rng.bool() { "\r\n" } else { "\n" };
        way
    }

    fn value(&self, row: &Row, column: usize) -> String {
        let value = row[column].as_str();
        match column {
            KIND => self.kinds[usize::from(value == "business")].to_owned(),
            BORN | FROM | TO if self.has_norwegian_days && !value.is_empty() => {
                let parts: Vec<&str> = value.split('-').collect();
                format!("{}.{}.{}", parts[2], parts[1], parts[0])
            }
            NUMBER if self.has_lost_zeros && value.len() == 11 && !value.starts_with("00") => {
                value.strip_prefix('0').unwrap_or(value).to_owned()
            }
            NUMBER if self.has_grouped_numbers && value.len() == 11 => {
                format!("{} {}", &value[..6], &value[6..])
            }
            NUMBER if self.has_grouped_numbers && value.len() == 9 => {
                format!("{} {} {}", &value[..3], &value[3..6], &value[6..])
            }
            POSTCODE if self.has_lost_zeros => value.strip_prefix('0').unwrap_or(value).to_owned(),
            STREET if self.has_house_in_street && !value.is_empty() => {
                format!("{value} {}", row[HOUSE])
            }
            HOUSE if self.has_house_in_street => String::new(),
            _ => value.to_owned(),
        }
    }

    fn line(&self, values: impl Iterator<Item = String>) -> String {
        let quoted = values.map(|value| {
            if self.is_quoted || value.contains([self.delimiter, '"']) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value
            }
        });
        let line = quoted.collect::<Vec<_>>().join(&self.delimiter.to_string());
        format!("{line}{}", self.ending)
    }

    /// The bytes of a holding.
    pub(crate) fn holding(&self, rows: &[Row]) -> Vec<u8> {
        let extra = |text: &str| self.extra.then(|| text.to_owned());
        let header = self
            .columns
            .iter()
            .map(|column| COLUMNS[*column].to_owned());
        let mut text = self.line(header.chain(extra("meter_reading_chrcts")));
        for row in rows {
            let values = self.columns.iter().map(|column| self.value(row, *column));
            text += &self.line(values.chain(extra("E17")));
        }
        if self.is_latin1 {
            return text
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect();
        }
        let mark: &[u8] = if self.has_mark { b"\xEF\xBB\xBF" } else { b"" };
        [mark, text.as_bytes()].concat()
    }
}

impl World {
    /// Puts the four files into a folder.
    pub(crate) fn write(&self, folder: &Path, grid: &Way, supply: &Way) {
        let put = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
        put("grid.csv", &grid.holding(&self.grid));
        put("supply.csv", &supply.holding(&self.supply));
        put("persons.csv", self.persons_csv().as_bytes());
        put("enterprises.jsonl", self.enterprises_jsonl().as_bytes());
        let mut truth = "metering_point_id,code,note\n".to_owned();
        for (point, (code, note)) in &self.truth {
            truth += &format!("{point},{code},\"{note}\"\n");
        }
        put("truth.csv", truth.as_bytes());
    }

    fn persons_csv(&self) -> String {
        let mut text = "identifier,first_name,last_name,birth_date,street,house_number,postcode,\
                        city,deceased_on,protected\n"
            .to_owned();
        for person in &self.persons {
            let home = &person.home;
            let values = [
                person.number.as_str(),
                &person.first,
                &person.last,
                &person.born,
                &home.street,
                &home.house,
                &home.postcode,
                &home.city,
                &person.died,
                if person.is_protected { "yes" } else { "no" },
            ];
            text += &values.join(",");
            text.push('\n');
        }
        text
    }

    fn enterprises_jsonl(&self) -> String {
        let lines = self.enterprises.iter().map(|firm| {
            let home = &firm.home;
            let address = format!("{} {}", home.street, home.house);
            let mut json = serde_json::json!({
                "organisasjonsnummer": firm.number, "navn": firm.name.to_uppercase(),
                "organisasjonsform": {"kode": "AS"},
                "forretningsadresse": {"land": "Norge", "postnummer": home.postcode,
                    "poststed": home.city.to_uppercase(), "adresse": [address, null, ""]},
                "konkurs": firm.bankrupt, "underAvvikling": false,
            });
            if firm.deleted {
                json["slettedato"] = "2024-05-31".into();
            }
            json.to_string()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
