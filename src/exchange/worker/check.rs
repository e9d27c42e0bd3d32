//! The checks on a meter (PRIO-15): asked of the registers, and of the code book where one is set;
//! the case hears one outcome with time and source (PRIO-23). A source that is away is asked again;
//! after some tries the case is told, and then a person.

use chrono::{DateTime, Utc};

use super::shared::{Core, Told, codes, derived};
use crate::domain::connection_check::{Findings, Outcome as Checked};
use crate::exchange::outbox::Outcome;
use crate::exchange::sources::code_book::SOURCE;
use crate::exchange::sources::{CodeBook, FindConnections as _, Place};
use crate::exchange::trouble::{Remedy, Trouble};
use crate::process::field::Value;
use crate::store::StoreError;
use crate::store::connections;
use crate::store::rows::OutboxItem;
use crate::store::work::MessageContext;

/// So often a source is asked before the case hears that it is away.
const ASKED: i32 = 3;
/// What the registers of the database are called in answers.
const REGISTER: &str = "register";

/// What was found of one meter.
struct Said {
    findings: Findings,
    source: &'static str,
    at: DateTime<Utc>,
    /// The order that the planning has already.
    order: Option<String>,
}

impl Core {
    /// Delivers the question: asks, and tells the case. `most` is how often a message is tried.
    pub(super) async fn check(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
        most: i32,
    ) -> Result<Outcome, StoreError> {
        let trouble = match self.find_out(item, context).await? {
            Ok(said) => return self.tell_checked(item, &said).await,
            Err(trouble) => trouble,
        };
        let words = trouble.words(&self.texts);
        if trouble.remedy != Remedy::Nothing && item.attempts < ASKED.min(most) {
            return Ok(Outcome::Retry(words));
        }
        self.unanswered(item, &words).await
    }

    /// The case hears that there is no answer.
    async fn unanswered(&self, item: &OutboxItem, reason: &str) -> Result<Outcome, StoreError> {
        let case = item.case_no.as_str();
        tracing::warn!(case, reason, "a check could not be made");
        let command = derived(item.idem_key, "check_failed");
        let none = codes(&[]);
        let told = self.tell(item.case_id, "check_failed", &none, command);
        moved_on(item, &told.await?);
        Ok(Outcome::Sent)
    }

    async fn tell_checked(&self, item: &OutboxItem, said: &Said) -> Result<Outcome, StoreError> {
        let outcome = said.findings.outcome();
        let at = Value::instant(said.at);
        let at = at.as_code().unwrap_or_default();
        let asks_suitability = item.process == "tlm";
        let result = if asks_suitability {
            ("suitability", said.findings.suitability().key())
        } else {
            ("check_outcome", outcome.key())
        };
        let mut given = vec![result, ("check_source", said.source), ("checked_at", at)];
        let names_order = asks_suitability || outcome == Checked::InGsaPlanning;
        if let Some(order) = said.order.as_ref().filter(|_| names_order) {
            given.push(("gsa_order", order));
        }
        let command = derived(item.idem_key, "check_result");
        let given = codes(&given);
        let told = self.tell(item.case_id, "check_result", &given, command);
        let told = told.await?;
        if let Told::Refused(refusal) = &told
            && refusal.key != "not_in_state"
        {
            // an answer that the case cannot take is none: in the end a person looks
            return self.unanswered(item, &refusal.key).await;
        }
        moved_on(item, &told);
        Ok(Outcome::Sent)
    }

    /// The registers know smart, feasible and planned; whose grid it is says the code book where one
    /// is set, and the registers otherwise.
    async fn find_out(
        &self,
        item: &OutboxItem,
        context: &MessageContext,
    ) -> Result<Result<Said, Trouble>, StoreError> {
        let word = |name: &str| item.facts.get(name).and_then(Value::as_code);
        let (Some(ean), Some(meter)) = (word("ean"), word("meter_no")) else {
            return Ok(Err(Trouble::lasting("no_meter")));
        };
        let known = match self.store.connection_check(ean, meter).await {
            Err(StoreError::Refused(refusal)) if refusal.key == "no_own_operator" => {
                return Ok(Err(Trouble::settings("no_own_operator")));
            }
            known => known?,
        };
        // the connection has other meters: the number is wrong, and no book knows better
        let known = match known.map(Said::of) {
            Some(None) => return Ok(Err(Trouble::lasting("no_meter"))),
            known => known.flatten(),
        };
        let Some(book) = &self.outside.code_book else {
            return Ok(known.ok_or_else(|| Trouble::lasting("no_meter")));
        };
        let Some(place) = place(item, context) else {
            return Ok(known.ok_or_else(|| Trouble::lasting("no_meter")));
        };
        match self.grid(book, &place, ean).await? {
            Err(trouble) => Ok(Err(trouble)),
            // the code book has it elsewhere: the registers know better
            Ok(None) => Ok(known.ok_or_else(|| Trouble::lasting("no_meter"))),
            Ok(Some((ours, at))) => Ok(Ok(Said::by_the_book(known, ours, at))),
        }
    }

    /// Whether the code book has the connection in a grid of ours.
    async fn grid(
        &self,
        book: &CodeBook,
        place: &Place,
        ean: &str,
    ) -> Result<Result<Option<(bool, DateTime<Utc>)>, Trouble>, StoreError> {
        let now = self.store.legal_now().await?;
        let answer = match book.connections(place, now).await {
            Ok(answer) => answer,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let mut found = answer.value.at.iter().chain(&answer.value.near);
        let Some(found) = found.find(|found| found.ean.number == ean) else {
            return Ok(Ok(None));
        };
        let own = self.store.own_operators().await?;
        let ours = own.iter().any(|own| own.gln == found.operator_gln.number);
        Ok(Ok(Some((ours, answer.at))))
    }
}

impl Said {
    /// Nothing of a meter that is not among those of its connection.
    fn of(checked: connections::Checked) -> Option<Self> {
        let meter = checked.meter?;
        Some(Self {
            findings: meter.findings(),
            source: REGISTER,
            at: checked.at,
            order: meter.gsa_order,
        })
    }

    fn by_the_book(known: Option<Self>, ours: bool, at: DateTime<Utc>) -> Self {
        let (findings, order) = match known {
            Some(known) => (known.findings, known.order),
            None => (Findings::default(), None),
        };
        Self {
            findings: Findings { ours, ..findings },
            source: SOURCE,
            at,
            order,
        }
    }
}

/// Where the meter is: as the customer gave it, else as the register has it.
fn place(item: &OutboxItem, context: &MessageContext) -> Option<Place> {
    let text = |name: &str| match item.facts.get(name) {
        Some(Value::Text(text)) => context.texts.get(&text.text).map(String::as_str),
        _ => None,
    };
    let given = text("postcode").zip(text("house_number"));
    let known = context.connection.as_ref();
    let known = known.map(|card| (card.postcode.as_str(), card.house_number.as_str()));
    let (postcode, house) = given.or(known)?;
    Place::parse(postcode, house).ok()
}

fn moved_on(item: &OutboxItem, told: &Told) {
    if let Told::Refused(refusal) = told {
        let (case, refusal) = (item.case_no.as_str(), refusal.key.as_str());
        tracing::info!(case, refusal, "the case has moved on meanwhile");
    }
}
