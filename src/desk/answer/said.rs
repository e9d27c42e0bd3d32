//! What the database said that is no answer, in words.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::desk::preview;
use crate::desk::screen::send;
use crate::desk::toast::Tone;
use crate::desk::world::World;
use crate::store::StoreError;

/// Say it.
pub(in crate::desk) fn say_error(world: &mut World, error: &StoreError, now: DateTime<Utc>) {
    let said = error_said(world, error, now);
    world.toasts.say(Tone::Warning, said, now);
}

/// What the database said, in words.
pub(in crate::desk) fn error_said(world: &World, error: &StoreError, now: DateTime<Utc>) -> String {
    let texts = Arc::clone(&world.texts);
    match error {
        StoreError::Offline(_) => {
            let since = send::offline_since(world, now);
            texts.fill("trouble.offline", &[("since", &since)])
        }
        StoreError::Stale => texts.get("trouble.stale").to_owned(),
        StoreError::LeaseLost {
            holder: Some(holder),
        } => texts.fill("trouble.lost_to", &[("holder", holder)]),
        StoreError::LeaseLost { holder: None } => texts.get("trouble.lost").to_owned(),
        StoreError::SessionLost => texts.get("trouble.session").to_owned(),
        StoreError::Reused => texts.get("trouble.reused").to_owned(),
        StoreError::Refused(refusal) => preview::refusal(world, refusal),
        StoreError::NotAnAgent(role) => texts.fill("trouble.not_an_agent", &[("role", role)]),
        StoreError::Bug(said) => texts.fill("trouble.bug", &[("said", said)]),
    }
}
