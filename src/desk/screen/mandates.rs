//! The way to consumption: from a mandate at once, from any other case by its connection, from a contract
//! by its provider, from the palette by an EAN. Before anything is shown the purpose is asked.

use chrono::{DateTime, Utc};

use super::super::effect::{Effect, Question, Slot};
use super::super::model::Model;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::pick::{Item, State as Pick, What};
use super::{Layer, consumption};
use crate::process::contract::CONTRACT;
use crate::process::sharing::SHARING;
use crate::store::StoreError;
use crate::store::consumption::LOOK_PURPOSES;
use crate::store::filter::Filter;
use crate::store::rows::{CaseId, CaseRow, SearchHit};
use crate::text::Texts;

/// So many mandates are offered.
const MOST: usize = 9;

/// From the case under the cursor.
pub fn of_case(world: &mut World, row: &CaseRow, now: DateTime<Utc>) -> Vec<Effect> {
    if row.process == SHARING.key {
        return vec![purposes(&world.texts, row.case_id)];
    }
    let Some(loaded) = world.case(row.case_id) else {
        let said = world.texts.say("consumption.read_first");
        world.toasts.say(Tone::Warning, said, now);
        return vec![world.ask_detail(row.case_id, now)];
    };
    let detail = &loaded.detail;
    let gln = detail.party.as_ref().map(|party| party.gln.clone());
    let ean = detail.connection.as_ref().map(|card| card.ean.clone());
    match (ean, gln) {
        (Some(ean), _) => vec![of_connection(world, &ean, now)],
        (None, Some(gln)) if row.process == CONTRACT.key => of_provider(world, &gln, now),
        _ => nothing(world, now),
    }
}

/// From the number of a connection.
pub fn of_connection(world: &mut World, ean: &str, now: DateTime<Utc>) -> Effect {
    let question = Question::Search(ean.trim().to_owned());
    world.ask(Slot::Mandates, question, now)
}

/// All mandates of a provider are a list: each of them leads on.
fn of_provider(world: &mut World, gln: &str, now: DateTime<Utc>) -> Vec<Effect> {
    let line = format!("process:{} party:{gln}", SHARING.key);
    match Filter::parse(&line) {
        Ok(filter) => {
            let said = world.texts.say("consumption.choose_mandate");
            world.toasts.say(Tone::Done, said, now);
            vec![Effect::Go(Route::Filtered(filter))]
        }
        Err(_) => nothing(world, now),
    }
}

fn nothing(world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
    let said = world.texts.say("consumption.no_mandate");
    world.toasts.say(Tone::Warning, said, now);
    Vec::new()
}

/// The purposes of looking.
fn purposes(texts: &Texts, case: CaseId) -> Effect {
    let items = LOOK_PURPOSES.iter().map(|purpose| Item {
        label: texts.say(&format!("choice.look_purpose.{purpose}")),
        what: What::Look(case, purpose),
    });
    pick(texts, "purpose", items.collect())
}

fn pick(texts: &Texts, of: &str, items: Vec<Item>) -> Effect {
    Effect::Go(Route::Pick(Box::new(Pick {
        title: texts.say(&format!("consumption.{of}")),
        help: texts.say(&format!("consumption.{of}_help")),
        items,
        cursor: 0,
    })))
}

/// A mandate was chosen.
pub fn chosen(texts: &Texts, case: CaseId) -> Effect {
    purposes(texts, case)
}

/// A purpose was said: the screen opens with the first look.
pub fn look(
    model: &mut Model,
    case: CaseId,
    purpose: &'static str,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let (state, asked) = consumption::State::open(&mut model.world, case, purpose, now);
    model.layers.push(Layer::Consumption(Box::new(state)));
    asked
}

/// What was found for a connection: its mandates, newest first.
pub fn found(
    model: &mut Model,
    result: Result<Vec<SearchHit>, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let world = &mut model.world;
    let hits = match result {
        Ok(hits) => hits,
        Err(error) => {
            super::super::answer::say_error(world, &error, now);
            return Vec::new();
        }
    };
    let mandates = hits.iter().filter(|hit| hit.row.process == SHARING.key);
    let rows: Vec<&CaseRow> = mandates.map(|hit| &hit.row).take(MOST).collect();
    match rows[..] {
        [] => nothing(world, now),
        [only] => vec![purposes(&world.texts, only.case_id)],
        _ => {
            let item = |row: &&CaseRow| {
                let state = world
                    .texts
                    .say(&format!("state.{}.{}", row.process, row.state));
                let label = format!("{}  {state}  {}", row.case_no, row.subject);
                let what = What::Mandate(row.case_id);
                Item { label, what }
            };
            let items = rows.iter().map(item).collect();
            vec![pick(&world.texts, "mandates", items)]
        }
    }
}
