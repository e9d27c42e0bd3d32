//! The tables of the data wash (`processes.md` 2.9), line by line, and the rules DW-* that the lines keep.
//! What stands here fails when a line is taken out, added or bent.

use std::collections::BTreeSet;

use loket::process::engine::Actor;
use loket::process::load::{Transition, transitions};
use loket::process::message::{Addressee, MESSAGES};
use loket::process::wash::{CODES, WASH};
use loket::process::{Work, general};

use crate::process_wash::{
    AGREED, CONSENT, CONTACT, ENTERPRISE, OLA, ONE_PERSON, START, USER, Words, led, opened,
    opening, with,
};
use crate::process_world::{Sim, answers, at};

/// A line of the tables: rule, state, action, state.
type Line = (&'static str, &'static str, &'static str, &'static str);

const BASIC: &str = "
    DW-BAS-22 triage settled_by_hand resolved_update
    DW-BAS-07 gsrn_new validate fix_id
    DW-BAS-07 fix_id corrected resolved_update
    DW-BAS-07 fix_id request_new_gsrn awaiting_gs1
    DW-BAS-07 awaiting_gs1 gsrn_issued resolved_update
    DW-BAS-08 duplicate_new detect compare
    DW-BAS-08 compare merge resolved_update
    DW-BAS-08 compare renumber fix_id
    DW-BAS-08 compare not_duplicate not_a_deviation
    DW-BAS-09 orgnr_new wash_brreg resolved_register
    DW-I02-1 orgnr_new wash_brreg i02_new
    DW-BAS-02 fnr_new register_not_supported parked_register
    DW-BAS-10 fnr_new wash_dsf resolved_register
    DW-I01-1 fnr_new wash_dsf i01_new
    DW-I04-1 fnr_new wash_dsf i04_new
    DW-BAS-10 parked_register wash_dsf resolved_register
    DW-I01-1 parked_register wash_dsf i01_new
    DW-I04-1 parked_register wash_dsf i04_new
    DW-BAS-06 triage no_deviation not_a_deviation
";

const I01: &str = "
    DW-I01-5 awaiting_next_wash still_found manual_search
    DW-I01-5 awaiting_next_wash no_wash_came manual_search
    DW-I01-5 awaiting_next_wash stop_waiting manual_search
    DW-I01-9 i01_new look_for_inbound_update update_found
    DW-I01-11 i01_new look_for_inbound_update manual_search
    DW-I01-10 update_found approve_update awaiting_next_wash
    DW-BAS-12 update_found reject_update manual_search
    DW-I01-5 awaiting_next_wash wash_result resolved_register
    DW-I01-11 awaiting_next_wash wash_result manual_search
    DW-I01-11 manual_search search resolved_register
    DW-I01-17 manual_search search manual_search
    DW-I01-12 manual_search give_up i01_contact_customer
    DW-I01-12 i01_contact_customer got_fnr resolved_update
    DW-I01-12 i01_escalated got_fnr resolved_update
    DW-I01-15 i01_contact_customer needs_dnumber awaiting_dnumber
    DW-I01-15 i01_escalated needs_dnumber awaiting_dnumber
    DW-I01-14 awaiting_dnumber got_dnumber resolved_update
    DW-A01-1 i01_contact_customer customer_is_other_person awaiting_kraft
    DW-A01-1 i01_escalated customer_is_other_person awaiting_kraft
    DW-A01-1 awaiting_dnumber customer_is_other_person awaiting_kraft
    DW-I01-17 i01_contact_customer no_answer i01_contact_customer
    DW-I01-17 awaiting_dnumber no_answer awaiting_dnumber
    DW-I01-17 i01_contact_customer no_answer i01_escalated
    DW-I01-17 awaiting_dnumber no_answer i01_escalated
";

const I02: &str = "
    DW-I02-6 i02_new search_brreg confirm_name
    DW-I02-6 i02_new search_brreg i02_contact_customer
    DW-I02-7 confirm_name accept_name resolved_register
    DW-I02-6 confirm_name wrong_enterprise i02_contact_customer
    DW-I02-11 i02_contact_customer got_orgnr confirm_name
    DW-I02-11 i02_escalated got_orgnr confirm_name
    DW-I02-9 i02_contact_customer not_registered asked_to_register
    DW-I02-9 i02_escalated not_registered asked_to_register
    DW-I02-8 asked_to_register registered confirm_name
    DW-I02-10 asked_to_register refuses transfer_to_person
    DW-I02-10 transfer_to_person person_identified i02_supplier_contact_due
    DW-I02-12 i02_supplier_contact_due supplier_contacted i02_takeover_ready
    DW-I02-12 i02_takeover_ready takeover_done resolved_takeover
    DW-I01-17 i02_contact_customer no_answer i02_contact_customer
    DW-I01-17 asked_to_register no_answer asked_to_register
    DW-I01-17 i02_contact_customer no_answer i02_escalated
    DW-I01-17 asked_to_register no_answer i02_escalated
";

const I03: &str = "
    DW-I03-5 i03_new assess typo
    DW-I03-6 i03_new assess i03_contact_customer
    DW-I03-5 typo correct_name resolved_register
    DW-I03-6 i03_contact_customer orgnr_right resolved_register
    DW-I03-6 i03_escalated orgnr_right resolved_register
    DW-I03-7 i03_contact_customer other_company i03_takeover_ready
    DW-I03-7 i03_escalated other_company i03_takeover_ready
    DW-I02-12 i03_takeover_ready supplier_contacted i03_takeover_ready
    DW-I03-7 i03_takeover_ready takeover_done resolved_takeover
    DW-I01-17 i03_contact_customer no_answer i03_contact_customer
    DW-I01-17 i03_contact_customer no_answer i03_escalated
";

const I04: &str = "
    DW-I04-3 i04_new classify i04_find_end_user
    DW-I04-5 i04_new classify parked_estate
    DW-I04-6 i04_new classify awaiting_estate_orgnr
    DW-I04-4 i04_find_end_user end_user_known i04_takeover_ready
    DW-I02-12 i04_find_end_user supplier_contacted i04_find_end_user
    DW-I04-5 parked_estate review parked_estate
    DW-I04-5 estate_review review parked_estate
    DW-I04-5 parked_estate review_due estate_review
    DW-I04-5 parked_estate estate_settled i04_takeover_ready
    DW-I04-5 estate_review estate_settled i04_takeover_ready
    DW-I04-6 parked_estate executor_appointed awaiting_estate_orgnr
    DW-I04-6 estate_review executor_appointed awaiting_estate_orgnr
    DW-I04-6 awaiting_estate_orgnr got_orgnr i04_takeover_ready
    DW-I02-12 i04_takeover_ready supplier_contacted i04_takeover_ready
    DW-I04-7 i04_takeover_ready takeover_done resolved_takeover
";

const MISMATCH: &str = "
    DW-BAS-13 mismatch_new detected_at_lookup awaiting_kraft
    DW-A01-3 mismatch_new imported_from_dam awaiting_kraft
    DW-A01-6 awaiting_kraft same_person_shortcut update_own
    DW-A01-8 update_own saved resolved_update
    DW-A01-8 awaiting_kraft grunndata_update_received assess_update
    DW-A01-8 assess_update approve resolved_counterpart
    DW-BAS-12 assess_update reject awaiting_kraft
    DW-A01-9 awaiting_kraft takeover_request_received assess_takeover
    DW-A01-9 assess_takeover accept wind_down
    DW-A01-13 assess_takeover reject rejected
    DW-A01-14 rejected kraft_contacts disputed
    DW-A01-14 rejected kraft_corrects_own resolved_counterpart
    DW-A01-14 disputed agree_kraft_right assess_takeover
    DW-A01-14 disputed agree_nett_right resolved_counterpart
    DW-A01-15 awaiting_kraft kraft_contacts_our_customer awaiting_kraft
    DW-A01-10 awaiting_kraft nett_is_wrong supplier_contact_due
    DW-A02-9 supplier_contact_due supplier_contacted wind_down
    DW-A-4 awaiting_kraft kraft_silent awaiting_kraft
    DW-A-4 rejected kraft_silent rejected
    DW-A01-10 wind_down agreement_reached wind_down
    DW-A01-11 wind_down send_termination wind_down
    DW-A01-12 wind_down settlement_decided wind_down
    DW-A01-10 wind_down relation_ended resolved_takeover
";

const MISSING: &str = "
    DW-A04-2 missing_new check_own_system waiting_process
    DW-A04-3 missing_new check_own_system activate
    DW-A04-4 missing_new check_own_system extract_check
    DW-BAS-03 missing_new check_own_system a04_find_end_user
    DW-A04-2 waiting_process process_done not_a_deviation
    DW-A04-2 waiting_process process_cancelled missing_new
    DW-A04-3 activate activated resolved_update
    DW-A04-4 extract_check own_extract_wrong fix_extract
    DW-A04-4 fix_extract resubmitted resolved_update
    DW-A04-4 extract_check counterpart_missing counterpart_notified
    DW-A04-4 counterpart_notified counterpart_fixed resolved_counterpart
    DW-A04-4 counterpart_notified kraft_silent extract_check
    DW-BAS-03 a04_find_end_user end_user_known resolved_takeover
";

const TABLES: [&str; 7] = [BASIC, I01, I02, I03, I04, MISMATCH, MISSING];
/// Lines that all deviations share.
const SHARED: [&str; 4] = ["reclassify", "gone", "inbound_update_from_kraft", "go_live"];

fn lines() -> impl Iterator<Item = Line> {
    let lines = TABLES.into_iter().flat_map(str::lines);
    lines.filter(|line| !line.is_empty()).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let [rule, from, action, to] = words[..] else {
            panic!("four words: {line}");
        };
        (rule, from, action, to)
    })
}

/// The lines that are the deviations' own.
fn own() -> Vec<Transition> {
    let mut rows = transitions(&WASH);
    rows.retain(|row| {
        let is_general = general::ACTIONS.iter().any(|line| line.key == row.action);
        row.action != "open" && !is_general && !SHARED.contains(&row.action)
    });
    rows
}

/// Every line of the tables 2.9 is there, and no other: each rule that stands in front of a line above
/// is kept by it.
#[test]
fn dw_bas_24_the_lines_of_the_tables_and_no_others() {
    let said: BTreeSet<_> = lines()
        .map(|(_, from, action, to)| (from, action, to))
        .collect();
    let rows = own();
    let there: BTreeSet<_> = rows
        .iter()
        .map(|row| (row.from, row.action, row.to))
        .collect();
    let missing: Vec<_> = said.difference(&there).collect();
    let more: Vec<_> = there.difference(&said).collect();
    assert!(
        missing.is_empty() && more.is_empty(),
        "missing {missing:?}, more {more:?}"
    );
    assert_eq!(lines().count(), said.len(), "a line stands twice");
    let cited = WASH.cited_rules();
    for (rule, ..) in lines() {
        assert!(cited.contains(rule), "{rule}");
    }
}

/// DW-BAS-25: whatever the finding, from every live state the case comes to an end by lines of its own.
#[test]
fn dw_bas_25_no_state_is_a_dead_end() {
    let rows = own();
    let mut ends: BTreeSet<&str> = WASH
        .states
        .iter()
        .filter(|state| state.work == Work::Closed)
        .map(|state| state.key)
        .collect();
    loop {
        let more = rows
            .iter()
            .filter(|row| ends.contains(row.to))
            .map(|row| row.from);
        let more: BTreeSet<&str> = ends.iter().copied().chain(more).collect();
        if more == ends {
            break;
        }
        ends = more;
    }
    for state in WASH.states {
        assert!(ends.contains(state.key), "{}", state.key);
    }
}

/// DW-GEN-01: the procedure has no end: years after the guide a case is opened and worked like any other.
#[test]
fn dw_gen_01_the_rules_do_not_expire() {
    let later = at("2041-02-03T10:00:00+01:00");
    let mut sim = Sim::try_open(&WASH, later, later, &opening("i03", &[])).unwrap();
    sim.done("assess", &[("name_alike", "yes")]);
    sim.done("correct_name", &[("found_name", "KARLSEN DRIFT AS")]);
    assert_eq!(sim.case.state, "resolved_register");
}

/// DW-GEN-03: the customer is asked last: only what was searched in vain leads to a letter.
#[test]
fn dw_gen_03_registers_come_before_customers() {
    let asks = |to: &str| -> BTreeSet<(&str, &str)> {
        let rows = own()
            .into_iter()
            .filter(|row| row.to == to && row.from != to);
        rows.map(|row| (row.from, row.action)).collect()
    };
    assert_eq!(
        asks("i01_contact_customer"),
        [("manual_search", "give_up")].into()
    );
    let i02 = [
        ("i02_new", "search_brreg"),
        ("confirm_name", "wrong_enterprise"),
    ];
    assert_eq!(asks("i02_contact_customer"), i02.into());
    assert_eq!(asks("i03_contact_customer"), [("i03_new", "assess")].into());
}

/// DW-GEN-05, DW-GEN-06: an end user is a person with a national number or a business with its own, and
/// nothing else.
#[test]
fn dw_gen_05_an_end_user_is_a_person_or_a_business() {
    let mut sim = led("a04", &[("check_own_system", CHECKED_NOTHING)]);
    let other = sim.refused("end_user_known", &[("user_kind", "garage")]);
    assert_eq!(other.key, "not_a_choice");
    for (kind, missing) in [("person", "found_fnr"), ("business", "found_org")] {
        let refused = sim.refused("end_user_known", &[("user_kind", kind)]);
        assert_eq!(refused.field.as_deref(), Some(missing), "{kind}");
    }
}

const CHECKED_NOTHING: &Words = &[("own_system", "nothing"), ("missing_cause", "other")];

/// DW-GEN-10, DW-I02-10: first it is proposed to register; only who will not transfers to a person.
#[test]
fn dw_gen_10_a_person_answers_only_where_nobody_registers() {
    let rows = own();
    let mut ways = rows.iter().filter(|row| row.to == "transfer_to_person");
    assert!(ways.all(|row| (row.from, row.action) == ("asked_to_register", "refuses")));
    let mut asked = rows
        .iter()
        .filter(|row| row.to == "asked_to_register" && row.from != row.to);
    assert!(asked.all(|row| row.messages.contains("wash_register")));
}

/// DW-BAS-01: the basic findings end without a word of the counterpart.
#[test]
fn dw_bas_01_basic_findings_need_no_counterpart() {
    let firm = [
        ("hits", "one"),
        ("name_alike", "yes"),
        ENTERPRISE[0],
        ENTERPRISE[1],
    ];
    let walks: [(&'static str, &[(&str, &Words)]); 4] = [
        ("gsrn", &[("corrected", NEW_NUMBER)]),
        ("duplicate", &[("merge", MERGED)]),
        ("orgnr", &[("wash_brreg", &firm)]),
        (
            "fnr",
            &[
                ("wash_dsf", &ONE_PERSON[..1]),
                ("look_for_inbound_update", NO_UPDATE),
                ("search", ONE_PERSON),
            ],
        ),
    ];
    for (code, steps) in walks {
        let mut sim = with(code, &[("counterpart_known", "no")]);
        for (action, given) in steps {
            if *action == "wash_dsf" {
                sim.done(action, &[("hits", "none")]);
            } else {
                sim.done(action, given);
            }
        }
        let work = WASH.state(&sim.case.state).unwrap().work;
        assert_eq!(work, Work::Closed, "{code}: {}", sim.case.state);
    }
}

const NEW_NUMBER: &Words = &[("new_ean", "707057500100000017"), ("point_in_use", "no")];
const MERGED: &Words = &[("same_point", "yes"), ("survivor", "G1"), ("loser", "G2")];
const NO_UPDATE: &Words = &[("update_state", "none")];

/// DW-BAS-13, DW-A01-4: a look-up counts only when it brought the counterpart's data.
#[test]
fn dw_bas_13_a_look_up_brings_the_counterpart() {
    let mut sim = with("a01", &[]);
    let without = sim.refused("detected_at_lookup", &[("counterpart_known", "no")]);
    assert_eq!(without.rule, "DW-A01-4");
    sim.done("detected_at_lookup", &[("counterpart_known", "yes")]);
    assert_eq!(sim.case.state, "awaiting_kraft");
}

/// DW-BAS-17: a contact is logged with its channel, and has happened.
#[test]
fn dw_bas_17_contacts_are_logged_with_their_channel() {
    let walks: [(&str, Sim); 3] = [
        ("kraft_contacts_our_customer", opened("a01")),
        ("kraft_contacts", rejected()),
        ("supplier_contacted", own_error("a02")),
    ];
    for (action, mut sim) in walks {
        assert_eq!(
            sim.refused(action, &[]).field.as_deref(),
            Some("channel"),
            "{action}"
        );
        let pigeon = sim.refused(action, &[("channel", "pigeon")]);
        assert_eq!(pigeon.key, "not_a_choice", "{action}");
        let tomorrow = [
            ("channel", "phone"),
            ("contacted_at", "2026-11-13T10:00:00+01:00"),
        ];
        assert_eq!(sim.refused(action, &tomorrow).key, "in_future", "{action}");
        sim.done(action, CONTACT);
        assert!(sim.is("channel", "phone"), "{action}");
    }
}

fn rejected() -> Sim {
    let asked: (&str, &Words) = ("takeover_request_received", &[]);
    led(
        "a01",
        &[asked, ("reject", &[("reason", "Ours since 2009.")])],
    )
}

fn own_error(code: &'static str) -> Sim {
    let mut given = vec![("customer_contacted", "yes"), ("customer_agrees", "yes")];
    given.extend_from_slice(CONSENT);
    let mut sim = opened(code);
    sim.done("nett_is_wrong", &given);
    sim
}

/// DW-BAS-18: what asks a customer is a letter to the customer.
#[test]
fn dw_bas_18_letters_go_to_the_customer() {
    let letters = [
        "wash_ask_identity",
        "wash_d_number",
        "wash_register",
        "wash_reminder",
        "wash_termination",
        "wash_takeover",
    ];
    for kind in letters {
        let message = MESSAGES.iter().find(|one| one.kind == kind).unwrap();
        assert_eq!(message.to, Addressee::Customer, "{kind}");
    }
}

/// DW-I01-3: which side lacks the data is kept with the case.
#[test]
fn dw_i01_03_the_side_is_kept() {
    for side in ["grid", "supply", "both"] {
        assert!(
            with("i01", &[("wash_side", side)]).is("wash_side", side),
            "{side}"
        );
    }
}

/// DW-I04-3, DW-I04-4: why a dead person stands there decides where the case goes.
#[test]
fn dw_i04_03_the_cause_decides() {
    let ways = [
        ("not_transferred", "i04_find_end_user"),
        ("individuals", "parked_estate"),
        ("organisation", "awaiting_estate_orgnr"),
    ];
    for (estate, state) in ways {
        let sim = led("i04", &[("classify", &[("estate", estate)])]);
        assert_eq!(sim.case.state, state);
        assert!(sim.is("estate", estate));
        assert_eq!(
            sim.running().len(),
            usize::from(estate == "individuals"),
            "{estate}"
        );
    }
    let unknown = opened("i04").refused("classify", &[("estate", "sold")]);
    assert_eq!(unknown.key, "not_a_choice");
}

/// DW-I04-6: an executor brings the number of the estate, and the estate is a business from then on.
#[test]
fn dw_i04_06_an_executor_brings_a_number() {
    let mut sim = led("i04", &[("classify", &[("estate", "organisation")])]);
    let person = sim.refused("got_orgnr", &[("found_org", OLA), ENTERPRISE[1]]);
    assert_eq!(person.key, "not_an_enterprise_number");
    sim.done("got_orgnr", &ENTERPRISE[..2]);
    assert!(sim.is("user_kind", "business"));
    let without = sim.refused("takeover_done", &[("end_code", "death")]);
    assert_eq!(without.key, "supplier_not_contacted");
}

/// DW-A01-2: the causes of a difference, and no others.
#[test]
fn dw_a01_02_the_cause_is_recorded() {
    for cause in ["merger", "typing", "messages_off", "wrong_stored", "other"] {
        let mut sim = led("a01", &[("takeover_request_received", &[])]);
        sim.done("accept", &[("consent", "no"), ("mismatch_cause", cause)]);
        assert!(sim.is("mismatch_cause", cause));
    }
    let mut sim = led("a01", &[("takeover_request_received", &[])]);
    let other = sim.refused("accept", &[("consent", "no"), ("mismatch_cause", "fax")]);
    assert_eq!(other.key, "not_a_choice");
}

/// DW-A01-5, DW-A01-7: the supplier decides whom it asks; each time it asks ours is counted, and the case
/// stays with it.
#[test]
fn dw_a01_05_the_supplier_asks() {
    let mut sim = opened("a01");
    for _ in 0..2 {
        sim.done("kraft_contacts_our_customer", CONTACT);
    }
    let asked = serde_json::to_value(sim.fact("customer_asked").unwrap()).unwrap();
    assert!(asked.to_string().contains('2'), "{asked}");
    assert_eq!(sim.case.state, "awaiting_kraft");
}

/// DW-A01-16, DW-A02-2, DW-A03-2: one procedure for all three, with agreement, termination (DW-A02-8,
/// DW-A03-6) and settlement (DW-A03-7) in each.
#[test]
fn dw_a01_16_one_procedure_for_all_three() {
    for code in ["a01", "a02", "a03"] {
        let steps: [(&str, &Words, &str); 3] = [
            ("agreement_reached", AGREED, "DW-A01-10"),
            ("send_termination", &[], "DW-A01-11"),
            ("settlement_decided", &[("settlement", "made")], "DW-A01-12"),
        ];
        for missing in 0..3 {
            let mut sim = led(
                code,
                &[("takeover_request_received", &[]), ("accept", CONSENT)],
            );
            for (at, (action, given, _)) in steps.iter().enumerate() {
                if at != missing {
                    sim.done(action, given);
                }
            }
            let refused = sim.refused("relation_ended", &[]);
            assert_eq!(refused.rule, steps[missing].2, "{code}");
            sim.done(steps[missing].0, steps[missing].1);
            sim.done("relation_ended", &[]);
            assert!(
                sim.case.state == "resolved_takeover" && sim.times_sent("wash_termination") == 1,
                "{code}"
            );
        }
    }
}

/// DW-A01-12: among different customers money is settled, and "none" is no settlement; where the code was
/// changed since, what was decided under the old one counts no more.
#[test]
fn dw_a01_12_no_settlement_is_none() {
    for word in ["none", "not_needed"] {
        let ready = |code| {
            led(
                code,
                &[("takeover_request_received", &[]), ("accept", CONSENT)],
            )
        };
        let refused = ready("a01").refused("settlement_decided", &[("settlement", word)]);
        assert_eq!(refused.rule, "DW-A01-12", "{word}");
        for code in ["a02", "a03"] {
            let mut sim = ready(code);
            sim.done("settlement_decided", &[("settlement", word)]);
            assert!(sim.is("settlement", word));
        }
    }
}

/// DW-A02-9, DW-A01-9: what we wanted to run ourselves is forgotten when the supplier runs it: the case
/// can end. It could not: it asked for a contact that no line of that state makes.
#[test]
fn dw_a02_09_the_supplier_runs_it_after_all() {
    let mut sim = own_error("a02");
    sim.done(
        "reclassify",
        &[("new_code", "a02"), ("reason", "Once more.")],
    );
    sim.done("takeover_request_received", &[]);
    sim.done("accept", CONSENT);
    sim.done("agreement_reached", AGREED);
    sim.done("send_termination", &[]);
    sim.done("settlement_decided", &[("settlement", "not_needed")]);
    sim.done("relation_ended", &[]);
    assert_eq!(sim.case.state, "resolved_takeover");
}

/// DW-BAS-06, DW-A01-13: a takeover that the supplier asked for waits for our answer: a newer file does not
/// answer it.
#[test]
fn dw_bas_06_a_takeover_that_was_asked_for_is_answered() {
    let mut sim = led("a01", &[("takeover_request_received", &[])]);
    let file = answers(&[("clean_file", "F2")]);
    sim.try_as(Actor::System, "gone", &file).unwrap();
    assert!(sim.case.state == "assess_takeover" && sim.is("gone", "yes"));
    sim.done("reject", &[("reason", "Ours since 2009.")]);
    assert!(sim.sent("takeover_rejected"));
}

/// DW-I02-12, DW-A02-9: no line ends a takeover of ours before the supplier was contacted, whatever was
/// recorded under another code.
#[test]
fn dw_i02_12_a_reclassified_case_asks_the_supplier_again() {
    let estate: (&str, &Words) = ("classify", &[("estate", "not_transferred")]);
    let mut sim = led(
        "i04",
        &[
            estate,
            ("supplier_contacted", CONTACT),
            ("end_user_known", USER),
        ],
    );
    for code in CODES.iter().filter(|code| **code != "i04") {
        let mut other = sim.clone();
        other.done(
            "reclassify",
            &[("new_code", code), ("reason", "Looked again.")],
        );
        other.done(
            "reclassify",
            &[("new_code", "i04"), ("reason", "And again.")],
        );
        other.done("classify", estate.1);
        let refused = other.refused("end_user_known", USER);
        assert_eq!(refused.key, "supplier_not_contacted", "{code}");
    }
    sim.done("takeover_done", &[("end_code", "moved_out")]);
}

/// DW-BAS-03, decision 19: what was found under one code is not carried into another: neither number nor
/// name, nor whose identity is kept, nor why a dead person stood there.
#[test]
fn dw_a02_04_another_code_begins_with_nothing_found() {
    let kept = [
        "found_fnr",
        "found_d_number",
        "found_first_name",
        "found_last_name",
        "found_org",
        "found_name",
        "user_kind",
        "kept_identity",
        "own_takeover",
        "estate",
        "end_code",
    ];
    let estate: (&str, &Words) = ("classify", &[("estate", "individuals")]);
    let settled = led("i04", &[estate, ("estate_settled", USER)]);
    let firm = [
        ("hits", "one"),
        ("is_active", "yes"),
        ENTERPRISE[0],
        ENTERPRISE[1],
    ];
    let enterprise = led("i02", &[("search_brreg", &firm)]);
    for mut sim in [settled, enterprise, own_error("a03")] {
        assert!(kept.iter().any(|key| sim.fact(key).is_some()));
        sim.done(
            "reclassify",
            &[("new_code", "i01"), ("reason", "It is a person.")],
        );
        for key in kept {
            assert!(sim.fact(key).is_none(), "{key}");
        }
        sim.replayed();
    }
}

/// DW-I02-7: a name that was found under another code is not accepted under this one.
#[test]
fn dw_i02_07_nothing_found_nothing_accepted() {
    let start = at(START);
    let mut sim = Sim::try_open(&WASH, start, start, &opening("i03", &[])).unwrap();
    sim.done("assess", &[("name_alike", "no")]);
    sim.done("other_company", ENTERPRISE);
    sim.done(
        "reclassify",
        &[("new_code", "i02"), ("reason", "It has none.")],
    );
    let none = [("hits", "none")];
    sim.done("search_brreg", &none);
    assert!(sim.fact("found_org").is_none());
    sim.done("got_orgnr", ENTERPRISE);
    sim.done("accept_name", &[]);
    assert_eq!(sim.case.state, "resolved_register");
}
