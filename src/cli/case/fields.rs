//! The fields of an action, for somebody who does not know them yet.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Counter;
use crate::cli::{CliError, Exit, words};
use crate::domain::form::Part;
use crate::process::field::{Field, FieldKind, Required};
use crate::text::Texts;

/// A field as JSON.
#[derive(Serialize)]
struct FieldLine<'a> {
    field: &'a str,
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<&'static str>,
    required: String,
    choices: Vec<&'a str>,
    preset: Option<&'a str>,
}

/// What is missing, as JSON.
#[derive(Serialize)]
struct Wanted<'a> {
    action: &'a str,
    missing: Option<&'a str>,
    fields: Vec<FieldLine<'a>>,
}

fn choices(kind: FieldKind) -> Vec<&'static str> {
    match kind.of_one() {
        FieldKind::Choice(keys) => keys.to_vec(),
        FieldKind::YesNo => vec!["yes", "no"],
        _ => Vec::new(),
    }
}

/// The kind in words; of a list what it lists.
fn kind(kind: FieldKind, texts: &Texts) -> String {
    let name = |kind: FieldKind| texts.say(&format!("case.kind.{}", kind.name()));
    match kind {
        FieldKind::List(of) => texts.fill("case.kind.list", &[("kind", &name(*of))]),
        kind => name(kind),
    }
}

/// What a field is called: by its form where that is data, else by the texts.
fn name<'a>(field: &Field, texts: &'a Texts) -> &'a str {
    let text = || texts.find(&format!("field.{}", field.key));
    let label = field.label(texts.lang());
    label.or_else(text).unwrap_or(field.key)
}

/// The kind, with unit and range where a form says them.
fn with_range(field: &Field, kind: String) -> String {
    match field
        .part
        .map(Part::range)
        .filter(|range| !range.is_empty())
    {
        Some(range) => format!("{kind}, {range}"),
        None => kind,
    }
}

/// When a field must be filled. Of two of which one is enough each is needed without the other.
fn needed(field: &Field, fields: &[&Field]) -> Required {
    let instead = fields.iter().find_map(|other| match other.required {
        Required::IfEmpty(key, rule) if key == field.key => Some((other.key, rule)),
        _ => None,
    });
    match (field.required, instead) {
        (Required::No, Some((other, rule))) => Required::IfEmpty(other, rule),
        (required, _) => required,
    }
}

/// An instant that must be known is now when it is left out.
fn required(field: &Field, fields: &[&Field], texts: &Texts) -> String {
    match needed(field, fields) {
        Required::Always if field.is_now_by_default() => texts.get("case.required.now").to_owned(),
        Required::Always => texts.get("case.required.always").to_owned(),
        Required::No => texts.get("case.required.no").to_owned(),
        Required::If(other, value) => {
            texts.fill("case.required.if", &[("other", other), ("value", value)])
        }
        Required::IfAny(other, values) => {
            let value = values.join(" | ");
            texts.fill("case.required.if", &[("other", other), ("value", &value)])
        }
        Required::IfEmpty(other, _) => texts.fill("case.required.if_empty", &[("other", other)]),
    }
}

impl Counter<'_> {
    /// Lists the fields of an action; to standard error for a person, who asked for something else.
    pub(super) fn wanted(
        &self,
        action: &str,
        missing: Option<&str>,
        fields: &[&'static Field],
    ) -> Result<CliError, CliError> {
        let texts = &self.shell.texts;
        if self.json {
            let fields = fields
                .iter()
                .map(|field| field_line(field, fields, texts))
                .collect();
            self.shell.json(&Wanted {
                action,
                missing,
                fields,
            })?;
            return Ok(CliError::Told(Exit::Usage));
        }
        let rows: Vec<Vec<String>> = fields
            .iter()
            .map(|field| row(&self.shell.texts, field, fields))
            .collect();
        for line in words::columns(&rows) {
            crate::cli::shell::error(&format!("  {line}"));
        }
        Ok(CliError::Told(Exit::Usage))
    }
}

/// A field in columns: key, name, kind, when it is needed, choices.
pub(in crate::cli) fn row(texts: &Texts, field: &Field, fields: &[&Field]) -> Vec<String> {
    vec![
        field.key.to_owned(),
        name(field, texts).to_owned(),
        with_range(field, kind(field.kind, texts)),
        required(field, fields, texts),
        choices(field.kind).join(" | "),
    ]
}

/// Instants as the parser of fields reads them.
pub(super) fn instant(raw: &str, process: &str) -> Result<DateTime<Utc>, CliError> {
    use crate::process::engine::{Answer, Refusal};
    static FIELD: Field = Field::always("received_at", FieldKind::Instant);
    match FIELD.parse(raw, words::country_of(process))? {
        Answer::Value(value) => value.as_instant(),
        Answer::Free(_) => None,
    }
    .ok_or_else(|| Refusal::new("not_an_instant").about("received_at").into())
}

fn field_line<'a>(field: &'static Field, fields: &[&Field], texts: &'a Texts) -> FieldLine<'a> {
    let name = name(field, texts);
    let required = match needed(field, fields) {
        Required::Always => String::from("always"),
        Required::No => String::from("no"),
        Required::If(other, value) => format!("if {other}={value}"),
        Required::IfAny(other, values) => format!("if {other}={}", values.join("|")),
        Required::IfEmpty(other, _) => format!("if {other} is empty"),
    };
    let (kind, choices) = (field.kind.name(), choices(field.kind));
    let of = match field.kind {
        FieldKind::List(kind) => Some(kind.name()),
        _ => None,
    };
    FieldLine {
        field: field.key,
        name,
        kind,
        of,
        required,
        choices,
        preset: field.preset,
    }
}
