//! Last looks and saved filters: whose they are, how many are kept, who may save for a queue.

use loket::store::StoreError;
use loket::store::rows::{CaseId, ListColumns, Look};
use uuid::Uuid;

use crate::support::db::SUPERUSER;
use crate::support::world::World;

fn look(case_id: CaseId, version: i32) -> Look {
    Look { case_id, version }
}

fn refused(result: Result<(), StoreError>) -> String {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.key,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_are_ones_own_and_the_latest_comes_first() {
    let world = World::new().await;
    let (one, two) = (world.signal(1).await, world.signal(2).await);
    let (anna, bram) = (world.db.store("anna"), world.db.store("bram"));
    anna.looked(&[look(one, 1), look(two, 1)]).await.unwrap();
    anna.looked(&[look(one, 2)]).await.unwrap();
    let mine = anna.looks_mine().await.unwrap();
    assert_eq!(mine, [look(one, 2), look(two, 1)]);
    assert_eq!(bram.looks_mine().await.unwrap(), []);
    let recent = anna.recent(30).await.unwrap();
    let recent: Vec<CaseId> = recent.iter().map(|row| row.case_id).collect();
    assert_eq!(recent, [one, two]);
    // a case that one may not see, or that is none, is not looked at
    anna.looked(&[look(CaseId(999_999), 1)]).await.unwrap();
    assert_eq!(anna.looks_mine().await.unwrap().len(), 2);
    // the same case twice in one call: the later look counts
    anna.looked(&[look(two, 5), look(two, 0)]).await.unwrap();
    assert_eq!(anna.looks_mine().await.unwrap()[0], look(two, 0));
    let many: Vec<Look> = (0..201).map(|n| look(CaseId(n), 1)).collect();
    assert_eq!(refused(anna.looked(&many).await), "too_many_looks");
}

/// At most 200 of an agent are kept, and none for longer than 30 days.
#[tokio::test(flavor = "multi_thread")]
async fn old_looks_go() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let anna = world.db.store("anna");
    let pool = world.db.pool(SUPERUSER, 1).await;
    let old =
        "INSERT INTO loket.looks SELECT agent_id, 1000 + n, 1, now() - n * interval '1 minute'
        FROM loket.agents, generate_series(1, 250) n WHERE name IN ('Anna', 'Bram')";
    sqlx::query(old).execute(&pool).await.unwrap();
    let older = "INSERT INTO loket.looks SELECT agent_id, 5000, 1, now() - interval '31 days'
        FROM loket.agents WHERE name = 'Anna'";
    sqlx::query(older).execute(&pool).await.unwrap();
    anna.looked(&[look(case, 1)]).await.unwrap();
    let mine = anna.looks_mine().await.unwrap();
    assert_eq!(mine.len(), 200);
    assert_eq!(mine[0], look(case, 1));
    assert_eq!(mine[199].case_id, CaseId(1_199), "the 199 latest of those");
    let bram = world.db.store("bram").looks_mine().await.unwrap();
    assert_eq!(bram.len(), 250, "nobody else's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_saves_filters_for_the_queue_and_everybody_for_himself() {
    let world = World::new().await;
    let (anna, lead) = (world.db.store("anna"), world.db.store("lead_1"));
    let queue = world.desk("anna").await.session.me.queues[0].queue_id;
    let cmd = Uuid::now_v7;
    anna.filter_save(cmd(), "late", "due:late", None)
        .await
        .unwrap();
    lead.filter_save(cmd(), "late", "due:late -work:waiting", Some(queue))
        .await
        .unwrap();
    let told = |found: Vec<loket::store::rows::SavedFilter>| -> Vec<(String, Option<String>)> {
        found.into_iter().map(|it| (it.line, it.queue)).collect()
    };
    let team = (
        "due:late -work:waiting".to_owned(),
        Some("mandate".to_owned()),
    );
    let own = ("due:late".to_owned(), None);
    let of_anna = told(anna.filters_mine().await.unwrap());
    assert_eq!(of_anna, [own, team.clone()], "our own first");
    assert_eq!(told(lead.filters_mine().await.unwrap()), [team]);
    // a name is taken over by the next line, and a repeated command has one effect
    let again = cmd();
    for _ in 0..2 {
        anna.filter_save(again, "late", "due:15m", None)
            .await
            .unwrap();
    }
    let mine = anna.filters_mine().await.unwrap();
    assert_eq!((mine.len(), &*mine[0].line), (2, "due:15m"));
    let team = mine[1].filter_id;
    let refusals = [
        anna.filter_save(cmd(), "late", "due:late", Some(queue))
            .await,
        lead.filter_save(cmd(), "late", "due:late", Some(queue + 1))
            .await,
        anna.filter_save(cmd(), "no good", "due:late", None).await,
        anna.filter_save(cmd(), "x", "due:late\u{1b}[2J", None)
            .await,
        anna.filter_drop(cmd(), team).await,
    ];
    let keys: Vec<String> = refusals.into_iter().map(refused).collect();
    let expected = [
        "role_required",
        "queue_not_yours",
        "filter_name",
        "filter_line",
        "role_required",
    ];
    assert_eq!(keys, expected);
    // nobody throws away what is another's own
    lead.filter_drop(cmd(), mine[0].filter_id).await.unwrap();
    assert_eq!(anna.filters_mine().await.unwrap().len(), 2);
    lead.filter_drop(cmd(), team).await.unwrap();
    anna.filter_drop(cmd(), mine[0].filter_id).await.unwrap();
    assert_eq!(anna.filters_mine().await.unwrap(), []);
}

/// Columns are an agent's own, list by list; the choice that is kept last counts, and none is none.
#[tokio::test(flavor = "multi_thread")]
async fn columns_are_kept_for_each_agent_and_list() {
    let world = World::new().await;
    let (anna, bram) = (world.db.store("anna"), world.db.store("bram"));
    let queue = world.desk("anna").await.session.me.queues[0].queue_id;
    let names = |names: &str| -> Vec<String> { names.split(' ').map(String::from).collect() };
    for shown in ["case who", "due case"] {
        anna.columns_save(Some(queue), &names(shown)).await.unwrap();
        anna.columns_save(None, &names("case")).await.unwrap();
    }
    let kept = |queue_id, shown| ListColumns {
        queue_id,
        shown: names(shown),
    };
    let both = [kept(None, "case"), kept(Some(queue), "due case")];
    let told = async |who| world.desk(who).await.session.columns.unwrap();
    assert_eq!(told("anna").await, both);
    assert_eq!(told("bram").await, []);
    let refusals = [
        bram.columns_save(Some(9_999), &names("case")).await,
        anna.columns_save(None, &names("case Who")).await,
        anna.columns_save(None, &vec!["case".to_owned(); 21]).await,
    ];
    let keys: Vec<String> = refusals.into_iter().map(refused).collect();
    assert_eq!(keys, ["queue_not_yours", "list_columns", "list_columns"]);
    anna.columns_save(Some(queue), &[]).await.unwrap();
    anna.columns_save(None, &[]).await.unwrap();
    assert_eq!(told("anna").await, []);
}
