//! Changes of cases. The engine computes a [`Change`]; the database is the referee that takes it or
//! says why not.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::rows::{Applied, CaseId, NewDocument, Opened};
use super::{Store, StoreError, ask, read, write};
use crate::domain::calendar::Calendars;
use crate::process::engine::{Actor, Answer, Answers, Change, Context};
use crate::process::{self, engine};

/// The largest document that is taken, in bytes (decision 16).
pub const DOCUMENT_BYTES_MAX: usize = 5 * 1024 * 1024;

/// How often a race with somebody else is run again.
const RACES_MAX: u8 = 5;
/// Name space of the signals that conversions bring.
const CONVERSION: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0001);

/// Where a change applies, as the caller last read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The case.
    pub case_id: CaseId,
    /// The fence of the lease; `None` for what needs no lease.
    pub fence: Option<i64>,
    /// The version that the change was computed on.
    pub version: i32,
}

/// A command to open a case: everything that is needed to compute it again after a race.
#[derive(Debug)]
pub struct Opening<'a> {
    /// Command id: the same again is the same case.
    pub cmd: Uuid,
    /// Session of the agent; `None` for imports and the worker.
    pub session: Option<Uuid>,
    /// The change, from [`engine::open`].
    pub change: &'a Change,
    /// Reference of the sender; the same again is the same case.
    pub reference: Option<&'a str>,
    /// The answers the change was computed from, for a further signal on an open case.
    pub answers: &'a Answers,
    /// For clocks of a further signal.
    pub calendars: &'a Calendars,
}

impl Store {
    /// Writes a change: events, clocks, texts, messages, a linked case, all or nothing.
    pub async fn case_apply(
        &self,
        cmd: Uuid,
        session: Option<Uuid>,
        target: Target,
        change: &Change,
    ) -> Result<Applied, StoreError> {
        let linked = match self
            .apply_call(cmd, session, target, change, (None, None))
            .await
        {
            Err(StoreError::Refused(refusal)) if refusal.key == "twin_open" => refusal,
            other => return other,
        };
        // the case to be opened exists already: it takes the signal, and is linked instead
        let twin = linked.args.get("case_id").and_then(|id| id.parse().ok());
        let (Some(twin), Some(opens)) = (twin, &change.opens) else {
            return Err(StoreError::Refused(linked));
        };
        self.attach_conversion(session, target.case_id, CaseId(twin), opens)
            .await?;
        self.apply_call(cmd, session, target, change, (None, Some(twin)))
            .await
    }

    /// The signal that a conversion brings to a case that is open already: one for each converted
    /// case, however often the conversion is tried.
    async fn attach_conversion(
        &self,
        session: Option<Uuid>,
        converted: CaseId,
        twin: CaseId,
        opens: &Change,
    ) -> Result<(), StoreError> {
        let calendars = Calendars::builtin().map_err(|error| StoreError::Bug(error.to_string()))?;
        let signal = Opening {
            cmd: Uuid::new_v5(&CONVERSION, &converted.0.to_be_bytes()),
            session,
            change: opens,
            reference: None,
            answers: &stored_answers(opens),
            calendars: &calendars,
        };
        match self.attach_signal(&signal, twin).await {
            // an earlier try of the conversion brought it, with other answers
            Err(StoreError::Reused) => Ok(()),
            other => other,
        }
    }

    async fn apply_call(
        &self,
        cmd: Uuid,
        session: Option<Uuid>,
        target: Target,
        change: &Change,
        (reference, link): (Option<&str>, Option<i64>),
    ) -> Result<Applied, StoreError> {
        let change = write(change)?;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.apply($1, $2, $3, $4, $5, $6, $7, $8)::text AS "r!""#,
            cmd,
            session,
            target.case_id.0,
            target.fence,
            target.version,
            change,
            reference,
            link
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Opens a case; a signal on a subject whose case is open is attached to that case instead.
    pub async fn case_open(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        let mut result = Err(StoreError::Stale);
        for _ in 0..RACES_MAX {
            result = self.open_or_attach(opening).await;
            match &result {
                // somebody opened the same subject or reference in the same moment: now it is there
                Err(StoreError::Stale) => {}
                // or closed the open case before the signal reached it: now it is a case of its own
                Err(StoreError::Refused(refusal)) if refusal.key == "not_in_state" => {}
                _ => break,
            }
        }
        result
    }

    async fn open_or_attach(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        let opened = self.open_call(opening).await?;
        if let Opened::Attached { case_id, .. } = &opened {
            self.attach_signal(opening, *case_id).await?;
        }
        Ok(opened)
    }

    async fn open_call(&self, opening: &Opening<'_>) -> Result<Opened, StoreError> {
        let change = write(opening.change)?;
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.case_open($1, $2, $3, $4)::text AS "r!""#,
            opening.cmd,
            opening.session,
            change,
            opening.reference
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The further signal is an action of the process, computed on the case as it is now.
    async fn attach_signal(
        &self,
        opening: &Opening<'_>,
        case_id: CaseId,
    ) -> Result<(), StoreError> {
        let cmd = Uuid::new_v5(&opening.cmd, b"attach");
        for _ in 0..RACES_MAX {
            let detail = self.case_detail(case_id).await?;
            let now = self.legal_now().await?;
            let context = Context {
                now,
                actor: Actor::System,
                calendars: opening.calendars,
                command: cmd,
            };
            let answers = signal_answers(opening);
            let change = engine::step(&detail.facts, "further_signal", &answers, &context)
                .map_err(StoreError::Refused)?;
            let target = Target {
                case_id,
                fence: None,
                version: detail.row.version,
            };
            let link = (opening.reference, None);
            match self
                .apply_call(cmd, opening.session, target, &change, link)
                .await
            {
                Err(StoreError::Stale) => {}
                other => return other.map(|_| ()),
            }
        }
        Err(StoreError::Stale)
    }

    /// Attaches a document. The bytes can be erased later; hash and size stay.
    pub async fn document_attach(
        &self,
        cmd: Uuid,
        session: Option<Uuid>,
        case_id: CaseId,
        document: &NewDocument,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.document_attach($1, $2, $3, $4, $5, $6, $7)::text AS "r!""#,
            cmd,
            session,
            case_id.0,
            document.name,
            document.kind(),
            document.purpose,
            document.bytes
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// Erases a text; its number and hash stay in the chain. For leads and administrators.
    pub async fn text_erase(
        &self,
        cmd: Uuid,
        session: Option<Uuid>,
        text: Uuid,
    ) -> Result<Applied, StoreError> {
        let answer = ask(sqlx::query_scalar!(
            r#"SELECT loket_api.text_erase($1, $2, $3)::text AS "r!""#,
            cmd,
            session,
            text
        )
        .fetch_one(&self.pool))
        .await?;
        read(answer)
    }

    /// The bytes of a document; `None` when it is erased or not in a queue of this agent.
    pub async fn document_fetch(&self, document_id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        ask(
            sqlx::query_scalar!("SELECT loket_api.document_fetch($1)", document_id)
                .fetch_one(&self.pool),
        )
        .await
    }

    /// Legal now at the server (decision 8).
    pub async fn legal_now(&self) -> Result<DateTime<Utc>, StoreError> {
        ask(sqlx::query_scalar!(r#"SELECT loket_api.legal_now() AS "r!""#).fetch_one(&self.pool))
            .await
    }
}

/// The answers of a change as they were given; free texts stay with their own case.
fn stored_answers(change: &Change) -> Answers {
    let answers = change.answers.iter();
    let answers = answers.filter(|(_, value)| !value.has_text());
    answers
        .map(|(field, value)| (field.clone(), Answer::Value(value.clone())))
        .collect()
}

/// The answers of an opening without those that make its subject.
fn signal_answers(opening: &Opening<'_>) -> Answers {
    let subject = process::find(&opening.change.process).map_or(&[][..], |it| it.opening.unique_by);
    let mut answers = opening.answers.clone();
    answers.retain(|field, _| !subject.contains(&field.as_str()));
    answers
}

impl NewDocument {
    /// Media type by the first bytes: what a file says of itself is not believed.
    pub fn kind(&self) -> &'static str {
        match self.bytes.as_slice() {
            [b'%', b'P', b'D', b'F', ..] => "application/pdf",
            [0x89, b'P', b'N', b'G', ..] => "image/png",
            [0xff, 0xd8, 0xff, ..] => "image/jpeg",
            [b'P', b'K', 3, 4, ..] => "application/zip",
            bytes if std::str::from_utf8(bytes).is_ok() => "text/plain",
            _ => "application/octet-stream",
        }
    }
}
