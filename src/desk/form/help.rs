//! What a form says of a field beyond its name.

use crate::domain::form::Part;
use crate::process::Field;
use crate::text::Texts;

/// What is said of a field: its own help, that of its kind, unit and range.
pub(super) fn of(texts: &Texts, field: &Field) -> String {
    let keys = [
        format!("field.{}.help", field.key),
        format!("kind.{}.help", field.kind.name()),
    ];
    let found = keys.iter().filter_map(|key| texts.find(key));
    let range = field
        .part
        .map(Part::range)
        .filter(|range| !range.is_empty());
    let range = range.map(|range| texts.fill("form.range", &[("range", &range)]));
    let own = field.part.map(|part| part.help(texts.lang()));
    let helps = own.into_iter().chain(found).chain(range.as_deref());
    let helps: Vec<&str> = helps.filter(|help| !help.is_empty()).collect();
    helps.join(" ")
}
