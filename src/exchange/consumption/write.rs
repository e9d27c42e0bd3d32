//! Consumption as a file: the columns and spellings of the source's present generation (formats.md 5.11),
//! so that what reads its exports reads ours. What we do not keep (meters) is left empty. Our own reader
//! reads it back.

use chrono::{DateTime, Months, TimeDelta, Utc};

use crate::domain::consumption::{Status, Unit, ZONE, days};
use crate::store::consumption::{Consumption, Found, Step};

/// The byte order mark and the header.
pub const HEADER: &str = "\u{feff}Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;\
    Metertype;Register;Volume;Eenheid;Validatiestatus;Omschrijving";

/// The lines after the header, one for each value, in the order of time.
pub fn lines(found: &Consumption, step: Step) -> impl Iterator<Item = String> {
    found
        .values
        .iter()
        .map(move |value| line(&found.ean, value, step))
}

/// All of it as one text.
pub fn file(found: &Consumption, step: Step) -> String {
    let lines = std::iter::once(HEADER.to_owned()).chain(lines(found, step));
    lines.map(|line| line + "\n").collect()
}

fn line(ean: &str, value: &Found, step: Step) -> String {
    let end = end(value.start, step);
    let wall = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%d-%m-%Y;%H:%M:%S");
    format!(
        "{};{};=\"{ean}\";;;{};{};{};{};{}",
        wall(value.start),
        wall(end),
        value.register.dutch(),
        volume(value.value),
        unit(value),
        status(value.status),
        covered(value, (end - value.start).num_minutes()),
    )
}

fn unit(value: &Found) -> &'static str {
    let unit: Unit = value.register.unit();
    unit.sign()
}

/// When a stretch ends; days, weeks and months are local.
pub fn end(start: DateTime<Utc>, step: Step) -> DateTime<Utc> {
    let day = days::of(start);
    match step {
        Step::Fine(energy) => start + TimeDelta::minutes(energy.minutes()),
        Step::Day => days::end(day),
        Step::Week => days::begin(day.checked_add_days(chrono::Days::new(7)).unwrap_or(day)),
        Step::Month => days::begin(day.checked_add_months(Months::new(1)).unwrap_or(day)),
    }
}

/// Thousandths with a comma: `0,010`.
pub fn volume(thousandths: i64) -> String {
    format!("{},{:03}", thousandths / 1000, thousandths % 1000)
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Estimated => "Geschat",
        Status::Read => "Uitgelezen",
        Status::Validated => "Gevalideerd",
    }
}

/// How much of a stretch there are values for, where that is not all of it.
fn covered(value: &Found, minutes: i64) -> String {
    if value.covered >= minutes {
        return String::new();
    }
    format!("{}/{minutes} min", value.covered)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Export;
    use super::*;
    use crate::domain::consumption::{Energy, Register};
    use chrono::NaiveDate;

    fn fine(day: NaiveDate, minutes: i64) -> Vec<Found> {
        let count = days::stretches(day, minutes);
        let found = |n: i64| Found {
            register: Register::OfftakeNight,
            start: days::begin(day) + TimeDelta::minutes(n * minutes),
            covered: minutes,
            status: Status::ALL[usize::try_from(n % 3).unwrap_or(0)],
            value: n * 7,
        };
        (0..count).map(found).collect()
    }

    fn read_back(found: &Consumption, step: Step) -> Vec<(DateTime<Utc>, Option<i64>, Status)> {
        let mut text = format!("{HEADER}\n");
        for line in lines(found, step) {
            text.push_str(&line);
            text.push('\n');
        }
        let mut export = Export::open(text.as_bytes()).expect("a header");
        let mut read = Vec::new();
        while let Some((line, row)) = export.read().expect("readable") {
            let row = row.unwrap_or_else(|why| panic!("line {line}: {why:?}"));
            read.push((row.start, row.value, row.status));
        }
        read
    }

    /// FLU-38: what is taken along has the columns of the source, and what is missing of a day is said.
    #[test]
    fn flu_38_the_columns_are_those_of_the_source() {
        let found = Consumption {
            ean: "541448800200007298".to_owned(),
            energy: Energy::Gas,
            values: vec![Found {
                register: Register::OfftakeVolume,
                start: "2026-06-14T22:00:00Z".parse().expect("an instant"),
                covered: 1380,
                status: Status::Estimated,
                value: 1234,
            }],
        };
        let said: Vec<String> = lines(&found, Step::Day).collect();
        let expected = "15-06-2026;00:00:00;16-06-2026;00:00:00;=\"541448800200007298\";;;Afname;1,234;\
            m³;Geschat;1380/1440 min";
        assert_eq!(said, [expected]);
        let wide = |text: &str| text.split(';').count();
        assert_eq!(wide(HEADER), wide(expected));
    }

    proptest! {
        /// FLU-38: every quarter-hour and hour of every day is read back as it was, the doubled ones too.
        #[test]
        fn flu_38_what_is_exported_can_be_imported(
            day in prop_oneof![Just(302_u32), Just(89), 1_u32..=365], is_gas in any::<bool>(),
        ) {
            let day = NaiveDate::from_yo_opt(2023, day).expect("a day");
            let energy = if is_gas { Energy::Gas } else { Energy::Electricity };
            let found = Consumption {
                ean: "541448800200007298".to_owned(),
                energy,
                values: fine(day, energy.minutes()),
            };
            let read = read_back(&found, Step::Fine(energy));
            let expected: Vec<_> = found.values.iter()
                .map(|one| (one.start, Some(one.value), one.status)).collect();
            prop_assert_eq!(read, expected);
        }
    }
}
