//! Arguments to command.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use color_eyre::config::{HookBuilder, Theme};
use loket::{cli, system};

fn main() -> ExitCode {
    let arguments = cli::teach::parse();
    install_reports();
    // a console of many on one machine is one thread; the rest may use two
    let runtime = match arguments.command {
        None | Some(cli::Command::Console(_)) => tokio::runtime::Builder::new_current_thread(),
        Some(_) => {
            let mut two = tokio::runtime::Builder::new_multi_thread();
            two.worker_threads(2);
            two
        }
    };
    let runtime = { runtime }.enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(cli::run(arguments)),
        Err(error) => {
            system::print_error(&format!("loket: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Reports of panics, in colour only on a terminal. Without them the program runs all the same.
fn install_reports() {
    let plain = !std::io::stderr().is_terminal();
    let theme = if plain { Theme::new() } else { Theme::dark() };
    let _ = HookBuilder::default().theme(theme).install();
}
