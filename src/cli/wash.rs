//! `loket wash check`: what grid company and supplier hold, held against each other, without a
//! database.

mod explain;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use color_eyre::eyre::Context as _;
use serde::Serialize;

use super::shell;
use crate::domain::sanitize::clean;
use crate::exchange::import::table::TableError;
use crate::exchange::wash::holdings::Holdings;
use crate::exchange::wash::registers::RegisterFiles;
use crate::exchange::wash::{Found, LeftOut, beside, check};
use crate::exchange::washing::bring;
use crate::system;
use crate::text::Texts;
use crate::wash::{Code, Rules};

/// Arguments of `loket wash`.
#[derive(Debug, Args)]
pub struct WashArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: WashCommand,
}

/// What the data wash can do without a database.
#[derive(Debug, Subcommand)]
pub enum WashCommand {
    /// Compare the holdings of both sides with each other and with the registers
    #[command(
        after_help = "Codes, the first that holds: GSRN, DUPLICATE, I04 (dead), I02 (business \
without a real number), I01 (person not found), I03 (business name wrong on both sides), A04 (no \
contract on one side), FILL_FNR and FILL_ORGNR (number found), SPELLING, A03 (business and person), \
A02 (one household), A01 (any other difference).\n\nExit codes: 0 done; 2 a file cannot be read; 3 \
done, but rows were left out."
    )]
    Check(CheckArgs),
    /// What needs the database
    #[command(flatten)]
    Desk(super::washing::WashDesk),
}

/// Arguments of `loket wash check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What the grid company holds (CSV; columns by name)
    #[arg(long, value_name = "FILE")]
    pub grid: PathBuf,
    /// What the suppliers hold
    #[arg(long, value_name = "FILE")]
    pub supply: PathBuf,
    /// Extract of the population register (CSV)
    #[arg(long, value_name = "FILE")]
    pub persons: Option<PathBuf>,
    /// Extract of the register of enterprises (one JSON object a line)
    #[arg(long, value_name = "FILE")]
    pub enterprises: Option<PathBuf>,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    /// Explain this metering point instead: both sides, the register, the reason
    #[arg(long, value_name = "ID")]
    pub explain: Option<String>,
    /// Print a summary by code on the error stream
    #[arg(long)]
    pub summary: bool,
    /// Thresholds, made-up organisation numbers and the day, from a TOML file
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Names at least so alike are the same (0 to 1; 0.92 unless told otherwise)
    #[arg(long, value_name = "LIKENESS")]
    pub same: Option<f64>,
    /// Names less alike than this are different (0 to 1; 0.80 unless told otherwise)
    #[arg(long, value_name = "LIKENESS")]
    pub unsure: Option<f64>,
    /// The day on which contracts count: those that have begun (`valid_from`) and not ended (`valid_to`, the
    /// first day without). Today in Norway unless told otherwise; give it to have the same findings on any
    /// day. Of files without ends and later beginnings it decides nothing
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub day: Option<String>,
    /// How many threads share the work; as many as there are cores by default
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZero<usize>>,
}

/// How findings are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table with a header
    Csv,
    /// One object a line
    Json,
}

/// Runs it.
pub fn run(args: &CheckArgs, texts: &Texts) -> color_eyre::Result<ExitCode> {
    let mut rules = rules(args)?;
    let files = Files::read(args, texts)?;
    if rules.day.is_empty() {
        rules.day = bring::rules(system::now()).day;
        let sides = [&files.grid, &files.supply];
        if sides.iter().any(|side| side.depends_on(&rules.day)) {
            shell::error(&texts.fill("wash.today", &[("day", &rules.day)]));
        }
    }
    if let Some(id) = &args.explain {
        explain::explain(id, &files, &rules, texts)?;
        return Ok(files.exit());
    }
    let mut printer = Printer::new(args.format)?;
    let mut failed = None;
    check(
        &files.grid,
        &files.supply,
        &files.registers,
        &rules,
        args.threads.unwrap_or_else(cores),
        |found| {
            printer.print(&found).unwrap_or_else(|error| {
                failed = Some(error);
                ControlFlow::Break(())
            })
        },
    )?;
    if let Some(error) = failed {
        return Err(error);
    }
    if args.summary {
        summarise(&printer.counts, &files, texts);
    }
    Ok(files.exit())
}

/// The program's, then the file's, then those of the command.
fn rules(args: &CheckArgs) -> color_eyre::Result<Rules> {
    let mut rules = Rules::default();
    if let Some(path) = &args.rules {
        let name = clean(&path.display().to_string()).into_owned();
        let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
        rules = toml::from_str(&text).with_context(|| name)?;
    }
    rules.same = args.same.unwrap_or(rules.same);
    rules.unsure = args.unsure.unwrap_or(rules.unsure);
    if let Some(day) = &args.day {
        rules.day.clone_from(day);
    }
    Ok(rules.checked()?)
}

fn cores() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

struct Files {
    grid: Holdings,
    supply: Holdings,
    registers: RegisterFiles,
    left_out: u64,
}

fn named<T>(read: Result<T, TableError>, path: &Path) -> color_eyre::Result<T> {
    let name = path.display().to_string();
    read.with_context(|| clean(&name).into_owned())
}

impl Files {
    /// The four files, read side by side.
    fn read(args: &CheckArgs, texts: &Texts) -> color_eyre::Result<Self> {
        let side = |path: &Path| named(Holdings::read(path), path);
        let (grid, supply, registers) = beside(
            || side(&args.grid),
            || side(&args.supply),
            || read_registers(args),
        );
        let (grid, supply, registers) = (grid?, supply?, registers?);
        let mut left_out = grid.left_out_count + supply.left_out_count;
        left_out += registers.left_out_count;
        tell(&args.grid, &grid.left_out, texts);
        tell(&args.supply, &supply.left_out, texts);
        let of_registers = args.persons.as_ref().or(args.enterprises.as_ref());
        if let Some(path) = of_registers {
            tell(path, &registers.left_out, texts);
        }
        Ok(Self {
            grid,
            supply,
            registers,
            left_out,
        })
    }

    fn exit(&self) -> ExitCode {
        if self.left_out == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(3)
        }
    }
}

fn read_registers(args: &CheckArgs) -> color_eyre::Result<RegisterFiles> {
    let mut registers = RegisterFiles::default();
    if let Some(path) = &args.persons {
        named(registers.read_persons(path), path)?;
    }
    if let Some(path) = &args.enterprises {
        named(registers.read_enterprises(path), path)?;
    }
    Ok(registers)
}

/// Rows that were left out, with line and reason.
fn tell(path: &Path, left_out: &[LeftOut], texts: &Texts) {
    let name = path.display().to_string();
    for row in left_out.iter().take(100) {
        let mut values: Vec<(&str, &str)> = row
            .why
            .args
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        values.push(("column", "1"));
        let why = texts.fill(&row.why.text, &values);
        let line = row.line.to_string();
        let told = [("file", &*clean(&name)), ("line", &line), ("why", &why)];
        shell::error(&texts.fill("wash.left_out", &told));
    }
}

/// A finding as it is printed.
#[derive(Debug, Serialize)]
struct Line<'a> {
    metering_point_id: &'a str,
    code: &'static str,
    side: &'static str,
    proposal: &'static str,
    confidence: String,
}

impl<'a> Line<'a> {
    fn new(found: &'a Found) -> Self {
        let finding = found.finding;
        Self {
            metering_point_id: &found.point,
            code: finding.code.as_str(),
            side: finding.side.as_str(),
            proposal: finding.proposal.key(),
            confidence: format!(
                "{}.{:02}",
                finding.confidence / 100,
                finding.confidence % 100
            ),
        }
    }
}

/// Prints findings and counts them.
struct Printer {
    format: Format,
    counts: BTreeMap<Code, usize>,
}

impl Printer {
    fn new(format: Format) -> color_eyre::Result<Self> {
        if format == Format::Csv {
            super::csv::print([
                "metering_point_id",
                "code",
                "side",
                "proposal",
                "confidence",
            ])?;
        }
        let counts = BTreeMap::new();
        Ok(Self { format, counts })
    }

    /// Breaks when nobody reads any more.
    fn print(&mut self, found: &Found) -> color_eyre::Result<ControlFlow<()>> {
        *self.counts.entry(found.finding.code).or_default() += 1;
        let line = Line::new(found);
        let is_read = match self.format {
            Format::Csv => shell::line(&super::csv::line([
                line.metering_point_id,
                line.code,
                line.side,
                line.proposal,
                &line.confidence,
            ])?),
            Format::Json => shell::json_line(&serde_json::to_string(&line)?),
        };
        Ok(if is_read {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        })
    }
}

fn summarise(counts: &BTreeMap<Code, usize>, files: &Files, texts: &Texts) {
    let rows = [
        ("grid", files.grid.len().to_string()),
        ("supply", files.supply.len().to_string()),
        ("found", counts.values().sum::<usize>().to_string()),
    ];
    let rows: Vec<(&str, &str)> = rows.iter().map(|(n, v)| (*n, v.as_str())).collect();
    shell::error(&texts.fill("wash.summary", &rows));
    for code in Code::ALL {
        let count = counts.get(&code).copied().unwrap_or_default();
        let words = texts.say(&format!("wash.code.{code}"));
        shell::error(&format!("{code:<11} {count:>8}  {words}"));
    }
}
