//! `loket config`: every setting with its value and where that comes from, and the files that are
//! looked at. A password in an address is never shown.

use std::path::Path;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Value as Json, json};

use super::{CliError, Ended, Sentence, Shell, looks};
use crate::config::setting::{SETTINGS, Setting, Value};
use crate::config::{Origin, folders};
use crate::system;
use crate::view::width;

/// Columns of names and values.
const COLUMNS: [usize; 2] = [42, 30];

/// What to show.
#[derive(Debug, clap::Args)]
pub struct ConfigArgs {
    /// What to show; all settings when nothing is said
    #[command(subcommand)]
    question: Option<Question>,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// All settings: name, value, where it comes from
    Show {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// The value of one setting, and nothing else
    Get {
        /// Its name, e.g. `worker.deliver_to`
        #[arg(value_name = "SETTING")]
        name: String,
    },
    /// The files that are looked at, in order: what is found later wins
    Path {
        /// One JSON object a line
        #[arg(long)]
        json: bool,
    },
}

/// Prints the answer.
pub fn run(args: &ConfigArgs, shell: &Shell) -> Ended {
    match &args.question {
        None => show(false, shell)?,
        Some(Question::Show { json }) => show(*json, shell)?,
        Some(Question::Get { name }) => shell.say(&plain(shell, named(name)?)),
        Some(Question::Path { json }) => paths(*json, shell)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn named(name: &str) -> Result<&'static Setting, CliError> {
    let found = SETTINGS.iter().copied().find(|setting| setting.key == name);
    found.ok_or_else(|| {
        let known: Vec<&str> = SETTINGS.iter().map(|setting| setting.key).collect();
        let args = [("given", name), ("known", &*known.join(", "))];
        CliError::Usage(Sentence::new("settings.unknown", &args))
    })
}

fn show(as_json: bool, shell: &Shell) -> Result<(), CliError> {
    for setting in SETTINGS {
        let origin = shell.config.origin(setting);
        if as_json {
            let (kind, at) = told(&origin, setting);
            let value = shell.config.value(setting).map_or(Json::Null, object);
            let line = json!({"setting": setting.key, "value": value, "origin": kind, "at": at});
            shell.json(&line)?;
        } else {
            let (kind, at) = told(&origin, setting);
            let kind = shell.texts.get(&format!("settings.{kind}")).to_owned();
            let value = plain(shell, setting);
            let name = pad(setting.key, COLUMNS[0]);
            let line = format!("{name} {} {kind} {at}", pad(&value, COLUMNS[1]));
            match &origin {
                Origin::File(path, _) => shell.say_of_file(&line, path),
                _ => shell.say(line.trim_end()),
            }
        }
    }
    Ok(())
}

fn pad(cell: &str, columns: usize) -> String {
    let fill = columns.saturating_sub(width::of(cell));
    format!("{cell}{}", " ".repeat(fill))
}

/// The kind of origin and where exactly.
fn told(origin: &Origin, setting: &Setting) -> (&'static str, String) {
    match origin {
        Origin::Shipped => ("default", String::new()),
        Origin::File(path, line) => ("file", format!("{}:{line}", path.display())),
        Origin::Env(name) => ("environment", name.clone()),
        Origin::Flag => ("option", setting.flag()),
    }
}

fn plain(shell: &Shell, setting: &Setting) -> String {
    match shell.config.value(setting) {
        Some(Value::Text(text)) => without_password(text),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(is_on)) => is_on.to_string(),
        Some(Value::Words(words)) => words.join(","),
        None => String::new(),
    }
}

fn object(value: &Value) -> Json {
    match value {
        Value::Text(text) => without_password(text).into(),
        Value::Number(number) => (*number).into(),
        Value::Bool(is_on) => (*is_on).into(),
        Value::Words(words) => words.clone().into(),
    }
}

/// The address with dots for its password: in front of the host, or as a parameter.
fn without_password(address: &str) -> String {
    const HIDDEN: &str = "...";
    let mut shown = address.to_owned();
    if let Some((scheme, rest)) = address.split_once("://") {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let login = rest[..end].rfind('@').map(|at| &rest[..at]);
        if let Some((user, _)) = login.and_then(|login| login.split_once(':')) {
            let host = &rest[login.map_or(0, str::len)..];
            shown = format!("{scheme}://{user}:{HIDDEN}{host}");
        }
    }
    for name in ["password=", "sslpassword="] {
        for before in ["?", "&"] {
            let found = shown.find(&format!("{before}{name}"));
            if let Some(at) = found.map(|at| at + before.len() + name.len()) {
                let end = shown[at..].find('&').map_or(shown.len(), |end| at + end);
                shown.replace_range(at..end, HIDDEN);
            }
        }
    }
    shown
}

fn paths(as_json: bool, shell: &Shell) -> Result<(), CliError> {
    let files = shell.global.files();
    for folder in folders(&files, &system::env) {
        let parts = [
            ("settings", folder.join(files.name())),
            ("keys", folder.join(looks::KEYMAP)),
            ("themes", folder.join(looks::THEME_FOLDER)),
        ];
        for (kind, path) in parts {
            path_line(as_json, kind, &path, shell)?;
        }
    }
    Ok(())
}

fn path_line(as_json: bool, kind: &str, path: &Path, shell: &Shell) -> Result<(), CliError> {
    let is_there = path.exists();
    let name = path.display().to_string();
    if as_json {
        return shell.json(&json!({"kind": kind, "path": name, "there": is_there}));
    }
    let texts = &shell.texts;
    let kind = pad(texts.get(&format!("settings.of_{kind}")), 14);
    let state = if is_there { "there" } else { "not_there" };
    let state = texts.say(&format!("settings.{state}"));
    let line = format!("{kind} {name} ({state})");
    if is_there {
        shell.say_of_file(&line, path);
    } else {
        shell.say(&line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_is_never_shown() {
        for (address, shown) in [
            (
                "postgres://anna:s3cret@db:5432/loket",
                "postgres://anna:...@db:5432/loket",
            ),
            (
                "postgres://anna:a@b@db/loket",
                "postgres://anna:...@db/loket",
            ),
            ("postgres://anna@db/loket", "postgres://anna@db/loket"),
            (
                "postgres://db/x?password=s3cret&a=b",
                "postgres://db/x?password=...&a=b",
            ),
            (
                "postgres://db/x?a=b&password=s3cret",
                "postgres://db/x?a=b&password=...",
            ),
            ("https://me:pw@outbox/in", "https://me:...@outbox/in"),
            ("outbox", "outbox"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }
}
