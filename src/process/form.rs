//! A form that is data, as the fields that an action asks (TLM-10): the same engine, screen and command
//! line serve them and the fields of the tables.
//!
//! A version of a form stands for ever, so its fields are made once and kept as long as the program
//! runs; the same form is the same fields.
//!
//! This module must not know: where forms are stored, which version a case has.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use super::engine::{CaseFacts, Refusal};
use super::field::{Asked, Field, FieldKind, Required, Value};
use super::{Action, Key};
use crate::domain::form::{Form, Part, PartKind, Wrong};

/// The fact with the version under which a form was filled in.
pub const VERSION: Key = "form_version";
/// The fact with the names of the fields that were filled in.
pub const FILLED: Key = "form_filled";

/// The form of a case, in the version of its receipt. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct CaseForm(&'static Asking);

#[derive(Debug)]
struct Asking {
    form: Form,
    fields: Vec<&'static Field>,
}

/// Every form that was met so far. A database has few versions, each of at most 100 kB.
static KNOWN: Mutex<Vec<&'static Asking>> = Mutex::new(Vec::new());

impl CaseForm {
    /// The form as fields.
    pub fn of(form: Form) -> Self {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.iter().find(|asking| asking.form == form) {
            return Self(found);
        }
        let fields = form.parts.iter().map(|part| field(&form.key, part));
        let fields = fields.collect();
        let asking: &'static Asking = Box::leak(Box::new(Asking { form, fields }));
        known.push(asking);
        Self(asking)
    }

    /// The form itself.
    pub fn form(self) -> &'static Form {
        &self.0.form
    }

    /// Its fields; their keys begin with the name of the form and a point.
    pub fn fields(self) -> &'static [&'static Field] {
        &self.0.fields
    }

    /// The field of that key.
    pub fn field(self, key: &str) -> Option<&'static Field> {
        self.0.fields.iter().copied().find(|field| field.key == key)
    }
}

impl PartialEq for CaseForm {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for CaseForm {}

impl Serialize for CaseForm {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let form = self.form();
        json!({ "form": form.key, "version": form.version, "body": form.body() }).serialize(to)
    }
}

/// The form in what the database says of a case; none when there is none, or none that this program can
/// read: the case can be looked at all the same.
pub fn lenient<'de, D: Deserializer<'de>>(from: D) -> Result<Option<CaseForm>, D::Error> {
    let Some(stored) = Option::<Json>::deserialize(from)? else {
        return Ok(None);
    };
    let version = stored["version"].as_i64();
    let read = stored["form"]
        .as_str()
        .zip(version.and_then(|version| i32::try_from(version).ok()))
        .and_then(|(key, version)| Form::from_json(key, version, &stored["body"]).ok());
    Ok(read.map(CaseForm::of))
}

fn leak(text: &str) -> Key {
    Box::leak(text.to_owned().into_boxed_str())
}

fn keys<'p>(keys: impl Iterator<Item = &'p String>) -> &'static [Key] {
    let keys: Vec<Key> = keys.map(|key| leak(key)).collect();
    Box::leak(keys.into_boxed_slice())
}

fn field(form: &str, part: &Part) -> &'static Field {
    let key = leak(&format!("{form}.{}", part.key));
    let kind = match part.kind {
        PartKind::Code => FieldKind::Code,
        PartKind::Number => FieldKind::Number,
        PartKind::Date => FieldKind::Date,
        PartKind::YesNo => FieldKind::YesNo,
        PartKind::Choice => FieldKind::Choice(keys(part.choices.iter().map(|one| &one.key))),
        PartKind::Ean => FieldKind::Ean,
    };
    let required = match &part.required_if {
        _ if part.required => Required::Always,
        Some(when) => {
            let other = leak(&format!("{form}.{}", when.field));
            Required::IfAny(other, keys(when.is.iter()))
        }
        None => Required::No,
    };
    Box::leak(Box::new(Field {
        key,
        kind,
        required,
        preset: None,
        asked: Asked::Yes,
        like: Some(key),
        part: Some(Box::leak(Box::new(part.clone()))),
    }))
}

impl Action {
    /// What it asks of that case: its own fields, then those of the form.
    pub fn asked(&self, case: &CaseFacts) -> Cow<'static, [&'static Field]> {
        match (self.form, case.form) {
            (Some(key), Some(form)) if form.form().key == key => {
                Cow::Owned([self.fields, form.fields()].concat())
            }
            _ => Cow::Borrowed(self.fields),
        }
    }
}

impl CaseFacts {
    /// What a fact or an answer of the form of the case is called in that language.
    pub fn named(&self, key: &str, lang: &str) -> Option<&'static str> {
        self.form?.field(key)?.label(lang)
    }

    /// The value of one as that language says it: a choice by its label, a number with its unit.
    pub fn said(&self, key: &str, value: &Value, lang: &str) -> Option<String> {
        if key == FILLED {
            let names = value.all().iter().filter_map(Value::as_code);
            let names: Vec<&str> = names.filter_map(|key| self.named(key, lang)).collect();
            return Some(names.join(", "));
        }
        let part = self.form?.field(key)?.part?;
        let code = value.as_code()?;
        let unit = part.unit.as_deref().map(|unit| format!("{code} {unit}"));
        let choice = part.choice(code, lang).map(str::to_owned);
        choice.or(unit)
    }
}

impl Field {
    /// What it is called in that language, when a form says so; else the text `field.<key>` does.
    pub fn label(&self, lang: &str) -> Option<&'static str> {
        self.part.map(|part| part.label(lang))
    }

    /// The value as the form keeps it.
    ///
    /// # Errors
    /// What the form does not take, with its limits.
    pub(super) fn within(&self, value: Value) -> Result<Value, Refusal> {
        let Some(part) = self.part else {
            return Ok(value);
        };
        let read = match &value {
            Value::Bool(yes) => part.read(if *yes { "yes" } else { "no" }),
            Value::Code(code) => part.read(code),
            _ => Err(Wrong::Form),
        };
        match (read, value) {
            (Ok(_), yes @ Value::Bool(_)) => Ok(yes),
            (Ok(code), _) => Ok(Value::Code(code)),
            (Err(wrong), _) => Err(refusal(part, wrong)),
        }
    }
}

fn refusal(part: &Part, wrong: Wrong) -> Refusal {
    match (wrong, part.kind) {
        (Wrong::Range, _) => Refusal::new("out_of_range").with("range", &part.range()),
        (Wrong::Length, _) => {
            let most = part.max_length.unwrap_or_default();
            Refusal::new("code_too_long").with("max", &most.to_string())
        }
        (Wrong::Form, PartKind::Number) => {
            let decimals = part.decimals.to_string();
            Refusal::new("not_a_number").with("decimals", &decimals)
        }
        (Wrong::Form, PartKind::Code) => Refusal::new("not_a_code"),
        (Wrong::Form, PartKind::Date) => Refusal::new("not_a_date"),
        (Wrong::Form, PartKind::YesNo) => Refusal::new("not_yes_no"),
        (Wrong::Form, PartKind::Ean) => Refusal::new("not_an_ean"),
        (Wrong::Form, PartKind::Choice) => {
            let keys: Vec<&str> = part.choices.iter().map(|one| one.key.as_str()).collect();
            Refusal::new("not_a_choice").with("choices", &keys.join(", "))
        }
    }
    .by_rule("TLM-10")
}
