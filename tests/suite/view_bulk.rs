//! The screens of filter, marks and actions on many cases.

use loket::desk::Reply;
use loket::process::engine::Refusal;
use loket::store::StoreError;

use crate::support::desk::{Script, written};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 32), (160, 48)];

fn press(script: &mut Script, keys: &str) {
    for key in keys.split_whitespace() {
        script.keys(key);
        script.rest();
        script.answer_all();
    }
}

fn note(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    press(&mut script, "space j space space j space B");
    let choices = &script.model.world.bulk.as_ref().unwrap().choices;
    let at = choices
        .iter()
        .position(|choice| choice.label == "Add a note")
        .unwrap();
    for _ in 0..at {
        press(&mut script, "j");
    }
    press(&mut script, "enter");
    script.text("letter sent").keys("ctrl-s");
    script
}

#[test]
fn the_filter_line() {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        script.keys("F").text("-due:late holder:");
        insta::assert_snapshot!(format!("filter_line_{columns}x{rows}"), script.screen());
        script.text("x").keys("enter");
        insta::assert_snapshot!(format!("filter_wrong_{columns}x{rows}"), script.screen());
    }
}

#[test]
fn a_filtered_list_with_marks() {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        script
            .keys("F")
            .text("state:blocked_contact_due")
            .keys("enter");
        script.answer_all();
        press(&mut script, "space space");
        insta::assert_snapshot!(format!("marked_{columns}x{rows}"), script.screen());
    }
}

#[test]
fn what_can_be_done_with_many() {
    for (columns, rows) in SIZES {
        let mut script = Script::new(columns, rows);
        press(&mut script, "space j space space j space B");
        insta::assert_snapshot!(format!("bulk_actions_{columns}x{rows}"), script.screen());
    }
}

#[test]
fn the_preview_and_the_results() {
    for (columns, rows) in SIZES {
        let mut script = note(columns, rows);
        script.keys("j space");
        insta::assert_snapshot!(format!("bulk_preview_{columns}x{rows}"), script.screen());
        script.keys("enter");
        for number in 0..3 {
            let (ticket, call) = script.writes().remove(0);
            let reply = match number {
                1 => Reply::Applied(Err(StoreError::Refused(Refusal::new("case_not_found")))),
                _ => written(&call),
            };
            script.reply(ticket, reply);
            if number == 0 {
                insta::assert_snapshot!(format!("bulk_running_{columns}x{rows}"), script.screen());
            }
        }
        script.answer_all();
        insta::assert_snapshot!(format!("bulk_results_{columns}x{rows}"), script.screen());
    }
}
