//! What a walk looks up beside the screen: the case in the database, the legal clock, the worker.

use std::time::Duration;

use chrono::TimeDelta;
use chrono_tz::Europe::Amsterdam;
use loket::domain::clock::ClockRun;
use loket::exchange::outbox::Delivery;
use loket::exchange::outbox::settings::Settings;
use loket::exchange::worker::{Done, Options, Worker};
use loket::process::field::Value;
use loket::store::rows::{CaseDetail, CaseRow};

use super::Walker;

impl Walker<'_> {
    /// The row in the database.
    pub(crate) async fn row(&self) -> CaseRow {
        self.world.admin.rows(&[self.case]).await.unwrap().remove(0)
    }

    /// The number of the case on the screen.
    pub(crate) fn case_no(&self) -> String {
        self.case_no.clone()
    }

    /// The state in the database.
    pub(crate) async fn state(&self) -> String {
        self.row().await.state
    }

    /// The whole case in the database.
    pub(crate) async fn detail(&self) -> CaseDetail {
        self.world.admin.case_detail(self.case).await.unwrap()
    }

    /// A fact of the case as a word; empty when it is not known.
    pub(crate) async fn fact(&self, key: &str) -> String {
        match self.detail().await.facts.facts.get(key) {
            Some(Value::Code(word)) => word.clone(),
            Some(Value::Bool(yes)) => String::from(if *yes { "yes" } else { "no" }),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(_) | Value::List(_)) | None => String::new(),
        }
    }

    /// The latest run of that clock.
    pub(crate) async fn clock(&self, key: &str) -> ClockRun {
        let clocks = self.detail().await.facts.clocks;
        let run = clocks.into_iter().filter(|run| run.key == key);
        run.max_by_key(|run| run.run)
            .unwrap_or_else(|| panic!("{key} never ran"))
    }

    /// The latest run of that clock: its outcome as it is stored, or `running`.
    pub(crate) async fn outcome(&self, key: &str) -> String {
        let run = self.clock(key).await;
        run.outcome.map_or_else(
            || String::from("running"),
            |outcome| format!("{outcome:?}").to_lowercase(),
        )
    }

    /// Kinds of the messages of the case, oldest first.
    pub(crate) async fn messages(&self) -> Vec<String> {
        let mut messages = self.detail().await.messages;
        messages.sort_by_key(|message| message.outbox_id);
        messages.into_iter().map(|message| message.kind).collect()
    }

    /// The legal clock goes on; waits until the console has heard it.
    pub(crate) async fn pass(&self, span: TimeDelta) {
        let minutes = span.num_minutes().rem_euclid(24 * 60);
        assert!(
            (10..1430).contains(&minutes),
            "the header could not show it"
        );
        let seconds = i32::try_from(span.num_seconds()).unwrap();
        let now = self.world.admin.clock_shift(seconds).await.unwrap();
        let hours: Vec<String> = (0..5)
            .map(|minute| now + TimeDelta::minutes(minute))
            .map(|at| at.with_timezone(&Amsterdam).format("%H:%M").to_string())
            .collect();
        self.screen.wait_for("the new hour", |shown| {
            let top = shown.lines().next().unwrap_or_default();
            hours.iter().any(|hour| top.contains(hour.as_str()))
        });
    }

    /// A worker looks once: timers, messages. With `practice` it also stands in for the port. The
    /// console reads the case again.
    pub(crate) async fn worker_runs(&mut self, practice: bool) -> Done {
        let folder = format!("loket-walk-{}", self.world.db.name());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        let options = Options {
            delivery: Delivery::Directory(folder.clone()),
            settings: Settings::default(),
            chain_heads: None,
            practice,
            outside: loket::exchange::worker::outside::Outside::default(),
        };
        let store = self.world.db.store("worker_1");
        let worker = Worker::open(store, options).await.unwrap();
        let done = worker.once().await.unwrap();
        assert_eq!(done.dead, 0, "{done:?}");
        std::fs::remove_dir_all(&folder).unwrap();
        self.find(self.case).await;
        done
    }

    /// Waits until the database has the case like that.
    pub(crate) async fn until(&self, what: &str, like: impl Fn(&CaseRow) -> bool) {
        for _ in 0..1_200 {
            if like(&self.row().await) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never {what}: {:?}", self.row().await);
    }
}
