//! The command line: one file per subcommand.

pub mod check;
pub mod due;
pub mod pg_supervisor;

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
    /// Watches a private server for its users; started by the program itself
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
pub async fn run(cli: Cli) -> color_eyre::Result<ExitCode> {
    let texts = cli.texts();
    match cli.command {
        Command::Check(args) => check::run(&args, &texts, system::now()),
        Command::Due(args) => due::run(&args, &texts),
        Command::PgSupervisor(args) => {
            pg_supervisor::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
