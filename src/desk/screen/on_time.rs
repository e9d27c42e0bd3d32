//! The share of clocks on time: kinds of clocks by months, and behind each figure its cases. Months
//! are read one after the other, the newest first.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};

use super::super::command::Id;
use super::super::effect::{Effect, Question, Slot};
use super::super::geometry::Window;
use super::super::route::Route;
use super::super::world::World;
use super::{Pressed, moved};
use crate::domain::clock::Whose;
use crate::store::StoreError;
use crate::store::rows::{CaseId, OnTimeCase, OnTimeKind, OnTimeRow};

/// How many months are shown.
pub const MONTHS: u32 = 12;
/// How many cases are read at once.
pub const PAGE: u32 = 200;
/// How many cases of one figure are kept at most; the command line lists all of them.
const MOST: usize = 2_000;

/// The report on the screen.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// The months, the newest first.
    pub months: Vec<NaiveDate>,
    /// What was read.
    pub rows: BTreeMap<NaiveDate, Vec<OnTimeRow>>,
    /// Months that could not be read, and why. The others stand by themselves.
    pub failed: BTreeMap<NaiveDate, StoreError>,
    /// Why the cases behind a figure could not be read.
    pub problem: Option<StoreError>,
    /// Which month has the cursor.
    pub month: usize,
    /// Which kind has it.
    pub kind: usize,
    /// The cases behind the figure, when they are looked at.
    pub behind: Option<Behind>,
}

/// The cases behind a figure: those of which clocks.
pub type Behind = super::behind::Behind<OnTimeKind, OnTimeCase>;

/// The first days of the last months, in the days of that zone.
fn months(world: &World, now: DateTime<Utc>) -> Vec<NaiveDate> {
    let today = world.legal(now).with_timezone(&world.zone("")).date_naive();
    let first = today.with_day(1).unwrap_or(today);
    let before = |n| first.checked_sub_months(Months::new(n));
    (0..MONTHS).filter_map(before).collect()
}

impl State {
    /// A report that was not read yet, and its first question.
    pub fn open(world: &mut World, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let mut state = Self {
            months: months(world, now),
            ..Self::default()
        };
        let asked = state.ask(world, now);
        (state, asked)
    }

    /// Whether that month is still to be read.
    pub fn is_missing(&self, month: NaiveDate) -> bool {
        !self.rows.contains_key(&month) && !self.failed.contains_key(&month)
    }

    /// Ask for the newest month that was not read, and did not fail.
    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let missing = self.months.iter().find(|month| self.is_missing(**month));
        let question = |month: &NaiveDate| Question::OnTime(*month);
        let asked = missing.map(|month| world.ask(Slot::OnTime(*month), question(month), now));
        asked.into_iter().collect()
    }

    /// A month came in, or could not be read: the next one is asked for.
    pub fn take(
        &mut self,
        world: &mut World,
        month: NaiveDate,
        result: Result<Vec<OnTimeRow>, StoreError>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match result {
            Ok(rows) => self.insert(month, rows),
            Err(error) => {
                self.failed.insert(month, error);
            }
        }
        self.ask(world, now)
    }

    /// The cursor stays on its kind: a month may bring kinds that stand before it.
    fn insert(&mut self, month: NaiveDate, rows: Vec<OnTimeRow>) {
        let was = self.kinds().into_iter().nth(self.kind);
        self.rows.insert(month, rows);
        let found = self.kinds().into_iter().position(|kind| Some(kind) == was);
        self.kind = found.unwrap_or(self.kind);
    }

    /// Of our own duties in a month: how many were met, and how many are judged.
    pub fn ours(&self, month: NaiveDate) -> (u64, u64) {
        let rows = self.rows.get(&month).into_iter().flatten();
        let ours = rows.filter(|row| row.whose == Whose::Ours);
        ours.fold((0, 0), |(met, judged), row| {
            (met + row.met, judged + row.judged())
        })
    }

    /// All kinds of clocks that were due in one of the months: ours first.
    pub fn kinds(&self) -> Vec<(String, String)> {
        let mut kinds: Vec<(bool, &str, &str)> = self
            .rows
            .values()
            .flatten()
            .map(|row| (row.whose != Whose::Ours, &*row.process, &*row.clock))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let named =
            |(_, process, clock): (bool, &str, &str)| (process.to_owned(), clock.to_owned());
        kinds.into_iter().map(named).collect()
    }

    /// The figures of a kind in a month.
    pub fn row(&self, month: NaiveDate, kind: &(String, String)) -> Option<&OnTimeRow> {
        let rows = self.rows.get(&month)?;
        rows.iter()
            .find(|row| row.process == kind.0 && row.clock == kind.1)
    }

    /// The figures under the cursor.
    pub fn current(&self) -> Option<&OnTimeRow> {
        let kinds = self.kinds();
        self.row(*self.months.get(self.month)?, kinds.get(self.kind)?)
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if self.behind.is_some() {
            return self.press_behind(world, pressed, window, now);
        }
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Refresh => {
                self.rows.clear();
                self.failed.clear();
                return self.ask(world, now);
            }
            Id::Choose => return self.look_behind(world, now),
            // months run to the left into the past
            Id::Previous => self.month = (self.month + 1).min(self.months.len().saturating_sub(1)),
            Id::Following => self.month = self.month.saturating_sub(1),
            id => {
                let count = self.kinds().len();
                self.kind = moved(id, self.kind, count, window).unwrap_or(self.kind);
            }
        }
        Vec::new()
    }

    fn look_behind(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(row) = self.current() else {
            return Vec::new();
        };
        let kind = OnTimeKind {
            month: row.month,
            process: row.process.clone(),
            clock: row.clock.clone(),
        };
        self.behind = Some(Behind::of(kind.clone()));
        vec![ask_cases(world, kind, None, now)]
    }

    fn press_behind(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        let Some(behind) = &mut self.behind else {
            return Vec::new();
        };
        match pressed.id {
            Id::Back => self.behind = None,
            Id::Choose => {
                if let Some(case) = behind.current().map(|case| case.case_id) {
                    return vec![Effect::Go(Route::Aside(case)), world.ask_detail(case, now)];
                }
            }
            id => {
                let wants = behind.walk(id, window, MOST);
                if wants && world.asked_since(Slot::OnTimeCases).is_none() {
                    let after = behind.rows.last().map(OnTimeCase::place);
                    return vec![ask_cases(world, behind.of.clone(), after, now)];
                }
            }
        }
        Vec::new()
    }

    /// Cases behind the figure.
    pub fn take_cases(&mut self, result: Result<Vec<OnTimeCase>, StoreError>) {
        let Some(behind) = &mut self.behind else {
            return;
        };
        self.problem = behind.take(result, PAGE);
    }
}

fn ask_cases(
    world: &mut World,
    kind: OnTimeKind,
    after: Option<(DateTime<Utc>, CaseId, i32)>,
    now: DateTime<Utc>,
) -> Effect {
    let limit = PAGE;
    let question = Question::OnTimeCases { kind, after, limit };
    world.ask(Slot::OnTimeCases, question, now)
}
