//! Others at work, as one desk sees it (issue 4): nothing moves, everything is said.

use chrono::TimeDelta;
use loket::desk::effect::{Question, Slot};
use loket::desk::screen::Layer;
use loket::desk::screen::inbox::Mark;
use loket::desk::{Effect, Msg, Reply, here};
use loket::store::StoreError;
use loket::store::rows::*;
use proptest::prelude::*;

use crate::support::desk::{Script, loaded, now, offline, page, quiet, rows, slots};

fn beat(script: &mut Script, pulse: Pulse) {
    script.send(Msg::Beat(Box::new(Ok(pulse))));
}

/// The numbers of the fixed world; 1 is who sits at the desk.
fn agent_id(name: &str) -> i32 {
    match name {
        "Sanne de Vries" => 1,
        "An Peeters" => 3,
        _ => 2,
    }
}

fn event(case: i64, kind: &str, who: Option<&str>) -> FeedEvent {
    FeedEvent {
        case_id: CaseId(case),
        queue_id: 1,
        kind: kind.into(),
        agent: who.map(str::to_owned),
        agent_id: who.map(agent_id),
        seq: 2,
    }
}

fn someone(case: i64, name: &str, writing: bool) -> Presence {
    Presence {
        case_id: CaseId(case),
        name: name.into(),
        writing,
    }
}

fn notice(id: i64, kind: &str) -> Notice {
    Notice {
        notice_id: id,
        case_id: CaseId(3),
        case_no: "GT-2026-000400".into(),
        kind: kind.into(),
        who: Some("Joost Bakker".into()),
        line: Some("at lunch".into()),
        at: now(),
    }
}

/// The list is read again after a pulse, and says this.
fn reread(script: &mut Script, rows: &[CaseRow]) {
    for effect in script.take() {
        match effect {
            Effect::Ask(ticket, Question::Inbox { .. }) => {
                let answer = InboxPage {
                    rows: rows.to_vec(),
                    ..page()
                };
                script.reply(ticket, Reply::Inbox(Ok(answer)));
            }
            Effect::Ask(ticket, Question::Detail(case)) => {
                let mut loaded = loaded(case);
                loaded.detail.lease = script.model.world.leases.get(&case).copied();
                script.reply(ticket, Reply::Detail(Ok(Box::new(loaded))));
            }
            _ => {}
        }
    }
}

fn line_with<'a>(screen: &'a str, what: &str) -> &'a str {
    let found = screen.lines().find(|line| line.contains(what));
    found.unwrap_or_else(|| panic!("no line with {what:?}:\n{screen}"))
}

/// Who reads and who writes is said in words, in the detail and short in the row; no line moves.
#[test]
fn who_reads_and_who_writes_is_said_and_moves_nothing() {
    for (columns, rows) in [(80, 24), (120, 32), (160, 48)] {
        let mut script = Script::new(columns, rows);
        if columns == 80 {
            script.keys("tab");
            script.answer_all();
        }
        let before = script.screen();
        let mut pulse = quiet();
        pulse.presence = vec![
            someone(1, "Sanne Smit", false),
            someone(1, "Joost Bakker", true),
        ];
        beat(&mut script, pulse);
        let after = script.screen();
        assert!(
            after.contains("Sanne Smit is reading, Joost Bakker is writing"),
            "{after}"
        );
        let changed = before
            .lines()
            .zip(after.lines())
            .filter(|(one, other)| one != other);
        assert!(changed.count() <= 2, "only words came:\n{before}\n{after}");
        beat(&mut script, quiet());
        assert_eq!(script.screen(), before, "they went");
    }
    let mut script = Script::new(80, 24);
    let mut pulse = quiet();
    pulse.presence = vec![
        someone(3, "An Peeters", false),
        someone(5, "Joost Bakker", true),
    ];
    beat(&mut script, pulse);
    let screen = script.screen();
    assert!(line_with(&screen, "GT-2026-000400").contains("An reads"));
    assert!(!screen.contains("Joost writes"), "he holds it");
}

/// Two agents may share a name: what the other one does is news, what we do is none.
#[test]
fn who_has_our_name_is_still_somebody_else() {
    let mut script = Script::new(160, 48);
    let me = "Sanne de Vries";
    let mut pulse = quiet();
    pulse.events = vec![
        FeedEvent {
            agent_id: Some(44),
            ..event(3, "claimed", Some(me))
        },
        event(4, "claimed", Some(me)),
    ];
    beat(&mut script, pulse);
    let live = &script.model.world.live;
    let news = live.news(CaseId(3)).expect("the other's");
    assert_eq!(news.who.as_deref(), Some(me));
    assert_eq!(live.news(CaseId(4)), None, "our own");
}

/// A changed row says what happened and who did it, until the agent looked at it.
#[test]
fn a_row_says_what_changed_and_who_did_it_until_one_looked() {
    let mut script = Script::new(160, 48);
    let mut pulse = quiet();
    pulse.events = vec![
        event(3, "claimed", Some("Joost Bakker")),
        event(6, "close", Some("An Peeters")),
        event(4, "add_note", Some("Sanne de Vries")),
    ];
    beat(&mut script, pulse);
    let mut fresh = rows();
    fresh[2].version += 1;
    fresh[2].work = WorkState::Held;
    fresh[2].holder = Some("Joost Bakker".into());
    fresh[2].holder_id = Some(2);
    fresh[3].version += 1;
    fresh.remove(5);
    reread(&mut script, &fresh);
    let screen = script.screen();
    assert!(
        line_with(&screen, "GT-2026-000400").contains("Joost took"),
        "{screen}"
    );
    assert!(
        line_with(&screen, "GT-2026-000403").contains("closed by An"),
        "{screen}"
    );
    assert!(
        !line_with(&screen, "GT-2026-000401").contains("Sanne"),
        "our own is no news"
    );
    let mark = |script: &Script| script.model.desk.inbox().unwrap().rows[2].mark;
    script.keys("j j");
    script.rest();
    reread(&mut script, &fresh);
    assert!(
        script.screen().contains("Joost Bakker took it"),
        "{}",
        script.screen()
    );
    assert_eq!(mark(&script), Mark::Changed, "while it is being looked at");
    script.keys("k");
    script.rest();
    assert_eq!(mark(&script), Mark::Same);
    assert!(
        !script.screen().contains("took"),
        "seen:\n{}",
        script.screen()
    );
    assert_eq!(script.model.desk.inbox().unwrap().rows[5].mark, Mark::Gone);
}

/// Notices: a toast in words, a quiet mark, a list; what was listed is seen.
#[test]
fn a_notice_is_said_marked_listed_and_then_seen() {
    let mut script = Script::new(120, 32);
    script.take();
    let mut pulse = quiet();
    pulse.notices = vec![notice(11, "reassigned")];
    beat(&mut script, pulse.clone());
    let screen = script.screen();
    assert!(
        screen.contains("Joost Bakker took GT-2026-000400 from you"),
        "{screen}"
    );
    assert!(
        screen.contains("at lunch") && screen.contains("1 notice, !"),
        "{screen}"
    );
    script.now += TimeDelta::seconds(30);
    beat(&mut script, pulse.clone());
    assert!(!script.screen().contains("at lunch"), "said once");
    script.keys("!");
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Notices(_))
    ));
    let mut asked = script.take();
    asked.retain(|effect| !matches!(effect, Effect::Save(..)));
    let [Effect::Ask(ticket, Question::Seen(ids))] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(ids, &[11]);
    script.reply(*ticket, Reply::Seen(Ok(vec![11])));
    assert!(script.screen().contains("at lunch"), "it is listed still");
    // an answer that was under way
    beat(&mut script, pulse.clone());
    assert!(!script.screen().contains("1 notice"), "{}", script.screen());
    pulse.notices.push(notice(12, "handed_to_you"));
    beat(&mut script, pulse);
    let Some(Layer::Notices(list)) = script.model.layers.last() else {
        panic!("the list stays");
    };
    assert_eq!((list.at, list.items.len()), (0, 2), "added at the end");
    script.keys("j enter");
    assert_eq!(script.model.desk.shown, Some(CaseId(3)));
    assert!(script.model.layers.is_empty());
}

/// A text that a colleague leaves with a case of ours changes no version: its notice has it read.
#[test]
fn a_text_that_was_left_is_told_and_read() {
    let mut script = Script::new(120, 32);
    script.take();
    let mut pulse = quiet();
    pulse.notices = vec![notice(11, "text_left")];
    beat(&mut script, pulse.clone());
    let screen = script.screen();
    assert!(
        screen.contains("left an unfinished text for you with"),
        "{screen}"
    );
    let read = |script: &mut Script| {
        let asked = script.take().into_iter();
        let details = asked.filter(|one| matches!(one, Effect::Ask(_, Question::Detail(_))));
        details.count()
    };
    assert_eq!(read(&mut script), 1);
    beat(&mut script, pulse);
    assert_eq!(read(&mut script), 0, "once");
}

/// After the database was away the feed goes on from its place: nothing that is there is read again,
/// and the cursor, the layers and what was typed stay.
#[test]
fn after_an_outage_only_what_is_missing_is_asked_for() {
    let mut script = Script::new(120, 32);
    script.keys("j j t").answer_all();
    script.text("half a note");
    script.take();
    let before = script.screen();
    script.send(Msg::Beat(Box::new(Err(offline()))));
    assert!(script.screen().contains("stale since"));
    script.now = script.model.world.retry_at.unwrap();
    script.send(Msg::Wake);
    script.now += TimeDelta::seconds(1);
    let session = script.take();
    assert_eq!(slots(&session), [Slot::Session]);
    let Effect::Ask(ticket, question) = &session[0] else {
        panic!()
    };
    let open = crate::support::desk::read(question, now());
    script.reply(*ticket, open);
    assert_eq!(slots(&script.take()), [], "all of it is there");
    let mut pulse = quiet();
    pulse.events = vec![event(3, "add_note", Some("Joost Bakker"))];
    beat(&mut script, pulse);
    assert_eq!(
        slots(&script.take()),
        [Slot::Detail(CaseId(3)), Slot::Inbox(1)],
        "what changed meanwhile"
    );
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    assert!(script.screen().contains("half a note"));
    assert!(before.contains("half a note"));
}

/// A list that could not be loaded says so and keeps the rows that it had.
#[test]
fn a_list_that_could_not_be_loaded_keeps_what_it_had_and_is_asked_again() {
    let mut script = Script::new(80, 24);
    script.keys("j j r");
    let asked = script.take();
    let Some(Effect::Ask(ticket, _)) = asked.first() else {
        panic!("{asked:?}");
    };
    script.reply(*ticket, Reply::Inbox(Err(StoreError::Bug("broken".into()))));
    let screen = script.screen();
    assert!(screen.contains("GT-2026-000400"), "{screen}");
    assert!(screen.contains("list not read"), "{screen}");
    assert_eq!(script.model.current_case(), Some(CaseId(3)));
    beat(&mut script, quiet());
    script.take();
    script.send(Msg::Beat(Box::new(Err(offline()))));
    beat(&mut script, quiet());
    let asked = script.take();
    assert!(slots(&asked).contains(&Slot::Inbox(1)), "{asked:?}");
    reread(&mut script, &rows());
}

/// What is told to colleagues: the case that is read, the visible rows, that something is written,
/// and the held cases in which a key was pressed.
#[test]
fn the_desk_tells_what_it_is_doing() {
    let mut script = Script::new(80, 24);
    let told = here::take(&mut script.model);
    assert_eq!(told.at, None, "the list alone is on the screen");
    assert_eq!(told.see.len(), 7);
    assert_eq!(told.worked, [], "nothing is held there");
    script.keys("j");
    script.rest();
    assert_eq!(
        here::take(&mut script.model).worked,
        [],
        "walking past is no work"
    );
    script.keys("tab");
    script.answer_all();
    let told = here::take(&mut script.model);
    assert_eq!((told.at, told.writing), (Some(CaseId(2)), false));
    assert_eq!(told.worked, [CaseId(2)]);
    script.keys("t");
    script.answer_all();
    assert!(!here::take(&mut script.model).writing, "an empty form");
    script.text("called");
    let told = here::take(&mut script.model);
    assert_eq!((told.at, told.writing), (Some(CaseId(2)), true));
    assert_eq!(told.worked, [CaseId(2)]);
    assert_eq!(here::take(&mut script.model).worked, [], "told once");
}

fn pulses() -> impl Strategy<Value = Pulse> {
    let kinds = prop_oneof![
        Just("claimed"),
        Just("released"),
        Just("add_note"),
        Just("close_no_action"),
        Just("transferred"),
    ];
    let who = prop_oneof![
        Just(None),
        Just(Some("Joost")),
        Just(Some("Sanne de Vries"))
    ];
    let events = proptest::collection::vec((1i64..12, kinds, who), 0..6);
    let presence = proptest::collection::vec((1i64..8, any::<bool>()), 0..6);
    let notices = proptest::collection::vec(1i64..30, 0..4);
    (events, presence, notices).prop_map(|(events, presence, notices)| Pulse {
        events: events
            .into_iter()
            .map(|(case, kind, who)| event(case, kind, who))
            .collect(),
        presence: presence
            .into_iter()
            .map(|(case, writing)| someone(case, "An Peeters", writing))
            .collect(),
        notices: notices.into_iter().map(|id| notice(id, "raised")).collect(),
        ..quiet()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever others do, the case under the cursor, the line of the cursor and what keys mean
    /// stay what they were.
    #[test]
    fn nothing_that_others_do_moves_the_cursor_or_changes_what_keys_mean(
        pulses in proptest::collection::vec((pulses(), proptest::collection::vec(any::<bool>(), 7)), 1..6),
        place in 0usize..5,
    ) {
        let mut script = Script::new(120, 32);
        for keys in ["j j", "tab", "t", "!", "enter"][place].split(' ') {
            script.keys(keys);
            script.rest();
            script.answer_all();
        }
        let seen = |script: &Script| {
            let inbox = script.model.desk.inbox().unwrap();
            (script.model.current_case(), script.model.desk.shown, inbox.cursor, inbox.top,
             script.model.context(), script.model.layers.len())
        };
        let before = seen(&script);
        for (pulse, stay) in pulses {
            beat(&mut script, pulse);
            let left = rows().into_iter().zip(stay).filter(|(_, stay)| *stay);
            let left: Vec<CaseRow> = left.map(|(mut row, _)| { row.version += 1; row }).collect();
            reread(&mut script, &left);
            prop_assert_eq!(seen(&script), before);
        }
    }
}
