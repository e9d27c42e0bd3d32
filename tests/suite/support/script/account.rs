//! What must hold when all cases of a stage have ended: nothing lost, nothing twice, nothing left.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::stage::Stage;

/// One case as it ended.
struct Ended {
    process: String,
    state: String,
    /// What the case knows of its payment.
    payment: Option<String>,
    /// Actions that were done, by name.
    done: BTreeMap<String, i64>,
}

/// Everything that can be counted.
pub(crate) async fn is_sound(stage: &Stage) {
    let auditor = stage.world.db.store("auditor_1");
    let calendars = &stage.world.calendars;
    let found = auditor.verify(calendars, |_| {}).await.unwrap();
    assert_eq!(found.differences, [], "PRIO-10: replay gives every case");
    let dead = stage.world.admin.outbox_dead(10).await.unwrap();
    assert_eq!(dead, []);
    let cases = ended(stage).await;
    slots(stage).await;
    payments(stage, &cases).await;
    messages(stage, &cases).await;
}

async fn ended(stage: &Stage) -> BTreeMap<String, Ended> {
    let open = "SELECT case_no || ' ' || state FROM loket.cases WHERE work <> 'closed'";
    assert_eq!(stage.list(open).await, Vec::<String>::new());
    let sql = "SELECT jsonb_build_object('case', c.case_no, 'process', c.process, 'state', c.state,
            'payment', c.facts -> 'payment', 'done', (SELECT jsonb_object_agg(x.kind, x.n) FROM
                (SELECT e.kind, count(*) AS n FROM loket.case_events e
                 WHERE e.case_id = c.case_id GROUP BY 1) x))::text FROM loket.cases c";
    let rows = stage.list(sql).await;
    let cases = rows.iter().map(|row| {
        let row: Json = serde_json::from_str(row).unwrap();
        let word = |key: &str| row[key].as_str().map(str::to_owned);
        let ended = Ended {
            process: word("process").unwrap(),
            state: word("state").unwrap(),
            payment: word("payment"),
            done: serde_json::from_value(row["done"].clone()).unwrap(),
        };
        (word("case").unwrap(), ended)
    });
    cases.collect()
}

/// PRIO-30, PRIO-31: no start time has more cases than room, and none that ended without a visit has
/// one.
async fn slots(stage: &Stage) {
    let wrong = "SELECT s.area || ' ' || s.starts_at || ': ' || s.taken FROM loket.slots s
        WHERE s.taken > s.capacity
           OR s.taken <> (SELECT count(*) FROM loket.slot_holds h WHERE h.slot_id = s.slot_id)";
    assert_eq!(stage.list(wrong).await, Vec::<String>::new(), "overbooked");
    let leaked = "SELECT c.case_no || ' ' || c.state FROM loket.cases c
        JOIN loket.slot_holds h USING (case_id) WHERE c.state <> 'completed'";
    assert_eq!(stage.list(leaked).await, Vec::<String>::new(), "leaked");
    let lost = "SELECT c.case_no FROM loket.cases c WHERE c.state = 'completed'
        AND NOT EXISTS (SELECT FROM loket.slot_holds h WHERE h.case_id = c.case_id AND h.kept)";
    assert_eq!(stage.list(lost).await, Vec::<String>::new(), "no visit");
}

/// PRIO-31: every payment has ended and its case knows; who got a meter paid once, and everybody else
/// has the money back, unless an agent decided otherwise.
async fn payments(stage: &Stage, cases: &BTreeMap<String, Ended>) {
    let unfinished = "SELECT c.case_no || ' ' || p.status FROM loket.payments p
        JOIN loket.cases c USING (case_id)
        WHERE p.status NOT IN ('paid', 'failed', 'canceled', 'expired') OR NOT p.told";
    assert_eq!(stage.list(unfinished).await, Vec::<String>::new());
    let unreturned = "SELECT c.case_no || ' ' || r.status FROM loket.refunds r
        JOIN loket.cases c USING (case_id) WHERE r.status <> 'refunded'";
    assert_eq!(stage.list(unreturned).await, Vec::<String>::new());
    let mut charged: BTreeMap<String, usize> = BTreeMap::new();
    for payment in stage.systems.books().payments.values() {
        let is_paid = payment.status() == "paid";
        assert!(is_paid || payment.refunds.is_empty(), "{payment:?}");
        assert!(payment.refunds.len() <= 1, "given back twice: {payment:?}");
        assert!(payment.status() != "open", "{payment:?}");
        let back = payment.refunds.values().map(|refund| &refund["amount"]);
        assert!(
            back.into_iter()
                .all(|back| *back == payment.object["amount"])
        );
        let is_kept = is_paid && payment.refunds.is_empty();
        *charged.entry(payment.case_no.clone()).or_default() += usize::from(is_kept);
    }
    for (case_no, case) in cases {
        let kept = charged.get(case_no).copied().unwrap_or(0);
        let is_kept = match case.state.as_str() {
            "completed" => case.process == "prio",
            // the agent said that nothing goes back
            "cancelled_refunded" => case.payment.as_deref() == Some("paid"),
            _ => false,
        };
        assert_eq!(
            kept,
            usize::from(is_kept),
            "charged: {case_no} {}",
            case.state
        );
    }
}

/// PRIO-07, TLM-03, TLM-11: what was written left once; each order once to each side, taken back where
/// nobody came; the data of an installation once, however it ended.
async fn messages(stage: &Stage, cases: &BTreeMap<String, Ended>) {
    let unsent = "SELECT c.case_no || ' ' || o.kind FROM loket.outbox o
        JOIN loket.cases c USING (case_id)";
    assert_eq!(stage.list(unsent).await, Vec::<String>::new());
    let repeats = stage.systems.books().repeats;
    assert!(repeats == 0 || stage.is_crashing(), "{repeats} came again");
    let mut came: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut keys = std::collections::BTreeSet::new();
    for envelope in &stage.systems.books().delivered {
        let word = |key: &str| envelope[key].as_str().unwrap().to_owned();
        assert!(keys.insert(word("idem_key")), "twice: {envelope}");
        let key = envelope["command"]["key"].as_str();
        assert!(
            key.is_none_or(|key| keys.insert(key.to_owned())),
            "twice: {envelope}"
        );
        *came.entry((word("case"), word("kind"))).or_default() += 1;
    }
    for (case_no, case) in cases {
        let count = |kind: &str| {
            came.get(&(case_no.clone(), kind.to_owned()))
                .copied()
                .unwrap_or(0)
        };
        let did = |action: &str| case.done.get(action).copied().unwrap_or(0);
        let what = format!("{case_no} {}", case.state);
        let visits = did("gsa_ack") + did("domain_ack");
        for side in ["domain", "gsa"] {
            let orders = count(&format!("order_{side}"));
            assert!(orders <= 1, "{what}: {orders} orders");
            assert!(
                visits == 0 || orders == 1,
                "{what}: acknowledged and not ordered"
            );
            assert!(
                case.state != "completed" || orders == 1,
                "{what}: not ordered"
            );
            let is_off = case.state.starts_with("cancelled");
            let wanted = usize::from(is_off && orders == 1);
            let is_sides = side == "domain" && case.state == "ended_not_feasible";
            let back = count(&format!("order_cancel_{side}"));
            assert_eq!(
                back,
                if is_sides { orders } else { wanted },
                "{what}: {side} taken back"
            );
        }
        let data = usize::from(did("installation_entered") > 0);
        assert_eq!(
            count("installation_data"),
            data,
            "{what}: data of the installation"
        );
    }
}
