//! One test per rule of the installers' notifications (`rules.md` 1.4; `processes.md` 2.6).

use loket::domain::clock::Outcome;
use loket::process::engine::{Actor, Listed, Refusal, listed};
use loket::process::field::Asked;
use loket::process::load::transitions;
use loket::process::message::{self, Addressee};
use loket::process::notification::{FoundPlant, NOTIFICATION, fields, fill, missing};
use loket::process::replay::replay;
use loket::process::{ALL, By, FieldKind, Queue, Work, find};

use crate::process_world::{EAN, PARTY, Sim, answers, at, calendars, context, texts};

const MONDAY: &str = "2026-11-16T09:00:00+01:00";
const METER: &str = "SE-4711";
const HEAD: &[(&str, &str)] = &[
    ("grid_company", "nat_syd"),
    ("installation_type", "fuse_change"),
    ("job_type", "one_meter"),
    ("grid_area", "helsingborg"),
    ("party_gln", PARTY),
];
const FOUND: &[(&str, &str)] = &[
    ("fetch_meter_no", METER),
    ("overwrite", "yes"),
    ("preview", "found"),
    ("found_ean", EAN),
    ("found_meter_no", METER),
    ("found_technical_no", "T-9"),
    ("found_address", "Registergatan 1"),
    ("found_postcode", "252 20"),
    ("found_city", "Helsingborg"),
];
const PLANT: &[(&str, &str)] = &[
    ("plant_address", "Egna gatan 2"),
    ("plant_postcode", "252 21"),
    ("plant_city", "Rydebäck"),
    ("meter_placement", "facade"),
];
const OWNER: &[(&str, &str)] = &[
    ("owner_kind", "private"),
    ("owner_last_name", "Lindqvist"),
    ("owner_first_name", "Ebba"),
    ("owner_personal_no", "811228-9874"),
    ("owner_address", "Storgatan 3"),
    ("owner_postcode", "252 22"),
    ("owner_city", "Helsingborg"),
    ("owner_phone", "0700 000 000"),
];

fn created_with(more: &[(&str, &str)]) -> Sim {
    let mut given = answers(HEAD);
    given.extend(answers(more));
    let now = at(MONDAY);
    Sim::try_open_as(Actor::Installer, &NOTIFICATION, (now, now), &given).unwrap()
}

fn created() -> Sim {
    created_with(&[])
}

fn installer(sim: &mut Sim, action: &str, given: &[(&str, &str)]) {
    sim.try_as(Actor::Installer, action, &answers(given))
        .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
}

fn refused(sim: &mut Sim, action: &str, given: &[(&str, &str)]) -> Refusal {
    sim.try_as(Actor::Installer, action, &answers(given))
        .err()
        .unwrap_or_else(|| panic!("{action} is possible"))
}

fn fetched() -> Sim {
    let mut sim = created();
    installer(&mut sim, "fetch", FOUND);
    installer(&mut sim, "update_and_close", &[]);
    sim
}

fn filled() -> Sim {
    let mut sim = fetched();
    installer(&mut sim, "edit", PLANT);
    installer(&mut sim, "edit_owner", OWNER);
    installer(&mut sim, "copy_owner_to_payer", &[]);
    sim
}

fn ready() -> Sim {
    let mut sim = filled();
    installer(&mut sim, "customer_verified", &[("right_customer", "yes")]);
    sim
}

fn submitted() -> Sim {
    let mut sim = ready();
    installer(&mut sim, "submit", &[]);
    sim
}

fn approved() -> Sim {
    let mut sim = submitted();
    sim.done("approve", &[("work_order", "no")]);
    sim
}

fn possible(sim: &Sim, actor: Actor) -> Vec<&'static str> {
    let list = listed(&sim.case, &context(sim.now, actor, 0));
    let can = list.iter().filter(|one: &&Listed| one.refusal.is_none());
    can.map(|one| one.action.key).collect()
}

/// The text that a fact of the case refers to.
fn text(sim: &Sim, fact: &str) -> String {
    let stored = serde_json::to_value(sim.fact(fact).unwrap()).unwrap();
    let mut texts = sim.events.iter().rev().filter_map(|event| {
        let texts = event.change["texts"].as_array()?.clone();
        texts.into_iter().find(|text| text["id"] == stored["text"])
    });
    let found = texts.next().unwrap();
    found["body"].as_str().unwrap().to_owned()
}

/// ELS-01: an installer has steps of its own in every state, and nobody of the grid company has one of
/// them, nor the installer one of theirs; none of its steps needs a lease.
#[test]
fn els_01_an_installer_works_on_its_own() {
    let own = |key: &str| {
        let mut lines = NOTIFICATION.lines().filter(|line| line.key == key);
        lines.any(|line| line.by == By::Installer)
    };
    let mut returned = submitted();
    returned.done("return_incomplete", &[("reason", "Saknas.")]);
    for (sim, first) in [
        (created(), Some("fetch")),
        (submitted(), Some("installer_note")),
        (returned, Some("fetch")),
        (approved(), Some("installer_note")),
    ] {
        let mine = possible(&sim, Actor::Installer);
        assert_eq!(mine.first().copied(), first, "{}", sim.case.state);
        assert!(mine.iter().all(|key| own(key)), "{mine:?}");
        for other in [Actor::Agent, Actor::Lead] {
            let theirs = possible(&sim, other);
            assert!(!theirs.iter().any(|key| own(key)), "{theirs:?}");
        }
        assert!(
            sim.clone()
                .tried("installer_note", &[("note", "x")])
                .is_err()
        );
    }
    let rows = transitions(&NOTIFICATION);
    let steps = rows.iter().filter(|row| own(row.action));
    assert!(steps.clone().all(|row| row.by == "installer") && steps.count() > 20);
}

/// ELS-02: a new notification begins with the installer, never with an agent or a lead; the installer's
/// own system may send one.
#[test]
fn els_02_only_installers_begin_one() {
    let now = at(MONDAY);
    let open = |actor| Sim::try_open_as(actor, &NOTIFICATION, (now, now), &answers(HEAD));
    for actor in [Actor::Agent, Actor::Lead] {
        let no = open(actor).err().unwrap();
        assert_eq!(
            (&*no.key, &*no.rule),
            ("installers_only", "ELS-02"),
            "{actor:?}"
        );
    }
    assert!(created().is("opened_by", "installer"));
    assert!(open(Actor::System).is_ok());
}

/// ELS-03, ELS-06, ELS-07: grid company, job type and area are chosen at the beginning.
#[test]
fn els_03_06_07_the_choices_of_the_beginning_are_mandatory() {
    for left_out in ["grid_company", "installation_type", "job_type", "grid_area"] {
        let mut given = answers(HEAD);
        given.remove(left_out);
        let now = at(MONDAY);
        let no = Sim::try_open_as(Actor::Installer, &NOTIFICATION, (now, now), &given);
        let no = no.err().unwrap();
        assert_eq!(
            (no.key.as_str(), no.field.as_deref()),
            ("field_missing", Some(left_out))
        );
    }
    let asked = NOTIFICATION.opening.fields.iter();
    let asked: Vec<_> = asked
        .filter(|field| field.asked == Asked::Yes)
        .map(|field| field.key)
        .collect();
    assert_eq!(
        asked,
        ["grid_company", "installation_type", "job_type", "grid_area"]
    );
}

/// ELS-04: plant data can be fetched for five types.
#[test]
fn els_04_five_types_can_fetch() {
    for kind in fields::TYPES.iter().filter(|kind| **kind != "new_plant") {
        let mut sim = created_with(&[("installation_type", kind)]);
        installer(&mut sim, "fetch", FOUND);
    }
    assert_eq!(fields::TYPES.len(), 6);
}

/// ELS-05: the sixth type has no plant to fetch, and needs no EAN.
#[test]
fn els_05_a_new_plant_has_nothing_to_fetch() {
    let mut sim = created_with(&[("installation_type", "new_plant")]);
    let no = refused(&mut sim, "fetch", FOUND);
    assert_eq!(
        (no.key.as_str(), no.rule.as_str()),
        ("no_plant_yet", "ELS-05")
    );
    assert!(!missing(&sim.case.facts).contains(&"ean"));
    assert!(missing(&created().case.facts).contains(&"ean"));
}

/// ELS-08: it begins as not sent.
#[test]
fn els_08_it_begins_as_not_sent() {
    assert_eq!(created().case.state, "unsent");
    assert_eq!(texts("sv")["state.notification.unsent"], "ej skickat");
}

/// ELS-09: the tools of a notification, and deleting only while it was not sent.
#[test]
fn els_09_only_what_was_not_sent_is_deleted() {
    let mut sim = created();
    let can = possible(&sim, Actor::Installer);
    for tool in ["save", "delete", "fetch", "edit", "installer_note"] {
        assert!(can.contains(&tool), "{tool}");
    }
    installer(&mut sim, "delete", &[]);
    assert_eq!(sim.case.state, "closed_deleted");
    assert_eq!(refused(&mut submitted(), "delete", &[]).key, "not_in_state");
    let mut returned = submitted();
    returned.done("return_incomplete", &[("reason", "Saknas.")]);
    assert_eq!(refused(&mut returned, "delete", &[]).key, "not_in_state");
    installer(
        &mut returned,
        "installer_note",
        &[("note", "Ringde kunden.")],
    );
}

/// ELS-10: the installer fetches whenever it is the one who writes, and nobody else does.
#[test]
fn els_10_the_installer_fetches() {
    let mut returned = submitted();
    returned.done("return_incomplete", &[("reason", "Saknas.")]);
    let mut unanswered = returned.clone();
    unanswered.wait("2027-01-20T09:00:00+01:00");
    assert_eq!(unanswered.case.state, "unanswered");
    for mut sim in [created(), returned, unanswered] {
        let state = sim.case.state.clone();
        assert_eq!(
            sim.refused("fetch", FOUND).key,
            "installers_only",
            "{state}"
        );
        installer(&mut sim, "fetch", FOUND);
        assert!(sim.is("preview", "found"), "{state}");
    }
    for mut sent in [submitted(), approved()] {
        assert_eq!(refused(&mut sent, "fetch", FOUND).key, "not_in_state");
    }
}

/// ELS-11: a meter number or an EAN.
#[test]
fn els_11_one_of_the_two_numbers_is_needed() {
    let mut sim = created();
    let no = refused(&mut sim, "fetch", &FOUND[1..]);
    assert_eq!(
        (no.key.as_str(), no.rule.as_str()),
        ("one_of_two", "ELS-11")
    );
    let mut by_ean = FOUND[1..].to_vec();
    by_ean.push(("fetch_ean", EAN));
    installer(&mut sim, "fetch", &by_ean);
}

/// ELS-12, ELS-13: the question stands in the form with yes proposed, and must be answered.
#[test]
fn els_12_13_yes_is_proposed() {
    let line = NOTIFICATION.actions.iter().find(|line| line.key == "fetch");
    let fields = line.unwrap().fields;
    let question = fields
        .iter()
        .find(|field| field.key == "overwrite")
        .unwrap();
    assert_eq!(
        (question.preset, question.kind),
        (Some("yes"), FieldKind::YesNo)
    );
    let without: Vec<_> = FOUND
        .iter()
        .filter(|(key, _)| *key != "overwrite")
        .copied()
        .collect();
    assert_eq!(
        refused(&mut created(), "fetch", &without).key,
        "field_missing"
    );
    // with an empty notification yes fills everything
    assert_eq!(text(&fetched(), "plant_address"), "Registergatan 1");
}

fn fetched_over_own(overwrite: &str) -> Sim {
    let mut sim = created();
    installer(&mut sim, "edit", &PLANT[..1]);
    let mut given: Vec<_> = FOUND
        .iter()
        .filter(|(key, _)| *key != "overwrite")
        .copied()
        .collect();
    given.push(("overwrite", overwrite));
    installer(&mut sim, "fetch", &given);
    installer(&mut sim, "update_and_close", &[]);
    sim
}

/// ELS-14: no keeps what is filled and fills what is empty; yes replaces.
#[test]
fn els_14_no_keeps_what_is_filled() {
    let kept = fetched_over_own("no");
    assert_eq!(text(&kept, "plant_address"), "Egna gatan 2");
    assert_eq!(text(&kept, "plant_city"), "Helsingborg");
    assert_eq!(
        text(&fetched_over_own("yes"), "plant_address"),
        "Registergatan 1"
    );
}

/// ELS-15: the three numbers are overwritten with no as well.
#[test]
fn els_15_three_numbers_are_always_overwritten() {
    let mut sim = fetched();
    let again = [
        ("fetch_ean", "735999100000000015"),
        ("overwrite", "no"),
        ("preview", "found"),
        ("found_ean", "735999100000000015"),
        ("found_meter_no", "SE-4712"),
    ];
    // whatever the check digit of an invented number is
    let ean = (0..10).map(|last| format!("73599910000000001{last}"));
    let ean = ean
        .into_iter()
        .find(|ean| loket::domain::ean::Ean18::parse(ean).is_ok())
        .unwrap();
    let again: Vec<_> = again
        .iter()
        .map(|(key, word)| {
            (
                *key,
                if word.len() == 18 {
                    ean.as_str()
                } else {
                    *word
                },
            )
        })
        .collect();
    installer(&mut sim, "fetch", &again);
    assert!(
        sim.is("ean", EAN) && sim.is("meter_no", METER),
        "nothing is written yet"
    );
    installer(&mut sim, "update_and_close", &[]);
    assert!(sim.is("ean", &ean) && sim.is("meter_no", "SE-4712"));
    assert!(
        sim.fact("technical_no").is_none(),
        "the one of the plant before is gone"
    );
}

/// ELS-16, ELS-17: the answer is shown; it is written by the command for that, and only once.
#[test]
fn els_16_17_what_is_found_is_written_on_command_only() {
    let mut sim = created();
    assert_eq!(
        refused(&mut sim, "update_and_close", &[]).key,
        "nothing_fetched"
    );
    installer(&mut sim, "fetch", FOUND);
    assert!(sim.is("preview", "found") && sim.is("found_ean", EAN));
    assert!(sim.fact("ean").is_none() && sim.fact("plant_address").is_none());
    installer(&mut sim, "update_and_close", &[]);
    assert!(sim.is("ean", EAN) && sim.is("technical_no", "T-9"));
    assert_eq!(refused(&mut sim, "update_and_close", &[]).rule, "ELS-17");
}

fn not_found() -> Sim {
    let mut sim = created();
    let given = [
        ("fetch_meter_no", METER),
        ("overwrite", "yes"),
        ("preview", "not_found"),
    ];
    installer(&mut sim, "fetch", &given);
    sim
}

/// ELS-11, decision 23: numbers with signs that no code has are fetched all the same.
#[test]
fn els_11_odd_numbers_are_fetched() {
    let mut sim = created();
    let plant = FoundPlant {
        ean: EAN,
        meter_no: "SE 2#4",
        technical_no: "*Tå9",
        address: "Registergatan 1",
        postcode: "252 20",
        city: "Helsingborg",
    };
    let mut given = answers(&[("fetch_ean", EAN), ("overwrite", "yes")]);
    fill(&mut given, Some(&plant));
    sim.try_as(Actor::Installer, "fetch", &given).unwrap();
    installer(&mut sim, "update_and_close", &[]);
    assert!(sim.is("meter_no", "SE 2-4") && sim.is("technical_no", "T-9"));
}

/// ELS-18: a number that does not exist is said to be so, and nothing can be written.
#[test]
fn els_18_not_found_writes_nothing() {
    let mut sim = not_found();
    assert!(sim.is("preview", "not_found"));
    assert_eq!(
        refused(&mut sim, "update_and_close", &[]).key,
        "nothing_fetched"
    );
    assert!(texts("sv")["choice.preview.not_found"].contains("finns inte"));
}

/// ELS-17, ELS-18: an answer of the register stands for itself: nothing of the one before stays, and a
/// number that it does not give overwrites none.
#[test]
fn els_17_nothing_of_an_earlier_answer_stays() {
    let mut sim = created();
    installer(&mut sim, "fetch", FOUND);
    assert!(sim.is("found_ean", EAN) && sim.is("found_meter_no", METER));
    let given = [
        ("fetch_meter_no", METER),
        ("overwrite", "yes"),
        ("preview", "not_found"),
    ];
    installer(&mut sim, "fetch", &given);
    for (key, _) in FOUND.iter().filter(|(key, _)| key.starts_with("found_")) {
        assert_eq!(sim.fact(key), None, "{key}");
    }
    installer(&mut sim, "clear_and_refetch", &[]);
    installer(&mut sim, "fetch", FOUND);
    installer(&mut sim, "update_and_close", &[]);
    assert!(sim.is("meter_no", METER));
    let without: Vec<(&str, &str)> = FOUND
        .iter()
        .filter(|(key, _)| *key != "found_meter_no")
        .copied()
        .collect();
    installer(&mut sim, "fetch", &without);
    installer(&mut sim, "update_and_close", &[]);
    assert!(sim.is("meter_no", METER), "{:?}", sim.fact("meter_no"));
}

/// ELS-19: the failed numbers are cleared first, and no fact of the case remembers them.
#[test]
fn els_19_failed_numbers_are_cleared_first() {
    let mut sim = not_found();
    let no = refused(
        &mut sim,
        "fetch",
        &[("fetch_meter_no", METER), ("overwrite", "yes")],
    );
    assert_eq!(
        (no.key.as_str(), no.rule.as_str()),
        ("clear_first", "ELS-19")
    );
    installer(&mut sim, "clear_and_refetch", &[]);
    assert!(sim.fact("fetch_meter_no").is_none() && sim.fact("fetch_ean").is_none());
    assert_eq!(
        refused(&mut sim, "clear_and_refetch", &[]).key,
        "nothing_to_clear"
    );
    installer(&mut sim, "fetch", FOUND);
}

/// ELS-20: without the confirmation nothing is sent; fetching anew asks for it again.
#[test]
fn els_20_the_right_customer_is_confirmed() {
    let mut sim = filled();
    let no = refused(&mut sim, "submit", &[]);
    assert_eq!(
        (no.key.as_str(), no.rule.as_str()),
        ("customer_not_verified", "ELS-20")
    );
    let no = refused(&mut sim, "customer_verified", &[("right_customer", "no")]);
    assert_eq!(no.key, "not_right_customer");
    installer(&mut sim, "customer_verified", &[("right_customer", "yes")]);
    installer(&mut sim, "fetch", FOUND);
    installer(&mut sim, "update_and_close", &[]);
    assert_eq!(
        refused(&mut sim, "submit", &[]).key,
        "customer_not_verified"
    );
}

/// ELS-21: afterwards the rest is filled in by hand, until it is sent and again when it comes back.
#[test]
fn els_21_the_rest_is_edited() {
    let mut sim = fetched();
    installer(&mut sim, "edit", PLANT);
    assert_eq!(text(&sim, "plant_address"), "Egna gatan 2");
    assert_eq!(text(&sim, "plant_city"), "Rydebäck");
    assert!(sim.is("meter_placement", "facade") && sim.is("ean", EAN));
    let mut sent = submitted();
    for step in ["edit", "edit_owner", "edit_payer"] {
        assert_eq!(refused(&mut sent, step, &[]).key, "not_in_state", "{step}");
    }
    sent.done("return_incomplete", &[("reason", "Saknas.")]);
    installer(&mut sent, "edit", &[("plant_city", "Landskrona")]);
    assert_eq!(text(&sent, "plant_city"), "Landskrona");
}

/// ELS-22: no field of the fetch takes a number of a person or a firm, and what is fetched leaves
/// those of the notification empty.
#[test]
fn els_22_personal_numbers_are_never_fetched() {
    let line = NOTIFICATION
        .actions
        .iter()
        .find(|line| line.key == "fetch")
        .unwrap();
    let is_number = |kind| matches!(kind, FieldKind::PersonNumber | FieldKind::CompanyNumber);
    assert!(line.fields.iter().all(|field| !is_number(field.kind)));
    let rows = transitions(&NOTIFICATION);
    for row in rows
        .iter()
        .filter(|row| ["fetch", "update_and_close"].contains(&row.action))
    {
        let about_people = |fact: &&&str| fact.starts_with("owner_") || fact.starts_with("payer_");
        assert_eq!(row.sets.iter().find(about_people), None);
    }
    let missing = missing(&fetched().case.facts);
    assert!(missing.contains(&"owner_kind") && missing.contains(&"payer_kind"));
}

/// ELS-23: the payer becomes who the owner is.
#[test]
fn els_23_the_payer_is_copied_from_the_owner() {
    let mut sim = fetched();
    assert_eq!(
        refused(&mut sim, "copy_owner_to_payer", &[]).key,
        "no_owner_yet"
    );
    installer(&mut sim, "edit_owner", OWNER);
    installer(&mut sim, "copy_owner_to_payer", &[]);
    for (key, _) in OWNER {
        let payer = key.replace("owner_", "payer_");
        assert_eq!(sim.fact(key), sim.fact(&payer), "{payer}");
    }
    assert_eq!(text(&sim, "payer_last_name"), "Lindqvist");
}

/// ELS-23: what the owner does not have the payer has no more either: who was a company and becomes the
/// person that owns the plant keeps no organisation number, attention or reference of the company.
#[test]
fn els_23_copying_leaves_nothing_of_the_payer_before() {
    let mut sim = fetched();
    let firm = [
        ("payer_kind", "company"),
        ("payer_name", "Sundets Kakel AB"),
        ("payer_org_no", "556016-0680"),
        ("payer_attention", "Ekonomi"),
        ("payer_email", "faktura@exempel.example"),
        ("payer_invoice_ref", "F-2026"),
    ];
    installer(&mut sim, "edit_payer", &firm);
    installer(&mut sim, "edit_owner", OWNER);
    installer(&mut sim, "copy_owner_to_payer", &[]);
    for key in [
        "payer_name",
        "payer_org_no",
        "payer_attention",
        "payer_email",
        "payer_invoice_ref",
    ] {
        assert_eq!(sim.fact(key), None, "{key}");
        assert!(sim.last.clears.contains(key), "{key}");
    }
    assert!(sim.is("payer_kind", "private"));
    assert_eq!(sim.replayed(), sim.case);
}

/// ELS-21, ELS-25: what somebody empties is gone, and missing where it is mandatory; what is not among
/// the answers stays.
#[test]
fn els_21_what_is_emptied_is_gone() {
    let mut sim = ready();
    let given = [("owner_address", ""), ("payer_phone", "0700 000 009")];
    installer(&mut sim, "edit_owner", &given[..1]);
    assert_eq!(sim.fact("owner_address"), None);
    assert_eq!(text(&sim, "owner_city"), "Helsingborg");
    installer(&mut sim, "edit_payer", &given[1..]);
    installer(&mut sim, "edit_payer", &[("payer_phone", " ")]);
    assert_eq!(missing(&sim.case.facts), ["payer_phone"]);
    assert_eq!(refused(&mut sim, "submit", &[]).key, "mandatory_missing");
    // nothing is unset twice, and an empty answer to what is not there says nothing
    installer(&mut sim, "edit_payer", &[("payer_phone", "")]);
    assert!(sim.last.emptied.is_empty() && sim.last.clears.is_empty());
    assert_eq!(sim.replayed(), sim.case);
}

/// ELS-24: a company has a name and an organisation number (or that of a sole trader), a person
/// names and a personal number (or, from abroad, a date of birth).
#[test]
fn els_24_companies_and_persons_need_their_own_fields() {
    let mut sim = filled();
    installer(&mut sim, "edit_payer", &[("payer_kind", "company")]);
    assert_eq!(missing(&sim.case.facts), ["payer_name", "payer_org_no"]);
    for wrong in ["556103-4248", "812228-9874"] {
        let no = refused(&mut sim, "edit_payer", &[("payer_org_no", wrong)]);
        assert_eq!(no.key, "not_a_company_number", "{wrong}");
    }
    let firm = [
        ("payer_name", "Sundets Kakel AB"),
        ("payer_org_no", "556016-0680"),
    ];
    installer(&mut sim, "edit_payer", &firm);
    assert_eq!(missing(&sim.case.facts), [""; 0]);
    installer(&mut sim, "edit_payer", &[("payer_org_no", "811228-9874")]);
    for wrong in ["811228-9873", "201509160006", "194205669899"] {
        let no = refused(&mut sim, "edit_owner", &[("owner_personal_no", wrong)]);
        assert_eq!(no.key, "not_a_person_number", "{wrong}");
    }
    installer(
        &mut sim,
        "edit_owner",
        &[("owner_personal_no", "197302889931")],
    );
}

/// ELS-24: a date of birth stands for the number of somebody from abroad.
#[test]
fn els_24_a_date_of_birth_stands_for_the_number() {
    let mut sim = fetched();
    installer(&mut sim, "edit", PLANT);
    let without: Vec<_> = OWNER
        .iter()
        .filter(|(key, _)| *key != "owner_personal_no")
        .copied()
        .collect();
    installer(&mut sim, "edit_owner", &without);
    assert!(missing(&sim.case.facts).contains(&"owner_personal_no"));
    installer(
        &mut sim,
        "edit_owner",
        &[("owner_birth_date", "1981-12-28")],
    );
    installer(&mut sim, "copy_owner_to_payer", &[]);
    assert_eq!(missing(&sim.case.facts), [""; 0]);
}

/// ELS-25: all that is missing is listed, in the order of the form.
#[test]
fn els_25_what_is_missing_is_listed() {
    let mut sim = fetched();
    let list = missing(&sim.case.facts);
    assert_eq!(
        list,
        [
            "meter_placement",
            "owner_kind",
            "owner_phone",
            "payer_kind",
            "payer_address",
            "payer_postcode",
            "payer_city",
            "payer_phone"
        ]
    );
    let no = refused(&mut sim, "submit", &[]);
    assert_eq!(
        (no.key.as_str(), no.args["count"].as_str()),
        ("mandatory_missing", "8")
    );
    for key in list {
        assert!(no.args["fields"].contains(&format!("field.{key}")), "{key}");
    }
}

/// ELS-26: saving is possible whatever is missing.
#[test]
fn els_26_what_is_incomplete_can_be_saved() {
    let mut sim = created();
    installer(&mut sim, "save", &[("send_now", "no")]);
    assert_eq!(sim.case.state, "unsent");
}

/// ELS-27: saving asks whether to send it; yes is the same as sending it.
#[test]
fn els_27_saving_asks_whether_to_send() {
    let mut sim = ready();
    assert_eq!(
        refused(&mut sim, "save", &[]).field.as_deref(),
        Some("send_now")
    );
    installer(&mut sim, "save", &[("send_now", "yes")]);
    assert_eq!(sim.case.state, "for_approval");
    let no = refused(&mut created(), "save", &[("send_now", "yes")]);
    assert_eq!(no.key, "mandatory_missing");
}

/// ELS-28: sent, it stands for approval and our time begins.
#[test]
fn els_28_sent_it_stands_for_approval() {
    let sim = submitted();
    assert_eq!(sim.case.state, "for_approval");
    assert!(sim.started("handle_10wd") && sim.is("submitted", "yes"));
    for (key, _) in &[&PLANT[3..], OWNER].concat() {
        let mut sim = ready();
        if key == &"owner_address" || key == &"owner_postcode" || key == &"owner_city" {
            continue;
        }
        sim.case.facts.remove(*key);
        let no = refused(&mut sim, "submit", &[]);
        assert_eq!(
            (no.key.as_str(), no.rule.as_str()),
            ("mandatory_missing", "ELS-28"),
            "{key}"
        );
    }
}

/// ELS-28, decision 18: what comes from an installer's system as sent and complete is for approval
/// at once, and counts from its receipt; what lacks something stays with the installer.
#[test]
fn els_28_a_complete_file_starts_for_approval() {
    let payer: Vec<_> = OWNER
        .iter()
        .map(|(key, word)| (key.replace("owner_", "payer_"), *word))
        .collect();
    let payer: Vec<_> = payer
        .iter()
        .map(|(key, word)| (key.as_str(), *word))
        .collect();
    let whole = [
        HEAD,
        PLANT,
        OWNER,
        &payer,
        &[("ean", EAN), ("submitted", "yes")],
    ]
    .concat();
    let received = at("2026-11-13T10:00:00+01:00");
    let sim = Sim::try_open(&NOTIFICATION, received, at(MONDAY), &answers(&whole)).unwrap();
    assert_eq!(sim.case.state, "for_approval");
    assert_eq!(sim.clock("handle_10wd").started_at, received);
    for key in ["submitted", "owner_phone", "meter_placement"] {
        let mut given = answers(&whole);
        given.remove(key);
        let sim = Sim::try_open(&NOTIFICATION, received, at(MONDAY), &given).unwrap();
        assert!(
            sim.case.state == "unsent" && sim.running().is_empty(),
            "{key}"
        );
    }
}

/// ELS-29: kept, it stays with the installer; nobody of the grid company can do anything with it.
#[test]
fn els_29_kept_it_stays_with_the_installer() {
    let mut sim = ready();
    installer(&mut sim, "keep", &[]);
    assert_eq!(sim.case.state, "unsent");
    let own: Vec<_> = NOTIFICATION.actions.iter().map(|line| line.key).collect();
    let can = possible(&sim, Actor::Agent);
    assert!(can.iter().all(|key| !own.contains(key)), "{can:?}");
    installer(&mut sim, "submit", &[]);
    assert!(possible(&sim, Actor::Agent).contains(&"approve"));
}

/// ELS-30: names and numbers are texts that can be erased, never values of an event.
#[test]
fn els_30_people_stand_in_no_event() {
    let sim = submitted();
    for event in &sim.events {
        let mut told = event.change.clone();
        told.as_object_mut().unwrap().remove("texts");
        let told = told.to_string();
        for word in ["Lindqvist", "Ebba", "811228", "Storgatan", "0700"] {
            assert!(!told.contains(word), "{word} in {told}");
        }
    }
}

/// ELS-31: permit, notice of completion, energising, each with its clock.
#[test]
fn els_31_from_permit_to_energising() {
    let mut sim = submitted();
    sim.done("approve", &[("work_order", "yes")]);
    assert!(sim.sent("els_permit") && sim.sent("order_installation"));
    assert_eq!(sim.clock("handle_10wd").outcome, Some(Outcome::Met));
    installer(
        &mut sim,
        "completion_received",
        &[("completed_on", "2026-11-16")],
    );
    assert_eq!(sim.case.state, "completed_notice");
    assert_eq!(
        sim.clock("energise_5wd").due_at,
        at("2026-11-24T00:00:00+01:00")
    );
    sim.done("energised", &[("energised_on", "2026-11-16")]);
    assert_eq!(sim.case.state, "closed_energised");
    assert_eq!(sim.clock("energise_5wd").outcome, Some(Outcome::Met));
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
    assert_eq!(
        message::find("els_permit").unwrap().to,
        Addressee::Installer
    );
}

fn told(sim: &mut Sim, action: &str, given: &[(&str, &str)]) {
    sim.try_as(Actor::System, action, &answers(given))
        .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
}

/// ELS-31: work that the permit needs and that was not done is decided on by somebody: the reason stands
/// at the case, the lead is told, a clock runs until it is ordered again, was done after all, or the
/// plant has power. Without an order nothing is heard.
#[test]
fn els_31_work_that_was_not_done_is_decided_by_somebody() {
    let not_home = &[("not_done_reason", "not_home")];
    let never = approved()
        .try_as(Actor::System, "work_not_done", &answers(not_home))
        .unwrap_err();
    assert_eq!((&*never.key, &*never.rule), ("no_work_ordered", "ELS-31"));
    let mut sim = submitted();
    sim.done("approve", &[("work_order", "yes")]);
    assert!(sim.is("gsa_state", "ordered"));
    assert_eq!(sim.refused("order_work_again", &[]).key, "work_not_undone");
    told(&mut sim, "work_status", &[("gsa_state", "planned")]);
    assert!(sim.is("gsa_state", "planned"));
    told(&mut sim, "work_not_done", not_home);
    assert_eq!(sim.case.state, "approved");
    assert!(sim.is("gsa_state", "not_done") && sim.is("not_done_reason", "not_home"));
    assert!(sim.sent("supervisor_alert"));
    let clock = sim.clock("reorder_2wd");
    assert_eq!(clock.due_at, at("2026-11-19T00:00:00+01:00"));
    assert!(possible(&sim, Actor::Agent).contains(&"order_work_again"));

    let mut again = sim.clone();
    again.done("order_work_again", &[]);
    assert_eq!(again.last.messages, ["order_installation"]);
    assert!(again.is("gsa_state", "ordered"));
    assert_eq!(again.clock("reorder_2wd").outcome, Some(Outcome::Cancelled));
    assert_eq!(replay(&again.events, calendars()).unwrap(), again.case);
    let mut done = sim.clone();
    told(&mut done, "work_done", &[]);
    assert!(done.is("gsa_state", "done"));
    assert_eq!(done.clock("reorder_2wd").outcome, Some(Outcome::Cancelled));
    let day = [("completed_on", "2026-11-16")];
    installer(&mut sim, "completion_received", &day);
    assert!(sim.clock("reorder_2wd").outcome.is_none(), "still to do");
    sim.done("energised", &[("energised_on", "2026-11-16")]);
    assert!(sim.running().is_empty());
    told(&mut sim, "work_not_done", not_home);
    assert!(sim.case.state == "closed_energised" && sim.sent("supervisor_alert"));
    assert!(sim.running().is_empty(), "nobody has to do anything");
}

/// ELS-31: what is returned stops our time, what comes again goes on with what was left.
#[test]
fn els_31_our_time_stands_still_while_it_is_returned() {
    let mut sim = submitted();
    let due = sim.clock("handle_10wd").due_at;
    sim.now = at("2026-11-18T12:00:00+01:00");
    sim.done("return_incomplete", &[("reason", "Säkringen saknas.")]);
    assert!(sim.case.state == "returned" && sim.sent("els_returned"));
    assert!(
        sim.clock("handle_10wd").outcome.is_some(),
        "ours stands still"
    );
    assert_eq!(sim.wait("2026-11-25T12:00:00+01:00"), [""; 0]);
    installer(&mut sim, "edit", &[("fuse_wanted", "25")]);
    installer(&mut sim, "resubmit", &[]);
    let clock = sim.clock("handle_10wd").clone();
    assert_eq!(clock.started_at, at(MONDAY));
    // five working days lie in between: 18 to 25 November without the weekend
    assert_eq!((clock.due_at - due).num_days(), 7);
    assert!(
        clock
            .ledger
            .iter()
            .any(|line| format!("{line:?}").contains("returned"))
    );
    sim.done("return_incomplete", &[("reason", "Än en gång.")]);
    sim.now = at("2026-11-26T12:00:00+01:00");
    installer(&mut sim, "resubmit", &[]);
    assert_eq!(
        (sim.clock("handle_10wd").due_at - clock.due_at).num_days(),
        1
    );
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

/// ELS-31: a rejected one ends; a notice of completion that lacks something goes back to the permit.
#[test]
fn els_31_rejected_and_returned_completion() {
    let mut sim = submitted();
    sim.done("reject", &[("reason", "Fel nätbolag.")]);
    assert!(sim.case.state == "closed_rejected" && sim.sent("els_rejected"));
    let mut sim = approved();
    installer(
        &mut sim,
        "completion_received",
        &[("completed_on", "2026-11-16")],
    );
    sim.done("return_incomplete", &[("reason", "Protokoll saknas.")]);
    assert!(sim.case.state == "approved" && sim.sent("els_returned"));
    assert_eq!(sim.clock("energise_5wd").outcome, Some(Outcome::Cancelled));
}

/// ELS-31: what is returned does not lie for ever: after twenty working days the installer is reminded
/// and somebody of the grid company sees it; the installer may still mend it, and it may be rejected.
#[test]
fn els_31_a_return_without_an_answer_is_decided_by_somebody() {
    let mut sim = submitted();
    sim.done("return_incomplete", &[("reason", "Säkringen saknas.")]);
    let due = sim.clock("answer_20wd").due_at;
    assert_eq!(due, at("2026-12-15T00:00:00+01:00"));
    assert_eq!(sim.wait("2026-12-14T23:59:00+01:00"), [""; 0]);
    assert_eq!(sim.wait("2026-12-15T00:00:00+01:00"), ["answer_overdue"]);
    assert!(sim.case.state == "unanswered" && sim.sent("els_reminder"));
    assert_eq!(NOTIFICATION.state("unanswered").unwrap().work, Work::Open);
    assert!(
        sim.clock("answer_20wd").breached_at.is_none(),
        "nobody's duty"
    );
    // mended after all: our time goes on
    let mut mended = sim.clone();
    installer(&mut mended, "edit", &[("fuse_wanted", "25")]);
    installer(&mut mended, "resubmit", &[]);
    assert_eq!(mended.case.state, "for_approval");
    assert!(mended.clock("handle_10wd").outcome.is_none());
    assert_eq!(replay(&mended.events, calendars()).unwrap(), mended.case);
    // reminded again, then rejected with a reason
    sim.done("remind_installer", &[]);
    assert_eq!(sim.case.state, "returned");
    assert_eq!(sim.wait("2027-03-01T00:00:00+01:00"), ["answer_overdue"]);
    let listed = possible(&sim, Actor::Agent);
    assert!(
        listed.contains(&"reject") && listed.contains(&"remind_installer"),
        "{listed:?}"
    );
    sim.done("reject", &[("reason", "Inget svar.")]);
    assert!(sim.case.state == "closed_rejected" && sim.running().is_empty());
    assert_eq!(replay(&sim.events, calendars()).unwrap(), sim.case);
}

/// ELS-31: what is mended in time is never reminded, and a return can be ended at once.
#[test]
fn els_31_a_mended_return_is_not_reminded() {
    let mut sim = submitted();
    sim.done("return_incomplete", &[("reason", "Säkringen saknas.")]);
    installer(&mut sim, "resubmit", &[]);
    assert_eq!(sim.clock("answer_20wd").outcome, Some(Outcome::Cancelled));
    sim.done("return_incomplete", &[("reason", "Än en gång.")]);
    sim.done("reject", &[("reason", "Återtagen av installatören.")]);
    assert!(sim.case.state == "closed_rejected" && sim.sent("els_rejected"));
    assert_eq!(sim.wait("2027-03-01T00:00:00+01:00"), [""; 0]);
}

/// ELS-31: the permit ends by itself after a year.
#[test]
fn els_31_a_permit_expires() {
    let mut sim = approved();
    assert_eq!(sim.wait("2027-11-16T23:59:00+01:00"), [""; 0]);
    assert_eq!(sim.wait("2027-11-17T00:00:00+01:00"), ["permit_expired"]);
    assert!(sim.case.state == "closed_expired" && sim.sent("els_expired"));
}

/// The table is registered with its prefix and its queue.
#[test]
fn the_process_of_the_installers_is_registered() {
    let found = find("notification").unwrap();
    assert!(ALL.iter().any(|process| process.key == "notification"));
    assert_eq!((found.prefix, found.queue), ("IN", Queue::Installation));
    assert_eq!(found.state("returned").unwrap().work, Work::Waiting);
}
