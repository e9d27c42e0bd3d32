//! Why a line was not taken, as data; the words are looked up when the report is shown.

use std::collections::BTreeMap;

use crate::process::engine::Refusal;

/// Values of a refusal that are our own words, and not something from a file.
const OURS: &[&str] = &["choices", "field", "other", "clock", "state", "action"];

/// The reason of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Key of the text, whole: `import.refused.json`, `refusal.unknown_ean`.
    pub text: String,
    /// The rule that says so, or empty.
    pub rule: String,
    /// Values for the text.
    pub args: BTreeMap<String, String>,
}

impl Refused {
    /// One of the reasons that the importer itself has.
    pub fn new(key: &str) -> Self {
        Self {
            text: format!("import.refused.{key}"),
            rule: String::new(),
            args: BTreeMap::new(),
        }
    }

    /// With a value for the text, cleaned and cut: it goes to terminals and logs.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.args.insert(name.to_owned(), excerpt(value));
        self
    }

    /// With a word of our own, whole: the list of what would have been right.
    #[must_use]
    pub fn with_ours(mut self, name: &str, value: &str) -> Self {
        self.args.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With the rule that says so.
    #[must_use]
    pub fn by(mut self, rule: &str) -> Self {
        rule.clone_into(&mut self.rule);
        self
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        let mut args = refusal.args;
        for (name, value) in &mut args {
            if !OURS.contains(&name.as_str()) {
                *value = excerpt(value);
            }
        }
        if let Some(field) = refusal.field {
            let field = args.entry("field".to_owned()).or_insert(field);
            if !field.starts_with("field.") {
                field.insert_str(0, "field.");
            }
        }
        Self {
            text: format!("refusal.{}", refusal.key),
            rule: refusal.rule,
            args,
        }
    }
}

/// At most 40 characters of a value from outside, cleaned.
pub fn excerpt(value: &str) -> String {
    let clean = super::clean(value);
    let mut short: String = clean.chars().take(40).collect();
    if short.len() < clean.len() {
        short.push('…');
    }
    short
}
