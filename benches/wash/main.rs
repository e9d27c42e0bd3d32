//! The data wash at the sizes of volumes.md 7.4: rows per second, peak memory and growth, against
//! reading and parsing the same files without keeping or classifying anything.
//!
//! `cargo bench --bench wash` measures 40,000, 400,000 and 2,900,000 metering points a side;
//! `-- import 40000` brings the files into a database of its own and says what that takes against a bare
//! COPY of the same rows. `-- 40000 400000` other sizes, `threads=1` with so many threads, `rounds=3` so
//! often. Both ways run in turns, each in a process of its own whose highest memory is its own.

mod import;
mod world;

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use color_eyre::Result;
use color_eyre::eyre::{ensure, eyre};
use loket::exchange::import::table::{Column, Table};
use loket::exchange::wash::check;
use loket::exchange::wash::holdings::Holdings;
use loket::exchange::wash::registers::RegisterFiles;
use loket::system::{monotonic, print_line};
use loket::wash::record::{Held, Person};
use loket::wash::{Rules, given};

const SIZES: [usize; 3] = [40_000, 400_000, 2_900_000];
/// The two sides and the population register.
const FILES: [&str; 3] = ["grid.csv", "supply.csv", "persons.csv"];
fn main() -> Result<()> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    match words.as_slice() {
        [way, folder, threads] if way == "parse" || way == "wash" => {
            child(way, Path::new(folder), threads.parse()?)
        }
        [way, words @ ..] if way == "import" => {
            let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
            let rounds = words.iter().find_map(|word| word.strip_prefix("rounds="));
            let sizes = if sizes.is_empty() {
                vec![40_000]
            } else {
                sizes
            };
            import::measure(&sizes, rounds.map_or(Ok(5), str::parse)?)
        }
        words => parent(words),
    }
}

/// What a child says: seconds by the clock and of the processors, highest memory in MiB, how many
/// rows and findings.
#[derive(Debug, Clone, Copy)]
struct Measured {
    seconds: f64,
    worked: f64,
    memory: f64,
    rows: usize,
    found: usize,
}

fn parent(words: &[String]) -> Result<()> {
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = if sizes.is_empty() {
        SIZES.to_vec()
    } else {
        sizes
    };
    let threads = words.iter().find_map(|word| word.strip_prefix("threads="));
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads
        .and_then(|count| count.parse().ok())
        .unwrap_or(cores);
    let rounds = words.iter().find_map(|word| word.strip_prefix("rounds="));
    let rounds: Option<usize> = rounds.and_then(|count| count.parse().ok());
    print_line(&format!("{threads} threads"));
    print_line(
        "  points      rows  findings  parse s  wash s  rows/s  ratio (range)     parse MiB  wash MiB  bytes/row  parse cpu s  wash cpu s",
    );
    for points in sizes {
        let folder = tempfile::tempdir()?;
        world::make(folder.path(), points)?;
        let usual = if points > 1_000_000 { 3 } else { 5 };
        let mut pairs = Vec::new();
        for _ in 0..rounds.unwrap_or(usual) {
            let parse = run("parse", folder.path(), threads)?;
            let wash = run("wash", folder.path(), threads)?;
            ensure!(parse.rows == wash.rows, "both read the same rows");
            pairs.push((parse, wash));
        }
        say(points, pairs)?;
    }
    Ok(())
}

fn say(points: usize, mut pairs: Vec<(Measured, Measured)>) -> Result<()> {
    let ratio = |pair: &(Measured, Measured)| pair.1.seconds / pair.0.seconds;
    pairs.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    let (Some(least), Some(most)) = (pairs.first().map(ratio), pairs.last().map(ratio)) else {
        return Err(eyre!("no rounds"));
    };
    let median = pairs[pairs.len() / 2];
    let (parse, wash) = median;
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rows = wash.rows as f64;
    print_line(&format!(
        "{points:>8} {:>9} {:>9} {:>8.2} {:>7.2} {:>7.0}   {:.2} ({least:.2}-{most:.2}) {:>10.0} {:>9.0} {:>10.0} {:>12.2} {:>11.2}",
        wash.rows,
        wash.found,
        parse.seconds,
        wash.seconds,
        rows / wash.seconds,
        ratio(&median),
        parse.memory,
        wash.memory,
        wash.memory * 1_048_576.0 / rows,
        parse.worked,
        wash.worked,
    ));
    Ok(())
}

fn run(way: &str, folder: &Path, threads: usize) -> Result<Measured> {
    let folder = folder
        .to_str()
        .ok_or_else(|| eyre!("a folder with a plain name"))?;
    let out = Command::new(std::env::current_exe()?)
        .args([way, folder, &threads.to_string()])
        .output()?;
    ensure!(
        out.status.success(),
        "{}",
        String::from_utf8_lossy(&out.stderr)
    );
    let text = String::from_utf8(out.stdout)?;
    let mut values = text.split_whitespace();
    let mut next = || {
        values
            .next()
            .ok_or_else(|| eyre!("a figure is missing in {text:?}"))
    };
    Ok(Measured {
        seconds: next()?.parse()?,
        worked: next()?.parse()?,
        memory: next()?.parse()?,
        rows: next()?.parse()?,
        found: next()?.parse()?,
    })
}

fn child(way: &str, folder: &Path, threads: usize) -> Result<()> {
    let begun = monotonic();
    let (rows, found) = if way == "parse" {
        (parse(folder)?, 0)
    } else {
        wash(folder, threads)?
    };
    let took: Duration = monotonic().duration_since(begun);
    print_line(&format!(
        "{} {} {} {rows} {found}",
        took.as_secs_f64(),
        worked()?,
        highest_memory()?
    ));
    Ok(())
}

/// Seconds of the processors that this process took: what others do beside it lengthens them little.
fn worked() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    let ticks = behind.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// `VmHWM` of this process, in MiB.
fn highest_memory() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let words = line.ok_or_else(|| eyre!("no VmHWM"))?;
    let kib: f64 = words.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1_024.0)
}

/// Reads every row of the three tables and the register of enterprises, and forgets it; the files
/// side by side, as the wash does.
fn parse(folder: &Path) -> Result<usize> {
    std::thread::scope(|scope| {
        let [grid, supply] =
            [0, 1].map(|at| scope.spawn(move || rows(&folder.join(FILES[at]), true)));
        let persons = rows(&folder.join(FILES[2]), false)?;
        let text = File::open(folder.join("enterprises.jsonl"))?;
        let mut units = 0;
        for line in BufReader::with_capacity(1 << 20, text).lines() {
            let _: serde_json::Value = serde_json::from_str(&line?)?;
            units += 1;
        }
        let join = |side: std::thread::ScopedJoinHandle<'_, Result<usize>>| {
            side.join().map_err(|_| eyre!("a reader panicked"))?
        };
        Ok(join(grid)? + join(supply)? + persons + units)
    })
}

const fn column(name: &'static str) -> Column {
    Column {
        name,
        required: true,
    }
}

const HOLDING_COLUMNS: &[Column] = &[
    column("metering_point_id"),
    column("customer_ref"),
    column("kind"),
    column("first_name"),
    column("last_name"),
    column("organisation_name"),
    column("identifier"),
    column("birth_date"),
    column("street"),
    column("house_number"),
    column("postcode"),
    column("city"),
    column("valid_from"),
    column("valid_to"),
];

const PERSON_COLUMNS: &[Column] = &[
    column("identifier"),
    column("first_name"),
    column("last_name"),
    column("birth_date"),
    column("street"),
    column("house_number"),
    column("postcode"),
    column("city"),
    column("deceased_on"),
    column("protected"),
];

fn rows(path: &Path, is_holding: bool) -> Result<usize> {
    let input = BufReader::with_capacity(1 << 20, File::open(path)?);
    let columns = if is_holding {
        HOLDING_COLUMNS
    } else {
        PERSON_COLUMNS
    };
    let mut table = Table::open(input, columns)?;
    let mut count = 0;
    while let Some(row) = table.read()? {
        let row = row.map_err(|(line, _)| eyre!("line {line}"))?;
        if is_holding {
            let names = Held::COLUMNS.first_chunk().unwrap_or(&[""; 15]);
            std::hint::black_box(given::holding(row.all(names)));
        } else {
            let names = Person::COLUMNS.first_chunk().unwrap_or(&[""; 10]);
            std::hint::black_box(given::person(row.all(names)));
        }
        count += 1;
    }
    Ok(count)
}

fn wash(folder: &Path, threads: usize) -> Result<(usize, usize)> {
    let threads = NonZero::new(threads).ok_or_else(|| eyre!("at least one thread"))?;
    let mut registers = RegisterFiles::default();
    let (grid, supply) = std::thread::scope(|scope| {
        let [grid, supply] =
            [0, 1].map(|at| scope.spawn(move || Holdings::read(&folder.join(FILES[at]))));
        registers.read_persons(&folder.join(FILES[2]))?;
        registers.read_enterprises(&folder.join("enterprises.jsonl"))?;
        let join = |side: std::thread::ScopedJoinHandle<'_, _>| {
            side.join().map_err(|_| eyre!("a reader panicked"))
        };
        Ok::<_, color_eyre::Report>((join(grid)??, join(supply)??))
    })?;
    ensure!(registers.left_out.is_empty(), "every row can be read");
    let mut found = 0;
    let count = |_| {
        found += 1;
        ControlFlow::Continue(())
    };
    let rules = Rules::default();
    check(&grid, &supply, &registers, &rules, threads, count)?;
    let (persons, enterprises) = registers.counts();
    Ok((grid.len() + supply.len() + persons + enterprises, found))
}
