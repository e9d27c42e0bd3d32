//! `loket demo`: the whole product on a private PostgreSQL, with an invented world and nothing else
//! prepared. A second demo on the same home joins as the next colleague.

mod people;
mod setup;

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::future::join_all;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use super::called::called;
use super::{CliError, Ended, Shell, console};
use crate::exchange::colleague::{self, Manner};
use crate::local_postgres::{Existing, LocalPostgres, Options, SUPERUSER};
use crate::store::{Store, StoreError};
use crate::system;
use crate::text::format;
pub use people::Place;
pub(super) use setup::PAYMENTS;
use setup::{DATABASE, Found};

/// How long the end of the demo waits for all who work beside the console together: the worker and
/// every colleague's session.
const LEAVE: Duration = Duration::from_secs(4);

/// How often the demo is made anew after starts that were cut off.
const ATTEMPTS: u8 = 3;

/// How the demo is started.
#[derive(Debug, Clone, Args)]
pub struct DemoArgs {
    /// So many simulated colleagues work beside you (at most 40)
    #[arg(long, value_name = "N", default_value_t = 0,
        value_parser = clap::value_parser!(u16).range(0..=i64::from(people::CROWD_MAX)))]
    pub agents: u16,
    /// Wipe the demo's own database and start over
    #[arg(long)]
    pub reset: bool,
    /// As whom you work
    #[arg(long, value_enum, default_value_t = Place::Agent)]
    pub role: Place,
    /// Keep the server up until interrupted, and say how to connect
    #[arg(long)]
    pub no_console: bool,
    /// Say how long each step took
    #[arg(short, long)]
    pub verbose: bool,
}

/// Says what is being done, on standard error, and how long it took.
struct Progress<'a> {
    shell: &'a Shell,
    verbose: bool,
    began: Instant,
}

impl<'a> Progress<'a> {
    fn new(shell: &'a Shell, verbose: bool) -> Self {
        Self {
            shell,
            verbose,
            began: system::monotonic(),
        }
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) {
        super::shell::error(&self.shell.texts.fill(key, values));
    }

    /// The step that ends here; the next begins.
    fn done(&mut self, key: &str) {
        if self.verbose {
            let seconds = format!("{:.1}", self.began.elapsed().as_secs_f32());
            let step = self.shell.texts.get(key).to_owned();
            self.say("demo.took", &[("step", &step), ("seconds", &seconds)]);
        }
        self.began = system::monotonic();
    }
}

/// The worker and the simulated colleagues beside the console; they end with the demo.
struct Side {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Result<(), StoreError>>>,
}

/// Brings everything up and opens the console.
pub async fn run(args: DemoArgs, shell: &Shell) -> Ended {
    let mut progress = Progress::new(shell, args.verbose);
    let server = ready(&args, &mut progress).await?;
    let side = beside(&args, &server).await?;
    let ended = at_the_desk(&args, shell, &server).await;
    side.end().await;
    ended
}

/// The server with a complete world. One that was cut off half-way is made anew.
async fn ready(args: &DemoArgs, progress: &mut Progress<'_>) -> Result<LocalPostgres, CliError> {
    let mut existing = if args.reset {
        Existing::Wipe
    } else {
        Existing::Keep
    };
    let joins = existing == Existing::Keep && is_running().await?;
    let said = if joins {
        "demo.joining"
    } else {
        "demo.starting"
    };
    progress.say(said, &[]);
    for _ in 0..ATTEMPTS {
        let server = Arc::new(start(existing).await?);
        progress.done("demo.step.server");
        let lock = {
            let server = Arc::clone(&server);
            joined(spawn_blocking(move || server.init_lock()).await)??
        };
        existing = match setup::look(&server).await? {
            Found::Half => Existing::Wipe,
            Found::Nothing if !fill(&server, progress).await? => Existing::Wipe,
            Found::Nothing | Found::Complete => {
                drop(lock);
                return Arc::try_unwrap(server).map_err(|_| lost("the server is still in use"));
            }
        };
    }
    Err(lost("the database of the demo is never complete"))
}

/// Makes everything. `false` when the server is still at work for a start that was cut off.
async fn fill(server: &LocalPostgres, progress: &mut Progress<'_>) -> Result<bool, CliError> {
    progress.say("demo.making", &[]);
    match setup::database(server).await {
        Err(CliError::Store(StoreError::Stale)) => return Ok(false),
        other => other?,
    }
    progress.done("demo.step.database");
    let cases = setup::world(server, system::now()).await?;
    progress.done("demo.step.world");
    progress.say(
        "demo.made",
        &[("cases", &format::count(&progress.shell.texts, cases))],
    );
    Ok(true)
}

async fn start(existing: Existing) -> Result<LocalPostgres, CliError> {
    let program = std::env::current_exe();
    let program = program.map_err(|error| CliError::Io(String::from("loket"), error))?;
    let mut options = Options {
        existing,
        ..Options::from_env(program)
    };
    options.fetch.say = super::shell::error;
    Ok(joined(
        spawn_blocking(move || LocalPostgres::start(&options)).await,
    )??)
}

/// Whether there is a server to join.
async fn is_running() -> Result<bool, CliError> {
    let program = std::env::current_exe();
    let program = program.map_err(|error| CliError::Io(String::from("loket"), error))?;
    let options = Options::from_env(program);
    joined(spawn_blocking(move || LocalPostgres::is_running(&options)).await)
}

fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T, CliError> {
    result.map_err(|error| CliError::Fault(color_eyre::Report::new(error)))
}

fn lost(why: &'static str) -> CliError {
    CliError::Fault(color_eyre::Report::msg(why))
}

async fn beside(args: &DemoArgs, server: &LocalPostgres) -> Result<Side, CliError> {
    let (stop, stopped) = watch::channel(false);
    let crowd = people::crowd(args.agents);
    setup::add(server, &crowd).await?;
    let worker = setup::worker(server).await?;
    let mut tasks = vec![tokio::spawn({
        let stopped = stopped.clone();
        async move { worker.run(stopped).await }
    })];
    for (seed, colleague) in (1..).zip(&crowd) {
        let store = Store::connect(server.options(&colleague.db_role, DATABASE), 2);
        let work = colleague::work(store, Manner::person(seed), stopped.clone());
        tasks.push(tokio::spawn(async move { work.await.map(|_| ()) }));
    }
    Ok(Side { stop, tasks })
}

impl Side {
    async fn end(self) {
        // nobody listens any more when the worker has ended by itself
        let _ = self.stop.send(true);
        all_within(LEAVE, self.tasks).await;
    }
}

/// Waits for all, together no longer than that. What takes longer is cut off with the program; the
/// database takes no harm.
async fn all_within<T>(limit: Duration, tasks: Vec<JoinHandle<T>>) {
    let _ = tokio::time::timeout(limit, join_all(tasks)).await;
}

async fn at_the_desk(args: &DemoArgs, shell: &Shell, server: &LocalPostgres) -> Ended {
    if args.no_console {
        say_addresses(shell, server);
        return wait().await;
    }
    let me = me(args.role, server).await?;
    if !shell.is_plain() && !std::io::stdout().is_terminal() {
        let url = server.url(me.0, DATABASE);
        shell.tell("demo.no_terminal", &[("url", &url), ("loket", &called())]);
        return Ok(ExitCode::SUCCESS);
    }
    let store = Store::connect(server.options(me.0, DATABASE), console::CONNECTIONS);
    console::desk(store, shell).await
}

async fn me(
    place: Place,
    server: &LocalPostgres,
) -> Result<(&'static str, &'static str), CliError> {
    let store = Store::connect(server.options(SUPERUSER, DATABASE), 1);
    let colleagues = store.colleagues().await?;
    store.close().await;
    let is_there = |name: &str| colleagues.iter().any(|one| one.name == name && one.online);
    Ok(people::free(place, is_there))
}

/// The address of every one of the cast.
fn say_addresses(shell: &Shell, server: &LocalPostgres) {
    shell.tell("demo.up", &[]);
    let loket = called();
    for (role, name, what) in people::cast() {
        let url = server.url(role, DATABASE);
        let what = shell.texts.say(&format!("agent.role.{what}"));
        let values = [
            ("name", name),
            ("role", &*what),
            ("url", &*url),
            ("loket", &*loket),
        ];
        shell.tell("demo.address", &values);
    }
    shell.tell("demo.stop", &[]);
}

/// Until somebody says stop.
async fn wait() -> Ended {
    let fault = |error| CliError::Io(String::from("signal"), error);
    let mut terminate = signal(SignalKind::terminate()).map_err(fault)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(fault)?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crowd that hangs costs as much patience as one of them.
    #[tokio::test]
    async fn leaving_has_one_deadline_for_all() {
        let hanging = || tokio::spawn(std::future::pending::<()>());
        let crowd: Vec<_> = (0..3_000).map(|_| hanging()).collect();
        let limit = Duration::from_millis(100);
        let left = tokio::time::timeout(limit * 600, all_within(limit, crowd)).await;
        assert!(left.is_ok(), "each was waited for in turn");
    }
}
