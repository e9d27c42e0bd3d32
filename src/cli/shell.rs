//! What a command needs of its surroundings: words, settings, the way to the database, the output.

use std::io::IsTerminal as _;
use std::path::Path;

use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use super::{CliError, Global, connect, words};
use crate::config::setting::{LANG, LINKS, PLAIN, Setting, THEME};
use crate::config::{Config, Origin};
use crate::desk::keymap::Keymap;
use crate::domain::sanitize::clean;
use crate::store::Store;
use crate::system;
use crate::terminal::facts::Facts;
use crate::terminal::link;
use crate::text::Texts;

/// Connections of one command.
const CONNECTIONS: u32 = 2;

/// The surroundings of a command.
#[derive(Debug, Clone)]
pub struct Shell {
    /// Words in the language of the user.
    pub texts: Texts,
    /// Settings.
    pub config: Config,
    /// The flags that every command takes.
    pub global: Global,
}

/// Words for mistakes in the settings, which may say the language only later.
pub(super) fn words_before_settings(flag: Option<&str>) -> Texts {
    let asked = flag
        .map(str::to_owned)
        .or_else(|| system::env(&LANG.env()))
        .or_else(locale);
    Texts::load(asked.as_deref().unwrap_or("en"))
}

fn locale() -> Option<String> {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(system::env)
}

/// One line for a person on standard output, without anything that a terminal would obey. `false`
/// when it cannot be written.
pub(super) fn line(line: &str) -> bool {
    system::print_line(&clean(line))
}

/// One line of JSON on standard output; what a terminal would obey stands as an escape.
pub(super) fn json_line(json: &str) -> bool {
    system::print_line(&words::harmless_json(json))
}

/// What the program made itself, line by line as it is: completions, manual pages.
pub(super) fn generated(text: &str) {
    text.lines().all(system::print_line);
}

/// One line for a person on standard error, without anything that a terminal would obey.
pub(super) fn error(line: &str) {
    system::print_error(&clean(line));
}

impl Shell {
    /// Reads the settings.
    pub fn new(global: &Global) -> Result<Self, CliError> {
        let given: [(&Setting, &Option<String>); 2] =
            [(&LANG, &global.lang), (&THEME, &global.theme)];
        let flags: Vec<(&Setting, &str)> = given
            .into_iter()
            .filter_map(|(setting, value)| Some((setting, value.as_deref()?)))
            .chain(global.plain.then_some((&PLAIN, "true")))
            .collect();
        let config = Config::load(&global.files(), &system::env, &flags)?;
        let lang = config
            .text(&LANG)
            .filter(|lang| *lang != "auto")
            .map(str::to_owned);
        let lang = lang.or_else(locale).unwrap_or_else(|| String::from("en"));
        Ok(Self {
            texts: Keymap::shipped()
                .unwrap_or_default()
                .spell(&Texts::load(&lang)),
            config,
            global: global.clone(),
        })
    }

    /// Whether the desk is lines that are only appended: asked for, or a terminal that can do nothing
    /// else and nobody said otherwise.
    pub fn is_plain(&self) -> bool {
        let is_dumb = system::env("TERM").as_deref() == Some("dumb");
        let is_open = self.config.origin(&PLAIN) == Origin::Shipped;
        self.config.is_on(&PLAIN) || is_dumb && is_open
    }

    /// How to connect.
    pub fn options(&self) -> Result<PgConnectOptions, CliError> {
        let flag = self.global.database_url.as_deref();
        connect::options(flag, &system::env, &self.config)
    }

    /// Where the address stands: a flag, a variable, a file with its line.
    pub fn address_origin(&self) -> String {
        let flag = self.global.database_url.as_deref();
        connect::origin(flag, &system::env, &self.config)
    }

    /// The database, as the role that the address names.
    pub fn store(&self) -> Result<Store, CliError> {
        Ok(Store::connect(self.options()?, CONNECTIONS))
    }

    /// One line for a person.
    pub fn say(&self, text: &str) {
        line(text);
    }

    /// The text `key` with these values, for a person.
    pub fn tell(&self, key: &str, values: &[(&str, &str)]) {
        self.say(&self.texts.fill(key, values));
    }

    /// The text `key` with these values, in which this file is named: a link to it, where the terminal
    /// takes one.
    pub fn tell_of_file(&self, key: &str, values: &[(&str, &str)], path: &Path) {
        self.say_of_file(&self.texts.fill(key, values), path);
    }

    /// One line for a person, in which this file is named.
    pub fn say_of_file(&self, text: &str, path: &Path) {
        let said = clean(text);
        let name = path.display().to_string();
        let shown = clean(&name);
        let found = said.rfind(&*shown).filter(|_| self.has_links());
        let (Some(at), Ok(path)) = (found, std::path::absolute(path)) else {
            system::print_line(&said);
            return;
        };
        let linked = link::file(&link::host(), &path, &shown);
        let end = at + shown.len();
        system::print_line(&format!("{}{linked}{}", &said[..at], &said[end..]));
    }

    /// Whether names of files are links here: never in a pipe or a file.
    fn has_links(&self) -> bool {
        std::io::stdout().is_terminal() && self.wants_links()
    }

    /// Whether names of files are links on this terminal.
    pub fn wants_links(&self) -> bool {
        match self.config.text(&LINKS) {
            Some("on") => true,
            Some("off") => false,
            _ => Facts::read(&system::env).links,
        }
    }

    /// One JSON object on one line, for a program.
    pub fn json<T: Serialize + ?Sized>(&self, object: &T) -> Result<(), CliError> {
        let json = serde_json::to_string(object)
            .map_err(|error| CliError::Fault(color_eyre::Report::new(error)))?;
        json_line(&json);
        Ok(())
    }
}
