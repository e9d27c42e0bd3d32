//! Others at work: who is at a case, what they changed since we looked, and what happened to our own
//! cases. Told in words beside what is there; nothing moves by it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::effect::{Effect, Question, Slot};
use super::model::Model;
use super::preview;
use super::screen::Layer;
use super::screen::inbox::Mark;
use super::toast::Tone;
use super::world::World;
use crate::process::{self, To};
use crate::store::rows::{CaseId, CaseRow, FeedEvent, Notice, Presence, Pulse, WorkState};

/// News of so many cases is kept.
const NEWS_MOST: usize = 500;
/// So many names are said; of the others how many they are.
const NAMES: usize = 3;

/// What somebody did to a case since we looked at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What, as in the feed.
    pub kind: String,
    /// Who; `None` for the system.
    pub who: Option<String>,
}

/// What is known of others.
#[derive(Debug, Clone, Default)]
pub struct Live {
    /// Who is at which case.
    pub presence: Vec<Presence>,
    /// What was not seen yet.
    pub notices: Vec<Notice>,
    news: BTreeMap<CaseId, News>,
    /// Notices of which a toast has told.
    told: BTreeSet<i64>,
    /// Notices that were listed: an answer that is older may still bring them.
    listed: BTreeSet<i64>,
}

impl Live {
    /// What somebody did to that case since we looked.
    pub fn news(&self, case: CaseId) -> Option<&News> {
        self.news.get(&case)
    }

    /// These were listed and the database knows it.
    pub fn seen(&mut self, ids: &[i64]) {
        self.listed.extend(ids);
        let listed = &self.listed;
        self.notices
            .retain(|notice| !listed.contains(&notice.notice_id));
    }
}

/// Take in what an answer tells of others.
pub fn take(model: &mut Model, pulse: &Pulse, now: DateTime<Utc>) -> Vec<Effect> {
    let live = &mut model.world.live;
    if live.presence != pulse.presence {
        live.presence.clone_from(&pulse.presence);
        model.dirty = true;
    }
    let mut notices = pulse.notices.clone();
    notices.retain(|notice| !live.listed.contains(&notice.notice_id));
    if live.notices != notices {
        live.notices = notices;
        model.dirty = true;
    }
    let mut effects = read_left(model, now);
    tell_notices(model, now);
    effects.extend(list_more(model, now));
    effects
}

/// A text that a colleague left with a case of ours changes nothing of the case: it is read because
/// of its notice.
fn read_left(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let world = &mut model.world;
    let told = &world.live.told;
    let notices = world.live.notices.iter();
    let fresh = notices.filter(|one| one.kind == "text_left" && !told.contains(&one.notice_id));
    let cases: BTreeSet<CaseId> = fresh.map(|one| one.case_id).collect();
    let read = |case| world.ask_detail(case, now);
    cases.into_iter().map(read).collect()
}

/// One toast for what is new among the notices.
fn tell_notices(model: &mut Model, now: DateTime<Utc>) {
    let world = &mut model.world;
    let told = &world.live.told;
    let fresh: Vec<Notice> = world
        .live
        .notices
        .iter()
        .filter(|notice| !told.contains(&notice.notice_id))
        .cloned()
        .collect();
    let said = match fresh.as_slice() {
        [] => return,
        [one] => in_full(world, one),
        several => {
            let count = several.len().to_string();
            world.texts.fill("notice.several", &[("n", &count)])
        }
    };
    world
        .live
        .told
        .extend(fresh.iter().map(|notice| notice.notice_id));
    world.toasts.say(Tone::Warning, said, now);
    model.dirty = true;
}

/// An open list of notices takes new ones in at its end.
fn list_more(model: &mut Model, now: DateTime<Utc>) -> Vec<Effect> {
    let Model { world, layers, .. } = model;
    let list = layers.iter_mut().find_map(|layer| match layer {
        Layer::Notices(list) => Some(list),
        _ => None,
    });
    list.is_some_and(|list| list.take_in(&world.live.notices))
        .then(|| ask_seen(world, now))
        .into_iter()
        .collect()
}

/// Tell the database that what is not seen yet is being listed.
pub fn ask_seen(world: &mut World, now: DateTime<Utc>) -> Effect {
    let ids = world.live.notices.iter().map(|notice| notice.notice_id);
    let ids = ids.collect();
    world.ask(Slot::Notices, Question::Seen(ids), now)
}

/// Remember what others did to the cases that we know.
pub fn note(model: &mut Model, events: &[FeedEvent]) {
    let me = model.world.me.as_ref().map(|me| me.agent_id);
    for event in events {
        let case = event.case_id;
        if event.agent_id.is_some() && event.agent_id == me {
            model.world.live.news.remove(&case);
            continue;
        }
        let is_known = model.desk.shown == Some(case)
            || model.world.case(case).is_some()
            || model
                .desk
                .tabs
                .iter()
                .any(|tab| tab.rows.iter().any(|row| row.case.case_id == case));
        let news = &mut model.world.live.news;
        if is_known && (news.len() < NEWS_MOST || news.contains_key(&case)) {
            let (kind, who) = (event.kind.clone(), event.agent.clone());
            news.insert(case, News { kind, who });
        }
    }
}

/// The detail left that case: what others did to it has been seen.
pub fn left(model: &mut Model, shown: Option<CaseId>) {
    let Some(case) = shown.filter(|case| model.desk.shown != Some(*case)) else {
        return;
    };
    model.world.live.news.remove(&case);
    for tab in &mut model.desk.tabs {
        for row in &mut tab.rows {
            if row.case.case_id == case && row.mark == Mark::Changed {
                row.mark = Mark::Same;
            }
        }
    }
}

/// What others did to a case, in words: `Joost Bakker took it`, `closed by Sanne`. `None` when nothing.
pub fn news(world: &World, row: &CaseRow, mark: Mark) -> Option<String> {
    let news = world.live.news(row.case_id)?;
    Some(news_by(world, row, mark, news, |name| name))
}

/// The same as short as a row needs it: by first names.
pub fn news_short(world: &World, row: &CaseRow, mark: Mark) -> Option<String> {
    let news = world.live.news(row.case_id)?;
    Some(news_by(world, row, mark, news, first_name))
}

fn first_name(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

fn news_by(
    world: &World,
    row: &CaseRow,
    mark: Mark,
    news: &News,
    name: fn(&str) -> &str,
) -> String {
    let texts = &world.texts;
    let who = name(news.who.as_deref().unwrap_or_default());
    let own = texts.find(&format!("news.{}", news.kind)).is_some();
    // gone from a list is not closed: only the case itself says that
    let is_closed = row.work == WorkState::Closed || mark == Mark::Gone && closes(row, &news.kind);
    let key = match (&news.who, own) {
        (Some(_), true) => {
            return texts.fill(&format!("news.{}", news.kind), &[("who", who)]);
        }
        (None, true) if news.kind == "lease_returned" => "news.lease_returned",
        (Some(_), false) if is_closed => "news.closed",
        (None, _) if is_closed => "news.closed_by_itself",
        (Some(_), false) => "news.other",
        (None, _) => "news.of_system",
    };
    let what = match texts.find(&format!("event.{}", news.kind)) {
        Some(words) => words.to_owned(),
        None => preview::action(world, &row.process, &news.kind).to_owned(),
    };
    texts.fill(key, &[("what", &what), ("who", who)])
}

/// Whether an action of that name ends a case wherever it is done.
fn closes(row: &CaseRow, action: &str) -> bool {
    let Some(process) = process::find(&row.process) else {
        return false;
    };
    let ends = |to| matches!(to, To::State(state) if process.is_final(state));
    let mut lines = process.lines().filter(|line| line.key == action).peekable();
    lines.peek().is_some() && lines.all(|line| ends(line.to))
}

/// Who else is at a case, in words: `Sanne is reading, Joost is writing`. `None` when nobody is.
pub fn present(world: &World, case: CaseId) -> Option<String> {
    let texts = &world.texts;
    let here = world.live.presence.iter().filter(|one| one.case_id == case);
    let mut words: Vec<String> = here
        .map(|one| {
            let key = if one.writing {
                "presence.writes"
            } else {
                "presence.reads"
            };
            texts.fill(key, &[("name", &one.name)])
        })
        .collect();
    let count = words.len().to_string();
    if words.len() > NAMES {
        let others = (words.len() - NAMES + 1).to_string();
        words.truncate(NAMES - 1);
        words.push(texts.fill("presence.more", &[("n", &others)]));
    }
    (count != "0").then(|| words.join(", "))
}

/// The same as short as a row needs it, without who holds the case: `An reads`.
pub fn present_short(world: &World, row: &CaseRow) -> Option<String> {
    let holder = row.holder.as_deref();
    let mut here = world
        .live
        .presence
        .iter()
        .filter(|one| one.case_id == row.case_id && Some(one.name.as_str()) != holder);
    let first = here
        .clone()
        .find(|one| one.writing)
        .or_else(|| here.next())?;
    let key = if first.writing {
        "presence.row_writes"
    } else {
        "presence.row_reads"
    };
    let name = first_name(&first.name);
    Some(world.texts.fill(key, &[("name", name)]))
}

/// A notice in one sentence.
pub fn said(world: &World, notice: &Notice) -> String {
    let somebody = world.texts.get("notice.somebody");
    let who = notice.who.as_deref().unwrap_or(somebody);
    let with = [("who", who), ("case", notice.case_no.as_str())];
    world.texts.fill(&format!("notice.{}", notice.kind), &with)
}

/// The same with the line that goes with it.
fn in_full(world: &World, notice: &Notice) -> String {
    let said = said(world, notice);
    match &notice.line {
        Some(line) => {
            let line = world.texts.fill("notice.line", &[("line", line)]);
            format!("{said}: {line}")
        }
        None => said,
    }
}
