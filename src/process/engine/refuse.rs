//! Making refusals.

use super::Refusal;

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

    /// … with that value in its text.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.args.insert(name.to_owned(), value.to_owned());
        self
    }
}
