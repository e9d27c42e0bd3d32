//! The real program, run as a person would from a shell, with nothing of this machine's settings.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A shell in which `DATABASE_URL` names one role of one database.
pub(crate) struct Shell {
    env: Vec<(String, String)>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl Shell {
    /// With nothing set.
    pub(crate) fn bare() -> Self {
        let path = loket::system::env("PATH").unwrap_or_default();
        let env = [
            ("PATH", path),
            ("HOME", String::from("/nonexistent")),
            ("LANG", String::from("C.UTF-8")),
        ];
        Self {
            env: env.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        }
    }

    /// Connected by `DATABASE_URL`.
    pub(crate) fn of(url: &str) -> Self {
        Self::bare().with("DATABASE_URL", url)
    }

    /// … with that variable.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Runs the program with the words of that line; a word with spaces stands in `'…'`.
    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_with(line, "")
    }

    /// … and that on its standard input.
    pub(crate) fn run_with(&self, line: &str, input: &str) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loket"));
        command.args(words(line));
        self.said(command, input)
    }

    /// Runs it where no file can grow: what is written to one fails as on a disk that is full.
    pub(crate) fn run_on_full_disk(&self, line: &str) -> Said {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_loket"))
            .args(words(line));
        self.said(command, "")
    }

    fn said(&self, mut command: Command, input: &str) -> Said {
        let mut child = command
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // a program that reads nothing may be gone already
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Said {
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code().unwrap(),
        }
    }

    /// Runs what must succeed and say nothing on standard error.
    pub(crate) fn ok(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}: {said:?}");
        said.out
    }

    /// The JSON objects of a command that must succeed.
    pub(crate) fn json(&self, line: &str) -> Vec<Value> {
        let out = self.ok(&format!("{line} --json"));
        out.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The one JSON object of a command that must succeed.
    pub(crate) fn one(&self, line: &str) -> Value {
        let mut all = self.json(line);
        assert_eq!(all.len(), 1, "{line}: {all:?}");
        all.remove(0)
    }

    /// The sentence of a command that must be refused: exit code 1, nothing on standard output.
    pub(crate) fn refused(&self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!((said.code, said.out.as_str()), (1, ""), "{line}: {said:?}");
        assert_eq!(said.err.lines().count(), 1, "{line}: {said:?}");
        said.err
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '\'' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' if !is_quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
