//! What planners write down: the start times of a week and the postcodes of the areas, as a delimited
//! file with a header, the week also as TOML. A file is taken as a whole or not at all: half a week is
//! no plan.

use std::io::{BufRead, Read as _};

use chrono::NaiveTime;
use serde::Deserialize;

use super::import::table::{Column, Row, Table, TableError};
use crate::domain::country::Country;
use crate::domain::week_pattern::{WeekSlot, weekdays};
use crate::store::slots::AreaRange;

/// A longer file is nobody's week.
const FILE_MAX: u64 = 4 * 1024 * 1024;

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It cannot be read as a table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It cannot be read as TOML.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// It cannot be read at all.
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// A row that is none.
    #[error("line {line}: {column}")]
    Row {
        /// Its line; of TOML the number of the entry.
        line: u64,
        /// The first column that is wrong.
        column: &'static str,
    },
}

/// A start time of a week in an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaWeek {
    /// Area.
    pub area: String,
    /// The start time.
    pub slot: WeekSlot,
}

const fn must(name: &'static str) -> Column {
    Column {
        name,
        required: true,
    }
}

const WEEK: &[Column] = &[
    must("area"),
    must("weekdays"),
    must("starts"),
    must("minutes"),
    must("capacity"),
];
const AREAS: &[Column] = &[must("country"), must("area"), must("first"), must("last")];

/// The file as TOML: `[[slot]]` entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Week {
    slot: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    area: String,
    weekdays: String,
    starts: String,
    minutes: i16,
    capacity: i32,
}

/// The start times of a week.
///
/// # Errors
/// What is no such file, and the first row that is none.
pub fn week(input: impl BufRead) -> Result<Vec<AreaWeek>, PlanError> {
    rows(input, WEEK, |row| {
        of_week((row.get("area"), row.get("weekdays"), row.get("starts")), {
            let minutes = row.get("minutes").parse().map_err(|_| "minutes")?;
            (
                minutes,
                row.get("capacity").parse().map_err(|_| "capacity")?,
            )
        })
    })
}

/// The same, written as TOML.
///
/// # Errors
/// As [`week`].
pub fn week_of_toml(input: impl BufRead) -> Result<Vec<AreaWeek>, PlanError> {
    let mut text = String::new();
    input.take(FILE_MAX).read_to_string(&mut text)?;
    let week: Week = toml::from_str(&text)?;
    let entries = week.slot.iter().zip(1..);
    let entries = entries.map(|(it, line)| {
        let words = (&*it.area, &*it.weekdays, &*it.starts);
        let read = of_week(words, (it.minutes, it.capacity));
        read.map_err(|column| PlanError::Row { line, column })
    });
    entries.collect()
}

/// The postcodes of the areas.
///
/// # Errors
/// As [`week`].
pub fn areas(input: impl BufRead) -> Result<Vec<AreaRange>, PlanError> {
    rows(input, AREAS, |row| {
        let country = Country::from_code(row.get("country")).ok_or("country")?;
        let postcode = |name| row.get(name).replace(' ', "").to_uppercase();
        Ok(AreaRange {
            country: country.code().to_owned(),
            area: row.some("area").ok_or("area")?,
            first: postcode("first"),
            last: postcode("last"),
        })
    })
}

fn rows<T>(
    input: impl BufRead,
    columns: &'static [Column],
    read: impl Fn(&Row) -> Result<T, &'static str>,
) -> Result<Vec<T>, PlanError> {
    let mut table = Table::open(input.take(FILE_MAX), columns)?;
    let mut found = Vec::new();
    while let Some(row) = table.read()? {
        let row = row.map_err(|(line, _)| PlanError::Row {
            line,
            column: columns[0].name,
        })?;
        let line = row.line;
        found.push(read(&row).map_err(|column| PlanError::Row { line, column })?);
    }
    Ok(found)
}

fn of_week(
    (area, days, starts): (&str, &str, &str),
    (minutes, capacity): (i16, i32),
) -> Result<AreaWeek, &'static str> {
    let slot = WeekSlot {
        weekdays: weekdays(days).ok_or("weekdays")?,
        starts: NaiveTime::parse_from_str(starts, "%H:%M").map_err(|_| "starts")?,
        minutes: Some(minutes)
            .filter(|minutes| (5..=1440).contains(minutes))
            .ok_or("minutes")?,
        capacity: Some(capacity)
            .filter(|capacity| (0..=10_000).contains(capacity))
            .ok_or("capacity")?,
    };
    let area = Some(area.trim()).filter(|area| !area.is_empty());
    Ok(AreaWeek {
        area: area.ok_or("area")?.to_owned(),
        slot,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Weekday;

    const CSV: &str = "area;weekdays;starts;minutes;capacity\nDB;mon-fri;08:00;120;4\n\
        EHV;tue thu;13:30;90;2\n";

    fn at(text: &str) -> NaiveTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_week_is_read_from_a_table_or_from_toml() {
        let read = week(CSV.as_bytes()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(
            (&*read[1].area, read[1].slot.starts),
            ("EHV", at("13:30:00"))
        );
        assert_eq!(read[1].slot.weekdays, [Weekday::Tue, Weekday::Thu]);
        let toml = "[[slot]]\narea = \"DB\"\nweekdays = \"mon-fri\"\nstarts = \"08:00\"\n\
            minutes = 120\ncapacity = 4\n[[slot]]\narea = \"EHV\"\nweekdays = \"tue thu\"\n\
            starts = \"13:30\"\nminutes = 90\ncapacity = 2\n";
        assert_eq!(week_of_toml(toml.as_bytes()).unwrap(), read);
    }

    #[test]
    fn the_first_wrong_row_is_named_and_nothing_is_taken() {
        for (row, column) in [
            (";mon;08:00;120;4", "area"),
            ("DB;monday to friday;08:00;120;4", "weekdays"),
            ("DB;mon;8 uur;120;4", "starts"),
            ("DB;mon;24:30;120;4", "starts"),
            ("DB;mon;08:00;4;4", "minutes"),
            ("DB;mon;08:00;120;-1", "capacity"),
            ("DB;mon;08:00;120;many", "capacity"),
        ] {
            let error = week(format!("{CSV}{row}\n").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), format!("line 4: {column}"), "{row}");
        }
        assert!(week_of_toml("[[slot]]\narea = 1\n".as_bytes()).is_err());
        assert!(week("area\nDB\n".as_bytes()).is_err());
    }

    #[test]
    fn postcodes_are_written_in_any_usual_way() {
        let file = "country,area,first,last\nnl,DB,5211 aa,5249zz\n";
        let read = areas(file.as_bytes()).unwrap();
        assert_eq!(
            (&*read[0].country, &*read[0].first, &*read[0].last),
            ("NL", "5211AA", "5249ZZ")
        );
        let unknown = areas("country,area,first,last\nXX,DB,1,2\n".as_bytes());
        assert_eq!(unknown.unwrap_err().to_string(), "line 2: country");
    }
}
