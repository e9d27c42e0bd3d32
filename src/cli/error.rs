//! What ends a command, the sentence that says so, and the exit code. Errors are one clear line on
//! standard error.

use std::fmt;
use std::process::ExitCode;

use super::words;
use crate::config::ConfigError;
use crate::exchange::keep::KeepError;
use crate::local_postgres::LocalPostgresError;
use crate::process::engine::Refusal;
use crate::store::StoreError;
use crate::text::Texts;

/// Exit codes, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Refused or not possible: the sentence names the reason, and the rule where there is one.
    Refused = 1,
    /// Wrong usage or settings; clap uses the same code.
    Usage = 2,
    /// Some of it was done.
    Partly = 3,
    /// The database is away.
    Away = 4,
    /// A fault of ours.
    Fault = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// A text with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    key: &'static str,
    args: Vec<(&'static str, String)>,
}

impl Sentence {
    /// The text `key` with these values.
    pub fn new(key: &'static str, args: &[(&'static str, &str)]) -> Self {
        let args = args
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        Self { key, args }
    }

    /// In words.
    pub fn words(&self, texts: &Texts) -> String {
        let args: Vec<(&str, &str)> = self
            .args
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        texts.fill(self.key, &args)
    }
}

/// What ends a command before its end.
#[derive(Debug)]
pub enum CliError {
    /// Wrong usage or settings.
    Usage(Sentence),
    /// Refused, apart from the process: nothing to take, held by somebody else.
    Refused(Sentence),
    /// The settings are wrong.
    Config(ConfigError),
    /// The database or the engine said no, or is away.
    Store(StoreError),
    /// The private server of the demo.
    Private(LocalPostgresError),
    /// A file or stream.
    Io(String, std::io::Error),
    /// Standard output took no more, and why.
    Output(String),
    /// Everything was said already; only the code is left.
    Told(Exit),
    /// Something that should not happen, with where.
    Fault(color_eyre::Report),
}

impl fmt::Display for CliError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

impl std::error::Error for CliError {}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        Self::Store(StoreError::Refused(refusal))
    }
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<LocalPostgresError> for CliError {
    fn from(error: LocalPostgresError) -> Self {
        Self::Private(error)
    }
}

impl From<KeepError> for CliError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Exists(path) => {
                let file = path.display().to_string();
                Self::Usage(Sentence::new("consumption.exists", &[("file", &file)]))
            }
            KeepError::Io(path, error) => Self::Io(path.display().to_string(), error),
        }
    }
}

impl From<color_eyre::Report> for CliError {
    fn from(report: color_eyre::Report) -> Self {
        let store =
            |report: color_eyre::Report| report.downcast().map_or_else(Self::Fault, Self::Store);
        report.downcast().unwrap_or_else(store)
    }
}

impl CliError {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Config(_) | Self::Io(..) => Exit::Usage,
            Self::Told(exit) => *exit,
            Self::Store(StoreError::Offline(_)) | Self::Private(_) => Exit::Away,
            Self::Store(StoreError::Bug(_)) | Self::Output(_) | Self::Fault(_) => Exit::Fault,
            Self::Refused(_) | Self::Store(_) => Exit::Refused,
        }
    }

    /// The sentence for standard error; `None` when everything was said.
    pub fn words(&self, texts: &Texts) -> Option<String> {
        Some(match self {
            Self::Usage(sentence) | Self::Refused(sentence) => sentence.words(texts),
            Self::Config(error) => {
                let key = format!("config.{}", error.key);
                let args: Vec<(&str, &str)> = error
                    .args
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                texts.fill(&key, &args)
            }
            Self::Store(error) => store_words(error, texts),
            Self::Private(error) => error.to_string(),
            Self::Io(what, error) => {
                let why = error.to_string();
                texts.fill("fault.io", &[("what", what), ("why", &why)])
            }
            Self::Output(why) => texts.fill("fault.output", &[("why", why)]),
            Self::Told(_) => return None,
            Self::Fault(report) => {
                let why = format!("{report:#}");
                texts.fill("fault.ours", &[("why", &why)])
            }
        })
    }
}

/// What the database said, in words.
pub(super) fn store_words(error: &StoreError, texts: &Texts) -> String {
    match error {
        StoreError::Offline(why) => texts.fill("fault.offline", &[("why", why)]),
        StoreError::Stale => texts.get("fault.stale").to_owned(),
        StoreError::LeaseLost {
            holder: Some(holder),
        } => texts.fill("fault.lease_lost_to", &[("holder", holder)]),
        StoreError::LeaseLost { holder: None } => texts.get("fault.lease_lost").to_owned(),
        StoreError::SessionLost => texts.get("fault.session_lost").to_owned(),
        StoreError::Reused => texts.get("fault.reused").to_owned(),
        StoreError::NotAnAgent(why) => texts.fill("fault.not_an_agent", &[("why", why)]),
        StoreError::Refused(refusal) => words::refusal(refusal, texts),
        StoreError::Bug(why) => texts.fill("fault.ours", &[("why", why)]),
    }
}
