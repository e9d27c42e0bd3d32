//! The report of a crash: one file for whoever mends loket, with what the console did last and
//! nothing of a customer or of what was typed. The text of a panic is left out when it was put
//! together at run time: it may quote what was on the screen.

use std::backtrace::Backtrace;
use std::collections::VecDeque;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::desk::Effect;
use crate::desk::trace::Step;
use crate::system;
use crate::terminal::guard;
use crate::text::Texts;

/// How many steps are kept.
const STEPS: usize = 200;
/// How many reports are kept; older ones go.
const REPORTS: usize = 20;
/// What the core library says of numbers only.
const OF_NUMBERS: [&str; 5] = [
    "index out of bounds: the len is ",
    "range end index ",
    "range start index ",
    "slice index starts at ",
    "attempt to ",
];

/// A report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Version of loket.
    pub loket: String,
    /// When (machine time).
    pub at: DateTime<Utc>,
    /// Where in the source.
    pub place: String,
    /// What the panic said, where that can hold nothing of a customer.
    pub said: Option<String>,
    /// The thread.
    pub thread: String,
    /// Language of the texts.
    pub lang: String,
    /// Columns and rows of the window.
    pub size: (u16, u16),
    /// `TERM`.
    pub term: String,
    /// The last steps, oldest first.
    pub steps: Vec<Step>,
    /// Frames of the stack.
    pub backtrace: Vec<String>,
}

/// What the console did last.
#[derive(Debug)]
struct Record {
    steps: VecDeque<Step>,
    size: (u16, u16),
}

static RECORD: Mutex<Record> = Mutex::new(Record {
    steps: VecDeque::new(),
    size: (0, 0),
});
/// Whether a panic was told.
static TOLD: AtomicBool = AtomicBool::new(false);

/// A step begins.
pub fn begin(step: Step, size: (u16, u16)) {
    let breaks = is_to_break(&step);
    note(step, size);
    if breaks {
        fail_on_purpose();
    }
}

/// So that the program that people get can be seen to fail: a build for tests breaks in the step that
/// `LOKET_TEST_FAULT` names. A release has no such thing.
fn is_to_break(step: &Step) -> bool {
    cfg!(debug_assertions) && system::env("LOKET_TEST_FAULT").is_some_and(|what| what == step.what)
}

fn fail_on_purpose() {
    let nothing: [u8; 0] = [];
    let beyond = nothing.len() + 7;
    let _ = std::hint::black_box(&nothing)[beyond];
}

fn note(step: Step, size: (u16, u16)) {
    let Ok(mut record) = RECORD.lock() else {
        return;
    };
    record.size = size;
    // a quiet hour must not push out the keys before it
    if record.steps.back().is_some_and(|last| last.is_like(&step)) {
        record.steps.pop_back();
    }
    if record.steps.len() == STEPS {
        record.steps.pop_front();
    }
    record.steps.push_back(step);
}

/// The step that began last has ended, with these effects.
pub fn end(effects: &[Effect]) {
    if let Ok(mut record) = RECORD.lock()
        && let Some(step) = record.steps.back_mut()
    {
        step.end(effects);
    }
}

/// Whether a panic was told, so that nothing more needs to be said.
pub fn is_told() -> bool {
    TOLD.load(Ordering::SeqCst)
}

/// From now on a panic gives the terminal back, writes its report and says in one line where it is.
/// One report a run: what fails after the first failure is its consequence.
pub fn install(texts: Texts) {
    guard::install_panic_hook(move |info| {
        if TOLD.swap(true, Ordering::SeqCst) {
            return true;
        }
        let report = report(info, texts.lang());
        match write(&report, &folder()) {
            Ok(path) => {
                let file = path.display().to_string();
                system::print_error(&texts.fill("crash.told", &[("file", &file)]));
                true
            }
            Err(_) => false,
        }
    });
}

fn report(info: &PanicHookInfo<'_>, lang: &str) -> Report {
    let place = info.location().map(ToString::to_string);
    let thread = std::thread::current();
    // whoever panicked may hold the record: then there are no steps, and a report all the same
    let (steps, size) = RECORD.try_lock().map_or_else(
        |_| (Vec::new(), (0, 0)),
        |record| (record.steps.iter().cloned().collect(), record.size),
    );
    Report {
        loket: env!("CARGO_PKG_VERSION").to_owned(),
        at: system::now(),
        place: place.unwrap_or_default(),
        said: said(info),
        thread: thread.name().unwrap_or_default().to_owned(),
        lang: lang.to_owned(),
        size,
        term: system::env("TERM").unwrap_or_default(),
        steps,
        backtrace: frames(&Backtrace::force_capture()),
    }
}

/// A text of the source as it stands there; of others only what is known to hold numbers.
fn said(info: &PanicHookInfo<'_>) -> Option<String> {
    let payload = info.payload();
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        return Some((*text).to_owned());
    }
    let text = payload.downcast_ref::<String>()?;
    let is_of_numbers = OF_NUMBERS.iter().any(|start| text.starts_with(start));
    is_of_numbers.then(|| text.clone())
}

fn frames(backtrace: &Backtrace) -> Vec<String> {
    let lines = backtrace.to_string();
    let lines = lines.lines().map(|line| line.trim_end().to_owned());
    lines.collect()
}

/// Where reports are: `$XDG_STATE_HOME/loket`, else `~/.local/state/loket`.
pub fn folder() -> PathBuf {
    let home = || PathBuf::from(system::env("HOME").unwrap_or_default()).join(".local/state");
    let state = system::env("XDG_STATE_HOME").map(PathBuf::from);
    let state = state.filter(|path| path.is_absolute());
    state.unwrap_or_else(home).join("loket")
}

/// Writes the report, readable by its owner only.
pub fn write(report: &Report, folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    prune(folder);
    let at = report.at.format("%Y%m%dT%H%M%S%.3fZ");
    let path = folder.join(format!("crash-{at}-{}.json", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(&serde_json::to_vec_pretty(report)?)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok(path)
}

/// The oldest go, by the time in their names.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_report = |path: &PathBuf| {
        let name = path.file_stem().and_then(|name| name.to_str());
        let is_ours = name.is_some_and(|name| name.starts_with("crash-"));
        is_ours && path.extension().is_some_and(|kind| kind == "json")
    };
    let mut reports: Vec<PathBuf> = paths.filter(is_report).collect();
    reports.sort_unstable();
    let most = reports.len().saturating_sub(REPORTS - 1);
    for old in &reports[..most] {
        // one that stays is no harm
        let _ = fs::remove_file(old);
    }
}
