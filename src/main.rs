//! Arguments to command.

use std::process::ExitCode;

use clap::Parser;
use loket::cli::pg_supervisor;
use loket::system;

#[derive(Debug, Parser)]
#[command(name = "loket", version, about)]
enum Cli {
    #[command(hide = true)]
    PgSupervisor(pg_supervisor::Args),
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli::PgSupervisor(args) = Cli::parse();
    match pg_supervisor::run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            system::print_error(&error.to_string());
            ExitCode::FAILURE
        }
    }
}
