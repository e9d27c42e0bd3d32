//! What an installer's notification shows of its own: its title, and the mandatory fields that are
//! still empty (ELS-08, ELS-25).

use ratatui::text::Line;

use super::paint::Paint;
use super::theme::Role;
use crate::desk::effect::Loaded;
use crate::desk::preview;
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
        let texts = &paint.model.world.texts;
        let listed = paint.model.world.lists.name(fact, key, texts.lang());
        let known = texts.find(&format!("choice.{fact}.{key}"));
        Some(listed.unwrap_or_else(|| known.unwrap_or(key).to_owned()))
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
    let missing = missing(&facts.facts);
    if missing.is_empty() {
        return Vec::new();
    }
    let names = missing
        .iter()
        .map(|key| paint.text(&format!("field.{key}")));
    let names = names.collect::<Vec<_>>().join(", ");
    let count = missing.len().to_string();
    let said = paint.fill(
        "detail.missing_fields",
        &[("count", &count), ("fields", &names)],
    );
    paint.wrapped(Role::Late, &said, columns)
}
