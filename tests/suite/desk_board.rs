//! The board and the share on time, by keys.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Effect, Question, Slot};
use loket::desk::screen::Layer;
use loket::desk::screen::board::{Section, Spot, State};
use loket::desk::{Msg, Reply, next_wake};
use loket::store::rows::{CaseId, Role};

use crate::support::board::{board, lead};
use crate::support::desk::{Script, offline, slots};

fn top(script: &Script) -> &State {
    match script.model.layers.last() {
        Some(Layer::Board(board)) => board,
        other => panic!("no board on top: {other:?}"),
    }
}

fn spot(script: &Script) -> Option<Spot> {
    top(script).spot()
}

fn wake_at(script: &mut Script, milliseconds: i64) -> Vec<Effect> {
    script.now += TimeDelta::milliseconds(milliseconds);
    script.send(Msg::Wake);
    script.take()
}

#[test]
fn the_board_is_asked_for_again_while_it_is_on_top_and_not_otherwise() {
    let mut script = lead(120, 32);
    let wake = next_wake(&script.model, script.now).unwrap();
    assert!(wake <= script.now + TimeDelta::milliseconds(2_600));
    let asked = wake_at(&mut script, 2_600);
    assert_eq!(slots(&asked), [Slot::Board]);
    assert_eq!(
        slots(&wake_at(&mut script, 2_600)),
        [],
        "one question at a time"
    );
    script.effects = asked;
    script.answer_all();
    script.keys("?");
    assert_eq!(
        slots(&wake_at(&mut script, 60_000)),
        [],
        "the help lies on it"
    );
    script.keys("esc");
    assert_eq!(slots(&wake_at(&mut script, 1)), [Slot::Board]);
    script.keys("esc");
    assert_eq!(slots(&wake_at(&mut script, 60_000)), [], "it was left");
}

#[test]
fn the_cursor_stays_on_its_case_when_the_order_changes() {
    let mut script = lead(120, 32);
    script.keys("tab j");
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(2))));
    let asked = wake_at(&mut script, 2_600);
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    let mut other = board();
    other.nearest.swap(1, 4);
    script.reply(*ticket, Reply::Board(Ok(Box::new(other))));
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(2))));
    assert_eq!(top(&script).cursor(Section::Nearest), 4);
    // a case that is gone leaves the cursor in its place
    let asked = wake_at(&mut script, 2_600);
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    let mut other = board();
    other.nearest.retain(|row| row.case_id != CaseId(2));
    script.reply(*ticket, Reply::Board(Ok(Box::new(other))));
    assert_eq!(
        spot(&script),
        Some(Spot::Case(CaseId(6))),
        "the fifth of six"
    );
}

#[test]
fn enter_opens_the_case_and_back_leads_to_the_same_place() {
    for (columns, rows) in [(80, 24), (120, 32), (160, 48)] {
        let mut script = lead(columns, rows);
        script.keys("tab j j j enter");
        script.answer_all();
        assert!(script.model.layers.is_empty());
        assert_eq!(script.model.current_case(), Some(CaseId(4)));
        assert!(script.screen().contains("GT-2026-000401"));
        script.keys("esc");
        assert_eq!(spot(&script), Some(Spot::Case(CaseId(4))));
        // and further back to the desk
        script.answer_all();
        script.keys("esc");
        assert!(script.model.layers.is_empty());
    }
}

/// Somebody who goes on from the case is at the desk; the board is where it was with its key.
#[test]
fn who_goes_elsewhere_from_the_case_is_not_led_back() {
    let mut script = lead(80, 24);
    script.keys("tab j enter");
    script.answer_all();
    script.keys("m");
    script.answer_all();
    script.keys("j enter esc");
    script.answer_all();
    assert!(script.model.layers.is_empty());
}

#[test]
fn enter_on_a_queue_goes_to_its_list_and_the_board_is_found_again() {
    let mut script = lead(120, 32);
    script.keys("m");
    script.answer_all();
    script.keys("enter");
    script.answer_all();
    assert!(script.model.layers.is_empty());
    assert_eq!(script.model.desk.at, 1, "the tab of the queue");
    script.keys("b tab j esc b");
    script.answer_all();
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(2))), "the same place");
}

#[test]
fn up_and_down_go_through_all_parts() {
    let mut script = lead(120, 32);
    let mut seen = vec![spot(&script).unwrap()];
    for _ in 0..12 {
        script.keys("down");
        seen.push(spot(&script).unwrap());
    }
    let people = [2, 1, 3].map(Spot::Person);
    let mut expected = vec![Spot::Queue(1), Spot::Queue(2)];
    expected.extend((1..=7).map(|n| Spot::Case(CaseId(n))));
    expected.extend(people);
    expected.push(Spot::Case(CaseId(6)));
    assert_eq!(seen, expected);
    for _ in 0..12 {
        script.keys("up");
        seen.pop();
        assert_eq!(spot(&script), seen.last().copied());
    }
}

#[test]
fn a_person_unfolds_into_what_they_hold() {
    let mut script = lead(120, 32);
    script.keys("tab tab enter j");
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(5))));
    assert!(
        script.screen().contains("since 13:05"),
        "{}",
        script.screen()
    );
    script.keys("k enter j");
    assert_eq!(spot(&script), Some(Spot::Person(1)), "folded again");
}

/// Reassigning needs a reason, and ends where it began.
#[test]
fn a_lead_gives_a_case_to_somebody_else_and_is_back_at_the_board() {
    let mut script = lead(120, 32);
    script.keys("tab j R");
    script.answer_all();
    script.keys("2 tab");
    script.text("joost knows this party");
    script.keys("ctrl-s ctrl-s");
    let mut writes = script.writes();
    let (ticket, call) = writes.remove(0);
    let expected = Call::Reassign {
        case: CaseId(2),
        to: Some(2),
        reason: "joost knows this party".into(),
    };
    assert_eq!(call, expected);
    script.reply(ticket, crate::support::desk::written(&call));
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(2))));
    let asked = script.take();
    assert!(
        slots(&asked).contains(&Slot::Board),
        "the board is read at once: {asked:?}"
    );
}

#[test]
fn a_lead_takes_a_case_back_to_the_pool() {
    let mut script = lead(120, 32);
    script.keys("tab j x");
    script.answer_all();
    script.text("gone home");
    script.keys("ctrl-s ctrl-s");
    let call = script.writes().remove(0).1;
    let expected = Call::Reassign {
        case: CaseId(2),
        to: None,
        reason: "gone home".into(),
    };
    assert_eq!(call, expected);
}

#[test]
fn what_is_not_possible_says_why() {
    let mut script = lead(120, 32);
    script.keys("R");
    assert!(script.screen().contains("no case"), "{}", script.screen());
    script.keys("tab x");
    assert!(
        script.screen().contains("Nobody holds this case."),
        "{}",
        script.screen()
    );
    // an agent sees the board, and changes nothing on it
    script.model.world.me.as_mut().unwrap().role = Role::Agent;
    script.keys("j R");
    assert!(
        script.screen().contains("Only a lead may do this."),
        "{}",
        script.screen()
    );
    assert!(!script.screen().lines().last().unwrap().contains("give to"));
    assert!(matches!(script.model.layers.last(), Some(Layer::Board(_))));
}

/// What was counted stays on the screen, and says that it is old; nothing is asked without a line.
#[test]
fn a_board_without_a_database_keeps_what_it_had_and_says_so() {
    let mut script = lead(120, 32);
    let asked = wake_at(&mut script, 2_600);
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    script.reply(*ticket, Reply::Board(Err(offline())));
    let screen = script.screen();
    assert!(
        screen.contains("not counted since 14:06:59") && screen.contains("GT-2026-000398"),
        "{screen}"
    );
    script.take();
    let asked = wake_at(&mut script, 2_600);
    assert!(!slots(&asked).contains(&Slot::Board), "{asked:?}");
    assert!(next_wake(&script.model, script.now).unwrap() > script.now);
}

#[test]
fn a_board_that_was_never_read_says_why() {
    let mut script = Script::new(80, 24);
    script.keys("b");
    assert!(script.screen().contains("The board is being read."));
    let asked = script.take();
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    let bug = loket::store::StoreError::Bug("x".into());
    script.reply(*ticket, Reply::Board(Err(bug)));
    assert!(
        script.screen().contains("could not be read"),
        "{}",
        script.screen()
    );
    let asked = wake_at(&mut script, 2_600);
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    let mut empty = board();
    empty.queues.clear();
    script.reply(*ticket, Reply::Board(Ok(Box::new(empty))));
    assert!(
        script.screen().contains("You have no queue"),
        "{}",
        script.screen()
    );
}

#[test]
fn the_report_reads_month_by_month_the_newest_first() {
    let mut script = lead(160, 48);
    script.keys("o");
    let mut months = Vec::new();
    while let Some(Effect::Ask(ticket, question)) = script.take().pop() {
        let Question::OnTime(month) = &question else {
            break;
        };
        months.push(month.to_string());
        script.reply(ticket, crate::support::board::read(&question).unwrap());
    }
    assert_eq!(months.len(), 12);
    assert_eq!((&*months[0], &*months[11]), ("2026-11-01", "2025-12-01"));
}

/// Answers month after month, those of `broken` with an error; gives the months that were asked for.
fn read_months(script: &mut Script, broken: &[&str]) -> Vec<String> {
    let mut asked = Vec::new();
    while let Some(Effect::Ask(ticket, question)) = script.take().pop() {
        let Question::OnTime(month) = &question else {
            break;
        };
        asked.push(month.to_string());
        let reply = if broken.contains(&&*month.to_string()) {
            let said = loket::store::StoreError::Bug("canceling statement".into());
            Reply::OnTime(*month, Err(said))
        } else {
            crate::support::board::read(&question).unwrap()
        };
        script.reply(ticket, reply);
    }
    asked
}

/// A month that cannot be read says so in its own column; the older ones come all the same, and r
/// asks for it again.
#[test]
fn a_month_that_cannot_be_read_stops_no_other() {
    let mut script = lead(160, 48);
    script.keys("o");
    let broken = ["2026-11-01", "2026-08-01"];
    assert_eq!(read_months(&mut script, &broken).len(), 12);
    let Some(Layer::OnTime(report)) = script.model.layers.last() else {
        panic!()
    };
    assert_eq!((report.rows.len(), report.failed.len()), (10, 2));
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains("100.0%")).unwrap();
    assert_eq!(line.matches("failed").count(), 2, "{screen}");
    assert!(
        screen.contains("Nov 26 could not be loaded; r tries again"),
        "{screen}"
    );
    script.keys("left");
    assert!(!script.screen().contains("could not be loaded"));
    script.keys("r");
    assert_eq!(read_months(&mut script, &[]).len(), 12);
    assert!(!script.screen().contains("failed"), "{}", script.screen());
}

/// From a figure to its cases, to one of them, and all the way back to the same places.
#[test]
fn behind_each_figure_are_its_cases_and_back_leads_the_same_way() {
    let mut script = lead(120, 32);
    script.keys("tab j o");
    script.answer_all();
    script.keys("left down right enter");
    script.answer_all();
    assert!(
        script.screen().contains("due in Nov 26"),
        "{}",
        script.screen()
    );
    script.keys("j enter");
    script.answer_all();
    assert_eq!(script.model.current_case(), Some(CaseId(2)));
    script.keys("esc");
    let Some(Layer::OnTime(report)) = script.model.layers.last() else {
        panic!()
    };
    assert_eq!(report.behind.as_ref().map(|behind| behind.cursor), Some(1));
    script.keys("esc");
    let Some(Layer::OnTime(report)) = script.model.layers.last() else {
        panic!()
    };
    assert!(report.behind.is_none());
    assert_eq!((report.kind, report.month), (1, 0));
    script.keys("esc");
    assert_eq!(spot(&script), Some(Spot::Case(CaseId(2))));
}

/// Watching is no work: a lead who walks through the board keeps no lease by it, and is not shown as
/// the reader of the case below.
#[test]
fn watching_the_board_is_neither_reading_nor_working() {
    let mut script = Script::new(120, 32);
    script.keys("j");
    script.rest();
    script.answer_all();
    assert_eq!(script.model.current_case(), Some(CaseId(2)));
    assert!(script.model.world.leases.contains_key(&CaseId(2)));
    script.keys("b");
    script.answer_all();
    loket::desk::here::take(&mut script.model);
    script.keys("tab j j");
    let here = loket::desk::here::take(&mut script.model);
    assert_eq!((here.at, here.worked), (None, vec![]));
}

#[test]
fn esc_leads_from_the_list_of_a_queue_back_to_the_board() {
    let mut script = lead(120, 32);
    script.keys("enter");
    script.answer_all();
    assert!(script.model.layers.is_empty());
    script.keys("esc");
    assert!(matches!(spot(&script), Some(Spot::Queue(_))));
    script.keys("esc");
    assert!(script.model.layers.is_empty());
    script.keys("esc");
    assert!(script.model.layers.is_empty(), "only once");
    assert!(script.model.world.toasts.shown(script.now).is_none());
}

/// Nobody's eyes were led to the first line: it is the first line that is looked at, not its case.
#[test]
fn a_cursor_that_was_never_moved_stays_in_its_place() {
    let mut script = lead(120, 32);
    let first = |script: &Script| top(script).spots(Section::Nearest)[0];
    let was = first(&script);
    let asked = wake_at(&mut script, 2_600);
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!()
    };
    let mut other = board();
    other.nearest.rotate_left(1);
    script.reply(*ticket, Reply::Board(Ok(Box::new(other))));
    assert_ne!(first(&script), was);
    assert_eq!(top(&script).spots(Section::Nearest)[6], was);
    assert_eq!(top(&script).cursor(Section::Nearest), 0);
}

/// The notices are a key away here too, and back comes back to the board.
#[test]
fn the_notices_open_over_the_board() {
    let mut script = lead(160, 48);
    script.keys("!");
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Notices(_))
    ));
    script.keys("esc");
    top(&script);
}
