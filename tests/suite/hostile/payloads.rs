//! Answers of the database, or of something in its place: any JSON is an error or a value.

use loket::desk::Msg;
use loket::store::rows::{
    Applied, CaseDetail, CaseId, Claim, FeedCursor, FeedEvent, InboxPage, LapsedClock, Opened,
    OutboxItem, Pulse, Session, TimelineRow,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{text, tried};
use crate::support::desk::{Script, now};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
        Just(Value::from("2026-11-20T13:07:00Z")),
    ];
    let key = prop_oneof![
        text(),
        proptest::sample::select(
            &[
                "cursor",
                "events",
                "leases",
                "more",
                "resync",
                "legal_now",
                "result",
                "lease",
                "case_id",
                "fence",
                "version",
                "row",
                "facts",
                "clocks",
                "xid",
                "event_id",
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..8).prop_map(Value::from_iter),
        ]
    })
}

/// No answer of any shape ends a console.
#[test]
fn any_json_is_an_error_or_a_value() {
    tried(1_500, &any_json(), |value| {
        let _ = serde_json::from_value::<Pulse>(value.clone());
        let _ = serde_json::from_value::<Session>(value.clone());
        let _ = serde_json::from_value::<Claim>(value.clone());
        let _ = serde_json::from_value::<Applied>(value.clone());
        let _ = serde_json::from_value::<Opened>(value.clone());
        let _ = serde_json::from_value::<InboxPage>(value.clone());
        let _ = serde_json::from_value::<CaseDetail>(value.clone());
        let _ = serde_json::from_value::<TimelineRow>(value.clone());
        let _ = serde_json::from_value::<LapsedClock>(value.clone());
        let _ = serde_json::from_value::<OutboxItem>(value.clone());
        let _ = serde_json::from_value::<FeedCursor>(value);
    });
}

/// Events of any kind, of any case and of anybody, at any time: the desk draws on.
#[test]
fn any_event_of_the_feed_leaves_a_desk_that_draws() {
    let event = (
        any::<i64>(),
        any::<i32>(),
        text(),
        proptest::option::of(text()),
        any::<i32>(),
    );
    let events = proptest::collection::vec(event, 0..30);
    let flags = (any::<bool>(), any::<bool>(), -400_000_000i64..400_000_000);
    tried(150, &(events, flags), |(events, (more, resync, shift))| {
        let events: Vec<FeedEvent> = events
            .into_iter()
            .map(|(case, queue_id, kind, agent, seq)| FeedEvent {
                // now and then one that is on the screen
                case_id: CaseId(if case % 3 == 0 { case % 8 } else { case }),
                queue_id,
                kind,
                agent,
                agent_id: (seq % 3 == 0).then_some(seq % 4),
                seq,
            })
            .collect();
        let legal = now() + chrono::TimeDelta::seconds(shift);
        let told = json!({
            "cursor": {"epoch": uuid::Uuid::nil(), "timeline": 1, "xid": "1", "event_id": 1},
            "events": events, "more": more, "resync": resync, "leases": [],
            "legal_now": legal, "now": legal, "presence": [], "notices": [],
        });
        let pulse: Pulse = serde_json::from_value(told).unwrap();
        let mut script = Script::new(100, 30);
        script.send(Msg::Beat(Box::new(Ok(pulse))));
        script.answer_all();
        assert!(script.screen().contains("loket"));
    });
}
