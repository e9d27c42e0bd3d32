//! Who holds a case is said before anything is typed, and what belongs to a claim goes with it.

use loket::desk::effect::{Call, Loaded, Question, Reply};
use loket::desk::form::outcome::Outcome;
use loket::desk::screen::Layer;
use loket::desk::screen::form::Stage;
use loket::desk::{Effect, Msg};
use loket::store::rows::*;

use crate::support::desk::{Script, form, loaded, written};

/// The case comes in anew, as that.
fn read_as(script: &mut Script, loaded: Loaded) {
    let case = loaded.detail.row.case_id;
    script.take();
    let now = script.now;
    let Effect::Ask(ticket, Question::Detail(_)) = script.model.world.ask_detail(case, now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(loaded))));
}

fn taken_by_joost(case: i64) -> Loaded {
    let mut loaded = loaded(CaseId(case));
    loaded.detail.lease = None;
    loaded.detail.row.version += 1;
    loaded.detail.row.work = WorkState::Held;
    loaded.detail.row.holder = Some("Joost Bakker".into());
    loaded.detail.row.holder_id = Some(2);
    loaded
}

#[test]
fn why_a_case_was_given_goes_with_the_claim() {
    let why = |script: &Script| script.screen().contains("This one because");
    for moved_on in [true, false] {
        let mut script = Script::new(120, 32);
        script.keys("n");
        let (ticket, _) = script.writes().remove(0);
        script.reply(ticket, written(&Call::Next(None)));
        script.answer_all();
        assert!(why(&script), "{}", script.screen());
        let mut other = loaded(CaseId(1));
        if moved_on {
            other.detail.lease = script.model.world.leases.get(&CaseId(1)).copied();
            other.detail.row.state = "awaiting_party".into();
        }
        read_as(&mut script, other);
        assert!(!why(&script), "moved on: {moved_on}\n{}", script.screen());
        assert_eq!(script.model.desk.why, None);
    }
}

#[test]
fn the_handover_line_goes_when_the_case_moves_on_or_to_another() {
    let line = |script: &Script| script.screen().contains("customer calls back");
    let event = |kind: &str| TimelineRow {
        kind: kind.into(),
        ..loaded(CaseId(2)).timeline.remove(0)
    };
    let mut moved_on = event("contact_party");
    moved_on.from = Some("blocked_contact_due".into());
    moved_on.to = Some("awaiting_party".into());
    for later in [moved_on, event("released")] {
        let mut script = Script::new(120, 32);
        script.keys("j");
        script.rest();
        script.answer_all();
        assert!(line(&script), "{}", script.screen());
        let mut other = loaded(CaseId(2));
        other.timeline.insert(0, event("handed_over"));
        read_as(&mut script, other.clone());
        assert!(line(&script), "{}", script.screen());
        other.timeline.insert(0, later);
        read_as(&mut script, other);
        assert!(!line(&script), "{}", script.screen());
    }
    let mut script = Script::new(120, 32);
    script.keys("j");
    script.rest();
    read_as(&mut script, taken_by_joost(2));
    assert!(!line(&script), "{}", script.screen());
}

#[test]
fn a_case_of_a_colleague_says_so_in_the_list_of_actions() {
    let mut script = Script::new(100, 50);
    script.keys("j j j j enter");
    script.answer_all();
    let screen = script.screen();
    let held = "Joost Bakker has this case since 13:58.";
    let (possible, not_now) = screen.split_once("not possible now").expect(&screen);
    assert!(possible.contains(&format!("{held} Everybody may: ")));
    assert!(possible.contains("Inform ACM"), "{screen}");
    assert!(!possible.contains("Contact the party"), "{screen}");
    let (_, after) = not_now.split_once("Contact the party").expect(&screen);
    assert!(after.lines().nth(1).unwrap().contains(held), "{screen}");
}

#[test]
fn a_form_says_at_once_that_a_colleague_took_the_case_and_keeps_the_text() {
    for keys in ["enter 1 2", "enter 1 2 tab 1 ctrl-s"] {
        let mut script = Script::new(80, 30);
        script.keys(keys);
        read_as(&mut script, taken_by_joost(1));
        assert!(script.screen().contains("Joost Bakker has this case since"));
        assert_eq!(form(&script).entries[0].raw(), "email");
        script.keys("ctrl-s enter");
        assert!(script.writes().is_empty(), "nothing is sent");
        assert_eq!(form(&script).stage, Stage::Edit);
    }
}

#[test]
fn a_note_to_a_case_of_a_colleague_is_written() {
    let mut script = Script::new(80, 30);
    script.keys("j j j j t");
    script.answer_all();
    script.text("called").keys("ctrl-s");
    assert!(matches!(form(&script).outcome, Outcome::Ready(..)));
    script.keys("enter");
    assert!(matches!(script.writes().remove(0).1, Call::Apply { .. }));
    script.send(Msg::Wake);
}

/// Acts on case 1 until it is written; the list is read again without it, or with it further down.
fn acted(is_gone: bool) -> Script {
    let mut script = Script::new(120, 32);
    script.keys("enter 1 ctrl-s enter");
    for _ in 0..2 {
        let (ticket, call) = script.writes().remove(0);
        script.reply(ticket, written(&call));
    }
    for effect in script.take() {
        match effect {
            Effect::Ask(ticket, Question::Inbox { .. }) => {
                let mut rows = crate::support::desk::rows();
                let first = rows.remove(0);
                rows.extend((!is_gone).then_some(first));
                let page = InboxPage {
                    rows,
                    ..crate::support::desk::page()
                };
                script.reply(ticket, Reply::Inbox(Ok(page)));
            }
            Effect::Ask(ticket, Question::Detail(case)) => {
                script.reply(ticket, Reply::Detail(Ok(Box::new(loaded(case)))));
            }
            other => panic!("{other:?}"),
        }
    }
    script
}

#[test]
fn the_cursor_stays_on_the_case_that_was_acted_on() {
    let script = acted(false);
    assert_eq!(script.model.current_case(), Some(CaseId(1)));
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 6);
    assert_eq!(script.model.desk.pinned, None);
}

#[test]
fn a_case_that_left_the_list_stays_in_view_until_the_cursor_moves() {
    let mut script = acted(true);
    script.rest();
    let screen = script.screen();
    assert!(
        screen.contains("Gone from this list. GT-2026-000398"),
        "{screen}"
    );
    assert_eq!(
        script.model.current_case(),
        Some(CaseId(1)),
        "enter means it"
    );
    assert_eq!(script.model.desk.shown, Some(CaseId(1)));
    script.keys("tab tab down");
    script.rest();
    assert_ne!(script.model.current_case(), Some(CaseId(1)));
}

/// Case 1, as it is read while another console of ours holds it.
fn held_elsewhere() -> Loaded {
    let mut other = loaded(CaseId(1));
    let row = &mut other.detail.row;
    (row.work, row.version) = (WorkState::Held, 5);
    (row.holder, row.holder_id) = (Some("Sanne de Vries".into()), Some(1));
    other.detail.lease = Some(Lease::new(CaseId(1), 7));
    other
}

/// What another console of ours holds is not held here: it can be taken over, and no form tells of a
/// loss that never was.
#[test]
fn a_case_of_our_other_console_is_not_held_here() {
    let mut script = Script::new(120, 40);
    read_as(&mut script, held_elsewhere());
    assert!(!script.model.world.leases.contains_key(&CaseId(1)));
    script.keys("t");
    script.answer_all();
    script.text("half a note");
    read_as(&mut script, held_elsewhere());
    assert_eq!(form(&script).lost(&script.model.world, script.now), None);
    assert!(!form(&script).was_ours);
    // a note to it is written, and the lease that the answer tells of is not ours either
    script.keys("ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(call, Call::Apply { fence: None, .. }), "{call:?}");
    let applied = Applied {
        version: 6,
        work: WorkState::Held,
        lease: Some(Lease::new(CaseId(1), 7)),
        opened: None,
        undo: None,
    };
    script.reply(ticket, Reply::Applied(Ok(applied)));
    assert!(!script.model.world.leases.contains_key(&CaseId(1)));
    read_as(&mut script, held_elsewhere());
    script.keys("T");
    assert!(matches!(script.model.layers.last(), Some(Layer::Form(_))));
}

/// Reading tells when ours is gone, also to another console of ours; an older reading does not.
#[test]
fn reading_ends_our_lease_only_when_a_later_one_is_there() {
    let mut script = Script::new(120, 32);
    let case = CaseId(2);
    let mut read = loaded(case);
    for (fence, is_ours) in [(Some(3), true), (Some(4), true), (Some(5), false)] {
        read.detail.lease = fence.map(|fence| Lease::new(case, fence));
        read_as(&mut script, read.clone());
        let ours = script.model.world.leases.get(&case);
        assert_eq!(ours.map(|lease| lease.fence), is_ours.then_some(4));
    }
}

/// What the shell took is named as that, with what gets on: by the key that would claim it too.
#[test]
fn a_case_of_our_command_line_is_named_as_that() {
    let mut script = Script::new(120, 40);
    let mut other = held_elsewhere();
    other.detail.held_by_shell = true;
    read_as(&mut script, other);
    for key in ["c", "a"] {
        script.keys(key);
        let screen = script.screen();
        let all = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(all.contains("on your command line; T takes it"), "{screen}");
        assert!(all.contains("loket case release"), "{screen}");
        assert!(!all.contains("line was lost"), "{screen}");
        script.keys("esc");
    }
}
