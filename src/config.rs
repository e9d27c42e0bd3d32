//! Settings: shipped defaults ← `/etc/loket/config.toml` ← `$XDG_CONFIG_HOME/loket/config.toml` ←
//! environment ← flags. Every value keeps its origin, so that somebody who wonders where a value
//! comes from can be told.
//!
//! The reference of all settings is `config.toml`, which is part of the program.

mod file;
pub mod setting;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use file::Found;
use setting::{SETTINGS, Setting, Value};

/// The shipped defaults, with a comment for every setting.
pub const DEFAULTS: &str = include_str!("../config.toml");
const DEFAULTS_NAME: &str = "config.toml";

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The defaults in the program.
    Shipped,
    /// A file, and the line in it.
    File(PathBuf, usize),
    /// This environment variable.
    Env(String),
    /// A flag of the command line.
    Flag,
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shipped => out.write_str("default"),
            Self::File(path, line) => write!(out, "{}:{line}", path.display()),
            Self::Env(name) => out.write_str(name),
            Self::Flag => out.write_str("flag"),
        }
    }
}

/// What is wrong with the settings. `key` names the text (`config.<key>`), `args` its values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {args:?}")]
pub struct ConfigError {
    /// Which mistake.
    pub key: &'static str,
    /// Values for the text.
    pub args: Vec<(&'static str, String)>,
}

impl ConfigError {
    fn new(key: &'static str, args: &[(&'static str, &str)]) -> Self {
        let args = args
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Self { key, args }
    }
}

/// Which files are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Files {
    /// The usual ones, those of them that exist.
    Usual,
    /// This one, which must exist.
    Only(PathBuf),
}

/// All settings with their origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    values: BTreeMap<&'static str, (Value, Origin)>,
}

impl Config {
    /// Reads everything. `env` gives environment variables; `flags` win over all the rest.
    pub fn load(
        files: &Files,
        env: &dyn Fn(&str) -> Option<String>,
        flags: &[(&Setting, &str)],
    ) -> Result<Self, ConfigError> {
        let mut config = Self {
            values: BTreeMap::new(),
        };
        for found in file::read(DEFAULTS, Path::new(DEFAULTS_NAME))? {
            config
                .values
                .insert(found.setting.key, (found.value, Origin::Shipped));
        }
        for folder in folders(files, env) {
            config.lay_file(&folder.join(files.name()), files)?;
        }
        config.lay_env(env)?;
        for (setting, raw) in flags {
            let value = setting
                .parse(raw)
                .map_err(|fault| fault.at("flag", setting.flag()))?;
            config.values.insert(setting.key, (value, Origin::Flag));
        }
        Ok(config)
    }

    fn lay_file(&mut self, path: &Path, files: &Files) -> Result<(), ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error)
                if error.kind() == std::io::ErrorKind::NotFound && *files == Files::Usual =>
            {
                return Ok(());
            }
            Err(error) => {
                let (file, why) = (path.display().to_string(), error.to_string());
                return Err(ConfigError::new(
                    "unreadable",
                    &[("file", &file), ("why", &why)],
                ));
            }
        };
        for Found {
            setting,
            value,
            line,
        } in file::read(&text, path)?
        {
            self.values
                .insert(setting.key, (value, Origin::File(path.to_owned(), line)));
        }
        Ok(())
    }

    fn lay_env(&mut self, env: &dyn Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
        for setting in SETTINGS {
            let name = setting.env();
            if let Some(raw) = env(&name) {
                let value = setting
                    .parse(&raw)
                    .map_err(|fault| fault.at("env", name.clone()))?;
                self.values.insert(setting.key, (value, Origin::Env(name)));
            }
        }
        Ok(())
    }

    /// The value of a setting.
    pub fn value(&self, setting: &Setting) -> Option<&Value> {
        self.values.get(setting.key).map(|(value, _)| value)
    }

    /// The text of a setting; `None` when it is empty, which means "not set".
    pub fn text(&self, setting: &Setting) -> Option<&str> {
        match self.values.get(setting.key) {
            Some((Value::Text(text), _)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The whole number of a setting, in the unit that its name ends with.
    pub fn number(&self, setting: &Setting) -> u32 {
        match self.values.get(setting.key) {
            Some((Value::Number(number), _)) => *number,
            _ => 0,
        }
    }

    /// The words of a setting.
    pub fn words(&self, setting: &Setting) -> Vec<String> {
        match self.values.get(setting.key) {
            Some((Value::Words(words), _)) => words.clone(),
            _ => Vec::new(),
        }
    }

    /// Whether a setting is on.
    pub fn is_on(&self, setting: &Setting) -> bool {
        matches!(self.values.get(setting.key), Some((Value::Bool(true), _)))
    }

    /// The value of a setting as it would be written.
    pub fn shown(&self, setting: &Setting) -> String {
        match self.values.get(setting.key) {
            Some((Value::Text(text), _)) => format!("\"{text}\""),
            Some((Value::Number(number), _)) => number.to_string(),
            Some((Value::Bool(on), _)) => on.to_string(),
            Some((Value::Words(words), _)) => format!("{words:?}"),
            None => String::new(),
        }
    }

    /// Where the value of a setting comes from.
    pub fn origin(&self, setting: &Setting) -> Origin {
        let found = self.values.get(setting.key);
        found.map_or(Origin::Shipped, |(_, origin)| origin.clone())
    }
}

impl Files {
    /// Name of the file in its folder.
    pub fn name(&self) -> PathBuf {
        let own = match self {
            Self::Only(path) => path.file_name(),
            Self::Usual => None,
        };
        own.map_or_else(|| PathBuf::from(DEFAULTS_NAME), PathBuf::from)
    }
}

/// The folders where settings, keys and themes are looked for; what is found later wins. With a file
/// that is named it is the folder of that file.
pub fn folders(files: &Files, env: &dyn Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    if let Files::Only(path) = files {
        return vec![path.parent().map(PathBuf::from).unwrap_or_default()];
    }
    let own = env("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let own = own.or_else(|| {
        etcetera::base_strategy::Xdg::new()
            .ok()
            .map(|base| base.config_dir())
    });
    let mut folders = vec![PathBuf::from("/etc/loket")];
    folders.extend(own.map(|folder| folder.join("loket")));
    folders
}

#[cfg(test)]
mod tests {
    use super::setting::{DATABASE_URL, LANG, WORKER_DELIVER_TO};
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn written(text: &str) -> (tempdir::Folder, Files) {
        let folder = tempdir::Folder::new();
        let path = folder.path.join("config.toml");
        std::fs::write(&path, text).unwrap();
        let files = Files::Only(path);
        (folder, files)
    }

    /// A folder that goes with its value.
    mod tempdir {
        use std::path::PathBuf;

        pub(super) struct Folder {
            pub(super) path: PathBuf,
        }

        impl Folder {
            pub(super) fn new() -> Self {
                let name = format!("loket-config-{}", uuid::Uuid::now_v7());
                let path = std::env::temp_dir().join(name);
                std::fs::create_dir(&path).unwrap();
                Self { path }
            }
        }

        impl Drop for Folder {
            fn drop(&mut self) {
                let _ = std::fs::remove_dir_all(&self.path);
            }
        }
    }

    #[test]
    fn each_layer_wins_over_the_one_below_it_and_says_so() {
        let (_folder, files) = written("lang = \"nl\"\n[worker]\ndeliver_to = \"/var/out\"\n");
        let env = |name: &str| (name == "LOKET_LANG").then(|| String::from("en"));
        let shipped = Config::load(
            &Files::Usual,
            &|name| (name == "XDG_CONFIG_HOME").then(|| String::from("/nonexistent")),
            &[],
        )
        .unwrap();
        assert_eq!(shipped.origin(&WORKER_DELIVER_TO), Origin::Shipped);

        let config = Config::load(&files, &nothing, &[]).unwrap();
        assert_eq!(config.text(&LANG), Some("nl"));
        assert_eq!(config.text(&WORKER_DELIVER_TO), Some("/var/out"));
        let Origin::File(_, line) = config.origin(&WORKER_DELIVER_TO) else {
            panic!("not the file")
        };
        assert_eq!(line, 3);

        let config = Config::load(&files, &env, &[]).unwrap();
        assert_eq!(config.text(&LANG), Some("en"));
        assert_eq!(
            config.origin(&LANG),
            Origin::Env(String::from("LOKET_LANG"))
        );

        let config = Config::load(&files, &env, &[(&LANG, "nl")]).unwrap();
        assert_eq!(config.text(&LANG), Some("nl"));
        assert_eq!(config.origin(&LANG), Origin::Flag);
        assert_eq!(
            config.text(&DATABASE_URL),
            None,
            "an empty text means: not set"
        );
    }

    #[test]
    fn mistakes_are_named_with_file_and_line() {
        for (text, key, line) in [
            ("lang = \"nl\"\ntongue = \"nl\"\n", "unknown", "2"),
            ("[worker]\n\ndeliver_too = \"x\"\n", "unknown", "3"),
            ("[out]\ndeliver_to = \"x\"\n", "unknown", "1"),
            ("lang = \"fr\"\n", "wrong", "1"),
            ("\nlang = 3\n", "wrong", "2"),
            ("[worker]\ndeliver_to = [\"x\"]\n", "wrong", "2"),
            ("outbox = \"x\"\n", "wrong", "1"),
            ("[outbox]\nattempts = 0\n", "wrong", "2"),
            (
                "[outbox]\nadditional_mandate.supplier = [\"DAYS\"]\n",
                "wrong",
                "2",
            ),
            ("lang = \"nl\"\n\nlang = \"en\"\n", "syntax", "3"),
        ] {
            let (_folder, files) = written(text);
            let error = Config::load(&files, &nothing, &[]).unwrap_err();
            assert_eq!(error.key, key, "{text}");
            assert!(
                error.args.contains(&("line", line.to_owned())),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_wrong_value_in_the_environment_names_the_variable() {
        let env = |name: &str| (name == "LOKET_LANG").then(|| String::from("fr"));
        let (_folder, files) = written("");
        let error = Config::load(&files, &env, &[]).unwrap_err();
        assert!(
            error.args.contains(&("env", String::from("LOKET_LANG"))),
            "{error}"
        );
    }

    #[test]
    fn a_named_file_must_exist() {
        let files = Files::Only(PathBuf::from("/nonexistent/config.toml"));
        assert_eq!(
            Config::load(&files, &nothing, &[]).unwrap_err().key,
            "unreadable"
        );
    }

    #[test]
    fn every_setting_stands_in_the_reference_with_a_comment() {
        let lines: Vec<&str> = DEFAULTS.lines().collect();
        let found = file::read(DEFAULTS, Path::new(DEFAULTS_NAME)).unwrap();
        for setting in SETTINGS {
            let line = found.iter().find(|found| found.setting.key == setting.key);
            let line = line
                .unwrap_or_else(|| panic!("{} is not in config.toml", setting.key))
                .line;
            assert!(
                lines[line - 2].starts_with('#'),
                "{} has no comment",
                setting.key
            );
        }
        assert_eq!(found.len(), SETTINGS.len());
    }
}
