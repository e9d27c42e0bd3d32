//! Databases that are broken on purpose: the checks must find each fault, or they prove nothing.

use super::record::Kind;
use super::run::{Plan, Run};
use crate::support::db::SUPERUSER;
use crate::support::world::World;

/// Replaces parts of a function's definition in this database.
async fn edit(world: &World, function: &str, edits: &[(&str, &str)]) {
    let owner = world.db.pool(SUPERUSER, 1).await;
    let definition = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE oid::regproc::text = $1";
    let mut text: String = sqlx::query_scalar(definition)
        .bind(function)
        .fetch_one(&owner)
        .await
        .unwrap();
    for (old, new) in edits {
        assert!(text.contains(old), "{function} has no {old:?} any more");
        text = text.replace(old, new);
    }
    // small functions take the search path of their callers
    let text = format!("SET search_path = loket, pg_catalog, ext; {text}");
    run_sql(&owner, text).await;
    owner.close().await;
}

async fn run_sql(owner: &sqlx::PgPool, text: String) {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(text))
        .execute(owner)
        .await;
    done.unwrap();
}

/// Runs until that is found; a race may need more than one run.
async fn finds(name: &str, kinds: &[Kind], edits: &[(&str, &[(&str, &str)])], sql: &str) {
    let mut all = Vec::new();
    for seed in 1..=6 {
        let world = World::new().await;
        let owner = world.db.pool(SUPERUSER, 1).await;
        run_sql(&owner, sql.to_owned()).await;
        owner.close().await;
        for (function, edits) in edits {
            edit(&world, function, edits).await;
        }
        let plan = Plan {
            steps: 25,
            ..Plan::new(seed)
        };
        let run = Run::of(world, &plan).await;
        run.told(name);
        if kinds.iter().any(|kind| run.found(*kind)) {
            return;
        }
        all.extend(run.findings);
    }
    panic!(
        "nobody noticed {name}; found: {}",
        super::record::list(&all)
    );
}

/// Looks for a free case without locking it, and lets the lease be a second one.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_locks_nothing_is_found() {
    const LOOKS: &[(&str, &str)] = &[("FOR UPDATE SKIP LOCKED", "")];
    const TAKES: &[(&str, &str)] = &[(
        "c := candidate(qs, a);",
        "c := candidate(qs, a);
         SELECT x.* INTO c FROM cases x WHERE x.case_id = c.case_id FOR UPDATE;",
    )];
    let sql = "ALTER TABLE loket.case_leases DROP CONSTRAINT case_leases_pkey";
    let edits = &[("loket.candidate", LOOKS), ("loket_api.claim_next", TAKES)];
    finds("a naive claim", &[Kind::TwoHolders], edits, sql).await;
}

/// Follows the feed by the number of the last event that was seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_by_the_last_number_is_found() {
    let edits: &[(&str, &str)] = &[
        (
            "(xid, event_id) > (p_xid::xid8, p_id) AND xid < low",
            "event_id > p_id",
        ),
        ("ORDER BY xid, event_id LIMIT", "ORDER BY event_id LIMIT"),
        ("ORDER BY x.xid, x.event_id", "ORDER BY x.event_id"),
        (
            "THEN 0 ELSE coalesce((last ->> 'event_id')",
            "THEN greatest(p_id, (SELECT coalesce(max(event_id), 0) FROM case_events WHERE p_id IS \
             NULL)) ELSE coalesce((last ->> 'event_id')",
        ),
    ];
    let edits = &[("loket_api.pulse", edits)];
    finds("a cursor by id > last", &[Kind::FeedMissed], edits, "").await;
}

/// Writes as holder without asking for the lease.
#[tokio::test(flavor = "multi_thread")]
async fn writing_without_the_fence_is_found() {
    let edits: &[(&str, &str)] = &[("IF NOT FOUND THEN", "IF false THEN")];
    let edits = &[("loket.require_lease", edits)];
    finds("no fence", &[Kind::NotTheHolder], edits, "").await;
}

/// Does a repeated command once more.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_with_two_effects_is_found() {
    let edits: &[(&str, &str)] = &[("IF FOUND THEN RETURN NULL; END IF;", "RETURN NULL;")];
    let edits = &[("loket.command_begin", edits)];
    // its text and its number stand against a second effect of most; then the memory is missed
    let kinds = &[Kind::TwoEffects, Kind::Invariant];
    finds("commands without memory", kinds, edits, "").await;
}

/// Says "written" and writes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_good_answer_without_an_event_is_found() {
    let edits: &[(&str, &str)] = &[(
        "c := case_write(lease_end(c), 'released', a, p_session, p_cmd, '{}', legal_now());",
        "",
    )];
    let edits = &[("loket_api.release", edits)];
    finds("a silent release", &[Kind::NoEffect], edits, "").await;
}
