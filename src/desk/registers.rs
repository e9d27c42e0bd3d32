//! What the registers say of a case of the data wash: asked in a task of its own, shown side by side
//! with what each side holds, and never in the way of anything (DW-BAS-14, DW-BAS-15).

use chrono::{DateTime, Utc};

use super::available::{self, Why};
use super::command::Id;
use super::effect::{Effect, Question, Slot};
use super::model::Model;
use super::route::Route;
use super::screen::Pressed;
use super::world::World;
use crate::store::StoreError;
use crate::store::rows::{CaseId, EvidenceRow, Role};
use crate::text::Texts;

/// What all sides came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When it was asked (legal time).
    pub at: DateTime<Utc>,
    /// One for each side that has somebody.
    pub sides: Vec<Side>,
}

/// What a register says of who has the point on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// `grid`, `supply`.
    pub side: String,
    /// Who was asked: `extracts`, `enterprises`, `persons`.
    pub source: &'static str,
    /// What that side holds, masked.
    pub held: EvidenceRow,
    /// The answer.
    pub said: Said,
}

/// The answer of a register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The only one.
    One(Box<EvidenceRow>),
    /// Enterprises whose name may be meant: public, for people to choose.
    Firms(Vec<EvidenceRow>),
    /// Several persons: an error of the search, and none of them is shown (DW-BAS-15).
    Several,
    /// Nobody.
    None,
    /// Never issued (404).
    Unknown,
    /// Removed or deleted: no real number any more (410).
    Removed,
    /// Protected: nothing is shown.
    Hidden,
    /// Too little to ask with: the text of that key says what is needed.
    TooLittle(&'static str),
    /// No answer: `trouble.<key>` with its values.
    Away(&'static str, Vec<(&'static str, String)>),
}

impl Said {
    /// In a sentence.
    pub fn words(&self, texts: &Texts) -> String {
        match self {
            Self::One(row) if row.condition.is_empty() && row.deceased_on.is_empty() => {
                texts.say("registers.one")
            }
            Self::One(row) if !row.deceased_on.is_empty() => texts.say("registers.dead"),
            Self::One(row) => texts.say(&format!("registers.{}", row.condition)),
            Self::Firms(rows) => {
                let n = rows.len().to_string();
                texts.fill("registers.firms", &[("n", &n)])
            }
            Self::Several => texts.say("registers.several"),
            Self::None => texts.say("registers.none"),
            Self::Unknown => texts.say("registers.unknown"),
            Self::Removed => texts.say("registers.removed"),
            Self::Hidden => texts.say("finding.protected"),
            Self::TooLittle(key) => texts.say(key),
            Self::Away(key, args) => {
                let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_str())).collect();
                let why = texts.fill(&format!("trouble.{key}"), &args);
                texts.fill("registers.away", &[("why", &why)])
            }
        }
    }
}

/// The layer.
#[derive(Debug, Clone)]
pub struct State {
    /// Of which case.
    pub case: CaseId,
    /// What was said; nothing yet while it is asked.
    pub answer: Option<Result<Answer, StoreError>>,
    /// First visible line.
    pub top: usize,
}

impl State {
    /// Asks.
    pub fn open(world: &mut World, case: CaseId, now: DateTime<Utc>) -> (Self, Effect) {
        let state = Self {
            case,
            answer: None,
            top: 0,
        };
        (state, ask(world, case, now))
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match pressed.id {
            Id::Back => return vec![Effect::Go(Route::Back)],
            Id::Refresh => {
                self.answer = None;
                return vec![ask(world, self.case, now)];
            }
            Id::Up => self.top = self.top.saturating_sub(1),
            Id::Down => self.top = (self.top + 1).min(LINES),
            _ => {}
        }
        Vec::new()
    }

    /// The answer, if it is still about this case.
    pub fn take(&mut self, case: CaseId, result: Result<Answer, StoreError>) {
        if case == self.case {
            self.answer = Some(result);
        }
    }
}

/// Lines of the longest answer.
const LINES: usize = 30;

fn ask(world: &mut World, case: CaseId, now: DateTime<Utc>) -> Effect {
    world.ask(Slot::Registers, Question::Registers(case), now)
}

/// A case with a finding, of nobody who is protected.
pub(super) fn available(model: &Model) -> Result<(), Why> {
    available::live(model)?;
    if model.world.role() == Some(Role::Auditor) {
        return Err(Why("auditor"));
    }
    let case = model.current_case().ok_or(Why("no_case"))?;
    let loaded = model.world.case(case).ok_or(Why("not_read"))?;
    match loaded.detail.finding.as_deref() {
        None => Err(Why("no_finding")),
        Some(found) if found.protected => Err(Why("person_protected")),
        Some(_) => Ok(()),
    }
}
