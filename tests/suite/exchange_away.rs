//! The worker while the database is away.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use loket::exchange::worker::Worker;
use loket::store::Store;
use loket::store::rows::Opened;
use sqlx::postgres::PgConnectOptions;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::exchange_world::{folder, options};
use crate::support::world::{SUPPLIER, World};

/// A line to the server that can be cut. While it is, every connection ends at once.
struct Line {
    folder: PathBuf,
    is_cut: watch::Sender<bool>,
    refused: Arc<AtomicU32>,
}

impl Line {
    fn to(server: &Path, port: u16) -> Self {
        let folder = folder("line");
        let listener = UnixListener::bind(folder.join(format!(".s.PGSQL.{port}"))).unwrap();
        let (is_cut, cut) = watch::channel(false);
        let refused = Arc::new(AtomicU32::new(0));
        let server = server.join(format!(".s.PGSQL.{port}"));
        tokio::spawn(carry(listener, server, cut, Arc::clone(&refused)));
        Self {
            folder,
            is_cut,
            refused,
        }
    }

    fn refused(&self) -> u32 {
        self.refused.load(Ordering::SeqCst)
    }
}

async fn carry(
    listener: UnixListener,
    server: PathBuf,
    mut cut: watch::Receiver<bool>,
    refused: Arc<AtomicU32>,
) {
    let mut lines = JoinSet::new();
    loop {
        tokio::select! {
            changed = cut.changed() => match changed {
                Ok(()) if *cut.borrow() => lines.shutdown().await,
                Ok(()) => {}
                Err(_) => return,
            },
            accepted = listener.accept() => {
                let (mut near, _) = accepted.unwrap();
                if *cut.borrow() {
                    refused.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                let mut far = UnixStream::connect(&server).await.unwrap();
                lines.spawn(async move { tokio::io::copy_bidirectional(&mut near, &mut far).await });
            }
        }
    }
}

async fn open(world: &World, n: u32) {
    let opened = world.open(&world.admin, n, SUPPLIER, false, None).await;
    assert!(matches!(opened, Ok(Opened::New { .. })), "{opened:?}");
}

async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never: {what}");
}

fn count(path: &Path) -> usize {
    std::fs::read_dir(path).unwrap().count()
}

/// The database goes away under a worker at work and comes back: nobody starts the worker again,
/// and what was written meanwhile leaves.
#[tokio::test(flavor = "multi_thread")]
async fn the_worker_goes_on_by_itself_when_the_database_is_back() {
    let world = World::new().await;
    let path = folder("line-out");
    let direct = PgConnectOptions::from_str(&world.db.url("worker_1")).unwrap();
    let line = Line::to(direct.get_socket().unwrap(), direct.get_port());
    let store = Store::connect(direct.socket(&line.folder), 3);
    let worker = Worker::open(store, options(&path)).await.unwrap();
    let (tell, stop) = watch::channel(false);
    let running = tokio::spawn(async move { worker.run(stop).await });
    open(&world, 1).await;
    until("the first message", || count(&path) == 1).await;

    line.is_cut.send(true).unwrap();
    open(&world, 2).await;
    until("the loops to notice", || line.refused() >= 6).await;
    assert_eq!(count(&path), 1, "nothing can leave");
    assert!(!running.is_finished(), "it waits");

    line.is_cut.send(false).unwrap();
    until("the second message", || count(&path) == 2).await;
    tell.send(true).unwrap();
    running.await.unwrap().unwrap();
}
