//! Words with something behind them (`lang nl`, `filter overdue`), words that no key calls, and keys
//! one after the other: the palette does the first two, as in the full screen.

use super::{Asked, Reader};
use crate::desk::command::{Argument, Command, Context, Id, all_in};
use crate::desk::editor::Edit;
use crate::desk::key::{Input, Key};
use crate::desk::keymap::Meaning;
use crate::desk::strokes::Strokes;
use crate::plain::help;

impl Reader<'_> {
    /// A command with what goes with it, in the place `context`.
    pub(super) fn spoken(&self, line: &str, context: Context) -> Option<Asked> {
        let (command, argument) = self.parted(line, context)?;
        if command.id == Id::Theme {
            return Some(self.say("plain.no_colours", &[]));
        }
        let is_open = context != self.context;
        let line = format!("{} {argument}", command.name);
        Some(if is_open {
            self.replace(&line, &[Id::Choose])
        } else {
            self.by_palette(&line)
        })
    }

    /// The command whose name the line begins with, the longest one, and what stands behind it.
    fn parted<'a>(&self, line: &'a str, context: Context) -> Option<(&'static Command, &'a str)> {
        let taking = all_in(context).filter(|command| command.argument != Argument::None);
        let texts = &self.model.world.texts;
        let parted = taking.filter_map(|command| {
            let own = help::name(texts, command);
            let names = [own, command.name.replace('_', " ")];
            let behind = names.iter().filter_map(|name| behind(line, name));
            let rest = behind.min_by_key(|rest| rest.len())?;
            Some((command, rest))
        });
        parted.min_by_key(|(_, rest)| rest.len())
    }

    /// This line, said in the palette.
    pub(super) fn by_palette(&self, line: &str) -> Asked {
        let mut inputs = self.keys(&[Id::Palette]);
        if inputs.is_empty() {
            return self.say("plain.unknown.word", &[("word", line)]);
        }
        inputs.push(Input::Paste(line.to_owned()));
        inputs.extend(self.keys_at(&[Id::Choose], Context::Palette));
        Asked::Inputs(inputs)
    }

    /// A line in the open palette: a command is done, anything else is looked up.
    pub(super) fn in_palette(&self, line: &str) -> Asked {
        let below = self.model.context_below();
        if let Some(asked) = self.spoken(line, below) {
            return asked;
        }
        match all_in(below).find(|command| command.is_spoken() && self.is_named(command, line)) {
            Some(command) if !command.argument.is_needed() => {
                self.replace(command.name, &[Id::Choose])
            }
            _ => self.replace(line, &[]),
        }
    }

    /// The entry of the palette of that number, counted from 0.
    pub(super) fn entry(&self, to: usize) -> Asked {
        let at = self.model.palette.as_ref().map_or(0, |state| state.at);
        let step = if to < at { Id::Up } else { Id::Down };
        let mut ids = vec![step; to.abs_diff(at)];
        ids.push(Id::Choose);
        self.press(&ids)
    }

    /// Keys one after the other: what they mean, or how they go on.
    pub(super) fn strokes(&self, word: &str) -> Option<Asked> {
        let strokes = Strokes::read(word).ok()?;
        let keymap = &self.model.keymap;
        match keymap.meaning(self.context, strokes.keys()) {
            Meaning::Command(command) if command.id == Id::Help => Some(Asked::Help),
            Meaning::Command(_) => {
                let keys = strokes.keys().iter().copied();
                Some(Asked::Inputs(keys.map(Input::Key).collect()))
            }
            Meaning::Begun => Some(self.goes_on(&strokes)),
            Meaning::Nothing => None,
        }
    }

    fn goes_on(&self, begun: &Strokes) -> Asked {
        let texts = &self.model.world.texts;
        let keys: &[Key] = begun.keys();
        let ways = self.model.keymap.ways_on(self.context, keys).into_iter();
        let ways = ways.map(|(rest, command)| format!("{rest} {}", help::name(texts, command)));
        let ways = ways.collect::<Vec<_>>().join(", ");
        let begun = begun.to_string();
        self.say("plain.goes_on", &[("keys", &begun), ("ways", &ways)])
    }

    /// What stands there goes, the text comes, then these commands.
    pub(super) fn replace(&self, text: &str, then: &[Id]) -> Asked {
        let mut inputs = self.keys(&[Id::Edit(Edit::End), Id::Edit(Edit::DeleteToStart)]);
        inputs.push(Input::Paste(text.to_owned()));
        inputs.extend(self.keys(then));
        Asked::Inputs(inputs)
    }
}

/// What stands behind a name and a space.
fn behind<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let count = name.chars().count();
    let at = line.char_indices().nth(count).map(|(at, _)| at)?;
    let (begin, rest) = line.split_at(at);
    let is_it = begin.to_lowercase() == name.to_lowercase();
    let rest = rest.strip_prefix(' ').filter(|_| is_it)?.trim();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_name_is_followed_by_a_space_and_something() {
        assert_eq!(behind("lang nl", "lang"), Some("nl"));
        assert_eq!(behind("Språk  sv ", "språk"), Some("sv"));
        assert_eq!(behind("language", "lang"), None);
        assert_eq!(behind("lang ", "lang"), None);
    }
}
