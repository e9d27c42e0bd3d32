//! Hearing of news at once, on top of asking for it: a notification says that there is something to
//! ask for, and nothing else. One that is lost costs a little time and never an event.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};

use super::{CALL_TIMEOUT, CONNECT_TIMEOUT, Store, StoreError, ask};

const CHANNEL: &str = "loket_feed";
/// A list of this length is not read further: the ticker says `*` long before.
const MOST: usize = 4_000;

/// Which ones: some, or all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which<T> {
    /// These; may be none.
    These(Vec<T>),
    /// Too many to name.
    All,
}

impl<T: PartialEq> Which<T> {
    /// Whether one of those is among them.
    pub fn has_any(&self, of: &[T]) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.iter().any(|one| of.contains(one)),
        }
    }
}

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tick {
    /// Queues with news.
    pub queues: Which<i32>,
    /// Cases with other readers than before.
    pub cases: Which<i64>,
}

impl Tick {
    /// Reads `epoch timeline xid event queues cases`. What it does not know it does not trust.
    pub fn parse(said: &str) -> Option<Self> {
        if said.len() > 2 * MOST {
            return None;
        }
        let words: Vec<&str> = said.split(' ').collect();
        let [_epoch, _timeline, _xid, _event, queues, cases] = words.as_slice() else {
            return None;
        };
        Some(Self {
            queues: which(queues)?,
            cases: which(cases)?,
        })
    }
}

fn which<T: std::str::FromStr>(said: &str) -> Option<Which<T>> {
    match said {
        "*" => Some(Which::All),
        "-" => Some(Which::These(Vec::new())),
        list => {
            let these = list.split(',').map(|one| one.parse().ok());
            these.collect::<Option<Vec<T>>>().map(Which::These)
        }
    }
}

/// What was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sound {
    /// A tick.
    Tick(Tick),
    /// Nothing in that time. The line may be dead without a sign: build a new one.
    Silence,
}

/// A connection that hears.
#[derive(Debug)]
pub struct Listener {
    listener: PgListener,
}

impl Store {
    /// Listens on a connection of its own, beside those of this store.
    pub async fn listener(&self) -> Result<Listener, StoreError> {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.application_name("loket listener"));
        let mut listener = ask(PgListener::connect_with(&pool)).await?;
        listener.ignore_pool_close_event(true);
        ask(listener.listen(CHANNEL)).await?;
        Ok(Listener { listener })
    }
}

impl Listener {
    /// Waits for a tick, but no longer than that. Any error means: build a new one.
    pub async fn hear(&mut self, patience: Duration) -> Result<Sound, StoreError> {
        let lost = || StoreError::Offline("the listener lost its line".to_owned());
        let Ok(heard) = tokio::time::timeout(patience, self.listener.try_recv()).await else {
            return Ok(Sound::Silence);
        };
        let notification = heard?.ok_or_else(lost)?;
        Ok(Tick::parse(notification.payload()).map_or(
            Sound::Tick(Tick {
                queues: Which::All,
                cases: Which::All,
            }),
            Sound::Tick,
        ))
    }

    /// Ends it in good order.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(CALL_TIMEOUT, self.listener.unlisten_all()).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_says_which_queues_and_cases() {
        let head = "00000000-0000-0000-0000-000000000000 1 900 12";
        let parse = |rest: &str| Tick::parse(&format!("{head} {rest}"));
        assert_eq!(
            parse("1,3 -"),
            Some(Tick {
                queues: Which::These(vec![1, 3]),
                cases: Which::These(vec![]),
            })
        );
        let all = parse("* 7").unwrap();
        assert!(all.queues.has_any(&[9]) && all.cases.has_any(&[7]) && !all.cases.has_any(&[8]));
        for bad in [
            "",
            "1",
            "x -",
            "1 - -",
            "1,,2 -",
            "1 9999999999999999999999",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
