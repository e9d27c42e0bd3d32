//! A simulated colleague: takes cases, thinks, does what the process table allows with plausible
//! answers, writes notes, hands over, leaves. For demo and load; it knows no process by name and
//! works whatever tables there are.
//!
//! This module must not know: a screen.

mod asked;
mod found;
mod manner;

use std::time::Duration;

use chrono::{DateTime, Days, Utc};
use uuid::Uuid;

use super::answers::typed;
use crate::domain::calendar::Calendars;
use crate::domain::country::Country;
use crate::process::engine::{self, Actor, Context};
use crate::process::field::{Field, FieldKind};
use crate::process::{self, Action, By, To};
use crate::store::case::Target;
use crate::store::rows::{CaseDetail, CaseId, Claim, Here, InboxView, Lease, WorkState};
use crate::store::session::SessionKind;
use crate::store::{Store, StoreError};
pub use manner::{Manner, Tally};

/// Told to stop?
pub type Stop = tokio::sync::watch::Receiver<bool>;

/// A sign of life is given at least this often; a session lives 90 s without.
const PULSE: Duration = Duration::from_secs(5);
/// Wait with nothing to do, or after a refusal.
const REST: Duration = Duration::from_secs(3);

/// Works on a store of its own until told to stop; then leaves, and its cases go back. Fails only
/// when the database is away at the start, or does not know this agent.
pub async fn work(store: Store, manner: Manner, stop: Stop) -> Result<Tally, StoreError> {
    let calendars = store.calendars().await?;
    let mut colleague = Colleague {
        store,
        calendars,
        manner,
        dice: fastrand::Rng::with_seed(manner.seed),
        stop,
        session: Uuid::new_v4(),
        tally: Tally::default(),
        given: None,
    };
    let mut is_in = false;
    while !colleague.is_told_to_stop() {
        let done = if is_in {
            colleague.next().await
        } else {
            colleague.come_in().await
        };
        match done {
            Ok(()) => is_in = true,
            Err(error @ StoreError::NotAnAgent(_)) => return Err(error),
            Err(StoreError::SessionLost) => is_in = false,
            Err(error) => {
                tracing::debug!(%error, "a colleague was refused");
                colleague.rest(REST).await;
            }
        }
    }
    if is_in {
        let _ = colleague.store.session_close(colleague.session).await;
    }
    Ok(colleague.tally)
}

struct Colleague {
    store: Store,
    manner: Manner,
    dice: fastrand::Rng,
    stop: Stop,
    session: Uuid,
    calendars: Calendars,
    tally: Tally,
    /// A case that is held and not in work: somebody gave it.
    given: Option<Lease>,
}

impl Colleague {
    fn is_told_to_stop(&self) -> bool {
        *self.stop.borrow() || self.stop.has_changed().is_err()
    }

    fn percent(&mut self, share: u8) -> bool {
        self.dice.u8(..100) < share
    }

    async fn come_in(&mut self) -> Result<(), StoreError> {
        self.session = Uuid::new_v4();
        self.store
            .session_open(self.session, "colleague", SessionKind::Console)
            .await?;
        Ok(())
    }

    /// Sleeps, unless told to stop.
    async fn rest(&mut self, time: Duration) {
        let _ = tokio::time::timeout(time, self.stop.changed()).await;
    }

    /// Thinks, and gives a sign of life meanwhile.
    async fn think(&mut self, at: Option<CaseId>) -> Result<(), StoreError> {
        let spread = self.manner.think_max.saturating_sub(self.manner.think_min);
        let mut left = self.manner.think_min + spread.mul_f64(self.dice.f64());
        let here = Here {
            at,
            see: at.into_iter().collect(),
            worked: at.into_iter().collect(),
            writing: false,
        };
        loop {
            let pulse = self.store.pulse(self.session, None, &here).await?;
            let Some(leases) = pulse.leases else {
                return Err(StoreError::SessionLost);
            };
            self.given = leases.into_iter().find(|lease| Some(lease.case_id) != at);
            if left.is_zero() || self.is_told_to_stop() {
                return Ok(());
            }
            let step = left.min(PULSE);
            self.rest(step).await;
            left -= step;
        }
    }

    /// One case.
    async fn next(&mut self) -> Result<(), StoreError> {
        let Some((case_id, lease)) = self.take().await? else {
            self.think(None).await?;
            self.rest(REST).await;
            return Ok(());
        };
        self.tally.taken += 1;
        self.think(Some(case_id)).await?;
        let result = self.treat(case_id, lease).await;
        self.give_back(lease).await?;
        result
    }

    /// Back to the pool; with a reason when nothing was done with it.
    async fn give_back(&mut self, lease: Lease) -> Result<(), StoreError> {
        let (cmd, session) = (Uuid::now_v7(), self.session);
        let mut given = self.store.case_release(cmd, session, lease).await;
        if matches!(&given, Err(StoreError::Refused(why)) if why.key == "skip_reason_needed") {
            let reason = self.word(&SKIPS);
            let (store, cmd) = (&self.store, Uuid::now_v7());
            given = store.case_skip(cmd, session, lease, reason, None).await;
        }
        match given {
            // the action gave it back already
            Ok(_) | Err(StoreError::LeaseLost { .. } | StoreError::Stale) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What a colleague or a lead gave comes first; then the next one.
    async fn take(&mut self) -> Result<Option<(CaseId, Lease)>, StoreError> {
        let cmd = Uuid::now_v7();
        if let Some(lease) = self.given.take() {
            return Ok(Some((lease.case_id, lease)));
        }
        let waiting_percent = self.manner.waiting_percent;
        let by_hand = if self.percent(waiting_percent) {
            self.waiting().await?
        } else {
            None
        };
        let claim = match by_hand {
            Some(case_id) => self.store.case_claim(cmd, self.session, case_id).await?,
            None => self.store.claim_next(cmd, self.session, None).await?,
        };
        Ok(match claim {
            Claim::Granted { lease, .. } => Some((lease.case_id, lease)),
            _ => None,
        })
    }

    /// One of the cases that wait for somebody outside: the answer may have come by telephone.
    async fn waiting(&mut self) -> Result<Option<CaseId>, StoreError> {
        let session = self
            .store
            .session_open(self.session, "colleague", SessionKind::Console)
            .await?;
        let Some(queue) = session.me.queues.first() else {
            return Ok(None);
        };
        let page = self
            .store
            .inbox(&InboxView::Queue(queue.queue_id), None, 200)
            .await?;
        let rows = page
            .rows
            .iter()
            .filter(|row| row.work == WorkState::Waiting);
        let waiting: Vec<CaseId> = rows.map(|row| row.case_id).collect();
        Ok((!waiting.is_empty()).then(|| waiting[self.dice.usize(..waiting.len())]))
    }

    async fn treat(&mut self, case_id: CaseId, lease: Lease) -> Result<(), StoreError> {
        let (note, hand_over) = (self.manner.note_percent, self.manner.hand_over_percent);
        if self.percent(note) {
            self.act(case_id, lease, "add_note").await?;
            self.tally.notes += 1;
        }
        if self.percent(hand_over) && self.hand_over(lease).await? {
            return Ok(());
        }
        let detail = self.store.case_detail(case_id).await?;
        let now = self.store.legal_now().await?;
        for action in self.sensible(&detail, now) {
            match self.act(case_id, lease, action).await {
                Err(StoreError::Refused(why)) => {
                    self.tally.refused += 1;
                    self.tally.slots_taken += u64::from(why.key == "slot_taken");
                }
                other => {
                    self.tally.actions += u64::from(other.is_ok());
                    return other;
                }
            }
        }
        Ok(())
    }

    async fn hand_over(&mut self, lease: Lease) -> Result<bool, StoreError> {
        let colleagues = self.store.colleagues().await?;
        let online: Vec<i32> = colleagues
            .iter()
            .filter(|it| it.online)
            .map(|it| it.agent_id)
            .collect();
        if online.len() < 2 {
            return Ok(false);
        }
        let to = online[self.dice.usize(..online.len())];
        let line = self.word(LINES);
        let cmd = Uuid::now_v7();
        match self
            .store
            .case_hand_over(cmd, self.session, lease, Some(to), line)
            .await
        {
            Ok(_) => {
                self.tally.handed_over += 1;
                Ok(true)
            }
            // to oneself, or to somebody whose hands are full
            Err(StoreError::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The possible actions that move the case on, in a random order; the rare ones last. Actions
    /// of the process itself only: what is legal everywhere moves nothing.
    fn sensible(&mut self, detail: &CaseDetail, now: DateTime<Utc>) -> Vec<&'static str> {
        let context = self.context(now);
        let listed = engine::listed(&detail.facts, &context);
        let possible = listed
            .into_iter()
            .filter(|it| it.refusal.is_none())
            .map(|it| it.action);
        let mut keys: Vec<&'static str> = possible
            .filter(|action| moves_on(action))
            .map(|action| action.key)
            .collect();
        if !self.percent(SELDOM_PERCENT) {
            keys.retain(|key| !SELDOM.contains(key));
        }
        self.dice.shuffle(&mut keys);
        keys.sort_by_key(|key| RARE.contains(key));
        keys
    }

    fn context(&self, now: DateTime<Utc>) -> Context<'_> {
        Context {
            now,
            actor: Actor::Agent,
            calendars: &self.calendars,
            command: Uuid::now_v7(),
        }
    }

    async fn act(&mut self, case_id: CaseId, lease: Lease, key: &str) -> Result<(), StoreError> {
        let detail = self.store.case_detail(case_id).await?;
        let now = self.store.legal_now().await?;
        let Some(process) = process::find(&detail.row.process) else {
            return Ok(());
        };
        let Some(line) = process.lines().find(|line| line.key == key) else {
            return Ok(());
        };
        let fields = line.asked(&detail.facts);
        let mut given = self.fill_in(&fields, now, process.country);
        let found = self.found(&fields, &detail, now).await?;
        given.retain(|(key, _)| found.iter().all(|(other, _)| other != key));
        given.extend(found);
        let answers =
            typed(&fields, &given, Some(&detail), process.country).map_err(StoreError::Refused)?;
        let context = self.context(now);
        let change =
            engine::step(&detail.facts, key, &answers, &context).map_err(StoreError::Refused)?;
        let target = Target {
            case_id,
            fence: Some(lease.fence),
            version: detail.row.version,
        };
        let session = Some(self.session);
        self.store
            .case_apply(context.command, session, target, &change)
            .await?;
        Ok(())
    }

    /// Plausible answers to every field that may be asked.
    fn fill_in(
        &mut self,
        fields: &[&'static Field],
        now: DateTime<Utc>,
        country: Country,
    ) -> Vec<(&'static str, String)> {
        let mut given: Vec<(&'static str, String)> = Vec::new();
        for field in fields {
            if asked::is_asked(field, &given) {
                let answer = self.answer(field, now, country);
                given.push((field.key, answer));
            }
        }
        given
    }

    fn answer(&mut self, field: &Field, now: DateTime<Utc>, country: Country) -> String {
        let local = now.with_timezone(&country.zone());
        match field.kind {
            FieldKind::Line | FieldKind::Note => self.word(LINES).to_owned(),
            FieldKind::Choice(keys) => keys[self.dice.usize(..keys.len())].to_owned(),
            FieldKind::YesNo if field.key == "data_breach_seen" => "no".to_owned(),
            FieldKind::YesNo if self.percent(85) || field.key.ends_with("_informed") => {
                "yes".to_owned()
            }
            FieldKind::YesNo => "no".to_owned(),
            FieldKind::Instant => local.format("%Y-%m-%d %H:%M").to_string(),
            FieldKind::Date => {
                let days = Days::new(self.dice.u64(30..400));
                let date = local.date_naive();
                date.checked_sub_days(days).unwrap_or(date).to_string()
            }
            FieldKind::Code | FieldKind::MeterNumber => {
                format!("REF-{}", self.dice.u32(1000..10_000))
            }
            FieldKind::Number => asked::least_of(field),
            FieldKind::Time => local.format("%H:%M").to_string(),
            FieldKind::Money => format!("{},50", self.dice.u32(10..2_000)),
            // what only a register knows
            _ => String::new(),
        }
    }

    fn word(&mut self, words: &[&'static str]) -> &'static str {
        words[self.dice.usize(..words.len())]
    }
}

/// Whether doing it leads somewhere, and an agent who holds the case may do it.
fn moves_on(action: &Action) -> bool {
    matches!(action.by, By::Holder | By::System) && matches!(action.to, To::State(_))
}

/// Done only when nothing else is possible.
const RARE: &[&str] = &["wrongly_blocked", "late_proof", "open_doubt"];
/// What customers seldom want, and what systems outside say better.
const SELDOM: &[&str] = &["cancel_by_customer", "check_result", "choose_wait_free"];
const SELDOM_PERCENT: u8 = 2;

/// Why colleagues pass a case over.
const SKIPS: [&str; 3] = ["unclear", "not_my_skill", "waits_for_colleague"];

/// What colleagues write.
const LINES: &[&str] = &[
    "Teruggebeld, wacht op stukken.",
    "Klant gesproken; blijft bij het verhaal.",
    "Partij zoekt de aanmelding terug.",
    "Machtiging bekeken, datum en tekst vergeleken.",
    "Graag vandaag nog even nabellen.",
];
