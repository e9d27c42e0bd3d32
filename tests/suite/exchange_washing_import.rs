//! Imports of the data wash that go wrong, and what they must not do: a killed one, an older or an empty
//! file, rows that cannot be read, corrections of the wrong person, updates that wait.

use std::path::PathBuf;

use loket::exchange::washing::bring::{Brought, Origin, Paths, Word, holdings, nonconformity};
use loket::exchange::washing::{WashError, updates};
use loket::process::engine::{Actor, Answers};
use loket::store::StoreError;
use loket::store::wash::{RunKey, WashImport};

use crate::exchange_washing::{Bench, GEIR, GIER, INGER, KRISTINE, count, point};
use crate::support::shell::Shell;

/// The import, as soon as the killed one before has let go.
async fn import(bench: &Bench) -> WashImport {
    for _ in 0..600 {
        if let Ok(import) = bench.world.admin.wash_import().await {
            return import;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the lock of the killed import stays");
}

async fn run_again(bench: &Bench, paths: &Paths) -> Brought {
    drop(import(bench).await);
    for _ in 0..600 {
        let origin = Origin::default();
        match holdings(&bench.world.admin, paths, &origin, Word::default()).await {
            Err(WashError::Store(StoreError::Refused(no))) if no.key == "wash_running" => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            done => return done.unwrap(),
        }
    }
    panic!("the lock of the killed import stays");
}

fn staged(run: i64, rows: &[u32]) -> String {
    let row = |(at, n): (usize, &u32)| {
        format!(
            "{run}\t{}\t{}\tA01\t14\tboth\tawait_supplier\t90\t\\N\tf\t\
             {{\"valid\":true,\"grid\":[],\"supply\":[]}}\n",
            at + 1,
            point(*n)
        )
    };
    rows.iter().enumerate().map(row).collect()
}

async fn state(bench: &Bench, n: u32) -> (String, String) {
    let (_, state, how, ..) = bench.finding(n).await;
    (state, how)
}

async fn live(bench: &Bench) -> i64 {
    bench
        .one("SELECT count(*) FROM loket.wash_findings WHERE state = 'open'")
        .await
}

fn csv(bench: &Bench, name: &str, text: &str) -> PathBuf {
    let path = bench.folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// DW-BAS-06: an import that was killed while it merged closes nothing that is live, whatever other
/// import comes between: it goes on, or begins again when what it staged is gone. Fails when nobody
/// counts what was staged.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_killed_import_closes_nothing_that_is_live() {
    let bench = Bench::new().await;
    let rows: Vec<_> = (1..=3).map(|n| (point(n), GEIR, INGER)).collect();
    bench.washed("a", &rows).await;
    let mut more = rows.clone();
    more.push((point(4), GEIR, INGER));
    let paths = bench.files("b", &more);
    let hash = bench.hash(&paths).await;
    let key = RunKey {
        kind: "holdings",
        scope: "pair",
        file_ref: "b-grid.csv",
        hash: &hash,
        origin: None,
        day: None,
        points: 4,
    };
    let mut killed = import(&bench).await;
    let begun = killed.begin(&key).await.unwrap();
    let text = staged(begun.run_id, &[1, 2, 3, 4]);
    killed.stage(text.as_bytes()).await.unwrap();
    assert!(
        killed.staged(begun.run_id, 5, 0).await.is_err(),
        "one is missing"
    );
    killed.staged(begun.run_id, 4, 0).await.unwrap();
    killed.merge(begun.run_id, 1).await.unwrap();
    let early = killed.step(begun.run_id, "opening").await;
    assert!(matches!(early, Err(StoreError::Refused(no)) if no.key == "wash_incomplete"));
    let early = killed.gone(begun.run_id).await;
    assert!(matches!(early, Err(StoreError::Refused(no)) if no.key == "wash_incomplete"));
    drop(killed);
    drop(import(&bench).await);
    // another kind of import comes between
    let text = format!(
        "FaultCode;MeteringPointUsed;CustomerReferenceEndUser\nEMF_A01;{};G9\n",
        point(9)
    );
    let file = csv(&bench, "contract.csv", &text);
    let store = &bench.world.admin;
    for _ in 0..600 {
        match nonconformity(store, &file, &Origin::default(), Word::default()).await {
            Err(WashError::Store(StoreError::Refused(_))) => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            done => {
                done.unwrap();
                break;
            }
        }
    }
    // … and somebody empties the stage
    sqlx::query("DELETE FROM loket.wash_stage WHERE n > 2")
        .execute(&bench.owner().await)
        .await
        .unwrap();
    let done = run_again(&bench, &paths).await;
    assert_eq!(done.told.run, Some(begun.run_id), "the same run goes on");
    assert_eq!(count(&done, "gone"), 0, "{done:?}");
    assert_eq!(live(&bench).await, 5);
    let stood: i64 = bench.one("SELECT count(*) FROM loket.wash_stage").await;
    assert_eq!(stood, 0);
}

/// DW-BAS-20: a file of an earlier day, or one without rows, closes nothing and says so.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_20_an_older_or_empty_file_closes_nothing() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    let origin = |day: &str| Origin {
        name: Some("Vaskeriet".to_owned()),
        day: day.parse().ok(),
    };
    let newer = bench.files("new", &[(point(1), GEIR, INGER), (point(2), INGER, "")]);
    holdings(store, &newer, &origin("2026-11-13"), Word::default())
        .await
        .unwrap();
    let older = bench.files("old", &[(point(2), INGER, ""), (point(3), GEIR, GEIR)]);
    let refused = holdings(store, &older, &origin("2026-11-10"), Word::default()).await;
    let Err(WashError::Store(StoreError::Refused(no))) = refused else {
        panic!("an older file came in");
    };
    assert_eq!((&*no.key, &*no.rule), ("wash_older", "DW-BAS-20"));
    assert_eq!(no.args["newer"], "2026-11-13");
    let empty = bench.files("empty", &[]);
    let refused = holdings(store, &empty, &origin("2026-11-14"), Word::default()).await;
    assert!(matches!(refused, Err(WashError::NoRows(_))), "{refused:?}");
    let header = csv(
        &bench,
        "contract.csv",
        "FaultCode;MeteringPointUsed;CustomerReferenceEndUser\n",
    );
    let refused = nonconformity(store, &header, &Origin::default(), Word::default()).await;
    assert!(matches!(refused, Err(WashError::NoRows(_))), "{refused:?}");
    assert_eq!(live(&bench).await, 2);
    let other = bench.run(&older).await;
    assert_eq!(
        count(&other, "gone"),
        1,
        "another vendor's day says nothing of this one"
    );
}

/// DW-BAS-06: a row that was refused is in the file all the same; where not even its metering point can
/// be read, nothing is closed until somebody says so.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_refused_row_counts_as_seen() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    bench
        .washed("a", &[(point(1), GEIR, INGER), (point(2), GEIR, INGER)])
        .await;
    let long = format!("private,{},Kristensen,,,,,,,,2010-01-01,", "x".repeat(300));
    let second = bench
        .washed("b", &[(point(1), &long, INGER), (point(2), GEIR, INGER)])
        .await;
    assert_eq!((second.left_out_count, count(&second, "gone")), (1, 0));
    assert_eq!(second.left_out[0].1.line, 2);
    let (code, ..) = bench.finding(1).await;
    assert_eq!(code, "A01", "half a pair is no missing contract");
    let paths = bench.files("c", &[(point(2), GEIR, INGER)]);
    let mut text = std::fs::read_to_string(&paths.grid).unwrap();
    text.push_str("half a li\n");
    std::fs::write(&paths.grid, text).unwrap();
    let third = bench.run(&paths).await;
    let waits = third.told.unclosed.clone().unwrap();
    assert_eq!(
        (waits.why.as_deref(), waits.gone, waits.unreadable),
        (Some("unreadable"), 1, 1)
    );
    assert_eq!(live(&bench).await, 2);
    let word = Word {
        yes: true,
        ..Word::default()
    };
    let said = holdings(store, &paths, &Origin::default(), word)
        .await
        .unwrap();
    assert_eq!((said.told.run, count(&said, "gone")), (third.told.run, 1));
    assert_eq!(live(&bench).await, 1);
}

/// DW-BAS-06: a file that would close a large share of what is open waits for somebody's word.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_large_share_is_closed_on_somebodys_word_only() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    let rows: Vec<_> = (1..=30).map(|n| (point(n), GEIR, INGER)).collect();
    bench.washed("a", &rows).await;
    assert_eq!(store.wash_most_gone(None).await.unwrap(), 30);
    // what the file itself brings was not open before, and makes the share no smaller
    let new = (101..=200).map(|n| (point(n), GEIR, INGER));
    let few: Vec<_> = rows[..6].iter().cloned().chain(new).collect();
    let few = bench.files("b", &few);
    let waits = bench.run(&few).await;
    let why = waits.told.unclosed.clone().unwrap();
    assert_eq!(
        (why.why.as_deref(), why.gone, why.live),
        (Some("share"), 24, 30)
    );
    assert_eq!(live(&bench).await, 130);
    assert!(store.wash_most_gone(Some(101)).await.is_err());
    store.wash_most_gone(Some(90)).await.unwrap();
    let goes = bench.run(&few).await;
    assert_eq!((goes.told.run, count(&goes, "gone")), (waits.told.run, 24));
    assert_eq!(live(&bench).await, 106);
}

/// DW-BAS-06: what another kind of file has still is not gone; when that has it no more, it is.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_gone_from_one_kind_of_file_is_not_gone_from_the_other() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    let both = [(point(1), GEIR, INGER), (point(2), GEIR, INGER)];
    bench.washed("a", &both).await;
    let head = "FaultCode;MeteringPointUsed;CustomerReferenceEndUser\n";
    let line = |n| format!("EMF_A01;{};G{n}\n", point(n));
    let file = csv(
        &bench,
        "contract.csv",
        &format!("{head}{}{}", line(1), line(7)),
    );
    let origin = Origin::default();
    nonconformity(store, &file, &origin, Word::default())
        .await
        .unwrap();
    let second = bench
        .washed("b", &[(point(1), GEIR, GEIR), both[1].clone()])
        .await;
    assert_eq!(count(&second, "gone"), 0, "{second:?}");
    assert_eq!(bench.finding(1).await.4, "awaiting_kraft");
    let file = csv(&bench, "contract2.csv", &format!("{head}{}", line(7)));
    let third = nonconformity(store, &file, &origin, Word::default())
        .await
        .unwrap();
    assert_eq!(count(&third, "gone"), 1);
    assert_eq!(bench.finding(1).await.4, "not_a_deviation");
}

/// A row that nothing can be made of is refused with its line, and the rest come in: values longer
/// than any register takes, numbers and file names that no event may hold.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_15_one_bad_row_stops_no_import() {
    let bench = Bench::new().await;
    let endless = "7".repeat(300);
    let short = "-12".to_owned();
    let rows = [
        (endless, GEIR, INGER),
        (short, GEIR, INGER),
        (point(1), GEIR, INGER),
    ];
    let brought = bench.washed("_a", &rows).await;
    assert_eq!(brought.left_out_count, 2, "once on each side");
    let lines: Vec<u64> = brought.left_out.iter().map(|(_, row)| row.line).collect();
    assert_eq!(lines, [2, 2]);
    assert_eq!(
        (count(&brought, "new"), count(&brought, "opened")),
        (2, 2),
        "{brought:?}"
    );
    let text = format!(
        "reference,metering_point_id,kind,first_name,last_name,identifier\n\
         U1,{0},private,{1},Henriksen,\nU2,{0},private,Inger,Henriksen,01813701304\nhalf a li\n",
        point(1),
        "x".repeat(3_000)
    );
    let file = csv(&bench, "updates.csv", &text);
    let taken = updates::read(&bench.world.admin, &file).await.unwrap();
    assert_eq!((taken.new, taken.left_out_count, taken.cases), (1, 2, 1));
    let lines: Vec<u64> = taken.left_out.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 4]);
}

/// DW-BAS-15: the person that is written into our register is the one that was classified: of several
/// contracts the one in force, and never over another number.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_15_the_person_written_is_the_one_that_was_classified() {
    let bench = Bench::new().await;
    let paths = bench.files("a", &[(point(1), GIER, GEIR), (point(2), GIER, GEIR)]);
    // a contract that begins later stands first
    let later = INGER.replace("2010-01-01", "2039-01-01");
    let text = std::fs::read_to_string(&paths.grid).unwrap();
    let text = text.replacen('\n', &format!("\n{},G9,{later}\n", point(1)), 1);
    std::fs::write(
        &paths.grid,
        text.replace("2010-01-01,\n", "2010-01-01,2039-01-01\n"),
    )
    .unwrap();
    // our own register has another number for the second one
    let text = "INSERT INTO loket.customers (customer_ref, country, kind, first_name, last_name, identifier)
        VALUES ('G000002', 'NO', 'private', 'Inger', 'Henriksen', '018137 01304')";
    sqlx::query(text)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    let brought = bench.run(&paths).await;
    assert_eq!(
        (count(&brought, "corrected"), count(&brought, "left")),
        (1, 1),
        "{brought:?}"
    );
    let written: String = bench
        .one(
            "SELECT string_agg(customer_ref || first_name || identifier, ' ')
            FROM loket.customers WHERE identifier = '29884013001'",
        )
        .await;
    assert_eq!(written, "G000001Geir29884013001");
    let other: String = bench
        .one("SELECT first_name || identifier FROM loket.customers WHERE customer_ref = 'G000002'")
        .await;
    assert_eq!(other, "Inger01813701304", "DW-GEN-06: digits");
    assert_eq!(
        state(&bench, 2).await,
        ("open".into(), "number_differs".into())
    );
}

/// DW-BAS-11, META-05: each metering point of a customer has its message; nothing is said to be solved
/// for a protected person; what was taken back is open again, and no run repairs it a second time.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_each_point_has_its_message_and_comes_back_open() {
    let bench = Bench::new().await;
    let paths = bench.files(
        "a",
        &[
            (point(1), GIER, GEIR),
            (point(2), GIER, GEIR),
            (point(3), GIER, GEIR),
        ],
    );
    let text = std::fs::read_to_string(&paths.grid).unwrap();
    std::fs::write(&paths.grid, text.replace("G000002", "G000001")).unwrap();
    let text = "INSERT INTO loket.customers (customer_ref, country, kind, first_name,
        last_name, identifier, protected)
        VALUES ('G000003', 'NO', 'private', 'Gier', 'Kristensen', '', true)";
    sqlx::query(text)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    let brought = bench.run(&paths).await;
    assert_eq!(
        (count(&brought, "corrected"), count(&brought, "left")),
        (2, 1),
        "{brought:?}"
    );
    let points: i64 = bench
        .one("SELECT count(DISTINCT point) FROM loket.wash_corrections WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(points, 2);
    assert_eq!(state(&bench, 3).await, ("open".into(), "protected".into()));
    let store = &bench.world.admin;
    let one: i64 = bench
        .one("SELECT max(correction_id) FROM loket.wash_corrections")
        .await;
    assert_eq!(
        store.wash_corrections_back(None, Some(one)).await.unwrap(),
        2
    );
    for n in [1, 2] {
        assert_eq!(state(&bench, n).await, ("open".into(), "taken_back".into()));
    }
    let name: String = bench
        .one("SELECT first_name FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(name, "Gier");
    let solved: i64 = bench
        .one("SELECT coalesce(sum(n), 0)::bigint FROM loket.wash_flow WHERE what = 'solved'")
        .await;
    assert_eq!(solved, 0);
    let text = std::fs::read_to_string(&paths.grid).unwrap();
    std::fs::write(&paths.grid, format!("{text}\n")).unwrap();
    let again = bench.run(&paths).await;
    assert_eq!(count(&again, "corrected"), 0, "{again:?}");
}

/// DW-BAS-06: what a person gave another code and solved stays solved while the files say the same; and
/// the same file says something else when the table of fault codes does.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_the_code_of_the_file_is_remembered() {
    let bench = Bench::new().await;
    let rows = [(point(1), GEIR, INGER), (point(2), GEIR, INGER)];
    bench.washed("a", &rows).await;
    let text =
        "UPDATE loket.wash_findings SET code = 'A02', state = 'solved', how = 'resolved_update',
        ended_at = clock_timestamp() WHERE point LIKE '%1_'";
    let ended = sqlx::query(text)
        .execute(&bench.owner().await)
        .await
        .unwrap();
    assert_eq!(ended.rows_affected(), 1);
    let more = [rows[0].clone(), rows[1].clone(), (point(3), GEIR, GEIR)];
    let second = bench.washed("b", &more).await;
    assert_eq!(
        (count(&second, "still_solved"), count(&second, "back")),
        (1, 0),
        "{second:?}"
    );
    let store = &bench.world.admin;
    let text = format!(
        "FaultCode;MeteringPointUsed;CustomerReferenceEndUser\nEMF_Q;{};G8\nEMF_A04;{};G9\n",
        point(8),
        point(9)
    );
    let file = csv(&bench, "contract.csv", &text);
    store.wash_fault_set("EMF_Q", None).await.unwrap();
    let origin = Origin::default();
    nonconformity(store, &file, &origin, Word::default())
        .await
        .unwrap();
    let known = nonconformity(store, &file, &origin, Word::default())
        .await
        .unwrap();
    assert!(known.told.known);
    store.wash_fault_set("EMF_Q", Some("A04")).await.unwrap();
    let other = nonconformity(store, &file, &origin, Word::default())
        .await
        .unwrap();
    assert_eq!((other.told.known, count(&other, "new")), (false, 1));
}

/// DW-BAS-12, DW-I01-9: two updates of one metering point each have their turn and their own end; one
/// that came before there was a case is looked at in it.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_12_each_update_has_its_turn() {
    let bench = Bench::new().await;
    let store = &bench.world.admin;
    let text = format!(
        "reference,metering_point_id,kind,first_name,last_name,identifier\n\
         U1,{0},private,Ingrid,Henriksen,\nU2,{0},private,Geir,Christensen,298840-13001\n",
        point(1)
    );
    let file = csv(&bench, "updates.csv", &text);
    let taken = updates::read(store, &file).await.unwrap();
    assert_eq!((taken.new, taken.cases), (2, 0), "there is no case yet");
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    assert_eq!(bench.finding(1).await.4, "assess_update");
    let looked: String = bench
        .one("SELECT facts ->> 'inbound_update' FROM loket.cases WHERE process = 'wash'")
        .await;
    let first: i64 = bench
        .one("SELECT min(update_id) FROM loket.wash_updates")
        .await;
    assert_eq!(looked, first.to_string());
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let lease = anna.take(case_id).await;
    let why = crate::process_world::answers(&[("reason", "No such person.")]);
    anna.act(case_id, Some(lease), "reject", &why)
        .await
        .unwrap();
    let states = "SELECT string_agg(state, ' ' ORDER BY update_id) FROM loket.wash_updates";
    assert_eq!(bench.one::<String>(states).await, "rejected waiting");
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 1);
    assert_eq!(updates::tell_waiting(store).await.unwrap(), 0, "told once");
    assert_eq!(bench.finding(1).await.4, "assess_update");
    anna.store
        .case_release(uuid::Uuid::now_v7(), anna.id(), lease)
        .await
        .ok();
    let lease = anna.take(case_id).await;
    anna.act(case_id, Some(lease), "approve", &Answers::new())
        .await
        .unwrap();
    assert_eq!(bench.one::<String>(states).await, "rejected approved");
    let name: String = bench
        .one("SELECT last_name FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(
        name, "Christensen",
        "the same number, however it is grouped"
    );
}

/// Decision 20: cases that were opened all at once are like those opened one by one: chains, columns and
/// replay hold, the search finds them, and no two have one number.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_15_cases_of_a_chunk_are_whole() {
    let bench = Bench::new().await;
    let rows: Vec<_> = (1..=40)
        .map(|n| (point(n), if n % 2 == 0 { GEIR } else { KRISTINE }, INGER))
        .collect();
    let brought = bench.washed("a", &rows).await;
    assert_eq!(count(&brought, "opened"), 40);
    let context = bench.world.context(Actor::System).await;
    let found = bench
        .world
        .admin
        .verify(context.calendars, |_| {})
        .await
        .unwrap();
    assert_eq!(
        (found.cases, found.differences.len()),
        (40, 0),
        "{:?}",
        found.differences
    );
    let numbers: i64 = bench
        .one("SELECT max(split_part(case_no, '-', 3)::int)::bigint FROM loket.cases WHERE process = 'wash'")
        .await;
    assert_eq!(numbers, 40);
    let searched: i64 = bench
        .one(
            "SELECT count(*) FROM loket.case_search x JOIN loket.cases c USING (case_id)
             WHERE x.head LIKE '%' || lower(c.case_no) || '%' AND x.doc LIKE '%' || lower(c.case_no) || '%'",
        )
        .await;
    assert_eq!(searched, 40);
    let named = |name| format!("SELECT count(*) FROM loket.case_search WHERE doc LIKE '%{name}%'");
    for (name, cases) in [("kristensen", 20), ("sivertsen", 0)] {
        let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(named(name)))
            .fetch_one(&bench.owner().await)
            .await
            .unwrap();
        assert_eq!(found, cases, "{name}");
    }
}

/// At the command line: refused rows stand in a file with line and reason, closing waits for `--yes` and
/// says why, and an empty file is a refusal of one sentence.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_15_the_command_writes_what_it_refused_and_asks_before_it_closes() {
    let bench = Bench::new().await;
    let shell = Shell::of(&bench.world.db.url("admin_1"));
    let rows: Vec<_> = (1..=30).map(|n| (point(n), GEIR, INGER)).collect();
    let command = |paths: &Paths, more: &str| {
        let persons = paths.persons.as_ref().unwrap();
        let files = [&paths.grid, &paths.supply, persons].map(|path| path.display().to_string());
        let [grid, supply, persons] = files;
        shell.run(&format!(
            "import wash --grid {grid} --supply {supply} --persons {persons} {more}"
        ))
    };
    let first = command(&bench.files("a", &rows), "");
    assert_eq!(first.code, 0, "{first:?}");
    let few = bench.files("b", &rows[..2]);
    let text = std::fs::read_to_string(&few.grid).unwrap();
    std::fs::write(&few.grid, format!("{text}half a li\n")).unwrap();
    let refused = bench.folder.join("refused.csv");
    let waits = command(&few, &format!("--refused {}", refused.display()));
    assert_eq!(waits.code, 3, "{waits:?}");
    assert!(
        waits.err.contains("28 of 30") && waits.err.contains("--yes"),
        "{waits:?}"
    );
    let written = std::fs::read_to_string(&refused).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(
        (lines.len(), lines[0]),
        (2, "file,line,reason"),
        "{written}"
    );
    assert!(lines[1].contains("b-grid.csv,4,"), "{written}");
    assert_eq!(live(&bench).await, 30);
    let said = command(&few, "--yes");
    assert!(said.out.contains("28 gone"), "{said:?}");
    assert_eq!(live(&bench).await, 2);
    let empty = command(&bench.files("c", &[]), "");
    assert_eq!(empty.code, 1, "{empty:?}");
    assert!(empty.err.contains("has no rows"), "{empty:?}");
}

/// DW-BAS-11: a correction that cannot leave waits longer each time, and names the supplier of the point.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_what_cannot_leave_waits_longer_each_time() {
    let bench = Bench::new().await;
    let paths = bench.files("a", &[(point(1), GIER, GEIR)]);
    let text = std::fs::read_to_string(&paths.supply).unwrap();
    let text = text.replace("valid_to\n", "valid_to,supplier_gln\n");
    let text = text.replace("2010-01-01,\n", "2010-01-01,,7080001234567\n");
    std::fs::write(&paths.supply, text).unwrap();
    bench.run(&paths).await;
    let store = &bench.world.admin;
    store.grace_set(0).await.unwrap();
    let owner = bench.owner().await;
    let later = async |seconds: f64| {
        let text = "UPDATE loket.wash_corrections
            SET taken_at = clock_timestamp() - make_interval(secs => $1) WHERE taken_at IS NOT NULL";
        sqlx::query(text)
            .bind(seconds)
            .execute(&owner)
            .await
            .unwrap();
        store.wash_corrections_take(10).await.unwrap()
    };
    // after so many seconds, and whether it is tried then
    for (seconds, tried) in [
        (0.0, true),
        (50.0, false),
        (70.0, true),
        (70.0, false),
        (130.0, true),
    ] {
        let taken = later(seconds).await;
        assert_eq!(taken.len(), usize::from(tried), "after {seconds} s");
        if let Some(one) = taken.first() {
            assert_eq!(one.supplier.as_deref(), Some("7080001234567"));
            let id = one.correction_id;
            store
                .wash_correction_told(id, Some("HTTP 503"))
                .await
                .unwrap();
        }
    }
    let (attempts, state): (i32, String) =
        sqlx::query_as("SELECT attempts, state FROM loket.wash_corrections")
            .fetch_one(&owner)
            .await
            .unwrap();
    assert_eq!((attempts, &*state), (3, "waiting"));
}
