//! `loket import wash`: findings of our own comparison, or files of faults of the central tool.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Args;

use super::washing::{counts, wash_error};
use super::{CliError, Ended, Sentence, Shell, shell};
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
    let mut refused = 0;
    if let (Some(grid), Some(supply)) = (&files.grid, &files.supply) {
        let paths = Paths {
            grid: grid.clone(),
            supply: supply.clone(),
            persons: files.persons.clone(),
            enterprises: files.enterprises.clone(),
        };
        let done = bring::holdings(&store, &paths, &origin, word).await;
        refused += told(grid, &done.map_err(wash_error)?, shell);
    }
    for path in &files.nonconformity {
        let done = bring::nonconformity(&store, path, &origin, word).await;
        refused += told(path, &done.map_err(wash_error)?, shell);
    }
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// Brings extracts of a register in: which one, then the files.
pub async fn registers(files: &[String], shell: &Shell) -> Ended {
    let Some((kind, files)) = files.split_first() else {
        return Err(CliError::Usage(Sentence::new(
            "washing.which_register",
            &[],
        )));
    };
    let store = shell.store()?;
    let mut refused = 0;
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
        refused += told(path, &done.map_err(wash_error)?, shell);
    }
    Ok(if refused == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// Says what came of it; gives how many rows were refused.
fn told(path: &Path, brought: &Brought, shell: &Shell) -> u64 {
    for (file, row) in &brought.left_out {
        tell(file, row, &shell.texts);
    }
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
    let waits = brought.told.unclosed.as_ref();
    if let Some(waits) = waits {
        unclosed(&file, waits, &shell.texts);
    }
    brought.left_out_count + u64::from(waits.is_some())
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
