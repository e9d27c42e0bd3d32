//! The loop of the console: the terminal and the answers in, messages to the desk, effects out.
//! The only place that reads the clock for the desk.
//!
//! It sleeps until a key, an answer, a signal or the next visible change. Keys and answers come
//! through one bounded channel; the terminal is read by a thread of its own. A write runs in a task
//! that is never dropped, also when the screen is left.

mod address;
mod beat;
mod calls;
mod consumption;
pub mod crash;
mod feed;
mod files;
pub mod lines;
mod registers;
mod signals;
mod washing;
mod work;

pub use address::Sources;
pub use beat::least_pause;
pub use feed::{Hears, follow_feed};

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use ratatui::Terminal;
use ratatui::layout::Size;
use tokio::sync::mpsc;

use crate::desk::geometry::Window;
use crate::desk::habits::Habits;
use crate::desk::key::Input;
use crate::desk::keymap::Keymap;
use crate::desk::toast::Tone;
use crate::desk::{self, Effect, Model, Msg, Start, next_wake, update};
use crate::process::notification::Lists;
use crate::store::Store;
use crate::system;
use crate::terminal::reader::{self, Heard, Read};
use crate::terminal::{FrameBackend, Guard, Outlet, clipboard, guard};
use crate::text::Texts;
use crate::view::{Theme, Themes, draw};
use work::{Signals, Work};

/// How many messages may wait; tasks that have more wait themselves.
const QUEUE: usize = 256;
/// How many messages are taken in before a frame is drawn.
const DRAIN: usize = 64;
/// How long leaving waits for writes that are under way, and for the leases to go back.
const LEAVE: Duration = Duration::from_secs(2);

/// How long the signal that lets us go on may come after we do.
const SAID_TWICE: Duration = Duration::from_millis(50);

/// How long leaving waits for the last frame to leave; a terminal that takes nothing is left as it is.
const LEAVE_SCREEN: Duration = Duration::from_millis(500);

/// What the console needs.
#[derive(Debug)]
pub struct Setup {
    /// The database.
    pub store: Store,
    /// The sources outside that are asked for addresses.
    pub sources: Sources,
    /// The texts.
    pub texts: Texts,
    /// The keys.
    pub keymap: Keymap,
    /// What installers choose from.
    pub lists: Lists,
    /// The themes there are.
    pub themes: Themes,
    /// Name of the one that is shown.
    pub theme: String,
    /// What is to be said at the start.
    pub notes: Option<String>,
    /// What the console does by itself.
    pub habits: Habits,
}

impl Setup {
    /// The desk as it starts.
    fn model(&self, window: Window) -> Model {
        let start = Start {
            texts: Arc::new(self.texts.clone()),
            keymap: self.keymap.clone(),
            window,
            seed: fastrand::u64(..),
        };
        let now = system::now();
        let mut model = Model::new(start, now);
        model.themes = self.themes.names();
        model.world.lists = Arc::new(self.lists.clone());
        model.theme.clone_from(&self.theme);
        model.habits = self.habits;
        if let Some(notes) = self.notes.clone() {
            model.world.toasts.say(Tone::Warning, notes, now);
        }
        model
    }
}

/// Run the console until the agent or the system ends it. The leases go back on every way out.
pub async fn run(setup: Setup) -> io::Result<()> {
    crash::install(setup.texts.clone());
    let mut console = Console::new(setup)?;
    let ended = AssertUnwindSafe(console.go_on()).catch_unwind().await;
    if console.outlet.settle(LEAVE_SCREEN) {
        guard::leave();
    } else {
        guard::abandon();
    }
    // what failed once may fail again: the leases go back all the same
    let _ = std::panic::catch_unwind(AssertUnwindSafe(|| console.save_all()));
    console.work.finish_writes().await;
    let Console { work, inbox, .. } = console;
    drop(inbox);
    work.close().await;
    match ended {
        Ok(ended) => ended,
        // the hook has told it
        Err(_) => Err(io::Error::other("the console failed")),
    }
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

/// Let what comes from the terminal be messages. A cut line ends the console.
fn listen(messages: mpsc::Sender<Msg>) -> io::Result<()> {
    reader::start(move |read| {
        let msg = match read {
            Read::Input(input) => Msg::Input(input),
            Read::Cut => Msg::Stop,
        };
        match messages.blocking_send(msg) {
            Ok(()) => Heard::Yes,
            Err(_) => Heard::Nobody,
        }
    })
}

struct Console {
    work: Work,
    model: Model,
    themes: Themes,
    theme: Theme,
    terminal: Terminal<FrameBackend<Outlet>>,
    outlet: Outlet,
    guard: Guard,
    signals: Signals,
    inbox: mpsc::Receiver<Msg>,
    /// Whether the shell was asked for.
    sleepy: bool,
}

impl Console {
    fn new(setup: Setup) -> io::Result<Self> {
        let signals = Signals::new()?;
        guard::mouse(setup.habits.mouse);
        let guard = Guard::enter()?;
        let (columns, rows) = crossterm::terminal::size()?;
        let size = Size::new(columns, rows);
        let model = setup.model(Window { columns, rows });
        let (work, inbox) = Work::new(setup.store.clone(), setup.sources.clone());
        let left = work.messages.clone();
        let outlet = Outlet::start(io::stdout(), move || drop(left.try_send(Msg::Wake)))?;
        let terminal = Terminal::new(FrameBackend::new(outlet.clone(), size))?;
        listen(work.messages.clone())?;
        Ok(Self {
            work,
            model,
            theme: setup.themes.get(&setup.theme).cloned().unwrap_or_default(),
            themes: setup.themes,
            terminal,
            outlet,
            guard,
            signals,
            inbox,
            sleepy: false,
        })
    }

    /// The loop. The first frame is drawn before the database is asked anything.
    async fn go_on(&mut self) -> io::Result<()> {
        self.draw()?;
        if self.take(Msg::Start)? == Flow::Stop {
            return Ok(());
        }
        loop {
            self.draw()?;
            let msg = self.next().await;
            if matches!(msg, Msg::Resumed) {
                self.enter_again()?;
            }
            if self.take(msg)? == Flow::Stop || self.drain()? == Flow::Stop {
                return Ok(());
            }
            if std::mem::take(&mut self.sleepy) && self.suspend().await? == Flow::Stop {
                return Ok(());
            }
            // a task that panicked has given the terminal back: nobody sees us any more
            if !guard::is_entered() {
                return Err(io::Error::other("a task of the console failed"));
            }
        }
    }

    /// Take in what is there already, before a frame is drawn.
    fn drain(&mut self) -> io::Result<Flow> {
        for _ in 0..DRAIN {
            let Ok(msg) = self.inbox.try_recv() else {
                return Ok(Flow::On);
            };
            if self.take(msg)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::On)
    }

    /// Wait for the next message.
    async fn next(&mut self) -> Msg {
        let now = system::now();
        let wake =
            next_wake(&self.model, now).map(|at| (at - now).to_std().unwrap_or(Duration::ZERO));
        let sleep = tokio::time::sleep(wake.unwrap_or(Duration::from_hours(1)));
        tokio::select! {
            biased;
            msg = self.signals.next() => msg,
            Some(msg) = self.inbox.recv() => msg,
            () = sleep => Msg::Wake,
        }
    }

    fn take(&mut self, msg: Msg) -> io::Result<Flow> {
        if let Msg::Input(Input::Resize(columns, rows)) = msg {
            let size = Size::new(columns, rows);
            self.terminal.backend_mut().set_size(size);
        }
        let now = system::now();
        let window = self.model.window;
        let step = desk::trace::step(&self.model, &msg, now);
        crash::begin(step, (window.columns, window.rows));
        let effects = update(&mut self.model, msg, now);
        crash::end(&effects);
        beat::tell(&self.work.here, desk::here::take(&mut self.model));
        for effect in effects {
            if self.run(effect)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::On)
    }

    fn draw(&mut self) -> io::Result<()> {
        if !self.model.dirty || !self.outlet.is_free() {
            return Ok(());
        }
        self.model.dirty = false;
        let (model, theme) = (&self.model, &self.theme);
        self.terminal.draw(|frame| draw(model, theme, frame))?;
        Ok(())
    }

    fn run(&mut self, effect: Effect) -> io::Result<Flow> {
        match self.work.run(effect, &self.model) {
            Some(Effect::Copy(text)) => self.pass(&clipboard::copy(&text)),
            Some(Effect::Mouse(on)) => self.pass(guard::mouse(on)),
            Some(Effect::Redraw) => {
                self.terminal.clear()?;
                self.model.dirty = true;
            }
            Some(Effect::Theme(name)) => {
                self.theme = self.themes.get(&name).cloned().unwrap_or_default();
                self.model.dirty = true;
            }
            Some(Effect::Suspend) => self.sleepy = true,
            Some(Effect::Quit) => return Ok(Flow::Stop),
            _ => {}
        }
        Ok(Flow::On)
    }

    /// Bytes that are no cells go along with the next frame.
    fn pass(&mut self, bytes: &[u8]) {
        self.terminal.backend_mut().pass(bytes);
        self.model.dirty = true;
    }

    /// Give the shell the terminal until it lets us go on. It may never do so: what was typed is
    /// saved before.
    async fn suspend(&mut self) -> io::Result<Flow> {
        self.save_all();
        self.work.finish_writes().await;
        self.outlet.settle(LEAVE_SCREEN);
        self.guard.pause();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
        self.guard.resume()?;
        // that we go on is known here; where there is no shell nobody says so
        let _ = tokio::time::timeout(SAID_TWICE, self.signals.resumed()).await;
        let (columns, rows) = crossterm::terminal::size()?;
        let flow = self.take(Msg::Input(Input::Resize(columns, rows)))?;
        self.terminal.clear()?;
        self.model.dirty = true;
        Ok(flow)
    }

    /// We were stopped without being asked (`kill -STOP`): the shell has put the terminal into a mode
    /// of its own and written on the screen.
    fn enter_again(&mut self) -> io::Result<()> {
        self.outlet.settle(LEAVE_SCREEN);
        self.guard.pause();
        self.guard.resume()?;
        let (columns, rows) = crossterm::terminal::size()?;
        self.take(Msg::Input(Input::Resize(columns, rows)))?;
        Ok(())
    }

    /// Whatever ended us: what was typed and not saved is saved now.
    fn save_all(&mut self) {
        self.work.save_all(&mut self.model);
    }
}
