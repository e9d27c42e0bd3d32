//! A line to the server that fails as lines fail: cut, reset, silent in one or both directions,
//! slow, in single bytes. A proxy in the test, so that a fault comes exactly when it is wanted.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use loket::store::Store;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::db::TestDb;

/// What the line does with what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It carries.
    Pass,
    /// Every connection ends in order, and so does every new one.
    Cut,
    /// The same with a reset.
    Reset,
    /// Nothing passes in either direction, and neither end is told that the other is gone.
    BlackHole,
    /// What the client says arrives; the answers do not.
    Mute,
    /// It carries until the client says this word; from there on that connection is a black hole.
    HoleAt(&'static str),
    /// One byte at a time.
    Fragments,
    /// Each piece so much later.
    Delay(Duration),
}

impl Mode {
    fn swallows(self, way: Way) -> bool {
        self == Self::BlackHole || (self == Self::Mute && way == Way::Down)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
}

/// A line from a port of this machine to the socket of a server.
#[derive(Debug)]
pub(crate) struct Line {
    port: u16,
    mode: watch::Sender<Mode>,
    target: watch::Sender<PathBuf>,
    swallowed: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Line {
    /// A line to the server of that database.
    pub(crate) async fn to(db: &TestDb) -> Self {
        Self::to_socket(db.server().home().socket().join(".s.PGSQL.5432")).await
    }

    /// A line to that socket.
    pub(crate) async fn to_socket(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, _) = watch::channel(Mode::Pass);
        let (target, _) = watch::channel(socket);
        let swallowed = Arc::new(AtomicU64::new(0));
        let task = tokio::spawn(serve(
            listener,
            target.subscribe(),
            mode.subscribe(),
            Arc::clone(&swallowed),
        ));
        Self {
            port,
            mode,
            target,
            swallowed,
            task,
        }
    }

    /// The port that leads there.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// From now on the line is like that.
    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// New connections go to another server.
    pub(crate) fn lead_to(&self, socket: PathBuf) {
        self.target.send_replace(socket);
    }

    /// How many bytes were swallowed so far.
    pub(crate) fn swallowed(&self) -> u64 {
        self.swallowed.load(Ordering::SeqCst)
    }

    /// Waits until the line has swallowed more than that.
    pub(crate) async fn swallows_more_than(&self, before: u64) {
        for _ in 0..3_000 {
            if self.swallowed() > before {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nothing came to the line");
    }

    /// How to connect through the line.
    pub(crate) fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(role)
            .database(database)
            .password("")
            .ssl_mode(PgSslMode::Disable)
    }

    /// A store at the other end of the line.
    pub(crate) fn store(&self, role: &str, database: &str) -> Store {
        Store::connect(self.options(role, database), 3)
    }

    /// The address for another program.
    pub(crate) fn url(&self, role: &str, database: &str) -> String {
        let port = self.port;
        format!("postgres://{role}@127.0.0.1:{port}/{database}?sslmode=disable")
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    target: watch::Receiver<PathBuf>,
    mode: watch::Receiver<Mode>,
    swallowed: Arc<AtomicU64>,
) {
    let mut lines = tokio::task::JoinSet::new();
    while let Ok((near, _)) = listener.accept().await {
        let now = *mode.borrow();
        match now {
            Mode::Cut => drop(near),
            Mode::Reset => reset(near),
            _ => {
                let (target, mode) = (target.borrow().clone(), mode.clone());
                lines.spawn(carry(near, target, mode, Arc::clone(&swallowed)));
            }
        }
        while lines.try_join_next().is_some() {}
    }
}

fn reset(near: TcpStream) {
    let _ = near.set_zero_linger();
    drop(near);
}

async fn carry(
    mut near: TcpStream,
    target: PathBuf,
    mode: watch::Receiver<Mode>,
    swallowed: Arc<AtomicU64>,
) {
    let Ok(mut far) = UnixStream::connect(&target).await else {
        return;
    };
    let _ = near.set_nodelay(true);
    let spoiled = AtomicBool::new(false);
    let (near_in, near_out) = near.split();
    let (far_in, far_out) = far.split();
    let pump = Pump {
        mode: &mode,
        spoiled: &spoiled,
        swallowed: &swallowed,
    };
    let is_reset = tokio::select! {
        () = pump.run(Way::Up, near_in, far_out) => false,
        () = pump.run(Way::Down, far_in, near_out) => false,
        is_reset = ended(mode.clone(), &spoiled) => is_reset,
    };
    if is_reset {
        reset(near);
    }
}

/// Returns when this connection must end: with a reset or not. One that lost bytes cannot go on.
async fn ended(mut mode: watch::Receiver<Mode>, spoiled: &AtomicBool) -> bool {
    loop {
        if mode.changed().await.is_err() {
            return false;
        }
        let now = *mode.borrow_and_update();
        let hides = matches!(now, Mode::BlackHole | Mode::Mute | Mode::HoleAt(_));
        match now {
            Mode::Reset => return true,
            Mode::Cut => return false,
            _ if spoiled.load(Ordering::SeqCst) && !hides => return false,
            _ => {}
        }
    }
}

struct Pump<'a> {
    mode: &'a watch::Receiver<Mode>,
    spoiled: &'a AtomicBool,
    swallowed: &'a AtomicU64,
}

impl Pump<'_> {
    fn mode(&self) -> Mode {
        *self.mode.borrow()
    }

    async fn run(
        &self,
        way: Way,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
    ) {
        let mut bytes = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            if self.swallows(way, &bytes[..count]) {
                self.spoiled.store(true, Ordering::SeqCst);
                self.swallowed.fetch_add(count as u64, Ordering::SeqCst);
            } else if self.write(&mut to, &bytes[..count]).await.is_err() {
                break;
            }
        }
        // a half-open line: the other end does not hear that this one is gone
        if self.mode().swallows(way) {
            self.spoiled.store(true, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
    }

    fn swallows(&self, way: Way, bytes: &[u8]) -> bool {
        let said = |word: &str| {
            let is_lost = self.spoiled.load(Ordering::SeqCst);
            let word = word.as_bytes();
            is_lost || way == Way::Up && bytes.windows(word.len()).any(|part| part == word)
        };
        match self.mode() {
            Mode::HoleAt(word) => said(word),
            mode => mode.swallows(way),
        }
    }

    async fn write(&self, to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> std::io::Result<()> {
        match self.mode() {
            Mode::Fragments => {
                for byte in bytes {
                    to.write_all(&[*byte]).await?;
                    to.flush().await?;
                    tokio::task::yield_now().await;
                }
            }
            Mode::Delay(time) => {
                tokio::time::sleep(time).await;
                to.write_all(bytes).await?;
            }
            _ => to.write_all(bytes).await?,
        }
        to.flush().await
    }
}
