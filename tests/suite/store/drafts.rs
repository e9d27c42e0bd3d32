//! Drafts are rows of one agent: nobody else reads, writes or drops them, and nobody's event touches
//! them (complaint 1 of the case anchors: a colleague takes over, and the unsaved note is gone).

use chrono::{DateTime, TimeDelta, Utc};
use loket::desk::drafts::{Content, Drafts};
use loket::desk::effect::Save;
use loket::desk::route::Subject;
use loket::store::rows::{Along, CaseId, DraftBody, DraftRow, DraftSave, DraftSaved, Here, Lease};
use loket::store::{Store, StoreError};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World, answers, free};

fn note(case: CaseId, text: &str) -> DraftSave {
    DraftSave {
        draft_id: Uuid::new_v4(),
        case_id: Some(case),
        form: "action:add_note".into(),
        body: typed(text),
        command: Some(Uuid::now_v7()),
        writer: Uuid::from_u128(1),
        base: 0,
        rev: 1,
    }
}

fn typed(text: &str) -> DraftBody {
    DraftBody {
        answers: vec![("note".into(), text.into())],
        at: 0,
        cursor: text.len(),
    }
}

fn text(row: &DraftRow) -> &str {
    &row.body.answers[0].1
}

async fn texts(store: &Store) -> Vec<String> {
    let mine = store.drafts_mine().await.unwrap();
    let mut texts: Vec<String> = mine.iter().map(|row| text(row).to_owned()).collect();
    texts.sort();
    texts
}

fn refused(result: Result<impl std::fmt::Debug, StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_of_another_is_not_read_written_or_dropped() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.db.store("anna"), world.db.store("bram"));
    let draft = note(case, "the party called");
    assert_eq!(anna.draft_save(&draft).await.unwrap(), DraftSaved::Saved);
    let stolen = DraftSave {
        rev: 9,
        base: 1,
        ..draft.clone()
    };
    assert_eq!(refused(bram.draft_save(&stolen).await), "draft_of_another");
    let dropped = bram.draft_drop(draft.draft_id, draft.writer, 9).await;
    assert_eq!(refused(dropped), "draft_of_another");
    assert!(!bram.draft_share(draft.draft_id).await.unwrap());
    assert_eq!(bram.drafts_mine().await.unwrap(), []);
    for store in [&bram, &world.admin] {
        assert_eq!(store.case_detail(case).await.unwrap().drafts, []);
    }
    assert_eq!(texts(&anna).await, ["the party called"]);
    for role in ["anna", "lead_1", "auditor_1", "admin_1", "worker_1"] {
        let pool = world.db.pool(role, 1).await;
        for table in ["drafts", "places"] {
            let select = format!("SELECT 1 FROM loket.{table}");
            let read = sqlx::query(sqlx::AssertSqlSafe(select))
                .execute(&pool)
                .await;
            assert!(read.is_err(), "{role} reads {table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_save_changes_nothing_and_another_console_forks() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.db.store("anna");
    let first = note(case, "one");
    let second = DraftSave {
        rev: 2,
        body: typed("one two"),
        ..first.clone()
    };
    anna.draft_save(&second).await.unwrap();
    assert_eq!(anna.draft_save(&first).await.unwrap(), DraftSaved::Saved);
    assert_eq!(texts(&anna).await, ["one two"]);
    // the other console goes on from where it stands: fine
    let other = DraftSave {
        writer: Uuid::from_u128(2),
        base: 2,
        rev: 3,
        body: typed("one two three"),
        ..first.clone()
    };
    assert_eq!(anna.draft_save(&other).await.unwrap(), DraftSaved::Saved);
    // the first one did not see that, whatever its number is
    let blind = DraftSave {
        rev: 9,
        base: 2,
        body: typed("one two four"),
        ..first.clone()
    };
    assert_eq!(anna.draft_save(&blind).await.unwrap(), DraftSaved::Forked);
    assert_eq!(texts(&anna).await, ["one two three"]);
    // and throws away nothing that it has not seen
    let (id, writer) = (first.draft_id, first.writer);
    assert!(!anna.draft_drop(id, writer, 2).await.unwrap());
    assert_eq!(texts(&anna).await, ["one two three"]);
    assert!(anna.draft_drop(id, writer, 3).await.unwrap());
    assert_eq!(anna.drafts_mine().await.unwrap(), []);
}

/// The draft goes in the transaction of its command, and a save that comes late does not bring it
/// back; one of other answers stays.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_that_writes_it_takes_its_draft_along() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let body = answers([("note", free("called"))]);
    let change = anna.change(case, "add_note", &body).await;
    let mut mine = note(case, "called");
    let mut altered = note(case, "called again");
    altered.command = None;
    let store = &anna.store;
    store.draft_save(&mine).await.unwrap();
    store.draft_save(&altered).await.unwrap();
    let target = loket::store::case::Target {
        case_id: case,
        fence: None,
        version: 0,
    };
    let cmd = mine.command.unwrap();
    let stale = store
        .case_apply(cmd, Some(anna.id()), target, &change)
        .await;
    let version = store.case_detail(case).await.unwrap().row.version;
    if stale.is_err() {
        assert_eq!(
            texts(store).await,
            ["called", "called again"],
            "not written"
        );
        let target = loket::store::case::Target { version, ..target };
        let wrote = store
            .case_apply(cmd, Some(anna.id()), target, &change)
            .await;
        wrote.unwrap();
    }
    assert_eq!(texts(store).await, ["called again"]);
    mine.rev = 2;
    assert_eq!(store.draft_save(&mine).await.unwrap(), DraftSaved::Written);
    assert_eq!(texts(store).await, ["called again"]);
}

fn left(drafts: &[DraftRow]) -> Vec<(&str, &str)> {
    let others = drafts
        .iter()
        .filter_map(|row| Some((row.owner.as_deref()?, text(row))));
    others.collect()
}

/// Who is said to have left a text with a case of that desk.
async fn texts_left(desk: &Desk<'_>) -> Vec<String> {
    let pulse = desk.store.pulse(desk.id(), None, &Here::default()).await;
    let notices = pulse.unwrap().notices.into_iter();
    let left = notices.filter(|one| one.kind == "text_left");
    left.map(|one| one.who.unwrap_or_default()).collect()
}

/// Shown to the holder alone, and only when its writer let it go along or lost the case.
#[tokio::test(flavor = "multi_thread")]
async fn a_shared_draft_is_for_the_holder_who_copies_it() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let carla = world.desk("carla").await;
    let drafts = async |desk: &Desk<'_>| desk.store.case_detail(case).await.unwrap().drafts;
    anna.store.draft_save(&note(case, "half a")).await.unwrap();
    for along in [Along::Nothing, Along::Drafts] {
        let lease = anna.take(case).await;
        let to = (Some(bram.session.me.agent_id), "yours");
        let (cmd, store) = (Uuid::now_v7(), &anna.store);
        let handed = store.case_hand_over_with(cmd, anna.id(), lease, to, along);
        handed.await.unwrap();
        let expected: &[(&str, &str)] = match along {
            Along::Nothing => &[],
            Along::Drafts => &[("Anna", "half a")],
        };
        assert_eq!(left(&drafts(&bram).await), expected);
        assert_eq!(left(&drafts(&carla).await), [], "holds nothing");
        let lease = lease_of(&bram, case).await;
        let released = bram.store.case_release(Uuid::now_v7(), bram.id(), lease);
        released.await.unwrap();
        assert_eq!(left(&drafts(&bram).await), [], "holds it no more");
    }
    // shown later, to the one who has the case by then: told once, by whom
    let held = bram.take(case).await;
    let fresh = note(case, "half b");
    anna.store.draft_save(&fresh).await.unwrap();
    assert!(texts_left(&bram).await.is_empty());
    for _ in 0..2 {
        assert!(anna.store.draft_share(fresh.draft_id).await.unwrap());
    }
    assert_eq!(texts_left(&bram).await, ["Anna"]);
    assert!(texts_left(&carla).await.is_empty(), "holds nothing");
    let released = bram.store.case_release(Uuid::now_v7(), bram.id(), held);
    released.await.unwrap();
    let (writer, base) = (fresh.writer, 1);
    let dropped = anna.store.draft_drop(fresh.draft_id, writer, base).await;
    assert!(dropped.unwrap());
    // the next one goes on with a copy: the original stays as it is
    bram.take(case).await;
    let copied = note(case, "half a note");
    bram.store.draft_save(&copied).await.unwrap();
    assert_eq!(texts(&anna.store).await, ["half a"]);
    assert_eq!(texts(&bram.store).await, ["half a note"]);
}

async fn lease_of(desk: &Desk<'_>, case: CaseId) -> Lease {
    let detail = desk.store.case_detail(case).await.unwrap();
    detail.lease.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_leaves_its_drafts_to_the_next_holder() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    anna.take(case).await;
    anna.store.draft_save(&note(case, "half a")).await.unwrap();
    anna.store.session_close(anna.id()).await.unwrap();
    bram.take(case).await;
    let seen = bram.store.case_detail(case).await.unwrap().drafts;
    assert_eq!(left(&seen), [("Anna", "half a")]);
    assert_eq!(texts(&anna.store).await, ["half a"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_have_bounds_and_say_so() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.db.store("anna");
    let large = note(case, &"x".repeat(70_000));
    assert_eq!(refused(anna.draft_save(&large).await), "draft_too_large");
    for n in 0..200 {
        anna.draft_save(&note(case, &n.to_string())).await.unwrap();
    }
    let more = anna.draft_save(&note(case, "one too many")).await;
    assert_eq!(refused(more), "too_many_drafts");
    assert_eq!(
        anna.drafts_mine().await.unwrap().len(),
        200,
        "none is dropped"
    );
    let place = serde_json::json!({ "tab": "x".repeat(9_000) });
    assert_eq!(refused(anna.place_save(&place).await), "place_too_large");
}

/// Kept 30 days after the last touch; a week when the case is closed for as long.
#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_goes_on_with_is_deleted_in_the_end() {
    let world = World::new().await;
    let (open, closed) = (world.signal(1).await, world.signal(2).await);
    let anna = world.db.store("anna");
    let worker = world.db.store("worker_1");
    let ages = [("open", open), ("closed", closed)];
    for (name, case) in ages {
        for days in [6, 8, 29, 31] {
            let draft = note(case, &format!("{name} {days:02}"));
            anna.draft_save(&draft).await.unwrap();
            let age = format!(
                "UPDATE loket.drafts SET saved_at = now() - interval '{days} days' WHERE draft_id = '{}'",
                draft.draft_id
            );
            superuser(&world, &age).await;
        }
    }
    let close = format!(
        "UPDATE loket.cases SET work = 'closed', \
             closed_at = now() - interval '7 days 1 minute' WHERE case_id = {}",
        closed.0
    );
    superuser(&world, &close).await;
    assert_eq!(worker.drafts_purge(3).await.unwrap(), 3, "bounded");
    assert_eq!(worker.drafts_purge(500).await.unwrap(), 1);
    let rest = ["closed 06", "open 06", "open 08", "open 29"];
    assert_eq!(texts(&anna).await, rest);
}

async fn superuser(world: &World, sql: &str) {
    let pool = world.db.pool(SUPERUSER, 1).await;
    let done = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&pool).await;
    done.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_given_to_the_next_console_and_says_whether_it_is_alone() {
    let world = World::new().await;
    let anna = world.desk("anna").await;
    let place = serde_json::json!({ "tab": "queue.mandate", "row": 3 });
    anna.store.place_save(&place).await.unwrap();
    let second = world.desk("anna").await.session.place.unwrap();
    assert_eq!((second.body, second.alone), (Some(place), false));
    let bram = world.desk("bram").await.session.place.unwrap();
    assert_eq!((bram.body, bram.alone), (None, true));
}

/// What one agent does or suffers.
#[derive(Debug, Clone)]
enum Step {
    Type(char),
    Save,
    /// The save arrives, its answer does not.
    Unheard,
    /// A save of long ago arrives.
    Late(usize),
    Claim,
    Release,
    HandOver,
    Crash,
    Reassign,
    Note,
}

fn steps() -> impl Strategy<Value = Vec<(usize, Step)>> {
    let step = prop_oneof![
        6 => proptest::char::range('a', 'z').prop_map(Step::Type),
        3 => Just(Step::Save),
        1 => Just(Step::Unheard),
        1 => (0_usize..8).prop_map(Step::Late),
        2 => Just(Step::Claim),
        1 => Just(Step::Release),
        1 => Just(Step::HandOver),
        1 => Just(Step::Crash),
        1 => Just(Step::Reassign),
        1 => Just(Step::Note),
    ];
    prop::collection::vec((0_usize..2, step), 1..24)
}

/// An agent at a console: what they typed is in `typed`, whatever becomes of the case.
struct Typist<'a> {
    desk: Desk<'a>,
    drafts: Drafts,
    id: Uuid,
    typed: String,
    sent: Vec<DraftSave>,
    now: DateTime<Utc>,
}

impl<'a> Typist<'a> {
    fn new(desk: Desk<'a>) -> Self {
        Self {
            desk,
            drafts: Drafts::new(Uuid::new_v4()),
            id: Uuid::new_v4(),
            typed: String::new(),
            sent: Vec::new(),
            now: Utc::from_millis(0),
        }
    }

    fn begin(&mut self) {
        self.drafts = Drafts::new(Uuid::new_v4());
        (self.id, self.typed) = (Uuid::new_v4(), String::new());
        self.sent.clear();
    }

    fn write(&mut self, case: CaseId, c: char) {
        self.typed.push(c);
        self.now += TimeDelta::milliseconds(100);
        let content = Content {
            subject: Subject::Action(case, "add_note".into()),
            body: typed(&self.typed),
            command: self.id,
            pending: None,
        };
        self.drafts.put(self.id, content, self.now);
    }

    async fn save(&mut self, heard: bool) {
        self.drafts.hurry(self.now);
        for (id, save) in self.drafts.take_due(self.now) {
            let Save::Draft(save) = save else { panic!() };
            let saved = self.desk.store.draft_save(&save).await.unwrap();
            assert_eq!(saved, DraftSaved::Saved);
            self.sent.push(save);
            if heard {
                self.drafts.saved(id, self.now);
            } else {
                self.drafts.not_saved(id, None, self.now);
            }
        }
    }

    async fn text(&self) -> Option<String> {
        let mine = self.desk.store.drafts_mine().await.unwrap();
        let row = mine.iter().find(|row| row.draft_id == self.id);
        row.map(|row| text(row).to_owned())
    }
}

trait FromMillis {
    fn from_millis(millis: i64) -> DateTime<Utc>;
}

impl FromMillis for Utc {
    fn from_millis(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(millis).unwrap()
    }
}

async fn play(lead: &Desk<'_>, both: &mut [Typist<'_>; 2], case: CaseId, step: (usize, Step)) {
    let (who, step) = step;
    let other = both[1 - who].desk.session.me.agent_id;
    let me = &mut both[who];
    let lease = me.desk.store.case_detail(case).await.unwrap().lease;
    let (cmd, session) = (Uuid::now_v7(), me.desk.id());
    match (step, lease) {
        (Step::Type(c), _) => me.write(case, c),
        (Step::Save, _) => me.save(true).await,
        (Step::Unheard, _) => me.save(false).await,
        (Step::Late(n), _) => {
            if let Some(save) = me.sent.get(n).cloned() {
                me.desk.store.draft_save(&save).await.unwrap();
            }
        }
        (Step::Claim, _) => {
            me.desk.claim(case).await.unwrap();
        }
        (Step::Release, Some(lease)) => {
            let _ = me.desk.store.case_release(cmd, session, lease).await;
        }
        (Step::HandOver, Some(lease)) => {
            let to = (Some(other), "go on");
            let store = &me.desk.store;
            let _ = store
                .case_hand_over_with(cmd, session, lease, to, Along::Drafts)
                .await;
        }
        (Step::Crash, _) => {
            me.desk.store.session_close(session).await.unwrap();
            me.desk = me
                .desk
                .world
                .desk(&me.desk.session.me.name.to_lowercase())
                .await;
        }
        (Step::Reassign, _) => {
            let store = &lead.store;
            let _ = store
                .case_reassign(cmd, lead.id(), case, Some(other), "needed")
                .await;
        }
        (Step::Note, _) => {
            let said = answers([("note", free("done"))]);
            me.desk.act(case, None, "add_note", &said).await.unwrap();
        }
        (Step::Release | Step::HandOver, None) => {}
    }
}

/// Zero lost characters: what either typed and saved stands in the database, whatever happens to the
/// case, in any order, with answers that are lost and saves that come late.
#[test]
fn no_interleaving_of_two_agents_loses_a_character() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let (case, lead, anna, bram) = runtime.block_on(async {
        let case = world.signal(1).await;
        let (lead, anna) = (world.desk("lead_1").await, world.desk("anna").await);
        (case, lead, anna, world.desk("bram").await)
    });
    let both = tokio::sync::Mutex::new([Typist::new(anna), Typist::new(bram)]);
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(48)
    };
    let ran = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let mut both = both.lock().await;
            both.iter_mut().for_each(Typist::begin);
            for step in steps {
                play(&lead, &mut both, case, step).await;
            }
            for typist in both.iter_mut() {
                typist.save(true).await;
                let expected = (!typist.typed.is_empty()).then(|| typist.typed.clone());
                prop_assert_eq!(typist.text().await, expected);
                let (store, nobody) = (&typist.desk.store, Uuid::nil());
                store.draft_drop(typist.id, nobody, i64::MAX).await.unwrap();
            }
            Ok(())
        })
    });
    ran.unwrap();
}

/// Whoever sends a command under the id of another's draft drops nothing of his.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_of_another_drops_no_draft() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.db.store("bram"));
    let draft = note(case, "mine");
    bram.draft_save(&draft).await.unwrap();
    let cmd = draft.command.unwrap();
    let claimed = anna.store.case_claim(cmd, anna.id(), case).await;
    claimed.unwrap();
    assert_eq!(texts(&bram).await, ["mine"]);
    let later = DraftSave {
        rev: 2,
        base: 1,
        body: typed("mine still"),
        ..draft
    };
    assert_eq!(bram.draft_save(&later).await.unwrap(), DraftSaved::Saved);
    assert_eq!(texts(&bram).await, ["mine still"]);
}

/// The next holder reads the text of a shared draft and not the id under which it will be written.
#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_a_draft_is_its_owners() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.db.store("anna"), world.desk("bram").await);
    let draft = note(case, "for the next");
    anna.draft_save(&draft).await.unwrap();
    assert!(anna.draft_share(draft.draft_id).await.unwrap());
    bram.take(case).await;
    let shown = bram.store.case_detail(case).await.unwrap().drafts;
    assert_eq!(text(&shown[0]), "for the next");
    assert_eq!(shown[0].command, None);
    let own = anna.drafts_mine().await.unwrap();
    assert_eq!(own[0].command, draft.command);
}

/// A draft tells nothing of a case of a queue that one is not in, and brings nothing into it.
#[tokio::test(flavor = "multi_thread")]
async fn drafts_know_the_queues() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.db.store("anna"), world.desk("bram").await);
    let (shared, later) = (note(case, "shared"), note(case, "not shared"));
    anna.draft_save(&shared).await.unwrap();
    anna.draft_save(&later).await.unwrap();
    assert!(anna.draft_share(shared.draft_id).await.unwrap());
    bram.take(case).await;
    superuser(
        &world,
        "DELETE FROM loket.agent_queues
         WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'anna')",
    )
    .await;
    let mine = anna.drafts_mine().await.unwrap();
    assert_eq!(mine.len(), 2, "what she typed stays hers");
    for row in mine {
        assert_eq!((row.case_no, row.process), (None, None));
    }
    assert!(!anna.draft_share(later.draft_id).await.unwrap());
    let shown = bram.store.case_detail(case).await.unwrap().drafts;
    assert_eq!(shown, []);
}

/// Who does not say from where he goes on has not seen what stands there.
#[tokio::test(flavor = "multi_thread")]
async fn a_save_without_a_base_forks() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.db.store("anna");
    let draft = note(case, "first");
    anna.draft_save(&draft).await.unwrap();
    let pool = world.db.pool("anna", 1).await;
    let save = "SELECT loket_api.draft_save($1, $2, 'action:add_note',
        '{\"answers\":[[\"note\",\"other\"]]}', NULL, $3, NULL, 2)";
    let said: String = sqlx::query_scalar(save)
        .bind(draft.draft_id)
        .bind(case.0)
        .bind(Uuid::from_u128(2))
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(said, "forked");
    assert_eq!(texts(&anna).await, ["first"]);
}

/// "They stay with me" counts also for what was shared when a lease of before ended.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shared_once_is_not_shared_for_ever() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let draft = note(case, "not for others");
    anna.store.draft_save(&draft).await.unwrap();
    assert!(anna.store.draft_share(draft.draft_id).await.unwrap());
    let lease = anna.take(case).await;
    let to = (Some(bram.session.me.agent_id), "yours");
    let (cmd, store) = (Uuid::now_v7(), &anna.store);
    let handed = store.case_hand_over_with(cmd, anna.id(), lease, to, Along::Nothing);
    handed.await.unwrap();
    let seen = bram.store.case_detail(case).await.unwrap().drafts;
    assert_eq!(left(&seen), []);
}
