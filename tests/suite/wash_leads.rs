//! What must lead on: cases that wait for the next wash, findings of which the repair did not come
//! about, codes that a step changes, files of one name, and takeovers where little is known.

use loket::exchange::washing::bring::{Origin, Paths, Word, holdings};
use loket::exchange::washing::{follow, opening, registers, updates};
use loket::process::engine::{Actor, Answers, step};
use loket::store::rows::CaseId;
use loket::store::{Store, StoreError};

use crate::exchange_washing::{Bench, GEIR, GIER, INGER, count, point};
use crate::process_wash::{CONSENT, Words};
use crate::process_world::answers;
use crate::support::shell::Shell;
use crate::support::world::Desk;

const INGER_ALONE: &str =
    "private,Inger,Henriksen,,,,Knudsenhavna,139,0151,Gulbrandsen,2010-01-01,";

async fn act(
    anna: &Desk<'_>,
    case_id: CaseId,
    action: &str,
    given: &Words,
) -> Result<(), StoreError> {
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let lease = match detail.lease {
        Some(lease) => lease,
        None => anna.take(case_id).await,
    };
    let done = anna
        .act(case_id, Some(lease), action, &answers(given))
        .await;
    done.map(|_| ())
}

async fn let_go(anna: &Desk<'_>, case_id: CaseId) {
    let detail = anna.store.case_detail(case_id).await.unwrap();
    if let Some(lease) = detail.lease {
        let done = anna
            .store
            .case_release(uuid::Uuid::now_v7(), anna.id(), lease);
        done.await.unwrap();
    }
}

/// The case of the first point waits for the next wash.
async fn awaits(bench: &Bench, anna: &Desk<'_>) -> CaseId {
    let (case_id, _) = bench.case_of(1).await;
    let steps: [(&str, &Words); 3] = [
        (
            "reclassify",
            &[("new_code", "i01"), ("reason", "To look for it.")],
        ),
        (
            "look_for_inbound_update",
            &[("update_state", "unprocessed")],
        ),
        ("approve_update", &[("update_differs", "yes")]),
    ];
    for (action, given) in steps {
        act(anna, case_id, action, given).await.unwrap();
    }
    let_go(anna, case_id).await;
    assert_eq!(bench.finding(1).await.4, "awaiting_next_wash");
    case_id
}

async fn fact(store: &Store, case_id: CaseId, key: &str) -> String {
    let detail = store.case_detail(case_id).await.unwrap();
    let value = detail.facts.facts.get(key);
    value
        .and_then(|value| value.as_code())
        .unwrap_or_default()
        .to_owned()
}

/// DW-I01-5, DW-I01-11: the next run that has the point leads on: still there, a person goes on, with
/// that file; gone, it is closed with its reference.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i01_05_the_next_wash_leads_on() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let both = [(point(1), GEIR, INGER), (point(2), GEIR, GEIR)];
    bench.washed("a", &both).await;
    let anna = bench.world.desk("anna").await;
    let case_id = awaits(&bench, &anna).await;
    let store = &bench.world.admin;
    assert_eq!(follow::lead_on(store).await.unwrap(), 0, "no run came yet");
    let more = [both[0].clone(), both[1].clone(), (point(3), GEIR, GEIR)];
    bench.washed("b", &more).await;
    assert_eq!(bench.finding(1).await.4, "manual_search");
    let file = fact(store, case_id, "still_in_file").await;
    assert!(file.starts_with("b-grid.csv."), "{file}");
    awaits(&bench, &anna).await;
    let clean = [(point(1), GEIR, GEIR), both[1].clone()];
    bench.washed("c", &clean).await;
    assert_eq!(bench.finding(1).await.4, "not_a_deviation");
    let file = fact(store, case_id, "clean_file").await;
    assert!(file.starts_with("c-grid.csv."), "{file}");
}

/// DW-I01-5: when no run comes for the days that are set a person looks again, and anybody may wait
/// no longer, with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i01_05_nobody_waits_for_ever() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let anna = bench.world.desk("anna").await;
    let case_id = awaits(&bench, &anna).await;
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    assert!(shell.ok("wash wait").contains("30"));
    assert!(shell.ok("wash wait 5").contains('5'));
    assert_eq!(shell.run("wash wait 0").code, 1);
    let later =
        "UPDATE loket.settings SET legal_offset = legal_offset + make_interval(hours => $1)";
    let owner = bench.owner().await;
    let store = &bench.world.admin;
    for (hours, led) in [(5 * 24 - 1, 0), (2, 1)] {
        sqlx::query(later)
            .bind(hours)
            .execute(&owner)
            .await
            .unwrap();
        assert_eq!(follow::lead_on(store).await.unwrap(), led);
    }
    assert_eq!(bench.finding(1).await.4, "manual_search");
    let awaited = awaits(&bench, &anna).await;
    assert_eq!(awaited, case_id);
    let context = bench.world.context(Actor::Agent).await;
    let detail = store.case_detail(case_id).await.unwrap();
    let without = step(&detail.facts, "stop_waiting", &Answers::new(), &context);
    assert_eq!(without.unwrap_err().field.as_deref(), Some("reason"));
    let why: &Words = &[("reason", "The customer called.")];
    act(&anna, case_id, "stop_waiting", why).await.unwrap();
    assert_eq!(bench.finding(1).await.4, "manual_search");
}

/// DW-BAS-06: what a file closed and somebody reopened is closed again by a later clean file; two
/// files of one name are two.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_reopened_case_is_closed_by_a_later_file() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let store = &bench.world.admin;
    bench.washed("a", &[(point(1), GEIR, GEIR)]).await;
    assert_eq!(bench.finding(1).await.4, "not_a_deviation");
    let (case_id, _) = bench.case_of(1).await;
    let first = fact(store, case_id, "clean_file").await;
    let why = answers(&[("reason", "Not so.")]);
    bench.done(1, Actor::Lead, "reopen", why).await;
    assert_eq!(bench.finding(1).await.4, "triage");
    let more = [(point(1), GEIR, GEIR), (point(2), GEIR, GEIR)];
    bench.washed("a", &more).await;
    assert_eq!(bench.finding(1).await.4, "not_a_deviation");
    let second = fact(store, case_id, "clean_file").await;
    assert!(
        first != second && second.starts_with("a-grid.csv."),
        "{first} {second}"
    );
}

/// DW-BAS-22: a repair that could not be made, or was taken back, reaches a person as a case that
/// says why; it ends by hand with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_22_a_repair_that_failed_reaches_a_person() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let store = &bench.world.admin;
    let other = "INSERT INTO loket.customers
        (customer_ref, country, kind, first_name, last_name, identifier)
        VALUES ('G000001', 'NO', 'private', 'Inger', 'Henriksen', '01813701304')";
    sqlx::query(other)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    let run = bench
        .washed("a", &[(point(1), GIER, GEIR), (point(2), GIER, GEIR)])
        .await;
    assert_eq!(
        (count(&run, "corrected"), count(&run, "opened")),
        (1, 1),
        "{run:?}"
    );
    let found = bench.finding(1).await;
    assert_eq!(
        (&*found.0, &*found.2, &*found.4),
        ("SPELLING", "number_differs", "triage")
    );
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    let card = anna
        .store
        .case_detail(case_id)
        .await
        .unwrap()
        .finding
        .unwrap();
    assert_eq!(card.trouble.as_deref(), Some("number_differs"));
    let back = store
        .wash_corrections_back(run.told.run, None)
        .await
        .unwrap();
    assert_eq!(back, 1);
    assert_eq!(opening::open_left(store).await.unwrap(), 1);
    assert_eq!(opening::open_left(store).await.unwrap(), 0, "once");
    let found = bench.finding(2).await;
    assert_eq!((&*found.2, &*found.4), ("taken_back", "triage"));
    let (second, _) = bench.case_of(2).await;
    assert_eq!(fact(store, second, "wash_trouble").await, "taken_back");
    let why: &Words = &[("reason", "Ours is how the customer writes it.")];
    act(&anna, second, "settled_by_hand", why).await.unwrap();
    assert_eq!(bench.finding(2).await.4, "resolved_update");
    assert_eq!(bench.finding(2).await.1, "solved");
}

/// DW-A-5, DW-GEN-14: whichever step gives a case another code, its finding has it: go-live and
/// progress count it there; taken back it is as before.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a_5_a_finding_has_the_code_of_its_case() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    bench.world.admin.grace_set(60).await.unwrap();
    let steps: [(&str, &Words, &str); 4] = [
        (
            "reclassify",
            &[("new_code", "fnr"), ("reason", "No number.")],
            "FNR",
        ),
        ("wash_dsf", &[("hits", "none")], "I01"),
        (
            "look_for_inbound_update",
            &[("update_state", "none")],
            "I01",
        ),
        ("give_up", &[], "I01"),
    ];
    for (action, given, code) in steps {
        act(&anna, case_id, action, given).await.unwrap();
        assert_eq!(bench.finding(1).await.0, code, "{action}");
    }
    act(&anna, case_id, "customer_is_other_person", &[])
        .await
        .unwrap();
    assert_eq!(bench.finding(1).await.0, "A01");
    let found = "SELECT string_agg(code || ' ' || n, ', ' ORDER BY code) FROM loket.wash_flow
        WHERE what = 'found' AND n <> 0";
    assert_eq!(bench.one::<String>(found).await, "A01 1");
    let undo = anna.store.case_detail(case_id).await.unwrap().undo.unwrap();
    let back = anna
        .store
        .case_take_back(uuid::Uuid::now_v7(), anna.id(), case_id, undo.seq);
    back.await.unwrap();
    assert_eq!(bench.finding(1).await.0, "I01");
}

/// Led to the end of the relation of the first point.
const TAKEN_OVER: [(&str, &Words); 5] = [
    ("takeover_request_received", &[]),
    ("accept", CONSENT),
    (
        "agreement_reached",
        &[("agreed_on", "2026-01-05"), ("channel", "phone")],
    ),
    ("send_termination", &[]),
    ("settlement_decided", &[("settlement", "made")]),
];

async fn contracts(bench: &Bench) -> String {
    bench
        .one("SELECT string_agg(concat_ws(' ', rtrim(customer_ref, '0123456789'), valid_from - today,
               valid_to - today), ', ' ORDER BY valid_from)
              FROM loket.contracts,
               LATERAL (SELECT (clock_timestamp() AT TIME ZONE 'Europe/Oslo')::date AS today) d
               WHERE side = 'grid'")
        .await
}

/// DW-GEN-04, DW-A01-9: without a contract of ours the takeover makes one, from its day, of our own
/// grid; where nobody knows whose grid it is the step is refused and nothing stands half. A contract
/// that lies ahead stays.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_04_a_takeover_begins_a_contract_of_its_own() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    for (action, given) in TAKEN_OVER {
        act(&anna, case_id, action, given).await.unwrap();
    }
    let Err(StoreError::Refused(no)) = act(&anna, case_id, "relation_ended", &[]).await else {
        panic!("nobody knows whose grid it is");
    };
    assert_eq!((&*no.key, &*no.rule), ("takeover_no_operator", "DW-GEN-04"));
    let made: i64 = bench
        .one("SELECT count(*) FROM loket.customers WHERE customer_ref LIKE 'W%'")
        .await;
    assert_eq!(made, 0);
    let owner = bench.owner().await;
    for text in [
        "INSERT INTO loket.parties (gln, gln_valid, name, role, country)
         VALUES ('7080005000004', true, 'Nett', 'grid_operator', 'NO')",
        "INSERT INTO loket.own_operators VALUES ('7080005000004')",
        "INSERT INTO loket.customers (customer_ref, country, kind)
         VALUES ('LATER', 'NO', 'business')",
        "INSERT INTO loket.contracts (ean, customer_ref, side, party_gln, valid_from)
         SELECT ean, 'LATER', 'grid', '7080005000004',
         (clock_timestamp() AT TIME ZONE 'Europe/Oslo')::date + 60
         FROM loket.connections
         WHERE ean LIKE '707057500%'",
    ] {
        sqlx::query(text).execute(&owner).await.unwrap();
    }
    bench.world.admin.grace_set(60).await.unwrap();
    act(&anna, case_id, "relation_ended", &[]).await.unwrap();
    let expected = "W 0 59, LATER 60";
    assert_eq!(contracts(&bench).await, expected);
    // the update for the supplier names who came (DW-BAS-11)
    let worker = bench.world.db.store("worker_1");
    let holder = worker
        .message_context(case_id)
        .await
        .unwrap()
        .holder
        .unwrap();
    assert_eq!(
        (&*holder.identifier, &*holder.first_name),
        ("01813701304", "Inger")
    );
    let undo = anna.store.case_detail(case_id).await.unwrap().undo.unwrap();
    let back = anna
        .store
        .case_take_back(uuid::Uuid::now_v7(), anna.id(), case_id, undo.seq);
    back.await.unwrap();
    assert_eq!(contracts(&bench).await, "LATER 60");
}

/// DW-A01-9: where neither the finding nor the case says who comes, the step asks, and does not end
/// in nothing.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_09_somebody_comes() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let text = format!(
        "FaultCode;MeteringPointUsed;CustomerReferenceEndUser;FaultDueToValue\nEMF_A01;{};G1;x\n",
        point(1)
    );
    let file = bench.folder.join("contract.csv");
    std::fs::write(&file, text).unwrap();
    let store = &bench.world.admin;
    loket::exchange::washing::bring::nonconformity(
        store,
        &file,
        &Origin::default(),
        Word::default(),
    )
    .await
    .unwrap();
    let owner = bench.owner().await;
    for text in [
        "INSERT INTO loket.parties (gln, gln_valid, name, role, country)
         VALUES ('7080005000004', true, 'Nett', 'grid_operator', 'NO')",
        "INSERT INTO loket.own_operators VALUES ('7080005000004')",
    ] {
        sqlx::query(text).execute(&owner).await.unwrap();
    }
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    for (action, given) in TAKEN_OVER {
        act(&anna, case_id, action, given).await.unwrap();
    }
    let Err(StoreError::Refused(no)) = act(&anna, case_id, "relation_ended", &[]).await else {
        panic!("nobody comes");
    };
    assert_eq!((&*no.key, &*no.rule), ("takeover_of_nobody", "DW-A01-9"));
    let who: &Words = &[
        ("user_kind", "person"),
        ("found_fnr", "01813701304"),
        ("found_first_name", "Inger"),
        ("found_last_name", "Henriksen"),
    ];
    act(&anna, case_id, "relation_ended", who).await.unwrap();
    let name: String = bench
        .one("SELECT first_name FROM loket.contracts JOIN loket.customers USING (customer_ref)")
        .await;
    assert_eq!(name, "Inger");
}

/// DW-BAS-11: what was found is not told to the supplier as saved where we have no row to save it in.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_nothing_is_told_that_was_not_saved() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    let fields = format!(
        "--field wash_code=fnr --field wash_origin=manual --field point={}",
        point(1)
    );
    let opened = shell.run(&format!("case open wash {fields}"));
    assert_eq!(opened.code, 0, "{opened:?}");
    let case_id = CaseId(
        bench
            .one("SELECT case_id FROM loket.cases WHERE process = 'wash'")
            .await,
    );
    let anna = bench.world.desk("anna").await;
    let hit: &Words = &[
        ("hits", "one"),
        ("found_fnr", "01813701304"),
        ("found_first_name", "Inger"),
        ("found_last_name", "Henriksen"),
    ];
    let Err(StoreError::Refused(no)) = act(&anna, case_id, "wash_dsf", hit).await else {
        panic!("it was saved nowhere");
    };
    assert_eq!((&*no.key, &*no.rule), ("no_customer_of_ours", "DW-BAS-11"));
}

/// DW-GEN-08: extracts that were brought in earlier count where an import names none; another extract
/// makes the same files say something else.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_08_extracts_of_earlier_count() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    let given = bench.files(
        "a",
        &[(point(1), GIER, GEIR), (point(2), INGER_ALONE, INGER)],
    );
    let bare = Paths {
        persons: None,
        ..given
    };
    let dry = Word {
        dry_run: true,
        ..Word::default()
    };
    let without = holdings(store, &bare, &Origin::default(), dry)
        .await
        .unwrap();
    registers::persons(store, &bench.folder.join("persons.csv"))
        .await
        .unwrap();
    let run = bench.run(&bare).await;
    assert_eq!(count(&run, "corrected"), 2, "{run:?} {without:?}");
    let name: String = bench
        .one("SELECT first_name FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(name, "Geir", "written as the register has it");
    assert!(bench.run(&bare).await.told.known);
    let more = bench.folder.join("more.csv");
    let text = "identifier,first_name,last_name,birth_date,deceased_on\n\
                29884013001,Geir,Kristensen,1940-08-29,2020-01-01\n";
    std::fs::write(&more, text).unwrap();
    registers::persons(store, &more).await.unwrap();
    let again = bench.run(&bare).await;
    assert!(!again.told.known);
    assert_eq!(bench.finding(1).await.0, "I04");
}

/// Refused rows of a register are told with the file in which they stand.
#[tokio::test(flavor = "multi_thread")]
async fn refused_rows_name_their_own_file() {
    let bench = Bench::new().await;
    let mut paths = bench.files("a", &[(point(1), GEIR, GEIR)]);
    let firms = bench.folder.join("firms.jsonl");
    std::fs::write(&firms, "half a line\n").unwrap();
    paths.enterprises = Some(firms.clone());
    let run = bench.run(&paths).await;
    let (file, row) = &run.left_out[0];
    assert_eq!((file, row.line, run.left_out_count), (&firms, 1, 1));
}

/// DW-BAS-11: what is taken back is taken back whole: a number that protected somebody by mistake
/// protects no more.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_a_correction_goes_back_whole() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let store = &bench.world.admin;
    registers::persons(store, &bench.folder.join("persons.csv"))
        .await
        .unwrap();
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let (case_id, _) = bench.case_of(1).await;
    store.grace_set(60).await.unwrap();
    let anna = bench.world.desk("anna").await;
    let hit: &Words = &[
        ("hits", "one"),
        ("found_fnr", "05923642899"),
        ("found_first_name", "Kristine"),
        ("found_last_name", "Sivertsen"),
    ];
    let code: &Words = &[("new_code", "fnr"), ("reason", "No number.")];
    act(&anna, case_id, "reclassify", code).await.unwrap();
    act(&anna, case_id, "wash_dsf", hit).await.unwrap();
    let row = "SELECT concat_ws('|', identifier, first_name, protected) FROM loket.customers
        WHERE customer_ref = 'G000001'";
    assert_eq!(bench.one::<String>(row).await, "05923642899|Kristine|t");
    let undo = anna.store.case_detail(case_id).await.unwrap().undo.unwrap();
    let back = anna
        .store
        .case_take_back(uuid::Uuid::now_v7(), anna.id(), case_id, undo.seq);
    back.await.unwrap();
    assert_eq!(bench.one::<String>(row).await, "29884013001|Geir|f");
}

/// A restart of the worker finds nothing to do twice.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_where_nothing_is() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    assert_eq!(follow::lead_on(store).await.unwrap(), 0);
    assert_eq!(opening::open_left(store).await.unwrap(), 0);
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 0);
}

/// META-05, decision 20: what no run corrects for a protected person reaches somebody as well, and no event
/// says that the person is protected.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_what_is_not_repaired_reaches_a_person() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let text = "INSERT INTO loket.customers (customer_ref, country, kind, identifier, protected)
        VALUES ('G000001', 'NO', 'private', '', true)";
    sqlx::query(text)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    bench.washed("a", &[(point(1), GIER, GEIR)]).await;
    let found = bench.finding(1).await;
    assert_eq!((&*found.2, &*found.4), ("protected", "triage"));
    let said: String = bench
        .one("SELECT string_agg(body::text, ' ') FROM loket.case_events")
        .await;
    assert!(
        said.contains("wash_trouble") && !said.contains("protected"),
        "{said}"
    );
    let (case_id, _) = bench.case_of(1).await;
    let anna = bench.world.desk("anna").await;
    let card = anna
        .store
        .case_detail(case_id)
        .await
        .unwrap()
        .finding
        .unwrap();
    assert!(
        card.protected && card.trouble.is_none() && card.grid.is_empty(),
        "{card:?}"
    );
}
