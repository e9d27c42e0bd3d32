//! Whether a command is possible now, and if not, why: the texts `why.<key>`.

use super::model::Model;
use super::screen::Layer;
use super::world::Link;
use super::{preview, undo};
use crate::store::rows::{Role, WorkState};

/// Why a command is not possible now: the text `why.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why(pub &'static str);

/// The reason in words.
pub fn said(model: &Model, why: Why) -> String {
    let undo = model
        .current_case()
        .and_then(|case| undo::find(&model.world, case, model.now));
    match undo.and_then(|undo| undo.stands.as_ref()) {
        Some(refusal) if why == STANDS => preview::refusal(&model.world, refusal),
        _ => model.world.texts.get(&format!("why.{}", why.0)).to_owned(),
    }
}

/// Something stands against taking back, which the database names.
const STANDS: Why = Why("undo_stands");

/// A case whose last change can be taken back.
pub fn undoable(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    match undo::find(&model.world, case, model.now) {
        None if undo::is_coming(&model.world, case) => Ok(()),
        None => Err(Why("nothing_to_take_back")),
        Some(undo) if undo.stands.is_some() => Err(STANDS),
        Some(_) => Ok(()),
    }
}

/// Nothing hinders.
pub fn always(_: &Model) -> Result<(), Why> {
    Ok(())
}

/// The database answers.
pub fn live(model: &Model) -> Result<(), Why> {
    match model.world.link {
        Link::Live => Ok(()),
        Link::Connecting { .. } => Err(Why("connecting")),
        Link::Stale { .. } => Err(Why("offline")),
    }
}

/// The cursor stands on a case.
pub fn on_a_case(model: &Model) -> Result<(), Why> {
    model.current_case().map(|_| ()).ok_or(Why("no_case"))
}

/// A case that can be taken.
pub fn claimable(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    if model.world.leases.contains_key(&case) {
        return Err(Why("held_by_me"));
    }
    if is_auditor(model) {
        return Err(Why("auditor"));
    }
    match model.current_row().map(|row| row.work) {
        Some(WorkState::Held) => Err(Why("held_by_other")),
        Some(WorkState::Closed) => Err(Why("closed")),
        _ => Ok(()),
    }
}

/// A case that is mine.
pub fn held_by_me(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    if model.world.leases.contains_key(&case) {
        Ok(())
    } else {
        Err(Why("not_held_by_me"))
    }
}

/// A lead before a case.
pub fn lead_on_a_case(model: &Model) -> Result<(), Why> {
    on_a_case(model)?;
    match model.world.role() {
        Some(Role::Lead | Role::Admin) => Ok(()),
        _ => Err(Why("not_lead")),
    }
}

/// A form with a kept draft in it.
pub fn kept_draft(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        Some(Layer::Form(form)) if form.kept_at.is_some() => Ok(()),
        _ => Err(Why("no_draft")),
    }
}

/// A field with suggestions.
pub fn suggested(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        Some(Layer::Form(form))
            if form
                .entries
                .get(form.at)
                .is_some_and(|entry| !entry.suggestions().is_empty()) =>
        {
            Ok(())
        }
        _ => Err(Why("nothing_suggested")),
    }
}

fn is_auditor(model: &Model) -> bool {
    model.world.role() == Some(Role::Auditor)
}
