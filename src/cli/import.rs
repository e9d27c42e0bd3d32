//! `loket import`: registers and cases from files.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Read as _};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::error::store_words;
use super::{Exit, shell};
use crate::domain::sanitize::clean;
use crate::exchange::consumption::intake::{Intake, SERVICE_LIMIT};
use crate::exchange::import::intake::Door;
use crate::exchange::import::mandates;
use crate::exchange::import::registers::Record;
use crate::exchange::import::rehearsal::Rehearsal;
use crate::exchange::import::report::{Report, Stopped};
use crate::exchange::import::{ImportError, Progress, Run, patiently};
use crate::process::notification::Lists;
use crate::store::register::Imported;
use crate::store::{Store, StoreError};
use crate::system;
use crate::text::Texts;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Market parties.
    Parties,
    /// The contact register; parties first.
    Contacts,
    /// Metering points.
    Connections,
    /// Meters; connections first.
    Meters,
    /// Customers.
    Customers,
    /// Contracts; connections, customers and parties first.
    Contracts,
    /// Cases, one JSON object a line; registers first.
    Cases,
    /// Findings of the data wash: --grid and --supply, or --nonconformity.
    Wash,
    /// Extracts for the data wash: `persons` or `enterprises`, then the files.
    Registers,
    /// Consumption, as customers export it or the service of the portal answers it; connections first.
    Consumption,
    /// Sharing mandates, as the service of the portal answers them; `--party` says of whom.
    Mandates,
}

/// Arguments of `loket import`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Columns are found by name, in any order; , ; and tab are told apart.\n\
    Exit codes: 0 every line came in; 3 some were refused; 1 none may be brought in by you;\n\
    2 a file cannot be read; 4 the database went away before the end; 5 a fault of loket."
)]
pub struct ImportArgs {
    /// What the files hold.
    #[arg(value_enum)]
    pub kind: Kind,
    /// Files, in the order to be read; - is standard input.
    #[arg(required_unless_present_any = ["grid", "nonconformity"])]
    pub files: Vec<String>,
    /// Those of the data wash.
    #[command(flatten)]
    pub wash: super::bring::WashFiles,
    /// Check every line against the registers and write nothing. Whether a customer is registered,
    /// a reference of digits only is known and the queue is yours, only the real run can tell.
    #[arg(long)]
    pub dry_run: bool,
    /// Consumption only: the connection that the files belong to, whatever number stands in them.
    #[arg(long, value_name = "EAN")]
    pub ean: Option<String>,
    /// Mandates only: the provider for whom the service answered.
    #[arg(long, value_name = "GLN", required_if_eq("kind", "mandates"))]
    pub party: Option<String>,
    /// One JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
}

/// An answer of a service is no longer, in bytes.
const ANSWER_LIMIT: u64 = SERVICE_LIMIT;
/// Some lines were refused, the others came in.
const SOME_REFUSED: u8 = 3;

/// Runs the import. Fails only when the report cannot be written; everything else is told in the
/// report and by the exit code: 0 all came in, 3 some lines refused,
/// another one when it stopped before the end.
pub async fn run(
    args: &ImportArgs,
    store: &Store,
    (texts, lists): (&Texts, &Lists),
) -> color_eyre::Result<ExitCode> {
    let mut run = Run::new(args.dry_run, texts);
    let mut failed = None;
    for file in &args.files {
        if let Err(error) = one_file(args, file, &mut run, (store, lists)).await {
            run.report.error = Some(Stopped {
                file: clean(file).into_owned(),
                reason: clean(&reason(&error, texts)).into_owned(),
            });
            failed = Some(error);
            break;
        }
    }
    tell(&run.report, args.json, texts)?;
    Ok(match failed {
        Some(error) => stopped(&error).into(),
        None if run.report.is_complete() => ExitCode::SUCCESS,
        None => ExitCode::from(SOME_REFUSED),
    })
}

async fn one_file(
    args: &ImportArgs,
    file: &str,
    run: &mut Run<'_>,
    store: (&Store, &Lists),
) -> Result<(), ImportError> {
    let (input, size) = open(file)?;
    let mut bar = Bar::new(size);
    let result = {
        let mut progress = |bytes, lines| bar.show(bytes, lines);
        read(args, (file, input), run, store, &mut progress).await
    };
    bar.clear();
    result
}

async fn read(
    args: &ImportArgs,
    file: (&str, Box<dyn BufRead>),
    run: &mut Run<'_>,
    (store, lists): (&Store, &Lists),
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    match args.kind {
        Kind::Parties => {
            let call = async |batch: &[_]| store.import_parties(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Contacts => {
            let call = async |batch: &[_]| store.import_contacts(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Connections => {
            let call = async |batch: &[_]| store.import_connections(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Meters => {
            let call = async |batch: &[_]| store.import_meters(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Customers => {
            let call = async |batch: &[_]| store.import_customers(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Contracts => {
            let call = async |batch: &[_]| store.import_contracts(batch).await;
            register(file, run, (store, call), progress).await
        }
        Kind::Cases => {
            let door = Door::open(store).await?;
            let mut door = door.with_lists(Some(lists.clone()));
            run.cases(file, &mut door, progress).await
        }
        // its files are named one by one: `bring`
        Kind::Wash | Kind::Registers => Ok(()),
        Kind::Mandates => {
            let mut door = Door::open(store).await?;
            let text = io::read_to_string(file.1.take(ANSWER_LIMIT))?;
            let party = args.party.as_deref().unwrap_or_default();
            let told = mandates::read(&text, party, door.now().await?)?;
            run.mandates(file.0, &told, &mut door).await
        }
        Kind::Consumption => {
            let mut intake = Intake::open(store, args.ean.as_deref()).await?;
            run.consumption(file, &mut intake, progress).await
        }
    }
}

async fn register<T: Record>(
    file: (&str, Box<dyn BufRead>),
    run: &mut Run<'_>,
    (store, call): (
        &Store,
        impl AsyncFn(&[T]) -> Result<Vec<Imported>, StoreError>,
    ),
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    if run.report.dry_run {
        // no record, but the same question of who may
        patiently(async || call(&[]).await).await?;
        let mut rehearsal = Rehearsal::new(store);
        let sink = async |batch: Vec<T>| rehearsal.records(&batch).await;
        return run.register(file, sink, progress).await;
    }
    let sink = async |batch: Vec<T>| patiently(async || call(&batch).await).await;
    run.register(file, sink, progress).await
}

/// Why it stopped before the end, as an exit code.
fn stopped(error: &ImportError) -> Exit {
    match error {
        ImportError::Store(error) if error.is_passing() => Exit::Away,
        ImportError::Store(StoreError::Bug(_)) => Exit::Fault,
        ImportError::Store(_) => Exit::Refused,
        ImportError::Table(_)
        | ImportError::Export(_)
        | ImportError::Service(_)
        | ImportError::Mandates(_)
        | ImportError::Io(_) => Exit::Usage,
    }
}

/// The file and its size where it has one.
fn open(file: &str) -> io::Result<(Box<dyn BufRead>, Option<u64>)> {
    if file == "-" {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let input = File::open(file)?;
    let meta = input.metadata()?;
    let size = meta.is_file().then_some(meta.len());
    Ok((Box::new(BufReader::new(input)), size))
}

fn tell(report: &Report, json: bool, texts: &Texts) -> color_eyre::Result<()> {
    if json {
        shell::json_line(&serde_json::to_string(report)?);
    } else {
        report.lines(texts).iter().all(|line| shell::line(line));
    }
    if let Some(error) = &report.error {
        let values = [("file", error.file.as_str()), ("reason", &error.reason)];
        shell::error(&texts.fill("import.failed", &values));
        if report.has_begun() && !report.dry_run {
            shell::error(texts.get("import.stopped"));
        }
    }
    Ok(())
}

/// Why it stopped before the end, in words.
fn reason(error: &ImportError, texts: &Texts) -> String {
    match error {
        ImportError::Store(error) => store_words(error, texts),
        other => other.to_string(),
    }
}

/// A progress bar on the error stream, only where somebody sees it.
struct Bar {
    size: Option<u64>,
    shown: Option<Instant>,
    is_seen: bool,
}

impl Bar {
    const WIDTH: u64 = 30;
    const EVERY: Duration = Duration::from_millis(100);

    fn new(size: Option<u64>) -> Self {
        Self {
            size,
            shown: None,
            is_seen: io::stderr().is_terminal(),
        }
    }

    fn show(&mut self, bytes: u64, lines: u64) {
        let is_fresh = self.shown.is_some_and(|at| at.elapsed() < Self::EVERY);
        if !self.is_seen || is_fresh {
            return;
        }
        self.shown = Some(system::monotonic());
        system::print_status(&Self::text(self.size, bytes, lines));
    }

    fn text(size: Option<u64>, bytes: u64, lines: u64) -> String {
        match size.filter(|size| *size > 0) {
            Some(size) => {
                let bytes = bytes.min(size);
                let full = usize::try_from(bytes * Self::WIDTH / size).unwrap_or(0);
                let width = usize::try_from(Self::WIDTH).unwrap_or(0);
                let bar = "█".repeat(full) + &"░".repeat(width - full);
                format!("{bar} {:>3} % {lines}", bytes * 100 / size)
            }
            None => lines.to_string(),
        }
    }

    fn clear(&self) {
        if self.shown.is_some() {
            system::print_status("");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_full_at_the_end_and_never_over_full() {
        let half = Bar::text(Some(100), 50, 7);
        assert_eq!(half.chars().filter(|c| *c == '█').count(), 15);
        assert!(half.ends_with(" 50 % 7"));
        assert_eq!(
            Bar::text(Some(10), 20, 1)
                .chars()
                .filter(|c| *c == '░')
                .count(),
            0
        );
        assert_eq!(Bar::text(None, 20, 3), "3");
    }
}
