//! Files in: real input where it is there, a small file with the same faults always.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use loket::exchange::import::intake::Door;
use loket::exchange::import::registers::Record;
use loket::exchange::import::report::{FileReport, Report};
use loket::exchange::import::{Run, cases};
use loket::store::register::{Imported, PartyRecord};
use loket::store::{Store, StoreError};
use loket::text::Texts;

use crate::support::db::TestDb;
use crate::support::world::World;

/// Monday 2026-11-16, 09:00 in Amsterdam.
const MORNING: &str = "2026-11-16T08:00:00Z";

fn nothing(_: u64, _: u64) {}

async fn take_cases(store: &Store, text: &[u8]) -> Report {
    let texts = Texts::load("en");
    let mut run = Run::new(false, &texts);
    let mut door = Door::open(store).await.unwrap();
    run.cases(("in.jsonl", text), &mut door, &mut nothing)
        .await
        .unwrap();
    run.report
}

async fn take_parties(
    text: &[u8],
    sink: impl AsyncFnMut(Vec<PartyRecord>) -> Result<Vec<Imported>, StoreError>,
) -> Report {
    let texts = Texts::load("en");
    let mut run = Run::new(false, &texts);
    run.register(("parties.csv", text), sink, &mut nothing)
        .await
        .unwrap();
    run.report
}

fn refused(report: &Report) -> Vec<(u64, &str)> {
    report
        .refused
        .iter()
        .map(|line| (line.line, line.reason.as_str()))
        .collect()
}

/// Each fault costs its own line, is named with its number, and everything else comes in (GT-05,
/// GT-09); a further signal on the same connection and party joins the open case (GT-11).
#[tokio::test]
async fn gt_09_each_wrong_line_is_named_and_the_others_come_in() {
    let world = World::new().await;
    world
        .admin
        .clock_set(MORNING.parse().unwrap())
        .await
        .unwrap();
    let report = take_cases(&world.admin, include_bytes!("data/intake_small.jsonl")).await;
    let file = &report.files[0];
    assert_eq!(
        (file.new, file.attached, file.known),
        (2, 1, 1),
        "{report:#?}"
    );
    let expected = [
        (4, "ean"),
        (5, "yesterday"),
        (6, "2026-11-16T08:00:00"),
        (7, "future"),
        (8, "no_such_process"),
        (9, "party"),
        (12, "grid_operator"),
        (13, "who brought it"),
        (14, "reference"),
        (15, "JSON"),
        (16, "JSON"),
    ];
    let found = refused(&report);
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((line, word), (number, reason)) in expected.into_iter().zip(&found) {
        assert_eq!(line, *number, "{reason}");
        let key_or_word = report.refused.iter().find(|it| it.line == line).unwrap();
        let said = format!("{} {}", key_or_word.reason, key_or_word.rule);
        assert!(
            said.to_lowercase().contains(&word.to_lowercase()),
            "{line}: {said}"
        );
    }
    let names: Vec<_> = report
        .refused
        .iter()
        .filter_map(|it| it.reference.as_deref())
        .collect();
    assert!(
        names.starts_with(&["S-3", "S-4", "S-5", "S-6", "S-7", "S-8"]),
        "{names:?}"
    );
    nothing_dangerous_is_stored(&world).await;
}

async fn nothing_dangerous_is_stored(world: &World) {
    let case = world
        .admin
        .case_by_number("GT-2026-000002")
        .await
        .unwrap()
        .unwrap();
    let detail = world.admin.case_detail(case).await.unwrap();
    let summary = detail.texts.values().next().unwrap();
    assert!(summary.contains("naam met stuurtekens"));
    assert!(
        !summary.chars().any(|c| c.is_control() || c == '\u{202e}'),
        "{summary:?}"
    );
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let world = World::new().await;
    world
        .admin
        .clock_set(MORNING.parse().unwrap())
        .await
        .unwrap();
    let file = include_bytes!("data/intake_small.jsonl");
    take_cases(&world.admin, file).await;
    let case = world
        .admin
        .case_by_number("GT-2026-000001")
        .await
        .unwrap()
        .unwrap();
    let before = world.admin.case_detail(case).await.unwrap();
    let again = take_cases(&world.admin, file).await;
    let counts = &again.files[0];
    assert_eq!(
        (counts.new, counts.attached, counts.known),
        (0, 0, 4),
        "{again:#?}"
    );
    assert_eq!(
        world.admin.case_detail(case).await.unwrap().row.version,
        before.row.version
    );
    assert!(
        world
            .admin
            .case_by_number("GT-2026-000003")
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_dry_run_names_the_same_faults_and_writes_nothing() {
    let world = World::new().await;
    world
        .admin
        .clock_set(MORNING.parse().unwrap())
        .await
        .unwrap();
    let texts = Texts::load("en");
    let mut run = Run::new(true, &texts);
    let mut door = Door::open(&world.admin).await.unwrap();
    let file = &include_bytes!("data/intake_small.jsonl")[..];
    run.cases(("in.jsonl", file), &mut door, &mut nothing)
        .await
        .unwrap();
    let counts = &run.report.files[0];
    assert_eq!(
        (
            counts.checked,
            counts.attached,
            counts.known,
            counts.refused
        ),
        (2, 1, 1, 11),
        "as the real run: {:#?}",
        run.report
    );
    assert!(
        world
            .admin
            .case_by_number("GT-2026-000001")
            .await
            .unwrap()
            .is_none()
    );
}

/// Decision 23, and the check digit of a party (GT-05): what cannot be a party is no party.
#[tokio::test]
async fn a_party_needs_a_number_with_a_right_check_digit() {
    let text = "role;NAME;gln;country;colour\nsupplier;A;8717180005016;NL;red\n\
        supplier;B;8717180005017;NL;red\nbaker;C;8717180005146;NL;\nsupplier;;8717180005146;NL;\n";
    let mut seen = Vec::new();
    let report = take_parties(text.as_bytes(), async |batch: Vec<PartyRecord>| {
        seen.extend(batch.iter().map(|party| party.gln.clone()));
        Ok(batch.iter().map(|_| Imported::New).collect())
    })
    .await;
    assert_eq!(seen, ["8717180005016"]);
    let lines: Vec<u64> = report.refused.iter().map(|line| line.line).collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(report.refused[0].reason.contains("8717180005017"));
    assert_eq!(report.files[0].unknown_columns, ["colour"]);
}

/// ELS-11, decision 23: a meter keeps the number that it has, whatever its signs; only one that is too long
/// costs its line. A technical number that is too long costs itself, and the report says so.
#[tokio::test]
async fn els_11_a_meter_keeps_the_number_that_it_has() {
    let long = "9".repeat(65);
    let text = format!(
        "meter_number,ean,technical_number,meter_type\n\
        se-1\u{1b}[2J,735999100000000010,T/9,smart\nSE 2#4,735999100000000010,Tå 9,smart\n\
        {long},735999100000000010,,smart\nSE-3,735999100000000010,{long},smart\n"
    );
    let mut seen = Vec::new();
    let texts = Texts::load("en");
    let mut run = Run::new(false, &texts);
    let sink = async |batch: Vec<loket::store::register::MeterRecord>| {
        let both = |meter: &loket::store::register::MeterRecord| {
            (meter.meter_number.clone(), meter.technical_number.clone())
        };
        seen.extend(batch.iter().map(both));
        Ok(batch.iter().map(|_| Imported::New).collect())
    };
    run.register(("meters.csv", text.as_bytes()), sink, &mut nothing)
        .await
        .unwrap();
    let known =
        |number: &str, technical: Option<&str>| (number.to_owned(), technical.map(str::to_owned));
    let expected = [
        known("SE-1", Some("T/9")),
        known("SE 2#4", Some("Tå 9")),
        known("SE-3", None),
    ];
    assert_eq!(seen, expected);
    let lines = |said: &[loket::exchange::import::report::RefusedLine]| {
        said.iter().map(|line| line.line).collect::<Vec<u64>>()
    };
    assert_eq!(lines(&run.report.refused), [4]);
    assert_eq!(lines(&run.report.left_out), [5]);
    assert!(run.report.left_out[0].reason.contains("technical_number"));
}

#[tokio::test]
async fn batches_are_bounded_and_hold_no_key_twice() {
    let mut text = String::from("gln,name,role,country\n");
    (0..1_200)
        .for_each(|_| text.push_str("8717180005016,A,supplier,NL\n8717180005146,B,supplier,NL\n"));
    let mut sizes = Vec::new();
    let report = take_parties(text.as_bytes(), async |batch: Vec<PartyRecord>| {
        let keys: std::collections::BTreeSet<_> = batch.iter().map(Record::key).collect();
        assert_eq!(keys.len(), batch.len());
        sizes.push(batch.len());
        Ok(batch.iter().map(|_| Imported::Known).collect())
    })
    .await;
    assert!(sizes.iter().all(|size| *size <= 500));
    assert_eq!(report.files[0].known, 2_400);
}

#[tokio::test]
async fn a_reason_of_the_database_names_the_line_it_is_about() {
    let text = "gln,name,role,country\n8717180005016,A,supplier,NL\n8717180005146,B,supplier,NL\n";
    let report = take_parties(text.as_bytes(), async |_| {
        Ok(vec![
            Imported::New,
            Imported::Refused {
                reason: "unknown_party".into(),
            },
        ])
    })
    .await;
    assert_eq!(report.refused[0].line, 3);
    assert_eq!(
        report.refused[0].reference.as_deref(),
        Some("8717180005146")
    );
}

/// The folder with the large invented world, where it is.
fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    Some(root.join("shared/data/world")).filter(|path| path.is_dir())
}

async fn registers_in(store: &Store, folder: &Path) -> Vec<FileReport> {
    let texts = Texts::load("en");
    let mut run = Run::new(false, &texts);
    macro_rules! read {
        ($file:literal, $call:ident) => {{
            let input = BufReader::new(File::open(folder.join($file)).unwrap());
            let sink = async |batch: Vec<_>| store.$call(&batch).await;
            run.register(($file, input), sink, &mut nothing)
                .await
                .unwrap();
        }};
    }
    read!("parties.csv", import_parties);
    read!("contacts.csv", import_contacts);
    read!("connections.csv", import_connections);
    read!("meters.csv", import_meters);
    read!("customers.csv", import_customers);
    read!("contracts.csv", import_contracts);
    assert!(
        run.report.is_complete(),
        "{:#?}",
        run.report.refused.first()
    );
    run.report.files
}

/// Real input: the last lines are wrong on purpose and each meets its own answer.
#[tokio::test]
async fn the_large_world_comes_in_and_its_last_lines_are_answered_one_by_one() {
    let Some(folder) = shared() else {
        eprintln!("skipped: the folder with the large world is not here");
        return;
    };
    let db = TestDb::new().await;
    let admin = db.store("admin_1");
    admin.clock_set(MORNING.parse().unwrap()).await.unwrap();
    let first = registers_in(&admin, &folder).await;
    let again = registers_in(&admin, &folder).await;
    assert!(
        first
            .iter()
            .all(|file| file.new > 20 && file.known == 0 && file.changed == 0)
    );
    assert!(
        again
            .iter()
            .all(|file| file.new == 0 && file.changed == 0 && file.known > 20)
    );

    let text = std::fs::read(folder.join("intake.jsonl")).unwrap();
    let report = take_cases(&admin, &text).await;
    mandates_without_a_contract_are_refused(&report);
    let doubtful: Vec<_> = report
        .refused
        .iter()
        .filter(|line| line.rule != "FLU-06")
        .map(|line| (line.line, line.reference.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        doubtful,
        [
            (404, "BAD-1-1"),
            (405, "BAD-1-2"),
            (406, "BAD-1-3"),
            (409, "")
        ],
        "{:#?}",
        report.refused
    );
    let file = &report.files[0];
    assert!(
        report.refused.iter().all(|line| line.line != 407),
        "the same reference again is known"
    );
    assert_eq!(file.lines(), 409);
    assert!(file.new > 80 && file.attached > 5, "{file:?}");
    let again = take_cases(&admin, &text).await;
    assert_eq!((again.files[0].new, again.files[0].attached), (0, 0));
    assert_eq!(again.files[0].known, file.new + file.attached + file.known);
    let without: Vec<_> = report
        .left_out
        .iter()
        .map(|line| (line.line, line.reason.as_str()))
        .collect();
    let (unready, without): (Vec<_>, Vec<_>) =
        (without.into_iter()).partition(|(_, reason)| reason.contains("sent as ready"));
    let (undeclared, without): (Vec<_>, Vec<_>) =
        (without.into_iter()).partition(|(_, reason)| reason.contains("must declare"));
    assert_eq!(undeclared.len(), 10, "PRIO-13: {undeclared:?}");
    assert!(
        without.len() == 3
            && without
                .iter()
                .all(|(_, reason)| reason.contains("postcode")),
        "letters that are not given out (3.8): {without:?}"
    );
    assert_eq!(unready.len(), 14, "ELS-28: {unready:?}");
    requests_stand_where_the_customer_stopped(&db, &text).await;
    notifications_stand_where_they_were_sent(&db).await;
}

/// FLU-06: of one provider no contract is there; its mandates are refused, all others come in, also those
/// that stand in the file before their contract.
fn mandates_without_a_contract_are_refused(report: &Report) {
    let orphans = report.refused.iter().filter(|line| line.rule == "FLU-06");
    let orphans: Vec<_> = orphans
        .filter_map(|line| line.reference.as_deref())
        .collect();
    assert_eq!(orphans.len(), 6, "{orphans:?}");
    assert!(
        orphans.iter().all(|one| one.starts_with("MND-")),
        "{orphans:?}"
    );
}

/// PRIO-03, PRIO-19: each request is taken over at the step to which the customer came; a meter that
/// the register has at the address brings its connection along.
async fn requests_stand_where_the_customer_stopped(db: &TestDb, text: &[u8]) {
    let mut expected = std::collections::BTreeMap::new();
    for line in String::from_utf8_lossy(text).lines() {
        let Ok(line) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        let state = match (line["process"].as_str(), line["step"].as_str()) {
            (Some("tlm"), Some("contact")) => "draft_location",
            (Some("tlm"), Some("location")) => "draft_meter",
            (Some("tlm" | "prio"), Some("meter" | "product"))
                if line["declares_authorised"] == false =>
            {
                "draft_meter"
            }
            (Some("tlm"), _) if line["installation"].is_object() => "checking_suitability",
            (Some("tlm"), _) => "draft_installation",
            (Some("prio"), _) if line["postcode"].as_str().unwrap().ends_with("SA") => {
                "draft_location"
            }
            (Some("prio"), Some("contact")) => "draft_location",
            (Some("prio"), Some("location")) => "draft_meter",
            (Some("prio"), Some("meter" | "product")) => "checking",
            _ => continue,
        };
        *expected.entry(state.to_owned()).or_insert(0) += 1;
    }
    let sql =
        "SELECT state, count(*) FROM loket.cases WHERE process IN ('prio', 'tlm') GROUP BY state";
    let owner = db.pool(crate::support::db::SUPERUSER, 1).await;
    let found: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&owner).await.unwrap();
    assert_eq!(
        found
            .into_iter()
            .collect::<std::collections::BTreeMap<_, _>>(),
        expected
    );
}

/// ELS-28, ELS-29: of the 49 notifications 26 were sent as ready and lack nothing.
async fn notifications_stand_where_they_were_sent(db: &TestDb) {
    let sql = "SELECT state, count(*) FROM loket.cases WHERE process = 'notification' GROUP BY 1 ORDER BY 1";
    let owner = db.pool(crate::support::db::SUPERUSER, 1).await;
    let found: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&owner).await.unwrap();
    let expected = [("for_approval", 26), ("unsent", 23)];
    assert_eq!(
        found,
        expected.map(|(state, count)| (state.to_owned(), count))
    );
}

#[test]
fn a_line_is_cleaned_before_anything_else_sees_it() {
    let line = "{\"process\":\"\\u001b[31mdoubt\",\"reference\":\"A\\u202e1\"}";
    let (_, reference) = cases::parse(line, MORNING.parse().unwrap()).unwrap_err();
    assert_eq!(reference.as_deref(), Some("A1"));
}

/// The real program: one JSON object, and exit code 3 because some lines were refused.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_reports_as_json_and_says_by_its_exit_code_that_lines_were_refused() {
    let world = World::new().await;
    world
        .admin
        .clock_set(MORNING.parse().unwrap())
        .await
        .unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/data/intake_small.jsonl");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_loket"))
        .args(["--lang", "en", "--database-url", &world.db.url("admin_1")])
        .args(["import", "cases", "--json"])
        .arg(file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{errors}");
    assert_eq!(errors, "", "no progress bar where nobody sees it");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["files"][0]["new"], 2);
    assert_eq!(report["refused"][0]["line"], 4);
    assert_eq!(report["refused"][0]["reference"], "S-3");
}
