//! Taking back at the desk: offered after a change for as long as it can be, asked before it is
//! done, and the answers come back to be corrected.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Loaded, Question, Reply};
use loket::desk::form::outcome::Outcome;
use loket::desk::screen::form::Stage;
use loket::desk::{Effect, Msg, next_wake};
use loket::process::engine::Refusal;
use loket::store::rows::*;

use crate::support::desk::{Script, form, loaded};

const CASE: CaseId = CaseId(2);

/// The case as the database has it after its party was contacted.
fn waiting(script: &Script, stands: Option<Refusal>) -> Loaded {
    let mut loaded = loaded(CASE);
    loaded.detail.row.version += 1;
    loaded.detail.row.state = "awaiting_party".into();
    loaded.detail.row.work = WorkState::Waiting;
    loaded.detail.row.holder = None;
    loaded.detail.row.holder_id = None;
    loaded.detail.facts.state = "awaiting_party".into();
    loaded.detail.lease = None;
    let until = script.model.world.legal(script.now) + TimeDelta::seconds(20);
    loaded.detail.undo = Some(Undo {
        seq: 4,
        action: "contact_party".into(),
        agent: "Sanne de Vries".into(),
        until,
        messages: vec!["request_proof".into()],
        state: "blocked_contact_due".into(),
        gets_back: true,
        stands,
    });
    loaded
}

/// What is asked of the case is answered like that, the lists as always.
fn read_as(script: &mut Script, loaded: &Loaded) {
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Detail(CASE)) = effect {
            script.reply(ticket, Reply::Detail(Ok(Box::new(loaded.clone()))));
        }
    }
}

/// The party of a held case was just contacted; the answer to that has come, the case not yet.
fn just_contacted(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.keys("j");
    script.rest();
    script.answer_all();
    script.keys("enter 1 2 tab 1 ctrl-s enter");
    let (ticket, call) = script.writes().pop().unwrap();
    assert!(matches!(call, Call::Apply { case: CASE, .. }), "{call:?}");
    let until = script.model.world.legal(script.now) + TimeDelta::seconds(20);
    let applied = Applied {
        version: 6,
        work: WorkState::Waiting,
        lease: None,
        opened: None,
        undo: Some(UndoOffer { seq: 4, until }),
    };
    script.reply(ticket, Reply::Applied(Ok(applied)));
    assert!(script.model.layers.is_empty(), "{}", script.screen());
    script
}

/// … and the case was read after it.
pub(crate) fn contacted(columns: u16, rows: u16) -> Script {
    let mut script = just_contacted(columns, rows);
    let loaded = waiting(&script, None);
    read_as(&mut script, &loaded);
    script
}

/// Seconds, counted down; the screen wakes when they change and not before.
#[test]
fn what_was_done_can_be_taken_back_for_so_long() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut script = contacted(columns, rows);
        assert!(
            script.screen().contains("u takes back (20 s)"),
            "{}",
            script.screen()
        );
        assert!(
            script.screen().contains("GT-2026-"),
            "what was done is still said"
        );
        let wake = next_wake(&script.model, script.now).unwrap();
        assert!(wake - script.now <= TimeDelta::seconds(1), "{wake}");
        script.now += TimeDelta::seconds(15);
        script.send(Msg::Wake);
        assert!(
            script.screen().contains("u takes back (5 s)"),
            "{}",
            script.screen()
        );
        script.now += TimeDelta::seconds(5);
        script.send(Msg::Wake);
        assert!(
            !script.screen().contains("takes back"),
            "{}",
            script.screen()
        );
        script.keys("u");
        assert!(
            script.screen().contains("nothing to take back"),
            "{}",
            script.screen()
        );
    }
}

/// Another case under the cursor: the offer is not about that one.
#[test]
fn the_offer_belongs_to_its_case() {
    let mut script = contacted(120, 32);
    script.keys("esc j");
    assert_ne!(script.model.current_case(), Some(CASE));
    assert!(
        !script.screen().contains("u takes back"),
        "{}",
        script.screen()
    );
    script.keys("u");
    assert!(script.model.layers.is_empty());
    assert!(
        script.screen().contains("nothing to take back"),
        "{}",
        script.screen()
    );
}

#[test]
fn it_is_asked_first_and_the_answers_come_back() {
    let mut script = contacted(80, 24);
    script.keys("u");
    assert_eq!(form(&script).stage, Stage::Review);
    let asked = script.screen();
    for said in [
        "Contact the party",
        "not sent",
        "request for proof",
        "held by",
    ] {
        assert!(asked.contains(said), "{said}:\n{asked}");
    }
    script.keys("esc");
    assert!(
        script.model.layers.is_empty(),
        "esc leaves everything as it is"
    );
    assert!(script.writes().is_empty());
    script.model.world.solved = Some(Box::new(loket::desk::bulk::Solved {
        case: CASE,
        from: None,
        act: loket::desk::bulk::Act::Action("add_note".to_owned()),
        entries: Vec::new(),
    }));
    script.keys("u enter");
    let (ticket, call) = script.writes().pop().unwrap();
    assert_eq!(call, Call::TakeBack { case: CASE, seq: 4 });
    let applied = Applied {
        version: 7,
        work: WorkState::Held,
        lease: Some(Lease::new(CASE, 12)),
        opened: None,
        undo: None,
    };
    script.reply(ticket, Reply::Applied(Ok(applied)));
    assert!(
        script.screen().contains("taken back"),
        "{}",
        script.screen()
    );
    assert!(script.model.world.solved.is_none(), "no pattern for others");
    assert!(
        script.model.world.leases.contains_key(&CASE),
        "it is ours again"
    );
    read_as(&mut script, &loaded(CASE));
    script.keys("enter 1");
    let form = form(&script);
    let raw: Vec<&str> = form
        .entries
        .iter()
        .map(loket::desk::form::Entry::raw)
        .collect();
    assert!(raw.contains(&"email"), "as it was answered: {raw:?}");
    assert!(form.kept_at.is_some(), "and said to be kept");
}

/// The key may come before the case was read again: it waits for it.
#[test]
fn the_key_waits_for_the_case() {
    let mut script = just_contacted(80, 24);
    let asked = script.take();
    script.keys("u enter");
    assert!(matches!(form(&script).outcome, Outcome::Unknown));
    assert!(script.writes().is_empty());
    let loaded = waiting(&script, None);
    for effect in asked {
        if let Effect::Ask(ticket, Question::Detail(CASE)) = effect {
            script.reply(ticket, Reply::Detail(Ok(Box::new(loaded.clone()))));
        }
    }
    let writes = script.writes();
    assert!(
        matches!(writes.as_slice(), [(_, Call::TakeBack { seq: 4, .. })]),
        "{writes:?}"
    );
}

/// Why not, with names, before anything is asked.
#[test]
fn who_built_on_it_is_named() {
    let mut script = just_contacted(120, 32);
    let refusal = Refusal {
        key: "undo_built_on".into(),
        rule: String::new(),
        field: None,
        args: [
            ("agent".to_owned(), "Joost Bakker".to_owned()),
            ("what".to_owned(), "action.doubt.inform_acm".to_owned()),
        ]
        .into(),
    };
    let loaded = waiting(&script, Some(refusal));
    read_as(&mut script, &loaded);
    script.keys("u");
    assert!(script.model.layers.is_empty());
    let said = script.screen();
    assert!(
        said.contains("Joost Bakker did more") && said.contains("ACM"),
        "{said}"
    );
    assert!(!said.contains("inform_acm"), "{said}");
}

/// A change that left meanwhile: the answer says so, and nothing is offered as taken back.
#[test]
fn a_refusal_of_the_database_is_shown() {
    let mut script = contacted(80, 24);
    script.keys("u enter");
    let (ticket, _) = script.writes().pop().unwrap();
    let refusal = Refusal {
        key: "undo_left".into(),
        rule: String::new(),
        field: None,
        args: [("message".to_owned(), "message.request_proof".to_owned())].into(),
    };
    let refused = loket::store::StoreError::Refused(refusal);
    script.reply(ticket, Reply::Applied(Err(refused)));
    assert!(
        script.screen().contains("It has left already"),
        "{}",
        script.screen()
    );
    assert!(script.model.world.drafts.mine().next().is_none());
}

/// The timeline tells both: what was done, and that it was taken back.
#[test]
fn the_timeline_marks_what_was_taken_back() {
    let mut script = contacted(160, 48);
    let mut back = loaded(CASE);
    let event = |seq, kind: &str| TimelineRow {
        seq,
        kind: kind.into(),
        ..loaded(CASE).timeline.remove(0)
    };
    let mut taken = event(5, "taken_back");
    taken.answers.clear();
    taken.takes_back = Some(TakenBack {
        seq: 4,
        action: "contact_party".into(),
    });
    back.timeline.insert(0, event(4, "contact_party"));
    back.timeline.insert(0, taken);
    let now = script.now;
    let Effect::Ask(ticket, _) = script.model.world.ask_detail(CASE, now) else {
        panic!()
    };
    script.reply(ticket, Reply::Detail(Ok(Box::new(back))));
    let screen = script.screen();
    assert!(screen.contains("took back:"), "{screen}");
    assert_eq!(screen.matches("(taken").count(), 1, "{screen}");
}
