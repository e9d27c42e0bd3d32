//! A request for a meter at the desk of tests: at whatever step, with meters at its address and start
//! times in its week.

use chrono::TimeDelta;
use loket::desk::effect::{Loaded, Question, Reply};
use loket::desk::request::found::AtAddress;
use loket::desk::{Effect, Msg};
use loket::process::engine::{Actor, Answer, Answers};
use loket::process::field::Value;
use loket::process::prio::PRIO;
use loket::store::StoreError;
use loket::store::rows::*;
use uuid::Uuid;

use super::desk::{Script, loaded};
use super::found::week;
use crate::process_world::{EAN, Sim, answers};

/// The case that is held at the start.
pub(crate) const CASE: CaseId = CaseId(2);

/// A request that grows step by step, with all texts that were said.
pub(crate) struct Request {
    pub(crate) sim: Sim,
    pub(crate) texts: std::collections::BTreeMap<Uuid, String>,
}

impl Request {
    /// Opened by an agent a while ago.
    pub(crate) fn opened() -> Self {
        let now = super::desk::now() - TimeDelta::minutes(5);
        let given = answers(&[("customer_ref", "NL0000012")]);
        let sim = Sim::try_open_as(Actor::Agent, &PRIO, (now, now), &given).unwrap();
        let mut request = Self {
            sim,
            texts: std::collections::BTreeMap::new(),
        };
        request.keep();
        request
    }

    /// … by the customer alone, as far as that.
    pub(crate) fn brought(step: &str, more: &[(&str, &str)]) -> Self {
        let now = super::desk::now() - TimeDelta::minutes(5);
        let mut given = answers(&[("customer_ref", "NL0000012"), ("step", step)]);
        given.extend(answers(more));
        let sim = Sim::try_open(&PRIO, now, now, &given).unwrap();
        let mut request = Self {
            sim,
            texts: std::collections::BTreeMap::new(),
        };
        request.keep();
        request
    }

    fn keep(&mut self) {
        let texts = self.sim.last.texts.iter();
        self.texts
            .extend(texts.map(|text| (text.id, text.body.clone())));
    }

    /// A step.
    pub(crate) fn step(mut self, actor: Actor, action: &str, given: &[(&str, &str)]) -> Self {
        self.try_step(actor, action, &answers(given));
        self
    }

    fn try_step(&mut self, actor: Actor, action: &str, given: &Answers) {
        let done = self.sim.try_as(actor, action, given);
        done.unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
        self.keep();
    }

    /// The address is typed.
    pub(crate) fn to_address() -> Self {
        let details = [
            ("details_right", "yes"),
            ("contact_postcode", "5226hp"),
            ("contact_house_number", "106"),
        ];
        Self::opened().step(Actor::Agent, "contact_validated", &details)
    }

    /// The meter is to be chosen.
    pub(crate) fn to_meter() -> Self {
        let address = [
            ("postcode", "5226HP"),
            ("house_number", "106"),
            ("meters_found", "yes"),
        ];
        Self::to_address().step(Actor::Agent, "location_searched", &address)
    }

    /// The flavour is to be chosen.
    pub(crate) fn to_flavour() -> Self {
        Self::checked("ok")
    }

    /// The check has that outcome.
    pub(crate) fn checked(outcome: &str) -> Self {
        let meter = [
            ("ean", EAN),
            ("meter_no", "E0012345"),
            ("lives_there", "yes"),
        ];
        let mut given = vec![("check_outcome", outcome), ("check_source", "register")];
        if outcome == "in_gsa_planning" {
            given.push(("gsa_order", "GSA-77"));
        }
        Self::to_meter()
            .step(Actor::Agent, "meter_chosen", &meter)
            .step(Actor::System, "check_result", &given)
    }

    /// The time is to be chosen.
    pub(crate) fn to_time() -> Self {
        Self::to_flavour().step(Actor::Agent, "flavour_chosen", &[("flavour", "smart_on")])
    }

    /// The customer is to pay.
    pub(crate) fn to_payment() -> Self {
        let mut request = Self::to_time();
        let mut given = answers(&[("contact_note", "Tuesday suits.")]);
        let start = week("2026-11-23".parse().unwrap()).slots[0].starts_at;
        given.insert("slot".to_owned(), Answer::Value(Value::Number(1)));
        given.insert(
            "slot_start".to_owned(),
            Answer::Value(Value::instant(start)),
        );
        request.try_step(Actor::Agent, "slot_chosen", &given);
        let made = [("payment_id", "pay-1"), ("amount", "EUR 72.60")];
        request.step(Actor::System, "payment_created", &made)
    }

    /// Paid, the order is on its way.
    pub(crate) fn to_visit() -> Self {
        let paid = [("payment_id", "pay-1"), ("paid_amount", "EUR 72.60")];
        Self::to_payment().step(Actor::System, "payment_paid", &paid)
    }

    /// The case as it is read.
    pub(crate) fn loaded(&self) -> Loaded {
        let mut read = loaded(CASE);
        let detail = &mut read.detail;
        detail.row.process = "prio".into();
        detail.row.case_no = "PR-2026-000012".into();
        detail.row.state.clone_from(&self.sim.case.state);
        detail.row.subject = "R. Langevoort".into();
        detail.row.version = 9;
        detail.facts = self.sim.case.clone();
        detail.texts.clone_from(&self.texts);
        detail.party = None;
        detail.handover = None;
        detail.messages.clear();
        detail.related.clear();
        if let Some(customer) = &mut detail.customer {
            customer.customer_ref = "NL0000012".into();
        }
        read.timeline.clear();
        read
    }

    /// The desk with that case in the detail, held by us.
    pub(crate) fn at_desk(&self, columns: u16, rows: u16) -> Script {
        desk(&self.loaded(), columns, rows)
    }
}

/// The desk with that case in the detail, held by us.
pub(crate) fn desk(loaded: &Loaded, columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.keys("j");
    script.rest();
    answer(&mut script, loaded);
    script.keys("tab");
    answer(&mut script, loaded);
    script
}

/// Answer with that case until nothing is asked any more.
pub(crate) fn answer(script: &mut Script, loaded: &Loaded) {
    for _ in 0..20 {
        let effects = script.take();
        if effects.is_empty() {
            return;
        }
        for effect in effects {
            match effect {
                Effect::Ask(ticket, Question::Detail(CASE)) => {
                    script.reply(ticket, Reply::Detail(Ok(Box::new(loaded.clone()))));
                }
                other => script.answer(other),
            }
        }
    }
    panic!("the desk never stops asking");
}

/// The list of actions, the action with that name, and what its form looks up.
pub(crate) fn act(script: &mut Script, loaded: &Loaded, name: &str) {
    script.keys("enter");
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains(name));
    let line = line.unwrap_or_else(|| panic!("no {name}:\n{screen}"));
    let number = line.split_whitespace().next().unwrap();
    script.keys(number);
    look_up(script, loaded);
}

/// What the form on top looks up is asked and answered.
pub(crate) fn look_up(script: &mut Script, loaded: &Loaded) {
    for _ in 0..3 {
        script.send(Msg::Wake);
        answer(script, loaded);
    }
}

/// … and what it looks up is not answered yet.
pub(crate) fn act_unanswered(script: &mut Script, name: &str) {
    script.keys("enter");
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains(name)).unwrap();
    script.keys(line.split_whitespace().next().unwrap());
    script.send(Msg::Wake);
}

/// The question after meters is answered so.
pub(crate) fn meters(script: &mut Script, answered: Result<AtAddress, StoreError>) {
    let mut effects = script.take().into_iter().rev();
    // what was asked before is void
    let asked = effects.find_map(|effect| match effect {
        Effect::Ask(ticket, Question::Meters(_)) => Some(ticket),
        _ => None,
    });
    let ticket = asked.unwrap();
    script.reply(ticket, Reply::Meters(answered.map(Box::new)));
}
