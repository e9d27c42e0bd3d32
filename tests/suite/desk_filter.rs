//! The filter line and the marks of a list.

use std::collections::BTreeSet;

use loket::desk::effect::Question;
use loket::desk::screen::inbox::{Inbox, Take};
use loket::desk::{Effect, Reply};
use loket::store::filter::{Filter, Sign};
use loket::store::rows::*;
use proptest::prelude::*;

use crate::support::desk::{Script, page, rows};

fn numbers(script: &Script) -> Vec<i64> {
    let inbox = script.model.desk.inbox().unwrap();
    inbox.rows.iter().map(|row| row.case.case_id.0).collect()
}

fn marks(script: &Script) -> Vec<i64> {
    script
        .model
        .desk
        .marks()
        .iter()
        .map(|case| case.0)
        .collect()
}

/// complaint 27: the filter stays until it is taken away, whatever is opened meanwhile.
#[test]
fn a_filter_is_written_told_kept_and_taken_away() {
    let mut script = Script::new(80, 24);
    script
        .keys("F")
        .text("sta")
        .keys("tab")
        .text("assessing")
        .keys("tab");
    script.keys("enter");
    let asked = script.effects.iter().any(|effect| {
        matches!(effect, Effect::Ask(_, Question::Filtered { filter, .. })
            if filter.to_string() == "state:assessing")
    });
    assert!(asked, "{:?}", script.effects);
    script.answer_all();
    assert_eq!(numbers(&script), [4]);
    assert!(
        script.screen().contains("filter state:assessing"),
        "{}",
        script.screen()
    );
    assert!(script.screen().contains("1 fit"));
    script.keys("m");
    script.answer_all();
    assert!(!script.screen().contains("filter state"));
    script.keys("]");
    script.answer_all();
    assert!(script.screen().contains("filter state:assessing"));
    script.keys("esc");
    script.answer_all();
    assert_eq!(numbers(&script).len(), rows().len());
}

#[test]
fn a_mistake_in_the_line_is_shown_below_its_word() {
    let mut script = Script::new(80, 24);
    script.keys("F").text("due:late staat:x").keys("enter");
    let screen = script.screen();
    assert!(screen.contains("There is no key \"staat\""), "{screen}");
    let lines: Vec<&str> = screen.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains("staat:x"))
        .unwrap();
    assert_eq!(lines[at + 1].find("^^^^^"), lines[at].find("staat"));
    script.keys("esc");
    assert!(script.model.desk.inbox().unwrap().filter.is_empty());
}

/// What stands on the screen may be typed as it stands there; the line has the key.
#[test]
fn words_of_the_screen_are_values_of_the_filter() {
    let mut script = Script::new(120, 32);
    script
        .keys("F")
        .text("-state:\"judge the proof\"")
        .keys("enter");
    script.answer_all();
    let filter = script.model.desk.inbox().unwrap().filter.to_string();
    assert_eq!(filter, "-state:assessing");
    let mut script = Script::bare_in("nl", 120, 32);
    script.answer_all();
    script.keys("F").text("state:bewijs");
    assert!(
        script.screen().contains("bewijs beoordelen"),
        "proposed by its word"
    );
    script.keys("tab enter");
    script.answer_all();
    let filter = script.model.desk.inbox().unwrap().filter.to_string();
    assert_eq!(filter, "state:assessing");
}

/// After a mistake the likeliest values are proposed in its place.
#[test]
fn what_was_probably_meant_is_proposed() {
    let mut script = Script::new(120, 32);
    script
        .keys("F")
        .text("state:asesing due:late")
        .keys("enter");
    let screen = script.screen();
    assert!(
        screen.contains("Did you mean assessing (judge the proof)?"),
        "{screen}"
    );
    script.keys("tab enter");
    script.answer_all();
    let filter = script.model.desk.inbox().unwrap().filter.to_string();
    assert_eq!(filter, "state:assessing due:late");
    script.keys("F ctrl-u").text("clock:zzzzzz").keys("enter");
    assert!(!script.screen().contains("Did you mean"));
}

#[test]
fn marks_show_a_sign_and_a_count_and_leave_with_esc() {
    let mut script = Script::new(80, 24);
    script.keys("space space");
    assert_eq!(marks(&script), [1, 2]);
    assert_eq!(script.model.desk.inbox().unwrap().cursor, 2);
    let screen = script.screen();
    assert!(screen.contains("2 marked"), "{screen}");
    assert_eq!(
        screen.lines().filter(|line| line.starts_with('*')).count(),
        2
    );
    script.keys("k space");
    assert_eq!(marks(&script), [1]);
    script.keys("esc");
    assert_eq!(marks(&script), Vec::<i64>::new());
}

#[test]
fn all_of_the_filter_are_marked_as_they_are_now() {
    let mut script = Script::new(80, 24);
    script
        .keys("F")
        .text("state:blocked_contact_due")
        .keys("enter");
    script.answer_all();
    script.keys("*");
    script.answer_all();
    assert_eq!(marks(&script), [1, 2, 5]);
    assert!(script.screen().contains("3 marked: all there are now"));
    // an answer for a filter that is not on any more marks nothing
    script.keys("esc *");
    let late = script.take();
    script.keys("F ctrl-u").text("due:late").keys("enter");
    for effect in late {
        if let Effect::Ask(ticket, Question::Snapshot { .. }) = effect {
            let cases = vec![CaseId(1)];
            script.reply(ticket, Reply::Snapshot(Ok(Snapshot { cases, more: false })));
        }
    }
    assert_eq!(marks(&script), Vec::<i64>::new());
}

#[test]
fn a_marked_case_that_left_is_named() {
    let mut script = Script::new(80, 24);
    script.keys("space space r");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Inbox { .. }) = effect {
            let mut page = page();
            page.rows.remove(0);
            script.reply(ticket, Reply::Inbox(Ok(page)));
        }
    }
    assert_eq!(marks(&script), [2]);
    let screen = script.screen();
    assert!(screen.contains("GT-2026-000398 left this list"), "{screen}");
}

fn some_page(numbers: &[i64], more: bool) -> InboxPage {
    let first = rows().remove(0);
    let row = |number: &i64| CaseRow {
        case_id: CaseId(*number),
        case_no: format!("GT-2026-{number:06}"),
        sort_at: first.sort_at + chrono::TimeDelta::minutes(*number),
        ..first.clone()
    };
    InboxPage {
        rows: numbers.iter().map(row).collect(),
        more,
        ..InboxPage::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever others do to the list: only what was marked by hand is marked, and what is marked
    /// and still there stays marked.
    #[test]
    fn no_update_marks_another_case(
        steps in proptest::collection::vec(
            (prop::collection::btree_set(1i64..15, 0..12), any::<bool>(), any::<bool>(), 1i64..15),
            1..20,
        )
    ) {
        let mut inbox = Inbox::new(InboxView::Queue(1), String::new());
        let mut by_hand = BTreeSet::new();
        for (numbers, anew, more, toggled) in steps {
            let numbers: Vec<i64> = numbers.into_iter().collect();
            inbox.take = if anew { Take::Anew } else { Take::InPlace };
            let before = inbox.marks.clone();
            inbox.take_in(some_page(&numbers, more));
            prop_assert!(inbox.marks.is_subset(&before));
            let there = numbers.iter().map(|number| CaseId(*number));
            for case in there.filter(|case| before.contains(case)) {
                prop_assert!(inbox.marks.contains(&case));
            }
            for lost in before.difference(&inbox.marks) {
                prop_assert!(!numbers.contains(&lost.0));
                let no = format!("GT-2026-{:06}", lost.0);
                prop_assert!(inbox.unmarked.contains(&no), "said: {}", no);
            }
            by_hand.retain(|case| inbox.marks.contains(case));
            let case = CaseId(toggled);
            inbox.toggle(case);
            if !by_hand.remove(&case) {
                by_hand.insert(case);
            }
            prop_assert_eq!(&inbox.marks, &by_hand);
        }
    }

    #[test]
    fn any_line_is_read_or_refused_at_a_place_in_it(line in "\\PC{0,60}") {
        match Filter::parse(&line) {
            Ok(filter) => {
                let again = Filter::parse(&filter.to_string());
                prop_assert_eq!(again, Ok(filter));
            }
            Err(error) => prop_assert!(line.get(error.at).is_some()),
        }
    }

    #[test]
    fn right_lines_keep_their_meaning_and_a_minus_turns_one_word(
        words in proptest::collection::vec(
            "-?(state:assessing(,unblock_due)?|due:(late|<?[1-9][0-9]?[mhd])|holder:(me|none|[a-zé]{2,6})\
             |raised:(yes|no)|mine:draft|work:(open|held)\
             |party:(\"van [a-z]{2,5}\"|8716[0-9]{0,5})|process:GT|ean:8716[0-9]{0,14}\
             |[a-zø]{2,8}|\"[a-z]{2,4}[ ,:][a-z]{1,4}\")",
            0..8,
        )
    ) {
        let line = words.join("  ");
        let filter = Filter::parse(&line).unwrap();
        prop_assert_eq!(filter.words().len(), words.len());
        prop_assert_eq!(&Filter::parse(&filter.to_string()).unwrap(), &filter);
        for (word, read) in words.iter().zip(filter.words()) {
            prop_assert_eq!(read.sign == Sign::IsNot, word.starts_with('-'));
            let other = match word.strip_prefix('-') {
                Some(rest) => rest.to_owned(),
                None => format!("-{word}"),
            };
            let other = Filter::parse(&other).unwrap();
            prop_assert_eq!(&other.words()[0].test, &read.test);
            prop_assert_ne!(other.words()[0].sign, read.sign);
        }
    }
}
