//! A typed line: a word of the command table, a number, or the answer of a field. It becomes the
//! inputs that the keys of the full screen would have made, so that there is one desk and not two.

mod spoken;
mod steps;

use self::steps::{by_time, steps};
use super::{help, list};
use crate::desk::command::{COMMANDS, Command, Context, Id, named};
use crate::desk::editor::{Edit, Editor, Lines};
use crate::desk::form::{Ask, Entry, Pick};
use crate::desk::key::{Code, Input, Key, Modifier};
use crate::desk::model::Model;
use crate::desk::screen::Layer;
use crate::desk::screen::form::Stage;
use crate::desk::strokes::Strokes;
use crate::domain::sanitize::clean;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// These inputs, in order.
    Inputs(Vec<Input>),
    /// Where one is.
    Where,
    /// The next lines of the list.
    List,
    /// The whole screen.
    Read,
    /// What can be done here.
    Help,
    /// Nothing: this is to be said.
    Say(String),
}

/// Words of the lines themselves: key of the word, and what it asks for.
const OWN: [(&str, Asked); 3] = [
    ("where", Asked::Where),
    ("list", Asked::List),
    ("read", Asked::Read),
];

/// Whether everything that was asked for is there, so that the next line means what one expects.
pub fn is_settled(model: &Model) -> bool {
    let rests = match model.layers.last() {
        None => model.desk.rest.is_some(),
        Some(Layer::Search(search)) => search.rest.is_some(),
        Some(_) => false,
    };
    !rests && !model.is_waiting() && model.world.waiting_since().is_none()
}

/// What the line asks for, here and now.
pub fn read(model: &Model, line: &str) -> Asked {
    let reader = Reader {
        model,
        context: model.context(),
    };
    let line = clean(line);
    if model.lock.is_shut() {
        return reader.before_lock(line.trim());
    }
    let field = match model.layers.last() {
        Some(Layer::Form(form)) if form.stage == Stage::Edit => form.entries.get(form.at),
        _ => None,
    };
    if field.is_none() && !reader.context.takes_text() {
        return reader.word(line.trim());
    }
    let text = match line.strip_prefix('.') {
        None => &*line,
        Some("") => return reader.end_of_text(field),
        // two full stops are one, and text
        Some(rest) if rest.starts_with('.') => rest,
        Some(word) => return reader.word(word.trim()),
    };
    match field {
        Some(entry) => reader.answer(entry, text),
        None => reader.text(text),
    }
}

struct Reader<'a> {
    model: &'a Model,
    context: Context,
}

impl Reader<'_> {
    /// A line while the desk is locked says that somebody is there, and nothing else; leaving works.
    fn before_lock(&self, line: &str) -> Asked {
        let quit = named("quit").filter(|quit| self.is_named(quit, line));
        let mut keys = quit
            .into_iter()
            .flat_map(|quit| self.model.keymap.keys_in(quit, Context::List));
        let leaves = keys.find_map(|strokes| match strokes.keys() {
            [key] if key.modifier == Modifier::Ctrl => Some(*key),
            _ => None,
        });
        let key = leaves.unwrap_or(Key::plain(Code::Enter));
        Asked::Inputs(vec![Input::Key(key)])
    }

    fn end_of_text(&self, field: Option<&Entry>) -> Asked {
        field.map_or(Asked::Where, |_| self.onward())
    }

    /// To the next field; behind the last one to the review.
    fn onward(&self) -> Asked {
        let is_last = match self.model.layers.last() {
            Some(Layer::Form(form)) => form.at + 1 >= form.entries.len(),
            _ => false,
        };
        self.press(&[if is_last { Id::Review } else { Id::NextField }])
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> Asked {
        Asked::Say(self.model.world.texts.fill(key, values))
    }

    /// The key of a command that works here.
    fn key(&self, id: Id) -> Option<&Strokes> {
        self.key_in(id, self.context)
    }

    fn key_in(&self, id: Id, context: Context) -> Option<&Strokes> {
        let command = COMMANDS.iter().find(|command| command.id == id)?;
        let is_there = command.contexts.contains(&context);
        let mut keys = self.model.keymap.keys_in(command, context);
        is_there.then(|| keys.next()).flatten()
    }

    fn keys(&self, ids: &[Id]) -> Vec<Input> {
        self.keys_at(ids, self.context)
    }

    fn keys_at(&self, ids: &[Id], context: Context) -> Vec<Input> {
        let strokes = ids.iter().filter_map(|id| self.key_in(*id, context));
        let keys = strokes.flat_map(|strokes| strokes.keys().iter().copied());
        keys.map(Input::Key).collect()
    }

    fn press(&self, ids: &[Id]) -> Asked {
        Asked::Inputs(self.keys(ids))
    }

    /// A command of the desk, of the lines, or a number.
    fn word(&self, word: &str) -> Asked {
        if word.is_empty() {
            return Asked::Where;
        }
        // as it is written in the full screen
        let word = match word.strip_prefix(':') {
            Some("") | None => word,
            Some(rest) => rest.trim(),
        };
        if let Ok(number) = word.parse::<usize>() {
            return self.number(number);
        }
        let texts = &self.model.world.texts;
        let is = |key: &str| {
            let own = texts.say(&format!("plain.word.{key}"));
            same(word, &own) || same(word, key)
        };
        if let Some((_, asked)) = OWN.iter().find(|(key, _)| is(key)) {
            return asked.clone();
        }
        if is("detail") && self.context == Context::List {
            return self.press(&[Id::Switch]);
        }
        if is("yes") && self.key(Id::Commit).is_some() {
            return self.press(&[Id::Commit]);
        }
        self.spoken(word, self.context)
            .unwrap_or_else(|| self.command(word))
    }

    fn is_named(&self, command: &Command, word: &str) -> bool {
        let own = help::name(&self.model.world.texts, command);
        let id = command.name.replace('_', " ");
        same(word, &own) || same(word, &id) || same(word, command.name)
    }

    fn begins(&self, command: &Command, word: &str) -> bool {
        let own = help::name(&self.model.world.texts, command);
        let word = word.to_lowercase();
        let names = [own.to_lowercase(), command.name.replace('_', " ")];
        word.chars().count() >= 2 && names.iter().any(|name| name.starts_with(&word))
    }

    fn command(&self, word: &str) -> Asked {
        let here = || {
            let all = COMMANDS.iter();
            all.filter(|command| command.contexts.contains(&self.context))
        };
        if let Some(command) = here().find(|command| self.is_named(command, word)) {
            return self.call(command);
        }
        let key = word.parse::<Key>().ok();
        let meant = key.and_then(|key| self.model.keymap.command(self.context, key));
        if let (Some(key), Some(command)) = (key, meant) {
            return match command.id {
                Id::Help => Asked::Help,
                _ => Asked::Inputs(vec![Input::Key(key)]),
            };
        }
        if let Some(asked) = self.strokes(word) {
            return asked;
        }
        let begun: Vec<&Command> = here().filter(|one| self.begins(one, word)).collect();
        match begun.as_slice() {
            [command] => self.call(command),
            [] => self.item(word),
            several => {
                let texts = &self.model.world.texts;
                let names: Vec<String> = several.iter().map(|one| help::name(texts, one)).collect();
                let values = [("word", word), ("words", &*names.join(", "))];
                self.say("plain.unknown.several", &values)
            }
        }
    }

    /// The line of a list that is called so, or begins so as the only one.
    fn item(&self, word: &str) -> Asked {
        let items = list::of(self.model).unwrap_or_default().items;
        let labels: Vec<&str> = items.iter().map(String::as_str).collect();
        match meant(&labels, word) {
            Some(at) if self.key(Id::Choose).is_some() => self.number(at + 1),
            _ => self.say("plain.unknown.word", &[("word", word)]),
        }
    }

    fn call(&self, command: &Command) -> Asked {
        match command.id {
            Id::Help => Asked::Help,
            Id::Redraw => Asked::Where,
            Id::Theme => self.say("plain.no_colours", &[]),
            id if self.key(id).is_none() => self.by_palette(command.name),
            id => self.press(&[id]),
        }
    }

    /// Goes to the line of that number; chooses it where lines are chosen.
    fn number(&self, number: usize) -> Asked {
        let list = list::of(self.model).unwrap_or_default();
        let Some(to) = number.checked_sub(1).filter(|to| *to < list.items.len()) else {
            return self.say("plain.unknown.number", &[("n", &number.to_string())]);
        };
        let step = if to < list.at { Id::Up } else { Id::Down };
        let mut ids = vec![step; to.abs_diff(list.at)];
        ids.push(match self.context {
            Context::Columns => Id::ShowColumn,
            _ => Id::Choose,
        });
        self.press(&ids)
    }

    /// The answer of a field, and on to the next.
    fn answer(&self, entry: &Entry, text: &str) -> Asked {
        match &entry.ask {
            _ if text.trim().is_empty() && self.context == Context::Note => self.in_note(entry),
            _ if text.trim().is_empty() => self.press(&[Id::Enter]),
            Ask::Choice(picks, at) => self.choose(entry, picks, *at, text.trim()),
            Ask::Text(editor) if editor.lines() == Lines::Many => {
                let lead = if editor.text().is_empty() { "" } else { "\n" };
                let mut inputs = self.behind(editor);
                inputs.push(Input::Paste(format!("{lead}{text}")));
                Asked::Inputs(inputs)
            }
            Ask::Text(_) => self.replace(text, &[Id::Enter]),
            Ask::Look(_, found) => {
                let number = text.trim().parse::<usize>().ok();
                let to = number.and_then(|number| number.checked_sub(1));
                match to.filter(|to| *to < found.picks.len()) {
                    Some(to) => self.take(to, found.at),
                    None if is_whole(entry, text) => self.replace(text, &[Id::Enter]),
                    // what it could mean is looked up first
                    None => self.replace(text, &[]),
                }
            }
        }
    }

    /// An empty line belongs to a note that has begun; else it goes on.
    fn in_note(&self, entry: &Entry) -> Asked {
        let Ask::Text(editor) = &entry.ask else {
            return self.onward();
        };
        if editor.text().is_empty() {
            return self.onward();
        }
        let mut inputs = self.behind(editor);
        inputs.push(Input::Paste(String::from("\n")));
        Asked::Inputs(inputs)
    }

    /// To the end of the text: what is typed comes behind what stands there, also in a note that is
    /// taken up again with the cursor in its middle.
    fn behind(&self, editor: &Editor) -> Vec<Input> {
        let below = editor.text()[editor.cursor()..].matches('\n').count();
        let mut ids = vec![Id::Edit(Edit::Down); below];
        ids.push(Id::Edit(Edit::End));
        self.keys(&ids)
    }

    /// The proposal of that number.
    fn take(&self, to: usize, at: Option<usize>) -> Asked {
        let (step, count) = match at {
            Some(at) if to < at => (Edit::Up, at - to),
            Some(at) => (Edit::Down, to - at),
            None => (Edit::Down, to + 1),
        };
        let mut ids = vec![Id::Edit(step); count];
        ids.push(Id::Enter);
        self.press(&ids)
    }

    fn choose(&self, entry: &Entry, picks: &[Pick], at: Option<usize>, text: &str) -> Asked {
        let labels: Vec<&str> = picks.iter().map(|pick| pick.label.as_str()).collect();
        let number = text.parse::<usize>().ok();
        let to = match number {
            Some(number) => number.checked_sub(1).filter(|to| *to < picks.len()),
            None => meant(&labels, text),
        };
        let Some(to) = to else {
            let unknown = self.say("plain.unknown.choice", &[("said", text)]);
            return match self.command(text) {
                Asked::Say(_) => unknown,
                _ if number.is_some() => unknown,
                asked => asked,
            };
        };
        if let Some(why) = entry.barred.get(&to) {
            return Asked::Say(why.clone());
        }
        let mut ids = match self.context {
            Context::Week => by_time(at, to),
            _ => vec![Id::Following; steps(entry, to)],
        };
        ids.push(Id::Enter);
        self.press(&ids)
    }

    /// A line of text outside a form: a search, a filter.
    fn text(&self, text: &str) -> Asked {
        let hits = list::of(self.model).map_or(0, |list| list.items.len());
        let is_hit = |number: usize| (1..=hits).contains(&number);
        match text.trim().parse::<usize>() {
            Ok(number) if is_hit(number) && self.context == Context::Palette => {
                self.entry(number - 1)
            }
            Ok(number) if is_hit(number) => self.number(number),
            _ if text.trim().is_empty() && self.context == Context::Palette => {
                self.press(&[Id::Back])
            }
            // what the line says of itself: an empty one shows all
            _ if text.trim().is_empty() && self.context == Context::Filter => {
                self.replace("", &[Id::Choose])
            }
            _ if text.trim().is_empty() => self.press(&[Id::Choose]),
            // hits are listed before one is chosen
            _ if self.context == Context::Search => self.replace(text, &[]),
            _ if self.context == Context::Palette => self.in_palette(text.trim()),
            _ => self.replace(text, &[Id::Choose]),
        }
    }
}

/// Whether nothing is to be looked up for this answer: a whole number, or too little to look for.
fn is_whole(entry: &Entry, text: &str) -> bool {
    let mut entry = entry.clone();
    entry.set(text);
    entry.kind.is_some() && entry.among().is_none()
}

/// The one of that name; a beginning does when it is the only one.
fn meant(labels: &[&str], text: &str) -> Option<usize> {
    let exact = labels.iter().position(|label| same(label, text));
    let text = text.to_lowercase();
    let mut begun = labels.iter().enumerate();
    let mut begun = begun
        .by_ref()
        .filter(|(_, label)| label.to_lowercase().starts_with(&text));
    let only = match (begun.next(), begun.next()) {
        (Some((at, _)), None) => Some(at),
        _ => None,
    };
    exact.or(only)
}

fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_meant_by_itself_or_by_a_beginning_that_only_it_has() {
        let labels = ["telephone", "e-mail", "text"];
        assert_eq!(meant(&labels, "E-Mail"), Some(1));
        assert_eq!(meant(&labels, "tel"), Some(0));
        assert_eq!(meant(&labels, "te"), None);
        assert_eq!(meant(&labels, "fax"), None);
    }
}
