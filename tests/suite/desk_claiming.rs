//! Passing over, taking over, gate and idle warning at the desk: scripts with keys, no database.

use chrono::TimeDelta;
use loket::desk::effect::{Call, Reply};
use loket::desk::route::Subject;
use loket::desk::screen::Layer;
use loket::desk::{Effect, Msg, next_wake};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::*;

use crate::support::desk::{Script, now, rows, written};

/// The desk with the cursor on the case that we hold; `proposed` as "next" leaves it.
fn holding(columns: u16, rows: u16, proposed: bool) -> Script {
    let mut script = Script::new(columns, rows);
    script.keys("j");
    script.rest();
    script.answer_all();
    if let Some(lease) = script.model.world.leases.get_mut(&CaseId(2)) {
        lease.proposed = proposed;
    }
    script
}

fn subject(script: &Script) -> Option<&Subject> {
    match script.model.layers.last() {
        Some(Layer::Form(form)) => Some(&form.subject),
        _ => None,
    }
}

fn toast(script: &Script) -> String {
    let shown = script.model.world.toasts.shown(script.now);
    shown.map_or_else(String::new, |toast| toast.text.clone())
}

#[test]
fn s_passes_over_with_a_reason() {
    let mut script = holding(80, 24, true);
    script.keys("s");
    assert_eq!(subject(&script), Some(&Subject::Skip(CaseId(2))));
    // another reason needs a line
    script.keys("6 ctrl-s");
    assert_eq!(script.writes(), []);
    script.keys("tab").text("in Frisian").keys("ctrl-s enter");
    let writes = script.writes();
    let Some((
        ticket,
        Call::Skip {
            lease,
            reason,
            line,
        },
    )) = writes.into_iter().next()
    else {
        panic!("nothing is passed over");
    };
    assert_eq!((lease.case_id, reason.as_str()), (CaseId(2), "other"));
    assert_eq!(line.as_deref(), Some("in Frisian"));
    script.reply(
        ticket,
        Reply::Applied(Ok(Applied {
            version: 6,
            work: WorkState::Open,
            lease: None,
            opened: None,
            undo: None,
        })),
    );
    assert!(script.model.layers.is_empty());
    assert!(!script.model.world.leases.contains_key(&CaseId(2)));
    assert!(
        toast(&script).contains("not proposed"),
        "{}",
        toast(&script)
    );
}

#[test]
fn a_line_is_not_needed_with_a_reason_of_the_list() {
    let mut script = holding(80, 24, true);
    script.keys("s 3 ctrl-s enter");
    let writes = script.writes();
    let Some((_, Call::Skip { reason, line, .. })) = writes.into_iter().next() else {
        panic!("nothing is passed over");
    };
    assert_eq!((reason.as_str(), line), ("language", None));
}

/// `x` on a proposed case explains and opens the form; on any other it gives back at once.
#[test]
fn x_asks_for_the_reason_where_one_is_needed() {
    let mut script = holding(80, 24, true);
    script.take();
    script.keys("x");
    assert_eq!(script.writes(), []);
    assert_eq!(subject(&script), Some(&Subject::Skip(CaseId(2))));
    assert!(toast(&script).contains("reason"), "{}", toast(&script));
    let mut script = holding(80, 24, false);
    script.take();
    script.keys("x");
    let writes = script.writes();
    assert!(matches!(writes[0].1, Call::Release(_)), "{writes:?}");
    // the database knows better: the form opens then too
    let refused = StoreError::Refused(Refusal::new("skip_reason_needed"));
    script.reply(writes[0].0, Reply::Applied(Err(refused)));
    assert_eq!(subject(&script), Some(&Subject::Skip(CaseId(2))));
}

#[test]
fn s_is_not_possible_on_a_case_that_was_chosen() {
    let mut script = holding(80, 24, false);
    script.keys("s");
    assert_eq!(subject(&script), None);
    assert!(
        toast(&script).contains("x gives it back"),
        "{}",
        toast(&script)
    );
}

/// Leaving gives a proposed case back without a reason: it is asked first, once.
#[test]
fn leaving_with_a_proposed_case_asks_first() {
    let quits = |script: &mut Script| script.take().contains(&Effect::Quit);
    let mut script = holding(80, 24, true);
    script.take();
    script.keys("q");
    assert!(!quits(&mut script));
    let screen = script.screen();
    assert!(
        screen.contains("GT-2026-000399 was proposed to you"),
        "{screen}"
    );
    assert!(!screen.contains("typed"), "nothing was: {screen}");
    script.keys("esc");
    assert!(script.model.layers.is_empty());
    // quit anyway
    script.keys("q q");
    assert!(quits(&mut script));
    // or pass it over, wherever the cursor is
    let mut script = holding(80, 24, true);
    script.keys("j j q s");
    assert_eq!(subject(&script), Some(&Subject::Skip(CaseId(2))));
    script.keys("3 ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(call, Call::Skip { .. }), "{call:?}");
    script.reply(ticket, written(&call));
    script.answer_all();
    script.empty_handed().keys("q");
    assert!(quits(&mut script));
    // what was chosen by hand goes back as well, and that is said
    for keys in ["q", "ctrl-c"] {
        let mut script = holding(80, 24, false);
        script.take();
        script.keys(keys);
        assert!(!quits(&mut script));
        let screen = script.screen();
        assert!(
            screen.contains("You hold GT-2026-000399. It goes back"),
            "{screen}"
        );
        assert!(!screen.contains("proposed"), "{screen}");
        script.keys(keys);
        assert!(quits(&mut script));
    }
    // with empty hands one leaves at once
    let mut script = Script::new(80, 24);
    script.take();
    script.empty_handed().keys("q");
    assert!(quits(&mut script));
}

/// Two of them are named both, and what else would be lost is said as well.
#[test]
fn leaving_names_all_that_speaks_against_it() {
    let mut script = holding(120, 32, true);
    let also = Lease {
        proposed: true,
        ..Lease::new(CaseId(4), 8)
    };
    script.model.world.leases.insert(also.case_id, also);
    script.keys("t");
    script.answer_all();
    script.text("half a note").keys("esc");
    script.keys("q");
    let screen = script.screen();
    assert!(
        screen.contains("GT-2026-000399, GT-2026-000401 were proposed"),
        "{screen}"
    );
    assert!(screen.contains("still being saved"), "{screen}");
}

/// Case 5 is held by Joost.
fn at_joosts(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    script.keys("j j j j");
    script.rest();
    script.answer_all();
    script
}

#[test]
fn t_takes_a_case_over_with_a_reason() {
    let mut script = at_joosts(80, 24);
    script.keys("T");
    assert_eq!(subject(&script), Some(&Subject::TakeOver(CaseId(5))));
    assert!(
        script.screen().contains("Joost Bakker has this case since"),
        "{}",
        script.screen()
    );
    script.keys("enter enter");
    assert_eq!(script.writes(), [], "a reason is needed");
    script.text("he went home").keys("enter");
    assert!(
        script.screen().contains("takes from"),
        "{}",
        script.screen()
    );
    script.keys("enter");
    let writes = script.writes();
    let (ticket, call) = writes.into_iter().next().unwrap();
    let reason = "he went home".to_owned();
    assert_eq!(
        call,
        Call::TakeOver {
            case: CaseId(5),
            reason
        }
    );
    let claim = Claim::Granted {
        lease: Lease::new(CaseId(5), 12),
        case_no: "GT-2026-000402".into(),
        version: 5,
        why: "taken_over".into(),
    };
    script.reply(ticket, Reply::Claimed(Ok(claim)));
    assert!(script.model.layers.is_empty());
    assert_eq!(script.model.current_case(), Some(CaseId(5)));
    assert_eq!(script.model.world.leases[&CaseId(5)].fence, 12);
}

#[test]
fn a_refused_take_over_keeps_what_was_typed() {
    let mut script = at_joosts(80, 24);
    script.keys("T").text("urgent").keys("enter enter");
    let (ticket, _) = script.writes().remove(0);
    let refusal = Refusal::new("limit_reached").with("held", "5");
    let refusal = refusal.with("limit", "5").with("case_no", "GT-2026-000398");
    script.reply(ticket, Reply::Claimed(Err(StoreError::Refused(refusal))));
    let screen = script.screen();
    assert!(screen.contains("Finish GT-2026-000398 first"), "{screen}");
    assert!(screen.contains("urgent"), "{screen}");
}

#[test]
fn nobody_is_robbed_of_a_case_that_nobody_holds() {
    let mut script = Script::new(80, 24);
    script.keys("T");
    assert_eq!(subject(&script), None);
    assert_eq!(toast(&script), "Nobody holds this case: c claims it.");
    let mut script = holding(80, 24, false);
    script.keys("T");
    assert_eq!(subject(&script), None);
}

/// What stands against the next case names the one to finish first.
#[test]
fn limit_and_gate_name_the_case_to_finish_first() {
    let mut script = Script::new(80, 24);
    let mut said = |claim| {
        script.keys("n");
        let (ticket, _) = script.writes().remove(0);
        script.reply(ticket, Reply::Claimed(Ok(claim)));
        script.answer_all();
        toast(&script)
    };
    let case_no = || "GT-2026-000398".to_owned();
    let gate = |held| Claim::Gate {
        held,
        gate: 1,
        case_no: case_no(),
        clock: "contact_1wd".into(),
    };
    let one = said(gate(1));
    assert!(
        one.starts_with("GT-2026-000398 is past its warning"),
        "{one}"
    );
    assert!(said(gate(2)).starts_with("You hold 2 cases past their warning"));
    let limit = Claim::Limit {
        held: 5,
        limit: 5,
        case_no: case_no(),
    };
    assert!(said(limit).contains("Finish GT-2026-000398 first"));
    assert!(
        said(Claim::PassedOver { cases: 3 }).starts_with("3 cases that you passed over are left")
    );
    assert!(
        said(Claim::PassedOver { cases: 1 }).starts_with("One case that you passed over is left")
    );
}

/// The lease of case 2 was last worked on so many minutes ago.
fn idle_since(script: &mut Script, minutes: i64) {
    if let Some(lease) = script.model.world.leases.get_mut(&CaseId(2)) {
        lease.worked_at = Some(script.now - TimeDelta::minutes(minutes));
    }
}

const WARNING: &str = "goes back to the pool in";

/// The warning comes at 24 working minutes, counts down by the minute, wakes only then, and a key in
/// the case takes it away. Friday afternoon, so every minute counts.
#[test]
fn an_idle_case_is_warned_of_until_a_key_is_pressed_in_it() {
    let mut script = Script::new(120, 32);
    let start = script.now;
    idle_since(&mut script, 20);
    assert!(!script.screen().contains(WARNING));
    script.now = start + TimeDelta::minutes(4) - TimeDelta::seconds(1);
    script.send(Msg::Wake);
    assert!(!script.screen().contains(WARNING));
    let wake = next_wake(&script.model, script.now).unwrap();
    assert!(wake <= start + TimeDelta::minutes(4));
    for (minutes, left) in [(4, 6), (5, 5), (9, 1)] {
        script.now = start + TimeDelta::minutes(minutes);
        script.send(Msg::Wake);
        let said = format!("GT-2026-000399 goes back to the pool in {left} min");
        assert!(script.screen().contains(&said), "{}", script.screen());
    }
    // walking through the list is no work in it
    script.keys("j k");
    assert!(script.screen().contains(WARNING));
    script.keys("j");
    script.rest();
    script.answer_all();
    idle_since(&mut script, 29);
    assert!(
        script.screen().contains("Goes back to the pool in 1 min"),
        "{}",
        script.screen()
    );
    script.keys("tab");
    assert!(!script.screen().contains(WARNING), "{}", script.screen());
}

/// What the database knows of work is older than the key that was pressed since.
#[test]
fn a_pulse_on_its_way_does_not_take_a_key_back() {
    let mut script = holding(80, 24, false);
    script.keys("tab");
    let worked = script.model.world.leases[&CaseId(2)].worked_at;
    assert!(worked.is_some());
    let old = Lease {
        worked_at: Some(now() - TimeDelta::minutes(50)),
        ..Lease::new(CaseId(2), 4)
    };
    script.model.world.set_leases(&[old]);
    assert_eq!(script.model.world.leases[&CaseId(2)].worked_at, worked);
    // another lease of the same case begins anew
    let new = Lease { fence: 6, ..old };
    script.model.world.set_leases(&[new]);
    assert_eq!(
        script.model.world.leases[&CaseId(2)].worked_at,
        old.worked_at
    );
}

#[test]
fn a_raised_case_is_seen_in_the_list() {
    let mut script = Script::bare(80, 24);
    for _ in 0..4 {
        for effect in script.take() {
            let loket::desk::Effect::Ask(ticket, question) = effect else {
                continue;
            };
            let mut reply = crate::support::desk::read(&question, script.now);
            if let Reply::Inbox(Ok(page)) = &mut reply {
                page.rows = rows();
                page.rows[2].raised = true;
            }
            script.reply(ticket, reply);
        }
    }
    let screen = script.screen();
    let line = screen.lines().find(|line| line.contains("GT-2026-000400"));
    assert!(line.is_some_and(|line| line.contains("lead!")), "{screen}");
}

#[test]
fn the_forms_and_the_warning_as_they_are_seen() {
    for (columns, rows) in [(80, 24), (160, 48)] {
        let mut script = holding(columns, rows, true);
        script.keys("s");
        insta::assert_snapshot!(format!("skip_{columns}x{rows}"), script.screen());
        let mut script = at_joosts(columns, rows);
        script.keys("T").text("he went home").keys("enter");
        insta::assert_snapshot!(format!("take_over_{columns}x{rows}"), script.screen());
        let mut script = holding(columns, rows, false);
        idle_since(&mut script, 26);
        insta::assert_snapshot!(format!("idle_{columns}x{rows}"), script.screen());
    }
}
