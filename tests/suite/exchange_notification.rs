//! Notifications that installers' own systems send, by file and by the worker's directory (ELS-03…07,
//! ELS-11, ELS-18, ELS-24, ELS-28, ELS-29; decision 18).

use loket::exchange::import::Run;
use loket::exchange::import::intake::Door;
use loket::exchange::import::report::Report;
use loket::exchange::worker::Options;
use loket::exchange::worker::Worker;
use loket::exchange::worker::outside::Outside;
use loket::process::notification::Lists;
use loket::store::Store;
use loket::text::Texts;
use serde_json::{Value as Json, json};

use crate::exchange_world::{folder, options};
use crate::store::installers::{METER, OTHER, PLANT, sweden};
use crate::support::db::{FIRMS, SUPERUSER};
use crate::support::world::World;

/// A line that was sent as ready and lacks nothing.
pub(crate) fn whole() -> Json {
    let person = json!({
        "kind": "private", "first_name": "Vera", "last_name": "Lindqvist",
        "address": "Registergatan 1", "postcode": "25220", "city": "Helsingborg",
        "phone": "+4642000001", "email": "vera@exempel.example", "personal_number": "189006163639",
    });
    json!({
        "process": "notification", "received_at": "2026-01-12T09:00:00+01:00",
        "reference": "ANM-1", "installer_gln": FIRMS[0].0, "grid_company": "Nät Syd AB",
        "installation_type": "fuse_change", "job_type": "one_meter", "grid_area": "Helsingborg",
        "submitted": true, "owner": person, "payer": person, "meter_placement": "facade",
        "ean": PLANT, "meter_number": METER, "technical_number": "T-9",
    })
}

/// The same under another reference, with that at that place (`owner.phone`).
fn but(reference: &str, changes: &[(&str, Json)]) -> Json {
    let mut line = whole();
    line["reference"] = json!(reference);
    for (place, value) in changes {
        match place.split_once('.') {
            Some((object, key)) => line[object][key] = value.clone(),
            None => line[*place] = value.clone(),
        }
    }
    line
}

pub(crate) async fn take(store: &Store, lines: &[Json], is_dry: bool) -> Report {
    let texts = Texts::load("en");
    let text: Vec<String> = lines.iter().map(Json::to_string).collect();
    let text = text.join("\n");
    let mut run = Run::new(is_dry, &texts);
    let mut door = Door::open(store).await.unwrap();
    let input = ("in.jsonl", text.as_bytes());
    let mut nothing = |_: u64, _: u64| {};
    run.cases(input, &mut door, &mut nothing).await.unwrap();
    run.report
}

/// State by reference, with the company's number before it, as the tables have it.
async fn states(world: &World) -> Vec<(String, String)> {
    let sql = "SELECT reference, state FROM loket.cases WHERE process = 'notification' ORDER BY 1";
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query_as(sql).fetch_all(&pool).await.unwrap()
}

async fn state(world: &World, reference: &str) -> Option<String> {
    let wanted = format!("{}/{reference}", FIRMS[0].0);
    let found = states(world)
        .await
        .into_iter()
        .find(|(it, _)| *it == wanted);
    found.map(|(_, state)| state)
}

/// ELS-28, ELS-29, decision 18: what was sent as ready and lacks nothing starts with the grid company,
/// with its clock; all else is the installer's alone, and the report says so with its line.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn els_28_only_what_is_ready_and_complete_starts_with_the_grid_company() {
    let world = sweden().await;
    let lines = [
        whole(),
        but("ANM-2", &[("submitted", json!(false))]),
        but(
            "ANM-3",
            &[("payer", json!({})), ("meter_placement", json!(""))],
        ),
        but(
            "ANM-4",
            &[
                ("installation_type", json!("new_plant")),
                ("ean", Json::Null),
                ("meter_number", Json::Null),
                ("technical_number", Json::Null),
            ],
        ),
    ];
    let report = take(&world.admin, &lines, false).await;
    assert!(report.is_complete(), "{:#?}", report.refused);
    assert_eq!(report.files[0].new, 4);
    for (reference, expected) in [
        ("ANM-1", "for_approval"),
        ("ANM-2", "unsent"),
        ("ANM-3", "unsent"),
        ("ANM-4", "for_approval"),
    ] {
        let found = state(&world, reference).await;
        assert_eq!(found.as_deref(), Some(expected), "{reference}");
    }
    let said: Vec<_> = report
        .left_out
        .iter()
        .map(|it| (it.line, &*it.rule))
        .collect();
    assert_eq!(said, [(3, "ELS-28")], "{:#?}", report.left_out);
    let why = &report.left_out[0].reason;
    assert!(
        why.contains("wished meter placement") && !why.contains("field."),
        "{why}"
    );

    // the grid company sees two of them, the installer four
    let (anna, ingrid) = (world.db.store("anna"), world.db.store("ingrid"));
    for (reference, is_seen) in [("ANM-1", true), ("ANM-2", false), ("ANM-3", false)] {
        let hits = anna.search(reference, 50).await.unwrap();
        assert_eq!(!hits.is_empty(), is_seen, "{reference}");
        assert_eq!(
            ingrid.search(reference, 50).await.unwrap().len(),
            1,
            "{reference}"
        );
    }
    let case_id = anna.search("ANM-1", 50).await.unwrap()[0].row.case_id;
    let detail = anna.case_detail(case_id).await.unwrap();
    assert!(
        detail
            .facts
            .clocks
            .iter()
            .any(|clock| clock.key == "handle_10wd"),
        "ELS-31"
    );
    let fact = |key: &str| detail.facts.facts[key].as_code().unwrap().to_owned();
    assert_eq!(
        (fact("grid_company"), fact("grid_area")),
        ("nat_syd".into(), "helsingborg".into())
    );
    assert_eq!(
        (fact("ean"), fact("meter_no"), fact("technical_no")),
        (PLANT.into(), METER.into(), "T-9".into())
    );
    assert!(detail.texts.values().any(|text| text == "Lindqvist"));
    let is_kept = |key: &str| detail.facts.facts.contains_key(key);
    assert!(
        is_kept("owner_personal_no") && is_kept("payer_personal_no"),
        "ELS-24"
    );
    let auditor = world.db.store("auditor_1");
    let found = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, []);
}

/// ELS-03…07, ELS-11, ELS-18, ELS-24: what makes a line no notification costs the line, all else the
/// field, each with the number of its line; nothing is stored as it came when it cannot be.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, clippy::type_complexity, reason = "one table")]
async fn els_24_a_wrong_value_costs_its_field_or_its_line() {
    let world = sweden().await;
    let long = "x".repeat(10_000);
    let evil = json!("\u{1b}[2J\u{1b}]0;x\u{7}Ve\u{202e}ra");
    let table: Vec<(Vec<(&str, Json)>, Option<&str>)> = vec![
        (vec![("grid_company", json!("Elbolaget i Norr"))], None),
        (vec![("grid_area", json!("Kiruna"))], None),
        (vec![("job_type", json!("gardening"))], None),
        (vec![("installation_type", json!("demolition"))], None),
        (vec![("installation_type", json!(["fuse_change"]))], None),
        (vec![("installer_gln", json!("7350000000017"))], None),
        (
            vec![("installer_gln", json!(crate::support::world::SUPPLIER))],
            None,
        ),
        (vec![("installer_gln", Json::Null)], None),
        (vec![("reference", json!(""))], None),
        (
            vec![("owner.personal_number", json!("19000616363X"))],
            Some("unsent"),
        ),
        (vec![("owner.kind", json!("ghost"))], Some("unsent")),
        (vec![("payer", json!("Vera"))], Some("unsent")),
        (vec![("meter_placement", json!("the moon"))], Some("unsent")),
        (
            vec![("ean", json!("735999100000000011"))],
            Some("for_approval"),
        ),
        (
            vec![
                ("ean", json!("735999100000000997")),
                ("meter_number", Json::Null),
            ],
            Some("unsent"),
        ),
        (vec![("ean", json!(OTHER))], Some("unsent")),
        (vec![("meter_number", json!(evil))], Some("unsent")),
        (
            vec![("ean", Json::Null), ("technical_number", Json::Null)],
            Some("for_approval"),
        ),
        (vec![("submitted", json!("perhaps"))], Some("unsent")),
        (vec![("owner.email", json!(long))], None),
        (
            vec![("owner.first_name", evil.clone())],
            Some("for_approval"),
        ),
        (
            vec![("owner.unknown", json!(1)), ("opened_by", json!(7))],
            Some("for_approval"),
        ),
    ];
    let lines: Vec<Json> = table
        .iter()
        .enumerate()
        .map(|(at, (changes, _))| but(&format!("H-{at}"), changes))
        .collect();
    let dry = take(&world.admin, &lines, true).await;
    let report = take(&world.admin, &lines, false).await;
    assert_eq!(
        (&dry.refused, &dry.left_out),
        (&report.refused, &report.left_out)
    );
    for (at, (changes, expected)) in table.iter().enumerate() {
        let found = state(&world, &format!("H-{at}")).await;
        let line = u64::try_from(at).unwrap() + 1;
        let why: Vec<_> = report
            .left_out
            .iter()
            .chain(&report.refused)
            .filter(|it| it.line == line)
            .collect();
        assert_eq!(found.as_deref(), *expected, "{changes:?}: {why:#?}");
        assert_eq!(
            report.refused.iter().any(|it| it.line == line),
            expected.is_none(),
            "{changes:?}"
        );
        assert!(
            *expected == Some("for_approval") || !why.is_empty(),
            "{changes:?} says nothing"
        );
    }
    let pool = world.db.pool(SUPERUSER, 1).await;
    let bodies: Vec<String> = sqlx::query_scalar("SELECT body FROM loket.texts")
        .fetch_all(&pool)
        .await
        .unwrap();
    assert!(
        bodies.iter().any(|body| body == "Vera"),
        "ESC and bidi controls are gone"
    );
    let is_evil = |c: char| c.is_control() || c == '\u{202e}';
    assert!(
        !bodies.iter().any(|body| body.contains(is_evil)),
        "{bodies:?}"
    );
}

/// ELS-11: a meter number alone brings its plant along; a plant of another country is none of these.
#[tokio::test(flavor = "multi_thread")]
async fn els_11_a_meter_number_alone_brings_its_plant() {
    let world = sweden().await;
    let lines = [
        but("ANM-1", &[("ean", Json::Null)]),
        but(
            "ANM-2",
            &[
                ("ean", json!(crate::support::world::ean(1))),
                ("meter_number", Json::Null),
            ],
        ),
    ];
    let report = take(&world.admin, &lines, false).await;
    assert_eq!(
        state(&world, "ANM-1").await.as_deref(),
        Some("for_approval")
    );
    assert_eq!(state(&world, "ANM-2").await.as_deref(), Some("unsent"));
    assert_eq!(report.left_out[0].rule, "ELS-18");
    let anna = world.db.store("anna");
    let row = &anna.search("ANM-1", 5).await.unwrap()[0].row;
    let detail = anna.case_detail(row.case_id).await.unwrap();
    assert_eq!(detail.connection.unwrap().ean, PLANT);
}

/// ELS-29: references are those of a company: the same of two is two notifications, twice of one is one.
#[tokio::test(flavor = "multi_thread")]
async fn els_29_references_are_a_companys_own() {
    let world = sweden().await;
    let lines = [
        whole(),
        but("ANM-1", &[("installer_gln", json!(FIRMS[1].0))]),
        whole(),
    ];
    let dry = take(&world.admin, &lines, true).await;
    assert_eq!(
        (dry.files[0].checked, dry.files[0].known),
        (2, 1),
        "{dry:#?}"
    );
    let report = take(&world.admin, &lines, false).await;
    assert_eq!(
        (report.files[0].new, report.files[0].known),
        (2, 1),
        "{report:#?}"
    );
    let dry = take(&world.admin, &lines, true).await;
    assert_eq!(
        (dry.files[0].checked, dry.files[0].known),
        (0, 3),
        "{dry:#?}"
    );
}

/// ELS-03, ELS-06: lists beside the settings are the ones that count, for files too.
#[tokio::test(flavor = "multi_thread")]
async fn els_06_lists_of_the_grid_company_count_for_files() {
    let world = sweden().await;
    let lists = Lists::parse(
        "[[grid_company]]\nkey = \"norr\"\nname = { en = \"Elbolaget i Norr\" }\n\
         area = [{ key = \"kiruna\", name = { en = \"Kiruna\" } }]\n\
         [[job_type]]\nkey = \"one_meter\"\nname = { en = \"one\", sv = \"en mätare\" }\n\
         [[meter_placement]]\nkey = \"outside\"\nname = { en = \"facade\" }\n",
    )
    .unwrap();
    let line = but(
        "ANM-1",
        &[
            ("grid_company", json!("elbolaget i NORR")),
            ("grid_area", json!("Kiruna")),
            ("job_type", json!("En mätare")),
        ],
    );
    let mut door = Door::open(&world.admin).await.unwrap();
    assert!(
        door.one(&line.to_string()).await.unwrap().is_err(),
        "not in the lists of the program"
    );
    let mut door = door.with_lists(Some(lists));
    door.one(&line.to_string()).await.unwrap().unwrap();
    let detail = world.db.store("anna");
    let row = &detail.search("ANM-1", 5).await.unwrap()[0].row;
    let detail = detail.case_detail(row.case_id).await.unwrap();
    let fact = |key: &str| detail.facts.facts[key].as_code().unwrap().to_owned();
    assert_eq!(
        [
            fact("grid_company"),
            fact("grid_area"),
            fact("meter_placement")
        ],
        ["norr", "kiruna", "outside"]
    );
}

/// ELS-28: a file that an installer's system leaves for the worker is taken like a line.
#[tokio::test(flavor = "multi_thread")]
async fn els_28_the_worker_takes_notifications_that_are_left_for_it() {
    let world = sweden().await;
    let place = folder("els-incoming");
    let incoming = place.join("incoming");
    std::fs::create_dir_all(&incoming).unwrap();
    std::fs::write(incoming.join("anm-1.json"), whole().to_string()).unwrap();
    let options = Options {
        outside: Outside::practice(&place.join("payments"), &incoming),
        ..options(&place.join("out"))
    };
    let worker = Worker::open(world.db.store("worker_1"), options)
        .await
        .unwrap();
    worker.once().await.unwrap();
    assert_eq!(
        state(&world, "ANM-1").await.as_deref(),
        Some("for_approval")
    );
}

/// ELS-28, ELS-18: what a file of the worker's directory cannot bring along is said beside it and in the
/// case, where its installer reads it; the same file again says it again and writes nothing. Fails
/// where it stands in a log only.
#[tokio::test(flavor = "multi_thread")]
async fn els_28_what_could_not_be_taken_is_said_to_who_sent_it() {
    let world = sweden().await;
    let place = folder("els-left-out");
    let incoming = place.join("incoming");
    std::fs::create_dir_all(&incoming).unwrap();
    let options = Options {
        outside: Outside::practice(&place.join("payments"), &incoming),
        ..options(&place.join("out"))
    };
    let worker = Worker::open(world.db.store("worker_1"), options)
        .await
        .unwrap();
    let line = but("ANM-7", &[("meter_placement", json!("on the moon"))]);
    for name in ["first", "second"] {
        std::fs::write(incoming.join(format!("{name}.json")), line.to_string()).unwrap();
        worker.once().await.unwrap();
        let beside = incoming.join(format!("done/{name}.txt"));
        let said = std::fs::read_to_string(beside).unwrap();
        assert!(said.contains("on the moon"), "{name}: {said}");
        assert!(said.contains("gewenste plaats meter"), "{name}: {said}");
    }
    let ingrid = world.db.store("ingrid");
    let case_id = ingrid.search("ANM-7", 5).await.unwrap()[0].row.case_id;
    let detail = ingrid.case_detail(case_id).await.unwrap();
    let texts: Vec<_> = detail.texts.values().collect();
    assert!(
        texts.iter().any(|text| text.contains("on the moon")),
        "{texts:?}"
    );
    let events = ingrid.timeline(case_id, None, 50).await.unwrap();
    let notes = events.iter().filter(|event| event.kind == "installer_note");
    assert_eq!(notes.count(), 1);
}

/// ELS-09: the print version of a notification, by the real program: all that is filled in by its name,
/// what is missing with a sign; of no other process.
#[tokio::test(flavor = "multi_thread")]
async fn els_09_a_notification_is_printed_as_a_page() {
    let world = sweden().await;
    let line = but(
        "ANM-1",
        &[("payer", json!({})), ("reference", json!("ANM-1"))],
    );
    take(&world.admin, &[line], false).await;
    let ingrid = world.db.store("ingrid");
    let case_no = ingrid.search("ANM-1", 5).await.unwrap()[0]
        .row
        .case_no
        .clone();
    let print = |role: &str, case_no: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_loket"))
            .args(["--lang", "sv", "--database-url", &world.db.url(role)])
            .args(["case", "print", case_no])
            .output()
            .unwrap()
    };
    let page = String::from_utf8(print("ingrid", &case_no).stdout).unwrap();
    for line in [
        "säkringsändring - anläggning med en mätare, ej skickat",
        "Sundets Elinstallation (7350000000016)",
        "nätbolag                     Nät Syd AB",
        "mätpunktens EAN              735999100000000010",
        "önskad mätarplacering        på fasaden",
        "ägare: personnr              189006163639",
        "betalare: telefon/mobil      ! saknas",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    let places = [
        "ARBETE",
        "ANLÄGGNING",
        "FASTIGHETSÄGARE",
        "BETALNINGSANSVARIG",
    ];
    let places = places.map(|heading| page.find(&format!("\n{heading}\n")).unwrap());
    assert!(places.is_sorted(), "{page}");
    assert!(!print("anna", &case_no).status.success(), "ELS-29");
    let signal = world.signal(1).await;
    let signal = world.admin.case_detail(signal).await.unwrap().row.case_no;
    let other = print("anna", &signal);
    assert_eq!(other.status.code(), Some(2));
}
