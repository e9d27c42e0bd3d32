//! What the columns of the list say of a case.

use crate::desk::columns::Column;
use crate::desk::live;
use crate::desk::preview;
use crate::desk::promises;
use crate::desk::say;
use crate::desk::screen::inbox::{Mark, Row};
use crate::domain::deadline::Comparison;
use crate::store::rows::{CaseRow, WorkState};
use crate::view::paint::Paint;
use crate::view::theme::Role;
use crate::view::width;

/// What a column says of a case.
pub(super) fn said(paint: &Paint<'_, '_>, column: Column, case: &CaseRow) -> (Role, String) {
    let world = &paint.model.world;
    let (texts, legal, zone) = (&world.texts, paint.legal(), world.zone(&case.process));
    let none = String::new;
    let due = |at, comparison| say::due(texts, at, comparison, legal, zone);
    match column {
        Column::Left => {
            let left = case.due_at.map(|due| say::left(due, legal));
            (Role::Calm, left.unwrap_or_default())
        }
        Column::Case => (Role::Calm, case.case_no.clone()),
        Column::What => (
            Role::Calm,
            preview::state(world, &case.process, &case.state),
        ),
        Column::Party => (Role::Faint, case.subject.clone()),
        Column::Who => who(paint, case),
        Column::Due => {
            let comparison = case.comparison.unwrap_or(Comparison::UpToAndIncluding);
            (
                Role::Calm,
                case.due_at.map_or_else(none, |at| due(at, comparison)),
            )
        }
        Column::Clock => {
            let key = case.clock.as_deref();
            let said = key.map_or_else(none, |key| preview::clock(world, key));
            (Role::Calm, said)
        }
        Column::Promise => {
            let is_due = case.promise_at.is_some_and(|at| at < legal);
            let role = if is_due { Role::Warning } else { Role::Calm };
            let sign = if is_due { "! " } else { "" };
            let said = |at| format!("{sign}{}", due(at, Comparison::UpToAndIncluding));
            (role, case.promise_at.map_or_else(none, said))
        }
        Column::Queue => (Role::Calm, texts.say(&format!("queue.{}", case.queue))),
        Column::Received => (Role::Faint, say::at(texts, case.received_at, legal, zone)),
    }
}

fn who(paint: &Paint<'_, '_>, case: &CaseRow) -> (Role, String) {
    let world = &paint.model.world;
    let me = world.me.as_ref().map(|me| me.agent_id);
    match (&case.holder, case.work) {
        (Some(_), _) if case.holder_id == me || world.leases.contains_key(&case.case_id) => {
            (Role::Mine, paint.text("list.me"))
        }
        (Some(name), _) => (Role::Other, name.clone()),
        (None, WorkState::Waiting) => (Role::Faint, paint.text("list.outside")),
        (None, WorkState::Closed) => (Role::Faint, paint.text("list.closed")),
        (None, _) if case.raised => (Role::Warning, paint.text("list.raised")),
        (None, _) => (Role::Calm, String::new()),
    }
}

/// What others did since, and a promise that is near, stand where they hide least: in the place of
/// the party, else with what is to be done. What became of a case that left stands in the place of
/// what was to be done.
pub(super) fn news(
    paint: &Paint<'_, '_>,
    row: &Row,
    laid: &[(Column, usize)],
) -> Vec<(Column, Role, String)> {
    let case = &row.case;
    let wide = |column| laid.iter().find(|(it, _)| *it == column).map(|it| it.1);
    let (what, party) = (wide(Column::What), wide(Column::Party));
    let happened = (row.mark != Mark::Same)
        .then(|| live::news_short(&paint.model.world, case, row.mark))
        .flatten();
    let promised = || promise(paint, case).filter(|_| wide(Column::Promise).is_none());
    let beside = |(role, said)| (Column::Party, role, said);
    match (happened, what) {
        (Some(news), Some(_)) if row.mark == Mark::Gone => {
            let promised = promised().filter(|_| party.is_some()).map(beside);
            let news = (Column::What, Role::Calm, news);
            std::iter::once(news).chain(promised).collect()
        }
        (happened, what) => {
            let happened = happened.map(|news| (Role::Other, news));
            let is_news = happened.is_some();
            match (happened.or_else(promised), what) {
                (Some(said), _) if party.is_some() => vec![beside(said)],
                (Some((_, said)), Some(room)) => {
                    let what = self::said(paint, Column::What, case).1;
                    vec![with_task(what, said, room, is_news)]
                }
                _ => Vec::new(),
            }
        }
    }
}

/// Both in one column; where they have no room, the task stays before news, a promise before it.
fn with_task(what: String, said: String, room: usize, is_news: bool) -> (Column, Role, String) {
    let both = format!("{what}; {said}");
    let text = if width::of(&both) <= room {
        both
    } else if is_news {
        what
    } else {
        said
    };
    (Column::What, Role::Calm, text)
}

/// A promise that is near, or due.
fn promise(paint: &Paint<'_, '_>, case: &CaseRow) -> Option<(Role, String)> {
    let at = promises::near(case, paint.legal())?;
    let said = promises::near_said(&paint.model.world, case, paint.legal())?;
    let role = if at < paint.legal() {
        Role::Warning
    } else {
        Role::Soon
    };
    Some((role, said))
}
