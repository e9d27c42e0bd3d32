//! What `--help` teaches beyond the flags: examples of each command that can be typed as they stand, and
//! the exit codes. The manual pages say the same. A test parses every example.

use clap::{ArgMatches, Command, CommandFactory as _, FromArgMatches as _};

use super::washing::EXAMPLES as WASH;
use super::{Cli, EXIT_CODES};

/// Examples by the path of the command, without `loket` in front; the path is part of the example.
const EXAMPLES: &[(&str, &[&str])] = &[
    (
        "demo",
        &["demo", "demo --agents 5 --lang nl", "demo --no-console"],
    ),
    (
        "console",
        &["console", "console --theme light", "console --plain"],
    ),
    (
        "case list",
        &[
            "case list",
            "case list --mine",
            "case list --filter \"due:2h -holder:none\"",
        ],
    ),
    (
        "case find",
        &["case find 871690930000909597", "case find \"1012 AB 7\""],
    ),
    (
        "case show",
        &[
            "case show GT-2026-000052",
            "case show GT-2026-000052 --json",
        ],
    ),
    ("case print", &["case print IN-2026-000011"]),
    ("case drafts", &["case drafts"]),
    (
        "case timeline",
        &["case timeline GT-2026-000052 --limit 10"],
    ),
    (
        "case next",
        &["case next", "case next --queue mandate --json"],
    ),
    ("case claim", &["case claim GT-2026-000052"]),
    ("case release", &["case release GT-2026-000052"]),
    ("case skip", &["case skip GT-2026-000052 --reason language"]),
    (
        "case take-over",
        &["case take-over GT-2026-000052 --reason \"you are at lunch\""],
    ),
    (
        "case open",
        &[
            "case open doubt",
            "case open doubt --field ean=871690930000909597 --dry-run",
        ],
    ),
    (
        "case do",
        &[
            "case do GT-2026-000052 contact_party",
            "case do GT-2026-000052 contact_party --field channel=email --field ask_proof=yes",
            "case do add_note --set note=\"letter sent\" --filter \"state:assessing\" --dry-run",
        ],
    ),
    (
        "case note",
        &[
            "case note GT-2026-000052 \"the party calls back\"",
            "case note GT-2026-000052 -",
        ],
    ),
    (
        "case promise",
        &[
            "case promise GT-2026-000052 --at \"tomorrow 9:30\" --what \"call the customer\"",
            "case promise GT-2026-000052 --kept 1",
        ],
    ),
    (
        "case snooze",
        &[
            "case snooze GT-2026-000052 --until +2h --reason \"waits for the meter reading\"",
            "case snooze GT-2026-000052 --end",
        ],
    ),
    (
        "case attach",
        &["case attach GT-2026-000052 proof.pdf --purpose evidence"],
    ),
    (
        "case fetch",
        &["case fetch GT-2026-000052 proof.pdf --to proof.pdf"],
    ),
    (
        "case erase",
        &["case erase 0198f000-0000-7000-8000-000000000001"],
    ),
    ("case take-back", &["case take-back GT-2026-000052"]),
    (
        "case hand-over",
        &[
            "case hand-over GT-2026-000052 --to \"Joost Bakker\" --line \"proof is due at 16:00\"",
            "case hand-over GT-2026-000052 --line \"nothing is open\" --with-drafts",
        ],
    ),
    (
        "case reassign",
        &["case reassign GT-2026-000052 --to \"Joost Bakker\" --reason \"ill today\""],
    ),
    (
        "case transfer",
        &["case transfer GT-2026-000052 --queue mandate --reason \"not ours\""],
    ),
    ("board", &["board", "board --json"]),
    (
        "report on-time",
        &[
            "report on-time --from 2026-01 --csv",
            "report on-time --cases doubt contact_1wd 2026-11",
        ],
    ),
    (
        "report signals",
        &[
            "report signals --from 2026-01 --csv",
            "report signals --party 8712423010208 --from 2026-08",
            "report signals --proposal RO-2026-000001 --csv",
        ],
    ),
    ("report threshold", &["report threshold --signals 5"]),
    (
        "consumption show",
        &["consumption show SM-2026-000007 --week 2026-06-15 --fine --purpose check"],
    ),
    (
        "consumption export",
        &[
            "consumption export SM-2026-000007 --year 2025 --purpose hand_over --whole",
            "consumption export SM-2026-000007 --year 2025 --purpose check --format pdf --out a.pdf",
        ],
    ),
    (
        "db create",
        &[
            "--database-url postgres://postgres@db/postgres db create loket",
            "db create practice --rehearsal",
        ],
    ),
    ("db migrate", &["db migrate"]),
    ("db status", &["db status"]),
    ("db verify", &["db verify", "db verify --json"]),
    ("db calendar list", &["db calendar list"]),
    (
        "db calendar add",
        &["db calendar add 2027-05-05 --country NL --name Bevrijdingsdag --law \"decree of 2027\""],
    ),
    (
        "db calendar remove",
        &["db calendar remove 2027-05-05 --country NL"],
    ),
    ("db recount", &["db recount --dry-run", "db recount"]),
    ("db grace", &["db grace", "db grace 60"]),
    (
        "db clock",
        &[
            "db clock",
            "db clock +72h",
            "db clock --at 2026-12-24T16:00",
        ],
    ),
    (
        "agent add",
        &[
            "agent add sanne --name \"Sanne de Vries\" --role agent --queue mandate",
            "agent add loket --name worker --role worker --queue mandate",
        ],
    ),
    ("agent list", &["agent list"]),
    ("agent disable", &["agent disable sanne"]),
    (
        "queue limits",
        &[
            "queue limits",
            "queue limits mandate --max 5 --gate 3",
            "queue limits mandate --agent Sanne --as-queue",
        ],
    ),
    ("filter list", &["filter list"]),
    ("forms list", &["forms list"]),
    (
        "forms show",
        &["forms show installation", "forms show installation --toml"],
    ),
    ("forms check", &["forms check installation.toml"]),
    (
        "forms preview",
        &[
            "forms preview installation",
            "forms preview installation.toml",
        ],
    ),
    (
        "forms add",
        &["forms add installation installation.toml --from 2027-01-01"],
    ),
    ("grid list", &["grid list"]),
    (
        "practice pay",
        &[
            "practice pay PR-2026-000004",
            "practice pay PR-2026-000004 --failed",
        ],
    ),
    ("grid set", &["grid set 8716879000004"]),
    (
        "slots list",
        &["slots list", "slots list --area DB --days 14 --json"],
    ),
    (
        "slots add",
        &["slots add week.csv --from 2026-12-01 --until 2027-02-28"],
    ),
    ("slots capacity", &["slots capacity 17 4"]),
    ("slots areas", &["slots areas", "slots areas areas.csv"]),
    ("fees list", &["fees list"]),
    (
        "fees add",
        &[
            "fees add prio_electricity 70,10",
            "fees add prio_electricity_smart_on \"EUR 75.00\" --from 2027-01-01T00:00:00+01:00",
        ],
    ),
    (
        "filter save",
        &[
            "filter save urgent \"due:2h -holder:none\"",
            "filter save urgent due:2h --queue mandate",
        ],
    ),
    ("filter drop", &["filter drop urgent"]),
    (
        "import",
        &[
            "import parties parties.csv --dry-run",
            "import connections connections.csv",
            "import cases -",
        ],
    ),
    (
        "worker",
        &[
            "worker",
            "worker --once",
            "worker --deliver-to /var/lib/loket/outbox",
        ],
    ),
    ("worker dead", &["worker dead"]),
    (
        "worker resend",
        &["worker resend 17 18", "worker resend --all"],
    ),
    ("doctor", &["doctor", "doctor --json"]),
    (
        "replay",
        &["replay ~/.local/state/loket/crash-….json --last 20"],
    ),
    (
        "check",
        &[
            "check ean 871690930000909597",
            "check postcode-nl \"1012 AB\" --json",
        ],
    ),
    (
        "due",
        &[
            "due --start 2026-11-20T16:05 --term 1wd --explain",
            "due --start 2026-11-20T16:05:00+01:00 --term 72h --country NO",
        ],
    ),
    ("process list", &["process list"]),
    (
        "process show",
        &["process show doubt", "process show doubt --mermaid"],
    ),
    (
        "wash check",
        &[
            "wash check --grid grid.csv --supply supply.csv --persons persons.csv --summary",
            "wash check --grid grid.csv --supply supply.csv --explain 707057500100000017",
            "wash check --grid grid.csv --supply supply.csv --rules rules.toml --format json",
        ],
    ),
    ("keys", &["keys", "keys --context board"]),
    ("config", &["config"]),
    ("config show", &["config show --json"]),
    ("config get", &["config get worker.deliver_to"]),
    ("config path", &["config path"]),
    ("completions", &["completions bash", "completions fish"]),
    ("man", &["man", "man ~/.local/share/man/man1"]),
];

/// The command line with its examples and exit codes.
pub fn command() -> Command {
    taught(Cli::command(), "")
}

/// Reads the arguments of this process; what is wrong with them, or asked for (`--help`), ends it.
pub fn parse() -> Cli {
    let matches: ArgMatches = command().get_matches();
    Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn taught(command: Command, path: &str) -> Command {
    let below = match examples(path) {
        None if path.is_empty() => None,
        found => Some(below(
            found.unwrap_or_default(),
            command.get_after_help().map(ToString::to_string),
        )),
    };
    let command = match below {
        Some(below) => command.after_help(below),
        None => command,
    };
    let names: Vec<String> = command
        .get_subcommands()
        .filter(|it| !it.is_hide_set())
        .map(|it| it.get_name().to_owned())
        .collect();
    names.iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |it| taught(it, path.trim_start()))
    })
}

fn examples(path: &str) -> Option<&'static [&'static str]> {
    let mut all = EXAMPLES.iter().chain(WASH);
    all.find(|(known, _)| *known == path)
        .map(|(_, lines)| *lines)
}

/// The examples, what the command says itself, the exit codes unless it says its own.
fn below(examples: &[&str], own: Option<String>) -> String {
    let mut parts = Vec::new();
    if !examples.is_empty() {
        let lines = examples.iter().map(|line| format!("\n  loket {line}"));
        parts.push(format!("Examples:{}", lines.collect::<String>()));
    }
    let has_codes = own.as_ref().is_some_and(|own| own.contains("Exit codes"));
    parts.extend(own);
    if !has_codes {
        parts.push(EXIT_CODES.to_owned());
    }
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    /// As a shell splits it.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('"').enumerate();
        let mut words = vec![String::new()];
        for (n, part) in parts {
            if n % 2 == 1 {
                words.last_mut().unwrap().push_str(part);
                continue;
            }
            for (m, piece) in part.split(' ').enumerate() {
                if m > 0 {
                    words.push(String::new());
                }
                words.last_mut().unwrap().push_str(piece);
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_example_is_right_and_stands_where_it_belongs() {
        for (path, lines) in EXAMPLES.iter().chain(WASH) {
            for line in *lines {
                let typed = std::iter::once("loket".to_owned()).chain(words(line));
                let read = Cli::try_parse_from(typed);
                assert!(read.is_ok(), "{line}: {}", read.unwrap_err());
                assert!(line.contains(path), "{line} is no example of {path}");
                assert!(line.len() < 92, "{line} is too wide");
            }
        }
    }

    fn check(command: &Command, path: &str) {
        let visible = || command.get_subcommands().filter(|it| !it.is_hide_set());
        let below = command.get_after_help().map(ToString::to_string);
        let below = below.unwrap_or_default();
        assert!(
            below.contains("Exit codes: 0 "),
            "{path} says no exit codes"
        );
        if visible().next().is_none() {
            assert!(
                below.contains(&format!("loket {path}")) || path.starts_with("db create"),
                "{path} has no example"
            );
        }
        for inner in visible().filter(|it| it.get_name() != "help") {
            check(inner, format!("{path} {}", inner.get_name()).trim_start());
        }
    }

    #[test]
    fn the_help_of_every_command_has_an_example_and_the_exit_codes() {
        check(&command(), "");
    }
}
