//! Hearing of news at once, on top of asking for it: a notification says that there is something to
//! ask for, and nothing else. One that is lost costs a little time and never an event.

use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use uuid::Uuid;

use super::feed::asked;
use super::rows::{FeedCursor, Here, Pulse};
use super::{CONNECT_TIMEOUT, Store, StoreError, ask, read, write};

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
    /// That there may be anything.
    const ALL: Self = Self {
        queues: Which::All,
        cases: Which::All,
    };

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

/// Whether a console hears of news as well as asking for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hears {
    /// It does.
    Yes,
    /// It asks once a second.
    No,
}

/// The line of a console's feed, beside the connections of its store: on it the console asks what is
/// new, and between two questions hears that there is something to ask for. One question is one round
/// trip, always to the same process of the server, to which the session is bound.
#[derive(Debug)]
pub struct FeedLine {
    options: PgConnectOptions,
    hears: Hears,
    line: Option<PgListener>,
}

impl Store {
    /// A line that connects with the first question.
    pub fn feed_line(&self, hears: Hears) -> FeedLine {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        FeedLine {
            options: options.application_name("loket feed"),
            hears,
            line: None,
        }
    }
}

impl FeedLine {
    /// [`Store::pulse`] on this line. Where no answer comes the line is ended, and the next question
    /// builds a new one.
    pub async fn pulse(
        &mut self,
        session_id: Uuid,
        cursor: Option<&FeedCursor>,
        here: &Here,
    ) -> Result<Pulse, StoreError> {
        Box::pin(self.connect()).await?;
        // out of its place: whoever stops waiting leaves no half an answer on it
        let Some(mut line) = self.line.take() else {
            return Err(lost());
        };
        let question = asked(&mut line, session_id, cursor, write(here)?);
        let told = ask(async { Ok(question.await) }).await?;
        if told.as_ref().err().is_none_or(leaves_line) {
            self.line = Some(line);
        }
        let mut pulse: Pulse = read(told?)?;
        pulse.ticking &= self.hears == Hears::Yes;
        Ok(pulse)
    }

    /// Builds the line now, when there is none.
    pub async fn connect(&mut self) -> Result<(), StoreError> {
        if self.line.is_some() {
            return Ok(());
        }
        // each in a pool of its own: a dead line that still waits takes nobody's place
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(CONNECT_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(self.options.clone());
        let mut line = ask(Box::pin(PgListener::connect_with(&pool))).await?;
        line.ignore_pool_close_event(true);
        line.eager_reconnect(false);
        if self.hears == Hears::Yes {
            ask(Box::pin(line.listen(CHANNEL))).await?;
        }
        self.line = Some(line);
        Ok(())
    }

    /// Waits for the next tick, without end where there is no line or nothing is heard on it: asking
    /// has a rhythm of its own. May be given up at any moment.
    pub async fn hear(&mut self) -> Tick {
        if let (Some(line), Hears::Yes) = (&mut self.line, self.hears) {
            if let Ok(Some(said)) = line.try_recv().await {
                return Tick::parse(said.payload()).unwrap_or(Tick::ALL);
            }
            self.line = None;
        }
        std::future::pending().await
    }
}

/// Whether the server answered and goes on with this line. It does where it was too busy: the session
/// is bound to the line, and ending it would cost the agent the cases.
fn leaves_line(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| !["57P", "08"].iter().any(|end| code.starts_with(end)))
}

fn lost() -> StoreError {
    StoreError::Offline("the line of the feed is gone".to_owned())
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
