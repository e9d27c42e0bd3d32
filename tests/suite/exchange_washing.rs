//! Runs of the data wash into the database: what is new, again, changed, gone, back; cases that
//! somebody works on; corrections without a person; two imports at once, and one that was killed.

use std::path::{Path, PathBuf};

use loket::exchange::washing::bring::{
    self, Brought, Origin, Paths, Word, holdings, nonconformity,
};
use loket::exchange::washing::{WashError, follow, registers, updates};
use loket::process::engine::{Actor, Answers, step};
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::rows::CaseId;
use sqlx::Row as _;

use crate::process_world::answers;
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::world::World;

const HEADER: &str = "metering_point_id,customer_ref,kind,first_name,last_name,organisation_name,\
identifier,birth_date,street,house_number,postcode,city,valid_from,valid_to\n";
pub(crate) const PERSONS: &str = "identifier,first_name,last_name,birth_date,street,\
house_number,postcode,city,deceased_on,protected\n\
29884013001,Geir,Kristensen,1940-08-29,Knudsenhavna,127,7365,Martinhelle,,no\n\
01813701304,Inger,Henriksen,1937-01-01,Knudsenhavna,139,0151,Gulbrandsen,,no\n\
05923642899,Kristine,Sivertsen,1936-12-05,Thomassenjordet,165,1639,Abrahamsen,,yes\n";
pub(crate) const GEIR: &str =
    "private,Geir,Kristensen,,29884013001,1940-08-29,Knudsenhavna,127,7365,Martinhelle,2010-01-01,";
pub(crate) const GIER: &str =
    "private,Gier,Kristensen,,29884013001,1940-08-29,Knudsenhavna,127,7365,Martinhelle,2010-01-01,";
pub(crate) const INGER: &str =
    "private,Inger,Henriksen,,01813701304,1937-01-01,Knudsenhavna,139,0151,Gulbrandsen,2010-01-01,";
pub(crate) const KRISTINE: &str = "private,Kristine,Sivertsen,,05923642899,1936-12-05,\
Thomassenjordet,165,1639,Abrahamsen,2010-01-01,";

/// Metering points with a right check digit: the n-th.
pub(crate) fn point(n: u32) -> String {
    let body = format!("70705750010{n:06}");
    let digit = loket::domain::gs1::check_digit(&body).unwrap();
    format!("{body}{digit}")
}

pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) folder: PathBuf,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        let world = World::on(TestDb::new().await).await;
        let name = format!("loket-washing-{}", uuid::Uuid::now_v7());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("persons.csv"), PERSONS).unwrap();
        Self { world, folder }
    }

    /// The digest of an import of these files.
    pub(crate) async fn hash(&self, paths: &Paths) -> String {
        let now = self.world.admin.legal_now().await.unwrap();
        let rules = bring::rules(now);
        let files = [
            &*paths.grid,
            &*paths.supply,
            &**paths.persons.as_ref().unwrap(),
        ];
        loket::exchange::washing::hash(&files, &format!("{rules:?}")).unwrap()
    }

    /// Everything, as nobody of the product sees it.
    pub(crate) async fn owner(&self) -> sqlx::PgPool {
        self.world.db.pool(SUPERUSER, 1).await
    }

    /// That agent works in the queue.
    pub(crate) async fn washes(&self, role: &str) {
        sqlx::query(
            "INSERT INTO loket.agent_queues (agent_id, queue_id) SELECT a.agent_id, q.queue_id
             FROM loket.agents a, loket.queues q WHERE a.db_role = $1 AND q.key = 'wash'",
        )
        .bind(role)
        .execute(&self.owner().await)
        .await
        .unwrap();
    }

    /// Files with these rows: metering point, what each side holds.
    pub(crate) fn files(&self, name: &str, rows: &[(String, &str, &str)]) -> Paths {
        let write = |side: &str, of: fn(&(String, &str, &str)) -> String| {
            let path = self.folder.join(format!("{name}-{side}.csv"));
            let body: String = rows.iter().map(of).collect();
            std::fs::write(&path, format!("{HEADER}{body}")).unwrap();
            path
        };
        let grid = write("grid", |(point, grid, _)| side(point, "G", grid));
        let supply = write("supply", |(point, _, supply)| side(point, "S", supply));
        let persons = Some(self.folder.join("persons.csv"));
        Paths {
            grid,
            supply,
            persons,
            enterprises: None,
        }
    }

    pub(crate) async fn run(&self, paths: &Paths) -> Brought {
        holdings(
            &self.world.admin,
            paths,
            &Origin::default(),
            Word::default(),
        )
        .await
        .unwrap()
    }

    pub(crate) async fn washed(&self, name: &str, rows: &[(String, &str, &str)]) -> Brought {
        self.run(&self.files(name, rows)).await
    }

    /// Code, state, how it ended, how often it was found, and the state of the case.
    pub(crate) async fn finding(&self, n: u32) -> (String, String, String, i32, String) {
        let row = sqlx::query(
            "SELECT f.code, f.state, coalesce(f.how, '') AS how, f.times, coalesce(c.state, '') AS at
             FROM loket.wash_findings f LEFT JOIN loket.cases c USING (case_id)
             WHERE f.point = $1 ORDER BY f.finding_id DESC LIMIT 1",
        )
        .bind(point(n))
        .fetch_one(&self.owner().await)
        .await
        .unwrap();
        (row.get(0), row.get(1), row.get(2), row.get(3), row.get(4))
    }

    pub(crate) async fn one<T>(&self, sql: &'static str) -> T
    where
        T: for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres> + Send + Unpin,
    {
        let pool = self.owner().await;
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    }

    pub(crate) async fn case_of(&self, n: u32) -> (CaseId, String) {
        let row = sqlx::query(
            "SELECT c.case_id, c.case_no FROM loket.wash_findings f JOIN loket.cases c
             USING (case_id) WHERE f.point = $1 ORDER BY f.finding_id DESC LIMIT 1",
        )
        .bind(point(n))
        .fetch_one(&self.owner().await)
        .await
        .unwrap();
        (CaseId(row.get(0)), row.get(1))
    }

    /// An action of the administrator, who stands for the world outside, on the case of a point.
    pub(crate) async fn done(&self, n: u32, actor: Actor, action: &str, given: Answers) {
        let (case_id, _) = self.case_of(n).await;
        let store = &self.world.admin;
        let detail = store.case_detail(case_id).await.unwrap();
        let context = self.world.context(actor).await;
        let change = step(&detail.facts, action, &given, &context).unwrap();
        let target = Target {
            case_id,
            fence: None,
            version: detail.row.version,
        };
        store
            .case_apply(context.command, None, target, &change)
            .await
            .unwrap();
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn side(point: &str, prefix: &str, held: &str) -> String {
    if held.is_empty() {
        return String::new();
    }
    let number = point.get(11..17).unwrap_or(point);
    format!("{point},{prefix}{number},{held}\n")
}

pub(crate) fn count(brought: &Brought, word: &str) -> i64 {
    brought.told.counts.get(word).copied().unwrap_or_default()
}

/// DW-A-3, decision 19: what a person must decide opens a case, in the state of its code; spelling is
/// corrected; the same files again change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_15_a_run_opens_corrects_and_repeats_nothing() {
    let bench = Bench::new().await;
    let rows = [
        (point(1), GEIR, INGER),
        (point(2), GIER, GEIR),
        (point(3), INGER, ""),
        (point(4), GEIR, GEIR),
    ];
    let paths = bench.files("a", &rows);
    let first = bench.run(&paths).await;
    let counts = ["new", "opened", "corrected"].map(|word| count(&first, word));
    assert_eq!(counts, [3, 2, 1], "{first:?}");
    let (code, state, _, _, at) = bench.finding(1).await;
    assert_eq!((&*code, &*state, &*at), ("A01", "open", "awaiting_kraft"));
    assert_eq!(bench.finding(3).await.4, "missing_new");
    let (code, state, how, ..) = bench.finding(2).await;
    assert_eq!((&*code, &*state, &*how), ("SPELLING", "solved", "register"));
    let name: String = bench
        .one("SELECT u.first_name FROM loket.customers u JOIN loket.wash_corrections k USING (customer_ref)")
        .await;
    assert_eq!(name, "Geir");
    let before: String = bench
        .one("SELECT before ->> 'first_name' FROM loket.wash_corrections")
        .await;
    assert_eq!(before, "Gier", "the old value is kept");
    let pattern: String = bench
        .one("SELECT pattern FROM loket.wash_findings WHERE code = 'SPELLING'")
        .await;
    assert_eq!(pattern, "spelling:first_name:grid:slip");
    let events: i64 = bench.one("SELECT count(*) FROM loket.case_events").await;
    let again = bench.run(&paths).await;
    assert!(again.told.known);
    assert_eq!(
        bench
            .one::<i64>("SELECT count(*) FROM loket.case_events")
            .await,
        events
    );
    assert_eq!(
        bench
            .one::<i64>("SELECT count(*) FROM loket.wash_runs")
            .await,
        1
    );
    assert_eq!(
        bench
            .one::<i64>("SELECT count(*) FROM loket.wash_stage")
            .await,
        0
    );
}

/// DW-BAS-06: gone, back again, another code, and what was solved while the files say the same.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_newer_file_closes_and_brings_back() {
    let bench = Bench::new().await;
    let wrong = (point(1), GEIR, INGER);
    let right = (point(1), GEIR, GEIR);
    let spelt = (point(2), GIER, GEIR);
    bench.washed("a", &[wrong.clone(), spelt.clone()]).await;
    let second = bench.washed("b", &[right.clone(), spelt.clone()]).await;
    assert_eq!(count(&second, "gone"), 1);
    assert_eq!(count(&second, "still_solved"), 1);
    let (_, state, how, times, at) = bench.finding(1).await;
    assert_eq!(
        (&*state, &*how, times, &*at),
        ("gone", "not_a_deviation", 1, "not_a_deviation")
    );
    let file: String = bench
        .one("SELECT facts ->> 'clean_file' FROM loket.cases WHERE process = 'wash'")
        .await;
    let is_whole = file.len() == "b-grid.csv.2026-01-05.12345678".len();
    assert!(file.starts_with("b-grid.csv.2") && is_whole, "{file}");
    let third = bench.washed("c", &[wrong, spelt]).await;
    assert_eq!(count(&third, "back"), 1);
    let (_, state, _, times, at) = bench.finding(1).await;
    assert_eq!((&*state, times, &*at), ("open", 2, "awaiting_kraft"));
    let fourth = bench.washed("d", &[(point(1), GEIR, "")]).await;
    assert_eq!(count(&fourth, "changed"), 1);
    let (code, state, .., at) = bench.finding(1).await;
    // the case is not overwritten: the newer finding stands beside
    assert_eq!((&*code, &*state, &*at), ("A01", "open", "awaiting_kraft"));
    let newer: String = bench
        .one("SELECT newer ->> 'code' FROM loket.wash_findings WHERE newer IS NOT NULL")
        .await;
    assert_eq!(newer, "A04");
    // … and is what is read: the supplier has nobody there any more (DW-BAS-06)
    let (case_id, _) = bench.case_of(1).await;
    let detail = bench.world.admin.case_detail(case_id).await.unwrap();
    assert!(detail.finding.unwrap().supply.is_empty());
    let owner = bench.owner().await;
    let path = "SET search_path = loket, pg_catalog";
    sqlx::query(path).execute(&owner).await.unwrap();
    let comes = "SELECT wash_newcomer(c)::text FROM cases c ORDER BY case_id DESC LIMIT 1";
    let comes: String = sqlx::query_scalar(comes).fetch_one(&owner).await.unwrap();
    assert_eq!(comes, "{}", "nobody comes whom the supplier has no more");
}

/// A case that somebody holds is not closed: the holder is told, and it closes when it is let go.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_06_a_held_case_closes_when_it_is_let_go() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, "")]).await;
    let (case_id, _) = bench.case_of(1).await;
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let lease = anna.take(case_id).await;
    bench.washed("b", &[(point(1), GEIR, GEIR)]).await;
    assert_eq!(bench.finding(1).await.4, "missing_new");
    let told: i64 = bench
        .one("SELECT count(*) FROM loket.notices WHERE kind = 'gone'")
        .await;
    assert_eq!(told, 1);
    anna.store
        .case_release(uuid::Uuid::now_v7(), anna.id(), lease)
        .await
        .unwrap();
    assert_eq!(follow::close_gone(&bench.world.admin).await.unwrap(), 1);
    assert_eq!(bench.finding(1).await.4, "not_a_deviation");
    assert_eq!(follow::close_gone(&bench.world.admin).await.unwrap(), 0);
}

/// What was agreed with people goes on: the case says what the newer file says, once.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_10_a_decided_case_goes_on() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    bench
        .done(
            1,
            Actor::System,
            "takeover_request_received",
            Answers::new(),
        )
        .await;
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let lease = anna.take(case_id).await;
    let accept = answers(&[("consent", "no")]);
    anna.act(case_id, Some(lease), "accept", &accept)
        .await
        .unwrap();
    anna.store
        .case_release(uuid::Uuid::now_v7(), anna.id(), lease)
        .await
        .unwrap();
    bench.washed("b", &[(point(1), GEIR, GEIR)]).await;
    let (_, state, .., at) = bench.finding(1).await;
    assert_eq!((&*state, &*at), ("open", "wind_down"));
    assert_eq!(follow::close_gone(&bench.world.admin).await.unwrap(), 0);
}

/// META-05, formats 5.1: of a protected person nothing is kept, shown or corrected.
#[tokio::test(flavor = "multi_thread")]
async fn dw_protected_people_stand_nowhere() {
    let bench = Bench::new().await;
    bench
        .washed(
            "a",
            &[(point(1), KRISTINE, INGER), (point(2), KRISTINE, KRISTINE)],
        )
        .await;
    let evidence: String = bench
        .one("SELECT string_agg(evidence::text, ' ') FROM loket.wash_findings")
        .await;
    assert!(
        !evidence.contains("Kristine") && !evidence.contains("05923642899"),
        "{evidence}"
    );
    assert!(
        bench
            .one::<bool>("SELECT bool_and(protected) FROM loket.wash_findings")
            .await
    );
    let known: i64 = bench
        .one("SELECT count(*) FROM loket.customers WHERE first_name = 'Kristine'")
        .await;
    assert_eq!(known, 0);
    let events: String = bench
        .one("SELECT string_agg(body::text, ' ') FROM loket.case_events")
        .await;
    assert!(
        !events.contains("Kristine") && !events.contains("Inger"),
        "decision 20"
    );
}

/// Two imports at once: one has its turn; of one that was killed the next goes on.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_20_one_import_at_a_time_and_none_half_done() {
    let bench = Bench::new().await;
    let paths = bench.files("a", &[(point(1), GEIR, INGER), (point(2), INGER, "")]);
    let held = bench.world.admin.wash_import().await.unwrap();
    let refused = holdings(
        &bench.world.admin,
        &paths,
        &Origin::default(),
        Word::default(),
    )
    .await;
    let Err(WashError::Store(StoreError::Refused(refusal))) = refused else {
        panic!("two at once");
    };
    assert_eq!(refusal.key, "wash_running");
    drop(held);
    // the lock goes with the line, soon after
    let mut tries = 0;
    let mut import = loop {
        match bench.world.admin.wash_import().await {
            Ok(import) => break import,
            Err(_) if tries < 600 => {
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            Err(error) => panic!("{error}"),
        }
        tries += 1;
    };
    // killed after it had staged and merged, before the cases were opened
    let hash = bench.hash(&paths).await;
    let key = loket::store::wash::RunKey {
        kind: "holdings",
        scope: "pair",
        file_ref: "a-grid.csv",
        hash: &hash,
        origin: Some("Vaskeriet"),
        day: "2026-11-13".parse().ok(),
        points: 2,
    };
    let begun = import.begin(&key).await.unwrap();
    let row = format!(
        "{}\t1\t{}\tA01\t14\tboth\tawait_supplier\t90\t\\N\tf\t\
         {{\"valid\":true,\"grid\":[],\"supply\":[]}}\n",
        begun.run_id,
        point(1)
    );
    import.stage(row.as_bytes()).await.unwrap();
    drop(import);
    let mut done = None;
    for _ in 0..600 {
        match holdings(
            &bench.world.admin,
            &paths,
            &Origin::default(),
            Word::default(),
        )
        .await
        {
            Ok(brought) => {
                done = Some(brought);
                break;
            }
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
    let done = done.unwrap();
    assert_eq!(done.told.run, Some(begun.run_id), "the same run goes on");
    assert_eq!((count(&done, "new"), count(&done, "opened")), (2, 2));
    let origin: String = bench.one("SELECT origin FROM loket.wash_runs").await;
    assert_eq!(origin, "Vaskeriet", "DW-BAS-20");
}

/// Formats 5.1: four kinds of files, any delimiter and encoding, unknown columns kept, faults by the
/// table; a row that cannot be taken says its line.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_03_files_of_the_central_tool() {
    let bench = Bench::new().await;
    let file = bench.folder.join("contract.csv");
    let text = format!(
        "FaultCode;MeteringPointUsed;CustomerReferenceEndUser;ValidFrom;FaultDueToValue;Tilleggsinfo\n\
         EMF_A01;{};G1;2020-01-01;J\u{f8}rgen;mer\n\
         EMF_NEW;{};G2;2020-01-01;;\n\
         EMF10005;{};G3;2020-01-01;;\n",
        point(1),
        point(2),
        point(3)
    );
    let latin1: Vec<u8> = text
        .chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect();
    std::fs::write(&file, latin1).unwrap();
    let store = &bench.world.admin;
    let brought = nonconformity(store, &file, &Origin::default(), Word::default())
        .await
        .unwrap();
    assert_eq!(
        (count(&brought, "new"), count(&brought, "not_ours")),
        (1, 1),
        "{brought:?}"
    );
    assert_eq!(brought.left_out_count, 1);
    assert_eq!(
        (brought.left_out[0].1.line, &*brought.left_out[0].1.why.text),
        (3, "import.refused.unknown_fault")
    );
    let kept: String = bench
        .one("SELECT evidence -> 'fault' -> 'rest' ->> 'tilleggsinfo' FROM loket.wash_findings")
        .await;
    assert_eq!(kept, "mer");
    let name: String = bench
        .one("SELECT evidence -> 'fault' ->> 'faultduetovalue' FROM loket.wash_findings")
        .await;
    assert_eq!(name, "J\u{f8}rgen");
    // DW-A01-4: the file has the counterpart's data, so the case waits for the supplier
    assert_eq!(bench.finding(1).await.4, "awaiting_kraft");
    // DW-I03-2: no fault may mean a wrong company name
    assert!(store.wash_fault_set("EMF_NEW", Some("I03")).await.is_err());
    store.wash_fault_set("EMF_NEW", Some("A04")).await.unwrap();
    let mut longer = std::fs::read(&file).unwrap();
    longer.extend_from_slice(b"EMF_A02;");
    longer.extend_from_slice(format!("{};G4;2020-01-01;;\n", point(4)).as_bytes());
    std::fs::write(&file, longer).unwrap();
    let brought = nonconformity(store, &file, &Origin::default(), Word::default())
        .await
        .unwrap();
    assert_eq!((count(&brought, "new"), count(&brought, "again")), (2, 1));
    assert_eq!(bench.finding(2).await.4, "missing_new");
    // a file of another kind says nothing of this one
    let other = bench.folder.join("customer.csv");
    std::fs::write(
        &other,
        "CustomerReference\tFaultCode\tAddressType\nG9\tEMF_I01\tx\n",
    )
    .unwrap();
    let brought = nonconformity(store, &other, &Origin::default(), Word::default())
        .await
        .unwrap();
    assert_eq!((count(&brought, "new"), count(&brought, "gone")), (1, 0));
}

/// DW-A01-6: the birth date tells two people of one name apart, so it comes along whatever the day
/// of the month; what is no day is none.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_06_a_birth_date_comes_along() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let born: String = bench
        .one("SELECT birth_date::text FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(born, "1940-08-29");
    let days: String = bench
        .one(
            "SELECT string_agg(coalesce(loket.birth_day(d)::text, '-'), ' ' ORDER BY n)
             FROM unnest(ARRAY['2000-02-29', '2001-02-29', '1999-12-31', '1999-11-31',
               '1999-13-01', '', 'x']) WITH ORDINALITY u(d, n)",
        )
        .await;
    assert_eq!(days, "2000-02-29 - 1999-12-31 - - - -");
}

/// DW-BAS-12, DW-BAS-26, DW-I01-10: an update reaches the live case and ends there; without a case it
/// waits in the list until somebody approves or rejects it with a reason.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_12_every_update_ends_approved_or_rejected() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let file = bench.folder.join("updates.csv");
    let text = format!(
        "reference,metering_point_id,kind,first_name,last_name,identifier\n\
         U1,{},private,Inger,Henriksen,01813701304\nU2,{},private,Geir,Kristensen,\n,{},,x,,\n",
        point(1),
        point(7),
        point(8)
    );
    std::fs::write(&file, text).unwrap();
    let store = &bench.world.admin;
    let taken = updates::read(store, &file).await.unwrap();
    assert_eq!((taken.new, taken.cases, taken.left_out.len()), (2, 1, 1));
    assert_eq!(taken.left_out[0].line, 4);
    assert_eq!(bench.finding(1).await.4, "assess_update");
    let again = updates::read(store, &file).await.unwrap();
    assert_eq!((again.new, again.known, again.cases), (0, 2, 0));
    let list = store.wash_updates(Some("waiting"), 0).await.unwrap();
    assert_eq!(list.len(), 2);
    let in_case = store.wash_update_end(list[0].update_id, true, None).await;
    assert!(matches!(in_case, Err(StoreError::Refused(no)) if no.key == "update_in_case"));
    let without = store
        .wash_update_end(list[1].update_id, false, Some(" "))
        .await;
    assert!(matches!(without, Err(StoreError::Refused(no)) if no.rule == "DW-BAS-12"));
    store
        .wash_update_end(list[1].update_id, false, Some("Not our point."))
        .await
        .unwrap();
    let ended = store.wash_update_end(list[1].update_id, true, None).await;
    assert!(matches!(ended, Err(StoreError::Refused(no)) if no.key == "update_ended"));
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let lease = anna.take(case_id).await;
    // Inger's number is not that of our customer: that is a takeover (DW-A02-7)
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let context = bench.world.context(Actor::Agent).await;
    let refused = step(&detail.facts, "approve", &Answers::new(), &context).unwrap_err();
    assert_eq!(
        (&*refused.key, &*refused.rule),
        ("update_other_number", "DW-A02-7")
    );
    let why = answers(&[("reason", "Another person: a takeover.")]);
    anna.act(case_id, Some(lease), "reject", &why)
        .await
        .unwrap();
    assert!(
        store
            .wash_updates(Some("waiting"), 0)
            .await
            .unwrap()
            .is_empty()
    );
    let name: String = bench
        .one("SELECT first_name FROM loket.customers WHERE customer_ref = 'G000001'")
        .await;
    assert_eq!(name, "Geir");
}

/// DW-BAS-11: corrections leave at the pace that is set, and can be taken back until then.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_11_corrections_leave_at_their_pace_and_are_taken_back_until_then() {
    let bench = Bench::new().await;
    let rows: Vec<_> = (1..=5).map(|n| (point(n), GIER, GEIR)).collect();
    let run = bench.washed("a", &rows).await;
    assert_eq!(count(&run, "corrected"), 5);
    let store = &bench.world.admin;
    store.grace_set(0).await.unwrap();
    assert_eq!(store.wash_pace(Some(2)).await.unwrap(), 2);
    let first = store.wash_corrections_take(100).await.unwrap();
    assert_eq!(first.len(), 2);
    assert!(
        store.wash_corrections_take(100).await.unwrap().is_empty(),
        "the minute is full"
    );
    store
        .wash_correction_told(first[0].correction_id, None)
        .await
        .unwrap();
    assert_eq!(
        store
            .wash_corrections_back(run.told.run, None)
            .await
            .unwrap(),
        3
    );
    let back: i64 = bench
        .one("SELECT count(*) FROM loket.customers WHERE first_name = 'Gier'")
        .await;
    assert_eq!(back, 3);
    assert_eq!(
        store
            .wash_corrections_back(run.told.run, None)
            .await
            .unwrap(),
        0
    );
}

/// DW-GEN-13, DW-GEN-14: shares and weeks are counted when something happens.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_13_progress_against_milestones() {
    let bench = Bench::new().await;
    bench
        .washed(
            "a",
            &[
                (point(1), GEIR, INGER),
                (point(2), GIER, GEIR),
                (point(3), GEIR, ""),
            ],
        )
        .await;
    bench
        .washed(
            "b",
            &[
                (point(1), GEIR, GEIR),
                (point(2), GIER, GEIR),
                (point(3), GEIR, ""),
            ],
        )
        .await;
    let store = &bench.world.admin;
    let day = "2027-02-01".parse().ok();
    store
        .wash_milestone_set("own data", day, &["A01".into(), "A04".into()], Some(99.0))
        .await
        .unwrap();
    let progress = store.wash_progress(12).await.unwrap();
    let of = |code: &str| {
        let found = progress
            .codes
            .iter()
            .find(|total| total.code == code)
            .unwrap();
        (found.found, found.solved, found.gone)
    };
    assert_eq!(
        (of("A01"), of("A04"), of("SPELLING")),
        ((1, 0, 1), (1, 0, 0), (1, 1, 0))
    );
    assert_eq!((progress.points, progress.milestones.len()), (3, 1));
    store
        .wash_milestone_set("own data", None, &[], None)
        .await
        .unwrap();
    assert!(store.wash_progress(12).await.unwrap().milestones.is_empty());
}

/// The world that nobody on the project wrote, where it is there: every finding that needs a person
/// has its case, and none of the others has one.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a_3_the_whole_world_where_it_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/world/wash");
    if !folder.exists() {
        println!("skipped: the world is not beside this checkout");
        return;
    }
    let bench = Bench::new().await;
    let paths = Paths {
        grid: folder.join("grid.csv"),
        supply: folder.join("supply.csv"),
        persons: Some(folder.join("persons.csv")),
        enterprises: Some(folder.join("enterprises.jsonl")),
    };
    let brought = bench.run(&paths).await;
    let by_hand: i64 = bench
        .one("SELECT count(*) FROM loket.wash_findings WHERE loket.wash_by_hand(code)")
        .await;
    assert_eq!(count(&brought, "opened"), by_hand, "{brought:?}");
    assert!(count(&brought, "corrected") > 0);
    let wrong: i64 = bench
        .one(
            "SELECT count(*) FROM loket.wash_findings WHERE state = 'open'
             AND (case_id IS NULL) = loket.wash_by_hand(code)",
        )
        .await;
    assert_eq!(wrong, 0);
}

/// How long an import takes against a bare copy of the same rows in the same database: rows a second of
/// each. `LOKET_WASH_ROWS` says how many; by default few, so that the test costs little.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a_1_an_import_is_measured_against_a_bare_copy() {
    let wanted = loket::system::env("LOKET_WASH_ROWS");
    let rows: u32 = wanted.and_then(|rows| rows.parse().ok()).unwrap_or(600);
    let bench = Bench::new().await;
    // as in volumes 7.3: of 29.14 per cent with something, 4.87 reach a person
    let held = (1..=rows).map(|n| match n % 6 {
        0 => (point(n), GEIR, INGER),
        _ => (point(n), GIER, GEIR),
    });
    let paths = bench.files("m", &held.collect::<Vec<_>>());
    let began = loket::system::monotonic();
    let brought = bench.run(&paths).await;
    let imported = began.elapsed().as_secs_f64();
    assert_eq!(count(&brought, "new"), i64::from(rows));
    assert_eq!(count(&brought, "opened"), i64::from(rows / 6));
    assert_eq!(count(&brought, "corrected"), i64::from(rows - rows / 6));
    let pool = bench.owner().await;
    let mut line = pool.acquire().await.unwrap();
    let all = "SELECT string_agg(format(E'%s\\t%s\\t%s\\t%s\\n', point, code, side,
        replace(evidence::text, '\\', '\\\\')), '') FROM loket.wash_findings";
    let text: String = sqlx::query_scalar(all).fetch_one(&mut *line).await.unwrap();
    let make = "CREATE TABLE public.bare (point text, code text, side text, evidence jsonb)";
    sqlx::raw_sql(make).execute(&mut *line).await.unwrap();
    let began = loket::system::monotonic();
    let mut copy = line
        .copy_in_raw("COPY public.bare FROM STDIN")
        .await
        .unwrap();
    copy.send(text.as_bytes()).await.unwrap();
    assert_eq!(copy.finish().await.unwrap(), u64::from(rows));
    let copied = began.elapsed().as_secs_f64();
    let pace = |seconds: f64| f64::from(rows) / seconds.max(1e-6);
    println!(
        "{rows} findings: import {:.0} rows/s ({imported:.1} s), bare copy {:.0} rows/s; ratio {:.0}",
        pace(imported),
        pace(copied),
        imported / copied.max(1e-6)
    );
}

/// DW-GEN-08, DW-GEN-09: extracts of the registers; twice changes nothing, a row that cannot be taken
/// says its line, and whoever the register protects is protected here at once.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_08_extracts_of_the_registers() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let store = &bench.world.admin;
    let file = bench.folder.join("extract.csv");
    let wrong = "29884013002,No,Body,1940-01-01,,,,,,no\n";
    std::fs::write(&file, format!("{PERSONS}{wrong}")).unwrap();
    let brought = registers::persons(store, &file).await.unwrap();
    assert_eq!((count(&brought, "new"), brought.left_out_count), (3, 1));
    assert_eq!(brought.left_out[0].1.line, 5);
    let again = registers::persons(store, &file).await.unwrap();
    assert_eq!((count(&again, "new"), count(&again, "updated")), (0, 0));
    let hidden = PERSONS.replace("Martinhelle,,no", "Martinhelle,,yes");
    std::fs::write(&file, hidden).unwrap();
    let changed = registers::persons(store, &file).await.unwrap();
    assert_eq!(count(&changed, "updated"), 1);
    let protected: bool = bench
        .one("SELECT protected FROM loket.customers WHERE identifier = '29884013001'")
        .await;
    assert!(protected);
    let found: i64 = bench
        .one("SELECT count(*) FROM loket.case_search WHERE doc LIKE '%kristensen%'")
        .await;
    assert_eq!(found, 0, "and is found by name no more");
    let file = bench.folder.join("extract.jsonl");
    let text = "{\"organisasjonsnummer\":\"959716633\",\"navn\":\"KARLSEN DRIFT AS\",\"konkurs\":true}\n\
        {\"organisasjonsnummer\":\"999999999\",\"navn\":\"X\"}\nhalf a li\n";
    std::fs::write(&file, text).unwrap();
    let brought = registers::enterprises(store, &file).await.unwrap();
    assert_eq!((count(&brought, "new"), brought.left_out_count), (1, 2));
    let condition: String = bench
        .one("SELECT condition FROM loket.register_enterprises")
        .await;
    assert_eq!(condition, "bankrupt");
}

/// DW-BAS-21, META-05: who decides sees both sides and the register, without numbers and birth dates;
/// which of them are the same is told all the same.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_21_evidence_comes_with_the_case_and_is_masked() {
    let bench = Bench::new().await;
    bench
        .washed("a", &[(point(1), GEIR, INGER), (point(2), KRISTINE, INGER)])
        .await;
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let found = detail.finding.unwrap();
    assert_eq!((&*found.code, found.protected), ("a01", false));
    assert!(found.file_ref.starts_with("a-grid.csv."), "{found:?}");
    let (grid, supply) = (&found.grid[0], &found.supply[0]);
    assert_eq!(grid.name, "Geir Kristensen");
    assert_eq!(supply.name, "Inger Henriksen");
    assert_eq!(grid.address, "Knudsenhavna 127, 7365 Martinhelle");
    assert_eq!((&*grid.number, &*grid.birth), ("*********01", "1940-**-**"));
    assert_eq!(supply.number, "*********04");
    let register = found.register.as_ref().unwrap();
    assert_eq!(register.number_as, grid.number_as);
    assert_ne!(supply.number_as, grid.number_as);
    let said = serde_json::to_string(&found).unwrap();
    for number in ["29884013001", "01813701304", "1940-08-29", "1937-01-01"] {
        assert!(!said.contains(number), "{number}");
    }
    let (case_id, _) = bench.case_of(2).await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let found = detail.finding.unwrap();
    assert!(found.protected);
    assert!(found.grid.is_empty() && found.supply.is_empty() && found.register.is_none());
}

/// Whoever becomes protected later is hidden from then on.
#[tokio::test(flavor = "multi_thread")]
async fn dw_bas_21_whoever_becomes_protected_is_hidden() {
    let bench = Bench::new().await;
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    sqlx::query("UPDATE loket.customers SET protected = true")
        .execute(&bench.owner().await)
        .await
        .unwrap();
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    let (case_id, _) = bench.case_of(1).await;
    let detail = anna.store.case_detail(case_id).await.unwrap();
    let found = detail.finding.unwrap();
    assert!(found.protected && found.grid.is_empty() && found.register.is_none());
}

/// DW-GEN-14: the board has how far the wash has come, for those who work in its queue.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_14_the_board_has_the_progress_for_the_queue_of_the_wash() {
    let bench = Bench::new().await;
    bench.washes("anna").await;
    let anna = bench.world.desk("anna").await;
    assert_eq!(
        anna.store.board().await.unwrap().wash,
        None,
        "before the first run"
    );
    bench.washed("a", &[(point(1), GEIR, INGER)]).await;
    let progress = anna.store.board().await.unwrap().wash.unwrap();
    assert_eq!((progress.points, progress.open_of(|_| true)), (1, 1));
    let bram = bench.world.desk("bram").await;
    assert_eq!(bram.store.board().await.unwrap().wash, None);
}
