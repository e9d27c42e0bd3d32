//! Whether a command is possible now, and if not, why: the texts `why.<key>`.

use super::bulk::{self, Act, Verdict};
use super::model::Model;
use super::request::{around, guide};
use super::screen::Layer;
use super::screen::inbox::Mark;
use super::screen::unfinished::Item;
use super::world::Link;
use super::{claims, held, preview, undo};
use crate::process::engine;
use crate::store::rows::{Role, WorkState, is_masked};

/// Why a command is not possible now: the text `why.<key>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Why(pub &'static str);

/// The reason in words.
pub fn said(model: &Model, why: Why) -> String {
    let undo = model
        .current_case()
        .and_then(|case| undo::find(&model.world, case, model.now));
    match undo.and_then(|undo| undo.stands.as_ref()) {
        Some(refusal) if why == STANDS => preview::refusal(&model.world, refusal),
        _ if why == HELD => holder(model),
        _ if why == DUTY => duty(model).unwrap_or_default(),
        _ => model.world.texts.get(&format!("why.{}", why.0)).to_owned(),
    }
}

/// Something stands against taking back, which the database names.
const STANDS: Why = Why("undo_stands");

/// Somebody else holds the case, or another session of ours.
const HELD: Why = Why("held_by_other");

/// A duty of people stands against putting the case aside.
const DUTY: Why = Why("snooze_overdue");

/// Who holds the case, as far as that was read.
fn holder(model: &Model) -> String {
    let world = &model.world;
    let case = model.current_case();
    let said = case.and_then(|case| held::by_other(world, case, model.now));
    said.unwrap_or_else(|| world.texts.say("why.held_by_other"))
}

/// Which duty stands against putting the case aside now, in words.
fn duty(model: &Model) -> Option<String> {
    let (world, row) = (&model.world, model.current_row()?);
    let legal = world.legal(model.now);
    let known = world.case(row.case_id).map(|loaded| &loaded.detail.facts);
    let refusal = match known {
        Some(facts) => engine::overdue(facts, legal),
        // what was not read yet: its nearest clock
        None => row
            .overdue_duty(legal)
            .map(|(due, clock)| engine::is_overdue(due, clock)),
    };
    refusal.map(|refusal| preview::refusal(world, &refusal))
}

/// A case that can be put aside: it has not ended, and no duty of people has come.
pub fn to_put_aside(model: &Model) -> Result<(), Why> {
    live_case(model)?;
    duty(model).map_or(Ok(()), |_| Err(DUTY))
}

/// A list, read or not.
pub fn with_a_list(model: &Model) -> Result<(), Why> {
    match model.desk.inbox() {
        Some(_) => Ok(()),
        None => live(model),
    }
}

/// A case whose last change can be taken back.
pub fn undoable(model: &Model) -> Result<(), Why> {
    live(model)?;
    if let Some(Layer::Sheet) = model.layers.last() {
        // what else stands against it is said when the case is read
        return undoable_row(model);
    }
    let case = model.current_case().ok_or(Why("no_case"))?;
    match undo::find(&model.world, case, model.now) {
        None if undo::is_coming(&model.world, case) => Ok(()),
        None if is_after_note(model) => Err(Why("note_stays")),
        None => Err(Why("nothing_to_take_back")),
        Some(undo) if undo.stands.is_some() => Err(STANDS),
        Some(_) => Ok(()),
    }
}

/// The row of the results under the cursor.
fn undoable_row(model: &Model) -> Result<(), Why> {
    let job = model.world.bulk.as_deref();
    let done = job.and_then(|job| Some((job, job.rows.get(job.cursor)?)));
    let done = done.filter(|(_, row)| matches!(row.verdict, Verdict::Done(_)));
    let (job, row) = done.ok_or(Why("nothing_to_take_back"))?;
    let legal = model.world.legal(model.now);
    match row.undo {
        Some(offer) if offer.until > legal => Ok(()),
        None if job.act == Some(Act::Action("add_note".to_owned())) => Err(Why("note_stays")),
        _ => Err(Why("nothing_to_take_back")),
    }
}

/// Whether the last that happened to the case is a note of ours.
fn is_after_note(model: &Model) -> bool {
    let loaded = model.current_case().and_then(|case| model.world.case(case));
    let last = loaded.and_then(|loaded| loaded.timeline.first());
    let me = model.world.me.as_ref().map(|me| me.agent_id);
    last.is_some_and(|last| {
        last.kind == "add_note" && last.agent_id.is_some() && last.agent_id == me
    })
}

/// Nothing hinders.
pub fn always(_: &Model) -> Result<(), Why> {
    Ok(())
}

/// The database answers.
pub fn live(model: &Model) -> Result<(), Why> {
    match model.world.link {
        Link::Live => Ok(()),
        Link::Connecting { .. } => Err(Why("connecting")),
        Link::Stale { .. } => Err(Why("offline")),
    }
}

/// The cursor stands on a case.
pub fn on_a_case(model: &Model) -> Result<(), Why> {
    model.current_case().map(|_| ()).ok_or(Why("no_case"))
}

/// A case of whose customer something is masked.
pub fn masked(model: &Model) -> Result<(), Why> {
    live(model)?;
    if is_auditor(model) {
        return Err(Why("auditor"));
    }
    if !model.habits.unmasks {
        return Err(Why("not_seen"));
    }
    let case = model.current_case().ok_or(Why("no_case"))?;
    let loaded = model.world.case(case).ok_or(Why("not_read"))?;
    match &loaded.detail.customer {
        Some(card) if card.protected => Err(Why("person_protected")),
        Some(card) if !(card.phone.is_empty() && card.email.is_empty()) => Ok(()),
        _ if loaded.detail.texts.values().any(|text| is_masked(text)) => Ok(()),
        _ => Err(Why("nothing_masked")),
    }
}

/// A case of which something may be copied.
pub fn to_copy(model: &Model) -> Result<(), Why> {
    if !model.habits.copies {
        return Err(Why("copy_off"));
    }
    on_a_case(model)
}

/// The cursor stands on a case that has not ended.
pub fn live_case(model: &Model) -> Result<(), Why> {
    on_a_case(model)?;
    let is_closed = model
        .current_row()
        .is_some_and(|row| row.work == WorkState::Closed);
    if is_closed {
        Err(Why("closed"))
    } else {
        Ok(())
    }
}

/// A case that can be taken.
pub fn claimable(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    if model.world.leases.contains_key(&case) {
        return Err(Why("held_by_me"));
    }
    if is_auditor(model) {
        return Err(Why("auditor"));
    }
    match model.current_row().map(|row| row.work) {
        Some(WorkState::Held) => Err(HELD),
        Some(WorkState::Closed) => Err(Why("closed")),
        _ => Ok(()),
    }
}

/// A case that is mine.
pub fn held_by_me(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    if model.world.leases.contains_key(&case) {
        Ok(())
    } else {
        Err(Why("not_held_by_me"))
    }
}

/// A case that is mine, or an unfinished form of mine whose case has a holder.
pub fn to_hand_over(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        Some(Layer::Unfinished(list)) => match list.current(&model.world) {
            Some(Item::Mine(draft)) if draft.content.subject.case().is_some() => live(model),
            _ => Err(Why("no_draft")),
        },
        _ => held_by_me(model),
    }
}

/// A case that "next" gave and nothing was done with; any such case where leaving is asked.
pub fn proposed(model: &Model) -> Result<(), Why> {
    if let Some(Layer::Quit) = model.layers.last() {
        live(model)?;
        let first = claims::proposed(&model.world).next();
        return first.map(|_| ()).ok_or(Why("not_proposed"));
    }
    held_by_me(model)?;
    let lease = model
        .current_case()
        .and_then(|case| model.world.leases.get(&case));
    match lease {
        Some(lease) if lease.proposed => Ok(()),
        _ => Err(Why("not_proposed")),
    }
}

/// A case that somebody else holds, or another desk of mine.
pub fn takeable(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    if model.world.leases.contains_key(&case) {
        return Err(Why("held_by_me"));
    }
    if is_auditor(model) {
        return Err(Why("auditor"));
    }
    match model.current_row().map(|row| row.work) {
        Some(WorkState::Held) | None => Ok(()),
        Some(WorkState::Closed) => Err(Why("closed")),
        Some(WorkState::Open | WorkState::Waiting) => Err(Why("nobody_holds")),
    }
}

/// A case of the list shown.
pub fn in_the_list(model: &Model) -> Result<(), Why> {
    let case = model.current_case().ok_or(Why("no_case"))?;
    let inbox = model.desk.inbox().ok_or(Why("no_case"))?;
    let here = inbox.rows.iter().find(|row| row.case.case_id == case);
    match here {
        Some(row) if row.mark != Mark::Gone => Ok(()),
        _ => Err(Why("not_in_list")),
    }
}

/// A form that looks something up.
pub fn askable(model: &Model) -> Result<(), Why> {
    live(model)?;
    match model.layers.last() {
        Some(Layer::Form(form)) if around::is_away(form) => Ok(()),
        _ => Err(Why("nothing_asked")),
    }
}

/// A request for a meter of a customer with an account.
pub fn of_a_customer(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    let loaded = model.world.case(case).ok_or(Why("not_read"))?;
    match guide::customer(&loaded.detail) {
        Some(_) => Ok(()),
        None => Err(Why("no_request")),
    }
}

/// A request whose customer has a payment to make.
pub fn link_to_send(model: &Model) -> Result<(), Why> {
    live(model)?;
    let case = model.current_case().ok_or(Why("no_case"))?;
    let loaded = model.world.case(case).ok_or(Why("not_read"))?;
    if loaded.detail.row.state == "awaiting_payment" {
        Ok(())
    } else {
        Err(Why("no_payment"))
    }
}

/// Marked cases, and nothing else of the kind under way.
pub fn marked(model: &Model) -> Result<(), Why> {
    live(model)?;
    if is_auditor(model) {
        return Err(Why("auditor"));
    }
    if model.desk.marks().is_empty() && !bulk::run::is_going(&model.world) {
        Err(Why("nothing_marked"))
    } else {
        Ok(())
    }
}

/// Marks or a filter.
pub fn clearable(model: &Model) -> Result<(), Why> {
    let inbox = model.desk.inbox().ok_or(Why("nothing_to_clear"))?;
    if inbox.marks.is_empty() && inbox.filter.is_empty() {
        return Err(Why("nothing_to_clear"));
    }
    Ok(())
}

/// A lead before a case.
pub fn lead_on_a_case(model: &Model) -> Result<(), Why> {
    on_a_case(model)?;
    match model.world.role() {
        Some(Role::Lead | Role::Admin) => Ok(()),
        _ => Err(Why("not_lead")),
    }
}

/// A lead before a case of the board.
pub fn board_case(model: &Model) -> Result<(), Why> {
    live(model)?;
    let Some(Layer::Board(board)) = model.layers.last() else {
        return Err(Why("no_case"));
    };
    board.case().ok_or(Why("no_case"))?;
    match model.world.role() {
        Some(Role::Lead | Role::Admin) => Ok(()),
        _ => Err(Why("not_lead")),
    }
}

/// A lead before a case of the board that somebody holds.
pub fn held_case(model: &Model) -> Result<(), Why> {
    board_case(model)?;
    match model.layers.last() {
        Some(Layer::Board(board)) if board.is_held() => Ok(()),
        _ => Err(Why("held_by_nobody")),
    }
}

/// A lead before a queue or a person of the board.
pub fn limits(model: &Model) -> Result<(), Why> {
    live(model)?;
    let Some(Layer::Board(board)) = model.layers.last() else {
        return Err(Why("no_numbers"));
    };
    match model.world.role() {
        Some(Role::Lead | Role::Admin) => {}
        _ => return Err(Why("not_lead_limits")),
    }
    match board.numbers_of() {
        Some(_) => Ok(()),
        None => Err(Why("no_numbers")),
    }
}

/// A form in which something was typed, now or before.
pub fn kept_draft(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        // it may have been written: what is typed anew would be written a second time
        Some(Layer::Form(form)) if form.sent.is_some() => Err(Why("unanswered_draft")),
        Some(Layer::Form(form)) if form.touched || form.kept_at.is_some() => Ok(()),
        Some(Layer::Filter(line)) if line.saved(&model.world).is_some() => Ok(()),
        Some(Layer::Filter(_)) => Err(Why("no_saved_filter")),
        Some(Layer::Unfinished(list)) => match list.current(&model.world) {
            Some(Item::Mine(_)) => Ok(()),
            _ => Err(Why("no_draft")),
        },
        _ => Err(Why("no_draft")),
    }
}

/// A field with suggestions.
pub fn suggested(model: &Model) -> Result<(), Why> {
    match model.layers.last() {
        Some(Layer::Form(form))
            if form
                .entries
                .get(form.at)
                .is_some_and(|entry| !entry.suggestions().is_empty()) =>
        {
            Ok(())
        }
        _ => Err(Why("nothing_suggested")),
    }
}

fn is_auditor(model: &Model) -> bool {
    model.world.role() == Some(Role::Auditor)
}
