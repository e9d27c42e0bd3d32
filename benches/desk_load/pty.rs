//! A program on a terminal of its own: what it writes, and when.

use std::io::{Read as _, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use color_eyre::Result;
use color_eyre::eyre::eyre;
use loket::system;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// What was written at once.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// How long after the start.
    pub(crate) at: Duration,
    pub(crate) bytes: Vec<u8>,
}

/// A running program; killed when it is not wanted any more.
pub(crate) struct Program {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    began: Instant,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Program {
    /// Starts it with these variables and no others.
    pub(crate) fn start(
        words: &[&str],
        variables: &[(&str, &str)],
        (cols, rows): (u16, u16),
    ) -> Result<Self> {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .map_err(|error| eyre!("{error}"))?;
        let (program, arguments) = words.split_first().ok_or_else(|| eyre!("no program"))?;
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(env!("CARGO_MANIFEST_DIR"));
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in variables {
            command.env(name, value);
        }
        let reader = pair.master.try_clone_reader();
        let mut reader = reader.map_err(|error| eyre!("{error}"))?;
        let keys = pair.master.take_writer();
        let keys = keys.map_err(|error| eyre!("{error}"))?;
        let began = system::monotonic();
        let child = pair.slave.spawn_command(command);
        let child = child.map_err(|error| eyre!("{error}"))?;
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = Arc::clone(&heard);
        std::thread::spawn(move || {
            let mut bytes = [0; 16_384];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let at = began.elapsed();
                let Ok(mut told) = told.lock() else { return };
                let bytes = bytes[..count].to_vec();
                told.push(Heard { at, bytes });
            }
        });
        Ok(Self {
            child,
            _master: pair.master,
            keys,
            began,
            heard,
        })
    }

    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.process_id().ok_or_else(|| eyre!("no process"))
    }

    pub(crate) fn press(&mut self, keys: &str) -> Result<()> {
        self.keys.write_all(keys.as_bytes())?;
        Ok(self.keys.flush()?)
    }

    /// What it wrote since the last call.
    pub(crate) fn take(&self) -> Vec<Heard> {
        self.heard
            .lock()
            .map_or_else(|_| Vec::new(), |mut heard| std::mem::take(&mut *heard))
    }

    /// Waits until it has written something, and then nothing for so long; then takes it.
    pub(crate) async fn settled(&self, quiet: Duration) -> Vec<Heard> {
        let mut all: Vec<Heard> = Vec::new();
        let end = self.began.elapsed() + Duration::from_secs(10);
        loop {
            tokio::time::sleep(Duration::from_millis(5)).await;
            all.extend(self.take());
            let now = self.began.elapsed();
            let is_quiet = all.last().is_some_and(|last| now >= last.at + quiet);
            if is_quiet || now > end {
                return all;
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
