//! `loket man`: manual pages, made from the command line itself and from the table of commands.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_mangen::Man;

use super::{CliError, Ended, Shell, shell, teach};
use crate::config::setting::SETTINGS;
use crate::desk::command::{Context, all_in};
use crate::desk::keymap::Keymap;
use crate::text::Texts;

/// Where to.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Folder for one page a command; without it loket(1) is printed
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Writes or prints them.
pub fn run(args: &ManArgs, shell: &Shell) -> Ended {
    let command = teach::command();
    let page = main_page(&command, &shell.texts).map_err(|error| failed("loket.1", error))?;
    let Some(folder) = &args.folder else {
        shell::generated(&page);
        return Ok(ExitCode::SUCCESS);
    };
    let written = write_all(command, &page, folder);
    written.map_err(|error| failed(&folder.display().to_string(), error))?;
    Ok(ExitCode::SUCCESS)
}

fn failed(what: &str, error: std::io::Error) -> CliError {
    CliError::Io(what.to_owned(), error)
}

fn write_all(command: clap::Command, page: &str, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)?;
    std::fs::write(folder.join("loket.1"), page)
}

/// loket(1): what clap knows, then keys, files, settings.
fn main_page(command: &clap::Command, texts: &Texts) -> std::io::Result<String> {
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let keymap = Keymap::shipped().unwrap_or_default();
    keys(&mut page, &keymap, texts);
    settings(&mut page, texts);
    Ok(page)
}

fn keys(page: &mut String, keymap: &Keymap, texts: &Texts) {
    section(page, texts.get("man.keys"));
    paragraph(page, texts.get("man.keys_about"));
    for context in Context::ALL {
        let title = texts.say(&format!("context.{}", context.key()));
        let _ = writeln!(page, ".SS {}", escaped(&title));
        for command in all_in(context) {
            let keys = keymap.calls(command, context).join(", ");
            let name = texts.say(&format!("command.{}", command.name));
            let help = texts.say(&format!("command.{}.help", command.name));
            entry(page, &keys, &format!("{name}: {help}"));
        }
    }
}

fn settings(page: &mut String, texts: &Texts) {
    section(page, texts.get("man.settings"));
    paragraph(page, texts.get("man.settings_about"));
    for setting in SETTINGS {
        entry(page, setting.key, &setting.env());
    }
    section(page, texts.get("man.files"));
    for (file, text) in [
        ("/etc/loket/config.toml", "man.file_config"),
        ("$XDG_CONFIG_HOME/loket/config.toml", "man.file_config"),
        ("$XDG_CONFIG_HOME/loket/keymap.toml", "man.file_keymap"),
        ("$XDG_CONFIG_HOME/loket/theme/*.toml", "man.file_theme"),
    ] {
        entry(page, file, texts.get(text));
    }
}

fn section(page: &mut String, title: &str) {
    let _ = writeln!(page, ".SH {}", escaped(&title.to_uppercase()));
}

fn paragraph(page: &mut String, text: &str) {
    let _ = writeln!(page, ".PP\n{}", escaped(text));
}

fn entry(page: &mut String, title: &str, text: &str) {
    let _ = writeln!(page, ".TP\n\\fB{}\\fR\n{}", escaped(title), escaped(text));
}

/// Text in which roff sees nothing of its own.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) {
        return format!("\\&{text}");
    }
    text
}
