//! What the guide of the data wash says of frequencies, of reasons and of the supplier's own side: what of
//! it can go wrong with us (docs/wash.md has the table of what cannot).

use std::collections::BTreeSet;

use loket::exchange::washing::bring::{Origin, Word, nonconformity};
use loket::exchange::washing::stage::ORDER;
use loket::exchange::washing::updates;
use loket::process::engine::Actor;
use loket::process::load::transitions;
use loket::process::wash::{CODES, WASH};
use loket::process::{Work, general};
use loket::store::wash::{CodeTotal, Progress};
use loket::wash::record::{Held, Holding};
use loket::wash::{Code, Side};

use crate::exchange_washing::{Bench, GEIR, INGER, point};
use crate::process_wash::{CONTACT, ENTERPRISE, ONE_PERSON, Words, led, opened, with};
use crate::process_world::answers;
use crate::wash_rules::{FIRM, KARI, OLA, business, code, private};

/// The pilot (`volumes.md` 7.3): so many metering points, and of each deviation so many.
const PILOT: i64 = 531_000;
const FOUND: [(&str, i64); 6] = [
    ("I01", 637),
    ("I02", 850),
    ("A01", 9_186),
    ("A02", 5_735),
    ("A03", 3_186),
    ("SPELLING", 136_626),
];

fn pilot(solved: &[&str]) -> Progress {
    let total = |(code, found): (&str, i64)| CodeTotal {
        code: code.to_owned(),
        found,
        solved: if solved.contains(&code) { found } else { 0 },
        gone: 0,
    };
    Progress {
        points: PILOT,
        codes: FOUND.map(total).into(),
        weeks: Vec::new(),
        milestones: Vec::new(),
        today: "2026-11-16".parse().unwrap(),
    }
}

/// Per cent of the points that are wrong, to two places as the guide gives it.
fn wrong(progress: &Progress, is_of: impl Fn(&str) -> bool) -> String {
    format!("{:.2}", 100.0 - progress.share(|total| is_of(&total.code)))
}

/// DW-I01-2, DW-I02-2, DW-A02-1, DW-BAS-29: of the pilot the progress says the shares of the guide's tables.
#[test]
fn dw_i01_2_the_progress_says_the_shares_of_the_guide() {
    let pilot = pilot(&[]);
    let shares = [
        ("I01", "0.12"),
        ("I02", "0.16"),
        ("A01", "1.73"),
        ("A02", "1.08"),
        ("A03", "0.60"),
    ];
    for (code, share) in shares {
        assert_eq!(wrong(&pilot, |of| of == code), share, "{code}");
    }
}

/// DW-A-2: 29.14 per cent differ; with the basic wash 25.73 points of them vanish, and 3.41 are left. What
/// vanishes is what needs nobody.
#[test]
fn dw_a_2_most_vanishes_with_the_basic_wash() {
    let is_a = |of: &str| of.starts_with('A') || of == "SPELLING";
    assert_eq!(wrong(&pilot(&[]), is_a), "29.14");
    let basic: Vec<&str> = Code::ALL
        .into_iter()
        .filter(|code| !code.needs_person())
        .map(Code::as_str)
        .collect();
    assert_eq!(wrong(&pilot(&basic), is_a), "3.41");
}

/// DW-BAS-29: each deviation has one number, which is the same in files, in the order that counts, in the
/// database and in the cases.
#[test]
fn dw_bas_29_each_deviation_has_one_number() {
    let cases: BTreeSet<String> = CODES.iter().map(|code| code.to_uppercase()).collect();
    for code in Code::ALL {
        assert_eq!(code.needs_person(), cases.contains(code.as_str()), "{code}");
    }
    let place = |code: &Code| ORDER.iter().position(|known| *known == code.as_str());
    assert!(Code::ALL.iter().all(|code| place(code).is_some()));
    assert!(Code::ALL.is_sorted_by_key(place));
    for known in ORDER {
        let is_case = cases.contains(known);
        let is_own = Code::ALL.iter().any(|code| code.as_str() == known);
        assert!(is_case || is_own, "{known}");
    }
}

/// DW-BAS-04: our own data are put right with nothing but our own people and registers: of each basic
/// finding, and I01 to I04, an end is reached by steps that an agent or a register does.
#[test]
fn dw_bas_04_own_data_need_no_central_tool() {
    let rows = transitions(&WASH);
    let of_market = [
        "imported_from_dam",
        "gone",
        "inbound_update_from_kraft",
        "go_live",
    ];
    let is_ours = |action: &str| {
        let is_general = general::ACTIONS.iter().any(|line| line.key == action);
        !is_general && !of_market.contains(&action) && action != "reclassify"
    };
    for code in CODES.iter().filter(|code| !code.starts_with('a')) {
        let mut there = BTreeSet::from([opened(code).case.state]);
        loop {
            let ways = rows
                .iter()
                .filter(|row| is_ours(row.action) && there.contains(row.from));
            let more: Vec<String> = ways.map(|row| row.to.to_owned()).collect();
            let before = there.len();
            there.extend(more);
            if there.len() == before {
                break;
            }
        }
        let is_end = |state: &String| WASH.state(state).is_some_and(|it| it.work == Work::Closed);
        assert!(there.iter().any(is_end), "{code}: {there:?}");
    }
}

/// DW-BAS-05: what was wrong in our submission goes in again, once, when it was mended and not before.
#[test]
fn dw_bas_05_what_was_mended_is_submitted_again() {
    let active: &Words = &[
        ("own_system", "active"),
        ("missing_cause", "extract_error_own"),
    ];
    let mut sim = led(
        "a04",
        &[("check_own_system", active), ("own_extract_wrong", &[])],
    );
    assert!(!sim.sent("point_resubmitted"));
    sim.done("resubmitted", &[]);
    assert_eq!(sim.times_sent("point_resubmitted"), 1);
    assert_eq!(sim.case.state, "resolved_update");
}

/// DW-I01-4, DW-I02-6: looking the point up at the counterpart is the supplier's first step, not ours: we
/// begin with what it sent, or with the register.
#[test]
fn dw_i01_4_the_suppliers_first_step_is_not_ours() {
    for code in ["i01", "fnr", "i02", "orgnr"] {
        let known = [("counterpart_known", "yes")];
        assert_eq!(
            opened(code).refused("detected_at_lookup", &known).key,
            "not_in_state",
            "{code}"
        );
    }
    let update: &Words = &[("update_state", "unprocessed")];
    assert_eq!(
        led("i01", &[("look_for_inbound_update", update)])
            .case
            .state,
        "update_found"
    );
}

/// DW-I01-6, DW-I01-7: when the supplier searched, or asked its customer, and tells us, we ask no more: no
/// reminder leaves, and the next wash ends it.
#[test]
fn dw_i01_6_what_the_supplier_found_ends_our_asking() {
    let none: &Words = &[("update_state", "none")];
    let mut sim = led(
        "i01",
        &[("look_for_inbound_update", none), ("give_up", &[])],
    );
    assert_eq!(sim.case.state, "i01_contact_customer");
    sim.try_as(Actor::System, "inbound_update_from_kraft", &answers(&[]))
        .unwrap();
    assert_eq!(sim.case.state, "update_found");
    sim.done("approve_update", &[("update_differs", "yes")]);
    sim.wait("2027-03-01T00:00:00+01:00");
    assert!(!sim.sent("wash_reminder"), "{:?}", sim.case.state);
    sim.done(
        "wash_result",
        ONE_PERSON
            .iter()
            .filter(|it| it.0 != "register_on")
            .copied()
            .collect::<Vec<_>>()
            .as_slice(),
    );
    assert_eq!(sim.case.state, "resolved_register");
}

/// DW-I01-16: without a hit both have to find the number: the finding names each side that lacks it.
#[test]
fn dw_i01_16_without_a_hit_both_sides_have_to_look() {
    let unknown = [private("", "Per", "Ukjent")];
    let other = [private(OLA, "Ola", "Nordby")];
    assert_eq!(code(&unknown, &unknown), Some((Code::I01, Side::Both)));
    assert_eq!(code(&unknown, &other), Some((Code::I01, Side::Grid)));
    assert_eq!(code(&other, &unknown), Some((Code::I01, Side::Supply)));
    for side in ["grid", "supply", "both"] {
        let mut sim = with("i01", &[("wash_side", side)]);
        sim.done("look_for_inbound_update", &[("update_state", "none")]);
        sim.done("give_up", &[]);
        assert!(sim.sent("wash_ask_identity"), "{side}");
    }
}

/// DW-I03-4, DW-I03-3: each side is held against the register, whatever the other has, so that the business
/// is found under its own name on both.
#[test]
fn dw_i03_4_each_side_is_held_against_the_register() {
    let (right, wrong) = (
        [business(FIRM, "Nordby Drift AS")],
        [business(FIRM, "Norby Drift AS")],
    );
    assert_eq!(code(&right, &wrong), Some((Code::Spelling, Side::Supply)));
    assert_eq!(code(&wrong, &right), Some((Code::Spelling, Side::Grid)));
    assert_eq!(code(&wrong, &wrong), Some((Code::Spelling, Side::Both)));
    let mut sim = led("i03", &[("assess", &[("name_alike", "yes")])]);
    sim.done("correct_name", &[ENTERPRISE[1]]);
    assert!(
        sim.sent("master_data_update"),
        "the other side hears the name"
    );
}

/// DW-A-7, DW-A-8: the supplier has most to lose, so its silence takes nothing from it: no contract moves
/// and no customer hears of it, however long it lasts.
#[test]
fn dw_a_7_silence_costs_the_supplier_nothing() {
    for code in ["a01", "a02", "a03"] {
        let mut sim = with(code, &[]);
        sim.done("detected_at_lookup", &[("counterpart_known", "yes")]);
        sim.wait("2027-12-01T00:00:00+01:00");
        assert_eq!(sim.case.state, "awaiting_kraft", "{code}");
        for kind in [
            "wash_termination",
            "wash_takeover",
            "master_data_update",
            "takeover_confirmed",
        ] {
            assert!(!sim.sent(kind), "{code} {kind}");
        }
        // and where we want it ourselves the supplier is told first
        let mut given = vec![("customer_contacted", "yes"), ("customer_agrees", "yes")];
        given.extend([("consent", "yes"), ("kept_identity", "person")]);
        sim.done("nett_is_wrong", &given);
        assert_eq!(
            sim.refused("relation_ended", &[]).key,
            "not_in_state",
            "{code}"
        );
        sim.done("supplier_contacted", CONTACT);
        assert_eq!(sim.case.state, "wind_down", "{code}");
    }
}

fn with_value(row: &Holding, field: Held, value: &str) -> Holding {
    let mut values: [&str; 15] = std::array::from_fn(|at| row.at(at));
    values[field as usize] = value;
    Holding::new(values)
}

/// DW-A02-1: a couple has a surname and a home in common and is two people; take one of the three away and
/// it is something else.
#[test]
fn dw_a02_1_a_couple_exactly_at_its_edge() {
    let (ola, kari) = (
        private(OLA, "Ola", "Nordby"),
        private(KARI, "Kari", "Nordby"),
    );
    let found = |supply: &Holding| {
        let row = std::slice::from_ref(supply);
        code(std::slice::from_ref(&ola), row).map(|(code, _)| code)
    };
    assert_eq!(found(&kari), Some(Code::A02));
    for (field, value) in [
        (Held::LastName, "Strand"),
        (Held::HouseNumber, "128"),
        (Held::Postcode, "7366"),
        (Held::Street, "Liejordet"),
    ] {
        assert_eq!(
            found(&with_value(&kari, field, value)),
            Some(Code::A01),
            "{field:?}"
        );
    }
    assert_eq!(found(&ola), None, "one person is no couple");
}

/// DW-A02-3: sold to one of the couple and stored on the other: also where the other's number was not
/// obtained, it is a couple, and not the same person with a number that is missing.
#[test]
fn dw_a02_3_stored_on_the_other_of_the_couple() {
    let ola = [private(OLA, "Ola", "Nordby")];
    let kari = [private("", "Kari", "Nordby")];
    assert_eq!(code(&ola, &kari), Some((Code::A02, Side::Both)));
    assert_eq!(code(&kari, &ola), Some((Code::A02, Side::Both)));
    let mut sim = led("a02", &[("takeover_request_received", &[])]);
    let stored = [("consent", "yes"), ("mismatch_cause", "wrong_stored")];
    sim.done("accept", &stored);
    assert!(sim.is("mismatch_cause", "wrong_stored"));
}

/// DW-A03-4: it is cleared with the customer: without a contact neither we nor the supplier decide it.
#[test]
fn dw_a03_4_private_or_business_is_cleared_with_the_customer() {
    let mut ours = opened("a03");
    let unasked = [
        ("customer_contacted", "no"),
        ("customer_agrees", "yes"),
        ("consent", "yes"),
        ("kept_identity", "person"),
    ];
    assert_eq!(
        ours.refused("nett_is_wrong", &unasked).key,
        "customer_not_contacted"
    );
    let mut theirs = led("a03", &[("takeover_request_received", &[])]);
    let silent = [("consent", "no"), ("kept_identity", "business")];
    assert_eq!(theirs.refused("accept", &silent).key, "consent_missing");
    theirs.done(
        "accept",
        &[("consent", "yes"), ("kept_identity", "business")],
    );
    assert!(theirs.is("kept_identity", "business"));
}

/// First answers, further steps with theirs, where it ends.
type Walk<'a> = (&'a Words, &'a [(&'a str, &'a Words)], &'a str);

/// DW-A04-5: whatever the own system shows, the case comes to an end, and to the one of that answer.
#[test]
fn dw_a04_5_every_answer_of_the_own_system_has_an_end() {
    let walks: [Walk<'_>; 4] = [
        (
            &[
                ("own_system", "open_process"),
                ("missing_cause", "open_process"),
                ("process_ref", "P-1"),
            ],
            &[("process_done", &[("on_both_sides", "yes")])],
            "not_a_deviation",
        ),
        (
            &[
                ("own_system", "not_activated"),
                ("missing_cause", "not_activated_own"),
            ],
            &[("activated", &[])],
            "resolved_update",
        ),
        (
            &[
                ("own_system", "active"),
                ("missing_cause", "extract_error_counterpart"),
            ],
            &[
                ("counterpart_missing", &[]),
                ("counterpart_fixed", &[("clean_file", "F2")]),
            ],
            "resolved_counterpart",
        ),
        (
            &[("own_system", "nothing"), ("missing_cause", "other")],
            &[("end_user_known", crate::process_wash::USER)],
            "resolved_takeover",
        ),
    ];
    for (found, steps, end) in walks {
        let mut sim = led("a04", &[("check_own_system", found)]);
        assert_ne!(
            WASH.state(&sim.case.state).unwrap().work,
            Work::Closed,
            "{end}"
        );
        for (action, given) in steps {
            sim.done(action, given);
        }
        assert_eq!(sim.case.state, end);
    }
}

/// DW-A01-3: our own file of the central tool opens the case; the counterpart's data in it decide whether it
/// waits for the supplier.
#[tokio::test(flavor = "multi_thread")]
async fn dw_a01_3_a_file_of_the_central_tool_opens_the_case() {
    let bench = Bench::new().await;
    let file = bench.folder.join("nonconformity-contract.csv");
    let text = format!(
        "SourcefileName,MeteringPointUsed,CustomerReferenceEndUser,ValidFrom,FaultCode,FaultDueToValue\n\
         F1,{},G1,2020-01-01,EMF_A01,Eva Fredriksen (05879542849)\n\
         F1,{},G2,2020-01-01,EMF_A01,\n",
        point(1),
        point(2)
    );
    std::fs::write(&file, text).unwrap();
    let store = &bench.world.admin;
    nonconformity(store, &file, &Origin::default(), Word::default())
        .await
        .unwrap();
    assert_eq!(bench.finding(1).await.4, "awaiting_kraft");
    assert_eq!(bench.finding(2).await.4, "mismatch_new");
}

/// DW-I02-4, DW-I02-5: number and name of a business that the supplier found come together, and one yes
/// writes both.
#[tokio::test(flavor = "multi_thread")]
async fn dw_i02_4_the_suppliers_number_and_name_come_together() {
    let bench = Bench::new().await;
    let firm = "business,,,Vik Eiendom,822254187,,Liejordet,154,8372,Simonsen,2010-01-01,";
    bench.washed("a", &[(point(1), firm, "")]).await;
    // no live case looks at the point any more
    let day = answers(&[("go_live_on", "2026-01-05")]);
    bench.done(1, Actor::Lead, "go_live", day).await;
    // whose number is unknown; another number would be another end user
    let unnumbered = "UPDATE loket.customers SET identifier = '' WHERE customer_ref = 'G000001'";
    let owner = bench.owner().await;
    sqlx::query(unnumbered).execute(&owner).await.unwrap();
    let file = bench.folder.join("updates.csv");
    let text = format!(
        "reference,metering_point_id,kind,identifier,organisation_name\n\
         U1,{},business,959716633,KARLSEN DRIFT AS\n",
        point(1)
    );
    std::fs::write(&file, text).unwrap();
    let store = &bench.world.admin;
    updates::read(store, &file).await.unwrap();
    let row = "SELECT concat_ws('|', identifier, organisation_name) FROM loket.customers \
        WHERE customer_ref = 'G000001'";
    assert_eq!(
        bench.one::<String>(row).await,
        "|Vik Eiendom",
        "nothing before the yes"
    );
    let list = store.wash_updates(Some("waiting"), 0).await.unwrap();
    let id = list[0].update_id;
    store.wash_update_end(id, true, None).await.unwrap();
    assert_eq!(bench.one::<String>(row).await, "959716633|KARLSEN DRIFT AS");
}

/// DW-GEN-07: frequencies decide nothing: what is found of a point is the same among many and alone.
#[tokio::test(flavor = "multi_thread")]
async fn dw_gen_07_frequencies_decide_nothing() {
    let bench = Bench::new().await;
    let mut rows: Vec<_> = (1..=30).map(|n| (point(n), GEIR, INGER)).collect();
    rows.push((point(31), GEIR, ""));
    bench.washed("many", &rows).await;
    let alone = Bench::new().await;
    alone.washed("one", &rows[30..]).await;
    assert_eq!(bench.finding(31).await, alone.finding(31).await);
    let few = Bench::new().await;
    few.washed("few", &rows[..1]).await;
    assert_eq!(bench.finding(1).await, few.finding(1).await);
}
