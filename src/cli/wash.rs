//! `loket wash check`: what grid company and supplier hold, held against each other, without a
//! database.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use color_eyre::eyre::{Context as _, bail};
use serde::Serialize;

use super::shell;
use crate::domain::sanitize::clean;
use crate::exchange::import::table::TableError;
use crate::exchange::wash::holdings::Holdings;
use crate::exchange::wash::registers::RegisterFiles;
use crate::exchange::wash::{Found, LeftOut, check};
use crate::system;
use crate::text::Texts;
use crate::wash::classify::{Point, classify};
use crate::wash::identity::{Identity, identify};
use crate::wash::record::{Held, Holding, Person};
use crate::wash::{Code, Thresholds};

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
A02 (one household), A01 (any other difference).\n\nExit codes: 0 done; 1 a file cannot be read; 3 \
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
    /// Names at least so alike are the same (0 to 1)
    #[arg(long, value_name = "LIKENESS", default_value_t = Thresholds::default().same)]
    pub same: f64,
    /// Names less alike than this are different (0 to 1)
    #[arg(long, value_name = "LIKENESS", default_value_t = Thresholds::default().unsure)]
    pub unsure: f64,
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
    let thresholds = thresholds(args)?;
    let files = Files::read(args, texts)?;
    if let Some(id) = &args.explain {
        return explain(id, &files, &thresholds, texts);
    }
    let threads = args.threads.unwrap_or_else(cores);
    let found = check(
        &files.grid,
        &files.supply,
        &files.registers,
        &thresholds,
        threads,
    )?;
    match args.format {
        Format::Csv => print_csv(&found)?,
        Format::Json => print_json(&found)?,
    }
    if args.summary {
        summarise(&found, &files, texts);
    }
    Ok(files.exit())
}

fn thresholds(args: &CheckArgs) -> color_eyre::Result<Thresholds> {
    let (same, unsure) = (args.same, args.unsure);
    if !(0.0..=1.0).contains(&same) || !(0.0..=same).contains(&unsure) {
        bail!("--same and --unsure lie between 0 and 1, --unsure is not above --same");
    }
    Ok(Thresholds { same, unsure })
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
        let (grid, supply, registers) = std::thread::scope(|scope| {
            let grid = scope.spawn(|| named(Holdings::read(&args.grid), &args.grid));
            let supply = scope.spawn(|| named(Holdings::read(&args.supply), &args.supply));
            let registers = read_registers(args);
            (joined(grid.join()), joined(supply.join()), registers)
        });
        let (grid, supply, registers) = (grid?, supply?, registers?);
        let mut left_out = grid.left_out_count + supply.left_out_count;
        left_out += registers.left_out.len() as u64;
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

fn joined<T>(ended: std::thread::Result<T>) -> T {
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
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
    for row in left_out {
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

/// How many lines are printed at once.
const BLOCK: usize = 1_000;

fn print_csv(found: &[Found]) -> color_eyre::Result<()> {
    let mut header = vec![[
        "metering_point_id",
        "code",
        "side",
        "proposal",
        "confidence",
    ]];
    let mut blocks = found.chunks(BLOCK);
    loop {
        let mut out = csv::Writer::from_writer(Vec::new());
        for names in header.drain(..) {
            out.write_record(names)?;
        }
        let block = blocks.next();
        for found in block.unwrap_or_default() {
            let line = Line::new(found);
            out.write_record([
                line.metering_point_id,
                line.code,
                line.side,
                line.proposal,
                &line.confidence,
            ])?;
        }
        let text = String::from_utf8(out.into_inner()?)?;
        let printed = text.is_empty() || system::print_line(text.trim_end_matches('\n'));
        if block.is_none() || !printed {
            return Ok(());
        }
    }
}

fn print_json(found: &[Found]) -> color_eyre::Result<()> {
    for found in found {
        if !shell::json_line(&serde_json::to_string(&Line::new(found))?) {
            break;
        }
    }
    Ok(())
}

fn summarise(found: &[Found], files: &Files, texts: &Texts) {
    let mut counts: BTreeMap<Code, usize> = BTreeMap::new();
    for found in found {
        *counts.entry(found.finding.code).or_default() += 1;
    }
    let rows = [
        ("grid", files.grid.len().to_string()),
        ("supply", files.supply.len().to_string()),
        ("found", found.len().to_string()),
    ];
    let rows: Vec<(&str, &str)> = rows.iter().map(|(n, v)| (*n, v.as_str())).collect();
    shell::error(&texts.fill("wash.summary", &rows));
    for code in Code::ALL {
        let count = counts.get(&code).copied().unwrap_or_default();
        let words = texts.say(&format!("wash.code.{code}"));
        shell::error(&format!("{code:<11} {count:>8}  {words}"));
    }
}

/// What both sides and the registers say of one metering point, and why it is what it is.
fn explain(
    id: &str,
    files: &Files,
    thresholds: &Thresholds,
    texts: &Texts,
) -> color_eyre::Result<ExitCode> {
    let (grid, supply) = (files.grid.of(id)?, files.supply.of(id)?);
    if grid.is_empty() && supply.is_empty() {
        bail!(texts.fill("wash.no_such_point", &[("id", &clean(id))]));
    }
    let point = Point {
        number: id,
        grid: &grid,
        supply: &supply,
    };
    let finding = classify(point, &files.registers, thresholds);
    let code = finding.map_or("none", |finding| finding.code.as_str());
    shell::line(&format!(
        "{id}  {code}  {}",
        texts.get(&format!("wash.code.{code}"))
    ));
    shell::line(texts.get(&format!("wash.why.{code}")));
    for (side, rows) in [("grid", &grid), ("supply", &supply)] {
        if rows.is_empty() {
            shell::line(&texts.fill("wash.side_empty", &[("side", side)]));
        }
        for held in rows {
            let identity = identify(held, &files.registers, thresholds);
            say_side(side, held, &identity, texts);
        }
    }
    if let Some(finding) = finding {
        let proposal = texts.say(&format!("wash.proposal.{}", finding.proposal.key()));
        let confidence = finding.confidence.to_string();
        let values = [
            ("side", finding.side.as_str()),
            ("proposal", &proposal),
            ("confidence", &confidence),
        ];
        shell::line(&texts.fill("wash.proposed", &values));
    }
    Ok(files.exit())
}

/// One side, with the register's line below it. Nothing of a protected person.
fn say_side(side: &str, held: &Holding, identity: &Identity, texts: &Texts) {
    if matches!(identity, Identity::Person(row, _) if row.is_protected()) {
        shell::line(&texts.fill("wash.protected", &[("side", side)]));
        return;
    }
    let name = if held.is_business() {
        held.get(Held::Organisation).to_owned()
    } else {
        held.person_name()
    };
    let address = [Held::Street, Held::HouseNumber, Held::Postcode, Held::City];
    let address = address.map(|field| held.get(field)).join(" ");
    let number = held.get(Held::Identifier);
    let number = if number.is_empty() {
        texts.get("wash.no_number")
    } else {
        number
    };
    shell::line(&format!(
        "  {side:<9} {number:<12} {name}, {} {address}",
        held.get(Held::BirthDate)
    ));
    let register = match identity {
        Identity::Person(row, _) => {
            let fields = [
                Person::Street,
                Person::HouseNumber,
                Person::Postcode,
                Person::City,
            ];
            let dead = if row.is_dead() {
                texts.fill("wash.died", &[("day", row.get(Person::DeceasedOn))])
            } else {
                String::new()
            };
            format!(
                "{:<12} {}, {} {} {dead}",
                row.get(Person::Identifier),
                row.name(),
                row.get(Person::BirthDate),
                fields.map(|field| row.get(field)).join(" ")
            )
        }
        Identity::Enterprise(row, _) => format!(
            "{:<12} {},  {} {} {}",
            row.number(),
            row.name(),
            row.street(),
            row.postcode(),
            row.condition()
        ),
        Identity::Number(_) => texts.get("wash.no_register").to_owned(),
        Identity::Unknown => texts.get("wash.not_found").to_owned(),
    };
    shell::line(&format!(
        "  {:<9} {}",
        texts.get("wash.register"),
        register.trim_end()
    ));
}
