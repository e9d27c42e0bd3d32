//! Whether a form can be asked: each fault is named with the field and the line where it stands.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Form, LANGUAGES, LONGEST, Part, PartKind, When, Words, scaled};
use crate::domain::sanitize;

/// The longest source of a form, in bytes.
pub const SOURCE_MAX: usize = 100_000;
/// Most fields: what is filled in is listed, and a list has an end.
const PARTS_MAX: usize = 50;
/// Most choices of one field.
const CHOICES_MAX: usize = 40;
/// Longest name, label, help and unit, in characters.
const KEY_MAX: usize = 26;
const LABEL_MAX: usize = 60;
const HELP_MAX: usize = 200;
const UNIT_MAX: usize = 12;
/// Most decimals of a number.
pub const DECIMALS_MAX: u8 = 6;

/// The body of a form, as a file and the database hold it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    fields: Vec<Part>,
}

/// What is wrong with a form itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Longer than any form is: nobody reads it.
    #[error("longer than {SOURCE_MAX} bytes")]
    TooLarge,
    /// Not of the shape of a form; the parser says where.
    #[error("not a form: {0}")]
    Shape(String),
    /// No field, or too many.
    #[error("a form has 1 to {PARTS_MAX} fields, this one has {0}")]
    Count(usize),
    /// A field that cannot be.
    #[error("field {field}: {fault:?}")]
    Part {
        /// The line where it begins, from 1, where that is known.
        line: Option<usize>,
        /// The field.
        field: String,
        /// What is wrong with it.
        fault: Fault,
    },
}

/// What can be wrong with a field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its name, or that of a choice, is not of small letters, digits and `_`, or too long.
    Key,
    /// Another one has that name.
    Twice,
    /// A label is missing in a language, too long, or has signs that no screen shows.
    Label,
    /// A choice without choices, too many or one twice, or choices of something else.
    Choices,
    /// Unit, decimals or range of something that is no number, or a length of what is no code.
    NotOfType,
    /// A least or greatest that is no number, or the least above the greatest.
    Range,
    /// Needed always and because of another field.
    NeededTwice,
    /// Needed because of a field that does not stand before it; so none waits for itself.
    NeededLater,
    /// Needed because of a value that the other field never has.
    NeededValue,
}

impl Form {
    /// A form from a file.
    ///
    /// # Errors
    /// The first fault, in the order of the fields.
    pub fn from_toml(key: &str, version: i32, source: &str) -> Result<Self, FormError> {
        if source.len() > SOURCE_MAX {
            return Err(FormError::TooLarge);
        }
        let body: Body = toml::from_str(source).map_err(|error| shape(&error.to_string()))?;
        checked(key, version, body).map_err(|error| error.in_source(source))
    }

    /// A form from the database: its body is `{"fields": […]}`.
    ///
    /// # Errors
    /// As [`Self::from_toml`], without lines.
    pub fn from_json(key: &str, version: i32, body: &serde_json::Value) -> Result<Self, FormError> {
        let body = Body::deserialize(body).map_err(|error| shape(&error.to_string()))?;
        checked(key, version, body)
    }
}

/// What a parser says, fit for a terminal.
fn shape(said: &str) -> FormError {
    let said: String = said.chars().take(600).collect();
    FormError::Shape(sanitize::clean_multiline(&said).trim().to_owned())
}

impl FormError {
    /// With the line where the field begins.
    fn in_source(self, source: &str) -> Self {
        let Self::Part { field, fault, .. } = self else {
            return self;
        };
        let names = |line: &str| {
            let (name, value) = line.split_once('=').unwrap_or_default();
            let value = value.split('#').next().unwrap_or_default().trim();
            name.trim() == "key" && value.trim_matches(['"', '\'']) == field
        };
        let mut lines = source.lines().enumerate();
        // of two with one name the second is wrong
        let line = match fault {
            Fault::Twice => lines.filter(|(_, line)| names(line)).nth(1),
            _ => lines.find(|(_, line)| names(line)),
        };
        Self::Part {
            line: line.map(|(number, _)| number + 1),
            field: sanitize::clean(&field).chars().take(40).collect(),
            fault,
        }
    }
}

fn checked(key: &str, version: i32, body: Body) -> Result<Form, FormError> {
    let parts = body.fields;
    if parts.is_empty() || parts.len() > PARTS_MAX {
        return Err(FormError::Count(parts.len()));
    }
    let mut earlier: BTreeMap<&str, &Part> = BTreeMap::new();
    for part in &parts {
        let fault = if earlier.contains_key(part.key.as_str()) {
            Some(Fault::Twice)
        } else {
            fault(part, &earlier)
        };
        if let Some(fault) = fault {
            return Err(FormError::Part {
                line: None,
                field: part.key.clone(),
                fault,
            });
        }
        earlier.insert(&part.key, part);
    }
    Ok(Form {
        key: key.to_owned(),
        version,
        parts,
    })
}

fn fault(part: &Part, earlier: &BTreeMap<&str, &Part>) -> Option<Fault> {
    let faults = [
        (!is_key(&part.key), Fault::Key),
        (!is_said(&part.label, LABEL_MAX), Fault::Label),
        (
            !part.help.is_empty() && !is_said(&part.help, HELP_MAX),
            Fault::Label,
        ),
    ];
    let found = faults.iter().find(|(is_wrong, _)| *is_wrong);
    found
        .map(|(_, fault)| *fault)
        .or_else(|| of_choices(part))
        .or_else(|| of_type(part))
        .or_else(|| of_need(part, earlier))
}

fn is_key(key: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.len() <= KEY_MAX
        && key.chars().all(is_sign)
}

/// In all languages and no other, each short and fit for a screen.
fn is_said(words: &Words, max: usize) -> bool {
    let is_fit = |text: &String| {
        let is_short = text.chars().count() <= max;
        is_short && !text.trim().is_empty() && sanitize::clean(text) == *text
    };
    let mut languages = LANGUAGES.iter();
    words.len() == LANGUAGES.len() && languages.all(|lang| words.get(*lang).is_some_and(is_fit))
}

fn of_choices(part: &Part) -> Option<Fault> {
    if (part.kind == PartKind::Choice) == part.choices.is_empty()
        || part.choices.len() > CHOICES_MAX
    {
        return Some(Fault::Choices);
    }
    for (place, choice) in part.choices.iter().enumerate() {
        if !is_key(&choice.key) {
            return Some(Fault::Key);
        }
        if part.choices[..place]
            .iter()
            .any(|one| one.key == choice.key)
        {
            return Some(Fault::Choices);
        }
        if !is_said(&choice.label, LABEL_MAX) {
            return Some(Fault::Label);
        }
    }
    None
}

fn of_type(part: &Part) -> Option<Fault> {
    let bounds = [&part.min, &part.max];
    let is_measured =
        part.decimals > 0 || part.unit.is_some() || bounds.iter().any(|bound| bound.is_some());
    let is_number = part.kind == PartKind::Number;
    if is_measured && !is_number || part.max_length.is_some() && part.kind != PartKind::Code {
        return Some(Fault::NotOfType);
    }
    let is_unit =
        |unit: &String| unit.chars().count() <= UNIT_MAX && sanitize::clean(unit) == *unit;
    if !part.unit.as_ref().is_none_or(is_unit) {
        return Some(Fault::Label);
    }
    let read = |bound: &Option<String>| bound.as_ref().map(|text| scaled(text, part.decimals));
    let limits = bounds.map(read);
    let is_wrong = match limits {
        [Some(None), _] | [_, Some(None)] => true,
        [Some(Some(min)), Some(Some(max))] => min > max,
        _ => false,
    };
    let is_long = part
        .max_length
        .is_some_and(|length| length == 0 || length > LONGEST);
    (is_wrong || is_long || part.decimals > DECIMALS_MAX).then_some(Fault::Range)
}

fn of_need(part: &Part, earlier: &BTreeMap<&str, &Part>) -> Option<Fault> {
    let When { field, is } = part.required_if.as_ref()?;
    if part.required {
        return Some(Fault::NeededTwice);
    }
    let Some(other) = earlier.get(field.as_str()) else {
        return Some(Fault::NeededLater);
    };
    let is_value = |value: &String| match other.kind {
        PartKind::YesNo => value == "yes" || value == "no",
        PartKind::Choice => other.choices.iter().any(|choice| choice.key == *value),
        _ => false,
    };
    (is.is_empty() || !is.iter().all(is_value)).then_some(Fault::NeededValue)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = r#"label = { en = "a", nl = "a", nb = "a", sv = "a" }"#;

    fn fault_of(source: &str) -> (Option<usize>, String, Fault) {
        match Form::from_toml("x", 1, source) {
            Err(FormError::Part { line, field, fault }) => (line, field, fault),
            other => panic!("{other:?}"),
        }
    }

    fn field(key: &str, rest: &str) -> String {
        format!("[[fields]]\nkey = \"{key}\"\n{LABEL}\n{rest}\n")
    }

    /// TLM-10: what comes with the program can be asked, and comes back from the database the same.
    #[test]
    fn tlm_10_the_builtin_forms_are_forms() {
        for key in Form::builtin_keys() {
            let form = Form::builtin(key).unwrap().unwrap();
            assert_eq!(Form::from_json(key, 1, &form.body()), Ok(form.clone()));
            assert_eq!(Form::from_toml(key, 1, &form.to_toml()), Ok(form));
        }
        assert_eq!(Form::builtin("nothing"), Ok(None));
    }

    /// TLM-10: the same name twice is refused, at the second one.
    #[test]
    fn tlm_10_a_name_stands_once() {
        let source = format!(
            "{}{}",
            field("a", "type = \"date\""),
            field("a", "type = \"date\"")
        );
        assert_eq!(fault_of(&source), (Some(6), "a".to_owned(), Fault::Twice));
    }

    /// TLM-10: fields that need each other, or themselves, are refused by name.
    #[test]
    fn tlm_10_no_field_waits_for_itself() {
        let needs = |key: &str, other: &str| {
            let when = format!("required_if = {{ field = \"{other}\", is = [\"yes\"] }}");
            field(key, &format!("type = \"yes_no\"\n{when}"))
        };
        let cycle = format!("{}{}", needs("a", "b"), needs("b", "a"));
        let (line, name, fault) = fault_of(&cycle);
        assert_eq!((line, &*name, fault), (Some(2), "a", Fault::NeededLater));
        assert_eq!(fault_of(&needs("a", "a")).2, Fault::NeededLater);
    }

    /// TLM-10: each fault has its name.
    #[test]
    fn tlm_10_faults_are_named() {
        let first = field("a", "type = \"yes_no\"");
        let when = |value: &str| {
            let when = format!("required_if = {{ field = \"a\", is = [{value}] }}");
            format!("{first}{}", field("b", &format!("type = \"date\"\n{when}")))
        };
        let number = |rest: &str| field("b", &format!("type = \"number\"\n{rest}"));
        for (source, expected) in [
            (field("A", "type = \"date\""), Fault::Key),
            (field("", "type = \"date\""), Fault::Key),
            (field(&"a".repeat(27), "type = \"date\""), Fault::Key),
            (when("\"maybe\""), Fault::NeededValue),
            (when(""), Fault::NeededValue),
            (
                format!("{}required = true\n", when("\"yes\"")),
                Fault::NeededTwice,
            ),
            (field("b", "type = \"choice\""), Fault::Choices),
            (
                field("b", "type = \"date\"\nunit = \"kW\""),
                Fault::NotOfType,
            ),
            (number("max_length = 3"), Fault::NotOfType),
            (number("min = \"2\"\nmax = \"1\""), Fault::Range),
            (number("min = \"-1\""), Fault::Range),
            (number("min = \"0.5\""), Fault::Range),
            (number("decimals = 7"), Fault::Range),
            (number("unit = \"k\\u001bW\""), Fault::Label),
            (field("b", "type = \"code\"\nmax_length = 0"), Fault::Range),
        ] {
            assert_eq!(fault_of(&source).2, expected, "{source}");
        }
        let german = field("b", "type = \"date\"").replace("sv", "de");
        assert_eq!(fault_of(&german).2, Fault::Label);
        let hidden = field("b", "type = \"date\"").replace("\"a\", nl", "\"a\\u202e\", nl");
        assert_eq!(fault_of(&hidden).2, Fault::Label);
    }

    /// TLM-10: what is no form is refused without reading on.
    #[test]
    fn tlm_10_hostile_files_are_refused() {
        let huge = "a".repeat(10 * 1024 * 1024);
        assert_eq!(Form::from_toml("x", 1, &huge), Err(FormError::TooLarge));
        assert_eq!(
            Form::from_toml("x", 1, "fields = []"),
            Err(FormError::Count(0))
        );
        let many: String = (0..51)
            .map(|n| field(&format!("f{n}"), "type = \"date\""))
            .collect();
        assert_eq!(Form::from_toml("x", 1, &many), Err(FormError::Count(51)));
        for source in [
            "fields = 3".to_owned(),
            "nothing".to_owned(),
            "x = 1\nfields = []".to_owned(),
            field("a", "type = \"number\"\nmin = 5"),
            field("a", "type = \"colour\""),
            field("a", "type = \"date\"\nshown = true"),
            field("a", "type = \"date\"\nrequired = \"yes\""),
            field("a", "type = \"date\"\ntype = \"date\""),
            "[[fields]]\nkey = 3".to_owned(),
        ] {
            let Err(FormError::Shape(said)) = Form::from_toml("x", 1, &source) else {
                panic!("{source}");
            };
            assert!(said.contains("line"), "{said}");
        }
    }
}
