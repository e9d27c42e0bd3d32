//! Which database, by which of four ways; what is said when there is none or it is away. By the
//! real program.

use std::path::PathBuf;

use uuid::Uuid;

use crate::support::db::TestDb;
use crate::support::shell::Shell;

/// Where nothing listens.
const AWAY: &str = "postgres://anna@127.0.0.1:1/nowhere";

/// A file of settings for one test.
struct File(PathBuf);

impl File {
    fn new(text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("loket-{}.toml", Uuid::now_v7()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn flag(&self) -> String {
        format!("--config '{}'", self.0.display())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The value of a parameter of a test server's address.
fn part<'a>(url: &'a str, name: &str) -> &'a str {
    let (_, rest) = url.split_once(&format!("{name}=")).unwrap();
    rest.split('&').next().unwrap()
}

/// `--database-url`, then `DATABASE_URL`, then libpq's variables, then the settings.
#[tokio::test(flavor = "multi_thread")]
async fn each_way_counts_before_the_next() {
    let db = TestDb::new().await;
    let url = db.url("anna");
    let good = File::new(&format!("[database]\nurl = \"{url}\"\n"));
    let bad = File::new(&format!("[database]\nurl = \"{AWAY}\"\n"));
    let bare = Shell::bare();
    bare.ok(&format!("{} case list", good.flag()));
    assert_eq!(bare.run(&format!("{} case list", bad.flag())).code, 4);

    let (host, port) = (
        part(&url, "host"),
        url.split(['@', '/', ':']).nth(5).unwrap(),
    );
    let libpq = Shell::bare()
        .with("PGHOST", host)
        .with("PGPORT", port)
        .with("PGUSER", "anna")
        .with("PGDATABASE", db.name());
    libpq.ok(&format!("{} case list", bad.flag()));

    let variable = Shell::of(&url).with("PGHOST", "/nonexistent");
    variable.ok("case list");
    let wrong = Shell::of(AWAY);
    assert_eq!(wrong.run("case list").code, 4);
    wrong.ok(&format!("--database-url '{url}' case list"));
}

/// The settings of a server name no role: everybody logs in under the name of their account.
#[test]
fn without_a_role_it_is_the_account_that_logs_in() {
    let me = nix::unistd::User::from_uid(nix::unistd::Uid::effective());
    let me = me.unwrap().unwrap().name;
    let file = File::new("[database]\nurl = \"postgres://127.0.0.1:1/nowhere\"\n");
    let said = Shell::bare().run(&format!("{} doctor", file.flag()));
    assert_eq!(said.code, 4, "{said:?}");
    let wanted = format!("{me} at 127.0.0.1:1, database nowhere");
    assert!(said.out.contains(&wanted), "{said:?}");
}

#[test]
fn without_a_database_the_demo_is_named() {
    let said = Shell::bare().run("case list");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("loket demo"), "{said:?}");
    assert_eq!(said.err.lines().count(), 1);
}

#[test]
fn an_absent_database_is_one_line_and_exit_code_4() {
    let said = Shell::of(AWAY).run("case next");
    assert_eq!((said.code, said.err.lines().count()), (4, 1), "{said:?}");
    let server = Shell::of(AWAY).run("db status");
    assert_eq!(
        (server.code, server.err.lines().count()),
        (4, 1),
        "{server:?}"
    );
}

#[test]
fn a_mistake_in_the_settings_names_file_and_line() {
    let file = File::new("lang = \"nl\"\n\n[worker]\ndeliver = \"x\"\n");
    let said = Shell::bare().run(&format!("{} case list", file.flag()));
    assert_eq!(said.code, 2, "{said:?}");
    assert!(
        said.err.contains(&format!("{}:4", file.0.display())),
        "{said:?}"
    );
    let flag = Shell::bare().run("--lang fr case list");
    assert_eq!(flag.code, 2);
    assert!(flag.err.contains("--lang"), "{flag:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_told_from_a_server_that_is_away() {
    let db = TestDb::new().await;
    let other = db.url("anna").replace(db.name(), "no_such_database_here");
    let said = Shell::of(&other).run("case list");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("loket db create"), "{said:?}");
}
