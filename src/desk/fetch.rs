//! Plant data in an installer's form: what the register says is asked when the numbers are there, and
//! stands in the review before anything is written (ELS-16…18).

use chrono::{DateTime, Utc};

use super::effect::{Effect, Question, Slot};
use super::form::Entry;
use super::form::outcome::Outcome;
use super::preview;
use super::route::Subject;
use super::screen::form::{Stage, State};
use super::world::World;
use crate::process::engine::Answers;
use crate::process::notification::{FoundPlant, fill};
use crate::store::StoreError;
use crate::store::rows::CaseId;

const METER: &str = "fetch_meter_no";
const EAN: &str = "fetch_ean";

/// Of the meter and of the metering point, as typed; either may be empty.
pub type PlantNumbers = (String, String);

/// Whether the form fetches plant data.
pub fn is_fetch(subject: &Subject) -> bool {
    matches!(subject, Subject::Action(_, key) if key == "fetch")
}

fn numbers(entries: &[Entry]) -> PlantNumbers {
    let raw = |key: &str| {
        let entry = entries.iter().find(|entry| entry.key == key);
        entry.map_or_else(String::new, |entry| entry.raw().trim().to_owned())
    };
    (raw(METER), raw(EAN))
}

/// Ask for the plant once the fields with the numbers are left.
pub fn ask(form: &mut State, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let is_here = form
        .entries
        .get(form.at)
        .is_some_and(|entry| entry.key == METER || entry.key == EAN);
    let asked = numbers(&form.entries);
    let is_empty = asked.0.is_empty() && asked.1.is_empty();
    if is_empty || form.looked_up == asked || (is_here && form.stage == Stage::Edit) {
        return Vec::new();
    }
    form.looked_up.clone_from(&asked);
    let (meter, ean) = asked;
    vec![world.ask(Slot::Plant, Question::Plant(meter, ean), now)]
}

/// Lay what the register said over the answers. Without its answer nothing can be fetched yet.
pub fn lay_over(
    world: &World,
    (case, key): (CaseId, &str),
    entries: &[Entry],
    answers: &mut Answers,
) -> Result<(), Outcome> {
    if !is_fetch(&Subject::Action(case, key.to_owned())) {
        return Ok(());
    }
    let asked = numbers(entries);
    let found = match &world.plant {
        _ if asked.0.is_empty() && asked.1.is_empty() => return Ok(()),
        Some((of, found)) if *of == asked => found,
        _ => return Err(Outcome::Refused(world.texts.say("form.plant_asked"))),
    };
    let plant = match found {
        Ok(plant) => plant.as_ref(),
        Err(StoreError::Refused(refusal)) => {
            return Err(Outcome::Refused(preview::refusal(world, refusal)));
        }
        Err(_) => return Err(Outcome::Refused(world.texts.say("form.plant_offline"))),
    };
    let found = plant.map(|plant| FoundPlant {
        ean: &plant.ean,
        meter_no: &plant.meter_number,
        technical_no: &plant.technical_number,
        address: &plant.address,
        postcode: &plant.postcode,
        city: &plant.city,
    });
    fill(answers, found.as_ref());
    Ok(())
}

/// What the register said, for the review: nothing of it is written before it was seen.
pub fn lines(world: &World, key: &str, entries: &[Entry]) -> Vec<preview::Line> {
    let asked = numbers(entries);
    let found = match &world.plant {
        Some((of, Ok(found))) if key == "fetch" && *of == asked => found,
        _ => return Vec::new(),
    };
    let texts = &world.texts;
    let line = |field: &str, what: String| preview::Line {
        verb: texts.say(&format!("field.{field}")),
        what,
    };
    let Some(plant) = found else {
        return vec![line("preview", texts.say("choice.preview.not_found"))];
    };
    let address = format!("{}, {} {}", plant.address, plant.postcode, plant.city);
    vec![
        line("preview", texts.say("choice.preview.found")),
        line("found_ean", plant.ean.clone()),
        line("found_meter_no", plant.meter_number.clone()),
        line("found_address", address),
    ]
}
