//! Which keys mean which command: read from `assets/keymap.toml`, with the files of people laid over
//! it line by line, and checked against the command table. A line that cannot stand (an unknown
//! command, a key that no terminal sends, a key that means two commands in one context, a command
//! that nothing calls any more) is a [`Problem`] with file and line, and the line below it counts.

mod check;
mod read;

use std::collections::BTreeMap;

use super::command::{Command, Context, all_in, named};
use super::key::Key;
use super::overlay::{Origin, Overlay, Problem};
use super::strokes::Strokes;
use crate::text::Texts;

const DEFAULT: &str = include_str!("../../assets/keymap.toml");

/// A checked map of keys.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    /// For each command its lines, the shipped one first; the last one counts.
    lines: BTreeMap<&'static str, Vec<Line>>,
}

/// One line of a file.
#[derive(Debug, Clone)]
struct Line {
    strokes: Vec<Strokes>,
    origin: Origin,
    /// Which of the files laid over ours it stands in, from 1; 0 is ours.
    layer: usize,
}

/// What was pressed means.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// This command.
    Command(&'static Command),
    /// More keys are to come.
    Begun,
    /// Nothing.
    Nothing,
}

impl Keymap {
    /// The shipped keys.
    pub fn shipped() -> Result<Self, Problem> {
        let (map, problems) = Self::with(&[]);
        problems.into_iter().next().map_or(Ok(map), Err)
    }

    /// The shipped keys with these files laid over them, the later over the earlier.
    pub fn with(overlays: &[Overlay]) -> (Self, Vec<Problem>) {
        let mut map = Self::default();
        let mut problems = map.lay(&read::file(None, DEFAULT), 0);
        for (number, overlay) in overlays.iter().enumerate() {
            let read = read::file(Some(&overlay.file), &overlay.text);
            problems.extend(map.lay(&read, number + 1));
        }
        problems.extend(map.settle());
        problems.sort_by(|one, other| one.at.cmp(&other.at));
        (map, problems)
    }

    fn lay(&mut self, read: &read::Read, layer: usize) -> Vec<Problem> {
        for (command, strokes, origin) in &read.lines {
            let line = Line {
                strokes: strokes.clone(),
                origin: origin.clone(),
                layer,
            };
            self.lines.entry(command.name).or_default().push(line);
        }
        read.problems.clone()
    }

    /// What a key alone means there.
    pub fn command(&self, context: Context, key: Key) -> Option<&'static Command> {
        match self.meaning(context, &[key]) {
            Meaning::Command(command) => Some(command),
            Meaning::Begun | Meaning::Nothing => None,
        }
    }

    /// What these keys mean there, one after the other. Where text is typed, a printable character
    /// is text.
    pub fn meaning(&self, context: Context, keys: &[Key]) -> Meaning {
        for command in all_in(context) {
            for strokes in self.keys_in(command, context) {
                if strokes.keys() == keys {
                    return Meaning::Command(command);
                }
                if strokes.begins_with(keys) {
                    return Meaning::Begun;
                }
            }
        }
        Meaning::Nothing
    }

    /// How one can go on behind these keys: the keys that are left, and what they call.
    pub fn ways_on(&self, context: Context, keys: &[Key]) -> Vec<(String, &'static Command)> {
        let mut ways = Vec::new();
        for command in all_in(context) {
            let strokes = self.keys_in(command, context);
            let on = strokes.filter(|it| it.begins_with(keys));
            ways.extend(on.map(|it| (it.rest(keys.len()), command)));
        }
        ways
    }

    /// All keys of the command.
    pub fn keys_of(&self, command: &Command) -> &[Strokes] {
        self.line(command).map_or(&[], |line| &line.strokes)
    }

    /// The keys of the command that work in that context. A letter before a choice chooses, and must
    /// not hide everything.
    pub fn keys_in(&self, command: &Command, context: Context) -> impl Iterator<Item = &Strokes> {
        self.keys_of(command).iter().filter(move |strokes| {
            let is_text = context.takes_text() || command.may_be_silent(context);
            !(is_text && strokes.is_text())
        })
    }

    /// How people call the command there: its keys, or its name in the palette where it has none.
    pub fn calls(&self, command: &Command, context: Context) -> Vec<String> {
        let keys: Vec<String> = self
            .keys_in(command, context)
            .map(Strokes::to_string)
            .collect();
        if keys.is_empty() {
            return vec![format!(":{}", command.name)];
        }
        keys
    }

    /// The words with the keys of this map in them.
    #[must_use]
    pub fn spell(&self, texts: &Texts) -> Texts {
        texts.with_keys(&|name| {
            let command = named(name)?;
            let context = command.contexts.first()?;
            let call = self.calls(command, *context).into_iter().next()?;
            let said = texts.find(&format!("key.{call}")).map(str::to_owned);
            Some(said.unwrap_or(call))
        })
    }

    /// Where the keys of the command come from.
    pub fn origin(&self, command: &Command) -> Origin {
        let line = self.line(command);
        line.map_or(Origin::Shipped, |line| line.origin.clone())
    }

    fn line(&self, command: &Command) -> Option<&Line> {
        self.lines.get(command.name)?.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_keymap_is_right() {
        Keymap::shipped().unwrap();
    }
}
