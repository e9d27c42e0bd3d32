//! All words that people see, by key and language. One file per area and language under
//! `assets/text`; nested tables are joined with dots. An unknown key is shown as it is, and a test
//! makes sure that there is none.

use std::collections::BTreeMap;

/// The languages that there are texts for.
pub const LANGUAGES: [&str; 2] = ["en", "nl"];

macro_rules! areas {
    ($lang:literal: $($area:literal),+) => {
        &[$(($area, include_str!(concat!("../assets/text/", $lang, "/", $area, ".toml")))),+]
    };
}

type Area = (&'static str, &'static str);

const EN: &[Area] = areas!("en": "process", "ui");
const NL: &[Area] = areas!("nl": "process", "ui");

/// The texts of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    lang: &'static str,
    texts: BTreeMap<String, String>,
}

impl Texts {
    /// The texts of a language, named as in `LANG` (`nl_NL.UTF-8`) or by two letters; English for
    /// any other.
    pub fn load(lang: &str) -> Self {
        let (lang, areas) = match lang.get(..2) {
            Some("nl") => ("nl", NL),
            _ => ("en", EN),
        };
        let mut texts = BTreeMap::new();
        for (_, source) in areas {
            if let Ok(table) = source.parse::<toml::Table>() {
                flatten("", table, &mut texts);
            }
        }
        Self { lang, texts }
    }

    /// Two letters of the language.
    pub fn lang(&self) -> &'static str {
        self.lang
    }

    /// The text of that key; the key itself when there is none.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or(key)
    }

    /// The text of a key that is put together at the place of use.
    pub fn say(&self, key: &str) -> String {
        self.get(key).to_owned()
    }

    /// The text of that key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The text of that key with `{name}` replaced by the values.
    pub fn fill(&self, key: &str, values: &[(&str, &str)]) -> String {
        let mut rest = self.get(key);
        let mut out = String::with_capacity(rest.len());
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            out.push_str(before);
            let Some(close) = after.find('}') else {
                rest = after;
                break;
            };
            let name = &after[1..close];
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&after[..=close]),
            }
            rest = &after[close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// All keys, for the tests that compare languages.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}

fn flatten(prefix: &str, table: toml::Table, into: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, into),
            toml::Value::String(text) => {
                into.insert(key, text);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn all_files_can_be_read() {
        for (area, source) in EN.iter().chain(NL) {
            assert!(source.parse::<toml::Table>().is_ok(), "{area} is no TOML");
        }
    }

    #[test]
    fn the_languages_have_the_same_keys_and_placeholders() {
        let (en, nl) = (Texts::load("en"), Texts::load("nl"));
        assert_eq!(en.keys().collect::<Vec<_>>(), nl.keys().collect::<Vec<_>>());
        for key in en.keys() {
            assert_eq!(placeholders(en.get(key)), placeholders(nl.get(key)), "{key}");
        }
    }

    #[test]
    fn values_are_put_in_once() {
        let mut texts = Texts::load("en");
        texts.texts.insert("t".into(), "{a} and {b} {c}".into());
        assert_eq!(texts.fill("t", &[("a", "{b}"), ("b", "2")]), "{b} and 2 {c}");
        assert_eq!(texts.get("no.such.key"), "no.such.key");
    }
}
