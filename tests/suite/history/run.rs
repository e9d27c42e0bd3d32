//! A run: who takes part, and what is checked at its end.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::task::JoinHandle;

use super::agent::Agent;
use super::feed::Follower;
use super::record::{Call, Event, Finding, Kind, Server, events, lines, list};
use super::shared::Shared;
use super::{invariants, justify, model, vandal};
use crate::support::db::{SUPERUSER, home};
use crate::support::world::World;

/// Who takes part. Few cases and many agents: races are what is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) agents: u32,
    pub(crate) cases: u32,
    pub(crate) steps: u32,
    /// How many lines fail now and then; half of the agents and followers are at their ends.
    pub(crate) lines: usize,
    pub(crate) followers: u32,
}

impl Plan {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed,
            agents: 8,
            cases: 5,
            steps: 60,
            lines: 0,
            followers: 3,
        }
    }

    fn roles(&self) -> Vec<String> {
        let agents = (1..self.agents).map(|n| format!("agent_{n:02}"));
        std::iter::once("lead_1".to_owned()).chain(agents).collect()
    }

    fn line(&self, n: u32) -> Option<usize> {
        (self.lines > 0 && n % 2 == 1).then(|| n as usize / 2 % self.lines)
    }
}

/// A run under way.
pub(crate) struct Running {
    plan: Plan,
    pub(crate) shared: Arc<Shared>,
    owner: PgPool,
    start: i64,
    agents: Vec<JoinHandle<()>>,
    followers: Vec<JoinHandle<Follower>>,
    vandals: Vec<JoinHandle<()>>,
}

/// A run that has ended.
pub(crate) struct Run {
    plan: Plan,
    calls: Vec<Call>,
    events: Vec<Event>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) seen: usize,
    pub(crate) resyncs: u32,
}

impl Run {
    /// All of it.
    pub(crate) async fn of(world: World, plan: &Plan) -> Self {
        let running = Running::start(world, plan).await;
        running.end().await
    }

    /// Fails with the seed, the findings and a file with the whole history.
    pub(crate) fn must_be_clean(&self) {
        if self.findings.is_empty() {
            return;
        }
        let seed = self.plan.seed;
        let file = home().with_file_name(format!("history-{seed}.jsonl"));
        let written = std::fs::write(&file, lines(&self.calls));
        panic!(
            "LOKET_SEED={seed}, history in {} ({written:?})\n{}",
            file.display(),
            list(&self.findings)
        );
    }

    /// Whether a finding of that kind is there.
    pub(crate) fn found(&self, kind: Kind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }

    /// In one line what happened, for who looks at the output of the tests.
    #[expect(clippy::print_stdout, reason = "figures for who looks at the output")]
    pub(crate) fn told(&self, name: &str) {
        let count = |what: fn(&Call) -> bool| self.calls.iter().filter(|it| what(it)).count();
        println!(
            "{name}: {} commands ({} written, {} unanswered), {} events, {} seen, {} findings",
            self.calls.len(),
            count(|call| call.ok().is_some()),
            count(Call::is_open),
            self.events.len(),
            self.seen,
            self.findings.len()
        );
    }

    /// Whether the run was one: things were done, refused and, with bad lines, left open.
    pub(crate) fn must_be_busy(&self) {
        let kinds: std::collections::BTreeSet<&str> = self
            .events
            .iter()
            .map(|event| event.kind.as_str())
            .collect();
        for kind in ["claimed", "lease_returned", "add_note", "contact_party"] {
            assert!(kinds.contains(kind), "no {kind} in {kinds:?}");
        }
        assert!(
            self.calls.iter().any(|call| call.ok().is_none()),
            "nothing was refused"
        );
    }
}

impl Running {
    /// Opens the cases, lets the consoles follow, then lets everybody work.
    pub(crate) async fn start(world: World, plan: &Plan) -> Self {
        let owner = world.db.pool(SUPERUSER, 2).await;
        let roles = plan.roles();
        let shared = Arc::new(Shared::new(world, plan.cases, &roles, plan.lines).await);
        let start = "SELECT coalesce(max(event_id), 0) FROM loket.case_events";
        let start = sqlx::query_scalar(start).fetch_one(&owner).await.unwrap();
        settled(&owner).await;
        let mut followers = Vec::new();
        for n in 0..plan.followers {
            let role = format!("agent_{:02}", 40 + n);
            let seed = plan.seed ^ u64::from(n + 100);
            let follower = Follower::new(&shared, &role, plan.line(n), seed).await;
            followers.push(tokio::spawn(follower.follow()));
        }
        let mut agents = Vec::new();
        for (n, role) in (0..).zip(&roles) {
            let seed = plan.seed.wrapping_mul(31) ^ u64::from(n);
            let agent = Agent::new(&shared, role, plan.line(n), seed).await;
            agents.push(tokio::spawn(agent.work(plan.steps)));
        }
        let vandals = vec![
            tokio::spawn(vandal::expire(Arc::clone(&shared), plan.seed)),
            tokio::spawn(vandal::disturb(Arc::clone(&shared), plan.seed)),
        ];
        Self {
            plan: plan.clone(),
            shared,
            owner,
            start,
            agents,
            followers,
            vandals,
        }
    }

    /// Waits until that many more commands were given.
    pub(crate) async fn goes_on(&self, commands: usize) {
        let until = self.shared.recorder.count() + commands;
        for _ in 0..6_000 {
            if self.shared.recorder.count() >= until {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("nobody goes on");
    }

    /// Waits until the agents have done their steps, or stops them when they have no end.
    pub(crate) async fn end(self) -> Run {
        if self.plan.steps == u32::MAX {
            self.shared.stop();
        }
        for agent in self.agents {
            agent.await.unwrap();
        }
        self.shared.stop();
        for vandal in self.vandals {
            vandal.await.unwrap();
        }
        let mut followers = Vec::new();
        for follower in self.followers {
            followers.push(follower.await.unwrap());
        }
        settled(&self.owner).await;
        for follower in &mut followers {
            follower.finish().await;
        }
        let calls = self.shared.recorder.take();
        let events = events(&self.owner).await;
        let mut findings = checked(&calls, &events, &self.shared.recorder.server());
        for follower in &followers {
            findings.extend(follower.check(&events, self.start));
        }
        findings.extend(invariants::holds(&self.shared.world, &self.owner).await);
        self.owner.close().await;
        Run {
            plan: self.plan,
            calls,
            events,
            findings,
            seen: followers.iter().map(Follower::count).sum(),
            resyncs: followers.iter().map(Follower::resyncs).sum(),
        }
    }
}

fn checked(calls: &[Call], events: &[Event], server: &Server) -> Vec<Finding> {
    let (cases, mut findings) = model::replay(events);
    findings.extend(model::compare(calls, &cases));
    findings.extend(justify::check(calls, &cases, server));
    findings
}

/// Waits until no transaction runs any more that is older than the last event: another test of the
/// same server may hold the feed back, which waits and does not lose.
async fn settled(owner: &PgPool) {
    let query = "SELECT coalesce(max(xid)::text::numeric, 0)
        < pg_snapshot_xmin(pg_current_snapshot())::text::numeric FROM loket.case_events";
    for _ in 0..6_000 {
        if sqlx::query_scalar(query).fetch_one(owner).await.unwrap() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("a transaction never ends");
}
