//! The command line: one file per subcommand.

pub mod check;
pub mod due;
pub mod pg_supervisor;
pub mod process;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::system;
use crate::text::Texts;

/// Exit code when a command could not do its work (wrong usage, bad input, no database).
pub const EXIT_ERROR: u8 = 2;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "loket", version, about)]
pub struct Cli {
    /// Language of the texts: en or nl (default: `LOKET_LANG`, then the locale)
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check identifiers: valid or not, and why
    Check(check::CheckArgs),
    /// Compute one deadline and explain it
    Due(due::DueArgs),
    /// The processes: states, actions, deadlines, messages and rules
    Process(process::ProcessArgs),
    /// Holds the private PostgreSQL of a demo; started by the demo itself
    #[command(hide = true)]
    PgSupervisor(pg_supervisor::Args),
}

impl Cli {
    /// The words to speak in: the flag, `LOKET_LANG`, the locale, English.
    pub fn texts(&self) -> Texts {
        let asked = self.lang.clone().or_else(|| {
            ["LOKET_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .find_map(system::env)
        });
        Texts::load(asked.as_deref().unwrap_or("en"))
    }
}

/// Runs a command. An error is for one line on standard error and [`EXIT_ERROR`].
pub fn run(cli: &Cli) -> color_eyre::Result<ExitCode> {
    let texts = cli.texts();
    match &cli.command {
        Command::Check(args) => check::run(args, &texts, system::now()),
        Command::Due(args) => due::run(args, &texts),
        Command::Process(args) => process::run(args, &texts),
        Command::PgSupervisor(args) => {
            block_on(pg_supervisor::run(args.clone()))??;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Runs what waits for the outside world: one thread is enough for one person.
fn block_on<T>(work: impl Future<Output = T>) -> color_eyre::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(work))
}
