//! A directory in which other systems leave what they would have posted: one JSON object a file. A
//! file that was taken goes to `done/`; one that is refused goes to `refused/`, with a sentence beside
//! it that says why. What can not be acted on now stays where it is.
//!
//! A writer makes the file under a name that begins with a full stop, or ends in something other than
//! `.json`, and renames it when it is whole. One that is found half written is given some time.

use std::fs::{self, DirEntry, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::{Handler, SIZE_LIMIT, Unreadable, Verdict, read};
use crate::domain::sanitize;
use crate::text::Texts;

/// How often it is looked into.
const LOOK: Duration = Duration::from_secs(2);
/// A file that ends too early is given so long to become whole.
const GROWING: Duration = Duration::from_secs(10);
/// Files that are put away in one go; the rest waits for the next look.
const AT_ONCE: usize = 1_000;

/// What a look found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Looked {
    /// Files that had their effect, or had had it before.
    pub done: usize,
    /// Files that were refused.
    pub refused: usize,
    /// Files that stay for later.
    pub left: usize,
}

/// A directory that is watched.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
    texts: Texts,
}

impl Directory {
    /// Makes the directory with its two folders where they are missing.
    pub fn open(path: &Path, texts: Texts) -> io::Result<Self> {
        for folder in ["done", "refused"] {
            fs::create_dir_all(path.join(folder))?;
        }
        let path = path.to_owned();
        Ok(Self { path, texts })
    }

    /// Looks until told to stop. What cannot be read or moved is logged, and tried again.
    pub async fn run<H: Handler>(self, handler: Arc<H>, mut stop: watch::Receiver<bool>) {
        loop {
            if let Err(error) = self.look(handler.as_ref()).await {
                tracing::warn!(%error, "the directory of incoming files");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Takes what is there now, by name. A file that cannot be read or moved holds up no other.
    pub async fn look<H: Handler>(&self, handler: &H) -> io::Result<Looked> {
        let mut looked = Looked::default();
        for name in self.names()? {
            let count = match self.one(&name, handler).await {
                Ok(Some(true)) => &mut looked.done,
                Ok(Some(false)) => &mut looked.refused,
                Ok(None) => &mut looked.left,
                Err(error) => {
                    tracing::warn!(%error, "an incoming file");
                    &mut looked.left
                }
            };
            *count += 1;
            if looked.done + looked.refused >= AT_ONCE {
                break;
            }
        }
        Ok(looked)
    }

    /// Whether it was taken; `None`: it stays.
    async fn one<H: Handler>(&self, name: &str, handler: &H) -> io::Result<Option<bool>> {
        match self.file(name, handler).await? {
            Some(Verdict::Taken | Verdict::Known) => {
                self.put_away("done", name, None)?;
                Ok(Some(true))
            }
            Some(Verdict::TakenBut { left_out, .. }) => {
                self.put_away("done", name, Some(&left_out))?;
                Ok(Some(true))
            }
            Some(Verdict::Refused(said)) => {
                self.put_away("refused", name, Some(&[said]))?;
                Ok(Some(false))
            }
            Some(Verdict::Later) | None => Ok(None),
        }
    }

    /// Files with the right ending that are not hidden.
    fn names(&self) -> io::Result<Vec<String>> {
        let is_file = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name().into_string();
            names.extend(name.ok().filter(|name| {
                let is_json = Path::new(name)
                    .extension()
                    .is_some_and(|kind| kind == "json");
                is_json && !name.starts_with('.') && is_file(&entry)
            }));
        }
        names.sort();
        Ok(names)
    }

    /// `None`: still being written, or gone.
    async fn file<H: Handler>(&self, name: &str, handler: &H) -> io::Result<Option<Verdict>> {
        let path = self.path.join(name);
        let bytes = match bytes(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            bytes => bytes?,
        };
        if bytes.len() > SIZE_LIMIT {
            return Ok(Some(self.refused(&Unreadable::new("too_large"))));
        }
        match read(&bytes) {
            Ok(incoming) => Ok(Some(handler.take(incoming).await)),
            Err(_) if is_growing(&path, &bytes) => Ok(None),
            Err(unreadable) => Ok(Some(self.refused(&unreadable))),
        }
    }

    fn refused(&self, unreadable: &Unreadable) -> Verdict {
        Verdict::Refused(unreadable.words(&self.texts))
    }

    /// Moves a file, under another name where that one is taken; the sentence is there first.
    fn put_away(&self, folder: &str, name: &str, said: Option<&[String]>) -> io::Result<()> {
        let stem = name.strip_suffix(".json").unwrap_or(name);
        let folder = self.path.join(folder);
        let (mut to, mut beside) = (folder.join(name), folder.join(format!("{stem}.txt")));
        let mut number = 1;
        while to.try_exists()? || beside.try_exists()? {
            number += 1;
            to = folder.join(format!("{stem}.{number}.json"));
            beside = folder.join(format!("{stem}.{number}.txt"));
        }
        if let Some(said) = said {
            let lines = said
                .iter()
                .map(|said| format!("{}\n", sanitize::clean(said)));
            fs::write(beside, lines.collect::<String>())?;
        }
        fs::rename(self.path.join(name), to)
    }
}

/// A byte more than the limit at most. No link is followed, and nothing that blocks is opened.
fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let flags = nix::fcntl::OFlag::O_NOFOLLOW | nix::fcntl::OFlag::O_NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits())
        .open(path)?;
    let mut bytes = Vec::new();
    file.take(SIZE_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether it ends too early and was touched a moment ago.
fn is_growing(path: &Path, bytes: &[u8]) -> bool {
    let ends_early =
        serde_json::from_slice::<serde_json::Value>(bytes).is_err_and(|error| error.is_eof());
    let touched = fs::metadata(path).and_then(|data| data.modified());
    let age = touched.ok().and_then(|at| at.elapsed().ok());
    ends_early && age.is_none_or(|age| age < GROWING)
}
