//! The table of settings. A new setting is one line here, one commented line in `config.toml`, and
//! whoever reads it.

use super::ConfigError;

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the file, with the table: `outbox.target`.
    pub key: &'static str,
    /// What it takes.
    pub kind: Kind,
}

/// What a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text; empty means "not set".
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number between these two.
    Number(u32, u32),
}

/// A value of a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text or word.
    Text(String),
    /// Whole number.
    Number(u32),
    /// On or off.
    Bool(bool),
}

/// Language of screens and messages.
pub static LANG: Setting = Setting {
    key: "lang",
    kind: Kind::Word(&["auto", "en", "nl"]),
};
/// Address of the database.
pub static DATABASE_URL: Setting = Setting {
    key: "database.url",
    kind: Kind::Text,
};
/// Where messages go.
pub static OUTBOX_TARGET: Setting = Setting {
    key: "outbox.target",
    kind: Kind::Text,
};

/// All of them.
pub static SETTINGS: &[&Setting] = &[&LANG, &DATABASE_URL, &OUTBOX_TARGET];

impl Setting {
    /// The environment variable that sets it: `LOKET_OUTBOX_TARGET`.
    pub fn env(&self) -> String {
        format!("LOKET_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// The flag of the command line that sets it: `--outbox-target`.
    pub fn flag(&self) -> String {
        format!("--{}", self.key.replace(['.', '_'], "-"))
    }

    /// The value in a text of the environment or of a flag.
    pub fn parse(&self, raw: &str) -> Result<Value, ConfigError> {
        let value = match self.kind {
            Kind::Text | Kind::Word(_) => Some(Value::Text(raw.to_owned())),
            Kind::Switch => match raw {
                "true" | "yes" | "1" => Some(Value::Bool(true)),
                "false" | "no" | "0" => Some(Value::Bool(false)),
                _ => None,
            },
            Kind::Number(..) => raw.parse().ok().map(Value::Number),
        };
        value
            .and_then(|value| self.check(value))
            .ok_or_else(|| self.fault(raw))
    }

    /// The value if it is one that this setting takes.
    pub(super) fn check(&self, value: Value) -> Option<Value> {
        let is_good = match (&value, self.kind) {
            (Value::Text(word), Kind::Word(words)) => words.contains(&word.as_str()),
            (Value::Number(number), Kind::Number(min, max)) => (min..=max).contains(number),
            (Value::Text(_), Kind::Text) | (Value::Bool(_), Kind::Switch) => true,
            _ => false,
        };
        is_good.then_some(value)
    }

    /// The mistake of a value that this setting does not take.
    pub(super) fn fault(&self, given: &str) -> ConfigError {
        let wanted = match self.kind {
            Kind::Text => String::from("\"…\""),
            Kind::Word(words) => words.join(" | "),
            Kind::Switch => String::from("true | false"),
            Kind::Number(min, max) => format!("{min} … {max}"),
        };
        let args = [
            ("setting", self.key),
            ("given", given),
            ("wanted", wanted.as_str()),
        ];
        ConfigError::new("wrong", &args)
    }
}

impl ConfigError {
    /// … found in that variable or flag.
    pub(super) fn at(mut self, kind: &'static str, name: String) -> Self {
        self.key = if kind == "env" {
            "wrong_env"
        } else {
            "wrong_flag"
        };
        self.args.push((kind, name));
        self
    }
}
