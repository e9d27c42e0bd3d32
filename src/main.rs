//! Arguments to command.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use color_eyre::config::{HookBuilder, Theme};
use loket::{cli, system};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    install_reports();
    match cli::run(cli).await {
        Ok(code) => code,
        Err(error) => {
            system::print_error(&format!("loket: {error:#}"));
            ExitCode::from(cli::EXIT_ERROR)
        }
    }
}

/// Reports of panics, in colour only on a terminal. Without them the program runs all the same.
fn install_reports() {
    let plain = !std::io::stderr().is_terminal();
    let theme = if plain { Theme::new() } else { Theme::dark() };
    let _ = HookBuilder::default().theme(theme).install();
}
