//! The commands of the desk that are about a case: take it, give it back, act on it.

use chrono::{DateTime, Utc};

use super::super::command::Id;
use super::super::effect::{Call, Effect, Question, Slot};
use super::super::find;
use super::super::request::guide;
use super::super::route::{Only, Route, Subject};
use super::super::toast::{Toasts, Tone};
use super::super::washing;
use super::super::world::World;
use super::desk::State;
use super::{mandates, pick};
use crate::store::rows::{CaseId, CaseRow, InboxView};

impl State {
    /// A case was read: why it was given is told until it moves on or is not ours any more.
    pub fn keep_why(&mut self, world: &World, row: &CaseRow) {
        let Some(why) = self.why.as_mut().filter(|why| why.case == row.case_id) else {
            return;
        };
        let is_ours = world.leases.contains_key(&row.case_id);
        if !is_ours || why.state.as_ref().is_some_and(|state| *state != row.state) {
            self.why = None;
        } else {
            why.state = Some(row.state.clone());
        }
    }

    /// We acted on that case; what was said last tells what was done.
    pub fn act(&mut self, case: Option<CaseId>, toasts: &Toasts, now: DateTime<Utc>) {
        self.acted = case;
        let said = toasts.shown(now).filter(|toast| toast.tone == Tone::Done);
        self.done = said.cloned();
    }

    /// Commands about cases.
    pub(super) fn work(&mut self, world: &mut World, id: Id, now: DateTime<Utc>) -> Vec<Effect> {
        let go = |route| vec![Effect::Go(route)];
        match (id, self.case()) {
            (Id::Next, _) => self.next(world, now),
            (Id::Open, _) => {
                world.another = None;
                go(Route::NewCase)
            }
            (Id::Another, Some(case)) => {
                let route = guide::another(world, case);
                route.into_iter().map(Effect::Go).collect()
            }
            (Id::Search, _) => go(Route::Search),
            (Id::Recent, _) => go(Route::Recent),
            (Id::Seen, Some(case)) => {
                if let Some(row) = self.row(world, case).cloned() {
                    find::toggle(world, &row, now);
                }
                Vec::new()
            }
            (Id::Board, _) => go(Route::Board),
            (Id::Clusters | Id::Updates | Id::Registers, case) => washing::way(id, case),
            (Id::Signals, _) => go(Route::Signals),
            (Id::Drafts, _) => go(Route::Unfinished),
            (Id::Quit, _) => go(Route::Quit),
            (Id::Claim, Some(case)) => self.write(world, Call::Claim(case), now),
            (Id::Skip, Some(case)) => {
                read_and_go(world, case, Route::Form(Subject::Skip(case)), now)
            }
            (Id::TakeOver, Some(case)) => {
                read_and_go(world, case, Route::Form(Subject::TakeOver(case)), now)
            }
            (Id::Release, Some(case)) => self.release(world, case, now),
            (Id::Act, Some(case)) => read_and_go(world, case, Route::Actions(case, Only::All), now),
            (Id::Lead, Some(case)) => {
                read_and_go(world, case, Route::Actions(case, Only::Lead), now)
            }
            (Id::Ledger, Some(case)) => read_and_go(world, case, Route::Ledger(case), now),
            (Id::Consumption, case) => self.consumption(world, case, now),
            (Id::Print | Id::StepPlan, Some(case)) => {
                read_and_go(world, case, Route::Print(case), now)
            }
            (Id::Note | Id::Promise | Id::Snooze | Id::SendLink, Some(case)) => {
                let form = Subject::Action(case, action_of(id).to_owned());
                read_and_go(world, case, Route::Form(form), now)
            }
            (Id::Attach, Some(case)) => {
                read_and_go(world, case, Route::Form(Subject::Attach(case)), now)
            }
            (Id::Unmask, Some(case)) => {
                let purposes = pick::State::purposes(&world.texts, case);
                go(Route::Pick(Box::new(purposes)))
            }
            (Id::Copy, Some(case)) => {
                let row = self.row(world, case);
                let values = row.map(|row| pick::State::values(world, row, now));
                values.map_or_else(Vec::new, |values| go(Route::Pick(Box::new(values))))
            }
            (Id::TakeBack, Some(case)) => go(Route::Form(Subject::TakeBack(case))),
            (Id::HandOver, Some(case)) => {
                let to = Route::Form(Subject::HandOver(case));
                let mut effects = read_and_go(world, case, to, now);
                effects.push(world.ask(Slot::Colleagues, Question::Colleagues, now));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// What "next" gave is passed over with a reason only.
    fn release(&mut self, world: &mut World, case: CaseId, now: DateTime<Utc>) -> Vec<Effect> {
        match world.leases.get(&case) {
            Some(lease) if lease.proposed => {
                let said = world.texts.say("refusal.skip_reason_needed");
                world.toasts.say(Tone::Warning, said, now);
                read_and_go(world, case, Route::Form(Subject::Skip(case)), now)
            }
            Some(lease) => self.write(world, Call::Release(*lease), now),
            None => Vec::new(),
        }
    }

    fn consumption(
        &self,
        world: &mut World,
        case: Option<CaseId>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let row = case.and_then(|case| self.row(world, case)).cloned();
        let Some(row) = row else {
            let said = world.texts.say("why.no_case");
            world.toasts.say(Tone::Warning, said, now);
            return Vec::new();
        };
        mandates::of_case(world, &row, now)
    }

    /// The most urgent case: of this queue, or of all of mine.
    fn next(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let queues = match self.inbox().map(|inbox| &inbox.view) {
            Some(InboxView::Queue(queue)) => Some(vec![*queue]),
            _ => None,
        };
        self.keyed.write(world, Call::Next(queues), None, now)
    }

    fn write(&mut self, world: &mut World, call: Call, now: DateTime<Utc>) -> Vec<Effect> {
        let row = self.case().and_then(|case| self.row(world, case)).cloned();
        self.keyed.write(world, call, row.as_ref(), now)
    }
}

/// The action that has a key of its own.
fn action_of(id: Id) -> &'static str {
    match id {
        Id::Promise => "promise",
        Id::Snooze => "snooze",
        Id::SendLink => "resend_payment_link",
        _ => "add_note",
    }
}

/// Go there; read the case on the way when it is not known yet.
fn read_and_go(world: &mut World, case: CaseId, route: Route, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = vec![Effect::Go(route)];
    if world.case(case).is_none() {
        effects.push(world.ask_detail(case, now));
    }
    effects
}
