//! An agent who does what agents do, and what must not harm: asks twice, crashes, comes back, goes
//! on writing with what was theirs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use loket::process::engine::{self, Actor, Answer, Answers, Change, Context};
use loket::process::field::Value;
use loket::store::rows::{CaseDetail, CaseId, Lease};
use loket::store::session::SessionKind;
use loket::store::{Store, StoreError};
use sqlx::{ConnectOptions as _, Connection as _};
use uuid::Uuid;

use super::ask::{Ask, refused};
use super::record::{Ticket, Told};
use super::shared::{Shared, pulse};
use crate::support::world::{answers, free, word, yes};

/// How often an unanswered command is asked again before it is forgotten: half a minute and more.
const PATIENCE: u32 = 600;
const PAUSE: Duration = Duration::from_millis(50);

/// One agent and their console.
pub(crate) struct Agent {
    shared: Arc<Shared>,
    role: String,
    id: i32,
    rng: Rng,
    line: Option<usize>,
    store: Store,
    session: Uuid,
    held: BTreeMap<CaseId, Lease>,
    /// What was once ours: session and fence.
    old: Vec<(Uuid, Lease)>,
    last: Option<(Ask, Uuid, Option<Uuid>, Ticket)>,
    /// What was done last and may be taken back: case and number of the event.
    done: Option<(CaseId, i32)>,
}

impl Agent {
    /// Sits down.
    pub(crate) async fn new(
        shared: &Arc<Shared>,
        role: &str,
        line: Option<usize>,
        seed: u64,
    ) -> Self {
        let mut agent = Self {
            shared: Arc::clone(shared),
            role: role.to_owned(),
            id: 0,
            rng: Rng::with_seed(seed),
            line,
            store: shared.store(role, line),
            session: Uuid::new_v4(),
            held: BTreeMap::new(),
            old: Vec::new(),
            last: None,
            done: None,
        };
        agent.sit_down(Uuid::new_v4()).await;
        agent
    }

    /// Works until that many steps are done or the run is over.
    pub(crate) async fn work(mut self, steps: u32) {
        for _ in 0..steps {
            if self.shared.is_over() {
                break;
            }
            self.step().await;
        }
    }

    async fn step(&mut self) {
        if self.role.starts_with("lead") && self.rng.u32(..3) == 0 {
            return self.lead().await;
        }
        let dice = match (self.rng.u32(..100), self.held.is_empty()) {
            // who has nothing claims, who has something works on it
            (dice @ 24..60, true) => 6 + dice % 18,
            (dice, _) => dice,
        };
        match dice {
            0..12 => self.send(Ask::Next).await,
            12..24 => {
                let case = self.any_case();
                self.send(Ask::Claim(case)).await;
            }
            24..60 => self.act().await,
            60..68 => self.note().await,
            68..75 => self.give_back().await,
            75..80 => self.hand_over().await,
            80..86 => self.write_with_what_was_ours().await,
            86..88 => self.repeat().await,
            88..90 => self.take_back().await,
            90..92 => {
                let case = self.any_case();
                self.send(Ask::TakeOver(case)).await;
            }
            92 => self.look().await,
            93..95 => self.crash().await,
            95..96 => self.leave().await,
            _ => self.slow_note().await,
        }
    }

    fn any_case(&mut self) -> CaseId {
        self.shared.cases[self.rng.usize(..self.shared.cases.len())]
    }

    fn any_held(&mut self) -> Option<Lease> {
        let count = self.held.len();
        let at = (count > 0).then(|| self.rng.usize(..count))?;
        self.held.values().nth(at).copied()
    }

    /// Asks under a new id; once in a while twice at the same time.
    async fn send(&mut self, ask: Ask) {
        let session = Some(self.session);
        self.send_as(ask, session, Uuid::now_v7()).await;
    }

    async fn send_as(&mut self, ask: Ask, session: Option<Uuid>, cmd: Uuid) {
        let call = ask.call(&self.role, self.id, cmd, session);
        let ticket = self.shared.recorder.invoke(call);
        if self.rng.u32(..100) < 8 {
            let twin = self.shared.recorder.again(ticket);
            let (one, two) = tokio::join!(
                self.try_once(&ask, cmd, session, ticket),
                self.try_once(&ask, cmd, session, twin)
            );
            let told = if two.is_ok() { two } else { one };
            self.learn(&ask, session, told).await;
        } else {
            let mut told = self.try_once(&ask, cmd, session, ticket).await;
            let mut tries = 0;
            let forgets = self.rng.u32(..100) < 15;
            while told.is_unknown() && !forgets && tries < PATIENCE {
                tries += 1;
                tokio::time::sleep(PAUSE).await;
                let again = self.shared.recorder.again(ticket);
                told = self.try_once(&ask, cmd, session, again).await;
            }
            self.learn(&ask, session, told).await;
        }
        self.last = Some((ask, cmd, session, ticket));
    }

    async fn try_once(&self, ask: &Ask, cmd: Uuid, session: Option<Uuid>, ticket: Ticket) -> Told {
        let told = ask.of(&self.store, cmd, session).await;
        self.shared.recorder.told(ticket, &told);
        told
    }

    /// What a console keeps of an answer.
    async fn learn(&mut self, ask: &Ask, session: Option<Uuid>, told: Told) {
        if session != Some(self.session) {
            return;
        }
        if let (Told::Applied { version, .. }, Ask::Apply { case, .. }) = (&told, ask) {
            self.done = Some((*case, *version));
        }
        match (told, ask) {
            (Told::Granted { case, fence, .. }, _) => {
                let case_id = CaseId(case);
                self.held.insert(case_id, lease(case_id, fence));
            }
            (
                Told::Applied { fence: None, .. } | Told::LeaseLost,
                Ask::Apply { case, fence, .. },
            ) if fence.is_some() => {
                self.lose(*case);
            }
            (Told::Applied { fence, .. }, Ask::TakeBack(case, _)) => {
                let case_id = *case;
                if let Some(fence) = fence {
                    self.held.insert(case_id, lease(case_id, fence));
                }
            }
            (
                Told::Applied { .. } | Told::LeaseLost,
                Ask::Release(lease) | Ask::HandOver(lease, _) | Ask::Skip(lease),
            ) => self.lose(lease.case_id),
            // some do not hear it at once
            (Told::SessionLost, _) if self.rng.u32(..4) > 0 => {
                self.lose_all();
                self.sit_down(Uuid::new_v4()).await;
            }
            _ => {}
        }
    }

    fn lose(&mut self, case: CaseId) {
        if let Some(lease) = self.held.remove(&case) {
            self.old.push((self.session, lease));
        }
    }

    fn lose_all(&mut self) {
        let held: Vec<CaseId> = self.held.keys().copied().collect();
        for case in held {
            self.lose(case);
        }
    }

    /// The case, and the change of that action on it as it is now.
    async fn change(&self, case: CaseId, cmd: Uuid, pick: &Pick<'_>) -> Option<(i32, Change)> {
        let detail = self.store.case_detail(case).await.ok()?;
        let now = self.store.legal_now().await.ok()?;
        let is_lead = self.role.starts_with("lead");
        let context = Context {
            now,
            actor: if is_lead { Actor::Lead } else { Actor::Agent },
            calendars: &self.shared.world.calendars,
            command: cmd,
        };
        let (action, answers) = pick(&detail)?;
        let change = engine::step(&detail.facts, action, &answers, &context).ok()?;
        Some((detail.row.version, change))
    }

    async fn act_on(&mut self, case: CaseId, fence: Option<i64>, session: Uuid) {
        let cmd = Uuid::now_v7();
        let dice = self.rng.u32(..100);
        let contact = self.shared.contact;
        let pick = move |detail: &CaseDetail| next_step(&detail.row.state, dice, contact);
        if let Some((version, change)) = self.change(case, cmd, &pick).await {
            let change = Box::new(change);
            let ask = Ask::Apply {
                case,
                fence,
                version,
                change,
            };
            self.send_as(ask, Some(session), cmd).await;
        }
    }

    async fn act(&mut self) {
        if let Some(lease) = self.any_held() {
            let session = self.session;
            self.act_on(lease.case_id, Some(lease.fence), session).await;
            if self.rng.u32(..5) == 0 {
                self.take_back().await;
            }
        }
    }

    async fn note(&mut self) {
        let (case, cmd) = (self.any_case(), Uuid::now_v7());
        if let Some((version, change)) = self.change(case, cmd, &a_note).await {
            let ask = Ask::Apply {
                case,
                fence: None,
                version,
                change: Box::new(change),
            };
            let session = self.session;
            self.send_as(ask, Some(session), cmd).await;
        }
    }

    /// Released; passed over when "next" had proposed it.
    async fn give_back(&mut self) {
        if let Some(lease) = self.any_held() {
            self.send(Ask::Skip(lease)).await;
            if self.held.contains_key(&lease.case_id) {
                self.send(Ask::Release(lease)).await;
            }
        }
    }

    async fn hand_over(&mut self) {
        if let Some(lease) = self.any_held() {
            let to = self.rng.choice(&self.shared.people).copied();
            let to = to.filter(|to| *to != self.id);
            self.send(Ask::HandOver(lease, to)).await;
        }
    }

    /// A console that was dead for a while and does not know it.
    async fn write_with_what_was_ours(&mut self) {
        if self.old.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.old.len());
        let (session, lease) = self.old[at];
        let session = if self.rng.bool() {
            session
        } else {
            self.session
        };
        if self.rng.bool() {
            self.act_on(lease.case_id, Some(lease.fence), session).await;
        } else {
            let cmd = Uuid::now_v7();
            self.send_as(Ask::Release(lease), Some(session), cmd).await;
        }
        if self.old.len() > 12 {
            self.old.swap_remove(at);
        }
    }

    /// The same command once more, long after.
    async fn repeat(&mut self) {
        if let Some((ask, cmd, session, ticket)) = self.last.clone() {
            let again = self.shared.recorder.again(ticket);
            let told = self.try_once(&ask, cmd, session, again).await;
            if matches!(ask, Ask::Claim(_) | Ask::Next) {
                self.look().await;
            }
            drop(told);
        }
    }

    /// What one did last, unless somebody has built on it.
    async fn take_back(&mut self) {
        if let Some((case, seq)) = self.done.take() {
            self.send(Ask::TakeBack(case, seq)).await;
        }
    }

    /// What the once-a-second answer says is ours.
    async fn look(&mut self) {
        match pulse(&self.store, self.session, None).await {
            Ok(pulse) => match pulse.leases {
                Some(leases) => {
                    self.lose_all();
                    self.held = leases.iter().map(|it| (it.case_id, *it)).collect();
                }
                None => self.sit_down(Uuid::new_v4()).await,
            },
            Err(StoreError::Offline(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }

    /// Killed: no word to the server. Then back as before, or as somebody new, or as a ghost.
    async fn crash(&mut self) {
        self.store = self.shared.store(&self.role, self.line);
        match self.rng.u32(..3) {
            0 => self.sit_down(self.session).await,
            1 => {
                self.lose_all();
                self.sit_down(Uuid::new_v4()).await;
            }
            _ => {}
        }
    }

    async fn leave(&mut self) {
        let _ = self.store.session_close(self.session).await;
        self.lose_all();
        self.sit_down(Uuid::new_v4()).await;
    }

    async fn sit_down(&mut self, session: Uuid) {
        for _ in 0..PATIENCE {
            let opened = self
                .store
                .session_open(session, "history", SessionKind::Console)
                .await;
            match opened {
                Ok(opened) => {
                    self.shared.recorder.opened(session);
                    self.id = opened.me.agent_id;
                    self.session = session;
                    self.lose_all();
                    self.held = opened.leases.iter().map(|it| (it.case_id, *it)).collect();
                    return;
                }
                Err(StoreError::Offline(_) | StoreError::Stale) => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        panic!("{} never got a session", self.role);
    }

    async fn lead(&mut self) {
        let case = self.any_case();
        if self.rng.bool() {
            let to = self.rng.choice(&self.shared.people).copied();
            let to = to.filter(|_| self.rng.bool());
            self.send(Ask::Reassign(case, to)).await;
            return;
        }
        let cmd = Uuid::now_v7();
        if let Some((version, change)) = self.change(case, cmd, &reopening).await {
            let ask = Ask::Apply {
                case,
                fence: None,
                version,
                change: Box::new(change),
            };
            let session = self.session;
            self.send_as(ask, Some(session), cmd).await;
        }
    }

    /// A note whose commit takes its time, as it does when a standby must confirm it.
    async fn slow_note(&mut self) {
        let (case, cmd) = (self.any_case(), Uuid::now_v7());
        let Some((version, change)) = self.change(case, cmd, &a_note).await else {
            return;
        };
        let json = serde_json::to_value(&change).unwrap();
        let ask = Ask::Apply {
            case,
            fence: None,
            version,
            change: Box::new(change),
        };
        let session = Some(self.session);
        let call = ask.call(&self.role, self.id, cmd, session);
        let ticket = self.shared.recorder.invoke(call);
        let wait = Duration::from_millis(self.rng.u64(2..25));
        let told = self.slowly(cmd, (case, version), json, wait).await;
        self.shared.recorder.told(ticket, &told);
    }

    async fn slowly(
        &self,
        cmd: Uuid,
        (case, version): (CaseId, i32),
        change: serde_json::Value,
        wait: Duration,
    ) -> Told {
        let written = async {
            let mut line = self.shared.world.db.options(&self.role).connect().await?;
            sqlx::query("BEGIN").execute(&mut line).await?;
            let answer = "SELECT loket_api.apply($1, $2, $3, NULL, $4, $5, NULL, NULL)";
            let answer: serde_json::Value = sqlx::query_scalar(answer)
                .bind(cmd)
                .bind(self.session)
                .bind(case.0)
                .bind(version)
                .bind(change)
                .fetch_one(&mut line)
                .await?;
            tokio::time::sleep(wait).await;
            sqlx::query("COMMIT").execute(&mut line).await?;
            let _ = line.close().await;
            Ok::<_, sqlx::Error>(answer)
        };
        match written.await {
            Ok(answer) => Told::Applied {
                version: i32::try_from(answer["version"].as_i64().unwrap()).unwrap(),
                fence: answer["lease"]["fence"].as_i64(),
            },
            Err(error) => refused(&StoreError::from(error)),
        }
    }
}

fn lease(case_id: CaseId, fence: i64) -> Lease {
    Lease::new(case_id, fence)
}

type Pick<'a> = dyn Fn(&CaseDetail) -> Option<(&'static str, Answers)> + Send + Sync + 'a;

#[expect(clippy::unnecessary_wraps, reason = "one way to pick an action")]
fn a_note(_: &CaseDetail) -> Option<(&'static str, Answers)> {
    Some(("add_note", answers([("note", free("called"))])))
}

#[expect(clippy::unnecessary_wraps, reason = "one way to pick an action")]
fn reopening(_: &CaseDetail) -> Option<(&'static str, Answers)> {
    Some((
        "reopen",
        answers([("reason", free("the customer rang again"))]),
    ))
}

/// A step of the process from that state; the dice keep cases going round.
fn next_step(state: &str, dice: u32, contact: i64) -> Option<(&'static str, Answers)> {
    Some(match (state, dice) {
        ("blocked_contact_due", 2..) => {
            let contact = Answer::Value(Value::Number(contact));
            let given = [
                ("channel", word("email")),
                ("contact", contact),
                ("ask_proof", yes(true)),
            ];
            ("contact_party", answers(given))
        }
        ("awaiting_party", 2..) => {
            let given = [
                ("findings", free("mandate was found")),
                ("proof_given", yes(true)),
                ("mandate_date", word("2026-01-05")),
                ("mandate_channel", word("website")),
                ("key_kind", word("permission_key")),
                ("text_shown", yes(true)),
            ];
            ("party_responded", answers(given))
        }
        ("assessing", 12..) => ("ask_more", answers([("question", free("of which day?"))])),
        ("assessing", 7..12) => ("proof_accepted", answers([])),
        ("assessing", 2..7) => ("proof_rejected", answers([("reason", free("unsigned"))])),
        ("block_maintained", 2..) => {
            let given = [
                ("customer_informed", yes(true)),
                ("party_informed", yes(true)),
                ("data_breach_seen", yes(false)),
            ];
            ("close", answers(given))
        }
        ("unblock_due", _) => ("unblocked", answers([])),
        (closed, _) if closed.starts_with("closed_") => return None,
        _ => (
            "wrongly_blocked",
            answers([("wrong_reason", word("own_error"))]),
        ),
    })
}
