//! The console's own clock jumps an hour and back. Only the clock of the database decides anything:
//! the next beat puts the countdowns right, no lease is touched, and a change that was refused for
//! its instant is written after it.

use chrono::{DateTime, TimeDelta, Utc};
use loket::desk::effect::Call;
use loket::desk::{Msg, Reply};
use loket::process::engine::Refusal;
use loket::store::StoreError;
use loket::store::rows::{CaseId, Pulse};
use serde_json::json;

use crate::support::desk::{Script, now, written};

/// What the database says once a second.
fn beat(legal: DateTime<Utc>) -> Msg {
    let told = json!({
        "cursor": {"epoch": uuid::Uuid::nil(), "timeline": 1, "xid": "1", "event_id": 1},
        "events": [], "more": false, "resync": false,
        "leases": [{"case_id": 2, "fence": 4}],
        "legal_now": legal, "now": legal, "presence": [], "notices": [],
    });
    let pulse: Pulse = serde_json::from_value(told).unwrap();
    Msg::Beat(Box::new(Ok(pulse)))
}

/// Decision 8: countdowns go by the server, whatever the console's own clock says.
#[test]
fn a_clock_that_jumps_is_put_right_by_the_next_beat() {
    let (mut steady, mut jumping) = (Script::new(120, 32), Script::new(120, 32));
    for (second, hours) in (1..).zip([0, 1, -1, 1, 0, -1, 0]) {
        let legal = now() + TimeDelta::seconds(60 * second);
        steady.now = legal;
        jumping.now = legal + TimeDelta::hours(hours);
        for script in [&mut steady, &mut jumping] {
            script.send(beat(legal));
            script.answer_all();
        }
        assert_eq!(jumping.screen(), steady.screen(), "{hours} h");
        let held = &jumping.model.world.leases;
        assert!(
            held.contains_key(&CaseId(2)),
            "no clock of ours ends a lease"
        );
    }
}

fn instant(call: &Call) -> DateTime<Utc> {
    let Call::Apply { change, .. } = call else {
        panic!("an action: {call:?}");
    };
    change.at
}

/// A change with an instant of the jumped clock is refused, which is told with the server's time, and
/// after the next beat the same keys write it.
#[test]
fn a_change_with_a_wrong_instant_is_explained_and_then_written() {
    for hours in [1, -1] {
        let mut script = Script::new(80, 24);
        script.keys("j t").text("called");
        script.answer_all();
        let legal = script.now;
        script.now += TimeDelta::hours(hours);
        script.keys("ctrl-s enter");
        let (ticket, call) = script.writes().remove(0);
        assert_eq!((instant(&call) - legal).num_hours(), hours);
        let refusal = Refusal {
            key: "clock_differs".into(),
            rule: String::new(),
            field: None,
            args: [("server".into(), legal.to_rfc3339())].into(),
        };
        script.reply(ticket, Reply::Applied(Err(StoreError::Refused(refusal))));
        script.answer_all();
        let shown = script
            .screen()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(shown.contains("too far from the server"), "{shown}");
        assert!(shown.contains("called"), "what was typed is kept: {shown}");
        script.send(beat(legal));
        script.answer_all();
        script.keys("ctrl-s");
        let mut writes = script.writes();
        if writes.is_empty() {
            script.answer_all();
            script.keys("enter");
            writes = script.writes();
        }
        assert_eq!(writes.len(), 1, "{}", script.screen());
        let (ticket, call) = writes.remove(0);
        assert!((instant(&call) - legal).num_seconds().abs() < 2, "{call:?}");
        script.reply(ticket, written(&call));
        script.answer_all();
        assert!(script.model.layers.is_empty(), "written");
    }
}
