//! Cases on their way to an end: agents side by side do what people do, the servers outside what
//! customers, banks and technicians do, workers everything else; the clock moves when all the others
//! wait for it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use chrono::{DateTime, Duration, Utc};
use futures_util::future::join_all;
use loket::domain::postcode::Postcode;
use loket::exchange::import::intake::Door;
use loket::process::engine::{self, Actor, CaseFacts, Context};
use loket::process::{By, FieldKind, Process};
use loket::store::StoreError;
use loket::store::case::Target;
use loket::store::rows::{CaseDetail, CaseId, Claim, Lease};
use serde_json::Value as Json;
use uuid::Uuid;

use super::plan::{Known, Planned, Search, Turn, fill, sign, turn};
use crate::support::db::FIRMS;

use super::stage::{Meter, Says, Seat, Stage, house};

/// So often nothing may come of what a case waits for.
const PATIENCE: usize = 12;
/// Longer ways than any table has.
const MOST_MOVES: usize = 80;

/// One case and where it shall end.
pub(crate) struct Run {
    pub(crate) case_id: CaseId,
    pub(crate) case_no: String,
    pub(crate) reference: String,
    /// The state in which it came.
    pub(crate) began: String,
    pub(crate) goal: &'static str,
    /// A state to come by.
    via: Option<&'static str>,
    meter: Meter,
    line: Json,
    seed: usize,
    way: VecDeque<Planned>,
    sign: String,
    /// What was said outside already, by number of the move.
    said: Option<usize>,
    moves: usize,
    stuck: usize,
    /// How often the way was looked for anew.
    pub(crate) detours: usize,
    /// When the clock passes that it waits for.
    wants: Option<DateTime<Utc>>,
    is_done: bool,
}

/// What runs have in common: the process, and ways that were found already.
pub(crate) struct Play<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) process: &'static Process,
    ways: Mutex<BTreeMap<String, Found>>,
}

/// A way with the case at its end; none when there is none.
type Found = Option<(Vec<Planned>, CaseFacts)>;

impl<'a> Play<'a> {
    pub(crate) fn new(stage: &'a Stage, process: &'static Process) -> Self {
        Self {
            stage,
            process,
            ways: Mutex::new(BTreeMap::new()),
        }
    }

    /// The ends of the process.
    pub(crate) fn ends(&self) -> Vec<&'static str> {
        let states = self.process.states.iter().map(|state| state.key);
        states
            .filter(|state| self.process.is_final(state))
            .collect()
    }

    /// The states in between.
    fn between(&self) -> Vec<&'static str> {
        let states = self.process.states.iter().map(|state| state.key);
        states
            .filter(|state| !self.process.is_final(state))
            .collect()
    }

    /// The line becomes a case that is to end there; `None` when no way leads there.
    pub(crate) async fn begin(
        &self,
        door: &mut Door,
        line: &Json,
        (goal, seed): (&'static str, usize),
    ) -> Option<Run> {
        self.begin_one_of(door, line, (&[goal], seed)).await
    }

    /// … or at the first of those ends that a way leads to.
    pub(crate) async fn begin_one_of(
        &self,
        door: &mut Door,
        line: &Json,
        (goals, seed): (&[&'static str], usize),
    ) -> Option<Run> {
        let goal = goals[0];
        let reference = format!("{goal}-{seed}-{}", line["reference"].as_str().unwrap());
        let meter = if self.process.key == "notification" {
            Meter::default()
        } else {
            self.stage.meter(line)?
        };
        let mut line = line.clone();
        if self.process.key == "notification" {
            line["installer_gln"] = FIRMS[seed % 2].0.into();
        }
        let case_id = self.stage.take_in(door, &line, &reference).await;
        let detail = self.detail(case_id, seed).await;
        let between = self.between();
        let mut run = Run {
            case_id,
            case_no: detail.row.case_no.clone(),
            reference,
            began: detail.row.state.clone(),
            goal,
            via: Some(between[seed % between.len()]),
            meter,
            line,
            seed,
            way: VecDeque::new(),
            sign: String::new(),
            said: None,
            moves: 0,
            stuck: 0,
            detours: 0,
            wants: None,
            is_done: false,
        };
        for goal in goals {
            run.goal = goal;
            if self.look_for_way(&mut run, &detail.facts).await {
                return Some(run);
            }
            run.via = Some(between[seed % between.len()]);
        }
        None
    }

    /// The case as somebody sees it who may: before a notification is sent its installer alone.
    async fn detail(&self, case_id: CaseId, seed: usize) -> CaseDetail {
        let admin = &self.stage.world.admin;
        match admin.case_detail(case_id).await {
            Err(_) if self.process.key == "notification" => {
                let installer = &self.stage.installers[seed % 2].store;
                installer.case_detail(case_id).await.unwrap()
            }
            detail => detail.unwrap(),
        }
    }

    fn way(&self, run: &Run, case: &CaseFacts, goal: &str, now: DateTime<Utc>) -> Found {
        let search = Search {
            process: self.process,
            now,
            seed: run.seed % 3,
            // some do not wait for what goes by itself
            is_patient: run.seed % 4 != 3,
            has_address: Postcode::parse(run.postcode()).is_ok(),
        };
        let start = sign(self.process, case);
        let key = format!(
            "{start} → {goal} {} {} {}",
            search.seed, search.is_patient, search.has_address
        );
        let known = self.ways.lock().unwrap().get(&key).cloned();
        known.unwrap_or_else(|| {
            let found = search.way(case, goal);
            self.ways.lock().unwrap().insert(key, found.clone());
            found
        })
    }

    /// The way from where the case is, by the state that it shall come by.
    async fn look_for_way(&self, run: &mut Run, case: &CaseFacts) -> bool {
        let now = self.stage.world.now().await;
        run.sign = sign(self.process, case);
        if run.via == Some(case.state.as_str()) {
            run.via = None;
        }
        let mut found = None;
        if let Some((mut way, there)) = run.via.and_then(|via| self.way(run, case, via, now)) {
            found = self.way(run, &there, run.goal, now).map(|(rest, _)| {
                way.extend(rest);
                way
            });
        }
        if found.is_none() {
            run.via = None;
            found = self.way(run, case, run.goal, now).map(|(way, _)| way);
        }
        let Some(way) = found else { return false };
        run.way = way.into();
        self.set_registers(run).await;
        true
    }

    /// The registers and the code book will say what the way needs.
    async fn set_registers(&self, run: &Run) {
        let mut words = run
            .way
            .iter()
            .filter(|step| step.line.key == "check_result");
        let Some(step) = words.next() else { return };
        let word = |key| {
            step.words
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, word)| *word)
        };
        let (outcome, suits) = (word("check_outcome"), word("suitability"));
        let says = Says {
            is_smart: outcome == Some("already_smart"),
            is_feasible: outcome != Some("not_feasible") && suits != Some("not_feasible"),
            feeds_in: suits == Some("suitable"),
            is_planned: outcome == Some("in_gsa_planning"),
            is_elsewhere: outcome.or(suits) == Some("not_our_grid"),
        };
        self.stage.says(&run.meter, says).await;
    }

    /// All of them to their ends.
    pub(crate) async fn to_the_end(&self, runs: &mut [Run]) {
        let stage = self.stage;
        for round in 0.. {
            assert!(round < 400, "no end: {}", left(runs));
            let acted = self.everybody_acts(runs).await;
            let done = Box::pin(stage.works()).await;
            if runs.iter().all(|run| run.is_done) {
                break;
            }
            if acted || done.again > 0 {
                stage.later().await;
            } else if done.sent + done.timers == 0 {
                self.move_clock(runs).await;
            }
        }
        // what is still under way at the bank
        let looks = if stage.is_crashing() { 20 } else { 3 };
        for _ in 0..looks {
            stage.later().await;
            Box::pin(stage.works()).await;
        }
        for run in runs {
            let detail = self.detail(run.case_id, run.seed).await;
            assert_eq!(detail.row.state, run.goal, "{}", run.told());
        }
    }

    /// Everybody acts once, and the workers.
    pub(crate) async fn goes_on(&self, runs: &mut [Run]) {
        self.everybody_acts(runs).await;
        Box::pin(self.stage.works()).await;
        self.stage.later().await;
    }

    /// When all wait for clocks, the next of them passes.
    async fn move_clock(&self, runs: &[Run]) {
        let waiting = runs.iter().filter(|run| !run.is_done);
        let next = waiting.filter_map(|run| run.wants).min();
        if let Some(next) = next {
            let now = self.stage.world.now().await;
            // who pays in the last moment
            let moment = next + Duration::seconds(10);
            let late = |run: &&Run| run.wants.is_some_and(|wants| wants < moment);
            for run in runs.iter().filter(late) {
                if run
                    .way
                    .get(1)
                    .is_some_and(|step| step.line.key == "payment_paid")
                {
                    self.stage.systems.becomes(&run.case_no, "paid");
                }
            }
            let to = (next + Duration::seconds(2)).max(now);
            self.stage.world.admin.clock_set(to).await.unwrap();
        }
    }

    /// Every agent takes a part of the cases. Whether anything was done.
    async fn everybody_acts(&self, runs: &mut [Run]) -> bool {
        let mut live: Vec<&mut Run> = runs.iter_mut().filter(|run| !run.is_done).collect();
        let share = live.len().div_ceil(self.stage.seats.len()).max(1);
        let parts = live.chunks_mut(share).zip(&self.stage.seats);
        let parts = parts.map(|(part, seat)| async move {
            let mut acted = false;
            for run in part {
                acted |= Box::pin(self.act(seat, run)).await;
            }
            acted
        });
        join_all(parts).await.into_iter().any(|acted| acted)
    }

    /// As far as the case goes without the worker. Whether anything was done.
    async fn act(&self, seat: &Seat, run: &mut Run) -> bool {
        let mut acted = false;
        loop {
            assert!(
                run.moves < MOST_MOVES && run.stuck < self.patience(),
                "{}",
                run.told()
            );
            let detail = self.detail(run.case_id, run.seed).await;
            if self.process.is_final(&detail.row.state) {
                run.is_done = true;
                return acted;
            }
            self.look(run, &detail.facts).await;
            run.wants = None;
            let step = run.way.front().cloned().unwrap();
            match turn(step.line) {
                Turn::Person => {
                    acted |= self.person(seat, run, &step, &detail).await;
                    run.moves += 1;
                }
                Turn::Worker => {
                    run.stuck += 1;
                    return acted;
                }
                Turn::Clock => {
                    run.wants = due(&detail.facts, step.line.by);
                    return acted;
                }
                Turn::Payer | Turn::Receiver => return acted | self.outside(run, &step).await,
            }
        }
    }

    /// Crashing workers need longer.
    fn patience(&self) -> usize {
        if self.stage.is_crashing() {
            PATIENCE * 5
        } else {
            PATIENCE
        }
    }

    /// Where the case is on its way; when it is beside it, another one is looked for.
    async fn look(&self, run: &mut Run, case: &CaseFacts) {
        let now = sign(self.process, case);
        if now == run.sign && !run.way.is_empty() {
            return;
        }
        run.stuck = 0;
        run.moves += 1;
        run.sign.clone_from(&now);
        if let Some(place) = run.way.iter().position(|step| step.after == now) {
            run.way.drain(..=place);
            if !run.way.is_empty() {
                return;
            }
        }
        run.detours += 1;
        assert!(self.look_for_way(run, case).await, "no way: {}", run.told());
    }

    /// What customers, banks and technicians do, once.
    async fn outside(&self, run: &mut Run, step: &Planned) -> bool {
        if run.said == Some(run.moves) {
            run.stuck += 1;
            return false;
        }
        run.said = Some(run.moves);
        let word = |key| step.words.iter().find(|(name, _)| *name == key);
        let reason = word("not_done_reason").map_or("", |(_, word)| *word);
        let said = match step.line.key {
            "domain_ack" => ("order_domain", "created", ""),
            "gsa_ack" => ("order_gsa", "created", ""),
            "gsa_done" => ("order_gsa", "done", ""),
            "gsa_not_done" => ("order_gsa", "not_done", reason),
            "gsa_status" => ("order_gsa", "planned", ""),
            key => {
                let status = key.strip_prefix("payment_").unwrap();
                self.stage.systems.becomes(&run.case_no, status);
                return true;
            }
        };
        self.stage.acknowledge(&run.case_no, said).await;
        true
    }

    /// A step of the customer alone, or of an agent who has the case. `false` when somebody was
    /// faster.
    async fn person(&self, seat: &Seat, run: &Run, step: &Planned, detail: &CaseDetail) -> bool {
        let world = &self.stage.world;
        let actor = match step.line.by {
            By::Installer => Actor::Installer,
            By::Holder => Actor::Agent,
            _ if run.seed.is_multiple_of(2) => Actor::Agent,
            _ => Actor::System,
        };
        let known = self.known(seat, run, step, detail).await;
        let now = world.now().await;
        let fields = step.line.asked(&detail.facts);
        let given = fill(&fields, &step.words, &known, &detail.facts.facts, now);
        let context = Context {
            now,
            actor,
            calendars: &world.calendars,
            command: Uuid::now_v7(),
        };
        let change = engine::step(&detail.facts, step.line.key, &given, &context);
        let change = change.unwrap_or_else(|refusal| panic!("{}: {refusal:?}", run.told()));
        let mut target = Target {
            case_id: run.case_id,
            fence: None,
            version: detail.row.version,
        };
        let (mut store, mut session, mut lease) = (&world.admin, None, None);
        if actor == Actor::Agent {
            let (ours, version) = claim(seat, run).await;
            target.version = version;
            target.fence = Some(ours.fence);
            (store, session, lease) = (&seat.store, Some(seat.session.session_id), Some(ours));
        } else if actor == Actor::Installer {
            let installer = &self.stage.installers[run.seed % 2];
            (store, session) = (&installer.store, Some(installer.session.session_id));
        }
        let applied = store.case_apply(context.command, session, target, &change);
        let is_done = match applied.await {
            Ok(_) => true,
            Err(StoreError::Refused(refusal)) if refusal.key == "slot_taken" => false,
            Err(error) => panic!("{}: {error:?}", run.told()),
        };
        if let Some(lease) = lease {
            // a case that ended went back by itself
            let cmd = Uuid::now_v7();
            let _ = seat
                .store
                .case_release(cmd, seat.session.session_id, lease)
                .await;
        }
        is_done
    }

    async fn known(&self, seat: &Seat, run: &Run, step: &Planned, detail: &CaseDetail) -> Known {
        let fields = step.line.asked(&detail.facts);
        let slot = if fields.iter().any(|field| field.kind == FieldKind::Slot) {
            Some(self.free(seat, run).await)
        } else {
            None
        };
        let texts = [
            ("ean", run.meter.ean.clone()),
            ("meter_no", run.meter.meter_no.clone()),
            ("postcode", run.postcode().to_owned()),
            ("house_number", house(&run.line)),
        ];
        Known {
            texts: BTreeMap::from(texts),
            slot,
        }
    }

    /// One of the first start times that have room: all want those.
    async fn free(&self, seat: &Seat, run: &Run) -> (i64, DateTime<Utc>) {
        let from = self.stage.world.now().await.date_naive();
        let free = seat
            .store
            .slots_free(None, &run.meter.ean, from, 14)
            .await
            .unwrap();
        assert!(
            !free.slots.is_empty(),
            "no room in {:?}: {}",
            free.area,
            run.told()
        );
        let first = &free.slots[run.seed % free.slots.len().min(2)];
        (first.slot_id, first.starts_at)
    }
}

async fn claim(seat: &Seat, run: &Run) -> (Lease, i32) {
    let session = seat.session.session_id;
    let claimed = seat.store.case_claim(Uuid::now_v7(), session, run.case_id);
    match claimed.await.unwrap() {
        Claim::Granted { lease, version, .. } => (lease, version),
        other => panic!("{}: {other:?}", run.told()),
    }
}

fn due(case: &CaseFacts, by: By) -> Option<DateTime<Utc>> {
    let By::Timer(clock) = by else { return None };
    let mut runs = case.clocks.iter();
    let run = runs.find(|run| run.key == clock && run.is_running());
    run.map(|run| run.due_at)
}

fn left(runs: &[Run]) -> String {
    let left = runs.iter().filter(|run| !run.is_done).map(Run::told);
    left.collect::<Vec<_>>().join("\n")
}

impl Run {
    fn postcode(&self) -> &str {
        self.line["postcode"].as_str().unwrap_or_default()
    }

    /// For a person who looks why it did not get there.
    pub(crate) fn told(&self) -> String {
        let way = self
            .way
            .iter()
            .map(|step| step.line.key)
            .collect::<Vec<_>>();
        format!(
            "{} ({}) is [{}] and goes {way:?} to {}",
            self.case_no, self.reference, self.sign, self.goal
        )
    }
}
