//! The palette: any command of the place where one is, by its name, with what it takes. It lies over
//! the screen and is no layer: what it lists is asked of the screen below.

mod entries;
mod speak;
mod spoken;

use chrono::{DateTime, Utc};

use super::command::{Context, Id};
use super::editor::{Edit, Editor, Lines};
use super::effect::Effect;
use super::model::Model;
use super::screen::{Help, Layer, Pressed};
pub use entries::{Entry, entries};
pub use speak::found;
pub use spoken::Spoken;

/// Characters of a line at most.
const LINE_MAX: usize = 400;

/// The line on the screen.
#[derive(Debug, Clone)]
pub struct State {
    /// What is written.
    pub editor: Editor,
    /// Which of the entries is chosen.
    pub at: usize,
    /// Why it was not done.
    pub problem: Option<String>,
    /// How many lines back the one shown was said; 0 for a new one.
    back: usize,
}

impl Default for State {
    fn default() -> Self {
        Self {
            editor: Editor::new(Lines::One, LINE_MAX),
            at: 0,
            problem: None,
            back: 0,
        }
    }
}

impl State {
    /// Type or paste.
    pub fn type_in(&mut self, text: &str) {
        self.editor.insert(text);
        self.changed();
    }

    fn set(&mut self, line: &str) {
        self.editor.set(line);
        self.changed();
    }

    fn changed(&mut self) {
        self.at = 0;
        self.problem = None;
    }

    fn edit(&mut self, edit: Edit) {
        self.editor.edit(edit);
        self.changed();
    }
}

/// What the palette has to do with a command; `None` when it has not.
pub fn take(
    model: &mut Model,
    pressed: Pressed,
    context: Context,
    now: DateTime<Utc>,
) -> Option<Vec<Effect>> {
    match (pressed.id, context) {
        (Id::Palette, _) => model.palette = Some(Box::default()),
        (Id::Help, Context::Palette) => {
            model.palette = None;
            let help = Help {
                of: context,
                top: 0,
            };
            model.layers.push(Layer::Help(help));
        }
        (Id::Redraw | Id::Suspend | Id::Lock, _) => return None,
        (_, Context::Palette) => return Some(press(model, pressed.id, now)),
        _ => return None,
    }
    Some(Vec::new())
}

fn press(model: &mut Model, id: Id, now: DateTime<Utc>) -> Vec<Effect> {
    let count = entries(model).len();
    let Some(state) = model.palette.as_deref_mut() else {
        return Vec::new();
    };
    match id {
        // deleting what is not there leads back, as escape does
        Id::Edit(Edit::Backspace) if state.editor.text().is_empty() => model.palette = None,
        Id::Back => model.palette = None,
        Id::Up => state.at = state.at.saturating_sub(1),
        Id::Down => state.at = (state.at + 1).min(count.saturating_sub(1)),
        Id::Earlier => recall(state, &model.spoken, 1),
        Id::Later => recall(state, &model.spoken, -1),
        Id::Edit(edit) => state.edit(edit),
        Id::FillWord => fill(model),
        Id::Choose => return speak::choose(model, now),
        _ => {}
    }
    Vec::new()
}

/// Show a line that was said before.
fn recall(state: &mut State, spoken: &Spoken, step: isize) {
    let back = state.back.saturating_add_signed(step);
    let line = spoken.back(back);
    if back == 0 || line.is_some() {
        state.set(line.unwrap_or_default());
        state.back = back;
    }
}

/// Take the chosen entry into the line.
fn fill(model: &mut Model) {
    let all = entries(model);
    let Some(state) = model.palette.as_deref_mut() else {
        return;
    };
    if let Some(entry) = all.get(state.at) {
        state.set(&entry.line());
    }
}
