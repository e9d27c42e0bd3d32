//! What an installer's notification shows of its own: its title, and the mandatory fields that are
//! still empty (ELS-08, ELS-25).

use ratatui::text::Line;

use super::paint::Paint;
use super::theme::Role;
use crate::desk::effect::Loaded;
use crate::desk::preview;
use crate::process::Key;
use crate::process::field::Value;
use crate::process::notification::{NOTIFICATION, WRITING, missing};

/// `<type> - <job type>, <state>`; nothing of another process.
pub(super) fn title(paint: &Paint<'_, '_>, loaded: &Loaded) -> Option<String> {
    let facts = &loaded.detail.facts;
    if facts.process != NOTIFICATION.key {
        return None;
    }
    let word = |fact: &str| {
        let key = facts.facts.get(fact).and_then(Value::as_code)?;
        let said = preview::word(&paint.model.world, fact, key);
        Some(said.unwrap_or_else(|| key.to_owned()))
    };
    let state = preview::state(&paint.model.world, &facts.process, &facts.state);
    let (kind, job) = (word("installation_type")?, word("job_type")?);
    Some(format!("{kind} - {job}, {state}"))
}

/// How many mandatory fields are empty, and which: with a sign of its own, not by colour alone. Said
/// as long as the installer can fill them.
pub(super) fn lacks(paint: &Paint<'_, '_>, loaded: &Loaded, columns: usize) -> Vec<Line<'static>> {
    let facts = &loaded.detail.facts;
    if facts.process != NOTIFICATION.key || !WRITING.contains(&facts.state.as_str()) {
        return Vec::new();
    }
    let said = missing_said(paint, &missing(&facts.facts));
    said.map_or_else(Vec::new, |said| paint.wrapped(Role::Late, &said, columns))
}

/// The sentence about those fields, where there are any.
pub(super) fn missing_said(paint: &Paint<'_, '_>, missing: &[Key]) -> Option<String> {
    if missing.is_empty() {
        return None;
    }
    let names = missing
        .iter()
        .map(|key| paint.text(&format!("field.{key}")));
    let names = names.collect::<Vec<_>>().join(", ");
    let count = missing.len().to_string();
    let values = [("count", count.as_str()), ("fields", &names)];
    Some(paint.fill("detail.missing_fields", &values))
}
