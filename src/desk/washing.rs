//! The screens of the data wash: ways to them, their answers, when their commands are possible, and
//! what was done by hand that others may follow.

use chrono::{DateTime, Utc};

use super::available::{self, Why};
use super::bulk::{Act, Solved, Verdict, one};
use super::command::Id;
use super::effect::{Call, Effect, Question, Reply, Slot};
use super::form::Entry;
use super::form::outcome::{Outcome, Plan};
use super::many;
use super::model::Model;
use super::preview::{self, Line};
use super::registers;
use super::route::{Route, Subject};
use super::screen::form::State as Form;
use super::screen::{Layer, clusters, updates};
use super::world::World;
use crate::process::wash::WASH;
use crate::store::rows::{CaseId, EvidenceRow, Role, WaitingUpdate};

/// To the clusters, to the updates, or to what is to be done with the cases of a cluster.
pub(super) fn go(model: &mut Model, route: Route, now: DateTime<Utc>) -> Vec<Effect> {
    if matches!(route, Route::BulkOf(..)) {
        return many::go(model, route, now);
    }
    if let Route::Registers(case) = route {
        let (state, asked) = registers::State::open(&mut model.world, case, now);
        model.layers.push(Layer::Registers(state));
        return vec![asked];
    }
    if route == Route::Updates {
        let (list, asked) = updates::State::open(&mut model.world, now);
        model.layers.push(Layer::Updates(Box::new(list)));
        return asked;
    }
    let (list, asked) = clusters::State::open(&mut model.world, now);
    model.layers.push(Layer::Clusters(Box::new(list)));
    asked
}

/// An answer for one of these lists, where it still lies; whether it was one.
pub(super) fn take(model: &mut Model, reply: &Reply) -> bool {
    for layer in model.layers.iter_mut().rev() {
        match (layer, reply) {
            (Layer::Updates(list), Reply::Updates(result)) => {
                list.take(result.clone().map(|page| *page));
                return true;
            }
            (Layer::Registers(state), Reply::Registers(case, result)) => {
                state.take(*case, result.clone().map(|answer| *answer));
                return true;
            }
            (Layer::Clusters(list), Reply::Clusters(result)) => {
                list.take(result.clone().map(|page| *page));
                return true;
            }
            (Layer::Clusters(list), Reply::Cluster(result)) => {
                list.take_findings(result.clone().map(|page| *page));
                return true;
            }
            _ => {}
        }
    }
    false
}

/// Where a key of the desk leads; to the registers from a case alone.
pub(super) fn way(id: Id, case: Option<CaseId>) -> Vec<Effect> {
    let route = match (id, case) {
        (Id::Clusters, _) => Route::Clusters,
        (Id::Updates, _) => Route::Updates,
        (Id::Registers, Some(case)) => Route::Registers(case),
        _ => return Vec::new(),
    };
    vec![Effect::Go(route)]
}

/// Whether the queue of the data wash is one of ours.
pub(super) fn washes(model: &Model) -> Result<(), Why> {
    available::live(model)?;
    let mut queues = model.world.me.iter().flat_map(|me| &me.queues);
    if queues.any(|queue| queue.key == "wash") {
        Ok(())
    } else {
        Err(Why("no_wash"))
    }
}

fn open(model: &Model) -> Option<&clusters::Open> {
    match model.layers.last() {
        Some(Layer::Clusters(list)) => list.open.as_ref(),
        _ => None,
    }
}

/// A cluster with cases.
pub(super) fn to_act(model: &Model) -> Result<(), Why> {
    to_write(model)?;
    match open(model) {
        Some(open) if !open.cases.is_empty() => Ok(()),
        _ => Err(Why("no_case")),
    }
}

fn to_write(model: &Model) -> Result<(), Why> {
    available::live(model)?;
    match model.world.role() {
        Some(Role::Auditor) => Err(Why("auditor")),
        _ => Ok(()),
    }
}

/// One of the cluster was solved by hand, and others are left.
pub(super) fn likewise(model: &Model) -> Result<(), Why> {
    to_write(model)?;
    let open = open(model).ok_or(Why("no_case"))?;
    let solved = model.world.solved.as_ref();
    let solved = solved.filter(|solved| open.known.contains(&solved.case));
    let solved = solved.ok_or(Why("nothing_solved"))?;
    // a name and a number belong to one customer, never to the others of a cluster
    if one::named(&solved.entries).is_some() {
        return Err(Why("one_person"));
    }
    if open.cases.iter().any(|case| *case != solved.case) {
        Ok(())
    } else {
        Err(Why("nothing_left"))
    }
}

/// An update that no live case looks at.
pub(super) fn to_end(model: &Model) -> Result<(), Why> {
    to_write(model)?;
    let Some(Layer::Updates(list)) = model.layers.last() else {
        return Err(Why("no_update"));
    };
    match list.current() {
        None => Err(Why("no_update")),
        Some(one) if one.case_id.is_some() => Err(Why("update_in_case")),
        Some(_) => Ok(()),
    }
}

/// … and that says who our own end user is: another one is a takeover.
pub(super) fn to_approve(model: &Model) -> Result<(), Why> {
    to_end(model)?;
    let Some(Layer::Updates(list)) = model.layers.last() else {
        return Err(Why("no_update"));
    };
    match list.current().and_then(|one| one.names.as_deref()) {
        Some("number") => Err(Why("update_other_number")),
        Some("name") => Err(Why("update_other_name")),
        Some("kind") => Err(Why("update_other_kind")),
        Some("nobody") => Err(Why("update_of_nobody")),
        _ => Ok(()),
    }
}

/// Results of which something can still be taken back.
pub(super) fn to_take_back(model: &Model) -> Result<(), Why> {
    to_write(model)?;
    let legal = model.world.legal(model.now);
    let rows = model.world.bulk.iter().flat_map(|job| &job.rows);
    let mut done = rows.filter(|row| matches!(row.verdict, Verdict::Done(_)));
    if done.any(|row| row.undo.is_some_and(|undo| undo.until > legal)) {
        Ok(())
    } else {
        Err(Why("nothing_to_take_back"))
    }
}

/// What was done with a case of the wash by hand is kept, so that others of its cluster can follow.
pub(super) fn remember(world: &mut World, form: &Form, case: CaseId) {
    let loaded = world.case(case);
    let loaded = loaded.filter(|loaded| loaded.detail.row.process == "wash");
    let (Some(loaded), Subject::Action(_, action)) = (loaded, &form.subject) else {
        return;
    };
    let own = WASH.actions.iter().any(|known| known.key == action);
    let from = own.then(|| loaded.detail.facts.state.clone());
    // a note does not take the place of how one was solved, there or at another case
    let kept = world.solved.as_ref();
    let kept = kept.is_some_and(|it| it.case == case || it.from.is_some());
    if own || !kept {
        world.solved = Some(Box::new(Solved {
            case,
            from,
            act: Act::Action(action.clone()),
            entries: form.entries.clone(),
        }));
    }
}

/// What was taken back is no solution that others may follow.
pub(super) fn forget(world: &mut World, case: CaseId) {
    if world.solved.as_ref().is_some_and(|it| it.case == case) {
        world.solved = None;
    }
}

/// The list is read anew after one of it has ended.
pub(super) fn reread(world: &mut World, subject: &Subject, now: DateTime<Utc>) -> Option<Effect> {
    let is_update = matches!(subject, Subject::Update(..));
    is_update.then(|| world.ask(Slot::Updates, Question::Updates(0), now))
}

/// What ending an update does: our row as it will be, or why it stays.
pub(super) fn outcome(world: &World, id: i64, approve: bool, entries: &[Entry]) -> Outcome {
    let judged = world.judged.as_deref();
    let judged = judged.filter(|one| one.update_id == id);
    let reason = entries.iter().find(|entry| entry.key == "reason");
    let reason = reason.map(|entry| entry.raw().trim().to_owned());
    let lines = match (judged, approve) {
        (None, true) => return Outcome::Refused(world.texts.say("updates.not_read")),
        (Some(one), true) => changes(world, one),
        (_, false) => {
            let why = reason.clone().unwrap_or_default();
            vec![preview::line(world, "because", why)]
        }
    };
    let call = Call::EndUpdate {
        id,
        approve,
        why: reason,
    };
    Outcome::Ready(lines, Box::new(Plan::Call(call)))
}

/// The fields of our row that will say something else.
fn changes(world: &World, one: &WaitingUpdate) -> Vec<Line> {
    let texts = &world.texts;
    if one.protected {
        return vec![preview::line(
            world,
            "approves",
            texts.say("finding.protected"),
        )];
    }
    let none = EvidenceRow::default();
    let (old, new) = (
        one.ours.as_ref().unwrap_or(&none),
        one.theirs.as_ref().unwrap_or(&none),
    );
    let words = [
        ("name", &old.name, &new.name, old.name != new.name),
        ("kind", &old.kind, &new.kind, old.kind != new.kind),
        (
            "number",
            &old.number,
            &new.number,
            old.number_as != new.number_as,
        ),
    ];
    let changed = words.into_iter().filter(|(.., differs)| *differs);
    let mut lines: Vec<Line> = changed
        .map(|(key, old, new, _)| Line {
            verb: texts.say(&format!("finding.field.{key}")),
            what: format!("{} -> {new}", if old.is_empty() { "-" } else { old }),
        })
        .collect();
    if lines.is_empty() {
        lines.push(preview::line(world, "approves", texts.say("updates.same")));
    } else {
        lines.push(preview::line(world, "sends", texts.say("updates.is_told")));
    }
    lines
}
