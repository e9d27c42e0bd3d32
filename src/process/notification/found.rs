//! What a register says of a plant, as the answers of the fetch (ELS-16…18, ELS-22).

use crate::domain::meter_number::MeterNumber;
use crate::process::engine::{Answer, Answers};
use crate::process::field::Value;

/// A plant as a register has it. There is no place for anything about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPlant<'a> {
    /// Number of the plant.
    pub ean: &'a str,
    /// Number of the meter.
    pub meter_no: &'a str,
    /// Technical number; empty when there is none.
    pub technical_no: &'a str,
    /// Street and number.
    pub address: &'a str,
    /// Postcode.
    pub postcode: &'a str,
    /// Town.
    pub city: &'a str,
}

/// Lays what was found, or that nothing was, over the answers of the form.
pub fn fill(answers: &mut Answers, plant: Option<&FoundPlant<'_>>) {
    let preview = if plant.is_some() {
        "found"
    } else {
        "not_found"
    };
    let mut put = |key: &str, answer: Answer| _ = answers.insert(key.to_owned(), answer);
    put("preview", Answer::Value(Value::word(preview)));
    let Some(plant) = plant else { return };
    put(
        "found_ean",
        Answer::Value(Value::Code(plant.ean.to_owned())),
    );
    let numbers = [
        ("found_meter_no", plant.meter_no),
        ("found_technical_no", plant.technical_no),
    ];
    for (key, number) in numbers {
        if let Ok(number) = MeterNumber::parse(number) {
            put(key, Answer::Value(Value::Code(number.into())));
        }
    }
    let lines = [
        ("found_address", plant.address),
        ("found_postcode", plant.postcode),
        ("found_city", plant.city),
    ];
    for (key, line) in lines {
        put(key, Answer::Free(line.to_owned()));
    }
}
