//! What this console is doing, for colleagues to see: which case is read, whether something is being
//! written about it, which rows are on the screen, and in which held cases keys were pressed.

use chrono::{DateTime, Utc};

use super::command::Id;
use super::geometry::Panes;
use super::model::Model;
use super::screen::desk::Page;
use super::screen::{Layer, actions};
use crate::store::rows::{CaseId, HERE_MOST, Here};

/// What is told with the next pulse. What was worked in goes along once.
pub fn take(model: &mut Model) -> Here {
    let worked = std::mem::take(&mut model.worked);
    Here {
        at: read(model),
        writing: is_writing(model),
        see: seen(model),
        worked: worked.into_iter().take(HERE_MOST).collect(),
    }
}

/// The case of the topmost layer that is about one.
fn of_layers(model: &Model) -> Option<CaseId> {
    model.layers.iter().rev().find_map(|layer| match layer {
        Layer::Form(form) => form.subject.case(),
        Layer::Ledger(ledger) => Some(ledger.case),
        Layer::Print(page) => Some(page.case),
        Layer::Consumption(page) => Some(page.case),
        Layer::Actions(list) => match list.of {
            actions::Of::Case(case, _) => Some(case),
            actions::Of::NewCase | actions::Of::Limits(_) => None,
        },
        _ => None,
    })
}

/// Whether the board or the report covers the desk: whoever watches them reads and works no case.
fn is_watching(model: &Model) -> bool {
    matches!(
        model.layers.last(),
        Some(
            Layer::Board(_)
                | Layer::OnTime(_)
                | Layer::Clusters(_)
                | Layer::Updates(_)
                | Layer::Signals(_),
        )
    )
}

/// The case that is being read: that of a layer, or of the detail where it is on the screen.
fn read(model: &Model) -> Option<CaseId> {
    if is_watching(model) {
        return None;
    }
    let desk = &model.desk;
    let is_drawn = model.window.panes() != Panes::One || desk.page == Page::Detail;
    let shown = if is_drawn || desk.pinned.is_some() {
        desk.shown
    } else {
        None
    };
    of_layers(model).or(shown)
}

/// Whether a form with something in it is open on that case.
fn is_writing(model: &Model) -> bool {
    let at = of_layers(model);
    model.layers.iter().any(|layer| match layer {
        Layer::Form(form) => at.is_some() && form.subject.case() == at && form.touched,
        _ => false,
    })
}

/// The rows on the screen.
fn seen(model: &Model) -> Vec<CaseId> {
    let lines = model.window.body_lines();
    let inbox = model.desk.inbox();
    let rows = inbox.map_or(&[][..], |inbox| inbox.visible(lines));
    rows.iter()
        .map(|row| row.case.case_id)
        .take(HERE_MOST)
        .collect()
}

/// Whether the command goes to something else than the case: what is behind it is no work in it.
fn leads_elsewhere(id: Id) -> bool {
    matches!(
        id,
        Id::Mine
            | Id::Tab
            | Id::NextTab
            | Id::PreviousTab
            | Id::Search
            | Id::Filter
            | Id::Board
            | Id::OnTime
            | Id::Clusters
            | Id::Updates
            | Id::Signals
            | Id::Open
            | Id::Drafts
            | Id::Notices
            | Id::Columns
            | Id::Mark
            | Id::MarkAll
            | Id::Bulk
            | Id::Clear
            | Id::Next
            | Id::Help
            | Id::Redraw
            | Id::Suspend
            | Id::Quit
    )
}

/// Whether a key on the desk itself is about its case: walking through a list is no work in the
/// cases that one passes, nor is a key that means nothing there.
fn is_about_case(model: &Model, meant: Option<Id>) -> bool {
    let walks = matches!(
        meant,
        None | Some(Id::Up | Id::Down | Id::PageUp | Id::PageDown | Id::First | Id::Last)
    );
    let is_list = model.desk.page == Page::List && model.desk.pinned.is_none();
    !(walks && is_list)
}

/// A key was pressed: it counts as work in the held case that it was meant for.
pub fn note_key(model: &mut Model, meant: Option<Id>, now: DateTime<Utc>) {
    if meant.is_some_and(leads_elsewhere) || is_watching(model) {
        return;
    }
    // the desk lies below: only where nothing lies on it a key is about its case
    let case = if model.layers.is_empty() {
        let case = model.desk.case();
        case.filter(|_| is_about_case(model, meant))
    } else {
        of_layers(model)
    };
    if let Some(case) = case.filter(|case| model.world.leases.contains_key(case)) {
        model.worked.insert(case);
        model.world.worked(case, now);
    }
}
