//! The command line: one file per subcommand. What a command needs of its surroundings (words,
//! settings, the way to the database) stands in [`Shell`].

pub mod agent;
mod asked;
pub mod board;
pub mod bring;
mod called;
pub mod case;
pub mod check;
mod claims;
pub mod clerk;
pub mod completions;
pub mod config;
pub mod connect;
pub mod console;
pub mod consumption;
mod csv;
pub mod db;
pub mod demo;
pub mod doctor;
pub mod due;
pub mod error;
pub mod fees;
pub mod filter;
pub mod forms;
pub mod grid;
pub mod import;
pub mod keys;
mod looks;
pub mod man;
pub mod pg_supervisor;
pub mod practice;
pub mod process;
pub mod queue;
pub mod replay;
pub mod report;
mod settings;
mod shell;
pub mod slots;
pub mod teach;
pub mod wash;
pub mod washing;
pub mod words;
pub mod worker;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Files;
use crate::system;
use crate::text::Texts;
pub use error::{CliError, Exit, Sentence};
pub use shell::Shell;

/// Shown below the help of every command.
const EXIT_CODES: &str = "Exit codes: 0 done; 1 refused or not possible; 2 wrong usage or settings; \
3 partly done; 4 the database is away; 5 a fault of loket.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "loket", version, about, after_help = EXIT_CODES)]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do; the full-screen desk when nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// The database, before `DATABASE_URL`, PGHOST and the like, and the settings
    #[arg(long, global = true, value_name = "URL", help_heading = "Global")]
    pub database_url: Option<String>,
    /// Language of the texts: en, nl, nb or sv (default: `LOKET_LANG`, settings, then the locale)
    #[arg(long, global = true, value_name = "LANG", help_heading = "Global")]
    pub lang: Option<String>,
    /// Theme of the full-screen desk: default, light, high-contrast, mono, or one of your own
    #[arg(long, global = true, value_name = "NAME", help_heading = "Global")]
    pub theme: Option<String>,
    /// The desk as lines that are only appended: for screen readers, braille displays, pipes
    #[arg(long, global = true, help_heading = "Global")]
    pub plain: bool,
    /// Read only this file of settings, and keys and themes from its folder
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global")]
    pub config: Option<PathBuf>,
}

impl Global {
    /// Which files of settings are read.
    pub fn files(&self) -> Files {
        self.config.clone().map_or(Files::Usual, Files::Only)
    }
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything out: a private PostgreSQL, an invented world, the console on it
    Demo(demo::DemoArgs),
    /// The full-screen desk; the same as `loket` alone
    Console(console::ConsoleArgs),
    /// Work cases from a shell: the same verbs and refusals as on the screen
    Case(case::CaseArgs),
    /// The lead's figures: queues, what is due next, who is there
    Board(board::BoardArgs),
    /// Reports for a spreadsheet or a script
    Report(report::ReportArgs),
    /// Make, migrate and verify a database; its legal clock
    Db(db::DbArgs),
    /// Who may work: agents, leads, auditors, administrators, workers
    Agent(agent::AgentArgs),
    /// Limit and gate of the queues, set by their leads
    Queue(queue::QueueArgs),
    /// Filters with a name: list, save, throw away; `@name` stands for the line
    Filter(filter::FilterArgs),
    /// Bring in registers and cases from files
    Import(import::ImportArgs),
    /// Consumption under a sharing mandate: look, or take along; each is on record with its purpose
    Consumption(consumption::ConsumptionArgs),
    /// Whose grid is ours: the checks on a request compare with it
    Grid(grid::GridArgs),
    /// Start times of technicians by area and day: list, add a week, change capacity
    Slots(slots::SlotsArgs),
    /// Fees that the law sets, from a day on
    Fees(fees::FeesArgs),
    /// Forms that are data: look, check, see as the agent will, add a version
    Forms(forms::FormsArgs),
    /// Play the customer where payments are those of practice
    Practice(practice::PracticeArgs),
    /// Fire clocks, deliver messages, keep house; list and resend what was not delivered
    Worker(worker::WorkerArgs),
    /// Is all well here? Terminal, settings, database, worker, and what to do about what is not
    Doctor(doctor::DoctorArgs),
    /// What a console did before it crashed, step by step, from the report it left
    Replay(replay::ReplayArgs),
    /// Check identifiers: valid or not, and why
    Check(check::CheckArgs),
    /// The data wash: what grid company and supplier hold, compared
    Wash(wash::WashArgs),
    /// Compute one deadline and explain it
    Due(due::DueArgs),
    /// The processes: states, actions, deadlines, messages and rules
    Process(process::ProcessArgs),
    /// The keys of the desk, as they are with your own laid over them
    Keys(keys::KeysArgs),
    /// The settings: each with its value and where that comes from
    Config(config::ConfigArgs),
    /// Print the completions of a shell: put them where it looks for them
    Completions(completions::CompletionsArgs),
    /// Print the manual page, or write one for each command into a folder
    Man(man::ManArgs),
    /// Hold a private server; started by loket itself
    #[command(hide = true)]
    PgSupervisor(pg_supervisor::Args),
}

/// How a command ends.
pub type Ended = Result<ExitCode, CliError>;

/// Runs a command and says what went wrong, in one line.
pub async fn run(cli: Cli) -> ExitCode {
    let texts = shell::words_before_settings(cli.global.lang.as_deref());
    let shell = match Shell::new(&cli.global) {
        Ok(shell) => shell,
        Err(error) => return end(&error, &texts),
    };
    let texts = shell.texts.clone();
    let command = cli
        .command
        .unwrap_or(Command::Console(console::ConsoleArgs::default()));
    let ended = Box::pin(dispatch(command, shell)).await;
    match (ended, system::output_failure()) {
        (Err(error), _) => end(&error, &texts),
        (Ok(_), Some(why)) => end(&CliError::Output(why.to_owned()), &texts),
        (Ok(code), None) => code,
    }
}

async fn dispatch(command: Command, shell: Shell) -> Ended {
    match command {
        Command::Demo(args) => Box::pin(demo::run(args, &shell)).await,
        Command::Console(args) => Box::pin(console::run(args, &shell)).await,
        Command::Case(args) => Box::pin(case::run(args, &shell)).await,
        Command::Board(args) => board::run(args, &shell).await,
        Command::Report(args) => report::run(args, &shell).await,
        Command::Db(args) => db::run(args, &shell).await,
        Command::Agent(args) => agent::run(args, &shell).await,
        Command::Queue(args) => queue::run(args, &shell).await,
        Command::Filter(args) => filter::run(args, &shell).await,
        Command::Import(args) if args.kind == import::Kind::Wash => {
            bring::run(&args.wash, args.dry_run, &shell).await
        }
        Command::Import(args) if args.kind == import::Kind::Registers => {
            bring::registers(&args.files, args.wash.refused.as_deref(), &shell).await
        }
        Command::Import(args) => {
            let lists = looks::lists_said(&shell);
            Ok(import::run(&args, &shell.store()?, (&shell.texts, &lists)).await?)
        }
        Command::Consumption(args) => consumption::run(args, &shell).await,
        Command::Grid(args) => grid::run(args, &shell).await,
        Command::Slots(args) => slots::run(args, &shell).await,
        Command::Fees(args) => fees::run(args, &shell).await,
        Command::Forms(args) => forms::run(args, &shell).await,
        Command::Practice(args) => practice::run(args, &shell).await,
        Command::Worker(args) => {
            let config = worker::WorkerConfig {
                lists: Some(looks::lists_said(&shell)),
                ..settings::worker(&shell.config)
            };
            Ok(worker::run(&args, &config, shell.store()?, &shell.texts).await?)
        }
        Command::Doctor(args) => doctor::run(args, &shell).await,
        Command::Replay(args) => replay::run(&args, &shell),
        Command::Check(args) => pure(check::run(&args, &shell.texts, system::now())),
        Command::Wash(args) => match &args.command {
            wash::WashCommand::Desk(desk) => washing::run(desk, &shell).await,
            wash::WashCommand::Check(check) => pure(wash::run(check, &shell.texts)),
        },
        Command::Due(args) => pure(due::run(&args, &shell.texts)),
        Command::Process(args) => pure(process::run(&args, &shell.texts)),
        Command::Keys(args) => keys::run(&args, &shell),
        Command::Config(args) => config::run(&args, &shell),
        Command::Completions(args) => Ok(completions::run(&args)),
        Command::Man(args) => man::run(&args, &shell),
        Command::PgSupervisor(args) => {
            pg_supervisor::run(args).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What goes wrong in a command without a database is its input.
fn pure(ended: color_eyre::Result<ExitCode>) -> Ended {
    ended.map_err(|report| {
        CliError::Usage(Sentence::new(
            "fault.input",
            &[("why", &format!("{report:#}"))],
        ))
    })
}

fn end(error: &CliError, texts: &Texts) -> ExitCode {
    if let Some(words) = error.words(texts) {
        shell::error(&format!("loket: {words}"));
    }
    error.exit().into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
