//! One console on a terminal, beside other programs that people choose to live in, in one run: how
//! soon it says something and something useful, what a key and a second cost on the line, what it
//! costs at rest.

use std::path::PathBuf;
use std::time::Duration;

use color_eyre::Result;
use loket::system;

use super::database::Database;
use super::machine;
use super::measure::{median, millis, range};
use super::pty::{Heard, Program};
use super::report::{Table, say};
use super::server::{self, Bench};

/// The programs beside which it is measured, where they are installed.
const OTHERS: [&str; 3] = ["tig", "mc", "aerc"];
/// The window of the comparison.
const SIZE: (u16, u16) = (120, 40);
/// Nothing is written for so long: the screen is there.
const QUIET: Duration = Duration::from_millis(400);
/// The same behind a key: what is shown of a case comes when the cursor rests.
const QUIET_KEY: Duration = Duration::from_millis(700);
/// How long programs are watched at rest.
const REST: Duration = Duration::from_secs(10);
/// How long the clocks on the screen are watched: each of them changes once a minute at least.
const CLOCKS: Duration = Duration::from_secs(65);
/// With this begins a frame.
const FRAME: &[u8] = b"\x1b[?2026h";

/// A start: milliseconds until the first byte, the useful screen and the last byte; bytes.
struct Start {
    first: f64,
    useful: f64,
    last: f64,
    bytes: usize,
}

/// At rest.
struct Rest {
    bytes: usize,
    switches: f64,
    pss: f64,
    connections: i64,
}

pub(crate) async fn measure(bench: &Bench) -> Result<Vec<Table>> {
    let database = bench.database(bench.options.many(), "screen").await?;
    let url = database.url(&server::agent(0));
    let mut programs = vec![bench.options.program()];
    programs.extend(OTHERS.into_iter().filter_map(found));
    let mut starts: Vec<Vec<Start>> = programs.iter().map(|_| Vec::new()).collect();
    for round in 0..=bench.options.rounds {
        for (program, starts) in programs.iter().zip(&mut starts) {
            let (_running, start) = start(program, &url).await?;
            // the first time programs come from the disk
            if round > 0 {
                starts.push(start);
            }
        }
    }
    say("programs at rest");
    let mut table = Table::new(
        format!(
            "Start at 120x40 on {} cases, milliseconds (median, range), and at rest",
            bench.options.many()
        ),
        &[
            "program",
            "first byte",
            "useful screen",
            "last byte",
            "bytes",
            "bytes at rest",
            "switches a second",
            "memory (PSS) MiB",
            "connections",
        ],
    );
    for (program, starts) in programs.iter().zip(&starts) {
        let (running, _) = start(program, &url).await?;
        let rest = at_rest(&running, &database).await?;
        table.row(row(program, starts, &rest));
    }
    table.note("Useful: a case, or for others the last byte of the first screen.");
    let bytes = keys(&bench.options.program(), &url).await?;
    bench.drop(database).await?;
    Ok(vec![table, bytes])
}

/// Where a program of that name is.
fn found(name: &str) -> Option<String> {
    let path = system::env("PATH")?;
    let places = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut places = places.filter(|place: &PathBuf| place.is_file());
    places.next().map(|place| place.display().to_string())
}

fn launch(program: &str, url: &str, size: (u16, u16)) -> Result<Program> {
    let home = env!("CARGO_TARGET_TMPDIR");
    let variables = [
        ("DATABASE_URL", url),
        ("HOME", home),
        ("XDG_CONFIG_HOME", home),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ];
    Program::start(&[program], &variables, size)
}

async fn start(program: &str, url: &str) -> Result<(Program, Start)> {
    let running = launch(program, url, SIZE)?;
    let heard = running.settled(QUIET).await;
    let at = |one: Option<&Heard>| one.map_or(f64::NAN, |one| millis(one.at));
    let last = at(heard.last());
    let useful = shows(&heard, "GT-20").map_or(last, millis);
    let start = Start {
        first: at(heard.first()),
        useful,
        last,
        bytes: heard.iter().map(|one| one.bytes.len()).sum(),
    };
    Ok((running, start))
}

/// When that text stood on the screen.
fn shows(heard: &[Heard], text: &str) -> Option<Duration> {
    let lines = |lines: u16| lines.try_into().ok();
    let mut terminal = vt100::Parser::new(lines(SIZE.1)?, lines(SIZE.0)?, 0);
    let mut heard = heard.iter();
    let found = heard.find(|one| {
        terminal.process(&one.bytes);
        terminal.screen().contents().contains(text)
    });
    found.map(|one| one.at)
}

async fn at_rest(running: &Program, database: &Database<'_>) -> Result<Rest> {
    let pid = running.pid()?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    running.take();
    let before = machine::switches(pid);
    tokio::time::sleep(REST).await;
    let switches = machine::switches(pid) - before;
    let bytes = running.take().iter().map(|one| one.bytes.len()).sum();
    let (pss, _) = machine::memory(pid).unwrap_or_default();
    let connections = database
        .ask("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'agent%'")
        .await?;
    #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
    Ok(Rest {
        bytes,
        switches: switches as f64 / REST.as_secs_f64(),
        pss: pss as f64 / 1024.0,
        connections,
    })
}

fn row(program: &str, starts: &[Start], rest: &Rest) -> Vec<String> {
    let of = |what: fn(&Start) -> f64| {
        let values: Vec<f64> = starts.iter().map(what).collect();
        format!("{:.0} ({})", median(&values), range(&values))
    };
    let name = program.rsplit('/').next().unwrap_or(program);
    let bytes = starts.last().map_or(0, |start| start.bytes);
    vec![
        name.to_owned(),
        of(|start| start.first),
        of(|start| start.useful),
        of(|start| start.last),
        bytes.to_string(),
        rest.bytes.to_string(),
        format!("{:.1}", rest.switches),
        format!("{:.1}", rest.pss),
        rest.connections.to_string(),
    ]
}

/// What keys and clocks cost on the line, at three sizes.
async fn keys(program: &str, url: &str) -> Result<Table> {
    let mut table = Table::new(
        "Bytes on the line",
        &[
            "size",
            "cursor move, median",
            "most",
            "the case after rest, most",
            "frames of clocks a minute",
            "median",
            "most",
        ],
    );
    for size in [(80, 24), SIZE, (160, 48)] {
        let mut running = launch(program, url, size)?;
        running.settled(QUIET_KEY).await;
        let (mut moves, mut rests) = (Vec::new(), Vec::new());
        for key in ["j"; 12].into_iter().chain(["k"; 6]) {
            running.press(key)?;
            let frames = frames(&running.settled(QUIET_KEY).await);
            moves.extend(frames.first().copied());
            rests.push(frames.iter().skip(1).sum());
        }
        tokio::time::sleep(CLOCKS).await;
        let clocks = frames(&running.take());
        table.row([
            format!("{}x{}", size.0, size.1),
            middle(&moves),
            most(&moves),
            most(&rests),
            clocks.len().to_string(),
            middle(&clocks),
            most(&clocks),
        ]);
    }
    table.note("Marks of the synchronized update (16 bytes a frame) are counted.");
    Ok(table)
}

/// The bytes of each frame.
fn frames(heard: &[Heard]) -> Vec<usize> {
    let all: Vec<u8> = heard.iter().flat_map(|one| one.bytes.clone()).collect();
    let mut begins: Vec<usize> = all
        .windows(FRAME.len())
        .enumerate()
        .filter_map(|(at, part)| (part == FRAME).then_some(at))
        .collect();
    begins.push(all.len());
    begins.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn middle(sizes: &[usize]) -> String {
    let mut sorted = sizes.to_vec();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2);
    middle.map_or_else(|| "–".to_owned(), ToString::to_string)
}

fn most(sizes: &[usize]) -> String {
    let most = sizes.iter().max();
    most.map_or_else(|| "–".to_owned(), ToString::to_string)
}
