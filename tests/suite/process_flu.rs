//! One test per rule of sharing consumption (`rules.md` 1.5; `processes.md` 2.7 and 2.8). What may be
//! seen of consumption is tested beside `domain::consumption::guard`, what files say beside
//! `exchange::consumption`.

use chrono::TimeDelta;
use loket::domain::clock::Outcome;
use loket::domain::consumption::guard::{Hidden, Span, Wish};
use loket::domain::consumption::shown::{Naming, Shown};
use loket::domain::consumption::view::View;
use loket::domain::consumption::{Consumption, Energy, Found, Grain, Register, Status, Unit};
use loket::domain::country::Country;
use loket::domain::kbo::Kbo;
use loket::exchange::consumption::write;
use loket::process::contract::{CONTRACT, step_plan};
use loket::process::engine::{Actor, Refusal};
use loket::process::load::{Transition, transitions};
use loket::process::message::{self, Addressee};
use loket::process::sharing::{SHARING, mandate};
use loket::process::{FieldKind, Queue, Work};

use crate::process_world::{EAN, PARTY, Sim, answers, at, texts};

const MONDAY: &str = "2026-11-16T09:00:00+01:00";
const COMPANY: &str = "0566.988.259";
const ASKED: &[(&str, &str)] = &[
    ("ean", EAN),
    ("party_gln", PARTY),
    ("customer_ref", "BE0000001"),
    ("requested_by", "grid_user"),
    ("granularity", "day_and_fine"),
    ("period_from", "2025-01-01"),
    ("period_to", "2026-12-31"),
];

/// The rule is among those of either process, with words in English and Dutch.
fn is_shown(rule: &str, words: [&str; 2]) {
    let of_either = [&CONTRACT, &SHARING].map(loket::process::Process::cited_rules);
    assert!(of_either.iter().any(|rules| rules.contains(rule)), "{rule}");
    for (lang, word) in ["en", "nl"].into_iter().zip(words) {
        let texts = texts(lang);
        let text = &texts[&format!("rule.{rule}")];
        assert!(text.contains(word), "{lang} {rule}: {text}");
    }
}

fn contract() -> Sim {
    let given = answers(&[("party_gln", PARTY)]);
    Sim::try_open(&CONTRACT, at(MONDAY), at(MONDAY), &given).unwrap()
}

fn chosen() -> Sim {
    let mut sim = contract();
    sim.done("change_capacity", &[("admitted_by", "company_register")]);
    sim
}

fn asked(channel: &str) -> Sim {
    let mut sim = chosen();
    let given = [("company_number", COMPANY), ("data_channel", channel)];
    sim.done("request_contract", &given);
    sim
}

const SIGNED: &[(&str, &str)] = &[("signed_on", "2026-11-10"), ("signature_checked", "yes")];
const APPROVED: &[(&str, &str)] = &[
    ("contract_number", "3599900040700"),
    ("start_date", "2020-11-11"),
    ("changed_on", "2020-01-01"),
];

fn signed(channel: &str) -> Sim {
    let mut sim = asked(channel);
    sim.done("contract_sent", &[]);
    sim.done("signed_received", SIGNED);
    sim
}

fn in_force(channel: &str) -> Sim {
    let mut sim = signed(channel);
    sim.done("approve", APPROVED);
    sim
}

fn requested_with(more: &[(&str, &str)]) -> Result<Sim, Refusal> {
    let mut given = answers(ASKED);
    given.extend(answers(more));
    Sim::try_open(&SHARING, at(MONDAY), at(MONDAY), &given)
}

fn requested_at(instant: &str) -> Sim {
    Sim::try_open(&SHARING, at(instant), at(instant), &answers(ASKED)).unwrap()
}

fn requested() -> Sim {
    requested_with(&[]).unwrap()
}

fn shared() -> Sim {
    let mut sim = requested();
    sim.done("approve", &[]);
    sim
}

/// The first day on which nothing of the mandate's consumption is shown any more.
fn capped(sim: &Sim) -> String {
    let mandate = mandate(&sim.case, Energy::Electricity).unwrap();
    mandate.cap().unwrap().0.to_string()
}

fn moved<'a>(scenario: &'a str, day: &'a str) -> [(&'static str, &'a str); 2] {
    [("market_scenario", scenario), ("effective_date", day)]
}

#[test]
fn flu_01_sharing_begins_in_the_portal() {
    is_shown("FLU-01", ["portal", "portaal"]);
    let plan = step_plan(&Kbo::parse(COMPANY).unwrap());
    assert!(
        plan.starts_with("https://mijn.fluvius.be/verbruik/"),
        "{plan}"
    );
    assert_eq!(SHARING.queue, Queue::Sharing);
    assert_eq!(SHARING.country, Country::Be);
}

#[test]
fn flu_02_days_quarter_hours_and_hours() {
    is_shown("FLU-02", ["quarter-hour", "kwartier"]);
    assert_eq!(
        (Energy::Electricity.minutes(), Energy::Gas.minutes()),
        (15, 60)
    );
}

#[test]
fn flu_03_fine_data_are_asked_for_expressly() {
    is_shown("FLU-03", ["expressly", "uitdrukkelijk"]);
    let mut given = answers(ASKED);
    given.remove("granularity");
    let refusal = Sim::try_open(&SHARING, at(MONDAY), at(MONDAY), &given)
        .err()
        .unwrap();
    assert_eq!(refusal.key, "field_missing", "nothing is shared unasked");
}

#[test]
fn flu_04_providers_of_services_get_what_is_shared() {
    is_shown("FLU-04", ["providers", "dienstverleners"]);
    assert_eq!(shared().case.state, "active");
}

#[test]
fn flu_05_a_step_plan_helps_customers() {
    is_shown("FLU-05", ["step plan", "stappenplan"]);
    assert!(in_force("website").sent("contract_active"));
}

/// Contract, referring, fetching: the contract comes first. That the database holds a mandate against it
/// is shown in `consumption::flu_06_…`.
#[test]
fn flu_06_the_contract_comes_first() {
    is_shown("FLU-06", ["signs once", "tekent één keer"]);
    let mut sim = in_force("website");
    sim.done("terminate", &[("reason", "The firm stops.")]);
    assert_eq!(sim.case.state, "ended");
    assert!(sim.is("website_active", "no") && sim.is("api_active", "no"));
}

#[test]
fn flu_07_one_contract_and_another_signature_for_another_channel() {
    is_shown("FLU-07", ["once per provider", "één keer per"]);
    let mut sim = in_force("website");
    let unsigned = [("data_channel", "api"), ("signature_checked", "no")];
    let refusal = sim.refused("add_channel", &unsigned);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("signature_unchecked", "FLU-07")
    );
    let undated = [("data_channel", "api"), ("signature_checked", "yes")];
    assert_eq!(sim.refused("add_channel", &undated).key, "field_missing");
}

#[test]
fn flu_08_the_company_register_knows_who_acts() {
    is_shown("FLU-08", ["company register", "KBO"]);
    let mut sim = contract();
    assert_eq!(sim.refused("change_capacity", &[]).key, "field_missing");
    sim.done("change_capacity", &[("admitted_by", "company_register")]);
    assert!(sim.is("admitted_by", "company_register"));
}

#[test]
fn flu_09_or_an_administrator_admits() {
    is_shown("FLU-09", ["administrator", "beheerder"]);
    let mut sim = contract();
    sim.done("change_capacity", &[("admitted_by", "administrator")]);
    assert_eq!(sim.case.state, "provider_chosen");
}

/// The portal is there at any hour, and shows what a digital meter counted: quarter-hours of electricity; no
/// clock of these processes waits for somebody's opening time.
#[test]
fn flu_10_the_portal_shows_consumption_and_ports() {
    is_shown("FLU-10", ["digital meter", "digitale meter"]);
    let week = |grain| seen(&shared(), (Span::Week, "2026-11-05"), grain);
    assert!(week(Grain::Quarter).is_ok() && week(Grain::Day).is_ok());
    let sunday_night = "2026-11-15T03:30:00+01:00";
    let mut sim = requested_at(sunday_night);
    sim.done("approve", &[]);
    assert_eq!(sim.clock("validity_3y").started_at, at(sunday_night));
    for clock in CONTRACT.clocks.iter().chain(SHARING.clocks) {
        assert!(!clock.term.is_by_calendar(), "{}: day and night", clock.key);
    }
}

#[test]
fn flu_11_how_the_customer_logged_in_is_kept() {
    is_shown("FLU-11", ["log in", "melden zich aan"]);
    for way in ["eid", "itsme", "token", "account"] {
        let sim = requested_with(&[("logged_in_by", way)]).unwrap();
        assert!(sim.is("logged_in_by", way));
    }
    let refusal = requested_with(&[("logged_in_by", "letter")]).err().unwrap();
    assert_eq!(refusal.key, "not_a_choice");
}

/// An organisation is one, and nothing else, until it changes its capacity for this service; and no other
/// line than that one leads on.
#[test]
fn flu_12_a_capacity_of_its_own_for_each_service() {
    is_shown("FLU-12", ["capacity", "hoedanigheid"]);
    let mut sim = contract();
    assert_eq!(sim.case.state, "organisation");
    let rows = transitions(&CONTRACT);
    let ways = rows
        .iter()
        .filter(|row| row.from == "organisation" && row.to != "organisation");
    let ways: Vec<_> = ways.map(|row| (row.action, row.to)).collect();
    assert_eq!(ways, [("change_capacity", "provider_chosen")]);
    let refusal = sim.refused("change_capacity", &[("admitted_by", "a friend")]);
    assert_eq!(refusal.key, "not_a_choice");
    // without number and channel what came in is an organisation, whatever else it says
    for more in [("signed_on", "2026-11-10"), ("approved_on", "2026-11-10")] {
        let given = answers(&[("party_gln", PARTY), more]);
        let sim = Sim::try_open(&CONTRACT, at(MONDAY), at(MONDAY), &given).unwrap();
        assert_eq!(sim.case.state, "organisation", "{more:?}");
        assert!(sim.is("website_active", "no") && sim.is("api_active", "no"));
    }
}

#[test]
fn flu_13_the_organisation_becomes_a_provider_first() {
    is_shown("FLU-13", ["First", "Eerst"]);
    let given = [("company_number", COMPANY), ("data_channel", "website")];
    assert_eq!(
        contract().refused("request_contract", &given).key,
        "not_in_state"
    );
    assert_eq!(chosen().case.state, "provider_chosen");
}

/// FLU-14 and the check digits of the enterprise number (identifiers.md 3.7).
#[test]
fn flu_14_a_contract_is_asked_for_with_a_right_enterprise_number() {
    is_shown("FLU-14", ["data-access", "datatoegangscontract"]);
    let wrong_digits = [
        ("company_number", "0123456789"),
        ("data_channel", "website"),
    ];
    let refusal = chosen().refused("request_contract", &wrong_digits);
    assert_eq!(refusal.key, "not_an_enterprise");
    let sim = asked("website");
    assert_eq!(sim.case.state, "requested");
    assert!(sim.is("company_number", "0566988259"), "without dots");
}

#[test]
fn flu_15_the_channel_is_website_or_interface() {
    is_shown("FLU-15", ["channel", "kanaal"]);
    let fax = [("company_number", COMPANY), ("data_channel", "fax")];
    assert_eq!(
        chosen().refused("request_contract", &fax).key,
        "not_a_choice"
    );
    assert!(asked("api").is("data_channel", "api"));
}

#[test]
fn flu_16_the_contract_is_sent_and_signed() {
    is_shown("FLU-16", ["signs", "tekent"]);
    let mut sim = asked("website");
    sim.done("contract_sent", &[]);
    assert!(sim.sent("contract_to_sign"));
    let doubtful = [("signed_on", "2026-11-10"), ("signature_checked", "no")];
    let refusal = sim.refused("signed_received", &doubtful);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("signature_unchecked", "FLU-16")
    );
    let tomorrow = [("signed_on", "2026-11-17"), ("signature_checked", "yes")];
    assert_eq!(sim.refused("signed_received", &tomorrow).key, "in_future");
    sim.done("signed_received", SIGNED);
    assert_eq!(sim.case.state, "to_approve");
}

#[test]
fn flu_17_only_approval_makes_a_provider() {
    is_shown("FLU-17", ["approval", "goedkeuring"]);
    let sim = signed("website");
    assert!(sim.is("website_active", "no"));
    assert!(in_force("website").is("website_active", "yes"));
    let mut refused = sim;
    refused.done("reject", &[("reason", "The firm does not exist.")]);
    assert!(refused.case.state == "refused" && refused.sent("contract_refused"));
    assert!(refused.is("website_active", "no"));
}

/// The number of the published example has no right check digit, and was changed before it began.
#[test]
fn flu_18_number_start_and_change_are_kept_as_given() {
    is_shown("FLU-18", ["its number", "het nummer"]);
    let sim = in_force("website");
    assert!(sim.is("contract_number", "3599900040700"));
    assert!(sim.is("start_date", "2020-11-11") && sim.is("changed_on", "2020-01-01"));
    let mut plain = signed("website");
    plain.done("approve", &APPROVED[..2]);
    assert!(plain.is("changed_on", "2020-11-11"));
}

#[test]
fn flu_19_the_flags_of_the_channels_are_independent() {
    is_shown("FLU-19", ["independently", "los van elkaar"]);
    let mut sim = in_force("api");
    assert!(sim.is("api_active", "yes") && sim.is("website_active", "no"));
    let api = [("data_channel", "api"), SIGNED[0], SIGNED[1]];
    let refusal = sim.refused("add_channel", &api);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("channel_active", "FLU-19")
    );
    sim.done(
        "add_channel",
        &[("data_channel", "website"), SIGNED[0], SIGNED[1]],
    );
    assert!(sim.is("api_active", "yes") && sim.is("website_active", "yes"));
    assert!(sim.is("changed_on", "2026-11-10"));
    assert_eq!(sim.case.state, "active");
}

#[test]
fn flu_20_the_step_plan_has_the_enterprise_number_in_it() {
    is_shown("FLU-20", ["address", "adres"]);
    let plan = step_plan(&Kbo::parse(COMPANY).unwrap());
    let expected = "https://mijn.fluvius.be/verbruik/dienstverlener/0566988259/stappenplan";
    assert_eq!(plan, expected);
}

#[test]
fn flu_21_it_is_the_same_for_all_customers() {
    is_shown("FLU-21", ["same step plan", "hetzelfde stappenplan"]);
    let plan = step_plan(&Kbo::parse(COMPANY).unwrap());
    assert!(!plan.contains(EAN) && !plan.contains("BE0000001"));
}

/// A link that mail, browser and code carry without a change, of this organisation alone. (That the code on
/// the screen is this link, a foreign reader says: `view_plan::flu_22_…`.)
#[test]
fn flu_22_link_or_code() {
    is_shown("FLU-22", ["scan", "scannen"]);
    let link = step_plan(&Kbo::parse(COMPANY).unwrap());
    let path = link.strip_prefix("https://mijn.fluvius.be/").unwrap();
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '/';
    assert!(path.chars().all(is_plain), "{path}");
    let other = step_plan(&Kbo::parse("0523586105").unwrap());
    assert_eq!(link.replace("0566988259", "0523586105"), other);
    assert!(in_force("api").sent("contract_active"), "whatever channel");
}

/// The letter has the whole address in it, in every language.
#[test]
fn flu_23_on_paper_the_whole_address_is_there() {
    is_shown("FLU-23", ["typed", "over te typen"]);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/letters");
    for lang in ["en", "nl", "nb", "sv"] {
        let letter = std::fs::read_to_string(root.join(lang).join("contract_active.txt")).unwrap();
        assert!(
            letter.contains("\n  {step_plan}\n"),
            "{lang}: on a line of its own"
        );
    }
}

/// The customer asks, and that is the permission; for somebody else the holder must agree.
#[test]
fn flu_24_asking_is_permission_and_others_need_the_holder() {
    is_shown("FLU-24", ["permission", "toestemming"]);
    assert_eq!(shared().case.state, "active");
    assert!(shared().sent("sharing_approved"));
    let mut other = requested_with(&[("requested_by", "other")]).unwrap();
    let refusal = other.refused("approve", &[]);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("holder_must_approve", "FLU-24")
    );
    let mut no = other.clone();
    no.done("reject", &[]);
    assert!(no.case.state == "rejected" && no.sent("sharing_rejected"));
    other.done("approve", &[("holder_approval", "email")]);
    assert!(other.is("holder_approval", "email") && other.case.state == "active");
}

/// FLU-24: what is sampled must be shown within 14 calendar days.
#[test]
fn flu_24_evidence_is_due_in_fourteen_days() {
    let mut sim = shared();
    sim.done("sampled_for_audit", &[]);
    assert!(sim.sent("sharing_evidence") && sim.is("audit", "due"));
    assert_eq!(
        sim.clock("evidence_14d").due_at,
        at("2026-12-01T00:00:00+01:00")
    );
    let mut late = sim.clone();
    assert!(late.wait("2026-11-30T23:59:59+01:00").is_empty());
    assert_eq!(late.wait("2026-12-01T00:00:00+01:00"), ["evidence_missed"]);
    assert!(late.is("audit", "missed") && late.case.state == "active");
    sim.now = at("2026-11-20T10:00:00+01:00");
    sim.done("evidence_received", &came("2026-11-19T10:00:00+01:00"));
    assert!(sim.is("audit", "shown"));
    assert_eq!(sim.clock("evidence_14d").outcome, Some(Outcome::Met));
    let again = sim.refused("evidence_received", &[("evidence_at", MONDAY)]);
    assert_eq!(again.key, "no_evidence_asked");
}

fn came(instant: &str) -> [(&'static str, &str); 1] {
    [("evidence_at", instant)]
}

/// FLU-24: the day on which it came counts, whenever it is typed: up to the end of the fourteenth day, also
/// over a change of the clocks; never before it was asked for, nor ahead.
#[test]
fn flu_24_evidence_that_came_in_time_may_be_typed_later() {
    for (sampled, before, last, first_late) in [
        (
            "2026-11-16T09:00:00+01:00",
            "2026-11-16T08:59:59+01:00",
            "2026-11-30T23:59:59+01:00",
            "2026-12-01T00:00:00+01:00",
        ),
        (
            "2026-10-20T09:00:00+02:00",
            "2026-10-20T08:59:59+02:00",
            "2026-11-03T23:59:59+01:00",
            "2026-11-04T00:00:00+01:00",
        ),
        (
            "2027-03-20T09:00:00+01:00",
            "2027-03-20T08:59:59+01:00",
            "2027-04-03T23:59:59+02:00",
            "2027-04-04T00:00:00+02:00",
        ),
    ] {
        let mut sim = requested_at(sampled);
        sim.done("approve", &[]);
        sim.done("sampled_for_audit", &[]);
        assert_eq!(sim.clock("evidence_14d").due_at, at(first_late));
        let early = sim.refused("evidence_received", &came(last));
        assert_eq!(early.key, "in_future");
        assert_eq!(sim.wait(first_late), ["evidence_missed"]);
        sim.now = at(first_late) + TimeDelta::days(3);
        let refusal = sim.refused("evidence_received", &came(before));
        assert_eq!(
            (refusal.key.as_str(), refusal.rule.as_str()),
            ("before_clock", "FLU-24")
        );
        let refusal = sim.refused("evidence_received", &came(first_late));
        assert_eq!(
            (refusal.key.as_str(), refusal.rule.as_str()),
            ("evidence_late", "FLU-24")
        );
        assert!(sim.is("audit", "missed"));
        sim.done("evidence_received", &came(last));
        assert!(sim.is("audit", "shown"), "{sampled}");
        assert_eq!(sim.replayed(), sim.case);
        let again = sim.refused("evidence_received", &came(last));
        assert_eq!(again.key, "no_evidence_asked");
    }
}

/// FLU-24: late evidence stays late also before anybody's clock has passed it.
#[test]
fn flu_24_late_evidence_is_none_even_if_the_clock_was_not_looked_at() {
    let mut sim = shared();
    sim.done("sampled_for_audit", &[]);
    sim.now = at("2026-12-02T10:00:00+01:00");
    let late = sim.refused("evidence_received", &came("2026-12-01T00:00:00+01:00"));
    assert_eq!(late.key, "evidence_late");
}

fn reopened(sim: &mut Sim) {
    let reason = answers(&[("reason", "ended by mistake")]);
    sim.try_as(Actor::Lead, "reopen", &reason).unwrap();
}

/// FLU-24, FLU-28: with a mandate its permission ends. Reopened, nothing of it counts: the customer asks
/// again, the holder agrees again, and three years begin anew.
#[test]
fn flu_24_a_reopened_mandate_is_not_approved_on_its_old_approval() {
    let old = [
        ("requested_by", "other"),
        ("approved_at", "2026-03-01T10:00:00+01:00"),
    ];
    let mut told = requested_with(&old).unwrap();
    told.done("ended_by_customer", &[("identity_confirmed", "yes")]);
    let mut agreed = requested_with(&old[..1]).unwrap();
    agreed.done("approve", &[("holder_approval", "letter")]);
    agreed.done("sampled_for_audit", &[]);
    agreed.done("ended_by_grid_user", &[("identity_confirmed", "yes")]);
    let mut rejected = requested_with(&old[..1]).unwrap();
    rejected.done("reject", &[]);
    let mut expired = requested_with(&old[..1]).unwrap();
    expired.done("approve", &[("holder_approval", "letter")]);
    expired.now = at("2029-11-17T00:00:00+01:00");
    expired.fire();
    for mut sim in [told, agreed, rejected, expired] {
        sim.later(TimeDelta::days(30));
        reopened(&mut sim);
        assert_eq!(sim.case.state, "requested");
        for gone in ["holder_approval", "approved_at", "audit", "renewal"] {
            assert_eq!(sim.fact(gone), None, "{gone}");
        }
        let week = seen(&sim, (Span::Week, "2026-06-17"), Grain::Day);
        assert_eq!(week, Err("FLU-24"));
        assert_eq!(sim.refused("approve", &[]).key, "holder_must_approve");
        let agreed = ("holder_approval", "letter");
        let refusal = sim.refused("approve", &[agreed]);
        assert_eq!(
            (refusal.key.as_str(), refusal.rule.as_str()),
            ("must_be_asked_again", "FLU-24")
        );
        let today = sim.now.date_naive().to_string();
        let ahead = (sim.now.date_naive() + TimeDelta::days(2)).to_string();
        let refusal = sim.refused("approve", &[agreed, ("asked_again_on", &ahead)]);
        assert_eq!(refusal.key, "in_future");
        sim.done("approve", &[agreed, ("asked_again_on", &today)]);
        assert_eq!(sim.clock("validity_3y").started_at, sim.now);
        assert_eq!(sim.replayed(), sim.case);
        sim.done("ended_by_customer", &[("identity_confirmed", "yes")]);
        reopened(&mut sim);
        let refusal = sim.refused("approve", &[agreed]);
        assert_eq!(refusal.key, "must_be_asked_again", "once for each time");
    }
}

/// FLU-16, FLU-17: a contract that ended is signed and approved anew.
#[test]
fn flu_16_a_reopened_contract_is_signed_again() {
    let mut ended = in_force("website");
    ended.done("terminate", &[("reason", "The firm stops.")]);
    let mut refused = signed("website");
    refused.done("reject", &[("reason", "The firm does not exist.")]);
    for mut sim in [ended, refused] {
        reopened(&mut sim);
        assert_eq!(sim.case.state, "to_sign");
        for gone in ["signed_on", "contract_number", "start_date", "changed_on"] {
            assert_eq!(sim.fact(gone), None, "{gone}");
        }
        assert_eq!(sim.refused("approve", APPROVED).key, "not_in_state");
        sim.done("signed_received", SIGNED);
        sim.done("approve", APPROVED);
        assert!(sim.is("website_active", "yes") && sim.is("api_active", "no"));
        assert_eq!(sim.replayed(), sim.case);
    }
}

#[test]
fn flu_25_the_customer_chooses_days_or_finer() {
    is_shown("FLU-25", ["finer", "fijnere"]);
    for kind in ["day", "fine", "day_and_fine"] {
        let sim = requested_with(&[("granularity", kind)]).unwrap();
        assert!(sim.is("granularity", kind));
    }
    let refusal = requested_with(&[("granularity", "month")]).err().unwrap();
    assert_eq!(refusal.key, "not_a_choice");
}

/// What a case lets see, as the guard reads it from its facts: the first and the last day, or the rule.
fn seen(
    sim: &Sim,
    (span, day): (Span, &str),
    grain: Grain,
) -> Result<(String, String), &'static str> {
    let mandate = mandate(&sim.case, Energy::Electricity).unwrap();
    let day = day.parse().unwrap();
    let window = mandate.window(Wish { span, day, grain }, sim.now);
    let days = window.map(|window| (window.from.to_string(), window.to.to_string()));
    days.map_err(Hidden::rule)
}

fn in_force_with(more: &[(&str, &str)]) -> Sim {
    let mut sim = requested_with(more).unwrap();
    sim.done("approve", &[]);
    sim
}

#[test]
fn flu_26_fine_data_by_the_week() {
    is_shown("FLU-26", ["by the week", "per week"]);
    let fine = in_force_with(&[("granularity", "fine")]);
    let week = ("2026-11-02".to_owned(), "2026-11-09".to_owned());
    assert_eq!(
        seen(&fine, (Span::Week, "2026-11-05"), Grain::Quarter),
        Ok(week)
    );
    for span in [Span::Month, Span::Year] {
        for grain in [Grain::Quarter, Grain::Day] {
            assert_eq!(seen(&fine, (span, "2026-11-05"), grain), Err("FLU-26"));
        }
    }
}

#[test]
fn flu_27_the_customer_chooses_the_period() {
    is_shown("FLU-27", ["period", "periode"]);
    let refusal = requested_with(&[("period_to", "2025-01-01")])
        .err()
        .unwrap();
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("period_backwards", "FLU-27")
    );
    let mut given = answers(ASKED);
    given.remove("period_to");
    let open = Sim::try_open(&SHARING, at(MONDAY), at(MONDAY), &given).unwrap();
    assert_eq!(open.fact("period_to"), None);
}

/// Three years from the approval, whatever is shared; of 29 February the 28th.
#[test]
fn flu_28_three_years_from_the_approval() {
    is_shown("FLU-28", ["three years", "drie jaar"]);
    for (approved, end) in [
        (MONDAY, "2029-11-17T00:00:00+01:00"),
        ("2028-02-29T10:00:00+01:00", "2031-03-01T00:00:00+01:00"),
        ("2027-02-28T23:59:59+01:00", "2030-03-01T00:00:00+01:00"),
    ] {
        let mut sim = requested();
        sim.now = at(approved);
        sim.done("approve", &[]);
        assert_eq!(sim.clock("validity_3y").due_at, at(end), "{approved}");
        let last = at(end) - TimeDelta::seconds(1);
        sim.now = last;
        let done = sim.fire();
        assert_eq!(done, ["renewal_opens"], "three months before");
        assert_eq!(sim.case.state, "active");
        sim.now = at(end);
        assert_eq!(sim.fire(), ["validity_over"]);
        assert!(sim.case.state == "expired" && sim.is("renewal", "expired"));
    }
}

/// FLU-28: a mandate that a service tells of as approved counts from then.
#[test]
fn flu_28_what_was_approved_elsewhere_counts_from_then() {
    let sim = requested_with(&[("approved_at", "2026-03-01T10:00:00+01:00")]).unwrap();
    assert_eq!(sim.case.state, "active");
    assert_eq!(
        sim.clock("validity_3y").due_at,
        at("2029-03-02T00:00:00+01:00")
    );
    let refusal = requested_with(&[("approved_at", "2026-12-01T10:00:00+01:00")]);
    assert_eq!(refusal.err().unwrap().key, "in_future");
}

/// FLU-28: the window in which renewal may be asked for.
#[test]
fn flu_28_renewal_can_be_asked_for_in_its_window() {
    let mut sim = shared();
    assert_eq!(
        sim.refused("renewal_requested", &[]).key,
        "renewal_not_open"
    );
    assert_eq!(sim.wait("2029-08-17T00:00:00+02:00"), ["renewal_opens"]);
    assert!(sim.is("renewal", "to_be_renewed") && sim.sent("sharing_renewal"));
    sim.done("renewal_requested", &[]);
    assert!(sim.is("renewal", "requested"));
}

#[test]
fn flu_29_another_supplier_changes_nothing() {
    is_shown("FLU-29", ["supplier", "leverancier"]);
    let mut sim = shared();
    let (facts, clocks) = (sim.case.facts.clone(), sim.case.clocks.clone());
    sim.done("supplier_switch", &[("switched_on", "2026-11-01")]);
    assert_eq!((&sim.case.facts, &sim.case.clocks), (&facts, &clocks));
    assert_eq!(sim.case.state, "active");
    assert!(sim.last.messages.is_empty());
}

/// The scenarios cap the period and end nothing, in whatever order they come; an earlier end stays, and the
/// end that the customer chose is never lost. A request that waits is capped alike.
#[test]
fn flu_30_a_change_of_the_grid_user_caps_the_period() {
    is_shown("FLU-30", ["grid user", "netgebruiker"]);
    for scenario in ["cs", "ccss", "moza", "mo"] {
        for mut sim in [shared(), requested()] {
            let (state, clocks) = (sim.case.state.clone(), sim.case.clocks.clone());
            sim.done("market_scenario", &moved(scenario, "2027-03-01"));
            assert_eq!(capped(&sim), "2026-12-31", "{scenario}: the earlier end");
            sim.done("market_scenario", &moved(scenario, "2026-10-15"));
            assert_eq!(capped(&sim), "2026-10-15");
            sim.done("market_scenario", &moved(scenario, "2026-11-01"));
            assert_eq!(capped(&sim), "2026-10-15");
            assert!(sim.is("effective_date", "2026-10-15"));
            assert!(sim.is("period_to", "2026-12-31"), "as it was chosen");
            assert_eq!((&sim.case.state, &sim.case.clocks), (&state, &clocks));
        }
    }
    let mut waiting = requested();
    waiting.done("market_scenario", &moved("mo", "2026-10-15"));
    waiting.done("approve", &[]);
    assert_eq!(capped(&waiting), "2026-10-15");
    let mut given = answers(ASKED);
    given.remove("period_to");
    let mut open = Sim::try_open(&SHARING, at(MONDAY), at(MONDAY), &given).unwrap();
    open.done("approve", &[]);
    open.done("market_scenario", &moved("mo", "2026-11-01"));
    assert_eq!(capped(&open), "2026-11-01");
    assert_eq!(open.fact("period_to"), None, "none was chosen");
}

/// FLU-30: a day that was mistyped is corrected with a reason; what the customer chose and other changes cap
/// the period as before.
#[test]
fn flu_30_a_mistyped_day_is_corrected() {
    for mut sim in [shared(), requested()] {
        sim.done("market_scenario", &moved("mo", "2026-01-15"));
        sim.done("market_scenario", &moved("cs", "2026-11-01"));
        let wrong = ("wrong_date", "2026-01-15");
        let right = ("effective_date", "2026-10-15");
        let reason = ("reason", "October, not January");
        let silent = sim.refused("correct_scenario", &[wrong, right]);
        assert_eq!(silent.key, "field_missing");
        let refusal = sim.refused("correct_scenario", &[("wrong_date", "2026-02-01"), reason]);
        assert_eq!(
            (refusal.key.as_str(), refusal.rule.as_str()),
            ("no_such_scenario", "FLU-30")
        );
        sim.done("correct_scenario", &[wrong, right, reason]);
        assert_eq!(capped(&sim), "2026-10-15");
        // it was the move of somebody else: the other change still counts
        sim.done("correct_scenario", &[("wrong_date", "2026-10-15"), reason]);
        assert_eq!(capped(&sim), "2026-11-01");
        sim.done("correct_scenario", &[("wrong_date", "2026-11-01"), reason]);
        assert_eq!(capped(&sim), "2026-12-31", "as the customer chose");
        for gone in ["effective_date", "market_scenario", "scenario_dates"] {
            assert_eq!(sim.fact(gone), None, "{gone}");
        }
        assert_eq!(sim.replayed(), sim.case);
    }
}

#[test]
fn flu_31_what_was_before_can_still_be_seen() {
    is_shown("FLU-31", ["before that day", "voor die dag"]);
    let mut sim = shared();
    sim.done("market_scenario", &moved("mo", "2026-10-15"));
    let month = ("2026-10-01".to_owned(), "2026-10-15".to_owned());
    assert_eq!(
        seen(&sim, (Span::Month, "2026-10-20"), Grain::Day),
        Ok(month)
    );
    let behind = seen(&sim, (Span::Week, "2026-10-19"), Grain::Day);
    assert_eq!(behind, Err("FLU-31"));
}

/// Customer and grid user may end it; the wish of a provider is refused and told so.
#[test]
fn flu_32_only_customer_and_grid_user_end_a_mandate() {
    is_shown("FLU-32", ["cannot end", "niet beëindigen"]);
    for who in ["ended_by_customer", "ended_by_grid_user"] {
        let mut sim = shared();
        let refusal = sim.refused(who, &[("identity_confirmed", "no")]);
        assert_eq!(refusal.rule, "FLU-32");
        sim.done(who, &[("identity_confirmed", "yes")]);
        assert!(sim.case.state == "ended" && sim.sent("sharing_ended"));
        assert_eq!(sim.clock("validity_3y").outcome, Some(Outcome::Cancelled));
        assert!(sim.running().is_empty());
    }
    let mut sim = shared();
    sim.try_as(Actor::System, "provider_wishes_end", &answers(&[]))
        .unwrap();
    assert_eq!(sim.case.state, "active");
    assert!(sim.sent("sharing_end_refused"));
    assert!(sim.running().iter().any(|run| run.key == "validity_3y"));
    let rows = transitions(&SHARING);
    let ways = rows
        .iter()
        .filter(|row| row.from == "active" && row.to != "active");
    let mut ways: Vec<_> = ways.map(|row| row.action).collect();
    ways.sort_unstable();
    assert_eq!(
        ways,
        [
            "ended_by_customer",
            "ended_by_grid_user",
            "ended_in_portal",
            "validity_over"
        ]
    );
    // what the portal says nobody here can say
    let refusal = sim.refused("ended_in_portal", &[]);
    assert_eq!(refusal.key, "outside_only");
    sim.try_as(Actor::System, "ended_in_portal", &answers(&[]))
        .unwrap();
    assert!(sim.case.state == "ended" && sim.sent("sharing_ended"));
}

/// Without an interface it is looked at and taken along; the channel of the contract decides nothing of it.
#[test]
fn flu_33_without_an_interface_the_provider_looks_or_downloads() {
    is_shown("FLU-33", ["downloads", "downloadt"]);
    for (channel, website, api) in [("website", "yes", "no"), ("api", "no", "yes")] {
        let contract = in_force(channel);
        assert!(contract.is("website_active", website) && contract.is("api_active", api));
    }
    let file = taken_along();
    assert!(file.lines().nth(1).unwrap().contains(";4,200;kWh;"));
    assert_eq!(file.lines().count(), 1 + 7);
    let asks = |row: &Transition| row.fields.iter().any(|field| field.key == "data_channel");
    let mut rows = transitions(&SHARING).into_iter();
    assert!(!rows.any(|row| asks(&row)), "a mandate has no channel");
}

#[test]
fn flu_34_consumption_is_of_a_connection() {
    is_shown("FLU-34", ["per connection", "per aansluiting"]);
    let field = SHARING.opening.fields[0];
    assert_eq!((field.key, field.kind), ("ean", FieldKind::Ean));
}

#[test]
fn flu_35_kwh_and_cubic_metres() {
    is_shown("FLU-35", ["m³", "m³"]);
    assert_eq!(Register::OfftakeVolume.unit(), Unit::CubicMetre);
}

#[test]
fn flu_36_days_by_week_month_and_year() {
    is_shown("FLU-36", ["month and year", "maand en jaar"]);
    let days = in_force_with(&[("granularity", "day")]);
    for (span, from, to) in [
        (Span::Week, "2026-11-02", "2026-11-09"),
        (Span::Month, "2026-11-01", "2026-12-01"),
        (Span::Year, "2026-01-01", "2026-12-31"),
    ] {
        let found = seen(&days, (span, "2026-11-05"), Grain::Day);
        assert_eq!(found, Ok((from.to_owned(), to.to_owned())));
    }
    let fine = in_force_with(&[("granularity", "fine")]);
    let week = seen(&fine, (Span::Week, "2026-11-05"), Grain::Day);
    assert_eq!(week, Err("FLU-36"), "days must be shared too");
}

#[test]
fn flu_37_the_pattern_in_detail() {
    is_shown("FLU-37", ["pattern", "patroon"]);
    let days = in_force_with(&[("granularity", "day")]);
    let quarters = |sim| seen(sim, (Span::Week, "2026-11-05"), Grain::Quarter);
    assert_eq!(quarters(&days), Err("FLU-03"), "asked for expressly");
    assert!(quarters(&shared()).is_ok());
}

/// A week of days under a mandate, as a file to take along.
fn taken_along() -> String {
    let mandate = mandate(&shared().case, Energy::Electricity).unwrap();
    let now = at("2026-11-16T09:00:00+01:00");
    // a Monday: the week that is over
    let sight = View::first(&mandate, now)
        .sight(&mandate, (Unit::Kwh, Naming::Whole), now)
        .unwrap();
    let found = Consumption {
        ean: EAN.to_owned(),
        energy: Energy::Electricity,
        values: vec![Found {
            register: Register::OfftakeTotal,
            start: at("2026-11-09T00:00:00+01:00"),
            covered: 1440,
            status: Status::Read,
            value: 4_200,
            own: None,
        }],
        peaks: Vec::new(),
    };
    write::file(&Shown::of(&found, &sight, now))
}

#[test]
fn flu_38_it_can_be_taken_along() {
    is_shown("FLU-38", ["CSV", "CSV"]);
    let file = taken_along();
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!(lines.len(), 1 + 7, "a line for each day that is shown");
    assert!(lines[1].contains(";4,200;kWh;Uitgelezen;"), "{}", lines[1]);
    assert!(lines[2].contains(";;kWh;Geen verbruik;"), "{}", lines[2]);
}

/// What it costs stands with the regulator: nothing of these processes asks for money, keeps any, sends
/// somebody to a payment, or names an amount in a letter.
#[test]
fn flu_39_no_prices_here() {
    is_shown("FLU-39", ["regulator", "regulator"]);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/letters");
    let mut letters = 0;
    for row in [&CONTRACT, &SHARING].into_iter().flat_map(transitions) {
        let priced = row.fields.iter().find(|field| field.kind == "money");
        assert!(priced.is_none(), "{}: {priced:?}", row.action);
        assert!(
            row.slots.is_empty() && row.opens.is_empty(),
            "{}",
            row.action
        );
        for kind in &row.messages {
            let to = message::find(kind).unwrap().to;
            assert_ne!(to, Addressee::Payments, "{kind}");
            for lang in ["en", "nl", "nb", "sv"] {
                let letter = root.join(lang).join(format!("{kind}.txt"));
                let letter = std::fs::read_to_string(letter).unwrap();
                letters += 1;
                for money in ["€", "EUR", "{amount}", "{payment_url}"] {
                    assert!(!letter.contains(money), "{lang} {kind}: {money}");
                }
            }
        }
    }
    assert!(letters > 100, "{letters}: the letters were looked at");
}

/// Who is written to: providers wherever they are known, customers by their reference.
#[test]
fn letters_of_sharing_go_to_providers_and_customers() {
    for kind in ["contract_active", "sharing_ended", "sharing_evidence"] {
        assert_eq!(message::find(kind).unwrap().to, Addressee::Provider);
    }
    assert_eq!(
        message::find("sharing_approved").unwrap().to,
        Addressee::Customer
    );
}

/// Contracts and mandates that hold are nobody's work until something happens.
#[test]
fn what_is_in_force_stands_out_of_the_pool() {
    for process in [&CONTRACT, &SHARING] {
        assert_eq!(process.state("active").unwrap().work, Work::Waiting);
    }
}
