//! How an order stands, as those who carry it out say it: which step of its case that is, and whether
//! it is about the plan that counts (PRIO-09, ELS-31).

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::shared::{Core, Told, codes};
use crate::exchange::incoming::{Acknowledgement, OrderStatus, Verdict};
use crate::exchange::outbox::orders;
use crate::process::engine::{Answer, Answers, Refusal};
use crate::process::field::Value;
use crate::process::message::{self, Addressee};
use crate::store::StoreError;
use crate::store::rows::{CaseDetail, CaseId, MessageRow, TimelineRow};

/// Name space of acknowledgements.
const ACKNOWLEDGED: Uuid = Uuid::from_u128(0x6c6f_6b65_7400_4000_8000_0000_0000_0002);
/// Why an order was not carried out; another word is a remark to `other`.
const REASONS: &[&str] = &["not_home", "unsafe", "infeasible", "other"];

/// What means nothing about a visit of before.
const SUPERSEDED: [&str; 4] = ["gsa_not_done", "gsa_status", "work_not_done", "work_status"];
/// What plans a visit.
const PLANS: [&str; 4] = ["slot_chosen", "replan", "approve", "order_work_again"];
/// So many events are looked through for the plan.
const EVENTS: u32 = 200;
/// So far the clock of another system may be from ours.
const SLACK: TimeDelta = TimeDelta::minutes(10);
/// So long it is waited for that they have the order.
const WAITS: TimeDelta = TimeDelta::days(1);
/// So many messages of a case are read at least; of more the older ones are not.
const MESSAGES: usize = 50;

/// The work at an installation.
const INSTALLATION: &str = "order_installation";

/// What an acknowledgement means for a case.
#[derive(Debug)]
enum Meaning {
    /// This action, with these answers.
    Action(&'static str, Answers),
    /// Nothing is to be done: an order that was taken back is acknowledged.
    Nothing,
    /// It is not about an order of ours, or says what such an order cannot be.
    Wrong(&'static str),
}

/// Which plan an acknowledgement is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// The one that counts.
    Present,
    /// One that was replaced since.
    Before,
    /// It cannot be told before the technicians have the present one.
    Unknown,
}

impl Core {
    pub(super) async fn acknowledged(&self, told: &Acknowledgement) -> Result<Verdict, StoreError> {
        let Some(case_id) = self.store.case_by_number(&told.case_no).await? else {
            return Ok(self.refused("no_case", &told.case_no));
        };
        let meaning = meaning(told);
        if let Meaning::Wrong(key) = meaning {
            return Ok(self.refused(key, &told.kind));
        }
        let detail = match self.store.case_detail(case_id).await {
            // what an installer has not sent is nobody's business here
            Err(StoreError::Refused(_)) => return Ok(self.refused("no_case", &told.case_no)),
            detail => detail?,
        };
        if !was_sent(&detail.messages, &told.kind) {
            return Ok(self.refused("order_not_sent", &told.kind));
        }
        let Meaning::Action(action, given) = meaning else {
            return Ok(Verdict::Taken);
        };
        if SUPERSEDED.contains(&action) && told.status != OrderStatus::Created {
            let case = told.case_no.as_str();
            match self.plan(&detail, case_id, told).await? {
                Plan::Present => {}
                Plan::Before => {
                    tracing::info!(case, action, "about a visit that was planned anew since");
                    return Ok(Verdict::Known);
                }
                Plan::Unknown => return Ok(Verdict::Later),
            }
        }
        match self.tell(case_id, action, &given, command_of(told)).await? {
            Told::Now => Ok(Verdict::Taken),
            Told::Before => Ok(Verdict::Known),
            Told::Refused(refusal) => self.not_taken(case_id, action, &refusal).await,
        }
    }

    /// What was done was done, whichever visit it was; what was not done, and how far it is, is about
    /// one plan. The key of the order says which; else the instants do.
    async fn plan(
        &self,
        detail: &CaseDetail,
        case_id: CaseId,
        told: &Acknowledgement,
    ) -> Result<Plan, StoreError> {
        if let Some(key) = &told.key {
            let is_present = current_order(detail).is_none_or(|current| current == *key);
            return Ok(if is_present {
                Plan::Present
            } else {
                Plan::Before
            });
        }
        let events = self.store.timeline(case_id, None, EVENTS).await?;
        let acked = detail.facts.facts.get("gsa_acked_at");
        let acked = acked.and_then(Value::as_instant);
        let now = self.store.legal_now().await?;
        Ok(by_instant(&events, acked, (told.at, now)))
    }

    /// What the technician did is not lost because the other system has not acknowledged yet: the
    /// sender keeps it until both have.
    async fn not_taken(
        &self,
        case_id: CaseId,
        action: &str,
        refusal: &Refusal,
    ) -> Result<Verdict, StoreError> {
        let detail = self.store.case_detail(case_id).await?;
        let comes_early = matches!(action, "gsa_done" | "gsa_not_done")
            && detail.facts.state == "confirmed"
            && refusal.key == "not_in_state";
        Ok(if comes_early {
            Verdict::Later
        } else {
            Verdict::Refused(self.words(refusal))
        })
    }

    fn refused(&self, key: &str, value: &str) -> Verdict {
        let values = [("value", value)];
        Verdict::Refused(self.texts.fill(&format!("incoming.{key}"), &values))
    }
}

/// Whether the case has ever had an order of that kind to send; also one whose delivery nobody noted.
fn was_sent(messages: &[MessageRow], kind: &str) -> bool {
    messages.len() >= MESSAGES || messages.iter().any(|it| it.kind == kind)
}

/// Which plan is meant by what was said at that instant of the technicians' clock. `acked` is when they
/// had an order last, by that same clock: where that was the present one, nothing of ours is
/// compared with it. Where it was not, their clock may be a little off from ours. `events`: newest first.
fn by_instant(
    events: &[TimelineRow],
    acked: Option<DateTime<Utc>>,
    (said, now): (DateTime<Utc>, DateTime<Utc>),
) -> Plan {
    let back = |seq| {
        let mut back = events.iter().filter_map(|it| it.takes_back.as_ref());
        back.any(|it| it.seq == seq)
    };
    let is_plan = |it: &&TimelineRow| PLANS.contains(&it.kind.as_str()) && !back(it.seq);
    let mut plans = events.iter().filter(is_plan);
    let (Some(plan), Some(_)) = (plans.next(), plans.next()) else {
        // there was no other
        return Plan::Present;
    };
    let since = events.iter().take_while(|it| it.seq > plan.seq);
    let is_in_hands = since.clone().any(is_taken_over);
    let acked = acked.filter(|acked| is_in_hands && *acked + SLACK >= plan.at);
    match acked {
        Some(acked) if said >= acked => Plan::Present,
        None if said >= plan.at + SLACK => Plan::Present,
        None if said + SLACK >= plan.at && (is_in_hands || now > plan.at + WAITS) => Plan::Present,
        None if said + SLACK >= plan.at => Plan::Unknown,
        _ => Plan::Before,
    }
}

/// Whether the technicians said that they have the order.
fn is_taken_over(event: &TimelineRow) -> bool {
    let word = event.answers.get("gsa_state");
    let is_created = word.is_some_and(|word| word.is("created"));
    event.kind == "gsa_ack" || (event.kind == "work_status" && is_created)
}

/// The same acknowledgement is the same command; another visit under the same order has another
/// instant.
fn command_of(told: &Acknowledgement) -> Uuid {
    let name = format!(
        "{} {} {} {:?} {}",
        told.case_no,
        told.kind,
        told.reference,
        told.status,
        told.at.timestamp_micros()
    );
    Uuid::new_v5(&ACKNOWLEDGED, name.as_bytes())
}

fn meaning(told: &Acknowledgement) -> Meaning {
    let to = message::find(&told.kind).map(|message| message.to);
    let cancels = told.kind.starts_with("order_cancel");
    match (to, told.status) {
        // what is taken back has no step of its own in the case
        (Some(Addressee::Domain | Addressee::WorkOrders), _) if cancels => Meaning::Nothing,
        (Some(Addressee::Domain), OrderStatus::Created | OrderStatus::Done) => {
            Meaning::Action("domain_ack", Answers::new())
        }
        (Some(Addressee::Domain), _) => Meaning::Wrong("not_of_domain"),
        (Some(Addressee::WorkOrders), _) if told.kind == INSTALLATION => at_installation(told),
        (Some(Addressee::WorkOrders), OrderStatus::Created) => {
            Meaning::Action("gsa_ack", at("gsa_acked_at", told.at))
        }
        (Some(Addressee::WorkOrders), OrderStatus::Planned) => state("gsa_status", "planned"),
        (Some(Addressee::WorkOrders), OrderStatus::OnSite) => state("gsa_status", "on_site"),
        (Some(Addressee::WorkOrders), OrderStatus::Done) => {
            Meaning::Action("gsa_done", Answers::new())
        }
        (Some(Addressee::WorkOrders), OrderStatus::NotDone) => {
            Meaning::Action("gsa_not_done", not_done(told.reason.as_deref()))
        }
        _ => Meaning::Wrong("no_order"),
    }
}

/// The work that a permit needs (ELS-31).
fn at_installation(told: &Acknowledgement) -> Meaning {
    let word = match told.status {
        OrderStatus::Created => {
            let mut given = at("gsa_acked_at", told.at);
            given.extend(codes(&[("gsa_state", "created")]));
            return Meaning::Action("work_status", given);
        }
        OrderStatus::Planned => "planned",
        OrderStatus::OnSite => "on_site",
        OrderStatus::Done => return Meaning::Action("work_done", Answers::new()),
        OrderStatus::NotDone => {
            return Meaning::Action("work_not_done", not_done(told.reason.as_deref()));
        }
    };
    state("work_status", word)
}

/// The key of the order that counts for the technicians: the latest that was sent.
fn current_order(detail: &CaseDetail) -> Option<String> {
    let of_gsa =
        |it: &&MessageRow| matches!(&*it.kind, "order_gsa" | "order_change_gsa" | INSTALLATION);
    let last = detail.messages.iter().filter(of_gsa);
    let last = last.max_by_key(|it| it.outbox_id)?;
    let id = orders::id(&detail.row.case_no, &detail.facts.facts);
    Some(orders::key(&last.kind, &id, last.outbox_id))
}

fn at(field: &str, at: DateTime<Utc>) -> Answers {
    Answers::from([(field.to_owned(), Answer::Value(Value::instant(at)))])
}

fn state(action: &'static str, word: &str) -> Meaning {
    Meaning::Action(action, codes(&[("gsa_state", word)]))
}

/// One of the agreed words; what else is said is a remark.
fn not_done(reason: Option<&str>) -> Answers {
    let reason = reason.unwrap_or("other");
    if let Some(known) = REASONS.iter().find(|known| **known == reason) {
        return codes(&[("not_done_reason", *known)]);
    }
    let mut given = codes(&[("not_done_reason", "other")]);
    given.insert("note".to_owned(), Answer::Free(reason.to_owned()));
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(text: &str) -> DateTime<Utc> {
        format!("2026-11-16T{text}:00Z").parse().unwrap()
    }

    /// Events of those kinds at those instants, the first the oldest.
    fn events(all: &[(&str, &str)]) -> Vec<TimelineRow> {
        let row = |(seq, (kind, at)): (usize, &(&str, &str))| {
            serde_json::from_value(serde_json::json!({
                "seq": seq + 1, "at": clock(at), "kind": kind, "agent": null, "from": null,
                "to": null, "fields": {}, "answers": {}, "change": {}, "texts": {}
            }))
            .unwrap()
        };
        all.iter().enumerate().map(row).rev().collect()
    }

    fn of(all: &[(&str, &str)], acked: Option<&str>, said: &str) -> Plan {
        by_instant(
            &events(all),
            acked.map(clock),
            (clock(said), clock("18:00")),
        )
    }

    const ONCE: &[(&str, &str)] = &[("slot_chosen", "10:00"), ("gsa_ack", "10:01")];
    const ANEW: &[(&str, &str)] = &[
        ("slot_chosen", "08:00"),
        ("gsa_ack", "08:01"),
        ("replan", "10:00"),
    ];

    /// PRIO-09: the only plan there is is meant, however far their clock is from ours. Fails where their
    /// instant is compared with ours.
    #[test]
    fn prio_09_the_only_plan_is_always_meant() {
        for said in ["02:00", "09:59", "10:00", "18:00"] {
            assert_eq!(of(ONCE, None, said), Plan::Present);
            assert_eq!(of(ONCE, Some("09:30"), said), Plan::Present);
        }
    }

    /// PRIO-09: once they have the new plan, their own clock tells: it is seven minutes behind ours
    /// here. Fails where our instant of the plan decides.
    #[test]
    fn prio_09_their_clock_is_compared_with_their_clock() {
        let all = [ANEW, &[("gsa_ack", "10:02")]].concat();
        assert_eq!(of(&all, Some("09:55"), "09:54"), Plan::Before);
        assert_eq!(of(&all, Some("09:55"), "09:56"), Plan::Present);
        // three minutes ahead of ours
        assert_eq!(of(&all, Some("10:05"), "10:04"), Plan::Before);
        assert_eq!(of(&all, Some("10:05"), "10:06"), Plan::Present);
    }

    /// PRIO-09: as long as they do not have the new plan, what is clearly older is about the old one, and
    /// what lies near it waits until they have.
    #[test]
    fn prio_09_what_cannot_be_told_yet_waits() {
        assert_eq!(of(ANEW, Some("08:01"), "09:40"), Plan::Before);
        assert_eq!(of(ANEW, Some("08:01"), "09:55"), Plan::Unknown);
        assert_eq!(of(ANEW, Some("08:01"), "10:05"), Plan::Unknown);
        assert_eq!(of(ANEW, Some("08:01"), "10:11"), Plan::Present);
        // somebody here stood in for them: there is no instant of theirs
        let all = [ANEW, &[("gsa_ack", "10:02")]].concat();
        assert_eq!(of(&all, Some("08:01"), "09:40"), Plan::Before);
        assert_eq!(of(&all, Some("08:01"), "09:55"), Plan::Present);
        // who never says that the order is there is waited for a day
        let now = clock("10:01") + WAITS;
        let said = |at| by_instant(&events(ANEW), None, (clock(at), now));
        assert_eq!(
            (said("09:55"), said("09:40")),
            (Plan::Present, Plan::Before)
        );
    }
}
