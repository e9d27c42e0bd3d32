//! Frames leave through a thread of their own: a terminal that takes no bytes (a stalled line, a
//! pressed ctrl-s) must not hold up keys, signals or the question once a second that keeps the
//! session alive. One frame is under way at a time; the loop draws the next when it has left, so
//! that a slow line gets fewer frames and not a queue of old ones.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The way out to the terminal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outlet {
    frames: SyncSender<Vec<u8>>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    way: Mutex<Way>,
    left: Condvar,
    /// Whether the loop wants to know when the frame has left.
    wanted: AtomicBool,
}

/// What the thread is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Way {
    #[default]
    Free,
    Busy,
    Cut(io::ErrorKind),
}

impl State {
    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, way: Way) {
        *self.way() = way;
        self.left.notify_all();
    }
}

impl Outlet {
    /// Starts the thread. `left` is called when a frame that somebody waits for has left.
    pub fn start(
        mut out: impl Write + Send + 'static,
        left: impl Fn() + Send + 'static,
    ) -> io::Result<Self> {
        let (frames, taken) = sync_channel::<Vec<u8>>(1);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        std::thread::Builder::new()
            .name("outlet".to_owned())
            .spawn(move || {
                for frame in taken {
                    let done = out.write_all(&frame).and_then(|()| out.flush());
                    shared.set(done.map_or_else(|error| Way::Cut(error.kind()), |()| Way::Free));
                    if shared.wanted.swap(false, Ordering::SeqCst) {
                        left();
                    }
                }
            })?;
        Ok(Self { frames, state })
    }

    /// Whether a frame may be written now. When not, the caller is told as soon as it may.
    pub fn is_free(&self) -> bool {
        self.state.wanted.store(true, Ordering::SeqCst);
        let is_free = *self.state.way() != Way::Busy;
        if is_free {
            self.state.wanted.store(false, Ordering::SeqCst);
        }
        is_free
    }

    /// Waits until what is under way has left; `false` when the terminal does not take it.
    pub fn settle(&self, limit: Duration) -> bool {
        let is_busy = |way: &mut Way| *way == Way::Busy;
        let way = self
            .state
            .left
            .wait_timeout_while(self.state.way(), limit, is_busy);
        *way.unwrap_or_else(PoisonError::into_inner).0 != Way::Busy
    }
}

impl Write for Outlet {
    /// Hands a whole frame to the thread.
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        if let Way::Cut(kind) = *self.state.way() {
            return Err(kind.into());
        }
        self.state.set(Way::Busy);
        self.frames
            .send(frame.to_vec())
            .map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(frame.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A terminal that takes a frame when it is told to.
    struct Stalled {
        go: Receiver<()>,
        taken: Sender<Vec<u8>>,
    }

    impl Write for Stalled {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.go.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
            let _ = self.taken.send(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_that_takes_nothing_holds_nobody_up() {
        let (go, wait) = channel();
        let (taken, frames) = channel();
        let (told, tells) = channel();
        let terminal = Stalled { go: wait, taken };
        let mut outlet = Outlet::start(terminal, move || told.send(()).unwrap()).unwrap();
        assert!(outlet.is_free());
        outlet.write_all(b"one").unwrap();
        assert!(!outlet.is_free(), "the frame has not left");
        assert!(!outlet.settle(Duration::from_millis(1)));
        go.send(()).unwrap();
        assert_eq!(frames.recv().unwrap(), b"one");
        tells.recv().unwrap();
        assert!(outlet.settle(Duration::from_mins(1)));
        drop(go);
        outlet.write_all(b"two").unwrap();
        assert!(outlet.settle(Duration::from_mins(1)));
        assert!(outlet.write_all(b"three").is_err(), "the line is cut");
    }
}
