//! One row of an export.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::header::Column::{
    Ean, FromDay, FromTime, Meter, Register as RegisterName, Status as StatusName, ToDay, ToTime,
    Unit as UnitSign, Volume,
};
use super::{Columns, MeterKey, Read, Reading};
use crate::domain::consumption::local::{Doubled, LocalError, Stretch};
use crate::domain::consumption::{Grain, Register, Status, Unit};
use crate::exchange::import::refused::Refused;

const DAYS: [&str; 3] = ["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"];
const TIMES: [&str; 2] = ["%H:%M:%S", "%H:%M"];
/// Digits behind the comma: the kept unit is a thousandth of the written one.
const DECIMALS: usize = 3;
/// Bytes of the number of a meter.
const METER_MOST: usize = 40;
/// More, in thousandths of a unit, is no value of one connection.
const MOST: i64 = 2_147_483_647;

/// Without the quotation marks, and without what keeps a spreadsheet from making a number of it
/// (`="…"`).
pub(super) fn bare(value: &str) -> &str {
    let value = value.trim();
    let value = value.strip_prefix('=').unwrap_or(value);
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value).trim()
}

/// Reads a row.
pub(super) fn read(text: &str, columns: &Columns, doubled: &mut Doubled<MeterKey>) -> Read {
    let values: Vec<&str> = text.split(';').map(bare).collect();
    if values.len() != columns.width {
        return Err(Refused::new("columns")
            .with("found", &values.len().to_string())
            .with("expected", &columns.width.to_string()));
    }
    let get = |column| columns.get(&values, column);
    let ean = ean(get(Ean))?;
    let register = register(get(RegisterName), get(UnitSign))?;
    let meter = meter(get(Meter))?;
    let start = local(get(FromDay), get(FromTime))?;
    let end = local(get(ToDay), get(ToTime))?;
    // before anything else is refused: of a doubled hour the next row is the second one all the same
    let key = (ean.clone(), meter.clone(), register);
    let stretch = doubled
        .stretch(&key, start, end)
        .map_err(|error| odd(error, start, end))?;
    let (status, value) = measured(get(StatusName), get(Volume))?;
    Ok(Reading {
        ean,
        meter,
        register,
        start: stretch.start,
        grain: fits(register, stretch)?,
        status,
        value,
    })
}

/// Eighteen digits; that the last one is right is for the register of connections to say.
pub(super) fn ean(text: &str) -> Result<String, Refused> {
    let is_number = text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        return Ok(text.to_owned());
    }
    Err(Refused::new("consumption_ean").with("value", text))
}

/// The number of a meter, which our own exports leave out.
pub(super) fn meter(text: &str) -> Result<String, Refused> {
    let is_number = text.len() <= METER_MOST && !text.chars().any(char::is_control);
    if is_number {
        return Ok(text.to_owned());
    }
    Err(Refused::new("consumption_meter").with("value", text))
}

fn register(name: &str, unit: &str) -> Result<Register, Refused> {
    let known = Unit::of_sign(unit).and_then(|unit| Register::named(name, unit));
    known.ok_or_else(|| {
        Refused::new("register")
            .with("value", name)
            .with("unit", unit)
    })
}

/// Status and value. Without a volume there is no value, whatever the status says.
fn measured(status: &str, volume: &str) -> Result<(Status, Option<i64>), Refused> {
    let known = match status {
        "Uitgelezen" | "Read" => Some(Status::Read),
        "Gevalideerd" | "Validated" => Some(Status::Validated),
        "Geschat" | "Estimated" => Some(Status::Estimated),
        "Geen verbruik" | "No consumption" => None,
        other => return Err(Refused::new("consumption_status").with("value", other)),
    };
    match (known, self::volume(volume)?) {
        (Some(status), value) => Ok((status, value)),
        (None, None) => Ok((Status::Read, None)),
        (None, Some(_)) => Err(Refused::new("volume_without_use").with("value", volume)),
    }
}

/// Thousandths of a decimal number with a comma; nothing when it is empty.
pub(super) fn volume(text: &str) -> Result<Option<i64>, Refused> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Refused::new("volume").with("value", text);
    let (whole, part) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let rest = part.get(DECIMALS..).unwrap_or_default();
    if !digits(whole) || !digits(part) || rest.bytes().any(|byte| byte != b'0') {
        return Err(wrong());
    }
    let part = part.get(..DECIMALS).unwrap_or(part);
    let whole: i64 = whole.parse().map_err(|_| wrong())?;
    let part: i64 = format!("{part:0<DECIMALS$}").parse().map_err(|_| wrong())?;
    let value = whole.checked_mul(1000).map(|value| value + part);
    value
        .filter(|value| *value <= MOST)
        .map(Some)
        .ok_or_else(wrong)
}

fn local(day: &str, time: &str) -> Result<NaiveDateTime, Refused> {
    let mut days = DAYS.iter();
    let mut times = TIMES.iter();
    let found = days.find_map(|format| NaiveDate::parse_from_str(day, format).ok());
    let hour = times.find_map(|format| NaiveTime::parse_from_str(time, format).ok());
    if let (Some(day), Some(time)) = (found, hour) {
        return Ok(day.and_time(time));
    }
    let given = format!("{day} {time}");
    Err(Refused::new("local_time").with("value", &given))
}

fn odd(error: LocalError, start: NaiveDateTime, end: NaiveDateTime) -> Refused {
    let key = match error {
        LocalError::NoSuchTime => "no_such_time",
        LocalError::Thrice => "hour_thrice",
        LocalError::Backwards => "backwards",
        LocalError::Length => "odd_length",
    };
    Refused::new(key)
        .with("from", &start.to_string())
        .with("to", &end.to_string())
}

/// Peaks are of a month and nothing else is; gas in m³ has no quarter-hours (FLU-02).
fn fits(register: Register, stretch: Stretch) -> Result<Grain, Refused> {
    let is_peak = register == Register::Peak;
    if is_peak != (stretch.grain == Grain::Month) {
        let name = register.dutch();
        return Err(Refused::new("register_length").with("value", name));
    }
    if register.unit() == Unit::CubicMetre && stretch.grain == Grain::Quarter {
        return Err(Refused::new("gas_quarter").by("FLU-02"));
    }
    Ok(stretch.grain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn volumes_are_thousandths() {
        let read = |text| volume(text).map_err(|refused| refused.text);
        assert_eq!(read("0,010"), Ok(Some(10)));
        assert_eq!(read("12,5"), Ok(Some(12_500)));
        assert_eq!(read("0.009"), Ok(Some(9)));
        assert_eq!(read("7"), Ok(Some(7000)));
        assert_eq!(read("1,2340"), Ok(Some(1234)));
        assert_eq!(read(""), Ok(None), "missing, not zero");
        for wrong in ["1,2345", "-1,0", "1,2,3", "abc", ",5", "1,", "2147483,648"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_guards_of_spreadsheets_are_taken_off() {
        assert_eq!(bare("=\"541448800200007298\""), "541448800200007298");
        assert_eq!(bare(" \"Afname Dag\" "), "Afname Dag");
        assert_eq!(bare("0,010"), "0,010");
    }

    proptest! {
        #[test]
        fn every_volume_is_read_back(value in 0_i64..MOST) {
            let text = format!("{},{:03}", value / 1000, value % 1000);
            prop_assert_eq!(volume(&text).map_err(|refused| refused.text), Ok(Some(value)));
        }

        #[test]
        fn no_line_whatsoever_stops_the_reader(text in "\\PC{0,200}") {
            let header = "Van datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Meter;Metertype;\
                Register;Volume;Eenheid;Validatiestatus";
            let columns = Columns::of(header).expect("a header");
            prop_assert!(read(&text, &columns, &mut Doubled::default()).is_err());
        }
    }
}
