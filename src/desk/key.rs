//! Keys and input as the desk knows them. The terminal converts what it reads; scripts and tests
//! write keys by name (`ctrl-l`, `pgdn`, `G`).

use std::fmt;
use std::str::FromStr;

/// What was pressed, apart from modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A printable character, upper case included (`G` is not `shift-g`).
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Shift and tabulator.
    BackTab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// To the start.
    Home,
    /// To the end.
    End,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// Function key, 1 to 12.
    F(u8),
}

/// The modifier of a key. Shift is part of the character; both at once are not bound to anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Modifier {
    /// None.
    #[default]
    Plain,
    /// Control.
    Ctrl,
    /// Alt (sent by terminals as ESC and the key).
    Alt,
}

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What.
    pub code: Code,
    /// With which modifier.
    pub modifier: Modifier,
}

/// What comes from the person at the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// A bracketed paste: data, never commands.
    Paste(String),
    /// The window has a new size: columns, rows.
    Resize(u16, u16),
    /// The mouse.
    Mouse(Mouse),
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mouse {
    /// The first button was pressed.
    Click(Place),
    /// The wheel went up one notch.
    WheelUp(Place),
    /// The wheel went down one notch.
    WheelDown(Place),
}

/// A place on the screen, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Column.
    pub column: u16,
    /// Row.
    pub row: u16,
}

/// The names of the keys that are no character.
const NAMES: &[(&str, Code)] = &[
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("shift-tab", Code::BackTab),
    ("backspace", Code::Backspace),
    ("del", Code::Delete),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
    ("home", Code::Home),
    ("end", Code::End),
    ("pgup", Code::PageUp),
    ("pgdn", Code::PageDown),
    ("space", Code::Char(' ')),
];

impl Key {
    /// A key without modifier.
    pub fn plain(code: Code) -> Self {
        Self {
            code,
            modifier: Modifier::Plain,
        }
    }

    /// The character that it types, when it types one.
    pub fn typed(self) -> Option<char> {
        match (self.code, self.modifier) {
            (Code::Char(c), Modifier::Plain) if !c.is_control() => Some(c),
            _ => None,
        }
    }

    /// Why no terminal sends it as a key of its own, if so: control with `i`, `m`, `j`, `h`, `[` is
    /// tab, enter, backspace, escape (zellij #2609); alt with `[` or `O` begins other keys.
    pub fn unsendable(self) -> Option<Unbindable> {
        match self.modifier {
            Modifier::Plain => None,
            Modifier::Ctrl => with_control(self.code),
            Modifier::Alt => match self.code {
                Code::Char('[' | 'O') | Code::Esc | Code::Tab | Code::BackTab => {
                    Some(Unbindable::NotSent)
                }
                _ => None,
            },
        }
    }

    /// The key of that name, if it can be bound.
    pub fn bindable(name: &str) -> Result<Self, Unbindable> {
        let is_shifted = name.starts_with("shift-") || name.contains("-shift-");
        match name.parse::<Self>() {
            Ok(key) => key.unsendable().map_or(Ok(key), Err),
            Err(_) if is_shifted => Err(Unbindable::Shifted),
            Err(_) => Err(Unbindable::Unknown),
        }
    }
}

fn with_control(code: Code) -> Option<Unbindable> {
    match code {
        Code::Char('i') | Code::Tab | Code::BackTab => Some(Unbindable::SameAs("tab")),
        Code::Char('m' | 'j') | Code::Enter => Some(Unbindable::SameAs("enter")),
        Code::Char('h' | '?') | Code::Backspace => Some(Unbindable::SameAs("backspace")),
        Code::Char('[') | Code::Esc => Some(Unbindable::SameAs("esc")),
        Code::Char(c) if c.is_ascii_uppercase() => Some(Unbindable::Shifted),
        Code::Char(c) if !c.is_ascii_lowercase() => Some(Unbindable::NotSent),
        _ => None,
    }
}

/// Why a name in a keymap is no key that can be bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unbindable {
    /// No key has that name.
    Unknown,
    /// Terminals send the same for this key.
    SameAs(&'static str),
    /// Shift is part of a character, and control has none.
    Shifted,
    /// Terminals send nothing for it, or something that begins other keys.
    NotSent,
}

/// A key name that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key")]
pub struct NoKey(pub String);

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(name: &str) -> Result<Self, NoKey> {
        let named = |name: &str| {
            NAMES
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, code)| *code)
        };
        if let Some(code) = named(name) {
            return Ok(Self::plain(code));
        }
        let (modifier, rest) = match name.split_once('-') {
            Some(("ctrl", rest)) if !rest.is_empty() => (Modifier::Ctrl, rest),
            Some(("alt", rest)) if !rest.is_empty() => (Modifier::Alt, rest),
            _ => (Modifier::Plain, name),
        };
        let code = named(rest)
            .or_else(|| function_key(rest))
            .or_else(|| single_char(rest))
            .ok_or_else(|| NoKey(name.to_owned()))?;
        Ok(Self { code, modifier })
    }
}

fn function_key(name: &str) -> Option<Code> {
    let number: u8 = name.strip_prefix('f')?.parse().ok()?;
    (1..=12).contains(&number).then_some(Code::F(number))
}

fn single_char(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() => Some(Code::Char(c)),
        _ => None,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.modifier {
            Modifier::Plain => {}
            Modifier::Ctrl => f.write_str("ctrl-")?,
            Modifier::Alt => f.write_str("alt-")?,
        }
        match self.code {
            Code::F(number) => write!(f, "f{number}"),
            code => match NAMES.iter().find(|(_, named)| *named == code) {
                Some((name, _)) => f.write_str(name),
                None => match code {
                    Code::Char(c) => write!(f, "{c}"),
                    _ => Ok(()),
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_alike() {
        for name in [
            "j",
            "G",
            "?",
            "-",
            "ctrl-l",
            "alt-b",
            "pgdn",
            "shift-tab",
            "space",
            "f1",
        ] {
            assert_eq!(name.parse::<Key>().unwrap().to_string(), name);
        }
        assert!("ctrl-".parse::<Key>().is_err());
        assert!("f13".parse::<Key>().is_err());
        assert!("".parse::<Key>().is_err());
    }

    #[test]
    fn chords_that_no_terminal_sends_are_known_with_the_reason() {
        for (name, why) in [
            ("ctrl-m", Unbindable::SameAs("enter")),
            ("ctrl-i", Unbindable::SameAs("tab")),
            ("ctrl-[", Unbindable::SameAs("esc")),
            ("ctrl-h", Unbindable::SameAs("backspace")),
            ("ctrl-enter", Unbindable::SameAs("enter")),
            ("shift-1", Unbindable::Shifted),
            ("shift-g", Unbindable::Shifted),
            ("ctrl-shift-x", Unbindable::Shifted),
            ("ctrl-X", Unbindable::Shifted),
            ("ctrl-1", Unbindable::NotSent),
            ("alt-[", Unbindable::NotSent),
            ("hyper-x", Unbindable::Unknown),
            ("", Unbindable::Unknown),
        ] {
            assert_eq!(Key::bindable(name), Err(why), "{name}");
        }
        for name in ["ctrl-l", "alt-enter", "ctrl-left", "G", "shift-tab", "é"] {
            assert!(Key::bindable(name).is_ok(), "{name}");
        }
    }
}
