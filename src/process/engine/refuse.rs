//! Making refusals.

use super::Refusal;
use crate::domain::form::LANGUAGES;
use crate::process::Field;

impl Refusal {
    /// A refusal with that text.
    pub fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            rule: String::new(),
            field: None,
            args: std::collections::BTreeMap::new(),
        }
    }

    /// … because of that rule.
    #[must_use]
    pub fn by_rule(mut self, rule: &str) -> Self {
        rule.clone_into(&mut self.rule);
        self
    }

    /// … about that field.
    #[must_use]
    pub fn about(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self.with("field", &format!("field.{field}"))
    }

    /// … about that field; one of a form that is data brings its name along, by language.
    #[must_use]
    pub fn about_field(self, field: &Field) -> Self {
        let named = |refusal: Self, lang: &&str| match field.label(lang) {
            Some(label) => refusal.with(&format!("field.{lang}"), label),
            None => refusal,
        };
        LANGUAGES.iter().fold(self.about(field.key), named)
    }

    /// … with that value in its text.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.args.insert(name.to_owned(), value.to_owned());
        self
    }
}
