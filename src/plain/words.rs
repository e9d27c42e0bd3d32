//! Words for what the full screen says with columns, letters and short forms.

use chrono::{DateTime, Utc};

use crate::desk::columns::{Column, list_of};
use crate::desk::model::Model;
use crate::desk::preview;
use crate::desk::promises;
use crate::desk::say;
use crate::desk::screen::inbox::{Mark, Row};
use crate::domain::clock::ClockStatus;
use crate::domain::deadline::{Comparison, Left, text_left};
use crate::store::rows::{CaseRow, WorkState};
use crate::text::{Texts, format};

/// A number with its word: `texts` has `<key>.one` and `<key>.many`.
pub(super) fn counted(texts: &Texts, key: &str, n: i64) -> String {
    let form = if n == 1 { "one" } else { "many" };
    let said = format::count(texts, n);
    texts.fill(&format!("{key}.{form}"), &[("n", &said)])
}

/// The time left in whole words: `2 hours 5 minutes left`, `1 day late`. No seconds: they would be
/// wrong before they are read.
fn left(texts: &Texts, due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = text_left(due, now);
    let key = if left.negative {
        "plain.late"
    } else {
        "plain.left"
    };
    texts.fill(key, &[("left", &parts(texts, left))])
}

fn parts(texts: &Texts, left: Left) -> String {
    let days = (left.days, "plain.day");
    let hours = (left.hours, "term.hour");
    let minutes = (left.minutes, "term.minute");
    let two = if left.days > 0 {
        [days, hours]
    } else {
        [hours, minutes]
    };
    let said = two.into_iter().filter(|(n, _)| *n > 0);
    let said: Vec<String> = said.map(|(n, key)| counted(texts, key, n)).collect();
    if said.is_empty() {
        return counted(texts, "term.minute", 0);
    }
    said.join(" ")
}

/// How a case stands in a list: number, what is to be done, until when, how long that is, who has
/// it, whom it is about.
pub(super) fn row(model: &Model, row: &Row) -> String {
    let texts = &model.world.texts;
    let mut said = columns(model, &row.case).unwrap_or_else(|| case(model, &row.case));
    let marks = model.desk.inbox().map(|inbox| &inbox.marks);
    if marks.is_some_and(|marks| marks.contains(&row.case.case_id)) {
        said.push(texts.say("plain.marked"));
    }
    match row.mark {
        Mark::Same => {}
        Mark::Changed => said.push(texts.say("plain.changed")),
        Mark::Gone => said.push(texts.say("plain.gone")),
    }
    let mut drafts = model.world.drafts.for_case(row.case.case_id);
    if drafts.next().is_some() {
        said.push(texts.say("plain.unfinished"));
    }
    said.join(", ")
}

/// The parts of a case's line.
pub(super) fn case(model: &Model, row: &CaseRow) -> Vec<String> {
    let world = &model.world;
    let texts = &world.texts;
    let mut said = vec![
        row.case_no.clone(),
        preview::state(world, &row.process, &row.state),
    ];
    said.extend(deadline(model, row));
    said.extend(holder(model, row));
    if row.raised {
        said.push(texts.say("list.raised"));
    }
    said.extend(promise(model, row));
    said.push(row.subject.clone());
    said.retain(|part| !part.is_empty());
    said
}

/// A promise that is near or has passed, in whole words.
fn promise(model: &Model, row: &CaseRow) -> Option<String> {
    let (world, legal) = (&model.world, model.world.legal(model.now));
    let at = promises::near(row, legal)?;
    let zone = world.zone(&row.process);
    let said = say::due(&world.texts, at, Comparison::UpToAndIncluding, legal, zone);
    let key = if at < legal {
        "plain.promise_late"
    } else {
        "plain.promise"
    };
    Some(world.texts.fill(key, &[("at", &said)]))
}

/// The columns that were chosen for the list, in their order; `None` where it is as it comes.
fn columns(model: &Model, row: &CaseRow) -> Option<Vec<String>> {
    let world = &model.world;
    let list = model.desk.inbox().and_then(|inbox| list_of(&inbox.view));
    let shown = world.columns.of(list);
    if shown == Column::DEFAULT {
        return None;
    }
    let cells = shown.iter().flat_map(|column| cell(model, *column, row));
    Some(cells.filter(|part| !part.is_empty()).collect())
}

/// What a column says; with its heading where the words alone do not say what they are.
fn cell(model: &Model, column: Column, row: &CaseRow) -> Vec<String> {
    let world = &model.world;
    let (texts, legal, zone) = (
        &world.texts,
        world.legal(model.now),
        world.zone(&row.process),
    );
    let headed = |said: String| {
        let heading = texts.say(&format!("list.{}", column.name()));
        vec![format!("{heading} {said}")]
    };
    let due = |at| say::due(texts, at, Comparison::UpToAndIncluding, legal, zone);
    match column {
        Column::Left => {
            let left = row.due_at.map(|due| left(texts, due, legal));
            let late = row.status(legal) == Some(ClockStatus::Breached);
            let status = status(model, row).filter(|_| !late);
            left.into_iter().chain(status).collect()
        }
        Column::Case => vec![row.case_no.clone()],
        Column::What => vec![preview::state(world, &row.process, &row.state)],
        Column::Party => vec![row.subject.clone()],
        Column::Who => {
            let raised = row.raised.then(|| texts.say("list.raised"));
            holder(model, row).into_iter().chain(raised).collect()
        }
        Column::Due => {
            let comparison = row.comparison.unwrap_or(Comparison::UpToAndIncluding);
            let at = row.due_at;
            let at = at.map(|at| say::due(texts, at, comparison, legal, zone));
            let said = at.map(|at| texts.fill("plain.due", &[("at", &at)]));
            said.into_iter().collect()
        }
        Column::Clock => {
            let clock = row.clock.as_deref();
            clock.map_or_else(Vec::new, |key| headed(preview::clock(world, key)))
        }
        Column::Promise => row.promise_at.map_or_else(Vec::new, |at| headed(due(at))),
        Column::Queue => headed(texts.say(&format!("queue.{}", row.queue))),
        Column::Received => headed(say::at(texts, row.received_at, legal, zone)),
    }
}

fn deadline(model: &Model, row: &CaseRow) -> Vec<String> {
    let world = &model.world;
    let (texts, legal) = (&world.texts, world.legal(model.now));
    let Some(due_at) = row.due_at else {
        return match row.work {
            WorkState::Closed => Vec::new(),
            _ => vec![texts.say("plain.no_deadline")],
        };
    };
    let comparison = row.comparison.unwrap_or(Comparison::UpToAndIncluding);
    let zone = world.zone(&row.process);
    let at = say::due(texts, due_at, comparison, legal, zone);
    let mut said = vec![
        texts.fill("plain.due", &[("at", &at)]),
        left(texts, due_at, legal),
    ];
    // late says itself by the time; what is special about it does not
    said.extend(status(model, row).filter(|_| row.status(legal) != Some(ClockStatus::Breached)));
    said
}

/// What is special about the deadline, in words; nothing while it simply runs.
pub(super) fn status(model: &Model, row: &CaseRow) -> Option<String> {
    let key = match row.status(model.world.legal(model.now))? {
        ClockStatus::Breached => "breached",
        ClockStatus::LateOnArrival => "late_on_arrival",
        ClockStatus::LateByRetriage => "late_by_retriage",
        ClockStatus::Warning => "warning",
        ClockStatus::Paused => "paused",
        _ => return None,
    };
    Some(model.world.texts.say(&format!("status.{key}.said")))
}

fn holder(model: &Model, row: &CaseRow) -> Option<String> {
    let world = &model.world;
    let texts = &world.texts;
    let me = world.me.as_ref().map(|me| me.agent_id);
    let is_mine = row.holder_id.is_some() && row.holder_id == me;
    Some(match (&row.holder, row.work) {
        _ if is_mine || world.leases.contains_key(&row.case_id) => texts.say("plain.by_me"),
        (Some(name), _) => texts.fill("plain.by", &[("name", name)]),
        (None, WorkState::Waiting) => texts.say("detail.waiting"),
        (None, WorkState::Closed) => texts.say("detail.closed"),
        (None, _) => return None,
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_time_left_is_said_in_whole_words() {
        let texts = Texts::load("en");
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        for (minutes, said) in [
            (120, "2 hours left"),
            (61, "1 hour 1 minute left"),
            (-41, "41 minutes late"),
            (26 * 60, "1 day 2 hours left"),
            (0, "0 minutes left"),
        ] {
            assert_eq!(left(&texts, now + TimeDelta::minutes(minutes), now), said);
        }
    }
}
