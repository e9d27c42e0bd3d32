//! Entering and leaving the terminal. Leaving cannot fail and happens on every way out: the end of
//! the program, a panic, a signal, a closed line. Raw mode is given back first, because a shell in
//! raw mode is the worst that we could leave behind; each later step ignores errors of the others.

use std::io::{self, IsTerminal as _, Write as _};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use nix::sys::termios::{self, InputFlags, LocalFlags, OutputFlags, SetArg, Termios};

/// Whether the terminal is ours at this moment, so that leaving twice does nothing.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Whether the mouse is ours while the terminal is.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Buttons and wheel, with places beyond column 223; no movements, which would cost a slow line more
/// than all the rest.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Takes the mouse or leaves it to the terminal, from now on and whenever the terminal is entered.
/// The bytes that say so now are for the caller to write.
pub fn mouse(on: bool) -> &'static [u8] {
    MOUSE.store(on, Ordering::SeqCst);
    if on { MOUSE_ON } else { MOUSE_OFF }
}

/// Holds the terminal; gives it back when dropped.
#[derive(Debug)]
pub struct Guard(());

/// Whether a person sits at both ends: a console needs that.
pub fn is_interactive() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

impl Guard {
    /// Take the terminal: raw mode, alternate screen, bracketed paste, no cursor.
    pub fn enter() -> io::Result<Self> {
        enter()?;
        Ok(Self(()))
    }

    /// Give the terminal back for a while (ctrl-z).
    pub fn pause(&self) {
        leave();
    }

    /// Take it again.
    pub fn resume(&self) -> io::Result<()> {
        enter()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Whether the terminal does not make lines of what is typed or written: a program that was killed
/// left it so.
pub fn is_raw() -> bool {
    termios::tcgetattr(io::stdin()).is_ok_and(|mode| is_broken(&mode))
}

fn is_broken(mode: &Termios) -> bool {
    let makes_lines = mode.local_flags.contains(LocalFlags::ICANON);
    !makes_lines || !mode.output_flags.contains(OutputFlags::OPOST)
}

/// A terminal that is raw already is put right, so that the shell gets one back in which lines begin
/// at the left, and lines can be typed at all. Without a terminal it does nothing.
pub fn mend() {
    let tty = io::stdin();
    let Ok(mut mode) = termios::tcgetattr(&tty) else {
        return;
    };
    if !is_broken(&mode) {
        return;
    }
    mode.input_flags
        .insert(InputFlags::BRKINT | InputFlags::ICRNL | InputFlags::IXON);
    mode.output_flags
        .insert(OutputFlags::OPOST | OutputFlags::ONLCR);
    mode.local_flags.insert(
        LocalFlags::ICANON
            | LocalFlags::ISIG
            | LocalFlags::IEXTEN
            | LocalFlags::ECHO
            | LocalFlags::ECHOE
            | LocalFlags::ECHOK,
    );
    // a terminal that does not let itself be mended is used as it is
    let _ = termios::tcsetattr(&tty, SetArg::TCSANOW, &mode);
}

fn enter() -> io::Result<()> {
    mend();
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    let mut out = io::stdout();
    queue!(
        out,
        EnterAlternateScreen,
        // what was printed before may stand there: the first frame draws on an empty screen
        Clear(ClearType::All),
        EnableBracketedPaste,
        cursor::Hide
    )?;
    if MOUSE.load(Ordering::SeqCst) {
        out.write_all(MOUSE_ON)?;
    }
    out.flush()
}

/// Give the terminal back. Safe to call at any time, from any thread, more than once.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let _ = disable_raw_mode();
    let mut out = io::stdout();
    if MOUSE.load(Ordering::SeqCst) {
        let _ = out.write_all(MOUSE_OFF);
    }
    let _ = queue!(out, DisableBracketedPaste);
    let _ = queue!(out, LeaveAlternateScreen);
    let _ = queue!(out, cursor::Show);
    let _ = out.flush();
}

/// Give up a terminal that takes no bytes any more: its mode is restored, nothing is written.
pub fn abandon() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let _ = disable_raw_mode();
    }
}

/// Whether the terminal is ours at this moment.
pub fn is_entered() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

/// Restore the terminal before a panic is told, so that it can be read. What `tell` does not tell
/// (`false`) is told as before.
pub fn install_panic_hook(tell: impl Fn(&PanicHookInfo<'_>) -> bool + Send + Sync + 'static) {
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        leave();
        if !tell(info) {
            next(info);
        }
    }));
}
