//! A request for a meter at the desk: proposals, meters at the address, the week, flavours, and how
//! far it is.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question, Reply};
use loket::desk::request::found::AtAddress;
use loket::desk::screen::form::Stage;
use loket::desk::{Effect, Msg};
use loket::process::engine::{Actor, Refusal};
use loket::process::field::Value;
use loket::process::prio::PRIO;
use loket::store::StoreError;
use loket::store::connections::Found;

use crate::process_world::{Sim, answers};
use crate::support::desk::{Script, form, offline};
use crate::support::found;
use crate::support::request::{CASE, Request, act, act_unanswered, answer, desk, look_up, meters};

fn raw<'a>(script: &'a Script, key: &str) -> &'a str {
    let entry = form(script).entries.iter().find(|entry| entry.key == key);
    entry.unwrap_or_else(|| panic!("no {key}")).raw()
}

/// What a write of this form would write.
fn applied(script: &mut Script) -> loket::process::engine::Change {
    script.keys("ctrl-s");
    assert_eq!(form(script).stage, Stage::Review, "{}", script.screen());
    script.keys("enter");
    match script.writes().pop() {
        Some((_, Call::Apply { change, .. })) => change,
        other => panic!("{other:?}"),
    }
}

/// The search of the address, with that answer to it.
fn searching(answered: Result<Found, StoreError>) -> Script {
    let request = Request::to_address().loaded();
    let mut script = desk(&request, 80, 40);
    act_unanswered(&mut script, "Search the address");
    meters(&mut script, answered.map(AtAddress::from));
    script
}

fn exact(numbers: &[&str]) -> Found {
    Found {
        meters: numbers.iter().map(|it| found::meter(it)).collect(),
        ..found::found(crate::support::desk::now())
    }
}

/// PRIO-19: the search begins with the address of the contact details.
#[test]
fn prio_19_the_address_of_the_contact_details_is_proposed() {
    let script = searching(Ok(exact(&["E0012345"])));
    assert_eq!(raw(&script, "postcode"), "5226HP");
    assert_eq!(raw(&script, "house_number"), "106");
}

/// PRIO-19: … or with that of the account.
#[test]
fn prio_19_the_address_of_the_account_is_proposed() {
    let request = Request::opened().step(
        Actor::Agent,
        "contact_validated",
        &[("details_right", "yes")],
    );
    let mut loaded = request.loaded();
    let card = loaded.detail.customer.as_mut().unwrap();
    card.postcode = "5226HP".into();
    card.house_number = "18A-1".into();
    let mut script = desk(&loaded, 80, 40);
    act(&mut script, &loaded, "Search the address");
    assert_eq!(raw(&script, "house_number"), "18A-1");
}

/// PRIO-17: what the request brought along and the customer takes back is emptied in the form, said in the
/// review, and gone from the case; what was not proposed, because it is masked, stays.
#[test]
fn prio_17_what_is_taken_out_of_a_form_is_unset() {
    let brought = [
        ("contact_postcode", "5226HP"),
        ("contact_house_number", "106"),
        ("email", "roos@voorbeeld.example"),
    ];
    let mut request = Request::opened();
    let mut given = answers(&[("customer_ref", "NL0000012")]);
    given.extend(answers(&brought));
    let now = request.sim.now;
    request.sim = Sim::try_open_as(Actor::Agent, &PRIO, (now, now), &given).unwrap();
    let texts = request.sim.last.texts.iter();
    request.texts = texts.map(|text| (text.id, text.body.clone())).collect();
    let mut loaded = request.loaded();
    let email = match &loaded.detail.facts.facts["email"] {
        Value::Text(text) => text.text,
        other => panic!("{other:?}"),
    };
    loaded
        .detail
        .texts
        .insert(email, "r***@voorbeeld.example".to_owned());
    let mut script = desk(&loaded, 80, 40);
    act(&mut script, &loaded, "Contact details are right");
    assert_eq!(
        (raw(&script, "contact_house_number"), raw(&script, "email")),
        ("106", "")
    );
    script.keys("1 tab tab tab tab ctrl-u ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("empties"), "{screen}");
    script.keys("enter");
    let Some((_, Call::Apply { change, .. })) = script.writes().pop() else {
        panic!("{}", script.screen());
    };
    let keys: Vec<_> = change.clears.iter().collect();
    assert_eq!(keys, ["contact_house_number"]);
    assert_eq!(change.emptied, change.clears);
}

/// PRIO-17: what the account says stands in the form that asks whether it is right, masked as everywhere;
/// of a protected person the reference only. Fails where the agent has to leave the form to read it out.
#[test]
fn prio_17_what_the_account_says_is_shown() {
    let mut loaded = Request::opened().loaded();
    let shown = |loaded: &loket::desk::world::Loaded| {
        let mut script = desk(loaded, 80, 24);
        act(&mut script, loaded, "Contact details are right");
        script.screen()
    };
    let card = loaded.detail.customer.clone().unwrap();
    let screen = shown(&loaded);
    for said in [&card.name, &card.phone, &card.email] {
        assert!(screen.contains(said.as_str()), "{said}: {screen}");
    }
    loaded.detail.customer.as_mut().unwrap().protected = true;
    let screen = shown(&loaded);
    assert!(screen.contains("NL0000012"), "{screen}");
    assert!(!screen.contains(&card.email), "{screen}");
}

/// PRIO-03: what the request brought along is proposed at its step.
#[test]
fn prio_03_what_the_customer_filled_in_is_proposed() {
    let brought = [
        ("contact_postcode", "1234AB"),
        ("postcode", "5226HP"),
        ("house_number", "106"),
        ("ean", crate::process_world::EAN),
        ("meter_no", "E0067890"),
        ("flavour", "smart_off"),
    ];
    let loaded = Request::brought("location", &brought).loaded();
    let mut script = desk(&loaded, 80, 40);
    act(&mut script, &loaded, "Choose the meter");
    assert_eq!(raw(&script, "meter_no"), "E0067890", "{}", script.screen());
    let mut again = desk(&loaded, 80, 40);
    act(&mut again, &loaded, "Search the address");
    assert_eq!(raw(&again, "postcode"), "5226HP", "not that of the contact");
}

/// PRIO-18, PRIO-20: what is at the address is listed, and written as found.
#[test]
fn prio_20_all_meters_of_the_address_are_listed() {
    let mut script = searching(Ok(exact(&["E0012345", "E0067890"])));
    let screen = script.screen();
    for said in [
        "2 meters",
        "E0012345",
        "E0067890",
        "not smart",
        "Ons Netbeheer",
    ] {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    let change = applied(&mut script);
    assert_eq!(change.to, "draft_meter");
}

/// PRIO-20: nobody has that letter: those at the number are shown, and it is said.
#[test]
fn prio_20_a_letter_that_nobody_has_is_no_dead_end() {
    let mut script = searching(Ok(exact(&["E0012345"])));
    script.keys("tab ctrl-u").text("18 c");
    let near = Found {
        exact: false,
        ..exact(&["E0012345"])
    };
    meters(&mut script, Ok(near.into()));
    let screen = script.screen();
    assert!(
        screen.contains("Nobody has 18C; these are at 18."),
        "{screen}"
    );
    assert_eq!(applied(&mut script).to, "draft_meter");
}

/// PRIO-20: with no meter the search stays on the address.
#[test]
fn prio_20_an_address_without_meters_stays_on_the_address() {
    let mut script = searching(Ok(exact(&[])));
    script.keys("ctrl-s");
    let form_ = form(&script);
    assert_eq!(form_.stage, Stage::Edit);
    assert_eq!(form_.entries[form_.at].key, "house_number");
    let screen = script.screen();
    assert!(screen.contains("no electricity meter"), "{screen}");
    script.keys("ctrl-u").text("108");
    meters(&mut script, Ok(exact(&["E0012345"]).into()));
    assert_eq!(applied(&mut script).to, "draft_meter");
}

/// PRIO-05: a source that is away says so, is asked again by key and by itself, and is no dead end.
#[test]
fn prio_05_a_source_that_is_away_is_no_dead_end() {
    let refused = StoreError::Refused(Refusal::new("case_not_found"));
    let mut script = searching(Err(refused.clone()));
    let screen = script.screen();
    assert!(screen.contains("does not answer"), "{screen}");
    assert!(screen.contains("f5"), "{screen}");
    script.keys("f5");
    meters(&mut script, Err(refused.clone()));
    script.now += TimeDelta::seconds(16);
    script.send(Msg::Wake);
    meters(&mut script, Err(refused));
    script.keys("tab tab 1");
    assert_eq!(applied(&mut script).to, "draft_meter");
}

/// PRIO-21: exactly one meter; its connection follows from it, and the next one is another request.
#[test]
fn prio_21_one_meter_is_chosen_and_the_connection_follows() {
    let loaded = Request::to_meter().loaded();
    let mut script = desk(&loaded, 80, 40);
    act(&mut script, &loaded, "Choose the meter");
    assert!(form(&script).entries.iter().all(|it| it.key != "ean"));
    assert_eq!(raw(&script, "meter_no"), "", "two: none is chosen for us");
    script.keys("2");
    let screen = script.screen();
    assert!(screen.contains("O begins another"), "{screen}");
    let change = applied(&mut script);
    assert_eq!(change.to, "checking");
    let of = |key: &str| change.answers.get(key).and_then(Value::as_code);
    assert_eq!(of("ean"), Some(crate::process_world::EAN));
    assert_eq!(of("meter_no"), Some("E0067890"));
}

/// PRIO-21: whatever signs stand on a meter, it can be chosen, and typed where no register has it.
#[test]
fn prio_21_a_meter_with_odd_signs_is_chosen() {
    for (registered, kept) in [
        ("KA 12/34-5", "KA 12/34-5"),
        ("E 0012345", "E 0012345"),
        ("#7 (B)", "7 -B"),
        ("Ø-99+1", "99+1"),
    ] {
        let request = Request::to_meter().loaded();
        let mut script = desk(&request, 80, 40);
        act_unanswered(&mut script, "Choose the meter");
        meters(&mut script, Ok(AtAddress::from(exact(&[registered]))));
        let screen = script.screen();
        assert!(screen.contains(registered), "as it is registered: {screen}");
        let change = applied(&mut script);
        assert_eq!(change.to, "checking");
        assert_eq!(change.answers["meter_no"].as_code(), Some(kept));
    }
}

/// PRIO-21: another request of the customer begins with the customer.
#[test]
fn prio_21_another_request_begins_with_the_customer() {
    let loaded = Request::to_flavour().loaded();
    let mut script = desk(&loaded, 80, 40);
    script.keys("O");
    assert_eq!(raw(&script, "customer_ref"), "NL0000012");
    script.keys("esc");
    let mut other = Script::new(80, 24);
    other.keys("O");
    assert!(other.screen().contains("no request"), "{}", other.screen());
}

/// PRIO-27: another operator's meter is named with its operator and the code book.
#[test]
fn prio_27_another_grid_names_its_operator_and_the_code_book() {
    let mut foreign = exact(&["E0012345"]);
    foreign.meters[0].ours = false;
    foreign.meters[0].operator = "Buurnet".into();
    let loaded = Request::to_meter().loaded();
    let mut script = desk(&loaded, 80, 40);
    act_unanswered(&mut script, "Choose the meter");
    meters(&mut script, Ok(foreign.into()));
    let screen = script.screen();
    assert!(screen.contains("of Buurnet"), "{screen}");
    assert!(screen.contains("eancodeboek.nl"), "{screen}");
}

/// PRIO-28, PRIO-29: three flavours are shown and two can be chosen; the third says why not.
#[test]
fn prio_28_three_flavours_are_shown_and_two_can_be_chosen() {
    let loaded = Request::to_flavour().loaded();
    let mut script = desk(&loaded, 80, 40);
    act(&mut script, &loaded, "Choose how it is read");
    let screen = script.screen();
    assert!(screen.contains("(-) conventional, cannot be"), "{screen}");
    script.keys("1");
    assert_eq!(raw(&script, "flavour"), "", "not by digit");
    script.text("conv");
    assert_eq!(raw(&script, "flavour"), "", "not by word");
    script.now += TimeDelta::seconds(2);
    for expected in ["smart_off", "smart_on", "smart_off"] {
        script.keys("right");
        assert_eq!(raw(&script, "flavour"), expected);
    }
    assert_eq!(applied(&mut script).to, "planning");
}

fn planning(columns: u16) -> Script {
    let loaded = Request::to_time().loaded();
    let mut script = desk(&loaded, columns, 40);
    act(&mut script, &loaded, "Choose the time");
    script
}

/// PRIO-30: the first free time lies in a later week and is found by itself; only starts are shown.
#[test]
fn prio_30_the_first_free_time_is_found() {
    for columns in [59, 80, 160] {
        let script = planning(columns);
        assert_eq!(raw(&script, "slot"), "1", "{}", script.screen());
        let screen = script.screen();
        assert!(
            screen.contains("[09:00]") || screen.contains("[08:00]"),
            "{screen}"
        );
        assert!(screen.contains("15:00"), "{screen}");
        assert!(!screen.contains("16:00"), "an end is shown\n{screen}");
    }
}

/// PRIO-30: arrows and letters go by time and by day; beyond the week comes the next one.
#[test]
fn prio_30_arrows_go_by_time_and_by_day() {
    let mut script = planning(80);
    for (keys, slot) in [
        ("down", "2"),
        ("j", "3"),
        ("right", "4"),
        ("l", "5"),
        ("left", "4"),
        ("h", "1"),
        ("k", "1"),
    ] {
        script.keys(keys);
        look_up(&mut script, &Request::to_time().loaded());
        assert_eq!(raw(&script, "slot"), slot, "{keys}\n{}", script.screen());
    }
    script.keys("]");
    look_up(&mut script, &Request::to_time().loaded());
    assert!(
        script.screen().contains("Nothing is free"),
        "{}",
        script.screen()
    );
    script.keys("f");
    look_up(&mut script, &Request::to_time().loaded());
    assert_eq!(raw(&script, "slot"), "1", "{}", script.screen());
}

/// PRIO-30: the start follows from the time that was chosen; PRIO-04: with what was agreed.
#[test]
fn prio_30_the_start_follows_from_the_time() {
    let mut script = planning(80);
    script.keys("down tab").text("Tuesday suits");
    let change = applied(&mut script);
    assert_eq!(change.to, "awaiting_payment");
    let start = change.facts.get("slot_start").and_then(Value::as_instant);
    let week = found::week("2026-11-23".parse().unwrap());
    assert_eq!(start, Some(week.slots[1].starts_at));
    assert_eq!(change.slot.and_then(|it| it.slot), Some(2));
}

/// PRIO-04: an agent plans only with a note of the contact.
#[test]
fn prio_04_no_planning_without_what_was_agreed() {
    let mut script = planning(80);
    script.keys("ctrl-s");
    let form_ = form(&script);
    assert_eq!(form_.stage, Stage::Edit);
    assert_eq!(form_.entries[form_.at].key, "contact_note");
}

/// PRIO-30: taken in the same moment: the chooser stays open with fresh times.
#[test]
fn prio_30_a_time_that_is_taken_leaves_the_chooser_open() {
    let mut script = planning(80);
    script
        .keys("tab")
        .text("Tuesday suits")
        .keys("ctrl-s enter");
    let (ticket, _) = script.writes().pop().unwrap();
    let refusal = Refusal::new("slot_taken").by_rule("PRIO-30").about("slot");
    let refused = StoreError::Refused(refusal);
    script.reply(ticket, Reply::Applied(Err(refused)));
    let asked = script.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(ticket, Question::Week { from, .. }) => Some((ticket, from)),
        _ => None,
    });
    let (ticket, from) = asked.expect("fresh times");
    let mut fresh = found::week(from);
    fresh.slots.remove(0);
    script.reply(ticket, Reply::Week(Ok(Box::new(fresh))));
    let screen = script.screen();
    assert!(screen.contains("is taken by now"), "{screen}");
    assert_eq!(form(&script).stage, Stage::Edit);
    assert_eq!(raw(&script, "slot"), "", "{screen}");
    assert_eq!(raw(&script, "contact_note"), "Tuesday suits");
    script.keys("down");
    assert_eq!(raw(&script, "slot"), "2");
}

/// What was chosen for us stays chosen when the case is read again.
#[test]
fn prio_30_the_first_free_time_stays_chosen() {
    let mut script = planning(80);
    let asked = script.model.world.ask_detail(CASE, script.now);
    script.effects.push(asked);
    answer(&mut script, &Request::to_time().loaded());
    assert_eq!(raw(&script, "slot"), "1", "{}", script.screen());
}

/// The week is read again by itself while it is looked at.
#[test]
fn prio_30_the_week_is_live() {
    let mut script = planning(80);
    script.take();
    script.now += TimeDelta::seconds(6);
    script.send(Msg::Wake);
    let effects = script.take();
    let is_asked = |it: &Effect| matches!(it, Effect::Ask(_, Question::Week { .. }));
    assert!(effects.iter().any(is_asked), "{effects:?}");
}

/// PRIO-11: after a step the form of the next one lies open; a decision of the customer is listed.
#[test]
fn prio_11_the_next_step_follows() {
    let before = Request::to_time().loaded();
    let mut script = desk(&Request::to_flavour().loaded(), 80, 40);
    act(
        &mut script,
        &Request::to_flavour().loaded(),
        "Choose how it is read",
    );
    script.keys("2 ctrl-s enter");
    answer(&mut script, &before);
    assert!(form(&script).entries.iter().any(|it| it.key == "slot"));
    let decision = Request::checked("in_gsa_planning").loaded();
    let mut script = desk(&Request::to_meter().loaded(), 80, 40);
    act(
        &mut script,
        &Request::to_meter().loaded(),
        "Choose the meter",
    );
    script.keys("1 ctrl-s enter");
    answer(&mut script, &decision);
    let screen = script.screen();
    assert!(screen.contains("Wait for free exchange"), "{screen}");
}

/// … but not for somebody who went elsewhere meanwhile.
#[test]
fn prio_11_a_key_pressed_meanwhile_leaves_the_next_step_alone() {
    let mut script = desk(&Request::to_flavour().loaded(), 80, 40);
    act(
        &mut script,
        &Request::to_flavour().loaded(),
        "Choose how it is read",
    );
    script.keys("2 ctrl-s enter");
    let (ticket, call) = script.writes().pop().unwrap();
    script.reply(ticket, crate::support::desk::written(&call));
    script.now += TimeDelta::seconds(1);
    script.keys("r");
    answer(&mut script, &Request::to_time().loaded());
    assert!(script.model.layers.is_empty(), "{}", script.screen());
}

/// PRIO-03: whoever looks along sees the steps: done, here, ahead.
#[test]
fn prio_03_the_steps_of_a_request_are_seen() {
    let brought = [("contact_postcode", "5226HP")];
    let mut script = Request::brought("contact", &brought).at_desk(80, 40);
    let screen = script.screen();
    for said in ["[x] contact", "[>] address", "[ ] meter", "[ ] payment"] {
        assert!(screen.contains(said), "{said}\n{screen}");
    }
    // it goes on while somebody looks
    let asked = script.model.world.ask_detail(CASE, script.now);
    script.effects.push(asked);
    answer(&mut script, &Request::to_flavour().loaded());
    let screen = script.screen();
    assert!(screen.contains("[x] check"), "{screen}");
    assert!(screen.contains("[>] read-out"), "{screen}");
}

/// A line that is cut asks nothing; it is asked when it is back.
#[test]
fn nothing_is_asked_without_a_line() {
    let mut script = planning(80);
    script.take();
    script.send(Msg::Beat(Box::new(Err(offline()))));
    script.now += TimeDelta::seconds(6);
    script.send(Msg::Wake);
    let effects = script.take();
    let is_asked = |it: &Effect| matches!(it, Effect::Ask(_, Question::Week { .. }));
    assert!(!effects.iter().any(is_asked), "{effects:?}");
}

/// Who is faster than the register is not stopped by it: the review comes with its answer.
#[test]
fn prio_18_the_review_waits_for_the_meters() {
    let request = Request::to_address().loaded();
    let mut script = desk(&request, 80, 40);
    act_unanswered(&mut script, "Search the address");
    script.keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Edit);
    meters(&mut script, Ok(exact(&["E0012345"]).into()));
    assert_eq!(form(&script).stage, Stage::Review, "{}", script.screen());
}
