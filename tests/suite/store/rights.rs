//! Who may do what, with psql in hand: every role against every table and function.

use std::collections::BTreeSet;

use sqlx::Row as _;

use crate::support::world::World;

const ROLES: [&str; 6] = [
    "anna",
    "lead_1",
    "auditor_1",
    "admin_1",
    "worker_1",
    "ingrid",
];

/// Tables that a role may read; nobody may write any.
fn readable(role: &str) -> BTreeSet<&'static str> {
    let mut tables = BTreeSet::from([
        "calendar_days",
        "calendars",
        "case_events",
        "case_leases",
        "cases",
        "deadlines",
        "process_states",
        "process_transitions",
        "processes",
        "queue_board",
        "queues",
    ]);
    match role {
        "worker_1" | "ingrid" => BTreeSet::new(),
        "admin_1" => {
            tables.insert("desk_log");
            tables
        }
        _ => {
            tables.insert("texts");
            if role == "auditor_1" {
                tables.insert("desk_log");
            }
            tables
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_may_write_a_table_and_each_role_reads_its_own() {
    let world = World::new().await;
    for role in ROLES {
        let pool = world.db.pool(role, 1).await;
        let rows = sqlx::query(
            "SELECT relname::text AS name, has_table_privilege(oid, 'SELECT') AS reads,
               has_table_privilege(oid, 'INSERT') OR has_table_privilege(oid, 'UPDATE')
               OR has_table_privilege(oid, 'DELETE') OR has_table_privilege(oid, 'TRUNCATE') AS writes
             FROM pg_class WHERE relnamespace = 'loket'::regnamespace AND relkind = 'r'",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        let reads = rows
            .iter()
            .filter(|row| row.get("reads"))
            .map(|row| row.get::<String, _>("name"));
        let expected = readable(role)
            .into_iter()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>();
        assert_eq!(reads.collect::<BTreeSet<_>>(), expected, "{role} reads");
        let writes: Vec<String> = rows
            .iter()
            .filter(|row| row.get("writes"))
            .map(|row| row.get("name"))
            .collect();
        // an import copies into the stage of the data wash, and reads nothing there
        let stage = ["wash_stage"].map(str::to_owned);
        let may: &[String] = if role == "admin_1" { &stage } else { &[] };
        assert_eq!(writes, may, "{role} writes");
    }
}

/// The golden table: function, and the roles that may call it.
const FUNCTIONS: &[(&str, &str)] = &[
    ("apply", "agent lead admin worker installer"),
    ("areas", "agent lead auditor admin worker"),
    ("areas_put", "admin"),
    ("board", "agent lead auditor admin worker"),
    ("board_refresh", "agent lead auditor admin worker"),
    ("calendar_days", "agent lead auditor admin worker installer"),
    ("calendar_edit", "lead admin"),
    ("calendars", "agent lead auditor admin worker installer"),
    (
        "case_by_number",
        "agent lead auditor admin worker installer",
    ),
    ("case_detail", "agent lead auditor admin worker installer"),
    ("case_heard", "admin worker"),
    ("case_named", "admin worker"),
    ("case_open", "agent lead admin worker installer"),
    ("chain_heads", "auditor admin worker"),
    ("claim", "agent lead admin"),
    ("claim_next", "agent lead admin"),
    ("clock_set", "admin"),
    ("colleagues", "agent lead auditor admin worker"),
    ("columns_save", "agent lead auditor admin worker installer"),
    ("connection_check", "agent lead auditor admin worker"),
    ("connection_find", "agent lead auditor admin worker"),
    ("connections_like", "agent lead auditor admin worker"),
    ("consumption_known", "admin worker"),
    ("consumption_merge", "admin worker"),
    ("consumption_read", "agent lead admin"),
    ("customers_like", "agent lead admin"),
    ("document_attach", "agent lead admin worker"),
    ("document_fetch", "agent lead auditor admin worker"),
    ("draft_drop", "agent lead admin installer"),
    ("draft_save", "agent lead admin installer"),
    ("draft_share", "agent lead admin"),
    ("drafts_mine", "agent lead auditor admin worker installer"),
    ("drafts_purge", "admin worker"),
    ("facts_of", "agent lead auditor admin worker installer"),
    ("fee_add", "admin"),
    ("feed_tick", "admin worker"),
    ("fees", "agent lead auditor admin worker"),
    ("filter_cases", "agent lead auditor admin worker installer"),
    ("filter_drop", "agent lead admin"),
    ("filter_save", "agent lead admin"),
    ("filters_mine", "agent lead auditor admin worker installer"),
    ("form_add", "admin"),
    ("form_at", "agent lead auditor admin worker"),
    ("form_version", "agent lead auditor admin worker"),
    ("forms", "agent lead auditor admin worker"),
    ("grace", "agent lead auditor admin worker installer"),
    ("grace_set", "admin"),
    ("hand_over", "agent lead admin"),
    ("health", "agent lead auditor admin worker installer"),
    ("import_connections", "admin"),
    ("import_contacts", "admin"),
    ("import_contracts", "admin"),
    ("import_customers", "admin"),
    ("import_meters", "admin"),
    ("import_parties", "admin"),
    ("inbox", "agent lead auditor admin worker installer"),
    (
        "inbox_filtered",
        "agent lead auditor admin worker installer",
    ),
    ("lapsed", "admin worker"),
    ("lease_expire", "admin worker"),
    ("leases_idle", "admin worker"),
    ("legal_now", "agent lead auditor admin worker installer"),
    ("limits", "agent lead auditor admin"),
    ("limits_set", "lead admin"),
    ("line_open", "admin worker"),
    ("look_up", "agent lead auditor admin worker"),
    ("looked", "agent lead auditor admin worker installer"),
    ("looks_mine", "agent lead auditor admin worker installer"),
    ("message_context", "admin worker"),
    ("next_due", "admin worker"),
    ("notices_purge", "admin worker"),
    ("notices_seen", "agent lead auditor admin worker installer"),
    ("offender_evidence", "agent lead auditor admin"),
    ("offender_rule", "agent lead auditor admin"),
    ("offenders_due", "admin worker"),
    ("on_time", "agent lead auditor admin"),
    ("on_time_cases", "agent lead auditor admin"),
    ("outbox_dead", "lead admin worker"),
    ("outbox_failed", "admin worker"),
    ("outbox_resend", "lead admin worker"),
    ("outbox_sent", "admin worker"),
    ("outbox_take", "admin worker"),
    ("outbox_waits", "admin worker"),
    ("own_operators", "agent lead auditor admin worker"),
    ("own_operators_set", "admin"),
    ("parties_like", "agent lead auditor admin worker"),
    ("payment_attach", "admin worker"),
    ("payment_create", "admin worker"),
    ("payment_find", "admin worker"),
    ("payment_last", "admin worker"),
    ("payment_seen", "admin worker"),
    ("payment_told", "admin worker"),
    ("payments_of", "agent lead auditor admin worker"),
    ("payments_take", "admin worker"),
    ("place_save", "agent lead auditor admin worker installer"),
    ("plant_find", "admin worker installer"),
    ("pulse", "agent lead auditor admin worker installer"),
    ("reassign", "lead admin"),
    ("recent", "agent lead auditor admin worker installer"),
    ("recount_batch", "lead admin"),
    ("refund_create", "admin worker"),
    ("refund_seen", "admin worker"),
    ("refunds_take", "admin worker"),
    ("register_ask", "agent lead admin"),
    ("register_enterprises_like", "agent lead auditor admin"),
    ("register_put", "admin"),
    ("register_rows", "admin"),
    ("release", "agent lead admin"),
    ("rows_of", "agent lead auditor admin worker installer"),
    ("search", "agent lead auditor admin worker installer"),
    ("session_close", "agent lead auditor admin worker installer"),
    ("session_open", "agent lead auditor admin worker installer"),
    ("signal_parties", "agent lead auditor admin"),
    ("signals_of_party", "agent lead auditor admin"),
    ("signals_register", "agent lead auditor admin"),
    ("skip", "agent lead admin"),
    ("slot_capacity", "lead admin"),
    ("slots_free", "agent lead auditor admin worker"),
    ("slots_list", "lead auditor admin"),
    ("slots_put", "lead admin"),
    ("sweep", "agent lead auditor admin worker installer"),
    ("take_back", "agent lead admin"),
    ("take_over", "agent lead admin"),
    ("text_erase", "lead admin"),
    ("tick_lead", "admin worker"),
    ("timeline", "agent lead auditor admin worker installer"),
    ("transfer", "lead admin"),
    ("undo_clear", "admin worker"),
    ("unmask", "agent lead admin"),
    ("verify_batch", "auditor admin"),
    ("verify_evidence", "auditor admin"),
    ("verify_orphans", "auditor admin"),
    ("verify_payments", "auditor admin"),
    ("verify_slots", "auditor admin"),
    ("wash_at_go_live", "lead admin"),
    ("wash_awaited", "admin worker"),
    ("wash_begin", "admin"),
    ("wash_closing", "admin worker"),
    ("wash_cluster", "agent lead auditor admin"),
    ("wash_clusters", "agent lead auditor admin"),
    ("wash_correction_told", "admin worker"),
    ("wash_corrections_back", "lead admin"),
    ("wash_corrections_take", "admin worker"),
    ("wash_fault_set", "admin"),
    ("wash_faults", "lead auditor admin"),
    ("wash_gone", "admin"),
    ("wash_hold", "admin worker"),
    ("wash_may_close", "admin"),
    ("wash_merge", "admin"),
    ("wash_milestone_set", "lead admin"),
    ("wash_most_gone", "lead auditor admin worker"),
    ("wash_next_days", "lead auditor admin worker"),
    ("wash_open", "admin worker"),
    ("wash_pace", "lead auditor admin worker"),
    ("wash_progress", "agent lead auditor admin"),
    ("wash_runs", "lead auditor admin"),
    ("wash_skip", "admin"),
    ("wash_step", "admin"),
    ("wash_to_open", "admin worker"),
    ("wash_unstage", "admin"),
    ("wash_update_end", "agent lead admin"),
    ("wash_update_put", "admin worker"),
    ("wash_updates", "agent lead auditor admin"),
    ("wash_updates_untold", "admin worker"),
    ("wash_updates_waiting", "agent lead auditor admin"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_function_is_open_to_its_roles_and_no_other() {
    let world = World::new().await;
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for role in ROLES {
        let pool = world.db.pool(role, 1).await;
        let rows = sqlx::query(
            "SELECT proname::text AS name, has_function_privilege(oid, 'EXECUTE') AS may
             FROM pg_proc WHERE pronamespace = 'loket_api'::regnamespace ORDER BY proname",
        );
        for row in rows.fetch_all(&pool).await.unwrap() {
            let name: String = row.get("name");
            let place = found
                .iter()
                .position(|(known, _)| *known == name)
                .unwrap_or_else(|| {
                    found.push((name, Vec::new()));
                    found.len() - 1
                });
            if row.get("may") {
                let kind = role.trim_end_matches("_1").replace("anna", "agent");
                let kind = kind.replace("ingrid", "installer");
                found[place].1.push(kind);
            }
        }
        // nothing of the inner schema but the three that policies need
        let inner: Vec<String> = sqlx::query_scalar(
            "SELECT proname::text FROM pg_proc WHERE pronamespace = 'loket'::regnamespace
               AND has_function_privilege(oid, 'EXECUTE') ORDER BY proname",
        )
        .fetch_all(&pool)
        .await
        .unwrap();
        // installers read no table, so that no policy asks who they are
        let needed: &[&str] = match role {
            "ingrid" => &[],
            _ => &["me", "my_queues", "my_role"],
        };
        assert_eq!(inner, needed, "{role}");
    }
    let found: Vec<(String, String)> = found
        .into_iter()
        .map(|(name, roles)| (name, roles.join(" ")))
        .collect();
    let expected: Vec<(String, String)> = FUNCTIONS
        .iter()
        .map(|(name, roles)| ((*name).into(), (*roles).into()))
        .collect();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_the_queue_sees_nothing_of_it() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let superuser = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let none = "DELETE FROM loket.agent_queues
        WHERE agent_id = (SELECT agent_id FROM loket.agents WHERE db_role = 'carla')";
    sqlx::query(none).execute(&superuser).await.unwrap();
    let carla = world.desk("carla").await;
    assert!(carla.store.case_detail(case_id).await.is_err());
    assert_eq!(carla.store.timeline(case_id, None, 10).await.unwrap(), []);
    assert_eq!(
        carla
            .store
            .search(&crate::support::world::ean(1), 10)
            .await
            .unwrap(),
        []
    );
    let pool = world.db.pool("carla", 1).await;
    for table in ["cases", "case_events", "case_leases", "deadlines", "texts"] {
        let count = format!("SELECT count(*) FROM loket.{table}");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(count))
            .fetch_one(&pool)
            .await
            .unwrap();
        assert_eq!(count, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_trail_cannot_be_changed_not_even_by_its_owner() {
    let world = World::new().await;
    world.signal(1).await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    sqlx::query("SET ROLE loket_owner")
        .execute(&pool)
        .await
        .unwrap();
    for sql in [
        "UPDATE loket.case_events SET kind = 'x'",
        "DELETE FROM loket.case_events",
        "TRUNCATE loket.case_events",
    ] {
        let done = sqlx::query(sql).execute(&pool).await;
        let code = done
            .unwrap_err()
            .as_database_error()
            .and_then(|it| it.code().map(String::from));
        assert_eq!(code.as_deref(), Some("LK001"), "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_agent_is_out_at_once() {
    let world = World::new().await;
    let case_id = world.signal(1).await;
    let eva = world.desk("eva").await;
    let lease = eva.take(case_id).await;
    let superuser = world.db.store(crate::support::db::SUPERUSER);
    assert_eq!(superuser.agent_disable("eva").await, Ok(1));
    let late = eva
        .store
        .case_release(uuid::Uuid::now_v7(), eva.id(), lease)
        .await;
    assert!(
        matches!(late, Err(loket::store::StoreError::NotAnAgent(_))),
        "{late:?}"
    );
    let holder = world.admin.case_detail(case_id).await.unwrap().row.holder;
    assert_eq!(holder, None);
}

/// A temporary table is found before ours unless the search path says otherwise: every function that
/// runs with the owner's rights names `pg_temp`, and names it last.
#[tokio::test(flavor = "multi_thread")]
async fn no_function_of_the_owner_can_be_led_astray_by_temporary_tables() {
    let world = World::new().await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT proname::text FROM pg_proc
         WHERE pronamespace IN ('loket'::regnamespace, 'loket_api'::regnamespace)
           AND (prosecdef OR proconfig IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM unnest(proconfig) c
             WHERE c LIKE 'search_path=%, pg_temp')",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(open, Vec::<String>::new());
    // the others take over the path of their caller, so that nobody else may call them
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT proname::text FROM pg_proc p
         WHERE pronamespace IN ('loket'::regnamespace, 'loket_api'::regnamespace)
           AND proconfig IS NULL AND NOT EXISTS (SELECT 1 FROM pg_roles r
             WHERE r.rolname = 'loket_owner' AND p.proowner = r.oid AND p.proacl IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM aclexplode(p.proacl) x WHERE x.grantee <> r.oid))",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(loose, Vec::<String>::new());
    // and the attack itself
    let anna = world.db.pool("anna", 1).await;
    let attack =
        "CREATE TEMP TABLE agents (agent_id int, db_role name, role text, disabled_at text)";
    if sqlx::query(attack).execute(&anna).await.is_ok() {
        sqlx::query("INSERT INTO agents VALUES (1, 'anna', 'admin', NULL)")
            .execute(&anna)
            .await
            .unwrap();
    }
    let role: String = sqlx::query_scalar("SELECT loket.my_role()")
        .fetch_one(&anna)
        .await
        .unwrap();
    assert_eq!(role, "agent");
}

/// What the functions stand in line by is theirs alone: nobody can take it and keep it.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_takes_the_locks_of_the_desk() {
    let world = World::new().await;
    for role in ROLES {
        let pool = world.db.pool(role, 1).await;
        for lock in [
            "pg_advisory_lock(4242, 1)",
            "pg_try_advisory_lock(4243, 1)",
            "pg_try_advisory_xact_lock_shared(4242)",
            "pg_advisory_unlock_all()",
        ] {
            let select = sqlx::AssertSqlSafe(format!("SELECT {lock}::text"));
            let taken = sqlx::query(select).execute(&pool).await;
            let error = taken.unwrap_err();
            let code = error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code);
            assert_eq!(code.as_deref(), Some("42501"), "{role}: {lock}");
        }
    }
}

/// Several workers and demos of one server share a role; a person has a few consoles.
#[tokio::test(flavor = "multi_thread")]
async fn roles_that_are_shared_have_room_for_several() {
    let world = World::new().await;
    let pool = world.db.pool(crate::support::db::SUPERUSER, 1).await;
    for (role, most) in [("worker", 64), ("admin", 64), ("agent", 8)] {
        let name = format!("room_{role}_{}", world.db.name());
        let statement = "SELECT loket.agent_add($1::text::name, 'Room', $2, '{mandate}')";
        let added = sqlx::query(statement).bind(&name).bind(role);
        added.execute(&pool).await.unwrap();
        let limit = "SELECT rolconnlimit FROM pg_roles WHERE rolname = $1";
        let limit: i32 = sqlx::query_scalar(limit)
            .bind(&name)
            .fetch_one(&pool)
            .await
            .unwrap();
        let drop = sqlx::AssertSqlSafe(format!("DROP ROLE {name}"));
        sqlx::query(drop).execute(&pool).await.unwrap();
        assert_eq!(limit, most, "{role}");
    }
}
