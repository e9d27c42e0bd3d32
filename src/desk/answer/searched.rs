//! What was found: for the search, for the number of a case, for the mandates of a connection.

use chrono::{DateTime, Utc};

use super::super::effect::{Effect, Slot};
use super::super::model::Model;
use super::super::palette;
use super::super::screen::{Layer, mandates};
use super::say_error;
use crate::store::StoreError;
use crate::store::rows::SearchHit;

/// Hits, for whoever asked.
pub(super) fn take(
    model: &mut Model,
    slot: Slot,
    result: Result<Vec<SearchHit>, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    if slot == Slot::Mandates {
        return mandates::found(model, result, now);
    }
    if slot == Slot::ByNumber {
        match result {
            Ok(hits) => return palette::found(model, &hits, now),
            Err(error) => say_error(&mut model.world, &error, now),
        }
        return Vec::new();
    }
    let search = model.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::Search(search) => Some(search),
        _ => None,
    });
    if let Some(search) = search {
        search.take(result);
    }
    Vec::new()
}
