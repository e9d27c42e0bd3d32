//! The board of a lead: queues, what is due next, who is there, what was put before the lead. It is
//! asked for anew every two seconds while it is on top; the cursor stays on its line.

use chrono::{DateTime, TimeDelta, Utc};

use super::super::command::Id;
use super::super::effect::{Effect, Question, Slot};
use super::super::geometry::Window;
use super::super::limits;
use super::super::route::{Route, Subject};
use super::super::world::{Link, World};
use super::{Pressed, moved};
use crate::domain::forecast::{Forecast, Shift, Workload};
use crate::store::StoreError;
use crate::store::rows::{Board, BoardQueue, CaseId, CaseRow, WorkState};

/// The longest pause between two questions; half of it is the shortest.
const PAUSE_MS: i64 = 2_600;

/// A part of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The queues with their figures.
    Queues,
    /// What is due next.
    Nearest,
    /// Who is there, and what they hold.
    People,
    /// What was put before the lead.
    Raised,
}

impl Section {
    /// All of them, in the order of the screen.
    pub const ALL: [Self; 4] = [Self::Queues, Self::Nearest, Self::People, Self::Raised];

    /// Key of its heading: `board.<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Queues => "queues",
            Self::Nearest => "nearest",
            Self::People => "people",
            Self::Raised => "raised",
        }
    }
}

/// One line that the cursor can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spot {
    /// A queue.
    Queue(i32),
    /// A case.
    Case(CaseId),
    /// Somebody.
    Person(i32),
}

/// The board on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What was read last.
    pub board: Option<Board>,
    /// Why the last reading failed.
    pub problem: Option<StoreError>,
    /// The part with the cursor.
    pub section: Section,
    /// The person whose cases are listed.
    pub unfolded: Option<i32>,
    cursors: [usize; 4],
    /// Parts in which the cursor was moved onto its line: it follows that line.
    follows: [bool; 4],
    next_at: Option<DateTime<Utc>>,
}

impl State {
    /// A board that asks at once.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            board: None,
            problem: None,
            section: Section::Queues,
            unfolded: None,
            cursors: [0; 4],
            follows: [false; 4],
            next_at: Some(now),
        }
    }

    /// It is on the screen again: what was asked before may have been dropped.
    pub fn resume(&mut self, now: DateTime<Utc>) {
        self.next_at = Some(now);
    }

    /// When it asks next (machine time).
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        self.next_at
    }

    /// The lines of a part.
    pub fn spots(&self, section: Section) -> Vec<Spot> {
        let Some(board) = &self.board else {
            return Vec::new();
        };
        match section {
            Section::Queues => {
                let queues = board.queues.iter();
                queues.map(|queue| Spot::Queue(queue.queue_id)).collect()
            }
            Section::Nearest => {
                let rows = board.nearest.iter();
                rows.map(|row| Spot::Case(row.case_id)).collect()
            }
            Section::People => self.people(board),
            Section::Raised => {
                let cases = board.raised.iter();
                cases.map(|case| Spot::Case(case.row.case_id)).collect()
            }
        }
    }

    /// Each person, and below the one that is unfolded what they hold.
    fn people(&self, board: &Board) -> Vec<Spot> {
        let mut spots = Vec::new();
        for person in &board.people {
            spots.push(Spot::Person(person.agent_id));
            if self.unfolded == Some(person.agent_id) {
                let held = person.holds.iter();
                spots.extend(held.map(|held| Spot::Case(held.row.case_id)));
            }
        }
        spots
    }

    /// Which line of a part has its cursor.
    pub fn cursor(&self, section: Section) -> usize {
        self.cursors[section as usize]
    }

    /// The line under the cursor.
    pub fn spot(&self) -> Option<Spot> {
        let spots = self.spots(self.section);
        spots.get(self.cursor(self.section)).copied()
    }

    /// The case under the cursor.
    pub fn case(&self) -> Option<CaseId> {
        match self.spot() {
            Some(Spot::Case(case)) => Some(case),
            _ => None,
        }
    }

    /// Whether somebody holds the case under the cursor.
    pub fn is_held(&self) -> bool {
        let (Some(case), Some(board)) = (self.case(), &self.board) else {
            return false;
        };
        let held = board.people.iter().flat_map(|person| &person.holds);
        let raised = board.raised.iter().map(|raised| &raised.row);
        let mut rows = board.nearest.iter().chain(raised);
        rows.any(|row| row.case_id == case && row.holder.is_some())
            || held.into_iter().any(|held| held.row.case_id == case)
    }

    /// Whose numbers the cursor means: a queue, or somebody with the queues they work on.
    pub fn numbers_of(&self) -> Option<(Spot, Vec<i32>)> {
        let agent = match self.spot()? {
            queue @ Spot::Queue(_) => return Some((queue, Vec::new())),
            Spot::Person(agent) => agent,
            Spot::Case(_) if self.section == Section::People => self.unfolded?,
            Spot::Case(_) => return None,
        };
        let people = self.board.iter().flat_map(|board| &board.people);
        let mut them = people.filter(|person| person.agent_id == agent);
        let queues = them.next().map(|person| person.queues.clone());
        let queues = queues.filter(|queues| !queues.is_empty())?;
        Some((Spot::Person(agent), queues))
    }

    /// It is time to ask. Without a line nothing is asked: the session comes first.
    pub fn wake(&mut self, world: &mut World, now: DateTime<Utc>) -> Option<Effect> {
        if self.next_at? > now {
            return None;
        }
        if world.link != Link::Live {
            self.pause(world, now);
            return None;
        }
        Some(self.ask(world, now))
    }

    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Effect {
        self.next_at = None;
        world.ask(Slot::Board, Question::Board, now)
    }

    fn pause(&mut self, world: &mut World, now: DateTime<Utc>) {
        self.next_at = Some(now + world.jitter(TimeDelta::milliseconds(PAUSE_MS)));
    }

    /// An answer. A cursor that was moved onto a line stays on it; where the line is gone, or waits
    /// for somebody outside since, and where it was never moved, it stays in its place.
    pub fn take(
        &mut self,
        world: &mut World,
        result: Result<Board, StoreError>,
        now: DateTime<Utc>,
    ) {
        self.pause(world, now);
        let board = match result {
            Ok(board) => board,
            Err(error) => {
                self.problem = Some(error);
                return;
            }
        };
        let before = Section::ALL.map(|section| {
            let spots = self.spots(section);
            spots.get(self.cursor(section)).copied()
        });
        self.problem = None;
        let waits: Vec<CaseId> = board
            .nearest
            .iter()
            .filter(|row| is_waiting(row))
            .map(|row| row.case_id)
            .collect();
        let waited = self.waiting();
        self.board = Some(board);
        for section in Section::ALL {
            let (spots, was) = (self.spots(section), before[section as usize]);
            let is_new = |case| waits.contains(&case) && !waited.contains(&case);
            let went = section == Section::Nearest
                && matches!(was, Some(Spot::Case(case)) if is_new(case));
            let follows = &mut self.follows[section as usize];
            *follows = *follows && !went;
            let was = was.filter(|_| *follows);
            let found = spots.iter().position(|spot| Some(*spot) == was);
            let cursor = &mut self.cursors[section as usize];
            *cursor = found.unwrap_or(*cursor).min(spots.len().saturating_sub(1));
        }
    }

    /// Cases of what is due next that wait for somebody outside.
    fn waiting(&self) -> Vec<CaseId> {
        let rows = self.board.iter().flat_map(|board| &board.nearest);
        rows.filter(|row| is_waiting(row))
            .map(|row| row.case_id)
            .collect()
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match pressed.id {
            Id::Back => vec![Effect::Go(Route::Back)],
            Id::OnTime => vec![Effect::Go(Route::OnTime)],
            Id::Signals => vec![Effect::Go(Route::Signals)],
            Id::Notices => vec![Effect::Go(Route::Notices)],
            Id::Refresh => vec![self.ask(world, now)],
            Id::Section => {
                self.next_section(1);
                Vec::new()
            }
            Id::Choose => self.choose(world, now),
            Id::Reassign => self.give(world, Subject::Reassign, now),
            Id::CallBack => self.give(world, Subject::CallBack, now),
            Id::Limits => match self.numbers_of() {
                Some((of, queues)) => limits::go(world, of, &queues, now),
                None => Vec::new(),
            },
            id => {
                self.go(id, window);
                Vec::new()
            }
        }
    }

    /// To the next part that has lines.
    fn next_section(&mut self, step: usize) {
        let at = self.section as usize;
        let others = (1..=Section::ALL.len()).map(|n| Section::ALL[(at + n * step) % 4]);
        let filled = |section: &Section| !self.spots(*section).is_empty();
        if let Some(section) = others.into_iter().find(filled) {
            self.section = section;
        }
    }

    /// Up and down go on into the next part.
    fn go(&mut self, id: Id, window: Window) {
        let (at, count) = (self.cursor(self.section), self.spots(self.section).len());
        if id == Id::Down && at + 1 >= count && self.section != Section::Raised {
            self.next_section(1);
            self.cursors[self.section as usize] = 0;
        } else if id == Id::Up && at == 0 && self.section != Section::Queues {
            self.next_section(3);
            let last = self.spots(self.section).len().saturating_sub(1);
            self.cursors[self.section as usize] = last;
        } else if let Some(to) = moved(id, at, count, window) {
            self.cursors[self.section as usize] = to;
        }
        self.follows[self.section as usize] = true;
    }

    fn choose(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        match self.spot() {
            Some(Spot::Case(case)) => {
                vec![Effect::Go(Route::Aside(case)), world.ask_detail(case, now)]
            }
            Some(Spot::Queue(queue)) => vec![Effect::Go(Route::Queue(queue))],
            Some(Spot::Person(person)) => {
                let is_open = self.unfolded == Some(person);
                self.unfolded = (!is_open).then_some(person);
                let spots = self.spots(Section::People);
                let here = spots.iter().position(|spot| *spot == Spot::Person(person));
                self.cursors[Section::People as usize] = here.unwrap_or(0);
                Vec::new()
            }
            None => Vec::new(),
        }
    }

    /// The form in which a lead gives the case to somebody, or to the pool.
    fn give(
        &self,
        world: &mut World,
        subject: fn(CaseId) -> Subject,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let Some(case) = self.case() else {
            return Vec::new();
        };
        let subject = subject(case);
        let mut effects = Vec::new();
        effects.extend(world.ask_beside(&subject, now));
        effects.push(Effect::Go(Route::Form(subject)));
        if world.case(case).is_none() {
            effects.push(world.ask_detail(case, now));
        }
        effects
    }
}

fn is_waiting(row: &CaseRow) -> bool {
    row.work == WorkState::Waiting
}

/// What will be late in a queue when the desk closes, and when that is. `None` until the calendars
/// were read.
pub fn forecast(
    world: &World,
    board: &Board,
    queue: &BoardQueue,
    now: DateTime<Utc>,
) -> Option<(Forecast, Shift)> {
    let calendar = world.calendars.as_ref()?.get(queue.country);
    let shift = Shift::at(calendar, world.legal(now));
    Some((Forecast::of(board.workload(queue), shift), shift))
}

impl Board {
    /// What the forecast of a queue is made of.
    pub fn workload(&self, queue: &BoardQueue) -> Workload {
        let at_it = self.people.iter().filter(|person| {
            person.online_since.is_some() && person.queues.contains(&queue.queue_id)
        });
        Workload {
            due: queue.due_day,
            done: queue.done,
            people: u32::try_from(at_it.count()).unwrap_or(u32::MAX),
        }
    }
}
