//! The register of signals and the count that proposes a party, on a real database (GT-06, GT-17).

use loket::exchange::worker::Worker;
use loket::process::engine::{self, Actor};
use loket::process::party_report::PARTY_REPORT;
use loket::store::case::Opening;
use loket::store::rows::{CaseId, Opened};
use uuid::Uuid;

use crate::exchange_world::{folder, options};
use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::{PROVIDER, SUPPLIER, World, answers, ean, free, word};

async fn world() -> World {
    let world = World::new().await;
    let morning = "2026-11-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    world
}

async fn signal(world: &World, n: u32, party: &str) -> CaseId {
    match world
        .open(&world.admin, n, party, false, None)
        .await
        .unwrap()
    {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}

/// Cases about offenders with party, state and evidence, the oldest first.
async fn proposals(world: &World) -> Vec<(String, String, serde_json::Value)> {
    let pool = world.db.pool(SUPERUSER, 1).await;
    sqlx::query_as(
        "SELECT party_gln, state, facts FROM loket.cases WHERE process = 'repeat_offender' ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap()
}

/// GT-17: three like signals in the window propose a party, once; two do not, nor do old ones.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_the_count_proposes_once() {
    let world = world().await;
    let worker = Worker::open(world.db.store("worker_1"), options(&folder("signals")))
        .await
        .unwrap();
    for n in 1..=2 {
        signal(&world, n, SUPPLIER).await;
    }
    signal(&world, 3, PROVIDER).await;
    worker.once().await.unwrap();
    assert!(proposals(&world).await.is_empty(), "two and one");
    signal(&world, 4, SUPPLIER).await;
    for _ in 0..2 {
        worker.once().await.unwrap();
        let found = proposals(&world).await;
        let [(party, state, facts)] = &found[..] else {
            panic!("{found:?}")
        };
        assert_eq!((party.as_str(), state.as_str()), (SUPPLIER, "proposed"));
        assert_eq!(facts["signal_type"], "no_permission");
        assert_eq!(facts["evidence"].as_array().unwrap().len(), 3, "{facts}");
    }
    // ninety days on the three are old, and two new ones are no three
    world
        .admin
        .clock_set("2027-02-20T08:00:00Z".parse().unwrap())
        .await
        .unwrap();
    for n in 5..=6 {
        signal(&world, n, PROVIDER).await;
    }
    worker.once().await.unwrap();
    assert_eq!(proposals(&world).await.len(), 1);
}

/// GT-17: how many in how long is set by leads; agents see it.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_the_threshold_is_set_by_leads() {
    let world = world().await;
    let lead = Shell::of(&world.db.url("lead_1"));
    let said = lead.run("report threshold");
    assert!(
        said.out.contains('3') && said.out.contains("90"),
        "{said:?}"
    );
    let said = lead.run("report threshold --signals 2 --days 30");
    assert!(
        said.out.contains('2') && said.out.contains("30"),
        "{said:?}"
    );
    let anna = Shell::of(&world.db.url("anna"));
    let refused = anna.run("report threshold --signals 5");
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(anna.run("report threshold").out.contains("30"));
    let worker = Worker::open(world.db.store("worker_1"), options(&folder("threshold")))
        .await
        .unwrap();
    for n in 1..=2 {
        signal(&world, n, SUPPLIER).await;
    }
    worker.once().await.unwrap();
    assert_eq!(proposals(&world).await.len(), 1);
}

/// GT-06: each signal counts once for its party, kind and month; what was taken back does not.
#[tokio::test(flavor = "multi_thread")]
async fn gt_06_signals_are_counted_per_party_kind_and_month() {
    let world = world().await;
    signal(&world, 1, SUPPLIER).await;
    signal(&world, 2, SUPPLIER).await;
    signal(&world, 3, PROVIDER).await;
    let case = signal(&world, 4, PROVIDER).await;
    // a further signal on a case that is open
    let desk = world.desk("anna").await;
    let lease = desk.take(case).await;
    let further = answers([("source", word("acm")), ("signal_type", word("other"))]);
    desk.act(case, Some(lease), "further_signal", &further)
        .await
        .unwrap();
    let shell = Shell::of(&world.db.url("anna"));
    let said = shell.run("report signals --csv");
    let lines: Vec<_> = said.out.lines().collect();
    let expected = [
        "month,party_gln,party,signal_type,signals,cases".to_owned(),
        format!("2026-11,{SUPPLIER},Zonnebloem Energie,no_permission,2,2"),
        format!("2026-11,{PROVIDER},Meterblik Inzicht,no_permission,2,2"),
        format!("2026-11,{PROVIDER},Meterblik Inzicht,other,1,1"),
    ];
    assert_eq!(lines, expected, "{said:?}");
    assert!(
        shell
            .run("report signals --from 2025-01 --to 2025-02")
            .out
            .contains("No signals")
    );

    let counted = async || -> i64 {
        let pool = world.db.pool(SUPERUSER, 1).await;
        let sql = "SELECT count(*) FROM loket.signals";
        sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap()
    };
    // the report of a party whose findings were accepted is a signal, until that is taken back
    let report = reported(&world, 5).await;
    world.admin.grace_set(60).await.unwrap();
    let lease = desk.take(report).await;
    let nothing = answers([]);
    let accepted = desk.act(report, Some(lease), "accept_findings", &nothing);
    accepted.await.unwrap();
    assert_eq!(counted().await, 6);
    let seq = desk.store.timeline(report, None, 1).await.unwrap()[0].seq;
    let back = desk
        .store
        .case_take_back(Uuid::now_v7(), desk.id(), report, seq);
    back.await.unwrap();
    assert_eq!(counted().await, 5, "what was taken back is no signal");
}

/// GT-06, GT-17: per party the kinds, the last signal, what the count holds against the threshold, and the
/// case that is open; behind it the signals, page by page, each once. Of a case in a queue of others
/// nothing but that there is one.
#[tokio::test(flavor = "multi_thread")]
async fn gt_06_the_register_of_a_party_names_its_signals() {
    let world = world().await;
    for n in 1..=4 {
        signal(&world, n, SUPPLIER).await;
    }
    signal(&world, 5, PROVIDER).await;
    let anna = world.db.store("anna");
    let (from, to) = ("2026-09-01".parse().unwrap(), "2026-12-01".parse().unwrap());
    let register = anna.signal_parties(from, to).await.unwrap();
    assert_eq!((register.threshold, register.days), (3, 90));
    let [supplier, provider] = &register.parties[..] else {
        panic!("{register:?}")
    };
    assert_eq!((supplier.signals, supplier.alike), (4, 4));
    assert_eq!(supplier.kinds, [("no_permission".to_owned(), 4)]);
    assert_eq!((provider.signals, provider.alike), (1, 1));
    assert!(supplier.proposal.is_none());
    let worker = Worker::open(world.db.store("worker_1"), options(&folder("register")));
    worker.await.unwrap().once().await.unwrap();
    let register = anna.signal_parties(from, to).await.unwrap();
    let supplier = &register.parties[0];
    let proposal = supplier.proposal.as_ref().unwrap();
    assert_eq!(proposal.state, "proposed");
    assert_eq!(supplier.alike, 0, "counted anew since it was proposed");
    assert_eq!(supplier.signals, 4, "the register keeps them");

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = anna.signals_of_party(SUPPLIER, (from, to), after, 3).await;
        let page = page.unwrap();
        after = page.last().map(loket::store::signals::SignalSeen::place);
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    assert_eq!(seen.len(), 4);
    assert!(seen.windows(2).all(|two| two[0].place() > two[1].place()));
    assert!(seen.iter().all(|it| it.case_no.starts_with("GT-2026-")));
    let empty = anna.signal_parties("2025-01-01".parse().unwrap(), "2025-02-01".parse().unwrap());
    assert!(empty.await.unwrap().parties.is_empty());
    let all = anna.signal_parties("2000-01-01".parse().unwrap(), to).await;
    assert!(all.is_err(), "a bound");

    let shell = Shell::of(&world.db.url("anna"));
    let said = shell.run(&format!("report signals --party {SUPPLIER} --csv"));
    let lines: Vec<_> = said.out.lines().collect();
    assert_eq!(
        lines[0],
        "received_at,party_gln,signal_type,case_no,process,state"
    );
    assert_eq!(lines.len(), 5, "{said:?}");
    let said = shell.run(&format!("report signals --party {PROVIDER}"));
    assert!(said.out.contains("GT-2026-000005"), "{said:?}");
    let pool = world.db.pool(SUPERUSER, 1).await;
    let moved = "UPDATE loket.cases SET queue_id = (SELECT queue_id FROM loket.queues WHERE key = 'sharing')
        WHERE case_no = 'GT-2026-000005'";
    sqlx::query(moved).execute(&pool).await.unwrap();
    let hidden = anna.signals_of_party(PROVIDER, (from, to), None, 10).await;
    assert_eq!(hidden.unwrap()[0].case_no, "");
}

/// The report of a supplier that it handled a customer's doubt itself, on the n-th connection.
async fn reported(world: &World, n: u32) -> CaseId {
    let context = world.context(Actor::System).await;
    let given = answers([
        ("ean", word(&ean(n))),
        ("party_gln", word(SUPPLIER)),
        ("findings", free("handled")),
        ("actions", free("told")),
        ("complaint_closed_at", word("2026-11-16T07:00:00Z")),
        ("satisfaction", word("dissatisfied")),
    ]);
    let change = engine::open(&PARTY_REPORT, context.now, &given, &context).unwrap();
    let opening = Opening {
        cmd: context.command,
        session: None,
        change: &change,
        reference: None,
        answers: &given,
        calendars: &world.calendars,
    };
    match world.admin.case_open(&opening).await.unwrap() {
        Opened::New { case_id, .. } => case_id,
        other => panic!("{other:?}"),
    }
}
