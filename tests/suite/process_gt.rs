//! One test per rule of the procedure for reasonable doubt (`rules.md` 1.3) and of the rules that
//! stand above all (1.0). GT-17 and GT-18 belong to the process of repeat offenders.

use chrono::TimeDelta;
use loket::domain::clock::{ClockStatus, Outcome};
use loket::process::ALL;
use loket::process::doubt::DOUBT;
use loket::process::engine::{Actor, Answers, listed};
use loket::process::field::Value;
use loket::process::general::SOURCES;
use loket::process::message::{self, Addressee};
use loket::process::party_report::PARTY_REPORT;

use crate::process_world::{
    CONTACT, EAN, PARTY, PROOF, Sim, answers, at, context, doubt_answers, texts,
};

const FRIDAY: &str = "2026-11-20T16:00:00+01:00";
const CONTACTED: &str = "2026-11-20T16:30:00+01:00";
const SATURDAY: &str = "2026-11-21T10:00:00+01:00";
const MONDAY: &str = "2026-11-23T10:00:00+01:00";
const AFTER_72H: &str = "2026-11-23T16:30:01+01:00";

/// The rule is among those that `loket process show doubt` lists, with words in both languages.
fn is_shown(rule: &str, words: [&str; 2]) {
    assert!(DOUBT.cited_rules().contains(rule), "{rule} is not cited");
    for (lang, word) in ["en", "nl"].into_iter().zip(words) {
        let texts = texts(lang);
        let text = &texts[&format!("rule.{rule}")];
        assert!(text.contains(word), "{lang} {rule}: {text}");
    }
}

fn maintained(isma: &str, role: &str) -> Sim {
    let mut sim = Sim::doubt(FRIDAY, isma, role).contacted(CONTACTED);
    assert!(sim.wait(AFTER_72H).contains(&"no_proof_in_time".to_owned()));
    assert_eq!(sim.case.state, "block_maintained");
    sim
}

/// GT-01: the date of the procedure is on record.
#[test]
fn gt_01_the_procedure_has_its_date() {
    is_shown("GT-01", ["2017", "2017"]);
}

/// GT-02: the reading of the date on which it took effect is on record.
#[test]
fn gt_02_the_date_of_effect_is_our_reading() {
    is_shown("GT-02", ["13 February 2018", "13 februari 2018"]);
}

/// GT-03: suppliers and service providers alike; no other role reads through the port.
#[test]
fn gt_03_binds_suppliers_and_service_providers() {
    is_shown("GT-03", ["P4", "P4"]);
    for role in ["supplier", "service_provider"] {
        assert!(Sim::doubt(FRIDAY, "no", role).is("party_role", role));
    }
    let installer = doubt_answers("no", "installer");
    let refused = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &installer).err();
    assert_eq!(refused.unwrap().field.as_deref(), Some("party_role"));
}

/// GT-04: a suspicion is enough: nothing has to be proven, not even the customer be known.
#[test]
fn gt_04_a_suspicion_opens_a_case() {
    is_shown("GT-04", ["suspicion", "vermoeden"]);
    let mut given = doubt_answers("no", "supplier");
    given.remove("customer_ref");
    let sim = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given).unwrap();
    assert_eq!(sim.case.state, "blocked_contact_due");
    assert!(sim.sent("block"));
}

/// GT-05: seven sources, and nothing but these.
#[test]
fn gt_05_takes_signals_from_all_sources_and_no_other() {
    assert_eq!(SOURCES.len(), 7);
    let mut given = doubt_answers("no", "supplier");
    for source in SOURCES {
        given.extend(answers(&[("source", source)]));
        let sim = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given).unwrap();
        assert!(sim.is("source", source));
    }
    given.extend(answers(&[("source", "neighbour")]));
    let refused = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given)
        .err()
        .unwrap();
    assert_eq!(
        (refused.key.as_str(), refused.field.as_deref()),
        ("not_a_choice", Some("source"))
    );
}

/// GT-06: signals are counted, the first and every further one.
#[test]
fn gt_06_counts_the_signals() {
    let mut sim = Sim::plain(FRIDAY);
    assert_eq!(sim.fact("signals"), Some(&Value::Number(1)));
    let further = answers(&[("source", "acm"), ("summary", "Again.")]);
    for expected in [2, 3] {
        sim.try_as(Actor::System, "further_signal", &further)
            .unwrap();
        assert_eq!(sim.fact("signals"), Some(&Value::Number(expected)));
        assert_eq!(sim.case.state, "blocked_contact_due");
        assert!(sim.is("source", "consuwijzer"), "the first source stays");
    }
}

/// GT-07: what came before is on record.
#[test]
fn gt_07_took_the_place_of_earlier_agreements() {
    is_shown("GT-07", ["earlier agreements", "eerdere afspraken"]);
}

/// GT-08: as short as possible: every state in which we must act runs a clock of ours.
#[test]
fn gt_08_no_live_case_lies_without_a_clock() {
    let contacted = Sim::plain(FRIDAY).contacted(CONTACTED);
    let assessing = contacted.clone().answered(SATURDAY);
    let mut unblock = assessing.clone();
    unblock.done("proof_accepted", &[]);
    for sim in [
        Sim::plain(FRIDAY),
        contacted,
        assessing,
        unblock,
        maintained("no", "supplier"),
    ] {
        let keys = [
            "contact_1wd",
            "response_72h",
            "assess_72h",
            "unblock_1wd",
            "close_5wd",
        ];
        let runs = sim.running();
        assert!(
            runs.iter().any(|run| keys.contains(&run.key.as_str())),
            "{}",
            sim.case.state
        );
    }
}

/// GT-09: directly or through an organisation, the same clocks run.
#[test]
fn gt_09_a_signal_through_an_organisation_is_a_signal() {
    let run = |source: &str| {
        let mut given = doubt_answers("no", "supplier");
        given.extend(answers(&[("source", source)]));
        let sim = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given).unwrap();
        (sim.case.clocks.clone(), sim.last.messages.clone())
    };
    for source in SOURCES {
        assert_eq!(run(source), run("customer_direct"));
    }
}

/// GT-10: one working day after receipt, until 24:00 local; Good Friday and Easter do not count.
#[test]
fn gt_10_contact_within_one_working_day_of_receipt() {
    let sim = Sim::plain("2026-04-02T11:00:00+02:00");
    assert_eq!(
        sim.clock("contact_1wd").due_at,
        at("2026-04-08T00:00:00+02:00")
    );
    let in_time = sim.clone().contacted("2026-04-07T23:59:59.999+02:00");
    assert_eq!(in_time.clock("contact_1wd").outcome, Some(Outcome::Met));
    let late = sim.contacted("2026-04-08T00:00:00+02:00");
    assert_eq!(late.clock("contact_1wd").outcome, Some(Outcome::MetLate));
    assert_eq!(
        late.clock("contact_1wd").breached_at,
        Some(at("2026-04-08T00:00:00+02:00"))
    );
}

/// GT-10: overdue is a fact that a late contact does not erase; the lead is told once.
#[test]
fn gt_10_overdue_is_recorded_and_stays() {
    let mut sim = Sim::plain(FRIDAY);
    sim.done("block_confirmed", &[]);
    assert_eq!(sim.wait("2026-11-24T00:00:00+01:00"), ["clock_passed"]);
    assert_eq!(sim.case.state, "blocked_contact_due");
    assert!(sim.sent("supervisor_alert"));
    assert!(sim.fire().is_empty(), "it is recorded once");
    let late = sim.contacted("2026-11-24T09:00:00+01:00");
    assert!(late.clock("contact_1wd").breached_at.is_some());
    assert_eq!(late.case.state, "awaiting_party");
}

/// GT-11: the block leaves with the intake itself, and 15 minutes of silence raise an alarm.
#[test]
fn gt_11_blocks_with_the_intake_and_watches_the_confirmation() {
    let mut sim = Sim::plain(FRIDAY);
    assert!(sim.sent("block"));
    assert!(sim.is("block", "requested"));
    assert_eq!(message::find("block").unwrap().to, Addressee::Port);
    assert!(
        sim.wait("2026-11-20T16:15:00+01:00").is_empty(),
        "15:00 exactly is in time"
    );
    assert_eq!(
        sim.wait("2026-11-20T16:15:00.001+01:00"),
        ["block_unconfirmed"]
    );
    assert!(sim.is("block", "alarm") && sim.sent("supervisor_alert"));
    sim.try_as(Actor::System, "block_confirmed", &Answers::new())
        .unwrap();
    assert!(sim.is("block", "confirmed"));
    assert_eq!(sim.clock("block_15m").outcome, Some(Outcome::MetLate));
    assert_eq!(sim.refused("block_confirmed", &[]).key, "block_not_asked");
}

/// GT-12: the command is about (EAN, party); what it covers is the port's setting, so it names both.
#[test]
fn gt_12_the_block_is_about_one_party_on_one_connection() {
    let sim = Sim::plain(FRIDAY);
    assert!(sim.is("ean", EAN) && sim.is("party_gln", PARTY));
    assert_eq!(DOUBT.opening.unique_by, ["ean", "party_gln"]);
    assert!(DOUBT.opening.rules.contains(&"GT-12"));
    is_shown("GT-12", ["extra mandate", "extra machtiging"]);
}

/// GT-13: exactly 72:00:00.000 counts as in time, one millisecond more does not (GT-24).
#[test]
fn gt_13_exactly_72_hours_is_in_time() {
    let sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    assert_eq!(
        sim.clock("response_72h").due_at,
        at("2026-11-23T16:30:00+01:00")
    );
    let mut exact = sim.clone();
    assert!(
        !exact
            .wait("2026-11-23T16:30:00.000+01:00")
            .contains(&"no_proof_in_time".to_owned())
    );
    let exact = exact.answered("2026-11-23T16:30:00.000+01:00");
    assert_eq!(exact.case.state, "assessing");

    let mut late = sim;
    late.now = at("2026-11-23T16:30:00.001+01:00");
    let mut given = PROOF.to_vec();
    given.push(("responded_at", "2026-11-23T16:30:00.001+01:00"));
    let refusal = late.refused("party_responded", &given);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("answer_late", "GT-24")
    );
    assert!(late.fire().contains(&"no_proof_in_time".to_owned()));
}

/// GT-13: elapsed hours, through both changes of the clock; counted from the logged contact.
#[test]
fn gt_13_hours_are_elapsed_hours_from_the_contact() {
    let spring = Sim::plain("2026-03-27T09:00:00+01:00").contacted("2026-03-27T16:00:00+01:00");
    assert_eq!(
        spring.clock("response_72h").due_at,
        at("2026-03-30T17:00:00+02:00")
    );
    let autumn = Sim::plain("2026-10-23T09:00:00+02:00").contacted("2026-10-23T16:00:00+02:00");
    assert_eq!(
        autumn.clock("response_72h").due_at,
        at("2026-10-26T15:00:00+01:00")
    );

    let mut logged_later = Sim::plain(FRIDAY);
    logged_later.now = at("2026-11-20T18:00:00+01:00");
    let mut given = CONTACT.to_vec();
    given.push(("contacted_at", CONTACTED));
    logged_later.done("contact_party", &given);
    assert_eq!(logged_later.clock("response_72h").started_at, at(CONTACTED));
}

/// GT-14: proof is asked for in the first contact, and comes with date, channel, key and text.
#[test]
fn gt_14_proof_is_asked_for_and_has_its_parts() {
    let sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    assert!(sim.sent("request_proof"));
    for part in ["mandate_date", "mandate_channel", "key_kind", "text_shown"] {
        let mut sim = sim.clone();
        sim.now = at(SATURDAY);
        let given: Vec<_> = PROOF
            .iter()
            .copied()
            .filter(|(key, _)| *key != part)
            .collect();
        let refusal = sim.refused("party_responded", &given);
        assert_eq!(
            (refusal.key.as_str(), refusal.field.as_deref()),
            ("field_missing", Some(part))
        );
    }
    let answered = sim.answered(SATURDAY);
    assert!(answered.is("key_kind", "customer_key") && answered.is("mandate_date", "2026-01-15"));
}

/// GT-14: without a request the party still hears of the signal.
#[test]
fn gt_14_a_contact_without_request_sends_the_notice_only() {
    let mut sim = Sim::plain(FRIDAY);
    sim.done(
        "contact_party",
        &[("channel", "phone"), ("contact", "7"), ("ask_proof", "no")],
    );
    assert!(sim.sent("signal_notice") && !sim.sent("request_proof"));
}

/// GT-15: iSMA and supplier: no answer or no plausible mandate sets the allocation back.
#[test]
fn gt_15_a_supplier_without_proof_goes_back_to_profile() {
    let silent = maintained("yes", "supplier");
    assert!(silent.is("allocation", "profile"));
    assert!(silent.events.iter().any(|event| {
        event.action == "no_proof_in_time" && event.change["messages"][0] == "allocation_profile"
    }));
    let mut rejected = Sim::doubt(FRIDAY, "yes", "supplier")
        .contacted(CONTACTED)
        .answered(SATURDAY);
    rejected.done(
        "proof_rejected",
        &[("reason", "The text shown is missing.")],
    );
    assert!(rejected.is("allocation", "profile") && rejected.sent("allocation_profile"));
    for (isma, role) in [("yes", "service_provider"), ("no", "supplier")] {
        let other = maintained(isma, role);
        assert!(!other.is("allocation", "profile"), "{isma} {role}");
    }
}

/// GT-15: the party answered in time and we have not judged: our delay resets nothing
/// (decision 12), and there is no time left to ask.
#[test]
fn gt_15_our_own_delay_resets_nothing() {
    let mut sim = Sim::doubt(FRIDAY, "yes", "supplier")
        .contacted(CONTACTED)
        .answered(SATURDAY);
    assert!(sim.wait(AFTER_72H).contains(&"own_delay".to_owned()));
    assert_eq!(sim.case.state, "assessing");
    assert!(sim.is("own_delay", "yes") && sim.is("allocation", "isma_zero"));
    assert_eq!(
        sim.clock("response_72h").outcome,
        Some(Outcome::Met),
        "the party was in time"
    );
    assert_eq!(sim.clock("response_72h").breached_at, None);
    assert_eq!(
        sim.clock("assess_72h").status(sim.now),
        ClockStatus::Breached
    );
    assert_eq!(
        sim.refused("ask_more", &[("question", "The text?")]).key,
        "no_time_left"
    );
    sim.done("proof_accepted", &[]);
    assert!(sim.is("allocation", "isma"));
}

/// GT-15: a further question does not move the end, and silence after it counts as no proof.
#[test]
fn gt_15_asking_more_keeps_the_end() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    let due = sim.clock("response_72h").due_at;
    sim.done("ask_more", &[("question", "Which text was shown?")]);
    assert_eq!(
        (sim.case.state.as_str(), sim.clock("response_72h").due_at),
        ("awaiting_party", due)
    );
    assert!(sim.sent("ask_more") && !sim.started("response_72h"));
    assert!(sim.wait(AFTER_72H).contains(&"no_proof_in_time".to_owned()));
    assert_eq!(sim.clock("response_72h").outcome, Some(Outcome::Lapsed));
}

/// GT-16: zero values from the block until the decision.
#[test]
fn gt_16_zero_values_until_decided() {
    let sim = Sim::doubt(FRIDAY, "yes", "supplier");
    assert!(sim.is("allocation", "isma_zero") && sim.sent("allocation_zero"));
    let mut sim = sim.contacted(CONTACTED).answered(SATURDAY);
    assert!(sim.is("allocation", "isma_zero"));
    sim.done("proof_accepted", &[]);
    assert!(sim.is("allocation", "isma") && sim.sent("allocation_isma"));
    let without = Sim::plain(FRIDAY);
    assert!(without.fact("allocation").is_none() && !without.sent("allocation_zero"));
}

/// GT-19: in every state of both processes, closed ones too, as often as wished.
#[test]
fn gt_19_acm_may_be_informed_in_every_state() {
    let of_mandates = ALL.iter().filter(|process| process.queue == DOUBT.queue);
    for process in of_mandates {
        for state in process.states {
            let mut sim = Sim::plain(FRIDAY);
            process.key.clone_into(&mut sim.case.process);
            state.key.clone_into(&mut sim.case.state);
            for _ in 0..2 {
                sim.done("inform_acm", &[]);
                assert!(sim.sent("acm_notice") && sim.is("acm_informed", "yes"));
                assert_eq!(sim.case.state, state.key);
            }
        }
    }
}

/// GT-20: from every state in which a block stands, back by the way of rule 8; a running unblock
/// clock is kept (decision 13), iSMA comes back.
#[test]
fn gt_20_a_wrong_block_is_undone_from_every_state() {
    let due = Sim::doubt(FRIDAY, "yes", "supplier");
    let contacted = due.clone().contacted(CONTACTED);
    let assessing = contacted.clone().answered(SATURDAY);
    let mut unblock = assessing.clone();
    unblock.done("proof_accepted", &[]);
    for mut sim in [
        due,
        contacted,
        assessing,
        unblock,
        maintained("yes", "supplier"),
    ] {
        let had = sim
            .has_clock("unblock_1wd")
            .then(|| sim.clock("unblock_1wd").clone());
        sim.later(TimeDelta::hours(1));
        sim.done("wrongly_blocked", &[("wrong_reason", "own_error")]);
        assert_eq!(sim.case.state, "unblock_due");
        assert!(sim.is("allocation", "isma") && sim.is("block", "lift_requested"));
        assert!(had.is_none_or(|run| run == *sim.clock("unblock_1wd")));
        let sent = sim
            .events
            .iter()
            .flat_map(|event| event.change["messages"].as_array().unwrap());
        assert_eq!(sent.filter(|kind| *kind == "lift_block").count(), 1);
        sim.done("unblocked", &[]);
        assert_eq!(sim.case.state, "closed_wrongly_blocked");
        assert!(sim.running().is_empty());
    }
}

/// GT-21: one working day from the acceptance, not from the proof; late lifting is a breach.
#[test]
fn gt_21_lifts_within_one_working_day_of_acceptance() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    sim.now = at(MONDAY);
    sim.done("proof_accepted", &[]);
    assert!(sim.sent("lift_block"));
    assert_eq!(
        sim.clock("unblock_1wd").due_at,
        at("2026-11-25T00:00:00+01:00")
    );
    let mut in_time = sim.clone();
    in_time.now = at("2026-11-24T23:59:59+01:00");
    in_time.done("unblocked", &[]);
    assert_eq!(in_time.case.state, "closed_mandate_ok");
    assert_eq!(in_time.clock("unblock_1wd").outcome, Some(Outcome::Met));
    assert_eq!(sim.wait("2026-11-23T10:15:01+01:00"), ["lift_unconfirmed"]);
    assert!(sim.is("block", "lift_alarm"));
    assert_eq!(sim.wait("2026-11-25T00:00:00+01:00"), ["clock_passed"]);
    assert!(sim.clock("unblock_1wd").breached_at.is_some());
}

/// GT-22: our copy of the authorisation goes with the lifting, in both ways of lifting, never
/// otherwise.
#[test]
fn gt_22_destroys_the_copy_of_the_authorisation() {
    let mut proven = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    proven.done("proof_accepted", &[]);
    assert!(
        proven.last.destroy.is_empty(),
        "not before the block is lifted"
    );
    let mut wrong = Sim::plain(FRIDAY);
    wrong.done("wrongly_blocked", &[("wrong_reason", "wrong_party")]);
    for mut sim in [proven, wrong] {
        sim.done("unblocked", &[]);
        assert_eq!(sim.last.destroy, ["authorisation"]);
    }
    let mut kept = maintained("no", "supplier");
    kept.done("late_proof", &[]);
    assert!(kept.last.destroy.is_empty());
}

/// GT-23: a retroactive request finds data for ten days only, so seven days blocked are told; that
/// is a reminder and nobody's breach.
#[test]
fn gt_23_warns_after_seven_days_blocked() {
    let mut sim = Sim::plain(FRIDAY);
    assert!(
        !sim.wait("2026-11-27T16:00:00+01:00")
            .contains(&"retention_warning".to_owned())
    );
    assert!(
        sim.wait("2026-11-27T16:00:01+01:00")
            .contains(&"retention_warning".to_owned())
    );
    assert!(sim.is("retention", "warned"));
    assert_eq!(sim.case.state, "blocked_contact_due");
    // the lead is told, at that moment and once: after the 72 hours only we can still lift it
    let later = sim.wait("2026-12-20T16:00:01+01:00");
    assert!(!later.contains(&"retention_warning".to_owned()));
    let warnings = sim.events.iter();
    let warnings = warnings.filter(|event| event.action == "retention_warning");
    let sent: Vec<_> = warnings.map(|event| &event.change["messages"]).collect();
    assert_eq!(sent, [&serde_json::json!(["supervisor_alert"])]);
    let run = sim.clock("retention_7d");
    assert_eq!(
        (run.outcome, run.breached_at),
        (Some(Outcome::Lapsed), None)
    );
    assert_eq!(message::find("lift_block").unwrap().rule, "GT-23");
}

/// GT-24: proof after the 72 hours lifts nothing; the party starts anew. Within them it is not late.
#[test]
fn gt_24_late_proof_means_starting_anew() {
    let mut sim = maintained("no", "supplier");
    sim.done("late_proof", &[]);
    assert_eq!(sim.case.state, "closed_restart_required");
    assert!(sim.sent("restart_required") && !sim.sent("lift_block"));
    assert!(sim.running().is_empty());
    assert!(!sim.is("block", "lifted"));

    let mut rejected = Sim::plain(FRIDAY).contacted(CONTACTED).answered(SATURDAY);
    rejected.done("proof_rejected", &[("reason", "Not legible.")]);
    rejected.now = at(MONDAY);
    let refusal = rejected.refused("late_proof", &[("proof_at", MONDAY)]);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("proof_not_late", "GT-24")
    );
    rejected.now = at(AFTER_72H);
    rejected.done("late_proof", &[("proof_at", AFTER_72H)]);
}

/// GT-26: what goes to a party goes to its contacts of that group, not to anything typed.
#[test]
fn gt_26_messages_to_a_party_go_to_its_contact_group() {
    is_shown("GT-26", ["group", "groep"]);
    for kind in [
        "request_proof",
        "ask_more",
        "proof_rejected",
        "no_proof",
        "restart_required",
    ] {
        assert_eq!(message::find(kind).unwrap().to, Addressee::Party, "{kind}");
    }
}

/// GT-27: with nobody in the group it must be said who was reached, and that is a fact of the case.
#[test]
fn gt_27_an_empty_contact_group_must_be_answered_for() {
    let mut sim = Sim::plain(FRIDAY);
    let refusal = sim.refused(
        "contact_party",
        &[("channel", "phone"), ("ask_proof", "yes")],
    );
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("one_of_two", "GT-27")
    );
    let mut known = sim.clone();
    known.done("contact_party", CONTACT);
    assert!(known.fact("contact_group_empty").is_none());
    let reached = [
        ("channel", "phone"),
        ("ask_proof", "yes"),
        ("contact_other", "Desk of the party"),
    ];
    sim.done("contact_party", &reached);
    assert!(sim.is("contact_group_empty", "yes"));
    assert_eq!(sim.last.texts[0].field, "contact_other");
}

/// GT-28: the procedure works with and without iSMA; the question is always asked.
#[test]
fn gt_28_every_signal_says_whether_it_is_about_isma() {
    is_shown("GT-28", ["quarter-hour", "kwartierwaarden"]);
    let mut given = doubt_answers("no", "supplier");
    given.remove("concerns_isma");
    let refused = Sim::try_open(&DOUBT, at(FRIDAY), at(FRIDAY), &given)
        .err()
        .unwrap();
    assert_eq!(refused.field.as_deref(), Some("concerns_isma"));
}

/// GT-29: the word of the trade names the process.
#[test]
fn gt_29_the_process_has_the_name_of_the_trade() {
    is_shown("GT-29", ["mandate", "machtiging"]);
    assert_eq!(texts("nl")["process.doubt"], "Gerede twijfel");
}

/// GT-30: clarity for everybody: nobody is left without the outcome.
#[test]
fn gt_30_customer_party_and_source_hear_the_outcome() {
    let mut lifted = Sim::plain(FRIDAY);
    lifted.done("wrongly_blocked", &[("wrong_reason", "customer_withdrew")]);
    lifted.done("unblocked", &[]);
    for kind in ["unblocked_party", "unblocked_source", "unblocked_customer"] {
        assert!(lifted.sent(kind), "{kind}");
    }
    let told = [
        ("customer_informed", "yes"),
        ("party_informed", "yes"),
        ("data_breach_seen", "no"),
    ];
    for (untold, key) in [(0, "customer_not_informed"), (1, "party_not_informed")] {
        let mut given = told;
        given[untold].1 = "no";
        assert_eq!(
            maintained("no", "supplier").refused("close", &given).key,
            key
        );
    }
    let mut kept = maintained("no", "supplier");
    kept.done("close", &told);
    assert_eq!(kept.case.state, "closed_unlawful");
    assert!(kept.sent("closed_party") && kept.sent("closed_customer"));
    assert!(kept.is("counts_as_signal", "yes"));
}

/// GT-31: the one difference of the annex is on record, and we keep the stricter reading.
#[test]
fn gt_31_the_annex_differs_in_one_rule() {
    is_shown("GT-31", ["annex", "bijlage"]);
    let line = DOUBT
        .actions
        .iter()
        .find(|line| line.key == "unblocked")
        .unwrap();
    assert!(line.rules.contains(&"GT-22"));
}

/// GT-32: outside iSMA the block simply stays; the case goes on to be closed.
#[test]
fn gt_32_without_isma_the_block_simply_stays() {
    let sim = maintained("no", "supplier");
    assert!(sim.is("block", "alarm"), "nobody lifted it");
    assert!(sim.has_clock("close_5wd") && sim.fact("allocation").is_none());
    let lapse = sim
        .events
        .iter()
        .find(|event| event.action == "no_proof_in_time")
        .unwrap();
    assert_eq!(lapse.change["messages"], serde_json::json!(["no_proof"]));
}

/// GT-33: nothing else lapsed.
#[test]
fn gt_33_no_other_procedure_lapsed() {
    is_shown("GT-33", ["No other", "geen andere"]);
}

/// META-01: our own wording, said in both languages.
#[test]
fn meta_01_own_words() {
    is_shown("META-01", ["own words", "eigen woorden"]);
}

/// META-02: both processes stand in the queue of mandates.
#[test]
fn meta_02_mandates_are_a_family_of_their_own() {
    is_shown("META-02", ["three families", "drie families"]);
    for process in [&DOUBT, &PARTY_REPORT] {
        assert_eq!(process.queue.key(), "mandate");
    }
}

/// META-03: free text never stands in answers or facts, only a number and a hash of it do.
#[test]
fn meta_03_events_hold_no_free_text() {
    let secret = "Mevrouw Jansen, 06-12345678";
    let mut sim = Sim::plain(FRIDAY);
    sim.done("add_note", &[("note", secret)]);
    assert_eq!(sim.last.texts[0].body, secret);
    let mut stored = sim.last.clone();
    stored.texts.clear();
    assert!(!serde_json::to_string(&stored).unwrap().contains("Jansen"));
    assert!(matches!(sim.last.answers["note"], Value::Text(_)));
}

/// META-04: the flag can be raised in every state and is never lowered, not by closing either.
#[test]
fn meta_04_a_data_breach_stays_flagged() {
    for state in DOUBT.states {
        let mut sim = Sim::plain(FRIDAY);
        state.key.clone_into(&mut sim.case.state);
        sim.done(
            "flag_data_breach",
            &[("reason", "Readings went to a neighbour.")],
        );
        assert!(sim.is("data_breach", "yes") && sim.sent("supervisor_alert"));
    }
    let mut sim = maintained("no", "supplier");
    sim.done(
        "flag_data_breach",
        &[("reason", "Readings went to a neighbour.")],
    );
    let told = [
        ("customer_informed", "yes"),
        ("party_informed", "yes"),
        ("data_breach_seen", "no"),
    ];
    sim.done("close", &told);
    assert!(sim.is("data_breach", "yes"));
    let mut seen = maintained("no", "supplier");
    let told = [
        ("customer_informed", "yes"),
        ("party_informed", "yes"),
        ("data_breach_seen", "yes"),
    ];
    seen.done("close", &told);
    assert!(seen.is("data_breach", "yes"));
}

/// META-05: without proof of permission nobody gets the block lifted.
#[test]
fn meta_05_no_data_without_permission() {
    let mut sim = Sim::plain(FRIDAY).contacted(CONTACTED);
    sim.now = at(SATURDAY);
    let bare = [
        ("findings", "We are sure."),
        ("proof_given", "no"),
        ("responded_at", SATURDAY),
    ];
    sim.done("party_responded", &bare);
    let refusal = sim.refused("proof_accepted", &[]);
    assert_eq!(
        (refusal.key.as_str(), refusal.rule.as_str()),
        ("no_proof_given", "META-05")
    );
    let listed = listed(&sim.case, &context(sim.now, Actor::Agent, 9));
    let line = listed
        .iter()
        .find(|line| line.action.key == "proof_accepted")
        .unwrap();
    assert_eq!(
        line.refusal.as_ref(),
        Some(&refusal),
        "the list says it before it is tried"
    );
}
