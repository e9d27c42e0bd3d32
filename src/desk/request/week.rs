//! The slot chooser (PRIO-30): the free start times of a week, read again while they are looked at.
//! People see when a visit starts and nothing else of it.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{Follows, put};
use crate::desk::command::Id;
use crate::desk::form::{Ask, Pick};
use crate::desk::say;
use crate::desk::screen::form::State;
use crate::desk::toast::Tone;
use crate::desk::world::World;
use crate::process::field::{FieldKind, Value};
use crate::store::slots::{FreeSlot, FreeSlots};
use crate::text::format;

/// Days that are shown at once.
pub const DAYS: i32 = 7;

/// A week and what is free in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Week {
    /// Its Monday.
    pub from: NaiveDate,
    /// What is free, by time; `None` until it was read.
    pub slots: Option<Vec<Free>>,
    /// Whether the connection lies in an area that somebody plans.
    pub is_planned: bool,
    /// The first day after it that has room.
    pub next: Option<NaiveDate>,
    /// Why it could not be read, in words.
    pub problem: Option<String>,
    /// When it is read again (machine time).
    pub next_at: Option<DateTime<Utc>>,
    /// The clock it is read by.
    zone: Tz,
    /// Monday of the present week.
    first: NaiveDate,
    /// Where the cursor goes when it was read.
    wish: Wish,
    /// What was chosen for the agent: chosen again when the fields are built anew.
    chosen: String,
}

/// A free start time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Free {
    /// Number of the row, as it is answered.
    pub raw: String,
    /// Local day.
    pub day: NaiveDate,
    /// Local time.
    pub time: String,
    /// When it starts.
    pub starts_at: DateTime<Utc>,
}

/// Where the cursor goes when a week was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    /// Stays where it is.
    Stay,
    /// To the first time; with none in the week, to the first week that has one.
    First,
    /// To the first time of this week.
    Begin,
}

fn monday(day: NaiveDate) -> NaiveDate {
    let past = u64::from(day.weekday().num_days_from_monday());
    day.checked_sub_days(Days::new(past)).unwrap_or(day)
}

impl Week {
    fn new(world: &World, zone: Tz, now: DateTime<Utc>) -> Self {
        let first = monday(world.legal(now).with_timezone(&zone).date_naive());
        Self {
            from: first,
            slots: None,
            is_planned: true,
            next: None,
            problem: None,
            next_at: Some(now),
            zone,
            first,
            wish: Wish::First,
            chosen: String::new(),
        }
    }

    /// The days that are shown: those of the week that have room, and all working days.
    pub fn days(&self) -> Vec<NaiveDate> {
        let has_room = |day: &NaiveDate| {
            let mut slots = self.slots.iter().flatten();
            slots.any(|slot| slot.day == *day)
        };
        let all = (0..DAYS.unsigned_abs())
            .filter_map(|n| self.from.checked_add_days(Days::new(u64::from(n))));
        all.filter(|day| day.weekday().num_days_from_monday() < 5 || has_room(day))
            .collect()
    }

    /// The free times.
    pub fn free(&self) -> &[Free] {
        self.slots.as_deref().unwrap_or_default()
    }

    pub(super) fn take(
        &mut self,
        found: Result<FreeSlots, String>,
        next_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        self.next_at = Some(next_at);
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                self.problem = Some(why);
                return;
            }
        };
        self.problem = None;
        self.is_planned = found.area.is_some();
        self.next = found.next;
        self.slots = Some(found.slots.iter().map(|slot| self.free_of(slot)).collect());
        if let Some(next) = found.next
            && self.wish == Wish::First
            && found.slots.is_empty()
        {
            self.go(monday(next), Wish::First, now);
        }
    }

    fn free_of(&self, slot: &FreeSlot) -> Free {
        Free {
            raw: slot.slot_id.to_string(),
            day: slot.starts_at.with_timezone(&self.zone).date_naive(),
            time: format::clock(slot.starts_at, self.zone),
            starts_at: slot.starts_at,
        }
    }

    /// To another week; not into the past.
    fn go(&mut self, from: NaiveDate, wish: Wish, now: DateTime<Utc>) {
        let from = from.max(self.first);
        if from != self.from {
            (self.from, self.slots, self.next) = (from, None, None);
        }
        (self.wish, self.next_at) = (wish, Some(now));
    }
}

/// The connection whose area is planned.
pub(super) fn ean(state: &State, world: &World) -> Option<String> {
    let facts = &world.case(state.subject.case()?)?.detail.facts.facts;
    facts.get("ean")?.as_code().map(str::to_owned)
}

/// Give the field of a start time its week.
pub(super) fn lay(state: &mut State, world: &World, now: DateTime<Utc>) {
    let asks = |kind: Option<FieldKind>| kind == Some(FieldKind::Slot);
    if !state.entries.iter().any(|entry| asks(entry.kind)) || ean(state, world).is_none() {
        state.around.week = None;
        return;
    }
    if state.around.week.is_none() {
        let case = state.subject.case().and_then(|case| world.case(case));
        let process = case.map_or("", |loaded| loaded.detail.row.process.as_str());
        state.around.week = Some(Week::new(world, world.zone(process), now));
    }
    fill(state, world, now);
}

/// The free times are the choices of the field; the start follows from the choice.
fn fill(state: &mut State, world: &World, now: DateTime<Utc>) {
    let State {
        entries,
        rest,
        around,
        ..
    } = state;
    let Some(week) = &around.week else { return };
    let today = world.legal(now).with_timezone(&week.zone).date_naive();
    let all = week.free().iter().map(|free| {
        let day = say::day_near(&world.texts, free.day, today);
        let pick = Pick {
            raw: free.raw.clone(),
            label: format!("{day} {}", free.time),
        };
        let starts: Follows = vec![("slot_start", Value::instant(free.starts_at))];
        (pick, starts)
    });
    let mut them = entries.iter_mut();
    if let Some(entry) = them.find(|entry| entry.kind == Some(FieldKind::Slot)) {
        put(entry, rest, all.collect());
        if entry.raw().is_empty() {
            entry.accept(&week.chosen);
        }
        entry.help = said(world, week);
    }
}

/// What is to be said of the week as a whole.
fn said(world: &World, week: &Week) -> String {
    let texts = &world.texts;
    match (&week.problem, &week.slots) {
        (Some(why), _) => texts.fill("request.week_away", &[("why", why)]),
        (None, None) => texts.say("request.week_read"),
        _ if !week.is_planned => texts.say("request.no_area"),
        (None, Some(slots)) if slots.is_empty() => match week.next {
            Some(next) => {
                let day = format::weekday_date(texts, next);
                texts.fill("request.week_full", &[("day", &day)])
            }
            None => texts.say("request.all_full"),
        },
        _ => texts.say("request.week"),
    }
}

/// A week was read: what was chosen and is taken meanwhile is said.
pub(super) fn show(state: &mut State, world: &mut World, now: DateTime<Utc>) {
    let before = slot(state).map(|(raw, _)| raw).unwrap_or_default();
    fill(state, world, now);
    let Some(week) = state.around.week.as_mut() else {
        return;
    };
    if week.slots.is_none() {
        return;
    }
    let wish = std::mem::replace(&mut week.wish, Wish::Stay);
    let count = week.free().len();
    let to = match wish {
        Wish::Stay => None,
        Wish::First | Wish::Begin => Some(0).filter(|_| count > 0),
    };
    let is_gone = slot(state).is_some_and(|(raw, _)| raw.is_empty()) && !before.is_empty();
    match to {
        Some(to) if is_free(state) => {
            choose(state, to);
            let chosen = slot(state).map(|(raw, _)| raw).unwrap_or_default();
            if let Some(week) = &mut state.around.week {
                week.chosen = chosen;
            }
        }
        None if is_gone => {
            let said = world.texts.say("request.gone");
            world.toasts.say(Tone::Warning, said, now);
        }
        _ => {}
    }
}

/// Whether nothing that is still there is chosen.
fn is_free(state: &State) -> bool {
    slot(state).is_some_and(|(raw, _)| raw.is_empty())
}

/// What is chosen, and its place.
fn slot(state: &State) -> Option<(String, Option<usize>)> {
    let mut them = state.entries.iter();
    let entry = them.find(|entry| entry.kind == Some(FieldKind::Slot))?;
    match &entry.ask {
        Ask::Choice(_, at) => Some((entry.raw().to_owned(), *at)),
        _ => None,
    }
}

fn choose(state: &mut State, to: usize) {
    let mut them = state.entries.iter_mut();
    if let Some(entry) = them.find(|entry| entry.kind == Some(FieldKind::Slot)) {
        entry.choose(to);
        entry.error = None;
    }
}

/// A key in the week. `Some` the place to go to in it; the week itself may be another one then.
pub(in crate::desk) fn press(state: &mut State, id: Id, now: DateTime<Utc>) -> Option<usize> {
    let at = slot(state)?.1;
    let week = state.around.week.as_mut()?;
    let step = |from: NaiveDate, days: i64| from + chrono::TimeDelta::days(days);
    match id {
        Id::WeekBefore => week.go(step(week.from, -7), Wish::Begin, now),
        Id::WeekAfter => week.go(step(week.from, 7), Wish::Begin, now),
        Id::FirstFree => week.go(week.first, Wish::First, now),
        _ => return within(week, at, id, now),
    }
    None
}

/// Another week is read: what is chosen in this one stays the answer until then.
pub(in crate::desk) fn turn(state: &mut State, world: &World, now: DateTime<Utc>) {
    if state
        .around
        .week
        .as_ref()
        .is_some_and(|week| week.slots.is_none())
    {
        fill(state, world, now);
        state.weigh(world, now);
    }
}

/// Within the week: by time, and by day to the time nearest to the same; beyond its ends to the next
/// one.
fn within(week: &mut Week, at: Option<usize>, id: Id, now: DateTime<Utc>) -> Option<usize> {
    let Some(here) = at.and_then(|at| week.free().get(at).cloned()) else {
        return (!week.free().is_empty()).then_some(0);
    };
    let at = at.unwrap_or(0);
    let is_back = matches!(id, Id::Up | Id::DayBefore);
    let found = match id {
        Id::Up => at.checked_sub(1),
        Id::Down => Some(at + 1).filter(|to| *to < week.free().len()),
        Id::DayBefore | Id::DayAfter => other_day(week, &here, is_back),
        _ => return None,
    };
    // behind the last time comes the next week that has one
    if let Some(next) = week.next.filter(|_| found.is_none() && !is_back) {
        week.go(monday(next), Wish::First, now);
    }
    found
}

fn other_day(week: &Week, here: &Free, is_back: bool) -> Option<usize> {
    let free = week.free();
    let days = free.iter().map(|one| one.day);
    let day = if is_back {
        days.filter(|day| *day < here.day).max()
    } else {
        days.filter(|day| *day > here.day).min()
    }?;
    let later = |one: &&(usize, &Free)| one.1.time >= here.time;
    let of_day: Vec<(usize, &Free)> = free
        .iter()
        .enumerate()
        .filter(|(_, one)| one.day == day)
        .collect();
    let nearest = of_day.iter().find(later).or(of_day.last());
    nearest.map(|(at, _)| *at)
}
