//! `loket import wash`: findings of our own comparison, or files of faults of the central tool.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use super::washing::{counts, wash_error};
use super::{CliError, Ended, Sentence, Shell, csv, shell};
use crate::domain::sanitize::clean;
use crate::exchange::import::report::words;
use crate::exchange::wash::LeftOut;
use crate::exchange::washing::bring::{self, Brought, Origin, Paths, Word};
use crate::exchange::washing::registers;
use crate::store::wash::MayClose;
use crate::text::Texts;

/// The files of the data wash.
#[derive(Debug, Clone, Args)]
pub struct WashFiles {
    /// Data wash: what the grid company holds
    #[arg(long, value_name = "FILE", requires = "supply")]
    pub grid: Option<PathBuf>,
    /// Data wash: what the suppliers hold
    #[arg(long, value_name = "FILE", requires = "grid")]
    pub supply: Option<PathBuf>,
    /// Data wash: extract of the population register
    #[arg(long, value_name = "FILE", requires = "grid")]
    pub persons: Option<PathBuf>,
    /// Data wash: extract of the register of enterprises
    #[arg(long, value_name = "FILE", requires = "grid")]
    pub enterprises: Option<PathBuf>,
    /// Data wash: files of faults of the central tool
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "grid")]
    pub nonconformity: Vec<PathBuf>,
    /// Data wash: who washed
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
    /// Data wash: on which day
    #[arg(long, value_name = "DAY")]
    pub day: Option<NaiveDate>,
    /// Data wash: close what the file has no more, however much it is
    #[arg(long)]
    pub yes: bool,
    /// Data wash: write the rows that were refused into this file, with line and reason
    #[arg(long, value_name = "FILE")]
    pub refused: Option<PathBuf>,
}

/// So many refused rows of a file are said; all that are kept stand in the file of refusals.
const SAID: usize = 100;

/// Rows that were refused: how many, and where they are written.
#[derive(Debug, Default)]
struct Refusals {
    to: Option<File>,
    count: u64,
}

impl Refusals {
    fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let mut all = Self::default();
        if let Some(path) = path {
            let mut options = File::options();
            // what a file holds of people is for whoever imports
            let file = options.write(true).create(true).truncate(true).mode(0o600);
            let file = file.open(path).map_err(|error| {
                CliError::Io(clean(&path.display().to_string()).into_owned(), error)
            })?;
            all.to = Some(file);
            all.write(["file", "line", "reason"])?;
        }
        Ok(all)
    }

    fn write(&mut self, row: [&str; 3]) -> Result<(), CliError> {
        let Some(file) = &mut self.to else {
            return Ok(());
        };
        let line = csv::line(row)?;
        writeln!(file, "{line}").map_err(|error| color_eyre::Report::new(error).into())
    }

    fn take(&mut self, brought: &Brought, texts: &Texts) -> Result<(), CliError> {
        for (at, (file, row)) in brought.left_out.iter().enumerate() {
            if at < SAID {
                tell(file, row, texts);
            }
            let (name, line) = (file.display().to_string(), row.line.to_string());
            self.write([&*clean(&name), &*line, &*words(&row.why, texts)])?;
        }
        let kept = brought.left_out.len().min(SAID) as u64;
        if brought.left_out_count > kept {
            let more = (brought.left_out_count - kept).to_string();
            shell::error(&texts.fill("washing.more_refused", &[("count", &more)]));
        }
        self.count += brought.left_out_count;
        Ok(())
    }

    fn exit(&self) -> ExitCode {
        if self.count == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(3)
        }
    }
}

/// Runs it: 0 everything came in, 3 some rows were refused.
pub async fn run(files: &WashFiles, dry_run: bool, shell: &Shell) -> Ended {
    let store = shell.store()?;
    let origin = Origin {
        name: files.origin.as_deref().map(|name| clean(name).into_owned()),
        day: files.day,
    };
    let word = Word {
        dry_run,
        yes: files.yes,
    };
    let mut refused = Refusals::open(files.refused.as_deref())?;
    if let (Some(grid), Some(supply)) = (&files.grid, &files.supply) {
        let paths = Paths {
            grid: grid.clone(),
            supply: supply.clone(),
            persons: files.persons.clone(),
            enterprises: files.enterprises.clone(),
        };
        let done = bring::holdings(&store, &paths, &origin, word).await;
        told(grid, &done.map_err(wash_error)?, &mut refused, shell)?;
    }
    for path in &files.nonconformity {
        let done = bring::nonconformity(&store, path, &origin, word).await;
        told(path, &done.map_err(wash_error)?, &mut refused, shell)?;
    }
    Ok(refused.exit())
}

/// Brings extracts of a register in: which one, then the files.
pub async fn registers(files: &[String], refused: Option<&Path>, shell: &Shell) -> Ended {
    let Some((kind, files)) = files.split_first() else {
        return Err(CliError::Usage(Sentence::new(
            "washing.which_register",
            &[],
        )));
    };
    let store = shell.store()?;
    let mut refused = Refusals::open(refused)?;
    for file in files {
        let path = Path::new(file);
        let done = match kind.as_str() {
            "persons" => registers::persons(&store, path).await,
            "enterprises" => registers::enterprises(&store, path).await,
            _ => {
                return Err(CliError::Usage(Sentence::new(
                    "washing.which_register",
                    &[],
                )));
            }
        };
        told(path, &done.map_err(wash_error)?, &mut refused, shell)?;
    }
    Ok(refused.exit())
}

/// Says what came of it.
fn told(
    path: &Path,
    brought: &Brought,
    refused: &mut Refusals,
    shell: &Shell,
) -> Result<(), CliError> {
    refused.take(brought, &shell.texts)?;
    let file = path.display().to_string();
    let file = clean(&file);
    let said = if brought.told.known {
        shell.texts.fill("washing.known", &[("file", &file)])
    } else {
        let counts = counts(&brought.told.counts, &shell.texts);
        shell
            .texts
            .fill("washing.told", &[("file", &file), ("counts", &counts)])
    };
    shell.say(&said);
    if let Some(waits) = &brought.told.unclosed {
        unclosed(&file, waits, &shell.texts);
        refused.count += 1;
    }
    Ok(())
}

/// What the file has no more was left open: why, and how much it is.
fn unclosed(file: &str, waits: &MayClose, texts: &Texts) {
    let numbers = [waits.gone, waits.live, waits.most, waits.unreadable];
    let [gone, live, most, unreadable] = numbers.map(|number| number.to_string());
    let why = waits.why.as_deref().unwrap_or_default();
    let values = [
        ("file", file),
        ("gone", &*gone),
        ("live", &*live),
        ("most", &*most),
        ("unreadable", &*unreadable),
    ];
    shell::error(&texts.fill(&format!("washing.unclosed.{why}"), &values));
}

/// A row that was refused, with its line.
pub(super) fn tell(path: &Path, row: &LeftOut, texts: &Texts) {
    let (file, line) = (path.display().to_string(), row.line.to_string());
    let why = words(&row.why, texts);
    let values = [("file", &*clean(&file)), ("line", &line), ("why", &why)];
    shell::error(&texts.fill("wash.left_out", &values));
}
