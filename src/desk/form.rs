//! Forms: fields to fill, derived from what is to be done; what will happen, said before it is done.
//!
//! One kind of form serves actions, openings, handing over, attaching, reassigning, transferring.

mod barred;
pub mod build;
mod emptied;
mod help;
pub mod lacking;
pub mod outcome;
pub mod read;
mod runs;
pub mod suggest;
pub mod typed;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use self::suggest::Suggestions;
use super::editor::{Edit, Editor, Lines};
use super::request::Follows;
use crate::domain::when::Lean;
use crate::process::Key;
use crate::process::field::{FieldKind, Required, Value};

/// At most this many characters in one line.
pub const LINE_LIMIT: usize = 200;
/// At most this many characters in a note.
pub const NOTE_LIMIT: usize = 4_000;

/// One way to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What is handed on.
    pub raw: String,
    /// What is shown.
    pub label: String,
}

/// How a field is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// By typing.
    Text(Editor),
    /// By typing with suggestions: files by path, parties by name.
    Look(Editor, Suggestions),
    /// By choosing.
    Choice(Vec<Pick>, Option<usize>),
}

/// One field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Its name, in words.
    pub label: String,
    /// What it asks for, in words; may be empty.
    pub help: String,
    /// When it must be filled.
    pub required: Required,
    /// What it takes; `None` for fields that are none of a process.
    pub kind: Option<FieldKind>,
    /// Whether a time in it is meant ahead or behind.
    pub lean: Lean,
    /// How it is answered.
    pub ask: Ask,
    /// What is wrong with the answer, in words.
    pub error: Option<String>,
    /// What the answer means, as looked up: an address, a name.
    pub found: Option<String>,
    /// That the register does not know it, in words.
    pub unknown: Option<String>,
    /// Whether the agent has been here, so that errors may be shown.
    pub seen: bool,
    /// As of when (legal time) the words for times in a note were reviewed: what is sent is what was
    /// shown, however late it is sent. `None`: as of now.
    pub read_at: Option<DateTime<Utc>>,
    /// The answer as the language writes it, where that is not what stands in the field.
    pub written: Option<String>,
    /// Choices that are shown and cannot be chosen, by number, with the reason.
    pub barred: BTreeMap<usize, String>,
    /// Answers to other fields that follow from each choice; empty where none do.
    pub follows: Vec<Follows>,
}

impl Entry {
    /// The answer as typed or chosen.
    pub fn raw(&self) -> &str {
        match &self.ask {
            Ask::Text(editor) | Ask::Look(editor, _) => editor.text(),
            Ask::Choice(options, at) => at
                .and_then(|at| options.get(at))
                .map_or("", |option| option.raw.as_str()),
        }
    }

    /// The answer as it is shown.
    pub fn said(&self) -> &str {
        match &self.ask {
            Ask::Choice(picks, at) => at
                .and_then(|at| picks.get(at))
                .map_or("", |pick| pick.label.as_str()),
            Ask::Text(_) | Ask::Look(..) => self.raw(),
        }
    }

    /// What is shown for an answer: of a choice its label.
    pub fn label_of<'a>(&'a self, raw: &'a str) -> &'a str {
        let Ask::Choice(picks, _) = &self.ask else {
            return raw;
        };
        let found = picks.iter().find(|pick| pick.raw == raw);
        found.map_or(raw, |pick| &pick.label)
    }

    /// Put an answer in.
    pub fn set(&mut self, raw: &str) {
        match &mut self.ask {
            Ask::Text(editor) | Ask::Look(editor, _) => editor.set(raw),
            Ask::Choice(options, at) => {
                let found = options.iter().position(|option| option.raw == raw);
                if let Some(found) = found.filter(|found| !self.barred.contains_key(found)) {
                    *at = Some(found);
                }
            }
        }
    }

    /// Put an answer in. `false` when it is none of the options: then nothing changed.
    pub fn accept(&mut self, raw: &str) -> bool {
        self.set(raw);
        match &self.ask {
            Ask::Choice(..) => raw.is_empty() || self.raw() == raw,
            Ask::Text(_) | Ask::Look(..) => true,
        }
    }

    /// The same answer in the text of an earlier entry: what stood there can be taken back.
    pub fn keep_past_of(&mut self, old: &Self) {
        let raw = self.raw().to_owned();
        match (&mut self.ask, &old.ask) {
            (Ask::Text(editor), Ask::Text(before))
            | (Ask::Look(editor, _), Ask::Look(before, _)) => {
                editor.clone_from(before);
                editor.set(&raw);
            }
            _ => {}
        }
    }

    /// The answers to other fields that follow from what is chosen.
    pub fn following(&self) -> &[(Key, Value)] {
        match &self.ask {
            Ask::Choice(_, Some(at)) => self.follows.get(*at).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// Choose nothing.
    pub fn clear(&mut self) {
        match &mut self.ask {
            Ask::Choice(_, at) => *at = None,
            Ask::Text(editor) | Ask::Look(editor, _) => editor.set(""),
        }
    }

    /// Where the cursor stands in the text, in bytes.
    pub fn cursor(&self) -> usize {
        match &self.ask {
            Ask::Text(editor) | Ask::Look(editor, _) => editor.cursor(),
            Ask::Choice(..) => 0,
        }
    }

    /// Put the cursor there, or near it.
    pub fn put_cursor(&mut self, at: usize) {
        if let Ask::Text(editor) | Ask::Look(editor, _) = &mut self.ask {
            editor.put_cursor(at);
        }
    }

    /// Type or paste: into a line joined, into a list an entry a line, into a note as it is.
    /// `false` when not all of it fits.
    pub fn type_in(&mut self, text: &str) -> bool {
        match &mut self.ask {
            Ask::Text(editor) | Ask::Look(editor, _) => editor.insert(text),
            Ask::Choice(..) => true,
        }
    }

    /// At most so many characters.
    pub fn most(&self) -> usize {
        match &self.ask {
            Ask::Text(editor) | Ask::Look(editor, _) => editor.limit(),
            Ask::Choice(..) => 0,
        }
    }

    /// Edit the text.
    pub fn edit(&mut self, edit: Edit) {
        if let Ask::Text(editor) | Ask::Look(editor, _) = &mut self.ask {
            editor.edit(edit);
        }
    }

    /// Choose the next or an earlier option, around the ends.
    pub fn step(&mut self, step: isize) {
        if let Ask::Choice(options, at) = &mut self.ask
            && !options.is_empty()
        {
            let count = options.len();
            let mut to = match (*at, step > 0) {
                (Some(now), _) => now,
                (None, true) => count - 1,
                (None, false) => 0,
            };
            for _ in 0..count {
                to = if step > 0 { to + 1 } else { to + count - 1 } % count;
                if !self.barred.contains_key(&to) {
                    *at = Some(to);
                    return;
                }
            }
        }
    }

    /// Choose by number, from 0. `false` when there is no such option.
    pub fn choose(&mut self, number: usize) -> bool {
        match &mut self.ask {
            Ask::Choice(options, at)
                if number < options.len() && !self.barred.contains_key(&number) =>
            {
                *at = Some(number);
                true
            }
            _ => false,
        }
    }

    /// Whether an arrow leaves the field instead of moving in it.
    pub fn leaves(&self, edit: Edit) -> bool {
        match &self.ask {
            Ask::Text(editor) => editor.lines() == Lines::One || editor.at_edge(edit),
            Ask::Look(..) | Ask::Choice(..) => true,
        }
    }

    /// Complete what was typed as far as the suggestions agree; take the first one when they do not
    /// begin with what was typed.
    pub fn complete(&mut self) {
        let Ask::Look(editor, Suggestions { picks, .. }) = &mut self.ask else {
            return;
        };
        let Some(first) = picks.first() else {
            return;
        };
        if !first.raw.starts_with(editor.text()) {
            let raw = first.raw.clone();
            return editor.set(&raw);
        }
        let names: Vec<&str> = picks.iter().map(|pick| pick.raw.as_str()).collect();
        if let Some(common) = common_start(&names)
            && common.len() > editor.text().len()
        {
            editor.set(&common);
        }
    }
}

/// What all names begin with.
fn common_start(names: &[&str]) -> Option<String> {
    let (first, rest) = names.split_first()?;
    let agree = |end: usize| rest.iter().all(|name| name.get(..end) == first.get(..end));
    let end = first
        .char_indices()
        .map(|(at, c)| at + c.len_utf8())
        .take_while(|end| agree(*end))
        .last()?;
    Some(first[..end].to_owned())
}

/// Whether the field must be filled, given the other answers.
pub fn must_be_filled(entries: &[Entry], entry: &Entry) -> bool {
    let answer = |key: &str| {
        let other = entries.iter().find(|entry| entry.key == key);
        // nobody is asked: whoever sits at a desk does it on behalf of the customer (PRIO-04)
        other.map_or(if key == "on_behalf" { "yes" } else { "" }, Entry::raw)
    };
    let is_choice = |entry: &Entry| matches!(&entry.ask, Ask::Choice(..));
    // one of two: where one can be chosen it is that one that is asked for
    let instead = |other: &Entry| {
        let is_of_me = matches!(other.required, Required::IfEmpty(key, _) if key == entry.key);
        is_of_me && other.raw().trim().is_empty()
    };
    match entry.required {
        Required::Always => true,
        Required::No => is_choice(entry) && entries.iter().any(instead),
        Required::If(key, value) => answer(key) == value,
        Required::IfAny(key, values) => values.contains(&answer(key)),
        Required::IfEmpty(key, _) => {
            let other = entries.iter().find(|entry| entry.key == key);
            !other.is_some_and(is_choice) && answer(key).trim().is_empty()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_the_names_agree() {
        let names = ["/tmp/letter-1.pdf", "/tmp/letter-2.pdf"];
        assert_eq!(common_start(&names).as_deref(), Some("/tmp/letter-"));
        assert_eq!(common_start(&["é", "è"]), None);
    }
}
