//! Columns of a list: chosen by an agent, kept for the agent and that list, there again on return.

use chrono::TimeDelta;
use loket::desk::columns::{Column, PAUSE_MS};
use loket::desk::effect::{Effect, Save, Slot};
use loket::desk::screen::Layer;
use loket::desk::{Msg, Reply, Ticket};
use loket::store::StoreError;
use loket::store::rows::ListColumns;

use crate::support::desk::Script;

/// What is saved once the screen has rested.
fn saved(script: &mut Script) -> Vec<(Ticket, ListColumns)> {
    script.take();
    script.now += TimeDelta::milliseconds(PAUSE_MS);
    script.send(Msg::Wake);
    let of_columns = |effect| match effect {
        Effect::Save(ticket, save) => match *save {
            Save::Columns(columns) => Some((ticket, columns)),
            _ => None,
        },
        _ => None,
    };
    script.take().into_iter().filter_map(of_columns).collect()
}

fn chosen(queue_id: Option<i32>, names: &str) -> ListColumns {
    ListColumns {
        queue_id,
        shown: names.split_whitespace().map(String::from).collect(),
    }
}

/// A desk on which these columns were kept by an earlier console.
fn knowing(columns: u16, kept: &[ListColumns]) -> Script {
    let mut script = Script::new(columns, 32);
    script.model.world.columns.take_in(kept);
    script
}

/// The headings of the list.
fn headings(script: &Script) -> String {
    let screen = script.screen();
    let line = screen.lines().nth(2).unwrap();
    let list = usize::from(script.model.window.list_columns());
    let line: String = line.chars().take(list).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_list_is_as_it_comes_until_somebody_chooses() {
    let mut script = Script::new(99, 32);
    assert_eq!(headings(&script), "left case what party who");
    script.keys("C esc");
    assert_eq!(saved(&mut script), [], "looking is no choice");
}

#[test]
fn a_column_is_hidden_shown_and_moved_at_once_and_kept_for_that_list() {
    let mut script = Script::new(99, 32);
    // the party goes; until when comes, and goes to the front
    script.keys("C down down down space G up up up up space");
    script.keys("left left left left left esc");
    assert_eq!(headings(&script), "until left case what who");
    let kept = saved(&mut script);
    let expected = chosen(Some(1), "due left case what who");
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].1, expected);
    script.reply(kept[0].0, Reply::Placed(Ok(())));
    assert_eq!(saved(&mut script), [], "once");
    // one's own cases have columns of their own
    script.keys("m");
    script.answer_all();
    assert_eq!(headings(&script), "MY CASES case what party who");
}

#[test]
fn the_number_of_a_case_is_always_shown() {
    let mut script = Script::new(99, 32);
    script.keys("C 1 2 3 4 5 esc");
    assert_eq!(headings(&script), "case");
    assert!(script.screen().contains("GT-2026-000398"));
    let kept = saved(&mut script);
    assert_eq!(kept[0].1, chosen(Some(1), "case"));
}

#[test]
fn as_it_comes_is_no_choice() {
    let mut script = knowing(99, &[chosen(Some(1), "case who")]);
    assert_eq!(headings(&script), "case who");
    script.keys("C 0 esc");
    assert_eq!(headings(&script), "left case what party who");
    assert_eq!(saved(&mut script)[0].1, chosen(Some(1), ""));
}

/// Names of a later version are left out; a list never loses the number of its cases.
#[test]
fn what_is_not_known_here_is_left_out() {
    let kept = [chosen(Some(1), "colour due who"), chosen(None, "colour")];
    let script = knowing(99, &kept);
    assert_eq!(headings(&script), "case until who");
    assert_eq!(script.model.world.columns.of(None), Column::DEFAULT);
}

#[test]
fn what_could_not_be_kept_is_kept_later() {
    let mut script = Script::new(99, 32);
    script.keys("C 5");
    let (ticket, first) = saved(&mut script).remove(0);
    // meanwhile the agent goes on; one save waits for the other, so that the last one counts
    script.keys("4");
    assert_eq!(saved(&mut script), []);
    let gone = StoreError::Offline("the line is cut".into());
    script.reply(ticket, Reply::Placed(Err(gone)));
    script.send(Msg::Start);
    script.answer_all();
    let again = saved(&mut script);
    assert_eq!(again.len(), 1);
    assert_eq!(first, chosen(Some(1), "left case what party"));
    assert_eq!(again[0].1, chosen(Some(1), "left case what"));
    script.keys("esc");
    // what the database had when the line came back does not undo it
    assert_eq!(
        headings(&script),
        headings(&knowing(99, &[again[0].1.clone()]))
    );
}

#[test]
fn a_console_that_ends_keeps_the_choice_first() {
    let mut script = Script::new(99, 32);
    script.keys("C 5");
    let saves = loket::desk::safe::save_all(&mut script.model, script.now);
    let is_kept = saves.iter().any(|effect| {
        matches!(
            effect,
            Effect::Save(
                Ticket {
                    slot: Slot::Columns(Some(1)),
                    ..
                },
                _
            )
        )
    });
    assert!(is_kept, "{saves:?}");
}

/// What is chosen and has no room is said, and comes back with the room.
#[test]
fn at_narrow_widths_the_least_important_fall_away_and_it_is_said() {
    let all = Column::ALL.map(Column::name).join(" ");
    let mut script = knowing(80, &[chosen(Some(1), &all)]);
    let narrow = headings(&script);
    assert!(narrow.starts_with("left case what"), "{narrow}");
    assert!(
        !narrow.contains("party") && !narrow.contains("received"),
        "{narrow}"
    );
    script.keys("C");
    assert!(script.screen().contains("no room at this width"));
    script.keys("esc");
    script.send(Msg::Input(loket::desk::key::Input::Resize(99, 32)));
    assert!(headings(&script).len() > narrow.len());
}

#[test]
fn the_screen_says_its_keys_and_is_reached_by_name() {
    let mut script = Script::new(120, 32);
    script.keys(": c o l u m n s enter");
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Columns(_))
    ));
    let screen = script.screen();
    for said in [
        "Columns of Mandate",
        "[x] left",
        "[ ] until",
        "show/hide",
        "to the left",
    ] {
        assert!(screen.contains(said), "{said}: {screen}");
    }
}

/// Also a list without the time left says which case is late: by its letter.
#[test]
fn the_letter_of_the_deadline_stays_without_the_column() {
    let mut script = knowing(99, &[chosen(Some(1), "case what")]);
    let screen = script.screen();
    let late = screen.lines().find(|line| line.contains("GT-2026-000398"));
    assert!(late.unwrap().trim_start().starts_with('L'), "{screen}");
    script.keys("j");
    assert!(script.screen().contains("GT-2026-000399"));
}

/// At the smallest size all columns stand on the screen.
#[test]
fn all_columns_are_seen_at_the_smallest_size() {
    let mut script = Script::new(59, 17);
    script.keys("C");
    let screen = script.screen();
    for column in ["[x] left", "[ ] received"] {
        assert!(screen.contains(column), "{screen}");
    }
}
