//! What a form that was written did, in words.

use super::super::effect::Call;
use super::super::route::Subject;
use super::super::world::World;
use super::super::{limits, preview};
use super::form::State;

/// What was done.
pub(super) fn done(state: &State, world: &World) -> String {
    let texts = &world.texts;
    let case = state.subject.case().and_then(|case| world.case(case));
    let no = case.map_or("", |loaded| loaded.detail.row.case_no.as_str());
    let with = |key: &str| texts.fill(key, &[("case", no)]);
    match (&state.subject, &state.sent) {
        (Subject::Action(_, action), Some(Call::Apply { change, .. })) => {
            let action = preview::action(world, &change.process, action);
            let to = preview::state(world, &change.process, &change.to);
            texts.fill(
                "done.action",
                &[("case", no), ("action", action), ("state", &to)],
            )
        }
        (Subject::HandOver(_), _) => with("done.handed_over"),
        (Subject::Reassign(_), Some(Call::Reassign { to: None, .. })) => with("done.released"),
        (Subject::Reassign(_), _) => with("done.reassigned"),
        (Subject::CallBack(_), _) => with("done.called_back"),
        (Subject::Transfer(_), _) => with("done.transferred"),
        (Subject::TakeBack(_), _) => with("done.taken_back"),
        (Subject::Skip(_), _) => with("done.skipped"),
        (Subject::TakeOver(_), _) => with("done.taken_over"),
        (Subject::Update(_, true), _) => texts.say("updates.approved"),
        (Subject::Update(_, false), _) => texts.say("updates.rejected"),
        (Subject::Keep(_), _) => texts.say("done.filter_kept"),
        (Subject::Limits(queue, agent), _) => limits::done(world, *queue, *agent),
        _ => with("done.attached"),
    }
}
