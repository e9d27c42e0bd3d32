//! Clusters of the data wash and updates of suppliers, as a script on the desk: one solved by hand,
//! the rest previewed with each refusal, released at a pace, taken back; and what they look like.

use chrono::TimeDelta;
use loket::desk::bulk::Verdict;
use loket::desk::effect::{Call, Loaded, Question, Reply};
use loket::desk::screen::Layer;
use loket::desk::{Effect, Msg};
use loket::process::wash::WASH;
use loket::store::StoreError;
use loket::store::rows::*;

use crate::process_world::{Sim, answers};
use crate::support::desk::{Script, job, loaded, now};

const SIZES: [(u16, u16); 3] = [(80, 24), (160, 48), (59, 17)];

/// Somebody invented, as one side has them.
fn held(name: &str, number: i32) -> EvidenceRow {
    EvidenceRow {
        customer_ref: format!("G{number:06}"),
        kind: "private".into(),
        name: name.into(),
        number: "*********01".into(),
        number_as: number,
        birth: "1940-**-**".into(),
        birth_as: 1,
        address: "Knudsenhavna 127, 7365 Martinhelle".into(),
        valid_from: "2026-03-01".into(),
        ..EvidenceRow::default()
    }
}

fn card(case: CaseId) -> FindingCard {
    FindingCard {
        code: "a04".into(),
        side: "supply".into(),
        proposal: "check_open_process".into(),
        confidence: 90,
        protected: case.0 == 104,
        times: 1,
        file_ref: "wash-2026-11".into(),
        trouble: None,
        origin: String::new(),
        origin_day: None,
        fault: None,
        computed: None,
        newer: None,
        grid: vec![held("Geir Kristensen", 1)],
        supply: vec![held("Geir Christensen", 2)],
        register: Some(held("Geir Kristensen", 1)),
    }
}

/// A case of the wash; somebody else holds 103.
fn wash(case: CaseId) -> Loaded {
    let given = answers(&[
        ("wash_code", "a04"),
        ("wash_origin", "holdings"),
        ("point", "707057500100000017"),
        ("customer_ref", "G000001"),
    ]);
    let sim = Sim::try_open(&WASH, now(), now(), &given).unwrap();
    let mut read = loaded(CaseId(1));
    let detail = &mut read.detail;
    detail.row = row(case, &sim.case.state);
    detail.facts = sim.case;
    (detail.customer, detail.party, detail.handover) = (None, None, None);
    detail.finding = Some(Box::new(card(case)));
    detail.lease = None;
    detail.texts.clear();
    read.timeline.clear();
    read
}

fn row(case: CaseId, state: &str) -> CaseRow {
    let is_held = case.0 == 103;
    CaseRow {
        case_id: case,
        case_no: format!("WA-2026-000{}", case.0),
        queue: "wash".into(),
        process: "wash".into(),
        state: state.into(),
        work: if is_held {
            WorkState::Held
        } else {
            WorkState::Open
        },
        holder: is_held.then(|| "Joost Bakker".into()),
        holder_id: is_held.then_some(2),
        subject: "707057500100000017".into(),
        ..loaded(CaseId(1)).detail.row
    }
}

fn clusters() -> ClusterPage {
    let cluster = |pattern: &str, code: &str, n| Cluster {
        pattern: pattern.into(),
        codes: vec![code.into()],
        n,
    };
    ClusterPage {
        clusters: vec![
            cluster("batch:supply:A04:2026-03-01", "A04", 4),
            cluster("street:0151:kongens g:dronningens g", "SPELLING", 3),
            cluster("merger:7080000000001:7080000000002", "A01", 3),
            cluster("spelling:last_name:grid:aa>å", "SPELLING", 2),
            cluster("spelling:organisation_name:both:form", "SPELLING", 2),
        ],
        more: false,
        total: 5,
        per_minute: 60,
    }
}

fn findings(cases: &[i64]) -> ClusterFindings {
    let one = |case: &i64| ClusterFinding {
        finding_id: *case,
        row: wash(CaseId(*case)).detail.row,
        finding: Box::new(card(CaseId(*case))),
    };
    ClusterFindings {
        findings: cases.iter().map(one).collect(),
        last: 104,
        more: false,
        cases: cases.iter().copied().map(CaseId).collect(),
    }
}

/// A desk whose agent washes.
fn washer(columns: u16, rows: u16) -> Script {
    let mut script = Script::new(columns, rows);
    let me = script.model.world.me.as_mut().unwrap();
    me.queues.push(QueueRow {
        queue_id: 4,
        key: "wash".into(),
    });
    script
}

/// Answers what is asked of the wash; everything else as the fixed world does.
fn answer(script: &mut Script, cases: &[i64]) {
    for _ in 0..20 {
        let effects = script.take();
        if effects.is_empty() {
            return;
        }
        for effect in effects {
            match effect {
                Effect::Ask(ticket, Question::Clusters(_)) => {
                    script.reply(ticket, Reply::Clusters(Ok(Box::new(clusters()))));
                }
                Effect::Ask(ticket, Question::Cluster { .. }) => {
                    script.reply(ticket, Reply::Cluster(Ok(Box::new(findings(cases)))));
                }
                Effect::Ask(ticket, Question::Updates(_)) => {
                    script.reply(ticket, Reply::Updates(Ok(Box::new(updates()))));
                }
                Effect::Ask(ticket, Question::Detail(case)) if case.0 > 100 => {
                    script.reply(ticket, Reply::Detail(Ok(Box::new(wash(case)))));
                }
                Effect::Ask(ticket, Question::Facts(asked)) => {
                    let brief = |case: &CaseId| {
                        let detail = wash(*case).detail;
                        Briefly {
                            row: detail.row,
                            facts: detail.facts,
                            party_gln: None,
                            lease: None,
                        }
                    };
                    let page = FactsPage {
                        cases: asked.iter().map(brief).collect(),
                        parties: vec![],
                    };
                    script.reply(ticket, Reply::Facts(Ok(Box::new(page))));
                }
                effect => script.answer(effect),
            }
        }
    }
}

const ALL: [i64; 4] = [101, 102, 103, 104];

/// The cluster of four, opened.
fn opened(columns: u16, rows: u16) -> Script {
    let mut script = washer(columns, rows);
    script.keys("w");
    answer(&mut script, &ALL);
    script.keys("enter");
    answer(&mut script, &ALL);
    script
}

#[test]
fn the_screens_of_clusters_at_three_sizes() {
    for (columns, rows) in SIZES {
        let mut script = washer(columns, rows);
        script.keys("w");
        let name = |what: &str| format!("{what}_{columns}x{rows}");
        insta::assert_snapshot!(name("clusters_loading"), script.screen());
        answer(&mut script, &ALL);
        insta::assert_snapshot!(name("clusters"), script.screen());
        script.keys("enter");
        answer(&mut script, &ALL);
        insta::assert_snapshot!(name("cluster"), script.screen());
    }
}

#[test]
fn an_empty_list_and_one_that_failed_say_so() {
    let mut script = washer(80, 24);
    script.keys("w");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Clusters(None)) = effect {
            script.reply(ticket, Reply::Clusters(Ok(Box::default())));
        }
    }
    let screen = script.screen();
    assert!(
        screen.contains("No two open findings share a pattern"),
        "{screen}"
    );
    script.keys("r");
    for effect in script.take() {
        if let Effect::Ask(ticket, Question::Clusters(None)) = effect {
            let error = StoreError::Bug("torn".into());
            script.reply(ticket, Reply::Clusters(Err(error)));
        }
    }
    let screen = script.screen();
    assert!(
        screen.contains("This could not be read. r tries again."),
        "{screen}"
    );
}

/// Whoever has no part in the wash is told so, and asks nothing.
#[test]
fn without_the_queue_there_are_no_clusters() {
    let mut script = Script::new(80, 24);
    script.take();
    script.keys("w i");
    assert!(script.take().iter().all(|effect| !matches!(
        effect,
        Effect::Ask(_, Question::Clusters(_) | Question::Updates(_))
    )));
    let screen = script.screen();
    assert!(
        screen.contains("The data wash is no queue of yours"),
        "{screen}"
    );
}

/// A note on the first by hand: opened, written, and back at the cluster.
fn solved() -> Script {
    let mut script = opened(120, 40);
    script.keys("=");
    let screen = script.screen();
    assert!(
        screen.contains("Solve one finding of this cluster by hand first"),
        "{screen}"
    );
    script.keys("enter");
    answer(&mut script, &ALL);
    script
        .keys("t")
        .text("checked with the supplier")
        .keys("ctrl-s enter");
    answer(&mut script, &ALL);
    assert!(script.model.world.solved.is_some());
    script.keys("esc");
    answer(&mut script, &ALL);
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Clusters(_))
    ));
    script
}

/// DW-BAS-11: what names one customer is no pattern: it is never done with the others of a cluster. Fails
/// when a name that was typed for one is previewed for the rest.
#[test]
fn what_names_a_customer_is_not_done_with_the_others() {
    let mut script = solved();
    let kept = script.model.world.solved.as_mut().unwrap();
    let mut name = kept.entries[0].clone();
    name.key = "found_last_name".to_owned();
    kept.entries.push(name);
    script.keys("=");
    assert!(!matches!(script.model.layers.last(), Some(Layer::Sheet)));
    let screen = script.screen();
    assert!(screen.contains("names one customer"), "{screen}");
}

/// DW-A02-7, DW-A03-8, DW-A01-10, DW-A01-6: one word of one customer is not that of the others, with `=`,
/// with the key for many and at the command line. Fails when such a key is not known as one of a customer.
#[test]
fn dw_a02_07_what_one_customer_said_is_not_said_of_others() {
    for key in [
        "consent",
        "kept_identity",
        "customer_contacted",
        "customer_agrees",
        "customer_confirms",
        "person_consents",
        "agreed_on",
        "one_without_fnr",
        "same_birth_date",
        "nearly_equal",
    ] {
        assert!(loket::desk::bulk::one::names_one(key), "{key}");
        let mut script = solved();
        let kept = script.model.world.solved.as_mut().unwrap();
        kept.entries[0].key = key.to_owned();
        script.keys("=");
        assert!(!matches!(script.model.layers.last(), Some(Layer::Sheet)));
        let screen = script.screen();
        assert!(screen.contains("names one customer"), "{key}: {screen}");
    }
}

/// DW-A02-7: another code may lift the consent that a couple needs: of A02 and A03 one case at a time.
#[test]
fn dw_a02_07_a_couple_gets_another_code_alone() {
    use loket::desk::bulk::one::is_of_its_own;
    for (code, alone) in [("a01", false), ("a02", true), ("a03", true), ("i01", false)] {
        let given = answers(&[
            ("wash_code", code),
            ("wash_origin", "holdings"),
            ("point", "707057500100000017"),
            ("customer_ref", "G000001"),
        ]);
        let case = Sim::try_open(&WASH, now(), now(), &given).unwrap().case;
        assert_eq!(is_of_its_own("reclassify", &case), alone, "{code}");
        assert!(!is_of_its_own("add_note", &case));
    }
}

/// DW-A01-13, DW-BAS-12: one key is two things in two states. What was done in one is not done with a case
/// in another. Fails when the state of the solution is not compared.
#[test]
fn dw_a01_13_a_solution_is_of_the_state_it_was_done_in() {
    for (from, verdict) in [("missing_new", "will"), ("assess_takeover", "wont")] {
        let mut script = solved();
        let kept = script.model.world.solved.as_mut().unwrap();
        assert_eq!(kept.from, None, "a note is for any state");
        kept.from = Some(from.to_owned());
        script.keys("=");
        answer(&mut script, &ALL);
        let rows = &job(&script).rows;
        assert!(rows.len() == 3 && rows.iter().all(|row| row.verdict.key() == verdict));
        let told = rows
            .iter()
            .filter(|row| row.verdict.said().contains("means something else"));
        assert_eq!(told.count() == 3, verdict == "wont");
    }
}

/// A note on another case of the cluster does not take the place of how one was solved.
#[test]
fn a_note_on_another_case_keeps_the_solution() {
    let mut script = solved();
    let kept = script.model.world.solved.as_mut().unwrap();
    (kept.case, kept.from) = (CaseId(102), Some("missing_new".to_owned()));
    script.keys("enter");
    answer(&mut script, &ALL);
    script.keys("t").text("called").keys("ctrl-s enter");
    answer(&mut script, &ALL);
    let kept = script.model.world.solved.as_ref().unwrap();
    assert_eq!(
        (kept.case, kept.from.as_deref()),
        (CaseId(102), Some("missing_new"))
    );
}

/// A job on all of the cluster whose cases have a wrong name of a business to be corrected.
fn naming() -> Script {
    let mut script = opened(120, 40);
    script.keys("B");
    answer(&mut script, &ALL);
    let typo = |case: &mut Briefly| {
        let given = answers(&[
            ("wash_code", "i03"),
            ("wash_origin", "holdings"),
            ("point", "707057500100000017"),
            ("customer_ref", "G000001"),
        ]);
        let mut sim = Sim::try_open(&WASH, now(), now(), &given).unwrap();
        sim.done("assess", &[("name_alike", "yes")]);
        case.facts = sim.case;
        case.row.holder = None;
    };
    let world = &mut script.model.world;
    world.bulk.as_mut().unwrap().cases.iter_mut().for_each(typo);
    script
}

fn choice(script: &Script, label: &str) -> Option<String> {
    let world = &script.model.world;
    let job = world.bulk.as_deref().unwrap();
    let mut choices = loket::desk::bulk::choices::of(world, job, script.now).into_iter();
    let found = choices.find(|choice| choice.label == label);
    found.unwrap_or_else(|| panic!("{label}")).refusal
}

/// DW-GEN-06, DW-I02-7: what must name one customer is no action on many, also with the general key for
/// many; of one case alone it is.
#[test]
fn dw_gen_06_a_name_is_not_given_to_many() {
    let mut script = naming();
    let refused = choice(&script, "Correct the name").unwrap_or_default();
    assert!(refused.contains("names one customer"), "{refused}");
    assert_eq!(choice(&script, "Another code"), None);
    let job = script.model.world.bulk.as_mut().unwrap();
    job.asked.truncate(1);
    job.cases.truncate(1);
    assert_eq!(choice(&script, "Correct the name"), None);
}

/// DW-GEN-06, DW-BAS-27: an answer that may stay empty is possible with many, and filled in it is refused
/// at its field, and case by case in the preview.
#[test]
fn dw_gen_06_an_answer_that_names_one_is_refused_with_many() {
    use loket::desk::bulk::{Act, plan};
    use loket::desk::form::outcome::Outcome;
    use loket::desk::route::Subject;
    let mut script = naming();
    let act = Act::Action("inbound_update_from_kraft".to_owned());
    let now = script.now;
    let subject = Subject::Many(act.clone());
    let world = &mut script.model.world;
    let mut entries = loket::desk::form::build::entries(world, &subject, now);
    let weighed = plan::weigh(world, &act, &entries, now);
    assert!(matches!(weighed, Outcome::Ready(..)), "{weighed:?}");
    let update = entries
        .iter_mut()
        .find(|entry| entry.key == "inbound_update");
    update.unwrap().set("17");
    match plan::weigh(world, &act, &entries, now) {
        Outcome::Fields(wrong) => {
            assert_eq!(wrong[0].0, "inbound_update");
            assert!(wrong[0].1.contains("case by case"), "{wrong:?}");
        }
        other => panic!("{other:?}"),
    }
    plan::make(world, act, entries, now);
    let rows = &world.bulk.as_deref().unwrap().rows;
    assert!(rows.len() > 1 && rows.iter().all(|row| row.verdict.key() == "wont"));
    assert!(
        rows.iter()
            .all(|row| row.verdict.said().contains("case by case"))
    );
}

/// What was done by hand is previewed for the others, case by case, and nothing is written by that.
#[test]
fn solved_by_hand_the_rest_is_previewed() {
    let mut script = solved();
    script.keys("=");
    answer(&mut script, &ALL);
    assert!(matches!(script.model.layers.last(), Some(Layer::Sheet)));
    let rows: Vec<_> = job(&script).rows.iter().map(|row| row.case.0).collect();
    assert_eq!(rows, [102, 104, 103], "not the one that was solved");
    assert!(
        job(&script)
            .rows
            .iter()
            .all(|row| row.verdict.key() == "will")
    );
    assert!(script.writes().is_empty());
    let screen = script.screen();
    assert!(screen.contains("checked with the supplier"), "{screen}");
    assert!(screen.contains("at most 60 a minute"), "{screen}");
}

/// An action that needs the case to be held: what a colleague has is refused, with the colleague's name.
#[test]
fn each_refusal_of_the_rest_has_its_reason() {
    let mut script = opened(120, 40);
    script.keys("B");
    answer(&mut script, &ALL);
    let choices = &job(&script).choices;
    let at = choices
        .iter()
        .position(|choice| choice.label == "Check the own system");
    for _ in 0..at.unwrap() {
        script.keys("j");
    }
    script.keys("enter 2 tab 2 ctrl-s");
    answer(&mut script, &ALL);
    let verdicts: Vec<_> = job(&script)
        .rows
        .iter()
        .map(|row| (row.case.0, row.verdict.key()))
        .collect();
    assert_eq!(
        verdicts,
        [(101, "will"), (102, "will"), (104, "will"), (103, "wont")],
        "{}",
        script.screen()
    );
    let said = job(&script).rows[3].verdict.said();
    assert!(said.contains("Joost Bakker"), "{said}");
}

/// The next case leaves no sooner than the pace says; the stop key ends it in between, and what was
/// not tried says so.
#[test]
fn a_release_keeps_its_pace_and_can_be_stopped() {
    let mut script = solved();
    script.keys("=");
    answer(&mut script, &ALL);
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(
        call,
        Call::Apply {
            case: CaseId(102),
            ..
        }
    ));
    script.reply(ticket, crate::support::desk::written(&call));
    assert!(script.writes().is_empty(), "the second waits");
    script.now += TimeDelta::milliseconds(900);
    script.send(Msg::Wake);
    assert!(
        script.writes().is_empty(),
        "the second waits a whole second"
    );
    let wake = loket::desk::next_wake(&script.model, script.now);
    assert!(wake.is_some_and(|at| at <= script.now + TimeDelta::milliseconds(100)));
    script.now += TimeDelta::milliseconds(100);
    script.send(Msg::Wake);
    let (ticket, call) = script.writes().remove(0);
    assert!(matches!(
        call,
        Call::Apply {
            case: CaseId(104),
            ..
        }
    ));
    script.reply(ticket, crate::support::desk::written(&call));
    script.keys("esc");
    script.send(Msg::Wake);
    assert!(script.writes().is_empty());
    let verdicts: Vec<_> = job(&script)
        .rows
        .iter()
        .map(|row| row.verdict.key())
        .collect();
    assert_eq!(verdicts, ["done", "done", "untried"]);
    answer(&mut script, &ALL);
    script.keys("esc");
    answer(&mut script, &ALL);
    let back = script.model.layers.last();
    assert!(matches!(back, Some(Layer::Clusters(list)) if list.open.is_some()));
}

/// Everything of a run that has not left is taken back with one key and a preview; the rest says why not.
#[test]
fn a_release_is_taken_back_as_far_as_it_has_not_left() {
    let mut script = solved();
    script.keys("=");
    answer(&mut script, &ALL);
    {
        let job = script.model.world.bulk.as_deref_mut().unwrap();
        job.run = loket::desk::bulk::run::Run::Ended;
        let until = script.now + TimeDelta::seconds(90);
        for (row, ends) in job
            .rows
            .iter_mut()
            .zip([until, now() - TimeDelta::hours(1), until])
        {
            row.verdict = Verdict::Done("written".into());
            row.undo = Some(UndoOffer {
                seq: 7,
                until: ends,
            });
        }
    }
    script.keys("U");
    let verdicts: Vec<_> = job(&script)
        .rows
        .iter()
        .map(|row| row.verdict.key())
        .collect();
    assert_eq!(verdicts, ["will", "wont", "will"]);
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    assert_eq!(
        call,
        Call::TakeBack {
            case: CaseId(102),
            seq: 7
        }
    );
    script.reply(ticket, crate::support::desk::written(&call));
    assert_eq!(job(&script).rows[0].verdict.key(), "done");
}

fn updates() -> WaitingUpdates {
    let theirs = EvidenceRow {
        name: "Geir Christensen".into(),
        ..held("", 1)
    };
    let one = |update_id: i64, case: Option<&str>| WaitingUpdate {
        update_id,
        reference: format!("KL-{update_id}"),
        point: "707057500100000017".into(),
        supplier: "Nordlys Kraft".into(),
        received_at: now(),
        protected: update_id == 9,
        names: None,
        case_id: case.map(|_| CaseId(101)),
        case_no: case.map(str::to_owned),
        ours: (update_id != 9).then(|| held("Geir Kristensen", 1)),
        theirs: (update_id != 9).then(|| theirs.clone()),
    };
    WaitingUpdates {
        updates: vec![one(7, None), one(8, Some("WA-2026-000101")), one(9, None)],
        more: false,
        total: 3,
    }
}

fn list(columns: u16, rows: u16) -> Script {
    let mut script = washer(columns, rows);
    script.keys("i");
    answer(&mut script, &ALL);
    script
}

#[test]
fn the_list_of_updates_at_three_sizes() {
    for (columns, rows) in SIZES {
        let script = list(columns, rows);
        insta::assert_snapshot!(format!("updates_{columns}x{rows}"), script.screen());
    }
}

/// DW-BAS-12: an update is approved after a look at what changes.
#[test]
fn dw_bas_12_an_update_is_approved_after_a_look_at_what_changes() {
    let mut script = list(100, 30);
    script.keys("a");
    let screen = script.screen();
    assert!(
        screen.contains("Geir Kristensen -> Geir Christensen"),
        "{screen}"
    );
    assert!(script.writes().is_empty());
    script.keys("enter");
    let (ticket, call) = script.writes().remove(0);
    assert!(
        matches!(
            call,
            Call::EndUpdate {
                id: 7,
                approve: true,
                ..
            }
        ),
        "{call:?}"
    );
    script.reply(ticket, Reply::Set(Ok(())));
    let asked = script.take();
    assert!(
        asked
            .iter()
            .any(|it| matches!(it, Effect::Ask(_, Question::Updates(0)))),
        "the list is read anew: {asked:?}"
    );
    assert!(matches!(
        script.model.layers.last(),
        Some(Layer::Updates(_))
    ));
}

/// DW-BAS-12: rejected with a reason only; what the database refuses is told and the reason stays.
#[test]
fn dw_bas_12_an_update_is_rejected_with_a_reason_only() {
    let mut script = list(100, 30);
    script.keys("R ctrl-s");
    script.keys("enter");
    assert!(script.writes().is_empty(), "{}", script.screen());
    script.text("not our point").keys("ctrl-s enter");
    let (ticket, call) = script.writes().remove(0);
    let why = Some("not our point".to_owned());
    assert_eq!(
        call,
        Call::EndUpdate {
            id: 7,
            approve: false,
            why
        }
    );
    let refusal = loket::process::engine::Refusal::new("update_ended");
    script.reply(ticket, Reply::Set(Err(StoreError::Refused(refusal))));
    let screen = script.screen();
    assert!(screen.contains("not our point"), "{screen}");
}

/// DW-BAS-26: an update that a live case looks at is ended there; one key opens the case.
#[test]
fn dw_bas_26_an_update_in_a_case_is_ended_in_the_case() {
    let mut script = list(100, 30);
    script.keys("j a");
    let screen = script.screen();
    assert!(screen.contains("A case looks at this update"), "{screen}");
    script.keys("enter");
    let asked = script.take();
    assert!(
        asked
            .iter()
            .any(|it| matches!(it, Effect::Ask(_, Question::Detail(CaseId(101))))),
        "{asked:?}"
    );
}

/// META-05: of a protected person the list says that there is something, and nothing else.
#[test]
fn an_update_of_a_protected_person_shows_nothing_of_them() {
    let mut script = list(100, 30);
    script.keys("G");
    let screen = script.screen();
    assert!(screen.contains("protected person"), "{screen}");
    assert!(
        !screen.contains("Kristensen") && !screen.contains("Knudsen"),
        "{screen}"
    );
}

/// DW-A02-7, DW-A03-5, DW-BAS-12: the list says why an update is not approved and what to do instead; the
/// key for it does nothing, the one that rejects it works.
#[test]
fn dw_a02_07_the_list_says_why_another_end_user_is_not_approved() {
    for (names, says) in [
        ("number", "another number than ours"),
        ("name", "somebody else by name"),
        ("kind", "a business where we have a person"),
        ("nobody", "No customer of ours"),
    ] {
        let mut script = washer(160, 48);
        script.keys("i");
        let mut page = updates();
        page.updates[0].names = Some(names.into());
        for effect in script.take() {
            if let Effect::Ask(ticket, Question::Updates(_)) = effect {
                script.reply(ticket, Reply::Updates(Ok(Box::new(page.clone()))));
            }
        }
        let screen = script.screen();
        assert!(
            screen.contains(says) && screen.contains("R rejects"),
            "{screen}"
        );
        script.keys("a");
        let is_list =
            |script: &Script| matches!(script.model.layers.last(), Some(Layer::Updates(_)));
        assert!(is_list(&script), "{}", script.screen());
        script.keys("R");
        assert!(!is_list(&script), "{}", script.screen());
    }
}
