//! What is said while the desk is locked: that it is, and how one goes on; of cases nothing. What
//! was said before stands where it was said: lines cannot be taken back.

use super::help;
use crate::desk::command::named;
use crate::desk::lock::{Lock, Stage};
use crate::desk::model::Model;
use crate::process;
use crate::text::format;

/// What is said of the lock as it is.
pub(super) fn said(model: &Model) -> Vec<String> {
    let Lock::Shut { since, stage } = model.lock else {
        return Vec::new();
    };
    let world = &model.world;
    let zone = world.zone(process::ALL.first().map_or("", |process| process.key));
    let since = format::clock(world.legal(since), zone);
    let quit = named("quit").map(|command| help::name(&world.texts, command));
    let held = world.leases.len().to_string();
    let quit = quit.as_deref().unwrap_or("");
    let values = [("since", &*since), ("quit", quit), ("n", &*held)];
    let key = match stage {
        Stage::Asleep => "plain.locked",
        Stage::Asking => return Vec::new(),
        Stage::Unanswered => "plain.lock_unanswered",
        Stage::Refused => "plain.lock_refused",
        Stage::Leaving => "plain.lock_leaving",
    };
    vec![world.texts.fill(key, &values)]
}
