//! What can be done here, from the one table of commands: its word, what it does, and what is not
//! possible now.

use crate::desk::command::{COMMANDS, Command, Context, Id};
use crate::desk::model::Model;
use crate::text::Texts;

/// Words of the lines themselves, before the commands of the desk.
pub(super) const OWN: [&str; 4] = ["where", "list", "read", "detail"];

/// The help of the present context.
pub(super) fn said(model: &Model) -> Vec<String> {
    let texts = &model.world.texts;
    let context = model.context();
    let named = texts.say(&format!("context.{}", context.key()));
    let mut lines = vec![texts.fill("plain.help.heading", &[("context", &named)])];
    if context.takes_text() || context == Context::Choice {
        lines.push(texts.say("plain.in_field"));
    }
    for word in OWN {
        let name = texts.say(&format!("plain.word.{word}"));
        lines.push(of(texts, &name, &format!("plain.help.{word}")));
    }
    let number = texts.say("plain.help.number");
    lines.push(of(texts, &number, "plain.help.number.help"));
    let (able, not): (Vec<_>, Vec<_>) =
        commands(context).partition(|command| (command.available)(model).is_ok());
    lines.extend(able.iter().map(|command| of_command(texts, command)));
    if !not.is_empty() {
        let words: Vec<String> = not.iter().map(|command| name(texts, command)).collect();
        lines.push(texts.fill("plain.help.not_now", &[("words", &words.join(", "))]));
    }
    lines
}

/// The commands of a context that are words: not those that move a cursor in a text.
pub(super) fn commands(context: Context) -> impl Iterator<Item = &'static Command> {
    let here = COMMANDS
        .iter()
        .filter(move |command| command.contexts.contains(&context));
    here.filter(|command| !matches!(command.id, Id::Edit(_) | Id::Help | Id::Newline))
}

/// The word of a command.
pub(super) fn name(texts: &Texts, command: &Command) -> String {
    texts.say(&format!("command.{}", command.name))
}

fn of_command(texts: &Texts, command: &Command) -> String {
    let key = format!("command.{}.help", command.name);
    let mut label = name(texts, command);
    if let Some(argument) = command.argument.key() {
        label = format!("{label} {}", texts.get(&format!("argument.{argument}")));
    }
    of(texts, &label, &key)
}

fn of(texts: &Texts, label: &str, key: &str) -> String {
    let values = [("label", label), ("said", texts.get(key))];
    texts.fill("plain.form.of", &values)
}
