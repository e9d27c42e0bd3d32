//! The register of signals: which party was signalled how often in a period, of what kind, what the count
//! would propose, and whether the joint operators look at it already (GT-06, GT-17); behind a party its
//! signals with their cases.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};

use super::super::available::Why;
use super::super::command::Id;
use super::super::effect::{Effect, Question, Slot};
use super::super::file::{self, FileError};
use super::super::geometry::Window;
use super::super::model::Model;
use super::super::route::Route;
use super::super::toast::Tone;
use super::super::world::World;
use super::{Layer, Pressed, moved};
use crate::store::StoreError;
use crate::store::rows::CaseId;
use crate::store::signals::{PartySignals, SignalParties, SignalPlace, SignalSeen};

/// How many months a period has; the next choice follows in a circle.
const LENGTHS: [u32; 4] = [3, 12, 36, 1];
/// How many signals are read at once.
pub const PAGE: u32 = 200;
/// How many signals of one party are kept at most; a shorter period has the rest.
const MOST: usize = 2_000;

/// Months: the first day of the first, and the first day after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// First day that is not in it.
    pub to: NaiveDate,
}

/// The register on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// How many months are shown.
    pub months: u32,
    /// Which.
    pub period: Period,
    /// What was read of that period.
    pub register: Option<SignalParties>,
    /// Why it could not be read.
    pub problem: Option<StoreError>,
    /// Which party has the cursor.
    pub cursor: usize,
    /// The signals of a party, when they are looked at.
    pub behind: Option<Behind>,
}

/// The signals of a party, the newest first.
pub type Behind = super::behind::Behind<PartySignals, SignalSeen>;

/// So many months up to the one of a day.
fn months_until(day: NaiveDate, months: u32) -> Period {
    let last = day.with_day(1).unwrap_or(day);
    let to = last.checked_add_months(Months::new(1)).unwrap_or(last);
    let from = to.checked_sub_months(Months::new(months)).unwrap_or(last);
    Period { from, to }
}

impl Period {
    /// The last day in it.
    pub fn last(self) -> NaiveDate {
        self.to.pred_opt().unwrap_or(self.from)
    }

    /// As long a period, so many months earlier; later with none of them left.
    fn moved(self, months: u32, is_back: bool) -> Self {
        let months = Months::new(months);
        let shift = |day: NaiveDate| {
            if is_back {
                day.checked_sub_months(months)
            } else {
                day.checked_add_months(months)
            }
        };
        match (shift(self.from), shift(self.to)) {
            (Some(from), Some(to)) => Self { from, to },
            _ => self,
        }
    }
}

/// Whether the register lies on top.
pub fn on_top(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        Some(Layer::Signals(_)) => Ok(()),
        _ => Err(Why("not_here")),
    }
}

fn today(world: &World, now: DateTime<Utc>) -> NaiveDate {
    world.legal(now).with_timezone(&world.zone("")).date_naive()
}

impl State {
    /// The last three months, and the question for them.
    pub fn open(world: &mut World, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let months = LENGTHS[0];
        let mut state = Self {
            months,
            period: months_until(today(world, now), months),
            register: None,
            problem: None,
            cursor: 0,
            behind: None,
        };
        let asked = state.ask(world, now);
        (state, vec![asked])
    }

    fn ask(&mut self, world: &mut World, now: DateTime<Utc>) -> Effect {
        self.problem = None;
        world.ask(Slot::Signals, Question::Signals(self.period), now)
    }

    /// Another period: nothing of the one before is shown as its own.
    fn go_to(&mut self, world: &mut World, period: Period, now: DateTime<Utc>) -> Vec<Effect> {
        self.period = period;
        self.register = None;
        vec![self.ask(world, now)]
    }

    /// The party under the cursor.
    pub fn party(&self) -> Option<&PartySignals> {
        self.register.as_ref()?.parties.get(self.cursor)
    }

    /// What was read of a period; of another than the shown one it is dropped.
    pub fn take(&mut self, period: Period, result: Result<SignalParties, StoreError>) {
        if period != self.period {
            return;
        }
        match result {
            Ok(register) => {
                let was = self.party().map(|party| party.party_gln.clone());
                let mut parties = register.parties.iter();
                let found = parties.position(|party| Some(&party.party_gln) == was.as_ref());
                self.cursor = found.unwrap_or(0);
                self.register = Some(register);
                self.problem = None;
            }
            Err(error) => self.problem = Some(error),
        }
    }

    /// Signals of a party.
    pub fn take_signals(&mut self, gln: &str, result: Result<Vec<SignalSeen>, StoreError>) {
        let Some(behind) = &mut self.behind else {
            return;
        };
        if behind.of.party_gln != gln {
            return;
        }
        self.problem = behind.take(result, PAGE);
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        window: Window,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        if pressed.id == Id::SaveSignals {
            return self.save(world, now);
        }
        if self.behind.is_some() {
            return self.press_behind(world, pressed, window, now);
        }
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Refresh => return vec![self.ask(world, now)],
            Id::Choose => return self.look_behind(world, now),
            Id::Period => {
                let at = LENGTHS.iter().position(|months| *months == self.months);
                self.months = LENGTHS[at.map_or(0, |at| (at + 1) % LENGTHS.len())];
                let period = months_until(self.period.last(), self.months);
                return self.go_to(world, period, now);
            }
            Id::Previous => {
                let period = self.period.moved(self.months, true);
                return self.go_to(world, period, now);
            }
            Id::Following => {
                let later = self.period.moved(self.months, false);
                let newest = months_until(today(world, now), self.months);
                let period = if later.to > newest.to { newest } else { later };
                return self.go_to(world, period, now);
            }
            id => {
                let count = self.register.as_ref().map_or(0, |it| it.parties.len());
                self.cursor = moved(id, self.cursor, count, window).unwrap_or(self.cursor);
            }
        }
        Vec::new()
    }

    fn look_behind(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(party) = self.party().cloned() else {
            return Vec::new();
        };
        let asked = self.ask_signals(world, &party.party_gln, None, now);
        self.behind = Some(Behind::of(party));
        vec![asked]
    }

    fn ask_signals(
        &self,
        world: &mut World,
        gln: &str,
        after: Option<SignalPlace>,
        now: DateTime<Utc>,
    ) -> Effect {
        let question = Question::SignalsOf {
            gln: gln.to_owned(),
            period: self.period,
            after,
        };
        world.ask(Slot::SignalsOf, question, now)
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
            Id::Back => {
                self.behind = None;
                self.problem = None;
            }
            Id::Choose => {
                if let Some(case) = behind.current().map(|it| it.case_id) {
                    return to_case(world, case, now);
                }
            }
            id => {
                let wants = behind.walk(id, window, MOST);
                if wants && world.asked_since(Slot::SignalsOf).is_none() {
                    let after = behind.rows.last().map(SignalSeen::place);
                    let gln = behind.of.party_gln.clone();
                    return vec![self.ask_signals(world, &gln, after, now)];
                }
            }
        }
        Vec::new()
    }

    /// What is shown as a file: the register of the period, or the signals of the party.
    fn save(&self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        let question = Question::SaveSignals {
            period: self.period,
            gln: self.behind.as_ref().map(|it| it.of.party_gln.clone()),
        };
        vec![world.ask(Slot::SaveSignals, question, now)]
    }
}

fn to_case(world: &mut World, case: CaseId, now: DateTime<Utc>) -> Vec<Effect> {
    vec![Effect::Go(Route::Aside(case)), world.ask_detail(case, now)]
}

/// The file is there, or why not.
pub(crate) fn saved(world: &mut World, result: &Result<String, FileError>, now: DateTime<Utc>) {
    let (tone, said) = match result {
        Ok(path) => {
            let said = world.texts.fill("signals.saved", &[("file", path)]);
            (Tone::Done, said)
        }
        Err(error) => {
            let why = file::said(world, error);
            let said = world.texts.fill("signals.not_saved", &[("why", &why)]);
            (Tone::Warning, said)
        }
    };
    world.toasts.say(tone, said, now);
}
