//! Consumption in the database: exports come in once, corrections are kept, days of 23 and 25 hours add
//! up, and it is seen under a mandate in force only, with a purpose (FLU-02, 06, 07, 26, 28, 31, 32).

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loket::domain::consumption::shown::Naming;
use loket::domain::consumption::{Energy, Register, Status, ZONE, days};
use loket::process::engine::{self, Actor, Answers};
use loket::process::find;
use loket::store::StoreError;
use loket::store::admin::AgentRow;
use loket::store::case::Opening;
use loket::store::consumption::{Consumption, Look, Step};
use loket::store::rows::{CaseId, Opened};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::shell::Shell;
use crate::support::world::{Desk, PROVIDER, World, answers, ean, free, word, yes};

pub(crate) const HEADER: &str = "Van datum;Van tijdstip;Tot datum;Tot tijdstip;EAN;Meter;Metertype;Register;\
    Volume;Eenheid;Validatiestatus\n";
const KBO: &str = "0566988259";

pub(crate) async fn world() -> World {
    let world = World::new().await;
    let morning = "2026-11-16T08:00:00Z".parse().unwrap();
    world.admin.clock_set(morning).await.unwrap();
    let queues = vec!["mandate".to_owned(), "sharing".to_owned()];
    let agent = AgentRow {
        db_role: "anna".to_owned(),
        name: "Anna".to_owned(),
        role: "agent".to_owned(),
        queues,
        firm: None,
        disabled_at: None,
    };
    world.db.store(SUPERUSER).agent_add(&agent).await.unwrap();
    world
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A quarter-hour of the n-th connection as the source writes it.
fn row(n: u32, start: DateTime<Utc>, register: &str, volume: &str, status: &str) -> String {
    let wall = |at: DateTime<Utc>| at.with_timezone(&ZONE).format("%d-%m-%Y;%H:%M:%S");
    let end = start + TimeDelta::minutes(15);
    format!(
        "{};{};=\"{}\";1SAG1;Digitale Meter;{register};{volume};kWh;{status}\n",
        wall(start),
        wall(end),
        ean(n)
    )
}

/// A whole local day of 0,100 kWh each.
pub(crate) fn whole_day(n: u32, date: NaiveDate, volume: &str, status: &str) -> String {
    let mut text = String::from(HEADER);
    for quarter in 0..days::stretches(date, 15) {
        let start = days::begin(date) + TimeDelta::minutes(15 * quarter);
        write!(text, "{}", row(n, start, "Afname Dag", volume, status)).unwrap();
    }
    text
}

pub(crate) fn report(shell: &Shell, line: &str, file: &str) -> serde_json::Value {
    let said = shell.run_with(line, file);
    serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error}: {said:?}"))
}

pub(crate) fn counts(report: &serde_json::Value) -> [u64; 4] {
    ["new", "changed", "known", "refused"].map(|key| report["files"][0][key].as_u64().unwrap())
}

pub(crate) async fn open(
    world: &World,
    process: &str,
    given: &Answers,
) -> Result<CaseId, StoreError> {
    open_by(&world.admin, None, world, (process, Actor::System), given).await
}

async fn open_by(
    store: &loket::store::Store,
    session: Option<Uuid>,
    world: &World,
    (process, actor): (&str, Actor),
    given: &Answers,
) -> Result<CaseId, StoreError> {
    let context = world.context(actor).await;
    let process = find(process).unwrap();
    let change = engine::open(process, context.now, given, &context).unwrap();
    let opening = Opening {
        cmd: context.command,
        session,
        change: &change,
        reference: None,
        answers: given,
        calendars: &world.calendars,
    };
    match store.case_open(&opening).await? {
        Opened::New { case_id, .. } => Ok(case_id),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn contract() -> Answers {
    answers([
        ("party_gln", word(PROVIDER)),
        ("company_number", word(KBO)),
        ("data_channel", word("website")),
        ("signed_on", word("2026-04-01")),
        ("approved_on", word("2026-04-08")),
        ("contract_number", word("3599900040700")),
    ])
}

pub(crate) fn mandate(n: u32, granularity: &str) -> Answers {
    answers([
        ("ean", word(&ean(n))),
        ("party_gln", word(PROVIDER)),
        ("requested_by", word("grid_user")),
        ("granularity", word(granularity)),
        ("period_from", word("2025-01-01")),
        ("period_to", word("2026-12-31")),
        ("approved_at", word("2026-03-01T09:00:00Z")),
    ])
}

pub(crate) async fn shared(world: &World, n: u32, granularity: &str) -> CaseId {
    match open(world, "contract", &contract()).await {
        Ok(_) => {}
        Err(error) => assert_eq!(key(&error), ("contract_exists", "FLU-07")),
    }
    open(world, "sharing", &mandate(n, granularity))
        .await
        .unwrap()
}

pub(crate) fn key(error: &StoreError) -> (&str, &str) {
    match error {
        StoreError::Refused(refusal) => (&refusal.key, &refusal.rule),
        other => panic!("{other:?}"),
    }
}

fn asked(case_id: CaseId, (from, to): (&str, &str), step: Step) -> Look<'static> {
    Look {
        case_id,
        from: day(from),
        to: day(to),
        step,
        purpose: "question",
        is_export: false,
        naming: Naming::Masked,
    }
}

pub(crate) async fn look(
    desk: &Desk<'_>,
    case_id: CaseId,
    (from, to): (&str, &str),
    step: Step,
) -> Result<Consumption, StoreError> {
    let look = asked(case_id, (from, to), step);
    desk.store
        .consumption_read(Uuid::now_v7(), desk.id(), &look)
        .await
}

/// The same file twice adds nothing, a dry run writes nothing, an unknown connection is refused with its
/// line, and a file can be said to be of a connection.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_export_twice_adds_nothing() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let file = whole_day(1, day("2026-06-15"), "0,100", "Gevalideerd")
        + &row(
            41,
            "2026-06-15T08:00:00Z".parse().unwrap(),
            "Afname Dag",
            "0,100",
            "Geschat",
        )
        + &row(
            1,
            "2026-06-15T08:00:00Z".parse().unwrap(),
            "Injectie Dag",
            "",
            "Geen verbruik",
        );
    let line = "import consumption --json -";
    let dry = report(&shell, "import consumption --dry-run --json -", &file);
    assert_eq!(
        (counts(&dry), &dry["files"][0]["checked"]),
        ([0, 0, 0, 1], &96.into())
    );
    let first = report(&shell, line, &file);
    assert_eq!(counts(&first), [96, 0, 0, 1]);
    assert_eq!(first["files"][0]["missing"], 1);
    assert_eq!(first["refused"][0]["line"], 98);
    assert_eq!(counts(&report(&shell, line, &file)), [0, 0, 96, 1]);

    let other = format!("import consumption --ean {} --json -", ean(2));
    let told = report(&shell, &other, &file);
    assert_eq!(
        counts(&told),
        [96, 0, 0, 1],
        "the second number in it is refused"
    );
    let said = shell.run_with("import consumption -", "gln;name\n1;2\n");
    assert_eq!(said.code, 2, "{said:?}");
}

/// A surer value takes the place of a reckoned one, which is kept beside; a reckoned one never takes the
/// place of a surer one. The day follows.
#[tokio::test(flavor = "multi_thread")]
async fn corrections_replace_what_is_less_sure_and_are_kept() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let line = "import consumption --json -";
    let date = day("2026-06-15");
    let first = whole_day(1, date, "0,100", "Geschat");
    assert_eq!(counts(&report(&shell, line, &first)), [96, 0, 0, 0]);
    let better = whole_day(1, date, "0,150", "Gevalideerd");
    assert_eq!(counts(&report(&shell, line, &better)), [0, 96, 0, 0]);
    assert_eq!(counts(&report(&shell, line, &first)), [0, 0, 96, 0]);
    let case = shared(&world, 1, "day_and_fine").await;
    let desk = world.desk("anna").await;
    let found = look(&desk, case, ("2026-06-15", "2026-06-16"), Step::Day)
        .await
        .unwrap();
    assert_eq!(found.energy, Energy::Electricity);
    let [total] = found.values[..] else {
        panic!("{found:?}")
    };
    assert_eq!((total.value, total.covered), (96 * 150, 1440));
    assert_eq!(
        (total.register, total.status),
        (Register::OfftakeDay, Status::Validated)
    );
    let pool = world.db.pool(SUPERUSER, 1).await;
    let kept: (i64, i64) = sqlx::query_as(
        "SELECT count(*), sum(new_value - old_value)::bigint FROM loket.consumption_changes",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(kept, (96, 96 * 50));
}

/// Two meters of one connection are values of their own and added up where they are shown; a meter that
/// says nothing in between is missing, and a file that names no meter counts only where none has a value.
/// (Values without the meter in their key took each other's place.)
#[tokio::test(flavor = "multi_thread")]
async fn flu_34_the_meters_of_a_connection_are_added_up() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let line = "import consumption --json -";
    let date = day("2026-06-15");
    let first = whole_day(1, date, "0,100", "Gevalideerd");
    let hole = row(
        1,
        days::begin(date) + TimeDelta::hours(8),
        "Afname Dag",
        "0,030",
        "Geschat",
    );
    let other = whole_day(1, date, "0,030", "Geschat").replace(&hole, "");
    let other = other.replace("1SAG1", "1SAG2");
    assert_eq!(counts(&report(&shell, line, &first)), [96, 0, 0, 0]);
    assert_eq!(counts(&report(&shell, line, &other)), [95, 0, 0, 0]);
    assert_eq!(counts(&report(&shell, line, &other)), [0, 0, 95, 0]);
    let none = whole_day(1, date, "9,999", "Gevalideerd").replace("1SAG1", "");
    assert_eq!(counts(&report(&shell, line, &none)), [0, 0, 96, 0]);

    let case = shared(&world, 1, "day_and_fine").await;
    let desk = world.desk("anna").await;
    let range = ("2026-06-15", "2026-06-16");
    let found = look(&desk, case, range, Step::Day).await.unwrap();
    let [total] = found.values[..] else {
        panic!("{found:?}")
    };
    let sum = 96 * 100 + 95 * 30;
    assert_eq!((total.value, total.covered), (sum, 1425));
    assert_eq!(total.status, Status::Estimated);
    let fine = Step::Fine(Energy::Electricity);
    let found = look(&desk, case, range, fine).await.unwrap();
    assert_eq!(found.values.iter().map(|one| one.value).sum::<i64>(), sum);
    let lacking: Vec<_> = found.values.iter().filter(|one| one.covered == 0).collect();
    let [lacking] = lacking[..] else {
        panic!("{lacking:?}")
    };
    assert_eq!(lacking.start, days::begin(date) + TimeDelta::hours(8));

    // where no meter has a value, what is said of the connection counts
    let alone = whole_day(1, day("2026-06-17"), "0,010", "Geschat").replace("1SAG1", "");
    assert_eq!(counts(&report(&shell, line, &alone)), [96, 0, 0, 0]);
    let found = look(&desk, case, ("2026-06-17", "2026-06-18"), Step::Day).await;
    assert_eq!(found.unwrap().values[0].value, 960);

    // one meter after the other makes one day
    let next = whole_day(1, day("2026-06-16"), "0,100", "Gevalideerd");
    let half = next.lines().count() / 2;
    let changed = next.lines().enumerate().map(|(number, line)| {
        let line = line.to_owned() + "\n";
        if number > half {
            line.replace("1SAG1", "1SAG3")
        } else {
            line
        }
    });
    report(&shell, line, &changed.collect::<String>());
    let found = look(&desk, case, ("2026-06-16", "2026-06-17"), Step::Day).await;
    let found = found.unwrap().values;
    assert_eq!((found[0].value, found[0].covered), (9600, 1440));
}

/// What is found over a time: the sum, and the minutes for which there are values.
async fn added_up(desk: &Desk<'_>, case: CaseId, range: (&str, &str), step: Step) -> (i64, i64) {
    let found = look(desk, case, range, step).await.unwrap();
    let sum = found.values.iter().map(|one| one.value).sum();
    (sum, found.values.iter().map(|one| one.covered).sum())
}

/// The days on which clocks change have 92 and 100 quarter-hours, and their totals, weeks and months
/// have them all.
#[tokio::test(flavor = "multi_thread")]
async fn days_of_23_and_25_hours_add_up() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    for (date, quarters) in [("2026-03-29", 92), ("2025-10-26", 100), ("2026-06-15", 96)] {
        let export = whole_day(1, day(date), "0,100", "Gevalideerd");
        let found = report(&shell, "import consumption --json -", &export);
        assert_eq!(counts(&found), [quarters, 0, 0, 0], "{date}");
        let case = shared(&world, 1, "day_and_fine").await;
        let anna = world.desk("anna").await;
        let next = day(date).succ_opt().unwrap().to_string();
        let fine = Step::Fine(Energy::Electricity);
        let all = look(&anna, case, (date, &next), fine).await.unwrap();
        let starts: BTreeSet<_> = all.values.iter().map(|one| one.start).collect();
        assert_eq!(
            starts.len() as u64,
            quarters,
            "each at an instant of its own"
        );
        let whole = i64::try_from(quarters).unwrap();
        let whole = (whole * 100, whole * 15);
        let first = days::first_of_month(day(date)).to_string();
        for step in [fine, Step::Day] {
            let found = added_up(&anna, case, (date, &next), step).await;
            assert_eq!(found, whole, "{date} {step:?}");
        }
        for step in [Step::Week, Step::Month] {
            let found = added_up(&anna, case, (&first, &next), step).await;
            assert_eq!(found, whole, "{date} {step:?}");
        }
    }
}

/// FLU-06, FLU-07: no mandate without a contract in force, one contract for an organisation, and after
/// its end nothing is seen under it any more.
#[tokio::test(flavor = "multi_thread")]
async fn flu_06_nothing_is_shared_without_a_contract_in_force() {
    let world = world().await;
    let refused = open(&world, "sharing", &mandate(1, "day"))
        .await
        .unwrap_err();
    assert_eq!(key(&refused), ("no_contract_in_force", "FLU-06"));
    let held = open(&world, "contract", &contract()).await.unwrap();
    let twice = open(&world, "contract", &contract()).await.unwrap_err();
    assert_eq!(key(&twice), ("contract_exists", "FLU-07"));
    let case = open(&world, "sharing", &mandate(1, "day")).await.unwrap();
    let desk = world.desk("anna").await;
    let range = ("2026-06-01", "2026-07-01");
    assert!(
        look(&desk, case, range, Step::Day)
            .await
            .unwrap()
            .values
            .is_empty()
    );
    let lease = desk.take(held).await;
    let given = answers([("reason", free("the firm stops"))]);
    desk.act(held, Some(lease), "terminate", &given)
        .await
        .unwrap();
    let gone = look(&desk, case, range, Step::Day).await.unwrap_err();
    assert_eq!(key(&gone), ("no_contract_in_force", "FLU-06"));
}

/// FLU-03, FLU-26, FLU-27, FLU-30, FLU-31, FLU-32, FLU-36: the database holds to the mandate as well,
/// whatever a client asks.
#[tokio::test(flavor = "multi_thread")]
async fn flu_31_the_database_shows_what_the_mandate_allows_and_no_more() {
    let world = world().await;
    let days_only = shared(&world, 1, "day").await;
    let fine_only = shared(&world, 2, "fine").await;
    let desk = world.desk("anna").await;
    let fine = Step::Fine(Energy::Electricity);
    let refused = async |case, range, step| {
        let error = look(&desk, case, range, step).await.unwrap_err();
        key(&error).1.to_owned()
    };
    assert_eq!(
        refused(days_only, ("2026-06-15", "2026-06-22"), fine).await,
        "FLU-03"
    );
    assert_eq!(
        refused(fine_only, ("2026-06-15", "2026-06-23"), fine).await,
        "FLU-26"
    );
    assert_eq!(
        refused(fine_only, ("2026-06-15", "2026-06-22"), Step::Day).await,
        "FLU-36"
    );
    assert_eq!(
        refused(days_only, ("2024-12-31", "2025-01-02"), Step::Day).await,
        "FLU-27"
    );
    assert_eq!(
        refused(days_only, ("2026-12-01", "2027-01-01"), Step::Day).await,
        "FLU-27"
    );
    let moved = answers([
        ("market_scenario", word("mo")),
        ("effective_date", word("2026-06-18")),
    ]);
    let lease = desk.take(days_only).await;
    desk.act(days_only, Some(lease), "market_scenario", &moved)
        .await
        .unwrap();
    assert_eq!(
        refused(days_only, ("2026-06-15", "2026-06-22"), Step::Day).await,
        "FLU-31"
    );
    assert!(
        look(&desk, days_only, ("2026-06-15", "2026-06-18"), Step::Day)
            .await
            .is_ok()
    );
    // the change alone is enough, whatever became of the end of the period
    let pool = world.db.pool(SUPERUSER, 1).await;
    let longer = "UPDATE loket.cases SET facts = facts || '{\"period_to\":\"2026-12-31\"}'";
    sqlx::query(longer).execute(&pool).await.unwrap();
    assert_eq!(
        refused(days_only, ("2026-06-15", "2026-06-19"), Step::Day).await,
        "FLU-31"
    );
    let ended = answers([("identity_confirmed", yes(true))]);
    desk.act(days_only, Some(lease), "ended_by_customer", &ended)
        .await
        .unwrap();
    assert_eq!(
        refused(days_only, ("2026-06-15", "2026-06-18"), Step::Day).await,
        "FLU-32"
    );
}

/// Each look is an event of the case with its purpose and nothing of what was seen; the version stays.
#[tokio::test(flavor = "multi_thread")]
async fn looking_is_an_event_with_a_purpose() {
    let world = world().await;
    let shell = Shell::of(&world.db.url("admin_1"));
    let file = whole_day(1, day("2026-06-15"), "7,777", "Gevalideerd");
    report(&shell, "import consumption --json -", &file);
    let case = shared(&world, 1, "day").await;
    let desk = world.desk("anna").await;
    let before = desk.store.case_detail(case).await.unwrap().row.version;
    let mut asked = Look {
        purpose: "curiosity",
        is_export: true,
        ..asked(case, ("2026-06-15", "2026-06-22"), Step::Day)
    };
    let cmd = Uuid::now_v7();
    let refused = desk
        .store
        .consumption_read(cmd, desk.id(), &asked)
        .await
        .unwrap_err();
    assert_eq!(key(&refused).0, "not_a_choice");
    asked.purpose = "hand_over";
    for _ in 0..2 {
        let found = desk
            .store
            .consumption_read(cmd, desk.id(), &asked)
            .await
            .unwrap();
        assert_eq!(
            found.values.len(),
            1,
            "a repeated question is answered again"
        );
    }
    assert_eq!(
        desk.store.case_detail(case).await.unwrap().row.version,
        before
    );
    let pool = world.db.pool(SUPERUSER, 1).await;
    let events: Vec<(String, serde_json::Value)> = sqlx::query_as(
        "SELECT kind, body FROM loket.case_events WHERE case_id = $1 AND kind LIKE 'consumption%'",
    )
    .bind(case.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    let [(kind, body)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (kind.as_str(), &body["purpose"]),
        ("consumption_exported", &"hand_over".into())
    );
    assert!(!body.to_string().contains("7777"), "{body}");
    // who comes back with it later looks anew: that needs an id, and an event, of its own
    sqlx::query("UPDATE loket.commands SET result = $2 WHERE cmd_id = $1")
        .bind(cmd)
        .bind(serde_json::json!({"until": "2026-01-01T00:00:00Z"}))
        .execute(&pool)
        .await
        .unwrap();
    let again = desk.store.consumption_read(cmd, desk.id(), &asked).await;
    assert_eq!(key(&again.unwrap_err()).0, "look_over");
    let stranger = world.desk("bram").await;
    asked.purpose = "question";
    let hidden = stranger
        .store
        .consumption_read(Uuid::now_v7(), stranger.id(), &asked)
        .await;
    assert_eq!(key(&hidden.unwrap_err()).0, "case_not_found");
}

/// GT-17: by hand a lead proposes, and one case about a party is enough.
#[tokio::test(flavor = "multi_thread")]
async fn gt_17_leads_propose_and_once_is_enough() {
    let world = world().await;
    let given = answers([("party_gln", word(PROVIDER)), ("proposed_by", word("lead"))]);
    let anna = world.desk("anna").await;
    let offender = ("repeat_offender", Actor::Agent);
    let by_anna = open_by(&anna.store, Some(anna.id()), &world, offender, &given).await;
    assert_eq!(key(&by_anna.unwrap_err()), ("leads_only", "GT-17"));
    let lead = world.desk("lead_1").await;
    open_by(&lead.store, Some(lead.id()), &world, offender, &given)
        .await
        .unwrap();
    let twice = open_by(&lead.store, Some(lead.id()), &world, offender, &given).await;
    assert_eq!(key(&twice.unwrap_err()), ("offender_open", "GT-17"));
}
