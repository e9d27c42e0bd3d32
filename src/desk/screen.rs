//! The screens. Each owns its state and its reaction to commands, text and answers, and knows no
//! other: where to go next is returned as a route. The desk lies below, the others are layers on it.

pub mod actions;
pub mod behind;
pub mod board;
pub mod bulk;
mod choice;
pub mod clusters;
pub mod columns;
pub mod consumption;
pub mod desk;
mod done;
pub mod filter;
pub mod form;
pub mod inbox;
mod keep;
pub mod ledger;
pub mod look;
pub mod mandates;
mod mark;
pub mod notices;
pub mod on_time;
pub mod pick;
mod point;
mod review;
pub mod search;
pub mod send;
pub mod signals;
pub mod stay;
mod typing;
pub mod unfinished;
pub mod updates;
mod work;

use super::command::{Context, Id};
use super::effect::Effect;
use super::geometry::Window;
use super::key::Key;
use super::print;
use super::registers;
use super::route::Route;
use super::world::World;

/// A command with the key that called it: a digit chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressed {
    /// The command.
    pub id: Id,
    /// The key.
    pub key: Key,
}

impl Pressed {
    /// The digit of the key, from 1.
    pub fn digit(&self) -> Option<usize> {
        let digit = self.key.typed()?.to_digit(10)?;
        usize::try_from(digit).ok()
    }
}

/// One layer on the desk.
#[derive(Debug, Clone)]
pub enum Layer {
    /// Actions of a case.
    Actions(actions::State),
    /// A form.
    Form(Box<form::State>),
    /// The ledger.
    Ledger(ledger::State),
    /// The print version of a notification.
    Print(print::State),
    /// Consumption of a connection.
    Consumption(Box<consumption::State>),
    /// The search.
    Search(Box<search::State>),
    /// The notices.
    Notices(notices::State),
    /// The board.
    Board(Box<board::State>),
    /// The share on time.
    OnTime(Box<on_time::State>),
    /// The clusters of the data wash.
    Clusters(Box<clusters::State>),
    /// What the registers say of a case.
    Registers(registers::State),
    /// The updates of suppliers that wait.
    Updates(Box<updates::State>),
    /// The register of signals.
    Signals(Box<signals::State>),
    /// The line of the filter.
    Filter(Box<filter::State>),
    /// What is to be done with many cases.
    Bulk(bulk::State),
    /// Preview, run and results of an action on many.
    Sheet,
    /// A short list to choose from.
    Pick(Box<pick::State>),
    /// The columns of a list.
    Columns(Box<columns::State>),
    /// The help of a context.
    Help(Help),
    /// Unfinished forms.
    Unfinished(unfinished::State),
    /// "Quit although something is unsaved?"
    Quit,
}

/// The help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Help {
    /// Of which context.
    pub of: Context,
    /// First visible line.
    pub top: usize,
}

impl Help {
    /// React to a command: what does not move the lines leads back.
    pub fn press(&mut self, pressed: Pressed, window: Window) -> Vec<Effect> {
        let lines = super::command::COMMANDS.len();
        let Some(top) = moved(pressed.id, self.top, lines, window) else {
            return vec![Effect::Go(Route::Back)];
        };
        self.top = top;
        Vec::new()
    }
}

impl Layer {
    /// Where keys are pressed; the sheet of an action on many has three places.
    pub fn context(&self, world: &World) -> Context {
        match self {
            Self::Actions(_) | Self::Bulk(_) | Self::Pick(_) => Context::Actions,
            Self::Filter(_) => Context::Filter,
            Self::Sheet => bulk::context(world.bulk.as_deref()),
            Self::Form(form) => form.context(),
            Self::Ledger(_) => Context::Ledger,
            Self::Print(_) => Context::Print,
            Self::Consumption(_) => Context::Consumption,
            Self::Search(_) => Context::Search,
            Self::Notices(_) => Context::Notices,
            Self::Board(_) => Context::Board,
            Self::OnTime(_) | Self::Signals(_) => Context::OnTime,
            Self::Clusters(list) => list.context(),
            Self::Updates(_) => Context::Updates,
            Self::Registers(_) => Context::Registers,
            Self::Columns(_) => Context::Columns,
            Self::Help(_) => Context::Help,
            Self::Unfinished(_) => Context::Unfinished,
            Self::Quit => Context::Quit,
        }
    }
}

/// A place in a list of `count` lines after a movement; `None` when the command is no movement.
pub fn moved(id: Id, at: usize, count: usize, window: Window) -> Option<usize> {
    let page = window.body_lines().saturating_sub(1).max(1);
    let last = count.saturating_sub(1);
    let to = match id {
        Id::Up => at.saturating_sub(1),
        Id::Down => at + 1,
        Id::PageUp => at.saturating_sub(page),
        Id::PageDown => at + page,
        Id::First => 0,
        Id::Last => last,
        _ => return None,
    };
    Some(to.min(last))
}
