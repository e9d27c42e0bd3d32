//! Random histories of a case of doubt: a change that is taken back leaves no trace but its events,
//! wherever it stands in the history, and the auditor finds no difference.

use std::sync::atomic::{AtomicU32, Ordering};

use fastrand::Rng;
use loket::process::engine::{self, Actor, Answer, Answers};
use loket::process::field::Value;
use loket::process::{Action, Field, FieldKind, Required};
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::rows::{Applied, CaseId, Claim, Lease, NewDocument, Opened};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use sqlx::PgPool;
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::undo::{fire, is_sound, last_seq, take_back, whole, with_grace};
use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, SUPPLIER, World, answers, free};

/// What a walk did, to see that walks are worth something.
#[derive(Default)]
struct Tally {
    taken_back: AtomicU32,
    refused: AtomicU32,
    fired: AtomicU32,
}

struct Walk<'a> {
    world: &'a World,
    pool: &'a PgPool,
    agent: Desk<'a>,
    lead: Desk<'a>,
    other: Desk<'a>,
    case_id: CaseId,
    contact: i64,
    tally: &'a Tally,
}

impl Walk<'_> {
    fn answer(
        &self,
        rng: &mut Rng,
        field: &Field,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Option<Answer> {
        if field.required == Required::No && rng.bool() {
            return None;
        }
        let code = |text: &str| Some(Answer::Value(Value::Code(text.to_owned())));
        match field.kind {
            FieldKind::Line | FieldKind::Note => Some(free("some words")),
            FieldKind::Choice(keys) => code(rng.choice(keys.iter()).unwrap()),
            FieldKind::YesNo => Some(Answer::Value(Value::Bool(rng.u8(..10) < 9))),
            FieldKind::Instant if field.preset.is_some() => {
                let ahead = chrono::TimeDelta::minutes(rng.i64(1..600));
                Some(Answer::Value(Value::instant(now + ahead)))
            }
            FieldKind::Instant => Some(Answer::Value(Value::instant(now))),
            FieldKind::Run(_) | FieldKind::Slot => Some(Answer::Value(Value::Number(1))),
            FieldKind::Date => code("2026-01-15"),
            FieldKind::Contact => Some(Answer::Value(Value::Number(self.contact))),
            _ => None,
        }
    }

    fn fill(&self, rng: &mut Rng, line: &Action, now: chrono::DateTime<chrono::Utc>) -> Answers {
        let fields = line.fields.iter();
        let given =
            fields.filter_map(|field| Some((field.key.to_owned(), self.answer(rng, field, now)?)));
        given.collect()
    }

    /// One action that is possible now, by whoever may; `None` when the engine refuses the answers.
    async fn choose(&self, rng: &mut Rng) -> Option<(&'static Action, engine::Change)> {
        let facts = self
            .lead
            .store
            .case_detail(self.case_id)
            .await
            .unwrap()
            .facts;
        let context = self.world.context(Actor::Lead).await;
        let listed = engine::listed(&facts, &context);
        let possible: Vec<_> = listed.iter().filter(|one| one.refusal.is_none()).collect();
        // actions of this process move the case on; general ones come in between
        let own: Vec<_> = possible
            .iter()
            .filter(|one| !one.action.fields.is_empty() || one.action.key == "unblocked")
            .collect();
        let line = rng.choice(own).map(|one| one.action)?;
        let given = self.fill(rng, line, context.now);
        let change = engine::step(&facts, line.key, &given, &context).ok()?;
        Some((line, change))
    }

    /// Whoever does it: the lead reopens, the agent everything else, with a lease.
    async fn seat(&self, line: &Action) -> (&Desk<'_>, Option<Lease>) {
        if line.key == "reopen" {
            return (&self.lead, None);
        }
        match self.agent.claim(self.case_id).await.unwrap() {
            Claim::Granted { lease, .. } => (&self.agent, Some(lease)),
            _ => (&self.agent, None),
        }
    }

    async fn write(
        &self,
        desk: &Desk<'_>,
        lease: Option<Lease>,
        change: &engine::Change,
    ) -> Result<Applied, StoreError> {
        let version = self
            .lead
            .store
            .case_detail(self.case_id)
            .await
            .unwrap()
            .row
            .version;
        let target = Target {
            case_id: self.case_id,
            fence: lease.map(|lease| lease.fence),
            version,
        };
        desk.store
            .case_apply(Uuid::now_v7(), Some(desk.id()), target, change)
            .await
    }

    /// What may happen in between without being built on; a note ends a snooze, which is more.
    async fn meanwhile(&self, rng: &mut Rng, line: &Action, applied: &Applied) {
        match (rng.u8(..4), applied.lease) {
            (0, _) if line.key != "snooze" => {
                let note = answers([("note", free("called meanwhile"))]);
                self.other
                    .act(self.case_id, None, "add_note", &note)
                    .await
                    .unwrap();
            }
            (1, Some(lease)) => {
                self.agent
                    .store
                    .case_release(Uuid::now_v7(), self.agent.id(), lease)
                    .await
                    .unwrap();
            }
            (2, None) => {
                if let Claim::Granted { lease, .. } = self.other.claim(self.case_id).await.unwrap()
                {
                    self.other
                        .store
                        .case_release(Uuid::now_v7(), self.other.id(), lease)
                        .await
                        .unwrap();
                }
            }
            _ => {}
        }
    }

    async fn step(&self, rng: &mut Rng) -> Result<(), TestCaseError> {
        if rng.u8(..4) == 0 {
            self.world
                .admin
                .clock_shift(rng.i32(0..90_000))
                .await
                .unwrap();
            fire(self.world).await;
            self.tally.fired.fetch_add(1, Ordering::Relaxed);
        }
        if rng.u8(..6) == 0 {
            let copy = NewDocument {
                name: "copy".into(),
                purpose: "evidence".into(),
                bytes: b"copy".to_vec(),
            };
            let _ = self
                .agent
                .store
                .document_attach(Uuid::now_v7(), Some(self.agent.id()), self.case_id, &copy)
                .await;
        }
        let Some((line, change)) = self.choose(rng).await else {
            return Ok(());
        };
        let (desk, lease) = self.seat(line).await;
        let before = whole(self.pool, self.case_id).await;
        let Ok(applied) = self.write(desk, lease, &change).await else {
            return Ok(());
        };
        if rng.u8(..3) == 0 {
            return Ok(());
        }
        let offer = applied.undo;
        let seq = last_seq(desk, self.case_id).await;
        self.meanwhile(rng, line, &applied).await;
        let back = take_back(desk, self.case_id, seq).await;
        prop_assert_eq!(back.is_ok(), offer.is_some(), "{}: {:?}", line.key, back);
        let counted = if back.is_ok() {
            &self.tally.taken_back
        } else {
            &self.tally.refused
        };
        counted.fetch_add(1, Ordering::Relaxed);
        if back.is_ok() {
            let after = whole(self.pool, self.case_id).await;
            prop_assert_eq!(after, before, "{} was taken back", line.key);
        }
        Ok(())
    }
}

async fn walk(
    world: &World,
    pool: &PgPool,
    seed: u64,
    steps: usize,
    tally: &Tally,
) -> Result<(), TestCaseError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let opened = world
        .open(
            &world.admin,
            number % 40 + 1,
            SUPPLIER,
            seed.is_multiple_of(2),
            None,
        )
        .await
        .unwrap();
    let (Opened::New { case_id, .. }
    | Opened::Attached { case_id, .. }
    | Opened::Known { case_id, .. }) = opened;
    let party = world
        .admin
        .look_up("", SUPPLIER)
        .await
        .unwrap()
        .party
        .unwrap();
    let (agent, other) = (
        format!("agent_{:02}", number % 30),
        format!("agent_{:02}", 30 + number % 30),
    );
    let walk = Walk {
        world,
        pool,
        agent: world.desk(&agent).await,
        lead: world.desk("lead_1").await,
        other: world.desk(&other).await,
        case_id,
        contact: party.contacts[0].contact_id,
        tally,
    };
    let mut rng = Rng::with_seed(seed);
    for _ in 0..steps {
        walk.step(&mut rng).await?;
    }
    for desk in [&walk.agent, &walk.lead, &walk.other] {
        desk.store.session_close(desk.id()).await.unwrap();
        desk.store.close().await;
    }
    Ok(())
}

#[test]
fn a_change_that_is_taken_back_leaves_the_case_as_it_was() {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(with_grace());
    let pool = runtime.block_on(world.db.pool(SUPERUSER, 1));
    let tally = Tally::default();
    let mut runner = TestRunner::new(Config {
        cases: 16,
        max_shrink_iters: 24,
        ..Config::default()
    });
    let done = runner.run(&(any::<u64>(), 4_usize..14), |(seed, steps)| {
        runtime.block_on(walk(&world, &pool, seed, steps, &tally))
    });
    done.unwrap_or_else(|error| panic!("{error}"));
    runtime.block_on(is_sound(&world));
    let count = |of: &AtomicU32| of.load(Ordering::Relaxed);
    let counts = (
        count(&tally.taken_back),
        count(&tally.refused),
        count(&tally.fired),
    );
    assert!(
        counts.0 > 20 && counts.1 > 0 && counts.2 > 5,
        "the walks did little: {counts:?}"
    );
}
