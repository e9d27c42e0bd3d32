//! From the answers to what will happen with each case, or why not: in the words of one case.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::choices::by_other;
use super::run::Run;
use super::{Act, Job, Row, Verdict, one};
use crate::desk::form::Entry;
use crate::desk::form::outcome::{self, Outcome, Plan};
use crate::desk::held::needs_holder;
use crate::desk::preview;
use crate::desk::world::World;
use crate::process::engine::{self, Change, Context, Refusal};
use crate::store::rows::Briefly;

/// How many cases are tried for a mistake in the answers while the form is filled.
const SAMPLE: usize = 20;

/// The change of one case, and whether it needs to be held for it.
pub(super) fn change(
    world: &World,
    job: &Job,
    one: &Briefly,
    command: Uuid,
    now: DateTime<Utc>,
) -> Result<(Change, bool), Not> {
    let (Some(Act::Action(key)), Some(calendars)) = (&job.act, world.calendars.as_deref()) else {
        return Err(Not::Case(String::new()));
    };
    if let Some(entry) = one::named(&job.entries).filter(|_| job.is_of_many()) {
        let said = world.texts.say("bulk.one_person");
        return Err(Not::Field(entry.key.clone(), said));
    }
    if job
        .from
        .as_ref()
        .is_some_and(|from| *from != one.facts.state)
    {
        return Err(Not::Case(world.texts.say("bulk.other_state")));
    }
    if job.is_of_many() && one::is_of_its_own(key, &one.facts) {
        return Err(Not::Case(world.texts.say("bulk.one_person")));
    }
    let context = Context {
        now: world.legal(now),
        actor: outcome::actor(world),
        calendars,
        command,
    };
    let listed = engine::listed(&one.facts, &context);
    let found = listed.iter().find(|listed| listed.action.key == key);
    let (fields, holder) = found.map_or_else(Default::default, |listed| {
        let action = listed.action;
        (action.asked(&one.facts), needs_holder(action.by))
    });
    if let Some(name) = by_other(one).filter(|_| holder) {
        let me = world.me.as_ref().map(|me| me.agent_id);
        return Err(Not::Case(if one.row.holder_id == me {
            world.texts.say("held.elsewhere")
        } else {
            world.texts.fill("held.now", &[("holder", name)])
        }));
    }
    let answers = outcome::answers(world, &one.row.process, &fields, &job.entries, now).map_err(
        |mut wrong| match wrong.pop() {
            Some((field, said)) => Not::Field(field, said),
            None => Not::Case(String::new()),
        },
    )?;
    engine::step(&one.facts, key, &answers, &context)
        .map(|change| (change, holder))
        .map_err(|refusal| Not::of(world, job, &refusal))
}

/// Why not.
pub(super) enum Not {
    /// Because of an answer.
    Field(String, String),
    /// Because of the case.
    Case(String),
}

impl Not {
    fn of(world: &World, job: &Job, refusal: &Refusal) -> Self {
        match outcome::refused(world, refusal, &job.entries) {
            Outcome::Fields(mut wrong) if !wrong.is_empty() => {
                let (field, said) = wrong.remove(0);
                Self::Field(field, said)
            }
            Outcome::Refused(said) => Self::Case(said),
            _ => Self::Case(String::new()),
        }
    }

    /// In words.
    pub(super) fn said(self) -> String {
        match self {
            Self::Field(_, said) | Self::Case(said) => said,
        }
    }
}

/// Whether the form can go on: an answer that stands against every case stands against the form.
pub fn weigh(world: &World, act: &Act, entries: &[Entry], now: DateTime<Utc>) -> Outcome {
    let Some(job) = world.bulk.as_deref() else {
        return Outcome::Unknown;
    };
    let Act::Action(_) = act else {
        return ready();
    };
    let job = Job {
        entries: entries.to_vec(),
        act: Some(act.clone()),
        ..job.briefly()
    };
    let mut field = None;
    for one in job.cases.iter().take(SAMPLE) {
        match change(world, &job, one, Uuid::nil(), now) {
            Ok(_) => return ready(),
            Err(Not::Field(key, said)) => field = Some((key, said)),
            Err(Not::Case(_)) => {}
        }
    }
    field.map_or_else(ready, |wrong| Outcome::Fields(vec![wrong]))
}

fn ready() -> Outcome {
    Outcome::Ready(Vec::new(), Box::new(Plan::Many))
}

impl Job {
    /// Only what planning looks at, of the first cases.
    fn briefly(&self) -> Self {
        let mut short = Self::new(&std::collections::BTreeSet::new());
        short.asked.clone_from(&self.asked);
        short.cases = self.cases.iter().take(SAMPLE).cloned().collect();
        short
    }
}

/// Work out what will happen with each case. What was taken out stays out.
pub fn make(world: &mut World, act: Act, entries: Vec<Entry>, now: DateTime<Utc>) {
    let Some(mut job) = world.bulk.take() else {
        return;
    };
    job.act = Some(act);
    job.entries = entries;
    let mut to = Receivers::of(world, &job);
    let out = |row: &&Row| matches!(row.verdict, Verdict::Out(_));
    let out: Vec<_> = job.rows.iter().filter(out).map(|row| row.case).collect();
    let mut rows = Vec::with_capacity(job.cases.len());
    for one in &job.cases {
        let command = world.command(now);
        let (verdict, to, sends) = verdict(world, &job, one, command, &mut to, now);
        let verdict = match verdict {
            Verdict::Will(said) if out.contains(&one.row.case_id) => Verdict::Out(said),
            other => other,
        };
        rows.push(Row {
            case: one.row.case_id,
            case_no: one.row.case_no.clone(),
            subject: one.row.subject.clone(),
            command,
            to,
            sends,
            was_ours: world.leases.contains_key(&one.row.case_id),
            undo: None,
            verdict,
        });
    }
    job.cursor = job.cursor.min(rows.len().saturating_sub(1));
    job.rows = rows;
    job.sure = None;
    world.bulk = Some(job);
}

/// After a run: the preview of taking back what it did. What has left is gone.
pub fn take_back(world: &mut World, now: DateTime<Utc>) {
    let Some(mut job) = world.bulk.take() else {
        return;
    };
    let legal = world.legal(now);
    let done = |row: &Row| matches!(row.verdict, Verdict::Done(_));
    job.rows.retain(done);
    for row in &mut job.rows {
        row.command = world.command(now);
        let can = row.undo.is_some_and(|undo| undo.until > legal);
        row.sends = false;
        row.verdict = if can {
            Verdict::Will(world.texts.say("bulk.takes_back"))
        } else {
            Verdict::Wont(world.texts.say("bulk.has_left"))
        };
    }
    (job.act, job.run) = (Some(Act::TakeBack), Run::Not);
    (job.cursor, job.sure) = (0, None);
    job.entries.clear();
    world.bulk = Some(job);
}

fn verdict(
    world: &World,
    job: &Job,
    one: &Briefly,
    command: Uuid,
    to: &mut Receivers,
    now: DateTime<Utc>,
) -> (Verdict, Option<i32>, bool) {
    let texts = &world.texts;
    match &job.act {
        Some(Act::Release) if one.lease.is_none() => {
            (Verdict::Wont(texts.say("why.not_held_by_me")), None, false)
        }
        Some(Act::Release) if one.lease.is_some_and(|lease| lease.proposed) => (
            Verdict::Wont(texts.say("refusal.skip_reason_needed")),
            None,
            false,
        ),
        Some(Act::Release) => (Verdict::Will(texts.say("bulk.released")), None, false),
        Some(Act::TakeBack) => (Verdict::Wont(texts.say("bulk.has_left")), None, false),
        Some(Act::Reassign) => {
            let Some((agent, name)) = to.next(one) else {
                return (Verdict::Wont(texts.say("bulk.nobody_else")), None, false);
            };
            let said = texts.fill("bulk.goes_to", &[("name", &name)]);
            (Verdict::Will(said), agent, false)
        }
        _ => match change(world, job, one, command, now) {
            Ok((change, _)) => {
                let sends = !change.messages.is_empty();
                (Verdict::Will(said(world, one, &change, now)), None, sends)
            }
            Err(not) => (Verdict::Wont(not.said()), None, false),
        },
    }
}

/// What a change does, in one sentence.
fn said(world: &World, one: &Briefly, change: &Change, now: DateTime<Utc>) -> String {
    let lines = preview::of(world, change, Some(&one.facts), world.legal(now));
    let parts: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line.verb, line.what))
        .collect();
    parts.join("; ")
}

/// To whom cases go: the pool, one who is there, or whoever holds least, in turn.
enum Receivers {
    Pool(String),
    One(i32, String),
    Least(BTreeMap<i32, (i64, String)>),
    /// Who was chosen is gone.
    Nobody,
}

impl Receivers {
    fn of(world: &World, job: &Job) -> Self {
        let to = job.entries.iter().find(|entry| entry.key == "to");
        let me = world.me.as_ref().map(|me| me.agent_id);
        let there = world.colleagues.iter();
        let there = there.filter(|one| one.online && Some(one.agent_id) != me);
        let mut held: BTreeMap<i32, (i64, String)> = there
            .map(|one| (one.agent_id, (one.held, one.name.clone())))
            .collect();
        match to.map_or("", Entry::raw) {
            LEAST => Self::Least(held),
            "pool" => Self::Pool(world.texts.say("form.pool")),
            one => {
                let agent = one.parse::<i32>().ok();
                let named = agent.and_then(|agent| Some((agent, held.remove(&agent)?.1)));
                named.map_or(Self::Nobody, |(agent, name)| Self::One(agent, name))
            }
        }
    }

    /// Whoever has it already is not given it again: `None` when nobody else is there for it.
    fn next(&mut self, one: &Briefly) -> Option<(Option<i32>, String)> {
        let own = one.row.holder_id;
        match self {
            Self::Pool(name) => Some((None, name.clone())),
            Self::One(agent, name) => (Some(*agent) != own).then(|| (Some(*agent), name.clone())),
            Self::Least(held) => {
                let others = held.iter_mut().filter(|(agent, _)| Some(**agent) != own);
                let least = others.min_by_key(|(agent, (held, _))| (*held, **agent));
                let (agent, (held, name)) = least?;
                *held += 1;
                Some((Some(*agent), name.clone()))
            }
            Self::Nobody => None,
        }
    }
}

/// The answer that means: whoever holds least, in turn.
pub const LEAST: &str = "least";
