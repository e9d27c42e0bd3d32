//! A form on the screen: moving between fields, typing, review. Sending is in [`super::send`].

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::command::{Context, Id};
use super::super::editor::{Edit, Lines};
use super::super::effect::{Call, Effect, Loaded, Slot};
use super::super::form::outcome::{self, Outcome};
use super::super::form::read::Reading;
use super::super::form::{Ask, Entry, build};
use super::super::held;
use super::super::preview;
use super::super::request::around::{self, Around};
use super::super::request::{meters, week};
use super::super::route::Subject;
use super::super::toast::Tone;
use super::super::world::World;
use super::typing::understand;
use super::{Pressed, look, send};

/// How many lines of the review a page key moves.
const PAGE: usize = 8;
/// Lines of the longest review there can be: a note of one letter a line.
const MOST: usize = 4_200;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Being filled.
    Edit,
    /// Filled; what will happen is to be read.
    Review,
    /// The case is being claimed.
    Claiming,
    /// It is being written.
    Sending,
}

/// What came of asking for the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Asked {
    /// Nobody asked with the key before.
    #[default]
    Not,
    /// Something stands against it.
    InVain,
    /// Not everything was read yet: it comes by itself when it is.
    Early,
}

/// A form on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What it is about.
    pub subject: Subject,
    /// Its fields. Empty until the case was read.
    pub entries: Vec<Entry>,
    /// The field with the cursor.
    pub at: usize,
    /// How far it is.
    pub stage: Stage,
    /// What it would do.
    pub outcome: Outcome,
    /// What stands against it since it was sent, in words.
    pub problem: Option<String>,
    /// What came of asking for the review.
    pub asked: Asked,
    /// The number under which what is typed here is kept.
    pub draft: Uuid,
    /// The command id under which it is written.
    pub command: Uuid,
    /// The command id of the claim that goes before it.
    pub claim: Option<Uuid>,
    /// What was sent and perhaps not answered: sent again as it was.
    pub sent: Option<Call>,
    /// First visible line of the review.
    pub top: usize,
    /// Whether the answers were changed since it was sent.
    pub altered: bool,
    /// … once it says something else than what another console left.
    pub own: Option<Uuid>,
    /// Whether something was typed.
    pub touched: bool,
    /// Since when what stands here was kept as a draft (machine time).
    pub kept_at: Option<DateTime<Utc>>,
    /// The version of the case that was seen.
    pub version: Option<i32>,
    /// The numbers of connection and party that were looked up last.
    pub looked_up: (String, String),
    /// What was looked up around the fields.
    pub around: Around,
    /// Whether the case was ours while this form was open.
    pub was_ours: bool,
    /// When text was typed into a choice last (machine time).
    pub(super) typed_at: Option<DateTime<Utc>>,
    /// What was typed into it, and what was chosen before.
    pub(super) typed: (String, Option<usize>),
    /// Answers of the draft for which there is no field (now).
    pub(in crate::desk) rest: Vec<(String, String)>,
}

impl State {
    /// A form, with the latest draft of it if there is one.
    pub fn open(world: &mut World, subject: Subject, now: DateTime<Utc>) -> Self {
        let draft = world.drafts.of(&subject).map(|draft| draft.id);
        Self::with(world, subject, draft, now)
    }

    pub(super) fn with(
        world: &mut World,
        subject: Subject,
        draft: Option<Uuid>,
        now: DateTime<Utc>,
    ) -> Self {
        let mut state = Self {
            draft: draft.unwrap_or_else(|| world.command(now)),
            command: world.command(now),
            claim: None,
            was_ours: false,
            rest: Vec::new(),
            typed_at: None,
            typed: Default::default(),
            subject,
            entries: Vec::new(),
            at: 0,
            stage: Stage::Edit,
            outcome: Outcome::Unknown,
            problem: None,
            asked: Asked::Not,
            sent: None,
            top: 0,
            altered: false,
            own: None,
            touched: false,
            kept_at: None,
            version: None,
            looked_up: Default::default(),
            around: Around::default(),
        };
        state.fill(world, now);
        state
    }

    /// Build the fields, once what they need was read.
    pub(super) fn fill(&mut self, world: &mut World, now: DateTime<Utc>) {
        self.entries = build::entries(world, &self.subject, now);
        let drafts = &world.drafts;
        let kept = drafts.get(self.draft).or_else(|| drafts.of(&self.subject));
        if let Some(kept) = kept {
            self.take_up(world, kept);
        }
        around::lay(self, world, now);
        self.weigh(world, now);
        if self.is_question() {
            self.review(world, now);
        }
    }

    /// Whether it only asks for a yes: nothing is filled in.
    fn is_question(&self) -> bool {
        matches!(
            self.subject,
            Subject::TakeBack(_) | Subject::Update(_, true)
        )
    }

    /// Whether it waits for that answer.
    pub fn awaits(&self, slot: Slot) -> bool {
        let claims = self.claim.is_some_and(|claim| Slot::Command(claim) == slot);
        claims || Slot::Command(self.command) == slot
    }

    /// Whether what it is about was not read yet. No fields alone do not say so: an action may ask
    /// for none.
    pub fn is_unread(&self) -> bool {
        self.entries.is_empty() && self.outcome == Outcome::Unknown
    }

    /// Something it depends on was read: the case, the colleagues, the calendars.
    pub fn refresh(&mut self, world: &mut World, now: DateTime<Utc>) {
        if self.touched && !self.entries.is_empty() {
            self.ask_anew(world, now);
            self.weigh(world, now);
        } else {
            self.fill(world, now);
        }
        if self.asked == Asked::Early && self.outcome != Outcome::Unknown {
            self.asked = Asked::Not;
            self.review(world, now);
        }
    }

    /// Work out what it would do now.
    pub fn weigh(&mut self, world: &World, now: DateTime<Utc>) {
        let case = self.subject.case();
        self.was_ours |= case.is_some_and(|case| world.leases.contains_key(&case));
        if let Some(loaded) = case.and_then(|case| world.case(case))
            && !matches!(self.stage, Stage::Claiming | Stage::Sending)
        {
            self.see(world, loaded, now);
        }
        meters::remark(self, world);
        self.outcome = outcome::of(world, &self.subject, &self.entries, self.command, now);
        let wrong = match &self.outcome {
            Outcome::Fields(wrong) => wrong.as_slice(),
            _ => &[],
        };
        let reading = Reading::about(world, &self.subject, now);
        for entry in &mut self.entries {
            understand(&reading, &self.subject, entry);
            let said = wrong.iter().find(|(key, _)| *key == entry.key);
            entry.error = said
                .filter(|_| entry.seen)
                .map(|(_, said)| said.clone())
                .or_else(|| entry.unknown.clone());
        }
    }

    /// See the case as it is now. What others did to it is said, and must be reviewed; a write
    /// without an answer is asked for as it was, whatever happened since.
    fn see(&mut self, world: &World, loaded: &Loaded, now: DateTime<Utc>) {
        let version = loaded.detail.row.version;
        if self.version.is_some_and(|seen| version > seen) && self.sent.is_none() {
            // our own claim on the way to writing is no news
            let mut events = loaded.timeline.iter();
            let what = events.find(|event| event.kind != "claimed");
            let what = what.map(|event| preview::event(world, &loaded.detail.row.process, event));
            let said = match what {
                Some(what) => world.texts.fill("form.changed_by", &[("what", &what)]),
                None => world.texts.get("form.changed").to_owned(),
            };
            // who holds it is said in the form anyway; reading it once more would not help
            let is_held = self.held(world, now).is_some();
            self.problem = (!is_held).then_some(said);
            if self.stage == Stage::Review {
                self.stage = Stage::Edit;
            }
        }
        self.version = self.version.max(Some(version));
    }

    /// That somebody else holds the case, and what may be done although.
    pub fn held(&self, world: &World, now: DateTime<Utc>) -> Option<String> {
        // who holds it stands against taking back, and is said as that
        let case = self.subject.case().filter(|_| !self.is_question())?;
        match self.subject {
            Subject::TakeOver(_) => held::to_take_over(world, case, now),
            _ => held::with_ways(world, case, now),
        }
    }

    /// Where keys are pressed.
    pub fn context(&self) -> Context {
        if self.stage != Stage::Edit {
            return Context::Review;
        }
        let here = self.entries.get(self.at);
        if here.is_some_and(|entry| around::is_week(self, entry)) {
            return Context::Week;
        }
        match here.map(|entry| &entry.ask) {
            Some(Ask::Choice(..)) => Context::Choice,
            Some(Ask::Text(editor)) if editor.lines() == Lines::Many => Context::Note,
            _ => Context::Line,
        }
    }

    /// React to a command.
    pub fn press(
        &mut self,
        world: &mut World,
        pressed: Pressed,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        self.asked = Asked::Not;
        match (self.stage, pressed.id) {
            (Stage::Claiming | Stage::Sending, _) => Vec::new(),
            (Stage::Review, Id::Back) if !self.is_question() => {
                self.stage = Stage::Edit;
                if !self.is_sent_as_it_stands() {
                    self.entries.iter_mut().for_each(|it| it.read_at = None);
                }
                Vec::new()
            }
            // the view clamps to what there is
            (Stage::Review, Id::PageDown) => {
                self.top = (self.top + PAGE).min(MOST);
                Vec::new()
            }
            (Stage::Review, Id::PageUp) => {
                self.top = self.top.saturating_sub(PAGE);
                Vec::new()
            }
            (Stage::Review, Id::Commit) => send::commit(self, world, now),
            (_, Id::Back) => self.leave(world, now),
            (Stage::Edit, _) if self.is_of_text(pressed.key, now) => {
                self.choose_by(world, pressed.key.typed(), now);
                Vec::new()
            }
            (Stage::Edit, id) => {
                let effects = self.fill_in(world, id, pressed.digit(), now);
                self.hand_on(world, effects, now)
            }
            _ => Vec::new(),
        }
    }

    fn fill_in(
        &mut self,
        world: &mut World,
        id: Id,
        digit: Option<usize>,
        now: DateTime<Utc>,
    ) -> Vec<Effect> {
        match id {
            Id::Enter | Id::NextField if self.take_suggested(world, now) => {}
            Id::Enter => return self.enter(world, now),
            Id::NextField => self.go(world, 1, now),
            Id::PreviousField => self.go(world, -1, now),
            Id::Review => self.review(world, now),
            Id::Discard => self.discard(world, now),
            Id::Edit(Edit::Up) if self.point(-1) => return Vec::new(),
            Id::Edit(Edit::Down) if self.point(1) => return Vec::new(),
            Id::Edit(edit @ (Edit::Up | Edit::Down)) if self.leaves(edit) => {
                self.go(world, if edit == Edit::Up { -1 } else { 1 }, now);
            }
            Id::Edit(edit) => self.change(world, now, |entry| entry.edit(edit)),
            Id::Newline => self.type_here(world, "\n", now),
            Id::Previous => self.change(world, now, |entry| entry.step(-1)),
            Id::Following => self.change(world, now, |entry| entry.step(1)),
            Id::ChooseDigit => {
                let number = digit.unwrap_or(0).wrapping_sub(1);
                if let Some(why) = self.entries[self.at].barred.get(&number) {
                    world.toasts.say(Tone::Warning, why.clone(), now);
                }
                self.change(world, now, |entry| {
                    entry.choose(number);
                });
            }
            Id::Complete => self.change(world, now, Entry::complete),
            Id::AskAgain => return around::anew(self, world, now),
            Id::Up
            | Id::Down
            | Id::DayBefore
            | Id::DayAfter
            | Id::WeekBefore
            | Id::WeekAfter
            | Id::FirstFree => return self.in_week(world, id, now),
            _ => return Vec::new(),
        }
        look::ask(self, world, now)
    }

    /// A key in a week of start times.
    fn in_week(&mut self, world: &mut World, id: Id, now: DateTime<Utc>) -> Vec<Effect> {
        let Some(to) = week::press(self, id, now) else {
            week::turn(self, world, now);
            return around::ask(self, world, now);
        };
        self.change(world, now, |entry| {
            entry.choose(to);
        });
        Vec::new()
    }

    fn leaves(&self, edit: Edit) -> bool {
        self.entries
            .get(self.at)
            .is_some_and(|entry| entry.leaves(edit))
    }

    /// Choose another suggestion; `false` when there is none.
    fn point(&mut self, step: isize) -> bool {
        let entry = self.entries.get_mut(self.at);
        entry.is_some_and(|entry| entry.point(step))
    }

    /// Take the suggestion that is chosen and go on; into a directory, stay. `false` without one.
    fn take_suggested(&mut self, world: &World, now: DateTime<Utc>) -> bool {
        let mut taken = false;
        self.change(world, now, |entry| taken = entry.take());
        if taken && !self.entries[self.at].raw().ends_with('/') {
            self.go(world, 1, now);
        }
        taken
    }

    fn enter(&mut self, world: &mut World, now: DateTime<Utc>) -> Vec<Effect> {
        if self.at + 1 >= self.entries.len() {
            self.review(world, now);
        } else {
            self.go(world, 1, now);
        }
        look::ask(self, world, now)
    }
}
