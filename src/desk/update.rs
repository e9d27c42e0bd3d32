//! The only place where the model changes. Total: every message in every state has an answer. It
//! never waits and never reads a clock.

use chrono::{DateTime, Utc};

use super::chord::{self, Met};
use super::command::{Command, Context, Id};
use super::effect::Effect;
use super::key::{Code, Input, Key};
use super::model::Model;
use super::msg::Msg;
use super::request::around;
use super::route::Route;
use super::screen::{
    Help, Layer, Pressed, actions, columns, form, ledger, mandates, notices, unfinished,
};
use super::toast::Tone;
use super::{
    again, ahead, answer, available, beat, claims, here, live, lock, many, mouse, palette, print,
    privacy, safe, screen, washing, watching,
};

/// Take in a message; what is returned is to be done. `now` is machine time.
pub fn update(model: &mut Model, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    let shown = model.desk.shown;
    let effects = take_in(model, msg, now);
    live::left(model, shown);
    effects
}

fn take_in(model: &mut Model, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = lock::tend(model, now);
    effects.extend(take(model, msg, now));
    privacy::tend(model, now);
    if let Some(Layer::Actions(list)) = model.layers.last_mut() {
        list.settle(&model.world, now);
    }
    effects.extend(safe::tend(model, now));
    effects
}

fn take(model: &mut Model, msg: Msg, now: DateTime<Utc>) -> Vec<Effect> {
    model.now = now;
    if !matches!(msg, Msg::Beat(_)) {
        model.dirty = true;
    }
    let effects = match msg {
        Msg::Start => beat::open(model, now),
        Msg::Input(input) if !matches!(input, Input::Resize(..)) && model.lock.is_shut() => {
            return lock::pressed(model, &input, now);
        }
        Msg::Input(input) => return take_input(model, input, now),
        Msg::Line => {
            listen(model, now);
            Vec::new()
        }
        Msg::Reply(ticket, reply) => {
            let session = lock::news(ticket, &reply);
            let effects = answer::take(model, ticket, *reply, now);
            let mut effects = settle(model, effects, now);
            effects.extend(ahead::catch_up(model, now));
            if let Some(session) = session {
                lock::heard(model, &session, now);
            }
            return effects;
        }
        Msg::Beat(beat) => beat::take(model, *beat, now),
        Msg::Wake => wake(model, now),
        Msg::Resumed => vec![Effect::Redraw],
        Msg::Stop => vec![Effect::Quit],
    };
    settle(model, effects, now)
}

/// Somebody is there, and reads what lies before him.
fn listen(model: &mut Model, now: DateTime<Utc>) {
    if !model.lock.is_shut() {
        model.keyed_at = now;
        here::note_key(model, None, now);
    }
}

fn take_input(model: &mut Model, input: Input, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = take_one(model, input, now);
    effects.extend(ahead::catch_up(model, now));
    effects
}

pub(super) fn take_one(model: &mut Model, input: Input, now: DateTime<Utc>) -> Vec<Effect> {
    if !matches!(input, Input::Resize(..)) {
        model.keyed_at = now;
    }
    // in the palette the command counts that is chosen there
    if !matches!(input, Input::Resize(..)) && model.palette.is_none() {
        let id = ahead::meant(model, &input);
        here::note_key(model, id, now);
    }
    let effects = match input {
        Input::Resize(columns, rows) => {
            resize(model, columns, rows);
            return Vec::new();
        }
        // what lies there may be something else by then
        Input::Mouse(_) if model.is_waiting() => return Vec::new(),
        input if model.is_waiting() && !ahead::leads_away(model, &input) => {
            ahead::keep(model, input);
            return Vec::new();
        }
        Input::Key(key) => {
            model.leaving = None;
            press(model, key, now)
        }
        Input::Paste(text) => {
            model.chord = None;
            type_in(model, &text, now)
        }
        Input::Mouse(mouse) => mouse::take(model, mouse, now),
    };
    settle(model, effects, now)
}

/// Follow the routes; the rest is for the runtime.
fn settle(model: &mut Model, effects: Vec<Effect>, now: DateTime<Utc>) -> Vec<Effect> {
    let mut rest = Vec::new();
    for effect in effects {
        match effect {
            Effect::Go(route) => rest.extend(go(model, route, now)),
            other => rest.push(other),
        }
    }
    rest
}

fn go(model: &mut Model, route: Route, now: DateTime<Utc>) -> Vec<Effect> {
    match route {
        Route::Back => {
            let top = model.layers.pop();
            keep(model, top);
        }
        Route::Actions(case, only) => push_actions(model, actions::Of::Case(case, only)),
        Route::NewCase => push_actions(model, actions::Of::NewCase),
        Route::LimitsOf(agent) => push_actions(model, actions::Of::Limits(agent)),
        Route::Form(subject) => {
            let mut form = form::State::open(&mut model.world, subject, now);
            let asked = around::ask(&mut form, &mut model.world, now);
            model.layers.push(Layer::Form(Box::new(form)));
            return asked;
        }
        Route::Ledger(case) => model.layers.push(Layer::Ledger(ledger::State::new(case))),
        Route::Print(case) => model.layers.push(Layer::Print(print::State::new(case))),
        Route::Consumption(case, purpose) => return mandates::look(model, case, purpose, now),
        Route::Search => {
            let fresh = model.search.anew();
            model.layers.push(Layer::Search(Box::new(fresh)));
        }
        Route::Recent => {
            let (list, asked) = model.search.of_recent(&mut model.world, now);
            model.layers.push(Layer::Search(Box::new(list)));
            return vec![asked];
        }
        Route::Notices => return push_notices(model, now),
        Route::Clusters | Route::Updates | Route::Registers(_) | Route::BulkOf(..) => {
            return washing::go(model, route, now);
        }
        Route::Filter | Route::Filtered(_) | Route::Bulk | Route::Sheet | Route::Likewise => {
            return many::go(model, route, now);
        }
        Route::Pick(list) => model.layers.push(Layer::Pick(list)),
        Route::Columns => push_columns(model),
        Route::Help => {
            let of = model.context();
            model.layers.push(Layer::Help(Help { of, top: 0 }));
        }
        Route::Draft(draft) => return again::open_draft(model, draft, now),
        Route::Copy(left) => return again::open_copy(model, &left, now),
        Route::Unfinished => {
            let list = unfinished::State::new(&model.world);
            model.layers.push(Layer::Unfinished(list));
            let named = list.ask(&mut model.world, now);
            let all = safe::ask(&mut model.world, now);
            return named.into_iter().chain([all]).collect();
        }
        Route::Quit => return safe::quit(model, now),
        Route::Case(case) => {
            clear_layers(model);
            model.desk.show(case, model.window);
            return answer::reread_list(model, now);
        }
        Route::Board | Route::OnTime | Route::Signals | Route::Aside(_) | Route::Queue(_) => {
            return watching::go(model, &route, now);
        }
        Route::Desk if watching::uncover(model) => {
            watching::resume(model, now);
            return wake(model, now);
        }
        Route::Desk if many::uncover(model) => return answer::reread_list(model, now),
        Route::Desk => {
            clear_layers(model);
            let case = model.desk.case();
            model.desk.act(case, &model.world.toasts, now);
            return answer::reread_list(model, now);
        }
    }
    Vec::new()
}

fn push_notices(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let items = model.world.live.notices.clone();
    let is_empty = items.is_empty();
    let list = notices::State::new(items);
    model.layers.push(Layer::Notices(list));
    if is_empty {
        return Vec::new();
    }
    vec![live::ask_seen(&mut model.world, now)]
}

fn push_actions(model: &mut Model, of: actions::Of) {
    model.layers.push(Layer::Actions(actions::State::new(of)));
}

fn push_columns(model: &mut Model) {
    let list = model.desk.inbox();
    let list = list.map(|inbox| columns::State::new(&model.world, inbox));
    let layer = list.map(|list| Layer::Columns(Box::new(list)));
    model.layers.extend(layer);
}

pub(super) fn clear_layers(model: &mut Model) {
    for layer in std::mem::take(&mut model.layers) {
        keep(model, Some(layer));
    }
}

/// Keep what one comes back to.
fn keep(model: &mut Model, layer: Option<Layer>) {
    match layer {
        Some(Layer::Search(search)) => model.search = *search,
        Some(Layer::Board(board)) => model.board = Some(board),
        _ => {}
    }
}

fn resize(model: &mut Model, columns: u16, rows: u16) {
    model.window.columns = columns;
    model.window.rows = rows;
    let lines = model.window.body_lines();
    for inbox in &mut model.desk.tabs {
        inbox.keep_visible(lines);
    }
}

fn press(model: &mut Model, key: Key, now: DateTime<Utc>) -> Vec<Effect> {
    model.world.toasts.read(now);
    let context = model.context();
    match chord::take(model, key, now) {
        Met::Command(command) => return run(model, command, key, context, now),
        Met::Begun | Met::Dropped => return Vec::new(),
        Met::Nothing => {}
    }
    match key.typed() {
        // a choice says that it takes none
        Some(c) if context.takes_text() || context == Context::Choice => {
            type_in(model, c.encode_utf8(&mut [0; 4]), now)
        }
        _ => Vec::new(),
    }
}

/// The command without its key, where it works.
pub(super) fn by_id(model: &mut Model, id: Id, now: DateTime<Utc>) -> Vec<Effect> {
    let context = model.context();
    let mut commands = super::command::COMMANDS.iter();
    let found = commands.find(|it| it.id == id && it.contexts.contains(&context));
    let key = Key::plain(Code::Enter);
    found.map_or_else(Vec::new, |command| run(model, command, key, context, now))
}

/// Do a command, or say why it is not possible now.
pub(super) fn run(
    model: &mut Model,
    command: &Command,
    key: Key,
    context: Context,
    now: DateTime<Utc>,
) -> Vec<Effect> {
    if let Err(why) = (command.available)(model) {
        if command.id == Id::Clear {
            // esc means "back", perhaps to the board
            return watching::come_back(model, command.id, now).unwrap_or_default();
        }
        let said = available::said(model, why);
        model.world.toasts.say(Tone::Warning, said, now);
        return Vec::new();
    }
    let pressed = Pressed {
        id: command.id,
        key,
    };
    if let Some(effects) = palette::take(model, pressed, context, now) {
        return effects;
    }
    match command.id {
        Id::Help if context == Context::Help => return vec![Effect::Go(Route::Back)],
        Id::Help => return vec![Effect::Go(Route::Help)],
        Id::Redraw => return vec![Effect::Redraw],
        Id::Suspend => return vec![Effect::Suspend],
        Id::Lock => return lock::shut(model, now),
        Id::Mouse => return mouse::toggle(model, now),
        Id::QuitAnyway => return vec![Effect::Quit],
        Id::Back if many::is_left_for_a_case(model) => return vec![Effect::Go(Route::Sheet)],
        _ => {}
    }
    if let Some(effects) = watching::come_back(model, command.id, now) {
        return effects;
    }
    let window = model.window;
    let Model {
        world,
        desk,
        layers,
        ..
    } = model;
    match layers.last_mut() {
        None => desk.press(world, pressed, window, now),
        Some(Layer::Actions(actions)) => actions.press(world, pressed, window, now),
        Some(Layer::Form(form)) => form.press(world, pressed, now),
        Some(Layer::Ledger(ledger)) => ledger.press(world, pressed, window),
        Some(Layer::Print(page)) => page.press(world, pressed, window, now),
        Some(Layer::Consumption(page)) => page.press(world, pressed, window, now),
        Some(Layer::Search(search)) => search.press(world, pressed, window, now),
        Some(Layer::Notices(list)) => list.press(pressed, window),
        Some(Layer::Board(board)) => board.press(world, pressed, window, now),
        Some(Layer::OnTime(report)) => report.press(world, pressed, window, now),
        Some(Layer::Clusters(list)) => list.press(world, pressed, window, now),
        Some(Layer::Updates(list)) => list.press(world, pressed, window, now),
        Some(Layer::Signals(register)) => register.press(world, pressed, window, now),
        Some(Layer::Registers(state)) => state.press(world, pressed, now),
        Some(Layer::Filter(line)) => line.press(world, pressed, now),
        Some(Layer::Bulk(list)) => list.press(world, pressed, window, now),
        Some(Layer::Pick(list)) => list.press(world, pressed, window, now),
        Some(Layer::Columns(list)) => list.press(world, pressed, window, now),
        Some(Layer::Sheet) => screen::bulk::press(world, pressed, window, now),
        Some(Layer::Help(help)) => help.press(pressed, window),
        Some(Layer::Unfinished(list)) => list.press(world, pressed, window, now),
        Some(Layer::Quit) if pressed.id == Id::Skip => claims::pass_over(world, now),
        Some(Layer::Quit) => vec![Effect::Go(Route::Back)],
    }
}

fn type_in(model: &mut Model, text: &str, now: DateTime<Utc>) -> Vec<Effect> {
    if let Some(line) = model.palette.as_deref_mut() {
        line.type_in(text);
        return Vec::new();
    }
    let Model { world, layers, .. } = model;
    match layers.last_mut() {
        Some(Layer::Form(form)) => form.type_in(world, text, now),
        Some(Layer::Search(search)) => {
            search.type_in(text, now);
            Vec::new()
        }
        Some(Layer::Filter(line)) => {
            line.type_in(world, text);
            Vec::new()
        }
        _ => Vec::new(),
    }
}

pub(super) fn wake(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Model {
        world,
        desk,
        layers,
        ..
    } = model;
    effects.extend(desk.wake(world, now));
    match layers.last_mut() {
        Some(Layer::Search(search)) => effects.extend(search.wake(world, now)),
        Some(Layer::Board(board)) => effects.extend(board.wake(world, now)),
        Some(Layer::Clusters(list)) => effects.extend(list.wake(world, now)),
        Some(Layer::Updates(list)) => effects.extend(list.wake(world, now)),
        Some(Layer::Form(form)) => effects.extend(around::ask(form, world, now)),
        _ => {}
    }
    if world.retry_at.is_some_and(|at| at <= now) {
        effects.extend(beat::open(model, now));
    }
    effects.extend(many::wake(model, now));
    effects
}
