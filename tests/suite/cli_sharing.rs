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
