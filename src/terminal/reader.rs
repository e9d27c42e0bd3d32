//! Reads the terminal: one thread that blocks until there is a key, and one that blocks until the
//! line is cut. Nothing polls, nothing ticks, and no key waits for another message.
//!
//! Not crossterm's `EventStream`: it registers the waker of its first pending poll only, so that a
//! key behind a `now_or_never` wakes nobody (crossterm 0.29). Not `read` alone: at the end of the
//! line it goes round without end instead of returning.

use std::io;
use std::os::fd::AsFd as _;
use std::thread;

use crossterm::event;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::input;
use crate::desk::key::Input;

/// What comes from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// The person did something.
    Input(Input),
    /// The line is cut: nothing will come any more.
    Cut,
}

/// Whether somebody still listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Yes.
    Yes,
    /// Nobody: stop reading.
    Nobody,
}

/// Start reading. `say` may block while its listener is busy; the threads live until it says that
/// nobody listens, or until the program ends. Fails when the system has no thread left.
pub fn start(say: impl Fn(Read) -> Heard + Clone + Send + 'static) -> io::Result<()> {
    let of_line = say.clone();
    let name = |name: &str| thread::Builder::new().name(name.to_owned());
    name("keys").spawn(move || read_keys(&say))?;
    name("line").spawn(move || {
        wait_for_the_cut();
        of_line(Read::Cut);
    })?;
    Ok(())
}

fn read_keys(say: &impl Fn(Read) -> Heard) {
    loop {
        let heard = match event::read() {
            Ok(event) => match input::convert(event) {
                Some(input) => say(Read::Input(input)),
                None => Heard::Yes,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Heard::Yes,
            Err(_) => {
                say(Read::Cut);
                return;
            }
        };
        if heard == Heard::Nobody {
            return;
        }
    }
}

/// Blocks until the other end hangs up. No data are asked for: hanging up is always told.
fn wait_for_the_cut() {
    let stdin = io::stdin();
    let mut line = [PollFd::new(stdin.as_fd(), PollFlags::empty())];
    loop {
        match poll(&mut line, PollTimeout::NONE) {
            Err(Errno::EINTR | Errno::EAGAIN) => {}
            _ => return,
        }
    }
}
