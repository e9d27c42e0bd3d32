//! The data wash as a process (`processes.md` 2.9): the rows of its tables and the hard guards of the
//! rules DW-*.

use loket::domain::clock::Whose;
use loket::process::engine::{Actor, Answers, Listed, listed};
use loket::process::load::transitions;
use loket::process::message::{Addressee, MESSAGES};
use loket::process::wash::{CODES, WASH};
use loket::process::{By, FieldKind, Queue, Work, find};

use crate::process_world::{Sim, answers, at, context};

const POINT: &str = "707057500100000017";
/// Synthetic numbers of nobody.
pub(crate) const OLA: &str = "29884013001";
const D_NUMBER: &str = "69884010039";
const FIRM: &str = "959716633";
/// A Thursday; the next Monday is an ordinary working day in Norway.
pub(crate) const START: &str = "2026-11-12T10:00:00+01:00";

pub(crate) type Words = [(&'static str, &'static str)];

pub(crate) fn opening(code: &'static str, more: &Words) -> Answers {
    let mut given = vec![
        ("wash_code", code),
        ("wash_origin", "holdings"),
        ("point", POINT),
        ("customer_ref", "G0000001"),
    ];
    if code != "gsrn" {
        given.push(("ean", POINT));
    }
    given.extend_from_slice(more);
    answers(&given)
}

pub(crate) fn opened(code: &'static str) -> Sim {
    with(code, &[("counterpart_known", "yes")])
}

pub(crate) fn with(code: &'static str, more: &Words) -> Sim {
    Sim::try_open(&WASH, at(START), at(START), &opening(code, more)).unwrap()
}

/// Led along these actions; each must be possible.
pub(crate) fn led(code: &'static str, steps: &[(&str, &Words)]) -> Sim {
    let mut sim = opened(code);
    for (action, given) in steps {
        sim.done(action, given);
    }
    sim
}

pub(crate) const PERSON: &Words = &[
    ("found_fnr", OLA),
    ("found_first_name", "Ola"),
    ("found_last_name", "Nordmann"),
];
pub(crate) const ONE_PERSON: &Words = &[
    ("hits", "one"),
    ("register_on", "yes"),
    ("found_fnr", OLA),
    ("found_first_name", "Ola"),
    ("found_last_name", "Nordmann"),
];
const NO_PERSON: &Words = &[("hits", "none"), ("register_on", "yes")];
pub(crate) const ENTERPRISE: &Words = &[
    ("found_org", FIRM),
    ("found_name", "KARLSEN DRIFT AS"),
    ("register_has", "yes"),
];
pub(crate) const CONTACT: &Words = &[("channel", "phone")];
pub(crate) const CONSENT: &Words = &[("consent", "yes"), ("kept_identity", "person")];
const NO_CONSENT: &Words = &[("consent", "no"), ("kept_identity", "person")];

#[test]
fn the_process_is_registered() {
    let found = find("wash").unwrap();
    assert_eq!((found.prefix, found.queue), ("WA", Queue::Wash));
    assert_eq!(found.state("awaiting_kraft").unwrap().work, Work::Waiting);
    let clocks = found.clocks.iter();
    assert!(
        clocks
            .map(|clock| clock.whose)
            .all(|whose| whose == Whose::Notice)
    );
}

/// DW-GEN-02, DW-A-4: the code says where a case begins; consistency waits for the supplier.
#[test]
fn dw_gen_02_each_code_begins_in_its_own_machine() {
    let begins = [
        ("gsrn", "fix_id"),
        ("duplicate", "compare"),
        ("orgnr", "orgnr_new"),
        ("fnr", "fnr_new"),
        ("i01", "i01_new"),
        ("i02", "i02_new"),
        ("i03", "i03_new"),
        ("i04", "i04_new"),
        ("a01", "awaiting_kraft"),
        ("a02", "awaiting_kraft"),
        ("a03", "awaiting_kraft"),
        ("a04", "missing_new"),
    ];
    assert_eq!(begins.map(|(code, _)| code).as_slice(), CODES);
    for (code, state) in begins {
        assert_eq!(opened(code).case.state, state, "{code}");
    }
    // without the supplier's data nobody can wait for its word (DW-A01-4)
    assert_eq!(with("a01", &[]).case.state, "mismatch_new");
}

/// DW-BAS-03: a case is about a metering point.
#[test]
fn dw_bas_03_a_case_names_its_point() {
    let given = answers(&[("wash_code", "i01"), ("wash_origin", "manual")]);
    let refused = Sim::try_open(&WASH, at(START), at(START), &given).map(|_| ());
    assert_eq!(refused.unwrap_err().key, "no_point");
}

/// DW-BAS-07: a file says that the number is wrong; a person looks, and a valid one is refused.
#[test]
fn dw_bas_07_a_number_is_validated_and_corrected() {
    let from_file = [("wash_origin", "nonconformity")];
    let mut valid = with("gsrn", &[from_file[0], ("ean", POINT)]);
    assert_eq!(valid.refused("validate", &[]).key, "point_valid");
    let mut sim = with("gsrn", &from_file);
    assert_eq!(sim.case.state, "gsrn_new");
    sim.done("validate", &[]);
    let taken = [("new_ean", POINT), ("point_in_use", "yes")];
    assert_eq!(sim.refused("corrected", &taken).rule, "DW-BAS-08");
    let wrong = [("new_ean", "707057500100000018"), ("point_in_use", "no")];
    assert_eq!(sim.refused("corrected", &wrong).key, "not_an_ean");
    sim.done("corrected", &[("new_ean", POINT), ("point_in_use", "no")]);
    assert_eq!(sim.case.state, "resolved_update");
    assert!(sim.sent("master_data_update") && sim.is("alias_point", POINT));
}

/// DW-BAS-07: where nobody knows the number a new one is asked for.
#[test]
fn dw_bas_07_a_new_number_is_asked_for() {
    let mut sim = led("gsrn", &[("request_new_gsrn", &[])]);
    assert_eq!(sim.case.state, "awaiting_gs1");
    sim.done("gsrn_issued", &[("new_ean", POINT), ("point_in_use", "no")]);
    assert_eq!(sim.case.state, "resolved_update");
}

/// DW-BAS-08: merged, renumbered, or no duplicate.
#[test]
fn dw_bas_08_rows_are_compared() {
    let merge = [("same_point", "yes"), ("survivor", "G1"), ("loser", "G2")];
    let apart = [("same_point", "no"), ("survivor", "G1"), ("loser", "G2")];
    let mut sim = opened("duplicate");
    assert_eq!(sim.refused("merge", &apart).key, "not_same_point");
    assert_eq!(sim.refused("renumber", &merge[..1]).key, "is_same_point");
    let overlap = sim.refused("not_duplicate", &[("periods_apart", "no")]);
    assert_eq!(overlap.rule, "DW-BAS-08");
    let mut other = sim.clone();
    other.done("renumber", &apart[..1]);
    assert_eq!(other.case.state, "fix_id");
    let mut none = sim.clone();
    none.done("not_duplicate", &[("periods_apart", "yes")]);
    assert_eq!(none.case.state, "not_a_deviation");
    sim.done("merge", &merge);
    assert!(sim.sent("master_data_update") && sim.is("loser", "G2"));
    let mut file = with("duplicate", &[("wash_origin", "nonconformity")]);
    let both = file.refused("detect", &[("same_party_rows", "no")]);
    assert_eq!(both.key, "other_party_row");
}

/// DW-BAS-09, DW-I02-7: one hit with a like name brings number and name together; else it is I02.
#[test]
fn dw_bas_09_a_missing_organisation_number_is_found_or_becomes_i02() {
    let hit = [
        ("hits", "one"),
        ("name_alike", "yes"),
        ("found_org", FIRM),
        ("found_name", "KARLSEN DRIFT AS"),
    ];
    let mut sim = led("orgnr", &[("wash_brreg", &hit)]);
    assert_eq!(sim.case.state, "resolved_register");
    assert!(sim.fact("found_org").is_some() && sim.fact("found_name").is_some());
    assert!(sim.sent("master_data_update"));
    sim = led(
        "orgnr",
        &[("wash_brreg", &[("hits", "many"), ("name_alike", "no")])],
    );
    assert!(sim.case.state == "i02_new" && sim.is("wash_code", "i02"));
    let mut without = opened("orgnr");
    let number_only = [("hits", "one"), ("name_alike", "yes"), ("found_org", FIRM)];
    assert_eq!(
        without.refused("wash_brreg", &number_only).field.as_deref(),
        Some("found_name")
    );
}

/// DW-BAS-02, DW-BAS-10, DW-BAS-15, DW-I04-1: parked, found, not found, dead.
#[test]
fn dw_bas_10_a_missing_identity_number() {
    let parked: (&str, &Words) = ("register_not_supported", &[]);
    let mut sim = led("fnr", &[parked]);
    assert!(sim.is("parked", "awaiting_register_support"));
    sim.done("wash_dsf", ONE_PERSON_DSF);
    assert!(sim.case.state == "resolved_register" && sim.sent("master_data_update"));
    for many in ["none", "many"] {
        let mut sim = led("fnr", &[parked]);
        sim.done("wash_dsf", &[("hits", many)]);
        assert!(
            sim.case.state == "i01_new" && sim.is("wash_code", "i01"),
            "{many}"
        );
    }
    let mut dead = ONE_PERSON_DSF.to_vec();
    dead.push(("is_dead", "yes"));
    let mut sim = opened("fnr");
    sim.done("wash_dsf", &dead);
    assert!(sim.case.state == "i04_new" && sim.is("wash_code", "i04"));
}

const ONE_PERSON_DSF: &Words = &[
    ("hits", "one"),
    ("found_fnr", OLA),
    ("found_first_name", "Ola"),
    ("found_last_name", "Nordmann"),
];

/// DW-GEN-11: a person has a first and a last name.
#[test]
fn dw_gen_11_names_of_people_are_in_two_parts() {
    let mut sim = opened("fnr");
    let given = [
        ("hits", "one"),
        ("found_fnr", OLA),
        ("found_last_name", "Nordmann"),
    ];
    let refused = sim.refused("wash_dsf", &given);
    assert_eq!(refused.field.as_deref(), Some("found_first_name"));
}

/// DW-I01-9, DW-I01-10, DW-I01-13: also a rejected update is looked at first, and approved only when
/// it differs; the next wash ends the case.
#[test]
fn dw_i01_09_an_update_of_the_supplier_comes_first() {
    let mut sim = opened("i01");
    for state in ["unprocessed", "rejected"] {
        let mut found = sim.clone();
        found.done("look_for_inbound_update", &[("update_state", state)]);
        assert_eq!(found.case.state, "update_found", "{state}");
    }
    sim.done("look_for_inbound_update", &[("update_state", "rejected")]);
    assert_eq!(
        sim.refused("approve_update", &[("update_differs", "no")])
            .rule,
        "DW-I01-10"
    );
    sim.done("approve_update", &[("update_differs", "yes")]);
    assert_eq!(sim.case.state, "awaiting_next_wash");
    let mut none = sim.clone();
    none.done("wash_result", &[("hits", "many")]);
    assert_eq!(none.case.state, "manual_search");
    sim.done("wash_result", ONE_PERSON_DSF);
    assert!(sim.case.state == "resolved_register" && sim.sent("master_data_update"));
}

/// DW-BAS-12: rejecting needs a reason, and the supplier is told.
#[test]
fn dw_bas_12_an_update_is_rejected_with_a_reason() {
    let found: (&str, &Words) = (
        "look_for_inbound_update",
        &[("update_state", "unprocessed")],
    );
    let mut sim = led("i01", &[found]);
    assert_eq!(
        sim.refused("reject_update", &[]).field.as_deref(),
        Some("reason")
    );
    sim.done("reject_update", &[("reason", "Older than our own.")]);
    assert!(sim.case.state == "manual_search" && sim.sent("update_rejected"));
    let mut sim = led("a01", &[("grunndata_update_received", &[])]);
    assert_eq!(sim.refused("reject", &[]).field.as_deref(), Some("reason"));
    sim.done("reject", &[("reason", "Not our customer.")]);
    assert!(sim.case.state == "awaiting_kraft" && sim.sent("update_rejected"));
}

fn searching() -> Sim {
    led(
        "i01",
        &[("look_for_inbound_update", &[("update_state", "none")])],
    )
}

/// DW-I01-11, DW-I01-17: searched where the register can be asked; a search without a hit is
/// enriched and tried again.
#[test]
fn dw_i01_11_the_search_by_hand() {
    let mut sim = searching();
    let off = sim.refused("search", &[("hits", "none"), ("register_on", "no")]);
    assert_eq!(off.rule, "DW-I01-11");
    sim.done("search", NO_PERSON);
    sim.done("search", NO_PERSON);
    assert_eq!(sim.case.state, "manual_search");
    sim.done("search", ONE_PERSON);
    assert!(sim.case.state == "resolved_register" && sim.sent("master_data_update"));
}

/// DW-I01-12, DW-I01-17: a letter, two reminders by Norwegian working days, then a lead.
#[test]
fn dw_i01_12_the_customer_is_asked_and_reminded() {
    let mut sim = searching();
    sim.done("give_up", &[]);
    assert!(sim.sent("wash_ask_identity") && sim.case.state == "i01_contact_customer");
    // Friday the 13th is the first working day, Thursday the 26th the tenth
    assert_eq!(
        sim.clock("customer_10wd").due_at,
        at("2026-11-27T00:00:00+01:00")
    );
    assert_eq!(sim.wait("2026-11-26T23:59:00+01:00"), [""; 0]);
    assert_eq!(sim.wait("2026-11-27T00:00:00+01:00"), ["no_answer"]);
    assert!(sim.sent("wash_reminder") && sim.case.state == "i01_contact_customer");
    assert_eq!(sim.wait("2026-12-14T10:00:00+01:00"), ["no_answer"]);
    // Christmas and New Year's day are no working days
    assert_eq!(
        sim.clock("customer_10wd").due_at,
        at("2026-12-30T00:00:00+01:00")
    );
    assert_eq!(sim.wait("2026-12-30T10:00:00+01:00"), ["no_answer"]);
    assert!(sim.case.state == "i01_escalated" && sim.sent("supervisor_alert"));
    sim.done("got_fnr", PERSON);
    assert!(sim.case.state == "resolved_update" && sim.sent("master_data_update"));
}

/// DW-I01-14, DW-I01-15: whoever has no number gets a D-number, and nothing else counts as one.
#[test]
fn dw_i01_14_a_d_number() {
    let mut sim = searching();
    sim.done("give_up", &[]);
    sim.done("needs_dnumber", &[]);
    assert!(sim.case.state == "awaiting_dnumber" && sim.sent("wash_d_number"));
    let name = [("found_first_name", "Ola"), ("found_last_name", "Nordmann")];
    let wrong = [("found_d_number", OLA), name[0], name[1]];
    assert_eq!(sim.refused("got_dnumber", &wrong).key, "not_a_d_number");
    sim.done(
        "got_dnumber",
        &[("found_d_number", D_NUMBER), name[0], name[1]],
    );
    assert!(sim.case.state == "resolved_update" && sim.sent("master_data_update"));
}

/// DW-GEN-06: a number with a wrong check digit is none.
#[test]
fn dw_gen_06_numbers_are_checked() {
    let mut sim = searching();
    sim.done("give_up", &[]);
    let mut wrong = PERSON.to_vec();
    wrong[0].1 = "29884013002";
    assert_eq!(sim.refused("got_fnr", &wrong).key, "not_a_national_number");
}

/// DW-A01-1: the customer of an I01 turns out to be somebody else.
#[test]
fn dw_a01_01_another_person_is_a_takeover() {
    let mut sim = searching();
    sim.done("give_up", &[]);
    sim.done("customer_is_other_person", &[]);
    assert!(sim.case.state == "awaiting_kraft" && sim.is("wash_code", "a01"));
    assert_eq!(sim.running().len(), 1);
}

/// DW-BAS-26, DW-BAS-27, DW-I01-8: an update reaches a case in whatever live state it is.
#[test]
fn dw_bas_27_an_update_is_taken_in_every_live_state() {
    let rows = transitions(&WASH);
    for state in WASH.states {
        let is_taken = rows.iter().any(|row| {
            let is_update = ["inbound_update_from_kraft", "grunndata_update_received"];
            row.from == state.key && is_update.contains(&row.action)
        });
        assert_eq!(is_taken, state.work != Work::Closed, "{}", state.key);
    }
    let mut sim = searching();
    sim.try_as(
        Actor::System,
        "inbound_update_from_kraft",
        &answers(&[("inbound_update", "7")]),
    )
    .unwrap();
    assert!(sim.case.state == "update_found" && sim.is("update_waiting", "yes"));
    let mut sim = opened("i02");
    sim.try_as(Actor::System, "inbound_update_from_kraft", &answers(&[]))
        .unwrap();
    assert!(sim.case.state == "i02_new" && sim.is("update_waiting", "yes"));
}

/// DW-I02-6, DW-I02-7: one active enterprise is confirmed; one that was struck off is none.
#[test]
fn dw_i02_06_the_register_of_enterprises() {
    let mut hit = vec![
        ("hits", "one"),
        ("found_org", FIRM),
        ("found_name", "KARLSEN DRIFT AS"),
        ("is_active", "no"),
    ];
    let mut deleted = led("i02", &[("search_brreg", &hit)]);
    assert!(deleted.case.state == "i02_contact_customer" && deleted.sent("wash_ask_identity"));
    deleted.done("got_orgnr", ENTERPRISE);
    assert_eq!(deleted.case.state, "confirm_name");
    hit[3].1 = "yes";
    let mut sim = led("i02", &[("search_brreg", &hit)]);
    sim.done("accept_name", &[]);
    assert!(sim.case.state == "resolved_register" && sim.sent("master_data_update"));
}

fn asked_i02() -> Sim {
    led("i02", &[("search_brreg", &[("hits", "none")])])
}

/// DW-I02-11: made-up numbers, and numbers that the register does not have.
#[test]
fn dw_i02_11_no_made_up_numbers() {
    let mut sim = asked_i02();
    for made_up in ["999999999", "123456785", "959716634"] {
        let mut given = ENTERPRISE.to_vec();
        given[0].1 = made_up;
        assert_eq!(
            sim.refused("got_orgnr", &given).key,
            "not_an_enterprise_number"
        );
    }
    let mut given = ENTERPRISE.to_vec();
    given[2].1 = "no";
    assert_eq!(sim.refused("got_orgnr", &given).rule, "DW-I02-11");
}

/// DW-I02-8, DW-I02-9: the customer is told to register, and why.
#[test]
fn dw_i02_09_the_customer_is_told_why() {
    let mut sim = asked_i02();
    sim.done("not_registered", &[("unregistered_form", "garage")]);
    assert!(sim.case.state == "asked_to_register" && sim.sent("wash_register"));
    sim.done("registered", ENTERPRISE);
    assert_eq!(sim.case.state, "confirm_name");
}

/// DW-I02-10, DW-I02-12: a person takes the contract over, with consent, after the supplier knows.
#[test]
fn dw_i02_12_no_transfer_before_the_supplier_was_contacted() {
    let mut sim = asked_i02();
    sim.done("not_registered", &[("unregistered_form", "other")]);
    sim.done("refuses", &[]);
    let mut person = PERSON.to_vec();
    person.push(("person_consents", "no"));
    assert_eq!(sim.refused("person_identified", &person).rule, "DW-I02-10");
    person[3].1 = "yes";
    sim.done("person_identified", &person);
    assert_eq!(sim.case.state, "i02_supplier_contact_due");
    assert!(sim.tried("takeover_done", &[]).is_err());
    sim.done("supplier_contacted", CONTACT);
    sim.done("takeover_done", &[]);
    assert_eq!(sim.case.state, "resolved_takeover");
    assert!(sim.sent("master_data_update") && sim.sent("wash_takeover"));
}

/// DW-I03-2: a file of the central tool opens no such case.
#[test]
fn dw_i03_02_only_our_own_wash_finds_wrong_names() {
    let given = opening("i03", &[("wash_origin", "nonconformity")]);
    let refused = Sim::try_open(&WASH, at(START), at(START), &given).map(|_| ());
    assert_eq!(refused.unwrap_err().rule, "DW-I03-2");
    assert_eq!(opened("i03").case.state, "i03_new");
}

/// DW-I03-5, DW-I03-6, DW-I03-7: alike is corrected, unlike is asked, another company is a takeover
/// with the supplier told.
#[test]
fn dw_i03_05_names() {
    let alike: (&str, &Words) = ("assess", &[("name_alike", "yes")]);
    let mut sim = led("i03", &[alike]);
    sim.done("correct_name", &[("found_name", "KARLSEN DRIFT AS")]);
    assert!(sim.case.state == "resolved_register" && sim.sent("master_data_update"));
    let mut sim = led("i03", &[("assess", &[("name_alike", "no")])]);
    assert!(sim.case.state == "i03_contact_customer");
    let name = [
        ("found_name", "KARLSEN DRIFT AS"),
        ("customer_confirms", "no"),
    ];
    assert_eq!(sim.refused("orgnr_right", &name).rule, "DW-I03-6");
    sim.done("other_company", ENTERPRISE);
    assert_eq!(
        sim.refused("takeover_done", &[]).key,
        "supplier_not_contacted"
    );
    sim.done("supplier_contacted", CONTACT);
    sim.done("takeover_done", &[]);
    assert_eq!(sim.case.state, "resolved_takeover");
}

pub(crate) const USER: &Words = &[
    ("user_kind", "person"),
    ("found_fnr", OLA),
    ("found_first_name", "Ola"),
    ("found_last_name", "Nordmann"),
];

/// DW-I04-4, DW-I02-12: somebody else uses the point.
#[test]
fn dw_i04_04_a_contract_that_was_not_transferred() {
    let mut sim = led("i04", &[("classify", &[("estate", "not_transferred")])]);
    assert_eq!(
        sim.refused("end_user_known", USER).key,
        "supplier_not_contacted"
    );
    sim.done("supplier_contacted", CONTACT);
    sim.done("end_user_known", USER);
    sim.done("takeover_done", &[("end_code", "moved_out")]);
    assert!(sim.case.state == "resolved_takeover" && sim.sent("master_data_update"));
}

/// DW-I04-5: the estate is looked at every six months, for as long as it takes.
#[test]
fn dw_i04_05_an_estate_is_reviewed_every_six_months() {
    let mut sim = led("i04", &[("classify", &[("estate", "individuals")])]);
    assert_eq!(sim.case.state, "parked_estate");
    assert_eq!(sim.wait("2027-05-12T23:59:00+02:00"), [""; 0]);
    assert_eq!(sim.wait("2027-05-13T00:00:00+02:00"), ["review_due"]);
    assert_eq!(sim.case.state, "estate_review");
    sim.done("review", &[]);
    assert!(sim.case.state == "parked_estate" && sim.running().len() == 1);
    sim.done("executor_appointed", &[]);
    assert!(sim.running().is_empty());
    sim.done(
        "got_orgnr",
        &[("found_org", FIRM), ("found_name", "BERGE EIENDOM ENK")],
    );
    assert_eq!(sim.case.state, "i04_takeover_ready");
}

/// DW-I04-7: where an estate enters, the end code is death or bankruptcy.
#[test]
fn dw_i04_07_the_end_code_of_an_estate() {
    for estate in ["individuals", "organisation"] {
        let mut sim = led("i04", &[("classify", &[("estate", estate)])]);
        if estate == "individuals" {
            sim.done("estate_settled", USER);
        } else {
            sim.done(
                "got_orgnr",
                &[("found_org", FIRM), ("found_name", "BERGE EIENDOM ENK")],
            );
        }
        sim.done("supplier_contacted", CONTACT);
        let moved = sim.refused("takeover_done", &[("end_code", "moved_out")]);
        assert_eq!(moved.rule, "DW-I04-7", "{estate}");
        for code in ["death", "bankruptcy"] {
            let mut sim = sim.clone();
            sim.done("takeover_done", &[("end_code", code)]);
            assert!(sim.case.state == "resolved_takeover" && sim.is("end_code", code));
        }
    }
}

/// DW-A01-6, DW-A02-5: the shortcut needs all three, and is forbidden for couples and firms.
#[test]
fn dw_a01_06_the_same_person() {
    let all = [
        ("one_without_fnr", "yes"),
        ("same_birth_date", "yes"),
        ("nearly_equal", "yes"),
    ];
    for code in ["a02", "a03"] {
        let refused = opened(code).refused("same_person_shortcut", &all);
        assert_eq!(refused.rule, "DW-A02-5", "{code}");
    }
    for missing in 0..3 {
        let mut given = all;
        given[missing].1 = "no";
        assert_eq!(
            opened("a01").refused("same_person_shortcut", &given).rule,
            "DW-A01-6"
        );
    }
    let mut sim = led("a01", &[("same_person_shortcut", &all)]);
    sim.done("saved", PERSON);
    assert!(sim.case.state == "resolved_update" && sim.sent("master_data_update"));
}

fn asked_takeover(code: &'static str) -> Sim {
    led(code, &[("takeover_request_received", &[])])
}

/// DW-A02-7, DW-A03-5: no takeover of a couple or a sole proprietor without the recorded consent.
#[test]
fn dw_a02_07_no_takeover_without_consent() {
    for code in ["a02", "a03"] {
        let refused = asked_takeover(code).refused("accept", NO_CONSENT);
        assert_eq!(refused.key, "consent_missing", "{code}");
        let own: Vec<_> = [("customer_contacted", "yes"), ("customer_agrees", "yes")]
            .into_iter()
            .chain(NO_CONSENT.iter().copied())
            .collect();
        assert_eq!(
            opened(code).refused("nett_is_wrong", &own).key,
            "consent_missing"
        );
    }
    let mut plain = asked_takeover("a01");
    plain.done("accept", &NO_CONSENT[..1]);
    assert!(plain.case.state == "wind_down" && plain.sent("takeover_confirmed"));
}

/// DW-A03-8: the consent names exactly one identity.
#[test]
fn dw_a03_08_one_identity() {
    let mut sim = asked_takeover("a03");
    assert_eq!(
        sim.refused("accept", &CONSENT[..1]).key,
        "identity_not_chosen"
    );
    let both = [("consent", "yes"), ("kept_identity", "both")];
    assert_eq!(sim.refused("accept", &both).key, "not_a_choice");
    sim.done("accept", CONSENT);
    assert!(sim.is("kept_identity", "person"));
}

/// DW-A01-13, DW-A01-14: a rejection has a reason; the supplier may object.
#[test]
fn dw_a01_13_a_takeover_is_rejected_with_a_reason() {
    let mut sim = asked_takeover("a01");
    assert_eq!(sim.refused("reject", &[]).field.as_deref(), Some("reason"));
    sim.done(
        "reject",
        &[("reason", "Our customer has lived there since 2009.")],
    );
    assert!(sim.case.state == "rejected" && sim.sent("takeover_rejected"));
    let mut corrected = sim.clone();
    corrected.done("kraft_corrects_own", &[]);
    assert_eq!(corrected.case.state, "resolved_counterpart");
    sim.done("kraft_contacts", CONTACT);
    assert_eq!(sim.case.state, "disputed");
    let mut ours = sim.clone();
    ours.done("agree_nett_right", &[]);
    assert_eq!(ours.case.state, "resolved_counterpart");
    sim.done("agree_kraft_right", &[]);
    assert_eq!(sim.case.state, "assess_takeover");
}

/// DW-A01-15, DW-A-4: the supplier's contacts are logged, its silence is noted after five working
/// days, and the case keeps waiting for it.
#[test]
fn dw_a01_15_waiting_for_the_supplier() {
    assert!(opened("a01").running().is_empty(), "nobody was asked yet");
    let mut sim = with("a01", &[]);
    let without = sim.refused("detected_at_lookup", &[("counterpart_known", "no")]);
    assert_eq!(without.rule, "DW-A01-4");
    sim.done("detected_at_lookup", &[("counterpart_known", "yes")]);
    sim.done("kraft_contacts_our_customer", CONTACT);
    assert_eq!(sim.case.state, "awaiting_kraft");
    assert_eq!(
        sim.clock("counterpart_5wd").due_at,
        at("2026-11-20T00:00:00+01:00")
    );
    assert_eq!(sim.wait("2026-11-20T00:00:00+01:00"), ["kraft_silent"]);
    assert!(sim.case.state == "awaiting_kraft" && sim.running().is_empty());
}

fn winding_down(code: &'static str) -> Sim {
    let mut sim = asked_takeover(code);
    sim.done("accept", CONSENT);
    sim
}

pub(crate) const AGREED: &Words = &[("agreed_on", "2026-11-12"), ("channel", "phone")];

/// DW-A01-10, DW-A01-11, DW-A01-12: agreement, termination and settlement before the end.
#[test]
fn dw_a01_10_nothing_ends_without_agreement_termination_and_settlement() {
    let steps: [(&str, &Words); 3] = [
        ("agreement_reached", AGREED),
        ("send_termination", &[]),
        ("settlement_decided", &[("settlement", "made")]),
    ];
    for missing in 0..3 {
        let mut sim = winding_down("a01");
        for (at, (action, given)) in steps.iter().enumerate() {
            if at != missing {
                sim.done(action, given);
            }
        }
        let rule = ["DW-A01-10", "DW-A01-11", "DW-A01-12"][missing];
        assert_eq!(sim.refused("relation_ended", &[]).rule, rule);
        sim.done(steps[missing].0, steps[missing].1);
        sim.done("relation_ended", &[]);
        assert!(sim.case.state == "resolved_takeover" && sim.sent("master_data_update"));
        assert_eq!(sim.times_sent("wash_termination"), 1);
    }
}

/// DW-A01-12, DW-A03-7: a couple may do without a settlement; different customers may not; each of them
/// needs the decision.
#[test]
fn dw_a01_12_settlements() {
    let not_needed: &Words = &[("settlement", "not_needed")];
    let ready = |code| {
        let mut sim = winding_down(code);
        sim.done("agreement_reached", AGREED);
        sim.done("send_termination", &[]);
        sim
    };
    assert_eq!(
        ready("a01").refused("settlement_decided", not_needed).rule,
        "DW-A01-12"
    );
    let mut couple = ready("a02");
    assert_eq!(couple.refused("relation_ended", &[]).key, "no_settlement");
    couple.done("settlement_decided", not_needed);
    couple.done("relation_ended", &[]);
    let mut firm = ready("a03");
    assert_eq!(firm.refused("relation_ended", &[]).key, "no_settlement");
    firm.done("settlement_decided", not_needed);
    firm.done("relation_ended", &[]);
}

/// DW-A02-9, DW-A01-10: when we run the takeover the customer agreed and the supplier was contacted.
#[test]
fn dw_a02_09_our_own_takeover() {
    let mut sim = opened("a02");
    let mut own = vec![("customer_contacted", "yes"), ("customer_agrees", "no")];
    own.extend_from_slice(CONSENT);
    assert_eq!(sim.refused("nett_is_wrong", &own).rule, "DW-A01-10");
    own[1].1 = "yes";
    sim.done("nett_is_wrong", &own);
    assert_eq!(sim.case.state, "supplier_contact_due");
    let rows = transitions(&WASH);
    let mut ways = rows
        .iter()
        .filter(|row| row.from == "supplier_contact_due" && row.to == "wind_down");
    assert!(ways.all(|row| row.action == "supplier_contacted"));
    sim.done("supplier_contacted", CONTACT);
    assert_eq!(sim.case.state, "wind_down");
}

/// DW-A04-2, DW-A04-3, DW-A04-4: what the own system shows decides.
#[test]
fn dw_a04_02_the_own_system_is_checked() {
    let checked = |found: &'static str| {
        let given = [
            ("own_system", found),
            ("missing_cause", "other"),
            ("process_ref", "PROC-1"),
        ];
        let mut sim = opened("a04");
        sim.done("check_own_system", &given);
        sim
    };
    let mut open = checked("open_process");
    assert_eq!(
        open.refused("process_done", &[("on_both_sides", "no")])
            .rule,
        "DW-A04-2"
    );
    let mut cancelled = open.clone();
    cancelled.done("process_cancelled", &[]);
    assert_eq!(cancelled.case.state, "missing_new");
    open.done("process_done", &[("on_both_sides", "yes")]);
    assert_eq!(open.case.state, "not_a_deviation");
    let mut inactive = checked("not_activated");
    inactive.done("activated", &[]);
    assert!(inactive.case.state == "resolved_update" && inactive.sent("master_data_update"));
    let mut extract = checked("active");
    let mut own = extract.clone();
    own.done("own_extract_wrong", &[]);
    own.done("resubmitted", &[]);
    assert!(own.case.state == "resolved_update" && own.sent("point_resubmitted"));
    extract.done("counterpart_missing", &[]);
    assert!(extract.sent("counterpart_missing"));
    extract.done("counterpart_fixed", &[("clean_file", "DAM-2026-12")]);
    assert_eq!(extract.case.state, "resolved_counterpart");
    let mut nobody = checked("nothing");
    nobody.done("end_user_known", USER);
    assert_eq!(nobody.case.state, "resolved_takeover");
}

/// DW-A-5: only A-cases, only by a lead, not before the day.
#[test]
fn dw_a_5_go_live_ends_the_cases_of_consistency() {
    let day = answers(&[("go_live_on", "2026-11-12")]);
    for (code, is_ended) in [
        ("a01", true),
        ("a04", true),
        ("i01", false),
        ("gsrn", false),
    ] {
        let mut sim = opened(code);
        assert!(sim.try_as(Actor::Agent, "go_live", &day).is_err());
        assert_eq!(
            sim.try_as(Actor::Lead, "go_live", &day).is_ok(),
            is_ended,
            "{code}"
        );
        assert_eq!(sim.case.state == "closed_nett_prevails", is_ended);
        assert!(!is_ended || sim.running().is_empty());
    }
    let early = answers(&[("go_live_on", "2026-11-13")]);
    let refused = opened("a01")
        .try_as(Actor::Lead, "go_live", &early)
        .map(|_| ());
    assert_eq!(refused.unwrap_err().key, "in_future");
}

/// A newer file without the deviation ends the case with its reference; not where people were
/// promised something, and nobody says so for the importer.
#[test]
fn dw_bas_06_gone_from_a_newer_file() {
    let file = answers(&[("clean_file", "holdings-2026-12")]);
    let mut sim = opened("a01");
    assert!(sim.try_as(Actor::Agent, "gone", &file).is_err());
    assert!(sim.try_as(Actor::System, "gone", &answers(&[])).is_err());
    sim.try_as(Actor::System, "gone", &file).unwrap();
    assert!(sim.case.state == "not_a_deviation" && sim.is("clean_file", "holdings-2026-12"));
    assert!(sim.running().is_empty());
    let mut sim = winding_down("a01");
    sim.try_as(Actor::System, "gone", &file).unwrap();
    assert!(sim.case.state == "wind_down" && sim.is("gone", "yes"));
    let rows = transitions(&WASH);
    for state in WASH
        .states
        .iter()
        .filter(|state| state.work != Work::Closed)
    {
        let ways = rows
            .iter()
            .filter(|row| row.action == "gone" && row.from == state.key);
        assert_eq!(ways.count(), 1, "{}", state.key);
    }
}

/// DW-A02-4: the code is a proposal; by hand, with a reason, it becomes another one, and what was
/// agreed under the old one counts no more.
#[test]
fn dw_a02_04_reclassified_with_a_reason() {
    let mut sim = winding_down("a01");
    let without = sim.refused("reclassify", &[("new_code", "a02")]);
    assert_eq!(without.field.as_deref(), Some("reason"));
    sim.done(
        "reclassify",
        &[("new_code", "a02"), ("reason", "One household.")],
    );
    assert!(sim.case.state == "awaiting_kraft" && sim.is("wash_code", "a02"));
    sim.done("takeover_request_received", &[]);
    assert_eq!(sim.refused("accept", NO_CONSENT).rule, "DW-A02-7");
    for code in CODES {
        let mut sim = opened("i02");
        sim.done(
            "reclassify",
            &[("new_code", code), ("reason", "Looked again.")],
        );
        assert!(sim.is("wash_code", code), "{code}");
        let first = sim.case.state.ends_with("_new") || sim.case.state == "awaiting_kraft";
        assert!(first, "{code}: {}", sim.case.state);
    }
}

/// A case that was closed is looked at again, and goes where its code begins.
#[test]
fn a_reopened_case_is_looked_at_again() {
    let mut sim = opened("a04");
    let file = answers(&[("clean_file", "F1")]);
    sim.try_as(Actor::System, "gone", &file).unwrap();
    sim.try_as(
        Actor::Lead,
        "reopen",
        &answers(&[("reason", "It came back.")]),
    )
    .unwrap();
    assert_eq!(sim.case.state, "triage");
    sim.done(
        "reclassify",
        &[("new_code", "a04"), ("reason", "Once more.")],
    );
    assert_eq!(sim.case.state, "missing_new");
}

/// DW-BAS-11: every line that saves a correction tells the supplier, and only the market hears it.
#[test]
fn dw_bas_11_every_correction_is_told_to_the_supplier() {
    let ends = ["resolved_register", "resolved_update", "resolved_takeover"];
    for row in transitions(&WASH)
        .iter()
        .filter(|row| ends.contains(&row.to))
    {
        let is_general = loket::process::general::ACTIONS
            .iter()
            .any(|line| line.key == row.action);
        let told = row.messages.contains("master_data_update")
            || row.messages.contains("point_resubmitted");
        assert!(told || is_general, "{} tells nobody", row.action);
    }
    let update = MESSAGES
        .iter()
        .find(|one| one.kind == "master_data_update")
        .unwrap();
    assert_eq!(update.to, Addressee::Market);
}

/// META-03, decision 20: no name and no number of a person stands in an event.
#[test]
fn dw_numbers_of_people_are_erasable_texts() {
    let lines = WASH.actions.iter().flat_map(|line| line.fields);
    for field in lines.filter(|field| field.key.starts_with("found_")) {
        assert!(field.kind.is_text(), "{}", field.key);
    }
    let kinds = [
        FieldKind::NationalNumber,
        FieldKind::DNumber,
        FieldKind::EnterpriseNumber,
    ];
    assert!(kinds.into_iter().all(FieldKind::is_text));
    let sim = led(
        "i01",
        &[
            ("look_for_inbound_update", &[("update_state", "none")]),
            ("search", ONE_PERSON),
        ],
    );
    let event = serde_json::to_string(&sim.case.facts).unwrap();
    assert!(!event.contains(OLA) && !event.contains("Nordmann"));
}

/// Nobody stands in for the importer, and the timers are nobody's.
#[test]
fn dw_what_agents_are_offered_is_theirs() {
    for code in CODES {
        let sim = opened(code);
        let list = listed(&sim.case, &context(sim.now, Actor::Agent, 1));
        let is_foreign = |one: &Listed| matches!(one.action.by, By::Outside | By::Timer(_));
        assert!(!list.iter().any(is_foreign), "{code}");
        let own = list.iter().filter(|one| one.refusal.is_none());
        assert!(own.count() > 3, "{code} leaves nothing to do");
    }
}
