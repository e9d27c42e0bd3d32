//! The real programs are killed and stopped.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use loket::store::rows::{CaseId, WorkState};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::history::long;
use crate::support::db::SUPERUSER;
use crate::support::screen::Screen;
use crate::support::world::World;

const SIZE: (u16, u16) = (120, 32);

/// A worker process, killed with the value.
struct Worker(Child);

impl Worker {
    fn start(world: &World, role: &str) -> Self {
        let out = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("worker-out-{}-{role}", world.db.name()));
        std::fs::create_dir_all(&out).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_loket"))
            .arg("worker")
            .args(["--deliver-to".as_ref(), out.as_os_str()])
            .args(["--chain-heads", ""])
            .env("DATABASE_URL", world.db.url(role))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    fn kill(&self) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        kill(pid, Signal::SIGKILL).unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn held(world: &World, cases: &[CaseId]) -> usize {
    let rows = world.admin.rows(cases).await.unwrap();
    let held = rows.iter().filter(|row| row.work == WorkState::Held);
    held.count()
}

async fn none_held(world: &World, cases: &[CaseId]) {
    for _ in 0..600 {
        if held(world, cases).await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the cases of the dead never came back");
}

/// Decision 4: whoever's console is killed, a worker that lives brings the cases back by itself,
/// also when another worker was killed in the same moment.
#[tokio::test(flavor = "multi_thread")]
async fn killed_consoles_give_their_cases_back_while_a_worker_lives() {
    let world = World::new().await;
    let mut cases = Vec::new();
    for n in 1..=3 {
        cases.push(world.signal(n).await);
    }
    let workers = [
        Worker::start(&world, "worker_1"),
        Worker::start(&world, "worker_2"),
    ];
    for round in 0..long() {
        let mut screens: Vec<Screen> = (0..3)
            .map(|n| Screen::desk(&world.db.url(&format!("agent_{n:02}")), SIZE))
            .collect();
        for screen in &mut screens {
            screen.wait("contact the party");
            screen.press("n");
            screen.wait("you hold this case");
        }
        assert_eq!(held(&world, &cases).await, 3, "round {round}");
        for screen in &screens {
            screen.signal(Signal::SIGKILL);
        }
        if round == 0 {
            workers[0].kill();
        }
        none_held(&world, &cases).await;
    }
    let owner = world.db.pool(SUPERUSER, 1).await;
    let findings = crate::history::invariants_hold(&world, &owner).await;
    assert_eq!(findings, []);
    owner.close().await;
}

/// A console that was stopped for longer than its session lives, while somebody else took its case:
/// what is typed after it goes on is refused, and kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_slept_too_long_writes_nothing_and_keeps_its_text() {
    let world = World::new().await;
    let case = world.signal(1).await;
    let mut screen = Screen::desk(&world.db.url("anna"), SIZE);
    screen.wait("contact the party");
    screen.press("n");
    screen.wait("you hold this case");
    screen.press("a");
    screen.wait("what can be done");
    let text = screen.text();
    let line = text.lines().find(|line| line.contains("Block was wrong"));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    let digit: String = line.trim().chars().take(1).collect();
    screen.press(&digit);
    screen.wait("step 1 of 2");
    screen.press("1\tthe line of the neighbours");
    screen.wait("the line of the neighbours");
    screen.signal(Signal::SIGSTOP);
    sleeps_too_long(&world, case).await;
    let bram = world.desk("bram").await;
    bram.take(case).await;
    let version = world.admin.rows(&[case]).await.unwrap()[0].version;
    screen.signal(Signal::SIGCONT);
    screen.press(" was meant");
    screen.wait("Bram has this case");
    screen.wait("the line of the neighbours was meant");
    screen.press("\u{13}");
    screen.press("\r");
    screen.wait("the line of the neighbours was meant");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let row = &world.admin.rows(&[case]).await.unwrap()[0];
    assert_eq!(
        (row.version, row.state.as_str()),
        (version, "blocked_contact_due")
    );
    assert_eq!(row.holder.as_deref(), Some("Bram"));
}

/// The session of the case's holder is lost: no heartbeat for longer than it lives.
async fn sleeps_too_long(world: &World, case: CaseId) {
    const LOSE: &str = "UPDATE loket.agent_sessions SET expires_at = clock_timestamp(),
        lost_at = clock_timestamp() - interval '61 s'
        WHERE session_id = (SELECT session_id FROM loket.case_leases WHERE case_id = $1)";
    let owner = world.db.pool(SUPERUSER, 1).await;
    let worker = world.db.store("worker_1");
    for _ in 0..600 {
        if held(world, &[case]).await == 0 {
            owner.close().await;
            return;
        }
        sqlx::query(LOSE)
            .bind(case.0)
            .execute(&owner)
            .await
            .unwrap();
        worker.sweep().await.unwrap();
    }
    panic!("never returned");
}
