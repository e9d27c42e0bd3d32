//! Which keys mean which command: read from `assets/keymap.toml`, checked against the command
//! table. A key that means two commands in one context, a chord that no terminal can send, an
//! unknown name and a command without a key are errors, each with its line.

use std::collections::BTreeMap;

use super::command::{COMMANDS, Command, Context};
use super::key::Key;

const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// A checked map of keys.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    keys: BTreeMap<&'static str, Vec<Key>>,
}

/// What is wrong in a keymap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML, or not of the form `[keys] name = ["key", …]`.
    #[error("{0}")]
    Syntax(String),
    /// No command of that name.
    #[error("line {line}: no command is called `{name}`")]
    Unknown {
        /// Line in the file, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// A key that cannot be read or sent.
    #[error("line {line}: `{key}` cannot be pressed in a terminal")]
    NoKey {
        /// Line in the file, from 1.
        line: usize,
        /// As written.
        key: String,
    },
    /// The key means two commands in one context.
    #[error("`{key}` means both `{one}` and `{other}`")]
    Conflict {
        /// The key.
        key: Key,
        /// One command.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// A command that no key calls.
    #[error("no key for `{0}`")]
    Missing(&'static str),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    keys: BTreeMap<toml::Spanned<String>, Vec<toml::Spanned<String>>>,
}

impl Keymap {
    /// The shipped keys.
    pub fn shipped() -> Result<Self, KeymapError> {
        Self::parse(DEFAULT)
    }

    /// The keys of that text.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let file: File =
            toml::from_str(text).map_err(|error| KeymapError::Syntax(error.to_string()))?;
        let line = |at: usize| text[..at].matches('\n').count() + 1;
        let mut keys = BTreeMap::new();
        for (name, written) in &file.keys {
            let command = super::command::named(name.get_ref()).ok_or_else(|| {
                let (line, name) = (line(name.span().start), name.get_ref().clone());
                KeymapError::Unknown { line, name }
            })?;
            let parsed: Result<Vec<Key>, _> = written
                .iter()
                .map(|key| read_key(key.get_ref(), line(key.span().start)))
                .collect();
            keys.insert(command.name, parsed?);
        }
        let map = Self { keys };
        map.check()?;
        Ok(map)
    }

    fn check(&self) -> Result<(), KeymapError> {
        for command in COMMANDS {
            if self.keys_of(command).is_empty() {
                return Err(KeymapError::Missing(command.name));
            }
        }
        Context::ALL
            .into_iter()
            .try_for_each(|context| self.check_context(context))
    }

    fn check_context(&self, context: Context) -> Result<(), KeymapError> {
        let mut seen: BTreeMap<Key, &'static str> = BTreeMap::new();
        for command in COMMANDS.iter().filter(|c| c.contexts.contains(&context)) {
            for key in self.keys_in(command, context) {
                if let Some(one) = seen.insert(key, command.name) {
                    let other = command.name;
                    return Err(KeymapError::Conflict { key, one, other });
                }
            }
        }
        Ok(())
    }

    /// What the key means there. Where text is typed, a printable character is text.
    pub fn command(&self, context: Context, key: Key) -> Option<&'static Command> {
        if context.takes_text() && key.typed().is_some() {
            return None;
        }
        COMMANDS
            .iter()
            .filter(|command| command.contexts.contains(&context))
            .find(|command| self.keys_of(command).contains(&key))
    }

    /// All keys of the command.
    pub fn keys_of(&self, command: &Command) -> &[Key] {
        self.keys.get(command.name).map_or(&[], Vec::as_slice)
    }

    /// The keys of the command that work in that context.
    pub fn keys_in(&self, command: &Command, context: Context) -> impl Iterator<Item = Key> {
        self.keys_of(command)
            .iter()
            .copied()
            .filter(move |key| !(context.takes_text() && key.typed().is_some()))
    }
}

fn read_key(written: &str, line: usize) -> Result<Key, KeymapError> {
    match written.parse::<Key>() {
        Ok(key) if !key.is_impossible() => Ok(key),
        _ => {
            let key = written.to_owned();
            Err(KeymapError::NoKey { line, key })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_keymap_is_right() {
        Keymap::shipped().unwrap();
    }

    #[test]
    fn mistakes_are_named_with_their_line() {
        let wrong = |from: &str, to: &str| Keymap::parse(&DEFAULT.replace(from, to)).unwrap_err();
        let unknown = wrong("\nclaim =", "\nclaimm =");
        assert!(matches!(&unknown, KeymapError::Unknown { line, name }
            if *line > 1 && name == "claimm"));
        let impossible = wrong("claim = [\"c\"]", "claim = [\"ctrl-i\"]");
        assert!(matches!(impossible, KeymapError::NoKey { .. }));
        let conflict = wrong("claim = [\"c\"]", "claim = [\"n\"]");
        assert!(matches!(conflict, KeymapError::Conflict { .. }));
        let missing = wrong("claim = [\"c\"]", "claim = []");
        assert_eq!(missing, KeymapError::Missing("claim"));
    }
}
