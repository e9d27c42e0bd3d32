//! The one place that touches the process's surroundings: the clock, the environment, the standard
//! streams. Everything else takes time and settings as arguments, so that it can be tested and
//! replayed. Clippy forbids the calls below everywhere else.

use std::io::{ErrorKind, Write as _};
use std::sync::OnceLock;
use std::time::Instant;

use chrono::{DateTime, Utc};

/// The machine's clock. Only a fallback for "legal now": the database's clock decides.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that owns the clock"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// A clock that never jumps, for time-outs and back-off.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that owns the clock"
)]
pub fn monotonic() -> Instant {
    Instant::now()
}

/// An environment variable, `None` when it is absent, empty or not UTF-8.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the place that owns the environment"
)]
pub fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The first word of the command line: how this program was called.
pub fn called() -> Option<String> {
    std::env::args_os().next()?.into_string().ok()
}

/// Why standard output took no more, the first time that happened.
static OUTPUT_FAILURE: OnceLock<String> = OnceLock::new();

/// One line to standard output. `false` when it cannot be written: nobody reads it any more (a
/// closed pipe), which is no failure, or the disk is full, which [`output_failure`] then tells.
pub fn print_line(line: &str) -> bool {
    let mut out = std::io::stdout().lock();
    let written = writeln!(out, "{line}").and_then(|()| out.flush());
    if let Err(error) = &written
        && error.kind() != ErrorKind::BrokenPipe
    {
        let _ = OUTPUT_FAILURE.set(error.to_string());
    }
    written.is_ok()
}

/// Why something that was meant for standard output is not there, other than by a closed pipe.
pub fn output_failure() -> Option<&'static str> {
    OUTPUT_FAILURE.get().map(String::as_str)
}

/// One line to standard error; a failure to write it is nobody's to handle.
pub fn print_error(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A passing word in the last line of a terminal on standard error; the next one takes its place.
pub fn print_status(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "\r\x1b[2K{text}").and_then(|()| err.flush());
}
