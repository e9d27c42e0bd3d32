//! The mouse, when it is on: a click on a row of the list selects it, one on the detail goes there,
//! the wheel moves or scrolls what is under it. Everything has a key; nothing needs the mouse.

use chrono::{DateTime, Utc};

use super::command::Id;
use super::effect::Effect;
use super::geometry::Panes;
use super::key::{Mouse, Place};
use super::model::Model;
use super::screen::desk::Page;
use super::toast::Tone;
use super::update;

/// Lines of one step of the wheel.
const STEP: usize = 3;
/// The first line of the list: behind two of header and one of headings.
const FIRST_LINE: u16 = 3;

/// React to the mouse.
pub fn take(model: &mut Model, mouse: Mouse, now: DateTime<Utc>) -> Vec<Effect> {
    match mouse {
        Mouse::Click(place) => click(model, place, now),
        Mouse::WheelUp(place) => wheel(model, Id::Up, place, now),
        Mouse::WheelDown(place) => wheel(model, Id::Down, place, now),
    }
}

/// Turns the mouse on or off, and says whose it is now.
pub fn toggle(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    model.habits.mouse = !model.habits.mouse;
    let key = if model.habits.mouse {
        "mouse.ours"
    } else {
        "mouse.theirs"
    };
    let said = model.world.texts.say(key);
    model.world.toasts.say(Tone::Done, said, now);
    vec![Effect::Mouse(model.habits.mouse)]
}

/// What lies there, without layers on the desk.
fn under(model: &Model, place: Place) -> Page {
    let window = model.window;
    match window.panes() {
        Panes::One if model.desk.page == Page::Detail || model.desk.pinned.is_some() => {
            Page::Detail
        }
        Panes::One => Page::List,
        Panes::Two | Panes::Three if place.column < window.list_columns() => Page::List,
        Panes::Two | Panes::Three => Page::Detail,
    }
}

/// Nothing lies on the desk, no palette either.
fn is_bare(model: &Model) -> bool {
    model.layers.is_empty() && model.palette.is_none()
}

fn click(model: &mut Model, place: Place, now: DateTime<Utc>) -> Vec<Effect> {
    if !is_bare(model) || !model.window.is_large_enough() {
        return Vec::new();
    }
    match under(model, place) {
        Page::List => {
            let line = place.row.checked_sub(FIRST_LINE).map(usize::from);
            let lines = model.window.body_lines();
            let Some(line) = line.filter(|line| *line < lines) else {
                return Vec::new();
            };
            model.desk.point(line, lines, now);
        }
        Page::Detail => model.desk.page = Page::Detail,
    }
    Vec::new()
}

/// As so many presses of the key; over the pane that lies there.
fn wheel(model: &mut Model, id: Id, place: Place, now: DateTime<Utc>) -> Vec<Effect> {
    let page = model.desk.page;
    let is_desk = is_bare(model);
    if is_desk {
        model.desk.page = under(model, place);
    }
    let effects = (0..STEP).flat_map(|_| update::by_id(model, id, now));
    let effects = effects.collect();
    if is_desk {
        model.desk.page = page;
    }
    effects
}
