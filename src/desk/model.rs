//! All that the screen shows: one value. It knows no terminal, no database, no clock.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::chord::Chord;
use super::command::{Context, Id};
use super::effect::Slot;
use super::geometry::Window;
use super::habits::Habits;
use super::key::Input;
use super::keymap::Keymap;
use super::lock::Lock;
use super::palette::{self, Spoken};
use super::place;
use super::privacy::Seen;
use super::route::Aside;
use super::screen::desk::{self, Page};
use super::screen::{Layer, actions, board, search};
use super::world::World;
use crate::store::rows::{CaseId, CaseRow};
use crate::text::Texts;

/// The whole screen.
#[derive(Debug)]
pub struct Model {
    /// What all screens share.
    pub world: World,
    /// The desk, below everything.
    pub desk: desk::State,
    /// Layers on it, the topmost last.
    pub layers: Vec<Layer>,
    /// The last search, to come back to.
    pub search: search::State,
    /// The last board, to come back to.
    pub board: Option<Box<board::State>>,
    /// Where somebody went from layers, and the layers to which back leads.
    pub aside: Option<(Aside, Vec<Layer>)>,
    /// The keys.
    pub keymap: Keymap,
    /// Keys that begin a sequence.
    pub chord: Option<Chord>,
    /// The palette, when it is open.
    pub palette: Option<Box<palette::State>>,
    /// What was said in it.
    pub spoken: Spoken,
    /// Names of the themes there are.
    pub themes: Vec<String>,
    /// The theme shown.
    pub theme: String,
    /// The size of the window.
    pub window: Window,
    /// What was typed while a layer waits for its case, or a command by key for its answer; it is
    /// taken in when that is there.
    pub ahead: VecDeque<Input>,
    /// Keeping the place, and coming back to it.
    pub keeping: place::Keeping,
    /// The agent wants to leave: until then the last saves are waited for (machine time).
    pub leaving: Option<DateTime<Utc>>,
    /// The held cases in which a key was pressed since that was last told.
    pub worked: BTreeSet<CaseId>,
    /// What the console does by itself.
    pub habits: Habits,
    /// Whether the screen is locked.
    pub lock: Lock,
    /// When a key was pressed last (machine time).
    pub keyed_at: DateTime<Utc>,
    /// What is unmasked for a while.
    pub unmasked: Option<Seen>,
    /// Whether a frame is due: something visible may be different.
    pub dirty: bool,
    /// The instant of the last message: what the view shows is as of then (machine time).
    pub now: DateTime<Utc>,
}

/// How a model is started.
#[derive(Debug, Clone)]
pub struct Start {
    /// Texts of the language.
    pub texts: Arc<Texts>,
    /// Keys.
    pub keymap: Keymap,
    /// Size of the window.
    pub window: Window,
    /// Seed of the command ids.
    pub seed: u64,
}

impl Model {
    /// An empty desk that has asked for nothing yet.
    pub fn new(start: Start, now: DateTime<Utc>) -> Self {
        let texts = Arc::new(start.keymap.spell(&start.texts));
        Self {
            world: World::new(texts, start.seed, now),
            desk: desk::State::default(),
            layers: Vec::new(),
            search: search::State::default(),
            board: None,
            aside: None,
            keymap: start.keymap,
            chord: None,
            palette: None,
            spoken: Spoken::default(),
            themes: Vec::new(),
            theme: String::new(),
            window: start.window,
            ahead: VecDeque::new(),
            keeping: place::Keeping::default(),
            leaving: None,
            worked: BTreeSet::new(),
            habits: Habits::default(),
            lock: Lock::default(),
            keyed_at: now,
            unmasked: None,
            dirty: true,
            now,
        }
    }

    /// Where keys are pressed.
    pub fn context(&self) -> Context {
        match self.palette {
            Some(_) => Context::Palette,
            None => self.context_below(),
        }
    }

    /// Where keys are pressed when the palette is closed: what it speaks to.
    pub fn context_below(&self) -> Context {
        match (self.layers.last(), self.desk.page) {
            (Some(layer), _) => layer.context(&self.world),
            (None, Page::List) if self.desk.pinned.is_none() => Context::List,
            (None, _) => Context::Detail,
        }
    }

    /// The case that commands mean.
    pub fn current_case(&self) -> Option<CaseId> {
        self.desk.case()
    }

    /// Its row.
    pub fn current_row(&self) -> Option<&CaseRow> {
        self.desk.row(&self.world, self.current_case()?)
    }

    /// The case in the detail pane, and its row.
    pub fn shown(&self) -> Option<(CaseId, Option<&CaseRow>)> {
        let case = self.desk.shown?;
        Some((case, self.desk.row(&self.world, case)))
    }

    /// Whether the topmost layer waits for what it needs, or the desk for the answer to a write, so
    /// that keys must wait too.
    pub fn is_waiting(&self) -> bool {
        if self.palette.is_some() {
            return false;
        }
        // what is typed behind the number of a case means that case
        if self.world.asked_since(Slot::ByNumber).is_some() {
            return true;
        }
        match self.layers.last() {
            Some(Layer::Actions(list)) => {
                actions::choices(&self.world, list.of, self.now).is_none()
            }
            Some(Layer::Form(form)) => form.is_unread(),
            Some(Layer::Bulk(_)) => self.world.bulk.as_ref().is_some_and(|job| !job.is_read()),
            // what is typed after "mark all" means the marked cases
            None => {
                let marks = Slot::Marks(self.desk.at);
                self.desk.keyed.is_under_way() || self.world.asked_since(marks).is_some()
            }
            _ => false,
        }
    }

    /// Whether something typed is not in the database yet.
    pub fn has_unsaved(&self) -> bool {
        self.world.drafts.is_unsaved()
    }

    /// Whether the command of that id is possible now.
    pub fn is_possible(&self, id: Id) -> bool {
        super::command::COMMANDS
            .iter()
            .find(|command| command.id == id)
            .is_some_and(|command| (command.available)(self).is_ok())
    }
}
