//! What can be seen on this machine: terminal, locale, settings, disk.

use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;

use super::finding::{Findings, Level};
use crate::cli::Shell;
use crate::cli::settings::worker as worker_settings;
use crate::config::Config;
use crate::config::setting::{LANG, SETTINGS, Setting, WORKER_CHAIN_HEADS, WORKER_DELIVER_TO};
use crate::desk::geometry::SMALLEST;
use crate::exchange::worker::outside::Outside;
use crate::local_postgres::default_home;
use crate::system;
use crate::terminal::facts::{self, Clipboard, Facts, Palette};
use crate::terminal::guard;

/// Below so much free space something will soon fail.
const DISK_LEAST_MIB: u64 = 512;

pub(super) fn terminal(findings: &mut Findings, shell: &Shell) {
    let facts = Facts::read(&system::env);
    match facts::size() {
        None => findings.add(Level::Note, ("terminal", "none"), &[]),
        Some((columns, rows)) => {
            let is_large = columns >= SMALLEST.0 && rows >= SMALLEST.1;
            let key = if is_large { "size" } else { "small" };
            let (columns, rows) = (columns.to_string(), rows.to_string());
            let least = [SMALLEST.0.to_string(), SMALLEST.1.to_string()];
            let values = [
                ("columns", columns.as_str()),
                ("rows", &rows),
                ("least_columns", &least[0]),
                ("least_rows", &least[1]),
            ];
            let level = if is_large { Level::Ok } else { Level::Wrong };
            findings.add(level, ("terminal", key), &values);
        }
    }
    let term = [("term", facts.term.as_str())];
    if facts.can_draw() {
        findings.add(Level::Ok, ("terminal", "term"), &term);
    } else {
        findings.add(Level::Wrong, ("terminal", "dumb"), &term);
    }
    findings.add(Level::Ok, ("terminal", colours(facts.palette)), &[]);
    findings.note_unless(facts.utf8, ("terminal", utf8(facts.utf8)), &[]);
    let (level, key) = match facts.clipboard {
        Clipboard::Takes => (Level::Ok, "clipboard"),
        Clipboard::MustAllow => (Level::Note, "clipboard_allow"),
        Clipboard::Not => (Level::Note, "clipboard_not"),
        Clipboard::Unknown => (Level::Note, "clipboard_unknown"),
    };
    findings.add(level, ("terminal", key), &[]);
    let links = if shell.wants_links() {
        "links"
    } else {
        "links_off"
    };
    findings.add(Level::Ok, ("terminal", links), &[]);
    if guard::is_raw() {
        findings.add(Level::Note, ("terminal", "raw"), &[]);
    }
    let way = if facts.ssh { "ssh" } else { "local" };
    findings.add(Level::Ok, ("terminal", way), &[]);
}

fn colours(palette: Palette) -> &'static str {
    match palette {
        Palette::None => "colours_none",
        Palette::Sixteen => "colours_sixteen",
        Palette::Many => "colours_many",
        Palette::All => "colours_all",
    }
}

fn utf8(utf8: bool) -> &'static str {
    if utf8 { "utf8" } else { "no_utf8" }
}

pub(super) fn locale(findings: &mut Findings, shell: &Shell) {
    let origin = shell.config.origin(&LANG).to_string();
    let asked = shell.config.text(&LANG).unwrap_or("auto");
    let variable = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| system::env(name).map(|value| format!("{name}={value}")));
    let from = match (asked, variable) {
        ("auto", Some(variable)) => variable,
        _ => origin,
    };
    let values = [("lang", shell.texts.lang()), ("from", from.as_str())];
    findings.add(Level::Ok, ("locale", "lang"), &values);
}

/// Each setting with the place that decides it.
pub(super) fn settings(findings: &mut Findings, shell: &Shell) {
    for setting in SETTINGS {
        let value = shown(&shell.config, setting);
        let origin = shell.config.origin(setting).to_string();
        let values = [
            ("setting", setting.key),
            ("value", value.as_str()),
            ("origin", &origin),
        ];
        findings.add(Level::Ok, ("settings", "setting"), &values);
    }
    outside(findings, shell);
    registers(findings, shell);
}

/// Who answers for persons and enterprises of the data wash.
fn registers(findings: &mut Findings, shell: &Shell) {
    let config = worker_settings(&shell.config).outside;
    for (url, extract, service) in [
        (
            config.enterprises_url,
            "enterprises_extract",
            "enterprises_service",
        ),
        (config.persons_url, "persons_extract", "persons_service"),
    ] {
        let key = if url.is_empty() { extract } else { service };
        let url = without_password(url);
        findings.add(Level::Ok, ("registers", key), &[("url", &url)]);
    }
}

/// Settings of systems outside with which the worker would not begin.
fn outside(findings: &mut Findings, shell: &Shell) {
    let config = worker_settings(&shell.config);
    if let Err(wrong) = Outside::open(&config.outside, &shell.texts) {
        let why = shell.texts.fill(wrong.key, &wrong.args());
        findings.add(Level::Wrong, ("settings", "outside"), &[("why", &why)]);
    }
}

/// An address may hold a password.
fn shown(config: &Config, setting: &Setting) -> String {
    without_password(config.shown(setting))
}

fn without_password(value: String) -> String {
    match value.split_once("://") {
        Some((kind, rest)) => match rest.rsplit_once('@') {
            Some((_, place)) => format!("{kind}://…@{place}"),
            None => value,
        },
        None => value,
    }
}

/// Where something is written, and whether there is room.
pub(super) fn disk(findings: &mut Findings, shell: &Shell) {
    let text = |setting| shell.config.text(setting).unwrap_or_default().to_owned();
    let deliver_to = text(&WORKER_DELIVER_TO);
    let mut places = vec![default_home(), PathBuf::from(text(&WORKER_CHAIN_HEADS))];
    if !deliver_to.contains("://") {
        places.push(PathBuf::from(deliver_to));
    }
    let mut seen: Vec<PathBuf> = Vec::new();
    for place in places {
        let Some(there) = existing(&place) else {
            continue;
        };
        if seen.contains(&there) {
            continue;
        }
        room(findings, &there);
        seen.push(there);
    }
}

/// The folder, or the nearest one above it that exists.
fn existing(place: &Path) -> Option<PathBuf> {
    let here = if place.is_absolute() {
        place.to_owned()
    } else {
        Path::new(".").join(place)
    };
    let found = here.ancestors().find(|folder| folder.is_dir())?;
    found.canonicalize().ok()
}

fn room(findings: &mut Findings, folder: &Path) {
    let name = folder.display().to_string();
    match statvfs(folder) {
        Ok(disk) => {
            let free = disk.blocks_available().saturating_mul(disk.fragment_size());
            let free = free / (1024 * 1024);
            let (level, key) = if free < DISK_LEAST_MIB {
                (Level::Wrong, "full")
            } else {
                (Level::Ok, "room")
            };
            let free = free.to_string();
            let values = [("folder", name.as_str()), ("free", &free)];
            findings.add(level, ("disk", key), &values);
        }
        Err(error) => {
            let values = [("folder", name.as_str()), ("why", error.desc())];
            findings.add(Level::Note, ("disk", "unknown"), &values);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Files;
    use crate::config::setting::DATABASE_URL;

    #[test]
    fn the_password_of_an_address_is_not_shown() {
        let files = Files::Only(PathBuf::from("/dev/null"));
        let url = "postgres://anna:hunter2@db.example/loket";
        let config = Config::load(&files, &|_| None, &[(&DATABASE_URL, url)]).unwrap();
        assert_eq!(
            shown(&config, &DATABASE_URL),
            "\"postgres://…@db.example/loket\""
        );
    }
}
