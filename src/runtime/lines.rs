//! The desk as lines: typed lines in, lines out, nothing drawn. The same model, update and effects as
//! the full screen. Works in a terminal that can do nothing, and in a pipe.

use std::collections::VecDeque;
use std::io::{self, BufRead as _, IsTerminal as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::work::{Signals, Work};
use super::{Flow, LEAVE, Setup, beat, crash};
use crate::desk::habits::Clip;
use crate::desk::{self, Effect, Model, Msg, next_wake, update};
use crate::domain::sanitize::clean;
use crate::plain::typed::{self, Asked};
use crate::plain::{Teller, WINDOW};
use crate::system;
use crate::terminal::guard;

/// A line waits for what the line before it asked for, but no longer than this: somebody who types
/// while the database is away gets an answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many lines may be read ahead.
const AHEAD: usize = 64;

/// Runs the desk until the agent or the system ends it, or the lines end. The leases go back on every
/// way out.
pub async fn run(setup: Setup) -> io::Result<()> {
    crash::install(setup.texts.clone());
    guard::mend();
    let mut console = Console::new(&setup)?;
    let ended = AssertUnwindSafe(console.go_on()).catch_unwind().await;
    // what failed once may fail again: the leases go back all the same
    let _ = catch_unwind(AssertUnwindSafe(|| {
        console.work.save_all(&mut console.model);
    }));
    let _ = tokio::time::timeout(LEAVE, console.work.finish_writes()).await;
    if ended.is_ok() {
        console.say(&[console.model.world.texts.say("plain.bye")]);
    }
    let Console { work, inbox, .. } = console;
    drop(inbox);
    work.close().await;
    // the hook has told it
    ended.map_err(|_| io::Error::other("the console failed"))
}

struct Console {
    work: Work,
    inbox: mpsc::Receiver<Msg>,
    signals: Signals,
    model: Model,
    teller: Teller,
    lines: mpsc::Receiver<String>,
    /// Lines that wait for what was asked for before them.
    waiting: VecDeque<String>,
    /// Since when the first of them waits.
    since: Option<Instant>,
    /// No further lines will come.
    is_over: bool,
    /// Nobody reads what is said.
    is_deaf: bool,
    /// Whether the shell was asked for.
    sleepy: bool,
}

impl Console {
    fn new(setup: &Setup) -> io::Result<Self> {
        let signals = Signals::new()?;
        let (work, inbox) = Work::new(setup.store.clone(), setup.sources.clone());
        let mut model = setup.model(WINDOW);
        model.world.clip = Clip::Said;
        model.habits.unmasks = io::stdout().is_terminal();
        Ok(Self {
            work,
            inbox,
            signals,
            model,
            teller: Teller::new(),
            lines: listen()?,
            waiting: VecDeque::new(),
            since: None,
            is_over: false,
            is_deaf: false,
            sleepy: false,
        })
    }

    async fn go_on(&mut self) {
        let welcome = Teller::welcome(&self.model.world.texts);
        self.say(&welcome);
        let mut flow = self.take(Msg::Start);
        while flow == Flow::On && !self.is_deaf {
            self.tell();
            flow = match self.due_line() {
                Some(line) => self.obey(&line),
                None if self.is_over && self.waiting.is_empty() && self.is_ready() => Flow::Stop,
                None => {
                    let msg = self.next().await;
                    msg.map_or(Flow::On, |msg| self.take(msg))
                }
            };
            if std::mem::take(&mut self.sleepy) && flow == Flow::On {
                flow = self.suspend().await;
            }
        }
        self.tell();
    }

    /// Whether everything that was asked for is there, or is not waited for any longer.
    fn is_ready(&self) -> bool {
        let is_late = self.since.is_some_and(|at| at.elapsed() >= PATIENCE);
        typed::is_settled(&self.model) || is_late
    }

    /// The next line, when what came before it is there.
    fn due_line(&mut self) -> Option<String> {
        if !self.waiting.is_empty() && !self.is_ready() {
            return None;
        }
        let line = self.waiting.pop_front()?;
        self.since = None;
        Some(line)
    }

    /// Wait for the next message; `None` when a line came instead, or nothing but time.
    async fn next(&mut self) -> Option<Msg> {
        let now = system::now();
        let wake = next_wake(&self.model, now);
        let wake = wake.map(|at| (at - now).to_std().unwrap_or(Duration::ZERO));
        let is_waiting = !self.waiting.is_empty() || self.is_over;
        if is_waiting && self.since.is_none() {
            self.since = Some(Instant::now());
        }
        let patience = self.since.map(|at| PATIENCE.saturating_sub(at.elapsed()));
        let wake = wake.unwrap_or(Duration::from_hours(1));
        let sleep = tokio::time::sleep(patience.map_or(wake, |patience| wake.min(patience)));
        tokio::select! {
            biased;
            () = self.signals.stop() => Some(Msg::Stop),
            Some(msg) = self.inbox.recv() => Some(msg),
            line = self.lines.recv(), if !self.is_over && self.waiting.len() < AHEAD => {
                match line {
                    Some(line) => self.waiting.push_back(line),
                    None => self.is_over = true,
                }
                None
            }
            () = sleep => Some(Msg::Wake),
        }
    }

    /// Do what the line asks for.
    fn obey(&mut self, line: &str) -> Flow {
        let asked = typed::read(&self.model, line);
        if let Asked::Inputs(inputs) = asked {
            let mut inputs = inputs.into_iter().map(Msg::Input);
            return inputs
                .find(|input| self.take(input.clone()) == Flow::Stop)
                .map_or(Flow::On, |_| Flow::Stop);
        }
        // whoever reads is there; and what has to be locked by now is locked before it is read
        let flow = self.take(Msg::Line);
        if flow == Flow::Stop || self.model.lock.is_shut() {
            return flow;
        }
        let said = match asked {
            Asked::Inputs(_) => Vec::new(),
            Asked::Where => self.teller.say_where(&self.model),
            Asked::List => self.teller.list(&self.model),
            Asked::Read => self.teller.read(&self.model),
            Asked::Help => Teller::help(&self.model),
            Asked::Say(said) => vec![said],
        };
        self.say(&said);
        Flow::On
    }

    fn take(&mut self, msg: Msg) -> Flow {
        let now = system::now();
        let step = desk::trace::step(&self.model, &msg, now);
        crash::begin(step, (WINDOW.columns, WINDOW.rows));
        let effects = update(&mut self.model, msg, now);
        crash::end(&effects);
        beat::tell(&self.work.here, desk::here::take(&mut self.model));
        let mut flow = Flow::On;
        for effect in effects {
            match self.work.run(effect, &self.model) {
                Some(Effect::Quit) => flow = Flow::Stop,
                Some(Effect::Suspend) => self.sleepy = true,
                Some(Effect::Theme(_)) => self.explain("plain.no_colours"),
                Some(Effect::Mouse(_)) => self.explain("plain.no_mouse"),
                _ => {}
            }
        }
        flow
    }

    fn explain(&mut self, key: &str) {
        let said = self.model.world.texts.say(key);
        self.say(&[said]);
    }

    /// The shell goes on until it lets us, and may never do so: what was typed is saved before. A pipe
    /// knows no such thing.
    async fn suspend(&mut self) -> Flow {
        self.work.save_all(&mut self.model);
        self.work.finish_writes().await;
        let _ = nix::sys::signal::raise(nix::sys::signal::Signal::SIGTSTP);
        self.teller.forget();
        // hours may have passed: what is masked and locked by now is not said once more
        self.take(Msg::Wake)
    }

    fn tell(&mut self) {
        if std::mem::take(&mut self.model.dirty) {
            let said = self.teller.tell(&self.model);
            self.say(&said);
        }
    }

    fn say(&mut self, lines: &[String]) {
        for part in lines.iter().flat_map(|line| line.lines()) {
            self.is_deaf |= !system::print_line(&clean(part));
        }
    }
}

/// A thread that blocks until there is a line; the channel closes with the last one.
fn listen() -> io::Result<mpsc::Receiver<String>> {
    let (say, lines) = mpsc::channel(AHEAD);
    let read = move || {
        for line in io::stdin().lock().split(b'\n') {
            let Ok(line) = line else { return };
            let line = String::from_utf8_lossy(&line).into_owned();
            if say.blocking_send(line).is_err() {
                return;
            }
        }
    };
    thread::Builder::new()
        .name("lines".to_owned())
        .spawn(read)?;
    Ok(lines)
}
