//! Taking back the last change of a case: whether that is possible, what it does in words, and the
//! answers of the form that was taken back, to be corrected.

use chrono::{DateTime, TimeDelta, Utc};

use super::drafts::Content;
use super::effect::{Call, Slot};
use super::form::outcome::{Outcome, Plan};
use super::preview::{self, Line};
use super::route::Subject;
use super::toast::Offer;
use super::world::World;
use crate::store::rows::{CaseId, DraftBody, Undo, UndoOffer};
use crate::text::Texts;

/// The form behind the last change of ours, in case it is taken back.
#[derive(Debug, Clone, PartialEq)]
pub struct Undoable {
    /// Its event.
    pub seq: i32,
    /// What the form was about.
    pub subject: Subject,
    /// What was answered.
    pub body: DraftBody,
}

/// The change of the case whose time to be taken back runs still.
pub fn find(world: &World, case: CaseId, now: DateTime<Utc>) -> Option<&Undo> {
    let undo = world.case(case)?.detail.undo.as_ref()?;
    (undo.until > world.legal(now)).then_some(undo)
}

/// Whether the change was ours just now and the case is being read after it: what stands against
/// taking it back comes with that.
pub fn is_coming(world: &World, case: CaseId) -> bool {
    let ours = world.undoable.as_ref();
    ours.is_some_and(|ours| ours.subject.case() == Some(case))
        && world.asked_since(Slot::Detail(case)).is_some()
}

/// What the confirmation does, or what stands against it.
pub fn outcome(world: &World, case: CaseId, now: DateTime<Utc>) -> Outcome {
    let Some(undo) = find(world, case, now) else {
        let is_unread =
            world.case(case).is_none() && world.asked_since(Slot::Detail(case)).is_some();
        if is_unread || is_coming(world, case) {
            return Outcome::Unknown;
        }
        return Outcome::Refused(world.texts.get("why.nothing_to_take_back").to_owned());
    };
    if let Some(refusal) = &undo.stands {
        Outcome::Refused(preview::refusal(world, refusal))
    } else {
        let call = Call::TakeBack {
            case,
            seq: undo.seq,
        };
        Outcome::Ready(lines(world, case, undo), Box::new(Plan::Call(call)))
    }
}

fn lines(world: &World, case: CaseId, undo: &Undo) -> Vec<Line> {
    let process = world
        .case(case)
        .map_or("", |loaded| loaded.detail.row.process.as_str());
    let action = preview::action(world, process, &undo.action).to_owned();
    let mut lines = vec![preview::line(world, "takes_back", action)];
    for kind in &undo.messages {
        let said = world.texts.say(&format!("message.{kind}"));
        lines.push(preview::line(world, "not_sent", said));
    }
    let state = preview::state(world, process, &undo.state);
    lines.push(preview::line(world, "back_at", state));
    if undo.gets_back {
        let said = world.texts.get("undo.you").to_owned();
        lines.push(preview::line(world, "held_by", said));
    }
    lines
}

/// It can be taken back for a while: said, and its answers are kept for that.
pub fn keep(
    world: &mut World,
    (case, offer): (CaseId, UndoOffer),
    subject: &Subject,
    body: DraftBody,
    now: DateTime<Utc>,
) {
    let until = world.machine(offer.until);
    world.toasts.offer(Offer { case, until }, now);
    world.undoable = Some(Undoable {
        seq: offer.seq,
        subject: subject.clone(),
        body,
    });
}

/// It was taken back: its answers are offered again as they were. Says whether there are any.
pub fn offer_again(world: &mut World, case: CaseId, seq: i32, now: DateTime<Utc>) -> bool {
    let kept = world.undoable.take();
    let Some(kept) = kept.filter(|kept| kept.seq == seq && kept.subject.case() == Some(case))
    else {
        return false;
    };
    // a draft like any other from here on, under a command of its own
    let (draft, command) = (world.command(now), world.command(now));
    let content = Content {
        subject: kept.subject,
        body: kept.body,
        command,
        pending: None,
    };
    world.drafts.put(draft, content, now);
    let row = world.case(case).map(|loaded| loaded.detail.row.clone());
    if let Some(row) = row {
        world.drafts.name(draft, &row.case_no, &row.process);
    }
    true
}

/// The time left to take something back: `18 s`, from a minute on `2 min`.
pub fn left(texts: &Texts, until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = seconds(until, now);
    if seconds > 60 {
        let minutes = ((seconds + 59) / 60).to_string();
        return texts.fill("undo.minutes", &[("n", &minutes)]);
    }
    texts.fill("undo.seconds", &[("n", &seconds.to_string())])
}

/// When [`left`] says something else.
pub fn changes(until: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = seconds(until, now);
    let next = if seconds > 60 {
        (seconds - 1) / 60 * 60
    } else {
        seconds - 1
    };
    until - TimeDelta::seconds(next.max(0))
}

/// Whole seconds, the one that has begun included.
fn seconds(until: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    ((until - now).num_milliseconds().max(0) + 999) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words change exactly when [`changes`] says so, and at every instant there is a next one.
    #[test]
    fn the_time_left_changes_when_it_is_said() {
        let texts = Texts::load("en");
        let until: DateTime<Utc> = "2026-11-20T13:00:00Z".parse().unwrap();
        let mut now = until - TimeDelta::milliseconds(185_300);
        let mut said = Vec::new();
        while now < until {
            said.push(left(&texts, until, now));
            let next = changes(until, now);
            assert!(next > now, "{now}");
            let before = next - TimeDelta::milliseconds(1);
            assert_eq!(left(&texts, until, before), left(&texts, until, now));
            now = next;
        }
        assert_eq!(said[..5], ["4 min", "3 min", "2 min", "60 s", "59 s"]);
        assert_eq!(said.last().map(String::as_str), Some("1 s"));
    }
}
