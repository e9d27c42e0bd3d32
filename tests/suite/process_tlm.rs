//! One test per rule of the feed-in meter (`rules.md` 1.2; `processes.md` 2.2).

use loket::domain::form::Form;
use loket::process::engine::{Actor, Answer, Refusal, listed, prefill};
use loket::process::field::{Asked, Value};
use loket::process::form::CaseForm;
use loket::process::load::transitions;
use loket::process::message::{self, Addressee};
use loket::process::tlm::TLM;
use loket::process::{ALL, By, Required, Work};

use crate::process_world::{EAN, Sim, answers, at, context};
use crate::support::metering::{self, MONDAY, NOTED, system, with_slot};

const METER: [(&str, &str); 4] = [
    ("ean", EAN),
    ("meter_no", "E9110000001"),
    ("lives_there", "yes"),
    ("grid_ours", "yes"),
];
const SOLAR: [(&str, &str); 4] = [
    ("installation.kind", "solar"),
    ("installation.panel_power_wp", "3600"),
    ("installation.inverter_power_kw", "3.68"),
    ("installation.in_use_from", "2026-12-03"),
];

fn is_shown(rule: &str, words: [&str; 2]) {
    metering::is_shown(&TLM, rule, words);
}

fn opened() -> Sim {
    metering::opened(&TLM)
}

fn located() -> Sim {
    metering::located(&TLM)
}

fn request(step: &str, more: &[(&str, &str)]) -> Sim {
    metering::request(&TLM, step, more)
}

fn executing() -> Sim {
    metering::acknowledged(confirmed())
}

fn chosen() -> Sim {
    let mut sim = located();
    sim.done("meter_chosen", &METER);
    sim
}

fn entered() -> Sim {
    let mut sim = chosen();
    sim.done("installation_entered", &SOLAR);
    sim
}

fn checked(suitability: &str) -> Sim {
    let mut sim = entered();
    let given = [("suitability", suitability), ("check_source", "domain")];
    system(&mut sim, "check_result", &given);
    sim
}

fn planning() -> Sim {
    let mut sim = checked("not_suitable");
    sim.done("flavour_chosen", &[("flavour", "conventional")]);
    sim
}

fn confirmed() -> Sim {
    let mut sim = planning();
    let given = with_slot(17, &[NOTED]);
    sim.try_as(Actor::Agent, "slot_chosen", &given).unwrap();
    sim
}

fn data_sent(sim: &Sim) -> usize {
    sim.times_sent("installation_data")
}

/// What an answer to the form is refused with.
fn refused(given: &[(&str, &str)]) -> Refusal {
    let mut all = SOLAR.to_vec();
    all.retain(|(key, _)| given.iter().all(|(other, _)| other != key));
    all.extend(given.iter().filter(|(_, word)| !word.is_empty()));
    chosen().tried("installation_entered", &all).unwrap_err()
}

/// TLM-01: what a customer reports is a request of its own, with its own number, in the queue of meters.
#[test]
fn tlm_01_feeding_in_is_reported() {
    is_shown("TLM-01", ["reports it", "meldt dat"]);
    assert_eq!((TLM.prefix, TLM.queue.key()), ("TL", "metering"));
    let ours = ALL.iter().filter(|process| process.queue == TLM.queue);
    let keys: Vec<_> = ours.map(|process| process.key).collect();
    assert_eq!(keys, ["prio", "tlm"]);
    let told = opened();
    assert!(told.is("opened_by", "agent") && told.case.state == "draft_contact");
    let alone = request("contact", &[]);
    assert!(alone.is("opened_by", "customer") && alone.case.state == "draft_location");
}

/// TLM-02: the suitability is asked for as soon as the installation is known, and answered in time.
#[test]
fn tlm_02_the_suitability_is_determined() {
    let sim = entered();
    assert_eq!(sim.case.state, "checking_suitability");
    assert!(sim.sent("check_connection") && sim.started("check_15m"));
    assert!(message::find("check_connection").unwrap().at_once);
    let mut sim = entered();
    for _ in 0..3 {
        system(&mut sim, "check_failed", &[]);
        assert_eq!(sim.case.state, "checking_suitability");
    }
    assert!(sim.is("check_task", "yes") && sim.sent("supervisor_alert"));
    sim.done("check_again", &[]);
    assert!(sim.is("check_task", "no") && sim.sent("check_connection"));
}

/// TLM-04, PRIO-09: placed after a visit on which it was not is placed; of a request that ended meanwhile
/// the lead is told. Fails where only a visit under way can end well.
#[test]
fn tlm_04_placed_after_all_is_placed() {
    let mut sim = executing();
    let why = [("not_done_reason", "not_home")];
    system(&mut sim, "gsa_not_done", &why);
    let mut ended = sim.clone();
    system(&mut sim, "gsa_done", &[]);
    assert_eq!(sim.case.state, "completed");
    ended.done("cancel_by_customer", &[]);
    system(&mut ended, "gsa_done", &[]);
    assert_eq!(ended.case.state, "cancelled");
    assert!(ended.sent("supervisor_alert") && ended.is("gsa_state", "done"));
    let mut sim = planning();
    let early = sim.try_as(Actor::System, "gsa_done", &answers(&[]));
    assert_eq!(early.unwrap_err().key, "not_ordered");
}

/// TLM-11: another meter is chosen when nothing can be found out of the one before. Fails without a line
/// that leads back from the suitability.
#[test]
fn tlm_11_another_meter_is_checked_anew() {
    let mut sim = entered();
    for _ in 0..3 {
        system(&mut sim, "check_failed", &[]);
    }
    let mut other = METER;
    other[1].1 = "E9110000002";
    sim.done("meter_chosen", &other);
    assert_eq!(sim.case.state, "checking_suitability");
    assert!(sim.is("meter_no", "E9110000002") && sim.sent("check_connection"));
}

/// TLM-03: the data are recorded and delivered even when no meter is exchanged.
#[test]
fn tlm_03_data_leave_without_an_exchange() {
    let mut declined = checked("not_suitable");
    declined.done("decline", &[]);
    assert_eq!(declined.case.state, "ended_declined");
    let mut cancelled = entered();
    cancelled.done("cancel_by_customer", &[]);
    let mut silent = checked("not_suitable");
    silent.later(chrono::TimeDelta::days(31));
    silent.fire();
    assert_eq!(silent.case.state, "expired");
    for sim in [declined, cancelled, silent, checked("not_feasible")] {
        assert_eq!(data_sent(&sim), 1, "{}", sim.case.state);
        assert!(TLM.is_final(&sim.case.state));
        assert_eq!(sim.times_sent("order_domain"), 0);
    }
    let mut early = chosen();
    early.done("cancel_by_customer", &[]);
    assert_eq!(data_sent(&early), 0, "nothing was entered");
}

/// TLM-04: from the report over the check and the data to the exchange, in one request.
#[test]
fn tlm_04_one_request_from_report_to_meter() {
    let mut sim = executing();
    assert_eq!(sim.case.state, "in_execution");
    system(&mut sim, "gsa_status", &[("gsa_state", "on_site")]);
    system(&mut sim, "gsa_done", &[]);
    assert_eq!(sim.case.state, "completed");
    assert_eq!(data_sent(&sim), 1);
    assert_eq!(sim.replayed(), sim.case);
}

/// TLM-05: whoever reports has an account.
#[test]
fn tlm_05_an_account_is_needed() {
    let now = at(MONDAY);
    let refusal = Sim::try_open(&TLM, now, now, &answers(&[])).err().unwrap();
    assert_eq!(refusal.field.as_deref(), Some("customer_ref"));
}

/// TLM-06: the contact details are confirmed, and who confirmed them is kept.
#[test]
fn tlm_06_contact_details_are_confirmed() {
    let mut sim = opened();
    let refusal = sim.tried("contact_validated", &[("details_right", "no")]);
    assert_eq!(refusal.unwrap_err().rule, "PRIO-17");
    sim.done("contact_validated", &[("details_right", "yes")]);
    assert!(sim.is("validated_by", "agent") && sim.fact("validated_at").is_some());
    assert!(request("contact", &[]).is("validated_by", "customer"));
}

/// TLM-07: the address is searched when the customer says so, and can be searched anew.
#[test]
fn tlm_07_the_address_is_searched() {
    let mut sim = located();
    assert_eq!(sim.case.state, "draft_meter");
    let other = [("postcode", "5013VB"), ("house_number", "7")];
    sim.done(
        "location_searched",
        &[other[0], other[1], ("meters_found", "no")],
    );
    assert_eq!(sim.case.state, "draft_location");
    let line = TLM
        .lines()
        .find(|line| line.key == "location_searched")
        .unwrap();
    let postcode = line.fields.iter().find(|field| field.key == "postcode");
    assert_eq!(postcode.unwrap().like, Some("contact_postcode"));
}

/// TLM-08: exactly one meter is chosen, by who may.
#[test]
fn tlm_08_one_meter_is_chosen() {
    let mut sim = located();
    let missing = sim.tried("meter_chosen", &[("ean", EAN), ("lives_there", "yes")]);
    assert_eq!(missing.unwrap_err().field.as_deref(), Some("meter_no"));
    let stranger = [METER[0], METER[1], METER[3], ("lives_there", "no")];
    let refusal = sim.tried("meter_chosen", &stranger).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("declares_authorised"));
    sim.done("meter_chosen", &METER);
    assert_eq!(sim.case.state, "draft_installation");
}

/// TLM-09: all that is needed is entered; its message goes to the grid systems.
#[test]
fn tlm_09_the_installation_is_entered() {
    let missing = chosen()
        .tried("installation_entered", &SOLAR[..2])
        .unwrap_err();
    assert_eq!(missing.key, "field_missing");
    let sim = entered();
    for (key, word) in SOLAR {
        assert!(sim.is(key, word), "{key}");
    }
    let to = message::find("installation_data").unwrap().to;
    assert_eq!(to, Addressee::Domain);
}

/// TLM-10: what is asked is the form of the case: types, units, ranges, and what is needed when.
#[test]
fn tlm_10_the_form_says_what_is_asked() {
    let sim = chosen();
    let line = TLM.lines().find(|line| line.form.is_some()).unwrap();
    let asked = line.asked(&sim.case);
    let keys: Vec<_> = asked.iter().map(|field| field.key).collect();
    let of_form = sim.case.form.unwrap().form();
    let expected = of_form
        .parts
        .iter()
        .map(|part| format!("installation.{}", part.key));
    assert!(expected.zip(&keys[1..]).all(|(one, other)| one == *other));

    let needed = refused(&[("installation.panel_power_wp", "")]);
    assert_eq!(needed.key, "field_missing");
    assert_eq!(needed.args["field.nl"], "Vermogen van de panelen");
    let wind = [
        ("installation.kind", "wind"),
        ("installation.panel_power_wp", ""),
    ];
    let mut all = SOLAR[2..].to_vec();
    all.push(wind[0]);
    assert!(chosen().tried("installation_entered", &all).is_ok());

    let range = refused(&[("installation.inverter_power_kw", "1000.01")]);
    assert_eq!(
        (&*range.key, &*range.args["range"]),
        ("out_of_range", "0.1–1000 kW")
    );
    assert_eq!(
        refused(&[("installation.inverter_power_kw", "much")]).key,
        "not_a_number"
    );
    assert_eq!(
        refused(&[("installation.kind", "steam")]).key,
        "not_a_choice"
    );
    assert_eq!(
        refused(&[("installation.meter_last_six", "1234567")]).key,
        "code_too_long"
    );
    assert_eq!(
        refused(&[("installation.colour", "red")]).key,
        "field_unknown"
    );
}

/// TLM-10: another version asks something else, and each case keeps its own.
#[test]
fn tlm_10_a_case_keeps_its_version() {
    let source = r#"
        [[fields]]
        key = "storage_kwh"
        type = "number"
        decimals = 1
        unit = "kWh"
        required = true
        label = { en = "Storage", nl = "Opslag", nb = "Lager", sv = "Lager" }
    "#;
    let later = CaseForm::of(Form::from_toml("installation", 2, source).unwrap());
    assert_eq!(
        later,
        CaseForm::of(later.form().clone()),
        "the same form is the same"
    );
    let mut new = chosen();
    new.case.form = Some(later);
    let old = new.tried("installation_entered", &SOLAR).unwrap_err();
    assert_eq!(old.key, "field_unknown");
    new.done("installation_entered", &[("installation.storage_kwh", "9")]);
    assert_eq!(new.fact("form_version"), Some(&Value::Number(2)));
    assert!(new.is("installation.storage_kwh", "9.0"));
    let old = entered();
    assert_eq!(old.fact("form_version"), Some(&Value::Number(1)));
    // replay judges by the version of the case
    assert_eq!(new.replayed(), new.case);
    assert_eq!(old.replayed(), old.case);
    let mut without = chosen();
    without.case.form = None;
    let refusal = without.tried("installation_entered", &SOLAR).unwrap_err();
    assert_eq!((&*refusal.key, &*refusal.rule), ("form_missing", "TLM-10"));
}

/// TLM-10: what was entered is proposed when it is entered once more, and counts only as entered now.
#[test]
fn tlm_10_entered_again_after_a_reopening() {
    let mut sim = checked("suitable");
    let given = answers(&[("reason", "Another inverter.")]);
    sim.try_as(Actor::Lead, "reopen", &given).unwrap();
    metering::locate(&mut sim);
    sim.done("meter_chosen", &METER);
    let line = TLM.lines().find(|line| line.form.is_some()).unwrap();
    let form = sim.case.form.unwrap();
    let power = form.field("installation.inverter_power_kw").unwrap();
    let proposed = prefill(&sim.case, line, power, sim.now);
    assert_eq!(proposed.as_deref(), Some("3.68"));
    let wind = [("installation.kind", "wind"), SOLAR[2], SOLAR[3]];
    sim.done("installation_entered", &wind);
    let filled = sim.fact("form_filled").unwrap().all().len();
    assert_eq!(filled, 3, "the panels are history");
}

/// TLM-03, TLM-15, decision 7: a reopened request begins anew. Orders, acknowledgements and alarms of the
/// last episode are gone, its data are not sent once more, and what is entered now leaves once with an
/// order of its own. Fails where a reopening keeps one of these facts.
#[test]
fn tlm_15_a_reopened_request_begins_anew() {
    let mut sim = entered();
    for _ in 0..3 {
        system(&mut sim, "check_failed", &[]);
    }
    let planned = [
        ("suitability", "not_suitable"),
        ("check_source", "work_orders"),
        ("gsa_order", "GSA-77"),
    ];
    system(&mut sim, "check_result", &planned);
    sim.done("flavour_chosen", &[("flavour", "smart_on")]);
    let given = with_slot(17, &[NOTED]);
    sim.try_as(Actor::Agent, "slot_chosen", &given).unwrap();
    let mut sim = metering::acknowledged(sim);
    system(&mut sim, "delivery_failed", &[("undelivered", "order_gsa")]);
    system(
        &mut sim,
        "gsa_not_done",
        &[("not_done_reason", "infeasible")],
    );
    assert_eq!(sim.case.state, "ended_not_feasible");
    assert_eq!((sim.times_sent("order_domain"), data_sent(&sim)), (1, 1));
    let why = answers(&[("reason", "Another cabinet was built.")]);
    let agent = sim.try_as(Actor::Agent, "reopen", &why);
    assert_eq!(agent.unwrap_err().key, "leads_only");
    sim.try_as(Actor::Lead, "reopen", &why).unwrap();
    assert_eq!(sim.case.state, "draft_contact");
    assert!(sim.clock("inactivity").is_running());
    for fact in [
        "gsa_order",
        "replaces_gsa",
        "gsa_state",
        "not_done_reason",
        "check_failures",
        "check_task",
        "undelivered",
    ] {
        assert!(sim.fact(fact).is_none(), "{fact}");
    }
    for fact in ["ordered", "domain_acked", "gsa_acked", "data_due"] {
        assert!(sim.is(fact, "no"), "{fact}");
    }
    let mut early = sim.clone();
    early.done("cancel_by_customer", &[]);
    assert_eq!(data_sent(&early), 0, "nothing was entered since");
    assert_eq!(early.times_sent("order_cancel_gsa"), 0, "nor ordered");

    metering::locate(&mut sim);
    sim.done("meter_chosen", &METER);
    sim.done("installation_entered", &SOLAR);
    system(&mut sim, "check_result", &planned[..2]);
    sim.done("flavour_chosen", &[("flavour", "smart_on")]);
    let given = with_slot(18, &[NOTED]);
    sim.try_as(Actor::Agent, "slot_chosen", &given).unwrap();
    assert_eq!(sim.slot(), Some(("confirm".to_owned(), 18)));
    assert_eq!((sim.times_sent("order_domain"), data_sent(&sim)), (1, 1));
    assert!(!sim.sent("order_change_gsa"), "it is an order of its own");
    assert_eq!(sim.replayed(), sim.case);
}

/// TLM-11: a suitable meter ends the request; the customer is told, the data leave, no order does.
#[test]
fn tlm_11_suitable_ends_with_the_data() {
    let sim = checked("suitable");
    assert_eq!(sim.case.state, "ended_suitable");
    assert!(sim.sent("installation_data") && sim.sent("tlm_ended_suitable"));
    assert_eq!(
        sim.times_sent("order_domain") + sim.times_sent("order_gsa"),
        0
    );
    assert!(sim.fact("checked_at").is_some() && sim.is("check_source", "domain"));
    assert!(sim.running().is_empty());
}

/// TLM-12: the exchange is free: nothing of a payment is in the table.
#[test]
fn tlm_12_nothing_is_paid() {
    for row in transitions(&TLM) {
        let mut messages = row.messages.iter();
        assert!(!messages.any(|kind| kind.starts_with("payment")), "{row:?}");
        assert!(!row.slots.contains("hold"), "{row:?}");
    }
    assert!(TLM.states.iter().all(|state| !state.key.contains("pay")));
    let sim = checked("not_suitable");
    assert_eq!(sim.case.state, "offer_exchange");
}

/// TLM-13: all three ways of reading can be chosen.
#[test]
fn tlm_13_all_three_flavours() {
    for flavour in ["conventional", "smart_off", "smart_on"] {
        let mut sim = checked("not_suitable");
        sim.done("flavour_chosen", &[("flavour", flavour)]);
        assert_eq!(sim.case.state, "planning");
        assert!(sim.is("flavour", flavour));
    }
}

/// TLM-14: the customer takes one block, for good at once; an agent notes what was agreed.
#[test]
fn tlm_14_a_block_of_time_is_taken() {
    let mut sim = planning();
    let unnoted = sim.try_as(Actor::Agent, "slot_chosen", &with_slot(17, &[]));
    assert_eq!(unnoted.unwrap_err().field.as_deref(), Some("contact_note"));
    let mut past = with_slot(17, &[NOTED]);
    let gone = Answer::Value(Value::instant(at(MONDAY)));
    past.insert("slot_start".to_owned(), gone);
    let past = sim.try_as(Actor::Agent, "slot_chosen", &past);
    assert_eq!(past.unwrap_err().key, "not_in_future");
    sim.try_as(Actor::System, "slot_chosen", &with_slot(17, &[]))
        .unwrap();
    assert_eq!(sim.slot(), Some(("confirm".to_owned(), 17)));
    let mut replanned = executing();
    let given = with_slot(18, &[NOTED]);
    replanned.try_as(Actor::Agent, "replan", &given).unwrap();
    assert_eq!(replanned.slot(), Some(("confirm".to_owned(), 18)));
    assert!(replanned.sent("order_change_gsa"));
    let mut again = executing();
    system(
        &mut again,
        "gsa_not_done",
        &[("not_done_reason", "not_home")],
    );
    assert_eq!(again.case.state, "planning");
    again.try_as(Actor::Agent, "slot_chosen", &given).unwrap();
    assert_eq!(again.case.state, "confirmed");
    assert!(again.sent("order_change_domain") && again.times_sent("order_domain") == 1);
    assert_eq!(data_sent(&again), 1);
}

/// TLM-15: confirmed, the customer told, the order and the data on their way to both systems.
#[test]
fn tlm_15_confirmed_and_ordered() {
    let sim = confirmed();
    assert_eq!(sim.case.state, "confirmed");
    for kind in [
        "order_domain",
        "order_gsa",
        "installation_data",
        "tlm_confirmed",
    ] {
        assert!(sim.sent(kind), "{kind}");
    }
    assert_eq!(TLM.state("planning").unwrap().work, Work::Open);
}

/// TLM-17: another grid and not feasible end it, smart already does not, a planned order is linked
/// without a choice between paying and waiting.
#[test]
fn tlm_17_the_other_outcomes() {
    let mut sim = located();
    let elsewhere = [METER[0], METER[1], METER[2], ("grid_ours", "no")];
    sim.done("meter_chosen", &elsewhere);
    assert_eq!(sim.case.state, "ended_not_our_grid");
    assert!(sim.sent("tlm_ended_not_our_grid") && data_sent(&sim) == 0);

    let sim = checked("not_feasible");
    assert_eq!(sim.case.state, "ended_not_feasible");
    assert!(sim.sent("tlm_ended_not_feasible") && data_sent(&sim) == 1);

    let sim = checked("not_our_grid");
    assert_eq!(sim.case.state, "ended_not_our_grid");
    assert!(sim.sent("tlm_ended_not_our_grid") && data_sent(&sim) == 1);
    assert!(sim.is("grid_ours", "no") && sim.is("check_source", "domain"));
    assert!(sim.running().is_empty() && !sim.sent("order_domain"));

    let mut sim = entered();
    let planned = [
        ("suitability", "not_suitable"),
        ("check_source", "work_orders"),
        ("gsa_order", "GSA-77"),
    ];
    system(&mut sim, "check_result", &planned);
    assert_eq!(sim.case.state, "offer_exchange");
    assert!(sim.is("gsa_order", "GSA-77") && sim.is("replaces_gsa", "yes"));
    let keys: Vec<_> = TLM.actions.iter().map(|line| line.key).collect();
    assert!(!keys.contains(&"choose_wait_free") && !keys.contains(&"choose_now_paid"));
    assert!(TLM.state("ended_already_smart").is_none());

    let mut site = executing();
    system(
        &mut site,
        "gsa_not_done",
        &[("not_done_reason", "infeasible")],
    );
    assert_eq!(site.case.state, "ended_not_feasible");
    assert!(site.sent("order_cancel_domain") && data_sent(&site) == 1);
}

/// TLM-17: a request of the portal begins where the customer came; a meter of another grid does not pass.
#[test]
fn tlm_17_a_request_begins_where_the_customer_came() {
    let meter = [METER[0], METER[1]];
    assert_eq!(request("contact", &[]).case.state, "draft_location");
    assert_eq!(request("location", &[]).case.state, "draft_meter");
    let mut sim = request("meter", &meter);
    assert_eq!(sim.case.state, "draft_installation");
    system(&mut sim, "installation_entered", &SOLAR);
    assert_eq!(sim.case.state, "checking_suitability");
    assert!(sim.fact("on_behalf").is_none());
    let elsewhere = [meter[0], meter[1], ("grid_ours", "no")];
    assert_eq!(request("meter", &elsewhere).case.state, "draft_meter");
}

/// The agent is offered every step of the customer's, and nobody else's.
#[test]
fn tlm_04_an_agent_can_take_each_step() {
    let sim = chosen();
    let list = listed(&sim.case, &context(sim.now, Actor::Agent, 9));
    let mut possible = list.iter().filter(|one| one.refusal.is_none());
    assert!(possible.any(|one| one.action.key == "installation_entered"));
    let steps = TLM.actions.iter().filter(|line| line.by == By::System);
    assert!(steps.count() > 10);
    let form = sim.case.form.unwrap();
    assert!(form.fields().iter().all(|field| field.asked == Asked::Yes));
    let panels = form.field("installation.panel_power_wp").unwrap();
    let needed = Required::IfAny("installation.kind", &["solar"]);
    assert_eq!(panels.required, needed);
}
