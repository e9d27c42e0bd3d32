//! The line of a worker: one connection of its own, held as long as it works. What it took belongs
//! to the backend of this line; the one whose line has the lock ticks for all consoles.
//!
//! The server ends a line that is silent for 5 s, so that a worker which was stopped or cut off
//! does not keep the others waiting.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, query_scalar};

use super::{Store, StoreError, ask, read};

/// What of the line dies with it, also when no word of its end arrives.
const SIGNS_OF_LIFE: [(&str, &str); 5] = [
    ("idle_session_timeout", "5s"),
    ("tcp_keepalives_idle", "2"),
    ("tcp_keepalives_interval", "1"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "5s"),
];

/// One backend of the server, told from a later one with the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backend {
    /// Number of the process.
    pub pid: i32,
    /// When it started.
    pub start: DateTime<Utc>,
}

/// How far the ticker has told of changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TickPlace {
    /// Transaction id.
    pub xid: String,
    /// Event number inside it.
    pub event_id: i64,
    /// Up to when it has told of readers that moved (technical time).
    pub moved: DateTime<Utc>,
    /// Whether there was news.
    pub news: bool,
}

/// A line that is held.
#[derive(Debug)]
pub struct Line {
    connection: PgConnection,
    backend: Backend,
}

impl Store {
    /// Opens a line beside the connections of this store.
    pub async fn line(&self) -> Result<Line, StoreError> {
        let options = PgConnectOptions::clone(&self.pool.connect_options());
        let options = options
            .application_name("loket line")
            .options(SIGNS_OF_LIFE);
        let mut connection = ask(PgConnection::connect_with(&options)).await?;
        let open = query_scalar!(r#"SELECT loket_api.line_open()::text AS "r!""#);
        let backend = read(ask(open.fetch_one(&mut connection)).await?)?;
        Ok(Line {
            connection,
            backend,
        })
    }
}

impl Line {
    /// Its backend at the server.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Whether this line leads from now on; the lead ends with the line. Also a sign of life.
    /// Not to be asked again by the one that leads.
    pub async fn lead(&mut self) -> Result<bool, StoreError> {
        let lead = query_scalar!(r#"SELECT loket_api.tick_lead() AS "r!""#);
        ask(lead.fetch_one(&mut self.connection)).await
    }

    /// Tells all consoles, in one notification, which queues have news since that place. With
    /// `beat` also when there is none, and which cases have other readers.
    pub async fn tick(
        &mut self,
        place: Option<&TickPlace>,
        beat: bool,
    ) -> Result<TickPlace, StoreError> {
        let tick = query_scalar!(
            r#"SELECT loket_api.feed_tick($1, $2, $3, $4)::text AS "r!""#,
            place.map(|place| place.xid.as_str()),
            place.map(|place| place.event_id),
            place.map(|place| place.moved),
            beat
        );
        read(ask(tick.fetch_one(&mut self.connection)).await?)
    }

    /// Ends the line in good order.
    pub async fn close(self) {
        let _ = ask(self.connection.close()).await;
    }
}
