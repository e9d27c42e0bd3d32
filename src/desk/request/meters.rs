//! The address and meter chooser (PRIO-18 to PRIO-22, PRIO-27): all electricity meters at an address,
//! in the search as what is there, in the choice as what is chosen from.

use chrono::{DateTime, Utc};

use super::found::{AtAddress, Bare};
use super::{Follows, known, put};
use crate::desk::form::{Ask, Entry, Pick};
use crate::desk::screen::form::State;
use crate::desk::world::World;
use crate::domain::house_number::HouseNumber;
use crate::domain::postcode::Postcode;
use crate::process::field::Value;
use crate::store::connections::FoundMeter;

/// Where somebody looks for meters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Postcode.
    pub postcode: Postcode,
    /// House number with letter and addition.
    pub house: HouseNumber,
}

/// The field that says whether there are meters: the search.
const SEARCHED: &str = "meters_found";
/// The field that says which one it is: the choice.
const CHOSEN: &str = "meter_no";

fn has(state: &State, key: &str) -> bool {
    state.entries.iter().any(|entry| entry.key == key)
}

fn raw<'a>(state: &'a State, key: &str) -> &'a str {
    let entry = state.entries.iter().find(|entry| entry.key == key);
    entry.map_or("", |entry| entry.raw().trim())
}

/// The address that the form is about: what is typed in the search, what was found by it in the choice.
pub fn place(state: &State, world: &World, _now: DateTime<Utc>) -> Option<Place> {
    let parse = |postcode: &str, house: &str| {
        Some(Place {
            postcode: Postcode::parse(postcode).ok()?,
            house: HouseNumber::parse(house).ok()?,
        })
    };
    if has(state, SEARCHED) {
        return parse(raw(state, "postcode"), raw(state, "house_number"));
    }
    let detail = &world.case(state.subject.case()?)?.detail;
    if !has(state, CHOSEN) {
        return None;
    }
    let of = |fact: &str| known::of_case(detail, fact);
    parse(&of("postcode")?, &of("house_number")?)
}

/// Whether somebody has typed something in the field of the meter.
pub(super) fn is_being_typed(entries: &[Entry], at: usize) -> bool {
    entries.iter().enumerate().any(|(nth, entry)| {
        let is_text = !matches!(entry.ask, Ask::Choice(..));
        entry.key == CHOSEN && is_text && (entry.seen || nth == at) && !entry.raw().is_empty()
    })
}

/// Put what is known of the meters at their fields.
pub(super) fn lay(state: &mut State, world: &World, now: DateTime<Utc>) {
    if has(state, SEARCHED) {
        search(state, world, now);
    } else if has(state, CHOSEN) {
        choice(state, world, now);
    }
}

fn search(state: &mut State, world: &World, now: DateTime<Utc>) {
    let texts = &world.texts;
    let is_placed = place(state, world, now).is_some();
    let (mut none, mut lines) = (None, Vec::new());
    let pick = |raw: &str, label: String| {
        let raw = raw.to_owned();
        (Pick { raw, label }, Follows::new())
    };
    let (picks, help) = match state.around.found.as_ref().filter(|_| is_placed) {
        None if is_placed => (Vec::new(), texts.say("request.looked_up")),
        None => (Vec::new(), texts.say("request.address_first")),
        Some(Ok(found)) if found.is_empty() && found.away.is_empty() => {
            none = Some(texts.say("refusal.no_meter_found"));
            let help = remarks(world, state, found);
            (vec![pick("no", texts.say("request.none"))], help)
        }
        // who does not answer may know of a meter
        Some(Ok(found)) if found.is_empty() => {
            let said = [
                remarks(world, state, found),
                texts.say("request.ask_customer"),
            ];
            (yes_no(world), said.join(" "))
        }
        Some(Ok(found)) => {
            let bare = found.bare.iter().map(|it| bare_label(world, it));
            lines = found.meters.iter().map(|it| label(world, it)).collect();
            lines.extend(bare);
            let help = remarks(world, state, found);
            (vec![pick("yes", count(world, found))], help)
        }
        Some(Err(why)) => {
            let with = [("why", why.as_str())];
            (yes_no(world), texts.fill("request.away", &with))
        }
    };
    let is_sure = picks.len() == 1;
    for entry in &mut state.entries {
        match entry.key.as_str() {
            SEARCHED => {
                put(entry, &mut state.rest, picks.clone());
                if is_sure {
                    entry.choose(0);
                }
                lines.splice(0..0, Some(help.clone()).filter(|it| !it.is_empty()));
                let said = lines.join("\n");
                entry.found = Some(said).filter(|it| !it.is_empty());
                entry.label = texts.say("request.meters");
                entry.help = String::new();
            }
            "house_number" => entry.unknown.clone_from(&none),
            _ => {}
        }
    }
}

/// There are meters, or there are none: somebody has to say it.
fn yes_no(world: &World) -> Vec<(Pick, Follows)> {
    let pick = |raw: &str| {
        let label = world.texts.say(&format!("choice.yes_no.{raw}"));
        let raw = raw.to_owned();
        (Pick { raw, label }, Follows::new())
    };
    vec![pick("yes"), pick("no")]
}

fn choice(state: &mut State, world: &World, now: DateTime<Utc>) {
    let texts = &world.texts;
    let is_placed = place(state, world, now).is_some();
    let (all, help) = match state.around.found.as_ref() {
        // the meter is typed as it was read to us
        _ if !is_placed => return,
        Some(Ok(found)) if state.around.is_typed && !found.meters.is_empty() => {
            // what somebody is typing stays typed; what is there is said beside it
            let mut said: Vec<String> = found.meters.iter().map(|it| label(world, it)).collect();
            said.insert(0, texts.say("request.by_now"));
            return say(state, said.join("\n"));
        }
        Some(Ok(found)) if found.meters.is_empty() && !found.bare.is_empty() => {
            let found = found.clone();
            return bare_choice(state, world, &found);
        }
        Some(Ok(found)) if found.is_empty() && !found.away.is_empty() => {
            let said = remarks(world, state, found);
            return say(state, said);
        }
        Some(Err(why)) => {
            let said = texts.fill("request.away_typed", &[("why", why)]);
            return say(state, said);
        }
        Some(Ok(found)) if found.meters.is_empty() => {
            return say(state, texts.say("refusal.no_meter_found"));
        }
        None => (Vec::new(), texts.say("request.looked_up")),
        Some(Ok(found)) => {
            let all = found.meters.iter().map(|it| pick(world, it)).collect();
            (all, beside(world, state, found))
        }
    };
    state.entries.retain(|entry| entry.key != "ean");
    let is_one = all.len() == 1;
    let State { entries, rest, .. } = state;
    if let Some(entry) = entries.iter_mut().find(|entry| entry.key == CHOSEN) {
        put(entry, rest, all);
        if is_one {
            entry.choose(0);
        }
        entry.label = texts.say("request.meter_choice");
        entry.help = help;
    }
}

/// What is said beside the meters: also the connections that have none to choose.
fn beside(world: &World, state: &State, found: &AtAddress) -> String {
    let bare = found.bare.iter().map(|it| bare_label(world, it));
    let said = Some(remarks(world, state, found)).filter(|it| !it.is_empty());
    said.into_iter().chain(bare).collect::<Vec<_>>().join("\n")
}

/// No register has a meter there, but there are connections: one of them is chosen, and the number on
/// the meter is typed (PRIO-20, PRIO-27).
fn bare_choice(state: &mut State, world: &World, found: &AtAddress) {
    let with_number = found.bare.iter().filter(|it| it.is_valid);
    let picks: Vec<(Pick, Follows)> = with_number
        .map(|it| {
            let (raw, label) = (it.ean.clone(), bare_label(world, it));
            (Pick { raw, label }, elsewhere(it.ours))
        })
        .collect();
    let help = remarks(world, state, found);
    say(state, world.texts.say("request.read_meter"));
    let State { entries, rest, .. } = state;
    if let Some(entry) = entries.iter_mut().find(|entry| entry.key == "ean") {
        let is_one = picks.len() == 1;
        put(entry, rest, picks);
        if is_one {
            entry.choose(0);
        }
        entry.unknown = None;
        entry.help = help;
    }
}

fn say(state: &mut State, said: String) {
    if let Some(entry) = state.entries.iter_mut().find(|entry| entry.key == CHOSEN) {
        entry.found = Some(said);
    }
}

/// That it is another company's grid follows from what was found, whatever the form proposes; one that
/// does not ask for it ignores it (TLM-17).
fn elsewhere(is_ours: bool) -> Follows {
    let follows = || vec![("grid_ours", Value::Bool(false))];
    if is_ours { Follows::new() } else { follows() }
}

/// One meter as a choice; the connection follows from it, and whose grid it is.
fn pick(world: &World, meter: &FoundMeter) -> (Pick, Follows) {
    let pick = Pick {
        raw: meter.meter_number.clone(),
        label: label(world, meter),
    };
    let mut follows = elsewhere(meter.ours);
    follows.push(("ean", Value::Code(meter.ean.clone())));
    (pick, follows)
}

/// Meter, connection, operator, whether it is smart, address.
fn label(world: &World, meter: &FoundMeter) -> String {
    let smart = match (meter.smart, meter.smart_admin.as_deref()) {
        (Some(true), Some("off")) => "request.smart_off",
        (Some(true), _) => "request.smart",
        (Some(false), _) => "request.not_smart",
        (None, _) => "request.smart_unknown",
    };
    let with = [
        ("meter", meter.meter_number.as_str()),
        ("ean", &meter.ean),
        ("operator", operator(meter)),
        ("smart", world.texts.get(smart)),
        ("address", &meter.address),
    ];
    world.texts.fill("request.meter", &with)
}

/// A connection without a meter, operator, address.
fn bare_label(world: &World, bare: &Bare) -> String {
    let key = if bare.is_valid {
        "request.bare"
    } else {
        "request.bare_wrong"
    };
    let with = [
        ("ean", bare.ean.as_str()),
        ("operator", &bare.operator),
        ("address", &bare.address),
    ];
    world.texts.fill(key, &with)
}

fn operator(meter: &FoundMeter) -> &str {
    if meter.operator.is_empty() {
        &meter.operator_gln
    } else {
        &meter.operator
    }
}

fn count(world: &World, found: &AtAddress) -> String {
    if found.meters.is_empty() {
        return world.texts.say("request.no_meter_known");
    }
    let n = found.meters.len().to_string();
    let key = match found.meters.len() {
        1 => "request.one_meter",
        _ => "request.many_meters",
    };
    world.texts.fill(key, &[("n", &n)])
}

/// Nobody has that letter; there are more than these; which houses there are; who does not answer.
fn remarks(world: &World, state: &State, found: &AtAddress) -> String {
    let mut said = Vec::new();
    let place = state.around.place.as_ref();
    if let Some(place) = place.filter(|_| !found.exact && !found.is_empty()) {
        let (wanted, number) = (place.house.to_string(), place.house.number().to_string());
        let with = [("wanted", wanted.as_str()), ("number", &number)];
        said.push(world.texts.fill("request.not_exact", &with));
    }
    if found.more {
        said.push(world.texts.say("request.more"));
    }
    if let (Some(houses), Some(place)) = (&found.houses, place) {
        let (list, number) = (houses.join(", "), place.house.number().to_string());
        let (key, with) = if houses.is_empty() {
            ("request.no_house", [("number", &*number)])
        } else {
            ("request.houses", [("houses", &*list)])
        };
        said.push(world.texts.fill(key, &with));
    }
    said.extend(found.away.iter().map(|it| it.said(&world.texts)));
    said.join(" ")
}

/// What the chosen meter means: another operator's grid (PRIO-27), or another request for the rest
/// (PRIO-21).
pub(in crate::desk) fn remark(state: &mut State, world: &World) {
    let Some(Ok(found)) = &state.around.found else {
        return;
    };
    if found.meters.is_empty() {
        let entry = state.entries.iter_mut().find(|entry| entry.key == "ean");
        let Some(entry) = entry.filter(|entry| matches!(entry.ask, Ask::Choice(..))) else {
            return;
        };
        let bare = found.bare.iter().find(|it| it.ean == entry.raw());
        let foreign = bare.filter(|it| !it.ours);
        entry.found = foreign.map(|it| {
            let with = [("operator", it.operator.as_str())];
            world.texts.fill("request.not_ours", &with)
        });
        return;
    }
    let Some(entry) = chosen(&mut state.entries) else {
        return;
    };
    let meter = found
        .meters
        .iter()
        .find(|meter| meter.meter_number == entry.raw());
    entry.found = meter.and_then(|meter| {
        if !meter.ours {
            let with = [("operator", operator(meter))];
            return Some(world.texts.fill("request.not_ours", &with));
        }
        let others = found.meters.len() > 1;
        others.then(|| world.texts.say("request.others"))
    });
}

fn chosen(entries: &mut [Entry]) -> Option<&mut Entry> {
    let is_chooser = |entry: &&mut Entry| {
        entry.key == CHOSEN && matches!(&entry.ask, Ask::Choice(picks, _) if !picks.is_empty())
    };
    entries.iter_mut().find(is_chooser)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TLM-17: what is proposed is ours; what was found says when it is not.
    #[test]
    fn tlm_17_another_grid_is_said_by_what_was_found() {
        let said = vec![("grid_ours", Value::Bool(false))];
        assert_eq!(elsewhere(false), said);
        assert_eq!(elsewhere(true), Follows::new());
    }
}
