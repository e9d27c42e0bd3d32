//! The disk of the server is full, and then it is not.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use loket::local_postgres::{Options, Profile};
use loket::store::StoreError;

use super::crash::started;
use crate::support::db::{SUPERUSER, TestDb};
use crate::support::server::Place;
use crate::support::world::{World, answers, free};

/// A small disk of its own, unmounted with the value.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// `None` when this account may not mount, or the machine has no such disk.
    fn mount(path: &'a Path) -> Option<Self> {
        std::fs::create_dir_all(path).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=160m,mode=0755", "loket-test"])
            .arg(path)
            .output();
        mount
            .is_ok_and(|it| it.status.success())
            .then_some(Self(path))
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.0.join("ballast")
    }

    /// Until nothing more fits.
    fn fill(&self) {
        let _ = Command::new("dd")
            .args(["if=/dev/zero", "bs=64k", "status=none"])
            .arg(format!("of={}", self.ballast().display()))
            .output();
    }

    fn empty(&self) {
        std::fs::remove_file(self.ballast()).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0).output();
    }
}

/// A command on a full disk is told as not written, or its fate as unknown; nothing is half there;
/// with room again the same commands are written, each once.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_leaves_no_half_commands_and_work_goes_on_afterwards() {
    let place = Place::new();
    let root = place.path().join("disk");
    let Some(disk) = Disk::mount(&root) else {
        println!("disk full: skipped, mounting a small disk needs root");
        return;
    };
    println!("disk full: runs");
    let options = || Options {
        home: root.join("home"),
        profile: Profile::Demo,
        ..place.options()
    };
    let world = World::on(TestDb::on(started(options()).await).await).await;
    let case = world.signal(1).await;
    let anna = world.desk("anna").await;
    let note = || {
        let text = "a long note ".repeat(600);
        answers([("note", free(&text))])
    };
    anna.act(case, None, "add_note", &note()).await.unwrap();
    disk.fill();
    let mut refused = 0;
    for _ in 0..400 {
        let Ok(row) = world.admin.rows(&[case]).await else {
            refused += 1;
            break;
        };
        if row.is_empty() {
            break;
        }
        match tokio::time::timeout(Duration::from_secs(20), write(&anna, case, &note())).await {
            Ok(Ok(())) => {}
            Ok(Err(StoreError::Offline(_))) => {
                refused += 1;
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(refused > 0, "the disk was never full");
    disk.empty();
    let _again = started(options()).await;
    goes_on(&world, case).await;
    let owner = world.db.pool(SUPERUSER, 1).await;
    let findings = crate::history::invariants_hold(&world, &owner).await;
    assert_eq!(findings, []);
    owner.close().await;
    drop(world);
    let supervisor = root.join("home/supervisor.lock");
    stopped(&supervisor).await;
}

async fn write(
    anna: &crate::support::world::Desk<'_>,
    case: loket::store::rows::CaseId,
    note: &loket::process::engine::Answers,
) -> Result<(), StoreError> {
    let world = anna.world;
    let detail = anna.store.case_detail(case).await?;
    let now = anna.store.legal_now().await?;
    let context = loket::process::engine::Context {
        now,
        actor: loket::process::engine::Actor::Agent,
        calendars: &world.calendars,
        command: uuid::Uuid::now_v7(),
    };
    let change = loket::process::engine::step(&detail.facts, "add_note", note, &context);
    let change = change.unwrap();
    let target = loket::store::case::Target {
        case_id: case,
        fence: None,
        version: detail.row.version,
    };
    let session = Some(anna.id());
    let cmd = context.command;
    let done = anna.store.case_apply(cmd, session, target, &change);
    done.await.map(|_| ())
}

/// A new console writes, once the server is there again.
async fn goes_on(world: &World, case: loket::store::rows::CaseId) {
    for _ in 0..300 {
        let bram = world.db.store("bram");
        let id = uuid::Uuid::new_v4();
        let kind = loket::store::session::SessionKind::Console;
        if let Ok(session) = bram.session_open(id, "disk", kind).await {
            let desk = crate::support::world::Desk {
                world,
                store: bram,
                session,
            };
            let note = answers([("note", free("there is room"))]);
            if write(&desk, case, &note).await.is_ok() {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server never goes on");
}

/// The server ends by itself when the last client is gone; then the disk can go.
async fn stopped(lock: &Path) {
    for _ in 0..600 {
        let text = std::fs::read_to_string(lock).unwrap_or_default();
        let pid = text.trim().parse().map(nix::unistd::Pid::from_raw);
        if !pid.is_ok_and(crate::support::server::alive) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
