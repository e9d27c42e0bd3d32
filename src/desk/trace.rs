//! What happened at the desk, step by step, for a report of a crash: kinds and ids, never what was
//! typed, read or shown.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::effect::{Effect, Reply, Ticket};
use super::key::{Input, Mouse};
use super::model::Model;
use super::msg::Msg;
use crate::store::StoreError;

/// One message and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When (machine time).
    pub at: DateTime<Utc>,
    /// Where keys were pressed: key of the context.
    pub place: String,
    /// What happened.
    pub what: String,
    /// What was to be done then; empty when the step never ended.
    pub then: Vec<String>,
    /// Whether the step came to its end.
    pub ended: bool,
}

/// The step of a message that is about to be taken in.
pub fn step(model: &Model, msg: &Msg, now: DateTime<Utc>) -> Step {
    Step {
        at: now,
        place: model.context().key().to_owned(),
        what: what(model, msg),
        then: Vec::new(),
        ended: false,
    }
}

impl Step {
    /// Whether both are the same beat or waking, and nothing came of this one.
    pub fn is_like(&self, next: &Self) -> bool {
        let is_quiet = self.ended && self.then.is_empty();
        is_quiet && self.what == next.what && ["beat", "wake"].contains(&self.what.as_str())
    }

    /// It was taken in, with these effects.
    pub fn end(&mut self, effects: &[Effect]) {
        self.ended = true;
        self.then = effects.iter().map(effect).collect();
    }
}

fn what(model: &Model, msg: &Msg) -> String {
    match msg {
        Msg::Start => "start".to_owned(),
        Msg::Wake => "wake".to_owned(),
        Msg::Line => "line".to_owned(),
        Msg::Resumed => "resumed".to_owned(),
        Msg::Stop => "stop".to_owned(),
        Msg::Beat(beat) => match beat.as_ref() {
            Ok(_) => "beat".to_owned(),
            Err(why) => format!("beat failed: {}", failure(why)),
        },
        Msg::Input(given) => input(model, given),
        Msg::Reply(ticket, reply) => answer(*ticket, reply),
    }
}

/// The command of a key; of text only that there was some.
fn input(model: &Model, input: &Input) -> String {
    match input {
        Input::Key(key) => match model.keymap.command(model.context(), *key) {
            Some(command) => format!("key {}", command.name),
            None if key.typed().is_some() => "typed".to_owned(),
            None => "key without a meaning".to_owned(),
        },
        Input::Paste(_) => "paste".to_owned(),
        Input::Resize(columns, rows) => format!("resize {columns}x{rows}"),
        Input::Mouse(Mouse::Click(at)) => format!("click {},{}", at.column, at.row),
        Input::Mouse(Mouse::WheelUp(_) | Mouse::WheelDown(_)) => "wheel".to_owned(),
    }
}

fn answer(ticket: Ticket, reply: &Reply) -> String {
    let failed = match reply {
        Reply::File(_) => ", no file".to_owned(),
        other => match other.error() {
            Some(why) => format!(" failed: {}", failure(why)),
            None => String::new(),
        },
    };
    format!("answer {}{failed}", of_slot(ticket))
}

/// Slots hold kinds and ids only.
fn of_slot(ticket: Ticket) -> String {
    format!("{:?} #{}", ticket.slot, ticket.number)
}

/// The kind of an error; of a refusal its key.
fn failure(error: &StoreError) -> String {
    match error {
        StoreError::Offline(_) => "offline".to_owned(),
        StoreError::Stale => "stale".to_owned(),
        StoreError::LeaseLost { .. } => "lease lost".to_owned(),
        StoreError::SessionLost => "session lost".to_owned(),
        StoreError::NotAnAgent(_) => "not an agent".to_owned(),
        StoreError::Reused => "reused".to_owned(),
        StoreError::Refused(refusal) => format!("refused {}", refusal.key),
        StoreError::Bug(_) => "unexpected answer".to_owned(),
    }
}

fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Go(_) => "go".to_owned(),
        Effect::Ask(ticket, _) => format!("ask {}", of_slot(*ticket)),
        Effect::Write(ticket, _) => format!("write {}", of_slot(*ticket)),
        Effect::Save(ticket, _) => format!("save {}", of_slot(*ticket)),
        Effect::Names(ticket, _) | Effect::Probe(ticket, _) => {
            format!("look for {}", of_slot(*ticket))
        }
        Effect::Copy(_) => "copy".to_owned(),
        Effect::Mouse(on) => format!("mouse {on}"),
        Effect::Theme(name) => format!("theme {name}"),
        Effect::Redraw => "redraw".to_owned(),
        Effect::Suspend => "suspend".to_owned(),
        Effect::Quit => "quit".to_owned(),
    }
}
