//! What a register says of a plant, as the answers of the fetch (ELS-16…18, ELS-22).

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

/// A number as a fact of a case holds it: registers keep numbers as they were reported, with whatever signs
/// stand on the meter (decision 23); a sign that no code has becomes a dash.
fn coded(number: &str) -> String {
    let is_kept = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let signs = number.trim().chars();
    let signs = signs.map(|c| if is_kept(c) { c } else { '-' });
    let coded: String = signs.collect();
    coded.trim_matches('-').to_owned()
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
    let codes = [
        ("found_ean", plant.ean.to_owned()),
        ("found_meter_no", coded(plant.meter_no)),
        ("found_technical_no", coded(plant.technical_no)),
    ];
    for (key, code) in codes.into_iter().filter(|(_, code)| !code.is_empty()) {
        put(key, Answer::Value(Value::Code(code)));
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
