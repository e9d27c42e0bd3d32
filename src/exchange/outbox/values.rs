//! What a letter can say: the values of its variables, from facts, clocks and registers.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::letters::{Values, local};
use super::settings::Settings;
use crate::domain::clock::ClockRun;
use crate::domain::country::Country;
use crate::domain::kbo::Kbo;
use crate::domain::meter_number::MeterNumber;
use crate::domain::retention;
use crate::process::contract;
use crate::process::engine::Facts;
use crate::process::field::Value;
use crate::store::payments::Payment;
use crate::store::rows::{ConnectionCard, CustomerCard, HeldSlot, PartyCard};
use crate::store::wash::HeldRow;
use crate::text::{Texts, format};

/// All that is known of a case when one of its messages leaves.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// Case number.
    pub case_no: &'a str,
    /// Process key.
    pub process: &'a str,
    /// Number of the message; rises within a case.
    pub number: i64,
    /// Whose calendar and time zone count.
    pub country: Country,
    /// Receipt of the case.
    pub received_at: DateTime<Utc>,
    /// When the case was opened here.
    pub opened_at: DateTime<Utc>,
    /// Legal instant of the step that wrote the message.
    pub legal_at: DateTime<Utc>,
    /// Facts right after that step.
    pub facts: &'a Facts,
    /// Answers of that step.
    pub answers: &'a Facts,
    /// That step: its action.
    pub action: &'a str,
    /// All runs of all clocks.
    pub clocks: &'a [ClockRun],
    /// The party.
    pub party: Option<&'a PartyCard>,
    /// Its country.
    pub party_country: Option<Country>,
    /// The customer.
    pub customer: Option<&'a CustomerCard>,
    /// Who holds the metering point of a case of the data wash now.
    pub holder: Option<&'a HeldRow>,
    /// The connection.
    pub connection: Option<&'a ConnectionCard>,
    /// Free texts that are not erased.
    pub texts: &'a BTreeMap<Uuid, String>,
    /// Somebody of the case is protected, its customer or another.
    pub hidden: bool,
    /// The start time that the case holds.
    pub slot: Option<&'a HeldSlot>,
    /// The payment that may still be paid, else the last one.
    pub payment: Option<&'a Payment>,
    /// The signals that are frozen behind a proposal: number of the case, receipt.
    pub signals: &'a [(String, DateTime<Utc>)],
    /// The building of the connection in the register of addresses, where somebody knows it.
    pub bag_id: Option<&'a str>,
}

/// The steps that tell the supervisor, and why: a text below `letter.alert`.
const ALERTS: &[(&str, &str)] = &[
    ("flag_data_breach", "data_breach"),
    ("close", "data_breach"),
    ("block_unconfirmed", "alarm"),
    ("lift_unconfirmed", "lift_alarm"),
    ("own_delay", "own_delay"),
    ("retention_warning", "retention"),
    ("work_not_done", "not_done"),
    ("delivery_failed", "undelivered"),
    ("check_failed", "check"),
    ("payment_mismatch", "mismatch"),
    ("payment_stray", "stray"),
    ("refund_failed", "refund"),
    ("gsa_done", "placed_late"),
    ("check_result", "fee_kept"),
    ("choose_wait_free", "fee_kept"),
    ("inactivity_over", "fee_kept"),
    ("service_differs", "service"),
    ("evidence_missed", "evidence"),
    ("no_answer", "no_answer"),
];

impl Story<'_> {
    /// A key or code among the facts.
    pub fn word(&self, name: &str) -> Option<&str> {
        self.facts
            .get(name)
            .and_then(Value::as_code)
            .filter(|word| !word.is_empty())
    }

    /// The number of the meter as the register writes it, where it is known there: the case keeps it in
    /// the signs that an event may hold (PRIO-21).
    pub fn meter_no(&self) -> Option<&str> {
        let kept = self.word("meter_no")?;
        let number = MeterNumber::parse(kept).ok()?;
        let at = self
            .connection
            .filter(|at| self.word("ean") == Some(&at.ean));
        let meters = at.map_or(&[][..], |at| &at.meters).iter();
        let numbers = meters.map(|meter| meter.meter_number.as_str());
        let same: Vec<&str> = numbers.filter(|known| number.is_same(known)).collect();
        match same.as_slice() {
            [one] => Some(one),
            _ => Some(kept),
        }
    }

    /// The party's role: as it was when the case was opened, else as registered.
    pub fn role(&self) -> &str {
        let registered = self.party.map(|party| party.role.as_str());
        self.word("party_role").or(registered).unwrap_or_default()
    }

    /// Since when the present block holds: the last time it was asked for before this message.
    pub fn blocked_at(&self) -> DateTime<Utc> {
        self.run("block_15m")
            .map_or(self.opened_at, |run| run.started_at)
    }

    /// The language of the party's country.
    pub fn party_language(&self) -> &'static str {
        match self.party_country.unwrap_or(self.country) {
            Country::Nl | Country::Be => "nl",
            Country::No => "nb",
            Country::Se => "sv",
        }
    }

    /// The last run of a clock that had begun when the message was written.
    fn run(&self, clock: &str) -> Option<&ClockRun> {
        let runs = self.clocks.iter().filter(|run| run.key == clock);
        runs.filter(|run| run.started_at <= self.legal_at)
            .max_by_key(|run| run.run)
    }

    /// A free text among the answers of the step, if it is still there.
    pub fn free(&self, name: &str) -> Option<&str> {
        match self.answers.get(name) {
            Some(Value::Text(text)) => self.texts.get(&text.text).map(String::as_str),
            _ => None,
        }
    }

    /// The values of all variables that this case has.
    pub fn values(&self, texts: &Texts, settings: &Settings) -> Values {
        let mut values = Values::new();
        self.names(&mut values, texts, settings);
        self.instants(&mut values, texts);
        self.visit(&mut values, texts);
        self.outcome(&mut values, texts);
        self.fee(&mut values, texts);
        self.isma(&mut values, texts);
        self.shared(&mut values, texts);
        values
    }

    fn names(&self, values: &mut Values, texts: &Texts, settings: &Settings) {
        let unknown = || texts.get("letter.unknown").to_owned();
        let word = |name: &str| self.word(name).map_or_else(unknown, str::to_owned);
        let party = self.party.map_or_else(unknown, |party| party.name.clone());
        values.insert("case", self.case_no.to_owned());
        values.insert("ean", word("ean"));
        values.insert("gsa_order", word("gsa_order"));
        values.insert("party", party);
        values.insert("party_gln", word("party_gln"));
        values.insert("operator", self.operator(settings));
        values.insert("contacts", self.greeting(texts));
        let signal = self
            .word("signal_type")
            .map(|key| format!("choice.signal_type.{key}"));
        values.insert(
            "signal_type",
            signal.map_or_else(unknown, |key| texts.get(&key).to_owned()),
        );
        values.insert("signals", self.count("signals"));
        values.insert("about", self.about(texts));
    }

    /// Who writes: whose grid it is, and where it is another company's we ourselves (PRIO-27, TLM-17).
    fn operator(&self, settings: &Settings) -> String {
        let is = |name: &str, word: &str| self.facts.get(name).is_some_and(|v| v.is(word));
        let is_other = is("check_outcome", "not_our_grid") || is("grid_ours", "no");
        let ours = self.connection.filter(|_| !is_other);
        let ours = ours.map(|connection| &connection.grid_operator);
        ours.unwrap_or(&settings.operator).clone()
    }

    /// What a case is about, for those who work here: what is known of it, and nothing of what it has not.
    fn about(&self, texts: &Texts) -> String {
        let point = self.word("ean");
        let point = point.map(|ean| texts.fill("letter.about_point", &[("ean", ean)]));
        let party = self.party.map(|party| party.name.clone());
        let known: Vec<String> = point.into_iter().chain(party).collect();
        if known.is_empty() {
            return String::new();
        }
        format!(" ({})", known.join(", "))
    }

    /// Contracts of providers, mandates, and what was counted about a party.
    fn shared(&self, values: &mut Values, texts: &Texts) {
        let unknown = texts.get("letter.unknown");
        let zone = self.country.zone();
        for name in ["company_number", "contract_number"] {
            values.insert(name, self.word(name).unwrap_or(unknown).to_owned());
        }
        let company = self
            .word("company_number")
            .and_then(|number| Kbo::parse(number).ok());
        if let Some(company) = company {
            values.insert("step_plan", contract::step_plan(&company));
        }
        for (name, clock) in [
            ("valid_until", "validity_3y"),
            ("evidence_due", "evidence_14d"),
            ("review_at", "review"),
        ] {
            if let Some(run) = self.run(clock) {
                values.insert(name, local(run.due_at, zone, texts));
            }
        }
        let evidence = self.evidence(texts);
        let none = if evidence.is_empty() { unknown } else { "" };
        values.insert("evidence", none.to_owned() + &evidence.join(", "));
    }

    /// Every signal behind a proposal, with its day; of one from before they were frozen its cases.
    fn evidence(&self, texts: &Texts) -> Vec<String> {
        let zone = self.country.zone();
        let day = |at: &DateTime<Utc>| format::date(texts, at.with_timezone(&zone).date_naive());
        let frozen = self.signals.iter();
        let frozen: Vec<_> = frozen
            .map(|(no, at)| format!("{no} ({})", day(at)))
            .collect();
        let named = self.facts.get("evidence").map_or(&[][..], Value::all);
        let named = named.iter().filter_map(Value::as_code);
        if frozen.is_empty() {
            named.map(str::to_owned).collect()
        } else {
            frozen
        }
    }

    fn greeting(&self, texts: &Texts) -> String {
        let contacts = self
            .party
            .map(|party| party.contacts.as_slice())
            .unwrap_or_default();
        let names: Vec<&str> = contacts
            .iter()
            .map(|contact| contact.name.as_str())
            .collect();
        match names.as_slice() {
            [] => texts.get("letter.greeting_group").to_owned(),
            names => names.join(", "),
        }
    }

    fn count(&self, name: &str) -> String {
        match self.facts.get(name) {
            Some(Value::Number(count)) => count.to_string(),
            _ => "1".to_owned(),
        }
    }

    fn instants(&self, values: &mut Values, texts: &Texts) {
        let zone = self.country.zone();
        values.insert("received_at", local(self.received_at, zone, texts));
        values.insert("blocked_at", local(self.blocked_at(), zone, texts));
        let kept = retention::kept(self.blocked_at(), self.legal_at);
        values.insert("kept_intervals", local(kept.intervals, zone, texts));
        values.insert("kept_days", local(kept.days, zone, texts));
        values.insert("kept_months", local(kept.months, zone, texts));
        if let Some(run) = self.run("response_72h") {
            values.insert("response_due", local(run.due_at, zone, texts));
        }
    }

    /// The visit, and where to pay for it: only as long as it can be paid, so that nobody is sent to
    /// a page that takes no money.
    fn visit(&self, values: &mut Values, texts: &Texts) {
        let zone = self.country.zone();
        if let Some(start) = self.slot_start() {
            values.insert("slot_start", local(start, zone, texts));
        }
        let live = self.payment.filter(|payment| payment.status.is_live());
        if let Some(link) = live.and_then(|payment| payment.checkout_url.clone()) {
            values.insert("payment_url", link);
        }
        if let Some(until) = live.and_then(|payment| payment.expires_at) {
            values.insert("payment_until", local(until, zone, texts));
        }
    }

    /// When the visit begins, as the step that wrote the message knew it.
    pub fn slot_start(&self) -> Option<DateTime<Utc>> {
        let known = self.facts.get("slot_start").and_then(Value::as_instant);
        known.or(self.slot.map(|slot| slot.starts_at))
    }

    fn outcome(&self, values: &mut Values, texts: &Texts) {
        let unknown = texts.get("letter.unknown");
        for name in ["question", "reason", "note"] {
            values.insert(name, self.free(name).unwrap_or(unknown).to_owned());
        }
        let reason = self.word("unblock_reason").unwrap_or("none");
        // without a reason on record there is nothing to say
        let why = |group: &str| {
            texts
                .find(&format!("letter.{group}.{reason}"))
                .unwrap_or("")
                .to_owned()
        };
        let party = values.get("party").cloned().unwrap_or_default();
        values.insert("why_lifted", why("why"));
        values.insert("why_lifted_source", why("why_other"));
        values.insert(
            "why_lifted_customer",
            why("why_customer").replace("{party}", &party),
        );
        let block = self.word("block").unwrap_or("requested");
        values.insert(
            "block",
            texts.get(&format!("letter.block.{block}")).to_owned(),
        );
        let lost_from = retention::lost_from(self.blocked_at());
        let lost_from = local(lost_from, self.country.zone(), texts);
        let alert = format!("letter.alert.{}", self.alert());
        values.insert("alert", texts.fill(&alert, &[("lost_from", &lost_from)]));
    }

    /// Why the supervisor is told: by the step that sends the alert. What the facts say may be of an
    /// earlier one. Without a reason of its own a deadline has passed.
    fn alert(&self) -> &'static str {
        let own = ALERTS.iter().find(|(step, _)| *step == self.action);
        own.map_or("clock", |(_, why)| why)
    }

    /// Money that goes back is spoken of where it does, and nowhere else (PRIO-31).
    fn fee(&self, values: &mut Values, texts: &Texts) {
        let is_back = self.word("payment") == Some("refunding");
        let back = if is_back {
            texts.get("letter.fee.back")
        } else {
            ""
        };
        values.insert("fee_back", back.to_owned());
    }

    /// Sentences about the allocation, empty for connections that it does not concern (GT-15, 16).
    fn isma(&self, values: &mut Values, texts: &Texts) {
        let concerns = self
            .facts
            .get("concerns_isma")
            .is_some_and(|value| value.is("yes"));
        let is_supplier = self.role() == "supplier";
        let was_reset = self.word("allocation") == Some("profile");
        let say = |is: bool, key: &str| {
            let text = if is { texts.get(key) } else { "" };
            text.to_owned()
        };
        values.insert("isma", say(concerns, "letter.isma.running"));
        values.insert(
            "isma_otherwise",
            say(concerns && is_supplier, "letter.isma.otherwise"),
        );
        values.insert("isma_reset", say(was_reset, "letter.isma.reset"));
    }
}
