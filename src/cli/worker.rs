//! `loket worker`: clocks, messages, housekeeping; and the dead letters.

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::error::{CliError, Sentence};
use super::shell;
use crate::domain::sanitize;
use crate::exchange::outbox::Delivery;
use crate::exchange::outbox::settings::Settings;
use crate::exchange::outbox::smtp::{MailError, Submission};
use crate::exchange::worker::outside::{Outside, OutsideError, OutsideSettings};
use crate::exchange::worker::{Done, Options, Worker};
use crate::process::notification::Lists;
use crate::store::Store;
use crate::store::work::DeadLetter;
use crate::text::Texts;

/// Arguments of `loket worker`.
#[derive(Debug, Clone, Args)]
pub struct WorkerArgs {
    /// Do what is due now, then end.
    #[arg(long)]
    pub once: bool,
    /// JSON: one object with --once or per dead letter, else one log line each.
    #[arg(long, global = true)]
    pub json: bool,
    /// A directory, or an address that begins with http:// or https://.
    #[arg(long, value_name = "TARGET")]
    pub deliver_to: Option<String>,
    /// Directory for the daily heads of the audit chains; '' exports none.
    #[arg(long, value_name = "DIR",
        value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub chain_heads: Option<PathBuf>,
    /// Confirm delivered blocks and orders as the outside systems would; for practice.
    #[arg(long)]
    pub practice: bool,
    /// Dead letters instead.
    #[command(subcommand)]
    pub command: Option<WorkerCommand>,
}

/// What to do with dead letters.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum WorkerCommand {
    /// List messages that could not be delivered.
    Dead,
    /// Let them leave again.
    #[command(arg_required_else_help = true)]
    Resend {
        /// Numbers of messages.
        #[arg(required_unless_present = "all")]
        ids: Vec<i64>,
        /// All of them.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
    },
}

/// The part of the configuration that the worker reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerConfig {
    /// Directory or address.
    pub deliver_to: String,
    /// Directory for the heads of the chains; empty: not exported.
    pub chain_heads: PathBuf,
    /// What is logged.
    pub log: String,
    /// Addresses, language, limits of messages.
    pub outbox: Settings,
    /// The systems outside that the worker speaks with.
    pub outside: OutsideSettings,
    /// What installers choose from, where that is not what the program brings.
    pub lists: Option<Lists>,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            deliver_to: "outbox".to_owned(),
            chain_heads: PathBuf::from("chain-heads"),
            log: "loket=info".to_owned(),
            outbox: Settings::default(),
            outside: OutsideSettings::default(),
            lists: None,
        }
    }
}

/// A setting with which the worker does not begin.
#[derive(Debug, thiserror::Error)]
pub enum WrongSetting {
    /// Of the mail server.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Of another system outside.
    #[error(transparent)]
    Outside(#[from] OutsideError),
}

impl From<WrongSetting> for CliError {
    fn from(wrong: WrongSetting) -> Self {
        Self::Usage(match &wrong {
            WrongSetting::Mail(error) => Sentence::new(error.key, &error.args()),
            WrongSetting::Outside(error) => Sentence::new(error.key, &error.args()),
        })
    }
}

impl WorkerArgs {
    /// Arguments over configuration. Fails when a system outside is set in a way that cannot work.
    pub fn options(&self, config: &WorkerConfig) -> Result<Options, WrongSetting> {
        let heads = self.chain_heads.as_ref().unwrap_or(&config.chain_heads);
        let texts = Texts::load(&config.outbox.language);
        let mut delivery = Delivery::parse(self.deliver_to.as_ref().unwrap_or(&config.deliver_to));
        if !config.outbox.mail.server.is_empty() {
            let submission = Submission::new(&config.outbox.mail, texts.clone())?;
            delivery = delivery.with_mail(submission);
        }
        Ok(Options {
            delivery,
            settings: config.outbox.clone(),
            chain_heads: (!heads.as_os_str().is_empty()).then(|| heads.clone()),
            practice: self.practice,
            outside: Outside {
                lists: config.lists.clone(),
                ..Outside::open(&config.outside, &texts)?
            },
        })
    }
}

/// Runs the worker until SIGTERM or SIGINT, or does what else was asked.
pub async fn run(
    args: &WorkerArgs,
    config: &WorkerConfig,
    store: Store,
    texts: &Texts,
) -> color_eyre::Result<ExitCode> {
    match &args.command {
        Some(WorkerCommand::Dead) => return dead(&store, args.json, texts).await,
        Some(WorkerCommand::Resend { ids, .. }) => return resend(&store, ids, texts).await,
        None => {}
    }
    log(args.json, &config.log);
    let options = args.options(config).map_err(CliError::from)?;
    let worker = Worker::open(store, options).await?;
    if args.once {
        let done = worker.once().await?;
        tell(&done, args.json, texts)?;
        return Ok(ExitCode::SUCCESS);
    }
    let stop = stop_on_signal()?;
    tracing::info!("{}", texts.get("worker.started"));
    worker.run(stop).await?;
    tracing::info!("{}", texts.get("worker.stopped"));
    Ok(ExitCode::SUCCESS)
}

fn tell(done: &Done, json: bool, texts: &Texts) -> color_eyre::Result<()> {
    if json {
        shell::json_line(&serde_json::to_string(done)?);
    } else {
        let values = [
            ("timers", done.timers),
            ("sent", done.sent),
            ("again", done.again),
            ("dead", done.dead),
            ("swept", done.swept),
        ];
        let values = values.map(|(name, count)| (name, count.to_string()));
        let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
        shell::line(&texts.fill("worker.once", &values));
    }
    Ok(())
}

/// The error stream of a log: whoever read it may be gone, and the worker works on.
struct Heedless(io::Stderr);

impl io::Write for Heedless {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.0.write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = self.0.flush();
        Ok(())
    }
}

/// Log lines on the error stream: ids, never personal data. A second call changes nothing.
fn log(json: bool, filter: &str) {
    let builder = tracing_subscriber::fmt()
        .with_writer(|| Heedless(io::stderr()))
        .log_internal_errors(false)
        .with_env_filter(filter)
        .with_target(false);
    let _ = if json {
        builder.json().try_init()
    } else {
        builder.with_ansi(false).try_init()
    };
}

/// Told to stop by SIGTERM or SIGINT.
fn stop_on_signal() -> io::Result<watch::Receiver<bool>> {
    let (tell, stop) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = tell.send(true);
        tell.closed().await;
    });
    Ok(stop)
}

const LISTED: u32 = 500;

async fn dead(store: &Store, json: bool, texts: &Texts) -> color_eyre::Result<ExitCode> {
    let letters = store.outbox_dead(LISTED).await?;
    if letters.is_empty() && !json {
        shell::line(texts.get("outbox.dead_none"));
    }
    for letter in &letters {
        let is_said = if json {
            shell::json_line(&serde_json::to_string(letter)?)
        } else {
            shell::line(&line_of(letter, texts))
        };
        if !is_said {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn line_of(letter: &DeadLetter, texts: &Texts) -> String {
    let kind = format!("message.{}", letter.kind);
    let reason = sanitize::clean(letter.error.as_deref().unwrap_or_default());
    let values = [
        ("id", letter.outbox_id.to_string()),
        ("case", letter.case_no.clone()),
        ("kind", texts.get(&kind).to_owned()),
        ("reason", reason.into_owned()),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(n, v)| (*n, v.as_str())).collect();
    texts.fill("outbox.dead_line", &values)
}

async fn resend(store: &Store, ids: &[i64], texts: &Texts) -> color_eyre::Result<ExitCode> {
    if ids.is_empty() {
        return resend_all(store, texts).await;
    }
    let mut code = ExitCode::SUCCESS;
    for id in ids {
        if !resend_one(store, *id, texts).await? {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// Page by page. A message that dies again meanwhile is not sent a third time.
async fn resend_all(store: &Store, texts: &Texts) -> color_eyre::Result<ExitCode> {
    let mut seen = HashSet::new();
    loop {
        let letters = store.outbox_dead(LISTED).await?;
        let mut news = letters.iter().map(|letter| letter.outbox_id);
        let news: Vec<i64> = news.by_ref().filter(|id| seen.insert(*id)).collect();
        if news.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        for id in news {
            resend_one(store, id, texts).await?;
        }
    }
}

async fn resend_one(store: &Store, id: i64, texts: &Texts) -> color_eyre::Result<bool> {
    let was_dead = store.outbox_resend(id).await?;
    let key = if was_dead {
        "outbox.resent"
    } else {
        "outbox.not_dead"
    };
    shell::line(&texts.fill(key, &[("id", &id.to_string())]));
    Ok(was_dead)
}
