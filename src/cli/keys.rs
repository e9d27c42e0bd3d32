//! `loket keys`: the keys of the desk by context, as they are with the user's own laid over them.

use std::process::ExitCode;

use serde_json::json;

use super::{CliError, Ended, Exit, Sentence, Shell, looks, shell};
use crate::desk::command::{Command, Context, all_in};
use crate::desk::keymap::Keymap;
use crate::view::width;

/// Columns of keys, names and origins.
const COLUMNS: [usize; 3] = [22, 18, 10];

/// Flags of the list.
#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    /// Only where this is on the screen: list, detail, board, line, …
    #[arg(long, value_name = "CONTEXT")]
    context: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Prints them. A mistake in a file of the user is said too, and makes wrong settings of it.
pub fn run(args: &KeysArgs, shell: &Shell) -> Ended {
    let only = args.context.as_deref().map(context).transpose()?;
    let looks = looks::read(shell);
    for at in Context::ALL {
        if only.is_some_and(|only| only != at) {
            continue;
        }
        if !args.json {
            let name = shell.texts.say(&format!("context.{}", at.key()));
            shell.say(&format!("{} ({name})", at.key()));
        }
        for command in all_in(at) {
            if args.json {
                shell.json(&object(&looks.keymap, command, at, shell))?;
            } else {
                shell.say(&line(&looks.keymap, command, at, shell));
            }
        }
        if !args.json {
            shell.say("");
        }
    }
    for problem in &looks.problems {
        shell::error(&format!("loket: {problem}"));
    }
    Ok(if looks.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        Exit::Usage.into()
    })
}

fn context(name: &str) -> Result<Context, CliError> {
    Context::of_key(name).ok_or_else(|| {
        let known: Vec<&str> = Context::ALL.iter().map(|context| context.key()).collect();
        let args = [("given", name), ("known", &*known.join(", "))];
        CliError::Usage(Sentence::new("keys.no_context", &args))
    })
}

fn line(keymap: &Keymap, command: &Command, at: Context, shell: &Shell) -> String {
    let texts = &shell.texts;
    let keys = keymap.calls(command, at).join("  ");
    let cells = [
        keys.as_str(),
        texts.get(&format!("command.{}", command.name)),
        &keymap.origin(command).to_string(),
    ]
    .map(str::to_owned);
    let padded = cells.iter().zip(COLUMNS).map(|(cell, columns)| {
        let fill = columns.saturating_sub(width::of(cell));
        format!("{cell}{} ", " ".repeat(fill))
    });
    let help = texts.say(&format!("command.{}.help", command.name));
    format!("  {}{help}", padded.collect::<String>())
}

fn object(keymap: &Keymap, command: &Command, at: Context, shell: &Shell) -> serde_json::Value {
    let keys: Vec<String> = keymap
        .keys_in(command, at)
        .map(ToString::to_string)
        .collect();
    json!({
        "context": at.key(),
        "command": command.name,
        "keys": keys,
        "palette": command.is_reached_by_name(at),
        "name": shell.texts.get(&format!("command.{}", command.name)),
        "help": shell.texts.get(&format!("command.{}.help", command.name)),
        "origin": keymap.origin(command).to_string(),
    })
}
