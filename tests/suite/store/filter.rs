//! Filters in the database: the same cases as by hand, whatever the words, page by page.

use std::fmt::Write as _;

use chrono::{DateTime, Duration, Utc};
use loket::domain::clock::ClockStatus;
use loket::domain::fold::fold;
use loket::store::filter::{Answer, Due, Filter, Flag, Holder, Sign, Test, Word};
use loket::store::rows::{CaseId, CaseRow, Claim, InboxView, WorkState};
use loket::store::{Store, StoreError};
use sqlx::Row as _;
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::{Desk, World};

const SUBJECTS: [&str; 5] = [
    "Zønnebløm Energie",
    "Van Henegouwen",
    "Meterblik 100%_x",
    "Duinstroom",
    "Çelik & Zn",
];
const STATES: [(&str, &str); 5] = [
    ("blocked_contact_due", "open"),
    ("assessing", "open"),
    ("unblock_due", "open"),
    ("awaiting_party", "waiting"),
    ("closed_mandate_ok", "closed"),
];
const PARTIES: [&str; 3] = ["8716879000004", "8717180005016", "8717180006440"];

/// A case with what a filter looks at and a row does not say.
#[derive(Debug, Clone)]
struct Known {
    row: CaseRow,
    ean: String,
    party: Option<String>,
    reference: String,
    /// Whether Anna has an unfinished form for it.
    drafted: bool,
}

struct Filled {
    world: World,
    queue: i32,
    known: Vec<Known>,
}

/// So many cases of all kinds, invented by a fixed seed.
async fn filled(count: usize) -> Filled {
    let world = World::new().await;
    let (anna, bram) = (world.desk("anna").await, world.desk("bram").await);
    let queue = anna.session.me.queues[0].queue_id;
    let now = world.now().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let sql = invented(count, queue, now, &[&anna, &bram]);
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql))
        .execute(&pool)
        .await
        .unwrap();
    let ids: Vec<i64> = sqlx::query_scalar("SELECT case_id FROM loket.cases ORDER BY case_id")
        .fetch_all(&pool)
        .await
        .unwrap();
    let mut rows = Vec::new();
    for ids in ids.chunks(400) {
        let ids: Vec<CaseId> = ids.iter().map(|id| CaseId(*id)).collect();
        rows.extend(world.admin.rows(&ids).await.unwrap());
    }
    let more = sqlx::query(
        "SELECT ean, party_gln, coalesce(reference, '') AS reference, EXISTS (SELECT 1 FROM loket.drafts d
           JOIN loket.agents a USING (agent_id) WHERE d.case_id = c.case_id AND a.name = 'Anna') AS drafted
         FROM loket.cases c ORDER BY case_id",
    );
    let more = more.fetch_all(&pool).await.unwrap();
    let known = rows.into_iter().zip(more).map(|(row, more)| Known {
        row,
        ean: more.get::<Option<String>, _>("ean").unwrap_or_default(),
        party: more.get("party_gln"),
        reference: more.get("reference"),
        drafted: more.get("drafted"),
    });
    let known = known.collect();
    drop((anna, bram));
    Filled {
        world,
        queue,
        known,
    }
}

fn invented(count: usize, queue: i32, now: DateTime<Utc>, desks: &[&Desk<'_>]) -> String {
    let mut dice = fastrand::Rng::with_seed(11);
    let mut sql = String::from("SET search_path = loket, ext;\n");
    for n in 1..=count {
        let (state, mut work) = STATES[dice.usize(..STATES.len())];
        let holder = (work == "open" && dice.u8(..3) == 0).then(|| dice.usize(..desks.len()));
        if holder.is_some() {
            work = "held";
        }
        let due = now + Duration::minutes(dice.i64(-3000..6000));
        let (clock, sort) = match dice.u8(..5) {
            0 => ("NULL".to_owned(), "9999-12-31Z".to_owned()),
            1 => ("'assess_72h'".to_owned(), due.to_rfc3339()),
            _ => ("'contact_1wd'".to_owned(), due.to_rfc3339()),
        };
        let has_clock = clock != "NULL";
        let comparison = ["'before'", "'up_to_and_including'"][dice.usize(..2)];
        let comparison = if has_clock { comparison } else { "NULL" };
        let retriaged = has_clock && due < now && dice.u8(..4) == 0;
        let party = (dice.u8(..5) > 0).then(|| PARTIES[dice.usize(..3)]);
        let party = party.map_or("NULL".to_owned(), |gln| format!("'{gln}'"));
        let subject = SUBJECTS[dice.usize(..SUBJECTS.len())];
        let reference = match dice.u8(..3) {
            0 => format!("'Réf-{n}'"),
            _ => "NULL".to_owned(),
        };
        let ean = dice.u32(1..40);
        let mut some = |each: u8| match dice.u8(..each) {
            0 => format!(
                "'{}'",
                (now + Duration::minutes(dice.i64(-90..90))).to_rfc3339()
            ),
            _ => "NULL".to_owned(),
        };
        let (promise, snoozed) = (some(3), some(5));
        let _ = writeln!(
            sql,
            "INSERT INTO cases (case_no, queue_id, process, state, work, facts, received_at, opened_at,
               closed_at, subject, ean, party_gln, reference, sort_at, due_clock, due_comparison,
               due_retriaged, promise_at, snoozed_until)
             VALUES ('GT-2026-{n:06}', {queue}, 'doubt', '{state}', '{work}', '{{}}', now(), now(),
               CASE WHEN '{work}' = 'closed' THEN now() END, '{subject}', '{}', {party}, {reference},
               '{sort}', {clock}, {comparison}, {retriaged}, {promise}, {snoozed});",
            crate::support::world::ean(ean),
        );
        let id = format!("(SELECT case_id FROM cases WHERE case_no = 'GT-2026-{n:06}')");
        let _ = writeln!(sql, "INSERT INTO case_search VALUES ({id}, {queue}, '');");
        if dice.u8(..9) == 0 && work != "closed" {
            let _ = writeln!(
                sql,
                "UPDATE cases SET raised_at = now() WHERE case_id = {id};"
            );
        }
        if dice.u8(..12) == 0 {
            let agent = desks[dice.usize(..desks.len())].session.me.agent_id;
            let _ = writeln!(
                sql,
                "INSERT INTO drafts VALUES (gen_random_uuid(), {agent}, {id}, 'action:add_note', '{{}}',
                   NULL, gen_random_uuid(), 1, false, now());"
            );
        }
        if let Some(holder) = holder {
            let (session, agent) = (desks[holder].id(), desks[holder].session.me.agent_id);
            let _ = writeln!(
                sql,
                "INSERT INTO case_leases (case_id, session_id, agent_id, fence, acquired_at)
                 VALUES ({id}, '{session}', {agent}, 0, now());"
            );
        }
    }
    sql
}

/// The same filter by hand.
fn fits(known: &Known, filter: &Filter, now: DateTime<Utc>, me: i32) -> bool {
    let holds = |word: &Word| (word.sign == Sign::Is) == test(known, &word.test, now, me);
    let snoozed = Word {
        sign: Sign::Is,
        test: Test::Is(Flag::Snoozed),
    };
    // without a word about it no case fits that was put aside
    let hides = known.row.snoozed(now).is_some() && !filter.words().contains(&snoozed);
    known.row.work != WorkState::Closed && !hides && filter.words().iter().all(holds)
}

fn test(known: &Known, test: &Test, now: DateTime<Utc>, me: i32) -> bool {
    let row = &known.row;
    match test {
        Test::Text(part) => {
            let head = [&row.case_no, &row.subject, &known.reference].map(String::as_str);
            fold(&head.join(" ")).contains(part)
        }
        Test::State(keys) => keys.contains(&row.state),
        Test::Clock(keys) => row.clock.as_ref().is_some_and(|clock| keys.contains(clock)),
        Test::Due(dues) => dues.iter().any(|one| due(row, *one, now)),
        Test::Holder(holders) => holders.iter().any(|holder| match holder {
            Holder::Me => row.holder_id == Some(me),
            Holder::Nobody => row.holder_id.is_none(),
            Holder::Named(part) => row
                .holder
                .as_ref()
                .is_some_and(|name| fold(name).contains(part)),
        }),
        Test::Work(works) => works.contains(&row.work),
        Test::Party(parts) => parts.iter().any(|part| party(known, part)),
        Test::Process(keys) => keys.contains(&row.process),
        Test::Ean(digits) => known.ean.starts_with(digits),
        Test::Raised(answer) => row.raised == (*answer == Answer::Yes),
        Test::Mine(_) => known.drafted,
        Test::Is(Flag::Snoozed) => row.snoozed(now).is_some(),
        Test::Is(Flag::Promised) => row.promise_at.is_some(),
    }
}

fn party(known: &Known, part: &str) -> bool {
    let Some(gln) = &known.party else {
        return false;
    };
    let names = ["ons netbeheer", "zonnebloem energie", "meterblik inzicht"];
    let name = names[PARTIES.iter().position(|known| known == gln).unwrap()];
    if part.bytes().all(|b| b.is_ascii_digit()) {
        gln.starts_with(part)
    } else {
        name.contains(part)
    }
}

fn due(row: &CaseRow, due: Due, now: DateTime<Utc>) -> bool {
    let status = row.status(now);
    let is_late = matches!(
        status,
        Some(ClockStatus::Breached | ClockStatus::LateByRetriage)
    );
    let runs = status.is_some() && !is_late;
    match due {
        Due::Late => is_late,
        Due::None => status.is_none(),
        Due::Within(time) => runs && row.sort_at <= now + time,
        Due::Today => {
            let zone = chrono_tz::Europe::Amsterdam;
            let last = match row.comparison {
                Some(loket::domain::deadline::Comparison::Before) => {
                    row.sort_at - Duration::microseconds(1)
                }
                _ => row.sort_at,
            };
            let day = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
            runs && day(last) <= day(now)
        }
    }
}

/// All pages of a filter.
async fn listed(store: &Store, view: &InboxView, filter: &Filter, limit: u32) -> Vec<CaseId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store
            .inbox_filtered(view, filter, after, limit, &[])
            .await
            .unwrap();
        found.extend(page.rows.iter().map(|row| row.case_id));
        after = page.place;
        assert_eq!(page.more, after.is_some());
        if !page.more {
            return found;
        }
    }
}

fn words() -> Vec<&'static str> {
    vec![
        "state:assessing",
        "-state:assessing,unblock_due",
        "clock:contact_1wd",
        "-clock:contact_1wd",
        "due:late",
        "-due:late",
        "due:15m",
        "due:1d",
        "due:today",
        "-due:today,none",
        "due:none",
        "due:late,2h",
        "holder:me",
        "-holder:me",
        "holder:none",
        "holder:bra",
        "-holder:bra,anna",
        "work:open",
        "is:snoozed",
        "-is:snoozed",
        "is:promised",
        "-is:promised",
        "-work:open",
        "work:held,waiting",
        "party:8717180005016",
        "party:zonne",
        "-party:zonne",
        "party:8717,ons",
        "process:gt",
        "-process:gt",
        "process:party_report",
        "ean:8716879004",
        "-ean:87168790040000",
        "zonnebloem",
        "-zonnebloem",
        "\"100%_x\"",
        "ref-1",
        "gt-2026-00001",
        "\"van hene\"",
        "çel",
        "\"& zn\"",
        "100%x",
        "raised:yes",
        "raised:no",
        "-raised:yes",
        "mine:draft",
        "-mine:draft",
    ]
}

/// Every word, and many joined at random, find what they find by hand, in the order of the list.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_finds_in_the_database_what_it_finds_by_hand() {
    let filled = filled(700).await;
    let anna = filled.world.db.store("anna");
    let me = filled
        .known
        .iter()
        .find(|known| known.row.holder.as_deref() == Some("Anna"));
    let me = me.unwrap().row.holder_id.unwrap();
    let (view, words) = (InboxView::Queue(filled.queue), words());
    let mut dice = fastrand::Rng::with_seed(5);
    let joined = (0..60).map(|_| {
        let count = dice.usize(2..=4);
        let chosen: Vec<&str> = (0..count)
            .map(|_| words[dice.usize(..words.len())])
            .collect();
        chosen.join(" ")
    });
    let lines: Vec<String> = words
        .iter()
        .map(|word| (*word).to_owned())
        .chain(joined)
        .collect();
    let mut hits = 0;
    for line in lines {
        let filter = Filter::parse(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let now = filled.world.now().await;
        let mut by_hand: Vec<&CaseRow> = filled
            .known
            .iter()
            .filter(|known| fits(known, &filter, now, me))
            .map(|known| &known.row)
            .collect();
        by_hand.sort_by_key(|row| row.page_key_of_order());
        let by_hand: Vec<CaseId> = by_hand.into_iter().map(|row| row.case_id).collect();
        assert_eq!(listed(&anna, &view, &filter, 37).await, by_hand, "{line}");
        let snapshot = anna.filter_cases(&view, &filter, 1_000).await.unwrap();
        assert_eq!(
            (snapshot.cases, snapshot.more),
            (by_hand.clone(), false),
            "{line}"
        );
        hits += usize::from(!by_hand.is_empty());
    }
    assert!(hits > 40, "most of them find something: {hits}");
}

trait Order {
    fn page_key_of_order(&self) -> (WorkState, DateTime<Utc>, CaseId);
}

impl Order for CaseRow {
    fn page_key_of_order(&self) -> (WorkState, DateTime<Utc>, CaseId) {
        (self.work, self.sort_at, self.case_id)
    }
}

/// The count is exact up to what was looked for, and says when it is not all.
#[tokio::test(flavor = "multi_thread")]
async fn the_count_says_whether_it_is_all() {
    let filled = filled(800).await;
    let anna = filled.world.db.store("anna");
    let view = InboxView::Queue(filled.queue);
    let now = filled.world.now().await;
    let live = filled
        .known
        .iter()
        .filter(|known| known.row.work != WorkState::Closed && known.row.snoozed(now).is_none())
        .count();
    let find = async |line: &str, limit| {
        let filter = Filter::parse(line).unwrap();
        anna.inbox_filtered(&view, &filter, None, limit, &[])
            .await
            .unwrap()
    };
    let all = find("process:gt", 100).await;
    let found = all.found.unwrap();
    assert!(
        live > 500 && !found.all && found.count == 500,
        "{found:?} of {live}"
    );
    assert_eq!(all.rows.len(), 100);
    let few = find("gt-2026-00001", 100).await;
    let found = few.found.unwrap();
    assert!(found.all && found.count == i64::try_from(few.rows.len()).unwrap());
    let snapshot = anna
        .filter_cases(&view, &Filter::default(), 10)
        .await
        .unwrap();
    assert_eq!((snapshot.cases.len(), snapshot.more), (10, true));
}

/// Rows that somebody has are told again as long as they fit, wherever they stand.
#[tokio::test(flavor = "multi_thread")]
async fn known_rows_that_still_fit_come_along() {
    let filled = filled(60).await;
    let anna = filled.world.db.store("anna");
    let view = InboxView::Queue(filled.queue);
    let now = filled.world.now().await;
    let of = |state: &str| {
        let shown = filled
            .known
            .iter()
            .filter(|known| known.row.snoozed(now).is_none());
        let ids = shown.filter(|known| known.row.state == state);
        ids.map(|known| known.row.case_id).collect::<Vec<_>>()
    };
    let (fit, other) = (of("assessing"), of("unblock_due"));
    let filter = Filter::parse("state:assessing").unwrap();
    let known: Vec<CaseId> = fit.iter().chain(&other).copied().collect();
    let page = anna
        .inbox_filtered(&view, &filter, None, 2, &known)
        .await
        .unwrap();
    let mut told: Vec<CaseId> = page
        .rows
        .iter()
        .chain(&page.known)
        .map(|row| row.case_id)
        .collect();
    told.sort_unstable();
    assert_eq!(told, fit);
}

/// Nobody filters a queue that is not his, and no word reaches the database as a statement.
#[tokio::test(flavor = "multi_thread")]
async fn a_filter_gives_no_right_and_runs_no_statement() {
    let filled = filled(5).await;
    let anna = filled.world.db.store("anna");
    let everything = Filter::default();
    let foreign = InboxView::Queue(filled.queue + 1);
    for answer in [
        anna.inbox_filtered(&foreign, &everything, None, 10, &[])
            .await
            .map(|_| ()),
        anna.filter_cases(&foreign, &everything, 10)
            .await
            .map(|_| ()),
    ] {
        match answer {
            Err(StoreError::Refused(refusal)) => assert_eq!(refusal.key, "queue_not_yours"),
            other => panic!("{other:?}"),
        }
    }
    let view = InboxView::Queue(filled.queue);
    for line in [
        "\"'; DROP TABLE loket.cases; --\"",
        "\"%' OR '1'='1\"",
        "party:\"' OR true --\"",
    ] {
        let filter = Filter::parse(line).unwrap();
        assert_eq!(listed(&anna, &view, &filter, 10).await, [], "{line}");
    }
    let pool = filled.world.db.pool("anna", 1).await;
    let odd = ["{}", "[{\"key\":\"body\",\"not\":false,\"any\":[\"x\"]}]"];
    for words in odd {
        let words: serde_json::Value = serde_json::from_str(words).unwrap();
        let asked = sqlx::query("SELECT loket_api.filter_cases($1, $2, 10)")
            .bind(filled.queue)
            .bind(words)
            .execute(&pool)
            .await;
        assert!(asked.unwrap_err().to_string().contains("filter_unknown"));
    }
}

/// `loket.fold` and the fold of the program are one table.
#[tokio::test(flavor = "multi_thread")]
async fn the_database_folds_as_the_program_does() {
    let world = World::new().await;
    let pool = world.db.pool(SUPERUSER, 1).await;
    let letters: String = ('\u{20}'..'\u{24f}').chain('\u{300}'..'\u{370}').collect();
    for text in [letters.as_str(), "Søren ÅNGSTRÖM e\u{301}", "日本 \u{1e9e}"] {
        let folded: String = sqlx::query_scalar("SELECT loket.fold($1)")
            .bind(text)
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(folded, fold(text));
    }
}

/// Facts of many cases in one call: in the order asked, of one's own queues, a party once.
#[tokio::test(flavor = "multi_thread")]
async fn facts_of_many_cases_come_in_one_call() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=4 {
        cases.push(world.signal(n).await);
    }
    let anna = world.desk("anna").await;
    let lease = anna.take(cases[2]).await;
    let asked = [cases[3], cases[2], CaseId(9_999), cases[0]];
    let page = anna.store.facts_of(&asked).await.unwrap();
    let told: Vec<CaseId> = page.cases.iter().map(|one| one.row.case_id).collect();
    assert_eq!(told, [cases[3], cases[2], cases[0]]);
    assert_eq!(page.parties.len(), 1);
    assert_eq!(page.parties[0].contacts.len(), 2);
    assert_eq!(page.cases[1].lease, Some(lease));
    assert!(!page.cases[1].lease.unwrap().proposed, "taken by hand");
    for one in &page.cases {
        let detail = anna.store.case_detail(one.row.case_id).await.unwrap();
        assert_eq!((&one.row, &one.facts), (&detail.row, &detail.facts));
    }
    // what "next" gave goes back with a reason only: that is told with the case
    let next = anna.store.claim_next(Uuid::now_v7(), anna.id(), None);
    let Claim::Granted { lease, .. } = next.await.unwrap() else {
        panic!("nothing was given");
    };
    let page = anna.store.facts_of(&[lease.case_id]).await.unwrap();
    assert!(page.cases[0].lease.unwrap().proposed);
}

/// A question that took too long is refused in words: the line is fine, and asking again is of no use.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_takes_too_long_is_refused_in_words() {
    let filled = filled(3).await;
    let pool = filled.world.db.pool(SUPERUSER, 1).await;
    let slow = "CREATE OR REPLACE FUNCTION loket.due_til(p_any text[], p_now timestamptz)
        RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'canceling statement' USING ERRCODE = '57014'; END $$";
    sqlx::query(slow).execute(&pool).await.unwrap();
    let anna = filled.world.db.store("anna");
    let filter = Filter::parse("due:late").unwrap();
    let view = InboxView::Queue(filled.queue);
    let page = anna.inbox_filtered(&view, &filter, None, 10, &[]).await;
    let all = anna.filter_cases(&view, &filter, 10).await;
    for error in [page.unwrap_err(), all.unwrap_err()] {
        let StoreError::Refused(refusal) = error else {
            panic!("{error:?}");
        };
        assert_eq!(refusal.key, "filter_too_slow");
    }
}
