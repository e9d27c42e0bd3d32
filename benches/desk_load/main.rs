//! Desk load: many agents at once on many cases, measured on a private PostgreSQL that this program
//! brings up itself. `cargo bench --bench desk_load -- --help` says what can be measured;
//! `docs/measurements.md` has the tables and the commands that repeat them.
//!
//! Only ratios within one run mean something on another machine. Every comparison is therefore run
//! in turns, and the median of the rounds is given.

mod agent;
mod bare;
mod claims;
mod consoles;
mod database;
mod feed;
mod fill;
mod listeners;
mod load;
mod machine;
mod measure;
mod options;
mod pty;
mod report;
mod screen;
mod server;
mod shift;
mod sizes;

use std::process::ExitCode;

use clap::Parser as _;
use color_eyre::Result;
use options::{Options, Part};
use report::Report;
use server::Bench;

fn main() -> Result<ExitCode> {
    color_eyre::install()?;
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(options))?;
    Ok(ExitCode::SUCCESS)
}

async fn run(options: Options) -> Result<()> {
    let bench = Bench::start(options).await?;
    let mut report = Report::new(bench.about().await?, bench.options.json);
    for part in bench.options.parts() {
        let tables = match part {
            Part::Load => load::measure(&bench).await?,
            Part::Claims => claims::measure(&bench).await?,
            Part::Sizes => sizes::measure(&bench).await?,
            Part::Listeners => listeners::measure(&bench).await?,
            Part::Consoles => consoles::measure(&bench).await?,
            Part::Screen => screen::measure(&bench).await?,
            Part::Shift => shift::measure(&bench).await?,
        };
        for table in tables {
            report.add(table);
        }
    }
    report.finish();
    bench.close().await
}
