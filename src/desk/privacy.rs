//! Values behind a mask. The database masks them in every answer; one call with a purpose shows them
//! for a while, and is an event of the case (decision 21). Nothing here is copied, logged or kept:
//! when the time is over, the case is left or the screen is locked, the values are gone.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::answer;
use super::effect::Effect;
use super::model::Model;
use super::screen::Layer;
use crate::store::StoreError;
use crate::store::rows::{CaseId, Unmasked};

/// What is unmasked at this moment.
#[derive(Clone, PartialEq, Eq)]
pub struct Seen {
    /// Of the customer of which case.
    pub case: CaseId,
    /// Telephone number.
    pub phone: String,
    /// Mail address.
    pub email: String,
    /// Texts of the case.
    pub texts: BTreeMap<Uuid, String>,
    /// Until when (machine time).
    pub until: DateTime<Utc>,
}

impl fmt::Debug for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Seen({:?} until {})", self.case, self.until)
    }
}

/// The database unmasked something, or not.
pub fn answered(
    model: &mut Model,
    result: Result<Unmasked, StoreError>,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    let unmasked = match result {
        Ok(unmasked) => unmasked,
        Err(error) => {
            answer::say_error(&mut model.world, &error, now);
            return Vec::new();
        }
    };
    model.unmasked = Some(Seen {
        case: unmasked.case_id,
        phone: unmasked.phone,
        email: unmasked.email,
        texts: unmasked.texts,
        until: now + TimeDelta::milliseconds(unmasked.left_ms),
    });
    // its timeline has one event more
    vec![model.world.ask_detail(unmasked.case_id, now)]
}

/// What may be shown of that case now.
pub fn seen(model: &Model, case: CaseId) -> Option<&Seen> {
    let seen = model.unmasked.as_ref()?;
    (seen.case == case && model.now < seen.until).then_some(seen)
}

/// Masks again what is over or was left.
pub fn tend(model: &mut Model, now: DateTime<Utc>) {
    if named(model).is_some_and(|until| until <= now) {
        name_less(model);
    }
    let Some(seen) = &model.unmasked else {
        return;
    };
    if seen.until <= now || model.desk.case() != Some(seen.case) || model.lock.is_shut() {
        mask(model);
    }
}

/// Masks everything again.
pub fn mask(model: &mut Model) {
    model.dirty |= model.unmasked.take().is_some();
    name_less(model);
}

/// Until when a connection is named by its whole number (machine time).
pub fn named(model: &Model) -> Option<DateTime<Utc>> {
    let layers = model.layers.iter().filter_map(|layer| match layer {
        Layer::Consumption(state) => state.whole_until,
        _ => None,
    });
    layers.min()
}

/// Names connections by the ends of their numbers again.
fn name_less(model: &mut Model) {
    let (world, now) = (&model.world, model.now);
    for layer in &mut model.layers {
        if let Layer::Consumption(state) = layer
            && state.whole_until.is_some()
        {
            state.mask(world, now);
            model.dirty = true;
        }
    }
}
