//! Who sees what of a notification, with real sessions of both sides (ELS-28…30, decision 18).

use std::collections::BTreeSet;

use loket::process::engine::{self, Actor, Answers};
use loket::process::notification::{FoundPlant, NOTIFICATION, fill};
use loket::store::StoreError;
use loket::store::case::{Opening, Target};
use loket::store::filter::Filter;
use loket::store::register::{ConnectionRecord, MeterRecord};
use loket::store::rows::{Applied, CaseId, Here, InboxView, Opened, WorkState};
use uuid::Uuid;

use crate::support::db::{FIRMS, SUPERUSER};
use crate::support::world::{Desk, GRID, World, free, word, yes};

pub(crate) const PLANT: &str = "735999100000000010";
pub(crate) const OTHER: &str = "735999100000000027";
pub(crate) const METER: &str = "SE-4711";

pub(super) fn given(pairs: &[(&str, &str)]) -> Answers {
    let texts = ["plant_", "owner_", "payer_", "reason", "note"];
    let answer = |key: &str, value: &str| match value {
        "yes" | "no" => yes(value == "yes"),
        _ if key.ends_with("_kind") => word(value),
        _ if texts.iter().any(|text| key.starts_with(text)) => free(value),
        _ => word(value),
    };
    let all = pairs.iter();
    all.map(|(key, value)| ((*key).to_owned(), answer(key, value)))
        .collect()
}

fn head(firm: usize) -> Answers {
    given(&[
        ("grid_company", "nat_syd"),
        ("installation_type", "fuse_change"),
        ("job_type", "one_meter"),
        ("grid_area", "helsingborg"),
        ("party_gln", FIRMS[firm].0),
    ])
}

/// The registers of a Swedish grid company, and agents who work there.
pub(crate) async fn sweden() -> World {
    let world = World::new().await;
    let connection = |ean: &str, number: u32| ConnectionRecord {
        ean: ean.into(),
        ean_valid: true,
        country: "SE".into(),
        product: "E".into(),
        street: "Registergatan".into(),
        house_number: Some(i32::try_from(number).unwrap()),
        house_letter: None,
        house_suffix: None,
        postcode: "25220".into(),
        city: "Helsingborg".into(),
        grid_operator_gln: GRID.into(),
        grid_area: Some("helsingborg".into()),
        allocation_method: None,
    };
    let plants = [connection(PLANT, 1), connection(OTHER, 2)];
    world.admin.import_connections(&plants).await.unwrap();
    let meter = |number: &str, ean: &str| MeterRecord {
        meter_number: number.into(),
        ean: ean.into(),
        technical_number: Some("T-9".into()),
        meter_type: "smart".into(),
        smart_admin: None,
        feed_in_suitable: None,
        smart_feasible: None,
        gsa_order: None,
    };
    let meters = [
        meter(METER, PLANT),
        meter("SE-4712", OTHER),
        meter("SE-TWICE", PLANT),
        meter("SE-TWICE", OTHER),
    ];
    world.admin.import_meters(&meters).await.unwrap();
    let pool = world.db.pool(SUPERUSER, 1).await;
    let join = "INSERT INTO loket.agent_queues (agent_id, queue_id)
        SELECT a.agent_id, q.queue_id FROM loket.agents a, loket.queues q
        WHERE a.db_role IN ('anna', 'lead_1') AND q.key = 'installation'";
    sqlx::query(join).execute(&pool).await.unwrap();
    world
}

pub(super) async fn open_for(
    desk: &Desk<'_>,
    firm: usize,
    reference: Option<&str>,
) -> Result<Opened, StoreError> {
    let answers = head(firm);
    let context = desk.world.context(Actor::Installer).await;
    let change = engine::open(&NOTIFICATION, context.now, &answers, &context).unwrap();
    let opening = Opening {
        cmd: context.command,
        session: Some(desk.id()),
        change: &change,
        reference,
        answers: &answers,
        calendars: &desk.world.calendars,
    };
    desk.store.case_open(&opening).await
}

async fn create_for(desk: &Desk<'_>, firm: usize) -> Result<CaseId, StoreError> {
    match open_for(desk, firm, None).await? {
        Opened::New { case_id, .. } => Ok(case_id),
        other => panic!("{other:?}"),
    }
}

pub(super) async fn create(desk: &Desk<'_>) -> CaseId {
    create_for(desk, 0).await.unwrap()
}

pub(super) async fn act(
    desk: &Desk<'_>,
    case_id: CaseId,
    action: &str,
    answers: &Answers,
) -> Result<Applied, StoreError> {
    let detail = desk.store.case_detail(case_id).await?;
    let actor = match desk.session.me.firm {
        Some(_) => Actor::Installer,
        None => Actor::Agent,
    };
    let context = desk.world.context(actor).await;
    let change = engine::step(&detail.facts, action, answers, &context)
        .unwrap_or_else(|refusal| panic!("{action}: {refusal:?}"));
    let target = Target {
        case_id,
        fence: detail.lease.map(|lease| lease.fence),
        version: detail.row.version,
    };
    desk.store
        .case_apply(context.command, Some(desk.id()), target, &change)
        .await
}

/// Fetched, filled, confirmed: all but sent.
pub(super) async fn fill_out(desk: &Desk<'_>, case_id: CaseId) {
    let plant = desk.store.plant_find(Some(METER), None).await.unwrap();
    let plant = plant.unwrap();
    let mut fetch = given(&[("fetch_meter_no", METER), ("overwrite", "yes")]);
    let found = FoundPlant {
        ean: &plant.ean,
        meter_no: &plant.meter_number,
        technical_no: &plant.technical_number,
        address: &plant.address,
        postcode: &plant.postcode,
        city: &plant.city,
    };
    fill(&mut fetch, Some(&found));
    let owner = given(&[
        ("owner_kind", "private"),
        ("owner_last_name", "Lindqvist"),
        ("owner_first_name", "Ebba"),
        ("owner_personal_no", "811228-9874"),
        ("owner_address", "Storgatan 3"),
        ("owner_postcode", "252 22"),
        ("owner_city", "Helsingborg"),
        ("owner_phone", "0700 000 000"),
    ]);
    let steps = [
        ("fetch", fetch),
        ("update_and_close", Answers::new()),
        ("edit", given(&[("meter_placement", "facade")])),
        ("edit_owner", owner),
        ("copy_owner_to_payer", Answers::new()),
        ("customer_verified", given(&[("right_customer", "yes")])),
    ];
    for (action, answers) in steps {
        act(desk, case_id, action, &answers)
            .await
            .unwrap_or_else(|error| panic!("{action}: {error:?}"));
    }
}

pub(super) async fn send(desk: &Desk<'_>, case_id: CaseId) {
    fill_out(desk, case_id).await;
    act(desk, case_id, "submit", &Answers::new()).await.unwrap();
}

/// Every way in which a case could come before somebody's eyes.
async fn ways(desk: &Desk<'_>, case_id: CaseId, case_no: &str) -> BTreeSet<&'static str> {
    let mut seen = BTreeSet::new();
    let mut saw = |way: &'static str, is_seen: bool| {
        if is_seen {
            seen.insert(way);
        }
    };
    let store = &desk.store;
    saw("detail", store.case_detail(case_id).await.is_ok());
    let found = store.case_by_number(case_no).await.unwrap();
    saw("number", found.is_some());
    let timeline = store.timeline(case_id, None, 100).await.unwrap();
    saw("timeline", !timeline.is_empty());
    for (way, text) in [
        ("search by number", case_no),
        ("search by plant", PLANT),
        ("search by meter", METER),
        ("search by text", FIRMS[0].1),
    ] {
        let hits = store.search(text, 50).await.unwrap();
        saw(way, hits.iter().any(|hit| hit.row.case_id == case_id));
    }
    let facts = store.facts_of(&[case_id]).await.unwrap();
    saw("facts", !facts.cases.is_empty());
    let rows = store.rows(&[case_id]).await.unwrap();
    saw("rows", !rows.is_empty());
    let looked = store.recent(50).await.unwrap();
    saw("recent", looked.iter().any(|row| row.case_id == case_id));
    for queue in &desk.session.me.queues {
        let view = InboxView::Queue(queue.queue_id);
        let page = store.inbox(&view, None, 500).await.unwrap();
        saw("list", page.rows.iter().any(|row| row.case_id == case_id));
        let all = Filter::default();
        let page = store
            .inbox_filtered(&view, &all, None, 500, &[case_id])
            .await
            .unwrap();
        saw("filter", page.rows.iter().any(|row| row.case_id == case_id));
        let marked = store.filter_cases(&view, &all, 500).await.unwrap();
        saw("marks", marked.cases.contains(&case_id));
    }
    seen
}

async fn number(desk: &Desk<'_>, case_id: CaseId) -> String {
    let detail = desk.store.case_detail(case_id).await.unwrap();
    detail.row.case_no
}

/// All ways but what was looked at, which is kept by looking.
fn every_way() -> BTreeSet<&'static str> {
    BTreeSet::from([
        "detail",
        "number",
        "timeline",
        "rows",
        "search by number",
        "search by plant",
        "search by meter",
        "search by text",
        "facts",
        "list",
        "filter",
        "marks",
    ])
}

/// The changes of that case since the console opened, as its feed tells them.
async fn told(desk: &Desk<'_>, since: &loket::store::rows::FeedCursor, case_id: CaseId) -> usize {
    let here = Here::default();
    let pulse = desk.store.pulse(desk.id(), Some(since), &here).await;
    let pulse = pulse.unwrap();
    let events = pulse.events.iter();
    events.filter(|event| event.case_id == case_id).count()
}

/// The same, as soon as there are any: a feed tells nothing before older transactions of the whole
/// server have ended, those of other tests too.
async fn told_at_last(
    desk: &Desk<'_>,
    since: &loket::store::rows::FeedCursor,
    case_id: CaseId,
) -> usize {
    for _ in 0..600 {
        let count = told(desk, since, case_id).await;
        if count > 0 {
            return count;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    0
}

async fn place(desk: &Desk<'_>) -> loket::store::rows::FeedCursor {
    let here = Here::default();
    let pulse = desk.store.pulse(desk.id(), None, &here).await;
    pulse.unwrap().cursor
}

/// ELS-29: what was not sent is seen by the own company in every way, and by nobody else in none:
/// list, filter, search, direct number, feed, timeline.
#[tokio::test(flavor = "multi_thread")]
async fn els_29_what_was_not_sent_is_the_companys_alone() {
    let world = sweden().await;
    let ingrid = world.desk("ingrid").await;
    let others = ["anna", "lead_1", "auditor_1", "admin_1", "olof"];
    let mut desks = Vec::new();
    for role in others {
        let desk = world.desk(role).await;
        let since = place(&desk).await;
        desks.push((desk, since));
    }
    let since = place(&ingrid).await;
    let case_id = create(&ingrid).await;
    fill_out(&ingrid, case_id).await;
    let case_no = number(&ingrid, case_id).await;
    assert!(case_no.starts_with("IN-"), "{case_no}");
    assert_eq!(ways(&ingrid, case_id, &case_no).await, every_way());
    let isak = world.desk("isak").await;
    assert_eq!(
        ways(&isak, case_id, &case_no).await,
        every_way(),
        "the same company"
    );
    assert!(told_at_last(&ingrid, &since, case_id).await > 0);
    for (desk, since) in &desks {
        let who = &desk.session.me.name;
        assert_eq!(
            ways(desk, case_id, &case_no).await,
            BTreeSet::new(),
            "{who}"
        );
        assert_eq!(told(desk, since, case_id).await, 0, "{who} is told");
    }
    for role in ["anna", "lead_1", "auditor_1", "admin_1"] {
        let pool = world.db.pool(role, 1).await;
        let count = "SELECT count(*) FROM loket.cases WHERE process = 'notification'";
        let count: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        assert_eq!(count, 0, "{role} with psql");
        let count = "SELECT count(*) FROM loket.case_events WHERE body::text LIKE '%notification%'";
        let count: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        assert_eq!(count, 0, "{role} reads events with psql");
    }
}

/// ELS-28, ELS-29: sent, the grid company sees it and is told; another company never does. The
/// company goes on seeing it.
#[tokio::test(flavor = "multi_thread")]
async fn els_28_what_was_sent_is_seen_by_both() {
    let world = sweden().await;
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    let case_id = create(&ingrid).await;
    let case_no = number(&ingrid, case_id).await;
    let since = place(&anna).await;
    send(&ingrid, case_id).await;
    assert_eq!(
        told_at_last(&anna, &since, case_id).await,
        1,
        "what was before is not told"
    );
    assert_eq!(ways(&anna, case_id, &case_no).await, every_way());
    assert_eq!(ways(&ingrid, case_id, &case_no).await, every_way());
    let olof = world.desk("olof").await;
    assert_eq!(ways(&olof, case_id, &case_no).await, BTreeSet::new());
    // returned, it stays with both
    anna.take(case_id).await;
    let since = place(&ingrid).await;
    let why = given(&[("reason", "Säkringen saknas.")]);
    act(&anna, case_id, "return_incomplete", &why)
        .await
        .unwrap();
    assert!(
        told_at_last(&ingrid, &since, case_id).await >= 1,
        "the installer is told"
    );
    assert_eq!(ways(&anna, case_id, &case_no).await, every_way());
    let detail = ingrid.store.case_detail(case_id).await.unwrap();
    assert!(
        detail
            .texts
            .values()
            .any(|text| text.contains("Säkringen saknas"))
    );
    act(&ingrid, case_id, "resubmit", &Answers::new())
        .await
        .unwrap();
    let row = ingrid.store.case_detail(case_id).await.unwrap().row;
    assert_eq!(
        (row.state.as_str(), row.work),
        ("for_approval", WorkState::Open)
    );
}

/// ELS-31: the whole way, by both sides, and the audit verifies it.
#[tokio::test(flavor = "multi_thread")]
async fn els_31_the_whole_way_verifies() {
    let world = sweden().await;
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    let case_id = create(&ingrid).await;
    send(&ingrid, case_id).await;
    anna.take(case_id).await;
    let permit = given(&[("work_order", "no")]);
    act(&anna, case_id, "approve", &permit).await.unwrap();
    let ready = world.now().await.date_naive().to_string();
    let ready = given(&[("completed_on", &ready)]);
    act(&ingrid, case_id, "completion_received", &ready)
        .await
        .unwrap();
    anna.take(case_id).await;
    let day = world.now().await.date_naive().to_string();
    let done = given(&[("energised_on", &day)]);
    act(&anna, case_id, "energised", &done).await.unwrap();
    let auditor = world.db.store("auditor_1");
    let report = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(report.differences, []);
}

/// ELS-21, ELS-23: what was emptied and what the owner does not have is unset in the database as well, and
/// the audit finds that the events say so.
#[tokio::test(flavor = "multi_thread")]
async fn els_23_what_is_unset_is_unset_in_the_database() {
    let world = sweden().await;
    let ingrid = world.desk("ingrid").await;
    let case_id = create(&ingrid).await;
    fill_out(&ingrid, case_id).await;
    let emptied = crate::support::world::answers([
        ("owner_address", free("")),
        ("owner_email", free("ebba@exempel.example")),
    ]);
    let steps = [
        ("edit_payer", given(&[("payer_attention", "Ekonomi")])),
        ("edit_owner", emptied),
        ("copy_owner_to_payer", Answers::new()),
    ];
    for (action, answers) in steps {
        act(&ingrid, case_id, action, &answers).await.unwrap();
    }
    let facts = ingrid.store.case_detail(case_id).await.unwrap().facts.facts;
    for gone in ["owner_address", "payer_address", "payer_attention"] {
        assert!(!facts.contains_key(gone), "{gone}");
    }
    assert_eq!(facts["payer_email"], facts["owner_email"]);
    let told = ingrid.store.timeline(case_id, None, 2).await.unwrap();
    assert_eq!(told[0].cleared, ["payer_address", "payer_attention"]);
    assert_eq!(told[1].cleared, ["owner_address"]);
    let auditor = world.db.store("auditor_1");
    let report = auditor.verify(&world.calendars, |_| {}).await.unwrap();
    assert_eq!(report.differences, []);

    // a client of one's own unsets what the line lets it, and nothing else
    for (key, place) in [
        ("party_gln", "clears"),
        ("owner_kind", "clears"),
        ("note", "emptied"),
    ] {
        let detail = ingrid.store.case_detail(case_id).await.unwrap();
        let context = world.context(Actor::Installer).await;
        let change = engine::step(
            &detail.facts,
            "installer_note",
            &given(&[("note", "x")]),
            &context,
        );
        let mut change = change.unwrap();
        let set = if place == "clears" {
            &mut change.clears
        } else {
            &mut change.emptied
        };
        set.insert(key.to_owned());
        let target = Target {
            case_id,
            fence: None,
            version: detail.row.version,
        };
        let store = &ingrid.store;
        let done = store
            .case_apply(context.command, Some(ingrid.id()), target, &change)
            .await;
        let Err(StoreError::Refused(no)) = done else {
            panic!("{key}: {done:?}")
        };
        assert_eq!(no.key, "not_in_table", "{key}");
    }
}

/// ELS-30: what agents write for each other is not the installer's, and what installers write is
/// read by both.
#[tokio::test(flavor = "multi_thread")]
async fn els_30_notes_of_agents_stay_with_the_grid_company() {
    let world = sweden().await;
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    let case_id = create(&ingrid).await;
    send(&ingrid, case_id).await;
    let note = given(&[("note", "Kunden har skulder.")]);
    act(&anna, case_id, "add_note", &note).await.unwrap();
    let note = given(&[("note", "Nyckel hos grannen.")]);
    act(&ingrid, case_id, "installer_note", &note)
        .await
        .unwrap();
    let texts = |detail: &loket::store::rows::CaseDetail| {
        detail.texts.values().cloned().collect::<Vec<_>>().join("|")
    };
    let read = texts(&ingrid.store.case_detail(case_id).await.unwrap());
    assert!(
        read.contains("Nyckel") && read.contains("Lindqvist") && !read.contains("skulder"),
        "{read}"
    );
    let read = texts(&anna.store.case_detail(case_id).await.unwrap());
    assert!(
        read.contains("Nyckel") && read.contains("skulder"),
        "{read}"
    );
    let timeline = ingrid.store.timeline(case_id, None, 100).await.unwrap();
    assert!(timeline.iter().all(|row| row.kind != "add_note"));
}

/// ELS-30: an installer can do nothing that is the grid company's, nor for another company.
#[tokio::test(flavor = "multi_thread")]
async fn els_30_an_installer_acts_for_its_own_company_only() {
    let world = sweden().await;
    let (ingrid, olof) = (world.desk("ingrid").await, world.desk("olof").await);
    assert!(
        create_for(&olof, 0).await.is_err(),
        "in the name of another company"
    );
    let case_id = create(&ingrid).await;
    send(&ingrid, case_id).await;
    assert!(ingrid.claim(case_id).await.is_err());
    let signal = world.signal(1).await;
    assert!(ingrid.store.case_detail(signal).await.is_err());
    // an approval made by hand, in the installer's own session
    let detail = ingrid.store.case_detail(case_id).await.unwrap();
    let context = world.context(Actor::Agent).await;
    let approve = given(&[("work_order", "no")]);
    let change = engine::step(&detail.facts, "approve", &approve, &context).unwrap();
    let target = Target {
        case_id,
        fence: None,
        version: detail.row.version,
    };
    let forged = ingrid
        .store
        .case_apply(Uuid::now_v7(), Some(ingrid.id()), target, &change);
    assert!(matches!(forged.await, Err(StoreError::Refused(_))));
    // and somebody else's fact as the text of one's own
    let other = create_for(&olof, 1).await.unwrap();
    let stolen = detail.facts.facts["owner_last_name"].clone();
    let unsent = olof.store.case_detail(other).await.unwrap();
    let context = world.context(Actor::Installer).await;
    let owner = given(&[("owner_kind", "private"), ("owner_last_name", "Berg")]);
    let mut change = engine::step(&unsent.facts, "edit_owner", &owner, &context).unwrap();
    change.facts.insert("owner_last_name".into(), stolen);
    let target = Target {
        case_id: other,
        fence: None,
        version: unsent.row.version,
    };
    let forged = olof
        .store
        .case_apply(Uuid::now_v7(), Some(olof.id()), target, &change);
    assert!(matches!(forged.await, Err(StoreError::Refused(_))));
}

/// ELS-09: what was deleted before it was sent stays unseen.
#[tokio::test(flavor = "multi_thread")]
async fn els_09_what_was_deleted_stays_unseen() {
    let world = sweden().await;
    let (ingrid, anna) = (world.desk("ingrid").await, world.desk("anna").await);
    let case_id = create(&ingrid).await;
    let case_no = number(&ingrid, case_id).await;
    act(&ingrid, case_id, "delete", &Answers::new())
        .await
        .unwrap();
    assert_eq!(ways(&anna, case_id, &case_no).await, BTreeSet::new());
}

/// ELS-11, ELS-16, ELS-18: by meter number, by EAN, by both; two that disagree are refused, one that
/// several plants have needs the EAN, one that is unknown is no error.
#[tokio::test(flavor = "multi_thread")]
async fn els_11_a_plant_is_found_by_either_number() {
    let world = sweden().await;
    let ingrid = world.db.store("ingrid");
    let by_meter = ingrid
        .plant_find(Some("se-4711"), None)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (by_meter.ean.as_str(), by_meter.address.as_str()),
        (PLANT, "Registergatan 1")
    );
    assert_eq!(by_meter.technical_number, "T-9");
    let both = ingrid.plant_find(Some(METER), Some(PLANT)).await.unwrap();
    assert_eq!(both, Some(by_meter));
    let refused = |key: &'static str, rule: &'static str| {
        move |found: Result<_, StoreError>| match found {
            Err(StoreError::Refused(no)) => no.key == key && no.rule == rule,
            _ => false,
        }
    };
    let disagree = ingrid.plant_find(Some(METER), Some(OTHER)).await;
    assert!(refused("numbers_disagree", "ELS-11")(disagree.map(drop)));
    let twice = ingrid.plant_find(Some("SE-TWICE"), None).await;
    assert!(refused("plant_not_clear", "ELS-11")(twice.map(drop)));
    assert!(
        ingrid
            .plant_find(Some("SE-TWICE"), Some(OTHER))
            .await
            .unwrap()
            .is_some()
    );
    let nothing = ingrid.plant_find(None, Some(" ")).await;
    assert!(refused("plant_number_needed", "ELS-11")(nothing.map(drop)));
    assert_eq!(ingrid.plant_find(Some("SE-0"), None).await, Ok(None));
    // a plant of another country is none of these installers'
    assert_eq!(ingrid.plant_find(Some("E000000001"), None).await, Ok(None));
}

/// ELS-22: the answer has no place for people; agents look plants up elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn els_22_the_register_tells_nothing_of_people() {
    let world = sweden().await;
    let pool = world.db.pool("ingrid", 1).await;
    let answer: String = sqlx::query_scalar("SELECT loket_api.plant_find($1, NULL)::text")
        .bind(METER)
        .fetch_one(&pool)
        .await
        .unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let keys: Vec<&String> = answer["plant"].as_object().unwrap().keys().collect();
    let known = [
        "address",
        "city",
        "ean",
        "grid_area",
        "meter_number",
        "postcode",
        "technical_number",
    ];
    let mut keys: Vec<&str> = keys.into_iter().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, known);
    assert!(
        world
            .db
            .store("anna")
            .plant_find(Some(METER), None)
            .await
            .is_err()
    );
}
