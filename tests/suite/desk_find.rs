//! Finding again: marks of what has something new, recently seen cases, filters with a name.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Effect, Question, Save};
use loket::desk::find::{Asked, Naming, Told};
use loket::desk::screen::Layer;
use loket::desk::{Msg, Reply};
use loket::store::rows::{CaseId, Look, Role, SavedFilter};

use crate::support::desk::{Script, written};

fn look(case: i64, version: i32) -> Look {
    Look {
        case_id: CaseId(case),
        version,
    }
}

/// A desk that has just started, with these looks and filters read.
fn knowing(columns: u16, looks: &[Look], filters: &[SavedFilter]) -> Script {
    let mut script = Script::new(columns, 32);
    let asked = [
        (Asked::Looks, Told::Looks(looks.to_vec())),
        (Asked::Filters, Told::Filters(filters.to_vec())),
    ];
    for (asked, told) in asked {
        let slot = loket::desk::effect::Slot::Find(asked);
        let now = script.now;
        let ticket = script.model.world.ticket(slot, now);
        script.reply(ticket, Reply::Find(Ok(told)));
    }
    script
}

fn saved(number: i32, name: &str, line: &str, queue: Option<&str>) -> SavedFilter {
    SavedFilter {
        filter_id: number,
        name: name.into(),
        line: line.into(),
        queue: queue.map(str::to_owned),
        by: "Mieke Smit".into(),
    }
}

/// The sign in front of the row of that case.
fn sign(script: &Script, case: i64) -> String {
    let no = format!("GT-2026-{:06}", 397 + case);
    let screen = script.screen();
    // the number stands in the heading of the detail too
    let is_row = |line: &&str| line.find(&no).is_some_and(|at| at < 30);
    let line = screen.lines().find(is_row).unwrap();
    line.chars().take(1).collect()
}

fn looks_saved(script: &mut Script) -> Vec<Look> {
    let mut looks = Vec::new();
    for effect in script.take() {
        if let Effect::Save(ticket, save) = effect
            && let Save::Looked(some) = *save
        {
            looks.extend(some);
            script.reply(ticket, Reply::Placed(Ok(())));
        }
    }
    looks
}

/// Version 4 of each is in the list: what was looked at before that has something new.
#[test]
fn a_case_with_something_new_since_the_last_look_is_marked_until_it_is_looked_at() {
    let mut script = knowing(80, &[look(3, 2), look(4, 4)], &[]);
    assert_eq!(sign(&script, 3), "+");
    assert_eq!(sign(&script, 4), " ", "nothing happened since");
    assert_eq!(sign(&script, 5), " ", "never looked at");
    script.keys("j j tab");
    script.rest();
    script.answer_all();
    script.keys("tab");
    assert_eq!(sign(&script, 3), " ");
}

/// On a narrow screen the list alone is no look; where the detail stands beside it, it is.
#[test]
fn a_look_is_what_shows_the_detail_and_is_kept_a_moment_later() {
    for (columns, is_beside) in [(80, false), (120, true)] {
        let mut script = knowing(columns, &[], &[]);
        script.keys("j");
        script.rest();
        script.answer_all();
        script.now += TimeDelta::seconds(4);
        script.send(Msg::Wake);
        let kept: Vec<i64> = looks_saved(&mut script)
            .iter()
            .map(|look| look.case_id.0)
            .collect();
        assert_eq!(kept.contains(&2), is_beside, "{columns}: {kept:?}");
    }
}

#[test]
fn v_marks_as_not_read_until_one_comes_back_and_as_read() {
    let mut script = knowing(120, &[look(2, 4)], &[]);
    script.keys("j");
    script.rest();
    script.answer_all();
    script.keys("v");
    assert_eq!(sign(&script, 2), "+");
    assert!(script.screen().contains("marked as not read"));
    script.now += TimeDelta::seconds(4);
    script.send(Msg::Wake);
    let kept = looks_saved(&mut script);
    assert_eq!(kept.last(), Some(&look(2, 0)), "it stays so while shown");
    script.keys("v");
    assert_eq!(sign(&script, 2), " ");
    script.keys("v j");
    script.rest();
    script.answer_all();
    assert_eq!(sign(&script, 2), "+", "left");
    script.keys("k");
    script.rest();
    script.answer_all();
    assert_eq!(sign(&script, 2), " ", "looked at again");
}

#[test]
fn the_cases_looked_at_lately_are_listed_and_typing_searches() {
    let mut script = Script::new(120, 32);
    script.keys("'");
    assert!(script.screen().contains("Searching"), "{}", script.screen());
    script.answer_all();
    let screen = script.screen();
    assert!(screen.contains("lately"), "{screen}");
    let at = |no: &str| screen.find(no).unwrap();
    assert!(at("GT-2026-000402") < at("GT-2026-000399"));
    script.keys("down enter");
    script.answer_all();
    assert_eq!(script.model.current_case(), Some(CaseId(2)));
    script.keys("'");
    script.answer_all();
    script.text("522");
    script.now += TimeDelta::seconds(1);
    script.send(Msg::Wake);
    let asked = script.take();
    let searched = asked
        .iter()
        .any(|effect| matches!(effect, Effect::Ask(_, Question::Search(text)) if text == "522"));
    assert!(searched, "{asked:?}");
}

#[test]
fn a_saved_filter_comes_back_by_its_name() {
    let filters = [
        saved(1, "mine", "holder:me", None),
        saved(2, "Late", "due:late", Some("mandate")),
    ];
    let mut script = knowing(120, &[], &filters);
    script.keys("F");
    let screen = script.screen();
    assert!(screen.contains("@mine"), "{screen}");
    assert!(
        screen.contains("due:late  (for all of Mandates)"),
        "{screen}"
    );
    // taken from the list, its line stands there
    script
        .text("@la")
        .keys("tab")
        .text("-work:waiting")
        .keys("enter");
    script.answer_all();
    let line = |script: &Script| script.model.desk.inbox().unwrap().filter.to_string();
    assert_eq!(line(&script), "due:late -work:waiting");
    // and typed as a name it is the same
    script
        .keys("F ctrl-u")
        .text("state:assessing @late")
        .keys("enter");
    script.answer_all();
    assert_eq!(line(&script), "state:assessing due:late");
    script.keys("F ctrl-u").text("@nobody").keys("enter");
    assert!(script.screen().contains("No filter is saved as \"nobody\""));
}

#[test]
fn a_line_is_saved_under_a_name_by_a_lead_for_a_queue() {
    let mut script = knowing(120, &[], &[]);
    script.model.world.me.as_mut().unwrap().role = Role::Lead;
    script.keys("F").text("due:late").keys("ctrl-s");
    script.text("no good!").keys("ctrl-s");
    assert!(
        script.screen().contains("is no name for a filter"),
        "{}",
        script.screen()
    );
    script
        .keys("ctrl-u")
        .text("late")
        .keys("tab tab right ctrl-s");
    let screen = script.screen();
    assert!(screen.contains("@late   due:late"), "{screen}");
    assert!(screen.contains("for all of Mandates"), "{screen}");
    script.keys("ctrl-s");
    let (ticket, call) = script.writes().remove(0);
    let expected = Naming::Save {
        name: "late".into(),
        line: "due:late".into(),
        queue_id: Some(1),
    };
    assert_eq!(call, Call::Naming(expected));
    script.reply(ticket, written(&call));
    assert!(matches!(script.model.layers.last(), Some(Layer::Filter(_))));
    let asked = script.take();
    let is_read = asked
        .iter()
        .any(|it| matches!(it, Effect::Ask(_, Question::Find(Asked::Filters))));
    assert!(is_read, "{asked:?}");
}

#[test]
fn an_agent_saves_for_himself_and_throws_away_what_is_chosen() {
    let mut script = knowing(120, &[], &[saved(7, "old", "due:1h", None)]);
    script.keys("F").text("due:late").keys("ctrl-s");
    let Some(Layer::Form(form)) = script.model.layers.last() else {
        panic!()
    };
    let keys: Vec<&str> = form.entries.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["filter_name", "filter_line"], "for nobody else");
    script.keys("esc ctrl-u ctrl-x");
    let (ticket, call) = script.writes().remove(0);
    assert_eq!(call, Call::Naming(Naming::Drop(7)));
    script.reply(ticket, written(&call));
    assert!(
        script.screen().contains("thrown away"),
        "{}",
        script.screen()
    );
    // nothing is chosen: nothing is thrown away
    let mut script = knowing(120, &[], &[]);
    script.keys("F ctrl-x");
    assert!(script.writes().is_empty());
    assert!(script.screen().contains("No saved filter is chosen"));
}

/// `/` takes a line of the filter too: people reach for it, and it asks the database for no such name.
#[test]
fn a_line_of_the_filter_in_the_search_filters_the_list() {
    let mut script = Script::new(120, 40);
    script.keys("/").text("due:late");
    script.rest();
    let asked = script.take();
    let is_search = |effect: &Effect| matches!(effect, Effect::Ask(_, Question::Search(_)));
    assert!(!asked.iter().any(is_search), "{asked:?}");
    assert!(
        script.screen().contains("filters the list"),
        "{}",
        script.screen()
    );
    script.keys("enter");
    let filter = &script.model.desk.inbox().unwrap().filter;
    assert_eq!(filter.to_string(), "due:late");
    assert!(script.model.layers.is_empty());
    // a name with no key in it is searched for
    script.keys("/").text("langevoort");
    script.rest();
    assert!(script.take().iter().any(is_search));
}
