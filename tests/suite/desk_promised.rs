//! What a review showed of times is what is written: promises in the words of people keep their
//! instant, and a review shows days and times as the language writes them.

use chrono::TimeDelta;
use loket::desk::effect::Call;
use loket::desk::screen::form::Stage;
use loket::process::engine::{Change, ClockOp};

use crate::support::desk::{Script, form};

fn due(change: &Change) -> Vec<String> {
    let starts = change.clocks.iter().filter_map(|op| match op {
        ClockOp::Start { due_at, .. } => Some(due_at.to_rfc3339()),
        _ => None,
    });
    starts.collect()
}

fn sent(script: &mut Script) -> Option<Change> {
    match script.writes().pop() {
        Some((_, Call::Apply { change, .. })) => Some(change),
        _ => None,
    }
}

/// A note with a promise at a time that is near, reviewed at 14:07.
fn reviewed() -> Script {
    let mut script = Script::new(100, 30);
    script.keys("t").text("!14:08 call").keys("ctrl-s");
    assert_eq!(form(&script).stage, Stage::Review, "{}", script.screen());
    script
}

#[test]
fn the_promise_that_was_reviewed_is_the_one_that_is_sent() {
    let mut script = reviewed();
    script.now += TimeDelta::seconds(40);
    script.keys("enter");
    let change = sent(&mut script).unwrap();
    assert_eq!(due(&change), ["2026-11-20T13:08:00+00:00"]);
    assert!(change.texts[0].body.contains("!14:08"), "as it was written");
}

/// What was reviewed as today's and has passed is refused, and never becomes tomorrow's.
#[test]
fn a_promise_that_passed_behind_its_review_is_said_and_not_made_for_tomorrow() {
    let mut script = reviewed();
    script.now += TimeDelta::seconds(70);
    script.keys("enter");
    assert!(sent(&mut script).is_none(), "{}", script.screen());
    assert_eq!(form(&script).stage, Stage::Edit);
    assert!(
        script.screen().contains("must lie ahead"),
        "{}",
        script.screen()
    );
    // a new review reads it anew, and shows that
    script.keys("ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("promise, tomorrow 14:08: call"), "{screen}");
    script.keys("enter");
    let change = sent(&mut script).unwrap();
    assert_eq!(due(&change), ["2026-11-21T13:08:00+00:00"]);
}

#[test]
fn a_time_with_a_sign_inside_a_line_is_said_to_be_text() {
    for said in [
        "spoke to her, !16:00 call back",
        "call her !tomorrow",
        "call her !in 2 hours",
    ] {
        let mut script = Script::new(100, 30);
        script.keys("t").text(said);
        let screen = script.screen();
        assert!(screen.contains("Line 1: "), "{screen}");
        assert!(screen.contains("here it is text"), "{screen}");
    }
}

/// Days and times stand in a review as the language writes them, not as they are stored.
#[test]
fn a_review_shows_days_and_times_in_the_words_of_its_language() {
    for (lang, said, wanted) in [
        ("en", "24-11-2026 16:00", "Tue 24 Nov 16:00"),
        ("nl", "24-11-2026 16:00", "di 24 nov 16:00"),
        ("nb", "24-11-2026 16:00", "tir. 24. nov. 16:00"),
        ("sv", "24-11-2026 16:00", "tis 24 nov 16:00"),
    ] {
        let mut script = Script::bare_in(lang, 100, 30);
        script.answer_all();
        script.rest();
        script.answer_all();
        script
            .keys("P")
            .text(said)
            .keys("tab")
            .text("call")
            .keys("ctrl-s");
        let screen = script.screen();
        assert_eq!(form(&script).stage, Stage::Review, "{screen}");
        assert!(!screen.contains("2026-11-24"), "{screen}");
        let label = form(&script).entries[0].label.clone();
        let line = screen.lines().find(|line| line.contains(&label)).unwrap();
        assert!(line.contains(wanted), "{line}");
    }
}
