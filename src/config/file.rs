//! One file of settings: what stands in it, and on which line.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::ConfigError;
use super::setting::{SETTINGS, Setting, Value};

/// A setting in a file.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) setting: &'static Setting,
    pub(super) value: Value,
    /// From 1.
    pub(super) line: usize,
}

/// All settings of a file. The first mistake ends it.
pub(super) fn read(text: &str, path: &Path) -> Result<Vec<Found>, ConfigError> {
    let reader = Reader {
        text,
        file: path.display().to_string(),
    };
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| reader.line(span.start));
        reader.fault("syntax", line, &[("why", error.message())])
    })?;
    let mut found = Vec::new();
    reader.table("", table.get_ref(), &mut found)?;
    Ok(found)
}

struct Reader<'a> {
    text: &'a str,
    file: String,
}

impl Reader<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self.text.as_bytes().iter().take(offset);
        1 + before.filter(|byte| **byte == b'\n').count()
    }

    fn fault(&self, key: &'static str, line: usize, more: &[(&'static str, &str)]) -> ConfigError {
        let line = line.to_string();
        let mut args = vec![("file", self.file.as_str()), ("line", line.as_str())];
        args.extend(more);
        ConfigError::new(key, &args)
    }

    fn table(
        &self,
        prefix: &str,
        table: &DeTable<'_>,
        found: &mut Vec<Found>,
    ) -> Result<(), ConfigError> {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let line = self.line(key.span().start);
            let inner = format!("{name}.");
            let is_table = SETTINGS
                .iter()
                .any(|setting| setting.key.starts_with(&inner));
            if let Some(setting) = SETTINGS.iter().copied().find(|setting| setting.key == name) {
                let value = self.value(setting, value, line)?;
                found.push(Found {
                    setting,
                    value,
                    line,
                });
            } else if !is_table {
                return Err(self.fault("unknown", line, &[("setting", &name)]));
            } else if let DeValue::Table(table) = value.get_ref() {
                self.table(&inner, table, found)?;
            } else {
                let args = [
                    ("setting", name.as_str()),
                    ("given", ""),
                    ("wanted", "[table]"),
                ];
                return Err(self.fault("wrong", line, &args));
            }
        }
        Ok(())
    }

    fn value(
        &self,
        setting: &'static Setting,
        value: &Spanned<DeValue<'_>>,
        line: usize,
    ) -> Result<Value, ConfigError> {
        let given = match value.get_ref() {
            DeValue::String(text) => Some(Value::Text(text.to_string())),
            DeValue::Boolean(on) => Some(Value::Bool(*on)),
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix())
                .ok()
                .map(Value::Number),
            DeValue::Array(list) => {
                let words = list
                    .iter()
                    .map(|word| word.get_ref().as_str().map(str::to_owned));
                words.collect::<Option<_>>().map(Value::Words)
            }
            _ => None,
        };
        given.and_then(|value| setting.check(value)).ok_or_else(|| {
            let given = self.text.get(value.span()).unwrap_or_default();
            let args = setting.fault(given).args;
            let args: Vec<_> = args
                .iter()
                .map(|(name, text)| (*name, text.as_str()))
                .collect();
            self.fault("wrong", line, &args)
        })
    }
}
