//! The full-screen desk: `loket` or `loket console`.

use std::process::ExitCode;

use super::{CliError, Ended, Exit, Sentence, Shell};
use crate::desk::keymap::Keymap;
use crate::runtime::{self, Setup, lines};
use crate::store::Store;
use crate::system;
use crate::terminal::guard;
use crate::view::Theme;
use crate::view::theme::Colours;

/// Connections of one console: commands, reading, and the question what is new. A third one listens.
pub const CONNECTIONS: u32 = 2;

/// Flags of the console.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConsoleArgs {}

/// Runs the desk until the agent leaves it.
pub async fn run(_: ConsoleArgs, shell: &Shell) -> Ended {
    if !shell.is_plain() && !guard::is_interactive() {
        return Err(CliError::Usage(Sentence::new("console.no_terminal", &[])));
    }
    let store = Store::connect(shell.options()?, CONNECTIONS);
    desk(store, shell).await
}

/// Runs the desk on this database.
pub async fn desk(store: Store, shell: &Shell) -> Ended {
    let keymap = Keymap::shipped().map_err(|error| CliError::Fault(error.into()))?;
    if shell.is_plain() {
        return in_lines(store, shell, keymap).await;
    }
    let colours = if system::env("NO_COLOR").is_some() {
        Colours::Off
    } else {
        Colours::On
    };
    let setup = Setup {
        store,
        texts: shell.texts.clone(),
        keymap,
        theme: Theme::shipped(colours),
    };
    match runtime::run(setup).await {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // the terminal went away under us: there is nobody to tell
        Err(_) if !guard::is_interactive() => Err(CliError::Told(Exit::Fault)),
        Err(error) => Err(CliError::Io(String::from("terminal"), error)),
    }
}

/// Runs the desk as lines.
async fn in_lines(store: Store, shell: &Shell, keymap: Keymap) -> Ended {
    let setup = lines::Setup {
        store,
        texts: shell.texts.clone(),
        keymap,
    };
    let ended = lines::run(setup).await;
    ended.map_err(|error| CliError::Io(String::from("terminal"), error))?;
    Ok(ExitCode::SUCCESS)
}
