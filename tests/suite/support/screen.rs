//! The real program on a real pseudo-terminal: keys in, the screen as a terminal would show it.

use std::ffi::OsString;
use std::io::{Read as _, Write};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long something may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(20);

/// A program on a pseudo-terminal.
pub(crate) struct Screen {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Arc<Mutex<Seen>>,
    stalled: Arc<AtomicBool>,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    cut: bool,
}

impl Screen {
    /// Starts `loket` with these arguments on a terminal of that size.
    pub(crate) fn start(arguments: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        Self::start_program(env!("CARGO_BIN_EXE_loket"), arguments, env, size)
    }

    /// Starts any program.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test passes its surroundings on"
    )]
    pub(crate) fn start_program(
        program: &str,
        arguments: &[&str],
        env: &[(&str, &str)],
        size: (u16, u16),
    ) -> Self {
        let (cols, rows) = size;
        let pair = native_pty_system()
            .openpty(PtySize {
                rows,
                cols,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments.iter().map(OsString::from));
        command.env_clear();
        for name in ["PATH", "HOME", "USER"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("TERM", "xterm-256color");
        command.env("LOKET_LANG", "en");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen = Arc::new(Mutex::new(Seen {
            parser: vt100::Parser::new(lines(rows), lines(cols), 0),
            raw: Vec::new(),
            cut: false,
        }));
        let stalled = Arc::new(AtomicBool::new(false));
        let reader = pair.master.try_clone_reader().unwrap();
        follow(reader, Arc::clone(&seen), Arc::clone(&stalled));
        let writer = pair.master.take_writer().unwrap();
        Self {
            child,
            master: Some(pair.master),
            writer: Some(writer),
            seen,
            stalled,
        }
    }

    /// The desk of that agent on that database.
    pub(crate) fn desk(url: &str, size: (u16, u16)) -> Self {
        Self::start(&["console"], &[("DATABASE_URL", url)], size)
    }

    /// Bytes as a keyboard sends them.
    pub(crate) fn press(&mut self, bytes: &str) {
        self.press_bytes(bytes.as_bytes());
    }

    /// Bytes as nobody's keyboard sends them.
    pub(crate) fn press_bytes(&mut self, bytes: &[u8]) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
    }

    /// What is on the screen.
    pub(crate) fn text(&self) -> String {
        self.seen.lock().unwrap().parser.screen().contents()
    }

    /// All bytes that the program wrote.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// Whether the program has the terminal: alternate screen, hidden cursor, bracketed paste.
    pub(crate) fn has_terminal(&self) -> bool {
        self.seen.lock().unwrap().parser.screen().alternate_screen()
    }

    /// Waits until the screen says so.
    pub(crate) fn wait(&self, what: &str) {
        self.wait_for(what, |screen| screen.contains(what));
    }

    /// Waits until the screen is like that.
    pub(crate) fn wait_for(&self, what: &str, like: impl Fn(&str) -> bool) {
        let given_up = deadline();
        while !like(&self.text()) {
            assert!(!is_over(given_up), "never saw {what}:\n{}", self.text());
            std::thread::sleep(STEP);
        }
    }

    /// Presses a key so many times, each when the one before was drawn; one patience for all.
    pub(crate) fn press_each(
        &mut self,
        key: &str,
        times: usize,
        drawn: impl Fn(usize, &str) -> bool,
    ) {
        let given_up = deadline();
        for presses in 1..=times {
            self.press(key);
            while !drawn(presses, &self.text()) {
                let text = self.text();
                assert!(!is_over(given_up), "key {presses} is not drawn:\n{text}");
                std::thread::sleep(STEP);
            }
        }
    }

    /// Waits until the program has ended.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let given_up = deadline();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                // what it wrote last is still under way to us
                std::thread::sleep(STEP * 5);
                return status;
            }
            assert!(!is_over(given_up), "does not end:\n{}", self.text());
            std::thread::sleep(STEP);
        }
    }

    /// Leaves the desk, also with cases in hand: what becomes of them is on the screen before the
    /// second key.
    pub(crate) fn leave_desk(&mut self) -> ExitStatus {
        self.press("q");
        let given_up = deadline();
        loop {
            if self.child.try_wait().unwrap().is_some() {
                break;
            }
            if self.text().contains("leaves, esc stays") {
                self.press("q");
                break;
            }
            assert!(!is_over(given_up), "does not leave:\n{}", self.text());
            std::thread::sleep(STEP);
        }
        self.ended()
    }

    /// From now on nobody takes what the program writes, as on a line that hangs.
    pub(crate) fn stall(&self) {
        self.stalled.store(true, Ordering::SeqCst);
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
    }

    /// Another size of the window.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        self.master.as_ref().unwrap().resize(size).unwrap();
        self.seen
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(lines(rows), lines(cols));
    }

    /// The line is cut: nobody reads or writes any more. The key makes the program write, so that
    /// the reading thread wakes up and lets go of the line.
    pub(crate) fn cut(&mut self, key: &str) {
        self.seen.lock().unwrap().cut = true;
        self.press(key);
        self.writer = None;
        self.master = None;
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(
    mut reader: Box<dyn std::io::Read + Send>,
    seen: Arc<Mutex<Seen>>,
    stalled: Arc<AtomicBool>,
) {
    std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            let mut seen = seen.lock().unwrap();
            seen.parser.process(&bytes[..count]);
            seen.raw.extend_from_slice(&bytes[..count]);
            if seen.cut {
                return;
            }
            drop(seen);
            while stalled.load(Ordering::SeqCst) {
                std::thread::sleep(STEP);
            }
        }
    });
}

fn lines(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

fn deadline() -> Instant {
    loket::system::monotonic() + PATIENCE
}

fn is_over(deadline: Instant) -> bool {
    loket::system::monotonic() > deadline
}
