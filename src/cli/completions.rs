//! `loket completions SHELL`: what the shell needs to complete commands and flags.

use std::process::ExitCode;

use clap_complete::Shell as Kind;

use super::{shell, teach};

/// For which shell.
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Kind,
}

/// Prints them.
pub fn run(args: &CompletionsArgs) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut teach::command(), "loket", &mut script);
    shell::generated(&String::from_utf8_lossy(&script));
    ExitCode::SUCCESS
}
