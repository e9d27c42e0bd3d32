//! The same values as the service answers them (formats.md 5.10): instants in UTC, values per meter.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Reading;
use crate::domain::consumption::{Energy, Grain, Register, Status, Unit, days};

/// Why an answer is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// Not of the documented shape.
    #[error("not an answer with measurements: {0}")]
    Shape(String),
    /// A value that cannot be.
    #[error("{0} cannot be")]
    Value(String),
}

#[derive(Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    headpoint: Headpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Headpoint {
    ean: String,
    energy_type: Energy,
    #[serde(default)]
    physical_meters: Vec<Meter>,
}

#[derive(Deserialize)]
struct Meter {
    #[serde(default, rename = "meterID")]
    number: String,
    #[serde(default, rename = "quarterHourlyEnergy")]
    quarters: Vec<Entry>,
    #[serde(default, rename = "hourlyEnergy")]
    hours: Vec<Entry>,
    #[serde(default, rename = "dailyEnergy")]
    days: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    #[serde(default)]
    measurements: Vec<Measurement>,
}

#[derive(Deserialize)]
struct Measurement {
    offtake: Option<Tariffs>,
    injection: Option<Tariffs>,
}

#[derive(Deserialize)]
struct Tariffs {
    total: Option<Value>,
    day: Option<Value>,
    night: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Value {
    #[serde(rename = "value")]
    measured: Option<serde_json::Number>,
    unit: String,
    #[serde(default)]
    validation_state: String,
}

/// The readings in an answer. Reactive energy is left out: nobody shares it.
pub fn of_service(json: &str) -> Result<Vec<Reading>, ServiceError> {
    let answer: Answer =
        serde_json::from_str(json).map_err(|error| ServiceError::Shape(error.to_string()))?;
    let point = answer.data.headpoint;
    let ean = super::row::ean(&point.ean).map_err(|_| wrong(&point.ean))?;
    let mut found = Vec::new();
    for meter in &point.physical_meters {
        let number = super::row::meter(&meter.number).map_err(|_| wrong(&meter.number))?;
        let whose = (ean.as_str(), number.as_str());
        let all = meter.quarters.iter();
        let all = all.chain(&meter.hours).chain(&meter.days);
        for entry in all {
            let grain = grain(entry, point.energy_type)?;
            for measurement in &entry.measurements {
                measured(whose, (entry.start, grain), measurement, &mut found)?;
            }
        }
    }
    Ok(found)
}

fn wrong(what: &str) -> ServiceError {
    ServiceError::Value(crate::exchange::import::refused::excerpt(what))
}

fn grain(entry: &Entry, energy: Energy) -> Result<Grain, ServiceError> {
    let length = entry.end - entry.start;
    let day = days::of(entry.start);
    if length == TimeDelta::minutes(15) && energy == Energy::Electricity {
        Ok(Grain::Quarter)
    } else if length == TimeDelta::minutes(60) {
        Ok(Grain::Hour)
    } else if entry.start == days::begin(day) && entry.end == days::end(day) {
        Ok(Grain::Day)
    } else {
        Err(wrong(&format!("{} – {}", entry.start, entry.end)))
    }
}

fn measured(
    (ean, meter): (&str, &str),
    (start, grain): (DateTime<Utc>, Grain),
    measurement: &Measurement,
    found: &mut Vec<Reading>,
) -> Result<(), ServiceError> {
    let sides = [
        ("Afname", &measurement.offtake),
        ("Injectie", &measurement.injection),
    ];
    for (name, tariffs) in sides {
        let Some(tariffs) = tariffs else { continue };
        let parts = [
            ("", &tariffs.total),
            (" Dag", &tariffs.day),
            (" Nacht", &tariffs.night),
        ];
        for (tariff, value) in parts {
            let Some(value) = value else { continue };
            let name = format!("{name}{tariff}");
            let unit = Unit::of_sign(&value.unit);
            let register = unit.and_then(|unit| Register::named(&name, unit));
            let register = register.ok_or_else(|| wrong(&format!("{name} {}", value.unit)))?;
            let status = status(&value.validation_state)?;
            found.push(Reading {
                ean: ean.to_owned(),
                meter: meter.to_owned(),
                register,
                start,
                grain,
                status,
                value: thousandths(value)?,
            });
        }
    }
    Ok(())
}

fn status(state: &str) -> Result<Status, ServiceError> {
    match state {
        "EST" => Ok(Status::Estimated),
        "READ" | "NVAL" => Ok(Status::Read),
        "VAL" => Ok(Status::Validated),
        other => Err(wrong(other)),
    }
}

fn thousandths(value: &Value) -> Result<Option<i64>, ServiceError> {
    let Some(number) = &value.measured else {
        return Ok(None);
    };
    let text = number.to_string();
    super::row::volume(&text).map_err(|_| wrong(&text))
}
