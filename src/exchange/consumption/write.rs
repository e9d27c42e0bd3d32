//! Consumption as a file: the columns and spellings of the source's present generation (formats.md 5.11),
//! so that what reads its exports reads ours. Exactly what is shown (FLU-38): what is missing is a row
//! without a volume, as the source writes it. Meters are added up and therefore left out. Our own reader
//! reads it back.

use chrono::{DateTime, Utc};

use crate::domain::consumption::shown::{Amount, Mark, Shown, Slot};
use crate::domain::consumption::{Peak, Register, Status, Step, ZONE, days};

/// The byte order mark and the header.
pub const HEADER: &str = "\u{feff}Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;\
    Metertype;Register;Volume;Eenheid;Validatiestatus;Omschrijving";

/// The lines after the header, one for each stretch and register whose turn it is, in the order of time;
/// then the peaks.
pub fn lines(shown: &Shown) -> impl Iterator<Item = String> {
    let slots = shown.slots.iter().enumerate();
    let slots = slots.flat_map(move |(number, slot)| {
        let series = shown.series.iter();
        let expected = series.filter(move |series| series.mark(number) != Mark::Rests);
        expected.map(move |series| {
            let amount = series.amount(number);
            line(&shown.connection, slot, series.register, amount)
        })
    });
    let peaks = shown.peaks.iter();
    slots.chain(peaks.map(move |peak| of_month(&shown.connection, peak)))
}

/// A peak as the source writes it: of a month, whose minutes are not counted.
fn of_month(connection: &str, peak: &Peak) -> String {
    let start = days::begin(peak.month);
    let end = Step::Month.end(start);
    let amount = Amount {
        value: peak.value,
        missing: 0,
        status: peak.status,
    };
    line(
        connection,
        &Slot { start, end },
        Register::Peak,
        Some(&amount),
    )
}

/// The whole file.
pub fn file(shown: &Shown) -> String {
    let mut text = format!("{HEADER}\n");
    for line in lines(shown) {
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn line(connection: &str, slot: &Slot, register: Register, amount: Option<&Amount>) -> String {
    let wall = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%d-%m-%Y;%H:%M:%S");
    format!(
        "{};{};=\"{connection}\";;;{};{};{};{};{}",
        wall(slot.start),
        wall(slot.end),
        register.dutch(),
        amount.map_or_else(String::new, |one| volume(one.value)),
        register.unit().sign(),
        amount.map_or("Geen verbruik", |one| status(one.status)),
        amount.map_or_else(String::new, |one| covered(one, slot.minutes())),
    )
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
fn covered(amount: &Amount, minutes: i64) -> String {
    if amount.missing == 0 {
        return String::new();
    }
    format!("{}/{minutes} min", minutes - amount.missing)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Export;
    use super::*;
    use crate::domain::consumption::guard::{Span, Window};
    use crate::domain::consumption::shown::{Naming, Sight};
    use crate::domain::consumption::{Consumption, Energy, Found, Unit};
    use chrono::{NaiveDate, TimeDelta};

    fn fine(day: NaiveDate, minutes: i64) -> Vec<Found> {
        let count = days::stretches(day, minutes);
        let found = |n: i64| Found {
            register: Register::OfftakeNight,
            start: days::begin(day) + TimeDelta::minutes(n * minutes),
            covered: minutes,
            status: Status::ALL[usize::try_from(n % 3).unwrap_or(0)],
            value: n * 7,
            own: None,
        };
        (0..count).map(found).collect()
    }

    fn shown(
        found: &Consumption,
        step: Step,
        unit: Unit,
        (from, to): (NaiveDate, NaiveDate),
    ) -> Shown {
        let window = Window {
            from,
            to,
            cut_by: None,
        };
        let sight = Sight {
            span: Span::Week,
            step,
            window,
            unit,
            naming: Naming::Whole,
        };
        let later = "2030-01-01T00:00:00Z".parse().expect("an instant");
        Shown::of(found, &sight, later)
    }

    fn read_back(text: &str) -> Vec<(DateTime<Utc>, Option<i64>, Status)> {
        let mut export = Export::open(text.as_bytes()).expect("a header");
        let mut read = Vec::new();
        while let Some((line, row)) = export.read().expect("readable") {
            let row = row.unwrap_or_else(|why| panic!("line {line}: {why:?}"));
            read.push((row.start, row.value, row.status));
        }
        read
    }

    /// FLU-38: what is taken along has the columns of the source, and what is missing is said: a part of a
    /// day behind it, a whole day as a row without a volume.
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
                own: None,
            }],
            peaks: Vec::new(),
        };
        let day = |text: &str| text.parse().expect("a day");
        let two = (day("2026-06-15"), day("2026-06-17"));
        let said: Vec<String> = lines(&shown(&found, Step::Day, Unit::CubicMetre, two)).collect();
        let expected = [
            "15-06-2026;00:00:00;16-06-2026;00:00:00;=\"541448800200007298\";;;Afname;1,234;\
             m³;Geschat;1380/1440 min",
            "16-06-2026;00:00:00;17-06-2026;00:00:00;=\"541448800200007298\";;;Afname;;\
             m³;Geen verbruik;",
        ];
        assert_eq!(said, expected);
        let wide = |text: &str| text.split(';').count();
        assert_eq!(wide(HEADER), wide(expected[0]));
    }

    /// FLU-38: by quarter-hour there is a line for the register whose turn it is, as the source writes
    /// it, and a peak is the line of a month, which our reader takes.
    #[test]
    fn flu_38_a_line_for_whose_turn_it_is_and_one_for_the_peak() {
        let day: NaiveDate = "2026-06-15".parse().expect("a day");
        let mut values = fine(day, 15);
        for value in values.iter_mut().skip(28).take(60) {
            value.register = Register::OfftakeDay;
        }
        let peak = Peak {
            month: "2026-06-01".parse().expect("a day"),
            status: Status::Validated,
            value: 3214,
        };
        let found = Consumption {
            ean: "541448800200007298".to_owned(),
            energy: Energy::Electricity,
            values,
            peaks: vec![peak],
        };
        let next = day.succ_opt().expect("a day");
        let step = Step::Fine(Energy::Electricity);
        let said: Vec<_> = lines(&shown(&found, step, Unit::Kwh, (day, next))).collect();
        assert_eq!(said.len(), 97);
        assert!(!said.iter().any(|line| line.contains("Geen verbruik")));
        let expected = "01-06-2026;00:00:00;01-07-2026;00:00:00;=\"541448800200007298\";;;\
            Piekvermogen;3,214;kW;Gevalideerd;";
        assert_eq!(said[96], expected);
        let read = read_back(&format!("{HEADER}\n{expected}\n"));
        assert_eq!(read[0].1, Some(3214));
    }

    proptest! {
        /// FLU-38: every quarter-hour and hour of every day is read back as it was, the doubled ones and
        /// the missing ones too.
        #[test]
        fn flu_38_what_is_exported_can_be_imported(
            day in prop_oneof![Just(302_u32), Just(89), 1_u32..=365], is_gas in any::<bool>(),
            missing in 0_usize..100,
        ) {
            let day = NaiveDate::from_yo_opt(2023, day).expect("a day");
            let energy = if is_gas { Energy::Gas } else { Energy::Electricity };
            let all = fine(day, energy.minutes());
            let mut expected: Vec<_> = all.iter()
                .map(|one| (one.start, Some(one.value), one.status)).collect();
            let mut values = all;
            if missing < values.len() {
                values.remove(missing);
                expected[missing].1 = None;
                expected[missing].2 = Status::Read;
            }
            let ean = "541448800200007298".to_owned();
            let found = Consumption { ean, energy, values, peaks: Vec::new() };
            let next = day.succ_opt().expect("a day");
            let shown = shown(&found, Step::Fine(energy), Unit::Kwh, (day, next));
            prop_assert_eq!(read_back(&file(&shown)), expected);
        }
    }
}
