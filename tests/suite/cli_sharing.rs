//! Sharing from a shell: mandates of the service come in, consumption is shown and taken along as far as
//! the mandate allows, and a refusal names its rule (FLU-26, FLU-31, FLU-38).

use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::{PROVIDER, World, ean};
use loket::store::admin::AgentRow;

const CONTRACT: &str = r#"{"process": "contract", "received_at": "2026-11-16T08:00:00+01:00",
    "reference": "DTC-1", "party_gln": "PARTY", "company_number": "0566988259", "channel": "website",
    "signed_on": "2026-04-01", "approved_on": "2026-04-08", "contract_number": "3599961849994"}"#;

async fn world() -> (World, Shell, Shell) {
    let world = World::new().await;
    let morning = "2026-11-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    let anna = AgentRow {
        db_role: "anna".into(),
        name: "Anna".into(),
        role: "agent".into(),
        queues: vec!["sharing".into()],
        firm: None,
        disabled_at: None,
    };
    world.db.store(SUPERUSER).agent_add(&anna).await.unwrap();
    let shells = ["admin_1", "anna"].map(|role| Shell::of(&world.db.url(role)));
    let [admin, anna] = shells;
    (world, admin, anna)
}

/// A mandate as the service tells of it.
fn mandate(n: u32, status: &str, kind: &str) -> String {
    format!(
        r#"{{"referenceNumber": "REF-{n}", "status": "{status}", "ean": "{}", "energyType": "E",
        "dataPeriodFrom": "2025-01-01T00:00:00+01:00", "dataPeriodTo": "2026-07-01T00:00:00+02:00",
        "dataServiceType": "{kind}", "mandateExpirationDate": "2029-03-01T00:00:00+01:00"}}"#,
        ean(n)
    )
}

/// Two days of the first connection, with a gap of an hour in the second one.
fn export() -> String {
    let mut text = String::from(
        "Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;Metertype;Register;Volume;\
         Eenheid;Validatiestatus;Omschrijving\n",
    );
    for quarter in 0..192 {
        let at = |n: u32| {
            format!(
                "{:02}-06-2026;{:02}:{:02}:00",
                15 + n / 96,
                n % 96 / 4,
                n % 4 * 15
            )
        };
        let gap = (100..104).contains(&quarter);
        let (volume, status) = if gap {
            ("", "Geen verbruik")
        } else {
            ("0,100", "Gevalideerd")
        };
        let (from, to) = (at(quarter), at(quarter + 1));
        let ean = ean(1);
        let line = [
            &from,
            &to,
            &format!("=\"{ean}\""),
            "1S",
            "Digitale meter",
            "Afname Dag",
            volume,
            "kWh",
            status,
        ];
        text += &line.join(";");
        text += ";\n";
    }
    text
}

/// FLU-06, FLU-28: the answer of the service opens mandates, approved ones as such.
#[tokio::test(flavor = "multi_thread")]
async fn flu_28_mandates_of_the_service_come_in_once() {
    let (_world, admin, anna) = world().await;
    let answer = format!(
        r#"{{"data": {{"mandates": [{}, {}, {}]}}}}"#,
        mandate(1, "Approved", "VH_onbepaald"),
        mandate(2, "Requested", "VH_dag"),
        mandate(3, "Finished", "VH_dag")
    );
    let line = format!("import mandates --party {PROVIDER} --json -");
    let early = admin.run_with(&line, &answer);
    assert!(early.code == 3 && early.out.contains("FLU-06"), "{early:?}");
    let contract = CONTRACT.replace('\n', "").replace("PARTY", PROVIDER);
    assert_eq!(admin.run_with("import cases -", &contract).code, 0);
    let said = admin.run_with(&line, &answer);
    assert!(said.code == 0 && said.out.contains("\"new\":2"), "{said:?}");
    let again = admin.run_with(&line, &answer);
    assert!(
        again.code == 0 && again.out.contains("\"known\":2"),
        "{again:?}"
    );
    let listed = anna.run("case list").out;
    assert!(
        listed.contains("in force") && listed.contains("to approve"),
        "{listed}"
    );
    let missing = admin.run_with("import mandates -", &answer);
    assert_eq!(missing.code, 2, "{missing:?}");
}

/// A shell with a contract in force, and what the service says into it.
struct Portal {
    _world: World,
    admin: Shell,
    anna: Shell,
}

impl Portal {
    async fn new() -> Self {
        let (world, admin, anna) = world().await;
        let contract = CONTRACT.replace('\n', "").replace("PARTY", PROVIDER);
        assert_eq!(admin.run_with("import cases -", &contract).code, 0);
        Self {
            _world: world,
            admin,
            anna,
        }
    }

    /// Imports an answer with these mandates: new, changed, known, refused, and what was said.
    fn says(&self, mandates: &[String]) -> ([u64; 4], String) {
        let answer = format!(r#"{{"data": {{"mandates": [{}]}}}}"#, mandates.join(","));
        let line = format!("import mandates --party {PROVIDER} --json -");
        let said = self.admin.run_with(&line, &answer);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let file = &report["files"][0];
        let count = |key: &str| file[key].as_u64().unwrap();
        let counts = ["new", "changed", "known", "refused"].map(count);
        assert_eq!(said.code, if counts[3] > 0 { 3 } else { 0 }, "{said:?}");
        (counts, report["refused"].to_string())
    }

    fn state(&self, case: &str) -> String {
        self.anna.one(&format!("case show {case}"))["row"]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn fact(&self, case: &str, key: &str) -> String {
        let shown = self.anna.one(&format!("case show {case}"));
        shown["facts"]["facts"][key].to_string()
    }

    /// How often that stands in the history of the case.
    fn times(&self, case: &str, words: &str) -> usize {
        let history = self.anna.ok(&format!("case timeline {case}"));
        history.matches(words).count()
    }
}

const FIRST: &str = "SM-2026-000001";

/// FLU-24, FLU-28, FLU-32: what the service says later moves the case by the lines of its table; the same
/// answer again, and an older one, change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn flu_32_what_the_service_says_later_moves_the_case() {
    let portal = Portal::new().await;
    let one = |n, status| mandate(n, status, "VH_dag");
    let asked = [one(1, "Requested"), one(2, "Requested"), one(3, "Finished")];
    assert_eq!(portal.says(&asked).0, [2, 0, 0, 0]);
    let second = "SM-2026-000002";
    let decided = [one(1, "Approved"), one(2, "Rejected")];
    assert_eq!(portal.says(&decided).0, [0, 2, 0, 0]);
    assert_eq!(portal.says(&decided).0, [0, 0, 2, 0], "the same again");
    assert_eq!(portal.says(&asked).0, [0, 0, 2, 0], "an older one");
    assert_eq!(portal.state(FIRST), "active");
    assert_eq!(portal.state(second), "rejected");
    assert_eq!(portal.fact(FIRST, "holder_approval"), r#""portal""#);
    let due = portal.anna.one(&format!("case show {FIRST}"))["facts"]["clocks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|run| run["key"] == "validity_3y")
        .unwrap()["due_at"]
        .clone();
    assert_eq!(due, "2029-02-28T23:00:00Z", "the end that was told");
    let over = [one(1, "Finished"), one(2, "Finished")];
    assert_eq!(portal.says(&over).0, [0, 1, 1, 0]);
    for answer in [&over[..], &decided[..], &asked[..2]] {
        assert_eq!(portal.says(answer).0, [0, 0, 2, 0], "{answer:?}");
    }
    assert_eq!(portal.state(FIRST), "ended");
    assert_eq!(portal.state(second), "rejected");
    assert_eq!(portal.times(FIRST, "Ended in the portal"), 1);
    assert_eq!(portal.times(FIRST, "Service says otherwise"), 0);
}

/// FLU-30, FLU-31: a period that ends earlier than here caps it, of a request that waits as well; an end in
/// between is older, one beyond what the customer chose reaches a person.
#[tokio::test(flavor = "multi_thread")]
async fn flu_30_a_period_that_the_service_ends_is_capped() {
    let portal = Portal::new().await;
    let until = |n, status, day: &str| {
        mandate(n, status, "VH_dag").replace("2026-07-01T00:00:00+02:00", day)
    };
    for (n, status) in [(1, "Requested"), (2, "Approved")] {
        let case = format!("SM-2026-{n:06}");
        let chosen = until(n, status, "2026-07-01T00:00:00+02:00");
        assert_eq!(portal.says(std::slice::from_ref(&chosen)).0, [1, 0, 0, 0]);
        let earlier = until(n, status, "2026-03-29T00:00:00+01:00");
        assert_eq!(portal.says(std::slice::from_ref(&earlier)).0, [0, 1, 0, 0]);
        assert_eq!(portal.fact(&case, "effective_date"), r#""2026-03-29""#);
        assert_eq!(portal.fact(&case, "period_to"), r#""2026-07-01""#);
        for same in [earlier, chosen] {
            assert_eq!(portal.says(&[same]).0, [0, 0, 1, 0]);
        }
        assert_eq!(portal.times(&case, "Grid user changes"), 1);
        let later = until(n, status, "2026-09-01T00:00:00+02:00");
        for _ in 0..2 {
            let (counts, why) = portal.says(std::slice::from_ref(&later));
            assert_eq!(counts, [0, 0, 0, 1]);
            assert!(why.contains("shared until"), "{why}");
        }
        assert_eq!(portal.times(&case, "Service says otherwise"), 1, "once");
        assert_eq!(portal.fact(&case, "effective_date"), r#""2026-03-29""#);
    }
}

/// FLU-24, FLU-32: what no line can do is refused with its reason, stands in the case once, and the lead is
/// told; nothing of the case changes by it.
#[tokio::test(flavor = "multi_thread")]
async fn flu_24_what_does_not_fit_reaches_a_person() {
    let portal = Portal::new().await;
    let one = |n, status| mandate(n, status, "VH_dag");
    assert_eq!(
        portal.says(&[one(1, "Requested"), one(2, "Approved")]).0,
        [2, 0, 0, 0]
    );
    let second = "SM-2026-000002";
    let odd = [
        one(1, "Finished"),
        one(2, "Rejected"),
        one(3, "Cancelled"),
        one(4, "Approved").replace("2029-03-01T00:00:00+01:00", "soon"),
        one(1, "Approved").replace("VH_dag", "VH_onbepaald"),
        one(1, "Approved").replace(&ean(1), &ean(5)),
    ];
    for _ in 0..2 {
        let (counts, why) = portal.says(&odd);
        assert_eq!(counts, [0, 0, 0, 6], "{why}");
        for words in [
            "over",
            "asked for, to approve",
            "Cancelled",
            "which data",
            "until when",
        ] {
            assert!(why.contains(words), "{words}: {why}");
        }
    }
    assert_eq!(portal.state(FIRST), "requested");
    assert_eq!(portal.state(second), "active");
    for case in [FIRST, second] {
        assert_eq!(portal.times(case, "Service says otherwise"), 1, "{case}");
    }
    assert_eq!(portal.fact(FIRST, "told_status"), r#""finished""#);
    // reopened, it is not approved on the old word of the service
    portal.says(&[one(2, "Finished")]);
    let reopened = portal.admin.run(&format!(
        "case do {second} reopen --field reason='by mistake'"
    ));
    assert_eq!(reopened.code, 0, "{reopened:?}");
    let (counts, why) = portal.says(&[one(2, "Approved")]);
    assert_eq!(counts, [0, 0, 0, 1]);
    assert!(why.contains("FLU-24"), "{why}");
    assert_eq!(portal.state(second), "requested");
    let (counts, _) = portal.says(&[one(2, "Finished")]);
    assert_eq!(counts[3], 1, "it waits here and is over there");
}

/// FLU-28: a mandate in force that ends earlier in the portal than here, or was renewed there, reaches a
/// person, once for each end that is told; the end that is known here is nothing new.
#[tokio::test(flavor = "multi_thread")]
async fn flu_28_another_end_of_a_mandate_reaches_a_person() {
    let portal = Portal::new().await;
    let known = mandate(1, "Approved", "VH_dag");
    assert_eq!(portal.says(std::slice::from_ref(&known)).0, [1, 0, 0, 0]);
    for (times, end) in [(1, "2027-06-01"), (2, "2032-03-01")] {
        let other = known.replace("2029-03-01", end);
        for _ in 0..2 {
            let (counts, why) = portal.says(std::slice::from_ref(&other));
            assert_eq!(counts, [0, 0, 0, 1]);
            let says = why.contains(end) && why.contains("2029-03-01");
            assert!(says && why.contains("FLU-28"), "{why}");
            assert_eq!(portal.times(FIRST, "Service says otherwise"), times);
        }
        assert_eq!(portal.says(std::slice::from_ref(&known)).0, [0, 0, 1, 0]);
    }
    assert_eq!(portal.times(FIRST, "Service says otherwise"), 2);
}

/// FLU-38: an answer without a reading of a meter is not a good one with nothing in it: the report says so.
#[tokio::test(flavor = "multi_thread")]
async fn flu_38_an_answer_without_meters_is_said() {
    let portal = Portal::new().await;
    let answer = format!(
        r#"{{"data": {{"headpoint": {{"ean": "{}", "energyType": "E", "physicalMeters": []}}}}}}"#,
        ean(1)
    );
    let said = portal
        .admin
        .run_with("import consumption --json -", &answer);
    assert!(
        said.code == 3 && said.out.contains("no readings"),
        "{said:?}"
    );
}

/// A dry run says the same and writes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_mandates_writes_nothing() {
    let portal = Portal::new().await;
    portal.says(&[mandate(1, "Requested", "VH_dag")]);
    let line = format!("import mandates --party {PROVIDER} --dry-run --json -");
    let approved = portal
        .admin
        .run_with(&line, &mandate(1, "Approved", "VH_dag"));
    assert!(
        approved.code == 0 && approved.out.contains("\"checked\":1"),
        "{approved:?}"
    );
    let odd = portal
        .admin
        .run_with(&line, &mandate(1, "Finished", "VH_dag"));
    assert_eq!(odd.code, 3, "{odd:?}");
    assert_eq!(portal.state(FIRST), "requested");
    assert_eq!(portal.times(FIRST, "Service says otherwise"), 0);
}

/// FLU-02, FLU-35: the answers of the service that were published come in as exports do, once, and are shown
/// under a mandate.
#[tokio::test(flavor = "multi_thread")]
async fn flu_35_published_answers_of_the_service_come_in() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/apis");
    if !root.is_dir() {
        println!("skipped: the published answers are not beside this checkout");
        return;
    }
    let portal = Portal::new().await;
    let file = |name: &str| {
        root.join(format!("fluvius_{name}.json"))
            .display()
            .to_string()
    };
    let quarters = file("electricity_data_measurement_quarter_hourly");
    let gas = file("gas_data_measurement_hourly");
    let report = |line: &str| {
        let said = portal.admin.run(line);
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let file = &report["files"][0];
        (
            said.code,
            ["new", "known", "refused"].map(|key| file[key].as_u64().unwrap()),
        )
    };
    let unknown = report(&format!("import consumption --json {quarters}"));
    assert_eq!(unknown, (3, [0, 0, 2]), "nobody registered that connection");
    let here = format!("import consumption --ean {} --json {quarters}", ean(1));
    assert_eq!(report(&here), (0, [2, 0, 0]));
    assert_eq!(report(&here), (0, [0, 2, 0]), "the same again");
    let wrong = format!("import consumption --ean {} --json {gas}", ean(1));
    assert_eq!(
        report(&wrong),
        (3, [0, 0, 1]),
        "gas at a connection of electricity"
    );
    let mandate = mandate(1, "Approved", "VH_onbepaald").replace("2025-01-01", "2024-01-01");
    assert_eq!(portal.says(&[mandate]).0, [1, 0, 0, 0]);
    let shown = portal.anna.ok(&format!(
        "consumption show {FIRST} --week 2024-12-01 --fine --purpose check"
    ));
    assert!(
        shown.contains("0,009") && shown.contains("0,010"),
        "{shown}"
    );
    let odd = portal
        .admin
        .run_with("import consumption -", "{\"data\": 1}");
    assert_eq!(odd.code, 2, "{odd:?}");
}

/// FLU-26, FLU-27, FLU-36, FLU-38: what is allowed is shown and exported alike, with what is missing said;
/// what is not is refused with its rule.
#[tokio::test(flavor = "multi_thread")]
async fn flu_38_what_is_shown_can_be_taken_along() {
    let (_world, admin, anna) = world().await;
    let contract = CONTRACT.replace('\n', "").replace("PARTY", PROVIDER);
    admin.run_with("import cases -", &contract);
    let line = format!("import mandates --party {PROVIDER} -");
    admin.run_with(&line, &mandate(1, "Approved", "VH_onbepaald"));
    let told = admin.run_with("import consumption -", &export());
    assert!(
        told.code == 0 && told.out.contains("4 without a value"),
        "{told:?}"
    );

    let case = "SM-2026-000001";
    let show = |rest: &str| {
        anna.run(&format!(
            "consumption show {case} {rest} --purpose question"
        ))
    };
    let days = show("--week 2026-06-15").out;
    assert!(days.contains("9,600") && days.contains("9,200"), "{days}");
    assert!(days.contains("60 min missing"), "{days}");
    let year = show("--year 2026").out;
    assert!(
        year.contains("2026-06") && year.contains("18,800"),
        "{year}"
    );
    assert!(
        year.contains("[FLU-27]"),
        "half of the year is not shared: {year}"
    );
    let refused = show("--month 2026-06 --fine");
    assert!(
        refused.code == 1 && refused.err.contains("FLU-26"),
        "{refused:?}"
    );
    let after = show("--month 2026-07");
    assert!(after.code == 1 && after.err.contains("FLU-27"), "{after:?}");

    let export =
        format!("consumption export {case} --week 2026-06-15 --fine --purpose hand_over --whole");
    let taken = anna.run(&export).out;
    let week = 7 * 96;
    assert_eq!(taken.lines().count(), 1 + week, "{taken}");
    let missing = taken
        .lines()
        .filter(|line| line.contains(";;kWh;Geen verbruik;"));
    assert_eq!(missing.count(), week - 188, "missing, and not zero");
    assert!(taken.starts_with("\u{feff}Van (datum);"), "{taken}");
    let other = format!("import consumption --json --ean {} -", ean(1));
    let back = admin.run_with(&other, &taken);
    assert!(
        back.code == 0 && back.out.contains("\"known\":188"),
        "{back:?}"
    );
    let history = anna.run(&format!("case timeline {case}")).out;
    assert!(history.contains("consumption exported"), "{history}");
    pages(&anna, case);
}

/// FLU-38: pages go into a file of their own, all or nothing, and each export is on record once.
fn pages(anna: &Shell, case: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("june.pdf");
    let line = |file: &std::path::Path| {
        format!(
            "consumption export {case} --month 2026-06 --purpose hand_over --whole --format pdf --out {}",
            file.display()
        )
    };
    let exports = || {
        let history = anna.run(&format!("case timeline {case}")).out;
        history.matches("consumption exported").count()
    };
    let before = exports();
    let said = anna.run(&line(&file));
    assert!(said.code == 0 && said.out.contains("june.pdf"), "{said:?}");
    let bytes = std::fs::read(&file).unwrap();
    let document = lopdf::Document::load_mem(&bytes).unwrap();
    let text = document.extract_text(&[1]).unwrap();
    assert!(text.contains("18.800") && text.contains(&ean(1)), "{text}");
    assert_eq!(exports(), before + 1);
    // what is there stays, and nothing is read for it
    let again = anna.run(&line(&file));
    assert!(
        again.code == 2 && again.err.contains("already"),
        "{again:?}"
    );
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    let nowhere = anna.run(&line(&folder.path().join("none/june.pdf")));
    assert_eq!(nowhere.code, 2, "{nowhere:?}");
    assert_eq!(exports(), before + 1);
    // a disk that takes no more: said, and nothing half-written stays
    let full = anna.run_on_full_disk(&line(&folder.path().join("full.pdf")));
    assert!(full.code == 2 && full.err.contains("full.pdf"), "{full:?}");
    let left: Vec<_> = folder.path().read_dir().unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let masked = line(&folder.path().join("masked.pdf")).replace(" --whole", "");
    let masked = anna.run(&masked);
    assert_eq!(masked.code, 0, "{masked:?}");
    let bytes = std::fs::read(folder.path().join("masked.pdf")).unwrap();
    let text = lopdf::Document::load_mem(&bytes)
        .unwrap()
        .extract_text(&[1])
        .unwrap();
    assert!(
        !text.contains(&ean(1)) && text.contains(&ean(1)[..4]),
        "{text}"
    );
    let unnamed = anna.run(&line(&file).replace(&format!("--out {}", file.display()), ""));
    assert!(
        unnamed.code == 2 && unnamed.err.contains("--out"),
        "{unnamed:?}"
    );
}

/// FLU-06 to FLU-19, FLU-24, FLU-32: opened and worked by hand from the organisation to a mandate that the
/// customer ends; all of it is replayed without a difference.
#[tokio::test(flavor = "multi_thread")]
async fn flu_24_contract_and_mandate_are_worked_by_hand() {
    let (world, _admin, anna) = world().await;
    let opened = anna.one(&format!("case open contract --field party_gln={PROVIDER}"));
    let contract = opened["case_no"].as_str().unwrap().to_owned();
    assert!(contract.starts_with("DC-2026-"), "{contract}");
    anna.ok(&format!("case claim {contract}"));
    let done = |case: &str, rest: &str| anna.one(&format!("case do {case} {rest}"));
    done(
        &contract,
        "change_capacity --field admitted_by=administrator",
    );
    let wrong = anna.run(&format!(
        "case do {contract} request_contract --field company_number=0123456789 --field data_channel=api"
    ));
    assert!(
        wrong.code != 0 && wrong.err.contains("enterprise number"),
        "{wrong:?}"
    );
    done(
        &contract,
        "request_contract --field company_number=BE0566.988.259 --field data_channel=api",
    );
    // what waits for somebody outside goes back to the pool
    for action in [
        "contract_sent",
        "signed_received --field signed_on=2026-11-13 --field signature_checked=yes",
        "approve --field contract_number=3599900040700 --field start_date=2026-11-16",
    ] {
        anna.run(&format!("case claim {contract}"));
        done(&contract, action);
    }
    let shown = anna.ok(&format!("case show {contract}"));
    assert!(shown.contains("in force"), "{shown}");

    let opened = anna.one(&format!(
        "case open sharing --field ean={} --field party_gln={PROVIDER} --field requested_by=other \
         --field granularity=day --field period_from=2026-01-01 --field customer_ref=NL0000001",
        ean(1)
    ));
    let mandate = opened["case_no"].as_str().unwrap().to_owned();
    anna.ok(&format!("case claim {mandate}"));
    let early = anna.run(&format!("case do {mandate} approve"));
    assert!(early.code == 1 && early.err.contains("FLU-24"), "{early:?}");
    done(&mandate, "approve --field holder_approval=letter");
    anna.run(&format!("case claim {mandate}"));
    let moved = "market_scenario --field market_scenario=mo --field effective_date=2026-06-01";
    done(&mandate, moved);
    anna.run(&format!("case claim {mandate}"));
    done(&mandate, "provider_wishes_end");
    anna.run(&format!("case claim {mandate}"));
    let ended = done(
        &mandate,
        "ended_by_grid_user --field identity_confirmed=yes",
    );
    assert_eq!(ended["to"], "ended");
    let verified = Shell::of(&world.db.url("auditor_1")).one("db verify");
    assert_eq!(verified["cases"], 2);
    assert_eq!(
        verified["differences"].as_array().unwrap().len(),
        0,
        "{verified}"
    );
}
