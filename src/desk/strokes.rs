//! What calls a command: a key, or a few pressed one after the other (`g m`).

use std::fmt;

use super::key::{Key, Unbindable};

/// Keys of one sequence at most; nobody remembers longer ones.
const MOST: usize = 3;

/// Keys pressed one after the other, at least one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Strokes(Vec<Key>);

/// Why a text is no sequence of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoStrokes {
    /// This key of it cannot be bound.
    Key(String, Unbindable),
    /// None at all, or too many.
    Count,
}

impl Strokes {
    /// Reads `g m`: names of keys with spaces between them.
    pub fn read(written: &str) -> Result<Self, NoStrokes> {
        let keys: Result<Vec<Key>, NoStrokes> = written
            .split_whitespace()
            .map(|name| Key::bindable(name).map_err(|why| NoStrokes::Key(name.to_owned(), why)))
            .collect();
        match keys? {
            keys if keys.is_empty() || keys.len() > MOST => Err(NoStrokes::Count),
            keys => Ok(Self(keys)),
        }
    }

    /// The keys.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Whether it begins with these keys.
    pub fn begins_with(&self, keys: &[Key]) -> bool {
        self.0.starts_with(keys)
    }

    /// Whether its first key types a character, so that it is text where text is typed.
    pub fn is_text(&self) -> bool {
        self.0.first().is_some_and(|key| key.typed().is_some())
    }

    /// Whether one of both cannot be pressed without the other being meant.
    pub fn collides(&self, other: &Self) -> bool {
        self.begins_with(&other.0) || other.begins_with(&self.0)
    }

    /// Its names behind the first `count` keys.
    pub fn rest(&self, count: usize) -> String {
        let names = self.0.iter().skip(count).map(Key::to_string);
        names.collect::<Vec<_>>().join(" ")
    }
}

impl fmt::Display for Strokes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rest(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_read_and_written_alike() {
        for name in ["j", "g g", "ctrl-x ctrl-s", "g m x"] {
            assert_eq!(Strokes::read(name).unwrap().to_string(), name);
        }
        assert_eq!(Strokes::read(" "), Err(NoStrokes::Count));
        assert_eq!(Strokes::read("g g g g"), Err(NoStrokes::Count));
        let wrong = Strokes::read("g ctrl-m").unwrap_err();
        let same = Unbindable::SameAs("enter");
        assert_eq!(wrong, NoStrokes::Key(String::from("ctrl-m"), same));
    }

    #[test]
    fn a_key_that_begins_another_sequence_collides_with_it() {
        let of = |name| Strokes::read(name).unwrap();
        assert!(of("g").collides(&of("g g")));
        assert!(of("g g").collides(&of("g")));
        assert!(!of("g g").collides(&of("g m")));
    }
}
