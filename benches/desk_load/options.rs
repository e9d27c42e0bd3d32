//! What is measured, and how.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Part {
    /// Sessions with think time: claim, apply, commit to visible; CPU, connections
    Load,
    /// The audited claim against the bare SQL claim
    Claims,
    /// Claim and inbox at the largest number of cases against the smallest
    Sizes,
    /// Writers with idle listeners against writers without
    Listeners,
    /// Real consoles on terminals: memory each, and how soon their cases are back after a crash
    Consoles,
    /// One console on a terminal beside other programs: first byte, useful screen, bytes, wake-ups, memory
    Screen,
    /// Half a shift of requests for smart meters: start times that run out, payments of all kinds
    Shift,
}

/// Measures a service desk under load, on a private PostgreSQL that it brings up itself.
///
/// The server is durable (fsync and synchronous commit on) unless --not-durable is given. Its data
/// stay for the next run below the target folder (or a folder of that name in the temporary one);
/// databases of a former schema are dropped.
#[derive(Debug, Clone, Parser)]
pub(crate) struct Options {
    /// What to measure; everything when not given
    #[arg(long, value_enum, value_delimiter = ',')]
    parts: Vec<Part>,
    /// Sessions at once, one agent each; at most 500
    #[arg(long, value_delimiter = ',', default_value = "50")]
    pub(crate) sessions: Vec<usize>,
    /// Cases in the database, of which a third is live; 10000000 takes long and 30 GB
    #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
    pub(crate) cases: Vec<u32>,
    /// Mean time to think before each step, in seconds; exponentially distributed
    #[arg(long, default_value_t = 20.0)]
    pub(crate) think: f64,
    /// Length of a load run, in seconds, after all have come in
    #[arg(long, default_value_t = 120)]
    pub(crate) seconds: u64,
    /// Rounds of each comparison, in turns
    #[arg(long, default_value_t = 7)]
    pub(crate) rounds: usize,
    /// Clients of the comparison of claims
    #[arg(long, value_delimiter = ',', default_value = "1,8")]
    pub(crate) clients: Vec<usize>,
    /// Idle listeners
    #[arg(long, default_value_t = 400)]
    pub(crate) listeners: usize,
    /// Real consoles
    #[arg(long, default_value_t = 8)]
    pub(crate) consoles: usize,
    /// Another build of the console, such as target/release/loket
    #[arg(long)]
    program: Option<PathBuf>,
    /// Nothing is forced to the disk
    #[arg(long)]
    pub(crate) not_durable: bool,
    /// JSON instead of tables
    #[arg(long)]
    pub(crate) json: bool,
    /// Folder of the server
    #[arg(long)]
    pub(crate) home: Option<PathBuf>,
    /// Given by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// What to measure, each once.
    pub(crate) fn parts(&self) -> Vec<Part> {
        if self.parts.is_empty() {
            return Part::value_variants().to_vec();
        }
        let mut parts = self.parts.clone();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// The console that is measured.
    pub(crate) fn program(&self) -> String {
        let built = PathBuf::from(env!("CARGO_BIN_EXE_loket"));
        let program = self.program.as_ref().unwrap_or(&built);
        program.display().to_string()
    }

    /// The least number of cases.
    pub(crate) fn few(&self) -> u32 {
        self.cases.iter().copied().min().unwrap_or(10_000)
    }

    /// The largest number of cases.
    pub(crate) fn many(&self) -> u32 {
        self.cases.iter().copied().max().unwrap_or(100_000)
    }
}
