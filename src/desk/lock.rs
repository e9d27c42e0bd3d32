//! The lock of the screen: after a while without a key, or by key, nothing of a case is shown until
//! somebody presses a key and the session is still good. It hides and guards nothing else: over SSH
//! there is no password to ask for, and what the session may do it may do behind the lock.
//!
//! What goes on behind it (saves, the beat, an action on many) goes on.

use chrono::{DateTime, Utc};

use super::bulk;
use super::command::{Context, Id};
use super::effect::{Effect, Question, Reply, Slot, Ticket};
use super::habits::LockBy;
use super::key::{Input, Modifier};
use super::model::Model;
use super::privacy;
use crate::store::StoreError;

/// Whether the screen is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lock {
    /// It shows what there is.
    #[default]
    Open,
    /// It is locked.
    Shut {
        /// Since when (machine time).
        since: DateTime<Utc>,
        /// How far opening it is.
        stage: Stage,
    },
}

/// How far opening the lock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has pressed a key.
    Asleep,
    /// The database is asked whether the session is still good.
    Asking,
    /// It did not answer.
    Unanswered,
    /// It is not good any more.
    Refused,
    /// Somebody wants to leave, and cases are held: the same question as elsewhere, without their
    /// numbers.
    Leaving,
}

impl Lock {
    /// Whether nothing may be shown.
    pub fn is_shut(self) -> bool {
        self != Self::Open
    }

    fn put(&mut self, to: Stage) {
        if let Self::Shut { stage, .. } = self {
            *stage = to;
        }
    }
}

/// When the screen locks by itself (machine time).
pub fn due(model: &Model) -> Option<DateTime<Utc>> {
    let after = model.habits.lock_after?;
    (!model.lock.is_shut()).then_some(model.keyed_at + after)
}

/// Locks when its time has come, before anything else happens.
pub fn tend(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    match due(model) {
        Some(at) if at <= now => shut(model, now),
        _ => Vec::new(),
    }
}

/// Locks now.
pub fn shut(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    privacy::mask(model);
    model.dirty = true;
    if model.habits.lock == LockBy::Ending {
        // asked for once: the loop ends by it
        model.habits.lock_after = None;
        return vec![Effect::Quit];
    }
    model.ahead.clear();
    model.chord = None;
    model.lock = Lock::Shut {
        since: now,
        stage: Stage::Asleep,
    };
    Vec::new()
}

/// Something was pressed before the lock. It means nothing but that somebody is there; the keys that
/// leave, suspend and draw again work, as they show nothing.
pub fn pressed(model: &mut Model, input: &Input, now: DateTime<Utc>) -> Vec<Effect> {
    match meant(model, input) {
        Some(Id::Quit) => return leave(model),
        Some(Id::Suspend) => return vec![Effect::Suspend],
        Some(Id::Redraw) => return vec![Effect::Redraw],
        _ => {}
    }
    if matches!(model.lock, Lock::Shut { stage, .. } if stage == Stage::Asking) {
        return Vec::new();
    }
    model.lock.put(Stage::Asking);
    vec![model.world.ask(Slot::Session, Question::Session, now)]
}

/// Leave; with something in hand the second time only.
fn leave(model: &mut Model) -> Vec<Effect> {
    let is_asked = matches!(
        model.lock,
        Lock::Shut {
            stage: Stage::Leaving,
            ..
        }
    );
    let world = &model.world;
    if is_asked || (world.leases.is_empty() && !bulk::run::is_going(world)) {
        return vec![Effect::Quit];
    }
    model.lock.put(Stage::Leaving);
    Vec::new()
}

/// What a chord means in the list; plain keys mean nothing here.
fn meant(model: &Model, input: &Input) -> Option<Id> {
    let Input::Key(key) = input else {
        return None;
    };
    let command = model.keymap.command(Context::List, *key)?;
    (key.modifier == Modifier::Ctrl).then_some(command.id)
}

/// What an answer says of the session, for [`heard`].
pub fn news(ticket: Ticket, reply: &Reply) -> Option<Result<(), StoreError>> {
    match reply {
        Reply::Session(result) if ticket.slot == Slot::Session => {
            Some(result.as_ref().map(|_| ()).map_err(Clone::clone))
        }
        _ => None,
    }
}

/// The session is good, or not. Only who pressed a key is let in: a line that is back opens nothing.
pub fn heard(model: &mut Model, news: &Result<(), StoreError>, now: DateTime<Utc>) {
    let Lock::Shut { stage, .. } = model.lock else {
        return;
    };
    match (stage, news) {
        (Stage::Asking, Ok(())) => {
            model.lock = Lock::Open;
            model.keyed_at = now;
        }
        (Stage::Asking, Err(StoreError::Offline(_))) => model.lock.put(Stage::Unanswered),
        (Stage::Asleep | Stage::Leaving, Ok(())) | (_, Err(StoreError::Offline(_))) => {}
        (Stage::Unanswered | Stage::Refused, Ok(())) => model.lock.put(Stage::Asleep),
        (_, Err(_)) => model.lock.put(Stage::Refused),
    }
}
