//! What the palette lists: the commands that fit what is written, the best first, each with its keys
//! and, when it is not possible now, the reason; behind the name of a command what it can take.

use std::cmp::Reverse;

use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;

use crate::desk::available;
use crate::desk::command::{Argument, Command, all_in};
use crate::desk::model::Model;
use crate::domain::fold::fold;
use crate::text::LANGUAGES;

/// Cases that are proposed at most.
const CASES: usize = 12;

/// One line of the palette.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The command.
    pub command: &'static Command,
    /// What goes with it.
    pub argument: Option<String>,
    /// Its name, or what goes with it, in words.
    pub label: String,
    /// How else it is called.
    pub keys: String,
    /// What it does, or what goes with it means.
    pub about: String,
    /// Why it is not possible now.
    pub why: Option<String>,
}

impl Entry {
    /// The line that says it.
    pub fn line(&self) -> String {
        let name = self.command.name;
        match &self.argument {
            Some(argument) => format!("{name} {argument}"),
            None if self.command.argument == Argument::None => name.to_owned(),
            None => format!("{name} "),
        }
    }
}

/// What is listed now.
pub fn entries(model: &Model) -> Vec<Entry> {
    let Some(state) = model.palette.as_deref() else {
        return Vec::new();
    };
    let line = state.editor.text();
    match spoken(model, line) {
        Some((command, argument)) => of_argument(model, command, argument.trim()),
        None => of_commands(model, line.trim()),
    }
}

/// The command that a line begins with, when it takes something and a space follows.
fn spoken<'a>(model: &Model, line: &'a str) -> Option<(&'static Command, &'a str)> {
    let (name, argument) = line.trim_start().split_once(' ')?;
    let name = fold(name);
    let command = listed(model).find(|command| {
        let label = fold(model.world.texts.get(&format!("command.{}", command.name)));
        command.argument != Argument::None && (command.name == name || label == name)
    })?;
    Some((command, argument))
}

fn listed(model: &Model) -> impl Iterator<Item = &'static Command> {
    all_in(model.context_below()).filter(|command| command.is_spoken())
}

fn of_commands(model: &Model, typed: &str) -> Vec<Entry> {
    let pattern = fold(typed).replace('_', " ");
    let matcher = SkimMatcherV2::default();
    let mut found: Vec<(i64, Entry)> = listed(model)
        .map(|command| entry(model, command))
        .filter_map(|entry| {
            let name = entry.command.name.replace('_', " ");
            let named = [fold(&entry.label), name];
            let best = named
                .iter()
                .filter_map(|name| rate(&matcher, name, &pattern));
            let told = || fold(&entry.about).contains(&pattern).then_some(0);
            Some((best.max().or_else(told)?, entry))
        })
        .collect();
    found.sort_by_key(|(rate, entry)| (Reverse(*rate), entry.why.is_some()));
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn entry(model: &Model, command: &'static Command) -> Entry {
    let texts = &model.world.texts;
    let why = (command.available)(model).err();
    let keys = model.keymap.keys_in(command, model.context_below());
    let keys: Vec<String> = keys.take(2).map(ToString::to_string).collect();
    let mut label = texts.say(&format!("command.{}", command.name));
    if let Some(argument) = command.argument.key() {
        label = format!("{label} {}", texts.get(&format!("argument.{argument}")));
    }
    Entry {
        command,
        argument: None,
        label,
        keys: keys.join(", "),
        about: texts.say(&format!("command.{}.help", command.name)),
        why: why.map(|why| available::said(model, why)),
    }
}

/// How well a name fits what is typed, both folded.
fn rate(matcher: &SkimMatcherV2, name: &str, pattern: &str) -> Option<i64> {
    const WHOLE: i64 = 1_000_000;
    const BEGIN: i64 = 100_000;
    match name.strip_prefix(pattern) {
        _ if pattern.is_empty() => Some(0),
        Some("") => Some(WHOLE),
        Some(_) => Some(BEGIN),
        None => matcher.fuzzy_match(name, pattern),
    }
}

fn of_argument(model: &Model, command: &'static Command, typed: &str) -> Vec<Entry> {
    let texts = &model.world.texts;
    let known: Vec<(String, String)> = match command.argument {
        Argument::Language => LANGUAGES
            .iter()
            .map(|lang| ((*lang).to_owned(), texts.say(&format!("language.{lang}"))))
            .collect(),
        Argument::Theme => {
            let about = |name: &str| texts.find(&format!("theme.{name}")).map(str::to_owned);
            let themes = model.themes.iter();
            themes
                .map(|name| (name.clone(), about(name).unwrap_or_default()))
                .collect()
        }
        Argument::Tab => tabs(model),
        Argument::Case => return cases(model, command, typed),
        Argument::None | Argument::Filter | Argument::Search | Argument::Connection => {
            let said = (!typed.is_empty()).then(|| typed.to_owned());
            return vec![with(model, command, said, String::new())];
        }
    };
    let pattern = fold(typed);
    let matcher = SkimMatcherV2::default();
    let mut found: Vec<(i64, Entry)> = known
        .into_iter()
        .filter_map(|(value, about)| {
            let rates = [&value, &about].map(|it| rate(&matcher, &fold(it), &pattern));
            let best = rates.into_iter().flatten().max()?;
            Some((best, with(model, command, Some(value), about)))
        })
        .collect();
    found.sort_by_key(|(rate, _)| Reverse(*rate));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// The queues by number; "mine", the first, has a command of its own.
fn tabs(model: &Model) -> Vec<(String, String)> {
    let tabs = model.desk.tabs.iter().enumerate().skip(1).take(9);
    tabs.map(|(number, tab)| (number.to_string(), model.world.texts.say(&tab.name)))
        .collect()
}

/// Cases of the lists that were read; and the number as it was typed, since there are others.
fn cases(model: &Model, command: &'static Command, typed: &str) -> Vec<Entry> {
    let typed = typed.to_uppercase();
    let rows = model.desk.tabs.iter().flat_map(|tab| &tab.rows);
    let mut found: Vec<Entry> = Vec::new();
    for row in rows.filter(|row| row.case.case_no.contains(&typed)) {
        let is_there = |entry: &Entry| entry.argument.as_deref() == Some(&*row.case.case_no);
        if found.len() < CASES && !found.iter().any(is_there) {
            let (number, about) = (row.case.case_no.clone(), row.case.subject.clone());
            found.push(with(model, command, Some(number), about));
        }
    }
    if found.is_empty() && !typed.is_empty() {
        found.push(with(model, command, Some(typed), String::new()));
    }
    found
}

/// The command with what goes with it.
fn with(
    model: &Model,
    command: &'static Command,
    argument: Option<String>,
    about: String,
) -> Entry {
    let mut entry = entry(model, command);
    if let Some(argument) = &argument {
        entry.label.clone_from(argument);
        entry.keys.clear();
    }
    if !about.is_empty() {
        entry.about = about;
    }
    entry.argument = argument;
    entry
}
