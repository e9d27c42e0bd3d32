//! The full-screen desk: `loket` or `loket console`.

use std::process::ExitCode;

use super::worker::WrongSetting;
use super::{CliError, Ended, Exit, Sentence, Shell, looks, settings, shell};
use crate::exchange::worker::outside;
use crate::runtime::{self, Setup, Sources, lines};
use crate::store::Store;
use crate::terminal::guard;
use crate::text::Texts;

/// Connections of one console for commands and reading. On a third one it asks and hears what is new.
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

/// Whom the chooser of meters asks. A setting that cannot work is said before the first screen.
fn sources(shell: &Shell) -> Result<Sources, CliError> {
    let settings = settings::outside(&shell.config);
    let sources = outside::sources(&settings).map_err(WrongSetting::from)?;
    let registers = outside::registers(&settings).map_err(WrongSetting::from)?;
    Ok(Sources {
        code_book: sources.0,
        addresses: sources.1,
        enterprises: registers.0,
        persons: registers.1,
    })
}

/// Runs the desk on this database. What is wrong in the keys and themes of the user is said, here
/// and on the screen, and hinders nothing.
pub async fn desk(store: Store, shell: &Shell) -> Ended {
    let mut looks = looks::read(shell);
    let theme = looks.theme(shell)?;
    for problem in &looks.problems {
        shell::error(&format!("loket: {problem}"));
    }
    let setup = Setup {
        store,
        sources: sources(shell)?,
        // as they are: the desk puts the keys of this user into them
        texts: Texts::load(shell.texts.lang()),
        notes: looks.notes(&shell.texts),
        keymap: looks.keymap,
        themes: looks.themes,
        lists: looks.lists,
        theme,
        habits: settings::habits(&shell.config),
    };
    let ended = if shell.is_plain() {
        lines::run(setup).await
    } else {
        runtime::run(setup).await
    };
    match ended {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(_) if runtime::crash::is_told() => Err(CliError::Told(Exit::Fault)),
        // the terminal went away under us: there is nobody to tell
        Err(_) if !guard::is_interactive() => Err(CliError::Told(Exit::Fault)),
        Err(error) => Err(CliError::Io(String::from("terminal"), error)),
    }
}
