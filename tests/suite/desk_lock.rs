//! The lock of the screen: after a while without a key or at once, nothing of a case is shown; a key
//! and a good session open it again. And the mouse, which nothing needs.

use chrono::TimeDelta;
use loket::desk::effect::Question;
use loket::desk::habits::LockBy;
use loket::desk::key::{Input, Mouse, Place};
use loket::desk::lock::{Lock, Stage};
use loket::desk::screen::desk::Page;
use loket::desk::{Effect, Msg, Reply, next_wake};
use loket::store::StoreError;

use crate::support::desk::{Script, offline, rows};

fn with_lock(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.model.habits.lock_after = Some(TimeDelta::minutes(10));
    script
}

fn pass(script: &mut Script, time: TimeDelta) {
    let end = script.now + time;
    while let Some(wake) = next_wake(&script.model, script.now).filter(|wake| *wake <= end) {
        script.now = wake.max(script.now + TimeDelta::milliseconds(1));
        script.send(Msg::Wake);
        script.answer_all();
    }
    script.now = end;
}

fn shows_a_case(script: &Script) -> bool {
    let screen = script.screen();
    let of_row = |row: &loket::store::rows::CaseRow| {
        screen.contains(&row.case_no) || screen.contains(row.subject.as_str())
    };
    rows().iter().any(of_row) || screen.contains("Sanne")
}

#[test]
fn after_ten_minutes_without_a_key_nothing_of_a_case_is_shown() {
    for (columns, lines) in [(80, 24), (160, 48), (59, 17)] {
        let mut script = with_lock(columns, lines);
        pass(&mut script, TimeDelta::minutes(9));
        script.keys("j");
        script.answer_all();
        pass(&mut script, TimeDelta::minutes(9));
        assert!(shows_a_case(&script), "a key counts anew");
        pass(&mut script, TimeDelta::minutes(2));
        assert!(!shows_a_case(&script), "{}", script.screen());
        assert!(
            script.screen().contains("Locked since"),
            "{}",
            script.screen()
        );
    }
}

/// The key that opens means nothing else, however many follow it.
#[test]
fn a_key_and_a_good_session_open_it_and_the_key_does_nothing_else() {
    let mut script = with_lock(120, 40);
    let cursor = script.model.desk.inbox().unwrap().cursor;
    script.keys("L");
    assert!(!shows_a_case(&script));
    script.keys("j j n enter");
    let asked = script.take();
    let session = |effect: &Effect| matches!(effect, Effect::Ask(_, Question::Session));
    assert_eq!(asked.iter().filter(|effect| session(effect)).count(), 1);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(!shows_a_case(&script), "not before the answer");
    script.effects = asked;
    script.answer_all();
    assert!(shows_a_case(&script), "{}", script.screen());
    assert_eq!(script.model.desk.inbox().unwrap().cursor, cursor);
    assert!(script.model.layers.is_empty());
    script.keys("j");
    assert_eq!(script.model.desk.inbox().unwrap().cursor, cursor + 1);
}

#[test]
fn without_a_good_session_it_stays_locked_and_one_can_leave() {
    for (error, stage) in [
        (offline(), Stage::Unanswered),
        (StoreError::NotAnAgent("anna".into()), Stage::Refused),
    ] {
        let mut script = with_lock(120, 40);
        script.empty_handed().keys("L x");
        let Some(Effect::Ask(ticket, _)) = script.take().pop() else {
            panic!("not asked");
        };
        script.reply(ticket, Reply::Session(Err(error)));
        assert!(matches!(script.model.lock, Lock::Shut { stage: now, .. } if now == stage));
        assert!(!shows_a_case(&script));
        script.take();
        script.keys("q");
        let again = script.take();
        assert!(
            again.iter().all(|effect| *effect != Effect::Quit),
            "q is a key like any"
        );
        script.keys("ctrl-c");
        assert_eq!(script.take(), [Effect::Quit]);
    }
}

/// From wherever one is, with everything that lies on the desk kept; where a letter is text it stays
/// text, and a chord locks.
#[test]
fn it_locks_from_everywhere() {
    for way in [
        "", "tab", "enter", "C", "d", "!", "?", "D", "q", "b", "b o", "U", "y", "space B",
    ] {
        let mut script = at(way);
        let (layers, context) = (script.model.layers.len(), script.model.context());
        script.keys("L");
        assert!(script.model.lock.is_shut(), "{way} ({context:?})");
        assert_eq!(script.model.layers.len(), layers, "{way}");
    }
    for way in ["t", "/", "F", ":", "P", "f"] {
        let mut script = at(way);
        let context = script.model.context();
        script.keys("L");
        assert!(!script.model.lock.is_shut(), "{way}: a letter is text");
        script.keys("alt-l");
        assert!(script.model.lock.is_shut(), "{way} ({context:?})");
        assert!(!shows_a_case(&script), "{way}");
    }
}

/// A desk to which these keys led.
fn at(way: &str) -> Script {
    let mut script = with_lock(120, 40);
    for key in way.split_whitespace() {
        script.keys(key);
        script.answer_all();
    }
    script
}

/// Leaving with cases in hand asks before the lock too, and names none of them there.
#[test]
fn leaving_behind_the_lock_asks_when_cases_are_held() {
    let mut script = with_lock(120, 40);
    assert!(!script.model.world.leases.is_empty());
    script.keys("L ctrl-c");
    assert_eq!(script.take(), [], "asked first");
    let screen = script.screen();
    assert!(screen.contains("Cases in your hands: 1."), "{screen}");
    assert!(!shows_a_case(&script), "{screen}");
    script.keys("ctrl-c");
    assert_eq!(script.take(), [Effect::Quit]);
    // any other key stays, and is the one that opens
    let mut script = with_lock(120, 40);
    script.keys("L ctrl-c j");
    script.answer_all();
    assert!(shows_a_case(&script), "{}", script.screen());
}

/// A line that comes back, and the beat, open nothing: somebody must be there.
#[test]
fn a_line_that_is_back_does_not_open_it() {
    let mut script = with_lock(120, 40);
    script.keys("L");
    script.model.world.retry_at = Some(script.now);
    script.send(Msg::Wake);
    assert!(!script.effects.is_empty(), "the line is tried");
    script.answer_all();
    assert!(!shows_a_case(&script), "{}", script.screen());
}

#[test]
fn a_form_under_way_is_there_again_behind_the_lock() {
    let mut script = with_lock(120, 40);
    script.keys("j t");
    script.answer_all();
    script.text("spoke with them");
    pass(&mut script, TimeDelta::minutes(11));
    assert!(
        !script.screen().contains("spoke with them"),
        "{}",
        script.screen()
    );
    script.keys("space");
    script.answer_all();
    assert!(
        script.screen().contains("spoke with them"),
        "{}",
        script.screen()
    );
}

#[test]
fn it_may_end_the_console_instead() {
    let mut script = with_lock(120, 40);
    script.model.habits.lock = LockBy::Ending;
    script.now += TimeDelta::minutes(10);
    script.send(Msg::Wake);
    let ends = |effect: &&Effect| **effect == Effect::Quit;
    assert_eq!(script.effects.iter().filter(ends).count(), 1);
}

/// A locked screen sleeps: nothing on it changes.
#[test]
fn a_locked_screen_wakes_for_nothing_that_is_seen() {
    let mut script = with_lock(120, 40);
    script.keys("L");
    script.answer_all();
    // where we are is saved a little later
    pass(&mut script, TimeDelta::seconds(10));
    let wake = next_wake(&script.model, script.now);
    assert!(
        wake.is_none_or(|at| at > script.now + TimeDelta::seconds(30)),
        "{wake:?}"
    );
}

fn place(column: u16, row: u16) -> Place {
    Place { column, row }
}

fn mouse(script: &mut Script, mouse: Mouse) {
    script.send(Msg::Input(Input::Mouse(mouse)));
    script.rest();
    script.answer_all();
}

#[test]
fn a_click_selects_the_row_that_is_drawn_there() {
    for (columns, lines) in [(80, 24), (120, 40), (160, 48)] {
        let mut script = Script::new(columns, lines);
        let screen = script.screen();
        for (line, text) in screen.lines().enumerate() {
            let Some(row) = rows().into_iter().find(|row| text.contains(&row.case_no)) else {
                continue;
            };
            if script.model.desk.page == Page::Detail {
                break;
            }
            mouse(
                &mut script,
                Mouse::Click(place(5, u16::try_from(line).unwrap())),
            );
            let current = script.model.current_row().unwrap();
            assert_eq!(current.case_no, row.case_no, "line {line} at {columns}");
        }
    }
}

#[test]
fn the_wheel_moves_the_list_and_scrolls_the_detail_under_it() {
    let mut script = Script::new(120, 24);
    mouse(&mut script, Mouse::WheelDown(place(5, 8)));
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 3);
    mouse(&mut script, Mouse::WheelUp(place(5, 8)));
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 0);
    mouse(&mut script, Mouse::WheelDown(place(100, 8)));
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 0);
    assert_eq!(script.model.desk.scroll, 3);
    assert_eq!(
        script.model.desk.page,
        Page::List,
        "the keys stay where they were"
    );
    // beside everything, and where there are no rows: nothing
    for spot in [place(0, 0), place(5, 23), place(5, 15), place(300, 300)] {
        mouse(&mut script, Mouse::Click(spot));
        assert_eq!(script.model.desk.inbox().unwrap().cursor, 0);
    }
}
