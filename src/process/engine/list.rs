//! What can be done with a case now, and why the rest cannot.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::draft::Draft;
use super::step::{may, process_of};
use super::{Actor, CaseFacts, Change, Context, Facts, Refusal, guards, recount};
use crate::process::field::{Field, FieldKind, Value};
use crate::process::{Action, By, Cond, Effect, Guard, Process};

/// One action of the list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The line of the table.
    pub action: &'static Action,
    /// Why it is not possible now; `None` when it is.
    pub refusal: Option<Refusal>,
}

/// The actions of the state of the case that people can do: possible ones first, then those that
/// are not possible, with the reason. What depends on an answer not yet given counts as possible.
pub fn listed(case: &CaseFacts, ctx: &Context<'_>) -> Vec<Listed> {
    let Ok(process) = process_of(case) else {
        return Vec::new();
    };
    let draft = look(process, case, ctx);
    let mut list: Vec<Listed> = Vec::new();
    for line in process.lines() {
        let is_nobodys = match line.by {
            By::Timer(_) | By::AnyTimer => true,
            By::Outside => ctx.actor != Actor::System,
            _ => false,
        };
        if is_nobodys || !process.allows(line, &case.state) {
            continue;
        }
        let refusal = may(ctx.actor, line.by)
            .and_then(|()| foresee(&draft, line))
            .err();
        if refusal.is_some() && is_upkeep(line) {
            continue;
        }
        add(
            &mut list,
            Listed {
                action: line,
                refusal,
            },
        );
    }
    list.sort_by_key(|listed| listed.refusal.is_some());
    list
}

/// Named only when there is something to do: upkeep of a case, and the end of a reminder.
fn is_upkeep(line: &Action) -> bool {
    let ends_one = line
        .guards
        .iter()
        .any(|guard| matches!(guard, Guard::Runs(..)));
    ends_one || is_recount(line)
}

fn is_recount(line: &Action) -> bool {
    line.effects
        .iter()
        .any(|effect| matches!(effect, Effect::Recount))
}

/// Lines that share a key stand once: the one that is possible, else the first.
fn add(list: &mut Vec<Listed>, next: Listed) {
    let known = list
        .iter_mut()
        .find(|listed| listed.action.key == next.action.key);
    match known {
        Some(known) if known.refusal.is_some() && next.refusal.is_none() => *known = next,
        Some(_) => {}
        None => list.push(next),
    }
}

/// The guards that can be judged without answers, and whether there is the form that it asks.
fn foresee(draft: &Draft<'_>, line: &Action) -> Result<(), Refusal> {
    super::step::has_form(&draft.case, line)?;
    for guard in line.guards {
        match guard {
            Guard::BeforePeople(_) => guards::before_people(draft, None)?,
            Guard::Holds(cond, ..) if depends(draft, line, cond) => {}
            Guard::Holds(..) | Guard::TimeLeft(..) | Guard::Runs(..) | Guard::NotYet(..) => {
                guards::check(draft, std::slice::from_ref(guard))?;
            }
            Guard::TooLate(_, clock, key, rule)
                if !guards::is_past_end(draft, clock, draft.now()) =>
            {
                return Err(guards::of_clock(draft, clock, key, rule));
            }
            _ => {}
        }
    }
    if is_recount(line) && recount::moves(draft)?.is_empty() {
        return Err(Refusal::new("nothing_to_recount"));
    }
    Ok(())
}

/// Whether a condition depends on an answer that is still to be given, and that the case does not know.
fn depends(draft: &Draft<'_>, line: &Action, cond: &Cond) -> bool {
    match cond {
        Cond::Always | Cond::Late(_) => false,
        Cond::Is(key, _) | Cond::Yes(key) | Cond::Known(key) | Cond::AtLeast(key, _) => {
            let mut fields = line.fields.iter();
            draft.value(key).is_none() && fields.any(|field| field.key == *key)
        }
        Cond::All(all) | Cond::Any(all) | Cond::None(all) => {
            all.iter().any(|one| depends(draft, line, one))
        }
    }
}

fn look<'a>(process: &'static Process, case: &CaseFacts, ctx: &Context<'a>) -> Draft<'a> {
    let change = Change {
        process: process.key.to_owned(),
        action: String::new(),
        from: case.state.clone(),
        to: case.state.clone(),
        at: ctx.now,
        received_at: None,
        answers: Facts::new(),
        emptied: BTreeSet::new(),
        facts: Facts::new(),
        clears: BTreeSet::new(),
        clocks: Vec::new(),
        messages: Vec::new(),
        texts: Vec::new(),
        destroy: Vec::new(),
        opens: None,
        slot: None,
    };
    Draft {
        process,
        calendar: ctx.calendars.get(process.country),
        command: Uuid::nil(),
        case: case.clone(),
        answers: Facts::new(),
        change,
    }
}

fn is_ahead(action: &Action, field: &Field) -> bool {
    let mut guards = action.guards.iter();
    guards.any(|guard| matches!(guard, Guard::Future(key) if *key == field.key))
}

/// What a form proposes for a field, as a person would type it: the present minute for an instant,
/// the value that the case has for an identifier, else the proposal of the table.
pub fn prefill(
    case: &CaseFacts,
    action: &Action,
    field: &Field,
    now: DateTime<Utc>,
) -> Option<String> {
    let asked = action.asked(case);
    let is_asked = asked.iter().any(|asked| asked.key == field.key);
    if !is_asked {
        return None;
    }
    let zone = process_of(case).ok()?.country.zone();
    match field.kind {
        // what is to come is not now
        FieldKind::Instant if is_ahead(action, field) => field.preset.map(str::to_owned),
        FieldKind::Instant => {
            let local = now.with_timezone(&zone);
            Some(local.format("%Y-%m-%d %H:%M").to_string())
        }
        FieldKind::Ean | FieldKind::Party | FieldKind::Customer => case
            .facts
            .get(field.key)
            .and_then(Value::as_code)
            .map(str::to_owned),
        _ => known(case, field).or_else(|| field.preset.map(str::to_owned)),
    }
}

/// What the case has for the fact that the field is like. Of a text it is not known here.
fn known(case: &CaseFacts, field: &Field) -> Option<String> {
    let value = case.facts.get(field.like?)?;
    match value {
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        value => value.as_code().map(str::to_owned),
    }
}
