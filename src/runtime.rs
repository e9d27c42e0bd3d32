//! The loop of the console: the terminal and the answers in, messages to the desk, effects out.
//! The only place that reads the clock for the desk.
//!
//! It sleeps until a key, an answer, a signal or the next visible change. Keys and answers come
//! through one bounded channel; the terminal is read by a thread of its own. A write runs in a task
//! that is never dropped, also when the screen is left.

mod beat;
mod calls;
mod ears;
mod feed;
mod files;

pub use beat::least_pause;
pub use feed::{Hears, follow_feed};

use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::FutureExt as _;
use ratatui::Terminal;
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::desk::geometry::Window;
use crate::desk::key::Input;
use crate::desk::keymap::Keymap;
use crate::desk::{self, Effect, Model, Msg, Start, next_wake, update};
use crate::store::Store;
use crate::store::rows::Here;
use crate::system;
use crate::terminal::reader::{self, Heard, Read};
use crate::terminal::{FrameBackend, Guard, Outlet, guard};
use crate::text::Texts;
use crate::view::{Theme, draw};

/// How many messages may wait; tasks that have more wait themselves.
const QUEUE: usize = 256;
/// How many messages are taken in before a frame is drawn.
const DRAIN: usize = 64;
/// How long leaving waits for writes that are under way, and for the leases to go back.
const LEAVE: Duration = Duration::from_secs(2);

/// How long leaving waits for the last frame to leave; a terminal that takes nothing is left as it is.
const LEAVE_SCREEN: Duration = Duration::from_millis(500);

/// What the console needs.
#[derive(Debug)]
pub struct Setup {
    /// The database.
    pub store: Store,
    /// The texts.
    pub texts: Texts,
    /// The keys.
    pub keymap: Keymap,
    /// The colours.
    pub theme: Theme,
}

/// Run the console until the agent or the system ends it. The leases go back on every way out.
pub async fn run(setup: Setup) -> io::Result<()> {
    guard::install_panic_hook();
    let store = setup.store.clone();
    let mut console = Console::new(setup)?;
    let session = Arc::clone(&console.session);
    let ended = AssertUnwindSafe(console.work()).catch_unwind().await;
    if console.outlet.settle(LEAVE_SCREEN) {
        guard::leave();
    } else {
        guard::abandon();
    }
    console.save_all();
    console.finish_writes().await;
    drop(console);
    let session = session
        .lock()
        .map_or_else(|broken| *broken.into_inner(), |id| *id);
    let _ = tokio::time::timeout(LEAVE, store.session_close(session)).await;
    let _ = tokio::time::timeout(LEAVE, store.close()).await;
    match ended {
        Ok(ended) => ended,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

/// Signals that end or change the console.
struct Signals {
    terminate: Signal,
    hang_up: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
        }
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
    store: Store,
    /// The session that was asked for last. Made here, kept in memory only.
    session: Arc<Mutex<Uuid>>,
    model: Model,
    theme: Theme,
    terminal: Terminal<FrameBackend<Outlet>>,
    outlet: Outlet,
    guard: Guard,
    signals: Signals,
    messages: mpsc::Sender<Msg>,
    inbox: mpsc::Receiver<Msg>,
    writes: JoinSet<()>,
    /// Whether the session is open, for the task that asks once a second.
    following: watch::Sender<Option<beat::Followed>>,
    /// What we are doing, for the same task.
    here: watch::Sender<Here>,
    /// Whether the shell was asked for.
    sleepy: bool,
}

impl Console {
    fn new(setup: Setup) -> io::Result<Self> {
        let signals = Signals::new()?;
        let guard = Guard::enter()?;
        let (columns, rows) = crossterm::terminal::size()?;
        let size = Size::new(columns, rows);
        let start = Start {
            texts: Arc::new(setup.texts),
            keymap: setup.keymap,
            window: Window { columns, rows },
            seed: fastrand::u64(..),
        };
        let (messages, inbox) = mpsc::channel(QUEUE);
        let left = messages.clone();
        let outlet = Outlet::start(io::stdout(), move || drop(left.try_send(Msg::Wake)))?;
        let terminal = Terminal::new(FrameBackend::new(outlet.clone(), size))?;
        let (following, follow) = watch::channel(None);
        let here = watch::Sender::new(Here::default());
        feed::start(&setup.store, follow, &here, Hears::Yes, messages.clone());
        listen(messages.clone())?;
        Ok(Self {
            store: setup.store,
            session: Arc::new(Mutex::new(Uuid::new_v4())),
            model: Model::new(start, system::now()),
            theme: setup.theme,
            terminal,
            outlet,
            guard,
            signals,
            messages,
            inbox,
            writes: JoinSet::new(),
            following,
            here,
            sleepy: false,
        })
    }

    /// The loop. The first frame is drawn before the database is asked anything.
    async fn work(&mut self) -> io::Result<()> {
        self.draw()?;
        if self.take(Msg::Start)? == Flow::Stop {
            return Ok(());
        }
        loop {
            self.draw()?;
            let msg = self.next().await;
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
            () = self.signals.stop() => Msg::Stop,
            Some(msg) = self.inbox.recv() => msg,
            () = sleep => Msg::Wake,
        }
    }

    fn take(&mut self, msg: Msg) -> io::Result<Flow> {
        if let Msg::Input(Input::Resize(columns, rows)) = msg {
            let size = Size::new(columns, rows);
            self.terminal.backend_mut().set_size(size);
        }
        let effects = update(&mut self.model, msg, system::now());
        beat::tell(&self.here, desk::here::take(&mut self.model));
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
        match effect {
            Effect::Go(_) => {}
            Effect::Ask(ticket, question) => {
                let desk = self.caller();
                tokio::spawn(async move { desk.ask(ticket, question).await });
            }
            Effect::Write(ticket, call) => {
                let desk = self.caller();
                self.writes
                    .spawn(async move { desk.write(ticket, *call).await });
            }
            Effect::Save(ticket, save) => {
                let desk = self.caller();
                self.writes
                    .spawn(async move { desk.save(ticket, *save).await });
            }
            Effect::Names(ticket, path) => {
                let desk = self.caller();
                tokio::spawn(async move { desk.names(ticket, path).await });
            }
            Effect::Probe(ticket, path) => {
                let desk = self.caller();
                tokio::spawn(async move { desk.probe(ticket, path).await });
            }
            Effect::Redraw => {
                self.terminal.clear()?;
                self.model.dirty = true;
            }
            Effect::Suspend => self.sleepy = true,
            Effect::Quit => return Ok(Flow::Stop),
        }
        Ok(Flow::On)
    }

    fn caller(&self) -> calls::Caller {
        calls::Caller {
            store: self.store.clone(),
            session: Arc::clone(&self.session),
            calendars: self.model.world.calendars.clone(),
            messages: self.messages.clone(),
            following: self.following.clone(),
        }
    }

    /// Give the shell the terminal until it lets us go on. It may never do so: what was typed is
    /// saved before.
    async fn suspend(&mut self) -> io::Result<Flow> {
        self.save_all();
        self.finish_writes().await;
        self.outlet.settle(LEAVE_SCREEN);
        self.guard.pause();
        nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP)?;
        self.guard.resume()?;
        let (columns, rows) = crossterm::terminal::size()?;
        let flow = self.take(Msg::Input(Input::Resize(columns, rows)))?;
        self.terminal.clear()?;
        self.model.dirty = true;
        Ok(flow)
    }

    /// Whatever ended us: what was typed and not saved is saved now.
    fn save_all(&mut self) {
        for effect in crate::desk::safe::save_all(&mut self.model, system::now()) {
            // saves only: they change nothing here
            let _ = self.run(effect);
        }
    }

    /// Let writes that are under way come to their end.
    async fn finish_writes(&mut self) {
        let all = async { while self.writes.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(LEAVE, all).await;
        self.writes.detach_all();
    }
}
