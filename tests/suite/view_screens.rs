//! The screens, drawn into a buffer and compared with what was read and found good.

use crate::support::desk::Script;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 32), (160, 48)];

fn at_all_sizes(name: &str, keys: &str) {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        for key in keys.split_whitespace() {
            script.keys(key);
            script.rest();
            script.answer_all();
        }
        insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), script.screen());
    }
}

#[test]
fn the_desk() {
    at_all_sizes("desk", "");
}

#[test]
fn the_detail() {
    at_all_sizes("detail", "j tab");
}

#[test]
fn the_actions() {
    at_all_sizes("actions", "j enter");
}

#[test]
fn a_form() {
    at_all_sizes("form", "j enter 1 2 tab 1");
}

#[test]
fn a_review() {
    at_all_sizes("review", "enter 1 2 tab 1 ctrl-s");
}

#[test]
fn the_ledger() {
    at_all_sizes("ledger", "d");
}

#[test]
fn the_search() {
    at_all_sizes("search", "/ 5 2 2 6 enter");
}

#[test]
fn the_help() {
    at_all_sizes("help", "?");
}

#[test]
fn the_palette() {
    at_all_sizes("palette", ":");
    at_all_sizes("palette_case", ": c a s e space 3 9");
}

/// What can follow a key, once somebody hesitates.
#[test]
fn the_keys_that_can_follow() {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        script.keys("g");
        script.now += chrono::TimeDelta::milliseconds(400);
        script.send(loket::desk::Msg::Wake);
        insta::assert_snapshot!(format!("follow_{columns}x{rows}"), script.screen());
    }
}

#[test]
fn the_columns() {
    at_all_sizes("columns", "C G k k k k space left left");
}

#[test]
fn the_board() {
    at_all_sizes("board", "b");
}

#[test]
fn the_people_of_the_board() {
    at_all_sizes("board_people", "b tab tab enter");
}

#[test]
fn the_share_on_time() {
    at_all_sizes("on_time", "b o");
}

#[test]
fn the_cases_behind_a_figure() {
    at_all_sizes("on_time_cases", "b o enter");
}

/// The trend is the one thing that is not ASCII, and stands last on its line: a terminal that draws
/// it wide moves nothing.
#[test]
fn only_the_trend_of_the_board_is_more_than_ascii() {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        script.keys("b");
        script.answer_all();
        for line in script.screen().lines() {
            let from = line.find(|c: char| !c.is_ascii()).unwrap_or(line.len());
            let is_trend = |c: char| ('\u{2581}'..='\u{2588}').contains(&c) || c == ' ';
            assert!(line[from..].chars().all(is_trend), "{line}");
        }
    }
}

#[test]
fn handing_over() {
    at_all_sizes("hand_over", "j h");
}

/// The confirmation before something is taken back.
#[test]
fn taking_back() {
    for (columns, rows) in SIZES {
        let mut script = crate::desk_undo::contacted(columns, rows);
        script.keys("u");
        let name = format!("take_back_{columns}x{rows}");
        insta::assert_snapshot!(name, script.screen());
    }
}

#[test]
fn the_desk_in_dutch() {
    let mut script = Script::bare_in("nl", 120, 32);
    script.answer_all();
    script.rest();
    script.answer_all();
    insta::assert_snapshot!("desk_in_dutch", script.screen());
    script.keys("j enter 1");
    script.answer_all();
    insta::assert_snapshot!("form_in_dutch", script.screen());
    let mut script = Script::bare_in("nl", 120, 32);
    script.answer_all();
    script.keys("b");
    script.answer_all();
    insta::assert_snapshot!("board_in_dutch", script.screen());
}

/// Nothing of our own is of ambiguous width: borders and marks are ASCII (ratatui #75).
#[test]
fn own_glyphs_are_ascii() {
    for keys in ["", "tab", "enter", "enter 1", "d", "/", "?", "j h", ":"] {
        let mut script = Script::new(160, 48);
        script.keys(keys);
        script.rest();
        script.answer_all();
        let screen = script.screen();
        let other: String = screen.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(other, "", "{screen}");
    }
}

#[test]
fn no_database_yet() {
    let mut script = Script::bare(80, 24);
    insta::assert_snapshot!("connecting", script.screen());
    for effect in script.take() {
        if let loket::desk::Effect::Ask(ticket, _) = effect {
            let offline = crate::support::desk::offline();
            script.reply(ticket, loket::desk::Reply::Session(Err(offline)));
        }
    }
    insta::assert_snapshot!("unreachable", script.screen());
}

#[test]
fn nothing_to_do() {
    let mut script = Script::bare(80, 24);
    for _ in 0..4 {
        for effect in script.take() {
            let loket::desk::Effect::Ask(ticket, question) = effect else {
                continue;
            };
            let reply = match question {
                loket::desk::effect::Question::Inbox { .. } => {
                    loket::desk::Reply::Inbox(Ok(loket::store::rows::InboxPage::default()))
                }
                other => crate::support::desk::read(&other, script.now),
            };
            script.reply(ticket, reply);
        }
    }
    insta::assert_snapshot!("empty", script.screen());
}

/// The smallest window: no number is cut, since half of one is a wrong one.
#[test]
fn the_smallest_window() {
    let mut script = Script::new(59, 17);
    insta::assert_snapshot!("desk_59x17", script.screen());
    script.model.world.me.as_mut().unwrap().role = loket::store::rows::Role::Lead;
    script.keys("b");
    script.answer_all();
    insta::assert_snapshot!("board_59x17", script.screen());
}

/// What is to be done stands at the end of a refusal: it is not cut off.
#[test]
fn a_long_warning_is_said_to_its_end() {
    let mut script = Script::new(80, 24);
    let said = "The customer did not give the consent that this action needs, and nobody may \
                record it for them. Ask the party for the mandate first, or close the case.";
    let toasts = &mut script.model.world.toasts;
    toasts.say(loket::desk::toast::Tone::Warning, said.into(), script.now);
    let screen = script.screen();
    assert!(screen.contains("close the case."), "{screen}");
    insta::assert_snapshot!("warning_80x24", screen);
}
