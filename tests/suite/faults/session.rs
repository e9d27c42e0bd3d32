//! The session ends under a console: what comes with that answer is heard all the same.

use loket::desk::Msg;
use loket::desk::effect::Slot;
use loket::store::rows::{CaseId, Pulse};
use serde_json::json;

use crate::support::desk::{Script, now, slots};

/// The answer that says that the session is gone, and what has changed up to then.
fn gone(events: &serde_json::Value, resync: bool) -> Msg {
    let told = json!({
        "cursor": {"epoch": uuid::Uuid::nil(), "timeline": 2, "xid": "9", "event_id": 9},
        "events": events, "more": false, "resync": resync, "leases": null,
        "legal_now": now(), "now": now(), "presence": [], "notices": [],
    });
    let pulse: Pulse = serde_json::from_value(told).unwrap();
    Msg::Beat(Box::new(Ok(pulse)))
}

/// The place in the feed moves on with that answer: it does not come again.
#[test]
fn what_others_did_is_read_although_the_session_is_gone() {
    let mut script = Script::new(120, 32);
    let claimed = json!([{
        "case_id": 1, "queue_id": 1, "kind": "claimed", "agent": "Joost Bakker", "seq": 5,
    }]);
    script.send(gone(&claimed, false));
    let asked = slots(&script.take());
    assert!(asked.contains(&Slot::Session), "{asked:?}");
    assert!(asked.contains(&Slot::Detail(CaseId(1))), "{asked:?}");
}

/// After a failover the first answer says both: the session is gone, and the place is not known.
#[test]
fn after_a_failover_everything_is_read_anew_although_the_session_is_gone() {
    let mut script = Script::new(120, 32);
    script.send(gone(&json!([]), true));
    let asked = slots(&script.take());
    assert!(asked.contains(&Slot::Session), "{asked:?}");
    assert!(asked.contains(&Slot::Detail(CaseId(1))), "{asked:?}");
    assert!(
        asked.iter().any(|slot| matches!(slot, Slot::Inbox(_))),
        "{asked:?}"
    );
}
