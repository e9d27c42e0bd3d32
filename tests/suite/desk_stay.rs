//! In lists longer than a page: what is read anew never puts another customer's case under the keys.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Question, Slot};
use loket::desk::place::Place;
use loket::desk::route::Subject;
use loket::desk::screen::Layer;
use loket::desk::screen::inbox::Take;
use loket::desk::{Effect, Reply, Ticket};
use loket::store::StoreError;
use loket::store::rows::*;

use crate::support::desk::{Script, loaded, read, rows, written};

/// The database with one long queue: sorted and cut as there.
struct Queue {
    rows: Vec<CaseRow>,
}

impl Queue {
    /// So many open cases, numbered from 1.
    fn of(count: i64) -> Self {
        let first = rows().remove(0);
        let row = |n| CaseRow {
            case_id: CaseId(n),
            case_no: format!("GT-2026-{n:06}"),
            sort_at: first.sort_at + TimeDelta::minutes(n),
            ..first.clone()
        };
        Self {
            rows: (1..=count).map(row).collect(),
        }
    }

    fn row(&mut self, case: i64) -> &mut CaseRow {
        let mut rows = self.rows.iter_mut();
        rows.find(|row| row.case_id == CaseId(case)).unwrap()
    }

    /// It is held by us: behind all that are open.
    fn claim(&mut self, case: i64) {
        let row = self.row(case);
        (row.work, row.version) = (WorkState::Held, 5);
        (row.holder, row.holder_id) = (Some("Sanne de Vries".into()), Some(1));
    }

    fn page(&self, after: Option<PageKey>, limit: u32) -> InboxPage {
        let key = |row: &CaseRow| (row.work, row.sort_at, row.case_id);
        let mut rows = self.rows.clone();
        rows.sort_by_key(key);
        rows.retain(|row| {
            after.is_none_or(|after| key(row) > (after.work, after.sort_at, after.case_id))
        });
        let limit = limit.min(PAGE_MOST) as usize;
        let more = rows.len() >= limit;
        rows.truncate(limit);
        InboxPage {
            rows,
            more,
            ..InboxPage::default()
        }
    }

    fn answer(&self, script: &mut Script, ticket: Ticket, question: &Question) {
        let reply = match question {
            Question::Inbox { after, limit, .. } => Reply::Inbox(Ok(self.page(*after, *limit))),
            Question::Detail(case) => {
                let mut detail = loaded(CaseId(1));
                let mut rows = self.rows.iter();
                detail.detail.row = rows.find(|row| row.case_id == *case).unwrap().clone();
                detail.detail.lease = script.model.world.leases.get(case).copied();
                Reply::Detail(Ok(Box::new(detail)))
            }
            other => read(other, script.now),
        };
        script.reply(ticket, reply);
    }

    /// Answer what is asked until nothing is asked any more; writes stay.
    fn answer_all(&self, script: &mut Script) {
        for _ in 0..20 {
            let (asked, rest): (Vec<_>, Vec<_>) = script
                .take()
                .into_iter()
                .partition(|effect| matches!(effect, Effect::Ask(..)));
            if asked.is_empty() {
                script.effects = rest;
                return;
            }
            for effect in asked {
                if let Effect::Ask(ticket, question) = effect {
                    self.answer(script, ticket, &question);
                }
            }
            script.effects.splice(0..0, rest);
        }
        panic!("the desk never stops asking");
    }

    fn desk(&self) -> Script {
        let mut script = Script::bare(120, 32);
        self.answer_all(&mut script);
        script.rest();
        self.answer_all(&mut script);
        script
    }

    /// All is answered, and the cursor has rested.
    fn settle(&self, script: &mut Script) {
        self.answer_all(script);
        script.rest();
        self.answer_all(script);
    }
}

fn toast(script: &Script) -> String {
    let shown = script.model.world.toasts.shown(script.now);
    shown.map_or_else(String::new, |toast| toast.text.clone())
}

/// The case under the keys is the case on the screen, and it is that one.
fn is_at(script: &Script, case: i64) {
    assert_eq!(script.model.current_case(), Some(CaseId(case)));
    assert_eq!(script.model.desk.shown, Some(CaseId(case)));
}

fn noted(script: &mut Script) -> CaseId {
    script.keys("t");
    match script.model.layers.last() {
        Some(Layer::Form(form)) => match &form.subject {
            Subject::Action(case, _) => *case,
            other => panic!("{other:?}"),
        },
        other => panic!("no form: {other:?}"),
    }
}

/// Claimed, a case stands behind all open ones: on no page of a long queue. Keys mean it still.
#[test]
fn a_case_claimed_in_a_long_queue_stays_under_the_keys() {
    let mut queue = Queue::of(150);
    let mut script = queue.desk();
    script.keys("j j c");
    let (ticket, call) = script.writes().remove(0);
    assert_eq!(call, Call::Claim(CaseId(3)));
    queue.claim(3);
    script.reply(ticket, written(&call));
    queue.settle(&mut script);
    is_at(&script, 3);
    assert!(toast(&script).ends_with("is yours."), "{}", toast(&script));
    assert_eq!(noted(&mut script), CaseId(3));
}

/// The same for who went back to the list before the claim was answered, and for what was typed ahead.
#[test]
fn going_back_from_a_claim_under_way_does_not_slide_the_cursor() {
    for keys in ["esc", "j"] {
        let mut queue = Queue::of(150);
        let mut script = queue.desk();
        script.keys("j j c").keys(keys);
        let (ticket, call) = script.writes().remove(0);
        queue.claim(3);
        if keys == "j" {
            queue.claim(4); // a colleague is as fast
        }
        script.reply(ticket, written(&call));
        let case = script.model.current_case();
        queue.settle(&mut script);
        assert_eq!(script.model.current_case(), case);
        assert_eq!(Some(noted(&mut script)), case);
    }
}

#[test]
fn next_in_a_long_queue_stays_at_what_it_gave() {
    let mut queue = Queue::of(150);
    let mut script = queue.desk();
    script.keys("n");
    let (ticket, call) = script.writes().remove(0);
    queue.claim(1);
    script.reply(ticket, written(&call));
    queue.settle(&mut script);
    is_at(&script, 1);
    assert_eq!(noted(&mut script), CaseId(1));
}

/// One reading that fails, more rows of the list, or a page of another list: none of them ends the
/// care for the case that was acted on, or what is said of it.
#[test]
fn a_failed_reading_forgets_nothing_of_what_was_done() {
    let mut queue = Queue::of(20);
    queue.claim(2);
    let mut script = queue.desk();
    script.keys("G");
    queue.settle(&mut script);
    is_at(&script, 2);
    script.keys("x");
    let (ticket, call) = script.writes().remove(0);
    script.reply(ticket, written(&call));
    queue.rows.remove(1); // a colleague closed it at once
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Inbox { .. }) = effect {
            let error = StoreError::Bug("no".into());
            script.reply(ticket, Reply::Inbox(Err(error)));
        }
    }
    let at = script.model.desk.at;
    let now = script.now;
    let other = Question::Inbox {
        view: InboxView::Mine,
        after: None,
        limit: 1,
    };
    let slot = Slot::Inbox(1 - at);
    let Effect::Ask(other, _) = script.model.world.ask(slot, other, now) else {
        panic!()
    };
    script.reply(other, Reply::Inbox(Ok(InboxPage::default())));
    assert_eq!(script.model.desk.acted, Some(CaseId(2)));
    script.keys("r");
    for effect in script.take() {
        if let Effect::Ask(ticket, question @ Question::Inbox { .. }) = effect {
            queue.answer(&mut script, ticket, &question);
        }
    }
    is_at(&script, 2);
    let said = toast(&script);
    assert!(said.starts_with("Gone from this list. GT-"), "{said}");
    assert!(said.ends_with("is back in the pool."), "{said}");
}

/// Nothing is said of an earlier case when another one leaves later.
#[test]
fn what_was_done_is_told_of_its_own_case_only() {
    let mut queue = Queue::of(20);
    queue.claim(2);
    let mut script = queue.desk();
    script.keys("G");
    queue.settle(&mut script);
    script.keys("x");
    let (ticket, call) = script.writes().remove(0);
    script.reply(ticket, written(&call));
    queue.settle(&mut script);
    script.keys("k");
    queue.settle(&mut script);
    let case = script.model.current_case().unwrap();
    queue.rows.retain(|row| row.case_id != case);
    script.keys("r");
    for effect in script.take() {
        if let Effect::Ask(ticket, question @ Question::Inbox { .. }) = effect {
            queue.answer(&mut script, ticket, &question);
        }
    }
    assert_eq!(script.model.current_case(), Some(case));
    assert_eq!(toast(&script), "Gone from this list.");
}

/// The case that others took out of the page is read anew without it: `r` does not put the next one
/// under the keys, unless the row said already that it is gone.
#[test]
fn reading_anew_keeps_the_case_unless_its_row_said_that_it_is_gone() {
    let mut queue = Queue::of(150);
    let mut script = queue.desk();
    script.keys("j j");
    queue.settle(&mut script);
    queue.claim(3);
    script.keys("r");
    queue.settle(&mut script);
    is_at(&script, 3);
    let said = toast(&script);
    assert!(said.starts_with("No longer among the rows"), "{said}");
    // the cursor moves, and the case is left
    script.keys("tab esc j k");
    queue.settle(&mut script);
    is_at(&script, 4);
    let case = CaseId(4);
    queue.rows.retain(|row| row.case_id != case);
    let now = script.now;
    let asked = script
        .model
        .desk
        .ask(&mut script.model.world, Take::InPlace, now);
    script.effects.extend(asked);
    queue.answer_all(&mut script);
    is_at(&script, 4);
    script.keys("r");
    queue.settle(&mut script);
    is_at(&script, 5);
}

/// A list that is entered shows what it has now, not what its cursor was on last.
#[test]
fn entering_a_list_pins_nothing_of_before() {
    let mut queue = Queue::of(20);
    let mut script = queue.desk();
    script.keys("1");
    queue.settle(&mut script);
    let before = script.model.current_case();
    assert_eq!(before, Some(CaseId(1)));
    script.keys("m");
    queue.settle(&mut script);
    queue.rows.remove(0);
    script.keys("1");
    queue.settle(&mut script);
    is_at(&script, 2);
    assert_eq!(script.model.desk.pinned, None);
}

/// A console whose last one was there: the session is open, the list is being read.
fn coming_back(place: &Place) -> Script {
    let mut script = Script::bare(120, 32);
    for effect in script.take() {
        if let Effect::Ask(ticket, question) = effect {
            let mut reply = read(&question, script.now);
            if let Reply::Session(Ok(session)) = &mut reply {
                session.place = Some(PlaceKept {
                    body: serde_json::to_value(place).ok(),
                    alone: true,
                });
            }
            script.reply(ticket, reply);
        }
    }
    script
}

/// The first reading after coming back fails: the place is not forgotten by it.
#[test]
fn coming_back_survives_a_failed_reading() {
    let mut script = coming_back(&Place {
        tab: "queue.mandate".into(),
        case: Some(CaseId(7)),
        row: 6,
        ..Place::default()
    });
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Inbox { .. }) = effect {
            let error = StoreError::Bug("no".into());
            script.reply(ticket, Reply::Inbox(Err(error)));
        }
    }
    script.keys("r");
    Queue::of(20).settle(&mut script);
    is_at(&script, 7);
}

/// A list longer than the database gives at once: the cursor reaches no row that reading anew would
/// not bring, whatever is asked.
#[test]
fn a_list_is_never_longer_than_what_is_read_at_once() {
    let queue = Queue::of(700);
    let mut script = queue.desk();
    for _ in 0..8 {
        script.keys("G");
        queue.settle(&mut script);
    }
    let most = i64::from(PAGE_MOST);
    is_at(&script, most);
    let inbox = script.model.desk.inbox().unwrap();
    assert_eq!(i64::try_from(inbox.rows.len()), Ok(most));
    assert!(inbox.more, "there are others, and it is known");
    script.keys("r");
    queue.settle(&mut script);
    is_at(&script, most);
    assert_eq!(script.model.desk.pinned, None);
}

/// Where a console was is beyond what is read at once, or the case is elsewhere by now: it is shown
/// all the same, and never the one that has its row.
#[test]
fn coming_back_shows_the_case_and_not_whoever_has_its_row() {
    for (case, row, said) in [
        (650, 649, "No longer among the rows"),
        (3, 2, "No longer among the rows"),
    ] {
        let mut queue = Queue::of(700);
        if case == 3 {
            queue.row(3).work = WorkState::Waiting;
        }
        let place = Place {
            tab: "queue.mandate".into(),
            case: Some(CaseId(case)),
            row,
            ..Place::default()
        };
        let mut script = coming_back(&place);
        queue.settle(&mut script);
        is_at(&script, case);
        assert!(toast(&script).starts_with(said), "{}", toast(&script));
        assert_eq!(noted(&mut script), CaseId(case));
    }
}
