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
fn handing_over() {
    at_all_sizes("hand_over", "j h");
}
