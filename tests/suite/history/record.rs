//! What clients asked and were told, and what the database says happened.

use std::sync::Mutex;
use std::time::Instant;

use loket::system;
use serde::Serialize;
use sqlx::PgPool;
use uuid::Uuid;

/// What a client was told of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Told {
    /// It is ours now, or was already.
    Granted { case: i64, fence: i64, version: i32 },
    /// It is written.
    Applied { version: i32, fence: Option<i64> },
    /// Somebody else holds it.
    Taken,
    /// The case is closed.
    Closed,
    /// The lease is not ours any more.
    LeaseLost,
    /// The session is gone.
    SessionLost,
    /// The case changed meanwhile.
    Stale,
    /// Any other refusal: nothing was written.
    No(String),
    /// No answer: written or not.
    Unknown(String),
    /// An answer that should not be possible.
    Bug(String),
}

impl Told {
    fn word(&self) -> &'static str {
        match self {
            Self::Granted { .. } | Self::Applied { .. } => "ok",
            Self::Unknown(_) | Self::Bug(_) => "info",
            _ => "fail",
        }
    }

    pub(crate) fn is_ok(&self) -> bool {
        self.word() == "ok"
    }

    pub(crate) fn is_unknown(&self) -> bool {
        self.word() == "info"
    }
}

/// One attempt: when it was asked and when the answer came, in microseconds of the run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Try {
    pub(crate) asked: u64,
    pub(crate) told: Option<(u64, Told)>,
}

/// One command of one client, with all its attempts under the same id.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Call {
    pub(crate) client: String,
    pub(crate) agent: i32,
    pub(crate) session: Option<Uuid>,
    pub(crate) cmd: Uuid,
    pub(crate) op: String,
    pub(crate) case: Option<i64>,
    pub(crate) fence: Option<i64>,
    pub(crate) version: Option<i32>,
    pub(crate) tries: Vec<Try>,
}

impl Call {
    /// The first answer that says it is written.
    pub(crate) fn ok(&self) -> Option<(u64, &Told)> {
        let told = self.tries.iter().filter_map(|one| one.told.as_ref());
        let oks = told.filter(|(_, told)| told.is_ok());
        oks.map(|(at, told)| (*at, told)).min_by_key(|(at, _)| *at)
    }

    /// Whether some attempt was never answered: it may have been written at any time since.
    pub(crate) fn is_open(&self) -> bool {
        let unknown = |one: &Try| one.told.as_ref().is_none_or(|(_, told)| told.is_unknown());
        self.tries.iter().any(unknown)
    }

    /// When it was asked first.
    pub(crate) fn asked(&self) -> u64 {
        self.tries.iter().map(|one| one.asked).min().unwrap_or(0)
    }

    /// When it was surely written as that event: the first answer that tells its number.
    pub(crate) fn done(&self, seq: i32) -> u64 {
        let told = self.tries.iter().filter_map(|one| one.told.as_ref());
        let version = |told: &Told| match told {
            Told::Granted { version, .. } | Told::Applied { version, .. } => Some(*version),
            _ => None,
        };
        let oks = told.filter(|(_, told)| version(told) == Some(seq));
        oks.map(|(at, _)| *at).min().unwrap_or(u64::MAX)
    }
}

/// Takes down what all clients of a run ask and are told.
#[derive(Debug)]
pub(crate) struct Recorder {
    begin: Instant,
    calls: Mutex<Vec<Call>>,
    server: Mutex<Server>,
}

/// What the sessions knew of the server they were talking to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Server {
    /// When another one began to take its place, if one did.
    pub(crate) changed: Option<u64>,
    /// When sessions were told that they are open, or open again.
    opened: Vec<(Uuid, u64)>,
}

impl Server {
    /// Whether the session may be one of before, whose leases give no right until it is open again.
    pub(crate) fn is_of_before(&self, session: Option<Uuid>, one: &Try) -> bool {
        let (Some(session), Some(changed)) = (session, self.changed) else {
            return false;
        };
        let again = |(of, at): &(Uuid, u64)| *of == session && *at > changed && *at <= one.asked;
        one.told.as_ref().is_none_or(|(at, _)| *at >= changed) && !self.opened.iter().any(again)
    }
}

/// Where the attempts of a call are noted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    call: usize,
    attempt: usize,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let begin = system::monotonic();
        Self {
            begin,
            calls: Mutex::default(),
            server: Mutex::default(),
        }
    }

    fn at(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// A new command; its first attempt begins now.
    pub(crate) fn invoke(&self, mut call: Call) -> Ticket {
        let mut calls = self.calls.lock().unwrap();
        call.tries.push(Try {
            asked: self.at(),
            told: None,
        });
        calls.push(call);
        Ticket {
            call: calls.len() - 1,
            attempt: 0,
        }
    }

    /// Another attempt of the same command.
    pub(crate) fn again(&self, ticket: Ticket) -> Ticket {
        let mut calls = self.calls.lock().unwrap();
        let tries = &mut calls[ticket.call].tries;
        tries.push(Try {
            asked: self.at(),
            told: None,
        });
        Ticket {
            attempt: tries.len() - 1,
            ..ticket
        }
    }

    /// The answer to an attempt.
    pub(crate) fn told(&self, ticket: Ticket, told: &Told) {
        let mut calls = self.calls.lock().unwrap();
        let at = self.at();
        calls[ticket.call].tries[ticket.attempt].told = Some((at, told.clone()));
    }

    /// From now on another server may answer.
    pub(crate) fn server_changes(&self) {
        self.server.lock().unwrap().changed = Some(self.at());
    }

    /// The session was told that it is open.
    pub(crate) fn opened(&self, session: Uuid) {
        self.server
            .lock()
            .unwrap()
            .opened
            .push((session, self.at()));
    }

    pub(crate) fn server(&self) -> Server {
        self.server.lock().unwrap().clone()
    }

    /// How many commands were given so far.
    pub(crate) fn count(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    pub(crate) fn take(&self) -> Vec<Call> {
        std::mem::take(&mut *self.calls.lock().unwrap())
    }
}

/// An event as the database has it.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(clippy::struct_field_names, reason = "the names of the columns")]
pub(crate) struct Event {
    pub(crate) event_id: i64,
    pub(crate) case_id: i64,
    pub(crate) seq: i32,
    pub(crate) queue_id: i32,
    pub(crate) kind: String,
    pub(crate) agent_id: Option<i32>,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) fence: i64,
    pub(crate) cmd_id: Option<Uuid>,
    pub(crate) body: serde_json::Value,
}

impl Event {
    /// A value of the change that the event stands for.
    pub(crate) fn change(&self, key: &str) -> Option<&str> {
        self.body["change"][key].as_str()
    }
}

/// All events, by case and number.
pub(crate) async fn events(owner: &PgPool) -> Vec<Event> {
    let query =
        "SELECT event_id, case_id, seq, queue_id, kind, agent_id, session_id, fence, cmd_id,
        body FROM loket.case_events ORDER BY case_id, seq, event_id";
    sqlx::query_as(query).fetch_all(owner).await.unwrap()
}

/// What is wrong with a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// The numbers of a case's events are not 1, 2, 3, …
    Gap,
    /// A case was given to somebody while somebody else had it.
    TwoHolders,
    /// Somebody wrote as holder who was none, or with a fence of before.
    NotTheHolder,
    /// The fence did not rise as the change of ownership demands.
    Fence,
    /// The state before or after is not what the table says.
    State,
    /// The model does not know this event: teach it.
    UnknownEvent,
    /// One command has two events.
    TwoEffects,
    /// A good answer without an event.
    NoEffect,
    /// A refusal, and yet an event.
    EffectOfRefused,
    /// An event that nobody asked for.
    NobodyAsked,
    /// An answer does not say what was written.
    AnswerDiffers,
    /// What was asked after an answer stands before it.
    OrderOfTime,
    /// An answer that should not be possible.
    Bug,
    /// A refusal that nothing in the history explains.
    NotExplained,
    /// A console was not told of an event.
    FeedMissed,
    /// A console was told twice.
    FeedTwice,
    /// A console was told of what did not happen, or not in its queues.
    FeedStranger,
    /// A rule about the tables themselves does not hold.
    Invariant,
    /// `verify` names a difference.
    Verify,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    pub(crate) what: String,
}

impl Finding {
    pub(crate) fn new(kind: Kind, what: String) -> Self {
        Self { kind, what }
    }
}

/// The findings as lines, each kind with its first few.
pub(crate) fn list(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    let mut kinds: Vec<Kind> = findings.iter().map(|finding| finding.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let of_kind: Vec<_> = findings.iter().filter(|it| it.kind == kind).collect();
        lines.push(format!("{kind:?}: {} times", of_kind.len()));
        lines.extend(of_kind.iter().take(5).map(|it| format!("  {}", it.what)));
    }
    lines.join("\n")
}

/// The history as lines of JSON: `invoke`, and `ok`, `fail` or `info`, in the order of time.
pub(crate) fn lines(calls: &[Call]) -> String {
    let mut lines = Vec::new();
    for call in calls {
        for attempt in &call.tries {
            let line = |at: u64, kind: &str, told: Option<&Told>| {
                let line = serde_json::json!({
                    "at": at, "type": kind, "client": call.client, "op": call.op, "case": call.case,
                    "cmd": call.cmd, "session": call.session, "fence": call.fence,
                    "version": call.version, "told": told,
                });
                (at, line.to_string())
            };
            lines.push(line(attempt.asked, "invoke", None));
            if let Some((at, told)) = &attempt.told {
                lines.push(line(*at, told.word(), Some(told)));
            }
        }
    }
    lines.sort();
    let lines: Vec<_> = lines.into_iter().map(|(_, line)| line).collect();
    lines.join("\n")
}
